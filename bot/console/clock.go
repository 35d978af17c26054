package console

import (
	"sync"
	"time"
)

// Clock is a time that stands still until it is wound forward. It is safe for concurrent use.
type Clock struct {
	mu     sync.Mutex // guards the fields below
	now    time.Time
	timers []*timer // in the order they were asked for
}

type timer struct {
	due time.Time
	c   chan time.Time // holds one, so that firing never waits for whoever asked
}

// NewClock returns a clock that stands at start.
func NewClock(start time.Time) *Clock { return &Clock{now: start.UTC().Round(0)} }

// Now returns the time that the clock stands at, in UTC.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// After returns a channel that receives once the clock was wound forward by d, and a function that releases it.
func (c *Clock) After(d time.Duration) (<-chan time.Time, func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := &timer{due: c.now.Add(d), c: make(chan time.Time, 1)}
	if d <= 0 {
		t.c <- c.now
		return t.c, func() {}
	}
	c.timers = append(c.timers, t)
	return t.c, func() { c.release(t) }
}

// Wind moves the clock forward to a time and fires the timers on the way, the earliest first, those of one moment in the
// order they were asked for. It never moves back, and it does not wait for what the timers set off: a Bot's Quiet does.
func (c *Clock) Wind(to time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for t := c.earliest(to); t != nil; t = c.earliest(to) {
		c.remove(t)
		c.now = t.due
		t.c <- c.now
	}
	if to.After(c.now) {
		c.now = to.UTC().Round(0)
	}
}

// earliest returns the timer that fires next if it does so by then, else nil.
func (c *Clock) earliest(by time.Time) (next *timer) {
	for _, t := range c.timers {
		if !t.due.After(by) && (next == nil || t.due.Before(next.due)) {
			next = t
		}
	}
	return next
}

func (c *Clock) release(t *timer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.remove(t)
}

func (c *Clock) remove(gone *timer) {
	for i, t := range c.timers {
		if t == gone {
			c.timers = append(c.timers[:i], c.timers[i+1:]...)
			return
		}
	}
}
