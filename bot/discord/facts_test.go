package discord

// The facts D1 to D25 about discordgo v0.29.0 are numbered as in the platform notes. Each one has a test that is named after it
// and shows how it is held off: those of the gateway are here, those of requests and forms beside what makes them. Without a
// test is
//
//	D22, races: AddHandlerOnce, State and HeartbeatLatency are not used, and options are set before Open only.

import (
	"context"
	"fmt"
	"log"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bwmarrin/discordgo"

	"rewind/bot/discord/discordtest"
)

// interval is how far apart heartbeats are.
const interval = 41250 * time.Millisecond

func TestFactD1AnEarlyRequestToReconnectIsNoDeadlock(t *testing.T) {
	t.Run("identify", func(t *testing.T) {
		play(t, func(t *testing.T, s *scene) {
			o := s.Order(discordtest.Fault{Kind: discordtest.IdentifyReconnect})
			s.run()
			s.soon(time.Minute, "ready 0/1")
			s.hears("hello")
			if o.Count() != 1 {
				t.Error("it did not happen")
			}
		})
	})
	t.Run("resume", func(t *testing.T) {
		play(t, func(t *testing.T, s *scene) {
			s.up()
			o := s.Order(discordtest.Fault{Kind: discordtest.IdentifyReconnect, Times: 2})
			s.AskToReconnect()
			s.soon(time.Minute, "ready 0/1, resumed 0")
			s.hears("hello")
			if o.Count() != 2 || s.Gateway().Identifies != 1 {
				t.Errorf("it happened %d times: %+v", o.Count(), s.Gateway())
			}
		})
	})
	for _, resumable := range []bool{true, false} {
		t.Run(fmt.Sprint("identify is invalid, resumable ", resumable), func(t *testing.T) {
			play(t, func(t *testing.T, s *scene) {
				o := s.Order(discordtest.Fault{Kind: discordtest.IdentifyInvalid, Resumable: resumable, Times: 2})
				s.run()
				s.soon(time.Minute, "ready 0/1")
				s.hears("hello")
				if o.Count() != 2 || s.Gateway().Resumes != 0 {
					t.Errorf("it happened %d times: %+v", o.Count(), s.Gateway())
				}
			})
		})
		t.Run(fmt.Sprint("resume is invalid, resumable ", resumable), func(t *testing.T) {
			play(t, func(t *testing.T, s *scene) {
				s.up()
				o := s.Order(discordtest.Fault{Kind: discordtest.ResumeInvalid, Resumable: resumable})
				s.AskToReconnect()
				want := "ready 0/1, ready 0/1"
				if resumable {
					want = "ready 0/1, resumed 0"
				}
				s.soon(time.Minute, want)
				s.hears("hello")
				if o.Count() != 1 {
					t.Error("it did not happen")
				}
			})
		})
	}
}

func TestFactD2SilenceWhileConnectingEnds(t *testing.T) {
	for _, kind := range []discordtest.Kind{discordtest.NoHello, discordtest.IdentifyUnanswered} {
		t.Run(string(kind), func(t *testing.T) {
			play(t, func(t *testing.T, s *scene) {
				o := s.Order(discordtest.Fault{Kind: kind})
				s.run()
				s.soon(time.Minute, "ready 0/1")
				s.hears("hello")
				o2 := s.Order(discordtest.Fault{Kind: kind})
				s.AskToReconnect()
				s.soon(time.Minute, "ready 0/1, resumed 0")
				s.hears("again")
				if o.Count() != 1 || o2.Count() != 1 || s.Gateway().ClosedWith[0] != closeKeep {
					t.Errorf("it happened %d and %d times: %+v", o.Count(), o2.Count(), s.Gateway())
				}
			})
		})
	}
	t.Run("a resume that is never answered", func(t *testing.T) {
		play(t, func(t *testing.T, s *scene) {
			s.up()
			o := s.Order(discordtest.Fault{Kind: discordtest.IdentifyUnanswered, Times: resumesMost})
			s.AskToReconnect()
			s.soon(5*time.Minute, "ready 0/1, ready 0/1")
			if o.Count() != resumesMost || s.Gateway().Resumes != 0 {
				t.Errorf("unanswered %d times: %+v", o.Count(), s.Gateway())
			}
		})
	})
}

func TestFactD3ADeadConnectionIsNoticedWithinTwoHeartbeats(t *testing.T) {
	for _, odd := range []struct {
		name  string
		after time.Duration // since the connection is up
		dies  func(*scene)
	}{
		{"silent just after a heartbeat", interval + time.Second, func(s *scene) { s.SilenceGateway() }},
		{"silent just before a heartbeat", 2*interval - time.Second, func(s *scene) { s.SilenceGateway() }},
		{"silent at once", time.Second, func(s *scene) { s.SilenceGateway() }},
		{"events without acknowledgements", interval + time.Second, func(s *scene) {
			s.IgnoreHeartbeats(true)
			for range 20 {
				time.Sleep(4 * time.Second)
				s.mina.Say(s.channel, "hello")
			}
		}},
	} {
		t.Run(odd.name, func(t *testing.T) {
			play(t, func(t *testing.T, s *scene) {
				s.up()
				time.Sleep(odd.after)
				synctest.Wait()
				dead := time.Now()
				odd.dies(s)
				for s.Gateway().Connects == 1 && time.Since(dead) < 10*interval {
					time.Sleep(10 * time.Millisecond)
				}
				s.IgnoreHeartbeats(false)
				// It is closed before, and discordgo takes a second for that.
				if took := time.Since(dead); took > 2*interval+2*time.Second {
					t.Errorf("a new connection after %v", took)
				}
				time.Sleep(10 * time.Second)
				if got := s.said(); got != "ready 0/1, resumed 0" {
					t.Errorf("told %s", got)
				}
				if got := s.Gateway(); !slices.Equal(got.ClosedWith, []int{4000}) {
					t.Errorf("closed with %v", got.ClosedWith)
				}
			})
		})
	}
	t.Run("one that lives is left alone", func(t *testing.T) {
		play(t, func(t *testing.T, s *scene) {
			s.up()
			time.Sleep(24 * time.Hour)
			if got := s.Gateway(); got.Connects != 1 || got.Heartbeats < 2000 {
				t.Errorf("after a day: %+v", got)
			}
			s.hears("hello")
		})
	})
}

func TestFactD4NothingIsLostWithAConnection(t *testing.T) {
	for name, lose := range map[string]func(*scene){
		"reset":              func(s *scene) { s.DropGateway() },
		"closed":             func(s *scene) { s.CloseGateway(4000) },
		"closed with 1001":   func(s *scene) { s.CloseGateway(1001) },
		"asked to reconnect": func(s *scene) { s.AskToReconnect() },
		"silent":             func(s *scene) { s.SilenceGateway() },
	} {
		t.Run(name, func(t *testing.T) {
			play(t, func(t *testing.T, s *scene) {
				s.up()
				s.hears("one")
				lose(s)
				time.Sleep(time.Millisecond)
				s.mina.Say(s.channel, "two")
				s.soon(2*interval, "ready 0/1, resumed 0")
				s.hears("three")
				if got := s.texts(); got != "one two three" {
					t.Errorf("heard %s", got)
				}
				if got := s.Gateway(); got.Identifies != 1 || slices.Contains(got.ClosedWith, 1000) || slices.Contains(got.ClosedWith, 1001) {
					t.Errorf("%+v", got)
				}
			})
		})
	}
}

func TestFactD5AnInvalidSessionWaits(t *testing.T) {
	for _, resumable := range []bool{true, false} {
		for _, chance := range []float64{0, 0.999} {
			t.Run(fmt.Sprint(resumable, chance), func(t *testing.T) {
				play(t, func(t *testing.T, s *scene) {
					s.gateway.chance = func() float64 { return chance }
					s.up()
					time.Sleep(time.Hour)
					at := time.Now()
					s.InvalidateSessions(resumable)
					for s.Gateway().Connects == 1 {
						time.Sleep(time.Millisecond)
					}
					took := time.Since(at) - time.Second // discordgo's, to close
					if took < time.Second || took > 5100*time.Millisecond || (took > 4*time.Second) != (chance > 0) {
						t.Errorf("connected again after %v", took)
					}
					want := "ready 0/1, ready 0/1"
					if resumable {
						want = "ready 0/1, resumed 0"
					}
					s.soon(10*time.Second, want)
				})
			})
		}
	}
	t.Run("a connection that has only been greeted is not up", func(t *testing.T) {
		play(t, func(t *testing.T, s *scene) {
			s.Order(discordtest.Fault{Kind: discordtest.IdentifyUnanswered, Times: -1})
			s.run()
			time.Sleep(time.Hour)
			if got := s.said(); got != "" {
				t.Errorf("told %s", got)
			}
		})
	})
}

var fatalCodes = map[int]string{4004: "discord_token", 4010: "discord_shard", 4011: "discord_shard", 4012: "discord_version",
	4013: "discord_intents", 4014: "discord_intents"}

func TestFactD6FinalCodesEndIt(t *testing.T) {
	for code, want := range fatalCodes {
		t.Run(fmt.Sprint("identify ", code), func(t *testing.T) {
			play(t, func(t *testing.T, s *scene) {
				s.gateway.content = false
				s.Order(discordtest.Fault{Kind: discordtest.IdentifyClosed, Code: code, Times: -1})
				s.run()
				if got := s.fatal(time.Second); got != want {
					t.Errorf("it is %s, want %s", got, want)
				}
				if !strings.Contains(s.err.Error(), fmt.Sprint(code)) {
					t.Errorf("the error does not name the code: %v", s.err)
				}
				time.Sleep(time.Hour)
				if got := s.Gateway().Connects; got != 1 {
					t.Errorf("it connected %d times", got)
				}
			})
		})
		t.Run(fmt.Sprint("while connected ", code), func(t *testing.T) {
			play(t, func(t *testing.T, s *scene) {
				s.gateway.content = false
				s.up()
				time.Sleep(time.Hour)
				s.CloseGateway(code)
				if got := s.fatal(2 * time.Second); got != want {
					t.Errorf("it is %s, want %s", got, want)
				}
				if got := s.Gateway().Connects; got != 1 {
					t.Errorf("it connected %d times", got)
				}
			})
		})
		t.Run(fmt.Sprint("connecting again ", code), func(t *testing.T) {
			play(t, func(t *testing.T, s *scene) {
				s.gateway.content = false
				s.up()
				time.Sleep(time.Hour)
				s.Order(discordtest.Fault{Kind: discordtest.IdentifyClosed, Code: code, Times: -1})
				s.InvalidateSessions(false)
				if got := s.fatal(10 * time.Second); got != want {
					t.Errorf("it is %s, want %s", got, want)
				}
				if got := s.Gateway().Connects; got != 2 {
					t.Errorf("it connected %d times", got)
				}
			})
		})
	}
	t.Run("a real token that is wrong", func(t *testing.T) {
		play(t, func(t *testing.T, s *scene) {
			right := s.token
			s.gateway.newSession = func() (*discordgo.Session, error) {
				s.token = "Bot wrong"
				defer func() { s.token = right }()
				return s.session()
			}
			s.run()
			if got := s.fatal(time.Second); got != "discord_token" || strings.Contains(s.err.Error(), "wrong") {
				t.Errorf("it is %v", s.err)
			}
		})
	})
	t.Run("a token that requests refuse", func(t *testing.T) {
		play(t, func(t *testing.T, s *scene) {
			s.token = "Bot wrong"
			s.run()
			if got := s.fatal(time.Second); got != "discord_token" || s.Gateway().Connects != 0 {
				t.Errorf("it is %v, connected %d times", s.err, s.Gateway().Connects)
			}
		})
	})
	t.Run("a token that requests refuse later", func(t *testing.T) {
		play(t, func(t *testing.T, s *scene) {
			s.up()
			time.Sleep(time.Hour)
			s.token = "Bot wrong"
			s.InvalidateSessions(false)
			if got := s.fatal(10 * time.Second); got != "discord_token" || s.Gateway().Connects != 1 {
				t.Errorf("it is %v, connected %d times", s.err, s.Gateway().Connects)
			}
		})
	})
	for _, code := range []int{4000, 4001, 4002, 4003, 4005, 4007, 4008, 4009} {
		t.Run(fmt.Sprint(code, " is not final"), func(t *testing.T) {
			play(t, func(t *testing.T, s *scene) {
				s.up()
				time.Sleep(time.Hour)
				s.CloseGateway(code)
				want := "ready 0/1, resumed 0"
				if code == 4003 || code == 4005 || code == 4007 || code == 4009 {
					want = "ready 0/1, ready 0/1"
				}
				s.soon(10*time.Second, want)
				s.hears("hello")
			})
		})
	}
}

func TestFactD6WithoutMessageContent(t *testing.T) {
	said := func(s *scene) string {
		s.t.Helper()
		s.mina.Say(s.channel, "secret")
		synctest.Wait()
		if len(s.named("MESSAGE_CREATE")) == 0 {
			s.t.Fatal("no message was heard")
		}
		return s.texts()
	}
	t.Run("never granted", func(t *testing.T) {
		play(t, func(t *testing.T, s *scene) {
			s.GrantIntents(0)
			s.run()
			s.soon(10*time.Second, "without content, ready 0/1")
			if got := said(s); got != "" {
				t.Errorf("it heard %s", got)
			}
			if got := s.Gateway(); got.Connects != 2 || !slices.Equal(got.ClosedBy, []int{4014}) {
				t.Errorf("%+v", got)
			}
			// It is remembered for the next session, and for the next run.
			time.Sleep(time.Minute)
			s.InvalidateSessions(false)
			s.soon(10*time.Second, "without content, ready 0/1, ready 0/1")
			s.stop()
			<-s.ended
			s.run()
			s.soon(10*time.Second, "without content, ready 0/1, ready 0/1, ready 0/1")
			if got := s.Gateway().ClosedBy; !slices.Equal(got, []int{4014}) {
				t.Errorf("closed with %v", got)
			}
		})
	})
	t.Run("taken away", func(t *testing.T) {
		play(t, func(t *testing.T, s *scene) {
			s.up()
			time.Sleep(time.Hour)
			s.GrantIntents(0)
			s.InvalidateSessions(false)
			s.soon(20*time.Second, "ready 0/1, without content, ready 0/1")
			if got := said(s); got != "" {
				t.Errorf("it heard %s", got)
			}
		})
	})
	t.Run("taken away while connected", func(t *testing.T) {
		play(t, func(t *testing.T, s *scene) {
			s.up()
			s.GrantIntents(0)
			s.CloseGateway(4014)
			s.soon(20*time.Second, "ready 0/1, without content, ready 0/1")
			if got := s.Gateway(); got.Connects != 2 {
				t.Errorf("%+v", got)
			}
		})
	})
	t.Run("not asked for", func(t *testing.T) {
		play(t, func(t *testing.T, s *scene) {
			s.gateway.content = false
			s.up()
			if got := said(s); got != "" {
				t.Errorf("it heard %s", got)
			}
		})
	})
}

func TestFactD7ResumesWhereDiscordSays(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		s.up()
		s.AskToReconnect()
		s.soon(10*time.Second, "ready 0/1, resumed 0")
		s.Order(discordtest.Fault{Kind: discordtest.ConnectionRefused})
		s.DropGateway()
		s.soon(20*time.Second, "ready 0/1, resumed 0, resumed 0")
		s.InvalidateSessions(false)
		s.soon(20*time.Second, "ready 0/1, resumed 0, resumed 0, ready 0/1")
		// An address that does not work for resuming is not tried twice.
		want := []string{"gateway.discord.gg:80", "discord.test:80", "discord.test:80", "gateway.discord.gg:80", "gateway.discord.gg:80"}
		if got := s.dialled; !slices.Equal(got, want) {
			t.Errorf("dialled %v", got)
		}
	})
}

func TestFactD8WhatIsUnknownArrivesWhole(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		s.up()
		s.Order(discordtest.Fault{Kind: discordtest.EventUnknownComponent, Event: "MESSAGE_CREATE"})
		s.mina.Say(s.channel, "hello")
		s.SendUnknownEvent()
		synctest.Wait()
		e := s.named("MESSAGE_CREATE")
		if len(e) != 1 || e[0].channel != s.channel.ID || !strings.Contains(string(e[0].data), `"type":99`) || s.texts() != "hello" ||
			!strings.Contains(string(e[0].data), s.mina.ID()) {
			t.Errorf("heard %+v", e)
		}
		if len(s.named("SOMETHING_NEW_CREATE")) != 1 {
			t.Error("the unknown event did not come")
		}
		s.hears("again")
	})
}

func TestFactD9ALabelFormArrivesWhole(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		c := s.rest()
		if _, err := c.ApplicationCommandBulkOverwrite(s.Bot().ID, "", []*discordgo.ApplicationCommand{{Name: "quiz", Description: "Questions"}}); err != nil {
			t.Fatal(err)
		}
		s.heard.onEvent = func(_ context.Context, e event) {
			if e.kind != "INTERACTION_CREATE" || !strings.Contains(string(e.data), `"name":"quiz"`) {
				return
			}
			var i struct{ ID, Token string }
			decode(t, e.data, &i)
			form := map[string]any{"type": 9, "data": map[string]any{"custom_id": "form", "title": "Why?", "components": []any{
				map[string]any{"type": 18, "label": "Why", "component": map[string]any{"type": 4, "custom_id": "why", "style": 2}}}}}
			if _, err := c.RequestWithBucketID("POST", discordgo.EndpointInteractionResponse(i.ID, i.Token), form, ""); err != nil {
				t.Error(err)
			}
		}
		s.up()
		i := s.mina.Slash(s.channel, "quiz", nil)
		synctest.Wait()
		if i.Modal() == nil {
			t.Fatal("no form was opened")
		}
		s.mina.Submit(i.Modal(), map[string]string{"why": "because"})
		synctest.Wait()
		got := s.named("INTERACTION_CREATE")
		if len(got) != 2 || !strings.Contains(string(got[1].data), `"because"`) || !strings.Contains(string(got[1].data), `"type":18`) {
			t.Errorf("heard %+v", got)
		}
	})
}

func TestFactD10EventsStayInOrder(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		other := s.guild.Text("other")
		s.heard.onEvent = func(_ context.Context, e event) {
			if len(e.data)%3 == 0 {
				time.Sleep(time.Duration(len(e.data)%7) * time.Millisecond)
			}
		}
		s.up()
		for i := range 200 {
			s.mina.Say(s.channel, fmt.Sprint("a", i))
			s.mina.Say(other, fmt.Sprint("b", i))
		}
		time.Sleep(10 * time.Second)
		next := map[string]int{}
		for _, text := range strings.Fields(s.texts()) {
			if want := fmt.Sprint(text[:1], next[text[:1]]); text != want {
				t.Fatalf("heard %s, want %s", text, want)
			}
			next[text[:1]]++
		}
		if next["a"] != 200 || next["b"] != 200 {
			t.Errorf("heard %v", next)
		}
	})
}

func TestFactD10APanicCostsOneEvent(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		s.heard.onEvent = func(_ context.Context, e event) {
			if strings.Contains(string(e.data), `"bad"`) {
				panic("cannot bear it")
			}
		}
		s.up()
		s.mina.Say(s.channel, "bad")
		s.mina.Say(s.channel, "bad")
		s.hears("good")
		if !strings.Contains(s.log.String(), "handle MESSAGE_CREATE") || strings.Contains(s.log.String(), `"bad"`) {
			t.Errorf("the log says %s", s.log.String())
		}
		// What was lost is read again, once for both.
		s.soon(rereadAfter+time.Second, "ready 0/1, ready 0/1")
		time.Sleep(time.Hour)
		s.is("ready 0/1, ready 0/1")
	})
}

func TestFactD10ASlowChannelHoldsUpNobody(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		if _, err := s.rest().ApplicationCommandBulkOverwrite(s.Bot().ID, "", []*discordgo.ApplicationCommand{{Name: "quiz", Description: "Questions"}}); err != nil {
			t.Fatal(err)
		}
		other := s.guild.Text("other")
		var busy, most atomic.Int64
		s.heard.onEvent = func(ctx context.Context, e event) {
			if strings.Contains(string(e.data), "slow") {
				most.Store(max(most.Load(), busy.Add(1)))
				defer busy.Add(-1)
				<-ctx.Done()
			}
		}
		s.up()
		for i := range 200 {
			s.mina.Say(s.channel, fmt.Sprint("slow", i))
		}
		s.mina.Say(other, "quick")
		s.mina.Slash(s.channel, "quiz", nil)
		synctest.Wait()
		if got := s.texts(); got != "quick" || len(s.named("INTERACTION_CREATE")) != 1 || most.Load() != 1 {
			t.Errorf("heard %q and %d interactions, %d at once", got, len(s.named("INTERACTION_CREATE")), most.Load())
		}
	})
}

func TestFactD21NothingSecretIsLogged(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		var std logged
		before := log.Writer()
		log.SetOutput(&std)
		defer log.SetOutput(before)
		s.gateway.newSession = func() (*discordgo.Session, error) {
			c, err := s.session()
			c.LogLevel, c.Debug = discordgo.LogDebug, true // whatever somebody left on
			return c, err
		}
		s.up()
		s.hears("private")
		s.Order(discordtest.Fault{Kind: discordtest.EventUnknownComponent, Event: "MESSAGE_CREATE"})
		s.hears("private")
		s.DropGateway()
		s.soon(time.Minute, "ready 0/1, resumed 0")
		s.InvalidateSessions(false)
		s.soon(time.Minute, "ready 0/1, resumed 0, ready 0/1")
		s.SilenceGateway()
		s.soon(time.Minute+interval, "ready 0/1, resumed 0, ready 0/1, resumed 0")
		s.CloseGateway(4004)
		s.fatal(2 * time.Second)
		all := s.log.String() + s.err.Error()
		for _, secret := range []string{strings.TrimPrefix(s.token, "Bot "), "private", "session2", "session1", "Mina"} {
			if strings.Contains(all, secret) {
				t.Errorf("%s is in the log:\n%s", secret, all)
			}
		}
		if std.String() != "" {
			t.Errorf("discordgo logs %s", std.String())
		}
		if !strings.Contains(all, "discord connection lost") {
			t.Errorf("nothing is said of lost connections: %s", all)
		}
	})
}

func TestFactD23ItStopsWithinASecondOrSo(t *testing.T) {
	for _, odd := range []struct {
		name   string
		before func(*scene)
		wait   time.Duration
	}{
		{"connected", func(*scene) {}, time.Minute},
		{"not greeted", func(s *scene) { s.Order(discordtest.Fault{Kind: discordtest.NoHello}) }, time.Second},
		{"not answered", func(s *scene) { s.Order(discordtest.Fault{Kind: discordtest.IdentifyUnanswered}) }, time.Second},
		{"refused", func(s *scene) { s.Order(discordtest.Fault{Kind: discordtest.ConnectionRefused, Times: -1}) }, time.Hour},
		{"waiting for the next day", func(s *scene) { s.SetIdentifiesLeft(3) }, time.Hour},
		{"not told where the gateway is", func(s *scene) {
			s.Order(discordtest.Fault{Kind: discordtest.ErrorBefore, Route: "GET /gateway/bot", Times: -1})
		}, time.Hour},
		{"waiting for that", func(s *scene) {
			s.Order(discordtest.Fault{Kind: discordtest.SilentBefore, Route: "GET /gateway/bot"})
		}, time.Second},
		{"at once", func(*scene) {}, 0},
		{"silent", func(s *scene) { time.AfterFunc(time.Second, func() { s.SilenceGateway() }) }, interval + 38*time.Second},
		{"with a handler at work", func(s *scene) {
			s.heard.onEvent = func(ctx context.Context, _ event) { <-ctx.Done() }
		}, time.Minute},
	} {
		t.Run(odd.name, func(t *testing.T) {
			play(t, func(t *testing.T, s *scene) {
				odd.before(s)
				s.run()
				time.Sleep(odd.wait + time.Microsecond)
				synctest.Wait()
				at := time.Now()
				s.stop()
				<-s.ended
				if took := time.Since(at); took > 1200*time.Millisecond || s.err != nil {
					t.Errorf("it took %v: %v", took, s.err)
				}
				if got := s.Gateway(); got.Connected != 0 || len(got.ClosedWith) > 0 && !slices.Equal(got.ClosedWith, []int{1000}) && odd.name != "silent" {
					t.Errorf("%+v", got)
				}
			})
		})
	}
}

func TestFactD25WhatComesTwiceIsHeardTwice(t *testing.T) {
	// Whoever handles it knows by its ID: the bot remembers commands and revisions of comments.
	play(t, func(t *testing.T, s *scene) {
		s.up()
		s.Order(discordtest.Fault{Kind: discordtest.EventTwice, Event: "MESSAGE_CREATE"})
		s.hears("hello")
		if got := s.texts(); got != "hello hello" {
			t.Errorf("heard %s", got)
		}
	})
}
