package bot

import (
	"context"
	"sync"
	"time"
)

// loop does a piece of work again and again: when it is rung, when the time comes that the work itself named, and at
// least every lookEvery.
type loop struct {
	clock Clock
	work  func(ctx context.Context) (next time.Time, idle bool)
	bell  chan struct{}

	mu      sync.Mutex // guards the fields below
	rung    uint64     // how often it was rung
	heard   uint64     // the last ring that a finished run of the work knew of
	idle    bool       // the last run found nothing to do and left nothing under way
	stopped bool
	changed chan struct{} // closed when a field changes
}

func newLoop(clock Clock, work func(context.Context) (time.Time, bool)) *loop {
	return &loop{clock: clock, work: work, bell: make(chan struct{}, 1), changed: make(chan struct{})}
}

// ring asks for a run of the work that begins after now.
func (l *loop) ring() {
	l.mu.Lock()
	l.rung++
	l.mu.Unlock()
	select {
	case l.bell <- struct{}{}:
	default:
	}
}

// run works until ctx is done.
func (l *loop) run(ctx context.Context) error {
	defer l.note(func() { l.stopped = true })
	for ctx.Err() == nil {
		l.mu.Lock()
		rung := l.rung
		l.mu.Unlock()
		next, idle := l.work(ctx)
		l.note(func() { l.heard, l.idle = rung, idle })
		l.wait(ctx, next)
	}
	return nil
}

func (l *loop) wait(ctx context.Context, next time.Time) {
	d := lookEvery
	if !next.IsZero() {
		d = min(d, max(0, next.Sub(l.clock.Now())))
	}
	timer, release := l.clock.After(d)
	defer release()
	select {
	case <-ctx.Done():
	case <-l.bell:
	case <-timer:
	}
}

func (l *loop) note(change func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	change()
	close(l.changed)
	l.changed = make(chan struct{})
}

// settle rings and returns once a run that heard it found nothing to do.
func (l *loop) settle(ctx context.Context) error {
	l.ring()
	l.mu.Lock()
	want := l.rung
	for !(l.heard >= want && l.idle) {
		if l.stopped {
			l.mu.Unlock()
			return errStopped
		}
		changed := l.changed
		l.mu.Unlock()
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-changed:
		}
		l.mu.Lock()
	}
	l.mu.Unlock()
	return nil
}
