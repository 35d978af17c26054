package questions

import "strings"

// rows reads a note whose questions are rows of tables. The tables were taken apart before the blocks were parsed, since
// a question and its answer share a line there.
type rows struct{}

func (rows) how() (How, int) { return ByRows, 0 }

func (rows) marks(n *note) []mark {
	var cards []mark
	inTable := false
	for i := range n.lines {
		l := &n.lines[i]
		switch {
		case l.kind == tableRow && l.prompt != "":
			cards = append(cards, mark{line: i})
			inTable = true
		case inTable && !l.cell && !l.blank:
			inTable = false
			if l.kind != heading {
				cards = append(cards, mark{line: i, role: gap})
			}
		}
	}
	if len(cards) == 0 {
		return nil
	}
	return n.merge(cards)
}

// What a rewritten line is of a table.
const (
	noCell = iota
	questionCell
	answerCell
)

// plainTables takes apart the tables of questions: each row becomes its question and, below it, its answer.
func plainTables(lines []source) []source {
	var out []source
	done := 0 // Lines that are in out.
	for i := 1; i < len(lines); i++ {
		if !isTableRule(lines[i].text) || !strings.Contains(lines[i-1].text, "|") {
			continue
		}
		end := i + 1
		for end < len(lines) && strings.Contains(lines[end].text, "|") && strings.TrimSpace(lines[end].text) != "" {
			end++
		}
		head, cells := splitRow(lines[i-1].text), make([][]string, 0, end-i-1)
		for _, l := range lines[i+1 : end] {
			cells = append(cells, splitRow(l.text))
		}
		question, answer, ok := questionColumns(head, cells)
		if ok {
			out = append(out, lines[done:i-1]...)
			for j, c := range cells {
				out = appendRow(out, lines[i+1+j], cellAt(c, question), cellAt(c, answer))
			}
			done = end
		}
		i = end
	}
	if done == 0 {
		return lines
	}
	return append(out, lines[done:]...)
}

func appendRow(out []source, at source, question, answer string) []source {
	if !hasWord(question) {
		return out
	}
	add := func(text string, cell uint8) {
		out = append(out, source{text: text, num: at.num, fold: at.fold, cell: cell})
	}
	add("", answerCell)
	add(question, questionCell)
	add("", answerCell)
	for _, br := range []string{"<br/>", "<br />", "</br>"} {
		answer = strings.ReplaceAll(answer, br, "<br>")
	}
	for part := range strings.SplitSeq(answer, "<br>") {
		if part = strings.TrimSpace(part); part != "" {
			add(part, answerCell)
		}
	}
	add("", answerCell)
	return out
}

// isTableRule says whether s is the line of dashes below the head of a table.
func isTableRule(s string) bool {
	s = strings.TrimSpace(s)
	return strings.Contains(s, "|") && strings.Contains(s, "-") && strings.Trim(s, "|-: \t") == ""
}

// maxCells bounds the columns of a table.
const maxCells = 20

// splitRow cuts a row of a table at its bars.
func splitRow(s string) []string {
	s = strings.TrimSpace(s)
	s = strings.TrimSuffix(strings.TrimPrefix(s, "|"), "|")
	var cells []string
	from := 0
	for i := 0; i < len(s) && len(cells) < maxCells; i++ {
		if s[i] == '|' && (i == 0 || s[i-1] != '\\') {
			cells, from = append(cells, strings.TrimSpace(s[from:i])), i+1
		}
	}
	return append(cells, strings.ReplaceAll(strings.TrimSpace(s[from:]), `\|`, "|"))
}

// cellAt is the cell of a column, empty where a row is too short or there is no such column.
func cellAt(cells []string, column int) string {
	if column < 0 || column >= len(cells) {
		return ""
	}
	return cells[column]
}

// questionColumns finds which columns hold questions and answers, by the head of the table or by what asks; answer is -1
// where there is none. A table whose questions lead to places of the same note is its contents.
func questionColumns(head []string, cells [][]string) (question, answer int, ok bool) {
	question, answer = -1, -1
	for i, h := range head {
		if _, labels := cutQuestionLabel(h); labels && question < 0 {
			question = i
		}
		if _, labels := cutAnswerLabel(h); labels && answer < 0 && i != question {
			answer = i
		}
	}
	if len(cells) == 0 {
		return 0, 0, false
	}
	for i := 0; i < len(head) && question < 0; i++ {
		asking := 0
		for _, c := range cells {
			if text := linkTexts(cellAt(c, i)); len(text) <= maxPrompt && asks(text) {
				asking++
			}
		}
		if asking >= 2 && asking*5 >= len(cells)*3 {
			question = i
		}
	}
	if question < 0 {
		return 0, 0, false
	}
	for i := question + 1; i < len(head) && answer < 0; i++ {
		answer = i
	}
	for _, c := range cells {
		if whole, linked := wholeLink(cellAt(c, question)); linked && strings.HasPrefix(whole.dest, "#") {
			return 0, 0, false
		}
	}
	return question, answer, true
}
