package slack

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"rewind/bot"
	"rewind/bot/slack/slacktest"
)

func TestOnePostASecondAndChannel(t *testing.T) {
	onWeb(t, func(t *testing.T, x *webTest) {
		x.must(x.text("first", "0"))
		time.Sleep(time.Minute)
		begun := time.Now()
		for n := range 10 { // bursts are short, and then one waits
			x.must(x.text(fmt.Sprint(n), fmt.Sprint(n)))
			want := time.Duration(max(0, n-postPace.burst+1)) * time.Second
			if at := time.Since(begun).Round(100 * time.Millisecond); at != want {
				t.Errorf("post %d went out after %v, want %v", n, at, want)
			}
		}
		if x.Requests("chat.postMessage") != 11 {
			t.Errorf("%d posts were sent", x.Requests("chat.postMessage"))
		}
	})
}

// Many posts at once: those that would wait for long fail at once, and no other channel waits for any of them.
func TestALongWaitFailsAtOnceAndHoldsNobodyUp(t *testing.T) {
	onWeb(t, func(t *testing.T, x *webTest) {
		x.must(x.text("first", "0"))
		time.Sleep(time.Minute)
		begun := time.Now()
		var all sync.WaitGroup
		var mu sync.Mutex
		done, after := 0, map[time.Duration]int{}
		for n := range 20 {
			all.Go(func() {
				_, err := x.deliver(t.Context(), x.text(fmt.Sprint(n), "busy"), cut)
				mu.Lock()
				defer mu.Unlock()
				var f *bot.Failure
				switch {
				case err == nil:
					done++
				case errors.As(err, &f) && f.Outcome == bot.NotDone && !f.Wide && !f.Lost:
					after[f.After.Round(time.Second)]++
					if took := time.Since(begun); took > 0 {
						t.Errorf("a post that has to wait took %v to say so", took)
					}
				default:
					t.Errorf("%v", err)
				}
			})
		}
		synctest.Wait()
		other := x.text("other", "not busy")
		other.To.Channel.ID = x.Channel("other").ID()
		x.must(other)
		if took := time.Since(begun); took > 0 {
			t.Errorf("another channel waited for %v", took)
		}
		all.Wait()
		if took := time.Since(begun); done != 5 || took > shortWait || after[3*time.Second] != 15 {
			t.Errorf("%d posts were done within %v, others told to wait: %v", done, took, after)
		}
		if x.Requests("chat.postMessage") != 7 {
			t.Errorf("%d posts were sent", x.Requests("chat.postMessage"))
		}
	})
}

func TestTiersAreKeptTo(t *testing.T) {
	onWeb(t, func(t *testing.T, x *webTest) {
		m := x.Member("ana").Say(x.room, "hello")
		for n := range tier2 {
			x.must(x.on(fmt.Sprint(n), bot.Pin, m.TS, ""))
		}
		if f := x.fails(x.on("more", bot.Pin, m.TS, ""), bot.NotDone); f.After < 50*time.Second || f.After > time.Minute || f.Wide {
			t.Errorf("one more: %+v", f)
		}
		if n := x.Requests("pins.add"); n != tier2 {
			t.Errorf("%d requests were sent", n)
		}
		x.must(x.on("other", bot.React, m.TS, "✅")) // the limit is each method's own
		time.Sleep(time.Minute)
		x.must(x.on("more", bot.Pin, m.TS, ""))
	})
}

func TestRetryAfterIsHonoured(t *testing.T) {
	onWeb(t, func(t *testing.T, x *webTest) {
		o := x.Order(slacktest.Fault{Kind: slacktest.Limited, After: 7 * time.Second, Method: "chat.postMessage"})
		d := x.text("k", "hello")
		if f := x.fails(d, bot.NotDone); f.After != 7*time.Second {
			t.Errorf("told to wait %v", f.After)
		}
		happened(t, o, 1)
		time.Sleep(2 * time.Second)
		if f := x.fails(d, bot.NotDone); f.After != 5*time.Second {
			t.Errorf("told to wait %v", f.After)
		}
		if n := x.Requests("chat.postMessage"); n != 1 {
			t.Errorf("%d posts were sent", n)
		}
		other := d
		other.To.Channel.ID = x.Channel("other").ID()
		x.must(other) // the limit is the channel's
		time.Sleep(3 * time.Second)
		begun := time.Now()
		x.must(d) // a short wait is waited out
		if took := time.Since(begun); took != 2*time.Second {
			t.Errorf("waited for %v", took)
		}
	})
}

// Slack does not say whether a limit of posts is the channel's or the workspace's.
func TestTwoLimitedChannelsAreTheWorkspace(t *testing.T) {
	onWeb(t, func(t *testing.T, x *webTest) {
		o := x.Order(slacktest.Fault{Kind: slacktest.Limited, After: 20 * time.Second, Method: "chat.postMessage", Times: 2})
		for n, name := range []string{"one", "two", "three"} {
			d := x.text(name, "hello")
			d.To.Channel.ID = x.Channel(name).ID()
			x.fails(d, bot.NotDone)
			if want := min(n+1, 2); x.Requests("chat.postMessage") != want {
				t.Errorf("%d posts were sent, want %d", x.Requests("chat.postMessage"), want)
			}
		}
		happened(t, o, 2)
		m := x.Member("ana").Say(x.room, "hi")
		x.must(x.on("react", bot.React, m.TS, "✅"))
	})
}

func TestFactS8ALimitWithoutRetryAfter(t *testing.T) {
	for name, change := range map[string]string{"bare": "", "no number": "soon", "negative": "-5"} {
		t.Run(name, func(t *testing.T) {
			onWeb(t, func(t *testing.T, x *webTest) {
				kind := slacktest.LimitedBare
				if change != "" {
					kind = slacktest.Limited
					x.web.http.Transport = transport{distort{x.sent, change}}
				}
				o := x.Order(slacktest.Fault{Kind: kind, After: time.Second, Method: "chat.postMessage"})
				d := x.text("k", "hello")
				if f := x.fails(d, bot.NotDone); f.After != bareWait {
					t.Errorf("told to wait %v", f.After)
				}
				happened(t, o, 1)
				time.Sleep(bareWait - 3*time.Second)
				x.fails(d, bot.NotDone)
				if n := x.Requests("chat.postMessage"); n != 1 {
					t.Errorf("%d posts were sent", n)
				}
				time.Sleep(3 * time.Second)
				x.must(d)
			})
		})
	}
}

func TestAWaitEndsWithItsContext(t *testing.T) {
	onWeb(t, func(t *testing.T, x *webTest) {
		for n := range postPace.burst {
			x.must(x.text(fmt.Sprint(n), "busy"))
		}
		ctx, cancel := context.WithCancel(t.Context())
		begun := time.Now()
		time.AfterFunc(300*time.Millisecond, cancel)
		_, err := x.deliver(ctx, x.text("k", "hello"), cut)
		if f := (*bot.Failure)(nil); !errors.As(err, &f) || f.Outcome != bot.NotDone || !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
		if took := time.Since(begun); took != 300*time.Millisecond {
			t.Errorf("it took %v", took)
		}
		_, f := x.deliverIn(500*time.Millisecond, x.text("k", "hello"))
		if f == nil || f.Outcome != bot.NotDone || f.After <= 0 || time.Since(begun) != 300*time.Millisecond {
			t.Errorf("a wait beyond the deadline: %v after %v", f, time.Since(begun))
		}
	})
}

// Turns may be taken for later before others are taken for now.
func TestTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter(bot.MachineClock{}, postPace)
		begun := time.Now()
		var out []time.Time
		for n := range special + 5 {
			wait, ok := l.take(postMethod, fmt.Sprint("c", n/5), time.Hour)
			if !ok {
				t.Fatalf("turn %d is %v away", n, wait)
			}
			out = append(out, time.Now().Add(wait))
		}
		if n := len(l.turns[postMethod]); n != special {
			t.Errorf("%d turns are kept", n)
		}
		within := 0
		for _, at := range out {
			if at.Sub(begun) < perTier {
				within++
			}
		}
		if within != special {
			t.Errorf("%d turns in the first minute", within)
		}
		if _, ok := l.take(responseURL, "", 0); !ok {
			t.Error("a response_url has no tier")
		}
	})
}

func TestWhatIsOverIsForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter(bot.MachineClock{}, postPace)
		for n := range 3 * mostPlaces {
			l.take(postMethod, fmt.Sprint(n), time.Hour)
			l.block(postMethod, fmt.Sprint(n), time.Millisecond)
			time.Sleep(time.Second)
		}
		if len(l.empty) > mostPlaces || len(l.blocked) > mostPlaces {
			t.Errorf("%d channels and %d limits are remembered", len(l.empty), len(l.blocked))
		}
	})
}
