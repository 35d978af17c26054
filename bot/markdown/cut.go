package markdown

import (
	"strings"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// A Measure says how long a text is where it is shown. It must be additive: the length of a text is the sum of those of
// its parts.
type Measure func(string) int

// Runes measures in code points, as Slack does.
func Runes(s string) int { return utf8.RuneCountInString(s) }

// Bytes measures in bytes of UTF-8.
func Bytes(s string) int { return len(s) }

// UTF16 measures in code units of UTF-16, as JavaScript does.
func UTF16(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r > 0xFFFF {
			n++
		}
	}
	return n
}

// Columns measures in columns of a terminal or of code: Korean syllables and emoji take two.
func Columns(s string) int { return uniseg.StringWidth(s) }

// Cut cuts a text in two, so that the head is at most n long. It never cuts within what people see as one character: a
// syllable, also one of conjoining letters, a letter with its marks, an emoji of several, a flag. A head of "" says that
// not even one fits.
func Cut(s string, n int, size Measure) (head, rest string) {
	state, at := -1, 0
	for at < len(s) {
		cluster, _, _, next := uniseg.FirstGraphemeClusterInString(s[at:], state)
		if n -= size(cluster); n < 0 {
			break
		}
		at += len(cluster)
		state = next
	}
	return s[:at], s[at:]
}

// Shorten returns a text that is at most n long, with … where something was left out.
func Shorten(s string, n int, size Measure) string {
	if size(s) <= n {
		return s
	}
	head, _ := Cut(s, n-size("…"), size)
	if head = strings.TrimRight(head, " \t\n"); head == "" && n < size("…") {
		return ""
	}
	return head + "…"
}
