package slack

import (
	"context"
	"crypto/x509"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"runtime/debug"
	"sync"
	"time"

	"rewind/bot"
)

// socketOptions say how to connect with Socket Mode.
type socketOptions struct {
	token string // of the app: xapp-…
	api   string // the Web API's address; empty is Slack's own
	clock bot.Clock
	log   *slog.Logger
	// gap is told when events may have been missed. It may take its time; calls do not overlap.
	gap func(ctx context.Context)

	// What follows is the network's own where it is nil.
	network http.RoundTripper
	dial    func(ctx context.Context, network, address string) (net.Conn, error)
	proxy   func(*http.Request) (*url.URL, error)
	roots   *x509.CertPool
}

// sockets are two Socket Mode connections at once. slack-go closes a connection before it opens the next one, and what Slack writes
// into the old one meanwhile is lost; Slack allows ten and sends each envelope to any one of them, so a second one listens while the
// first is replaced.
type sockets struct {
	socketOptions
	door   *door
	ctx    context.Context // of all that is below; ended connections are lost only before it is
	cancel context.CancelCauseFunc
	links  [2]*link
	flying sync.WaitGroup // the envelopes that are being taken
	gaps   chan struct{}  // has room for one
	first  chan struct{}  // closed once the first link is greeted

	mu    sync.Mutex // guards what follows, and the fields of the links that say so
	begun bool       // first is closed
}

// staggerSpan is how long the second link waits for the first at most.
const staggerSpan = 5 * time.Second

// runSockets hands on what comes over Socket Mode until its context is done, and then returns nil, or until there is no use in trying
// again, and then returns a *[bot.Fatal]. Nothing of it is left when it returns.
func runSockets(parent context.Context, o socketOptions, d *door) error {
	base, err := baseURL(o.api)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(parent)
	defer cancel(nil)
	s := &sockets{socketOptions: o, door: d, ctx: ctx, cancel: cancel, gaps: make(chan struct{}, 1), first: make(chan struct{})}
	for i := range s.links {
		s.links[i] = newLink(s, i, base)
	}
	var running sync.WaitGroup
	s.start(&running, "tell of gaps", func() { s.tellGaps(ctx) })
	for _, l := range s.links {
		s.start(&running, "take envelopes", func() { l.drain(ctx) })
		s.start(&running, "watch a connection", func() { l.watch(ctx) })
		s.start(&running, "connect", func() { l.run(ctx) })
	}
	running.Wait()
	s.flying.Wait()
	if parent.Err() != nil {
		return nil
	}
	return context.Cause(ctx)
}

// start runs f in a goroutine of a group. A panic in it ends the sockets with an error, after which they can be run again.
func (s *sockets) start(group *sync.WaitGroup, what string, f func()) {
	group.Go(func() {
		defer func() {
			if p := recover(); p != nil {
				s.log.Error("panicked", "what", what+" of slack", "panic", p, "stack", string(debug.Stack()))
				s.cancel(fmt.Errorf("%s of slack: panic", what))
			}
		}()
		f()
	})
}

// stop ends all links for good. What Slack said goes with the code, for the operator.
func (s *sockets) stop(code, said string) {
	s.cancel(&bot.Fatal{Code: code, Err: fmt.Errorf("slack said %s", said)})
}

// stagger waits until the first link is up, so that the two do not come and go together.
func (s *sockets) stagger(ctx context.Context) {
	late, release := s.clock.After(staggerSpan)
	defer release()
	select {
	case <-s.first:
	case <-late:
	case <-ctx.Done():
	}
}

// missed says that events may have been missed.
func (s *sockets) missed() {
	select {
	case s.gaps <- struct{}{}:
	default: // one call that has not begun yet is enough
	}
}

func (s *sockets) tellGaps(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.gaps:
			tellGap(ctx, s.log, s.gap)
		}
	}
}

func tellGap(ctx context.Context, log *slog.Logger, gap func(context.Context)) {
	defer func() {
		if p := recover(); p != nil {
			log.Error("panicked", "what", "tell of a gap in slack", "panic", p, "stack", string(debug.Stack()))
		}
	}()
	gap(ctx)
}
