package bot_test

import (
	"testing"
	"time"

	"rewind/bot"
	"rewind/bot/bottest"
)

func TestUnknownRevealEndsAnswers(t *testing.T) {
	t.Parallel()
	play(t, func(m *machine) {
		m.order("Mina", "schedule add daily 09:01 reveal=30m")
		m.platform.Faults.Order(bottest.Fault{Kind: bottest.LoseAnswer, Op: bot.Say, Skip: 1})
		m.platform.Faults.Order(bottest.Fault{Kind: bottest.HideHistory, Op: bottest.Look, Times: bottest.Always})
		m.until(clock(9, 40)) // the reveal stands in the thread since 09:31
		m.say(m.thread(m.channel, 1), "Jun", "It is a letter.")
		m.until(clock(17, 30))
		if m.points("Jun") != 0 {
			m.t.Errorf("Jun has %d points for what was said after the reveal: %v", m.points("Jun"), m.answers(1))
		}
	}, bottest.Options{Window: -1})
}

func TestEditWhileRevealIsUnderWay(t *testing.T) {
	t.Parallel()
	play(t, func(m *machine) {
		m.order("Mina", "schedule add daily 09:01 reveal=30m")
		m.until(clock(9, 10))
		id := m.say(m.thread(m.channel, 1), "Jun", "A guess.")
		m.platform.Faults.Order(bottest.Fault{Kind: bottest.LoseAnswer, Op: bot.Say})
		m.until(clock(9, 31).Add(5 * time.Second)) // the reveal stands, and the bot does not know yet
		m.platform.EditComment(m.thread(m.channel, 1), id, "It is a.")
		m.say(m.thread(m.channel, 1), "Jun", "As I said.")
		m.until(clock(10, 30))
		if got := m.answers(1)["Jun"]; got != "A guess." {
			m.t.Errorf("the answer is %q", got)
		}
	})
}

// TestEditOfWhatWasSaidWhileRevealIsUnderWay says something while the reveal does not get through, and edits it once the
// reveal stands and the bot does not know yet.
func TestEditOfWhatWasSaidWhileRevealIsUnderWay(t *testing.T) {
	t.Parallel()
	play(t, func(m *machine) {
		m.order("Mina", "schedule add daily 09:01 reveal=30m")
		m.until(clock(9, 30))
		m.platform.Faults.Order(bottest.Fault{Kind: bottest.TimeOut, Op: bot.Say})
		m.platform.Faults.Order(bottest.Fault{Kind: bottest.LoseAnswer, Op: bot.Say})
		m.until(clock(9, 31).Add(5 * time.Second))
		id := m.say(m.thread(m.channel, 1), "Jun", "A guess.")
		m.until(clock(9, 31).Add(16 * time.Second))
		m.happened(m.platform, bottest.TimeOut, bottest.LoseAnswer)
		m.platform.EditComment(m.thread(m.channel, 1), id, "It is a.")
		m.until(clock(10, 30))
		if got := m.answers(1)["Jun"]; got != "A guess." {
			m.t.Errorf("the answer is %q", got)
		}
	})
}

func TestRefusedAfterUnknownIsLookedFor(t *testing.T) {
	t.Parallel()
	play(t, func(m *machine) {
		m.platform.Faults.Order(bottest.Fault{Kind: bottest.LoseAnswer, Op: bot.Say})
		m.platform.Faults.Order(bottest.Fault{Kind: bottest.Refuse, Op: bot.Say, Skip: 0})
		m.order("Mina", "schedule add daily 09:01 reveal=30m")
		m.until(clock(10, 30))
		if seen := look(m, m.channel); seen.posts != seen.threads {
			m.t.Errorf("the post stands, and is not played: %+v", seen)
		}
	})
}
