package slacktest

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

// Server is a Slack with one app, which is installed in one workspace; [Server.Install] adds others. The methods of the first
// workspace are the server's too.
//
// All methods may be called from any goroutine; those that fail the test when it asks for something impossible may only be
// called from the test's own.
type Server struct {
	*Workspace

	t      T
	specs  *schemas // nil if nothing is validated
	url    string
	dial   func(context.Context) (net.Conn, error)
	http   *http.Server
	listen net.Listener
	done   chan struct{} // closed when the server ends
	served sync.WaitGroup

	mu         sync.Mutex // guards what follows, and the workspaces with all that is in them
	app        app
	workspaces []*Workspace
	changed    chan struct{} // closed and made anew with every change
	closed     bool
	lastID     int
	socket     socket
	hooks      hooks
	dispatch   dispatch
	triggers   map[string]*trigger
	responses  map[string]*responseURL
	limits     limits
	ordered    []*Ordered
	requests   map[string]int // by method
	reactors   int            // how many are named of a reaction; 0 for all
}

// app is the app as it is registered with Slack.
type app struct {
	id            string
	appToken      string
	appTokenState string // an error code, or "" while it is valid
	signingSecret string
	events        map[string]bool // subscribed to
	distributed   bool
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

// NewInMemory starts a server without sockets. In a bubble of testing/synctest it first lets the clock run to 2026, since the
// bubble's starts in 2000, when a ts had a digit less and did not sort as those of today do.
func NewInMemory(t T) *Server {
	t.Helper()
	if begin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC); time.Now().Before(begin) {
		time.Sleep(time.Until(begin))
	}
	m := memnet.New()
	return start(t, m, "http://slack.test", m.Dial)
}

func start(t T, l net.Listener, address string, dial func(context.Context) (net.Conn, error)) *Server {
	t.Helper()
	s := &Server{
		t: t, url: address, dial: dial, listen: l, specs: specsOf(t), done: make(chan struct{}), changed: make(chan struct{}),
		requests: map[string]int{}, triggers: map[string]*trigger{}, responses: map[string]*responseURL{}, limits: newLimits(),
	}
	s.app = app{id: s.newID("A"), appToken: "xapp-1-of-the-tests", signingSecret: "secret of the tests", events: map[string]bool{}}
	for _, e := range defaultEvents {
		s.app.events[e] = true
	}
	s.socket = newSocket()
	s.dispatch = newDispatch()
	s.Workspace = s.install("Rewind Tests")
	s.http = &http.Server{Handler: http.HandlerFunc(s.serve)}
	s.served.Go(func() { _ = s.http.Serve(l) }) // it ends with an error when the server is closed
	t.Cleanup(s.Close)
	return s
}

// Close ends the server with all that it does, and waits for it.
func (s *Server) Close() {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return
	}
	s.closed = true
	close(s.done)
	s.dispatch.stop()
	for _, c := range s.socket.conns {
		c.drop()
	}
	s.mu.Unlock()
	_ = s.http.Close()
	_ = s.listen.Close()
	s.served.Wait()
}

// start runs f in a goroutine that Close waits for, unless the server is closed. The caller holds s.mu.
func (s *Server) start(f func()) {
	if !s.closed {
		s.served.Go(f)
	}
}

// URL is the address of the Web API, as slack.OptionAPIURL wants it.
func (s *Server) URL() string { return s.url + "/api/" }

// AppToken is the app-level token, for Socket Mode.
func (s *Server) AppToken() string { return s.app.appToken }

// SigningSecret is what requests to the bot's own listener are signed with.
func (s *Server) SigningSecret() string { return s.app.signingSecret }

// AppID is the app's ID.
func (s *Server) AppID() string { return s.app.id }

// Dial connects to the server whatever the address. It fits net.Dialer's DialContext and a websocket dialer's NetDialContext.
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

// Until waits until ok holds, looking again whenever something changed, and fails the test after ten seconds.
func (s *Server) Until(what string, ok func() bool) {
	s.t.Helper()
	late := time.NewTimer(10 * time.Second)
	defer late.Stop()
	for {
		s.mu.Lock()
		changed := s.changed
		s.mu.Unlock()
		if ok() {
			return
		}
		select {
		case <-changed:
		case <-late.C:
			if !ok() {
				s.t.Fatalf("after ten seconds still not: %s", what)
			}
			return
		}
	}
}

// touch wakes up everybody who waits for a change. The caller holds s.mu.
func (s *Server) touch() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// Requests counts the requests that arrived for a method such as "chat.postMessage", whatever became of them. Uses of a
// response_url are counted as "response_url", downloads of files as "file".
func (s *Server) Requests(method string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.requests[method]
}

// Distribute says whether the app is one that is distributed outside of the Marketplace: then reading histories is limited to
// one request a minute and fifteen messages.
// https://docs.slack.dev/apis/web-api/rate-limits#rate-limit-changes
func (s *Server) Distribute(distributed bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.app.distributed = distributed
}

// Subscribe sets the events that the app is subscribed to, by the names that they have in a manifest, such as
// "message.channels". By default it is subscribed to all that the server knows.
func (s *Server) Subscribe(events ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.app.events)
	for _, e := range events {
		s.app.events[e] = true
	}
}
