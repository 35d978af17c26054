package slack

import (
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"rewind/bot/markdown"
)

// Here tables are made: as such where Slack can show them, and else as code with columns.

// How large a table may be.
// https://docs.slack.dev/reference/block-kit/blocks/table-block
const (
	mostRows    = 100
	mostColumns = 20
)

func tableFits(t markdown.Table) bool { return len(t.Rows) < mostRows && len(t.Head) <= mostColumns }

// rowsOf are the rows of a table, with the head in bold.
func rowsOf(t markdown.Table) [][][]span {
	var rows [][][]span
	for i, row := range slices.Concat([][]markdown.Cell{t.Head}, t.Rows) {
		var cells [][]span
		for _, c := range row {
			in := []markdown.Inline(c)
			if i == 0 {
				in = []markdown.Inline{markdown.Strong{Text: c}}
			}
			spans := spansOf(in)
			if strings.TrimSpace(textIn(spans)) == "" {
				spans = []span{{text: " "}} // Slack takes no empty cell
			}
			cells = append(cells, spans)
		}
		rows = append(rows, cells)
	}
	return rows
}

const (
	cellSize   = len(`{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[]}]},`)
	columnSize = len(`{"align":"center","is_wrapped":true},`)
)

func sizeOfTable(t markdown.Table) int {
	n := blockSize + len(t.Head)*columnSize
	for _, row := range rowsOf(t) {
		n += len("[],")
		for _, spans := range row {
			n += cellSize + sizeOfSpans(spans)
		}
	}
	return n
}

func tableBlock(t markdown.Table) *slack.TableBlock {
	b := slack.NewTableBlock("")
	for _, row := range rowsOf(t) {
		var cells []slack.TableCell
		for _, spans := range row {
			cells = append(cells, cellOf(spans))
		}
		b.AddRow(cells...)
	}
	for _, a := range t.Align {
		side := slack.ColumnAlignmentLeft
		switch a {
		case markdown.Center:
			side = slack.ColumnAlignmentCenter
		case markdown.Right:
			side = slack.ColumnAlignmentRight
		}
		b.ColumnSettings = append(b.ColumnSettings, slack.ColumnSetting{Align: side, IsWrapped: true})
	}
	return b
}

func cellOf(spans []span) slack.TableCell {
	if len(spans) == 1 && spans[0] == (span{text: spans[0].text}) {
		return slack.NewTableRawTextCell(spans[0].text)
	}
	return slack.NewTableRichTextCell(slack.NewRichTextSection(elementsOf(spans)...))
}

// cellWords is what a cell says, with the addresses of its links.
func cellWords(c markdown.Cell) string {
	var b strings.Builder
	for _, s := range spansOf(c) {
		b.WriteString(strings.ReplaceAll(s.text, "\n", " "))
		if s.url != "" && s.url != s.text {
			b.WriteString(" (" + s.url + ")")
		}
	}
	return b.String()
}
