package slacktest

// Connections counts the Socket Mode connections that are open.
func (s *Server) Connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.socket.conns)
}

// Connected counts the Socket Mode connections that were ever opened.
func (s *Server) Connected() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.socket.connected
}

// Oversized counts the acknowledgements that were not heard because they were too long.
func (s *Server) Oversized() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.socket.oversized
}

// Disconnect asks every connection to end, for a reason, and says how many there are. The server ends it ten seconds later unless
// the app does. After [LinkDisabled] each new connection is asked the same at once, until [Server.EnableSocketMode].
func (s *Server) Disconnect(reason string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if reason == LinkDisabled {
		s.socket.disabled = true
	}
	for _, c := range s.socket.conns {
		s.disconnect(c, reason)
	}
	return len(s.socket.conns)
}

// DisconnectOne asks only the connection that was opened first.
func (s *Server) DisconnectOne(reason string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.socket.conns) > 0 {
		s.disconnect(s.socket.conns[0], reason)
	}
}

// EnableSocketMode switches Socket Mode on again.
func (s *Server) EnableSocketMode() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.socket.disabled = false
}

// DropConnections ends every connection without a word, and says how many there were.
func (s *Server) DropConnections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.socket.conns {
		c.drop()
	}
	return len(s.socket.conns)
}

// SilenceConnections lets every connection that is open stay so, but as if the network had swallowed both ends. It says how many
// there are.
func (s *Server) SilenceConnections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.socket.conns {
		c.silent = true
	}
	return len(s.socket.conns)
}
