// Package sqlite reads tables of SQLite's database files and writes files of its own, without SQL: what Anki's
// collections need of the format described in https://sqlite.org/fileformat2.html, and little more.
//
// The reader takes a whole file that a stranger may have made. Whatever the file says is checked before it is believed,
// and in one reading of a table each page may be met once, so that the work is bounded by the size of the file. Views,
// virtual tables and triggers are never run: only pages are read. The file stands for itself: a log or journal beside
// it is not looked for.
//
// The writer makes tables and indexes of whole numbers at once and in order; the same rows give the same bytes.
package sqlite

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
)

// Errors of reading. Whatever is neither of these two is a file that is damaged or no database at all.
var (
	// ErrTooBig is a row or a declaration beyond all measure.
	ErrTooBig  = errors.New("too big")
	ErrNoTable = errors.New("no such table")
)

const (
	magic = "SQLite format 3\x00"
	// headerSize is the part of the first page that describes the file.
	headerSize = 100
	// maxRow is the most bytes of one row.
	maxRow = 16 << 20
)

// File is a database to be read. It may be used by several goroutines.
type File struct {
	data []byte
	// pageSize is in bytes, and usable what of a page is not kept for others at its end.
	pageSize, usable int
	pages            uint32
	encoding         uint32
}

// Encodings of text.
const (
	utf8    = 1
	utf16le = 2
	utf16be = 3
)

// Open looks at the head of a database. The data is kept, and must not change.
func Open(data []byte) (*File, error) {
	if len(data) < headerSize || string(data[:len(magic)]) != magic {
		return nil, errors.New("no SQLite database")
	}
	size := int(binary.BigEndian.Uint16(data[16:]))
	if size == 1 {
		size = 1 << 16 // which has no room in two bytes
	}
	f := &File{data: data, pageSize: size, usable: size - int(data[20]), pages: uint32(len(data) / max(size, 1))}
	f.encoding = max(utf8, binary.BigEndian.Uint32(data[56:]))
	if size < 512 || bits.OnesCount(uint(size)) != 1 || f.usable < 480 || f.encoding > utf16be || data[19] > 2 {
		return nil, errors.New("a database of an unknown form")
	}
	// The number of pages holds only if the header was written together with it.
	if pages := binary.BigEndian.Uint32(data[28:]); pages > 0 && string(data[24:28]) == string(data[92:96]) {
		if pages > f.pages {
			return nil, fmt.Errorf("the database is cut off: %d of its %d pages are there", f.pages, pages)
		}
		f.pages = pages
	}
	return f, nil
}

// Table is a table of a file.
type Table struct {
	file *File
	root uint32
	layout
}

// schema is the layout of the table that lists all others, whose root is the first page.
var schema = mustParse("CREATE TABLE sqlite_schema (type text, name text, tbl_name text, rootpage integer, sql text)")

// Table finds a table that holds rows itself. ErrNoTable says that there is none of that name.
func (f *File) Table(name string) (*Table, error) {
	var found *Table
	all := Table{file: f, root: 1, layout: schema}
	err := all.Rows([]string{"type", "name", "rootpage", "sql"}, func(row []any) error {
		root, _ := row[2].(int64) // a virtual table has none
		sql, _ := row[3].(string)
		if found != nil || row[0] != "table" || !same(row[1], name) || root <= 0 || root > int64(f.pages) {
			return nil
		}
		l, err := parse(sql)
		if err != nil {
			return fmt.Errorf("table %s: %w", name, err)
		}
		found = &Table{file: f, root: uint32(root), layout: l}
		return nil
	})
	if err == nil && found == nil {
		err = fmt.Errorf("%w: %s", ErrNoTable, name)
	}
	return found, err
}

// Rows calls each with the named columns of every row, in the order of the table's key, until it fails. A value is nil,
// int64, float64, string (as it is in the file, valid or not) or []byte, whatever the column declares, and a whole number
// in a column of real ones may be an int64. The slice is used again for the next row; the bytes belong to the file.
func (t *Table) Rows(names []string, each func(row []any) error) error {
	columns := make([]column, len(names))
	for i, name := range names {
		c, ok := t.column(name)
		if !ok {
			return fmt.Errorf("no column called %s", name)
		}
		columns[i] = c
	}
	row := make([]any, len(columns))
	var fields []field
	w := walk{File: t.file, family: tableFamily, met: make([]bool, t.file.pages)}
	if t.withoutRowid {
		w.family = indexFamily
	}
	w.visit = func(rowid int64, payload []byte) (err error) {
		if fields, err = split(payload, fields[:0], t.stored); err != nil {
			return err
		}
		for i, c := range columns {
			switch {
			case c.rowid:
				row[i] = rowid
			case c.at < len(fields):
				row[i] = t.file.value(fields[c.at])
			case c.filled:
				return fmt.Errorf("a row from before the column %s was added", c.name)
			default:
				row[i] = nil
			}
		}
		return each(row)
	}
	return w.tree(t.root, 1)
}
