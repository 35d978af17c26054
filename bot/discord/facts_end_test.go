package discord

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bwmarrin/discordgo"

	"rewind/bot/discord/discordtest"
)

// Here are the facts about how the gateway ends for good: by Discord's word, or by ours.

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
