package markdown

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// run is a run of one character that may begin or end emphasis: *, _ or ~~.
type run struct {
	ast.BaseInline
	Segment text.Segment
	opens   bool
	closes  bool
	char    byte
	left    int // how many of the characters are not used yet
	length  int
}

var kindRun = ast.NewNodeKind("EmphasisRun")

// Kind implements ast.Node.
func (*run) Kind() ast.NodeKind { return kindRun }

// Dump implements ast.Node.
func (n *run) Dump(source []byte, level int) { ast.DumpHelper(n, source, level, nil, nil) }

// runParser finds runs. What belongs together is found when all of a block is read, by resolve.
type runParser struct{}

// Trigger implements parser.InlineParser.
func (runParser) Trigger() []byte { return []byte("*_~") }

// Parse implements parser.InlineParser.
func (runParser) Parse(_ ast.Node, block text.Reader, _ parser.Context) ast.Node {
	before := block.PrecendingCharacter()
	line, segment := block.PeekLine()
	n := 1
	for n < len(line) && line[n] == line[0] {
		n++
	}
	after := ' '
	if n < len(line) {
		after, _ = utf8.DecodeRune(line[n:])
	}
	block.Advance(n)
	r := &run{Segment: segment.WithStop(segment.Start + n), char: line[0], left: n, length: n}
	if r.char != '~' || n == 2 { // a single one is a span, as in 1~2, and a longer one a fence or a drawing
		r.opens, r.closes = flanks(r.char, before, after)
	}
	return r
}

// flanks says whether a run between two characters can open and close emphasis: CommonMark's rule, with its amendment for
// Chinese, Japanese and Korean (https://github.com/tats-u/markdown-cjk-friendly), which write no blank between a word in
// emphasis and what follows it. Beside such a character, punctuation within the emphasis hinders nothing.
func flanks(char byte, before, after rune) (opens, closes bool) {
	punctBefore, punctAfter := util.IsPunctRune(before), util.IsPunctRune(after)
	spaceBefore, spaceAfter := util.IsSpaceRune(before), util.IsSpaceRune(after)
	eastBefore, eastAfter := eastAsian(before), eastAsian(after)
	left := !spaceAfter && (!punctAfter || eastAfter || spaceBefore || punctBefore || eastBefore)
	right := !spaceBefore && (!punctBefore || eastBefore || spaceAfter || punctAfter || eastAfter)
	if char != '_' {
		return left, right
	}
	return left && (!right || punctBefore), right && (!left || punctAfter)
}

var eastAsianPunctuation = &unicode.RangeTable{R16: []unicode.Range16{
	{Lo: 0x3000, Hi: 0x303F, Stride: 1}, // CJK symbols and punctuation
	{Lo: 0x30FB, Hi: 0x30FC, Stride: 1},
	{Lo: 0x3200, Hi: 0x33FF, Stride: 1}, // enclosed letters
	{Lo: 0xFE30, Hi: 0xFE4F, Stride: 1}, // compatibility forms
	{Lo: 0xFF00, Hi: 0xFFEF, Stride: 1}, // full and half width
}}

func eastAsian(r rune) bool {
	return r >= 0x1100 && unicode.In(r, unicode.Hangul, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Bopomofo, eastAsianPunctuation)
}

// piece is a part of a line before its emphasis is resolved: text, a run with its text, or an inline that is done.
type piece struct {
	text string
	run  *run
	node Inline
}

// opener is a run that waits for its end.
type opener struct {
	*run
	id int // grows
	at int // where it stands in the output
}

// resolver makes inlines of pieces. A closing run looks back for its opener; where none of its kind was found once, none
// before that is looked at again, which keeps the time in proportion to the text.
type resolver struct {
	out     []piece
	openers []opener
	ids     int
	bottom  [18]int // the last opener that need not be looked at, by kind of closing run
}

func resolve(all []piece) []Inline {
	if !slices.ContainsFunc(all, func(p piece) bool { return p.run != nil }) {
		return join(all)
	}
	var r resolver
	for _, p := range all {
		if p.run == nil || !p.run.closes {
			r.push(p)
			continue
		}
		for p.run.left > 0 && r.match(p.run) {
		}
		if p.run.left > 0 {
			r.push(p)
		}
	}
	return join(r.out)
}

func (r *resolver) push(p piece) {
	if p.run != nil && p.run.opens {
		r.ids++
		r.openers = append(r.openers, opener{p.run, r.ids, len(r.out)})
	}
	r.out = append(r.out, p)
}

// match finds what a closing run ends, and wraps what stands between.
func (r *resolver) match(end *run) bool {
	kind := end.kind()
	for i := len(r.openers) - 1; i >= 0 && r.openers[i].id > r.bottom[kind]; i-- {
		if o := r.openers[i]; o.char == end.char && o.fits(end) {
			r.wrap(i, end)
			return true
		}
	}
	r.bottom[kind] = r.ids
	return false
}

// fits is CommonMark's rule of three: where a run could both open and close, lengths that add up to a multiple of three do
// not match unless both are one.
func (n *run) fits(end *run) bool {
	return !n.closes && !end.opens || (n.length+end.length)%3 != 0 || end.length%3 == 0
}

// kind numbers the runs that match alike: by character, length and whether they open too.
func (n *run) kind() int {
	k := strings.IndexByte("*_~", n.char)*6 + n.length%3*2
	if n.opens {
		k++
	}
	return k
}

func (r *resolver) wrap(i int, end *run) {
	o := r.openers[i]
	r.openers = r.openers[:i+1]
	within := join(r.out[o.at+1:])
	r.out = r.out[:o.at+1]
	n := min(o.left, end.left, 2)
	o.left -= n
	end.left -= n
	if o.left == 0 {
		r.out = r.out[:o.at]
		r.openers = r.openers[:i]
	}
	var node Inline
	switch {
	case o.char == '~':
		node = Strike{within}
	case n == 2:
		node = Strong{within}
	default:
		node = Emphasis{within}
	}
	r.out = append(r.out, piece{node: node})
}

// join makes inlines of pieces that are done; what is left of a run is text.
func join(all []piece) []Inline {
	in := make([]Inline, 0, len(all))
	var words []byte
	flush := func() {
		if len(words) > 0 {
			in = append(in, Text(words))
			words = words[:0]
		}
	}
	for _, p := range all {
		switch {
		case p.run != nil:
			words = append(words, p.text[:p.run.left]...)
		case p.node == nil:
			words = append(words, p.text...)
		default:
			flush()
			in = append(in, p.node)
		}
	}
	flush()
	return slices.Clip(in)
}
