package store

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func marked(t *testing.T, path string) bool {
	t.Helper()
	_, err := os.Stat(path + ".running")
	return err == nil
}

// The mark comes with the first write and goes when the store is closed in order; reading needs none.
func TestRunningMark(t *testing.T) {
	t.Parallel()
	s := busyStore(t, Options{})
	path := s.Path()
	must(t, s.Close())
	s, err := Open(path, Options{Check: func(context.Context, string) error { return errors.New("no need") }})
	must(t, err)
	must(t, s.View(t.Context(), "g/a", func(tx *Tx) error { return nil }))
	must(t, s.Update(t.Context(), "g/a", func(tx *Tx) error { return nil })) // writes nothing
	if marked(t, path) {
		t.Error("a store that was only read is marked")
	}
	must(t, s.Update(t.Context(), "g/a", func(tx *Tx) error { tx.put("g/a", []byte("k"), nil); return nil }))
	if !marked(t, path) {
		t.Error("a store that was written is not marked")
	}
	must(t, s.Close())
	if marked(t, path) {
		t.Error("a store that was closed is marked")
	}
}

// A link to a store is the same store.
func TestRunningMarkBehindALink(t *testing.T) {
	t.Parallel()
	s := busyStore(t, Options{})
	path := s.Path()
	must(t, s.Close())
	link := filepath.Join(t.TempDir(), "link.db")
	if err := os.Symlink(path, link); err != nil {
		t.Skip("no links here: ", err)
	}
	must(t, os.WriteFile(path+".running", nil, 0o600))
	asked := 0
	s, err := Open(link, Options{Check: func(context.Context, string) error { asked++; return nil }})
	must(t, err)
	must(t, s.Close())
	if asked != 1 || marked(t, path) || marked(t, link) {
		t.Errorf("asked %d times, marked %v and %v", asked, marked(t, path), marked(t, link))
	}
}

// After an unclean stop the file is proved first, and what is found decides; nothing is changed by it.
func TestOpenAfterUncleanStop(t *testing.T) {
	t.Parallel()
	s := busyStore(t, Options{})
	path := s.Path()
	must(t, s.Close())
	must(t, os.WriteFile(path+".running", nil, 0o600))
	before, err := os.ReadFile(path)
	must(t, err)
	sorry := &damage{"page 7 of the store", "the check says so"}
	_, err = Open(path, Options{Check: func(_ context.Context, asked string) error {
		if asked != path {
			t.Errorf("asked of %s", asked)
		}
		return sorry
	}})
	if !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), "unclean stop") || !strings.Contains(err.Error(), path) {
		t.Errorf("%v, want what the check says", err)
	}
	if after, err := os.ReadFile(path); err != nil || string(after) != string(before) || !marked(t, path) {
		t.Errorf("a file that was refused was changed (%v), or its mark is gone", err)
	}
	s, err = Open(path, Options{}) // it is proved in this process, and sound
	must(t, err)
	must(t, s.Close())
	if marked(t, path) {
		t.Error("a store that was proved and closed is marked")
	}
}

// Without somebody to ask, the file is proved where it is opened: a flipped bit in a record is found before anything is
// read from it.
func TestOpenProvesAfterUncleanStop(t *testing.T) {
	t.Parallel()
	s := busyStore(t, Options{})
	path := s.Path()
	must(t, s.Close())
	file, err := os.ReadFile(path)
	must(t, err)
	at := strings.LastIndex(string(file), `"accounts"`)
	file[at] ^= 1
	must(t, os.WriteFile(path, file, 0o600))
	s, err = Open(path, Options{})
	must(t, err) // nobody has looked
	must(t, s.Close())
	must(t, os.WriteFile(path+".running", nil, 0o600))
	if _, err := Open(path, Options{}); !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), "record") {
		t.Errorf("%v, want the damaged record", err)
	}
	for _, size := range []int64{0, -1} { // a file that is being made, and none at all
		if size < 0 {
			must(t, os.Remove(path))
		} else {
			must(t, os.Truncate(path, size))
		}
		s, err := Open(path, Options{})
		must(t, err)
		must(t, s.Close())
		must(t, os.WriteFile(path+".running", nil, 0o600))
	}
}

// What could not be written leaves the mark, however orderly the end is.
func TestRunningMarkAfterAFailedWrite(t *testing.T) {
	t.Parallel()
	for _, mends := range []bool{true, false} {
		path := filepath.Join(t.TempDir(), "rewind.db")
		failing := false
		s, err := Open(path, Options{Fault: func(string) error {
			if failing {
				return errors.New("disk full")
			}
			return nil
		}})
		must(t, err)
		failing = true
		if !mends {
			must(t, os.Rename(path, path+".away"))
		}
		err = s.Update(t.Context(), "g/a", func(tx *Tx) error { tx.put("g/a", []byte("k"), nil); return nil })
		if !errors.Is(err, ErrDisk) {
			t.Errorf("%v, want ErrDisk", err)
		}
		must(t, s.Close())
		if marked(t, path) == mends {
			t.Errorf("opened anew: %v, marked: %v", mends, marked(t, path))
		}
	}
}
