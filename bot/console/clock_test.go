package console

import (
	"slices"
	"sync"
	"testing"
	"time"

	"rewind/bot"
)

var _ bot.Clock = (*Clock)(nil)

// monday is a Monday morning; the tests' clocks start there.
var monday = time.Date(2026, 3, 9, 8, 59, 0, 0, time.UTC)

// fired tells whether a timer has fired, and when.
func fired(c <-chan time.Time) (time.Time, bool) {
	select {
	case at := <-c:
		return at, true
	default:
		return time.Time{}, false
	}
}

func TestClockStandsStill(t *testing.T) {
	t.Parallel()
	c := NewClock(monday)
	timer, release := c.After(time.Nanosecond)
	defer release()
	if _, ok := fired(timer); ok || !c.Now().Equal(monday) {
		t.Errorf("the clock moved to %v by itself", c.Now())
	}
	c.Wind(monday.Add(-time.Hour))
	if !c.Now().Equal(monday) {
		t.Errorf("the clock went back to %v", c.Now())
	}
}

func TestClockFires(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		after time.Duration
		fires bool
	}{
		{-time.Second, true}, // long due: fires before the clock is wound at all
		{0, true},
		{time.Minute, true},
		{time.Hour, true}, // due at the very moment that is wound to
		{time.Hour + 1, false},
	} {
		c := NewClock(monday)
		timer, release := c.After(row.after)
		if row.after > 0 {
			c.Wind(monday.Add(time.Hour))
		}
		at, ok := fired(timer)
		if ok != row.fires {
			t.Errorf("after %v: fired %v, want %v", row.after, ok, row.fires)
		}
		if want := monday.Add(max(0, row.after)); ok && !at.Equal(want) {
			t.Errorf("after %v: fired at %v, want %v", row.after, at, want)
		}
		release()
	}
}

// TestClockOrder asks for timers in a muddle and sees at which time each fires while the clock is wound past all.
func TestClockOrder(t *testing.T) {
	t.Parallel()
	c := NewClock(monday)
	var timers []<-chan time.Time
	for _, d := range []time.Duration{30, 10, 20, 10} {
		timer, release := c.After(d * time.Minute)
		defer release()
		timers = append(timers, timer)
	}
	_, release := c.After(5 * time.Minute)
	release()
	release() // twice does no harm
	c.Wind(monday.Add(15 * time.Minute))
	var early []bool
	for _, timer := range timers {
		_, ok := fired(timer)
		early = append(early, ok)
	}
	if want := []bool{false, true, false, true}; !slices.Equal(early, want) {
		t.Errorf("fired in a quarter of an hour: %v, want %v", early, want)
	}
	c.Wind(monday.Add(time.Hour))
	third, _ := fired(timers[2])
	first, _ := fired(timers[0])
	if !third.Before(first) || !c.Now().Equal(monday.Add(time.Hour)) {
		t.Errorf("fired at %v and %v, now %v", third, first, c.Now())
	}
}

// TestClockConcurrent winds and waits from many sides; every timer fires once, at its own time.
func TestClockConcurrent(t *testing.T) {
	t.Parallel()
	c := NewClock(monday)
	var all sync.WaitGroup
	for i := range 50 {
		all.Go(func() {
			d := time.Duration(i%7) * time.Minute
			before := c.Now()
			timer, release := c.After(d)
			defer release()
			c.Wind(before.Add(time.Hour))
			if at := <-timer; at.Before(before.Add(d)) {
				t.Errorf("a timer of %v set at %v fired at %v", d, before, at)
			}
		})
	}
	all.Wait()
	if c.Now().Before(monday.Add(time.Hour)) {
		t.Errorf("the clock stands at %v", c.Now())
	}
}
