package slack

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"rewind/bot/slack/slacktest"
)

// TestConnectionTrouble lets every kind of trouble befall new connections.
func TestConnectionTrouble(t *testing.T) {
	for _, f := range []slacktest.Fault{
		{Kind: slacktest.ConnectionRefused, Times: 4},
		{Kind: slacktest.ConnectionSilent, Times: 2},
		{Kind: slacktest.NoHello, Times: 2},
		{Kind: slacktest.DisconnectAtOnce, Times: 4, Code: slacktest.Warning},
		{Kind: slacktest.DisconnectAtOnce, Times: 2, Code: slacktest.TooManyWebsockets},
	} {
		t.Run(string(f.Kind)+" "+f.Code, func(t *testing.T) {
			inBubble(t, func(t *testing.T, x *doorTest) {
				ordered := x.Order(f)
				x.open(x.socketOptions())
				time.Sleep(2 * time.Minute)
				x.wantConnections(2)
				if ordered.Count() != f.Times || x.Requests("apps.connections.open") != f.Times+2 {
					t.Errorf("it happened %d times, and %d connections were asked for", ordered.Count(), x.Requests("apps.connections.open"))
				}
				x.ana.Say(x.room, "hello")
				time.Sleep(time.Second)
				x.wantAll(1)
			})
		})
	}
}

// TestSilentConnections has both connections fall silent, as if the network had swallowed the other end. They are noticed sooner than by
// slack-go and replaced, and events may have been missed.
func TestSilentConnections(t *testing.T) {
	inBubble(t, func(t *testing.T, x *doorTest) {
		x.connect()
		if n := x.SilenceConnections(); n != 2 {
			t.Fatalf("%d connections", n)
		}
		x.ana.Say(x.room, "hello?")
		time.Sleep(silenceMost + 2*watchLeast + 2*time.Second)
		if x.Connected() != 4 || x.gapsTold() < 2 {
			t.Errorf("%d connections were opened, %d gaps", x.Connected(), x.gapsTold())
		}
		time.Sleep(10 * time.Minute)
		x.wantConnections(2)
		if x.texts() != "hello?" || x.Lost() != 0 || x.Unsettled() != 0 {
			t.Errorf("took %q, %d lost", x.texts(), x.Lost())
		}
	})
}

// TestGaps counts when events may have been missed.
func TestGaps(t *testing.T) {
	inBubble(t, func(t *testing.T, x *doorTest) {
		x.connect()
		if n := x.gapsTold(); n != 1 {
			t.Errorf("%d gaps after the start, want 1", n)
		}
		time.Sleep(time.Minute)
		for range 3 {
			x.DisconnectOne(slacktest.RefreshRequested)
			time.Sleep(time.Minute)
		}
		if n := x.gapsTold(); n != 1 || x.Connected() != 5 {
			t.Errorf("%d gaps after replacements, %d connections", n, x.Connected())
		}
		x.DropConnections()
		time.Sleep(10 * time.Second)
		x.wantConnections(2)
		if n := x.gapsTold(); n < 2 || n > 3 {
			t.Errorf("%d gaps after both were cut", n)
		}
	})
}

// TestAGapOfOne cuts one connection without a word: the other one was there, but what Slack wrote into this one may be lost.
func TestAGapOfOne(t *testing.T) {
	inBubble(t, func(t *testing.T, x *doorTest) {
		o := x.socketOptions()
		conns := x.tapped(&o)
		x.open(o)
		time.Sleep(time.Minute)
		_ = conns.first().Close()
		time.Sleep(10 * time.Second)
		x.wantConnections(2)
		if n := x.gapsTold(); n != 2 || x.Connected() != 3 {
			t.Errorf("%d gaps, %d connections were opened", n, x.Connected())
		}
	})
}

// TestGapsThatPanic do no harm, and one that takes long holds up nothing and does not overlap with the next.
func TestGapsThatPanic(t *testing.T) {
	inBubble(t, func(t *testing.T, x *doorTest) {
		o := x.socketOptions()
		under := 0
		o.gap = func(ctx context.Context) {
			x.mu.Lock()
			x.gaps++
			under++
			if under > 1 {
				t.Error("two at once")
			}
			x.mu.Unlock()
			defer func() {
				x.mu.Lock()
				under--
				x.mu.Unlock()
			}()
			time.Sleep(time.Minute)
			panic("a mistake of ours")
		}
		x.open(o)
		for range 5 {
			time.Sleep(10 * time.Second)
			x.DropConnections()
		}
		x.ana.Say(x.room, "hello")
		time.Sleep(10 * time.Minute)
		if n := x.gapsTold(); n != 2 || x.texts() != "hello" {
			t.Errorf("%d gaps, took %q", n, x.texts())
		}
	})
}

// TestTheTwoDoNotEndTogether lives as long as Slack lets connections live, which is five hours here. Opened together they would be asked
// to end together, so one of them is replaced halfway, while the other one is there.
func TestTheTwoDoNotEndTogether(t *testing.T) {
	inBubble(t, func(t *testing.T, x *doorTest) {
		x.connect()
		for n := range 100 {
			i := x.ana.Slash(x.room, "/quiz next")
			time.Sleep(3 * time.Minute)
			if !i.Acked() || x.Connections() != 2 {
				t.Fatalf("acknowledged %v over %d connections", i.Acked(), x.Connections())
			}
			if opened := x.Connected(); opened == 3 != (n >= 50) {
				t.Fatalf("%d connections were opened after %d minutes", opened, 3*(n+1))
			}
		}
		if x.gapsTold() != 1 {
			t.Errorf("%d gaps", x.gapsTold())
		}
	})
}

// TestManyOtherProcesses leaves room for only one connection.
func TestManyOtherProcesses(t *testing.T) {
	inBubble(t, func(t *testing.T, x *doorTest) {
		for range 9 {
			x.raw()
		}
		asked := x.Requests("apps.connections.open")
		x.open(x.socketOptions())
		time.Sleep(10 * time.Minute)
		x.wantConnections(10)
		if n := x.Requests("apps.connections.open") - asked; n < 5 || n > 15 {
			t.Errorf("%d connections were asked for", n)
		}
		if !strings.Contains(x.log.String(), "too many connections") {
			t.Error("the log says nothing")
		}
	})
}

// TestTheEnd ends the sockets in every state that they can be in. That nothing is left of them the bubble sees.
func TestTheEnd(t *testing.T) {
	for what, prepare := range map[string]func(*doorTest){
		"at once": func(*doorTest) {},
		"up":      func(*doorTest) { time.Sleep(10 * time.Second) },
		"stagger": func(x *doorTest) {
			x.Order(slacktest.Fault{Kind: slacktest.NoHello, Times: -1})
			time.Sleep(2 * time.Second)
		},
		"silent": func(x *doorTest) {
			x.Order(slacktest.Fault{Kind: slacktest.ConnectionSilent, Times: -1})
			time.Sleep(20 * time.Second)
		},
		"asking":  func(x *doorTest) { x.orderAll(slacktest.SilentBefore); time.Sleep(10 * time.Second) },
		"pausing": func(x *doorTest) { x.orderAll(slacktest.ErrorBefore); time.Sleep(time.Minute) },
		"refused": func(x *doorTest) {
			x.Order(slacktest.Fault{Kind: slacktest.ConnectionRefused, Times: -1})
			time.Sleep(time.Minute)
		},
		"retiring": func(x *doorTest) { time.Sleep(10 * time.Second); x.Disconnect(slacktest.Warning); synctest.Wait() },
		"taking": func(x *doorTest) {
			x.answer = func(ctx context.Context, _ envelope) (any, error) {
				<-ctx.Done()
				return nil, ctx.Err()
			}
			time.Sleep(10 * time.Second)
			for range 5 {
				x.ana.Say(x.room, "hello")
				x.ana.Slash(x.room, "/quiz")
			}
			synctest.Wait()
		},
	} {
		t.Run(what, func(t *testing.T) {
			inBubble(t, func(t *testing.T, x *doorTest) {
				r := x.open(x.socketOptions())
				prepare(x)
				began := time.Now()
				r.cancel()
				<-r.done
				if took := time.Since(began); r.err != nil || took > 0 {
					t.Errorf("ended with %v after %v", r.err, took)
				}
				x.log.mu.Lock()
				defer x.log.mu.Unlock()
				if what == "up" && strings.Contains(x.log.b.String(), "WARN") {
					t.Errorf("an end in order is no trouble: %s", x.log.b.String())
				}
			})
		})
	}
}

// TestRunAgain runs the sockets twice with one door, as after a lost connection.
func TestRunAgain(t *testing.T) {
	inBubble(t, func(t *testing.T, x *doorTest) {
		for n := range 2 {
			r := x.connect()
			x.ana.Say(x.room, "hello")
			time.Sleep(time.Second)
			r.cancel()
			<-r.done
			if got := x.gapsTold(); got != n+1 {
				t.Errorf("%d gaps after %d starts", got, n+1)
			}
			time.Sleep(time.Minute)
		}
		x.wantAll(2)
	})
}
