package questions

import (
	"sort"
	"strings"
	"sync"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// maxNesting is how deep containers may stand in each other. Nobody writes deeper by hand, and the parser's work grows
// with depth times length; a deeper line is taken as plain text.
const maxNesting = 100

// blocks collects the facts of lines from goldmark's syntax tree.
type blocks struct {
	lines  []line
	starts []int // the byte at which each line starts
	last   int   // the line that was looked up last; what follows is mostly near
	atx    bool  // the note has headings that begin with #
	quotes int   // how many quotations are around the block that is visited
	under  []*ast.Heading
}

// blockParser keeps nothing of what it parses, so one serves all.
var blockParser = sync.OnceValue(func() parser.Parser {
	return parser.NewParser(parser.WithBlockParsers(parser.DefaultBlockParsers()...))
})

// parseBlocks finds out what block each line belongs to. Only block structure is parsed: the readings look at inline
// marks themselves, and goldmark takes quadratic time on hostile runs of delimiters.
func parseBlocks(lines []source) []line {
	b := &blocks{lines: make([]line, len(lines)), starts: make([]int, len(lines))}
	size := 0
	for i := range lines {
		size += len(lines[i].text) + 1
	}
	src := make([]byte, 0, size)
	for i := range lines {
		given := &lines[i]
		l := given.text
		b.starts[i] = len(src)
		b.lines[i] = line{raw: l, num: int32(given.num), fold: uint8(min(given.fold, maxNesting))}
		switch { // The same length keeps positions right.
		case nesting(l) > maxNesting:
			l = strings.Repeat("x", len(l))
			given.deep = true
		case given.summary || given.cell == questionCell:
			bare := strings.TrimLeft(l, " \t")
			l = l[:len(l)-len(bare)] + strings.Repeat("x", len(bare))
		}
		b.lines[i].deep = given.deep
		src = append(append(src, l...), '\n')
	}
	b.visit(blockParser().Parse(text.NewReader(src)), 0)
	for _, h := range b.under {
		b.underlined(h)
	}
	for i := range lines {
		l := &b.lines[i]
		switch {
		case lines[i].summary:
			l.kind, l.opens = summary, true
		case lines[i].cell == questionCell:
			l.kind, l.opens = tableRow, true
		}
		l.cell = lines[i].cell != noCell
	}
	return b.lines
}

// nesting counts the containers that one line may open or be inside of, from its leading marks and indentation. A
// bullet or number is a mark only before white space, so that a long row of dashes is none.
func nesting(s string) int {
	depth, columns := 0, 0
	for i := 0; i < len(s); i++ {
		next := i+1 == len(s) || s[i+1] == ' ' || s[i+1] == '\t'
		switch c := s[i]; {
		case c == ' ':
			columns++
		case c == '\t':
			columns += 4
		case c == '>', next && strings.IndexByte("-*+.)", c) >= 0:
			depth++
			if i+1 < len(s) && s[i+1] == ' ' {
				i++ // It belongs to the mark.
			}
		case c < '0' || c > '9':
			return depth + columns/2
		}
	}
	return depth + columns/2
}

// at returns the index of the line that holds byte pos.
func (b *blocks) at(pos int) int {
	for i := b.last; i < min(b.last+4, len(b.starts)); i++ {
		if b.starts[i] <= pos && (i+1 == len(b.starts) || pos < b.starts[i+1]) {
			b.last = i
			return i
		}
	}
	b.last = max(0, sort.SearchInts(b.starts, pos+1)-1)
	return b.last
}

func (b *blocks) visit(parent ast.Node, depth uint8) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		switch n := n.(type) {
		case *ast.List:
			b.visit(n, depth)
		case *ast.Blockquote:
			b.quotes++
			b.visit(n, depth)
			b.quotes--
		case *ast.ListItem:
			if l := &b.lines[b.at(n.Pos())]; !l.item { // Of "- * a" the inner item adds nothing.
				l.item, l.opens, l.depth = true, true, depth+1
			}
			b.visit(n, depth+1)
		case *ast.Heading:
			b.heading(n, depth)
		case *ast.Paragraph, *ast.TextBlock:
			b.texts(n, prose, depth)
		case *ast.FencedCodeBlock:
			b.fence(n, depth)
		case *ast.CodeBlock:
			b.texts(n, code, depth)
		case *ast.HTMLBlock:
			b.texts(n, markup, depth)
			if n.HasClosure() {
				b.set(b.at(n.ClosureLine.Start), markup, depth)
			}
		case *ast.ThematicBreak:
			b.set(b.at(n.Pos()), rule, depth)
		}
	}
}

func (b *blocks) set(i int, k kind, depth uint8) *line {
	l := &b.lines[i]
	l.kind = k
	if !l.item {
		l.depth = max(l.depth, depth)
	}
	l.quoted = b.quotes > 0
	return l
}

// texts gives n's lines their kind and text.
func (b *blocks) texts(n ast.Node, k kind, depth uint8) {
	segments := n.Lines()
	for i := range segments.Len() {
		s := segments.At(i)
		at := b.at(s.Start)
		l := b.set(at, k, depth)
		l.opens = l.opens || i == 0
		// Positions of the masked source are those of the lines, so the text is cut from the line itself.
		from := min(s.Start-b.starts[at], len(l.raw))
		to := min(max(s.Stop-b.starts[at], from), len(l.raw))
		l.text = strings.TrimSpace(l.raw[from:to])
	}
}

// fence marks the delimiters too, which are not among the lines of a fence.
func (b *blocks) fence(n *ast.FencedCodeBlock, depth uint8) {
	open := b.at(n.Pos())
	b.set(open, code, depth).opens = true
	b.texts(n, code, depth)
	last := open
	if segments := n.Lines(); segments.Len() > 0 {
		last = b.at(segments.At(segments.Len() - 1).Start)
		b.lines[b.at(segments.At(0).Start)].opens = false
	}
	mark := strings.TrimLeft(b.lines[open].raw, " \t>-*+0123456789.)")
	if last++; last < len(b.lines) && mark != "" {
		if closing := strings.TrimLeft(b.lines[last].raw, " \t>"); strings.HasPrefix(closing, strings.Repeat(mark[:1], 3)) {
			b.set(last, code, depth)
		}
	}
}

func (b *blocks) heading(n *ast.Heading, depth uint8) {
	at := b.at(n.Pos())
	if text := n.Lines(); text.Len() > 0 && text.At(0).Start <= n.Pos() { // No # stands before its text.
		b.texts(n, prose, depth)
		b.under = append(b.under, n)
		return
	}
	b.atx = true
	b.texts(n, heading, depth)
	l := b.set(at, heading, depth)
	l.level, l.opens = uint8(n.Level), true
}

// underlined decides what a paragraph with a line of = or - below it is. People draw a line under an answer, or leave
// a bare bullet under a word, more often than they underline a heading; only a single line whose underline can hardly
// mean anything else is one.
func (b *blocks) underlined(n *ast.Heading) {
	first := b.at(n.Pos())
	last := first + n.Lines().Len() - 1
	if last+1 >= len(b.lines) {
		return
	}
	below := &b.lines[last+1]
	mark := strings.TrimLeft(below.raw, " \t>")
	mark = strings.TrimSpace(mark)
	if mark == "-" {
		below.item, below.opens, below.depth = true, true, b.lines[last].depth+1
		return
	}
	below.kind = rule
	if first != last || len(mark) < 3 || mark[0] == '-' && (b.atx || states(b.lines[first].text)) {
		return
	}
	b.lines[first].kind, b.lines[first].level = heading, uint8(n.Level)
}
