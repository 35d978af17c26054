package bot

import "time"

// Clock is the time the bot lives by: the machine's, or one that can be wound forward.
type Clock interface {
	Now() time.Time
	// After returns a channel that receives once d has passed, and a function that releases it.
	After(d time.Duration) (<-chan time.Time, func())
}

// MachineClock is the machine's own time.
type MachineClock struct{}

// Now returns the machine's time in UTC.
func (MachineClock) Now() time.Time { return time.Now().UTC() }

// After is a timer of the machine's.
func (MachineClock) After(d time.Duration) (<-chan time.Time, func()) {
	t := time.NewTimer(d)
	return t.C, func() { t.Stop() }
}
