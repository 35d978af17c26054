package questions

import "strings"

// takeMarks reads the quiz comments, hands their IDs to the question lines they stand at or below, and takes them and
// lines of other comments out of the text, so that they never show.
func (n *note) takeMarks() {
	open := false // Inside a comment that began on a line above.
	for i := range n.lines {
		l := &n.lines[i]
		if l.kind == code {
			open = false
			continue
		}
		comment, rest := "", ""
		comment, rest, open = cutComment(l.raw, l.kind == markup, open)
		if rest == l.raw {
			continue
		}
		l.raw, l.text = rest, strings.TrimSpace(strings.TrimSuffix(l.text, strings.TrimSpace(comment)))
		if strings.TrimSpace(rest) == "" {
			l.kind, l.text = prose, ""
		}
		if isQuiz(comment) {
			n.giveID(i, comment)
		}
	}
}

// cutComment takes a comment off s: a quiz comment at its end, or in a line of HTML any that begins it. A comment in the
// middle of prose stays: it may be what an answer is about.
func cutComment(s string, html, open bool) (comment, rest string, stillOpen bool) {
	if open {
		_, after, closed := strings.Cut(s, "-->")
		return "", strings.TrimRight(after, " \t"), !closed
	}
	trimmed := strings.TrimRight(s, " \t")
	if at := strings.LastIndex(trimmed, "<!--"); at >= 0 && isQuiz(trimmed[at:]) && strings.HasSuffix(trimmed, "-->") {
		return trimmed[at:], strings.TrimRight(trimmed[:at], " \t"), false
	}
	if !html || !strings.HasPrefix(strings.TrimSpace(s), "<!--") {
		return "", s, false
	}
	before, after, closed := strings.Cut(s, "-->")
	if !closed {
		return before, "", true
	}
	return before, strings.TrimRight(after, " \t"), false
}

func isQuiz(comment string) bool {
	s, ok := strings.CutPrefix(comment, "<!--")
	return ok && strings.HasPrefix(strings.TrimSpace(s), "quiz:")
}

// giveID hands the ID of the quiz comment on line i to that line's text or to the nearest line of text above.
func (n *note) giveID(i int, comment string) {
	id, ok := markID(comment)
	at := i
	for at >= 0 && strings.TrimSpace(n.lines[at].raw) == "" {
		at--
	}
	if !ok || at < 0 || n.lines[at].id != "" || !n.lines[at].mayAsk() {
		n.badMarks = append(n.badMarks, i)
		return
	}
	n.lines[at].id = id
}

// markID reads <!-- quiz: id=some-id -->; other words beside the ID are for later versions.
func markID(comment string) (string, bool) {
	s := strings.TrimSuffix(strings.TrimPrefix(comment, "<!--"), "-->")
	for word := range strings.FieldsSeq(strings.TrimPrefix(strings.TrimSpace(s), "quiz:")) {
		if id, ok := strings.CutPrefix(word, "id="); ok {
			return id, validID(id)
		}
	}
	return "", false
}
