package bot

import (
	"sync"
	"time"
)

// agenda is when the clock next moves something in each group, so that a look at it passes over those in which nothing
// can be due. It is a hint, made anew by each look at all groups: what the store says decides.
type agenda struct {
	mu    sync.Mutex
	at    map[string]time.Time // by group; the zero time is at once. A group in which nothing will ever be due has none.
	whole time.Time            // when all groups were last looked at
}

// soon has a group looked at next, since what is due in it may have changed.
func (a *agenda) soon(groups ...string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.at == nil {
		a.at = map[string]time.Time{}
	}
	for _, id := range groups {
		a.at[id] = time.Time{}
	}
}

// old reports whether all groups are to be looked at anew: every lookEvery, and where the clock was set back.
func (a *agenda) old(now time.Time) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.whole.IsZero() || now.Before(a.whole) || now.Sub(a.whole) >= lookEvery
}

// renew has all these groups looked at.
func (a *agenda) renew(groups []string, now time.Time) {
	a.mu.Lock()
	a.whole = now
	a.mu.Unlock()
	a.soon(groups...)
}

// take takes the groups off whose time has come.
func (a *agenda) take(now time.Time) (groups []string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for id, at := range a.at {
		if !at.After(now) {
			groups = append(groups, id)
			delete(a.at, id)
		}
	}
	return groups
}

// put notes when a group that was taken is to be looked at again, unless that is to be soon.
func (a *agenda) put(group string, at time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if _, waits := a.at[group]; !waits && !at.IsZero() {
		a.at[group] = at
	}
}

// next returns when to look again. What is to be looked at soon does not count: whoever wanted that rings.
func (a *agenda) next() time.Time {
	a.mu.Lock()
	defer a.mu.Unlock()
	next := a.whole.Add(lookEvery)
	for _, at := range a.at {
		next = sooner(next, at)
	}
	return next
}
