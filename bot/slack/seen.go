package slack

import (
	"context"
	"sync"
	"time"

	"rewind/bot"
)

const (
	// seenSpan is longer than Slack takes to send an event three more times: at once, after a minute and after five.
	// https://docs.slack.dev/apis/events-api/#retries
	seenSpan = 15 * time.Minute
	// seenMost is how many are kept at most: what Slack sends in that time if it sends as much as it may.
	seenMost = 8192
)

// seen are the envelopes that came lately, so that their copies are not taken once more. Copies come over the other connection, with
// retries, and for no reason at all.
//
// It only saves work. Delayed Events come again for a day, and after a restart nothing is known; that a command is carried out once
// and that an older edit never replaces a newer one is decided in the store, by the command's ID and the comment's revision.
type seen struct {
	clock bot.Clock

	mu    sync.Mutex        // guards the fields below
	byKey map[string]*visit // those that are being taken or were taken
	taken []*visit          // the oldest first
}

// visit is an envelope that came, with whatever copies of it come too.
type visit struct {
	keys []string
	at   time.Time     // when it was taken
	done chan struct{} // closed when what follows is set
	ack  any
	err  error
}

func newSeen(clock bot.Clock) *seen { return &seen{clock: clock, byKey: map[string]*visit{}} }

// join returns the visit that one of the keys stands for. Whoever is the first has to settle it.
func (s *seen) join(keys []string) (v *visit, first bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forget(s.clock.Now())
	for _, k := range keys {
		if v := s.byKey[k]; v != nil {
			return v, false
		}
	}
	v = &visit{keys: keys, done: make(chan struct{})}
	for _, k := range keys {
		s.byKey[k] = v
	}
	return v, true
}

// settle ends a visit. One that failed is forgotten, so that the next copy is taken as if it were the first.
func (s *seen) settle(v *visit, ack any, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v.at, v.ack, v.err = s.clock.Now(), ack, err
	close(v.done)
	if err != nil {
		s.drop(v)
		return
	}
	if len(v.keys) > 0 {
		s.taken = append(s.taken, v)
	}
}

// forget drops what is too old or too much. The caller holds the lock.
func (s *seen) forget(now time.Time) {
	n := 0
	for n < len(s.taken) && (len(s.taken)-n > seenMost || now.Sub(s.taken[n].at) > seenSpan) {
		s.drop(s.taken[n])
		n++
	}
	clear(s.taken[:n])
	s.taken = s.taken[n:]
}

func (s *seen) drop(v *visit) {
	for _, k := range v.keys {
		if s.byKey[k] == v {
			delete(s.byKey, k)
		}
	}
}

// wait waits until the visit is settled.
func (v *visit) wait(ctx context.Context) (ack any, err error) {
	select {
	case <-v.done:
		return v.ack, v.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// over says whether the visit is settled.
func (v *visit) over() bool {
	select {
	case <-v.done:
		return true
	default:
		return false
	}
}
