package questions

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// takeVerdict reads which options are right off the first line of what stands below the answer's label, and takes it off
// unless it says more than that.
func takeVerdict(lines []line, options []option, alphabet int) ([]line, bool) {
	if len(lines) == 0 || lines[0].kind == code {
		return lines, false
	}
	first := lines[0]
	var right []int
	var rest string
	for i, o := range options {
		if equalWords(first.text, o.text) { // before its letters are looked at: an option may be "c, a, b"
			right = append(right, i)
			break
		}
	}
	if len(right) == 0 {
		right, rest = verdict(first.text, options, alphabet)
	}
	if len(right) == 0 {
		return lines, false
	}
	for _, i := range right {
		options[i].right = true
	}
	if rest == "" {
		return trimLines(lines[1:]), true
	}
	if equalWords(rest, options[right[0]].text) && len(right) == 1 {
		options[right[0]].letter = "" // What the author wrote stays, letter and all.
		return lines, true
	}
	first.raw, first.text, first.kind, first.item = rest, rest, prose, false
	return append([]line{first}, lines[1:]...), true
}

// verdict reads names of options at the beginning of s: "D", "A and C", "2번", "(b) because".
func verdict(s string, options []option, alphabet int) (right []int, rest string) {
	rest = s
	for {
		s = strings.TrimLeft(rest, " \t*_`([{,，、&+/")
		for { // "option A and option B"
			after, ok := cues().beside.cut(s)
			if !ok {
				break
			}
			s = strings.TrimLeft(after, " *_`(")
		}
		order, after := verdictLetter(s, alphabet)
		if order < 0 || order >= len(options) {
			break
		}
		right = append(right, order)
		if cut, ok := cues().counters.cut(after); ok {
			after = cut
		}
		rest = strings.TrimLeft(after, "*_`)]}")
		if next := strings.TrimLeft(rest, ".:：)）"); next != rest {
			rest = next
			break
		}
	}
	if len(right) == 0 {
		return nil, ""
	}
	return right, strings.TrimLeft(strings.TrimRight(rest, " *_`"), " \t*_`-–—,;，；")
}

// verdictLetter reads one name of an option; order is -1 where s begins with none. A letter that a word begins with is
// none.
func verdictLetter(s string, alphabet int) (order int, after string) {
	if alphabet == numbered || s != "" && isDigit(s[0]) {
		if s == "" || s[0] < '1' || s[0] > '9' || len(s) > 1 && isDigit(s[1]) {
			return -1, s
		}
		return int(s[0] - '1'), s[1:]
	}
	r, size := utf8.DecodeRuneInString(s)
	in, order := letterIn(r)
	next, _ := utf8.DecodeRuneInString(s[size:])
	if order < 0 || alphabet != ticked && in != alphabet {
		return -1, s
	}
	if (unicode.IsLetter(next) || unicode.IsDigit(next)) && !cues().counters.opens(s[size:]) {
		return -1, s
	}
	if len(s) > 1 && next == ' ' && unicode.IsLower(r) {
		return -1, s // The article "a", a Russian conjunction.
	}
	return order, s[size:]
}

// equalWords says whether two texts differ in nothing but marks, case and white space.
func equalWords(a, b string) bool { return a != "" && promptKey(a) == promptKey(b) }
