package markdown

import (
	"bytes"
	"html"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// Parse reads a text.
func Parse(s string) []Block {
	return parse(blockParser, s)
}

// Inlines reads a text in which no block begins, such as a title: "1. TCP" is no list there.
func Inlines(s string) []Inline {
	var all []Inline
	for _, b := range parse(lineParser, s) {
		if p, ok := b.(Paragraph); ok {
			if len(all) > 0 {
				all = append(all, Break{})
			}
			all = append(all, p.Text...)
		}
	}
	return all
}

// What is beyond these limits is text. They keep the time in proportion to the length.
const (
	deepest         = 32     // quotes and lists in each other
	mostLinks       = 200    // links with an address in one block: where one begins, its whole line may be searched for its end
	mostDefinitions = 200    // lines of a paragraph that begins with the definition of a link
	mostCells       = 20_000 // in one table: short rows are filled up, so that a short text may have very many
)

var (
	blockParser = parser.NewParser(
		parser.WithBlockParsers(
			util.Prioritized(parser.NewSetextHeadingParser(), 100),
			util.Prioritized(parser.NewThematicBreakParser(), 200),
			util.Prioritized(limited{parser.NewListParser()}, 300),
			util.Prioritized(parser.NewListItemParser(), 400),
			util.Prioritized(parser.NewCodeBlockParser(), 500),
			util.Prioritized(parser.NewATXHeadingParser(), 600),
			util.Prioritized(parser.NewFencedCodeBlockParser(), 700),
			util.Prioritized(limited{parser.NewBlockquoteParser()}, 800),
			util.Prioritized(parser.NewParagraphParser(), 1000),
		),
		inlineParsers,
		parser.WithParagraphTransformers(
			util.Prioritized(boundedDefinitions{parser.LinkReferenceParagraphTransformer}, 100),
			util.Prioritized(boundedTables{extension.NewTableParagraphTransformer()}, 200),
		),
		parser.WithASTTransformers(util.Prioritized(extension.NewTableASTTransformer(), 0)),
	)
	lineParser = parser.NewParser(
		parser.WithBlockParsers(util.Prioritized(parser.NewParagraphParser(), 1000)),
		inlineParsers,
	)
	inlineParsers = parser.WithInlineParsers(
		util.Prioritized(extension.NewTaskCheckBoxParser(), 0),
		util.Prioritized(parser.NewCodeSpanParser(), 100),
		util.Prioritized(boundedLinks{parser.NewLinkParser()}, 200),
		util.Prioritized(parser.NewAutoLinkParser(), 300),
		util.Prioritized(runParser{}, 500),
	)
)

// limited opens no container that would be too deep.
type limited struct{ parser.BlockParser }

func (l limited) Open(parent ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	depth := 0
	for n := parent; n != nil; n = n.Parent() {
		if k := n.Kind(); k == ast.KindList || k == ast.KindBlockquote {
			depth++
		}
	}
	if depth >= deepest {
		return nil, parser.NoChildren
	}
	return l.BlockParser.Open(parent, reader, pc)
}

// boundedDefinitions looks for definitions in short paragraphs only.
type boundedDefinitions struct{ parser.ParagraphTransformer }

func (d boundedDefinitions) Transform(node *ast.Paragraph, reader text.Reader, pc parser.Context) {
	if node.Lines().Len() <= mostDefinitions {
		d.ParagraphTransformer.Transform(node, reader, pc)
	}
}

// boundedTables reads tables of so many cells only.
type boundedTables struct{ parser.ParagraphTransformer }

func (b boundedTables) Transform(node *ast.Paragraph, reader text.Reader, pc parser.Context) {
	rows, columns := node.Lines().Len(), 0
	for i := range rows {
		line := node.Lines().At(i)
		columns = max(columns, bytes.Count(line.Value(reader.Source()), []byte("|")))
	}
	if rows*columns <= mostCells {
		b.ParagraphTransformer.Transform(node, reader, pc)
	}
}

// boundedLinks reads so many links in a block only.
type boundedLinks struct{ parser.InlineParser }

var linksKey = parser.NewContextKey()

type linkCount struct {
	parent ast.Node
	n      int
}

func (l boundedLinks) Parse(parent ast.Node, block text.Reader, pc parser.Context) ast.Node {
	if line, _ := block.PeekLine(); bytes.HasPrefix(line, []byte("](")) {
		count, _ := pc.Get(linksKey).(*linkCount)
		if count == nil || count.parent != parent {
			count = &linkCount{parent: parent}
			pc.Set(linksKey, count)
		}
		if count.n++; count.n > mostLinks {
			return nil
		}
	}
	return l.InlineParser.Parse(parent, block, pc)
}

// CloseBlock hands on what the parser of links cleans up behind a block.
func (l boundedLinks) CloseBlock(parent ast.Node, block text.Reader, pc parser.Context) {
	if c, ok := l.InlineParser.(parser.CloseBlocker); ok {
		c.CloseBlock(parent, block, pc)
	}
}

var clean = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\x00", "\uFFFD")

func parse(p parser.Parser, s string) []Block {
	s = clean.Replace(strings.ToValidUTF8(s, "\uFFFD")) + "\n" // a fence that opens in the last line has a language too
	r := reading{source: []byte(s)}
	root := p.Parse(text.NewReader(r.source))
	r.findUsed(root)
	return r.blocks(root)
}

// reading turns goldmark's tree into ours.
type reading struct {
	source []byte
	used   map[string]bool // labels of definitions that links refer to
}

// findUsed notes which definitions links refer to.
func (r *reading) findUsed(root ast.Node) {
	_ = ast.Walk(root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		var ref *ast.ReferenceLink
		switch n := n.(type) {
		case *ast.Link:
			ref = n.Reference
		case *ast.Image:
			ref = n.Reference
		}
		if ref != nil && entering {
			if r.used == nil {
				r.used = map[string]bool{}
			}
			r.used[util.ToLinkReference(ref.Value)] = true
		}
		return ast.WalkContinue, nil
	})
}

func (r *reading) blocks(parent ast.Node) []Block {
	var all []Block
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		if b := r.block(n); b != nil {
			all = append(all, b)
		}
	}
	return all
}

// block returns nil for what shows nothing.
func (r *reading) block(n ast.Node) Block {
	switch n := n.(type) {
	case *ast.Paragraph, *ast.TextBlock:
		if in := r.inlines(n, true); len(in) > 0 {
			return Paragraph{in}
		}
	case *ast.Heading:
		return Heading{n.Level, r.inlines(n, true)}
	case *ast.List:
		return r.list(n)
	case *ast.Blockquote:
		return Quote{r.blocks(n)}
	case *ast.CodeBlock:
		return CodeBlock{Text: strings.TrimRight(r.lines(n), "\n")}
	case *ast.FencedCodeBlock:
		return r.fenced(n)
	case *ast.ThematicBreak:
		return Rule{}
	case *extast.Table:
		return r.table(n)
	case *ast.LinkReferenceDefinition:
		if !r.used[util.ToLinkReference(n.Label)] {
			if in := Inlines(r.lines(n)); len(in) > 0 {
				return Paragraph{in}
			}
		}
	}
	return nil
}

// fenced reads code behind a fence. What stands beside the fence is its language, with settings perhaps, or the first line
// of the code, as people write it in chats.
func (r *reading) fenced(n *ast.FencedCodeBlock) Block {
	code := strings.TrimSuffix(r.lines(n), "\n")
	if n.Info == nil {
		return CodeBlock{Text: code}
	}
	info := strings.TrimSpace(string(n.Info.Segment.Value(r.source)))
	language, more, _ := strings.Cut(info, " ")
	if more != "" && !strings.ContainsAny(more, "={") {
		return CodeBlock{Text: strings.TrimSuffix(info+"\n"+code, "\n")}
	}
	return CodeBlock{unescape([]byte(language)), code}
}

func (r *reading) lines(n ast.Node) string {
	var b strings.Builder
	for i := range n.Lines().Len() {
		line := n.Lines().At(i)
		b.Write(line.Value(r.source))
	}
	return b.String()
}

func (r *reading) list(n *ast.List) Block {
	l := List{Ordered: n.IsOrdered(), Start: n.Start, Loose: !n.IsTight}
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		l.Items = append(l.Items, Item{task(c), r.blocks(c)})
	}
	return l
}

func task(item ast.Node) Task {
	if first := item.FirstChild(); first != nil && first.FirstChild() != nil {
		if box, ok := first.FirstChild().(*extast.TaskCheckBox); ok && box.IsChecked {
			return Done
		} else if ok {
			return Open
		}
	}
	return NoTask
}

func (r *reading) table(n *extast.Table) Block {
	var t Table
	for _, a := range n.Alignments {
		t.Align = append(t.Align, map[extast.Alignment]Align{extast.AlignLeft: Left, extast.AlignCenter: Center, extast.AlignRight: Right}[a])
	}
	for row := n.FirstChild(); row != nil; row = row.NextSibling() {
		var cells []Cell
		for c := row.FirstChild(); c != nil; c = c.NextSibling() {
			cells = append(cells, r.inlines(c, true))
		}
		if row.Kind() == extast.KindTableHeader {
			t.Head = cells
		} else {
			t.Rows = append(t.Rows, cells)
		}
	}
	return t
}

// inlines returns what stands in a node, with addresses made links unless it is one.
func (r *reading) inlines(parent ast.Node, addresses bool) []Inline {
	var all []piece
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		all = r.pieces(all, n)
	}
	if addresses {
		all = linkAddresses(all)
	}
	in := resolve(all)
	for len(in) > 0 && in[len(in)-1] == Inline(Break{}) {
		in = in[:len(in)-1]
	}
	return in
}

// pieces appends what a node is made of. A node that is not known has no words of its own.
func (r *reading) pieces(all []piece, n ast.Node) []piece {
	switch n := n.(type) {
	case *ast.Text:
		if s := unescape(n.Segment.Value(r.source)); s != "" {
			all = append(all, piece{text: s})
		}
		if n.HardLineBreak() || n.SoftLineBreak() {
			all = append(all, piece{node: Break{n.HardLineBreak()}})
		}
	case *run:
		all = append(all, piece{text: string(n.Segment.Value(r.source)), run: n})
	case *ast.CodeSpan:
		all = append(all, piece{node: r.code(n)})
	case *ast.AutoLink:
		all = append(all, r.autoLink(n))
	case *ast.Link:
		all = append(all, piece{node: Link{address(n.Destination), oneLine(n.Title), r.inlines(n, false)}})
	case *ast.Image:
		alt := strings.ReplaceAll(Plain(r.inlines(n, false)), "\n", " ")
		all = append(all, piece{node: Image{address(n.Destination), oneLine(n.Title), alt}})
	}
	return all
}

func (r *reading) code(n *ast.CodeSpan) Inline {
	var b strings.Builder
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if t, ok := c.(*ast.Text); ok {
			b.Write(t.Segment.Value(r.source))
		}
	}
	return Code(strings.ReplaceAll(b.String(), "\n", " "))
}

// autoLink reads what stands between < and >. A word and a colon are an address only if it is known that they are: else
// Map<String:Int> would lose its brackets.
func (r *reading) autoLink(n *ast.AutoLink) piece {
	label := string(n.Label(r.source))
	target := label
	switch mailto := strings.HasPrefix(strings.ToLower(label), "mailto:"); {
	case n.AutoLinkType == ast.AutoLinkEmail && !mailto:
		target = "mailto:" + label
	case !mailto && !strings.Contains(label, "://"):
		return piece{text: "<" + label + ">"}
	}
	return piece{node: Link{URL: target, Text: []Inline{Text(label)}}}
}

// address reads where a link leads.
func address(s []byte) string {
	return strings.TrimSpace(oneLine(s))
}

func oneLine(s []byte) string {
	return strings.ReplaceAll(unescape(s), "\n", " ")
}

// longestEntity is the longest name of an entity, with its ampersand and semicolon.
const longestEntity = 33

// unescape reads backslashes and entities. What would end a line is a blank.
func unescape(source []byte) string {
	if !bytes.ContainsAny(source, `\&`) {
		return string(source)
	}
	var b strings.Builder
	for i := 0; i < len(source); i++ {
		switch c := source[i]; {
		case c == '\\' && i+1 < len(source) && util.IsPunct(source[i+1]):
			i++
			b.WriteByte(source[i])
		case c == '&':
			if e := entity(source[i:min(len(source), i+longestEntity)]); e != "" {
				b.WriteString(strings.ReplaceAll(clean.Replace(html.UnescapeString(e)), "\n", " "))
				i += len(e) - 1
				continue
			}
			b.WriteByte(c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// entity returns the entity that a text begins with, "" if it does with none.
func entity(s []byte) string {
	i := 1
	for i < len(s) && (util.IsAlphaNumeric(s[i]) || i == 1 && s[i] == '#') {
		i++
	}
	if i < 3 || i == len(s) || s[i] != ';' {
		return ""
	}
	return string(s[:i+1])
}
