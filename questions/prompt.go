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
	s = unwrap(trimDecoration(s))
	if linked {
		if whole, ok := wholeLink(s); ok && whole.text != "" {
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
	if s != "" && isASCIIWord(s[0]) && isASCIIWord(s[len(s)-1]) {
		return s
	}
	return strings.TrimFunc(s, func(r rune) bool { return unicode.IsSpace(r) || isPicture(r) })
}

func isASCIIWord(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || isDigit(c) || c == '?' || c == '.'
}

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

// cutNumber takes "1.", "2)", "(3)", "1-2 :" off the front. A number that belongs to the text ("3-way", "2.x") stays.
func cutNumber(s string) string {
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
