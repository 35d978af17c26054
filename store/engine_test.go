package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

func TestBoltIsAnEngine(t *testing.T) {
	t.Parallel()
	testEngine(t, func(t *testing.T, dir string) engine { return openTestBolt(t, filepath.Join(dir, "rewind.db")) })
}

// testEngine is the contract of an engine. open opens the store in dir, or makes one there.
func testEngine(t *testing.T, open func(t *testing.T, dir string) engine) {
	tests := []struct {
		name string
		run  func(t *testing.T, e engine)
	}{
		{"records", testRecords},
		{"limits", testLimits},
		{"scan", testScan},
		{"scan while writing", testScanWhileWriting},
		{"scan back over deleted records", testScanBackOverDeleted},
		{"spaces", testSpaces},
		{"a failed update leaves nothing", testFailedUpdate},
		{"snapshot", testSnapshot},
		{"claim", testClaim},
		{"serial", testSerial},
		{"context", testContext},
		{"check", func(t *testing.T, e engine) { fill(t, e, "a", 1000); must(t, e.check(t.Context())) }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.run(t, open(t, t.TempDir()))
		})
	}
	t.Run("durable", func(t *testing.T) { t.Parallel(); testDurable(t, open) })
	t.Run("backup", func(t *testing.T) { t.Parallel(); testBackup(t, open) })
	t.Run("model", func(t *testing.T) { t.Parallel(); testModel(t, open) })
}

func testRecords(t *testing.T, e engine) {
	update(t, e, func(w writer) error {
		wantRecord(t, w, "a", "k", "", false)
		must(t, w.delete("a", []byte("k"))) // neither space nor key is there
		must(t, w.put("a", []byte("k"), []byte("1")))
		must(t, w.put("a", []byte("empty"), nil)) // is there all the same
		wantRecord(t, w, "a", "k", "1", true)     // its own writes are seen
		wantRecord(t, w, "a", "empty", "", true)
		wantRecord(t, w, "b", "k", "", false) // spaces are apart
		wantInsert(t, w, "k", "2", false)
		wantInsert(t, w, "new", "3", true)
		wantInsert(t, w, "empty", "4", false)
		return nil
	})
	update(t, e, func(w writer) error {
		wantRecord(t, w, "a", "k", "1", true)
		wantRecord(t, w, "a", "new", "3", true)
		wantRecord(t, w, "a", "empty", "", true)
		must(t, w.delete("a", []byte("k")))
		wantRecord(t, w, "a", "k", "", false)
		wantInsert(t, w, "k", "5", true) // what was deleted may be claimed
		return nil
	})
	view(t, e, func(r reader) error {
		wantRecord(t, r, "a", "k", "5", true)
		return nil
	})
}

func testLimits(t *testing.T, e engine) {
	long := bytes.Repeat([]byte("k"), maxKey)
	big := bytes.Repeat([]byte("v"), 3<<20)
	update(t, e, func(w writer) error { return w.put("a", long, big) })
	view(t, e, func(r reader) error {
		wantRecord(t, r, "a", string(long), string(big), true)
		return nil
	})
	for _, key := range [][]byte{nil, {}, append(long, 'k')} {
		err := e.update(t.Context(), "a", func(w writer) error { return w.put("a", key, nil) })
		if err == nil {
			t.Errorf("a key of %d bytes was taken", len(key))
		}
	}
	err := e.update(t.Context(), "a", func(w writer) error { return w.put("", []byte("k"), nil) })
	if err == nil {
		t.Error("a space without a name was taken")
	}
}

func testSpaces(t *testing.T, e engine) {
	update(t, e, func(w writer) error {
		for _, space := range []string{"g/b", "sys", "g/a"} {
			must(t, w.put(space, []byte("k"), nil))
		}
		return nil
	})
	var got []string
	view(t, e, func(r reader) error {
		for space, err := range r.spaces() {
			must(t, err)
			got = append(got, space)
		}
		return nil
	})
	if want := []string{"g/a", "g/b", "sys"}; !slices.Equal(got, want) {
		t.Errorf("spaces = %q, want %q", got, want)
	}
}

func testFailedUpdate(t *testing.T, e engine) {
	sorry := errors.New("sorry")
	tests := []struct {
		name string
		end  func() error
	}{
		{"error", func() error { return sorry }},
		{"panic", func() error { panic("bug") }},
	}
	for _, test := range tests {
		err := e.update(t.Context(), "a", func(w writer) error {
			must(t, w.put("a", []byte("k"), nil))
			return test.end()
		})
		if test.name == "error" && err != sorry {
			t.Errorf("error: %v, want the closure's own", err)
		}
		if test.name == "panic" && (err == nil || !strings.Contains(err.Error(), "engine_test.go")) {
			t.Errorf("panic: %v, want the stack", err)
		}
	}
	if err := e.view(t.Context(), func(reader) error { panic("bug") }); err == nil {
		t.Error("a panic in a view was lost")
	}
	view(t, e, func(r reader) error {
		wantRecord(t, r, "a", "k", "", false)
		return nil
	})
}

func testSnapshot(t *testing.T, e engine) {
	put := func(v string) {
		update(t, e, func(w writer) error { return w.put("a", []byte("k"), []byte(v)) })
	}
	put("old")
	view(t, e, func(r reader) error {
		wantRecord(t, r, "a", "k", "old", true)
		put("new")
		wantRecord(t, r, "a", "k", "old", true)
		return nil
	})
	view(t, e, func(r reader) error {
		wantRecord(t, r, "a", "k", "new", true)
		return nil
	})
}

func testClaim(t *testing.T, e engine) {
	var group sync.WaitGroup
	won := make([]bool, 50)
	for i := range won {
		group.Go(func() {
			err := e.update(context.Background(), fmt.Sprint("g/", i), func(w writer) (err error) {
				won[i], err = w.insert("idx", []byte("k"), fmt.Append(nil, i))
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	i := slices.Index(won, true)
	if i < 0 || slices.Index(won[i+1:], true) >= 0 {
		t.Fatalf("won: %v, want one winner", won)
	}
	view(t, e, func(r reader) error {
		wantRecord(t, r, "idx", "k", fmt.Sprint(i), true)
		return nil
	})
}

// testSerial lets many updates read and write one record; some fail after writing.
func testSerial(t *testing.T, e engine) {
	const workers, turns = 20, 30
	var group sync.WaitGroup
	for i := range workers {
		group.Go(func() {
			for turn := range turns {
				err := e.update(context.Background(), "a", func(w writer) error {
					v, _, err := w.get("a", []byte("n"))
					if err != nil {
						return err
					}
					if err := w.put("a", []byte("n"), append(bytes.Clone(v), '.')); err != nil {
						return err
					}
					if i == turn { // once for each worker but for the last turns
						return errors.New("sorry")
					}
					return nil
				})
				if (err != nil) != (i == turn) {
					t.Errorf("worker %d turn %d: %v", i, turn, err)
				}
			}
		})
	}
	group.Wait()
	view(t, e, func(r reader) error {
		wantRecord(t, r, "a", "n", strings.Repeat(".", workers*turns-min(workers, turns)), true)
		return nil
	})
}

func testContext(t *testing.T, e engine) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	ran := false
	err := e.update(ctx, "a", func(writer) error { ran = true; return nil })
	if !errors.Is(err, context.Canceled) || ran {
		t.Errorf("update: %v, ran %v", err, ran)
	}
	err = e.view(ctx, func(reader) error { ran = true; return nil })
	if !errors.Is(err, context.Canceled) || ran {
		t.Errorf("view: %v, ran %v", err, ran)
	}
	// What was taken up is finished although nobody wants it any more.
	ctx, cancel = context.WithCancel(t.Context())
	err = e.update(ctx, "a", func(w writer) error {
		cancel()
		return w.put("a", []byte("k"), nil)
	})
	must(t, err)
	view(t, e, func(r reader) error {
		wantRecord(t, r, "a", "k", "", true)
		return nil
	})
}

func testDurable(t *testing.T, open func(t *testing.T, dir string) engine) {
	dir := t.TempDir()
	e := open(t, dir)
	update(t, e, func(w writer) error { return w.put("a", []byte("k"), []byte("v")) })
	must(t, e.close())
	must(t, e.close()) // twice does no harm
	if err := e.update(t.Context(), "a", func(writer) error { return nil }); err == nil {
		t.Error("update after close: no error")
	}
	if err := e.view(t.Context(), func(reader) error { return nil }); err == nil {
		t.Error("view after close: no error")
	}
	view(t, open(t, dir), func(r reader) error {
		wantRecord(t, r, "a", "k", "v", true)
		return nil
	})
}

// testBackup copies while an update goes on that changes two records at once: in the copy they agree.
func testBackup(t *testing.T, open func(t *testing.T, dir string) engine) {
	e := open(t, t.TempDir())
	fill(t, e, "bulk", 5000)
	both := func(w writer) error {
		v, _, err := w.get("a", []byte("x"))
		v = append(bytes.Clone(v), '.')
		return errors.Join(err, w.put("a", []byte("x"), v), w.put("b", []byte("y"), v))
	}
	update(t, e, both)
	stop := make(chan struct{})
	var group sync.WaitGroup
	group.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
			}
			if err := e.update(context.Background(), "a", both); err != nil {
				t.Error(err)
				return
			}
		}
	})
	for range 3 {
		dir := t.TempDir()
		f, err := os.Create(filepath.Join(dir, "rewind.db"))
		must(t, err)
		must(t, errors.Join(e.backup(t.Context(), f), f.Close()))
		saved := open(t, dir)
		must(t, saved.check(t.Context()))
		view(t, saved, func(r reader) error {
			x, ok, err := r.get("a", []byte("x"))
			must(t, err)
			wantRecord(t, r, "b", "y", string(x), ok)
			if n := len(keysOf(t, r, "bulk", nil, nil, false)); n != 5000 || !ok {
				t.Errorf("%d records, x %v", n, ok)
			}
			return nil
		})
	}
	close(stop)
	group.Wait()
}

// The helpers of this package's engine tests.

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func update(t testing.TB, e engine, fn func(writer) error) {
	t.Helper()
	must(t, e.update(t.Context(), "s", fn))
}

func view(t testing.TB, e engine, fn func(reader) error) {
	t.Helper()
	must(t, e.view(t.Context(), fn))
}

func fillKey(i int) []byte { return fmt.Appendf(nil, "k%06d", i) }

func fill(t testing.TB, e engine, space string, n int) {
	t.Helper()
	update(t, e, func(w writer) error {
		for i := range n {
			if err := w.put(space, fillKey(i), append([]byte("v"), fillKey(i)...)); err != nil {
				return err
			}
		}
		return nil
	})
}

func bound(s string) []byte {
	if s == "" {
		return nil
	}
	return []byte(s)
}

func keysOf(t testing.TB, r reader, space string, lo, hi []byte, reverse bool) (keys []string) {
	t.Helper()
	for p, err := range r.scan(space, lo, hi, reverse) {
		must(t, err)
		keys = append(keys, string(p.key))
	}
	return keys
}

func wantRecord(t testing.TB, r reader, space, key, want string, wantOK bool) {
	t.Helper()
	v, ok, err := r.get(space, []byte(key))
	must(t, err)
	if string(v) != want || ok != wantOK {
		t.Errorf("%s in %s = %.40q, %v, want %.40q, %v", printable([]byte(key)), space, v, ok, want, wantOK)
	}
}

func wantInsert(t testing.TB, w writer, key, value string, want bool) {
	t.Helper()
	created, err := w.insert("a", []byte(key), []byte(value))
	must(t, err)
	if created != want {
		t.Errorf("insert %s: created %v, want %v", key, created, want)
	}
}
