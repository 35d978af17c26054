package anki

import (
	"bytes"
	"fmt"
	"strings"
)

// Markdown turns the HTML of a field into Markdown: paragraphs, line breaks, emphasis, lists, code, pictures and links.
// Other tags are left out and their text stays.
func Markdown(field string) string {
	w := writer{}
	for _, t := range tokens(field) {
		w.take(t)
	}
	w.flush()
	return strings.Trim(strings.Join(w.lines, "\n"), "\n")
}

// writer writes Markdown line by line.
type writer struct {
	lines []string
	now   []byte // the line that is being written
	lists []list
	// pre holds the text inside of <pre>; code and marks count how deep in such a tag the writer is.
	pre   *strings.Builder
	code  int
	links []string
	// blank says that a blank line is due before the next text, and item what begins it.
	blank bool
	item  string
}

type list struct {
	ordered bool
	next    int
}

func (w *writer) take(t token) {
	switch {
	case w.pre != nil:
		w.takeInPre(t)
	case t.tag == "":
		w.text(t.text)
	default:
		w.mark(t)
	}
}

func (w *writer) mark(t token) {
	switch t.tag {
	case "br":
		w.flush()
	case "p", "table", "blockquote", "hr":
		w.paragraph()
	case "h1", "h2", "h3", "h4", "h5", "h6": // in bold, since a heading would cut the card it stands in
		if t.close {
			w.emphasis("**", true)
		}
		w.paragraph()
		if !t.close {
			w.emphasis("**", false)
		}
	case "div", "tr", "dt", "dd", "section":
		w.flush()
	case "td", "th":
		if t.close {
			w.now = append(w.now, ' ')
		}
	case "b", "strong":
		w.emphasis("**", t.close)
	case "i", "em":
		w.emphasis("*", t.close)
	case "ul", "ol":
		w.list(t)
	case "li":
		w.listItem(t.close)
	case "code", "tt", "kbd":
		w.inlineCode(t.close)
	case "pre":
		if !t.close {
			w.paragraph()
			w.pre = &strings.Builder{}
		}
	case "img":
		if src := t.attribute("src"); src != "" {
			w.raw("![" + escapeText(t.attribute("alt")) + "](" + escapeLink(src) + ")")
		}
	case "a":
		w.link(t)
	}
}

// text writes text with its white space folded and with what Markdown would take for marks escaped.
func (w *writer) text(s string) {
	s = strings.ReplaceAll(s, "\u00a0", " ")
	for i, line := range strings.Split(s, "\n") {
		if i > 0 && len(w.now) > 0 {
			w.now = append(w.now, ' ')
		}
		folded := strings.Join(strings.Fields(line), " ")
		if folded == "" {
			if line != "" && len(w.now) > 0 {
				w.now = append(w.now, ' ')
			}
			continue
		}
		if w.code == 0 {
			folded = escapeText(folded)
		}
		if line[0] == ' ' || line[0] == '\t' {
			folded = " " + folded
		}
		if last := line[len(line)-1]; last == ' ' || last == '\t' {
			folded += " "
		}
		w.raw(folded)
	}
}

// raw writes Markdown, at the beginning of a line behind what begins it.
func (w *writer) raw(s string) {
	if w.blankLine() {
		w.now = w.now[:0]
		s = strings.TrimLeft(s, " ")
	} else if w.now[len(w.now)-1] == ' ' {
		s = strings.TrimLeft(s, " ")
	}
	w.now = append(w.now, s...)
}

// emphasis opens or closes a mark. White space before a closing mark moves behind it, since with it the mark is none.
func (w *writer) emphasis(mark string, closes bool) {
	if w.code > 0 {
		return
	}
	if !closes {
		w.now = append(w.now, mark...)
		return
	}
	trimmed := bytes.TrimRight(w.now, " ")
	spaces := len(w.now) - len(trimmed)
	if rest, ok := bytes.CutSuffix(trimmed, []byte(mark)); ok { // nothing stands between
		w.now = rest
		return
	}
	w.now = append(append(trimmed, mark...), strings.Repeat(" ", spaces)...)
}

// blankLine says whether the line that is being written is blank so far.
func (w *writer) blankLine() bool {
	return len(bytes.TrimLeft(w.now, " ")) == 0
}

func (w *writer) inlineCode(closes bool) {
	if closes == (w.code == 0) {
		return
	}
	if closes {
		w.code--
	} else {
		w.code++
	}
	if w.code == 0 || !closes && w.code == 1 {
		w.now = append(w.now, '`')
	}
}

func (w *writer) link(t token) {
	if !t.close {
		w.links = append(w.links, t.attribute("href"))
		if w.links[len(w.links)-1] != "" {
			w.raw("[")
		}
		return
	}
	if len(w.links) == 0 {
		return
	}
	href := w.links[len(w.links)-1]
	w.links = w.links[:len(w.links)-1]
	if href != "" {
		w.now = append(w.now, "]("+escapeLink(href)+")"...)
	}
}

// maxNested bounds lists within lists, whose lines grow with their depth.
const maxNested = 20

func (w *writer) list(t token) {
	w.flush()
	if t.close {
		w.lists = w.lists[:max(0, len(w.lists)-1)]
		w.blank = w.blank || len(w.lists) == 0
		return
	}
	w.blank = w.blank || len(w.lists) == 0
	w.lists = append(w.lists, list{ordered: t.tag == "ol", next: 1})
}

func (w *writer) listItem(closes bool) {
	w.flush()
	if closes || len(w.lists) == 0 {
		w.item = ""
		return
	}
	l := &w.lists[len(w.lists)-1]
	w.item = "- "
	if l.ordered {
		w.item = fmt.Sprintf("%d. ", l.next)
		l.next++
	}
}

// paragraph ends the line and asks for a blank one.
func (w *writer) paragraph() {
	w.flush()
	w.blank = true
}

// flush ends the line that is being written.
func (w *writer) flush() {
	line := string(bytes.TrimSpace(w.now))
	w.now = w.now[:0]
	if line == "" || line == "**" || line == "*" {
		return
	}
	if w.item == "" {
		line = escapeStart(line)
	}
	w.line(line)
}

// line writes a line of its own, indented as the lists it stands in need it.
func (w *writer) line(line string) {
	depth := min(len(w.lists), maxNested)
	indent := strings.Repeat("   ", max(0, depth-1))
	if w.item == "" && depth > 0 {
		indent += "   "
	}
	if w.blank && len(w.lines) > 0 {
		w.lines = append(w.lines, "")
	}
	w.blank = false
	w.lines = append(w.lines, strings.TrimRight(indent+w.item+line, " "))
	w.item = ""
}

// takeInPre takes everything up to the end of <pre> as it is.
func (w *writer) takeInPre(t token) {
	switch {
	case t.tag == "":
		w.pre.WriteString(t.text)
	case t.tag == "br", t.tag == "div" && !t.close && w.pre.Len() > 0:
		w.pre.WriteByte('\n')
	case t.tag == "pre" && t.close:
		w.endPre()
	}
}

func (w *writer) endPre() {
	text := strings.Trim(w.pre.String(), "\n")
	w.pre = nil
	fence := "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	w.line(fence)
	for l := range strings.SplitSeq(text, "\n") {
		w.line(l)
	}
	w.line(fence)
	w.blank = true
}

// escapeText puts a backslash before what Markdown would read as a mark within a line, and before nothing else, since
// people read notes as they are written too.
func escapeText(s string) string {
	if !strings.ContainsAny(s, "\\`*_<]") {
		return s
	}
	b := make([]byte, 0, len(s)+8)
	for i := range len(s) {
		if isMark(s, i) {
			b = append(b, '\\')
		}
		b = append(b, s[i])
	}
	return string(b)
}

// isMark says whether the byte at i could be read as a mark. The ends of s may touch other text.
func isMark(s string, i int) bool {
	before, after := byte(0), byte(0)
	if i > 0 {
		before = s[i-1]
	}
	if i+1 < len(s) {
		after = s[i+1]
	}
	switch s[i] {
	case '`':
		return true
	case '\\':
		return i+1 == len(s) || after < 0x80 && !isWord(after) && after != ' '
	case '*':
		return before != ' ' || after != ' '
	case '_':
		return !(isWord(before) && isWord(after)) && (before != ' ' || after != ' ')
	case '<':
		return isLetter(after) || after == '/' || after == '!' || after == '?'
	case ']':
		return after == '(' || after == '[' || after == ':'
	}
	return false
}

func isWord(c byte) bool { return isLetter(c) || c >= '0' && c <= '9' || c == '_' || c >= 0x80 }

// escapeStart puts a backslash before what Markdown would read as the beginning of a block.
func escapeStart(line string) string {
	switch line[0] {
	case '#', '>', '~', '=':
		return `\` + line
	case '-', '+':
		if len(line) == 1 || line[1] == ' ' || line[1] == '-' {
			return `\` + line
		}
	}
	digits := len(line) - len(strings.TrimLeft(line, "0123456789"))
	if digits > 0 && digits < 10 && digits < len(line) && (line[digits] == '.' || line[digits] == ')') && (digits+1 == len(line) || line[digits+1] == ' ') {
		return line[:digits] + `\` + line[digits:]
	}
	return line
}

// escapeLink writes an address so that nothing of it ends the link it stands in.
func escapeLink(s string) string {
	s = strings.NewReplacer("\n", "", "\r", "", "\\", "%5C").Replace(strings.TrimSpace(s))
	if strings.ContainsAny(s, " ()<>\t") {
		return "<" + strings.NewReplacer("<", "%3C", ">", "%3E", "\t", "%09").Replace(s) + ">"
	}
	return s
}
