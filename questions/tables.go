package questions

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/korean"

	"rewind/questions/anki"
)

// readTable reads a table of text: CSV with commas, semicolons or tabs, with names of columns in its first row or, with
// two columns, without.
func readTable(file, src string, tabs bool, add *adder) {
	separator := separatorOf(src, tabs)
	var columns []key
	own, first := false, true
	for row := range anki.Rows(src, separator) {
		if row.Err != nil {
			add.warn(BadRow, row.Line, "")
			continue
		}
		if first {
			first = false
			if columns = header(row.Cells); columns != nil {
				own = isOwnHeader(columns)
				continue
			}
			if !isPairs(src, separator) {
				add.refuse(NoList, 0)
				return
			}
			columns = []key{keyQuestion, keyAnswer}
		}
		add.record(tableRecord(file, row, columns, own))
	}
}

func tableRecord(file string, row anki.Row, columns []key, own bool) record {
	r := record{file: file, line: row.Line, values: map[key][]string{}, own: own}
	for i, cell := range row.Cells {
		if i < len(columns) && cell != "" {
			r.values[columns[i]] = append(r.values[columns[i]], unguarded(cell))
		}
	}
	return r
}

// header reads names of columns; nil where the row has none that says where questions are.
func header(cells []string) []key {
	columns := make([]key, len(cells))
	found := false
	for i, c := range cells {
		columns[i] = keyOf(c)
		found = found || columns[i] == keyQuestion
	}
	if !found {
		return nil
	}
	return columns
}

// isOwnHeader says whether the bank wrote the table: nobody else has its ID beside its mark for terms.
func isOwnHeader(columns []key) bool {
	has := map[key]bool{}
	for _, c := range columns {
		has[c] = true
	}
	return has[keyOwnID] && has[keyTerm]
}

// sampled is how many rows are looked at to find out what a table is.
const sampled = 50

// separatorOf finds what parts the columns: what makes the first row a header, else what gives most rows as many cells
// as the first.
func separatorOf(src string, tabs bool) rune {
	candidates := []rune{',', ';', '\t'}
	if tabs {
		candidates = []rune{'\t', ',', ';'}
	}
	best, most := candidates[0], 0
	for _, c := range candidates {
		alike, cells, rows := 0, 0, 0
		for row := range anki.Rows(src, c) {
			if row.Err != nil {
				break
			}
			if rows == 0 {
				cells = len(row.Cells)
				if cells > 1 && header(row.Cells) != nil {
					return c
				}
			}
			if rows++; cells > 1 && len(row.Cells) == cells {
				alike++
			}
			if rows == sampled {
				break
			}
		}
		if alike > most {
			best, most = c, alike
		}
	}
	return best
}

// isPairs says whether a table without names looks like questions and answers: two columns of words. Folders hold other
// tables too, and a row of measurements is no question.
func isPairs(src string, separator rune) bool {
	rows, pairs := 0, 0
	for row := range anki.Rows(src, separator) {
		if rows++; rows > sampled {
			break
		}
		if row.Err == nil && len(row.Cells) == 2 && hasLetter(row.Cells[0]) && (hasLetter(row.Cells[1]) || row.Cells[1] == "") {
			pairs++
		}
	}
	return pairs*4 >= rows*3 && pairs > 0
}

// decode returns a table's text. Excel writes tables in Korea as code page 949, and "Unicode text" as UTF-16.
func decode(src []byte) (string, bool) {
	if src = fromUTF16(src); utf8.Valid(src) {
		return strings.TrimPrefix(string(src), byteOrderMark), !bytes.Contains(src, []byte{0})
	}
	text, err := korean.EUCKR.NewDecoder().Bytes(src)
	if err != nil || strings.ContainsAny(string(text), "\uFFFD\x00") {
		return "", false
	}
	hangul, all := countLetters(string(text))
	return string(text), hangul*10 > all
}

// guarded keeps a spreadsheet from taking a cell for a formula: whoever answers a question would else write into the
// machine of whoever opens the table. unguarded takes it back.
func guarded(cell string) string {
	if isFormula(cell) {
		return "'" + cell
	}
	return cell
}

func unguarded(cell string) string {
	if rest, ok := strings.CutPrefix(cell, "'"); ok && isFormula(rest) {
		return rest
	}
	return cell
}

func isFormula(cell string) bool {
	s := strings.TrimLeft(cell, "'")
	return s != "" && strings.ContainsRune("=+-@\t", rune(s[0]))
}
