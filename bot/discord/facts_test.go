package discord

// The facts D1 to D25 about discordgo v0.29.0 are numbered as in the platform notes. Each one has a test that is named after it
// and shows how it is held off: those of the gateway are in facts*_test.go, those of requests and forms beside what makes
// them. Without a test is
//
//	D22, races: AddHandlerOnce, State and HeartbeatLatency are not used, and options are set before Open only.

import (
	"fmt"
	"log"
	"slices"
	"strings"
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
