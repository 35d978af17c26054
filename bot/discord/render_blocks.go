package discord

import (
	"regexp"
	"strconv"
	"strings"

	"rewind/bot/markdown"
)

// frame is where a block stands.
type frame struct {
	lead string // what its lines begin with: marks of quotes, the indent of lists
	code string // what lines of code begin with: marks of quotes only, since an indent would be part of the code
	item string // what its first line begins with instead of lead, for the first block of an item
	list bool   // it stands in a list, where Discord knows no headings
}

// first is what the block's first line begins with.
func (f *frame) first() string {
	if f.item != "" {
		return f.item
	}
	return f.lead
}

func (p *pages) blocks(all []markdown.Block, f frame) {
	p.series(all, f, true)
}

// series writes blocks one after the other, with a blank line between if they are loose.
func (p *pages) series(all []markdown.Block, f frame, loose bool) {
	for i, b := range all {
		if i > 0 {
			f.item = ""
			if loose {
				p.gap(f.lead)
			}
		}
		p.block(b, f)
	}
}

func (p *pages) block(b markdown.Block, f frame) {
	switch b := b.(type) {
	case markdown.Paragraph:
		p.lines(b.Text, nil, f)
	case markdown.Heading:
		p.heading(b, f)
	case markdown.List:
		p.list(b, f)
	case markdown.Quote:
		p.bullet(f)
		p.series(b.Blocks, frame{lead: f.lead + "> ", code: f.code + "> ", list: f.list}, true)
	case markdown.CodeBlock:
		p.bullet(f)
		p.codeBlock(b, f.code)
	case markdown.Table:
		p.bullet(f)
		p.fence(f.code, "", b.Lines(cellText))
	case markdown.Rule:
		p.line(f.first(), f.lead, "", []span{{text: "──────────"}})
	}
}

// bullet writes the mark of an item by itself, where what follows cannot stand behind it.
func (p *pages) bullet(f frame) {
	if f.item != "" {
		p.line(f.item, f.lead, "", nil)
	}
}

// lines writes inlines as they are broken into lines.
func (p *pages) lines(in []markdown.Inline, within []mark, f frame) {
	for i, spans := range splitLines(in, within, p.longest()) {
		lead := f.lead
		if i == 0 {
			lead = f.first()
		}
		p.line(lead, f.lead, "", spans)
	}
}

// deepestHeading is how deep a heading Discord knows.
const deepestHeading = 3

// heading writes a heading in one line. One that Discord does not know there is in bold.
func (p *pages) heading(h markdown.Heading, f frame) {
	text := make([]markdown.Inline, 0, len(h.Text))
	for _, in := range h.Text {
		if _, ok := in.(markdown.Break); ok {
			in = markdown.Text(" ")
		}
		text = append(text, in)
	}
	if h.Level > deepestHeading || f.list || p.spoiler {
		p.lines(text, []mark{strong}, f)
	} else if lines := splitLines(text, nil, p.longest()); len(lines) > 0 {
		p.line(f.lead, f.lead, strings.Repeat("#", h.Level)+" ", lines[0])
	}
	p.keep()
}

func (p *pages) list(l markdown.List, f frame) {
	for i, item := range l.Items {
		if i > 0 {
			f.item = ""
			if l.Loose {
				p.gap(f.lead)
			}
		}
		mark := "- "
		if l.Ordered {
			mark = strconv.Itoa(l.Start+i) + ". "
		}
		inner := frame{lead: f.lead + strings.Repeat(" ", len(mark)), code: f.code, list: true}
		switch item.Task {
		case markdown.Open:
			mark += "☐ "
		case markdown.Done:
			mark += "☑ "
		}
		if f.item != "" { // an item whose first block is a list: its mark stands alone
			p.bullet(f)
		}
		inner.item = f.lead + mark
		if len(item.Blocks) == 0 {
			p.bullet(inner)
		}
		p.series(item.Blocks, inner, l.Loose)
	}
}

// language is what Discord takes for the language of code.
var language = regexp.MustCompile(`^[A-Za-z0-9_+\-.#]{1,30}$`)

func (p *pages) codeBlock(c markdown.CodeBlock, lead string) {
	lines := strings.Split(c.Text, "\n")
	if !language.MatchString(c.Language) {
		if c.Language != "" {
			lines = append([]string{c.Language}, lines...)
		}
		c.Language = ""
	}
	p.fence(lead, c.Language, lines)
}
