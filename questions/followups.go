package questions

// findFollowUps marks the items that stand below a label of follow-up questions: they ask, but belong to the card above.
func (n *note) findFollowUps() {
	for i := range n.lines {
		if !isFollowUpLabel(&n.lines[i]) {
			continue
		}
		end, found, ok := followUpItems(n.lines, i+1)
		if !ok || len(found) == 0 {
			continue
		}
		for j := i; j < end; j++ {
			l := &n.lines[j]
			l.follows, l.asks, l.labelled, l.bare = true, false, false, false
		}
	}
}

// isFollowUpLabel says whether l is nothing but the label of follow-up questions.
func isFollowUpLabel(l *line) bool {
	rest, ok := cutFollowUpLabel(l)
	return ok && !hasWord(rest)
}

// cutFollowUpLabel takes the label of follow-up questions off l.
func cutFollowUpLabel(l *line) (rest string, ok bool) {
	if l.kind != prose && l.kind != heading || l.text == "" || len(l.text) > maxPrompt || l.item || l.depth > 0 {
		return "", false
	}
	return cutLabel(l.text, &cues().followUps)
}

// cutFollowUps takes the questions that follow the card's own off lines: those below a label such as "Follow-ups:", or
// all there is where it is nothing but items that ask. Those with an answer of their own stay.
func cutFollowUps(lines []line) (rest []line, followUps []string) {
	for i := range lines {
		l := &lines[i]
		inline, ok := cutFollowUpLabel(l)
		if !ok {
			continue
		}
		end, found, ok := followUpItems(lines, i+1)
		if !ok || len(found) == 0 && (!hasWord(inline) || end < len(lines)) {
			continue
		}
		if hasWord(inline) {
			found = append([]string{cleanPrompt(inline, true)}, found...)
		}
		rest = append(append(rest, trimLines(lines[:i])...), lines[end:]...)
		return rest, found
	}
	if end, found, ok := followUpItems(lines, 0); ok && end == len(lines) && len(found) > 0 && allAsk(lines) {
		return nil, found
	}
	return lines, nil
}

// followUpItems reads the list that begins at or below line i; end is the line behind it. It is not ok where an item has
// anything inside it.
func followUpItems(lines []line, i int) (end int, found []string, ok bool) {
	depth := uint8(0)
	for ; i < len(lines); i++ {
		l := &lines[i]
		switch {
		case l.blank:
			continue
		case !l.item && l.depth == 0 || l.kind != prose:
			return i, found, true
		case !l.item || depth > 0 && l.depth != depth:
			return i, nil, false
		}
		depth = l.depth
		if prompt := cleanPrompt(l.text, true); len(l.text) <= maxPrompt && prompt != "" {
			found = append(found, prompt)
		}
	}
	return i, found, true
}

func allAsk(lines []line) bool {
	for i := range lines {
		if l := &lines[i]; !l.blank && !l.asks {
			return false
		}
	}
	return true
}
