package markdown

import (
	"fmt"
	"strings"
)

// show writes a tree for tests: a block on each line, what stands in it behind it.
func show(blocks []Block) string {
	var b strings.Builder
	for _, block := range blocks {
		showBlock(&b, block, "")
	}
	return b.String()
}

func showBlock(b *strings.Builder, block Block, in string) {
	put := func(format string, args ...any) { b.WriteString(in + fmt.Sprintf(format, args...) + "\n") }
	within := func(blocks []Block) {
		for _, block := range blocks {
			showBlock(b, block, in+"  ")
		}
	}
	switch n := block.(type) {
	case Paragraph:
		put("%s", showInlines(n.Text))
	case Heading:
		put("h%d %s", n.Level, showInlines(n.Text))
	case List:
		head := "list"
		if n.Ordered {
			head = fmt.Sprintf("list from %d", n.Start)
		}
		if n.Loose {
			head += ", loose"
		}
		put("%s", head)
		for _, item := range n.Items {
			put("%s", [...]string{"-", "- open", "- done"}[item.Task])
			within(item.Blocks)
		}
	case Quote:
		put("quote")
		within(n.Blocks)
	case CodeBlock:
		put("code %s %q", n.Language, n.Text)
	case Table:
		put("table %v", n.Align)
		for _, row := range append([][]Cell{n.Head}, n.Rows...) {
			var cells []string
			for _, c := range row {
				cells = append(cells, showInlines(c))
			}
			put("  %s", strings.Join(cells, " | "))
		}
	case Rule:
		put("rule")
	}
}

func showInlines(inlines []Inline) string {
	var b strings.Builder
	for _, in := range inlines {
		switch n := in.(type) {
		case Text:
			b.WriteString(string(n))
		case Strong:
			fmt.Fprintf(&b, "<b>%s</b>", showInlines(n.Text))
		case Emphasis:
			fmt.Fprintf(&b, "<i>%s</i>", showInlines(n.Text))
		case Strike:
			fmt.Fprintf(&b, "<s>%s</s>", showInlines(n.Text))
		case Code:
			fmt.Fprintf(&b, "<c>%s</c>", string(n))
		case Link:
			if n.Bare() && strings.Contains(n.URL, ":") {
				fmt.Fprintf(&b, "<a %s>", n.URL)
			} else {
				fmt.Fprintf(&b, "<a %s>%s</a>", strings.TrimSpace(n.URL+" "+n.Title), showInlines(n.Text))
			}
		case Image:
			fmt.Fprintf(&b, "<img %s %s>", n.URL, n.Alt)
		case Break:
			b.WriteString(map[bool]string{false: "⏎", true: "⏎⏎"}[n.Hard])
		}
	}
	return b.String()
}
