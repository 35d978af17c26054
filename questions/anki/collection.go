package anki

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"rewind/questions/anki/sqlite"
)

const (
	maxNotes  = 100_000
	maxFields = 100
)

// noteType is what a collection says of the notes of a type.
type noteType struct {
	name   string
	cloze  bool
	fields []string
}

// reader reads one collection. err is its first error; after it everything reads as empty.
type reader struct {
	db    *sqlite.File
	types map[int64]noteType
	decks map[int64]string
	err   error
}

// readCollection returns the notes of an SQLite file that somebody else made.
func readCollection(file []byte) ([]Note, error) {
	db, err := sqlite.Open(file)
	if err != nil {
		return nil, failure(err)
	}
	r := reader{db: db}
	notes := r.read()
	if r.err != nil {
		return nil, failure(r.err)
	}
	return notes, nil
}

// failure says what an error of reading means.
func failure(err error) error {
	switch {
	case errors.Is(err, ErrUnsafe):
		return err
	case errors.Is(err, sqlite.ErrTooBig):
		return unsafef("its collection has %v", err)
	}
	return damaged(fmt.Errorf("read the collection: %w", err))
}

func (r *reader) read() []Note {
	if r.has("notetypes") {
		r.readTypes()
	} else {
		r.readOldTypes()
	}
	homes := r.homes()
	var notes []Note
	r.rows("notes", []string{"id", "guid", "mid", "tags", "flds"}, func(row row) error {
		if len(notes) == maxNotes {
			return unsafef("it has more than %d notes", maxNotes)
		}
		n := Note{GUID: row.text(1), Tags: strings.Fields(row.text(3))}
		t := r.types[row.number(2)]
		n.Type, n.Cloze = t.name, t.cloze
		values := strings.SplitN(row.text(4), "\x1f", maxFields+1)
		if len(values) > maxFields {
			return unsafef("a note has more than %d fields", maxFields)
		}
		for i, v := range values {
			f := Field{Value: v}
			if i < len(t.fields) {
				f.Name = t.fields[i]
			}
			n.Fields = append(n.Fields, f)
		}
		if deck := r.decks[homes[row.number(0)]]; deck != "" {
			n.Decks = strings.Split(deck, "::")
		}
		notes = append(notes, n)
		return nil
	})
	return notes
}

// has says whether there is a table of that name, and not a view or a virtual one.
func (r *reader) has(table string) bool {
	if r.err != nil {
		return false
	}
	_, err := r.db.Table(table)
	if !errors.Is(err, sqlite.ErrNoTable) {
		r.err = err
	}
	return err == nil
}

// readTypes reads the tables of a current collection.
func (r *reader) readTypes() {
	r.types, r.decks = map[int64]noteType{}, map[int64]string{}
	r.rows("notetypes", []string{"id", "name", "config"}, func(row row) error {
		r.types[row.number(0)] = noteType{name: row.text(1), cloze: isClozeConfig(row.bytes(2))}
		return r.tooMany(len(r.types))
	})
	type field struct {
		kind, ord int64
		name      string
	}
	var fields []field
	r.rows("fields", []string{"ntid", "ord", "name"}, func(row row) error {
		fields = append(fields, field{row.number(0), row.number(1), row.text(2)})
		return r.tooMany(len(fields))
	})
	slices.SortStableFunc(fields, func(a, b field) int { return cmp.Compare(a.ord, b.ord) })
	for _, f := range fields {
		t := r.types[f.kind]
		t.fields = append(t.fields, f.name)
		r.types[f.kind] = t
	}
	r.rows("decks", []string{"id", "name"}, func(row row) error {
		r.decks[row.number(0)] = strings.ReplaceAll(row.text(1), "\x1f", "::")
		return r.tooMany(len(r.decks))
	})
}

func (r *reader) tooMany(n int) error {
	if n > maxNotes {
		return unsafef("it has more than %d types, fields or decks", maxNotes)
	}
	return nil
}

// isClozeConfig reads field 1 of a note type's configuration, a varint of protocol buffers, which is written first: 1
// means that the type has deletions.
func isClozeConfig(config []byte) bool {
	return len(config) >= 2 && config[0] == 0x08 && config[1] == 1
}

// readOldTypes reads the JSON that a collection had for types and decks until 2020, and that packages still may have.
func (r *reader) readOldTypes() {
	r.types, r.decks = map[int64]noteType{}, map[int64]string{}
	first := true
	r.rows("col", []string{"models", "decks"}, func(row row) error {
		if !first {
			return nil // Anki itself has one row
		}
		first = false
		var models map[string]struct {
			Name   string `json:"name"`
			Type   int    `json:"type"`
			Fields []struct {
				Name string `json:"name"`
			} `json:"flds"`
		}
		if err := json.Unmarshal(row.bytes(0), &models); err != nil {
			return err
		}
		for id, m := range models {
			t := noteType{name: m.Name, cloze: m.Type == 1}
			for _, f := range m.Fields {
				t.fields = append(t.fields, f.Name)
			}
			n, _ := strconv.ParseInt(id, 10, 64) // a key that is no number belongs to no note
			r.types[n] = t
		}
		var decks map[string]struct {
			Name string `json:"name"`
		}
		if err := json.Unmarshal(row.bytes(1), &decks); err != nil {
			return err
		}
		for id, d := range decks {
			n, _ := strconv.ParseInt(id, 10, 64)
			r.decks[n] = d.Name
		}
		return nil
	})
}

// homes returns the deck of each note's first card.
func (r *reader) homes() map[int64]int64 {
	homes := map[int64]int64{}
	if !r.has("cards") {
		return homes
	}
	seen := 0
	r.rows("cards", []string{"nid", "did"}, func(row row) error {
		if seen++; seen > 10*maxNotes {
			return unsafef("it has more than %d cards", 10*maxNotes)
		}
		if _, ok := homes[row.number(0)]; !ok {
			homes[row.number(0)] = row.number(1)
		}
		return nil
	})
	return homes
}

// rows calls f with the columns of each row of the table, until one fails.
func (r *reader) rows(table string, columns []string, f func(row row) error) {
	if r.err != nil {
		return
	}
	t, err := r.db.Table(table)
	if err == nil {
		err = t.Rows(columns, func(values []any) error { return f(values) })
	}
	r.err = err
}

// row is a row of a table, valid until the next one. Columns may have values of any type: SQLite does not hold tables to
// what they declare.
type row []any

func (r row) text(i int) string {
	s, ok := r[i].(string)
	if !ok {
		s = string(r.bytes(i))
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}

func (r row) bytes(i int) []byte {
	switch v := r[i].(type) {
	case nil:
		return nil
	case []byte:
		return v
	case string:
		return []byte(v)
	default:
		return fmt.Append(nil, v)
	}
}

func (r row) number(i int) int64 {
	if n, ok := r[i].(int64); ok {
		return n
	}
	n, _ := strconv.ParseInt(string(r.bytes(i)), 10, 64) // what is no number belongs to nothing
	return n
}
