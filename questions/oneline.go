package questions

import "strings"

// cutOneLine cuts a line that holds a question and its answer: "What is A? – B", "**What is A?** B", "Q: A? A: B". It is
// not ok for any other line.
func cutOneLine(s string) (question, answer string, ok bool) {
	if rest, bold := strings.CutPrefix(s, "**"); bold {
		inner, after, closed := strings.Cut(rest, "**")
		after = cutLead(after)
		if rest, _ := cutQuestionLabel(cutNumber(inner)); closed && hasWord(rest) && isAnswer(after) && asks(inner) {
			return inner, after, true
		}
	}
	if _, labelled := cutQuestionLabel(s); labelled {
		for at := strings.IndexByte(s, ' '); at >= 0; {
			rest := s[at+1:]
			if cut, found := cutAnswerLabel(rest); found && hasWord(cut) && len(rest)-len(cut) <= 12 {
				return strings.TrimRight(s[:at], " *_/|"), cut, true
			}
			next := strings.IndexByte(rest, ' ')
			if next < 0 {
				break
			}
			at += 1 + next
		}
	}
	at := strings.IndexByte(s, '?')
	size := 1
	if wide := strings.Index(s, "？"); wide >= 0 && (at < 0 || wide < at) {
		at, size = wide, len("？")
	}
	if at < 0 {
		return "", "", false
	}
	question, rest := s[:at+size], strings.TrimLeft(s[at+size:], "*_) ")
	if answer = cutLead(rest); len(answer) == len(rest) || !isAnswer(answer) || !asks(question) {
		return "", "", false
	}
	return question, answer, true
}

// mayAnswerItself says whether s, which has no label, has what every line has that holds question and answer.
func mayAnswerItself(s string) bool {
	at := strings.IndexByte(s, '?')
	return at >= 0 && at+1 < len(s) || s[0] == '*' || strings.Contains(s, "？")
}

// isAnswer says whether s has content and asks nothing further.
func isAnswer(s string) bool {
	rest, _ := withoutLinks(s)
	return hasWord(rest) && !asks(rest) && !isRemark(rest)
}

// isRemark says whether s is nothing but words in brackets.
func isRemark(s string) bool {
	s = strings.TrimSpace(s)
	return strings.HasPrefix(s, "(") && strings.IndexByte(s, ')') == len(s)-1 || strings.HasPrefix(s, "[") && strings.IndexByte(s, ']') == len(s)-1
}

// cutLead takes off the dash, colon or arrow that leads from a question to its answer.
func cutLead(s string) string {
	s = strings.TrimLeft(s, " \t")
	for _, lead := range []string{"–", "—", "- ", ": ", "：", "→", "=>", "->", "= "} {
		if rest, ok := strings.CutPrefix(s, lead); ok {
			return strings.TrimLeft(rest, " \t>")
		}
	}
	return s
}
