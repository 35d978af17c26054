package slack

import (
	"slices"
	"strings"

	"github.com/slack-go/slack"
)

// Here items are laid out over messages.

const (
	// worthCutting is how much room a message must have left for something that no message holds whole to begin in it.
	worthCutting = 1500

	// mostTextBlocks is how many blocks of a message may be text, with room for those around it.
	mostTextBlocks = mostBlocks - 15
)

// pages lays items out over messages: between them where it can. What is cut within one is whole in each message: code is code in both.
type pages struct {
	room  int // in this message
	on    surface
	done  [][]item
	items []item
	size  int // of items
	tally tally
}

// tally is what of a message is limited in number.
type tally struct {
	blocks int
	rich   bool // the last block is rich text, which goes on
	table  bool // there is a table
}

func newPages(first int, on surface) *pages { return &pages{room: first, on: on} }

// add lays out an item, over several messages if it must.
func (p *pages) add(it item) {
	if it.shape == asTable && !p.takesTable(it) {
		it.shape = asCode
	}
	for {
		size, tally := p.cost(it)
		if p.size+size <= p.room && tally.blocks <= mostTextBlocks {
			p.items, p.size, p.tally = append(p.items, it), p.size+size, tally
			return
		}
		left := p.room - p.size - (size - it.size())
		whole := it.size()+runSize+blockSize <= mostMessage // then it is not cut
		if len(p.items) == 0 && it.shape == asTable {       // not even here
			it.shape = asCode
			continue
		}
		if len(p.items) > 0 && (whole || left < worthCutting || tally.blocks > mostTextBlocks) {
			p.turn()
			continue
		}
		head, rest := it.cut(left)
		p.items = append(p.items, head)
		p.turn()
		it = rest
	}
}

// takesTable says whether a table can be shown as one. There is one in a message.
// https://docs.slack.dev/reference/block-kit/blocks/table-block
func (p *pages) takesTable(it item) bool {
	return p.on == onMessage && !p.tally.table && tableFits(it.table) && sizeOfTable(it.table)+blockSize <= mostMessage
}

// cost is what an item adds to the message, and what the message has then.
func (p *pages) cost(it item) (size int, t tally) {
	size, t = it.size(), p.tally
	switch {
	case it.shape == asTable || it.shape == asRule:
		t.blocks++
		t.rich, t.table = false, t.table || it.shape == asTable
		return size, t
	case !t.rich:
		t.blocks++
		t.rich = true
		size += blockSize
	}
	if n := len(p.items); n == 0 || !it.follows(p.items[n-1]) {
		size += runSize
	}
	return size, t
}

// turn ends a message. A heading at its end goes to the next.
func (p *pages) turn() {
	items := p.items
	p.items, p.size, p.room, p.tally = nil, 0, mostMessage, tally{}
	n := len(items)
	for n > 1 && items[n-1].leads {
		n--
	}
	p.done = append(p.done, items[:n])
	for _, it := range items[n:] {
		size, t := p.cost(it)
		p.items, p.size, p.tally = append(p.items, it), p.size+size, t
	}
}

// end returns the messages.
func (p *pages) end() (parts []part) {
	if len(p.items) > 0 {
		p.done = append(p.done, p.items)
	}
	for _, items := range p.done {
		parts = append(parts, part{blocks: blocksOf(items), fallback: wordsOf(items)})
	}
	return parts
}

// size is how long an item is as JSON.
func (it item) size() int {
	switch it.shape {
	case asTable:
		return sizeOfTable(it.table)
	case asRule:
		return blockSize
	}
	return itemSize + sizeOfSpans(it.spans)
}

// follows says whether an item goes on in the element of rich text in which the last one stands.
func (it item) follows(last item) bool {
	if it.shape != last.shape || it.bordered != last.bordered {
		return false
	}
	switch it.shape {
	case asSection, asQuote:
		return true
	case asItem:
		return it.ordered == last.ordered && it.indent == last.indent && (!it.ordered || it.number == last.number+1)
	}
	return false
}

// cut cuts an item, so that the head has so much room. What is left of an item of a list is no item, which would have a mark of its own.
func (it item) cut(room int) (head, rest item) {
	head, rest = it, it
	head.spans, rest.spans = cutSpans(it.spans, room-itemSize)
	head.leads = false
	if it.shape == asCode {
		head.spans = trimmedEnd(head.spans, func(s string) string { return strings.TrimSuffix(s, "\n") })
		return head, rest
	}
	head.spans = trimmedEnd(head.spans, func(s string) string { return strings.TrimRight(s, " \n") })
	rest.spans = trimmedStart(rest.spans)
	if rest.shape == asItem {
		rest.shape, rest.ordered = asSection, false
		if rest.bordered {
			rest.shape = asQuote
		}
	}
	return head, rest
}

// trimmedEnd leaves at least something: a message is never empty.
func trimmedEnd(spans []span, trim func(string) string) []span {
	n := len(spans) - 1
	if n < 0 {
		return spans
	}
	if text := trim(spans[n].text); text != "" {
		spans = slices.Clone(spans)
		spans[n].text = text
	}
	return spans
}

func trimmedStart(spans []span) []span {
	for len(spans) > 0 && spans[0].channel == "" {
		text := strings.TrimLeft(spans[0].text, " \n")
		if text == spans[0].text {
			break
		}
		spans = slices.Clone(spans)
		if spans[0].text = text; text != "" {
			break
		}
		spans = spans[1:]
	}
	return spans
}

// blocksOf makes the blocks of a message.
func blocksOf(items []item) (blocks []slack.Block) {
	var rich *slack.RichTextBlock
	for i := 0; i < len(items); {
		n := 1
		for i+n < len(items) && items[i+n].follows(items[i+n-1]) {
			n++
		}
		run := items[i : i+n]
		i += n
		switch run[0].shape {
		case asTable:
			blocks, rich = append(blocks, tableBlock(run[0].table)), nil
			continue
		case asRule:
			blocks, rich = append(blocks, slack.NewDividerBlock()), nil
			continue
		}
		if rich == nil {
			rich = slack.NewRichTextBlock("")
			blocks = append(blocks, rich)
		}
		rich.Elements = append(rich.Elements, richOf(run))
	}
	return blocks
}

// richOf makes one element of a run of items.
func richOf(run []item) slack.RichTextElement {
	border := 0
	if run[0].bordered {
		border = 1
	}
	switch run[0].shape {
	case asItem:
		style := slack.RTEListBullet
		if run[0].ordered {
			style = slack.RTEListOrdered
		}
		list := slack.NewRichTextList(style, run[0].indent)
		list.Border = border
		if run[0].ordered {
			list.Offset = run[0].number - 1
		}
		for _, it := range run {
			list.Elements = append(list.Elements, slack.NewRichTextSection(elementsOf(it.spans)...))
		}
		return list
	case asQuote:
		return &slack.RichTextQuote{Type: slack.RTEQuote, Elements: elementsOf(paragraphs(run))}
	case asCode:
		return &slack.RichTextPreformatted{Type: slack.RTEPreformatted, Elements: elementsOf(run[0].spans), Border: border, Language: run[0].language}
	}
	return slack.NewRichTextSection(elementsOf(paragraphs(run))...)
}

// paragraphs joins paragraphs, with a blank line between unless the one above is a heading.
func paragraphs(run []item) (spans []span) {
	for i, it := range run {
		switch {
		case i > 0 && run[i-1].leads:
			spans = append(spans, span{text: "\n"})
		case i > 0:
			spans = append(spans, span{text: "\n\n"})
		}
		spans = append(spans, it.spans...)
	}
	return merged(spans)
}
