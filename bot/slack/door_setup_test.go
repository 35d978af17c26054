package slack

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"rewind/bot"
	"rewind/bot/bottest/memnet"
	"rewind/bot/slack/slacktest"
)

// doorTest is a door with one of the ways in, and the Slack that it belongs to, on the clock of a bubble.
type doorTest struct {
	*slacktest.Server
	t    *testing.T
	door *door
	log  *doorLog
	room *slacktest.Channel
	ana  *slacktest.Member

	mu     sync.Mutex // guards what follows
	took   []envelope
	gaps   int
	answer take // what becomes of an envelope; nil takes it
}

// inBubble runs a test on the clock of a bubble.
func inBubble(t *testing.T, test func(t *testing.T, x *doorTest)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		x := &doorTest{Server: slacktest.NewInMemory(t), t: t, log: &doorLog{}}
		x.Subscribe("message.channels", "app_mention")
		x.room, x.ana = x.Channel("general"), x.Member("ana")
		x.door = newDoor(x.take, bot.MachineClock{}, x.logger())
		test(t, x)
	})
}

// byBothWays runs a test with Socket Mode and with requests over HTTP, connected.
func byBothWays(t *testing.T, test func(t *testing.T, x *doorTest)) {
	t.Helper()
	t.Run("socket", func(t *testing.T) {
		inBubble(t, func(t *testing.T, x *doorTest) {
			x.connect()
			test(t, x)
		})
	})
	t.Run("hooks", func(t *testing.T) {
		inBubble(t, func(t *testing.T, x *doorTest) {
			x.listen()
			test(t, x)
		})
	})
}

func (x *doorTest) logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(x.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

func (x *doorTest) take(ctx context.Context, e envelope) (any, error) {
	x.mu.Lock()
	x.took = append(x.took, e)
	answer := x.answer
	x.mu.Unlock()
	if answer != nil {
		return answer(ctx, e)
	}
	return nil, nil
}

func (x *doorTest) gap(context.Context) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.gaps++
}

func (x *doorTest) gapsTold() int {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.gaps
}

// texts are those of what was taken, in its order.
func (x *doorTest) texts() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	var list []string
	for _, e := range x.took {
		list = append(list, textOf(e))
	}
	return strings.Join(list, " ")
}

func textOf(e envelope) string {
	var p struct {
		Text  string
		Event struct{ Text string }
	}
	_ = json.Unmarshal(e.body, &p)
	return p.Text + p.Event.Text
}

// attempts says how many envelopes were sent, and how many of them were acknowledged.
func (x *doorTest) attempts() (sent, acked int) {
	for _, a := range x.Sent() {
		sent++
		if a.Acked {
			acked++
		}
	}
	return sent, acked
}

// wantAll checks that everything that was sent was acknowledged, and nothing given up.
func (x *doorTest) wantAll(attempts int) {
	x.t.Helper()
	if sent, acked := x.attempts(); sent != attempts || acked != attempts || x.Lost() != 0 || x.Unsettled() != 0 {
		x.t.Errorf("%d sent, %d acknowledged, %d lost, %d unsettled; want %d sent\n%+v", sent, acked, x.Lost(), x.Unsettled(), attempts, x.Sent())
	}
}

func (x *doorTest) socketOptions() socketOptions {
	return socketOptions{token: x.AppToken(), api: x.URL(), clock: bot.MachineClock{}, log: x.logger(), gap: x.gap, network: x.Transport(), dial: x.Dial}
}

// running is a way in.
type running struct {
	cancel context.CancelFunc
	done   chan struct{}
	err    error // once done is closed
}

// open runs the sockets until the test ends.
func (x *doorTest) open(o socketOptions) *running {
	return x.start(func(ctx context.Context) error { return runSockets(ctx, o, x.door) })
}

func (x *doorTest) start(run func(context.Context) error) *running {
	ctx, cancel := context.WithCancel(context.Background())
	r := &running{cancel: cancel, done: make(chan struct{})}
	go func() {
		defer close(r.done)
		r.err = run(ctx)
	}()
	x.t.Cleanup(func() {
		cancel()
		<-r.done
	})
	return r
}

// ended checks that a way in has ended.
func (x *doorTest) ended(r *running) error {
	x.t.Helper()
	select {
	case <-r.done:
		return r.err
	default:
		x.t.Fatal("it is still running")
		return nil
	}
}

// connect runs the sockets and waits until both are up.
func (x *doorTest) connect() *running {
	x.t.Helper()
	r := x.open(x.socketOptions())
	time.Sleep(3 * time.Second)
	x.wantConnections(2)
	return r
}

func (x *doorTest) wantConnections(n int) {
	x.t.Helper()
	if got := x.Connections(); got != n {
		x.t.Fatalf("%d connections, want %d\n%s", got, n, x.log)
	}
}

// listen runs the listener and points Slack at it.
func (x *doorTest) listen() *running {
	x.t.Helper()
	m := memnet.New()
	o := hookOptions{secret: x.SigningSecret(), clock: bot.MachineClock{}, log: x.logger(), gap: x.gap}
	r := x.start(func(ctx context.Context) error { return serveHooks(ctx, m, o, x.door) })
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return m.Dial(ctx) }}
	x.t.Cleanup(transport.CloseIdleConnections)
	x.PointAt(slacktest.Hooks{Events: "http://bot.test/slack", Commands: "http://bot.test/slack", Interactivity: "http://bot.test/slack",
		Client: &http.Client{Transport: transport}})
	return r
}

// raw opens a connection as another process would.
func (x *doorTest) raw() *websocket.Conn {
	x.t.Helper()
	q, err := http.NewRequest(http.MethodPost, x.URL()+"apps.connections.open", nil)
	if err != nil {
		x.t.Fatal(err)
	}
	q.Header.Set("Authorization", "Bearer "+x.AppToken())
	a, err := (&http.Client{Transport: x.Transport()}).Do(q)
	if err != nil {
		x.t.Fatal(err)
	}
	defer a.Body.Close()
	var opened struct{ URL string }
	if err := json.NewDecoder(a.Body).Decode(&opened); err != nil {
		x.t.Fatal(err)
	}
	c, _, err := (&websocket.Dialer{NetDialContext: x.Dial}).Dial(opened.URL, nil)
	if err != nil {
		x.t.Fatal(err)
	}
	x.t.Cleanup(func() { _ = c.Close() })
	return c
}

// doorLog is a log that may be read while it is written.
type doorLog struct {
	mu   sync.Mutex
	b    bytes.Buffer
	said map[string]chan struct{} // told when a line holds the words; filled before anything is written
}

func (l *doorLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for words, c := range l.said {
		if bytes.Contains(p, []byte(words)) {
			select {
			case c <- struct{}{}:
			default:
			}
		}
	}
	return l.b.Write(p)
}

func (l *doorLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

var errNotNow = errors.New("not now")

// orderAll lets every request for a connection fail.
func (x *doorTest) orderAll(kind slacktest.Kind) {
	x.Order(slacktest.Fault{Kind: kind, Method: "apps.connections.open", Times: -1})
}

// dialed are the connections that were dialled.
type dialed struct {
	mu    sync.Mutex
	conns []net.Conn
}

func (d *dialed) first() net.Conn {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.conns[0]
}

// tapped lets a test see the connections that are dialled.
func (x *doorTest) tapped(o *socketOptions) *dialed {
	d := &dialed{}
	o.dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := x.Dial(ctx, network, address)
		d.mu.Lock()
		defer d.mu.Unlock()
		d.conns = append(d.conns, c)
		return c, err
	}
	return d
}
