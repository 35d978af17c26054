package slack

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"rewind/bot"
	"rewind/bot/slack/slacktest"
)

// wantFatal checks that the sockets have ended with a code.
func (x *doorTest) wantFatal(r *running, code, said string) {
	x.t.Helper()
	err := x.ended(r)
	if f, ok := errors.AsType[*bot.Fatal](err); !ok || f.Code != code || !strings.Contains(err.Error(), said) {
		x.t.Errorf("ended with %v, want %s: %s", err, code, said)
	}
	x.wantConnections(0)
}

// TestFactS1: slack-go opens a connection anew at once when one is ended at once, thousands of times a second. Here the pauses grow.
func TestFactS1(t *testing.T) {
	inBubble(t, func(t *testing.T, x *doorTest) {
		f := x.Order(slacktest.Fault{Kind: slacktest.DisconnectAtOnce, Code: slacktest.Warning, Times: -1})
		x.open(x.socketOptions())
		time.Sleep(10 * time.Minute)
		if n := x.Requests("apps.connections.open"); n < 20 || n > 60 {
			t.Errorf("%d connections in ten minutes", n)
		}
		if f.Count() == 0 {
			t.Error("no connection was ended at once")
		}
		f.Stop()
		time.Sleep(2 * openPauseMost)
		x.wantConnections(2)
	})
}

// TestFactS1LinkDisabled: once Socket Mode is switched off there is no use in trying.
func TestFactS1LinkDisabled(t *testing.T) {
	inBubble(t, func(t *testing.T, x *doorTest) {
		r := x.connect()
		before := x.Requests("apps.connections.open")
		x.Disconnect(slacktest.LinkDisabled)
		time.Sleep(100 * time.Millisecond)
		x.wantFatal(r, "slack_link_disabled", slacktest.LinkDisabled)
		if n := x.Requests("apps.connections.open"); n != before {
			t.Errorf("it tried %d times more", n-before)
		}
	})
	t.Run("from the start", func(t *testing.T) {
		inBubble(t, func(t *testing.T, x *doorTest) {
			x.Disconnect(slacktest.LinkDisabled)
			r := x.open(x.socketOptions())
			time.Sleep(100 * time.Millisecond)
			x.wantFatal(r, "slack_link_disabled", slacktest.LinkDisabled)
		})
	})
}

// TestFactS2: slack-go closes a connection before it opens the next. Five envelopes that are sent in between arrive over the other one, each
// at its first attempt.
func TestFactS2(t *testing.T) {
	for _, reason := range []string{slacktest.Warning, slacktest.RefreshRequested, "a_reason_of_tomorrow"} {
		t.Run(reason, func(t *testing.T) {
			inBubble(t, func(t *testing.T, x *doorTest) {
				x.connect()
				slow := x.Order(slacktest.Fault{Kind: slacktest.Slow, Method: "apps.connections.open", After: 3 * time.Second})
				x.DisconnectOne(reason)
				synctest.Wait()
				x.wantConnections(1)
				for i := range 5 {
					x.ana.Say(x.room, fmt.Sprintf("m%d", i))
					time.Sleep(100 * time.Millisecond)
				}
				x.wantConnections(1)
				x.wantAll(5)
				if got := x.texts(); got != "m0 m1 m2 m3 m4" || slow.Count() != 1 {
					t.Errorf("took %q; slow %d times", got, slow.Count())
				}
				time.Sleep(10 * time.Second)
				x.wantConnections(2)
				if x.gapsTold() != 1 {
					t.Errorf("%d gaps, want the one of the start", x.gapsTold())
				}
			})
		})
	}
}

// TestFactS2Both: both connections are asked to end at once. One is kept until the other one is back, so that even commands, which do not
// come again, arrive all the time.
func TestFactS2Both(t *testing.T) {
	for _, reason := range []string{slacktest.Warning, slacktest.RefreshRequested} {
		t.Run(reason, func(t *testing.T) {
			inBubble(t, func(t *testing.T, x *doorTest) {
				x.connect()
				x.Order(slacktest.Fault{Kind: slacktest.Slow, Method: "apps.connections.open", After: 2 * time.Second})
				if n := x.Disconnect(reason); n != 2 {
					t.Fatalf("%d connections were asked to end", n)
				}
				time.Sleep(50 * time.Millisecond) // so that none is on its way in the very moment in which a connection is given up
				var commands []*slacktest.Interaction
				for i := range 100 {
					commands = append(commands, x.ana.Slash(x.room, fmt.Sprintf("/quiz c%d", i)))
					synctest.Wait()
					time.Sleep(100 * time.Millisecond)
				}
				for i, c := range commands {
					if !c.Acked() {
						t.Errorf("command %d failed: %s", i, c.Failed())
					}
				}
				if x.Connected() != 4 || x.Connections() != 2 || x.gapsTold() != 1 {
					t.Errorf("%d connections of %d, %d gaps", x.Connections(), x.Connected(), x.gapsTold())
				}
			})
		})
	}
}

// TestFactS3: slack-go gives up for four errors only, and says nothing of it; the others it tries for ever.
func TestFactS3(t *testing.T) {
	for code := range fatalErrors {
		t.Run(code, func(t *testing.T) {
			inBubble(t, func(t *testing.T, x *doorTest) {
				f := x.Order(slacktest.Fault{Kind: slacktest.Refuse, Method: "apps.connections.open", Code: code, Times: -1})
				r := x.open(x.socketOptions())
				time.Sleep(100 * time.Millisecond)
				x.wantFatal(r, "slack_app_token", code)
				if f.Count() != 1 || strings.Contains(r.err.Error(), x.AppToken()) {
					t.Errorf("asked %d times, ended with %v", f.Count(), r.err)
				}
			})
		})
	}
	t.Run("later", func(t *testing.T) {
		inBubble(t, func(t *testing.T, x *doorTest) {
			r := x.connect()
			x.RefuseAppToken("token_revoked")
			time.Sleep(time.Minute)
			x.wantConnections(2)
			x.DropConnections()
			time.Sleep(2 * time.Second)
			x.wantFatal(r, "slack_app_token", "token_revoked")
		})
	})
}

// TestRefusedForAWhile has Slack say no for reasons that pass.
func TestRefusedForAWhile(t *testing.T) {
	for _, f := range []slacktest.Fault{
		{Kind: slacktest.Refuse, Code: "internal_error"}, {Kind: slacktest.Limited, After: 90 * time.Second}, {Kind: slacktest.LimitedBare},
		{Kind: slacktest.ErrorBefore, Status: 503}, {Kind: slacktest.ErrorBefore, Status: 404}, {Kind: slacktest.ErrorAfter},
		{Kind: slacktest.ResetBefore}, {Kind: slacktest.ResetAfter}, {Kind: slacktest.SilentBefore}, {Kind: slacktest.SilentAfter},
	} {
		t.Run(fmt.Sprint(f.Kind, f.Code, f.Status), func(t *testing.T) {
			inBubble(t, func(t *testing.T, x *doorTest) {
				f.Method, f.Times = "apps.connections.open", 4
				ordered := x.Order(f)
				x.open(x.socketOptions())
				time.Sleep(time.Second)
				if n := ordered.Count(); n == 0 || n > 2 {
					t.Errorf("%d requests in the first second", n)
				}
				time.Sleep(5 * time.Minute)
				x.wantConnections(2)
				if ordered.Count() != 4 || x.gapsTold() == 0 {
					t.Errorf("refused %d times, %d gaps", ordered.Count(), x.gapsTold())
				}
			})
		})
	}
}

// TestBackSoonAfterALongOutage: slack-go's own pauses grow to five minutes, ours do not.
func TestBackSoonAfterALongOutage(t *testing.T) {
	inBubble(t, func(t *testing.T, x *doorTest) {
		x.connect()
		f := x.Order(slacktest.Fault{Kind: slacktest.ErrorBefore, Status: 503, Method: "apps.connections.open", Times: -1})
		x.DropConnections()
		time.Sleep(3 * time.Hour)
		if n := f.Count(); n < 400 || n > 900 {
			t.Errorf("%d requests in three hours", n)
		}
		f.Stop()
		time.Sleep(openPauseMost * 3 / 2)
		x.wantConnections(2)
	})
}

// TestFactS4: slack-go cannot acknowledge what it does not understand, so that it comes again and again. Here it is acknowledged, and handed
// on as it came.
func TestFactS4(t *testing.T) {
	for _, kind := range []slacktest.Kind{slacktest.EventUnknown, slacktest.EventUnknownBlock, slacktest.EventMalformed} {
		t.Run(string(kind), func(t *testing.T) {
			inBubble(t, func(t *testing.T, x *doorTest) {
				x.connect()
				f := x.Order(slacktest.Fault{Kind: kind, Event: "message"})
				x.ana.Say(x.room, "an-answer")
				time.Sleep(time.Second)
				for _, a := range x.Sent() {
					if !a.Acked || a.Attempt != 0 {
						t.Errorf("%s: acknowledged %v at attempt %d", a.Event, a.Acked, a.Attempt)
					}
				}
				if strings.TrimSpace(x.texts()) != "an-answer" || f.Count() != 1 {
					t.Errorf("took %q; it happened %d times", x.texts(), f.Count())
				}
				if log := x.log.String(); strings.Contains(log, "an-answer") || (kind != slacktest.EventUnknownBlock && !strings.Contains(log, "not understood by slack-go")) {
					t.Errorf("the log: %s", log)
				}
			})
		})
	}
}

// TestFactS5: while nobody takes slack-go's events it answers no pings and does not connect anew. Here taking 300 events slowly holds up
// neither.
func TestFactS5(t *testing.T) {
	inBubble(t, func(t *testing.T, x *doorTest) {
		x.connect()
		x.answer = func(context.Context, envelope) (any, error) {
			time.Sleep(400 * time.Millisecond) // two minutes for all
			return nil, nil
		}
		for i := range 300 {
			x.ana.Say(x.room, fmt.Sprintf("m%d", i))
			synctest.Wait()
		}
		time.Sleep(3 * time.Second)
		x.DisconnectOne(slacktest.RefreshRequested)
		time.Sleep(4 * time.Second)
		x.wantConnections(2)
		i := x.ana.Slash(x.room, "/quiz now")
		time.Sleep(500 * time.Millisecond)
		if !i.Acked() {
			t.Error("a command waited for events")
		}
		time.Sleep(10 * time.Minute)
		if x.Connected() != 3 || x.Unsettled() != 0 || x.Lost() != 0 {
			t.Errorf("%d connections were opened, %d unsettled, %d lost", x.Connected(), x.Unsettled(), x.Lost())
		}
		if got := strings.Fields(x.texts()); len(got) != 301 { // with the command
			t.Errorf("took %d", len(got))
		}
	})
}

// TestFactS6: slack-go's Ack waits for ever once twenty wait for a connection. Here acknowledgements take the other connection.
func TestFactS6(t *testing.T) {
	inBubble(t, func(t *testing.T, x *doorTest) {
		x.connect()
		x.answer = func(context.Context, envelope) (any, error) {
			time.Sleep(time.Second)
			return nil, nil
		}
		for i := range 60 {
			x.ana.Slash(x.room, fmt.Sprintf("/quiz c%d", i))
		}
		x.Order(slacktest.Fault{Kind: slacktest.Slow, Method: "apps.connections.open", After: 10 * time.Second})
		synctest.Wait()
		x.DisconnectOne(slacktest.Warning)
		time.Sleep(2 * time.Second)
		x.wantConnections(1)
		x.wantAll(60)
	})
	t.Run("both down", func(t *testing.T) {
		inBubble(t, func(t *testing.T, x *doorTest) {
			r := x.connect()
			x.answer = func(context.Context, envelope) (any, error) {
				time.Sleep(time.Second)
				return nil, nil
			}
			for i := range 60 {
				x.ana.Say(x.Channel(fmt.Sprintf("room%d", i)), fmt.Sprintf("m%d", i))
			}
			synctest.Wait()
			x.Order(slacktest.Fault{Kind: slacktest.Slow, Method: "apps.connections.open", After: 10 * time.Second, Times: 2})
			x.DropConnections()
			time.Sleep(5 * time.Second)
			x.wantConnections(0)
			if n := strings.Count(x.log.String(), "not acknowledged"); n != 20 { // of sixty, when each connection keeps twenty
				t.Errorf("%d were given up", n)
			}
			time.Sleep(10 * time.Minute)
			x.wantConnections(2)
			if n := len(strings.Fields(x.texts())); n != 60 || x.Lost() != 0 || x.Unsettled() != 0 {
				t.Errorf("took %d, %d lost, %d unsettled", n, x.Lost(), x.Unsettled())
			}
			r.cancel()
			<-r.done
		})
	})
}

// tap sees what is written to Slack.
type tap struct {
	net.Conn
	mu *sync.Mutex
	to *strings.Builder
}

func (c tap) Write(p []byte) (int, error) {
	c.mu.Lock()
	c.to.Write(p)
	c.mu.Unlock()
	return c.Conn.Write(p)
}

// TestFactS13: slack-go's debugging makes Slack end connections after six minutes, and logs texts. It is off.
func TestFactS13(t *testing.T) {
	inBubble(t, func(t *testing.T, x *doorTest) {
		var mu sync.Mutex
		var written strings.Builder
		o := x.socketOptions()
		o.dial = func(ctx context.Context, network, address string) (net.Conn, error) {
			c, err := x.Dial(ctx, network, address)
			return tap{c, &mu, &written}, err
		}
		x.open(o)
		time.Sleep(3 * time.Second)
		x.Order(slacktest.Fault{Kind: slacktest.EventMalformed, Event: "message"})
		x.ana.Say(x.room, "between-us")
		x.ana.Slash(x.room, "/quiz only-me")
		time.Sleep(time.Second)
		x.wantAll(2)
		mu.Lock()
		defer mu.Unlock()
		if out := written.String(); !strings.Contains(out, "ticket=") || strings.Contains(out, "debug_reconnects") {
			t.Errorf("it asked for %q", out)
		}
		for _, secret := range []string{"between-us", "only-me", x.AppToken(), "ticket="} {
			if strings.Contains(x.log.String(), secret) {
				t.Errorf("the log holds %q", secret)
			}
		}
	})
}

// TestFactS14: Slack does not hear an acknowledgement of 20 KiB. One without the answer is better than none.
func TestFactS14(t *testing.T) {
	inBubble(t, func(t *testing.T, x *doorTest) {
		x.connect()
		long := strings.Repeat("x", longestAck-100)
		x.answer = func(_ context.Context, e envelope) (any, error) {
			text := long
			if textOf(e) == "longer" {
				text += long
			}
			return map[string]string{"text": text}, nil
		}
		i, j := x.ana.Slash(x.room, "/quiz long"), x.ana.Slash(x.room, "/quiz longer")
		time.Sleep(time.Second)
		if !i.Acked() || !j.Acked() || x.Oversized() != 0 {
			t.Errorf("acknowledged: %v, %v", i.Acked(), j.Acked())
		}
		if got := x.ana.Ephemerals(); len(got) != 1 || len(got[0].Text) < longestAck-200 {
			t.Errorf("ana sees %d answers", len(got))
		}
		if !strings.Contains(x.log.String(), "acknowledged without an answer") {
			t.Error("the log says nothing")
		}
	})
}
