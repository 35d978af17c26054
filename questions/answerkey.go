package questions

import (
	"slices"
	"strings"
)

// withAnswerKeys brings answers home that stand apart from their questions: below a heading such as "Answers", in a list
// whose numbers are those of the questions above it, all of them and in the same order. Each gets the heading's word for
// its label and stands below its question then.
func withAnswerKeys(lines []source) []source {
	var out []source
	from, done := 0, 0 // Questions are looked for from a line on; the lines before done are in out.
	for i := range lines {
		label, ok := keyLabel(lines[i].text)
		if !ok {
			continue
		}
		end := i + 1
		for end < len(lines) && !strings.HasPrefix(lines[end].text, "#") {
			end++
		}
		asked, answers := numberedOf(lines, from, i), numberedOf(lines, i+1, end)
		if areAnswered(lines, asked, answers) && isBlank(lines[i+1:answers[0]]) {
			out = append(out, lines[done:asked[0]]...)
			out = appendAnswered(out, lines, asked, append(answers, end), i, label)
			done = end
		}
		from = end
	}
	if done == 0 {
		return lines
	}
	return append(out, lines[done:]...)
}

// keyLabel is what a heading says that is nothing but the label of answers.
func keyLabel(s string) (label string, ok bool) {
	if !strings.HasPrefix(s, "#") || len(s) > maxTitle || headingLevel(s) == 0 {
		return "", false
	}
	label = strings.Trim(titleOf(s), "*_:： ")
	rest, ok := cutAnswerLabel(label)
	return label, ok && rest == ""
}

// numberedOf are the lines of the last list of [from, to) that is numbered from 1 on, in the first column or by headings;
// nil if its numbers skip.
func numberedOf(lines []source, from, to int) []int {
	var found []int
	for i := from; i < to; i++ {
		number, _, ok := numberedLine(lines[i].text)
		if !ok {
			continue
		}
		if number == 1 {
			found = nil
		}
		if number != len(found)+1 {
			return nil
		}
		found = append(found, i)
	}
	return found
}

// numberedLine takes apart a line such as "12. text" or "## 12) text".
func numberedLine(s string) (count int, text string, ok bool) {
	s = strings.TrimPrefix(strings.TrimLeft(s, "#"), " ")
	digits := 0
	for digits < len(s) && digits < 4 && isDigit(s[digits]) {
		digits++
	}
	if digits == 0 || digits+1 >= len(s) || s[digits] != '.' && s[digits] != ')' || s[digits+1] != ' ' {
		return 0, "", false
	}
	return number(s[:digits]), strings.TrimSpace(s[digits+1:]), true
}

// areAnswered says whether the lines answers have an answer to each of the lines asked, most of which ask.
func areAnswered(lines []source, asked, answers []int) bool {
	if len(asked) < 2 || len(asked) != len(answers) {
		return false
	}
	asking := 0
	for i := range asked {
		_, q, _ := numberedLine(lines[asked[i]].text)
		_, a, _ := numberedLine(lines[answers[i]].text)
		if len(q) <= maxPrompt && asks(q) {
			asking++
		}
		if len(a) <= maxPrompt && asks(a) {
			return false
		}
	}
	return asking*2 > len(asked)
}

func isBlank(lines []source) bool {
	return !slices.ContainsFunc(lines, func(l source) bool { return strings.TrimSpace(l.text) != "" })
}

// appendAnswered writes each question, up to the next one or to the line key, and its answer below it; ends holds where
// the answers begin and where the last one ends.
func appendAnswered(out, lines []source, asked, ends []int, key int, label string) []source {
	for i, at := range asked {
		end := key
		if i+1 < len(asked) {
			end = asked[i+1]
		}
		question := lines[at:end]
		for len(question) > 1 && strings.TrimSpace(question[len(question)-1].text) == "" {
			question = question[:len(question)-1]
		}
		out = append(out, question...)
		indent := strings.Repeat(" ", strings.IndexByte(lines[at].text, ' ')+1) // as deep as the item's own text
		if strings.HasPrefix(lines[at].text, "#") {
			indent = ""
		}
		for j := ends[i]; j < ends[i+1]; j++ {
			l := lines[j]
			if j == ends[i] {
				_, text, _ := numberedLine(l.text)
				out = append(out, source{num: l.num, fold: l.fold})
				l.text = indent + label + ": " + text
			} else if indent == "" {
				l.text = strings.TrimPrefix(l.text, "   ")
			}
			out = append(out, l)
		}
		out = append(out, source{num: lines[ends[i+1]-1].num, fold: lines[at].fold})
	}
	return out
}
