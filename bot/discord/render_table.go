package discord

import (
	"strings"

	"rewind/bot/markdown"
)

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
