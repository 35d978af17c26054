package questions

import "strings"

// maxNesting is how deep containers may stand in each other. Nobody writes deeper by hand, and the work grows with depth
// times length; a deeper line is taken as plain text.
const maxNesting = 100

// parseBlocks finds out what block each line belongs to. Only block structure is parsed: the readings look at inline
// marks themselves.
func parseBlocks(lines []source) []line {
	b := &scanner{lines: make([]line, len(lines))}
	for i := range lines {
		given := &lines[i]
		l := &b.lines[i]
		l.raw, l.num, l.fold, l.cell = given.text, int32(given.num), uint8(min(given.fold, maxNesting)), given.cell != noCell
		l.deep = given.deep || nesting(given.text) > maxNesting
		asked := given.summary || given.cell == questionCell
		if !l.deep && !asked {
			b.line(i, given.text)
			continue
		}
		// What is to be plain text, whatever marks it has, is shown to the scanner as a row of letters.
		bare := strings.TrimLeft(given.text, " \t")
		lead := len(given.text) - len(bare)
		if l.deep {
			lead = 0
		}
		b.line(i, given.text[:lead]+strings.Repeat("x", len(given.text)-lead))
		l.text = strings.TrimSpace(given.text)
	}
	for _, u := range b.under {
		b.underlined(u)
	}
	for i := range lines {
		l := &b.lines[i]
		switch {
		case lines[i].summary:
			l.kind, l.opens = summary, true
		case lines[i].cell == questionCell:
			l.kind, l.opens = tableRow, true
		}
	}
	return b.lines
}

// nesting counts the containers that one line may open or be inside of, from its leading marks and indentation. A
// bullet or number is a mark only before white space, so that a long row of dashes is none.
func nesting(s string) int {
	depth, columns := 0, 0
	for i := 0; i < len(s); i++ {
		next := i+1 == len(s) || s[i+1] == ' ' || s[i+1] == '\t'
		switch c := s[i]; {
		case c == ' ':
			columns++
		case c == '\t':
			columns += 4
		case c == '>', next && strings.IndexByte("-*+.)", c) >= 0:
			depth++
			if i+1 < len(s) && s[i+1] == ' ' {
				i++ // It belongs to the mark.
			}
		case c < '0' || c > '9':
			return depth + columns/2
		}
	}
	return depth + columns/2
}

// underlined decides what a paragraph with a line of = or - below it is. People draw a line under an answer, or leave
// a bare bullet under a word, more often than they underline a heading; only a single line whose underline can hardly
// mean anything else is one.
func (b *scanner) underlined(u underline) {
	below := &b.lines[u.below]
	mark := strings.TrimSpace(strings.TrimLeft(below.raw, " \t>"))
	if mark == "-" {
		below.item, below.opens, below.depth = true, true, b.lines[u.last].depth+1
		return
	}
	below.kind = rule
	first := &b.lines[u.first]
	if u.first != u.last || len(mark) < 3 || mark[0] == '-' && (b.atx || states(first.text)) {
		return
	}
	first.kind, first.level = heading, 1
	if mark[0] == '-' {
		first.level = 2
	}
}
