package anki

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"modernc.org/sqlite"
)

const (
	maxNotes  = 100_000
	maxFields = 100
	// maxValue is the most bytes of one value of the database.
	maxValue = 16 << 20
	// readWithin ends a database that was made to take for ever. An honest one takes a second or two.
	readWithin = 30 * time.Second
)

// noteType is what a collection says of the notes of a type.
type noteType struct {
	name   string
	cloze  bool
	fields []string
}

// reader reads one collection. err is its first error; after it everything reads as empty.
type reader struct {
	ctx   context.Context
	db    *sql.Conn
	types map[int64]noteType
	decks map[int64]string
	err   error
}

// readCollection returns the notes of an SQLite file that somebody else made. SQLite is proven against broken files; a
// panic or a fault in its translation to Go would still end only this reading, as damage.
func readCollection(file []byte) (notes []Note, err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			notes, err = nil, damaged(fmt.Errorf("read the collection: %v", p))
		}
	}()
	ctx, cancel := context.WithTimeout(context.Background(), readWithin)
	defer cancel()
	if len(file) > 100 && file[18] == 2 && file[19] == 2 { // A file with a log beside it, which no package has, cannot be read from memory.
		file[18], file[19] = 1, 1
	}
	err = inMemory(ctx, func(db *sql.Conn) error {
		if err := distrust(ctx, db, file); err != nil {
			return err
		}
		r := reader{ctx: ctx, db: db}
		notes = r.read()
		return r.err
	})
	if err != nil {
		return nil, failure(err)
	}
	return notes, nil
}

// distrust loads the file and takes from it what could be turned against us: functions in its schema, and values beyond
// all measure. What is read is checked to be plain tables, so that no view of it is ever run.
func distrust(ctx context.Context, db *sql.Conn, file []byte) error {
	err := db.Raw(func(c any) error {
		d, ok := c.(interface{ Deserialize([]byte) error })
		if !ok {
			return fmt.Errorf("unknown driver %T", c)
		}
		return d.Deserialize(file)
	})
	if err != nil {
		return err
	}
	_, err = sqlite.Limit(db, limitLength, maxValue)
	return errors.Join(err, execute(ctx, db, `PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA query_only = ON`))
}

// limitLength is SQLITE_LIMIT_LENGTH, see https://sqlite.org/c3ref/c_limit_attached.html
const limitLength = 0

// failure says what an error of reading means.
func failure(err error) error {
	switch code := (*sqlite.Error)(nil); {
	case errors.Is(err, ErrUnsafe):
		return err
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &code) && (code.Code() == codeInterrupt || code.Code() == codeTooBig):
		return unsafef("its collection takes too long or too much to read")
	}
	return damaged(fmt.Errorf("read the collection: %w", err))
}

// These are SQLITE_INTERRUPT and SQLITE_TOOBIG, see https://sqlite.org/rescode.html
const (
	codeInterrupt = 9
	codeTooBig    = 18
)

func (r *reader) read() []Note {
	r.mustBeTables("notes")
	if r.isTable("notetypes") {
		r.mustBeTables("fields", "decks")
		r.readTypes()
	} else {
		r.mustBeTables("col")
		r.readOldTypes()
	}
	homes := r.homes()
	var notes []Note
	r.rows(`SELECT id, guid, mid, tags, flds FROM notes ORDER BY id`, func(row row) error {
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

func (r *reader) mustBeTables(names ...string) {
	for _, name := range names {
		if !r.isTable(name) && r.err == nil {
			r.err = fmt.Errorf("it has no table called %s", name)
		}
	}
}

// isTable says whether there is a table of that name, and not a view or a virtual one.
func (r *reader) isTable(name string) (is bool) {
	r.rows(`SELECT 1 FROM sqlite_schema WHERE type = 'table' AND sql LIKE 'create table%' AND name = '`+name+`'`, func(row) error {
		is = true
		return nil
	})
	return is
}

// readTypes reads the tables of a current collection.
func (r *reader) readTypes() {
	r.types, r.decks = map[int64]noteType{}, map[int64]string{}
	r.rows(`SELECT id, name, config FROM notetypes`, func(row row) error {
		r.types[row.number(0)] = noteType{name: row.text(1), cloze: isClozeConfig(row.bytes(2))}
		return r.tooMany(len(r.types))
	})
	seen := 0
	r.rows(`SELECT ntid, name FROM fields ORDER BY ntid, ord`, func(row row) error {
		t := r.types[row.number(0)]
		t.fields = append(t.fields, row.text(1))
		r.types[row.number(0)] = t
		seen++
		return r.tooMany(seen)
	})
	r.rows(`SELECT id, name FROM decks`, func(row row) error {
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
	r.rows(`SELECT models, decks FROM col LIMIT 1`, func(row row) error {
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
	if !r.isTable("cards") {
		return homes
	}
	seen := 0
	r.rows(`SELECT nid, did FROM cards`, func(row row) error {
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

// rows calls f for each row of the query, until one fails.
func (r *reader) rows(query string, f func(row row) error) {
	if r.err != nil {
		return
	}
	rows, err := r.db.QueryContext(r.ctx, query)
	if err != nil {
		r.err = err
		return
	}
	defer rows.Close()
	columns, err := rows.Columns()
	values := make(row, len(columns))
	into := make([]any, len(columns))
	for i := range values {
		into[i] = &values[i]
	}
	for err == nil && rows.Next() {
		if err = rows.Scan(into...); err == nil {
			err = f(values)
		}
	}
	r.err = cmp.Or(err, rows.Err())
}

// row is a row of a result, valid until the next one. Columns may have values of any type: SQLite does not hold tables to
// what they declare.
type row []sql.RawBytes

func (r row) text(i int) string { return strings.ToValidUTF8(string(r[i]), "\uFFFD") }

func (r row) bytes(i int) []byte { return r[i] }

func (r row) number(i int) int64 {
	n, _ := strconv.ParseInt(string(r[i]), 10, 64) // what is no number belongs to nothing
	return n
}
