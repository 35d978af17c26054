package slacktest

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack/slackevents"
	"github.com/slack-go/slack/socketmode"
)

// attempts lists the attempts of the message events as they came: event ID, attempt and reason.
func (a *testApp) attempts() []string {
	var list []string
	for _, e := range a.of(socketmode.EventTypeEventsAPI) {
		if api := e.Data.(slackevents.EventsAPIEvent); api.InnerEvent.Type == "message" {
			list = append(list, strings.TrimSpace(string(rune('0'+e.Request.RetryAttempt))+" "+e.Request.RetryReason))
		}
	}
	return list
}

func eventID(e socketmode.Event) string {
	return e.Data.(slackevents.EventsAPIEvent).Data.(*slackevents.EventsAPICallbackEvent).EventID
}

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

func TestUnacknowledgedEventsComeAgain(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := NewInMemory(t)
		s.Subscribe("message.channels")
		a := connect(t, s, func(e socketmode.Event) any {
			if e.Type == socketmode.EventTypeEventsAPI {
				return errMute
			}
			return nil
		})
		s.Member("ana").Say(s.Channel("general"), "hello?")
		time.Sleep(24 * time.Hour)
		if got := strings.Join(a.attempts(), ", "); got != "0, 1 timeout, 2 timeout, 3 timeout" {
			t.Errorf("attempts: %s", got)
		}
		events := a.of(socketmode.EventTypeEventsAPI)
		if eventID(events[len(events)-1]) != eventID(events[len(events)-2]) {
			t.Error("the event ID is not the same in all attempts")
		}
		if s.Unsettled() != 0 || s.Lost() != 1 {
			t.Errorf("%d wait, %d are lost", s.Unsettled(), s.Lost())
		}
	})
}

func TestDelayedEvents(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := NewInMemory(t)
		s.SetRetries(true, defaultRetries...)
		var acks atomic.Bool
		a := connect(t, s, func(e socketmode.Event) any {
			if e.Type == socketmode.EventTypeEventsAPI && !acks.Load() {
				return errMute
			}
			return nil
		})
		s.Member("ana").Say(s.Channel("general"), "hello?")
		time.Sleep(10*time.Hour + 30*time.Minute)
		acks.Store(true)
		time.Sleep(24 * time.Hour)
		if n := len(a.attempts()); n != 15 {
			t.Errorf("%d attempts, want the first, three retries, ten that failed in ten hours and one that did not", n)
		}
		if s.Lost() != 0 || s.Unsettled() != 0 {
			t.Errorf("%d lost, %d unsettled", s.Lost(), s.Unsettled())
		}
	})
}

func TestLateAcksAreNotHeard(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := NewInMemory(t)
		late := true
		a := connect(t, s, func(e socketmode.Event) any {
			if e.Type == socketmode.EventTypeEventsAPI && late {
				late = false
				time.Sleep(patience + time.Second)
			}
			return nil
		})
		s.Subscribe("message.channels")
		s.Member("ana").Say(s.Channel("general"), "hello?")
		time.Sleep(time.Minute)
		if got := strings.Join(a.attempts(), ", "); got != "0, 1 timeout" {
			t.Errorf("attempts: %s", got)
		}
	})
}

func TestEventFaults(t *testing.T) {
	for _, row := range []struct {
		kind  Kind
		texts string // of the messages that the bot understands, in their order
		ids   int    // different event IDs among them
		bad   int    // events that the client does not understand
	}{
		{EventTwice, "one one two", 2, 0},
		{EventAgain, "one one two", 3, 0},
		{EventLate, "two one", 2, 0},
		{EventLost, "two", 1, 0},
		{EventUnknown, "one two", 2, 1},
		{EventUnknownBlock, "one two", 2, 0},
		{EventMalformed, "two", 1, 1},
		{AckLost, "one one two", 2, 0},
	} {
		t.Run(string(row.kind), func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				s := NewInMemory(t)
				s.Subscribe("message.channels")
				a := connect(t, s, func(e socketmode.Event) any {
					return nil
				})
				f := s.Order(Fault{Kind: row.kind, Event: "message"})
				c, ana := s.Channel("general"), s.Member("ana")
				ana.Say(c, "one")
				if row.kind == AckLost {
					time.Sleep(patience + time.Second)
				}
				ana.Say(c, "two")
				time.Sleep(time.Second)
				var got []string
				ids := map[string]bool{}
				for _, e := range a.of(socketmode.EventTypeEventsAPI) {
					got = append(got, message(e.Data.(slackevents.EventsAPIEvent).InnerEvent.Data).Text)
					ids[eventID(e)] = true
				}
				bad := a.of(socketmode.EventTypeErrorBadMessage)
				if strings.Join(got, " ") != row.texts || len(ids) != row.ids || len(bad) != row.bad || f.Count() != 1 {
					t.Errorf("got %q under %d IDs and %d bad ones, and %d faults; want %q, %d, %d", got, len(ids), len(bad), f.Count(), row.texts, row.ids, row.bad)
				}
				for _, b := range bad { // the only way to acknowledge what the client does not understand
					var envelope struct {
						ID string `json:"envelope_id"`
					}
					ok(t, json.Unmarshal(b.Data.(*socketmode.ErrorBadMessage).Message, &envelope))
					ok(t, a.AckCtx(t.Context(), envelope.ID, nil))
				}
				time.Sleep(time.Second)
				if n := s.Unsettled(); n != 0 {
					t.Errorf("%d envelopes are not settled", n)
				}
			})
		})
	}
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
	for what, act := range map[string]func(*Server){"silent": (*Server).SilenceConnections, "cut": (*Server).DropConnections} {
		t.Run(what, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				s := NewInMemory(t)
				s.Subscribe("message.channels")
				a := connect(t, s, nil)
				act(s)
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
