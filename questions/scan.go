package questions

import "strings"

// container is what a line may stand in: a quotation, or a list item whose content begins width columns behind the
// content of what is around it.
type container struct {
	quote bool
	width int
	empty bool // an item that nothing stands in so far
	count bool // a numbered item
}

// leaf is the block of text that is open in the innermost container.
type leaf uint8

const (
	noLeaf leaf = iota
	paragraph
	fenced
	indented
	htmlBlock
)

// scanner finds out what block each line belongs to, by CommonMark's rules for containers and leaves, in one pass over
// the lines. It builds no tree, since the readings ask for facts of lines only.
type scanner struct {
	lines []line
	stack []container
	leaf  leaf
	start int // the first line of the open leaf

	fence     byte // what the open fence is made of
	fenceSize int
	ends      string // what ends the open HTML block, in lower case; empty if a blank line does
	atx       bool   // the note has headings that begin with #
	under     []underline
}

// underline is a line of = or - below a paragraph.
type underline struct{ first, last, below int }

// spot is a position in a line: the byte and the column, which differ behind tabs. A tab may be half used.
type spot struct{ byte, column int }

// next is the first spot at or behind p that holds no white space.
func (p spot) next(s string) spot {
	for p.byte < len(s) {
		switch s[p.byte] {
		case ' ':
			p.column++
		case '\t':
			p.column += 4 - p.column%4
		default:
			return p
		}
		p.byte++
	}
	return p
}

// forward moves p over columns of white space.
func (p spot) forward(s string, columns int) spot {
	for columns > 0 && p.byte < len(s) {
		if s[p.byte] == '\t' {
			stop := 4 - p.column%4
			if stop > columns { // The rest of the tab is content.
				p.column += columns
				return p
			}
			p.column += stop
			columns -= stop
		} else {
			p.column++
			columns--
		}
		p.byte++
	}
	return p
}

// line takes in line i, which s is of.
func (b *scanner) line(i int, s string) {
	p, matched := b.match(s)
	all := matched == len(b.stack)
	if all && b.goesOn(i, s, p) {
		return
	}
	b.open(i, s, p, matched)
}

// match walks down the open containers that s goes on with.
func (b *scanner) match(s string) (p spot, matched int) {
	for matched < len(b.stack) {
		c := &b.stack[matched]
		n := p.next(s)
		blank := n.byte == len(s)
		switch {
		case c.quote:
			if blank || n.column-p.column > 3 || s[n.byte] != '>' {
				return p, matched
			}
			p = spot{n.byte + 1, n.column + 1}
			if p.byte < len(s) && (s[p.byte] == ' ' || s[p.byte] == '\t') {
				p = p.forward(s, 1)
			}
		case blank:
			if c.empty {
				return p, matched
			}
		case n.column-p.column >= c.width:
			p = p.forward(s, c.width)
		default:
			return p, matched
		}
		matched++
	}
	return p, matched
}

// goesOn says whether line i belongs to the open fence, code or HTML, and takes it in.
func (b *scanner) goesOn(i int, s string, p spot) bool {
	n := p.next(s)
	switch b.leaf {
	case fenced:
		l := b.set(i, code)
		if n.column-p.column <= 3 && closesFence(s[n.byte:], b.fence, b.fenceSize) {
			b.leaf = noLeaf
			return true
		}
		l.text = strings.TrimSpace(s[p.byte:])
		return true
	case htmlBlock:
		if b.ends == "" && n.byte == len(s) {
			b.leaf = noLeaf
			return true
		}
		b.set(i, markup).text = strings.TrimSpace(s[p.byte:])
		if b.ends != "" && containsFold(s, b.ends) {
			b.leaf = noLeaf
		}
		return true
	case indented:
		if n.byte == len(s) {
			return true
		}
		if n.column-p.column >= 4 {
			for j := i - 1; j > b.start && b.lines[j].kind != code; j-- { // Blank lines within.
				b.lines[j].kind = code
			}
			b.set(i, code).text = strings.TrimSpace(s[n.byte:])
			return true
		}
		b.leaf = noLeaf
	}
	return false
}

// open opens the blocks that begin on line i, below the first matched containers.
func (b *scanner) open(i int, s string, p spot, matched int) {
	lazy := b.leaf == paragraph && matched < len(b.stack)
	for {
		n := p.next(s)
		if n.byte == len(s) {
			if matched < len(b.stack) {
				b.close(matched)
			}
			b.leaf = noLeaf
			return
		}
		inParagraph := b.leaf == paragraph && matched == len(b.stack)
		if n.column-p.column >= 4 {
			if inParagraph || lazy {
				b.text(i, s[n.byte:])
				return
			}
			b.close(matched)
			b.begin(i, indented, code).text = strings.TrimSpace(s[n.byte:])
			return
		}
		rest := s[n.byte:]
		if inParagraph && isUnderline(rest) {
			b.under = append(b.under, underline{b.start, i - 1, i})
			b.leaf = noLeaf
			return
		}
		if b.openLeaf(i, rest, matched, inParagraph || lazy) {
			return
		}
		after, c, ok := openContainer(s, p, n, inParagraph)
		if !ok {
			break
		}
		b.close(matched)
		b.push(i, c)
		matched, lazy, p = len(b.stack), false, after
	}
	n := p.next(s)
	if lazy || b.leaf == paragraph && matched == len(b.stack) {
		b.text(i, s[n.byte:])
		return
	}
	b.close(matched)
	l := b.begin(i, paragraph, prose)
	l.text = strings.TrimSpace(s[n.byte:])
}

// openLeaf opens a heading, a fence, a rule or HTML, if rest begins one.
func (b *scanner) openLeaf(i int, rest string, matched int, interrupts bool) bool {
	switch rest[0] {
	case '#':
		level := len(rest) - len(strings.TrimLeft(rest, "#"))
		if level > 6 || level < len(rest) && rest[level] != ' ' && rest[level] != '\t' {
			return false
		}
		b.close(matched)
		l := b.set(i, heading)
		l.level, l.opens, l.text = uint8(level), true, headingText(rest[level:])
		b.atx = true
		b.leaf = noLeaf
		return true
	case '`', '~':
		size := len(rest) - len(strings.TrimLeft(rest, rest[:1]))
		if size < 3 || rest[0] == '`' && strings.Contains(rest[size:], "`") {
			return false
		}
		b.close(matched)
		b.begin(i, fenced, code)
		b.fence, b.fenceSize = rest[0], size
		return true
	case '*', '-', '_':
		if !isRule(rest) {
			return false
		}
		b.close(matched)
		b.set(i, rule)
		b.leaf = noLeaf
		return true
	case '<':
		ends, ok := htmlStart(rest, interrupts)
		if !ok {
			return false
		}
		b.close(matched)
		b.begin(i, htmlBlock, markup).text = strings.TrimSpace(rest)
		b.ends = ends
		if ends != "" && containsFold(rest, ends) {
			b.leaf = noLeaf
		}
		return true
	}
	return false
}

// openContainer reads the mark of a quotation or list item at n; after is where its content begins.
func openContainer(s string, p, n spot, interrupts bool) (after spot, c container, ok bool) {
	if s[n.byte] == '>' {
		after = spot{n.byte + 1, n.column + 1}
		if after.byte < len(s) && (s[after.byte] == ' ' || s[after.byte] == '\t') {
			after = after.forward(s, 1)
		}
		return after, container{quote: true}, true
	}
	size := listMark(s[n.byte:])
	if size == 0 {
		return after, c, false
	}
	mark := spot{n.byte + size, n.column + size}
	content := mark.next(s)
	empty := content.byte == len(s)
	if interrupts && (empty || size > 1 && (size != 2 || s[n.byte] != '1')) {
		return after, c, false
	}
	gap := content.column - mark.column
	if empty || gap > 4 {
		gap = 1
	}
	return mark.forward(s, gap), container{width: mark.column + gap - p.column, empty: empty, count: size > 1}, true
}

// listMark is the length of the bullet or number that s begins with, 0 if there is none.
func listMark(s string) int {
	size := 0
	switch c := s[0]; {
	case c == '-' || c == '*' || c == '+':
		size = 1
	case isDigit(c):
		for size < len(s) && size < 10 && isDigit(s[size]) {
			size++
		}
		if size > 9 || size == len(s) || s[size] != '.' && s[size] != ')' {
			return 0
		}
		size++
	default:
		return 0
	}
	if size < len(s) && s[size] != ' ' && s[size] != '\t' {
		return 0
	}
	return size
}

// close leaves the containers behind the first matched ones, and with them the open leaf.
func (b *scanner) close(matched int) {
	b.stack = b.stack[:matched]
	b.leaf = noLeaf
}

func (b *scanner) push(i int, c container) {
	b.fill()
	b.stack = append(b.stack, c)
	if l := &b.lines[i]; !c.quote && !l.item { // Of "- * a" the inner item adds nothing.
		l.item, l.number, l.opens, l.depth = true, c.count, true, b.depth()
	}
}

// fill remembers that the item around has content.
func (b *scanner) fill() {
	for i := len(b.stack) - 1; i >= 0 && b.stack[i].empty; i-- {
		b.stack[i].empty = false
	}
}

// depth counts the list items that are open.
func (b *scanner) depth() uint8 {
	depth := uint8(0)
	for _, c := range b.stack {
		if !c.quote && depth < maxNesting {
			depth++
		}
	}
	return depth
}

func (b *scanner) set(i int, k kind) *line {
	b.fill()
	l := &b.lines[i]
	l.kind = k
	if !l.item {
		l.depth = b.depth()
	}
	l.quoted = len(b.stack) > int(b.depth())
	return l
}

// begin opens a leaf on line i.
func (b *scanner) begin(i int, f leaf, k kind) *line {
	b.leaf, b.start = f, i
	l := b.set(i, k)
	l.opens = true
	return l
}

// text goes on with the open paragraph.
func (b *scanner) text(i int, s string) {
	b.set(i, prose).text = strings.TrimSpace(s)
}

func headingText(s string) string {
	s = strings.TrimSpace(s)
	cut := strings.TrimRight(s, "#")
	if cut == "" {
		return ""
	}
	if len(cut) < len(s) && (strings.HasSuffix(cut, " ") || strings.HasSuffix(cut, "\t")) {
		return strings.TrimSpace(cut)
	}
	return s
}

func closesFence(s string, fence byte, size int) bool {
	n := 0
	for n < len(s) && s[n] == fence {
		n++
	}
	return n >= size && strings.TrimSpace(s[n:]) == ""
}

// isUnderline says whether s is a row of = or of -, as stands below a heading.
func isUnderline(s string) bool {
	s = strings.TrimRight(s, " \t")
	return s != "" && (s[0] == '=' || s[0] == '-') && strings.Trim(s, s[:1]) == ""
}

// isRule says whether s is three or more of the same sign with nothing but white space between.
func isRule(s string) bool {
	count := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case s[0]:
			count++
		case ' ', '\t':
		default:
			return false
		}
	}
	return count >= 3
}

// htmlStart says whether s begins a block of HTML, and what ends it: nothing but a blank line if ends is empty. A lone tag
// of an unknown element does not interrupt a paragraph.
func htmlStart(s string, interrupts bool) (ends string, ok bool) {
	for _, b := range [...][2]string{{"<!--", "-->"}, {"<?", "?>"}, {"<![CDATA[", "]]>"}} {
		if strings.HasPrefix(s, b[0]) {
			return b[1], true
		}
	}
	if len(s) > 2 && s[1] == '!' && (s[2]|0x20 >= 'a' && s[2]|0x20 <= 'z') {
		return ">", true
	}
	i := 1
	if i < len(s) && s[i] == '/' {
		i++
	}
	from := i
	for i < len(s) && (s[i]|0x20 >= 'a' && s[i]|0x20 <= 'z' || i > from && (isDigit(s[i]) || s[i] == '-')) {
		i++
	}
	if i == from {
		return "", false
	}
	name := strings.ToLower(s[from:i])
	closed := i == len(s) || strings.IndexByte(" \t>", s[i]) >= 0
	switch name {
	case "script", "pre", "style", "textarea":
		if closed && from == 1 {
			return "</" + name + ">", true
		}
	}
	if blockElements[name] && (closed || strings.HasPrefix(s[i:], "/>")) {
		return "", true
	}
	end := strings.IndexByte(s[i:], '>')
	if interrupts || end < 0 || strings.TrimSpace(s[i+end+1:]) != "" {
		return "", false
	}
	attrs := s[i : i+end]
	plain := attrs == "" || attrs == "/" || attrs[0] == ' ' || attrs[0] == '\t'
	return "", plain && (from == 1 || strings.TrimSpace(attrs) == "")
}

// blockElements are the elements that CommonMark takes for the start of a block of HTML, wherever they stand.
var blockElements = func() map[string]bool {
	all := make(map[string]bool)
	for name := range strings.FieldsSeq(`address article aside base basefont blockquote body caption center col colgroup dd details dialog dir div dl
		dt fieldset figcaption figure footer form frame frameset h1 h2 h3 h4 h5 h6 head header hr html iframe legend li link main menu
		menuitem nav noframes ol optgroup option p param search section summary table tbody td tfoot th thead title tr track ul`) {
		all[name] = true
	}
	return all
}()

// containsFold is strings.Contains without regard to ASCII case; part is in lower case.
func containsFold(s, part string) bool {
	for i := 0; i+len(part) <= len(s); i++ {
		if s[i]|0x20 == part[0]|0x20 && strings.EqualFold(s[i:i+len(part)], part) {
			return true
		}
	}
	return false
}
