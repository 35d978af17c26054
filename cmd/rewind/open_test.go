package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rewind/store"
)

// What another process says of a file, or how it ends, is what is told of it.
func TestHear(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("no sh here to play the other process")
	}
	tests := []struct {
		name, script string
		want         error
		says         string
	}{
		{"nothing is wrong", "", nil, ""},
		{"damaged", `echo '{"message":"page 7 is damaged","kind":"damaged"}'`, store.ErrDamaged, "page 7 is damaged"},
		{"in use", `echo '{"message":"it is in use","kind":"locked"}'`, store.ErrLocked, "in use"},
		{"too new", `echo '{"message":"it is newer","kind":"newer"}'`, store.ErrNewer, "newer"},
		{"it could not be read", `echo '{"message":"permission denied"}'`, nil, "permission denied"},
		{"it panicked", `echo 'fatal error: stack overflow' >&2; echo more >&2; exit 2`, store.ErrDamaged, "ended with exit status 2: fatal error: stack overflow"},
		{"it was killed", `kill -9 $$`, store.ErrDamaged, "signal: killed"},
		{"gibberish", `echo hello`, nil, "understand"},
	}
	for _, test := range tests {
		err := hear(exec.CommandContext(t.Context(), "sh", "-c", test.script))
		if test.want != nil && !errors.Is(err, test.want) || (err == nil) != (test.says == "") {
			t.Errorf("%s: %v", test.name, err)
		}
		if err != nil && (!strings.Contains(err.Error(), test.says) || strings.Contains(err.Error(), "more")) {
			t.Errorf("%s: %v, want %q", test.name, err, test.says)
		}
	}
}

// The newest copy is the newest that is whole: neither the store itself, nor a damaged one, nor a file of another kind.
func TestNewestCopy(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "-rewind.db") // a name like a flag is a name
	if _, _, found := newestCopy(t.Context(), path); found {
		t.Error("found a copy in an empty folder")
	}
	s, err := openStore(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	day := time.Date(2026, 3, 9, 9, 0, 0, 0, time.UTC)
	for i, name := range []string{"monday.db", "-tuesday.db", "wednesday.db", "notes.md"} {
		file := filepath.Join(dir, name)
		if name == "notes.md" {
			err = os.WriteFile(file, []byte(strings.Repeat("# Notes\n", 1000)), 0o600)
		} else {
			err = s.Backup(t.Context(), file)
		}
		if name == "wednesday.db" {
			err = errors.Join(err, os.Truncate(file, 8<<10))
		}
		err = errors.Join(err, os.Chtimes(file, day.AddDate(0, 0, i), day.AddDate(0, 0, i)))
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	got, at, found := newestCopy(t.Context(), path)
	if want := filepath.Join(dir, "-tuesday.db"); !found || got != want || !at.Equal(day.AddDate(0, 0, 1)) {
		t.Errorf("%s of %s, want %s", got, at, want)
	}
}
