package markdown

import "testing"

func TestCut(t *testing.T) {
	t.Parallel()
	const family = "👨\u200d👩\u200d👧"
	for _, c := range []struct {
		in   string
		n    int
		size Measure
		want string
	}{
		{"가나다", 2, Runes, "가나"},
		{"가나다", 5, Bytes, "가"},
		{"가나다", 3, Runes, "가나다"},
		{"\u1112\u1161\u11ab\u1100\u1173\u11af", 5, Runes, "\u1112\u1161\u11ab"}, // a syllable of conjoining letters
		{"e\u0301e\u0301", 3, Runes, "e\u0301"},
		{"a" + family + "b", 5, Runes, "a"}, // a family is one emoji, of five code points
		{"a" + family + "b", 9, UTF16, "a" + family},
		{"a" + family + "b", 8, UTF16, "a"},
		{"🇰🇷🇯🇵", 3, Runes, "🇰🇷"},
		{"👍🏽👍", 1, Runes, ""}, // a skin tone
		{"❤\ufe0f!", 1, Runes, ""},
		{"가a", 1, Columns, ""},
		{"가a", 2, Columns, "가"},
		{"a", 0, Runes, ""},
		{"", 0, Runes, ""},
	} {
		head, rest := Cut(c.in, c.n, c.size)
		if head != c.want || head+rest != c.in {
			t.Errorf("%q cut at %d is %q and %q, want %q", c.in, c.n, head, rest, c.want)
		}
	}
}

func TestShorten(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in   string
		n    int
		want string
	}{
		{"가나다", 3, "가나다"},
		{"가나다라", 3, "가나…"},
		{"가 나다", 3, "가…"}, // no blank before the dots
		{"가나", 1, "…"},
		{"가나", 0, ""},
	} {
		if got := Shorten(c.in, c.n, Runes); got != c.want {
			t.Errorf("%q in %d is %q, want %q", c.in, c.n, got, c.want)
		}
	}
}
