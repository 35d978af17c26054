package discord

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"rewind/bot/markdown"
)

// namedByID finds channels and roles that the bot names by their IDs: a # or @& and what an ID has been since Discord began, and
// will be for centuries.
// https://discord.com/developers/docs/reference#snowflakes
var namedByID = regexp.MustCompile(`(?:#|@&)\d{17,20}`)

// text writes a text in which Discord shows channels and roles by their names. Nobody is notified: that takes more than to
// be named.
func (f *flattener) text(s string, marks []mark) {
	for !f.label {
		at := firstNamed(s)
		if at == nil {
			break
		}
		if at[0] > 0 {
			f.add(span{text: s[:at[0]], marks: marks})
		}
		f.add(span{text: "<" + s[at[0]:at[1]] + ">", marks: marks, atom: true})
		if s = s[at[1]:]; s == "" {
			return
		}
	}
	f.add(span{text: s, marks: marks})
}

// firstNamed is where a text first names something by its ID as a word of its own.
func firstNamed(s string) []int {
	for from := 0; ; {
		at := namedByID.FindStringIndex(s[from:])
		if at == nil {
			return nil
		}
		at[0], at[1] = at[0]+from, at[1]+from
		if beginsWord(s[:at[0]]) && !continues(s[at[1]:]) {
			return at
		}
		from = at[1]
	}
}

// beginsWord says that a word begins behind a text.
func beginsWord(before string) bool {
	r, n := utf8.DecodeLastRuneInString(before)
	return n == 0 || unicode.IsSpace(r) || strings.ContainsRune("([{\"'“‘「『,:·", r)
}

// continues says that a text carries on an ID. A Korean particle does not.
func continues(after string) bool {
	return after != "" && (isWordByte(after[0]) || after[0] == '_')
}

// isWordByte says that a byte is a letter or digit of ASCII.
func isWordByte(c byte) bool { return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' }

// plainSpans are the lines of a link's label, in which nothing is shown by its name.
func plainSpans(in []markdown.Inline, within []mark, longest int) [][]span {
	f := flattener{lines: make([][]span, 1), longest: longest, label: true}
	f.all(in, within)
	return f.lines
}
