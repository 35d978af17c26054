package questions

// labels reads a note that writes "Q." or "질문:" before each question, wherever the line stands.
type labels struct{}

func (labels) how() (Habit, int) { return ByLabels, 0 }

func (labels) marks(n *note) []mark {
	var cards []mark
	depth := uint8(maxNesting) // of the outermost question
	for i := range n.lines {
		if l := &n.lines[i]; isLabelled(l) {
			cards = append(cards, mark{line: i})
			depth = min(depth, l.depth)
		}
	}
	if len(cards) == 0 {
		return nil
	}
	if depth < 2 {
		return n.merge(cards)
	}
	// All questions stand inside of items: these group them.
	cards = nil
	for i := range n.lines {
		switch l := &n.lines[i]; {
		case isLabelled(l):
			cards = append(cards, mark{line: i})
		case l.item && l.depth < depth && l.kind == prose && l.prompt != "":
			cards = append(cards, mark{line: i, role: topic, level: groupItem + int(l.depth)})
		}
	}
	return n.merge(cards)
}

func isLabelled(l *line) bool { return l.kind == prose && l.prompt != "" && l.labelled }
