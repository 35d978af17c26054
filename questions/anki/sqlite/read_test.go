package sqlite

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"rewind/questions/anki/sqlite/reference"
)

// rowsOf reads all that the table has in the columns, with values of its own.
func rowsOf(file []byte, table string, columns ...string) (rows [][]any, err error) {
	f, err := Open(file)
	if err != nil {
		return nil, err
	}
	t, err := f.Table(table)
	if err != nil {
		return nil, err
	}
	if len(columns) == 0 {
		for _, c := range t.columns {
			if !c.virtual {
				columns = append(columns, c.name)
			}
		}
	}
	err = t.Rows(columns, func(row []any) error {
		own := make([]any, len(row))
		for i, v := range row {
			if b, ok := v.([]byte); ok {
				v = bytes.Clone(b)
			}
			own[i] = v
		}
		rows = append(rows, own)
		return nil
	})
	return rows, err
}

// sameRows compares rows with those of SQLite, whose driver has nil for no bytes.
func sameRows(t *testing.T, got, want [][]any) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%d rows, want %d", len(got), len(want))
		return
	}
	for i := range got {
		for j, v := range got[i] {
			w := want[i][j]
			if a, ok := v.([]byte); ok {
				if b, ok := w.([]byte); ok && bytes.Equal(a, b) {
					continue
				}
			}
			if !reflect.DeepEqual(v, w) {
				t.Errorf("row %d, column %d: got %.80v, want %.80v", i, j, v, w)
				return
			}
		}
	}
}

// literal is a random value in SQL.
func literal(r *rand.Rand) string {
	length := func() int { return int(r.ExpFloat64() * []float64{3, 200, 5000}[r.IntN(3)]) }
	switch r.IntN(6) {
	case 0:
		return "NULL"
	case 1, 2:
		return fmt.Sprint(int64(r.Uint64()) >> r.IntN(64))
	case 3:
		return fmt.Sprintf("%e", r.NormFloat64())
	case 4:
		return fmt.Sprintf("x'%x'", bytes.Repeat([]byte{byte(r.Uint32())}, length()))
	}
	return "'" + strings.Repeat([]string{"x", "''", "é", "한", "\U0001F600"}[r.IntN(5)], length()) + "'"
}

// TestReadRandom reads tables that SQLite filled, emptied and filled again, in files of every form.
func TestReadRandom(t *testing.T) {
	t.Parallel()
	tables := []string{
		"CREATE TABLE t (k INTEGER PRIMARY KEY, a, b, c)",
		"CREATE TABLE t (k, a, b, c)",
		"CREATE TABLE t (a, b, k NOT NULL, c, PRIMARY KEY (k, b)) WITHOUT ROWID",
	}
	for seed := range uint64(48) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(seed, 1))
			statements := []string{
				fmt.Sprintf("PRAGMA page_size = %d", 512<<(seed%8)),
				fmt.Sprintf("PRAGMA auto_vacuum = %d", r.IntN(3)),
				"PRAGMA encoding = '" + []string{"UTF-8", "UTF-16le", "UTF-16be"}[r.IntN(3)] + "'",
				tables[seed%3], "CREATE TABLE other (x)", "CREATE INDEX i ON t (a)", "BEGIN",
			}
			keys := 1 + r.IntN(2000)
			for range 600 {
				k := r.IntN(keys)
				switch r.IntN(5) {
				case 0:
					statements = append(statements, fmt.Sprintf("DELETE FROM t WHERE k BETWEEN %d AND %d", k, k+r.IntN(20)))
				case 1:
					statements = append(statements, "INSERT INTO other VALUES ("+literal(r)+")")
				default:
					b := strings.Replace(literal(r), "NULL", "0", 1) // a key has no nulls
					statements = append(statements, fmt.Sprintf("REPLACE INTO t (k, a, b, c) VALUES (%d, %s, %s, %s)", k, literal(r), b, literal(r)))
				}
			}
			file := reference.Make(t, append(statements, "COMMIT")...)
			got, err := rowsOf(file, "t", "k", "a", "b", "c")
			if err != nil {
				t.Fatal(err)
			}
			sameRows(t, got, reference.Query(t, file, "SELECT k, a, b, c FROM t NOT INDEXED"))
		})
	}
}

// TestReadDeclarations reads tables of odd declarations, each with one row.
func TestReadDeclarations(t *testing.T) {
	t.Parallel()
	tests := []struct{ sql, columns, values, selects string }{
		{"CREATE TABLE t(a,b,c)", "a, b, c", "1, 'x', NULL", ""},
		{"create /* ( */ table t -- ,\n ( [a b] int, \"c\"\"d\" text, `e` , 'f' )", `"a b", "c""d", e, f`, "1, 'x', 2, 3", ""},
		{"CREATE TABLE IF NOT EXISTS t (i INTEGER PRIMARY KEY AUTOINCREMENT, x)", "i, x", "7, 1", ""},
		{"CREATE TABLE t (x, i integer CONSTRAINT one NOT NULL CONSTRAINT two primary key)", "x, i", "1, 7", ""},
		{"CREATE TABLE t (i INTEGER PRIMARY KEY DESC, x)", "i, x", "7, 1", ""}, // not the rowid
		{"CREATE TABLE t (i INTEGER, x, PRIMARY KEY (i DESC))", "i, x", "7, 1", ""},
		{"CREATE TABLE t (i INTEGER, x, CONSTRAINT k PRIMARY KEY ('i'))", "i, x", "7, 1", ""},
		{"CREATE TABLE t (i INT PRIMARY KEY, x)", "i, x", "7, 1", ""},
		{"CREATE TABLE t (i INTEGER(8) PRIMARY KEY, x)", "i, x", "7, 1", ""},
		{"CREATE TABLE t (i UNSIGNED INTEGER PRIMARY KEY, x)", "i, x", "7, 1", ""},
		{"CREATE TABLE t (i \"INTEGER\" PRIMARY KEY, x)", "i, x", "7, 1", ""},
		{"CREATE TABLE t (i [integer] PRIMARY KEY, x)", "i, x", "7, 1", ""},
		{"CREATE TABLE t (i 'INTEGER' PRIMARY KEY, x)", "i, x", "7, 1", ""},
		{"CREATE TABLE t (i INTEGER, j INTEGER, x, UNIQUE (x) PRIMARY KEY (i, j) CHECK (x > 0))", "i, j, x", "7, 8, 1", ""},
		{"CREATE TABLE t (a DEFAULT ('x),') NOT NULL, b DECIMAL(10, 5) CHECK (b IN (1, 2)), c REFERENCES t (a) ON DELETE SET NULL DEFERRABLE)", "a, b, c", "1, 2, NULL", ""},
		{"CREATE TABLE t (a, b AS (a + 1), c GENERATED ALWAYS AS (a + 2) STORED, d INT AS (1) VIRTUAL NOT NULL, e)", "a, e", "1, 2", "a, c, e"},
		{"CREATE TABLE t (a text, b integer, c blob, PRIMARY KEY (c, a)) WITHOUT ROWID", "a, b, c", "'x', 1, x'00'", ""},
		{"CREATE TABLE t (a, i INTEGER PRIMARY KEY) WITHOUT ROWID", "a, i", "'x', 7", ""},
		{"CREATE TABLE t (a text, i INTEGER NOT NULL PRIMARY KEY) STRICT, WITHOUT ROWID", "a, i", "'x', 7", ""},
		{"CREATE TABLE t (A COLLATE unicase, \"primary\" text, \"check\", PRIMARY KEY (a COLLATE nocase DESC)) without rowid", "a, \"primary\", \"check\"", "'x', 7, 8", ""},
		{"CREATE TABLE t (key, rowid, without, 한글 text)", "key, rowid, without, 한글", "1, 2, 3, 'ㄱ'", ""},
	}
	for _, tt := range tests {
		t.Run(tt.sql, func(t *testing.T) {
			t.Parallel()
			file := reference.Make(t, tt.sql, "INSERT INTO t ("+tt.columns+") VALUES ("+tt.values+")")
			got, err := rowsOf(file, "T")
			if err != nil {
				t.Fatal(err)
			}
			sameRows(t, got, reference.Query(t, file, "SELECT "+cmp.Or(tt.selects, tt.columns)+" FROM t"))
		})
	}
}

func TestAddedColumns(t *testing.T) {
	t.Parallel()
	file := reference.Make(t, "CREATE TABLE t (a)", "INSERT INTO t VALUES (1)", "ALTER TABLE t ADD COLUMN b text", "ALTER TABLE t ADD COLUMN c DEFAULT 5")
	got, err := rowsOf(file, "t", "a", "b")
	if want := [][]any{{int64(1), nil}}; err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
	if _, err := rowsOf(file, "t", "c"); err == nil || !strings.Contains(err.Error(), "added") {
		t.Errorf("error %v, want one of the added column", err)
	}
}

// TestWhatIsNoTable looks for what has no rows of its own.
func TestWhatIsNoTable(t *testing.T) {
	t.Parallel()
	file := reference.Make(t, "CREATE TABLE t (x)", "CREATE VIEW v AS SELECT * FROM t", "CREATE INDEX i ON t (x)",
		"CREATE VIRTUAL TABLE f USING fts5(x)", "CREATE TRIGGER g AFTER INSERT ON t BEGIN DELETE FROM t; END")
	for _, name := range []string{"v", "i", "f", "g", "none"} {
		if _, err := rowsOf(file, name); !errors.Is(err, ErrNoTable) {
			t.Errorf("%s: error %v, want %v", name, err, ErrNoTable)
		}
	}
	if _, err := rowsOf(file, "t", "y"); err == nil || !strings.Contains(err.Error(), "no column called y") {
		t.Errorf("error %v, want one of the column", err)
	}
}

// TestReadDamaged reads files with one harm each. None of them may be read to its end.
func TestReadDamaged(t *testing.T) {
	t.Parallel()
	const size = 512
	sound := reference.Make(t, "PRAGMA page_size = 512", "CREATE TABLE t (x)",
		"INSERT INTO t WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i < 200) SELECT i FROM n",
		"CREATE TABLE long (x)", "INSERT INTO long VALUES (zeroblob(2000))")
	rootOf := func(table string) int {
		return int(reference.Query(t, sound, "SELECT rootpage FROM sqlite_schema WHERE name = '"+table+"'")[0][0].(int64))
	}
	root := rootOf("t")
	page := func(file []byte, n int) []byte { return file[(n-1)*size:][:size] }
	right := func(file []byte) int { return int(binary.BigEndian.Uint32(page(file, root)[8:])) }
	put := binary.BigEndian.PutUint32
	tests := []struct {
		name string
		harm func(file []byte) []byte
		want string
	}{
		{"nothing", func([]byte) []byte { return nil }, "no SQLite"},
		{"other magic", func(f []byte) []byte { f[3]++; return f }, "no SQLite"},
		{"page size 0", func(f []byte) []byte { f[16] = 0; return f }, "form"},
		{"page size 768", func(f []byte) []byte { f[17] = 1; f[16] = 3; return f }, "form"},
		{"no room in pages", func(f []byte) []byte { f[20] = 255; return f }, "form"},
		{"other encoding", func(f []byte) []byte { f[59] = 4; return f }, "form"},
		{"newer format", func(f []byte) []byte { f[19] = 3; return f }, "form"},
		{"cut off", func(f []byte) []byte { return f[:len(f)-size] }, "cut off"},
		{"no such page", func(f []byte) []byte { put(page(f, root)[8:], 1<<31); return f }, "no page"},
		{"page 0", func(f []byte) []byte { put(page(f, root)[8:], 0); return f }, "no page 0"},
		{"a circle", func(f []byte) []byte { put(page(f, root)[8:], uint32(root)); return f }, "used twice"},
		{"another's page", func(f []byte) []byte { page(f, right(f))[0] = 10; return f }, "kind"},
		{"kind of no page", func(f []byte) []byte { page(f, root)[0] = 77; return f }, "kind"},
		{"too many cells", func(f []byte) []byte { page(f, right(f))[3] = 255; return f }, "cell leads out"},
		{"a cell far away", func(f []byte) []byte { page(f, right(f))[8] = 255; return f }, "cell leads out"},
		{"one cell many times", func(f []byte) []byte {
			p := page(f, right(f))
			binary.BigEndian.PutUint16(p[3:], 200)
			for i := range 200 {
				copy(p[8+2*i:], p[8:10])
			}
			return f
		}, "share their bytes"},
		{"a huge row", func(f []byte) []byte {
			p := page(f, right(f))
			copy(p[binary.BigEndian.Uint16(p[5:]):], "\x90\x80\x80\x00") // 32 MiB
			return f
		}, "too big"},
		{"deep", deep, "too deep"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if _, err := rowsOf(tt.harm(bytes.Clone(sound)), "t", "x"); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one with %q", err, tt.want)
			}
		})
	}
	for i, p := range []int{rootOf("long"), 0} { // The only cell of its page ends with the number of its next page.
		broken := bytes.Clone(sound)
		put(page(broken, rootOf("long"))[size-4:], uint32(p))
		if _, err := rowsOf(broken, "long", "x"); err == nil || !strings.Contains(err.Error(), []string{"used twice", "no page 0"}[i]) {
			t.Errorf("a long row that goes on at page %d: error %v", p, err)
		}
	}
}

// deep puts a chain of pages, each below the other, behind the file.
func deep(file []byte) []byte {
	const size = 512
	n := uint32(len(file) / size)
	binary.BigEndian.PutUint32(file[size+8:], n+1) // the root of t is page 2
	for i := range uint32(50) {
		page := make([]byte, size)
		page[0] = tableFamily
		binary.BigEndian.PutUint32(page[8:], n+i+2)
		file = append(file, page...)
	}
	binary.BigEndian.PutUint32(file[28:], n+50)
	return file
}

func FuzzRead(f *testing.F) {
	for i, table := range []string{"t (k INTEGER PRIMARY KEY, a text)", "t (a text, k, PRIMARY KEY (k)) WITHOUT ROWID"} {
		f.Add(reference.Make(f, fmt.Sprintf("PRAGMA page_size = %d", 512<<i), fmt.Sprintf("PRAGMA encoding = 'UTF-%d'", 8<<i), "CREATE TABLE "+table,
			"INSERT INTO t (k, a) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i < 30) SELECT i, hex(zeroblob(i*i*(i%7/6))) FROM n"))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		rows, err := rowsOf(file, "t")
		if err == nil && len(rows) > len(file)/6 {
			t.Errorf("%d rows in %d bytes", len(rows), len(file))
		}
	})
}

// FuzzDeclaration parses declarations; TestReadDeclarations says what they mean.
func FuzzDeclaration(f *testing.F) {
	f.Add("CREATE TABLE t (a INTEGER PRIMARY KEY, [b] text DEFAULT (1), UNIQUE (b)) -- x")
	f.Add("CREATE TABLE t (\"a\"\"\", `b` AS (1), CONSTRAINT c PRIMARY KEY (a, 'b')) WITHOUT ROWID")
	f.Add("CREATE TABLE t (a, PRIMARY")
	f.Fuzz(func(t *testing.T, sql string) {
		l, err := parse(sql)
		if err == nil && (l.stored > len(l.columns) || len(l.columns) > maxColumns) {
			t.Errorf("%d columns, %d stored", len(l.columns), l.stored)
		}
	})
}

// BenchmarkRead reads 5,000 notes with our reader and with SQLite, and reports how much longer SQLite takes.
func BenchmarkRead(b *testing.B) {
	file, err := Make(newNotes(5000, strings.Repeat("What is it? ", 50)))
	if err != nil {
		b.Fatal(err)
	}
	var ours, theirs time.Duration
	for b.Loop() {
		start := time.Now()
		rows, err := rowsOf(file, "notes")
		ours += time.Since(start)
		start = time.Now()
		want := reference.Query(b, file, "SELECT * FROM notes")
		theirs += time.Since(start)
		if err != nil || len(rows) != len(want) {
			b.Fatalf("%d rows, want %d, %v", len(rows), len(want), err)
		}
	}
	b.ReportMetric(float64(theirs)/float64(ours), "SQLite/ours")
}
