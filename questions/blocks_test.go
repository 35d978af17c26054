package questions

import (
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

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

// goldmarkBlocks is parseBlocks by goldmark's block parsers, which ours is compared with.
func goldmarkBlocks(lines []source) []line {
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

// facts is what the readings use of a line's block, as text.
func facts(l *line) string {
	if l.kind == prose && l.text == "" && !l.item {
		return "nothing"
	}
	return fmt.Sprintf("kind %d level %d depth %d item %v opens %v quoted %v text %q", l.kind, l.level, l.depth, l.item, l.opens, l.quoted, l.text)
}

// differences names the lines of src that goldmark understands otherwise.
func differences(src string) []string {
	lines := plainTables(plainHTML(strings.Split(src, "\n")))
	ours, theirs := parseBlocks(lines), goldmarkBlocks(lines)
	var all []string
	for i := range ours {
		if a, b := facts(&ours[i]), facts(&theirs[i]); a != b {
			all = append(all, fmt.Sprintf("line %d %q\n ours     %s\n goldmark %s", i+1, lines[i].text, a, b))
		}
	}
	return all
}

// TestBlocksAgreeWithGoldmark compares our blocks with those of a parser that thousands use.
func TestBlocksAgreeWithGoldmark(t *testing.T) {
	t.Parallel()
	known := map[string]string{
		"testdata/terms.md": "   \t- 새로 만들었으면 201", // CommonMark counts the tab as one column here, and goldmark as four.
	}
	for _, pattern := range []string{"testdata/*.md", "testdata/shapes/*.txt", "starter/*/*.md"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %d files, %v", pattern, len(files), err)
		}
		for _, file := range files {
			src, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range differences(string(src)) {
				if k := known[file]; k == "" || !strings.Contains(d, fmt.Sprintf("%q", k)) {
					t.Errorf("%s: %s", file, d)
				}
			}
		}
	}
}

// What a line belongs to, by CommonMark's own examples and where people stumble.
func TestParseBlocks(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, src, want string }{
		{"lazy item", "- a\nb\n\nc", "item1 text1 - text0"},
		{"lazy quotation", "> a\nb\n\nc", "quoted0 quoted0 - text0"},
		{"nested", "1. a\n   - b\n     c\n   d\n2. e", "item1 item2 text2 text2 item1"},
		{"too little for a number", "1. a\n  - b\n", "item1 item1 -"},
		{"numbers interrupt a paragraph only with one", "a\n2. b\n1. c", "text0 text0 item1"},
		{"fence in an item ends with it", "- ```\n  a\nb", "item1 code1 text0"},
		{"fence closes by its own kind", "```\n~~~\n``\n````\na", "code0 code0 code0 code0 text0"},
		{"tick in the info string", "``` a`b\nc", "text0 text0"},
		{"indented code", "a\n\n    b\n\n    c\nd", "text0 - code0 code0 code0 text0"},
		{"indented goes on with a paragraph", "a\n    b", "text0 text0"},
		{"headings", "# a #\n#b\n####### c\n  ## d", "head1 text0 text0 head2"},
		{"underlined", "a\n===\n\nb\n---\n", "head1 rule0 - head2 rule0 -"},
		{"dashes below a finished sentence", "It is so.\n---\n", "text0 rule0 -"},
		{"bullet below a word", "a\n-\n", "text0 item1 -"},
		{"rules", "***\n- - -\n_ _ _ a", "rule0 rule0 text0"},
		{"HTML until a blank line", "<table>\na\n\nb", "html0 html0 - text0"},
		{"comment over blank lines", "<!-- a\n\nb --> c\nd", "html0 html0 html0 text0"},
		{"unknown tag goes on with a paragraph", "a\n<x-y>\n", "text0 text0 -"},
		{"an item that begins empty", "-\n  a\n-\n\n  b", "item1 text1 item1 - text0"},
		{"two items on a line", "- * a\n", "item1 -"},
		{"tabs", "-\ta\n\n\tb\n\n\t\tc", "item1 - text1 - code1"},
	}
	names := map[kind]string{prose: "text", heading: "head", code: "code", rule: "rule", markup: "html"}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, l := range parseBlocks(sources(strings.Split(tt.src, "\n"))) {
				name := names[l.kind] + strconv.Itoa(int(l.depth))
				switch {
				case l.kind == heading:
					name = "head" + strconv.Itoa(int(l.level))
				case l.item:
					name = "item" + strconv.Itoa(int(l.depth))
				case l.quoted:
					name = "quoted" + strconv.Itoa(int(l.depth))
				case l.kind == prose && l.text == "":
					name = "-"
				}
				got = append(got, name)
			}
			if got := strings.Join(got, " "); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}
