package anki

import (
	"archive/zip"
	"context"
	"crypto/sha1"
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
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

// schema is that of a collection of version 11, the one that every Anki since 2.0 reads. See
// https://github.com/ankitects/anki/blob/main/rslib/src/storage/schema11.sql
const schema = `
CREATE TABLE col (id integer PRIMARY KEY, crt integer NOT NULL, mod integer NOT NULL, scm integer NOT NULL,
  ver integer NOT NULL, dty integer NOT NULL, usn integer NOT NULL, ls integer NOT NULL, conf text NOT NULL,
  models text NOT NULL, decks text NOT NULL, dconf text NOT NULL, tags text NOT NULL);
CREATE TABLE notes (id integer PRIMARY KEY, guid text NOT NULL, mid integer NOT NULL, mod integer NOT NULL,
  usn integer NOT NULL, tags text NOT NULL, flds text NOT NULL, sfld integer NOT NULL, csum integer NOT NULL,
  flags integer NOT NULL, data text NOT NULL);
CREATE TABLE cards (id integer PRIMARY KEY, nid integer NOT NULL, did integer NOT NULL, ord integer NOT NULL,
  mod integer NOT NULL, usn integer NOT NULL, type integer NOT NULL, queue integer NOT NULL, due integer NOT NULL,
  ivl integer NOT NULL, factor integer NOT NULL, reps integer NOT NULL, lapses integer NOT NULL, left integer NOT NULL,
  odue integer NOT NULL, odid integer NOT NULL, flags integer NOT NULL, data text NOT NULL);
CREATE TABLE revlog (id integer PRIMARY KEY, cid integer NOT NULL, usn integer NOT NULL, ease integer NOT NULL,
  ivl integer NOT NULL, lastIvl integer NOT NULL, factor integer NOT NULL, time integer NOT NULL, type integer NOT NULL);
CREATE TABLE graves (usn integer NOT NULL, oid integer NOT NULL, type integer NOT NULL);
CREATE INDEX ix_notes_usn ON notes (usn);
CREATE INDEX ix_cards_usn ON cards (usn);
CREATE INDEX ix_revlog_usn ON revlog (usn);
CREATE INDEX ix_cards_nid ON cards (nid);
CREATE INDEX ix_cards_sched ON cards (did, queue, due);
CREATE INDEX ix_revlog_cid ON revlog (cid);
CREATE INDEX ix_notes_csum ON notes (csum);
`

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

func (p Package) collection() (file []byte, err error) {
	ctx := context.Background()
	err = inMemory(ctx, func(db *sql.Conn) error {
		if err := execute(ctx, db, schema+"BEGIN"); err != nil {
			return err
		}
		if err := errors.Join(p.writeHead(ctx, db), p.writeNotes(ctx, db), execute(ctx, db, "COMMIT")); err != nil {
			return err
		}
		file, err = serialize(db)
		return err
	})
	return file, err
}

// number makes the number that Anki knows a deck or type by: milliseconds of a time in the years 2001 to 2017, as
// Anki gives them itself, so that it never meets one made from now on.
func number(kind, name string) int64 {
	sum := sha1.Sum([]byte(kind + "\x00" + name))
	return 1e12 + int64(binary.BigEndian.Uint64(sum[:8])%5e11)
}

func (p Package) writeHead(ctx context.Context, db *sql.Conn) error {
	deck, kind, at := number("deck", p.Deck), number("type", p.Type), p.At.Unix()
	encode := func(v any) string {
		b, err := json.Marshal(v)
		if err != nil {
			panic(err) // maps of texts and numbers can always be written
		}
		return string(b)
	}
	key := func(n int64) string { return fmt.Sprint(n) }
	return execute(ctx, db, `INSERT INTO col VALUES (1, ?, ?, ?, 11, 0, 0, 0, ?, ?, ?, ?, '{}')`,
		at, p.At.UnixMilli(), p.At.UnixMilli(), encode(conf(deck, kind)), encode(object{key(kind): p.model(deck, kind)}),
		encode(object{"1": deckObject(1, "Default", at), key(deck): deckObject(deck, p.Deck, at)}), encode(object{"1": deckOptions(at)}))
}

func (p Package) writeNotes(ctx context.Context, db *sql.Conn) error {
	deck, kind, at := number("deck", p.Deck), number("type", p.Type), p.At.Unix()
	for i, n := range p.Notes {
		if len(n.Fields) != len(p.Fields) {
			return fmt.Errorf("note %d has %d fields, its type has %d", i+1, len(n.Fields), len(p.Fields))
		}
		id := p.At.UnixMilli() + int64(i) // as Anki numbers them; in its own order they are the order of the notes
		first := plain(n.Fields[0].Value)
		sum := sha1.Sum([]byte(first))
		err := errors.Join(
			execute(ctx, db, `INSERT INTO notes VALUES (?, ?, ?, ?, -1, ?, ?, ?, ?, 0, '')`,
				id, n.GUID, kind, at, joinTags(n.Tags), joinFields(n.Fields), first, int64(binary.BigEndian.Uint32(sum[:4]))),
			execute(ctx, db, `INSERT INTO cards VALUES (?, ?, ?, 0, ?, -1, 0, 0, ?, 0, 0, 0, 0, 0, 0, 0, 0, '')`, id, id, deck, at, int64(i+1)))
		if err != nil {
			return fmt.Errorf("note %d: %w", i+1, err)
		}
	}
	return nil
}
