package questions

// What speaks for a reading and against it. The numbers weigh signs against each other and were set on notes of many
// shapes: to ask is worth more than to have an answer, an answer more than a mere mark, and a question left inside
// another card's answer is a sign that the reading is wrong.
const (
	worthExplicit = 4.0
	worthAsking   = 2.0
	worthAnswer   = 1.0
	worthMarked   = 0.5  // a heading or item that does not ask, with an answer
	worthOpen     = 0.25 // a heading with a placeholder where its answer should be
	worthLinked   = 0.75 // an item that does not ask, with nothing but links where its answer should be
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
	for i := range drafts {
		l := &n.lines[drafts[i].line]
		if l.demands() {
			found++
		}
		sum += n.worth(&drafts[i], repeated)
	}
	return sum - costMissed*float64(n.asking-found) - costLeft*float64(n.left(drafts))
}

// worth is what d speaks for its reading; repeated holds the texts of several drafts.
func (n *note) worth(d *draft, repeated map[string]bool) float64 {
	l := &n.lines[d.line]
	asks, answered := l.asks || l.marked(), l.rest != "" || n.says(d.line+1, d.end)
	sum := 0.0
	switch {
	case l.marked():
		sum = worthExplicit
	case l.asks:
		sum = worthAsking
	case isPart(l.text) || repeated[l.text]:
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
	case !asks && l.item && n.holdsLinks(d.line+1, d.end):
		sum += worthLinked
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
	for i := 0; i < len(n.lines); i++ {
		if len(drafts) > 0 && drafts[0].line <= i {
			pending = false
			i = drafts[0].end - 1
			drafts = drafts[1:]
			continue
		}
		switch l := &n.lines[i]; {
		case l.kind == heading:
			if pending {
				count++
			}
			pending, inAside = false, l.aside
		case !inAside && l.says && !l.contents:
			pending = true
		}
	}
	if pending {
		count++
	}
	return count
}

// repeated holds the texts of more than one of the drafts that do not ask.
func (n *note) repeated(drafts []draft) map[string]bool {
	var seen map[string]bool // True from the second time on.
	for i := range drafts {
		l := &n.lines[drafts[i].line]
		if l.asks || l.marked() {
			continue
		}
		if seen == nil {
			seen = make(map[string]bool)
		}
		_, again := seen[l.text]
		seen[l.text] = again
	}
	return seen
}

// titles says whether l stands above what belongs to it.
func (l *line) titles() bool { return l.kind == heading || l.kind == summary }

// demands says whether l asks at a place where a question would stand: deep in a list it is part of an enumeration.
func (l *line) demands() bool { return l.asks && l.opens && l.depth <= 1 && (!l.links || l.titles()) }

// holdsPlace says whether all that stands below d's prompt is a placeholder or several, under headings perhaps: its
// author left an answer open.
func (n *note) holdsPlace(d *draft) bool {
	found := false
	for i := d.line + 1; i < d.end; i++ {
		l := &n.lines[i]
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
