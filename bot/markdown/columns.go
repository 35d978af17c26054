package markdown

import (
	"slices"
	"strings"
)

// widest is up to which width columns are aligned. What is longer sticks out.
const widest = 40

// Lines lays the table out for a font in which Korean syllables are two columns wide; cell says what stands in a cell.
func (t Table) Lines(cell func(Cell) string) []string {
	widths := make([]int, len(t.Head))
	var rows [][]string
	for _, row := range slices.Concat([][]Cell{t.Head}, t.Rows) {
		cells := make([]string, len(row))
		for i, c := range row {
			cells[i] = cell(c)
			widths[i] = max(widths[i], 1, min(Columns(cells[i]), widest))
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

func pad(s string, width int, a Align) string {
	room := max(0, width-Columns(s))
	left := 0
	switch a {
	case Right:
		left = room
	case Center:
		left = room / 2
	}
	return strings.Repeat(" ", left) + s + strings.Repeat(" ", room-left)
}
