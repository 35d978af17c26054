package slacktest

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack/socketmode"
)

func TestHello(t *testing.T) {
	t.Parallel()
	s := New(t)
	a := connect(t, s, nil)
	hello := a.of(socketmode.EventTypeHello)[0].Request
	if hello.NumConnections != 1 || hello.ConnectionInfo.AppID != s.AppID() || hello.DebugInfo.ApproximateConnectionTime == 0 {
		t.Errorf("hello: %+v", hello)
	}
	c := s.Channel("general")
	s.Member("ana").Say(c, "over a real socket")
	a.told(t, s, "message", 1)
}

func TestDisconnects(t *testing.T) {
	for _, reason := range []string{Warning, RefreshRequested} {
		t.Run(reason, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				s := NewInMemory(t)
				s.Subscribe("message.channels")
				a := connect(t, s, nil)
				s.Disconnect(reason)
				s.Until("a second connection", func() bool { return s.Connected() == 2 && s.Connections() == 1 })
				s.Member("ana").Say(s.Channel("general"), "still there?")
				a.told(t, s, "message", 1)
			})
		})
	}
}

func TestLinkDisabled(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := NewInMemory(t)
		s.SetLimit("apps.connections.open", Limit{10, time.Minute}) // the real client has no pause between its rounds
		connect(t, s, nil)
		s.Disconnect(LinkDisabled)
		s.Until("the client tried again", func() bool { return s.Requests("apps.connections.open") > 10 })
		s.EnableSocketMode()
		time.Sleep(2 * time.Minute)
		if n := s.Connections(); n != 1 {
			t.Errorf("%d connections", n)
		}
	})
}

func TestTwoConnectionsTakeTurns(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := NewInMemory(t)
		s.Subscribe("message.channels")
		a, b := connect(t, s, nil), connect(t, s, nil)
		c, ana := s.Channel("general"), s.Member("ana")
		for range 4 {
			ana.Say(c, "x")
		}
		a.told(t, s, "message", 2)
		b.told(t, s, "message", 2)
		s.DisconnectOne(RefreshRequested)
		ana.Say(c, "into the connection that is about to end")
		s.Until("two connections again", func() bool { return s.Connected() == 3 && s.Connections() == 2 })
		time.Sleep(10 * time.Second)
		if n := len(a.attempts()) + len(b.attempts()); n != 5 || s.Unsettled() != 0 {
			t.Errorf("%d attempts arrived, %d are unsettled", n, s.Unsettled())
		}
	})
}

func TestMoreConnectionsThanAllowed(t *testing.T) {
	t.Parallel()
	s := New(t)
	d := &websocket.Dialer{NetDialContext: s.Dial}
	open := func() map[string]any {
		_, address, err := client(s).StartSocketModeContext(t.Context())
		ok(t, err)
		c, _, err := d.Dial(address, nil)
		ok(t, err)
		t.Cleanup(func() { _ = c.Close() })
		var frame map[string]any
		ok(t, c.ReadJSON(&frame))
		return frame
	}
	for n := range mostConnections {
		if f := open(); f["type"] != "hello" || f["num_connections"] != float64(n+1) {
			t.Fatalf("connection %d: %v", n+1, f)
		}
	}
	if f := open(); f["type"] != "disconnect" || f["reason"] != TooManyWebsockets {
		t.Errorf("one connection too many: %v", f)
	}
}

func TestTicketsAreForOneConnection(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := NewInMemory(t)
		d := &websocket.Dialer{NetDialContext: s.Dial}
		_, address, err := client(s).StartSocketModeContext(t.Context())
		ok(t, err)
		c, _, err := d.Dial(address, nil)
		ok(t, err)
		ok(t, c.Close())
		if _, _, err = d.Dial(address, nil); err == nil {
			t.Error("a ticket was good for a second connection")
		}
		_, address, err = client(s).StartSocketModeContext(t.Context())
		ok(t, err)
		time.Sleep(ticketLife + time.Second)
		if _, _, err = d.Dial(address, nil); err == nil {
			t.Error("a ticket was good after its time")
		}
	})
}

func TestConnectionFaults(t *testing.T) {
	for _, kind := range []Kind{ConnectionRefused, ConnectionSilent, DisconnectAtOnce} {
		t.Run(string(kind), func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				s := NewInMemory(t)
				s.Subscribe("message.channels")
				f := s.Order(Fault{Kind: kind, Code: Warning})
				a := connectSilently(t, s, nil)
				time.Sleep(2 * time.Minute) // the client notices a silent connection after thirty seconds to a minute
				s.Member("ana").Say(s.Channel("general"), "hello?")
				a.told(t, s, "message", 1)
				if f.Count() != 1 || s.Requests("apps.connections.open") < 2 {
					t.Errorf("it happened %d times, and %d connections were asked for", f.Count(), s.Requests("apps.connections.open"))
				}
			})
		})
	}
}

func TestConnectionsThatFallSilentOrAreCut(t *testing.T) {
	for what, act := range map[string]func(*Server) int{"silent": (*Server).SilenceConnections, "cut": (*Server).DropConnections} {
		t.Run(what, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				s := NewInMemory(t)
				s.Subscribe("message.channels")
				a := connect(t, s, nil)
				if n := act(s); n != 1 {
					t.Errorf("it befell %d connections", n)
				}
				s.Member("ana").Say(s.Channel("general"), "hello?")
				time.Sleep(10 * time.Minute)
				if got := a.attempts(); len(got) != 1 || got[0] == "0" && what == "silent" || s.Unsettled() != 0 {
					t.Errorf("attempts %v, %d unsettled", got, s.Unsettled())
				}
			})
		})
	}
}

func TestOpeningAConnectionIsRefused(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := NewInMemory(t)
		f := s.Order(Fault{Kind: Refuse, Method: "apps.connections.open", Code: "missing_scope"})
		a := connectSilently(t, s, nil)
		s.Until("connected", func() bool { return a.has(socketmode.EventTypeHello) })
		if f.Count() != 1 {
			t.Errorf("it happened %d times", f.Count())
		}
		s.RefuseAppToken("invalid_auth")
		s.DropConnections()
		if err := <-a.end; err == nil || err.Error() != "invalid_auth" {
			t.Errorf("the client ended with %v", err)
		}
	})
}

func TestAcksThatAreTooLong(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := NewInMemory(t)
		connect(t, s, nil)
		_, address, err := client(s).StartSocketModeContext(t.Context())
		ok(t, err)
		c, _, err := (&websocket.Dialer{NetDialContext: s.Dial, WriteBufferSize: 1 << 16}).Dial(address, http.Header{})
		ok(t, err)
		ok(t, c.WriteJSON(map[string]any{"envelope_id": "x", "payload": strings.Repeat("x", mostAckBytes)}))
		s.Until("it arrived", func() bool { return s.Oversized() == 1 })
		ok(t, c.Close())
	})
}

func TestNoHello(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := NewInMemory(t)
		f := s.Order(Fault{Kind: NoHello})
		a := connectSilently(t, s, nil)
		s.Until("connected", func() bool { return s.Connections() == 1 })
		time.Sleep(time.Minute)
		if a.has(socketmode.EventTypeHello) || f.Count() != 1 {
			t.Error("it said hello")
		}
	})
}
