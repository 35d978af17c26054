package slack

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"rewind/bot"
	"rewind/bot/slack/slacktest"
)

// troubles are faults of a post, with what became of it and what may be said of it.
var troubles = []struct {
	fault  slacktest.Fault
	landed bool
	want   bot.Outcome
}{
	{slacktest.Fault{Kind: slacktest.ResetAfter}, true, bot.Unknown},
	{slacktest.Fault{Kind: slacktest.ResetBefore}, false, bot.Unknown},
	{slacktest.Fault{Kind: slacktest.ErrorAfter, Status: 503}, true, bot.Unknown},
	{slacktest.Fault{Kind: slacktest.ErrorBefore}, false, bot.Unknown},
	{slacktest.Fault{Kind: slacktest.SilentAfter}, true, bot.Unknown},
	{slacktest.Fault{Kind: slacktest.SilentBefore}, false, bot.Unknown},
	{slacktest.Fault{Kind: slacktest.RefuseAfter, Code: "fatal_error"}, true, bot.Unknown},
	{slacktest.Fault{Kind: slacktest.Refuse, Code: "internal_error"}, false, bot.Unknown},
	{slacktest.Fault{Kind: slacktest.Limited, After: 3 * time.Second}, false, bot.NotDone},
	{slacktest.Fault{Kind: slacktest.LimitedBare}, false, bot.NotDone},
	{slacktest.Fault{Kind: slacktest.Refuse, Code: "ratelimited"}, false, bot.NotDone},
}

func TestFactS10NothingIsSaidTwice(t *testing.T) {
	for _, inThread := range []bool{false, true} {
		for _, row := range troubles {
			t.Run(fmt.Sprintf("%s%s in thread %v", row.fault.Kind, row.fault.Code, inThread), func(t *testing.T) {
				onWeb(t, func(t *testing.T, x *webTest) {
					question := x.must(x.text("question", "a question"))
					d := x.text("k", "an answer")
					if inThread {
						d.To.Thread = question.ID
					}
					fault := row.fault
					fault.Method = "chat.postMessage"
					o := x.Order(fault)
					begun := time.Now()
					f := x.fails(d, row.want)
					happened(t, o, 1)
					if n := x.Requests("chat.postMessage"); n != 2 {
						t.Fatalf("%d posts were sent, want the question's and one", n)
					}
					time.Sleep(f.After + time.Minute)
					d.Unsure, d.LookOnly = begun, true
					if row.landed {
						x.must(d)
					} else {
						x.fails(d, bot.Refused)
					}
					d.LookOnly = false
					first := x.must(d)
					second := x.must(d)
					if first != second {
						t.Errorf("receipts %+v and %+v", first, second)
					}
					got, _ := x.room.Message(question.ID)
					if all := texts(x.room.Thread(got)) + " " + x.said(); strings.Count(all, "an answer") != 1 {
						t.Errorf("said %q", all)
					}
				})
			})
		}
	}
}

func TestWhereTheHistoryCannotBeReadNothingIsSaid(t *testing.T) {
	for name, hide := range map[string]func(x *webTest) *slacktest.Ordered{
		"no scope": func(x *webTest) *slacktest.Ordered { x.WithoutScope("channels:history"); return nil },
		"refused": func(x *webTest) *slacktest.Ordered {
			return x.Order(slacktest.Fault{Kind: slacktest.Refuse, Code: "access_denied", Method: "conversations.history"})
		},
		"cut": func(x *webTest) *slacktest.Ordered {
			return x.Order(slacktest.Fault{Kind: slacktest.ResetAfter, Method: "conversations.history"})
		},
		"limited": func(x *webTest) *slacktest.Ordered {
			return x.Order(slacktest.Fault{Kind: slacktest.Limited, After: time.Minute, Method: "conversations.history"})
		},
		"an answer that is none": func(x *webTest) *slacktest.Ordered {
			x.SetLimit("conversations.history", slacktest.Limit{Requests: 100, Per: time.Minute})
			return x.Order(slacktest.Fault{Kind: slacktest.ErrorBefore, Status: 200, Method: "conversations.history"})
		},
		"archived": func(x *webTest) *slacktest.Ordered { x.room.Destroy(); return nil },
	} {
		t.Run(name, func(t *testing.T) {
			onWeb(t, func(t *testing.T, x *webTest) {
				d := x.text("k", "said?")
				lost := x.Order(slacktest.Fault{Kind: slacktest.ResetAfter, Method: "chat.postMessage"})
				d.Unsure = time.Now()
				x.try(bot.Delivery{Key: d.Key, Op: d.Op, To: d.To, Body: d.Body})
				happened(t, lost, 1)
				o := hide(x)
				x.fails(d, bot.Unknown)
				d.LookOnly = true
				if o != nil {
					happened(t, o, 1)
				} else {
					x.fails(d, bot.Unknown)
				}
				if n := x.Requests("chat.postMessage"); n != 1 {
					t.Errorf("%d posts were sent", n)
				}
			})
		})
	}
}

// An answer that says nothing would mean that nothing landed, or that all was deleted.
func TestAnAnswerThatSaysNothingIsNoHistory(t *testing.T) {
	onWeb(t, func(t *testing.T, x *webTest) {
		th, m := x.question()
		x.Member("ana").Reply(m, "an answer")
		x.sent.answer = func(path string) string {
			if path == "/api/conversations.history" || path == "/api/conversations.replies" {
				return "{}"
			}
			return ""
		}
		d := x.text("k", "said?")
		d.Unsure = time.Now()
		x.fails(d, bot.Unknown)
		d.To.Thread = th.ID
		x.fails(d, bot.Unknown)
		if s, err := x.snapshot(t.Context(), th); err == nil {
			t.Errorf("the thread reads %+v", s)
		}
		if x.Requests("chat.postMessage") != 1 || x.Requests("conversations.history") != 0 {
			t.Error("something was said, or Slack answered itself")
		}
	})
}

func TestAKeyIsFoundFarBackInTheHistory(t *testing.T) {
	onWeb(t, func(t *testing.T, x *webTest) {
		x.Subscribe() // nobody listens
		ana := x.Member("ana")
		d := x.text("k", "long ago")
		d.Unsure = time.Now()
		first := x.must(bot.Delivery{Key: d.Key, Op: d.Op, To: d.To, Body: d.Body})
		for n := range 210 {
			ana.Say(x.room, fmt.Sprint(n))
		}
		if r := x.must(d); r != first {
			t.Errorf("found %+v, want %+v", r, first)
		}
		if n := x.Requests("conversations.history"); n != 2 {
			t.Errorf("%d pages were read", n)
		}
		x.must(x.text("other", "said at once"))
		if n := x.Requests("conversations.history"); n != 2 {
			t.Errorf("the history was read for an attempt that is the first")
		}
	})
}

// The machine's clock may be a day before Slack's or behind it.
func TestTheSearchBeginsBeforeTheAttempt(t *testing.T) {
	onWeb(t, func(t *testing.T, x *webTest) {
		d := x.text("k", "by another clock")
		x.must(d)
		d.Unsure = time.Now().Add(24 * time.Hour)
		x.must(d)
		if x.said() != "by another clock" {
			t.Errorf("said %q", x.said())
		}
		d.Unsure = time.Now().Add(26 * time.Hour)
		x.must(d)
		if x.said() != "by another clock | by another clock" {
			t.Errorf("a message from before the attempt was taken for it: %q", x.said())
		}
	})
}

func TestALongTextIsFinishedWhereItStopped(t *testing.T) {
	long := "one\n---\ntwo\n---\nthree\n---\nfour"
	for _, row := range troubles {
		for skip := 1; skip < 4; skip++ {
			t.Run(fmt.Sprintf("%s%s at %d", row.fault.Kind, row.fault.Code, skip), func(t *testing.T) {
				onWeb(t, func(t *testing.T, x *webTest) {
					d := x.text("k", long)
					fault := row.fault
					fault.Method, fault.Skip = "chat.postMessage", skip
					o := x.Order(fault)
					begun := time.Now()
					f := x.fails(d, bot.Unknown) // since something stands there
					happened(t, o, 1)
					time.Sleep(f.After + time.Minute)
					d.Unsure = begun
					r := x.must(d)
					if x.said() != "one | two | three | four" || r.ID != x.room.Messages()[0].TS {
						t.Errorf("said %q, the receipt names %s", x.said(), r.ID)
					}
				})
			})
		}
	}
}

func TestAMessageThatWasDeletedIsNotSaidAgain(t *testing.T) {
	onWeb(t, func(t *testing.T, x *webTest) {
		boss := x.Member("boss")
		boss.Set(func(p *slacktest.Profile) { p.Admin = true })
		d := x.text("k", "one\n---\ntwo\n---\nthree")
		d.Unsure = time.Now()
		x.must(bot.Delivery{Key: d.Key, Op: d.Op, To: d.To, Body: d.Body})
		boss.Delete(x.room.Messages()[1])
		x.must(d)
		if x.said() != "one | three" {
			t.Errorf("said %q", x.said())
		}
	})
}

func TestOnlyTheBotsOwnLettersCount(t *testing.T) {
	t.Parallel()
	me := identity{user: "U1", bot: "B1"}
	mark := slack.SlackMetadata{EventType: letterEvent, EventPayload: map[string]any{"key": "k", "part": 2.0}}
	for name, row := range map[string]struct {
		m  slack.Msg
		ok bool
	}{
		"its own":              {slack.Msg{User: "U1", Metadata: mark}, true},
		"as a bot":             {slack.Msg{BotID: "B1", Metadata: mark}, true},
		"another app's":        {slack.Msg{User: "U2", BotID: "B2", Metadata: mark}, false},
		"another type":         {slack.Msg{User: "U1", Metadata: slack.SlackMetadata{EventType: "x", EventPayload: mark.EventPayload}}, false},
		"without a part":       {slack.Msg{User: "U1", Metadata: slack.SlackMetadata{EventType: letterEvent, EventPayload: map[string]any{"key": "k"}}}, false},
		"a part that is none":  {slack.Msg{User: "U1", Metadata: slack.SlackMetadata{EventType: letterEvent, EventPayload: map[string]any{"key": "k", "part": -1.0}}}, false},
		"a key that is a list": {slack.Msg{User: "U1", Metadata: slack.SlackMetadata{EventType: letterEvent, EventPayload: map[string]any{"key": []any{}, "part": 1.0}}}, false},
		"without metadata":     {slack.Msg{User: "U1"}, false},
	} {
		if l, ok := letterOf(&row.m, me); ok != row.ok || ok && l != (letter{"k", 2}) {
			t.Errorf("%s: %+v, %v", name, l, ok)
		}
	}
}

func TestAMessageThatSlackPutIntoTheChannelIsTakenBack(t *testing.T) {
	onWeb(t, func(t *testing.T, x *webTest) {
		question := x.must(x.text("question", "a question"))
		d := x.text("k", "the answer")
		d.To.Thread = question.ID
		x.sent.change = func(path, body string) string { // as Slack does where the parent was deleted
			return strings.ReplaceAll(body, "thread_ts="+question.ID, "thread_ts=")
		}
		x.fails(d, bot.Refused)
		if x.said() != "a question" || x.Requests("chat.delete") != 1 {
			t.Errorf("said %q", x.said())
		}
		kept := x.Order(slacktest.Fault{Kind: slacktest.Refuse, Code: "cant_delete_message", Method: "chat.delete"})
		r := x.must(d) // it was said, if in the wrong place
		happened(t, kept, 1)
		if m, ok := x.room.Message(r.ID); !ok || m.Text != "the answer" {
			t.Errorf("the receipt names %+v", m)
		}
	})
}

func TestPublicChannelsAreJoined(t *testing.T) {
	onWeb(t, func(t *testing.T, x *webTest) {
		x.room.Remove(x.Bot())
		x.must(x.text("k", "hello"))
		if x.said() != "hello" || x.Requests("conversations.join") != 1 || x.Requests("chat.postMessage") != 2 {
			t.Errorf("said %q after %d joins", x.said(), x.Requests("conversations.join"))
		}
		x.room.Remove(x.Bot())
		d := x.text("k", "hello")
		d.Unsure = time.Now()
		x.must(d)
		if x.said() != "hello" {
			t.Errorf("said %q", x.said())
		}

		x.room.Remove(x.Bot())
		lost := x.Order(slacktest.Fault{Kind: slacktest.ResetBefore, Method: "conversations.join"})
		x.fails(x.text("again", "hello again"), bot.NotDone)
		happened(t, lost, 1)
		x.WithoutScope("channels:join")
		if f := x.fails(x.text("again", "hello again"), bot.Refused); !f.Lost || f.Wide || !strings.Contains(f.Error(), "/invite @Rewind") {
			t.Errorf("without the scope: %+v", f)
		}

		x.room = x.Private("secret")
		x.must(x.text("p", "inside"))
		x.room.Remove(x.Bot())
		if f := x.fails(x.text("q", "outside"), bot.Refused); !f.Lost || !strings.Contains(f.Error(), "/invite @Rewind") {
			t.Errorf("a private channel: %+v", f)
		}
	})
}

func TestACancelledDeliverySendsNothing(t *testing.T) {
	onWeb(t, func(t *testing.T, x *webTest) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := x.deliver(ctx, x.text("k", "hello"), cut)
		if f := err.(*bot.Failure); f.Outcome != bot.NotDone || x.Requests("auth.test") != 0 {
			t.Errorf("%+v", f)
		}
		x.must(x.text("first", "hello"))
		if _, err = x.deliver(ctx, x.text("k", "hello"), cut); err.(*bot.Failure).Outcome != bot.NotDone || x.said() != "hello" {
			t.Errorf("%v, said %q", err, x.said())
		}
	})
}
