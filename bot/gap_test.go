package bot_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"rewind/bot"
	"rewind/bot/bottest"
	"rewind/store"
)

// openThread schedules a question for a minute past nine and its reveal for an hour later, and returns its thread.
func openThread(m *machine) bot.Thread {
	m.t.Helper()
	m.order("Mina", "schedule add daily 09:01 reveal=1h")
	m.until(clock(9, 2))
	return m.thread(m.channel, 1)
}

// checkAnswers checks a round's answers of record, and that everybody has ten points for theirs and nobody else has any.
func checkAnswers(m *machine, round int, want map[string]string) {
	m.t.Helper()
	if got := m.answers(round); !maps.Equal(got, want) {
		m.t.Errorf("the answers to #%d are %q, want %q", round, got, want)
	}
	for _, user := range []string{"Jun", "Ara", "Sora"} {
		points := 0
		if _, ok := want[user]; ok {
			points = 10
		}
		if got := m.points(user); got != points {
			m.t.Errorf("%s has %d points, want %d", user, got, points)
		}
	}
}

// TestLiveComments lets each event of a short talk come twice, in the wrong order, or not at all since the connection
// breaks: what counts in the end is the same.
func TestLiveComments(t *testing.T) {
	t.Parallel()
	const events = 7
	for _, fault := range []bottest.Kind{bottest.Twice, bottest.Swap, bottest.Drop} {
		for skip := range events {
			if fault == bottest.Swap && skip == events-1 {
				continue // nothing comes that it could be behind
			}
			t.Run(fmt.Sprintf("%s/%d", fault, skip), func(t *testing.T) {
				t.Parallel()
				play(t, func(m *machine) {
					th := openThread(m)
					m.platform.Faults.Order(bottest.Fault{Kind: fault, Skip: skip})
					jun := m.say(th, "Jun", "first")
					m.say(th, "Ara", "hers")
					m.platform.EditComment(th, jun, "second")
					m.platform.EditComment(th, jun, "third")
					sora := m.say(th, "Sora", "a word")
					m.platform.DeleteComment(th, sora)
					m.say(th, "Jun", "and more")
					m.wait(time.Minute)
					m.happened(m.platform, fault)
					checkAnswers(m, 1, map[string]string{"Jun": "third\n\nand more", "Ara": "hers"})
				})
			})
		}
	}
}

// TestDisconnected has people speak while nobody listens.
func TestDisconnected(t *testing.T) {
	t.Parallel()
	play(t, func(m *machine) {
		th := openThread(m)
		jun, sora := m.say(th, "Jun", "first"), m.say(th, "Sora", "a word")
		m.platform.Disconnect()
		m.wait(time.Minute)
		m.say(th, "Ara", "hers")
		m.platform.EditComment(th, jun, "second")
		m.platform.DeleteComment(th, sora)
		m.wait(time.Minute)
		checkAnswers(m, 1, map[string]string{"Jun": "first", "Sora": "a word"}) // nobody could know better
		m.platform.Connect()
		m.wait(time.Minute)
		checkAnswers(m, 1, map[string]string{"Jun": "second", "Ara": "hers"})
	})
}

// TestReadingFails connects again while threads cannot be read for a while.
func TestReadingFails(t *testing.T) {
	t.Parallel()
	play(t, func(m *machine) {
		th := openThread(m)
		m.platform.Disconnect()
		m.say(th, "Jun", "first")
		failed := 0
		m.platform.Faults.Around(func(op bottest.Operation) error {
			if op.Op == bottest.Read && failed < 3 {
				failed++
				return errDown
			}
			return nil
		}, nil)
		m.platform.Connect()
		m.wait(5 * time.Minute)
		if failed != 3 {
			m.t.Errorf("reading failed %d times", failed)
		}
		checkAnswers(m, 1, map[string]string{"Jun": "first"})
	})
}

// TestThreadDeleted takes a thread away with all that was said in it: the answers stay, and since there is no place to
// reveal in, the maintainer is told.
func TestThreadDeleted(t *testing.T) {
	t.Parallel()
	play(t, func(m *machine) {
		th := openThread(m)
		m.say(th, "Jun", "first")
		m.platform.DeleteThread(th)
		m.platform.Disconnect()
		m.wait(time.Minute)
		m.platform.Connect()
		m.until(clock(10, 30))
		checkAnswers(m, 1, map[string]string{"Jun": "first"})
		if _, buried := m.letters(); !strings.HasPrefix(buried[store.LetterReveal], "refused") || len(m.notices()) != 1 {
			m.t.Errorf("buried %q, notices %+v", buried, m.notices())
		}
	})
}

// TestEarlyComment says something in a thread before the bot has heard that it is there.
func TestEarlyComment(t *testing.T) {
	t.Parallel()
	for _, fault := range []bottest.Kind{"", bottest.LoseAnswer} {
		t.Run("thread "+string(fault), func(t *testing.T) {
			t.Parallel()
			play(t, func(m *machine) {
				if fault != "" {
					m.platform.Faults.Order(bottest.Fault{Kind: fault, Op: bot.OpenThread})
				}
				said := false
				m.platform.Faults.Around(nil, func(op bottest.Operation) error {
					if op.Op == bot.OpenThread && !said {
						said = true
						th := m.thread(op.To.Channel, 1)
						m.platform.Say(th, m.platform.Account("W", "Jun"), "Jun", "first")
						<-time.After(time.Second) // the event is there before the receipt
					}
					return nil
				})
				openThread(m)
				if fault != "" {
					m.happened(m.platform, fault)
				}
				if !said {
					m.t.Error("nothing was said early")
				}
				checkAnswers(m, 1, map[string]string{"Jun": "first"})
			})
		})
	}
}

// TestAnswerOfRecord changes comments once the reference answer can be seen: the answer stays as it was.
func TestAnswerOfRecord(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name   string
		change func(m *machine, th bot.Thread, id string)
		want   string
	}{
		{"edited after the reveal", func(m *machine, th bot.Thread, id string) {
			m.until(clock(10, 5))
			m.platform.EditComment(th, id, "It is a.")
		}, "first"},
		{"deleted after the reveal", func(m *machine, th bot.Thread, id string) {
			m.until(clock(10, 5))
			m.platform.DeleteComment(th, id)
		}, "first"},
		{"said after the reveal", func(m *machine, th bot.Thread, _ string) {
			m.until(clock(10, 5))
			m.say(th, "Jun", "It is a.")
		}, "first"},
		{"edited before the reveal's receipt is here", func(m *machine, th bot.Thread, id string) {
			m.onReveal(func() { m.platform.EditComment(th, id, "It is a.") })
			m.until(clock(10, 5))
		}, "first"},
		{"deleted before the reveal's receipt is here", func(m *machine, th bot.Thread, id string) {
			m.onReveal(func() { m.platform.DeleteComment(th, id) })
			m.until(clock(10, 5))
		}, "first"},
		{"said before the reveal's receipt is here", func(m *machine, th bot.Thread, _ string) {
			m.onReveal(func() { m.platform.Say(th, m.platform.Account("W", "Jun"), "Jun", "It is a.") })
			m.until(clock(10, 5))
		}, "first"},
		// The first comment was edited after the reveal, but what was missed before it still counts.
		{"edited after the reveal while nobody listened", func(m *machine, th bot.Thread, id string) {
			m.platform.Disconnect()
			m.say(th, "Jun", "and more")
			m.until(clock(10, 5))
			m.platform.EditComment(th, id, "It is a.")
			m.platform.Connect()
		}, "first\n\nand more"},
		{"edited after a private look", func(m *machine, th bot.Thread, id string) {
			m.order("Jun", "reveal me")
			m.wait(time.Minute)
			m.platform.EditComment(th, id, "It is a.")
			m.until(clock(10, 5))
		}, "first"},
		{"deleted after a private look", func(m *machine, th bot.Thread, id string) {
			m.order("Jun", "reveal me")
			m.wait(time.Minute)
			m.platform.DeleteComment(th, id)
			m.until(clock(10, 5))
		}, "first"},
		// Before all that, of course, it may be changed.
		{"edited before the reveal", func(m *machine, th bot.Thread, id string) {
			m.platform.EditComment(th, id, "second")
			m.until(clock(10, 5))
		}, "second"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			play(t, func(m *machine) {
				th := openThread(m)
				id := m.say(th, "Jun", "first")
				m.wait(time.Minute)
				row.change(m, th, id)
				m.wait(time.Minute)
				if seen := look(m, m.channel); seen.reveals != 1 {
					m.t.Errorf("%+v, want a reveal", seen)
				}
				checkAnswers(m, 1, map[string]string{"Jun": row.want})
			})
		})
	}
}

// onReveal has something happen when a reveal has landed, a second before the bot hears of it.
func (m *machine) onReveal(f func()) {
	m.platform.Faults.Around(nil, func(op bottest.Operation) error {
		if op.Op == bot.Say && op.To.Thread != "" {
			f()
			<-time.After(time.Second)
		}
		return nil
	})
}

// TestTwoChannels answers one round in two channels: it is one answer, and counts once.
func TestTwoChannels(t *testing.T) {
	t.Parallel()
	play(t, func(m *machine) {
		other := m.platform.Channel("W", "C2")
		m.order("Mina", "schedule add daily 09:01 reveal=1h channel=C,C2")
		m.until(clock(9, 2))
		here, there := m.thread(m.channel, 1), m.thread(other, 1)
		m.say(here, "Jun", "first")
		m.say(there, "Jun", "second")
		gone := m.say(there, "Ara", "hers")
		m.say(here, "Ara", "hers, too")
		m.platform.DeleteComment(there, gone)
		m.until(clock(10, 5))
		checkAnswers(m, 1, map[string]string{"Jun": "first\n\nsecond", "Ara": "hers, too"})
		if here, there := look(m, m.channel), look(m, other); here.reveals != 1 || there.reveals != 1 {
			m.t.Errorf("%+v and %+v, want a reveal in each", here, there)
		}
	})
}
