package bot_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"rewind/bot"
	"rewind/bot/bottest"
	"rewind/store"
)

// TestPinsAndMarks pins the newest question only, notifies who asked to be, and marks what became an answer, each once.
func TestPinsAndMarks(t *testing.T) {
	t.Parallel()
	for _, fault := range []bottest.Kind{"", bottest.LoseAnswer, bottest.TimeOut, bottest.RateLimit} {
		t.Run(string(fault), func(t *testing.T) {
			t.Parallel()
			play(t, func(m *machine) {
				m.order("Mina", "settings pin=on notify=R1")
				m.order("Mina", "schedule add daily 09:01 reveal=1h")
				if fault != "" {
					for _, op := range []bot.Op{bot.Pin, bot.React} {
						m.platform.Faults.Order(bottest.Fault{Kind: fault, Op: op})
					}
				}
				m.until(clock(9, 2))
				th := m.thread(m.channel, 1)
				said := m.say(th, "Jun", "an answer")
				m.say(th, "Jun", "and more of it")
				m.wait(5 * time.Minute)
				first := m.posts(m.channel)[0]
				if !first.Pinned || !slices.Equal(first.Marks[said], []string{"✅"}) || len(first.Marks) != 1 {
					m.t.Errorf("pinned is %v, marks are %v", first.Pinned, first.Marks)
				}
				if got := m.platform.Notified(); !slices.Equal(got, []string{"R1"}) {
					m.t.Errorf("notified are %q", got)
				}
				m.until(clock(9, 2).Add(24 * time.Hour))
				m.wait(5 * time.Minute)
				posts := m.posts(m.channel)
				if len(posts) != 2 || posts[0].Pinned || !posts[1].Pinned {
					m.t.Errorf("the next day pinned are %+v", posts)
				}
				if fault != "" {
					m.happened(m.platform, fault)
				}
				m.takeErrors()
			})
		})
	}
}

// TestPinRefused says once that it may not pin, and goes on without.
func TestPinRefused(t *testing.T) {
	t.Parallel()
	play(t, func(m *machine) {
		m.order("Mina", "settings pin=on")
		m.platform.Faults.Order(bottest.Fault{Kind: bottest.Refuse, Op: bot.Pin, Times: bottest.Always})
		m.order("Mina", "schedule add daily 09:01 reveal=1h")
		m.wait(3 * 24 * time.Hour)
		if n := len(m.posts(m.channel)); n != 3 {
			m.t.Errorf("%d questions in three days", n)
		}
		told := slices.DeleteFunc(m.notices(), func(p bottest.Post) bool { return !strings.Contains(p.Text, "the pin") })
		if len(told) != 1 {
			m.t.Errorf("told %d times", len(told))
		}
		m.happened(m.platform, bottest.Refuse)
	})
}

// TestReactions are remembered as they stand, whether they are reported or read.
func TestReactions(t *testing.T) {
	t.Parallel()
	play(t, func(m *machine) {
		th := openThread(m)
		said := m.say(th, "Jun", "an answer")
		react := func(user, emoji string, removed bool) {
			r := bot.Reaction{Thread: th, Comment: said, From: m.platform.Account("W", user), Name: user, Emoji: emoji, Removed: removed}
			if err := m.bot.Reaction(m.t.Context(), r); err != nil {
				m.t.Fatal(err)
			}
		}
		react("Ara", "👍", false)
		react("Ara", "👍", false)
		react("Sora", "🎉", false)
		react("Sora", "🎉", true)
		react("Nobody", "🎉", true)
		stand := func() (all []string) {
			m.view(func(tx *store.Tx) {
				all = nil
				for _, r := range tx.Reactions(1, th) {
					who, _ := tx.Member(r.Member)
					all = append(all, who.Name+r.Emoji)
				}
			})
			return all
		}
		if got := stand(); !slices.Equal(got, []string{"Ara👍"}) {
			m.t.Errorf("remembered are %q", got)
		}
		if m.points("Ara") != 0 {
			m.t.Error("a reaction gave points")
		}
		// The memory has no reactions of people: what is read again says that they were taken back.
		if err := m.bot.Gap(m.t.Context(), m.platform.Name()); err != nil {
			m.t.Fatal(err)
		}
		if got := stand(); len(got) > 0 {
			m.t.Errorf("after a reading without any there are %q", got)
		}
	})
}

// doomed is a platform that says at once that nothing will work.
type doomed struct{ *bottest.Memory }

func (doomed) Listen(context.Context, bot.Handler) error {
	return &bot.Fatal{Code: "discord_token", Err: errors.New("4004")}
}

// TestFatal ends the bot where a platform says that nothing will work.
func TestFatal(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, err := store.Open(t.TempDir()+"/rewind.db", store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		fatal := (*bot.Fatal)(nil)
		err = bot.New(bot.Options{Store: s, Platforms: []bot.Platform{doomed{bottest.NewMemory(nil, bottest.Options{})}}, Zone: "UTC"}).Run(t.Context())
		if !errors.As(err, &fatal) || fatal.Code != "discord_token" {
			t.Errorf("ended with %v", err)
		}
	})
}
