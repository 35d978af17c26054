package discordtest

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"rewind/bot/bottest/memnet"
)

// T is what the server needs of a test.
type T interface {
	Helper()
	Cleanup(func())
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
	Logf(format string, args ...any)
}

// Server is a Discord. All of its methods may be called from any goroutine; those that fail the test when it asks for
// something impossible may only be called from the test's own.
type Server struct {
	t      T
	specs  *schemas // nil if nothing is validated
	url    string
	dial   func(context.Context) (net.Conn, error)
	http   *http.Server
	listen net.Listener
	done   chan struct{} // closed when the server ends
	served sync.WaitGroup

	mu sync.Mutex // guards what follows
	state
	changed      chan struct{} // closed and made anew with every change
	closed       bool
	conns        map[net.Conn]bool // of websockets, which the HTTP server does not know any more
	gateway      gateway
	interactions []*Interaction
	byToken      map[string]*Interaction
	limits       limits
	ordered      []*Ordered
	requests     map[string]int // by route
}

// New starts a server on a loopback socket. It ends with the test.
func New(t T) *Server {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("listen: %v", err)
	}
	addr := l.Addr().String()
	return start(t, l, "http://"+addr, func(ctx context.Context) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "tcp", addr)
	})
}

// NewInMemory starts a server without sockets. In a bubble of testing/synctest it first lets the clock run to 2026, since
// the bubble's starts in 2000 and Discord's IDs in 2015.
func NewInMemory(t T) *Server {
	t.Helper()
	if begin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC); time.Now().Before(epoch) {
		time.Sleep(time.Until(begin))
	}
	m := memnet.New()
	return start(t, m, "http://discord.test", m.Dial)
}

func start(t T, l net.Listener, address string, dial func(context.Context) (net.Conn, error)) *Server {
	t.Helper()
	s := &Server{
		t: t, url: address, dial: dial, listen: l, specs: specsOf(t), done: make(chan struct{}), changed: make(chan struct{}),
		conns: map[net.Conn]bool{}, requests: map[string]int{}, byToken: map[string]*Interaction{},
	}
	s.state = state{channels: map[string]*channel{}, people: map[string]*Person{}, files: map[string][]byte{}, commands: map[string][]*Command{}, nonces: map[string]nonce{}}
	s.bot = User{ID: s.snowflake(), Username: "Rewind", Discriminator: "0", Bot: true}
	s.limits = newLimits()
	s.gateway = newGateway()
	s.http = &http.Server{Handler: http.HandlerFunc(s.serve)}
	s.served.Go(func() { _ = s.http.Serve(l) }) // it ends with an error when the server is closed
	t.Cleanup(s.Close)
	return s
}

// Close ends the server and all of its connections, and waits for them.
func (s *Server) Close() {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return
	}
	s.closed = true
	close(s.done)
	for c := range s.conns {
		_ = c.Close()
	}
	for _, c := range s.channels {
		if c.thread != nil && c.thread.timer != nil {
			c.thread.timer.Stop()
		}
	}
	s.mu.Unlock()
	_ = s.http.Close()
	_ = s.listen.Close()
	s.served.Wait()
}

// URL is the address of the server, without the path of the API.
func (s *Server) URL() string { return s.url }

// Token is the bot's token with the word that goes before it.
func (s *Server) Token() string { return "Bot " + botToken }

const botToken = "token.of.the.tests"

// Bot is the bot's account. The application has the same ID.
func (s *Server) Bot() User {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.bot
}

// Dial connects to the server whatever the address. It fits net.Dialer's DialContext.
func (s *Server) Dial(ctx context.Context, _, _ string) (net.Conn, error) { return s.dial(ctx) }

// Transport sends every request to the server, whatever its host, and without encryption.
func (s *Server) Transport() http.RoundTripper {
	t := &http.Transport{DialContext: s.Dial}
	s.t.Cleanup(t.CloseIdleConnections)
	return redirect{t, s.url}
}

type redirect struct {
	to  http.RoundTripper
	url string
}

func (r redirect) RoundTrip(q *http.Request) (*http.Response, error) {
	u, err := url.Parse(r.url)
	if err != nil {
		return nil, err
	}
	q = q.Clone(q.Context())
	q.URL.Scheme, q.URL.Host, q.Host = u.Scheme, u.Host, u.Host
	return r.to.RoundTrip(q)
}

// Until waits until ok holds and fails the test after ten seconds. It looks again whenever something changed here, and every
// few milliseconds for what changes in the client.
func (s *Server) Until(what string, ok func() bool) {
	s.t.Helper()
	s.Within(10*time.Second, what, ok)
}

// Within is Until for what takes longer, as a client that waits out a limit may.
func (s *Server) Within(most time.Duration, what string, ok func() bool) {
	s.t.Helper()
	if !s.wait(most, ok) {
		s.t.Fatalf("after %v still not: %s", most, what)
	}
}

// wait looks at ok until it holds, and says whether it did in time.
func (s *Server) wait(most time.Duration, ok func() bool) bool {
	late := time.NewTimer(most)
	defer late.Stop()
	again := time.NewTicker(5 * time.Millisecond)
	defer again.Stop()
	for {
		s.mu.Lock()
		changed := s.changed
		s.mu.Unlock()
		if ok() {
			return true
		}
		select {
		case <-changed:
		case <-again.C:
		case <-s.done:
			return ok()
		case <-late.C:
			return ok()
		}
	}
}

// touch wakes up everybody who waits for a change. The caller holds s.mu.
func (s *Server) touch() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// Requests counts the requests that arrived at a route, such as "POST /channels/{channel_id}/messages", whatever became
// of them.
func (s *Server) Requests(route string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.requests[route]
}
