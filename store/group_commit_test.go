package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
)

// together runs the closures in one group, in their order, and returns what each was answered.
func together(t *testing.T, e *boltEngine, fns ...func(writer) error) []error {
	t.Helper()
	group := make([]*call, len(fns))
	for i, fn := range fns {
		group[i] = &call{fn: fn, answer: make(chan error, 1)}
	}
	g := &groupCommit{engine: e, fault: e.commit.fault, taken: group}
	g.serve()
	errs := make([]error, len(fns))
	for i, c := range group {
		select {
		case errs[i] = <-c.answer:
		default:
			t.Fatalf("call %d was not answered", i)
		}
	}
	return errs
}

func writes(key string) func(writer) error {
	return func(w writer) error { return w.put("s", []byte(key), nil) }
}

func TestGroupNeighbours(t *testing.T) {
	t.Parallel()
	sorry := errors.New("sorry")
	tests := []struct {
		name string
		odd  func(writer) error
	}{
		{"fails after writing", func(w writer) error { return errors.Join(writes("odd")(w), sorry) }},
		{"fails before writing", func(writer) error { return sorry }},
		{"panics after writing", func(w writer) error { must(t, writes("odd")(w)); panic(sorry) }},
		{"panics before writing", func(writer) error { panic(sorry) }},
		{"writes a bad key", func(w writer) error { return w.put("s", nil, nil) }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
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
			errs := together(t, e, writes("a"), test.odd, writes("b"))
			if errs[0] != nil || errs[1] == nil || errs[2] != nil {
				t.Fatalf("answers: %v", errs)
			}
			view(t, e, func(r reader) error {
				wantRecord(t, r, "s", "a", "", true)
				wantRecord(t, r, "s", "odd", "", false)
				wantRecord(t, r, "s", "b", "", true)
				return nil
			})
			if commits != 1 {
				t.Errorf("%d commits, want one", commits)
			}
		})
	}
}

// A closure that fails is told so whatever it read of its neighbours, and what it changed stands as it was before it.
func TestGroupTakesBack(t *testing.T) {
	t.Parallel()
	e := openTestBolt(t, filepath.Join(t.TempDir(), "rewind.db"))
	update(t, e, func(w writer) error {
		return errors.Join(w.put("s", []byte("old"), []byte("1")), w.put("s", []byte("gone"), []byte("1")))
	})
	sorry, runs := errors.New("sorry"), 0
	errs := together(t, e, func(w writer) error {
		return errors.Join(w.put("s", []byte("old"), []byte("2")), w.delete("s", []byte("gone")), writes("new")(w))
	}, func(w writer) error {
		runs++
		wantRecord(t, w, "s", "old", "2", true)
		for _, key := range []string{"old", "gone", "new", "mine"} { // twice each: the first state counts
			must(t, w.put("s", []byte(key), []byte("3")))
			must(t, w.delete("s", []byte(key)))
		}
		must(t, w.put("t", []byte("k"), nil))
		return sorry
	}, func(w writer) error {
		wantRecord(t, w, "s", "old", "2", true)
		wantRecord(t, w, "s", "gone", "", false)
		wantRecord(t, w, "s", "new", "", true)
		wantRecord(t, w, "s", "mine", "", false)
		if got := keysOf(t, w, "s", nil, nil, false); !slices.Equal(got, []string{"new", "old"}) {
			t.Errorf("keys %q", got)
		}
		for space, err := range w.spaces() {
			must(t, err)
			if space != "s" {
				t.Errorf("space %s", space)
			}
		}
		return nil
	})
	if errs[0] != nil || errs[1] != sorry || errs[2] != nil || runs != 1 {
		t.Fatalf("answers %v after %d runs", errs, runs)
	}
	view(t, e, func(r reader) error {
		wantRecord(t, r, "s", "old", "2", true)
		wantRecord(t, r, "s", "gone", "", false)
		wantRecord(t, r, "s", "new", "", true)
		return nil
	})
}

// All who wait while a commit goes on share the next one, and a lone update waits for nobody.
func TestGroupSharesACommit(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "rewind.db")
	synctest.Test(t, func(t *testing.T) {
		const n = 100
		commits, release := 0, make(chan struct{})
		e, err := openBolt(path, boltOptions{fault: func(op string) error {
			if op == "commit" {
				commits++
				<-release
			}
			return nil
		}})
		must(t, err)
		defer e.close()
		answers := make(chan error, n)
		for i := range n {
			go func() { answers <- e.update(context.Background(), "s", writes(fmt.Sprint(i))) }()
			if i == 0 {
				synctest.Wait() // the first is being committed
			}
		}
		synctest.Wait() // the others wait
		if commits != 1 {
			t.Fatalf("%d commits are going on", commits)
		}
		close(release)
		for range n {
			must(t, <-answers)
		}
		if commits != 2 {
			t.Errorf("%d commits for %d updates, want 2", commits, n)
		}
	})
}

// After a failed commit the file is opened anew: what it holds is what is read from then on, and writing goes on.
func TestGroupFailedCommit(t *testing.T) {
	t.Parallel()
	full := errors.New("disk full")
	for _, op := range []string{"commit", "committed", "real"} {
		t.Run(op, func(t *testing.T) {
			t.Parallel()
			failing := false
			e, err := openBolt(filepath.Join(t.TempDir(), "rewind.db"), boltOptions{fault: func(at string) error {
				if failing && at == op {
					return full
				}
				return nil
			}})
			must(t, err)
			defer func() { must(t, e.close()) }()
			update(t, e, writes("before"))
			failing = true
			was := e.file
			if op == "real" {
				must(t, e.file.Close()) // what bbolt writes now is refused by the system
			}
			if err := e.update(t.Context(), "s", writes("during")); !errors.Is(err, ErrDisk) || op != "real" && !errors.Is(err, full) {
				t.Errorf("%v, want ErrDisk and its cause", err)
			}
			failing = false
			update(t, e, writes("after"))
			if e.file == was {
				t.Error("the file was not opened anew")
			}
			view(t, e, func(r reader) error {
				wantRecord(t, r, "s", "before", "", true)
				wantRecord(t, r, "s", "during", "", op == "committed")
				wantRecord(t, r, "s", "after", "", true)
				return nil
			})
		})
	}
}

// A file that cannot be opened anew is neither read nor written, and tried again.
func TestGroupCannotReopen(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "rewind.db")
	failing := false
	e, err := openBolt(path, boltOptions{fault: func(string) error {
		if failing {
			return errors.New("disk gone")
		}
		return nil
	}})
	must(t, err)
	update(t, e, writes("before"))
	failing = true
	must(t, os.Rename(path, path+".away"))
	for _, key := range []string{"first", "second"} {
		if err := e.update(t.Context(), "s", writes(key)); !errors.Is(err, ErrDisk) {
			t.Errorf("%s: %v, want ErrDisk", key, err)
		}
	}
	if err := e.view(t.Context(), func(reader) error { return nil }); !errors.Is(err, ErrDisk) {
		t.Errorf("view: %v, want ErrDisk", err)
	}
	failing = false
	must(t, os.Rename(path+".away", path))
	update(t, e, writes("after"))
	view(t, e, func(r reader) error {
		wantRecord(t, r, "s", "before", "", true)
		wantRecord(t, r, "s", "first", "", false)
		wantRecord(t, r, "s", "second", "", false)
		wantRecord(t, r, "s", "after", "", true)
		return nil
	})
	must(t, e.close())
	must(t, e.close())
}

// A damaged store is not opened anew, for that would not mend it.
func TestGroupStopsAtDamage(t *testing.T) {
	t.Parallel()
	e := openTestBolt(t, filepath.Join(t.TempDir(), "rewind.db"))
	e.commit.fault = func(string) error { return &damage{"a page", "the test says so"} }
	was := e.file
	for range 2 {
		if err := e.update(t.Context(), "s", writes("k")); !errors.Is(err, ErrDamaged) || errors.Is(err, ErrDisk) {
			t.Errorf("%v, want ErrDamaged", err)
		}
	}
	e.commit.fault = nil
	if err := e.update(t.Context(), "s", writes("k")); !errors.Is(err, ErrDamaged) {
		t.Errorf("later: %v, want ErrDamaged", err)
	}
	if e.file != was {
		t.Error("the file was opened anew")
	}
}

// In a failed commit nobody is told success, nor an error that rests on what was lost.
func TestGroupFailedCommitTellsAll(t *testing.T) {
	t.Parallel()
	full := errors.New("disk full")
	e, err := openBolt(filepath.Join(t.TempDir(), "rewind.db"), boltOptions{fault: func(string) error { return full }})
	must(t, err)
	defer e.close()
	errs := together(t, e, writes("a"), func(w writer) error {
		if _, ok, _ := w.get("s", []byte("a")); ok {
			return errors.New("it is taken")
		}
		return nil
	}, func(writer) error { return nil })
	for i, err := range errs {
		if !errors.Is(err, full) {
			t.Errorf("call %d: %v, want %v", i, err, full)
		}
	}
}

func TestGroupContextWhileWaiting(t *testing.T) {
	t.Parallel()
	e := openTestBolt(t, filepath.Join(t.TempDir(), "rewind.db"))
	started, release := make(chan struct{}), make(chan struct{})
	first := make(chan error)
	go func() {
		first <- e.update(context.Background(), "s", func(w writer) error {
			close(started)
			<-release
			return writes("first")(w)
		})
	}()
	<-started
	ctx, cancel := context.WithCancel(t.Context())
	second, ran := make(chan error), false
	go func() { second <- e.update(ctx, "s", func(writer) error { ran = true; return nil }) }()
	cancel()
	if err := <-second; !errors.Is(err, context.Canceled) || ran {
		t.Errorf("the waiting update: %v, ran %v", err, ran)
	}
	close(release)
	must(t, <-first)
}

// A test that fails within an update ends the goroutine of all updates: nobody may hang.
func TestGroupEndedByItsClosure(t *testing.T) {
	t.Parallel()
	e, err := openBolt(filepath.Join(t.TempDir(), "rewind.db"), boltOptions{})
	must(t, err)
	inner := &testing.T{}
	err = e.update(t.Context(), "s", func(w writer) error {
		must(t, writes("lost")(w))
		inner.FailNow()
		return nil
	})
	if !errors.Is(err, errEnded) {
		t.Errorf("%v, want errEnded", err)
	}
	if err := e.update(t.Context(), "s", writes("k")); !errors.Is(err, errEnded) {
		t.Errorf("later: %v, want errEnded", err)
	}
	view(t, e, func(r reader) error {
		wantRecord(t, r, "s", "lost", "", false)
		return nil
	})
	must(t, e.close())
}

func TestGroupCloseWaits(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "rewind.db")
	e, err := openBolt(path, boltOptions{})
	must(t, err)
	started, release := make(chan struct{}), make(chan struct{})
	first, closed := make(chan error, 1), make(chan error, 1)
	go func() {
		first <- e.update(context.Background(), "s", func(w writer) error {
			close(started)
			<-release
			return writes("k")(w)
		})
	}()
	<-started
	go func() { closed <- e.close() }()
	close(release)
	must(t, <-closed)
	must(t, <-first)
	if err := e.update(t.Context(), "s", writes("late")); err != errClosed {
		t.Errorf("late: %v", err)
	}
	view(t, openTestBolt(t, path), func(r reader) error {
		wantRecord(t, r, "s", "k", "", true)
		return nil
	})
}

func TestPanicNamesItsPlace(t *testing.T) {
	t.Parallel()
	e := openTestBolt(t, filepath.Join(t.TempDir(), "rewind.db"))
	err := e.update(t.Context(), "s", func(w writer) error {
		var none []byte
		return w.put("s", none[1:], nil)
	})
	if err == nil || !strings.Contains(err.Error(), "out of range") || !strings.Contains(err.Error(), "group_commit_test.go") {
		t.Errorf("%v", err)
	}
}
