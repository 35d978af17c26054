package store

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
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
	g := &groupCommit{db: e.db, fault: e.commit.fault, taken: group}
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

// A closure that fails in company because of what a neighbour wrote is judged by itself in the end.
func TestGroupJudgesAlone(t *testing.T) {
	t.Parallel()
	e := openTestBolt(t, filepath.Join(t.TempDir(), "rewind.db"))
	runs := 0
	errs := together(t, e, writes("a"), func(w writer) error {
		if runs++; runs == 1 {
			return errors.Join(writes("lost")(w), errors.New("the first time only"))
		}
		return writes("kept")(w)
	})
	if errs[0] != nil || errs[1] != nil || runs != 2 {
		t.Fatalf("answers %v after %d runs", errs, runs)
	}
	view(t, e, func(r reader) error {
		wantRecord(t, r, "s", "lost", "", false)
		wantRecord(t, r, "s", "kept", "", true)
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
			update(t, e, writes("before"))
			failing = true
			if op == "real" {
				must(t, e.file.Close()) // what bbolt writes now is refused by the system
			}
			first := e.update(t.Context(), "s", writes("during"))
			failing = false
			later := e.update(t.Context(), "s", writes("after"))
			for _, err := range []error{first, later} {
				if !errors.Is(err, ErrStopped) || op != "real" && !errors.Is(err, full) {
					t.Errorf("%v, want ErrStopped and its cause", err)
				}
			}
			if first == nil || later == nil || first.Error() != later.Error() {
				t.Errorf("later: %v, want the first cause %v", later, first)
			}
			view(t, e, func(r reader) error { // reading goes on
				wantRecord(t, r, "s", "before", "", true)
				wantRecord(t, r, "s", "during", "", op == "committed")
				wantRecord(t, r, "s", "after", "", false)
				return nil
			})
			if err := e.close(); err != nil && op != "real" {
				t.Error(err)
			}
		})
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
	if !errors.Is(err, ErrStopped) {
		t.Errorf("%v, want ErrStopped", err)
	}
	if err := e.update(t.Context(), "s", writes("k")); !errors.Is(err, ErrStopped) {
		t.Errorf("later: %v, want ErrStopped", err)
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
