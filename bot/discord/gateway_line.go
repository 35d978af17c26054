package discord

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"runtime/debug"
	"sync"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/gorilla/websocket"
)

// The opcodes of the gateway.
// https://discord.com/developers/docs/topics/opcodes-and-status-codes#gateway-gateway-opcodes
const (
	opDispatch     = 0
	opHeartbeat    = 1
	opReconnect    = 7
	opInvalid      = 9
	opHello        = 10
	opHeartbeatAck = 11
)

// closeKeep ends a connection and keeps its session, which 1000 and 1001 do not.
// https://discord.com/developers/docs/events/gateway#disconnecting
const closeKeep = 4000

const (
	dialPatience = 15 * time.Second
	// greetPatience is how long Discord may take to greet, to answer IDENTIFY or RESUME, and between what it sends before
	// the connection is up.
	greetPatience = 30 * time.Second
	sendPatience  = 10 * time.Second
	// partSpan is how long discordgo may take to end its side; it sleeps for a second.
	partSpan = 3 * time.Second
	restSpan = 10 * time.Millisecond
	// frameLimit is far above what Discord sends of a large guild.
	frameLimit = 64 << 20
)

// Why a connection ends, beside what the network says and close codes, which are *websocket.CloseError.
var (
	errStopped   = errors.New("told to stop")
	errReconnect = errors.New("discord asks to reconnect")
	errSilent    = errors.New("discord is silent")
	errLibrary   = errors.New("discordgo ended the connection")
)

// errInvalid says that a session is not valid, or not now.
type errInvalid struct{ resumable bool }

func (e errInvalid) Error() string { return fmt.Sprintf("invalid session, resumable: %v", e.resumable) }

// line is one connection to the gateway. Discord is at one end, discordgo at the other, and we stand between them, since
// discordgo v0.29.0 must not see everything that Discord sends. It would wait for itself for ever after a request to
// reconnect or an acknowledgement while it connects, identify at once when a session is invalid, close what is dead in the
// way that ends the session, go on after codes that are final, and panic or make empty structs of events it does not know.
//
// So discordgo greets, identifies, resumes and keeps the heart beating. Of events it is given only the numbers, and the
// session's ID. What ends the connection is found and judged here; discordgo just sees an end.
type line struct {
	up    *websocket.Conn // to Discord
	near  net.Conn        // discordgo's end of the pipe between us
	far   net.Conn        // and ours
	heard func(*discordgo.Event)

	sending sync.Mutex // held while writing to up
	ended   chan struct{}
	all     sync.WaitGroup

	mu       sync.Mutex // guards what follows
	down     *websocket.Conn
	cause    error // why the line has ended
	seq      int64
	interval time.Duration // of heartbeats, 0 before Discord has said it
	since    time.Time     // when it was up
	session  string        // of READY
	resumeAt string
}

// dial connects to Discord. It ends with ctx even in the midst of greeting.
func dial(ctx context.Context, d websocket.Dialer, url string) (*websocket.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, dialPatience)
	defer cancel()
	through := d.NetDialContext
	if through == nil {
		through = new(net.Dialer).DialContext
	}
	stop := func() bool { return true }
	d.NetDialContext = func(within context.Context, network, addr string) (net.Conn, error) {
		c, err := through(within, network, addr)
		if err == nil {
			stop = context.AfterFunc(ctx, func() { _ = c.Close() }) // whoever reads or writes gets the error
		}
		return c, err
	}
	ws, answer, err := d.DialContext(ctx, url, nil)
	if !stop() && err == nil {
		_ = ws.Close() // it is closed already
		return nil, context.Cause(ctx)
	}
	if answer != nil && errors.Is(err, websocket.ErrBadHandshake) {
		return nil, fmt.Errorf("%w: %s", err, answer.Status)
	}
	return ws, err
}

// newLine makes a line of a connection to Discord. heard is called with each event, in order.
func newLine(up *websocket.Conn, heard func(*discordgo.Event)) *line {
	l := &line{up: up, heard: heard, ended: make(chan struct{})}
	l.near, l.far = net.Pipe()
	up.SetReadLimit(frameLimit)
	up.SetCloseHandler(func(int, string) error { return nil }) // end says goodbye
	l.expect(greetPatience)
	return l
}

func (l *line) start() {
	l.all.Go(func() { l.end(guarded("pass on to discord", l.passUp), closeKeep) })
}

// wait returns when discordgo has ended its side, or was made to.
func (l *line) wait() { l.all.Wait() }

// end ends the line; the first cause counts. Discord is told the code.
func (l *line) end(cause error, code int) {
	l.mu.Lock()
	if l.cause != nil {
		l.mu.Unlock()
		return
	}
	l.cause = cause
	down := l.down
	l.mu.Unlock()
	if down == nil {
		_ = l.far.Close()
	}
	goodbye(l.up, code)
	_ = l.up.Close()
	close(l.ended)
}

// letGo tells discordgo that the line has ended, and gives it time to end its side. What it still says is read: if writing
// failed, its heartbeat would close whatever connection it has by then. Before that it comes to rest, since it sleeps for a
// second with a lock held that its heartbeat wants.
func (l *line) letGo() {
	<-l.ended
	time.Sleep(restSpan)
	goodbye(l.down, websocket.CloseServiceRestart)
	_ = l.down.SetReadDeadline(time.Now().Add(partSpan))
}

// goodbye says why a connection ends. It does not matter whether that is heard.
func goodbye(ws *websocket.Conn, code int) {
	_ = ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, ""), time.Now().Add(time.Second))
}

// over says whether the line has ended.
func (l *line) over() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.cause != nil
}

// passUp answers discordgo's call and passes on what it says, until it hangs up.
func (l *line) passUp() error {
	defer l.far.Close()
	down, err := answer(l.far)
	if err != nil {
		return fmt.Errorf("%w: %w", errLibrary, err)
	}
	l.mu.Lock()
	l.down = down
	over := l.cause != nil
	l.mu.Unlock()
	if over {
		return errStopped // whoever ended it has not seen down
	}
	l.all.Go(l.letGo)
	l.all.Go(func() { l.end(guarded("hear discord", l.hear), closeKeep) })
	for {
		_, b, err := down.ReadMessage()
		if err != nil {
			return fmt.Errorf("%w: %w", errLibrary, err)
		}
		if l.over() {
			continue
		}
		if err := l.send(b); err != nil {
			l.end(err, closeKeep)
		}
	}
}

// hear reads what Discord sends until the connection ends, and returns why.
func (l *line) hear() error {
	for {
		_, b, err := l.up.ReadMessage()
		if timeout := net.Error(nil); errors.As(err, &timeout) && timeout.Timeout() {
			return errSilent
		}
		if err != nil {
			return err
		}
		f := &discordgo.Event{}
		if err := json.Unmarshal(b, f); err != nil {
			return fmt.Errorf("a frame that is none: %w", err)
		}
		if err := l.frame(f, b); err != nil {
			return err
		}
	}
}

// frame acts on one frame of Discord's. An error ends the connection.
func (l *line) frame(f *discordgo.Event, b []byte) error {
	switch f.Operation {
	case opHello:
		return l.hello(f, b)
	case opHeartbeat:
		l.mu.Lock()
		seq := l.seq
		l.mu.Unlock()
		return l.send(fmt.Appendf(nil, `{"op":1,"d":%d}`, seq))
	case opHeartbeatAck:
		if !l.acknowledged() {
			return nil
		}
		return l.pass(b)
	case opReconnect:
		return errReconnect
	case opInvalid:
		var resumable bool
		_ = json.Unmarshal(f.RawData, &resumable) // anything else is no
		return errInvalid{resumable}
	case opDispatch:
		return l.dispatched(f)
	}
	return nil // there is nothing yet that clients would have to know
}

func (l *line) hello(f *discordgo.Event, b []byte) error {
	var d struct {
		Interval int64 `json:"heartbeat_interval"`
	}
	if err := json.Unmarshal(f.RawData, &d); err != nil {
		return fmt.Errorf("a greeting: %w", err)
	}
	if d.Interval < 100 || d.Interval > time.Hour.Milliseconds() {
		return fmt.Errorf("a greeting with a heartbeat interval of %d ms", d.Interval) // discordgo would panic
	}
	l.mu.Lock()
	again := l.interval != 0
	l.interval = time.Duration(d.Interval) * time.Millisecond
	l.mu.Unlock()
	if again {
		return nil
	}
	l.expect(greetPatience)
	return l.pass(b)
}

// dispatched hands an event on. Only then discordgo is given its number, so that it is not lost if the session is resumed.
func (l *line) dispatched(f *discordgo.Event) error {
	short := fmt.Appendf(nil, `{"op":0,"s":%d,"t":"","d":null}`, f.Sequence)
	if f.Type == "READY" {
		var d struct {
			Session string `json:"session_id"`
			URL     string `json:"resume_gateway_url"`
		}
		if err := json.Unmarshal(f.RawData, &d); err != nil {
			return fmt.Errorf("READY: %w", err)
		}
		if d.Session == "" {
			return errors.New("READY without a session")
		}
		l.mu.Lock()
		l.session, l.resumeAt = d.Session, d.URL
		l.mu.Unlock()
		id, _ := json.Marshal(d.Session) // a string can be encoded
		short = fmt.Appendf(nil, `{"op":0,"s":%d,"t":"READY","d":{"session_id":%s}}`, f.Sequence, id)
	}
	if err := l.progress(f); err != nil {
		return err
	}
	l.heard(f)
	return l.pass(short)
}

// progress notes an event's number, and whether the connection is up now. Until it is, each event buys more patience;
// then only acknowledgements do.
func (l *line) progress(f *discordgo.Event) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.seq = f.Sequence
	switch {
	case l.interval == 0:
		return errors.New("an event before the greeting")
	case !l.since.IsZero():
	case f.Type == "READY" || f.Type == "RESUMED":
		l.since = time.Now()
		l.expectHeartbeat()
	default:
		l.expect(greetPatience)
	}
	return nil
}

// acknowledged takes the acknowledgement of a heartbeat, and says whether discordgo may see it: only once it is connected.
func (l *line) acknowledged() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.since.IsZero() {
		return false
	}
	l.expectHeartbeat()
	return true
}

// expectHeartbeat says that the next heartbeat, which is due after an interval, must be acknowledged well before the one after
// it is due. Events do not count: a connection may be dead in one direction only. The caller holds mu.
func (l *line) expectHeartbeat() { l.expect(l.interval * 19 / 10) }

// expect says how long Discord may be silent from now on.
func (l *line) expect(d time.Duration) {
	_ = l.up.SetReadDeadline(time.Now().Add(d)) // an error comes again from reading
}

// send writes to Discord.
func (l *line) send(b []byte) error {
	l.sending.Lock()
	defer l.sending.Unlock()
	if err := l.up.SetWriteDeadline(time.Now().Add(sendPatience)); err != nil {
		return err
	}
	return l.up.WriteMessage(websocket.TextMessage, b)
}

// pass writes to discordgo. Only hear does.
func (l *line) pass(b []byte) error {
	if err := l.down.SetWriteDeadline(time.Now().Add(sendPatience)); err != nil {
		return fmt.Errorf("%w: %w", errLibrary, err)
	}
	if err := l.down.WriteMessage(websocket.TextMessage, b); err != nil {
		return fmt.Errorf("%w: %w", errLibrary, err)
	}
	return nil
}

// guarded runs f and turns a panic into an error that names what it was doing.
func guarded(what string, f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%s: panic: %v\n%s", what, p, debug.Stack())
		}
	}()
	return f()
}
