// Package markdown reads Markdown as people write it in notes and in chats, in Korean and English, into a small tree that
// each platform renders in its own dialect.
//
// It differs from CommonMark where that would keep people from reading what they wrote:
//
//   - Emphasis works beside Korean: **TCP(전송 제어 프로토콜)**는 and “*`SYN`*을“ are marked as they were meant.
//   - HTML is text like any other.
//   - ~~ strikes out, a single ~ does not: 1~2시간 is a span.
//   - Addresses that begin with http:// or https:// are links, without the particle that follows.
//   - A line that looks like the definition of a link that nothing refers to is shown as it stands.
//   - A line break stays one, marked soft: chats show it.
//
// Reading takes time in proportion to the text, whatever is written in it.
package markdown

import "strings"

// Block is a Paragraph, Heading, List, Quote, CodeBlock, Table or Rule.
type Block interface{ block() }

// The blocks.
type (
	// Paragraph is text, without a break at its end.
	Paragraph struct{ Text []Inline }

	// Heading is a title.
	Heading struct {
		Level int // 1 to 6
		Text  []Inline
	}

	// List is a list with at least one item.
	List struct {
		Ordered bool
		Start   int  // the first number, if ordered
		Loose   bool // its items are set apart by blank lines
		Items   []Item
	}

	// Quote is what somebody else said.
	Quote struct{ Blocks []Block }

	// CodeBlock is code as it was written.
	CodeBlock struct {
		Language string // the word behind the fence, "" if there is none
		Text     string // without the last newline
	}

	// Table is a table. Each row has as many cells as the head.
	Table struct {
		Align []Align // by column
		Head  []Cell
		Rows  [][]Cell
	}

	// Rule is a line across.
	Rule struct{}
)

// Item is an item of a list. Its first block is mostly a paragraph; an empty item has none.
type Item struct {
	Task   Task
	Blocks []Block
}

// Task says whether an item is something to do.
type Task int

// The kinds of items.
const (
	NoTask Task = iota
	Open        // [ ]
	Done        // [x]
)

// Cell is a cell of a table.
type Cell []Inline

// Align is on which side a column's text stands.
type Align int

// The sides; Default is where its author named none.
const (
	Default Align = iota
	Left
	Center
	Right
)

// Inline is a Text, Strong, Emphasis, Strike, Code, Link, Image or Break.
type Inline interface{ inline() }

// The inlines.
type (
	// Text is what the reader is to see, without escapes and entities. It holds no newline, is never empty, and never
	// follows another Text.
	Text string

	// Strong is text in bold.
	Strong struct{ Text []Inline }

	// Emphasis is text in italics.
	Emphasis struct{ Text []Inline }

	// Strike is text that is struck out.
	Strike struct{ Text []Inline }

	// Code is code within a line. It holds no newline.
	Code string

	// Link leads somewhere. The address is as its author wrote it, of any scheme or none; text and title may be empty. For
	// an address that stands by itself, Text is that address.
	Link struct {
		URL   string
		Title string
		Text  []Inline
	}

	// Image is a picture, with the words that stand for it.
	Image struct {
		URL   string
		Title string
		Alt   string
	}

	// Break ends a line. A soft one is where the source went on in another line, a hard one was asked for.
	Break struct{ Hard bool }
)

func (Paragraph) block() {}
func (Heading) block()   {}
func (List) block()      {}
func (Quote) block()     {}
func (CodeBlock) block() {}
func (Table) block()     {}
func (Rule) block()      {}

func (Text) inline()     {}
func (Strong) inline()   {}
func (Emphasis) inline() {}
func (Strike) inline()   {}
func (Code) inline()     {}
func (Link) inline()     {}
func (Image) inline()    {}
func (Break) inline()    {}

// Bare says that a link is an address that stands by itself.
func (l Link) Bare() bool {
	return len(l.Text) == 1 && l.Text[0] == Inline(Text(l.URL))
}

// Plain returns the words of inlines without any mark: of links their text, of images what stands for them. Breaks are
// newlines.
func Plain(inlines []Inline) string {
	var b strings.Builder
	plain(&b, inlines)
	return b.String()
}

func plain(b *strings.Builder, inlines []Inline) {
	for _, in := range inlines {
		switch in := in.(type) {
		case Text:
			b.WriteString(string(in))
		case Code:
			b.WriteString(string(in))
		case Strong:
			plain(b, in.Text)
		case Emphasis:
			plain(b, in.Text)
		case Strike:
			plain(b, in.Text)
		case Link:
			plain(b, in.Text)
		case Image:
			b.WriteString(in.Alt)
		case Break:
			b.WriteByte('\n')
		}
	}
}
