package questions

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// cleanPrompt takes off a prompt what is not part of the question: numbering, labels, decoration, emphasis around the
// whole, and addresses behind it. Of a prompt that is a link it keeps the text. It is empty if no word is left. linked says
// whether s may hold links.
func cleanPrompt(s string, linked bool) string {
	s = unwrap(trimDecoration(cutBox(s)))
	if linked {
		if whole, ok := wholeLink(cutNumber(s)); ok && whole.text != "" {
			s = whole.text
		}
	}
	for range 4 { // "**1. Q3: [1-2]** …": labels within numbers within emphasis, but nobody nests them deeper.
		rest, _ := cutQuestionLabel(s)
		rest = unwrap(trimDecoration(cutNumber(rest)))
		if rest == s || !hasWord(rest) {
			break
		}
		s = rest
	}
	if inner, after, ok := strings.Cut(strings.TrimPrefix(s, "**"), "**"); ok && strings.HasPrefix(s, "**") && isRemark(after) {
		s = inner + " " + strings.TrimSpace(after)
	}
	if lead := strings.TrimLeft(s, "*"); len(lead) < len(s) && !strings.Contains(lead, "*") {
		s = strings.TrimLeft(lead, " ") // Stars that count how often something was asked.
	}
	if linked {
		s = cutTrailingLinks(s)
	}
	if !hasWord(s) {
		return ""
	}
	return s
}

// trimDecoration takes white space and pictures off both ends: a level in stars, a baby for "easy".
func trimDecoration(s string) string {
	if startsPlain(s) && endsPlain(s) {
		return s
	}
	return strings.TrimFunc(s, func(r rune) bool { return unicode.IsSpace(r) || isPicture(r) })
}

// startsPlain says whether s begins with what is certainly no decoration, which can be seen from a byte or two: an ASCII
// letter or digit, or a letter of Chinese, Japanese or Korean. endsPlain is the same for its end.
func startsPlain(s string) bool {
	return len(s) > 2 && (isASCIIWord(s[0]) || isWideLead(s[0], s[1]))
}

func endsPlain(s string) bool {
	n := len(s)
	return n > 2 && (isASCIIWord(s[n-1]) || isWideLead(s[n-3], s[n-2]))
}

func isASCIIWord(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || isDigit(c) || c == '?' || c == '.'
}

// isWideLead says whether two bytes begin one of the letters from U+3040 to U+D7FF in UTF-8.
func isWideLead(a, b byte) bool { return a > 0xE3 && a <= 0xED || a == 0xE3 && b > 0x80 }

func isPicture(r rune) bool {
	switch {
	case r < 0x2000, r >= 0x3040 && r < 0xE000: // Letters of Japanese, Chinese and Korean.
		return false
	case r >= 0x1F3FB && r <= 0x1F3FF, r >= 0xFE00 && r <= 0xFE0F: // skin tones, variants
		return true
	}
	return unicode.Is(unicode.So, r) || unicode.Is(unicode.Cf, r)
}

// unwrap takes off emphasis that spans the whole of s.
func unwrap(s string) string {
	if s == "" || s[0] != '*' && s[0] != '_' {
		return s
	}
	for _, mark := range []string{"***", "**", "__", "*", "_"} {
		if len(s) <= 2*len(mark) || !strings.HasPrefix(s, mark) || !strings.HasSuffix(s, mark) {
			continue
		}
		if inner := s[len(mark) : len(s)-len(mark)]; !strings.Contains(inner, mark[:1]) {
			return trimDecoration(inner)
		}
	}
	return s
}

// cutTrailingLinks takes addresses and images off the end of s, with the dash or arrow that led to them.
func cutTrailingLinks(s string) string {
	found := links(s)
	for i := len(found) - 1; i >= 0; i-- {
		l := found[i]
		if l.end < len(strings.TrimRight(s, " \t,-")) || l.text != "" && !l.image {
			break
		}
		s = strings.TrimRight(s[:l.start], " \t,")
		s = strings.TrimRight(strings.TrimSuffix(strings.TrimSuffix(s, "->"), " -"), " \t")
	}
	return s
}

// cutBox takes the box of a task list off s.
func cutBox(s string) string {
	rest, _, _ := cutTick(s)
	return rest
}

// cutNumber takes "1.", "2)", "(3)", "1-2 :", "#4 " off the front. A number that belongs to the text ("3-way", "2.x") stays.
func cutNumber(s string) string {
	if s != "" && s[0] == '#' {
		return cutHashNumber(s)
	}
	if s == "" || s[0] != '(' && !isDigit(s[0]) {
		return s
	}
	rest, bracket := strings.CutPrefix(s, "(")
	digits := 0
	i := 0
	for i < len(rest) && digits <= 3 {
		if rest[i] >= '0' && rest[i] <= '9' {
			digits++
		} else if digits > 0 && (rest[i] == '.' || rest[i] == '-') && i+1 < len(rest) && isDigit(rest[i+1]) {
			digits = 0
		} else {
			break
		}
		i++
	}
	if digits == 0 || digits > 3 {
		return s
	}
	rest = strings.TrimLeft(rest[i:], " ")
	mark, size := utf8.DecodeRuneInString(rest)
	if !strings.ContainsRune(".):：、", mark) || bracket && mark != ')' {
		return s
	}
	after := rest[size:]
	trimmed := strings.TrimLeft(after, " \t")
	if first, _ := utf8.DecodeRuneInString(trimmed); trimmed == after && (unicode.IsLower(first) || unicode.IsDigit(first)) {
		return s
	}
	return trimmed
}

// cutHashNumber takes "#12 " or "#12." off the front.
func cutHashNumber(s string) string {
	i := 1
	for i < len(s) && i < 6 && isDigit(s[i]) {
		i++
	}
	if rest := strings.TrimLeft(s[i:], ".:) "); i > 1 && len(rest) < len(s)-i && rest != "" {
		return rest
	}
	return s
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// cutQuestionLabel takes "Q.", "Q12:", "질문 1:", "**Frage:**" off the front.
func cutQuestionLabel(s string) (rest string, ok bool) { return cutLabel(s, &cues().question) }

// cutAnswerLabel takes "A:", "답변:", "**Answer:**" off the front. The label may be all there is.
func cutAnswerLabel(s string) (rest string, ok bool) { return cutLabel(s, &cues().answer) }

// labelMarks may end a label, whose number and mark stand close behind its word.
const labelMarks = ".:：)]、"

var labelOpeners = byteSet("*_[( ")

// cutLabel takes one of the labels off s. Behind its word it may have a number; it ends in a mark, or in nothing where it
// is all of s and more than a Latin letter.
func cutLabel(s string, labels *byEdge) (rest string, ok bool) {
	head := strings.TrimPrefix(trimLeftBytes(s, &labelOpeners), "【")
	r, _ := utf8.DecodeRuneInString(head)
	for _, word := range labels.at(r) {
		if !hasFold(head, word) {
			continue
		}
		if rest, ok := cutLabelEnd(head[len(word):], len(word) > 1); ok {
			return rest, true
		}
	}
	return s, false
}

// cutLabelEnd takes a label's number and mark off s, which follows the label's word.
func cutLabelEnd(s string, mayStandAlone bool) (rest string, ok bool) {
	digits := strings.TrimLeft(s, "0123456789")
	if len(digits) < len(s) && strings.HasPrefix(digits, " ") && !mayStandAlone { // "Q1 What is it?"
		if bare := strings.TrimLeft(digits, " "); bare != "" && strings.IndexByte(labelMarks, bare[0]) < 0 {
			return bare, true
		}
	}
	s = strings.TrimLeft(strings.TrimLeft(s, " "), "0123456789")
	s = strings.TrimPrefix(strings.TrimLeft(s, " *_]"), "】")
	if s == "" {
		return "", mayStandAlone
	}
	mark, size := utf8.DecodeRuneInString(s)
	rest = s[size:]
	if mark == '.' && rest != "" && (isDigit(rest[0]) || rest[0] < utf8.RuneSelf && unicode.IsLetter(rune(rest[0]))) {
		return "", false // A name such as "A.I." or "answer.go".
	}
	if !strings.ContainsRune(labelMarks, mark) {
		return "", false
	}
	return strings.TrimLeft(rest, " \t*_:"), true
}
