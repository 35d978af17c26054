package bot_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"rewind/bot"
	"rewind/bot/bottest"
	"rewind/store"
)

// TestDrain stops the bot while deliveries hang: it ends in time, and the next run finishes what is left, once.
func TestDrain(t *testing.T) {
	t.Parallel()
	for _, letter := range []struct {
		name string
		op   bot.Op
		skip int
		at   time.Time
	}{
		{"post", bot.Say, 0, clock(9, 1)},
		{"thread", bot.OpenThread, 0, clock(9, 1)},
		{"reveal", bot.Say, 2, clock(9, 31)}, // behind two posts
	} {
		t.Run(letter.name, func(t *testing.T) {
			t.Parallel()
			play(t, func(m *machine) {
				other := m.platform.Channel("W", "C2")
				m.order("Mina", "schedule add daily 09:01 reveal=30m channel=C,C2")
				m.platform.Faults.Order(bottest.Fault{Kind: bottest.Stall, Op: letter.op, Skip: letter.skip, Times: 2})
				m.until(letter.at.Add(time.Second))
				m.happened(m.platform, bottest.Stall)
				// 5 s is drainSpan.
				if took := stop(m); took < 5*time.Second || took > 6*time.Second {
					m.t.Errorf("stopping took %v", took)
				}
				m.on()
				m.until(clock(10, 0))
				for _, c := range []bot.Channel{m.channel, other} {
					if seen := look(m, c); seen.posts != 1 || seen.threads != 1 || seen.reveals != 1 {
						m.t.Errorf("%s: %+v, want one of each", c.ID, seen)
					}
				}
				if waiting, buried := m.letters(); len(waiting)+len(buried) > 0 {
					m.t.Errorf("waiting %+v, buried %q", waiting, buried)
				}
			})
		})
	}
}

func stop(m *machine) time.Duration {
	begun := time.Now()
	m.off()
	return time.Since(begun)
}

// TestDrainSlow stops the bot during a delivery that ends by itself: it is waited for, and settled.
func TestDrainSlow(t *testing.T) {
	t.Parallel()
	play(t, func(m *machine) {
		m.order("Mina", "schedule add daily 09:01 reveal=30m")
		m.platform.Faults.Around(nil, func(op bottest.Operation) error {
			if op.Op == bot.Say {
				<-time.After(4 * time.Second)
			}
			return nil
		})
		m.until(clock(9, 1).Add(time.Second))
		if took := stop(m); took != 3*time.Second {
			m.t.Errorf("stopping took %v, want what was left of the delivery", took)
		}
		m.platform.Faults.Around(nil, nil)
		m.on() // and does nothing about the post, which has no letter any more
		if waiting, _ := m.letters(); len(waiting) > 0 && waiting[0].Kind == store.LetterPost {
			m.t.Errorf("waiting %+v", waiting)
		}
		m.until(clock(9, 40))
		checkTold(m)
	})
}

// TestPanics lets the platform and our own code panic at each kind of operation: it is an error in the log, and the day
// goes on.
func TestPanics(t *testing.T) {
	t.Parallel()
	for _, op := range []bot.Op{bot.Say, bot.OpenThread, bot.Edit, bottest.Read, bottest.Listen} {
		t.Run(string(op), func(t *testing.T) {
			t.Parallel()
			play(t, func(m *machine) {
				m.order("Mina", "schedule add daily 09:01 reveal=30m")
				panicked := false
				m.platform.Faults.Around(func(o bottest.Operation) error {
					if o.Op == op && !panicked {
						panicked = true
						panic("a mistake")
					}
					return nil
				}, nil)
				m.platform.Disconnect() // so that it listens again
				m.platform.Connect()
				m.until(clock(9, 10))
				m.order("Jun", "answer #1 It is a letter.")
				m.until(clock(10, 0))
				checkTold(m)
				logged := m.takeErrors()
				if !panicked || !strings.Contains(logged, "a mistake") {
					m.t.Errorf("panicked %v, logged %q", panicked, logged)
				}
			})
		})
	}
}

// TestPanicInHandlers panics where platforms call the bot, which have no guard of their own.
func TestPanicInHandlers(t *testing.T) {
	t.Parallel()
	play(t, func(m *machine) {
		th := openThread(m)
		newID := m.newID
		m.newID = func() string { panic("a mistake") }
		if _, err := m.platform.Command(m.t.Context(), bot.Command{ID: "1", From: m.platform.Account("W", "Jun"), Name: "Jun", Channel: m.channel, Text: "team join Foxes"}); err == nil {
			m.t.Error("a command that panicked has no error")
		}
		m.say(th, "Jun", "first")
		m.newID = newID
		m.say(th, "Ara", "hers")
		m.wait(time.Minute)
		if logged := m.takeErrors(); strings.Count(logged, "a mistake") < 2 {
			m.t.Errorf("logged %q", logged)
		}
		checkAnswers(m, 1, map[string]string{"Jun": "first", "Ara": "hers"})

		m.platform.Faults.Around(func(o bottest.Operation) error {
			if o.Op == bottest.Check {
				panic("a mistake")
			}
			return nil
		}, nil)
		if _, err := m.platform.Command(m.t.Context(), bot.Command{ID: "2", From: m.platform.Account("W", "Mina"), Name: "Mina", Admin: true, Channel: m.channel, Text: "post"}); err == nil {
			m.t.Error("a command whose check panicked has no error")
		}
		m.takeErrors()
	})
}

// TestRepeatedCommand gives commands again under the same ID: the reply is the same, and nothing is done again, also
// after a restart.
func TestRepeatedCommand(t *testing.T) {
	t.Parallel()
	play(t, func(m *machine) {
		openThread(m)
		for i, command := range []struct{ user, text string }{
			{"Jun", "team join Foxes"},
			{"Jun", "answer #1 It is a letter."},
			{"Mina", "schedule add daily 15:00"},
			{"Mina", "post reveal=2h"},
			{"Mina", "reveal #2"},
			{"Mina", "skip next"},
			{"Jun", "answer #1"}, // refused
		} {
			id := fmt.Sprintf("repeated-%d", i)
			first := m.give(m.channel, id, command.user, command.text)
			m.wait(time.Minute)
			again := m.give(m.channel, id, command.user, command.text)
			m.off()
			m.on()
			later := m.give(m.channel, id, command.user, command.text)
			if first == "" || again != first || later != first {
				m.t.Errorf("%s: %q, then %q, then %q", command.text, first, again, later)
			}
		}
		m.wait(time.Minute)
		m.view(func(tx *store.Tx) {
			schedules := 0
			for range tx.Schedules() {
				schedules++
			}
			if g, _ := tx.Group(); g.LastRound != 2 || schedules != 2 {
				m.t.Errorf("%d rounds and %d schedules, want two of each", g.LastRound, schedules)
			}
		})
		if seen := look(m, m.channel); seen.posts != 2 || seen.reveals != 1 || m.points("Jun") != 10 {
			m.t.Errorf("%+v, and Jun has %d points", seen, m.points("Jun"))
		}
	})
}

// TestCommandsAreForgotten gives many commands every day: their IDs are kept for a day, and the file does not grow.
func TestCommandsAreForgotten(t *testing.T) {
	t.Parallel()
	const daily = 300 // more than are forgotten at one look
	play(t, func(m *machine) {
		var sizes []int64
		for day := range 4 {
			for i := range daily {
				m.give(m.channel, fmt.Sprintf("%d/%d", day, i), "Jun", fmt.Sprintf("team join Foxes %d", i%3))
			}
			m.wait(23 * time.Hour)
			m.remembers(day, daily, true)
			m.wait(2 * time.Hour)
			m.remembers(day, daily, false)
			info, err := os.Stat(m.path)
			if err != nil {
				m.t.Fatal(err)
			}
			sizes = append(sizes, info.Size())
		}
		if sizes[3] > sizes[0] {
			m.t.Errorf("the file grows: %d", sizes)
		}
	})
}

func (m *machine) remembers(day, n int, want bool) {
	m.t.Helper()
	synctest.Wait()
	m.view(func(tx *store.Tx) {
		for i := range n {
			if _, ok := tx.Seen(fmt.Sprintf("memory/%d/%d", day, i)); ok != want {
				m.t.Errorf("command %d of day %d is remembered: %v, want %v", i, day, ok, want)
				return
			}
		}
	})
}
