package slack

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode"

	"rewind/bot/markdown"
)

// Here rendered messages are read as people see them, from their JSON alone.

// reader writes blocks in a notation for tests: **bold**, _italic_, ~struck~, `code`, [words](address), {channel}; what stands in a quote
// begins with |.
type reader struct {
	b     strings.Builder
	words strings.Builder // what is read, without any notation
}

func readParts(t *testing.T, parts []part) (notation, words string) {
	t.Helper()
	var r reader
	for i, p := range parts {
		if i > 0 {
			r.b.WriteString("⸻\n")
		}
		raw, err := json.Marshal(p.blocks)
		if err != nil {
			t.Fatal(err)
		}
		var blocks []map[string]any
		if err := json.Unmarshal(raw, &blocks); err != nil {
			t.Fatal(err)
		}
		for _, b := range blocks {
			r.block(b)
		}
	}
	return strings.TrimSuffix(r.b.String(), "\n"), r.words.String()
}

func (r *reader) line(format string, args ...any) { fmt.Fprintf(&r.b, format+"\n", args...) }

func (r *reader) block(b map[string]any) {
	switch b["type"] {
	case "header", "section":
		text := b["text"].(map[string]any)
		r.line("%s: %s", b["type"], text["text"])
	case "context":
		for _, e := range b["elements"].([]any) {
			r.line("context: %s", e.(map[string]any)["text"])
		}
	case "actions":
		for _, e := range b["elements"].([]any) {
			e := e.(map[string]any)
			r.line("button: %s = %s", e["text"].(map[string]any)["text"], e["value"])
		}
	case "markdown":
		r.line("markdown: %s", b["text"])
		for _, block := range markdown.Parse(b["text"].(string)) {
			plainBlocks(&r.words, block)
		}
	case "divider":
		r.line("----")
	case "table":
		r.table(b)
	case "rich_text":
		for _, e := range b["elements"].([]any) {
			r.rich(e.(map[string]any))
		}
	default:
		r.line("%v?", b["type"])
	}
}

func (r *reader) table(b map[string]any) {
	for _, row := range b["rows"].([]any) {
		var cells []string
		for _, c := range row.([]any) {
			c := c.(map[string]any)
			if text, ok := c["text"].(string); ok {
				r.words.WriteString(text)
				cells = append(cells, text)
				continue
			}
			cells = append(cells, r.inlines(c["elements"].([]any)[0].(map[string]any)["elements"]))
		}
		r.line("| %s |", strings.Join(cells, " | "))
	}
	var sides []string
	for _, c := range b["column_settings"].([]any) {
		sides = append(sides, c.(map[string]any)["align"].(string))
	}
	r.line("(%s)", strings.Join(sides, ", "))
}

func (r *reader) rich(e map[string]any) {
	border := ""
	if e["border"] == 1.0 {
		border = "|"
	}
	switch e["type"] {
	case "rich_text_section":
		r.line("%s", r.inlines(e["elements"]))
	case "rich_text_quote":
		r.line("|%s", strings.ReplaceAll(r.inlines(e["elements"]), "\n", "\n|"))
	case "rich_text_preformatted":
		language, _ := e["language"].(string)
		r.line("%s```%s\n%s\n```", border, language, r.inlines(e["elements"]))
	case "rich_text_list":
		offset, _ := e["offset"].(float64)
		for i, item := range e["elements"].([]any) {
			mark := "-"
			if e["style"] == "ordered" {
				mark = fmt.Sprintf("%d.", int(offset)+i+1)
			}
			indent := strings.Repeat("  ", int(e["indent"].(float64)))
			r.line("%s%s%s %s", border, indent, mark, r.inlines(item.(map[string]any)["elements"]))
		}
	}
}

func (r *reader) inlines(v any) string {
	var b strings.Builder
	for _, e := range v.([]any) {
		e := e.(map[string]any)
		text, _ := e["text"].(string)
		r.words.WriteString(text)
		switch e["type"] {
		case "text":
		case "link":
			text = fmt.Sprintf("[%s](%s)", text, e["url"])
		case "channel":
			r.words.WriteString("#" + e["channel_id"].(string))
			text = fmt.Sprintf("{%s}", e["channel_id"])
		default:
			text = fmt.Sprintf("?%v?", e["type"]) // anything else could be a mention
		}
		style, _ := e["style"].(map[string]any)
		for _, s := range []struct{ name, mark string }{{"code", "`"}, {"strike", "~"}, {"italic", "_"}, {"bold", "**"}} {
			if style[s.name] == true {
				text = s.mark + text + s.mark
			}
		}
		b.WriteString(text)
	}
	return b.String()
}

// letters are the letters and digits of a text.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.L, unicode.M, unicode.N) {
			return r
		}
		return -1
	}, s)
}

// plainBlocks writes what a block says, as its tree has it.
func plainBlocks(b *strings.Builder, blocks ...markdown.Block) {
	for _, block := range blocks {
		switch n := block.(type) {
		case markdown.Paragraph:
			b.WriteString(markdown.Plain(n.Text))
		case markdown.Heading:
			b.WriteString(markdown.Plain(n.Text))
		case markdown.Quote:
			plainBlocks(b, n.Blocks...)
		case markdown.List:
			for i, item := range n.Items {
				if n.Ordered && n.Start < 1 {
					fmt.Fprint(b, n.Start+i)
				}
				plainBlocks(b, item.Blocks...)
			}
		case markdown.CodeBlock:
			if languageOf(n.Language) == "" {
				b.WriteString(n.Language)
			}
			b.WriteString(n.Text)
		case markdown.Table:
			for _, row := range append([][]markdown.Cell{n.Head}, n.Rows...) {
				for _, c := range row {
					b.WriteString(markdown.Plain(c))
				}
			}
		}
	}
}

// isWithin says that all of a text stands in another, in order.
func isWithin(text, in string) bool {
	rest := []rune(text)
	for _, r := range in {
		if len(rest) > 0 && rest[0] == r {
			rest = rest[1:]
		}
	}
	return len(rest) == 0
}
