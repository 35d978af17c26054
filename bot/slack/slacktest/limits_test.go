package slacktest

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"
)

func retryAfter(err error) time.Duration {
	if limited := (*slack.RateLimitedError)(nil); errors.As(err, &limited) {
		return limited.RetryAfter
	}
	return 0
}

func TestOnePostASecondInAChannel(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := NewInMemory(t)
		api, c, other := client(s), s.Channel("general"), s.Channel("other")
		post := func(c *Channel) error {
			_, _, err := api.PostMessage(c.ID(), slack.MsgOptionText("x", false))
			return err
		}
		for range postBurst {
			ok(t, post(c))
		}
		if wait := retryAfter(post(c)); wait != time.Second {
			t.Errorf("after a burst one waits %v", wait)
		}
		ok(t, post(other))
		time.Sleep(time.Second)
		ok(t, post(c))
		if wait := retryAfter(post(c)); wait != time.Second {
			t.Errorf("after one more one waits %v", wait)
		}
		s.SetPostLimit(1, time.Minute)
		time.Sleep(time.Hour)
		ok(t, post(c))
		if wait := retryAfter(post(c)); wait != time.Minute {
			t.Errorf("with a limit of one a minute one waits %v", wait)
		}
	})
}

func TestTiers(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := NewInMemory(t)
		api, c := client(s), s.Channel("general")
		m := s.Member("ana").Say(c, "x")
		read := func() error {
			_, _, _, err := api.GetConversationReplies(&slack.GetConversationRepliesParameters{ChannelID: c.ID(), Timestamp: m.TS})
			return err
		}
		for range tiers[3].Requests {
			ok(t, read())
		}
		if wait := retryAfter(read()); wait != time.Minute {
			t.Errorf("one waits %v", wait)
		}
		_, err := api.GetConversationHistory(&slack.GetConversationHistoryParameters{ChannelID: c.ID()})
		ok(t, err) // the limit is each method's own
		other := s.Install("Other")
		_, err = clientOf(s, other).GetConversationHistory(&slack.GetConversationHistoryParameters{ChannelID: other.Channel("general").ID()})
		ok(t, err)
		time.Sleep(time.Minute)
		ok(t, read())
	})
}

func TestHistoriesOfDistributedApps(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := NewInMemory(t)
		s.Distribute(true)
		api, c, ana := client(s), s.Channel("general"), s.Member("ana")
		parent := ana.Say(c, "0")
		for n := range 20 {
			ana.Reply(parent, fmt.Sprint(n+1))
		}
		params := &slack.GetConversationRepliesParameters{ChannelID: c.ID(), Timestamp: parent.TS, Limit: 200}
		first, more, cursor, err := api.GetConversationReplies(params)
		ok(t, err)
		if len(first) != historyPage || !more || cursor == "" {
			t.Errorf("%d messages, more %v", len(first), more)
		}
		params.Cursor = cursor
		_, _, _, err = api.GetConversationReplies(params)
		if wait := retryAfter(err); wait != time.Minute {
			t.Errorf("one waits %v", wait)
		}
		time.Sleep(time.Minute)
		rest, more, _, err := api.GetConversationReplies(params)
		ok(t, err)
		if len(rest) != 6 || more {
			t.Errorf("%d messages in the rest, more %v", len(rest), more)
		}
	})
}

func TestRequestFaults(t *testing.T) {
	for _, row := range []struct {
		fault  Fault
		err    string // part of what the client says; "" if it succeeds
		landed bool
	}{
		{Fault{Kind: Limited, After: 7 * time.Second}, "retry after 7s", false},
		{Fault{Kind: LimitedBare}, "429", false},
		{Fault{Kind: ErrorBefore}, "500", false},
		{Fault{Kind: ErrorAfter, Status: 503}, "503", true},
		{Fault{Kind: ResetBefore}, "reset", false},
		{Fault{Kind: ResetAfter}, "reset", true},
		{Fault{Kind: SilentBefore}, "exceeded", false},
		{Fault{Kind: SilentAfter}, "exceeded", true},
		{Fault{Kind: Slow, After: time.Second}, "", true},
		{Fault{Kind: Slow, After: time.Minute}, "exceeded", true},
		{Fault{Kind: Refuse, Code: "fatal_error"}, "fatal_error", false},
		{Fault{Kind: RefuseAfter, Code: "fatal_error"}, "fatal_error", true},
	} {
		for where, start := range map[string]func(T) *Server{"in memory": NewInMemory, "loopback": New} {
			if where == "loopback" && (strings.Contains(row.err, "exceeded") || row.fault.Kind == Slow) {
				continue // these take their time
			}
			t.Run(string(row.fault.Kind)+" "+where, func(t *testing.T) {
				test := func(t *testing.T) {
					s := start(t)
					c := s.Channel("general")
					f := row.fault
					f.Method = "chat.postMessage"
					o := s.Order(f)
					api := slack.New(s.Token(), slack.OptionAPIURL(s.URL()), slack.OptionHTTPClient(&http.Client{Transport: s.Transport(), Timeout: 10 * time.Second}))
					_, _, err := api.PostMessage(c.ID(), slack.MsgOptionText("x", false))
					if row.err == "" {
						ok(t, err)
					} else if err == nil || !strings.Contains(err.Error(), row.err) {
						t.Errorf("the client says %v, want %q", err, row.err)
					}
					if landed := len(c.Messages()) == 1; landed != row.landed {
						t.Errorf("landed: %v, want %v", landed, row.landed)
					}
					if o.Count() != 1 || s.Requests("chat.postMessage") != 1 {
						t.Errorf("it happened %d times in %d requests", o.Count(), s.Requests("chat.postMessage"))
					}
					_, _, err = api.PostMessage(c.ID(), slack.MsgOptionText("y", false))
					ok(t, err)
				}
				if where == "loopback" {
					t.Parallel()
					test(t)
				} else {
					bubble(t, test)
				}
			})
		}
	}
}

func TestFaultsAreChosen(t *testing.T) {
	t.Parallel()
	s := New(t)
	api, c := client(s), s.Channel("general")
	s.SetPostLimit(100, time.Second)
	o := s.Order(Fault{Kind: ErrorBefore, Method: "chat.postMessage", Times: -1, Skip: 1, If: func(a Args) bool { return a.String("text") == "x" }})
	post := func(text string) bool {
		_, _, err := api.PostMessage(c.ID(), slack.MsgOptionText(text, false))
		return err == nil
	}
	var got []bool
	for _, text := range []string{"y", "x", "x", "y", "x"} {
		got = append(got, post(text))
	}
	if fmt.Sprint(got) != "[true true false true false]" || o.Count() != 2 {
		t.Errorf("got %v and %d faults", got, o.Count())
	}
	o.Stop()
	if !post("x") {
		t.Error("it was stopped")
	}
}
