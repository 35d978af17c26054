package anki

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/util/ioutil"
	"github.com/ncruces/go-sqlite3/vfs/readervfs"
)

const (
	maxNotes  = 100_000
	maxFields = 100
	// maxValue is the most bytes of one value of the database.
	maxValue = 16 << 20
	// readWithin ends a database that was made to take for ever. An honest one takes a second or two.
	readWithin = 30 * time.Second
)

// opened counts databases, so that each has a name of its own.
var opened atomic.Int64

// noteType is what a collection says of the notes of a type.
type noteType struct {
	name   string
	cloze  bool
	fields []string
}

// reader reads one collection. err is its first error; after it everything reads as empty.
type reader struct {
	db    *sqlite3.Conn
	types map[int64]noteType
	decks map[int64]string
	err   error
}

// readCollection returns the notes of an SQLite file that somebody else made. SQLite here is Go code that works on a
// byte slice of its own: what a broken file can make it do at worst is a panic, which is taken for damage.
func readCollection(file []byte) (notes []Note, err error) {
	defer func() {
		if p := recover(); p != nil {
			notes, err = nil, damaged(fmt.Errorf("read the collection: %v", p))
		}
	}()
	name := "anki-" + strconv.FormatInt(opened.Add(1), 10)
	readervfs.Create(name, ioutil.NewSizeReaderAt(bytes.NewReader(file)))
	defer readervfs.Delete(name)
	ctx, cancel := context.WithTimeout(context.Background(), readWithin)
	defer cancel()
	db, err := sqlite3.OpenContext(ctx, "file:"+name+"?vfs=reader&mode=ro")
	if err != nil {
		return nil, damaged(err)
	}
	defer db.Close()
	if err := distrust(db); err != nil {
		return nil, damaged(err)
	}
	r := reader{db: db}
	notes = r.read()
	if err := r.failure(); err != nil {
		return nil, err
	}
	return notes, nil
}

// distrust takes from the database what could be turned against us: views, triggers and functions in its schema, and
// values beyond all measure.
func distrust(db *sqlite3.Conn) error {
	_, e1 := db.Config(sqlite3.DBCONFIG_DEFENSIVE, true)
	_, e2 := db.Config(sqlite3.DBCONFIG_TRUSTED_SCHEMA, false)
	_, e3 := db.Config(sqlite3.DBCONFIG_ENABLE_VIEW, false)
	_, e4 := db.Config(sqlite3.DBCONFIG_ENABLE_TRIGGER, false)
	db.Limit(sqlite3.LIMIT_LENGTH, maxValue)
	// Anki orders names by a rule of its own; no order is asked for here, but the tables name the rule.
	e5 := db.CreateCollation("unicase", bytes.Compare)
	return errors.Join(e1, e2, e3, e4, e5)
}

func (r *reader) failure() error {
	if r.err == nil || errors.Is(r.err, ErrUnsafe) {
		return r.err
	}
	if errors.Is(r.err, sqlite3.INTERRUPT) || errors.Is(r.err, context.DeadlineExceeded) || errors.Is(r.err, sqlite3.TOOBIG) {
		return unsafef("its collection takes too long or too much to read")
	}
	return damaged(fmt.Errorf("read the collection: %w", r.err))
}

func (r *reader) read() []Note {
	if !r.isTable("notes") && r.err == nil {
		r.err = errors.New("it has no table of notes")
	}
	if r.isTable("notetypes") {
		r.readTypes()
	} else {
		r.readOldTypes()
	}
	homes := r.homes()
	var notes []Note
	r.rows(`SELECT id, guid, mid, tags, flds FROM notes ORDER BY id`, func(row *sqlite3.Stmt) error {
		if len(notes) == maxNotes {
			return unsafef("it has more than %d notes", maxNotes)
		}
		n := Note{GUID: row.ColumnText(1), Tags: strings.Fields(row.ColumnText(3))}
		t := r.types[row.ColumnInt64(2)]
		n.Type, n.Cloze = t.name, t.cloze
		values := strings.SplitN(row.ColumnText(4), "\x1f", maxFields+1)
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
		if deck := r.decks[homes[row.ColumnInt64(0)]]; deck != "" {
			n.Decks = strings.Split(deck, "::")
		}
		notes = append(notes, n)
		return nil
	})
	return notes
}

// isTable says whether there is a table of that name, and not a view or a virtual one.
func (r *reader) isTable(name string) (is bool) {
	r.rows(`SELECT 1 FROM sqlite_schema WHERE type = 'table' AND sql LIKE 'create table%' AND name = '`+name+`'`, func(*sqlite3.Stmt) error {
		is = true
		return nil
	})
	return is
}

// readTypes reads the tables of a current collection.
func (r *reader) readTypes() {
	r.types, r.decks = map[int64]noteType{}, map[int64]string{}
	r.rows(`SELECT id, name, config FROM notetypes`, func(row *sqlite3.Stmt) error {
		r.types[row.ColumnInt64(0)] = noteType{name: row.ColumnText(1), cloze: isClozeConfig(row.ColumnRawBlob(2))}
		return r.tooMany(len(r.types))
	})
	seen := 0
	r.rows(`SELECT ntid, name FROM fields ORDER BY ntid, ord`, func(row *sqlite3.Stmt) error {
		t := r.types[row.ColumnInt64(0)]
		t.fields = append(t.fields, row.ColumnText(1))
		r.types[row.ColumnInt64(0)] = t
		seen++
		return r.tooMany(seen)
	})
	r.rows(`SELECT id, name FROM decks`, func(row *sqlite3.Stmt) error {
		r.decks[row.ColumnInt64(0)] = strings.ReplaceAll(row.ColumnText(1), "\x1f", "::")
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
	r.rows(`SELECT models, decks FROM col LIMIT 1`, func(row *sqlite3.Stmt) error {
		var models map[string]struct {
			Name   string `json:"name"`
			Type   int    `json:"type"`
			Fields []struct {
				Name string `json:"name"`
			} `json:"flds"`
		}
		if err := json.Unmarshal(row.ColumnRawText(0), &models); err != nil {
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
		if err := json.Unmarshal(row.ColumnRawText(1), &decks); err != nil {
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
	r.rows(`SELECT nid, did FROM cards`, func(row *sqlite3.Stmt) error {
		if seen++; seen > 10*maxNotes {
			return unsafef("it has more than %d cards", 10*maxNotes)
		}
		if _, ok := homes[row.ColumnInt64(0)]; !ok {
			homes[row.ColumnInt64(0)] = row.ColumnInt64(1)
		}
		return nil
	})
	return homes
}

// rows calls f for each row of the query, until one fails.
func (r *reader) rows(query string, f func(row *sqlite3.Stmt) error) {
	if r.err != nil {
		return
	}
	s, _, err := r.db.Prepare(query)
	if err != nil {
		r.err = err
		return
	}
	defer s.Close()
	for s.Step() {
		if r.err = f(s); r.err != nil {
			return
		}
	}
	r.err = s.Err()
}
