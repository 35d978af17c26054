package discordtest

import (
	"encoding/json"
	"errors"
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
	spacing     time.Duration     // between identifications of one group of shards
	identified  map[int]time.Time // when each group did so last
	connects    int
	identifies  int
	resumes     int
	heartbeats  int
	codes       []int // with which clients closed
	closed      []int // with which the server closed
}

func newGateway() gateway {
	return gateway{granted: IntentMessageContent, interval: defaultHeartbeat, shards: 1, concurrency: 1,
		remaining: identifiesPerDay, spacing: 5 * time.Second, identified: map[int]time.Time{}, links: map[*link]bool{}}
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

// hear acts on one frame of a client.
func (s *Server) hear(l *link, b []byte) {
	var f frame
	if err := json.Unmarshal(b, &f); err != nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.closeLink(l, CloseDecodeError)
		return
	}
	if name := map[int]string{opHeartbeat: "heartbeat", opIdentify: "identify", opResume: "resume"}[f.Op]; name != "" {
		s.validateFrame(name, b)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.touch()
	if _, _, ok := l.sends.take(Limit{sendsPerMinute, time.Minute}, time.Now()); !ok {
		s.closeLink(l, CloseRateLimited)
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
			s.closeLink(l, CloseNotAuthenticated)
		}
	default:
		s.closeLink(l, CloseUnknownOpcode)
	}
}

func (s *Server) heartbeat(l *link) {
	s.gateway.heartbeats++
	if s.gateway.deaf || s.happens(func(f *Fault) bool { return f.Kind == HeartbeatUnheard }) != nil {
		return
	}
	s.sendOp(l, opHeartbeatAck, nil)
}
