package discord

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/gorilla/websocket"

	"rewind/bot/discord/discordtest"
)

func TestEventsArriveByChannel(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		s.up()
		m := s.mina.Say(s.channel, "hello")
		s.mina.Edit(m, "hello again")
		s.mina.React(m, "👍")
		s.mina.Unreact(m, "👍")
		thread := s.mina.StartThread(m, "talk")
		s.mina.Say(thread, "in the thread")
		s.mina.Delete(m)
		thread.Delete()
		s.channel.Delete()
		s.guild.Outage(true)
		s.guild.Outage(false)
		dm := s.mina.DM()
		s.mina.Say(dm, "in private")
		s.guild.RemoveBot()
		synctest.Wait()
		for _, want := range []struct {
			kind, channel string
		}{
			{"MESSAGE_CREATE", s.channel.ID}, {"MESSAGE_UPDATE", s.channel.ID}, {"MESSAGE_REACTION_ADD", s.channel.ID},
			{"MESSAGE_REACTION_REMOVE", s.channel.ID}, {"THREAD_CREATE", thread.ID}, {"MESSAGE_CREATE", thread.ID},
			{"MESSAGE_DELETE", s.channel.ID}, {"THREAD_DELETE", thread.ID}, {"CHANNEL_DELETE", s.channel.ID},
			{"GUILD_CREATE", ""}, {"GUILD_DELETE", ""}, {"MESSAGE_CREATE", dm.ID},
		} {
			if !slices.ContainsFunc(s.named(want.kind), func(e event) bool { return e.channel == want.channel }) {
				t.Errorf("no %s in channel %q was heard", want.kind, want.channel)
			}
		}
	})
}

func TestEachShardConnects(t *testing.T) {
	for _, odd := range []struct {
		shards, concurrency int
		most                time.Duration
	}{{3, 1, 11 * time.Second}, {4, 4, time.Second}, {4, 2, 6 * time.Second}} {
		t.Run(fmt.Sprint(odd), func(t *testing.T) {
			play(t, func(t *testing.T, s *scene) {
				s.SetShards(odd.shards, odd.concurrency)
				for range 12 {
					time.Sleep(time.Millisecond) // a guild's shard is of its ID's time
					s.Guild("more")
				}
				s.run()
				time.Sleep(odd.most)
				synctest.Wait()
				told := strings.Split(s.said(), ", ")
				slices.Sort(told)
				want := []string{}
				for i := range odd.shards {
					want = append(want, fmt.Sprintf("ready %d/%d", i, odd.shards))
				}
				if !slices.Equal(told, want) {
					t.Errorf("told %s\n%s", told, s.log.String())
				}
				if got := s.Gateway(); got.Identifies != odd.shards || got.Connected != odd.shards {
					t.Errorf("%+v", got)
				}
				if got := len(s.named("GUILD_CREATE")); got != 13 {
					t.Errorf("%d guilds are there, want 13", got)
				}
				s.hears("hello")
				// All come back by themselves.
				time.Sleep(time.Hour)
				s.InvalidateSessions(false)
				time.Sleep(time.Minute)
				if got := s.Gateway(); got.Identifies != 2*odd.shards || got.Connected != odd.shards {
					t.Errorf("after all sessions were lost: %+v", got)
				}
			})
		})
	}
}

func TestOneShardsFatalEndsAll(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		s.SetShards(2, 1)
		s.Order(discordtest.Fault{Kind: discordtest.IdentifyClosed, Code: 4010, Skip: 1})
		s.run()
		if got := s.fatal(10 * time.Second); got != "discord_shard" || s.said() != "ready 0/2" && s.said() != "ready 1/2" {
			t.Errorf("it is %v after %s", s.err, s.said()) // either may be the first
		}
		if got := s.Gateway(); got.Connected != 0 {
			t.Errorf("%+v", got)
		}
	})
}

func TestIdentificationsAreNotUsedUp(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		s.SetIdentifiesLeft(identifyFloor - 1)
		s.run()
		time.Sleep(5 * time.Hour)
		if got := s.Gateway().Connects; got != 0 || !strings.Contains(s.log.String(), "left=49") {
			t.Errorf("%d connections:\n%s", got, s.log.String())
		}
		s.SetIdentifiesLeft(1000)
		s.soon(floorAgain+time.Minute, "ready 0/1")
		s.gateway.mu.Lock()
		defer s.gateway.mu.Unlock()
		if s.gateway.identifies != 1 {
			t.Errorf("counted %d", s.gateway.identifies)
		}
	})
}

// TestTroubleIsNeverHot counts connections in an hour of nothing but trouble.
func TestTroubleIsNeverHot(t *testing.T) {
	for _, odd := range []discordtest.Fault{
		{Kind: discordtest.ConnectionRefused},
		{Kind: discordtest.IdentifyReconnect},
		{Kind: discordtest.IdentifyInvalid},
		{Kind: discordtest.IdentifyInvalid, Resumable: true},
		{Kind: discordtest.IdentifyClosed, Code: 4000},
		{Kind: discordtest.IdentifyClosed, Code: 4009},
		{Kind: discordtest.IdentifyClosed, Code: 1000},
	} {
		t.Run(fmt.Sprint(odd.Kind, odd.Code, odd.Resumable), func(t *testing.T) {
			play(t, func(t *testing.T, s *scene) {
				odd.Times = -1
				o := s.Order(odd)
				s.run()
				time.Sleep(time.Hour)
				if got := o.Count(); got < 20 || got > 60 {
					t.Errorf("%d connections in an hour", got)
				}
				o.Stop()
				s.soon(3*time.Minute, "ready 0/1")
			})
		})
	}
	t.Run("invalid soon after it is ready", func(t *testing.T) {
		play(t, func(t *testing.T, s *scene) {
			s.heard.onReady = func() {
				time.Sleep(10 * time.Second)
				s.InvalidateSessions(false)
			}
			s.run()
			time.Sleep(6 * time.Hour)
			if got := s.Gateway().Identifies; got < 100 || got > 240 { // there are 1000 for a day
				t.Errorf("it identified %d times in six hours", got)
			}
		})
	})
}

func TestALongOutageIsResumedOrReadAgain(t *testing.T) {
	for _, lost := range []bool{false, true} {
		t.Run(fmt.Sprint(lost), func(t *testing.T) {
			play(t, func(t *testing.T, s *scene) {
				s.up()
				o := s.Order(discordtest.Fault{Kind: discordtest.ConnectionRefused, Times: -1})
				s.DropGateway()
				time.Sleep(time.Hour)
				want := "ready 0/1, resumed 0"
				if lost {
					s.LoseSessions()
					want = "ready 0/1, ready 0/1"
				}
				o.Stop()
				s.soon(5*time.Minute, want)
				s.hears("hello")
			})
		})
	}
}

func TestTheGatewayIsConnectedWithoutRequests(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		s.up()
		time.Sleep(time.Hour)
		s.Order(discordtest.Fault{Kind: discordtest.ErrorBefore, Route: "GET /gateway/bot", Times: -1})
		s.InvalidateSessions(false)
		s.soon(time.Minute, "ready 0/1, ready 0/1")
		s.hears("hello")
	})
}

func TestWhatIsTooMuchIsReadAgain(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		hold := make(chan struct{})
		s.heard.onEvent = func(_ context.Context, e event) {
			if e.channel == s.channel.ID {
				<-hold
			}
		}
		s.up()
		for i := range 1100 {
			s.mina.Say(s.channel, fmt.Sprint(i))
		}
		other := s.guild.Text("other")
		s.mina.Say(other, "quick")
		synctest.Wait()
		if got := s.texts(); got != "quick" {
			t.Errorf("heard %s", got)
		}
		s.soon(rereadAfter+time.Second, "ready 0/1, ready 0/1")
		close(hold)
		time.Sleep(time.Minute)
		if got := len(s.named("MESSAGE_CREATE")); got != 1025 {
			t.Errorf("%d messages were heard", got)
		}
		if !strings.Contains(s.log.String(), "events=76") {
			t.Errorf("the log does not say how many: %s", s.log.String())
		}
		s.is("ready 0/1, ready 0/1")
		s.hears("hello")
	})
}

func TestItCanRunAgain(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		for i := range 3 {
			s.run()
			time.Sleep(10 * time.Second)
			s.hears(fmt.Sprint("run", i))
			s.stop()
			<-s.ended
			if s.err != nil {
				t.Error(s.err)
			}
		}
		if got := s.said(); got != "ready 0/1, ready 0/1, ready 0/1" {
			t.Errorf("told %s", got)
		}
	})
}

// TestHandlersMayEnd stops while something is being handled: it is given a moment to end well.
func TestHandlersMayEnd(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		var ended error
		s.heard.onEvent = func(ctx context.Context, e event) {
			if e.kind == "MESSAGE_CREATE" {
				select {
				case <-time.After(drainSpan / 2):
				case <-ctx.Done():
					ended = ctx.Err()
				}
			}
		}
		s.up()
		s.mina.Say(s.channel, "hello")
		synctest.Wait()
		s.stop()
		<-s.ended
		if s.texts() != "hello" || ended != nil {
			t.Errorf("heard %q: %v", s.texts(), ended)
		}
	})
}

// TestOnSockets is without a bubble: with a network and a clock that are real, and a heart that beats fast.
func TestOnSockets(t *testing.T) {
	t.Parallel()
	d := discordtest.New(t)
	d.SetHeartbeat(100 * time.Millisecond)
	s := newScene(t, d)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- s.gateway.run(ctx, s.heard) }()
	d.Until("connected", func() bool { return s.said() == "ready 0/1" })
	s.mina.Say(s.channel, "one")
	d.Until("a message", func() bool { return s.texts() == "one" })
	d.DropGateway()
	s.mina.Say(s.channel, "two")
	d.Until("connected again", func() bool { return s.said() == "ready 0/1, resumed 0" && s.texts() == "one two" })
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// TestStrangeGateways greets discordgo with what it could not bear.
func TestStrangeGateways(t *testing.T) {
	const hello, ready = `{"op":10,"d":{"heartbeat_interval":41250}}`, `{"op":0,"s":1,"t":"READY","d":{"session_id":"a"}}`
	for _, odd := range []struct {
		name   string
		frames []string
		told   string
		events int
	}{
		{"no interval", []string{`{"op":10,"d":{}}`}, "", 0},
		{"an interval of zero", []string{`{"op":10,"d":{"heartbeat_interval":0}}`, ready}, "", 0},
		{"an interval before zero", []string{`{"op":10,"d":{"heartbeat_interval":-1}}`, ready}, "", 0},
		{"an interval that overflows", []string{`{"op":10,"d":{"heartbeat_interval":9223372036854}}`, ready}, "", 0},
		{"no JSON", []string{`{`}, "", 0},
		{"an event before the greeting", []string{ready}, "", 0},
		{"an acknowledgement before anything", []string{`{"op":11}`, hello, `{"op":11}`, ready}, "ready 0/1", 0},
		{"a heartbeat is wanted first", []string{`{"op":1,"d":null}`, hello, `{"op":1,"d":null}`, ready, `{"op":1}`}, "ready 0/1", 0},
		{"greeted twice", []string{hello, hello, ready, hello}, "ready 0/1", 0},
		{"ready without a session", []string{hello, `{"op":0,"s":1,"t":"READY","d":{}}`}, "", 0},
		{"ready with a strange one", []string{hello, `{"op":0,"s":1,"t":"READY","d":{"session_id":"\"\u0000","guilds":[null],"user":7}}`}, "ready 0/1", 0},
		{"guilds that are none", []string{hello, ready, `{"op":0,"s":2,"t":"GUILD_CREATE","d":{}}`, `{"op":0,"s":3,"t":"GUILD_UPDATE","d":null}`,
			`{"op":0,"s":4,"t":"GUILD_DELETE"}`, `{"op":0,"s":5,"t":"GUILD_CREATE","d":[1]}`}, "ready 0/1", 4},
		{"voice", []string{hello, ready, `{"op":0,"s":2,"t":"VOICE_SERVER_UPDATE","d":{}}`, `{"op":0,"s":3,"t":"VOICE_STATE_UPDATE","d":{}}`}, "ready 0/1", 2},
		{"unknown operations", []string{`{"op":77}`, hello, `{"op":77}`, ready, `{"op":77,"d":{}}`}, "ready 0/1", 0},
		{"an event without a number", []string{hello, ready, `{"op":0,"t":"MESSAGE_CREATE","d":{}}`}, "ready 0/1", 1},
		{"an event without a type", []string{hello, ready, `{"op":0,"s":2,"d":{}}`}, "ready 0/1", 1},
	} {
		t.Run(odd.name, func(t *testing.T) {
			play(t, func(t *testing.T, s *scene) {
				strange(t, s, odd.frames)
				s.run()
				time.Sleep(time.Second)
				s.is(odd.told)
				s.heard.mu.Lock()
				defer s.heard.mu.Unlock()
				if len(s.events) != odd.events {
					t.Errorf("%d events were heard, want %d", len(s.events), odd.events)
				}
			})
		})
	}
}

// strange makes the gateway dial somebody who sends frames, one after another, and listens.
func strange(t *testing.T, s *scene, frames []string) {
	var all sync.WaitGroup
	t.Cleanup(all.Wait)
	s.gateway.newSession = func() (*discordgo.Session, error) {
		c, err := s.session()
		c.Dialer = &websocket.Dialer{NetDialContext: func(context.Context, string, string) (net.Conn, error) {
			near, far := net.Pipe()
			all.Go(func() {
				defer far.Close()
				ws, err := answer(far)
				if err != nil {
					t.Error(err)
					return
				}
				all.Go(func() {
					for _, f := range frames {
						if ws.WriteMessage(websocket.TextMessage, []byte(f)) != nil {
							return // it was too strange
						}
						time.Sleep(time.Millisecond)
					}
				})
				for err == nil {
					_, _, err = ws.ReadMessage()
				}
			})
			return near, nil
		}}
		return c, err
	}
}

func TestJudge(t *testing.T) {
	closed := func(code int) error { return fmt.Errorf("read: %w", &websocket.CloseError{Code: code}) }
	for _, odd := range []struct {
		cause   error
		content bool
		want    verdict
	}{
		{errReconnect, true, verdict{}},
		{errSilent, true, verdict{}},
		{errLibrary, true, verdict{}},
		{errors.New("anything"), true, verdict{}},
		{errInvalid{true}, true, verdict{pause: true}},
		{errInvalid{false}, true, verdict{fresh: true, pause: true}},
		{closed(1000), true, verdict{}}, // from Discord it does not say that the session is gone
		{closed(1006), true, verdict{}},
		{closed(4000), true, verdict{}},
		{closed(4004), true, verdict{fatal: "discord_token"}},
		{closed(4008), true, verdict{}},
		{closed(4009), true, verdict{fresh: true}},
		{closed(4010), true, verdict{fatal: "discord_shard"}},
		{closed(4011), true, verdict{fatal: "discord_shard"}},
		{closed(4012), true, verdict{fatal: "discord_version"}},
		{closed(4013), true, verdict{fatal: "discord_intents"}},
		{closed(4014), true, verdict{fresh: true, pause: true, withoutContent: true}},
		{closed(4014), false, verdict{fatal: "discord_intents"}},
		{closed(4999), false, verdict{}}, // not known yet
	} {
		if got := judge(odd.cause, odd.content); got != odd.want {
			t.Errorf("%v (content %v): %+v, want %+v", odd.cause, odd.content, got, odd.want)
		}
	}
}

func TestBackoff(t *testing.T) {
	for _, chance := range []float64{0, 0.999} {
		g := &gateway{chance: func() float64 { return chance }}
		var all []time.Duration
		for tries := range 100 {
			all = append(all, g.backoff(tries).Round(time.Second/2))
		}
		if !slices.IsSorted(all) || all[99] < time.Minute || all[99] > 2*time.Minute || all[0] > time.Second {
			t.Errorf("waits %v", all)
		}
	}
	g := &gateway{}
	for tries := range 20 {
		if a, b := g.backoff(tries), g.backoff(tries); a == b {
			t.Errorf("after %d tries all wait equally long", tries)
		}
	}
}
