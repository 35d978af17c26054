package questions

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// headings reads a note whose headings of one level are the questions or bare terms. Higher headings group; deeper ones
// are parts of an answer, unless they ask on their own account or stand below no card whose part they could be.
type headings struct{ level uint8 }

// section is a heading and what stands below it until the next one.
type section struct {
	line    int
	level   uint8
	own     bool // it has text of its own before the next heading
	words   bool // that text has content or at least a word; without either it is a placeholder
	asks    bool
	deeper  bool // the next heading is deeper
	asksSub bool // a heading somewhere below it asks
}

func (r headings) how() (Habit, int) { return ByHeadings, int(r.level) }

func (r headings) marks(n *note) []mark {
	mostlyAsking, fits := n.levelsAsking(r.level)
	if !fits {
		return nil
	}
	var marks []mark
	owner := uint8(0) // The level of the card that a deeper heading would be a part of, or 0.
	for i, s := range n.sections {
		began := len(marks)
		if s.level <= owner {
			owner = 0
		}
		switch {
		case owner > 0 && owner < s.level && !s.asks && mostlyAsking[owner] && n.often[owner]:
			// A part of the answer to the question above, whatever headings of its level are elsewhere.
		case owner == 0 || s.level <= r.level:
			m := r.begin(n, i, mostlyAsking[s.level])
			var items []mark
			if !s.asks && (m.role == topic || m.role == card && mostlyAsking[s.level]) {
				items = n.askingItems(s.line+1, n.sectionEnd(i))
			}
			if items != nil {
				m.role, m.doubtful = topic, false
			}
			marks = append(append(marks, m), items...)
			if m.role == card {
				owner = s.level
			}
		case s.asks && s.own && hasWords(n.lines[s.line].text):
			marks = append(marks, mark{line: s.line, level: int(s.level)})
		}
		if mostlyAsking[r.level] || owner > 0 && mostlyAsking[owner] {
			marks = n.followUps(marks, s.line+1, n.sectionEnd(i))
			slices.SortStableFunc(marks[began:], func(a, b mark) int { return a.line - b.line })
		}
	}
	return marks
}

// askingItems are the items of [from, to) that ask, if most of them do: below this heading the author went over to lists.
// Those that a heading asks as well are a list of what is to come.
func (n *note) askingItems(from, to int) []mark {
	var cards []mark
	all := 0
	for i := from; i < to; i++ {
		l := &n.lines[i]
		if !(items{depth: 1}).fits(l) || l.links {
			continue
		}
		all++
		if l.asks && !n.headed(l.prompt) {
			cards = append(cards, mark{line: i})
		}
	}
	if len(cards) < 2 || len(cards)*2 < all {
		return nil
	}
	return cards
}

// headed says whether a heading has this prompt.
func (n *note) headed(prompt string) bool {
	if n.heads == nil {
		n.heads = make(map[string]bool, len(n.sections))
		for i := range n.sections {
			n.heads[promptKey(n.lines[n.sections[i].line].prompt)] = true
		}
	}
	return n.heads[promptKey(prompt)]
}

// levelsAsking says, by level, whether most of the headings ask, so that one that does not is the odd one; fits is false
// if there are none of the given level.
func (n *note) levelsAsking(level uint8) (mostly [7]bool, fits bool) {
	var asking, plain [7]int
	for _, s := range n.sections {
		if s.asks {
			asking[s.level]++
		} else {
			plain[s.level]++
		}
	}
	for i := range mostly {
		mostly[i] = asking[i] > plain[i]
	}
	return mostly, asking[level]+plain[level] > 0
}

// begin decides what section i begins. mostlyAsking is about the headings of its level.
func (r headings) begin(n *note, i int, mostlyAsking bool) mark {
	s := n.sections[i]
	m := mark{line: s.line, level: int(s.level)}
	switch {
	case n.lines[s.line].aside:
		m.role = aside
	case s.asks:
	case s.level < r.level, s.asksSub, mostlyAsking && n.bareGroup(i):
		m.role = topic
	default:
		m.doubtful = mostlyAsking && (s.words || !s.own) // Who writes a dash below a term has left an answer open.
	}
	return m
}

// bareGroup says whether section i, in a note whose headings ask, is a lone heading with nothing below it that the
// questions after it stand under, at its own level.
func (n *note) bareGroup(i int) bool {
	bare := func(s section) bool { return !s.asks && !s.own && !s.deeper && s.level == n.sections[i].level }
	if !bare(n.sections[i]) || i+1 == len(n.sections) || i > 0 && bare(n.sections[i-1]) {
		return false
	}
	next := n.sections[i+1]
	return next.asks && next.level == n.sections[i].level
}

// sectionEnd is the line behind section i.
func (n *note) sectionEnd(i int) int {
	if i+1 < len(n.sections) {
		return n.sections[i+1].line
	}
	return len(n.lines)
}

// followUps adds the bold lines and folded parts of [from, to) that ask: a further question with an answer of its own.
func (n *note) followUps(marks []mark, from, to int) []mark {
	for i := from; i < to; i++ {
		l := &n.lines[i]
		if l.kind == prose && l.opens && l.depth == 0 && l.asks && isBold(l.text) && hasWords(l.text) {
			marks = append(marks, mark{line: i})
		}
		if l.kind == summary && l.fold > 1 && l.asks && n.foldSays(i) {
			marks = append(marks, mark{line: i})
		}
	}
	return marks
}

// hasWords says whether s is more than a word: "Why?" asks about the answer that it stands in. Chinese and Japanese have
// no spaces, but few words that are as long.
func hasWords(s string) bool {
	if strings.Contains(s, " ") {
		return true
	}
	wide := strings.ContainsFunc(s, func(r rune) bool { return r >= 0x3040 && r < 0xA000 })
	return wide && utf8.RuneCountInString(strings.Trim(s, "*_")) > 5
}

// sectionsOf lists the headings of lines, without those that are labels of an answer.
func sectionsOf(lines []line) []section {
	var all []section
	for i := range lines {
		l := &lines[i]
		if l.kind == heading && l.prompt != "" && (!l.answers || groupsBelow(lines, i)) {
			all = append(all, section{line: i, level: l.level, asks: l.asks})
			continue
		}
		if len(all) > 0 && !l.blank && l.kind != rule {
			s := &all[len(all)-1]
			s.own, s.words = true, s.words || l.says || hasWord(l.raw)
		}
	}
	for i, s := range all {
		ends := i+1 == len(all) || all[i+1].level <= s.level
		if s.own && !s.words || !s.own && ends && isPart(lines[s.line].text) { // A part left open gives the answer above it no content.
			lines[s.line].says = false
		}
	}
	dropParts(lines, all)
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

// groupsBelow says whether the heading on line i has deeper ones below it: "Answers" over all of them is no label.
func groupsBelow(lines []line, i int) bool {
	for j := i + 1; j < len(lines); j++ {
		if lines[j].kind == heading {
			return lines[j].level > lines[i].level
		}
		if lines[j].says {
			return false
		}
	}
	return false
}

// groups are the marks of headings and other titles in a note whose questions are not headings.
func (n *note) groups() []mark {
	var marks []mark
	sections := n.sections
	for i := range n.lines {
		switch {
		case len(sections) > 0 && sections[0].line == i:
			marks = append(marks, mark{line: i, role: roleOf(&n.lines[i]), level: int(sections[0].level)})
			sections = sections[1:]
		case n.isTitleLine(i):
			marks = append(marks, mark{line: i, role: topic, level: groupLoose})
		}
	}
	return marks
}

// merge joins the groups of n and cards, both in order, into one list in order.
func (n *note) merge(cards []mark) []mark {
	groups := n.groups()
	all := make([]mark, 0, len(groups)+len(cards))
	for _, g := range groups {
		for len(cards) > 0 && cards[0].line < g.line {
			all, cards = append(all, cards[0]), cards[1:]
		}
		if len(cards) > 0 && cards[0].line == g.line {
			continue
		}
		all = append(all, g)
	}
	return append(all, cards...)
}

// dropParts takes back that a heading asks where it only opens like a question, below one that asks and has its answer:
// "How to avoid it" is a part of that answer.
func dropParts(lines []line, all []section) {
	var open [7]int // The index behind the latest section of each level.
	for i := range all {
		s := &all[i]
		clear(open[s.level:])
		open[s.level] = i + 1
		if text := lines[s.line].text; !s.asks || strings.ContainsAny(text, "?？") || !opensOnly(text) {
			continue
		}
		for _, above := range open[1:s.level] {
			if above > 0 && all[above-1].asks && all[above-1].own {
				s.asks, lines[s.line].asks = false, false
			}
		}
	}
}

// isTitleLine says whether line i is a title that is no heading: words in square brackets that lead nowhere.
func (n *note) isTitleLine(i int) bool {
	l := &n.lines[i]
	if l.kind != prose || l.depth > 0 || !l.opens || l.asks || l.prompt == "" || len(l.text) > maxTitle || mayLink(l.text) {
		return false
	}
	return (l.text[0] == '[' || strings.HasPrefix(l.text, "【")) && unbracketed(l.text) != l.text
}

// maxTitle is in bytes.
const maxTitle = 100
