package questions

// items reads a note whose list items of one depth are the questions, with the answers below or inside them.
type items struct{ depth int }

// rareAsking is how many items there are to each one that asks where items are no longer taken for questions.
const rareAsking = 4

func (r items) marks(n *note) []mark {
	asking, all := 0, 0
	for _, l := range n.lines {
		if !r.fits(l) {
			continue
		}
		all++
		if l.asks {
			asking++
		}
	}
	if asking*rareAsking < all {
		return nil // Some questions among many items are rhetorical.
	}
	// Where most items ask, the others are questions put in other words. Where few do, the rest are answers.
	habit := asking*2 >= all
	var cards []mark
	for i, l := range n.lines {
		if r.fits(l) && (l.asks || habit) {
			cards = append(cards, mark{line: i, doubtful: !l.asks})
		}
	}
	if len(cards) == 0 {
		return nil
	}
	return n.merge(cards)
}

func (r items) fits(l line) bool {
	return l.item && l.depth == r.depth && l.kind == prose && l.prompt != ""
}

// labels reads a note that writes "Q." or "질문:" before each question, wherever the line stands.
type labels struct{}

func (labels) marks(n *note) []mark {
	var cards []mark
	for i, l := range n.lines {
		if l.kind == prose && l.prompt != "" && l.labelled {
			cards = append(cards, mark{line: i})
		}
	}
	if len(cards) == 0 {
		return nil
	}
	return n.merge(cards)
}
