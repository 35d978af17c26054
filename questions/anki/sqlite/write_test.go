package sqlite

import (
	"bytes"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"

	"rewind/questions/anki/sqlite/reference"
)

// newNotes are tables of n notes, each with the text.
func newNotes(n int, text string) []NewTable {
	notes := NewTable{
		SQL:     "CREATE TABLE notes (id integer PRIMARY KEY, mid integer NOT NULL, flds text, csum)",
		Indexes: []NewIndex{{"ix_mid", []string{"mid"}}, {"ix_csum_mid", []string{"csum", "mid"}}},
	}
	for i := range int64(n) {
		notes.Rows = append(notes.Rows, []any{i*i - 50, i % 7, text + fmt.Sprint(i), (i * 7919 % 10007) << (i % 50)})
	}
	return []NewTable{notes, {SQL: "CREATE TABLE graves (usn integer, oid text)", Indexes: []NewIndex{{"ix_usn", []string{"usn"}}}}}
}

// TestMake lets SQLite check what was made, and read it back.
func TestMake(t *testing.T) {
	t.Parallel()
	values := NewTable{SQL: `CREATE TABLE "a b" (x, "y z")`}
	for _, v := range []int64{0, 1, 2, -1, 127, 128, -128, -129, 1<<15 - 1, 1 << 15, -1 << 15, 1<<23 - 1, 1 << 23, -1<<23 - 1, 1<<31 - 1,
		1 << 31, -1 << 31, 1<<47 - 1, 1 << 47, -1<<47 - 1, math.MaxInt64, math.MinInt64} {
		values.Rows = append(values.Rows, []any{v, nil})
	}
	for _, v := range []any{1.5, math.MaxFloat64, "", "가", []byte{0, 1}} {
		values.Rows = append(values.Rows, []any{v, "text"})
	}
	keys := NewTable{SQL: "CREATE TABLE k (i INTEGER PRIMARY KEY)"}
	for _, v := range []int64{math.MinInt64, -1, 0, 127, 128, 1 << 14, 1 << 20, 1 << 28, 1 << 42, 1 << 49, 1<<56 - 1, 1 << 56, math.MaxInt64} {
		keys.Rows = append(keys.Rows, []any{v})
	}
	many := make([]NewTable, 100) // more than the first page can list
	for i := range many {
		many[i].SQL = fmt.Sprintf("CREATE TABLE t%d (x)", i)
	}
	tests := []struct {
		name   string
		tables []NewTable
	}{
		{"nothing", nil},
		{"values", []NewTable{values}},
		{"keys", []NewTable{keys}},
		{"many tables", many},
		{"notes", newNotes(5000, "What is it?")},
		{"a level more", newNotes(3000, strings.Repeat("?", 1000))}, // three notes a leaf, and more leaves than one page can list
		{"long notes", newNotes(50, strings.Repeat("가", 100_000/3))},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			checkMade(t, tt.tables)
		})
	}
}

// TestMakeAtEdges makes rows and tables of all the sizes at which something no longer fits.
func TestMakeAtEdges(t *testing.T) {
	t.Parallel()
	var sizes []int
	for _, n := range []int{0, 100, 480, 4000, 4040, 4061, 8150, 12240} {
		for d := range 60 {
			sizes = append(sizes, n+d)
		}
	}
	long := NewTable{SQL: "CREATE TABLE long (x)"}
	for _, n := range sizes {
		long.Rows = append(long.Rows, []any{strings.Repeat("x", n)})
	}
	checkMade(t, []NewTable{long})
	for n := range 60 { // The last leaf of an index must have an entry; its pages hold some 250.
		checkMade(t, newNotes(230+n, ""))
	}
	for n := range 40 { // The first page has less room than others.
		checkMade(t, []NewTable{{SQL: "CREATE TABLE x (y)"}, {SQL: "CREATE TABLE t (x) --" + strings.Repeat("x", 3850+5*n)}})
	}
}

func checkMade(t *testing.T, tables []NewTable) {
	t.Helper()
	file, err := Make(tables)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := Make(tables); err != nil || !bytes.Equal(file, again) {
		t.Errorf("made again it has other bytes, %v", err)
	}
	ok := [][]any{{"ok"}}
	for _, check := range []string{"PRAGMA integrity_check", "PRAGMA quick_check"} {
		if got := reference.Query(t, file, check); !reflect.DeepEqual(got, ok) {
			t.Errorf("%s: %v", check, got)
		}
	}
	if got := reference.Query(t, file, "SELECT count(*) FROM sqlite_schema WHERE type = 'table'"); got[0][0] != int64(len(tables)) {
		t.Errorf("%v tables, not %d", got, len(tables))
	}
	for _, table := range tables {
		l := mustParse(table.SQL)
		if got := reference.Query(t, file, fmt.Sprintf("SELECT * FROM %q", l.name)); !reflect.DeepEqual(got, table.Rows) {
			t.Errorf("%s: %d rows differ from the %d given", l.name, len(got), len(table.Rows))
		}
		for _, x := range table.Indexes { // an index that covers the query is what answers it
			columns := strings.Join(x.Columns, ", ")
			indexed := reference.Query(t, file, fmt.Sprintf("SELECT %s FROM %s INDEXED BY %s WHERE %s IS NOT NULL", columns, l.name, x.Name, x.Columns[0]))
			sorted := reference.Query(t, file, fmt.Sprintf("SELECT %s FROM %s NOT INDEXED ORDER BY %s", columns, l.name, columns))
			if !reflect.DeepEqual(indexed, sorted) {
				t.Errorf("index %s has %d entries, want %d others", x.Name, len(indexed), len(sorted))
			}
		}
	}
}

func TestMakeRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		table NewTable
		want  string
	}{
		{NewTable{SQL: "CREATE VIEW v AS SELECT 1"}, "declaration"},
		{NewTable{SQL: "CREATE TABLE t (x text PRIMARY KEY)"}, "form"},
		{NewTable{SQL: "CREATE TABLE t (x UNIQUE)"}, "form"},
		{NewTable{SQL: "CREATE TABLE t (x PRIMARY KEY) WITHOUT ROWID"}, "form"},
		{NewTable{SQL: "CREATE TABLE t (x, y AS (x))"}, "form"},
		{NewTable{SQL: "CREATE TABLE t (x)", Rows: [][]any{{1, 2}}}, "2 values"},
		{NewTable{SQL: "CREATE TABLE t (x INTEGER PRIMARY KEY)", Rows: [][]any{{int64(2)}, {int64(2)}}}, "row 2 is 2"},
		{NewTable{SQL: "CREATE TABLE t (x INTEGER PRIMARY KEY)", Rows: [][]any{{nil}}}, "row 1"},
		{NewTable{SQL: "CREATE TABLE t (x)", Rows: [][]any{{"a"}}, Indexes: []NewIndex{{"i", []string{"x"}}}}, "x of row 1"},
		{NewTable{SQL: "CREATE TABLE t (x)", Rows: [][]any{{"a"}}, Indexes: []NewIndex{{"i", []string{"y"}}}}, "no column called y"},
	}
	for _, tt := range tests {
		if _, err := Make([]NewTable{tt.table}); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want one with %q", tt.table.SQL, err, tt.want)
		}
	}
}
