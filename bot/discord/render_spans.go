package discord

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"rewind/bot/markdown"
)

// mark is what stands around a part of a line. A code span has an ID, since two of them never become one.
type mark struct {
	open, close string
	id          int
}

var (
	strong   = mark{open: "**", close: "**"}
	emphasis = mark{open: "*", close: "*"}
	strike   = mark{open: "~~", close: "~~"}
)

// span is a part of a line within the same marks.
type span struct {
	text  string
	marks []mark // from the outermost
	// atom says that the text is written as it is and never cut, code that it is cut but not escaped.
	atom, code bool
}

// splitLines takes marks apart and returns the spans of each line. All stand within the given marks. A link is an atom if it
// is at most longest long.
func splitLines(in []markdown.Inline, within []mark, longest int) [][]span {
	f := flattener{lines: make([][]span, 1), longest: longest}
	f.all(in, within)
	return f.lines
}

type flattener struct {
	lines   [][]span
	codes   int
	longest int
	label   bool // what is written is a link's label
}

func (f *flattener) add(s span) {
	line := &f.lines[len(f.lines)-1]
	if n := len(*line); n > 0 && !s.atom && !s.code {
		if last := &(*line)[n-1]; !last.atom && !last.code && slices.Equal(last.marks, s.marks) {
			last.text += s.text
			return
		}
	}
	*line = append(*line, s)
}

func (f *flattener) all(in []markdown.Inline, marks []mark) {
	for _, in := range in {
		switch n := in.(type) {
		case markdown.Text:
			f.text(string(n), marks)
		case markdown.Strong:
			f.all(n.Text, inside(marks, strong))
		case markdown.Emphasis:
			f.all(n.Text, inside(marks, emphasis))
		case markdown.Strike:
			f.all(n.Text, inside(marks, strike))
		case markdown.Code:
			f.code(string(n), marks)
		case markdown.Link:
			f.link(n.URL, n.Text, marks)
		case markdown.Image:
			f.link(n.URL, textOf(n.Alt), marks)
		case markdown.Break:
			f.lines = append(f.lines, nil)
		}
	}
}

func textOf(s string) []markdown.Inline {
	if s == "" {
		return nil
	}
	return []markdown.Inline{markdown.Text(s)}
}

// inside returns marks with one more, unless it is among them.
func inside(marks []mark, m mark) []mark {
	if slices.Contains(marks, m) {
		return marks
	}
	return append(slices.Clip(marks), m)
}

// compatible leaves out marks that a text which cannot be escaped would end.
func compatible(marks []mark, text string) []mark {
	if !strings.ContainsAny(text, "*~") {
		return marks
	}
	return slices.DeleteFunc(slices.Clone(marks), func(m mark) bool { return strings.Contains(text, m.open[:1]) })
}

// code writes code that cannot be ended by what stands in it.
func (f *flattener) code(text string, marks []mark) {
	f.codes++
	m := mark{open: "`", close: "`", id: f.codes}
	if strings.Contains(text, "`") {
		m.open, m.close = "``", "``"
		text = strings.ReplaceAll(text, "``", "`"+zeroWidth+"`"+zeroWidth)
	}
	f.add(span{text: hidePipes(text), marks: append(slices.Clip(compatible(marks, text)), m), code: true})
}

// link writes a link that Discord shows as one: a web address, under words that are neither an address themselves nor hold
// brackets. Of others the address stands behind the words.
func (f *flattener) link(address string, text []markdown.Inline, marks []mark) {
	target, ok := webAddress(address)
	ok = ok && markdown.UTF16(target)+len("<>") <= f.longest
	words := strings.TrimSpace(markdown.Plain(text))
	switch {
	case ok && (words == address || words == ""):
		f.add(span{text: "<" + target + ">", marks: compatible(marks, target), atom: true})
		return
	case ok && !strings.Contains(words, "://") && !strings.ContainsAny(words, "[]"):
		if atom, ok := f.masked(target, text, marks); ok {
			f.add(span{text: atom, marks: compatible(marks, words), atom: true})
			return
		}
	}
	f.all(text, marks)
	switch {
	case ok:
		f.add(span{text: " (", marks: marks})
		f.add(span{text: "<" + target + ">", marks: compatible(marks, target), atom: true})
		f.add(span{text: ")", marks: marks})
	case address == "" || strings.TrimPrefix(address, "mailto:") == words:
	case words == "":
		f.add(span{text: address, marks: marks})
	default:
		f.add(span{text: " (" + address + ")", marks: marks})
	}
}

// encodeMarks writes what could end a link, or the marks around it, so that it leads to the same place.
var encodeMarks = strings.NewReplacer("*", "%2A", "~~", "%7E~", "(", "%28", ")", "%29")

// masked returns a link under words, in one line, if it is short enough.
func (f *flattener) masked(target string, text []markdown.Inline, marks []mark) (atom string, ok bool) {
	var words []span
	for i, line := range plainSpans(text, marks, f.longest) {
		if i > 0 {
			words = append(words, span{text: " "})
		}
		for _, s := range line {
			s.marks = slices.DeleteFunc(slices.Clone(s.marks), func(m mark) bool { return slices.Contains(marks, m) })
			words = append(words, s)
		}
	}
	end := "](<" + encodeMarks.Replace(target) + ">)"
	out, over := compose(words, f.longest-len("[")-markdown.UTF16(end))
	return "[" + out + end, len(over) == 0
}

// webAddress returns an address as it can stand in a message, if it leads into the web.
func webAddress(s string) (string, bool) {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return "", false
	}
	var b strings.Builder
	for _, r := range u.Scheme + s[len(u.Scheme):] { // in small letters
		if r <= ' ' || r == 0x7f || strings.ContainsRune("<>|`\\", r) {
			fmt.Fprintf(&b, "%%%02X", r)
		} else {
			b.WriteRune(r)
		}
	}
	return strings.ReplaceAll(b.String(), "](", "]%28"), true
}
