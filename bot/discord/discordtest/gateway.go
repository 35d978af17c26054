package discordtest

import (
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/gorilla/websocket"
)

// Intents say which events a client wants.
// https://discord.com/developers/docs/events/gateway#gateway-intents
type Intents int

// The intents in use here. Those for members, presences and message content must be granted to the application.
const (
	IntentGuilds          Intents = 1 << 0
	IntentGuildMembers    Intents = 1 << 1
	IntentGuildPresences  Intents = 1 << 8
	IntentGuildMessages   Intents = 1 << 9
	IntentGuildReactions  Intents = 1 << 10
	IntentDirectMessages  Intents = 1 << 12
	IntentDirectReactions Intents = 1 << 13
	IntentMessageContent  Intents = 1 << 15
	privilegedIntents             = IntentGuildMembers | IntentGuildPresences | IntentMessageContent
	knownIntents          Intents = 1<<17 - 1 | 1<<20 | 1<<21 | 1<<24 | 1<<25
	intentGuilds                  = IntentGuilds
	intentAlways          Intents = 0
	defaultHeartbeat              = 41250 * time.Millisecond
	sendsPerMinute                = 120 // https://discord.com/developers/docs/events/gateway#rate-limiting
	identifiesPerDay              = 1000
	keptEvents                    = 10_000
)

// The opcodes of the gateway.
// https://discord.com/developers/docs/topics/opcodes-and-status-codes#gateway-gateway-opcodes
const (
	opDispatch       = 0
	opHeartbeat      = 1
	opIdentify       = 2
	opPresence       = 3
	opVoice          = 4
	opResume         = 6
	opReconnect      = 7
	opRequestMembers = 8
	opInvalidSession = 9
	opHello          = 10
	opHeartbeatAck   = 11
)

// The close codes of the gateway.
// https://discord.com/developers/docs/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes
const (
	CloseUnknown              = 4000
	CloseUnknownOpcode        = 4001
	CloseDecodeError          = 4002
	CloseNotAuthenticated     = 4003
	CloseAuthenticationFailed = 4004
	CloseAlreadyAuthenticated = 4005
	CloseInvalidSequence      = 4007
	CloseRateLimited          = 4008
	CloseSessionTimeout       = 4009
	CloseInvalidShard         = 4010
	CloseShardingRequired     = 4011
	CloseInvalidVersion       = 4012
	CloseInvalidIntents       = 4013
	CloseDisallowedIntents    = 4014
)

// gateway is what the server knows of connections. Server.mu guards it.
type gateway struct {
	granted     Intents
	interval    time.Duration
	shards      int
	concurrency int
	remaining   int // identifications of the day
	deaf        bool
	links       map[*link]bool
	sessions    []*session
	identified  []time.Time
	connects    int
	identifies  int
	resumes     int
	heartbeats  int
	codes       []int // with which clients closed
}

func newGateway() gateway {
	return gateway{granted: IntentMessageContent, interval: defaultHeartbeat, shards: 1, concurrency: 1,
		remaining: identifiesPerDay, links: map[*link]bool{}}
}

// link is one connection of a client. What is to be sent waits in out, so that nobody waits for a client's reading.
type link struct {
	ws      *websocket.Conn
	out     []outgoing
	wake    chan struct{} // holds one
	closed  chan struct{}
	session *session
	sends   window
	silent  bool // sends nothing any more, as a connection that is dead but not closed
}

// outgoing is a frame, or a close if code is set, or the end of the connection without one if cut is.
type outgoing struct {
	frame []byte
	code  int
	cut   bool
}

// frame is what passes through the gateway.
type frame struct {
	Op   int             `json:"op"`
	Data json.RawMessage `json:"d"`
	Seq  *int64          `json:"s,omitempty"`
	Type string          `json:"t,omitempty"`
}

func (s *Server) getGateway(*request) (any, *apiError) {
	return map[string]any{"url": s.websocketURL()}, nil
}

func (s *Server) websocketURL() string { return "ws" + s.url[len("http"):] }

func (s *Server) getGatewayBot(*request) (any, *apiError) {
	g := &s.gateway
	return map[string]any{"url": s.websocketURL(), "shards": g.shards, "session_start_limit": map[string]any{
		"total": identifiesPerDay, "remaining": g.remaining, "reset_after": (24 * time.Hour).Milliseconds(),
		"max_concurrency": g.concurrency}}, nil
}

// serveGateway keeps one connection: this goroutine reads, another writes.
func (s *Server) serveGateway(w http.ResponseWriter, q *http.Request) {
	s.mu.Lock()
	refused := s.happens(func(f *Fault) bool { return f.Kind == ConnectionRefused })
	s.mu.Unlock()
	if refused != nil {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	ws, err := (&websocket.Upgrader{}).Upgrade(w, q, nil)
	if err != nil {
		return // it has answered already
	}
	defer func() {
		s.mu.Lock()
		delete(s.conns, ws.NetConn())
		s.mu.Unlock()
		_ = ws.Close() // it may be closed already
	}()
	l := &link{ws: ws, wake: make(chan struct{}, 1), closed: make(chan struct{})}
	if !s.join(l, q.URL.Query().Get("v")) {
		return
	}
	ws.SetCloseHandler(func(int, string) error { return nil }) // the client ends the connection, see below
	err = s.readLink(l)
	s.part(l, err)
	if closed := (*websocket.CloseError)(nil); errors.As(err, &closed) {
		linger(ws.NetConn())
	}
}

// linger leaves it to a client that said goodbye to end the connection. discordgo sleeps for a second after that with its
// lock held, while its reader would wait for the lock as soon as the connection ended: in a bubble, for ever.
func linger(c net.Conn) {
	if c.SetReadDeadline(time.Now().Add(2*time.Second)) == nil {
		_, _ = io.Copy(io.Discard, c) // any end will do
	}
}

// join admits a connection and greets it.
func (s *Server) join(l *link, version string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.touch()
	if s.closed {
		return false
	}
	s.served.Go(func() { s.writeLink(l) })
	g := &s.gateway
	g.connects++
	g.links[l] = true
	s.conns[l.ws.NetConn()] = true
	switch {
	case version != "9" && version != "10":
		l.send(outgoing{code: CloseInvalidVersion})
	case s.happens(func(f *Fault) bool { return f.Kind == NoHello }) == nil:
		s.sendOp(l, opHello, map[string]any{"heartbeat_interval": g.interval.Milliseconds()})
	}
	return true
}

// part forgets a connection. A client that closed with 1000 or 1001 has ended its session with it.
// https://discord.com/developers/docs/events/gateway#disconnecting
func (s *Server) part(l *link, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.touch()
	close(l.closed)
	delete(s.gateway.links, l)
	if closed := (*websocket.CloseError)(nil); errors.As(err, &closed) && closed.Code != websocket.CloseAbnormalClosure {
		s.gateway.codes = append(s.gateway.codes, closed.Code)
		if closed.Code == websocket.CloseNormalClosure || closed.Code == websocket.CloseGoingAway {
			s.forget(l.session)
		}
	}
	if l.session != nil && l.session.link == l {
		l.session.link = nil
	}
}

// send queues what is to be sent. The caller holds Server.mu.
func (l *link) send(o outgoing) {
	if l.silent && o.frame != nil {
		return
	}
	l.out = append(l.out, o)
	select {
	case l.wake <- struct{}{}:
	default: // it is awake already
	}
}

// sendOp queues a frame that is no event.
func (s *Server) sendOp(l *link, op int, data any) {
	l.send(outgoing{frame: encode(frame{Op: op, Data: encode(data)})})
}

// encode is for values that can be encoded.
func encode(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // a value of ours that JSON does not know
	}
	return b
}

func (s *Server) writeLink(l *link) {
	for {
		s.mu.Lock()
		out := l.out
		l.out = nil
		s.mu.Unlock()
		for _, o := range out {
			switch {
			case o.cut:
				if t, ok := l.ws.NetConn().(interface{ SetLinger(int) error }); ok {
					_ = t.SetLinger(0) // where it cannot be set the connection still ends
				}
				_ = l.ws.Close()
				return
			case o.code != 0:
				closeWith(l.ws, o.code)
				_ = l.ws.Close()
				return
			}
			if l.ws.WriteMessage(websocket.TextMessage, o.frame) != nil {
				return // the reader notices too
			}
		}
		select {
		case <-l.wake:
		case <-l.closed:
			return
		}
	}
}

// closeWith says goodbye; a client that is gone does not hear it.
func closeWith(ws *websocket.Conn, code int) {
	_ = ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, ""), time.Now().Add(time.Minute))
}

func (s *Server) readLink(l *link) error {
	for {
		s.mu.Lock()
		patience := 2 * s.gateway.interval // a client that lost two heartbeats is gone
		s.mu.Unlock()
		if err := l.ws.SetReadDeadline(time.Now().Add(patience)); err != nil {
			return err
		}
		_, b, err := l.ws.ReadMessage()
		if e := net.Error(nil); errors.As(err, &e) && e.Timeout() {
			closeWith(l.ws, CloseSessionTimeout)
		}
		if err != nil {
			return err
		}
		s.hear(l, b)
	}
}

// hear acts on one frame of a client.
func (s *Server) hear(l *link, b []byte) {
	var f frame
	if err := json.Unmarshal(b, &f); err != nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		l.send(outgoing{code: CloseDecodeError})
		return
	}
	if name := map[int]string{opHeartbeat: "heartbeat", opIdentify: "identify", opResume: "resume"}[f.Op]; name != "" {
		s.validateFrame(name, b)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.touch()
	if _, _, ok := l.sends.take(Limit{sendsPerMinute, time.Minute}, time.Now()); !ok {
		l.send(outgoing{code: CloseRateLimited})
		return
	}
	switch f.Op {
	case opHeartbeat:
		s.heartbeat(l)
	case opIdentify:
		s.identify(l, f.Data)
	case opResume:
		s.resume(l, f.Data)
	case opPresence, opVoice, opRequestMembers:
		if l.session == nil {
			l.send(outgoing{code: CloseNotAuthenticated})
		}
	default:
		l.send(outgoing{code: CloseUnknownOpcode})
	}
}

func (s *Server) heartbeat(l *link) {
	s.gateway.heartbeats++
	if s.gateway.deaf || s.happens(func(f *Fault) bool { return f.Kind == HeartbeatUnheard }) != nil {
		return
	}
	s.sendOp(l, opHeartbeatAck, nil)
}
