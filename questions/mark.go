package questions

import "strings"

// quizMark is what the author says of a line in a quiz comment.
type quizMark struct {
	id         string
	difficulty Difficulty
	lang       Lang // of the card, where it is not the note's
	question   bool // it is a question whatever the reader thinks
	skip       bool // it is none, nor is what stands below it as its part
	// What only the bank's own documents need said: the prompt is a bare term; the topic above is not this card's.
	term, noTopic bool
}

// isCard says whether the mark makes a card of its line.
func (m quizMark) isCard() bool { return m.question || m.id != "" }

// takeMarks reads the quiz comments, hands what they say to the lines they stand at or below, and takes them and lines
// of other comments out of the text, so that they never show.
func (n *note) takeMarks() {
	open := false // Inside a comment that began on a line above.
	text := -1    // The last line with text.
	for i := range n.lines {
		l := &n.lines[i]
		if l.kind == code {
			open, text = false, i
			continue
		}
		if !open && !strings.Contains(l.raw, "<!--") {
			if strings.TrimSpace(l.raw) != "" {
				text = i
			}
			continue
		}
		comment, rest := "", ""
		comment, rest, open = cutComment(l.raw, l.kind == markup, open)
		if rest == l.raw {
			text = i
			continue
		}
		l.raw, l.text = rest, strings.TrimSpace(strings.TrimSuffix(l.text, strings.TrimSpace(comment)))
		if strings.TrimSpace(rest) == "" {
			l.kind, l.text = prose, ""
		} else {
			text = i
		}
		if isQuiz(comment) && !n.give(text, comment) {
			n.badMarks = append(n.badMarks, i)
		}
	}
	n.leaveOut()
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

// give hands a quiz comment to line at, the last one with text, or to the whole note where there is none. It is false
// where the comment cannot be used, be it only a part of it.
func (n *note) give(at int, comment string) bool {
	m, ok := parseMark(comment)
	if at < 0 && m.skip {
		n.skipped = true
		return ok
	}
	if at < 0 || !n.lines[at].mayAsk() {
		return false
	}
	if n.lines[at].mark == nil {
		n.lines[at].mark = &quizMark{}
	}
	old := n.lines[at].mark
	if m.id != "" && old.id != "" || m.difficulty != "" && old.difficulty != "" || (m.skip || old.skip) && (m.isCard() || old.isCard()) {
		return false
	}
	if m.id != "" {
		old.id = m.id
	}
	if m.difficulty != "" {
		old.difficulty = m.difficulty
	}
	if m.lang != "" {
		old.lang = m.lang
	}
	old.question = old.question || m.question
	old.skip = old.skip || m.skip
	return ok
}

// parseMark reads the words of <!-- quiz: … -->. ok is false where one of them is unknown or has an unusable value, or
// where there are none; the others hold all the same.
func parseMark(comment string) (m quizMark, ok bool) {
	s := strings.TrimSuffix(strings.TrimPrefix(comment, "<!--"), "-->")
	words := strings.Fields(strings.TrimPrefix(strings.TrimSpace(s), "quiz:"))
	ok = len(words) > 0
	for _, word := range words {
		key, value, _ := strings.Cut(word, "=")
		switch {
		case word == "skip":
			m.skip = true
		case word == "question":
			m.question = true
		case key == "id" && validID(value):
			m.id = value
		case key == "difficulty" && difficultyOf(value) != "":
			m.difficulty = difficultyOf(value)
		case key == "lang" && langOf(value) != "":
			m.lang = langOf(value)
		case word == "term":
			m.term = true
		case word == "no-topic":
			m.noTopic = true
		case word == "end": // closes a text in a document of the bank
		default:
			ok = false
		}
	}
	return m, ok
}

// leaveOut empties what the note's author marked to be skipped, and the teams' own answers that were written back into
// the note. A plain line that is skipped stays as text of the card it is in.
func (n *note) leaveOut() {
	for i := range n.lines {
		l := &n.lines[i]
		switch {
		case l.kind == heading && (l.skipped() || cues().team.titled(l.text)):
			level := l.level
			n.empty(i, func(l *line) bool { return l.kind == heading && l.level <= level })
		case l.skipped() && l.item:
			depth := l.depth
			n.empty(i, func(l *line) bool {
				return l.kind == heading || l.item && l.depth <= depth || l.depth < depth && strings.TrimSpace(l.raw) != ""
			})
		}
	}
}

// empty takes out line i and those below it, up to the first one that ends its part.
func (n *note) empty(i int, ends func(*line) bool) {
	for j := i; j < len(n.lines) && (j == i || !ends(&n.lines[j])); j++ {
		n.lines[j] = line{num: n.lines[j].num}
	}
}
