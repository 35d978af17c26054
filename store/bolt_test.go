package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func openTestBolt(t testing.TB, path string) *boltEngine {
	t.Helper()
	e, err := openBolt(path, boltOptions{})
	must(t, err)
	t.Cleanup(func() {
		if err := e.close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

func TestOpenBoltRefuses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	good := filepath.Join(dir, "good.db")
	must(t, openTestBolt(t, good).close())
	whole, err := os.ReadFile(good)
	must(t, err)
	tests := []struct {
		name    string
		content []byte
		want    error
	}{
		{"text", []byte(strings.Repeat("# a note, not a store\n", 1000)), ErrDamaged},
		{"short text", []byte("x"), ErrDamaged},
		{"head only", whole[:100], ErrDamaged},
		{"cut short", whole[:3*os.Getpagesize()], ErrDamaged}, // the head is good, the pages are gone
		{"zeros", make([]byte, len(whole)), ErrDamaged},
	}
	for _, test := range tests {
		path := filepath.Join(dir, test.name)
		must(t, os.WriteFile(path, test.content, 0o600))
		if _, err := openBolt(path, boltOptions{}); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", test.name, err, test.want)
		}
		if after, err := os.ReadFile(path); err != nil || !bytes.Equal(after, test.content) {
			t.Errorf("%s: the file was changed (%v)", test.name, err)
		}
	}
	if _, err := openBolt(filepath.Join(dir, "none", "rewind.db"), boltOptions{}); !errors.Is(err, fs.ErrNotExist) ||
		!strings.Contains(err.Error(), "there is no folder") {
		t.Errorf("no folder: %v", err)
	}
	if _, err := openBolt(dir, boltOptions{}); err == nil || !strings.Contains(err.Error(), "not a file") {
		t.Errorf("a folder: %v", err)
	}
}

func TestOpenBoltLocks(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "rewind.db")
	e := openTestBolt(t, path)
	for _, readOnly := range []bool{false, true} {
		if _, err := openBolt(path, boltOptions{readOnly: readOnly}); err != ErrLocked {
			t.Errorf("read-only %v: %v, want ErrLocked", readOnly, err)
		}
	}
	must(t, e.close())
	openTestBolt(t, path)
}

func TestOpenBoltMakesAPrivateFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "rewind.db")
	must(t, os.WriteFile(path, nil, 0o600)) // an empty file, as of a crash while it was made
	openTestBolt(t, path)
	fresh := filepath.Join(t.TempDir(), "rewind.db")
	openTestBolt(t, fresh)
	info, err := os.Stat(fresh)
	must(t, err)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
}

// TestBoltFindsDamage flips bits all over a file: whatever it hits, the check finds it or every record still reads as it
// was written, and nothing panics, faults or runs for ever.
func TestBoltFindsDamage(t *testing.T) {
	t.Parallel()
	path, want := damageable(t)
	whole, err := os.ReadFile(path)
	must(t, err)
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	must(t, err)
	defer file.Close()
	rnd := rand.New(rand.NewPCG(7, 7))
	found, harmless := 0, 0
	for _, bit := range damagePlaces(len(whole), rnd) {
		at := bit / 8
		_, err := file.WriteAt([]byte{whole[at] ^ 1<<(bit%8)}, int64(at))
		must(t, err)
		err = Prove(t.Context(), path)
		got := ""
		if err == nil {
			got = dump(t, path)
		}
		_, mended := file.WriteAt(whole[at:at+1], int64(at))
		must(t, mended)
		if err != nil {
			if !errors.Is(err, ErrDamaged) {
				t.Fatalf("byte %d: %v, want ErrDamaged", at, err)
			}
			found++
			continue
		}
		harmless++
		if got != want {
			t.Fatalf("byte %d (page %d, offset %d): the damage was not found", at, at/4096, at%4096)
		}
	}
	t.Logf("%d found, %d in places that nothing reads", found, harmless)
	if found == 0 || harmless == 0 {
		t.Error("the test does not reach what it is about")
	}
}

// damageable makes a copy of a store with branches, inline spaces and a list of free pages.
func damageable(t *testing.T) (path, records string) {
	dir := t.TempDir()
	s, err := Open(filepath.Join(dir, "rewind.db"), Options{})
	must(t, err)
	for _, n := range []int{150, 100} {
		must(t, s.Update(t.Context(), "g/a", func(tx *Tx) error {
			for i := range n {
				tx.put("g/a", fillKey(i), bytes.Repeat([]byte{byte(n)}, 30))
				tx.delete("g/a", fillKey(n+i))
			}
			tx.put(indexSpace, fillKey(n), nil)
			return nil
		}))
	}
	path = filepath.Join(dir, "copy.db")
	must(t, errors.Join(s.Backup(t.Context(), path), s.Close()))
	return path, dump(t, path)
}

// damagePlaces are bits of the file: all at the head of each page and some others.
func damagePlaces(size int, rnd *rand.Rand) (bits []int) {
	for page := 0; page < size; page += 4096 {
		for bit := range 48 * 8 {
			bits = append(bits, page*8+bit)
		}
		for range 40 {
			bits = append(bits, page*8+rnd.IntN(4096*8))
		}
	}
	return bits
}

func dump(t *testing.T, path string) string {
	t.Helper()
	e, err := openBolt(path, boltOptions{readOnly: true})
	must(t, err)
	defer e.close()
	var records strings.Builder
	must(t, e.view(t.Context(), func(r reader) error {
		return eachRecord(t.Context(), r, func(space string, p pair) {
			fmt.Fprintf(&records, "%s %s %s\n", space, p.key, p.value)
		})
	}))
	return records.String()
}

func FuzzParseElements(f *testing.F) {
	f.Add([]byte{}, true)
	f.Add(slices.Concat(make([]byte, 10), []byte{1, 0, 0, 0, 0, 0}, // one record
		[]byte{0, 0, 0, 0, 16, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0}, []byte("kvv")), false)
	f.Add(slices.Concat(make([]byte, 10), []byte{1, 0, 0, 0, 0, 0}, // one child
		[]byte{16, 0, 0, 0, 1, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0}, []byte("k")), true)
	f.Fuzz(func(t *testing.T, b []byte, branch bool) {
		if len(b) < pageHeader {
			return // read never returns less
		}
		kind := uint16(leafKind)
		if branch {
			kind = branchKind
		}
		list, ok := parseElements(b, kind)
		total := pageHeader + len(list)*pageElement
		for _, e := range list {
			total += len(e.value)
		}
		if ok && total > len(b) {
			t.Errorf("%d bytes of elements in a page of %d", total, len(b))
		}
	})
}

// A view that is open for long, as of a backup, does not keep updates waiting when the file grows.
func TestBoltGrowsUnderAView(t *testing.T) {
	t.Parallel()
	e := openTestBolt(t, filepath.Join(t.TempDir(), "rewind.db"))
	view(t, e, func(reader) error {
		update(t, e, func(w writer) error { return w.put("s", []byte("k"), make([]byte, 4<<20)) })
		return nil
	})
}

func TestBoltUpdateWithoutWritesIsFree(t *testing.T) {
	t.Parallel()
	commits := 0
	e, err := openBolt(filepath.Join(t.TempDir(), "rewind.db"), boltOptions{fault: func(op string) error {
		if op == "commit" {
			commits++
		}
		return nil
	}})
	must(t, err)
	defer e.close()
	fill(t, e, "s", 10)
	written := func() int64 {
		stats := e.db.Stats()
		return stats.TxStats.GetWrite()
	}
	before := written()
	sorry := errors.New("sorry")
	for _, end := range []error{nil, sorry} {
		err := e.update(t.Context(), "s", func(w writer) error {
			_, err := w.insert("s", fillKey(1), nil)        // is there
			must(t, w.delete("s", []byte("never written"))) // is not there
			return errors.Join(err, end)
		})
		if !errors.Is(err, end) {
			t.Errorf("%v, want %v", err, end)
		}
	}
	if after := written(); after != before || commits != 1 {
		t.Errorf("%d commits, %d writes; the disk was written to for nothing", commits, after-before)
	}
}

func TestBoltBackupEndsWithItsContext(t *testing.T) {
	t.Parallel()
	e := openTestBolt(t, filepath.Join(t.TempDir(), "rewind.db"))
	ctx, cancel := context.WithCancel(t.Context())
	err := e.backup(ctx, writerFunc(func(p []byte) (int, error) { cancel(); return len(p), nil }))
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

type writerFunc func(p []byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }
