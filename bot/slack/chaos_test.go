package slack

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"rewind/bot/bottest"
	"rewind/bot/bottest/chaos"
	"rewind/bot/slack/slacktest"
)

// TestChaos lives through days in a workspace that fails, with a bot that is switched off and connections that are lost. Slack tells what
// it could not tell again minutes later, when it is stale, or never, so that only reading the thread finds it.
func TestChaos(t *testing.T) {
	t.Parallel()
	for i, retries := range [][]time.Duration{{0, time.Minute, 5 * time.Minute}, {0}} {
		t.Run(fmt.Sprintf("told %d times", 1+len(retries)), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s, x := newSubject(t)
				x.SetRetries(false, retries...)
				more := x.trouble(chaosRounds)
				ended := x.restless()
				chaos.Play(t, s, chaos.Options{
					Seed: uint64(i + 1), Rounds: chaosRounds, People: 20,
					Kinds: []bottest.Kind{bottest.TimeOut, bottest.LoseAnswer, bottest.RateLimit, bottest.Stall},
				})
				for kind, all := range more {
					if !slices.ContainsFunc(all, func(o *slacktest.Ordered) bool { return o.Count() > 0 }) {
						t.Errorf("%q never happened", kind)
					}
				}
				if n := ended(); n < chaosRounds/2 {
					t.Errorf("Slack ended or silenced %d connections", n)
				}
			})
		})
	}
}

// trouble orders what goes wrong besides: Slack tells what was said twice, late and in forms that nobody knows, hears no
// acknowledgement, and fails where the bot reads and changes what it said.
func (x *town) trouble(rounds int) map[slacktest.Kind][]*slacktest.Ordered {
	all := map[slacktest.Kind][]*slacktest.Ordered{}
	order := func(f slacktest.Fault) { all[f.Kind] = append(all[f.Kind], x.Order(f)) }
	for i := range rounds / 4 {
		for j, kind := range []slacktest.Kind{slacktest.EventTwice, slacktest.EventAgain, slacktest.EventLate, slacktest.EventUnknown,
			slacktest.EventUnknownBlock, slacktest.EventMalformed, slacktest.AckLost} {
			order(slacktest.Fault{Kind: kind, Event: "message", Skip: 35*i + 5*j})
		}
		for j, method := range []string{"conversations.replies", "conversations.history", "chat.update", "reactions.add", "response_url"} {
			kinds := []slacktest.Kind{slacktest.Limited, slacktest.ErrorBefore, slacktest.ErrorAfter, slacktest.ResetBefore,
				slacktest.ResetAfter, slacktest.SilentBefore, slacktest.SilentAfter}
			order(slacktest.Fault{Kind: kinds[(i+j)%len(kinds)], Method: method, Skip: 3*i + 2, After: 20 * time.Second})
		}
	}
	return all
}

// restless lets Slack end connections, as it does all the time, and silence them. The returned function ends that, and says how many there
// were.
func (x *town) restless() (ended func() int) {
	stop, done := make(chan struct{}), make(chan int)
	one := func() int { x.DisconnectOne(slacktest.Warning); return 1 }
	all := func() int { return x.Disconnect(slacktest.RefreshRequested) }
	go func() {
		n := 0
		for i := 0; ; i++ {
			select {
			case <-time.After(37 * time.Minute):
				n += []func() int{one, x.SilenceConnections, all}[i%3]()
			case <-stop:
				done <- n
				return
			}
		}
	}()
	return func() int { close(stop); return <-done }
}
