package anki

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"rewind/questions/anki/sqlite/reference"
)

// sample is a package of two notes.
func sample() Package {
	return Package{
		Deck: "Team::Networks", Type: "Q&A", Fields: []string{"Question", "Answer"}, Front: "{{Question}}", Back: "{{Answer}}",
		At: time.Date(2026, 3, 9, 9, 0, 0, 0, time.UTC),
		Notes: []Note{
			{GUID: "b", Fields: []Field{{"Question", "What is <b>b</b>?"}, {"Answer", "x\x1fy"}}, Tags: []string{"Net::TCP", "hard"}},
			{GUID: "a", Fields: []Field{{"Question", "가란?"}, {"Answer", ""}}},
		},
	}
}

func TestWriteAndRead(t *testing.T) {
	t.Parallel()
	var first, second bytes.Buffer
	if err := errors.Join(Write(&first, sample()), Write(&second, sample())); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(first.Bytes(), second.Bytes()) {
		t.Error("the same package has different bytes the second time")
	}
	notes, err := Read(bytes.NewReader(first.Bytes()), int64(first.Len()))
	if err != nil || len(notes) != 2 {
		t.Fatalf("%d notes, %v", len(notes), err)
	}
	byGUID := map[string]Note{}
	for _, n := range notes {
		byGUID[n.GUID] = n
	}
	n := byGUID["b"]
	if n.Type != "Q&A" || n.Cloze || !slices.Equal(n.Tags, []string{"Net::TCP", "hard"}) || !slices.Equal(n.Decks, []string{"Team", "Networks"}) ||
		!slices.Equal(n.Fields, []Field{{"Question", "What is <b>b</b>?"}, {"Answer", "xy"}}) {
		t.Errorf("got %+v", n)
	}
	if n := byGUID["a"]; len(n.Tags) != 0 || n.Fields[0].Value != "가란?" {
		t.Errorf("got %+v", n)
	}
}

func TestTextWriteAndRead(t *testing.T) {
	t.Parallel()
	var text bytes.Buffer
	p := sample()
	p.Notes[0].Fields[1].Value = "a\t\"b\"\nc"
	if err := WriteText(&text, p); err != nil {
		t.Fatal(err)
	}
	if !IsText(text.String()) {
		t.Error("it is not known by its header")
	}
	notes, bad, err := ReadText(text.String())
	if err != nil || len(bad) != 0 || len(notes) != 2 {
		t.Fatalf("%d notes, bad %v, %v", len(notes), bad, err)
	}
	for i, n := range notes {
		want := p.Notes[i]
		if n.GUID != want.GUID || !slices.Equal(n.Fields, want.Fields) || !slices.Equal(n.Tags, want.Tags) || n.Type != p.Type {
			t.Errorf("got %+v, want %+v", n, want)
		}
	}
}

// packed is a zip archive of files, "name: contents", as they are.
func packed(t testing.TB, files ...[2]string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, file := range files {
		f, err := w.CreateHeader(&zip.FileHeader{Name: file[0], Method: zip.Deflate})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(f, file[1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// database is an SQLite file made by the statements.
func database(t testing.TB, statements ...string) string {
	t.Helper()
	return string(reference.Make(t, statements...))
}

// compressed is s in a zstd frame.
func compressed(t testing.TB, s string) string {
	t.Helper()
	w, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	return string(w.EncodeAll([]byte(s), nil))
}

// current makes the tables of a collection as today's Anki has them, as far as notes need them.
var current = []string{
	`CREATE TABLE notes (id integer PRIMARY KEY, guid text NOT NULL, mid integer NOT NULL, mod integer NOT NULL, usn integer NOT NULL,
		tags text NOT NULL, flds text NOT NULL, sfld integer NOT NULL, csum integer NOT NULL, flags integer NOT NULL, data text NOT NULL)`,
	`CREATE TABLE notetypes (id integer NOT NULL PRIMARY KEY, name text NOT NULL COLLATE unicase, mtime_secs integer NOT NULL, usn integer NOT NULL, config blob NOT NULL)`,
	`CREATE TABLE fields (ntid integer NOT NULL, ord integer NOT NULL, name text NOT NULL COLLATE unicase, config blob NOT NULL, PRIMARY KEY (ntid, ord)) WITHOUT ROWID`,
	`CREATE UNIQUE INDEX idx_fields_name_ntid ON fields (name, ntid)`,
	`CREATE TABLE decks (id integer PRIMARY KEY NOT NULL, name text NOT NULL COLLATE unicase, mtime_secs integer NOT NULL, usn integer NOT NULL, common blob NOT NULL, kind blob NOT NULL)`,
	`CREATE TABLE cards (id integer PRIMARY KEY, nid integer NOT NULL, did integer NOT NULL, ord integer NOT NULL)`,
}

func TestReadCurrentPackage(t *testing.T) {
	t.Parallel()
	db := database(t, append(slices.Clone(current),
		`INSERT INTO notetypes VALUES (7, 'Cloze', 0, 0, x'0801120a'), (8, 'Basic', 0, 0, x'1201')`,
		`INSERT INTO fields VALUES (7, 1, 'Extra', ''), (7, 0, 'Text', ''), (8, 0, 'Front', ''), (8, 1, 'Back', '')`,
		"INSERT INTO decks VALUES (1, 'Default', 0, 0, '', ''), (2, 'A\x1fB', 0, 0, '', '')",
		"INSERT INTO notes VALUES (10, 'g', 7, 0, 0, ' t ', '{{c1::x}}\x1fmore', '', 0, 0, ''), (11, 'h', 8, 0, 0, '', 'q\x1fa', '', 0, 0, '')",
		`INSERT INTO cards VALUES (1, 10, 2, 0), (2, 10, 1, 1)`)...)
	file := packed(t, [2]string{"meta", "\x08\x03"}, [2]string{"collection.anki21b", compressed(t, db)},
		[2]string{"collection.anki2", "too old"}, [2]string{"media", compressed(t, "")}, [2]string{"0", "a picture"})
	notes, err := Read(bytes.NewReader(file), int64(len(file)))
	if err != nil || len(notes) != 2 {
		t.Fatalf("%d notes, %v", len(notes), err)
	}
	if n := notes[0]; !n.Cloze || n.Type != "Cloze" || !slices.Equal(n.Fields, []Field{{"Text", "{{c1::x}}"}, {"Extra", "more"}}) || !slices.Equal(n.Decks, []string{"A", "B"}) {
		t.Errorf("got %+v", n)
	}
	if n := notes[1]; n.Cloze || n.Type != "Basic" || len(n.Decks) != 0 {
		t.Errorf("got %+v", n)
	}
}

// declared is a zip archive whose one entry says that it has size bytes and holds data.
func declared(t *testing.T, name string, data []byte, size uint64) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f, err := w.CreateRaw(&zip.FileHeader{Name: name, Method: zip.Store, CRC32: crc32.ChecksumIEEE(data), CompressedSize64: uint64(len(data)), UncompressedSize64: size})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestRefused reads packages that were made to do harm. None may be read, and each says why.
func TestRefused(t *testing.T) {
	t.Parallel()
	good := database(t, "CREATE TABLE notes (id integer PRIMARY KEY, guid, mid, tags, flds)", "CREATE TABLE col (id, crt, mod, scm, ver, dty, usn, ls, conf, models, decks, dconf, tags)", `INSERT INTO col VALUES (1,0,0,0,11,0,0,0,'{}','{}','{}','{}','{}')`)
	zeros := strings.Repeat("\x00", 16<<20)
	many := `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i < %d) INSERT INTO notes SELECT i, i, 1, 0, 0, '', 'q', '', 0, 0, '' FROM n`
	tests := []struct {
		name string
		file []byte
		want error
		text string
	}{
		{"no archive", []byte("PK\x03\x04 but not more"), ErrDamaged, "zip"},
		{"empty", nil, ErrDamaged, "zip"},
		{"no collection", packed(t, [2]string{"word/document.xml", "x"}), ErrDamaged, "no collection"},
		{"no database", packed(t, [2]string{"collection.anki2", "hello"}), ErrDamaged, "collection"},
		{"no tables", packed(t, [2]string{"collection.anki2", database(t, "CREATE TABLE x (y)")}), ErrDamaged, "no such table: col"},
		{"no zstd", packed(t, [2]string{"collection.anki21b", good}), ErrDamaged, "unpack"},
		{"cut off", packed(t, [2]string{"collection.anki2", good[:len(good)/2]}), ErrDamaged, "collection"},
		{"leads out", packed(t, [2]string{"collection.anki2", good}, [2]string{"../../etc/passwd", "x"}), ErrUnsafe, "leads out"},
		{"absolute", packed(t, [2]string{"/etc/passwd", "x"}, [2]string{"collection.anki2", good}), ErrUnsafe, "leads out"},
		{"backslash", packed(t, [2]string{`..\x`, "x"}, [2]string{"collection.anki2", good}), ErrUnsafe, "leads out"},
		{"twice", packed(t, [2]string{"collection.anki2", good}, [2]string{"collection.anki2", good}), ErrUnsafe, "twice"},
		{"zip bomb", packed(t, [2]string{"collection.anki2", zeros}), ErrUnsafe, "unpacks to more"},
		{"zstd bomb", packed(t, [2]string{"collection.anki21b", compressed(t, zeros)}), ErrUnsafe, "unpacks to more"},
		{"declares too much", declared(t, "collection.anki2", []byte("x"), 1<<40), ErrUnsafe, "MiB"},
		{"declares too little", declared(t, "collection.anki2", []byte(good), 10), ErrDamaged, "collection"},
		{"too many notes", packed(t, [2]string{"collection.anki2", database(t, append(slices.Clone(current), fmt.Sprintf(many, maxNotes+1))...)}), ErrUnsafe, "notes"},
		{"too many fields", packed(t, [2]string{"collection.anki2", database(t, append(slices.Clone(current),
			`INSERT INTO notes VALUES (1, 'g', 1, 0, 0, '', '`+strings.Repeat("\x1f", maxFields)+`', '', 0, 0, '')`)...)}), ErrUnsafe, "fields"},
		{"a view that never ends", packed(t, [2]string{"collection.anki2", database(t, append(slices.Clone(current[1:]),
			`CREATE VIEW notes AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n) SELECT i AS id, '' AS guid, 1 AS mid, '' AS tags, '' AS flds FROM n`)...)}), ErrDamaged, "no such table: notes"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			notes, err := Read(bytes.NewReader(tt.file), int64(len(tt.file)))
			if !errors.Is(err, tt.want) || !strings.Contains(err.Error(), tt.text) || len(notes) > 0 {
				t.Errorf("%d notes, error %v, want %v with %q", len(notes), err, tt.want, tt.text)
			}
		})
	}
}

// TestRowTooBig reads a collection with a note beyond all measure, which an archive could hardly bring so far.
func TestRowTooBig(t *testing.T) {
	t.Parallel()
	file := database(t, append(slices.Clone(current), `INSERT INTO notes VALUES (1, 'g', 1, 0, 0, '', zeroblob(17 << 20), '', 0, 0, '')`)...)
	if _, err := readCollection([]byte(file)); !errors.Is(err, ErrUnsafe) || !strings.Contains(err.Error(), "too big") {
		t.Errorf("error %v, want %v", err, ErrUnsafe)
	}
}

func FuzzRead(f *testing.F) {
	var b bytes.Buffer
	if err := Write(&b, sample()); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add([]byte("PK\x05\x06" + strings.Repeat("\x00", 18)))
	f.Fuzz(func(t *testing.T, file []byte) {
		_, err := Read(bytes.NewReader(file), int64(len(file)))
		if err != nil && !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrUnsafe) {
			t.Errorf("an error of no kind: %v", err)
		}
	})
}

// FuzzCollection breaks the database itself, which no checksum of an archive guards here.
func FuzzCollection(f *testing.F) {
	file := []byte(database(f, append(slices.Clone(current), "INSERT INTO notes VALUES (10, 'g', 7, 0, 0, ' t ', 'q\x1fa', '', 0, 0, '')")...))
	f.Add(uint16(0), byte(0), uint16(0), byte(0))
	f.Add(uint16(100), byte(0xff), uint16(4096), byte(3))
	f.Fuzz(func(t *testing.T, at uint16, v byte, at2 uint16, v2 byte) {
		broken := bytes.Clone(file)
		broken[int(at)%len(file)] ^= v
		broken[int(at2)%len(file)] ^= v2
		_, err := readCollection(broken)
		if err != nil && !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrUnsafe) {
			t.Errorf("an error of no kind: %v", err)
		}
	})
}
