package anki

import (
	"encoding/csv"
	"errors"
	"io"
	"iter"
	"strings"
)

// Row is a row of a table of text: its cells, or why it cannot be read.
type Row struct {
	Line  int // where it begins, counted from 1
	Cells []string
	Err   error
}

// maxBadRows ends the reading of what is not a table at all.
const maxBadRows = 1000

var errBadRows = errors.New("too many rows cannot be read")

// Rows yields the rows of a table of text. A row whose quotes are wrong is lost alone: reading goes on at the line below
// the one it began on.
func Rows(src string, separator rune) iter.Seq[Row] {
	return func(yield func(Row) bool) {
		for line, bad := 1, 0; src != ""; bad++ {
			if bad > maxBadRows {
				yield(Row{Line: line, Err: errBadRows})
				return
			}
			read, goOn, err := goodRows(src, separator, line, yield)
			if err == nil || !goOn {
				return
			}
			// The row that failed begins at the first line that is not empty behind the last good one.
			read += len(src[read:]) - len(strings.TrimLeft(src[read:], "\r\n"))
			line += strings.Count(src[:read], "\n")
			src = src[read:]
			size := strings.IndexByte(src, '\n') + 1
			if size == 0 {
				size = len(src)
			}
			row := Row{Line: line, Err: err}
			if cells, n, ok := lenient(src, separator, err); ok {
				row, size = Row{Line: line, Cells: cells}, n
				bad--
			}
			if !yield(row) {
				return
			}
			line += strings.Count(src[:size], "\n")
			src = src[size:]
		}
	}
}

// goodRows yields rows up to the first that fails, and returns how many bytes they had.
func goodRows(src string, separator rune, line int, yield func(Row) bool) (read int, goOn bool, err error) {
	r := newRows(src, separator)
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return read, true, nil
		}
		if err != nil {
			return read, true, err
		}
		at, _ := r.FieldPos(0)
		read = int(r.InputOffset())
		if !yield(Row{Line: line + at - 1, Cells: cells}) {
			return read, false, nil
		}
	}
}

func newRows(src string, separator rune) *csv.Reader {
	r := csv.NewReader(strings.NewReader(src))
	r.Comma, r.FieldsPerRecord = separator, -1
	return r
}

// lenient reads a row that failed for a quote in a cell without quotes, as people type them, if it ends on the very line
// of that quote: where it does not, another quote is open and would swallow the rows below.
func lenient(src string, separator rune, err error) (cells []string, size int, ok bool) {
	failed := (*csv.ParseError)(nil)
	if !errors.As(err, &failed) || !errors.Is(failed.Err, csv.ErrBareQuote) {
		return nil, 0, false
	}
	r := newRows(src, separator)
	r.LazyQuotes = true
	cells, err = r.Read()
	size = int(r.InputOffset())
	lines := strings.Count(strings.TrimRight(src[:size], "\r\n"), "\n")
	return cells, size, err == nil && lines == failed.Line-failed.StartLine
}
