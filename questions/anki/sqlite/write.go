package sqlite

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// NewTable is a table to be written.
type NewTable struct {
	// SQL is its declaration, CREATE TABLE as Table understands it. Its only key may be an INTEGER PRIMARY KEY.
	SQL string
	// Rows hold a value for each column: nil, int64, float64, string or []byte. Types are not adapted to what the columns
	// declare. Rows are in the order of the key, if there is one.
	Rows [][]any
	// Indexes holds columns of whole numbers by the names of the indexes, which are written in this order.
	Indexes []NewIndex
}

// NewIndex is an index over columns of whole numbers.
type NewIndex struct {
	Name    string
	Columns []string
}

// writePage is the size of the pages that are written, SQLite's own default.
const writePage = 4096

// maxFile ends before the page that SQLite keeps for its locks, which would have to be left out. See "The Lock-Byte Page"
// in https://sqlite.org/fileformat2.html
const maxFile = 1 << 30

// Make returns a database of the tables.
func Make(tables []NewTable) ([]byte, error) {
	m := maker{}
	m.add(nil) // the root of the schema
	var entries [][]any
	for _, t := range tables {
		rows, err := m.table(t)
		if err != nil {
			return nil, err
		}
		entries = append(entries, rows...)
	}
	rowids, err := schema.rowids(entries)
	if err != nil {
		return nil, err
	}
	m.tree(1, tableFamily, m.rows(schema, entries, rowids))
	if len(m.file) > maxFile {
		return nil, fmt.Errorf("a database of %d MiB: %w", len(m.file)>>20, ErrTooBig)
	}
	m.head(len(entries))
	return m.file, nil
}

// maker holds the pages so far.
type maker struct{ file []byte }

// add appends a page that begins with b and returns its number.
func (m *maker) add(b []byte) uint32 {
	m.file = append(m.file, b...)
	m.file = append(m.file, make([]byte, writePage-len(b))...)
	return uint32(len(m.file) / writePage)
}

func (m *maker) head(changes int) {
	h := m.file[:headerSize]
	copy(h, magic)
	binary.BigEndian.PutUint16(h[16:], writePage)
	copy(h[18:], []byte{1, 1, 0, 64, 32, 32}) // with a journal and not a log; nothing kept at the end of pages; fixed shares
	for at, v := range map[int]uint32{
		24: 1, // how often it was changed; at 92 again, since the number of pages holds only for that change
		28: uint32(len(m.file) / writePage),
		40: uint32(changes), // of the schema
		44: 4,               // form of the schema
		56: utf8,
		92: 1,
		96: 3_007_000, // the first version of SQLite that kept the number of pages
	} {
		binary.BigEndian.PutUint32(h[at:], v)
	}
}

// table writes a table and its indexes and returns their rows in the schema.
func (m *maker) table(t NewTable) (entries [][]any, err error) {
	l, err := parse(t.SQL)
	if err != nil {
		return nil, err
	}
	rowids, err := l.rowids(t.Rows)
	if err != nil {
		return nil, fmt.Errorf("table %s: %w", l.name, err)
	}
	root := m.add(nil)
	m.tree(root, tableFamily, m.rows(l, t.Rows, rowids))
	entries = append(entries, []any{"table", l.name, l.name, int64(root), t.SQL})
	for _, x := range t.Indexes {
		index, err := l.entries(x, t.Rows, rowids)
		if err != nil {
			return nil, fmt.Errorf("index %s: %w", x.Name, err)
		}
		root := m.add(nil)
		m.tree(root, indexFamily, index)
		sql := fmt.Sprintf("CREATE INDEX %s ON %s (%s)", x.Name, l.name, strings.Join(x.Columns, ", "))
		entries = append(entries, []any{"index", x.Name, l.name, int64(root), sql})
	}
	return entries, nil
}

// rowids returns the numbers of the rows: their keys, or else counted.
func (l *layout) rowids(rows [][]any) ([]int64, error) {
	key := slices.IndexFunc(l.columns, func(c column) bool { return c.rowid })
	if l.withoutRowid || l.unique || l.stored != len(l.columns) || len(l.key) > 0 && key < 0 {
		return nil, errors.New("tables of this form are not written")
	}
	rowids := make([]int64, len(rows))
	for i, row := range rows {
		if len(row) != len(l.columns) {
			return nil, fmt.Errorf("row %d has %d values, not %d", i+1, len(row), len(l.columns))
		}
		rowids[i] = int64(i) + 1
		if key >= 0 {
			n, ok := row[key].(int64)
			if !ok || i > 0 && n <= rowids[i-1] {
				return nil, fmt.Errorf("the key of row %d is %v, no number above that of the row before", i+1, row[key])
			}
			rowids[i] = n
		}
	}
	return rowids, nil
}

// rows makes the entries of a table's tree, and writes what of them does not fit into its pages.
func (m *maker) rows(l layout, rows [][]any, rowids []int64) []entry {
	entries := make([]entry, len(rows))
	for i, row := range rows {
		values := slices.Clone(row)
		for j, c := range l.columns {
			if c.rowid {
				values[j] = nil // it is the number of the row
			}
		}
		record := appendRecord(nil, values)
		local := localSize(tableFamily, len(record), writePage)
		key := appendVarint(nil, uint64(rowids[i]))
		body := append(appendVarint(nil, uint64(len(record))), key...)
		body = append(body, record[:local]...)
		if local < len(record) {
			body = binary.BigEndian.AppendUint32(body, m.overflow(record[local:]))
		}
		entries[i] = entry{body: body, key: key}
	}
	return entries
}

// overflow writes the rest of a row into pages of their own, one behind the other, and returns the first.
func (m *maker) overflow(rest []byte) (first uint32) {
	first = uint32(len(m.file)/writePage) + 1
	for next := first + 1; len(rest) > 0; next++ {
		n := min(len(rest), writePage-4)
		if n == len(rest) {
			next = 0
		}
		m.add(append(binary.BigEndian.AppendUint32(nil, next), rest[:n]...))
		rest = rest[n:]
	}
	return first
}

// entries makes those of an index: the columns of each row and its number, in order. They are so short that they always
// stand in their page.
func (l *layout) entries(x NewIndex, rows [][]any, rowids []int64) ([]entry, error) {
	keys := make([][]int64, len(rows))
	for i, row := range rows {
		for _, name := range x.Columns {
			at := slices.IndexFunc(l.columns, func(c column) bool { return c.name == name })
			if at < 0 {
				return nil, fmt.Errorf("no column called %s", name)
			}
			n, ok := row[at].(int64)
			if !ok {
				return nil, fmt.Errorf("%s of row %d is no whole number", name, i+1)
			}
			keys[i] = append(keys[i], n)
		}
		keys[i] = append(keys[i], rowids[i])
	}
	slices.SortFunc(keys, slices.Compare)
	entries := make([]entry, len(keys))
	for i, key := range keys {
		values := make([]any, len(key))
		for j, n := range key {
			values[j] = n
		}
		record := appendRecord(nil, values)
		body := append(appendVarint(nil, uint64(len(record))), record...)
		entries[i] = entry{body: body, key: body}
	}
	return entries, nil
}
