package bottest

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestSplit(t *testing.T) {
	t.Parallel()
	word := strings.Repeat("가", 50)
	code := strings.Repeat("x", 40)
	for _, tt := range []struct {
		name, text string
		limit      int
		want       []string
	}{
		{"no limit", word + word, 0, []string{word + word}},
		{"within the limit", word, 64, []string{word}},
		{"between lines", word + "\n" + word, 64, []string{word, word}},
		{"at a space", word + " " + word, 64, []string{word, word}},
		// No space to cut at: the cut falls between syllables.
		{"between syllables", word + word, 64, []string{strings.Repeat("가", 64), strings.Repeat("가", 36)}},
		// A syllable written as three letters stays whole although the limit falls behind its first.
		{"between letters of syllables", strings.Repeat("x", 63) + "\u1112\u1161\u11ab", 64, []string{strings.Repeat("x", 63), "\u1112\u1161\u11ab"}},
		{"an empty text is one part", "", 64, []string{""}},
		{"blank lines are no part", word + strings.Repeat("\n", 100) + word, 64, []string{word, word}},
		{"a fence is closed and opened again", "```go\n" + code + "\n" + code + "\n```", 64,
			[]string{"```go\n" + code + "\n```", "```go\n" + code + "\n```"}},
		// What stands behind the mark may be anything; it is not repeated where it is long.
		{"a long info string goes", "``` " + code + "\n" + code + "\n" + code + "\n```", 64,
			[]string{"```\n" + code + "\n```", "```\n" + code + "\n```"}},
		{"a longer fence holds a shorter one", "````\n```\n" + code + "\n" + code + "\n````", 64,
			[]string{"````\n```\n" + code + "\n````", "````\n" + code + "\n````"}},
		{"bytes that are no text", strings.Repeat("\xff", 1) + word + "\n" + word, 64, []string{"\uFFFD" + word, word}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := split(tt.text, tt.limit); !slices.Equal(got, tt.want) {
				t.Errorf("split into %q, want %q", got, tt.want)
			}
		})
	}
}

func FuzzSplit(f *testing.F) {
	f.Add("```go\nfunc main() {}\n```\n질문", uint8(0))
	f.Add(long(64), uint8(3))
	f.Add(strings.Repeat("\u0301", 200), uint8(0))
	f.Add("````\n"+strings.Repeat("가 ", 100)+"```", uint8(1))
	f.Fuzz(func(t *testing.T, text string, more uint8) {
		limit := 64 + int(more)
		parts := split(text, limit)
		if len(parts) == 0 {
			t.Fatal("no parts")
		}
		var joined strings.Builder
		for _, p := range parts {
			if n := utf8.RuneCountInString(p); n > limit || !utf8.ValidString(p) {
				t.Errorf("part %q of %d runes, the limit is %d", p, n, limit)
			}
			joined.WriteString(content(p))
		}
		if strings.Contains(text, "```") { // lines that open a fence may be shortened, and are repeated
			return
		}
		if want := content(strings.ToValidUTF8(text, "\uFFFD")); joined.String() != want {
			t.Errorf("%q became %q", want, joined.String())
		}
	})
}
