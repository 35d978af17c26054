package discordtest

import (
	"time"
)

// GrantIntents says which privileged intents the application was granted; at first it is IntentMessageContent. Without that
// one the REST API hides what people wrote, too. Identifying with one that was not granted ends in the close code 4014.
func (s *Server) GrantIntents(granted Intents) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gateway.granted = granted & privilegedIntents
}

// SetHeartbeat sets the interval that the next connections are told; Discord's is 41.25 seconds.
func (s *Server) SetHeartbeat(interval time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gateway.interval = interval
}

// SetShards sets what GET /gateway/bot recommends: how many shards, and how many of them may identify at once.
func (s *Server) SetShards(shards, concurrency int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gateway.shards, s.gateway.concurrency = shards, concurrency
}

// SetIdentifySpacing sets how long a shard must wait after another one identified; Discord's time is five seconds. Who does not
// wait is told that the session is invalid.
func (s *Server) SetIdentifySpacing(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gateway.spacing = d
}

// SetIdentifiesLeft sets how often the bot may still identify today.
func (s *Server) SetIdentifiesLeft(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gateway.remaining = n
}

// AskToReconnect sends opcode 7 to every connection and returns how many there were.
func (s *Server) AskToReconnect() int {
	return s.eachLink(func(l *link) { s.sendOp(l, opReconnect, nil) })
}

// InvalidateSessions sends opcode 9 to every connection and returns how many there were. Sessions that are not resumable
// are forgotten.
func (s *Server) InvalidateSessions(resumable bool) int {
	return s.eachLink(func(l *link) {
		s.sendOp(l, opInvalidSession, resumable)
		if l.session != nil {
			l.session.link = nil
			if !resumable {
				s.forget(l.session)
			}
			l.session = nil
		}
	})
}

// LoseSessions forgets all sessions: whoever resumes one is told that it is invalid. It returns how many there were.
func (s *Server) LoseSessions() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := len(s.gateway.sessions)
	s.gateway.sessions = nil
	return n
}

// CloseGateway closes every connection with a code and returns how many there were.
func (s *Server) CloseGateway(code int) int {
	return s.eachLink(func(l *link) { s.closeLink(l, code) })
}

// DropGateway resets every connection without a close code and returns how many there were.
func (s *Server) DropGateway() int {
	return s.eachLink(func(l *link) { l.send(outgoing{cut: true}) })
}

// SilenceGateway lets every connection go dead without closing it: no event and no acknowledgement comes any more. New
// connections are not concerned. What was kept back can be had by resuming. It returns how many connections there were.
func (s *Server) SilenceGateway() int {
	return s.eachLink(func(l *link) { l.silent = true })
}

// IgnoreHeartbeats stops or resumes the acknowledgement of heartbeats; events still come.
func (s *Server) IgnoreHeartbeats(ignore bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gateway.deaf = ignore
}

// SendUnknownEvent sends every session an event that no client knows, and returns how many sessions there were.
func (s *Server) SendUnknownEvent() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, one := range s.gateway.sessions {
		s.emit(one, "SOMETHING_NEW_CREATE", map[string]any{"id": s.snowflake(), "new": true})
	}
	return len(s.gateway.sessions)
}

func (s *Server) eachLink(f func(*link)) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.touch()
	for l := range s.gateway.links {
		f(l)
	}
	return len(s.gateway.links)
}

// Gateway is a count of what passed through the gateway so far.
type Gateway struct {
	Connects, Identifies, Resumes, Heartbeats int
	Connected                                 int   // sessions with a connection now
	ClosedWith                                []int // the codes with which clients closed
	ClosedBy                                  []int // the codes with which the server closed, ordered or not
}

// Gateway counts what passed through the gateway so far.
func (s *Server) Gateway() Gateway {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := &s.gateway
	out := Gateway{Connects: g.connects, Identifies: g.identifies, Resumes: g.resumes, Heartbeats: g.heartbeats,
		ClosedWith: append([]int{}, g.codes...), ClosedBy: append([]int{}, g.closed...)}
	for _, one := range g.sessions {
		if one.link != nil {
			out.Connected++
		}
	}
	return out
}
