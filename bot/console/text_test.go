package console

import (
	"strings"
	"testing"
	"unicode"
)

func TestVisible(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ text, want string }{
		{"plain\n\ttext", "plain\n\ttext"},
		{"\x1b[31mred", "␛[31mred"},
		{"a\r\nb", "a\nb"}, // a line end of another system is no trick
		{"100%\rdone", "100%␍done"},
		{"\x00\x07\x7f", "␀␇␡"},
		{"\u009b31m", "⟨009B⟩31m"},                 // an escape sequence in one character
		{"user\u202etxt.exe", "user⟨202E⟩txt.exe"}, // would show the end backwards
		{"a\u2028b", "a⟨2028⟩b"},
		{"bad \xff", "bad \uFFFD"},
		{"한글 👩‍💻", "한글 👩‍💻"}, // a joiner within an emoji stays
	} {
		if got := visible(row.text); got != row.want {
			t.Errorf("visible(%q) = %q, want %q", row.text, got, row.want)
		}
	}
}

func FuzzVisible(f *testing.F) {
	for _, s := range []string{"hello", "\x1b]0;x\x07", "\xff\u009b", "\u2066", "# 제목\n```\n\x1b\n```"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, l := range (style{width: 30}).layOut(s) {
			for _, r := range l {
				if r != '\t' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)) {
					t.Fatalf("%q is laid out with %U", s, r)
				}
			}
		}
	})
}

func TestChanged(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ before, after, want string }{
		{"a\nb", "a\nb", ""},
		{"a\n0 answers", "a\n1 answer", "1 answer"},
		{"a", "a\n\nb\nc", "b\nc"},
		{"a\nb", "a", "a"},       // a line left: all of it is shown
		{"a\nb", "b\na", "b\na"}, // lines moved
		{"a", "a\na", "a"},       // the same line once more is new
		{"", "anew\n", "anew"},
	} {
		if got := changed(row.before, row.after); got != row.want {
			t.Errorf("changed(%q, %q) = %q, want %q", row.before, row.after, got, row.want)
		}
	}
}

func TestLayOut(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, text, want string
		style            style
	}{
		{"left as it is", "# Title\n" + strings.Repeat("word ", 9) + "end", "# Title\n" + strings.Repeat("word ", 9) + "end", style{}},
		{"bold headings", "# Title\ntext\n#hashtag", boldOn + "# Title" + boldOff + "\ntext\n#hashtag", style{bold: true}},
		{"no heading in code", "```sh\n# comment\n```\n# Title", "```sh\n# comment\n```\n" + boldOn + "# Title" + boldOff, style{bold: true}},
		{"a longer fence holds a shorter one", "````\n```\n# a\n````\n# b", "````\n```\n# a\n````\n" + boldOn + "# b" + boldOff, style{bold: true}},
		{"wrapped at spaces", "one two three four", "one two\nthree four", style{width: 10}},
		{"Hangul takes two columns", "가나다 라마바 사", "가나다\n라마바 사", style{width: 10}},
		{"a long wide word is broken", "가나다라마바사", "가나다라마\n바사", style{width: 10}},
		{"an address stays whole", "see https://example.org/long now", "see\nhttps://example.org/long\nnow", style{width: 10}},
		{"a list hangs", "- one two three", "- one two\n  three", style{width: 10}},
		{"a numbered list hangs", "10. one two", "10. one\n    two", style{width: 10}},
		{"code is not wrapped", "```\none two three four\n```", "```\none two three four\n```", style{width: 10}},
		{"a table is not wrapped", "| one | two | three |", "| one | two | three |", style{width: 10}},
		{"accents take no column", "e\u0301e\u0301e\u0301e\u0301 abcde", "e\u0301e\u0301e\u0301e\u0301 abcde", style{width: 10}},
	} {
		if got := strings.Join(row.style.layOut(row.text), "\n"); got != row.want {
			t.Errorf("%s:\n got %q\nwant %q", row.name, got, row.want)
		}
	}
}
