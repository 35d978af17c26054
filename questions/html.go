package questions

import (
	"html"
	"strconv"
	"strings"
)

// source is a line of a note on its way to the block parser.
type source struct {
	text string
	num  int // in the file, from 1
	// fold counts the <details> around the line; summary says that it is what shows of the innermost.
	fold    int
	summary bool
	cell    uint8 // what it is of a table that was taken apart
	deep    bool  // it stands deeper than maxNesting, and is read as if it did not
}

// sources wraps lines as they are.
func sources(lines []string) []source {
	all := make([]source, len(lines))
	for i, l := range lines {
		all[i] = source{text: l, num: i + 1}
	}
	return all
}

// plainHTML rewrites the HTML that notes are built with, headings, paragraphs, lists and folded parts, into Markdown, so
// that one way of reading serves both and no tag reaches a chat. Only lines that begin with such a tag, or end what one
// began, are touched: elsewhere a tag may be what the note is about. Fences, code spans and comments stay as they are.
func plainHTML(lines []string) []source {
	flat, any := usesHTML(lines)
	if !any {
		return sources(lines)
	}
	p := &htmlLines{flat: flat, out: make([]source, 0, len(lines)+len(lines)/4)}
	for i, l := range lines {
		p.num = i + 1
		p.line(l)
	}
	p.flush()
	return p.out
}

// usesHTML says whether a line begins with a tag that structures text. flat says that most <details> are never closed,
// so that one ends where the next begins.
func usesHTML(lines []string) (flat, any bool) {
	opened, closed := 0, 0
	for _, l := range lines {
		if strings.IndexByte(l, '<') < 0 {
			continue
		}
		s := l[len(l)-len(trimListMark(l)):]
		if t, _, ok := tagAt(s); ok && isStructure(t.name) {
			any = true
		}
		opened += strings.Count(l, "<details")
		closed += strings.Count(l, "</details")
	}
	return closed*2 < opened, any
}

// trimListMark drops white space and one list mark from the front of s.
func trimListMark(s string) string {
	s = strings.TrimLeft(s, " \t")
	if len(s) > 2 && strings.IndexByte("-*+", s[0]) >= 0 && s[1] == ' ' {
		return strings.TrimLeft(s, "-*+ ")
	}
	return s
}

// htmlLines writes the rewritten lines.
type htmlLines struct {
	out  []source
	num  int
	flat bool

	open   []string // the structuring elements around, outermost first
	folds  int      // how many of them are <details>
	lists  []int    // of each list around: the number of its next item, or -1
	indent string   // before the lines of elements that stand in a list item

	text    []byte // the line being put together
	textNum int    // where it began
	prefix  string // what goes before it
	summary bool   // it is a summary
	bold    []int  // where emphasis opened in it
	href    string // where the link leads that is open in it

	deep    bool   // an element was left out because of its depth
	fence   string // the delimiter of the fence we are in
	comment bool   // in a comment that began on a line above
	pre     bool
	raw     bool // no blank line since the last structuring tag: the white space before a line means nothing
}

func (p *htmlLines) emit(text string, num int, summary bool) {
	p.out = append(p.out, source{text: text, num: num, fold: p.folds, summary: summary, deep: p.deep})
	p.deep = false
}

// line takes in one line of the note.
func (p *htmlLines) line(l string) {
	trimmed := strings.TrimSpace(l)
	switch {
	case p.pre:
		p.preLine(l)
	case p.fence != "":
		if strings.HasPrefix(trimmed, p.fence) && strings.Trim(trimmed, p.fence[:1]) == "" {
			p.fence = ""
		}
		p.emit(l, p.num, false)
	case p.comment:
		p.comment = !strings.Contains(l, "-->")
		p.emit(l, p.num, false)
	case p.summary && trimmed != "":
		p.tokens(trimmed)
	case trimmed == "":
		if p.summary && len(p.text) > 0 {
			p.closeSummary()
		}
		p.flush()
		p.raw = false
		p.emit(l, p.num, false)
	case isFence(trimmed) && trimmed[0] != '>':
		p.flush()
		mark := trimmed[:len(trimmed)-len(strings.TrimLeft(trimmed, trimmed[:1]))]
		if strings.Contains(trimmed[len(mark):], "`") { // A code span that fills a line.
			p.plain(l)
			return
		}
		p.fence = mark
		p.emit(l, p.num, false)
	case strings.HasPrefix(trimmed, "<!--"):
		p.flush()
		p.comment = !strings.Contains(l, "-->")
		p.emit(l, p.num, false)
	case p.structures(l):
		if len(p.open) == 0 {
			p.indent = p.listIndent(l)
		}
		p.raw = true
		before := len(p.out)
		p.tokens(strings.TrimSpace(trimListMark(l)))
		p.flush()
		if len(p.out) == before && !p.summary { // A tag separates, as a blank line does.
			p.emit("", p.num, false)
		}
	default:
		p.plain(l)
	}
}

// structures says whether l begins with a structuring tag, or holds the end of an open element.
func (p *htmlLines) structures(l string) bool {
	s := strings.TrimLeft(l, " \t")
	if t, _, ok := tagAt(s); ok && isStructure(t.name) {
		return true
	}
	if rest := trimListMark(l); len(rest) < len(s) {
		if t, _, ok := tagAt(rest); ok && (t.name == "details" || t.name == "summary") {
			return true
		}
	}
	if len(p.open) == 0 {
		return false
	}
	inCode := false
	for i := 0; i+1 < len(s); i++ {
		if s[i] == '`' {
			inCode = !inCode
		}
		if inCode || s[i] != '<' || s[i+1] != '/' {
			continue
		}
		if t, _, ok := tagAt(s[i:]); ok && p.isOpen(t.name) {
			return true
		}
	}
	return false
}

func (p *htmlLines) isOpen(name string) bool {
	for i := len(p.open) - 1; i >= 0; i-- {
		if p.open[i] == name {
			return true
		}
	}
	return false
}

// listIndent is the white space that keeps an element in the list item it stands in: that of its own line, if the item
// above holds it.
func (p *htmlLines) listIndent(l string) string {
	lead := l[:len(l)-len(strings.TrimLeft(l, " \t"))]
	if lead == "" {
		return ""
	}
	for i := len(p.out) - 1; i >= max(0, len(p.out)-maxNesting); i-- {
		above := p.out[i].text
		s := strings.TrimLeft(above, " \t")
		if s == "" {
			continue
		}
		content := len(above) - len(trimListMark(above))
		digits := strings.TrimLeft(s, "0123456789")
		if len(digits) < len(s) && digits != "" && (digits[0] == '.' || digits[0] == ')') {
			content = len(above) - len(strings.TrimLeft(digits[1:], " "))
		}
		if content == 0 || len(lead) < content {
			return ""
		}
		return lead
	}
	return ""
}

// plain takes in a line without structuring tags.
func (p *htmlLines) plain(l string) {
	p.flush()
	if p.raw && len(p.open) > 0 {
		s := strings.TrimPrefix(l, p.indent)
		if bare := strings.TrimLeft(s, " \t"); len(s)-len(bare) >= 4 && !p.inList() {
			s = bare
		}
		l = p.indent + s
	}
	p.emit(l, p.num, false)
}

// inList says whether the line above belongs to a Markdown list.
func (p *htmlLines) inList() bool {
	if len(p.out) == 0 {
		return false
	}
	above := p.out[len(p.out)-1].text
	s := strings.TrimLeft(above, " \t")
	return len(trimListMark(above)) < len(s) || len(s) < len(above) && s != "" || strings.TrimLeft(s, "0123456789") != s
}

func (p *htmlLines) begin(t tag) {
	if len(p.open) >= maxNesting && t.name != "summary" && t.name != "hr" && t.name != "pre" {
		p.deep = true
		return
	}
	switch t.name {
	case "details":
		if p.flat && p.folds > 0 {
			p.pop("details")
		}
		p.folds++
		p.open = append(p.open, t.name)
		return
	case "summary":
		p.summary = true
		return
	case "hr":
		p.emit("", p.num, false)
		p.emit(p.indent+"---", p.num, false)
		return
	case "pre":
		p.gap()
		p.emit(p.indent+"```", p.num, false)
		p.pre = true
		return
	case "ul":
		p.gap()
		p.lists = append(p.lists, -1)
	case "ol":
		p.gap()
		p.lists = append(p.lists, 1)
	case "li":
		p.prefix = p.item()
	case "h1", "h2", "h3", "h4", "h5", "h6":
		p.gap()
		p.prefix = strings.Repeat("#", int(t.name[1]-'0')) + " "
	case "dt":
		p.gap()
		p.write("**")
	default:
		if len(p.lists) == 0 && p.prefix == "" {
			p.gap()
		}
	}
	p.open = append(p.open, t.name)
}

// item is what stands before the next list item.
func (p *htmlLines) item() string {
	if len(p.lists) == 0 {
		return "- "
	}
	last := len(p.lists) - 1
	lead := strings.Repeat("   ", last)
	if p.lists[last] < 0 {
		return lead + "- "
	}
	p.lists[last]++
	return lead + strconv.Itoa(p.lists[last]-1) + ". "
}

func (p *htmlLines) end(name string) {
	switch name {
	case "summary":
		p.closeSummary()
		return
	case "ul", "ol":
		if len(p.lists) > 0 {
			p.lists = p.lists[:len(p.lists)-1]
		}
	}
	p.prefix = ""
	p.pop(name)
	if name != "li" && len(p.lists) == 0 {
		p.gap()
	}
}

// pop closes the innermost element of that name and all inside it.
func (p *htmlLines) pop(name string) {
	for i := len(p.open) - 1; i >= 0; i-- {
		if p.open[i] != name {
			continue
		}
		for _, inner := range p.open[i:] {
			if inner == "details" {
				p.folds--
			}
		}
		p.open = p.open[:i]
		return
	}
}

// gap puts a blank line between what came and what comes.
func (p *htmlLines) gap() {
	if len(p.out) > 0 && p.out[len(p.out)-1].text != "" {
		p.emit("", p.num, false)
	}
}

// flush writes out the line put together so far.
func (p *htmlLines) flush() {
	if p.summary {
		return
	}
	s := strings.TrimRight(string(p.text), " \t")
	p.text = p.text[:0]
	p.bold, p.href = p.bold[:0], ""
	if s == "" {
		return
	}
	if strings.HasPrefix(s, "**") && len(p.open) > 0 && p.open[len(p.open)-1] == "dt" {
		s += "**"
	}
	p.emit(p.indent+p.prefix+s, p.textNum, false)
	p.prefix = ""
	if n := len(p.lists); n > 0 {
		p.prefix = strings.Repeat("   ", n)
	}
}

func (p *htmlLines) closeSummary() {
	p.summary = false
	s := strings.TrimSpace(strings.TrimLeft(strings.TrimSpace(string(p.text)), "#"))
	p.text = p.text[:0]
	p.bold, p.href = p.bold[:0], ""
	if s == "" {
		return
	}
	p.gap()
	p.emit(p.indent+s, p.textNum, true)
	p.emit("", p.textNum, false)
}

// preLine takes in a line of preformatted text.
func (p *htmlLines) preLine(l string) {
	before, _, closed := strings.Cut(l, "</pre>")
	for _, inner := range []string{"<code>", "</code>"} {
		before = strings.ReplaceAll(before, inner, "")
	}
	if at := strings.Index(before, "<code "); at >= 0 {
		if _, n, ok := tagAt(before[at:]); ok {
			before = before[:at] + before[at+n:]
		}
	}
	if before = html.UnescapeString(before); strings.TrimSpace(before) != "" || !closed && len(p.out) > 0 && p.out[len(p.out)-1].num != p.num {
		p.emit(p.indent+before, p.num, false)
	}
	if closed {
		p.emit(p.indent+"```", p.num, false)
		p.pre = false
	}
}
