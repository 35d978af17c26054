package anki

import (
	"archive/zip"
	"crypto/sha1"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"time"

	"rewind/questions/anki/sqlite"
)

// Package is notes of one type in one deck, as they are written.
type Package struct {
	// Deck and Type are names; their numbers follow from them, so that a later package updates what an earlier one made.
	Deck, Type string
	// Fields names the fields of every note, in order; the first one must not be empty.
	Fields []string
	// Front and Back are the templates of the one card of each note, and CSS its style.
	Front, Back, CSS string
	Notes            []Note
	// At is when the notes were last changed. Anki updates a note it knows only by one that was changed later.
	At time.Time
}

// Write writes p as a package. The same p gives the same bytes.
func Write(w io.Writer, p Package) error {
	db, err := p.collection()
	if err != nil {
		return fmt.Errorf("make the collection: %w", err)
	}
	archive := zip.NewWriter(w)
	// Anki reads the old name in every version; the list of media must be there, also when there is none.
	for _, file := range []struct {
		name string
		data []byte
	}{{"collection.anki2", db}, {"media", []byte("{}")}} {
		// Without a time, so that the bytes depend on the notes alone.
		f, err := archive.CreateHeader(&zip.FileHeader{Name: file.name, Method: zip.Deflate})
		if err != nil {
			return err
		}
		if _, err := f.Write(file.data); err != nil {
			return err
		}
	}
	return archive.Close()
}

// collection makes the database of a collection of version 11, the one that every Anki since 2.0 reads. See
// https://github.com/ankitects/anki/blob/main/rslib/src/storage/schema11.sql
func (p Package) collection() ([]byte, error) {
	notes, cards, err := p.rows()
	if err != nil {
		return nil, err
	}
	return sqlite.Make([]sqlite.NewTable{
		{SQL: `CREATE TABLE col (id integer PRIMARY KEY, crt integer NOT NULL, mod integer NOT NULL, scm integer NOT NULL,
  ver integer NOT NULL, dty integer NOT NULL, usn integer NOT NULL, ls integer NOT NULL, conf text NOT NULL,
  models text NOT NULL, decks text NOT NULL, dconf text NOT NULL, tags text NOT NULL)`, Rows: [][]any{p.head()}},
		{SQL: `CREATE TABLE notes (id integer PRIMARY KEY, guid text NOT NULL, mid integer NOT NULL, mod integer NOT NULL,
  usn integer NOT NULL, tags text NOT NULL, flds text NOT NULL, sfld integer NOT NULL, csum integer NOT NULL,
  flags integer NOT NULL, data text NOT NULL)`, Rows: notes, Indexes: []sqlite.NewIndex{
			{Name: "ix_notes_usn", Columns: []string{"usn"}},
			{Name: "ix_notes_csum", Columns: []string{"csum"}},
		}},
		{SQL: `CREATE TABLE cards (id integer PRIMARY KEY, nid integer NOT NULL, did integer NOT NULL, ord integer NOT NULL,
  mod integer NOT NULL, usn integer NOT NULL, type integer NOT NULL, queue integer NOT NULL, due integer NOT NULL,
  ivl integer NOT NULL, factor integer NOT NULL, reps integer NOT NULL, lapses integer NOT NULL, left integer NOT NULL,
  odue integer NOT NULL, odid integer NOT NULL, flags integer NOT NULL, data text NOT NULL)`, Rows: cards, Indexes: []sqlite.NewIndex{
			{Name: "ix_cards_usn", Columns: []string{"usn"}},
			{Name: "ix_cards_nid", Columns: []string{"nid"}},
			{Name: "ix_cards_sched", Columns: []string{"did", "queue", "due"}},
		}},
		{SQL: `CREATE TABLE revlog (id integer PRIMARY KEY, cid integer NOT NULL, usn integer NOT NULL, ease integer NOT NULL,
  ivl integer NOT NULL, lastIvl integer NOT NULL, factor integer NOT NULL, time integer NOT NULL, type integer NOT NULL)`, Indexes: []sqlite.NewIndex{
			{Name: "ix_revlog_usn", Columns: []string{"usn"}},
			{Name: "ix_revlog_cid", Columns: []string{"cid"}},
		}},
		{SQL: `CREATE TABLE graves (usn integer NOT NULL, oid integer NOT NULL, type integer NOT NULL)`},
	})
}

// number makes the number that Anki knows a deck or type by: milliseconds of a time in the years 2001 to 2017, as
// Anki gives them itself, so that it never meets one made from now on.
func number(kind, name string) int64 {
	sum := sha1.Sum([]byte(kind + "\x00" + name))
	return 1e12 + int64(binary.BigEndian.Uint64(sum[:8])%5e11)
}

// head is the one row that says of the collection what is in it.
func (p Package) head() []any {
	deck, kind, at := number("deck", p.Deck), number("type", p.Type), p.At.Unix()
	encode := func(v any) string {
		b, err := json.Marshal(v)
		if err != nil {
			panic(err) // maps of texts and numbers can always be written
		}
		return string(b)
	}
	key := func(n int64) string { return fmt.Sprint(n) }
	zero := int64(0)
	return []any{int64(1), at, p.At.UnixMilli(), p.At.UnixMilli(), int64(11), zero, zero, zero, encode(conf(deck, kind)), encode(object{key(kind): p.model(deck, kind)}),
		encode(object{"1": deckObject(1, "Default", at), key(deck): deckObject(deck, p.Deck, at)}), encode(object{"1": deckOptions(at)}), "{}"}
}

// rows are the notes and the one card of each.
func (p Package) rows() (notes, cards [][]any, err error) {
	deck, kind, at := number("deck", p.Deck), number("type", p.Type), p.At.Unix()
	zero, unsent := int64(0), int64(-1)
	for i, n := range p.Notes {
		if len(n.Fields) != len(p.Fields) {
			return nil, nil, fmt.Errorf("note %d has %d fields, its type has %d", i+1, len(n.Fields), len(p.Fields))
		}
		id := p.At.UnixMilli() + int64(i) // as Anki numbers them; in its own order they are the order of the notes
		first := plain(n.Fields[0].Value)
		sum := sha1.Sum([]byte(first))
		notes = append(notes, []any{id, n.GUID, kind, at, unsent, joinTags(n.Tags), joinFields(n.Fields), sortValue(first),
			int64(binary.BigEndian.Uint32(sum[:4])), zero, ""})
		cards = append(cards, []any{id, id, deck, zero, at, unsent, zero, zero, int64(i + 1), zero, zero, zero, zero, zero, zero, zero, zero, ""})
	}
	return notes, cards, nil
}

// decimal is what SQLite takes for a number in a text.
var decimal = regexp.MustCompile(`^[ \t\n\v\f\r]*([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)[ \t\n\v\f\r]*$`)

// sortValue is the value of a note's sort field. Anki declares it to be a number, so that notes named by numbers sort as
// such, and SQLite holds it against a file if a text there could have been one. See https://sqlite.org/datatype3.html
func sortValue(text string) any {
	m := decimal.FindStringSubmatch(text)
	if m == nil {
		return text
	}
	if n, err := strconv.ParseInt(m[1], 10, 64); err == nil {
		return n
	}
	f, _ := strconv.ParseFloat(m[1], 64) // what is too large is infinite, as in SQLite
	if n := int64(f); float64(n) == f && -1<<63 < n && n < 1<<63-1 {
		return n
	}
	return f
}
