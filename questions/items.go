package questions

// items reads a note whose list items of one depth are the questions, with the answers below or inside them. Items
// further out group.
type items struct {
	depth uint8
	// numbered says that only numbered items are questions, and bullets beside them answers.
	numbered bool
}

// rareAsking is how many items there are to each one that asks where items are no longer taken for questions.
const rareAsking = 4

// groupItem is the level of a group that is an item: below every heading's.
const groupItem = 8

func (r items) how() (Habit, int) { return ByItems, int(r.depth) }

func (r items) marks(n *note) []mark {
	asking, all, bullets := 0, 0, 0
	for i := range n.lines {
		l := &n.lines[i]
		if !r.fits(l) {
			if l.item && l.depth == r.depth && !l.number {
				bullets++
			}
			continue
		}
		all++
		if l.asks {
			asking++
		}
	}
	if all == 0 || asking*rareAsking < all && !(asking == 0 && r.leadElsewhere(n, all)) || r.numbered && bullets == 0 {
		return nil // Some questions among many items are rhetorical.
	}
	// Where most items ask, the others are questions put in other words. Where few do, the rest are answers, but not
	// those with something inside them if that is where this author puts answers.
	habit, inside := asking*2 >= all, r.answersInside(n)
	var cards []mark
	for i := range n.lines {
		l := &n.lines[i]
		switch {
		case r.fits(l) && (l.asks || habit || asking == 0 || inside && r.holds(n, i)):
			cards = append(cards, mark{line: i, doubtful: !l.asks && asking > 0})
		case r.isTitle(n, i):
			cards = append(cards, mark{line: i, role: topic, level: groupLoose})
		case habit && l.kind == prose && l.depth == 0 && l.opens && l.asks && !l.quoted:
			cards = append(cards, mark{line: i}) // Its author went on without bullets.
		case l.item && l.depth < r.depth && l.kind == prose && l.prompt != "":
			cards = append(cards, mark{line: i, role: topic, level: groupItem})
		}
	}
	return n.merge(cards)
}

// leadElsewhere says whether most of the items, all in number, hold nothing but links: each names what somebody wrote about
// in another place.
func (r items) leadElsewhere(n *note, all int) bool {
	leading := 0
	for i := range n.lines {
		if r.fits(&n.lines[i]) && n.holdsLinks(i+1, r.end(n, i)) {
			leading++
		}
	}
	return all > 2 && leading*10 >= all*7
}

// end is the line behind what the item on line i holds.
func (r items) end(n *note, i int) int {
	for i++; i < len(n.lines); i++ {
		if l := &n.lines[i]; !l.blank && (l.depth < r.depth || l.depth == r.depth && l.item) {
			break
		}
	}
	return i
}

// holdsLinks says whether [from, to) holds links and says nothing else.
func (n *note) holdsLinks(from, to int) bool {
	if n.says(from, to) {
		return false
	}
	for i := from; i < to; i++ {
		if mayLink(n.lines[i].raw) {
			return true
		}
	}
	return false
}

// isTitle says whether line i, which is no item, stands above items that ask as a title would.
func (r items) isTitle(n *note, i int) bool {
	l := &n.lines[i]
	if l.kind != prose || l.depth > 0 || !l.opens || l.asks || l.prompt == "" || len(l.text) > maxTitle || states(l.text) || mayLink(l.text) || i > 0 && !n.lines[i-1].blank && n.lines[i-1].kind != heading {
		return false
	}
	next := n.below(i)
	return next != nil && r.fits(next) && next.asks
}

// answersInside says whether the items that ask hold their answers, rather than have them in the items that follow.
func (r items) answersInside(n *note) bool {
	inside, behind := 0, 0
	for i := range n.lines {
		l := &n.lines[i]
		if !r.fits(l) || !l.asks {
			continue
		}
		if r.holds(n, i) {
			inside++
		} else if next := n.below(i); next != nil && r.fits(next) && !next.asks {
			behind++
		}
	}
	return inside > behind
}

// holds says whether the item on line i has something inside it, be it only an empty bullet.
func (r items) holds(n *note, i int) bool {
	next := n.below(i)
	return next != nil && (next.depth > r.depth || next.depth == r.depth && !next.item)
}

// below is the first line below i that is not blank, nil if there is none.
func (n *note) below(i int) *line {
	for j := i + 1; j < len(n.lines); j++ {
		if !n.lines[j].blank {
			return &n.lines[j]
		}
	}
	return nil
}

func (r items) fits(l *line) bool {
	return l.item && !l.follows && !l.answers && l.depth == r.depth && (l.number || !r.numbered) && l.kind == prose && l.prompt != ""
}
