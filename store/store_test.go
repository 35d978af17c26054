package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

func openTestStore(t testing.TB, o Options) *Store {
	t.Helper()
	s, err := Open(filepath.Join(t.TempDir(), "rewind.db"), o)
	must(t, err)
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestOpenErrors(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	held, err := Open(filepath.Join(dir, "held.db"), Options{})
	must(t, err)
	defer held.Close()
	foreign := openTestBolt(t, filepath.Join(dir, "foreign.db"))
	fill(t, foreign, "other", 3)
	must(t, foreign.close())
	newerStore(t, filepath.Join(dir, "newer.db"), 7)
	must(t, os.WriteFile(filepath.Join(dir, "notes.md"), []byte("# TCP\n"), 0o600))
	tests := []struct {
		file string
		is   error
		want string
	}{
		{"held.db", ErrLocked, "another Rewind is using it"},
		{"newer.db", ErrNewer, "it was written by a newer Rewind (schema 7, this one knows 1): update Rewind"},
		{"foreign.db", ErrDamaged, `the file is no store of Rewind, or it is damaged: it has "other", but no schema`},
		{"notes.md", ErrDamaged, "the file is no store of Rewind, or it is damaged: invalid database"},
		{"none/rewind.db", os.ErrNotExist, "there is no folder " + filepath.Join(dir, "none") + ": file does not exist"},
	}
	for _, test := range tests {
		path := filepath.Join(dir, test.file)
		_, err := Open(path, Options{})
		if err == nil || err.Error() != "open store "+path+": "+test.want {
			t.Errorf("%s: %v, want %s", test.file, err, test.want)
		}
		if !errors.Is(err, test.is) {
			t.Errorf("%s: %v is not %v", test.file, err, test.is)
		}
	}
	if held.Path() != filepath.Join(dir, "held.db") {
		t.Errorf("path %s", held.Path())
	}
}

// newerStore makes a store that claims a schema.
func newerStore(t *testing.T, path string, schema int) {
	t.Helper()
	s, err := Open(path, Options{})
	must(t, err)
	must(t, s.Update(t.Context(), systemScope, func(tx *Tx) error { return tx.putSchema(schemaRecord{Schema: schema}) }))
	must(t, s.Close())
}

func TestTransaction(t *testing.T) {
	t.Parallel()
	s := openTestStore(t, Options{Twice: true})
	must(t, s.Update(t.Context(), groupScope("a"), func(tx *Tx) error {
		if tx.Scope() != "g/a" {
			t.Errorf("scope %s", tx.Scope())
		}
		tx.put("g/a", []byte("k"), []byte("v"))
		tx.put(indexSpace, []byte("i"), nil)
		if tx.insert("g/a", []byte("k"), nil) || !tx.insert("g/a", []byte("new"), []byte("n")) {
			t.Error("insert")
		}
		tx.delete("g/a", []byte("none"))
		return nil
	}))
	must(t, s.View(t.Context(), systemScope, func(tx *Tx) error {
		if v, ok := tx.get("g/a", []byte("k")); !ok || string(v) != "v" {
			t.Errorf("k = %q, %v", v, ok)
		}
		if v, ok := tx.get(indexSpace, []byte("i")); !ok || len(v) != 0 {
			t.Errorf("i = %q, %v", v, ok)
		}
		var got []string
		for k, v := range tx.scan("g/a", nil, nil, true) {
			got = append(got, string(k)+string(v))
		}
		if want := []string{"newn", "kv"}; !slices.Equal(got, want) {
			t.Errorf("scan %q, want %q", got, want)
		}
		return nil
	}))
}

func TestTransactionOwns(t *testing.T) {
	t.Parallel()
	s := openTestStore(t, Options{})
	tests := []struct {
		scope, space string
		ok           bool
	}{
		{"g/a", "g/a", true},
		{"g/a", indexSpace, true},
		{"g/a", "g/b", false},
		{"g/a", systemScope, false},
		{"g/a", bankSpace("v1"), false},
		{systemScope, systemScope, true},
		{systemScope, indexSpace, true},
		{systemScope, bankSpace("v1"), true},
		{systemScope, "g/a", false},
		{bankSpace("v1"), bankSpace("v1"), false}, // a bank is no scope
		{"g/a", "", false},
		{"", "", false},
	}
	for _, test := range tests {
		writes := map[string]func(tx *Tx){
			"put":    func(tx *Tx) { tx.put(test.space, []byte("k"), nil) },
			"insert": func(tx *Tx) { tx.insert(test.space, []byte("k"), nil) },
			"delete": func(tx *Tx) { tx.delete(test.space, []byte("k")) },
		}
		for name, write := range writes {
			err := s.Update(t.Context(), test.scope, func(tx *Tx) error { write(tx); return nil })
			if test.space == "" && name == "delete" {
				continue // there is nothing to delete
			}
			if (err == nil) != test.ok {
				t.Errorf("%s of %s in a transaction of %s: %v", name, test.space, test.scope, err)
			}
			err = s.View(t.Context(), test.scope, func(tx *Tx) error { write(tx); return nil })
			if !errors.Is(err, errInView) {
				t.Errorf("%s in a view: %v", name, err)
			}
		}
	}
}

func TestErrorSticks(t *testing.T) {
	t.Parallel()
	s := openTestStore(t, Options{})
	must(t, s.Update(t.Context(), "g/a", func(tx *Tx) error { tx.put("g/a", []byte("k"), []byte("v")); return nil }))
	first, second := errors.New("first"), errors.New("second")
	var late *Tx
	closure := func(end error) func(tx *Tx) error {
		return func(tx *Tx) error {
			late = tx
			tx.put("g/a", []byte("before"), nil)
			tx.fail(first)
			tx.fail(second)
			if v, ok := tx.get("g/a", []byte("k")); v != nil || ok {
				t.Errorf("get after an error: %q, %v", v, ok)
			}
			for k := range tx.scan("g/a", nil, nil, false) {
				t.Errorf("scan after an error: %q", k)
			}
			if tx.insert("g/a", []byte("after"), nil) {
				t.Error("insert after an error")
			}
			tx.put("g/a", []byte("after"), nil)
			tx.delete("g/a", []byte("k"))
			if tx.Err() != first {
				t.Errorf("Err = %v", tx.Err())
			}
			return end
		}
	}
	for _, end := range []error{nil, second} { // second may follow from reads that returned nothing
		if err := s.Update(t.Context(), "g/a", closure(end)); err != first {
			t.Errorf("ended with %v: %v", end, err)
		}
	}
	if err := s.Update(t.Context(), "g/a", closure(fmt.Errorf("ask: %w", first))); err == nil || err.Error() != "ask: first" {
		t.Errorf("a fact was added: %v", err)
	}
	if v, ok := late.get("g/a", []byte("k")); ok || late.Err() != errOver {
		t.Errorf("after its end a transaction reads %q (%v)", v, late.Err())
	}
	must(t, s.View(t.Context(), "g/a", func(tx *Tx) error {
		keys := 0
		for range tx.scan("g/a", nil, nil, false) {
			keys++
		}
		if keys != 1 {
			t.Errorf("%d records are left, want 1", keys)
		}
		return nil
	}))
}

// A scan ends when its loop fails, so a loop over thousands need not look at Err.
func TestScanEndsWithAnError(t *testing.T) {
	t.Parallel()
	s := openTestStore(t, Options{})
	turns := 0
	err := s.Update(t.Context(), "g/a", func(tx *Tx) error {
		for i := range 10 {
			tx.put("g/a", fillKey(i), nil)
		}
		for range tx.scan("g/a", nil, nil, false) {
			turns++
			tx.put("g/b", []byte("k"), nil)
		}
		return nil
	})
	if err == nil || turns != 1 {
		t.Errorf("%d turns, %v", turns, err)
	}
}

func TestTwice(t *testing.T) {
	t.Parallel()
	s := openTestStore(t, Options{Twice: true})
	put := func(tx *Tx, k, v string) { tx.put("g/a", []byte(k), []byte(v)) }
	runs := 0
	tests := []struct {
		name string
		fn   func(tx *Tx) error
		want string // in the error; empty: none
	}{
		{"the same", func(tx *Tx) error { put(tx, "k", "v"); return nil }, ""},
		{"an increment", func(tx *Tx) error { // reads the state before the rehearsal, not after it
			v, _ := tx.get("g/a", []byte("n"))
			put(tx, "n", string(v)+".")
			return nil
		}, ""},
		{"chance", func(tx *Tx) error { put(tx, "k", fmt.Sprint(rand.Uint64())); return nil }, "different things"},
		{"another key", func(tx *Tx) error { put(tx, fmt.Sprint(runs), ""); return nil }, "different things"},
		{"put, then delete", func(tx *Tx) error {
			if runs%2 == 0 {
				put(tx, "k", "")
			} else {
				tx.delete("g/a", []byte("k"))
			}
			return nil
		}, "different things"},
		{"more the second time", func(tx *Tx) error {
			put(tx, "k", "")
			if runs%2 == 1 {
				put(tx, "l", "")
			}
			return nil
		}, "1 times, then 2 times"},
		{"fails the second time", func(tx *Tx) error {
			if runs%2 == 1 {
				return errors.New("sorry")
			}
			return nil
		}, "ended differently"},
		{"fails both times", func(tx *Tx) error { put(tx, "k", ""); return errors.New("sorry") }, "sorry"},
		{"panics", func(tx *Tx) error { panic("bug") }, "bug"},
	}
	for _, test := range tests {
		runs = -1
		err := s.Update(t.Context(), "g/a", func(tx *Tx) error { runs++; return test.fn(tx) })
		if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
	}
	must(t, s.View(t.Context(), "g/a", func(tx *Tx) error {
		if v, _ := tx.get("g/a", []byte("k")); string(v) != "v" {
			t.Errorf("k = %q: a refused update was kept", v)
		}
		if v, _ := tx.get("g/a", []byte("n")); string(v) != "." {
			t.Errorf("n = %q: the rehearsal was kept", v)
		}
		return nil
	}))
}

func TestTwiceTogether(t *testing.T) {
	t.Parallel()
	s := openTestStore(t, Options{Twice: true})
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			err := s.Update(context.Background(), "g/a", func(tx *Tx) error {
				v, _ := tx.get("g/a", []byte("n"))
				tx.put("g/a", []byte("n"), append(bytes.Clone(v), '.'))
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
}

// A flipped bit in the file is never read as another value.
func TestFlippedBit(t *testing.T) {
	t.Parallel()
	s := openTestStore(t, Options{})
	put := func(k, v string) {
		must(t, s.Update(t.Context(), "g/a", func(tx *Tx) error { tx.put("g/a", []byte(k), []byte(v)); return nil }))
	}
	for i := range 20 {
		put(fmt.Sprintf("k%02d", i), fmt.Sprintf("the answer number %02d", i))
	}
	must(t, s.Close())
	file, err := os.ReadFile(s.Path())
	must(t, err)
	broken := bytes.ReplaceAll(file, []byte("the answer number 07"), []byte("the answer number 17"))
	must(t, os.WriteFile(s.Path(), broken, 0o600))
	s, err = Open(s.Path(), Options{})
	must(t, err)
	defer s.Close()
	const want = `record "k07" in g/a is damaged`
	read := func(key string) error {
		return s.View(t.Context(), "g/a", func(tx *Tx) error {
			if v, ok := tx.get("g/a", []byte(key)); ok && !strings.HasSuffix(string(v), key[1:]) {
				t.Errorf("%s = %q", key, v)
			}
			return nil
		})
	}
	must(t, read("k06"))
	must(t, read("k17"))
	scan := s.View(t.Context(), "g/a", func(tx *Tx) error {
		n := 0
		for range tx.scan("g/a", nil, nil, false) {
			n++
		}
		if n != 7 {
			t.Errorf("the scan showed %d records before the damaged one, want 7", n)
		}
		return nil
	})
	for name, err := range map[string]error{
		"get": read("k07"), "scan": scan, "check": s.CheckEngine(t.Context(), nil),
	} {
		if !errors.Is(err, ErrDamaged) || err.Error() != want {
			t.Errorf("%s: %v, want %s", name, err, want)
		}
	}
	put("k07", "written anew")
	must(t, s.CheckEngine(t.Context(), nil))
}

func TestCheckEngineShowsProgress(t *testing.T) {
	t.Parallel()
	s := openTestStore(t, Options{})
	const n = 2*progressStep + 5
	must(t, s.Update(t.Context(), "g/a", func(tx *Tx) error {
		for i := range n {
			tx.put("g/a", fillKey(i), nil)
		}
		return nil
	}))
	var got []string
	must(t, s.CheckEngine(t.Context(), func(done, total int) { got = append(got, fmt.Sprint(done, "/", total)) }))
	const total = n + 1 // and the schema
	if want := []string{fmt.Sprint(1000, "/", total), fmt.Sprint(2000, "/", total), fmt.Sprint(total, "/", total)}; !slices.Equal(got, want) {
		t.Errorf("progress %q, want %q", got, want)
	}
	ctx, cancel := context.WithCancel(t.Context())
	err := s.CheckEngine(ctx, func(done, total int) { cancel() })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// CheckEngine and updates go on at the same time.
func TestCheckEngineWhileWriting(t *testing.T) {
	t.Parallel()
	s := openTestStore(t, Options{})
	var group sync.WaitGroup
	for i := range 4 {
		group.Go(func() {
			for n := range 50 {
				err := s.Update(context.Background(), "g/a", func(tx *Tx) error {
					tx.put("g/a", fmt.Append(nil, i, n), make([]byte, 500))
					tx.delete("g/a", fmt.Append(nil, i, n-10))
					return nil
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	for range 20 {
		must(t, s.CheckEngine(t.Context(), nil))
	}
	group.Wait()
}
