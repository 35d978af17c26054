package anki

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"rewind/questions/anki/sqlite/reference"
)

// TestCollectionIsSound lets SQLite check collections, and compares their rows with those it would keep itself.
func TestCollectionIsSound(t *testing.T) {
	t.Parallel()
	numbered := sample()
	for i := range 5000 {
		numbered.Notes = append(numbered.Notes, Note{GUID: fmt.Sprint(i), Fields: []Field{{"", fmt.Sprint(i)}, {"", strings.Repeat("답", i%3000)}}})
	}
	long := sample()
	long.Notes[0].Fields[1].Value = strings.Repeat("가나다라", 100_000/12)
	for name, p := range map[string]Package{"empty": {Deck: "D", Type: "T"}, "small": sample(), "5,000 notes": numbered, "long": long} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file, err := p.collection()
			if err != nil {
				t.Fatal(err)
			}
			for _, check := range []string{"PRAGMA integrity_check", "PRAGMA quick_check"} {
				if got := reference.Query(t, file, check); !reflect.DeepEqual(got, [][]any{{"ok"}}) {
					t.Errorf("%s: %v", check, got)
				}
			}
			notes, cards, err := p.rows()
			if err != nil {
				t.Fatal(err)
			}
			for table, want := range map[string][][]any{"col": {p.head()}, "notes": notes, "cards": cards, "revlog": nil, "graves": nil} {
				if got := reference.Query(t, file, "SELECT * FROM "+table); !reflect.DeepEqual(got, want) {
					t.Errorf("%s has %d rows, other than the %d given", table, len(got), len(want))
				}
			}
			indexes := reference.Query(t, file, "SELECT group_concat(name, ' ') FROM (SELECT name FROM sqlite_schema WHERE type = 'index' ORDER BY name)")
			if want := "ix_cards_nid ix_cards_sched ix_cards_usn ix_notes_csum ix_notes_usn ix_revlog_cid ix_revlog_usn"; indexes[0][0] != want {
				t.Errorf("indexes %v, want %s", indexes, want)
			}
		})
	}
}

// TestSortValue keeps texts as SQLite does in a column of numbers.
func TestSortValue(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "x", "1", "007", " 12\n", "+5", "-0", "1.0", "1.", ".5", ".", "-.5e1", "1e3", "1E-2", "1e", "e1", "0x10", "1_000", "１", "1 2",
		"9223372036854775807", "-9223372036854775808", "9223372036854775808", "123456789012345678901234567890", "1e400", "4611686018427387904.0", "inf", "nan", "\u00a01"} {
		file := reference.Make(t, "CREATE TABLE t (x integer)", "INSERT INTO t VALUES ('"+text+"')")
		want := reference.Query(t, file, "SELECT x FROM t")[0][0]
		if got := sortValue(text); !reflect.DeepEqual(got, want) {
			t.Errorf("%q: got %T %v, want %T %v", text, got, got, want, want)
		}
	}
}
