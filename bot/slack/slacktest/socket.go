package slacktest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// What Slack holds Socket Mode connections to.
// https://docs.slack.dev/apis/events-api/using-socket-mode
const (
	mostConnections = 10
	pingEvery       = 5 * time.Second
	warnBefore      = 10 * time.Second // between a warning and the end
	ticketLife      = 30 * time.Second // not documented
	mostAckBytes    = 20 * 1024        // not documented; measured by slack-go: longer acknowledgements are not heard
)

// The reasons for which Slack ends a connection.
// https://docs.slack.dev/apis/events-api/using-socket-mode#disconnect
const (
	Warning           = "warning"
	RefreshRequested  = "refresh_requested"
	LinkDisabled      = "link_disabled"
	TooManyWebsockets = "too_many_websockets" // not documented: https://github.com/slackapi/node-slack-sdk/issues/1654
)

// socket is the Socket Mode side of the server.
type socket struct {
	conns     []*conn
	next      int
	tickets   map[string]time.Time
	disabled  bool
	connected int // how many there were
	oversized int
}

func newSocket() socket { return socket{tickets: map[string]time.Time{}} }

// conn is one connection.
type conn struct {
	ws   *websocket.Conn
	wake chan struct{} // has room for one
	gone chan struct{}
	once sync.Once

	silent  bool // nothing is sent any more, and nothing heard
	unasked bool // it may not be there, and gets nothing but the request to end
	queue   [][]byte
}

// connectionKinds are the faults that befall a new connection.
var connectionKinds = map[Kind]bool{ConnectionRefused: true, ConnectionSilent: true, NoHello: true, DisconnectAtOnce: true}

func (s *Server) disconnect(c *conn, reason string) {
	s.frame(c, object{"type": "disconnect", "reason": reason, "debug_info": object{"host": "applink-tests"}})
	s.touch()
	s.start(func() {
		end := time.NewTimer(warnBefore)
		defer end.Stop()
		select {
		case <-end.C:
			c.drop()
		case <-c.gone:
		case <-s.done:
		}
	})
}

// openConnection is apps.connections.open.
// https://docs.slack.dev/reference/methods/apps.connections.open
func (s *Server) openConnection(*request) (object, *apiError) {
	ticket := strings.ToLower(s.newID("ticket"))
	s.socket.tickets[ticket] = time.Now().Add(ticketLife)
	return object{"url": "ws" + strings.TrimPrefix(s.url, "http") + "/link/?ticket=" + ticket + "&app_id=" + s.app.id}, nil
}

// serveSocket takes a websocket.
func (s *Server) serveSocket(w http.ResponseWriter, q *http.Request) {
	ticket := q.URL.Query().Get("ticket")
	s.mu.Lock()
	until, ok := s.socket.tickets[ticket]
	delete(s.socket.tickets, ticket)
	ok = ok && time.Now().Before(until)
	fault := Fault{}
	if ok {
		if f := s.happens(func(f *Fault) bool { return connectionKinds[f.Kind] }); f != nil {
			fault = *f
		}
	}
	s.mu.Unlock()
	if !ok || fault.Kind == ConnectionRefused {
		http.Error(w, "invalid ticket", http.StatusUnauthorized)
		return
	}
	up := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	ws, err := up.Upgrade(w, q, nil)
	if err != nil {
		return // the client was answered
	}
	c := &conn{ws: ws, wake: make(chan struct{}, 1), gone: make(chan struct{})}
	if !s.admit(c, fault) {
		c.drop()
		return
	}
	s.listenTo(c)
	c.drop()
	s.mu.Lock()
	s.socket.conns = slices.DeleteFunc(s.socket.conns, func(o *conn) bool { return o == c })
	s.touch()
	s.mu.Unlock()
}

// admit greets a connection, and says whether the server is still there to do so.
func (s *Server) admit(c *conn, fault Fault) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.start(func() { s.speakTo(c) })
	s.socket.connected++
	s.socket.conns = append(s.socket.conns, c)
	s.touch()
	switch {
	case len(s.socket.conns) > mostConnections:
		c.unasked = true
		s.disconnect(c, TooManyWebsockets)
	case s.socket.disabled:
		c.unasked = true
		s.disconnect(c, LinkDisabled)
	case fault.Kind == NoHello:
	default:
		s.frame(c, object{"type": "hello", "num_connections": len(s.socket.conns), "connection_info": object{"app_id": s.app.id},
			"debug_info": object{"host": "applink-tests", "approximate_connection_time": 18060}})
		if fault.Kind == DisconnectAtOnce {
			s.disconnect(c, fault.Code)
		}
	}
	c.silent = fault.Kind == ConnectionSilent
	return true
}

// frame queues a frame. The caller holds s.mu.
func (s *Server) frame(c *conn, frame object) {
	b, err := json.Marshal(frame)
	if err != nil {
		s.t.Errorf("encode a frame: %v", err)
		return
	}
	if c.silent {
		return
	}
	c.queue = append(c.queue, b)
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// push sends an envelope over one of the connections, each in turn. It returns why that was not possible.
func (s *Server) push(e *envelope) string {
	conns := slices.DeleteFunc(slices.Clone(s.socket.conns), func(c *conn) bool { return c.unasked })
	if len(conns) == 0 {
		return "connection_failed"
	}
	c := conns[s.socket.next%len(conns)]
	s.socket.next++
	f := object{"envelope_id": e.id, "type": e.kind, "payload": e.payload, "accepts_response_payload": e.accepts}
	if e.kind == eventsAPI {
		f["retry_attempt"], f["retry_reason"] = e.attempt, e.reason
	}
	s.frame(c, f)
	return ""
}

// speakTo writes what is queued, and pings.
func (s *Server) speakTo(c *conn) {
	ticker := time.NewTicker(pingEvery)
	defer ticker.Stop()
	ping := true // Slack pings as soon as a connection is open
	for {
		s.mu.Lock()
		queue, silent := c.queue, c.silent
		c.queue = nil
		s.mu.Unlock()
		for _, b := range queue {
			if c.ws.WriteMessage(websocket.TextMessage, b) != nil {
				return
			}
		}
		if ping && !silent && c.ws.WriteControl(websocket.PingMessage, []byte("Ping from applink-tests"), time.Now().Add(patience)) != nil {
			return
		}
		ping = false
		select {
		case <-c.wake:
		case <-ticker.C:
			ping = true
		case <-c.gone:
			return
		case <-s.done:
			return
		}
	}
}

// listenTo reads acknowledgements until the connection ends.
func (s *Server) listenTo(c *conn) {
	for {
		_, b, err := c.ws.ReadMessage()
		if err != nil {
			return
		}
		var ack struct {
			EnvelopeID string          `json:"envelope_id"`
			Payload    json.RawMessage `json:"payload"`
		}
		if err := json.Unmarshal(b, &ack); err != nil || ack.EnvelopeID == "" {
			s.t.Errorf("an acknowledgement is not understood: %v", err)
			continue
		}
		s.mu.Lock()
		switch {
		case c.silent:
		case len(b) > mostAckBytes:
			s.socket.oversized++
			s.touch()
		default:
			s.acked(ack.EnvelopeID, ack.Payload)
		}
		s.mu.Unlock()
	}
}

// drop cuts the connection.
func (c *conn) drop() {
	c.once.Do(func() {
		close(c.gone)
		_ = c.ws.Close()
	})
}
