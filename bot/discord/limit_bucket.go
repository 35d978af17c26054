package discord

import (
	"slices"
	"time"
)

// bucket is how often requests of one kind may still be made about one thing. limits.mu guards all of it but the line.
type bucket struct {
	window
	learned bool          // an answer has said which limit there is, or that there is none
	renamed bool          // the line must look again for the right bucket
	turn    chan struct{} // the line: whoever has put something in is its head
	news    chan struct{} // closed and made anew when something changed
	waiting int           // how many stand in line
	flying  int           // how many were sent and not answered
	left    int           // how many may be sent before reset
	reset   time.Time     // when left is limit again
	guessed bool          // reset is our reckoning and not Discord's
	closed  time.Time     // until when a 429 said to wait
	told    time.Time     // the last time that somebody was told to come back at
	toldSo  int           // how many were
	touched time.Time
}

// take takes a place, or says when there may be one; the zero time is when there is news.
func (b *bucket) take(now time.Time) (at time.Time, ready bool) {
	switch {
	case b.closed.After(now):
		return b.closed, false
	case !b.learned && b.flying > 0:
		return time.Time{}, false // the answer to the first will tell
	case b.limit > 0:
		b.turnOver(now)
		if b.left < 1 {
			return b.reset, false
		}
	}
	b.left--
	b.flying++
	return now, true
}

// turnOver begins a new window if the last one is over. What is in flight may be counted in it.
func (b *bucket) turnOver(now time.Time) {
	if !b.reset.After(now) {
		b.left, b.reset, b.guessed = max(1, b.limit-b.flying), now.Add(b.per), true
	}
}

// correct takes over what an answer says. left and reset are by Discord's count, which may not know yet of what is in
// flight; every time of its reset is late by what the answer took on its way, so that the earliest is the best.
func (b *bucket) correct(w window, left int, reset, now time.Time) {
	per := max(b.per, w.per)
	running := b.limit > 0 && b.reset.After(now)
	b.window, b.learned = window{w.bucket, w.limit, per}, true
	switch {
	case running && b.guessed:
		b.left, b.reset = min(b.left, left), reset
	case running && !reset.After(b.reset.Add(per/2)):
		b.left = min(b.left, left)
		if reset.Before(b.reset) {
			b.reset = reset
		}
	default: // it is of a window that we had not counted in yet
		b.left, b.reset = left-b.flying, reset
	}
	b.guessed = false
}

// soonest is when the last in line can be sent, if nothing more is learned.
func (b *bucket) soonest(now time.Time) time.Time {
	at := latest(now, b.closed)
	if b.limit == 0 {
		return at
	}
	left := b.left
	reset := b.reset
	if !reset.After(at) {
		left, reset = max(1, b.limit-b.flying), at.Add(b.per)
	}
	if b.waiting < left {
		return at
	}
	return reset.Add(time.Duration((b.waiting-max(0, left))/b.limit) * b.per)
}

// comeBack is when somebody who is turned away should come back: at is the soonest, and no more are told of a window than
// it has room for.
func (b *bucket) comeBack(at, now time.Time) time.Time {
	room, apart := b.limit, b.per
	if room == 0 {
		room, apart = 1, paceOf // what there is room for is not known
	}
	switch {
	case at.After(b.told) || !b.told.After(now):
		b.told, b.toldSo = at, 0
	case b.toldSo >= room:
		b.told, b.toldSo = b.told.Add(apart), 0
	}
	b.toldSo++
	return b.told
}

// tell wakes up the head of the line.
func (b *bucket) tell() {
	close(b.news)
	b.news = make(chan struct{})
}

// pace spreads the whole bot's requests evenly.
type pace struct {
	next time.Time // when the next request may be sent
	told time.Time // the last time that somebody was told to come back at
}

// reserve gives out the next time to send at that is not before held. If that is after until, nothing is reserved and it
// is a time to come back at.
func (p *pace) reserve(now, held, until time.Time) (at time.Time, ok bool) {
	at = latest(now, latest(held, p.next))
	if at.After(until) {
		p.told = latest(at, p.told.Add(paceOf))
		return p.told, false
	}
	p.next = at.Add(paceOf)
	return at, true
}

// tally remembers when requests were refused, as many as matter.
type tally struct{ times []time.Time }

func (t *tally) add(now time.Time) {
	if t.times = append(t.times, now); len(t.times) > mostInvalidFree {
		t.times = slices.Delete(t.times, 0, len(t.times)-mostInvalidFree)
	}
}

// wait is how long it takes until fewer than most were refused within the span that Discord looks at.
func (t *tally) wait(now time.Time, most int) time.Duration {
	n := len(t.times)
	if n < most {
		return 0
	}
	return t.times[n-most].Add(invalidSpan).Sub(now)
}
