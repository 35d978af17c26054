package console

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"

	"rewind/bot"
	"rewind/bot/markdown"
)

// shown is a message as a terminal shows it: Markdown as it stands, but for the backslashes before what is no mark.
func shown(m bot.Message) bot.Message {
	m = m.Flat()
	m.Text = markdown.Unescape(m.Text)
	return m
}

// visible makes text harmless to a terminal: control characters other than newline and tab become symbols, and those
// that turn the direction of writing become their numbers, since both could make a screen show what was not said.
func visible(s string) string {
	s = strings.ToValidUTF8(strings.ReplaceAll(s, "\r\n", "\n"), "\uFFFD")
	if !strings.ContainsFunc(s, treacherous) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case !treacherous(r):
			b.WriteRune(r)
		case r < 0x20:
			b.WriteRune('\u2400' + r)
		case r == 0x7f:
			b.WriteRune('\u2421')
		default:
			fmt.Fprintf(&b, "⟨%04X⟩", r)
		}
	}
	return b.String()
}

func treacherous(r rune) bool {
	if r == '\n' || r == '\t' {
		return false
	}
	return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029'
}

// oneLine makes text harmless where a line break would be one too many, as in a name.
func oneLine(s string) string { return strings.Join(strings.Fields(visible(s)), " ") }

// changed returns the lines of after that before does not have, or the whole of after where lines only left or moved.
func changed(before, after string) string {
	if before == after {
		return ""
	}
	had := map[string]int{}
	for l := range strings.SplitSeq(before, "\n") {
		had[l]++
	}
	var fresh []string
	for l := range strings.SplitSeq(after, "\n") {
		if had[l]--; had[l] < 0 && strings.TrimSpace(l) != "" {
			fresh = append(fresh, l)
		}
	}
	if len(fresh) == 0 {
		return after
	}
	return strings.Join(fresh, "\n")
}

func sameActions(a, b []bot.Action) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// style is how Markdown is laid out.
type style struct {
	width int  // in columns, 0: lines are left as they are
	bold  bool // for headings
}

const (
	boldOn  = "\x1b[1m"
	boldOff = "\x1b[0m"
)

var (
	heading = regexp.MustCompile(`^ {0,3}#{1,6}[ \t]`)
	fence   = regexp.MustCompile("^ {0,3}(`{3,}|~{3,})")
	hanging = regexp.MustCompile(`^[ \t]*(?:[-*+>] +|\d{1,9}[.)] +)?`)
)

// layOut renders Markdown nearly as it is. Code keeps its lines whatever their length.
func (s style) layOut(markdown string) []string {
	var lines []string
	open := "" // the fence that the code began with
	for l := range strings.SplitSeq(strings.Trim(visible(markdown), "\n"), "\n") {
		mark := ""
		if m := fence.FindStringSubmatch(l); m != nil {
			mark = m[1]
		}
		switch {
		case open != "":
			lines = append(lines, l)
			if strings.HasPrefix(mark, open) && strings.Trim(l, " "+open[:1]) == "" {
				open = ""
			}
		case mark != "":
			open = mark
			lines = append(lines, l)
		default:
			lines = append(lines, s.prose(l)...)
		}
	}
	return lines
}

func (s style) prose(l string) []string {
	lines := []string{l}
	if s.width > 0 && !strings.HasPrefix(l, "|") { // a row of a table would fall apart
		lines = wrap(l, s.width)
	}
	if s.bold && heading.MatchString(l) {
		for i := range lines {
			lines[i] = boldOn + lines[i] + boldOff
		}
	}
	return lines
}

// wrap breaks a line at spaces so that it fits the columns, and hangs what follows under its first word. A word that
// is too long alone is broken between wide characters only, so an address stays whole.
func wrap(l string, columns int) []string {
	if columnsOf(l) <= columns {
		return []string{l}
	}
	lead := hanging.FindString(l)
	indent := columnsOf(lead)
	if indent > columns/2 {
		lead, indent = "", 0
	}
	w := wrapper{columns: columns, indent: strings.Repeat(" ", indent), line: []byte(lead), used: indent, fresh: true}
	for word := range strings.FieldsSeq(l[len(lead):]) {
		w.add(word)
	}
	return append(w.lines, string(w.line))
}

type wrapper struct {
	columns int
	indent  string
	lines   []string
	line    []byte
	used    int  // columns of line
	fresh   bool // line holds no word yet
}

func (w *wrapper) add(word string) {
	size := columnsOf(word)
	if !w.fresh && w.used+1+size > w.columns {
		w.next()
	}
	if !w.fresh {
		w.line = append(w.line, ' ')
		w.used++
	}
	w.fresh = false
	if w.used+size <= w.columns {
		w.line = append(w.line, word...)
		w.used += size
		return
	}
	for _, r := range word {
		n := columnsOfRune(r)
		if n == 2 && w.used+n > w.columns {
			w.next()
			w.fresh = false
		}
		w.line = utf8.AppendRune(w.line, r)
		w.used += n
	}
}

func (w *wrapper) next() {
	w.lines = append(w.lines, string(w.line))
	w.line, w.used, w.fresh = append(w.line[:0], w.indent...), len(w.indent), true
}

func columnsOf(s string) int {
	n := 0
	for _, r := range s {
		n += columnsOfRune(r)
	}
	return n
}

// columnsOfRune is how many columns a terminal gives a character: two to wide ones such as Hangul syllables, none to
// marks that sit on another character.
func columnsOfRune(r rune) int {
	if unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf) {
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}
