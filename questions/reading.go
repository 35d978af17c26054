package questions

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// reading is one guess at a note's habit: how its author marks questions. It proposes where cards begin.
type reading interface {
	// marks returns, by line, where cards, topics and asides begin, nil if the note has nothing of the kind. It must not
	// change n.
	marks(n *note) []mark
	// how names the guess.
	how() (Habit, int)
}

// readings are all the guesses, the likelier first: of two that explain a note equally well the first is taken.
func readings() []reading {
	var all []reading
	for level := uint8(6); level >= 1; level-- { // Deeper first: what stands higher then groups, instead of being an answer's part.
		all = append(all, headings{level})
	}
	return append(all, folds{}, rows{}, labels{}, items{1, false}, items{1, true}, items{2, false}, quotes{}, unmarked{})
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

// choice is a reading with what it makes of a note.
type choice struct {
	how    Habit
	level  int
	drafts []draft
	score  float64
	// sure is by how many percent the next best reading that finds other cards explains the note less well.
	sure int
}

// choose reads n in every way and returns the one that explains it best; its drafts are none if none explains anything.
func choose(n *note) choice {
	var best choice
	second, fits := 0.0, false
	for _, r := range readings() {
		marks := r.marks(n)
		if marks == nil {
			continue
		}
		fits = true
		c := choice{drafts: n.cut(n.withExplicit(marks))}
		c.how, c.level = r.how()
		c.score = n.score(c.drafts)
		switch {
		case c.score > best.score:
			if !sameCards(c.drafts, best.drafts) {
				second = best.score
			}
			best = c
		case c.score > second && !sameCards(c.drafts, best.drafts):
			second = c.score
		}
	}
	if !fits {
		best.drafts = n.cut(n.withExplicit(n.groups()))
		best.how, best.sure = ByMarks, 100
		return best
	}
	if best.score > 0 {
		best.sure = int(100 * (best.score - max(second, 0)) / best.score)
	}
	return best
}

func sameCards(a, b []draft) bool {
	return slices.EqualFunc(a, b, func(x, y draft) bool { return x.line == y.line })
}

// withExplicit adds the lines their author marked as cards, whatever the reading thinks of them. What stands below a
// marked heading is its answer, however much of it looks like questions.
func (n *note) withExplicit(marks []mark) []mark {
	if !n.marked {
		return marks
	}
	var all []mark
	owner := uint8(0) // The level of the marked heading the line stands under, or 0.
	for i := range n.lines {
		l := &n.lines[i]
		m := mark{line: i, role: card, level: int(l.level)}
		proposed := len(marks) > 0 && marks[0].line == i
		if proposed {
			m, marks = marks[0], marks[1:]
		}
		if l.skipped() {
			continue
		}
		if l.level > 0 && l.level <= owner {
			owner = 0
		}
		switch {
		case l.marked():
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
	drafts := make([]draft, 0, len(marks))
	var above []mark // The topics the next line stands under, outermost first.
	var topics []string
	fresh := false // topics are those of above
	for i, m := range marks {
		if m.role == gap {
			continue
		}
		if m.role != card {
			above, fresh = append(outer(above, m.level), m), false
			continue
		}
		if m.level > 0 {
			before := len(above)
			above = besides(above, m.level)
			fresh = fresh && len(above) == before
		}
		if inAside(above) && !n.lines[m.line].marked() {
			continue
		}
		if !fresh {
			topics, fresh = n.topics(above), true
		}
		d := draft{line: m.line, end: len(n.lines), topics: topics, doubtful: m.doubtful}
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
