package questions

import "strings"

// headings reads a note whose headings of one level are the questions or bare terms. Higher headings group; deeper ones
// are parts of an answer, unless they ask on their own account.
type headings struct{ level int }

// section is a heading and what stands below it until the next one.
type section struct {
	line    int
	level   int
	own     bool // it has text of its own before the next heading
	asks    bool
	deeper  bool // the next heading is deeper
	asksSub bool // a heading somewhere below it asks
}

func (r headings) marks(n *note) []mark {
	asking, plain := 0, 0
	for _, s := range n.sections {
		if s.level == r.level && s.asks {
			asking++
		} else if s.level == r.level {
			plain++
		}
	}
	if asking+plain == 0 {
		return nil
	}
	mostlyAsking := asking > plain
	var marks []mark
	for i, s := range n.sections {
		m, ok := r.mark(n, s, mostlyAsking)
		if ok {
			marks = append(marks, m)
		}
		if mostlyAsking {
			end := len(n.lines)
			if i+1 < len(n.sections) {
				end = n.sections[i+1].line
			}
			marks = n.followUps(marks, s.line+1, end)
		}
	}
	return marks
}

// mark decides what s begins; ok is false if it goes on with what is above. mostlyAsking says that the headings of the
// level ask as a rule, so that one which does not is the odd one.
func (r headings) mark(n *note, s section, mostlyAsking bool) (m mark, ok bool) {
	m = mark{line: s.line, level: s.level}
	text := n.lines[s.line].text
	switch {
	case s.level > r.level:
		return m, s.asks && s.own && strings.Contains(text, " ")
	case isAside(text):
		m.role = aside
	case s.asks:
	case s.level < r.level, s.asksSub, !s.own && !s.deeper && mostlyAsking:
		m.role = topic
	default:
		m.doubtful = mostlyAsking
	}
	return m, true
}

// followUps adds the bold lines of [from, to) that ask: a further question with an answer of its own.
func (n *note) followUps(marks []mark, from, to int) []mark {
	for i := from; i < to; i++ {
		l := n.lines[i]
		if l.kind == prose && l.opens && l.depth == 0 && l.asks && isBold(l.text) && strings.Contains(l.text, " ") {
			marks = append(marks, mark{line: i})
		}
	}
	return marks
}

// sectionsOf lists the headings of lines, without those that are labels of an answer.
func sectionsOf(lines []line) []section {
	var all []section
	for i, l := range lines {
		if l.kind == heading && l.prompt != "" && !isAnswerHeading(l.text) {
			all = append(all, section{line: i, level: l.level, asks: l.asks})
			continue
		}
		if len(all) > 0 && !l.blank && l.kind != rule {
			all[len(all)-1].own = true
		}
	}
	var open [7]int // The index behind the latest section of each level that may still have sections below it.
	for i, s := range all {
		all[i].deeper = i+1 < len(all) && all[i+1].level > s.level
		clear(open[s.level:])
		open[s.level] = i + 1
		for _, above := range open[1:s.level] {
			if s.asks && above > 0 {
				all[above-1].asksSub = true
			}
		}
	}
	return all
}

func isAnswerHeading(text string) bool {
	_, ok := cutAnswerLabel(text)
	return ok
}

// groups are the marks of headings in a note whose questions are not headings.
func (n *note) groups() []mark {
	var marks []mark
	for _, s := range n.sections {
		m := mark{line: s.line, role: topic, level: s.level}
		if isAside(n.lines[s.line].text) {
			m.role = aside
		}
		marks = append(marks, m)
	}
	return marks
}

// merge joins the groups of n and cards, both in order, into one list in order.
func (n *note) merge(cards []mark) []mark {
	var all []mark
	for _, g := range n.groups() {
		for len(cards) > 0 && cards[0].line < g.line {
			all, cards = append(all, cards[0]), cards[1:]
		}
		all = append(all, g)
	}
	return append(all, cards...)
}
