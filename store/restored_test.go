package store

import (
	"errors"
	"path/filepath"
	"testing"
	"time"
)

// restoredCopy is the path of a store that was restored from a busy one and not opened since.
func restoredCopy(t *testing.T) string {
	t.Helper()
	s := busyStore(t, Options{})
	inGroup(t, s, func(tx *Tx) { // the backup of a restored store
		g, _ := tx.Group()
		g.Restored = noon
		tx.PutGroup(g)
	})
	_, err := s.ClaimHome(t.Context(), Home{"discord", "new", "new", noon}) // its group is not written yet
	must(t, err)
	dir := t.TempDir()
	backup, path := filepath.Join(dir, "backup.db"), filepath.Join(dir, "rewind.db")
	must(t, s.Backup(t.Context(), backup))
	must(t, Restore(t.Context(), backup, path, false))
	return path
}

func wantDoubt(t *testing.T, s *Store) {
	t.Helper()
	if _, ok, err := s.restored(t.Context()); ok || err != nil {
		t.Errorf("the mark of the restore: %v, %v", ok, err)
	}
	for _, id := range []string{"a", "b"} {
		must(t, s.ViewGroup(t.Context(), id, func(tx *Tx) error {
			if g, ok := tx.Group(); !ok || time.Since(g.Restored).Abs() > time.Hour {
				t.Errorf("group %s was restored at %v", id, g.Restored)
			}
			letters := 0
			for l := range tx.Letters() {
				letters++
				want := l.Due
				if l.ID == "notice/1" {
					want = noon.Add(-time.Hour) // the earliest attempt stays what it was
				}
				if !l.Unsure.Equal(want) {
					t.Errorf("%s of group %s is unsure since %v, want %v", l.ID, id, l.Unsure, want)
				}
			}
			for l := range tx.Buried() {
				if !l.Unsure.IsZero() {
					t.Errorf("%s is buried and yet unsure", l.ID)
				}
			}
			if letters != 4 {
				t.Errorf("%d letters, want 4", letters)
			}
			return nil
		}))
	}
	must(t, s.ViewGroup(t.Context(), "new", func(tx *Tx) error {
		if g, ok := tx.Group(); ok {
			t.Errorf("a group that was never written is %v", g)
		}
		return nil
	}))
	if got := codes(t, s, ""); len(got) != 0 {
		t.Errorf("the restored store has %v", got)
	}
}

func TestOpenDoubtsRestoredLetters(t *testing.T) {
	t.Parallel()
	path := restoredCopy(t)
	s, err := Open(path, Options{Twice: true})
	must(t, err)
	wantDoubt(t, s)
	must(t, s.Close())
	first := dump(t, path)
	s, err = Open(path, Options{})
	must(t, err)
	must(t, s.Close())
	if dump(t, path) != first {
		t.Error("opening it again changed it")
	}
}

// Opening may be cut off at each of its commits, before or after it is on the disk: the next one ends the work.
func TestOpenIsCutOffInDoubt(t *testing.T) {
	t.Parallel()
	for _, op := range []string{"commit", "committed"} {
		for n := 1; ; n++ {
			path := restoredCopy(t)
			commits := 0
			s, err := Open(path, Options{Fault: func(at string) error {
				if at == op {
					commits++
				}
				if at == op && commits == n {
					return errors.New("power cut")
				}
				return nil
			}})
			if err == nil {
				must(t, s.Close())
				if n < 4 { // two groups and the mark
					t.Errorf("opening took %d commits", n-1)
				}
				break
			}
			if !errors.Is(err, ErrDisk) {
				t.Fatal(err)
			}
			s, err = Open(path, Options{})
			must(t, err)
			wantDoubt(t, s)
			must(t, s.Close())
		}
	}
}

// A store that was never restored is opened as it is.
func TestOpenDoubtsNothing(t *testing.T) {
	t.Parallel()
	s := busyStore(t, Options{})
	must(t, s.Close())
	before := dump(t, s.Path())
	again, err := Open(s.Path(), Options{})
	must(t, err)
	must(t, again.Close())
	if dump(t, s.Path()) != before {
		t.Error("opening it changed it")
	}
}
