package questions

// addWhole takes a question in that came with its ID and all its languages, as the bank's own formats have it. Without
// an ID it gets one from its prompt.
func (b *bank) addWhole(q Question) {
	for _, t := range q.Texts {
		before := len(b.questions)
		b.add(cutCard{id: q.ID, text: t})
		if q.ID == "" && len(b.questions) > before {
			q.ID = b.questions[before].ID // its other languages join it
		}
	}
	if i, ok := b.byID[q.ID]; ok && b.questions[i].Difficulty == "" {
		b.questions[i].Difficulty = q.Difficulty
	}
}
