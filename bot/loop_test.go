package bot

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// job is the work of a loop, which notes when each run began. A gated run first waits for gate.
type job struct {
	start time.Time
	runs  []time.Duration // since start
	gated bool
	gate  chan struct{}                   // made in the bubble
	next  func(run int) (time.Time, bool) // counted from 1
}

func (j *job) work(ctx context.Context) (time.Time, bool) {
	j.runs = append(j.runs, time.Since(j.start))
	run := len(j.runs)
	if j.gated {
		select {
		case <-j.gate:
		case <-ctx.Done():
		}
	}
	if j.next == nil {
		return time.Time{}, true
	}
	return j.next(run)
}

// inLoop runs f beside a loop of the job, in a bubble, and ends the loop.
func inLoop(t *testing.T, j *job, f func(t *testing.T, l *loop, stop func())) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		j.start, j.gate = time.Now(), make(chan struct{})
		l := newLoop(MachineClock{}, j.work)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- l.run(ctx) }()
		synctest.Wait()
		stopped := false
		stop := func() {
			cancel()
			if err := <-ended; err != nil {
				t.Error(err)
			}
			stopped = true
		}
		f(t, l, stop)
		if !stopped {
			stop()
		}
	})
}

func wait(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

func (j *job) check(t *testing.T, want ...time.Duration) {
	t.Helper()
	if !slices.Equal(j.runs, want) {
		t.Errorf("ran at %v, want %v", j.runs, want)
	}
}

func TestLoopWaits(t *testing.T) {
	t.Parallel()
	const second = time.Second
	for _, row := range []struct {
		name string
		next []time.Duration // after the start, as each run says; zero says nothing
		want []time.Duration // in the first 70 seconds
	}{
		{"nothing is coming", []time.Duration{0, 0, 0}, []time.Duration{0, 30 * second, 60 * second}},
		{"something soon", []time.Duration{10 * second, 15 * second, 0}, []time.Duration{0, 10 * second, 15 * second, 45 * second}},
		{"something far off", []time.Duration{time.Hour, time.Hour, time.Hour}, []time.Duration{0, 30 * second, 60 * second}}, // the clock may be set
		{"something overdue", []time.Duration{-time.Hour, 0, 0}, []time.Duration{0, 0, 30 * second, 60 * second}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			j := &job{}
			j.next = func(run int) (time.Time, bool) {
				if run > len(row.next) || row.next[run-1] == 0 {
					return time.Time{}, true
				}
				return j.start.Add(row.next[run-1]), true
			}
			inLoop(t, j, func(t *testing.T, _ *loop, _ func()) {
				wait(70 * second)
				j.check(t, row.want...)
			})
		})
	}
}

func TestLoopRings(t *testing.T) {
	t.Parallel()
	j := &job{}
	inLoop(t, j, func(t *testing.T, l *loop, _ func()) {
		wait(time.Second)
		l.ring()
		synctest.Wait()
		j.check(t, 0, time.Second)
		for range 5 {
			l.ring() // all before the next run begins, so one is enough
		}
		synctest.Wait()
		if n := len(j.runs); n < 3 || n > 4 { // the first ring may have begun a run of its own
			t.Errorf("ran %d times for two bursts of rings", n)
		}
	})
}

// TestLoopRingDuringRun rings while the work is under way: it may have looked already, so it runs again.
func TestLoopRingDuringRun(t *testing.T) {
	t.Parallel()
	j := &job{gated: true}
	inLoop(t, j, func(t *testing.T, l *loop, _ func()) {
		l.ring()
		synctest.Wait()
		j.check(t, 0)
		close(j.gate)
		synctest.Wait()
		j.check(t, 0, 0)
	})
}

// TestLoopRungBeforeRun rings a loop that does not run yet.
func TestLoopRungBeforeRun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		j := &job{start: time.Now()}
		l := newLoop(MachineClock{}, j.work)
		l.ring()
		ctx, cancel := context.WithCancel(t.Context())
		settled := make(chan error, 1)
		go func() { settled <- l.settle(ctx) }()
		synctest.Wait()
		ended := make(chan error, 1)
		go func() { ended <- l.run(ctx) }()
		if err := <-settled; err != nil {
			t.Error(err)
		}
		cancel()
		<-ended
	})
}

// TestSettleWantsANewRun settles while a run is under way, which does not count: it may have looked before.
func TestSettleWantsANewRun(t *testing.T) {
	t.Parallel()
	j := &job{gated: true}
	inLoop(t, j, func(t *testing.T, l *loop, _ func()) {
		settled := make(chan error, 1)
		go func() { settled <- l.settle(t.Context()) }()
		synctest.Wait()
		j.gate <- struct{}{}
		synctest.Wait()
		select {
		case err := <-settled:
			t.Errorf("settled by a run that began before: %v", err)
		default:
		}
		j.check(t, 0, 0)
		j.gate <- struct{}{}
		synctest.Wait()
		if err := <-settled; err != nil {
			t.Error(err)
		}
		close(j.gate)
	})
}

// TestSettleWantsIdle settles a loop that has more to do each time, until it has not.
func TestSettleWantsIdle(t *testing.T) {
	t.Parallel()
	j := &job{}
	j.next = func(run int) (time.Time, bool) {
		return time.Now().Add(time.Second), run == 1 || run > 4
	}
	inLoop(t, j, func(t *testing.T, l *loop, _ func()) {
		if err := l.settle(t.Context()); err != nil {
			t.Error(err)
		}
		// The first run was idle, but before the ring; the fifth is the next that is.
		j.check(t, 0, 0, time.Second, 2*time.Second, 3*time.Second)
	})
}

func TestSettleEnds(t *testing.T) {
	t.Parallel()
	t.Run("with its context", func(t *testing.T) {
		t.Parallel()
		j := &job{gated: true}
		inLoop(t, j, func(t *testing.T, l *loop, _ func()) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			if err := l.settle(ctx); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("settled with %v", err)
			}
		})
	})
	t.Run("with the loop", func(t *testing.T) {
		t.Parallel()
		j := &job{next: func(int) (time.Time, bool) { return time.Time{}, false }}
		inLoop(t, j, func(t *testing.T, l *loop, stop func()) {
			settled := make(chan error, 1)
			go func() { settled <- l.settle(t.Context()) }()
			synctest.Wait()
			stop()
			if err := <-settled; !errors.Is(err, errStopped) {
				t.Errorf("settled with %v", err)
			}
		})
	})
	t.Run("after the loop", func(t *testing.T) {
		t.Parallel()
		inLoop(t, &job{}, func(t *testing.T, l *loop, stop func()) {
			if err := l.settle(t.Context()); err != nil {
				t.Error(err)
			}
			stop()
			if err := l.settle(t.Context()); !errors.Is(err, errStopped) {
				t.Errorf("settled with %v", err)
			}
		})
	})
}

// TestLoopSettlesMany settles from many sides while the loop is rung: everybody is released.
func TestLoopSettlesMany(t *testing.T) {
	t.Parallel()
	inLoop(t, &job{}, func(t *testing.T, l *loop, _ func()) {
		const many = 50
		settled := make(chan error, many)
		for range many {
			go func() {
				l.ring()
				settled <- l.settle(t.Context())
			}()
		}
		for range many {
			if err := <-settled; err != nil {
				t.Error(err)
			}
		}
	})
}
