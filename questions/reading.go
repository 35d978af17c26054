package questions

import (
	"strings"
	"unicode/utf8"
)

// reading is one guess at a note's habit: how its author marks questions. It proposes where cards begin.
type reading interface {
	// marks returns, by line, where cards, topics and asides begin. It must not change n.
	marks(n *note) []mark
}

// readings are all the guesses, the likelier first: of two that explain a note equally well the first is taken.
func readings() []reading {
	var all []reading
	for level := 6; level >= 1; level-- { // Deeper first: what stands higher then groups, instead of being an answer's part.
		all = append(all, headings{level})
	}
	return append(all, folds{}, labels{}, items{1}, items{2}, unmarked{})
}

// role is what begins at a mark.
type role uint8

const (
	card  role = iota
	topic      // a heading that groups
	aside      // a heading below which nothing is asked
	gap        // what ends a card without beginning anything
)

// mark is a line at which something begins; it ends at the next mark.
type mark struct {
	line     int
	role     role
	level    int // of a heading, else 0
	doubtful bool
}

// draft is a card as lines of its note.
type draft struct {
	line, end int // prompt and answer are [line, end)
	topics    []string
	doubtful  bool
}

// bestDrafts reads n in every way and returns the cards of the way that explains it best, none if none does.
func bestDrafts(n *note) []draft {
	var best []draft
	top, fits := 0.0, false
	for _, r := range readings() {
		marks := r.marks(n)
		if marks == nil {
			continue
		}
		fits = true
		drafts := n.cut(n.withExplicit(marks))
		if s := n.score(drafts); s > top {
			best, top = drafts, s
		}
	}
	if !fits {
		return n.cut(n.withExplicit(n.groups()))
	}
	return best
}

// withExplicit adds the lines their author marked with an ID, whatever the reading thinks of them. What stands below a
// marked heading is its answer, however much of it looks like questions.
func (n *note) withExplicit(marks []mark) []mark {
	var all []mark
	owner := 0 // The level of the marked heading the line stands under, or 0.
	for i, l := range n.lines {
		m := mark{line: i, role: card, level: l.level}
		proposed := len(marks) > 0 && marks[0].line == i
		if proposed {
			m, marks = marks[0], marks[1:]
		}
		if l.mark.skip {
			continue
		}
		if l.level > 0 && l.level <= owner {
			owner = 0
		}
		switch {
		case l.mark.isCard():
			m.role, m.doubtful = card, false
			all = append(all, m)
			if owner == 0 {
				owner = l.level
			}
		case proposed && owner == 0:
			all = append(all, m)
		}
	}
	return all
}

// cut turns marks into cards, each with the topics it stands under.
func (n *note) cut(marks []mark) []draft {
	var drafts []draft
	var above []mark // The topics the next line stands under, outermost first.
	for i, m := range marks {
		if m.role == gap {
			continue
		}
		if m.role != card {
			above = append(outer(above, m.level), m)
			continue
		}
		if m.level > 0 {
			above = besides(above, m.level)
		}
		if inAside(above) && !n.lines[m.line].mark.isCard() {
			continue
		}
		d := draft{line: m.line, end: len(n.lines), topics: n.topics(above), doubtful: m.doubtful}
		if i+1 < len(marks) {
			d.end = marks[i+1].line
		}
		drafts = append(drafts, d)
	}
	return drafts
}

// outer returns the part of above that stands higher than level.
func outer(above []mark, level int) []mark {
	for len(above) > 0 && above[len(above)-1].level >= level {
		above = above[:len(above)-1]
	}
	return above
}

// besides is outer with a group of the same level, which a card that is a heading may stand under; an aside of that level
// is over.
func besides(above []mark, level int) []mark {
	above = outer(above, level+1)
	if last := len(above) - 1; last >= 0 && above[last].role == aside && above[last].level == level {
		return above[:last]
	}
	return above
}

func inAside(above []mark) bool {
	for _, m := range above {
		if m.role == aside {
			return true
		}
	}
	return false
}

func (n *note) topics(above []mark) []string {
	var topics []string
	for _, m := range above {
		topics = append(topics, unbracketed(n.lines[m.line].prompt))
	}
	return topics
}

// unbracketed takes off brackets that a title stands in.
func unbracketed(s string) string {
	for _, pair := range []string{"()", "[]", "（）", "【】", "「」"} {
		open, size := utf8.DecodeRuneInString(pair)
		rest, ok := strings.CutPrefix(s, string(open))
		if inner, closed := strings.CutSuffix(rest, pair[size:]); ok && closed && hasWord(inner) && !strings.ContainsRune(inner, open) {
			return strings.TrimSpace(inner)
		}
	}
	return s
}

// What speaks for a reading and against it. The numbers weigh signs against each other and were set on notes of many
// shapes: to ask is worth more than to have an answer, an answer more than a mere mark, and a question left inside
// another card's answer is a sign that the reading is wrong.
const (
	worthExplicit = 4.0
	worthAsking   = 2.0
	worthAnswer   = 1.0
	worthMarked   = 0.5  // a heading or item that does not ask, with an answer
	worthOpen     = 0.25 // a heading with a placeholder where its answer should be
	costBare      = 0.25 // a heading that neither asks nor has anything below it
	costEmpty     = 1.0  // the same in a line that is no heading
	costPart      = 0.5  // a term that several cards would have, or that is known to head parts of answers
	costMissed    = 1.0  // a line that asks but is no prompt
	costLeft      = 1.0  // a heading with text below it, none of which is in a card
)

// score says how well drafts explain n.
func (n *note) score(drafts []draft) float64 {
	sum, found := 0.0, 0
	repeated := n.repeated(drafts)
	for _, d := range drafts {
		l := n.lines[d.line]
		if l.demands() {
			found++
		}
		sum += n.worth(d, repeated[l.text])
	}
	return sum - costMissed*float64(n.asking()-found) - costLeft*float64(n.left(drafts))
}

// worth is what d speaks for its reading; repeated says that another draft has its text.
func (n *note) worth(d draft, repeated bool) float64 {
	l := n.lines[d.line]
	asks, answered := l.asks || l.mark.isCard(), n.answered(d)
	sum := 0.0
	switch {
	case l.mark.isCard():
		sum = worthExplicit
	case l.asks:
		sum = worthAsking
	case isPart(l.text) || repeated:
		return -costPart
	case answered && !d.doubtful:
		sum = worthMarked
	}
	switch {
	case answered:
		sum += worthAnswer
	case !asks && l.titles() && n.holdsPlace(d):
		sum += worthOpen
	case !asks && l.titles():
		sum -= costBare
	case !asks:
		sum -= costEmpty
	}
	return sum
}

// left counts the headings whose text is in no card.
func (n *note) left(drafts []draft) int {
	count := 0
	pending := false // The current heading has text, and no card so far.
	inAside := false
	for i, l := range n.lines {
		for len(drafts) > 0 && drafts[0].end <= i {
			drafts = drafts[1:]
		}
		covered := len(drafts) > 0 && drafts[0].line <= i
		switch {
		case covered:
			pending = false
		case l.kind == heading:
			if pending {
				count++
			}
			pending, inAside = false, isAside(l.text)
		case !inAside && !l.contents && l.says:
			pending = true
		}
	}
	if pending {
		count++
	}
	return count
}

// repeated holds the prompts that more than one of drafts has.
func (n *note) repeated(drafts []draft) map[string]bool {
	seen := make(map[string]bool, len(drafts)) // True from the second time on.
	for _, d := range drafts {
		text := n.lines[d.line].text
		_, again := seen[text]
		seen[text] = again
	}
	return seen
}

// asking counts the lines that demand to be explained.
func (n *note) asking() int {
	count := 0
	for _, l := range n.lines {
		if l.demands() {
			count++
		}
	}
	return count
}

// titles says whether l stands above what belongs to it.
func (l line) titles() bool { return l.kind == heading || l.kind == summary }

// demands says whether l asks at a place where a question would stand: deep in a list it is part of an enumeration.
func (l line) demands() bool { return l.asks && l.opens && l.depth <= 1 }

// holdsPlace says whether all that stands below d's prompt is a placeholder or several, under headings perhaps: its
// author left an answer open.
func (n *note) holdsPlace(d draft) bool {
	found := false
	for _, l := range n.lines[d.line+1 : d.end] {
		if l.blank || l.kind == rule || l.kind == heading {
			continue
		}
		if hasWord(l.raw) {
			return false
		}
		found = true
	}
	return found
}

// answered says whether d has a line below its prompt that says something.
func (n *note) answered(d draft) bool {
	for _, l := range n.lines[d.line+1 : d.end] {
		if l.says {
			return true
		}
	}
	return false
}
