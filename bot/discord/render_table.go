package discord

import (
	"strings"

	"rewind/bot/markdown"
)

// widest is up to which width columns are aligned. What is longer sticks out.
const widest = 40

// tableLines lays a table out for a font in which Korean syllables are two columns wide.
func tableLines(t markdown.Table) []string {
	rows := make([][]string, 0, len(t.Rows)+1)
	widths := make([]int, len(t.Head))
	for _, row := range append([][]markdown.Cell{t.Head}, t.Rows...) {
		cells := make([]string, len(row))
		for i, c := range row {
			cells[i] = cellText(c)
			widths[i] = max(widths[i], 1, min(markdown.Columns(cells[i]), widest))
		}
		rows = append(rows, cells)
	}
	rule := make([]string, len(widths))
	for i, w := range widths {
		rule[i] = strings.Repeat("-", w)
	}
	var lines []string
	for i, cells := range rows {
		for c := range cells {
			cells[c] = pad(cells[c], widths[c], t.Align[c])
		}
		lines = append(lines, strings.TrimRight(strings.Join(cells, " | "), " "))
		if i == 0 {
			lines = append(lines, strings.Join(rule, "-|-"))
		}
	}
	return lines
}

func pad(s string, width int, a markdown.Align) string {
	room := max(0, width-markdown.Columns(s))
	left := 0
	switch a {
	case markdown.Right:
		left = room
	case markdown.Center:
		left = room / 2
	}
	return strings.Repeat(" ", left) + s + strings.Repeat(" ", room-left)
}

// cellText is a cell's text without marks, with the addresses of its links.
func cellText(c markdown.Cell) string {
	var b strings.Builder
	writeCell(&b, c)
	return b.String()
}

func writeCell(b *strings.Builder, in []markdown.Inline) {
	for _, in := range in {
		switch n := in.(type) {
		case markdown.Text:
			b.WriteString(string(n))
		case markdown.Code:
			b.WriteString(string(n))
		case markdown.Strong:
			writeCell(b, n.Text)
		case markdown.Emphasis:
			writeCell(b, n.Text)
		case markdown.Strike:
			writeCell(b, n.Text)
		case markdown.Link:
			writeCell(b, n.Text)
			if !n.Bare() && n.URL != "" {
				b.WriteString(" (" + n.URL + ")")
			}
		case markdown.Image:
			b.WriteString(strings.TrimSpace(n.Alt + " (" + n.URL + ")"))
		case markdown.Break:
			b.WriteByte(' ')
		}
	}
}
