package anki

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// maxDeletions bounds the cards of one note, maxDeleted the bytes of a field with deletions: the work grows with both.
const (
	maxDeletions = 50
	maxDeleted   = 64 << 10
)

// Deletion is one card of a note with deletions: the text with what is to be remembered taken out, and with it marked.
type Deletion struct {
	Number int
	// Asked and Told are HTML.
	Asked, Told string
}

func hasDeletion(s string) bool {
	at := strings.Index(s, "{{c")
	return at >= 0 && at+3 < len(s) && s[at+3] >= '0' && s[at+3] <= '9' && strings.Contains(s[at:], "::")
}

// Deletions returns the cards of a field with deletions, {{c1::text::hint}}, by their numbers. A deletion inside of
// another is shown as its text.
func Deletions(field string) []Deletion {
	if len(field) > maxDeleted {
		return nil
	}
	pieces := cutDeletions(field)
	numbers := map[int]bool{}
	for _, p := range pieces {
		if p.number > 0 && len(numbers) < maxDeletions {
			numbers[p.number] = true
		}
	}
	var all []Deletion
	for n := range numbers {
		d := Deletion{Number: n}
		var asked, told strings.Builder
		for _, p := range pieces {
			switch {
			case p.number != n:
				asked.WriteString(p.text)
				told.WriteString(p.text)
			default:
				asked.WriteString("[…" + p.shownHint() + "]")
				told.WriteString("<b>" + p.text + "</b>")
			}
		}
		d.Asked, d.Told = asked.String(), told.String()
		all = append(all, d)
	}
	slices.SortFunc(all, func(a, b Deletion) int { return cmp.Compare(a.Number, b.Number) })
	return all
}

// piece is text outside of deletions, or one deletion with its number.
type piece struct {
	number     int
	text, hint string
}

func (p piece) shownHint() string {
	if p.hint == "" {
		return ""
	}
	return ": " + p.hint
}

// cutDeletions cuts s at its outermost deletions. What never closes is text.
func cutDeletions(s string) []piece {
	var pieces []piece
	for s != "" {
		at := strings.Index(s, "{{c")
		if at < 0 {
			break
		}
		number, inside, size := readDeletion(s[at:])
		if size == 0 {
			pieces = append(pieces, piece{text: s[:at+3]})
			s = s[at+3:]
			continue
		}
		pieces = append(pieces, piece{text: s[:at]})
		text, hint := inside, ""
		if cut := lastHint(inside); cut >= 0 {
			text, hint = inside[:cut], inside[cut+2:]
		}
		pieces = append(pieces, piece{number: number, text: withoutDeletions(text), hint: hint})
		s = s[at+size:]
	}
	return append(pieces, piece{text: s})
}

// readDeletion reads the deletion that s begins with; size is 0 if it is none.
func readDeletion(s string) (number int, inside string, size int) {
	head, _, ok := strings.Cut(s[3:], "::")
	n, err := strconv.Atoi(head)
	if !ok || err != nil || n < 1 || n > 500 {
		return 0, "", 0
	}
	start := 3 + len(head) + 2
	for i, depth := start, 1; i+1 < len(s); i++ {
		switch s[i : i+2] {
		case "{{":
			depth++
			i++
		case "}}":
			if depth--; depth == 0 {
				return n, s[start:i], i + 2
			}
			i++
		}
	}
	return 0, "", 0
}

// lastHint is where the hint of a deletion begins, behind everything nested in it; -1 if it has none.
func lastHint(inside string) int {
	behind := strings.LastIndex(inside, "}}") + 1
	cut := strings.Index(inside[behind:], "::")
	if cut < 0 {
		return -1
	}
	return behind + cut
}

// withoutDeletions shows the deletions in s as their texts.
func withoutDeletions(s string) string {
	for range maxDeletions {
		at := strings.Index(s, "{{c")
		if at < 0 {
			break
		}
		_, inside, size := readDeletion(s[at:])
		if size == 0 {
			break
		}
		if cut := lastHint(inside); cut >= 0 {
			inside = inside[:cut]
		}
		s = s[:at] + inside + s[at+size:]
	}
	return s
}
