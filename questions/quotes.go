package questions

import (
	"strings"
	"unicode/utf8"
)

// quotes reads a note whose questions or terms stand in quotations of one line, with the answers below them.
type quotes struct{}

func (quotes) how() (Habit, int) { return ByQuotes, 0 }

// maxQuoted is the longest quoted line, in runes, that is taken for a term.
const maxQuoted = 80

func (quotes) marks(n *note) []mark {
	var cards []mark
	others := 0
	for i := range n.lines {
		l := &n.lines[i]
		if !l.quoted || !l.opens || l.kind != prose || l.depth > 0 || i > 0 && n.lines[i-1].quoted {
			continue
		}
		if n.standsOver(i) {
			cards = append(cards, mark{line: i})
		} else {
			others++
		}
	}
	if len(cards) < 2 || others*4 > len(cards) {
		return nil // Quotations have some other use here.
	}
	return n.merge(cards)
}

// standsOver says whether the quoted line i stands above something that is not quoted, as a title would.
func (n *note) standsOver(i int) bool {
	l := &n.lines[i]
	next := n.below(i)
	if l.prompt == "" || l.answers || next == nil || next.quoted || next.titles() || next.kind == rule {
		return false
	}
	return l.asks || utf8.RuneCountInString(l.text) <= maxQuoted && !states(l.text) && !mayLink(l.text) && !strings.HasSuffix(l.text, ":")
}
