package slacktest

import (
	"encoding/json"
	"strings"
	"sync/atomic"
	"testing"
	"time"

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
