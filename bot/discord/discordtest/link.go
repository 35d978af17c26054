package discordtest

import (
	"encoding/json"
	"errors"
	"io"
	"net"
	"time"

	"github.com/gorilla/websocket"
)

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
		s.closeLink(l, CloseInvalidVersion)
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

// closeLink queues the end of a connection. The caller holds Server.mu.
func (s *Server) closeLink(l *link, code int) {
	s.gateway.closed = append(s.gateway.closed, code)
	l.send(outgoing{code: code})
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
			s.mu.Lock()
			s.gateway.closed = append(s.gateway.closed, CloseSessionTimeout)
			s.mu.Unlock()
			closeWith(l.ws, CloseSessionTimeout)
		}
		if err != nil {
			return err
		}
		s.hear(l, b)
	}
}
