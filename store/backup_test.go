package store

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

func putOne(t testing.TB, s *Store, value string) {
	t.Helper()
	must(t, s.Update(t.Context(), "g/a", func(tx *Tx) error { tx.put("g/a", []byte("k"), []byte(value)); return nil }))
}

// wantOne opens the store at path and looks at its one record.
func wantOne(t testing.TB, path, want string) {
	t.Helper()
	s, err := Open(path, Options{})
	must(t, err)
	defer s.Close()
	must(t, s.View(t.Context(), "g/a", func(tx *Tx) error {
		if v, _ := tx.get("g/a", []byte("k")); string(v) != want {
			t.Errorf("%s holds %q, want %q", path, v, want)
		}
		return nil
	}))
}

// wantFiles looks at the names in a folder: nothing half-made may stay.
func wantFiles(t testing.TB, dir string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	must(t, err)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if strings.Join(names, " ") != strings.Join(want, " ") {
		t.Errorf("files %q, want %q", names, want)
	}
}

func TestBackup(t *testing.T) {
	t.Parallel()
	s := openTestStore(t, Options{})
	dir := t.TempDir()
	path := filepath.Join(dir, "backup.db")
	putOne(t, s, "old")
	must(t, s.Backup(t.Context(), path))
	info, err := os.Stat(path)
	must(t, err)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
	putOne(t, s, "new")
	if err := s.Backup(t.Context(), path); !errors.Is(err, ErrExists) || !strings.Contains(err.Error(), path) {
		t.Errorf("onto a backup: %v", err)
	}
	if err := s.Backup(t.Context(), s.Path()); !errors.Is(err, ErrExists) {
		t.Errorf("onto itself: %v", err)
	}
	if err := s.Backup(t.Context(), filepath.Join(dir, "none", "backup.db")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no folder: %v", err)
	}
	wantOne(t, path, "old")
	wantFiles(t, dir, "backup.db")

	must(t, os.WriteFile(filepath.Join(dir, "next.db.partial"), []byte("of another"), 0o600))
	err = s.Backup(t.Context(), filepath.Join(dir, "next.db"))
	if err == nil || !strings.Contains(err.Error(), "remove it if so") {
		t.Errorf("a partial file: %v", err)
	}
	wantFiles(t, dir, "backup.db", "next.db.partial") // it is not ours to remove
}

func TestBackupWhileWriting(t *testing.T) {
	t.Parallel()
	s := openTestStore(t, Options{})
	stop := make(chan struct{})
	var group sync.WaitGroup
	group.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			err := s.Update(context.Background(), "g/a", func(tx *Tx) error {
				tx.put("g/a", fillKey(i%100), bytes.Repeat([]byte{byte(i)}, i%3000))
				return nil
			})
			if err != nil {
				t.Error(err)
				return
			}
		}
	})
	for _, name := range []string{"1", "2", "3"} {
		must(t, s.Backup(t.Context(), filepath.Join(t.TempDir(), name))) // it proves what it made
	}
	close(stop)
	group.Wait()
}

func TestBackupOfADamagedStore(t *testing.T) {
	t.Parallel()
	path := damagedStore(t)
	s, err := Open(path, Options{})
	must(t, err)
	defer s.Close()
	dir := t.TempDir()
	if err := s.Backup(t.Context(), filepath.Join(dir, "backup.db")); !errors.Is(err, ErrDamaged) {
		t.Errorf("%v, want ErrDamaged", err)
	}
	wantFiles(t, dir)
	var out bytes.Buffer
	if err := s.BackupTo(t.Context(), &out); !errors.Is(err, ErrDamaged) || out.Len() != 0 {
		t.Errorf("%v and %d bytes, want ErrDamaged and none", err, out.Len())
	}
	wantFiles(t, filepath.Dir(path), "rewind.db")
}

// damagedStore is a store that opens and has one damaged record.
func damagedStore(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "rewind.db")
	s, err := Open(path, Options{})
	must(t, err)
	putOne(t, s, "some answer")
	must(t, s.Close())
	file, err := os.ReadFile(path)
	must(t, err)
	must(t, os.WriteFile(path, bytes.ReplaceAll(file, []byte("some answer"), []byte("same answer")), 0o600))
	return path
}

func TestBackupTo(t *testing.T) {
	t.Parallel()
	s := openTestStore(t, Options{})
	putOne(t, s, "v")
	var out bytes.Buffer
	must(t, s.BackupTo(t.Context(), &out))
	path := filepath.Join(t.TempDir(), "backup.db")
	must(t, os.WriteFile(path, out.Bytes(), 0o600))
	wantOne(t, path, "v")
	gone := errors.New("gone")
	if err := s.BackupTo(t.Context(), writerFunc(func([]byte) (int, error) { return 0, gone })); !errors.Is(err, gone) {
		t.Errorf("a receiver that is gone: %v", err)
	}
	wantFiles(t, filepath.Dir(s.Path()), "rewind.db", "rewind.db.running")
}

// A receiver that takes nothing holds no snapshot: what is written meanwhile is written.
func TestBackupToASlowReceiver(t *testing.T) {
	t.Parallel()
	s := openTestStore(t, Options{})
	open := -1
	must(t, s.BackupTo(t.Context(), writerFunc(func(p []byte) (int, error) {
		open = s.engine.(*boltEngine).db.Stats().OpenTxN
		return len(p), nil
	})))
	if open != 0 {
		t.Errorf("%d snapshots were open", open)
	}
}

func TestRestore(t *testing.T) {
	t.Parallel()
	s := openTestStore(t, Options{})
	putOne(t, s, "saved")
	dir := t.TempDir()
	backup := filepath.Join(dir, "backup.db")
	must(t, s.Backup(t.Context(), backup))
	damaged := damagedStore(t)
	newer := filepath.Join(dir, "newer.db")
	newerStore(t, newer, 2)
	empty := filepath.Join(dir, "empty.db")
	must(t, openTestBolt(t, empty).close())

	const absent, present, held, ruined = "absent", "present", "held", "ruined"
	tests := []struct {
		name, from, to string
		force          bool
		want           error // nil: it succeeds
	}{
		{"onto nothing", backup, absent, false, nil},
		{"onto nothing by force", backup, absent, true, nil},
		{"onto a store", backup, present, false, ErrExists},
		{"onto a store by force", backup, present, true, nil},
		{"onto a store in use", backup, held, false, ErrExists},
		{"onto a store in use by force", backup, held, true, ErrLocked},
		{"onto a ruin", backup, ruined, false, ErrExists},
		{"onto a ruin by force", backup, ruined, true, nil}, // when one restores, the store is often damaged
		{"from a damaged backup", damaged, present, true, ErrDamaged},
		{"from a newer backup", newer, present, true, ErrNewer},
		{"from nothing", filepath.Join(dir, "none.db"), present, true, fs.ErrNotExist},
		{"from a store in use", s.Path(), absent, false, ErrLocked},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			to := filepath.Join(t.TempDir(), "rewind.db")
			var running *Store
			switch test.to {
			case present, held:
				old, err := Open(to, Options{})
				must(t, err)
				putOne(t, old, "old")
				if running = old; test.to == present {
					must(t, old.Close())
				}
			case ruined:
				must(t, os.WriteFile(to, []byte("ruin"), 0o600))
			}
			err := Restore(t.Context(), test.from, to, test.force)
			if !errors.Is(err, test.want) {
				t.Fatalf("%v, want %v", err, test.want)
			}
			if test.to == held {
				must(t, running.Close())
			}
			want := map[bool]string{true: "saved", false: "old"}[test.want == nil]
			switch {
			case test.want != nil && test.to == absent:
				wantFiles(t, filepath.Dir(to))
			case test.want != nil && test.to == ruined:
				wantFiles(t, filepath.Dir(to), "rewind.db")
			default:
				wantFiles(t, filepath.Dir(to), "rewind.db")
				wantRestored(t, to, test.want == nil)
				wantOne(t, to, want)
			}
		})
	}
	t.Run("from an empty store", func(t *testing.T) {
		t.Parallel()
		err := Restore(t.Context(), empty, filepath.Join(t.TempDir(), "rewind.db"), false)
		if err == nil || !strings.Contains(err.Error(), "it is empty") {
			t.Errorf("%v", err)
		}
	})
	t.Run("from itself", func(t *testing.T) {
		t.Parallel()
		err := Restore(t.Context(), backup, backup, true)
		if err == nil || !strings.Contains(err.Error(), "the same file") {
			t.Errorf("%v", err)
		}
	})
}

// wantRestored looks at the mark that a restore leaves, below Open, which takes it away.
func wantRestored(t *testing.T, path string, want bool) {
	t.Helper()
	e, err := openBolt(path, boltOptions{})
	must(t, err)
	s := &Store{path: path, engine: e}
	defer s.Close()
	at, ok, err := s.restored(t.Context())
	must(t, err)
	if ok != want || ok && time.Since(at).Abs() > time.Hour {
		t.Errorf("restored: %v, %v, want %v", at, ok, want)
	}
}

func TestRestoreKeepsALink(t *testing.T) {
	t.Parallel()
	s := openTestStore(t, Options{})
	putOne(t, s, "saved")
	backup := filepath.Join(t.TempDir(), "backup.db")
	must(t, s.Backup(t.Context(), backup))
	volume, dir := t.TempDir(), t.TempDir()
	target, link := filepath.Join(volume, "data.db"), filepath.Join(dir, "rewind.db")
	old, err := Open(target, Options{})
	must(t, errors.Join(err, old.Close()))
	if err := os.Symlink(target, link); err != nil {
		t.Fatal(err)
	}
	must(t, Restore(t.Context(), backup, link, true))
	wantOne(t, target, "saved")
	if to, err := os.Readlink(link); err != nil || to != target {
		t.Errorf("the link leads to %q (%v)", to, err)
	}
}

func TestHoldStill(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "rewind.db")
	s, err := Open(path, Options{})
	must(t, errors.Join(err, s.Close()))
	release, err := holdStill(path)
	must(t, err)
	if _, err := Open(path, Options{}); !errors.Is(err, ErrLocked) {
		t.Errorf("a store that is being replaced: %v", err)
	}
	release()
	wantOne(t, path, "")
}

// Rewind that waited for the lock while a restore replaced the file works on the new file.
func TestOpenAfterARestore(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path, other := filepath.Join(dir, "rewind.db"), filepath.Join(dir, "other.db")
	for p, v := range map[string]string{path: "old", other: "new"} {
		s, err := Open(p, Options{})
		must(t, err)
		putOne(t, s, v)
		must(t, s.Close())
	}
	e, err := openBoltOnce(path, false) // as far as the lock
	must(t, err)
	must(t, os.Rename(other, path))
	if same, err := sameFile(path, e.file); err != nil || same {
		t.Errorf("the replaced file passes for the new one (%v)", err)
	}
	must(t, e.db.Close())
	wantOne(t, path, "new")
}
