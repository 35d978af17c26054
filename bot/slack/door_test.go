package slack

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"rewind/bot"
	"rewind/bot/slack/slacktest"
)

// TestEventTrouble lets every kind of trouble befall what Slack tells, over both ways in.
func TestEventTrouble(t *testing.T) {
	for _, row := range []struct {
		kind     slacktest.Kind
		texts    string // of what is taken, in any order: Slack's connections and requests have none between them
		taken    int
		attempts int // all of them acknowledged, save for one that got lost
	}{
		{slacktest.EventTwice, "one two", 2, 3},
		{slacktest.EventAgain, "one two", 2, 3},
		{slacktest.EventLate, "one two", 2, 2},
		{slacktest.EventLost, "two", 1, 1},
		{slacktest.EventUnknown, "one two", 3, 3}, // what it is nobody knows here, but whoever takes it may
		{slacktest.EventUnknownBlock, "one two", 2, 2},
		{slacktest.EventMalformed, "one two", 2, 2},
		{slacktest.AckLost, "one two", 2, 3},
	} {
		t.Run(string(row.kind), func(t *testing.T) {
			byBothWays(t, func(t *testing.T, x *doorTest) {
				f := x.Order(slacktest.Fault{Kind: row.kind, Event: "message"})
				x.ana.Say(x.room, "one")
				time.Sleep(headerSpan + time.Second) // not when connections are ended on which nothing was said
				x.ana.Say(x.room, "two")
				time.Sleep(10 * time.Minute)
				if f.Count() != 1 {
					t.Errorf("it happened %d times", f.Count())
				}
				got := strings.Fields(x.texts())
				slices.Sort(got)
				if n := len(x.took); strings.Join(got, " ") != row.texts || n != row.taken {
					t.Errorf("took %d with %q, want %d with %q", n, got, row.taken, row.texts)
				}
				sent, acked := x.attempts()
				lost := 0
				if row.kind == slacktest.AckLost {
					lost = 1
				}
				// Over HTTP a copy is refused as a replay once the first one was answered, and Slack may come again with it.
				replayed := row.kind == slacktest.EventTwice && x.Connections() == 0
				if !replayed && (sent != row.attempts || acked != sent-lost) || x.Unsettled() != 0 || x.Lost() != 0 {
					t.Errorf("%d attempts, %d acknowledged, %d unsettled, %d lost", sent, acked, x.Unsettled(), x.Lost())
				}
			})
		})
	}
}

// TestOnlyWhatIsTakenIsAcknowledged fails twice; Slack tries again, and each attempt is handed on.
func TestOnlyWhatIsTakenIsAcknowledged(t *testing.T) {
	byBothWays(t, func(t *testing.T, x *doorTest) {
		x.answer = func(_ context.Context, e envelope) (any, error) {
			if e.retry < 2 {
				return nil, errNotNow
			}
			return nil, nil
		}
		x.ana.Say(x.room, "keep-this")
		time.Sleep(30 * time.Minute)
		if got := x.texts(); got != "keep-this keep-this keep-this" || x.Lost() != 0 || x.Unsettled() != 0 {
			t.Errorf("took %q; %d lost", got, x.Lost())
		}
		if sent, acked := x.attempts(); sent != 3 || acked != 1 {
			t.Errorf("%d sent, %d acknowledged", sent, acked)
		}
		x.mu.Lock()
		defer x.mu.Unlock()
		if last := x.took[2]; last.retry != 2 || last.reason == "" || last.kind != eventsAPI {
			t.Errorf("the last attempt came as %s %d %q", last.kind, last.retry, last.reason)
		}
		if strings.Contains(x.log.String(), "keep-this") {
			t.Error("the log holds a text")
		}
	})
}

func TestCommandsAndInteractions(t *testing.T) {
	byBothWays(t, func(t *testing.T, x *doorTest) {
		x.answer = func(_ context.Context, e envelope) (any, error) {
			if e.kind == slashCommands {
				return map[string]string{"text": "at once"}, nil
			}
			return nil, nil
		}
		m := x.ana.Say(x.room, "hello")
		command, shortcut := x.ana.Slash(x.room, "/quiz board"), x.ana.Shortcut(m, "save")
		time.Sleep(time.Second)
		if !command.Acked() || !shortcut.Acked() {
			t.Errorf("acknowledged: %v, %v", command.Acked(), shortcut.Acked())
		}
		if got := x.ana.Ephemerals(); len(got) != 1 || got[0].Text != "at once" {
			t.Errorf("ana sees %+v", got)
		}
		x.mu.Lock()
		defer x.mu.Unlock()
		kinds := map[string]json.RawMessage{}
		for _, e := range x.took {
			kinds[e.kind] = e.body
		}
		var fields struct {
			Command, Text string
			ChannelID     string `json:"channel_id"`
			CallbackID    string `json:"callback_id"`
		}
		if err := json.Unmarshal(kinds[slashCommands], &fields); err != nil || fields.Command != "/quiz" || fields.Text != "board" || fields.ChannelID != x.room.ID() {
			t.Errorf("the command came as %s", kinds[slashCommands])
		}
		if err := json.Unmarshal(kinds[interactive], &fields); err != nil || fields.CallbackID != "save" {
			t.Errorf("the shortcut came as %s", kinds[interactive])
		}
	})
}

// TestCopiesOfCommands doubles commands; both copies are acknowledged with the same answer.
func TestCopiesOfCommands(t *testing.T) {
	byBothWays(t, func(t *testing.T, x *doorTest) {
		x.answer = func(ctx context.Context, _ envelope) (any, error) {
			time.Sleep(time.Second)
			return map[string]string{"text": "once"}, ctx.Err()
		}
		f := x.Order(slacktest.Fault{Kind: slacktest.EventTwice, Event: slashCommands})
		i := x.ana.Slash(x.room, "/quiz next")
		time.Sleep(5 * time.Second)
		if f.Count() != 1 || !i.Acked() || i.Failed() != "" || x.texts() != "next" {
			t.Errorf("it happened %d times; acknowledged %v, failed %q, took %q", f.Count(), i.Acked(), i.Failed(), x.texts())
		}
	})
}

// TestNobodyWaitsForAnotherChannel has one event of a channel take long. What else happens there waits; commands and other channels do not.
func TestNobodyWaitsForAnotherChannel(t *testing.T) {
	byBothWays(t, func(t *testing.T, x *doorTest) {
		other := x.Channel("random")
		x.answer = func(_ context.Context, e envelope) (any, error) {
			if textOf(e) == "slow" {
				time.Sleep(2 * time.Second)
			}
			return nil, nil
		}
		x.ana.Say(x.room, "slow")
		synctest.Wait() // over HTTP each request is a goroutine of Slack's own, and they have no order
		x.ana.Say(x.room, "next")
		synctest.Wait()
		x.ana.Say(other, "elsewhere")
		i := x.ana.Slash(x.room, "/quiz now")
		time.Sleep(100 * time.Millisecond)
		if !i.Acked() {
			t.Error("the command waited")
		}
		if sent, acked := x.attempts(); sent != 4 || acked != 2 {
			t.Errorf("%d of %d are acknowledged", acked, sent)
		}
		if got := x.texts(); strings.Contains(got, "next") || !strings.Contains(got, "elsewhere") {
			t.Errorf("took %q", got)
		}
		time.Sleep(2 * time.Second)
		x.wantAll(4)
		if got := x.texts(); !strings.HasSuffix(got, " next") {
			t.Errorf("took %q", got)
		}
	})
}

// TestTakingHasADeadline holds an event until its context ends, so that its channel goes on in time.
func TestTakingHasADeadline(t *testing.T) {
	byBothWays(t, func(t *testing.T, x *doorTest) {
		var span atomic.Int64
		x.answer = func(ctx context.Context, e envelope) (any, error) {
			if e.retry > 0 || textOf(e) != "stuck" {
				return nil, nil
			}
			began := time.Now()
			<-ctx.Done()
			span.Store(int64(time.Since(began)))
			return nil, ctx.Err()
		}
		x.ana.Say(x.room, "stuck")
		synctest.Wait()
		x.ana.Say(x.room, "behind")
		time.Sleep(time.Minute)
		if got := time.Duration(span.Load()); got != takeSpan {
			t.Errorf("it had %v", got)
		}
		if got := x.texts(); got != "stuck behind stuck" || x.Unsettled() != 0 {
			t.Errorf("took %q, %d unsettled", got, x.Unsettled())
		}
	})
}

// TestFactS15: slack-go's own dispatcher starts a goroutine for each event, without order and without recovering. Ours keeps the order of a
// channel, and a panic costs one attempt.
func TestFactS15(t *testing.T) {
	inBubble(t, func(t *testing.T, x *doorTest) {
		x.connect()
		var panicked atomic.Bool
		var under atomic.Int32
		x.answer = func(_ context.Context, e envelope) (any, error) {
			if under.Add(1) > 1 {
				t.Error("two of one channel are taken at once")
			}
			defer under.Add(-1)
			if textOf(e) == "m7" && !panicked.Swap(true) {
				panic("a mistake of ours")
			}
			time.Sleep(time.Millisecond) // so that there is something to wait for
			return nil, nil
		}
		var want []string
		for i := range 50 {
			x.ana.Say(x.room, fmt.Sprintf("m%d", i))
			synctest.Wait() // Slack's two connections have no order between them
			want = append(want, fmt.Sprintf("m%d", i))
		}
		time.Sleep(10 * time.Minute)
		want = append(want, "m7")
		if got := x.texts(); got != strings.Join(want, " ") {
			t.Errorf("took %q", got)
		}
		if sent, acked := x.attempts(); sent != 51 || acked != 50 || !panicked.Load() || x.Unsettled() != 0 {
			t.Errorf("%d of %d are acknowledged", acked, sent)
		}
		if !strings.Contains(x.log.String(), "panicked") {
			t.Error("the log says nothing of the panic")
		}
	})
}

// TestFactS7: the same thing comes in more than one envelope. It is taken once, a mention is not taken for the message that it also is, and
// a retry is taken where nothing else was.
func TestFactS7(t *testing.T) {
	inBubble(t, func(t *testing.T, x *doorTest) {
		x.connect()
		again := x.Order(slacktest.Fault{Kind: slacktest.EventAgain, Event: "message", Times: -1})
		for range 10 {
			x.ana.Say(x.room, "one")
			time.Sleep(time.Second)
		}
		if n := len(strings.Fields(x.texts())); n != 10 || again.Count() != 10 {
			t.Errorf("took %d, doubled %d", n, again.Count())
		}
		again.Stop()
		x.wantAll(20)
		x.ana.Mention(x.room, "reveal")
		time.Sleep(time.Second)
		x.mu.Lock()
		defer x.mu.Unlock()
		if n := len(x.took); n != 12 {
			t.Errorf("took %d, want the mention too, as a mention and as a message", n)
		}
	})
}

// TestTooMuchIsRefused fills the door; what is refused comes again.
func TestTooMuchIsRefused(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		free := make(chan struct{})
		d := newDoor(func(context.Context, envelope) (any, error) {
			<-free
			return nil, nil
		}, bot.MachineClock{}, (&doorTest{log: &doorLog{}}).logger())
		results := make(chan error, mostWaiting+1)
		for i := range mostWaiting + 1 {
			taken := d.arrive(envelope{kind: slashCommands, body: fmt.Appendf(nil, `{"trigger_id":"%d"}`, i)})
			go func() {
				_, err := taken(t.Context())
				results <- err
			}()
		}
		synctest.Wait()
		if err := <-results; err != errBusy {
			t.Errorf("got %v", err)
		}
		close(free)
		for range mostWaiting {
			if err := <-results; err != nil {
				t.Error(err)
			}
		}
		if n := d.waiting.Load(); n != 0 {
			t.Errorf("%d still wait", n)
		}
	})
}

func TestLook(t *testing.T) {
	t.Parallel()
	event := func(inner string) string {
		return `{"type":"event_callback","team_id":"T","event_id":"Ev1","event":` + inner + `}`
	}
	for _, row := range []struct {
		kind, body string
		keys, lane string
	}{
		{eventsAPI, event(`{"type":"message","channel":"C","ts":"1.1"}`), "event/Ev1 message/T/C/message///1.1/", "T/C"},
		{eventsAPI, event(`{"type":"app_mention","channel":"C","ts":"1.1"}`), "event/Ev1 message/T/C/app_mention///1.1/", "T/C"},
		{eventsAPI, event(`{"type":"message","subtype":"message_changed","channel":"C","ts":"9.9","message":{"ts":"1.1","edited":{"ts":"2.2"}}}`), "event/Ev1 message/T/C/message/message_changed//1.1/2.2", "T/C"},
		{eventsAPI, event(`{"type":"message","subtype":"message_deleted","channel":"C","ts":"9.9","deleted_ts":"1.1"}`), "event/Ev1 message/T/C/message/message_deleted//1.1/", "T/C"},
		// Two changes that are no edits are different.
		{eventsAPI, event(`{"type":"message","subtype":"message_changed","channel":"C","event_ts":"3.3","message":{"ts":"1.1","subtype":"tombstone"}}`), "event/Ev1 message/T/C/message/message_changed/tombstone/1.1/3.3", "T/C"},
		{eventsAPI, event(`{"type":"message","subtype":"message_changed","channel":"C","message":{"ts":"1.1"}}`), "event/Ev1", "T/C"},
		// Blocks, and fields of an unexpected type, do not matter.
		{eventsAPI, event(`{"type":"message","channel":"C","ts":"1.1","blocks":[{"type":"input","element":42}],"edited":7,"message":"x"}`), "event/Ev1 message/T/C/message///1.1/", "T/C"},
		{eventsAPI, event(`{"type":"channel_rename","channel":{"id":"C","name":"x"}}`), "event/Ev1", "T/C"},
		{eventsAPI, event(`{"type":"reaction_added","item":{"type":"message","channel":"C","ts":"1.1"}}`), "event/Ev1", "T/C"},
		{eventsAPI, event(`{"type":"pin_added","channel_id":"C"}`), "event/Ev1", "T/C"},
		{eventsAPI, event(`{"type":"tokens_revoked"}`), "event/Ev1", "T/"},
		{eventsAPI, `{"type":"app_rate_limited","team_id":"T"}`, "", ""},
		{slashCommands, `{"trigger_id":"1.2","channel_id":"C"}`, "trigger/1.2", ""},
		{interactive, `{"type":"view_closed"}`, "", ""},
	} {
		g, ok := look(envelope{kind: row.kind, body: json.RawMessage(row.body)})
		if !ok || strings.Join(g.keys, " ") != row.keys || g.lane != row.lane {
			t.Errorf("%s: %v, keys %q, lane %q", row.body, ok, g.keys, g.lane)
		}
	}
	for _, body := range []string{"", "null", "[]", `"x"`, "{", "7"} {
		if _, ok := look(envelope{kind: eventsAPI, body: json.RawMessage(body)}); ok {
			t.Errorf("%q is no payload", body)
		}
	}
	if _, ok := look(envelope{kind: "brand_new", body: json.RawMessage("{}")}); ok {
		t.Error("a kind that is not known")
	}
}

func FuzzLook(f *testing.F) {
	for _, s := range []string{`{}`, `{"event":{"type":"message","ts":"1.1","channel":{"id":[]}}}`, `{"event":[]}`, `{"trigger_id":{}}`, "{"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, kind := range []string{eventsAPI, slashCommands, interactive, ""} {
			g, ok := look(envelope{kind: kind, body: body, id: "e"})
			if ok != (len(g.keys) > 0) && kind != "" {
				t.Errorf("%v with keys %q", ok, g.keys)
			}
			if ok && !json.Valid(body) {
				t.Error("what is no JSON was understood")
			}
		}
	})
}
