package slack

import (
	"fmt"
	"slices"
	"strings"

	"rewind/bot/markdown"
)

// Here the tree of a text becomes a flat row of items, since Slack's rich text knows no blocks within blocks.

// shape is what an item is shown as.
type shape int

const (
	asSection shape = iota // a paragraph
	asItem                 // of a list
	asQuote
	asCode
	asTable
	asRule
)

// item is a paragraph, an item of a list, or code: whatever messages are rather cut between than within.
type item struct {
	shape    shape
	spans    []span
	language string         // of code
	table    markdown.Table // of a table, whose spans are the same as code
	bordered bool           // it stands in a quote; a quote itself has no mark for it
	leads    bool           // a heading, which stays with what follows it
	ordered  bool           // of items, with the rest
	indent   int
	number   int
}

// deepestIndent is how deep lists go.
// https://docs.slack.dev/tools/node-slack-sdk/reference/types/interfaces/RichTextList#indent
const deepestIndent = 8

// place is where a block stands.
type place struct {
	quotes int // around it
	indent int // of lists in it
	within bool
}

func itemsOf(tree []markdown.Block) []item {
	var f flattening
	f.blocks(tree, place{})
	return f.items
}

type flattening struct{ items []item }

func (f *flattening) blocks(all []markdown.Block, at place) {
	for _, b := range all {
		f.block(b, at)
	}
}

func (f *flattening) block(b markdown.Block, at place) {
	switch b := b.(type) {
	case markdown.Paragraph:
		f.text(item{spans: spansOf(b.Text)}, at)
	case markdown.Heading:
		f.text(item{spans: headingSpans(b), leads: !at.within}, at)
	case markdown.List:
		f.list(b, at)
	case markdown.Quote:
		f.blocks(b.Blocks, place{quotes: at.quotes + 1, indent: at.indent, within: at.within})
	case markdown.CodeBlock:
		f.code(b, at)
	case markdown.Table:
		it := item{shape: asTable, spans: []span{{text: strings.Join(b.Lines(cellWords), "\n")}}, table: b}
		if at != (place{}) { // a table stands only by itself
			it.shape, it.bordered = asCode, at.quotes > 0
		}
		f.items = append(f.items, it)
	case markdown.Rule:
		if at != (place{}) {
			f.text(item{spans: []span{{text: "──────────"}}}, at)
			return
		}
		f.items = append(f.items, item{shape: asRule})
	}
}

// text appends a paragraph. Slack knows no quotes in quotes: the inner ones begin their lines with a mark.
func (f *flattening) text(it item, at place) {
	if len(it.spans) == 0 {
		return
	}
	if at.quotes > 0 {
		it.shape, it.bordered = asQuote, true
		it.spans = led(it.spans, strings.Repeat("> ", at.quotes-1))
	}
	f.items = append(f.items, it)
}

// led puts a mark before each line.
func led(spans []span, mark string) []span {
	if mark == "" {
		return spans
	}
	out := []span{{text: mark}}
	for _, s := range spans {
		s.text = strings.ReplaceAll(s.text, "\n", "\n"+mark)
		out = append(out, s)
	}
	return out
}

// headingSpans are the words of a heading in bold, in one line.
func headingSpans(h markdown.Heading) []span {
	spans := spansOf([]markdown.Inline{markdown.Strong{Text: h.Text}})
	for i := range spans {
		spans[i].text = strings.ReplaceAll(spans[i].text, "\n", " ")
	}
	return spans
}

func (f *flattening) list(l markdown.List, at place) {
	for i, entry := range l.Items {
		it := item{shape: asItem, bordered: at.quotes > 0, ordered: l.Ordered && l.Start > 0, indent: min(at.indent, deepestIndent), number: l.Start + i}
		if l.Ordered && !it.ordered { // Slack counts from one
			it.spans = append(it.spans, span{text: fmt.Sprintf("%d. ", it.number)})
		}
		switch entry.Task {
		case markdown.Open:
			it.spans = append(it.spans, span{text: "☐ "})
		case markdown.Done:
			it.spans = append(it.spans, span{text: "☑ "})
		}
		own := 0
		for ; own < len(entry.Blocks); own++ {
			spans, ok := inItem(entry.Blocks[own])
			if !ok {
				break
			}
			if own > 0 {
				it.spans = append(it.spans, span{text: "\n"})
			}
			it.spans = append(it.spans, spans...)
		}
		if len(it.spans) == 0 {
			it.spans = []span{{text: " "}}
		}
		it.spans = merged(it.spans)
		f.items = append(f.items, it)
		f.blocks(entry.Blocks[own:], place{quotes: at.quotes, indent: at.indent + 1, within: true})
	}
}

// inItem returns what stands in an item itself: its paragraphs. What else belongs to it stands below it.
func inItem(b markdown.Block) ([]span, bool) {
	switch b := b.(type) {
	case markdown.Paragraph:
		return spansOf(b.Text), true
	case markdown.Heading:
		return headingSpans(b), true
	}
	return nil, false
}

// languages are the names of languages, in the spelling that goes with code. Others would be sent at the risk that Slack refuses the message.
var languages = []string{"bash", "c", "cpp", "csharp", "css", "dart", "diff", "dockerfile", "go", "html", "java", "javascript", "json", "kotlin", "markdown", "php",
	"python", "ruby", "rust", "scala", "shell", "sql", "swift", "typescript", "xml", "yaml"}

// otherNames are what people write instead.
var otherNames = map[string]string{"c++": "cpp", "c#": "csharp", "cs": "csharp", "golang": "go", "js": "javascript", "kt": "kotlin", "md": "markdown",
	"py": "python", "rb": "ruby", "rs": "rust", "sh": "shell", "ts": "typescript", "yml": "yaml"}

// languageOf is Slack's name of a language, "" if it is none.
func languageOf(word string) string {
	word = strings.ToLower(word)
	if name := otherNames[word]; name != "" {
		return name
	}
	if slices.Contains(languages, word) {
		return word
	}
	return ""
}

// code appends code. A word beside the fence that is no language is shown, since it may be part of the code.
func (f *flattening) code(c markdown.CodeBlock, at place) {
	it := item{shape: asCode, language: languageOf(c.Language), bordered: at.quotes > 0}
	text := c.Text
	if it.language == "" && c.Language != "" {
		text = joinLines(c.Language, text)
	}
	if strings.TrimSpace(text) == "" {
		text = " "
	}
	it.spans = []span{{text: text}}
	f.items = append(f.items, it)
}

// wordsOf is what items say, without marks.
func wordsOf(items []item) string {
	var b strings.Builder
	for i, it := range items {
		if it.shape == asRule {
			continue
		}
		if i > 0 {
			b.WriteString("\n")
		}
		switch {
		case it.ordered:
			fmt.Fprintf(&b, "%d. ", it.number)
		case it.shape == asItem:
			b.WriteString("• ")
		}
		for _, s := range it.spans {
			b.WriteString(s.text)
		}
	}
	return strings.TrimSpace(b.String())
}
