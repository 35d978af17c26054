package slack

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"rewind/bot"
)

// The kinds of envelopes, as Socket Mode names them.
// https://docs.slack.dev/apis/events-api/using-socket-mode#events
const (
	eventsAPI     = "events_api"
	slashCommands = "slash_commands"
	interactive   = "interactive"
)

// envelope is something that Slack tells and wants acknowledged, whichever way it came.
type envelope struct {
	kind string // eventsAPI, slashCommands or interactive
	id   string // what Socket Mode acknowledges it by, another one for each attempt; "" over HTTP
	// body is the payload, a JSON object; a command's fields are strings in it, over HTTP too.
	body   json.RawMessage
	retry  int    // 0 for the first attempt; a later one may still be the only one that arrives
	reason string // why it is tried again
}

// take remembers what came, durably, or does what was asked for. Only after it returned nil Slack hears that it arrived, together
// with ack where that is not nil; after an error Slack sends an event again. Its context ends after [takeSpan]. It may be called twice
// with the same thing, at the same time even: [seen] saves work and promises nothing.
type take func(ctx context.Context, e envelope) (ack any, err error)

const (
	// takeSpan is how long one call of take has. Slack waits three seconds for an acknowledgement.
	// https://docs.slack.dev/apis/events-api/#responding
	takeSpan = 2500 * time.Millisecond
	// mostWaiting bounds what was let in and is not taken yet. Slack sends at most 30,000 events an hour, which is eight a second.
	// https://docs.slack.dev/apis/events-api/#rate-limiting
	mostWaiting = 4096
)

var errBusy = errors.New("too much is waiting to be taken")

// door is what both ways in share: what comes is handed on once, in order, and acknowledged once it is taken. There is one for the
// life of the adapter, however often it connects.
type door struct {
	take    take
	log     *slog.Logger
	seen    *seen
	lanes   lanes
	waiting atomic.Int64
}

func newDoor(t take, clock bot.Clock, log *slog.Logger) *door {
	return &door{take: t, log: log, seen: newSeen(clock), lanes: lanes{last: map[string]chan struct{}{}}}
}

// arrive lets an envelope in. It never waits, and has to be called in the order of arrival. The function it returns has to be called
// once; it waits until it is the envelope's turn in its channel and then until it is taken, and returns what to acknowledge it
// with. A copy of something that is being taken waits for that and ends like it.
func (d *door) arrive(e envelope) func(ctx context.Context) (ack any, err error) {
	what, ok := look(e)
	if !ok {
		d.log.Warn("not understood", "platform", "slack", "kind", e.kind, "bytes", len(e.body))
		return func(context.Context) (any, error) { return nil, nil } // it would be no better if it came again
	}
	if d.waiting.Add(1) > mostWaiting {
		d.waiting.Add(-1)
		d.log.Warn("not taken", "platform", "slack", "kind", e.kind, "event", what.event, "error", errBusy)
		return func(context.Context) (any, error) { return nil, errBusy }
	}
	v, first := d.seen.join(what.keys)
	if !first {
		return func(ctx context.Context) (any, error) {
			defer d.waiting.Add(-1)
			return v.wait(ctx)
		}
	}
	turn, leave := d.lanes.join(what.lane)
	return func(ctx context.Context) (ack any, err error) {
		defer d.waiting.Add(-1)
		defer func() {
			leave()
			d.seen.settle(v, ack, err)
		}()
		select {
		case <-turn:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		ack, err = d.hand(ctx, e)
		if err != nil && ctx.Err() == nil {
			d.log.Warn("not taken", "platform", "slack", "kind", e.kind, "event", what.event, "retry", e.retry, "error", err)
		}
		return ack, err
	}
}

// hand calls take. The span begins here and not at the arrival: what had to wait for so long that Slack sends it again is taken
// nevertheless, and its next copy finds that done.
func (d *door) hand(ctx context.Context, e envelope) (ack any, err error) {
	ctx, cancel := context.WithTimeout(ctx, takeSpan)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			d.log.Error("panicked", "what", "take from slack", "kind", e.kind, "panic", p, "stack", string(debug.Stack()))
			ack, err = nil, errors.New("panic")
		}
	}()
	return d.take(ctx, e)
}

// lanes keep what belongs together in the order in which it joined.
type lanes struct {
	mu   sync.Mutex               // guards last
	last map[string]chan struct{} // closed when the last one that joined has left
}

// join returns a channel that is closed when all who joined before have left, and the function to leave with. In the lane "" nobody
// waits.
func (l *lanes) join(name string) (turn <-chan struct{}, leave func()) {
	if name == "" {
		return always, func() {}
	}
	mine := make(chan struct{})
	l.mu.Lock()
	defer l.mu.Unlock()
	turn = always
	if before, busy := l.last[name]; busy {
		turn = before
	}
	l.last[name] = mine
	return turn, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		close(mine)
		if l.last[name] == mine {
			delete(l.last, name)
		}
	}
}

// always is closed.
var always = func() <-chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()
