package bot_test

import (
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"rewind/bot"
	"rewind/bot/bottest"
	"rewind/store"
)

var errDown = errors.New("nobody answers")

// outage is a way to be unable to post.
type outage struct {
	name string
	// begin makes it so, and returns how it ends.
	begin func(m *machine) (end func())
	// saysLate: nothing of the post can be out, so that its text may be made anew and say that it is late.
	saysLate bool
	// noRound: there is not even a round when the grace is over.
	noRound bool
}

var outages = []outage{
	{name: "silent", begin: func(m *machine) func() { return down(m.platform) }},
	{name: "refusing for now", saysLate: true, begin: func(m *machine) func() {
		m.platform.Faults.Order(bottest.Fault{Kind: bottest.RateLimit, Times: bottest.Always})
		return func() {
			m.happened(m.platform, bottest.RateLimit)
			m.platform.Faults.Clear()
		}
	}},
	{name: "our own", saysLate: true, noRound: true, begin: func(m *machine) func() {
		m.off()
		return m.on
	}},
}

// down lets every operation on a platform end without an answer, and without having happened. The function it returns
// ends that, and may be called once.
func down(p *bottest.Memory) (up func()) {
	p.Faults.Around(func(bottest.Operation) error { return errDown }, nil)
	return func() { p.Faults.Around(nil, nil) }
}

// TestOutageWithinGrace ends before the slot's grace does: the question is asked late, once, and says so.
func TestOutageWithinGrace(t *testing.T) {
	t.Parallel()
	for _, o := range outages {
		t.Run(o.name, func(t *testing.T) {
			t.Parallel()
			play(t, func(m *machine) {
				m.order("Mina", "schedule add daily 09:10 reveal=8h grace=4h")
				m.until(clock(9, 5))
				end := o.begin(m)
				m.until(clock(12, 0))
				end()
				m.until(clock(12, 15)) // attempts are ten minutes apart at most
				seen := look(m, m.channel)
				if seen.posts != 1 || seen.threads != 1 {
					m.t.Fatalf("%+v, want a post", seen)
				}
				if late := strings.Contains(seen.first.Text, "it is late"); late != o.saysLate {
					m.t.Errorf("the post says %q", seen.first.Text)
				}
				m.until(clock(17, 30))
				if seen := look(m, m.channel); seen.reveals != 1 || len(m.notices()) > 0 {
					m.t.Errorf("%+v, notices %+v", seen, m.notices())
				}
			})
		})
	}
}

// TestOutageBeyondGrace ends after it: the question is not asked then, its maintainer is told once, and it comes the next
// day.
func TestOutageBeyondGrace(t *testing.T) {
	t.Parallel()
	for _, o := range outages {
		t.Run(o.name, func(t *testing.T) {
			t.Parallel()
			play(t, func(m *machine) {
				m.order("Mina", "schedule add daily 09:10 reveal=8h grace=2h")
				m.until(clock(9, 5))
				end := o.begin(m)
				m.until(clock(12, 0))
				end()
				m.until(clock(12, 15))
				notices := 1
				if o.noRound {
					notices = 0 // nothing was taken up that could be given up
				}
				if seen := look(m, m.channel); seen.posts != 0 || len(m.notices()) != notices {
					m.t.Errorf("%+v, notices %+v", seen, m.notices())
				}
				m.until(clock(9, 15).AddDate(0, 0, 1))
				if seen := look(m, m.channel); seen.posts != 1 || !strings.Contains(seen.first.Text, "What is a?") {
					m.t.Errorf("%+v, want the same question the next day", seen)
				}
			})
		})
	}
}

// TestOutageOverReveal: a reveal that is due is made up, however long nobody answered, and points are by the time at which
// it could be seen.
func TestOutageOverReveal(t *testing.T) {
	t.Parallel()
	for _, o := range outages {
		t.Run(o.name, func(t *testing.T) {
			t.Parallel()
			play(t, func(m *machine) {
				m.order("Mina", "schedule add daily 09:01 reveal=30m")
				m.until(clock(9, 20))
				end := o.begin(m)
				th := m.thread(m.channel, 1)
				m.until(clock(11, 0))
				m.say(th, "Jun", "It is a letter.") // after the time of the reveal, before anybody could see it
				m.until(clock(12, 0))
				end()
				m.until(clock(12, 15))
				m.say(th, "Ara", "I see.")
				m.until(clock(12, 20))
				checkTold(m)
				if m.points("Jun") != 10 || m.points("Ara") != 0 {
					m.t.Errorf("Jun has %d, Ara %d points, want 10 and 0", m.points("Jun"), m.points("Ara"))
				}
			})
		})
	}
}

// TestFoundTooLate loses the answer to a post, and then the platform for longer than the post may wait: it is found when
// the platform is back, adopted and revealed, and nothing is posted again.
func TestFoundTooLate(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name         string
		back, reveal time.Time
	}{
		{"before the reveal", clock(10, 0), clock(11, 1)},
		{"after the reveal", clock(12, 0), clock(12, 0)},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			play(t, func(m *machine) {
				m.platform.Faults.Order(bottest.Fault{Kind: bottest.LoseAnswer, Op: bot.Say})
				m.order("Mina", "schedule add daily 09:01 reveal=2h grace=10m")
				m.until(clock(9, 1).Add(time.Second))
				m.happened(m.platform, bottest.LoseAnswer)
				up := down(m.platform)
				m.until(row.back)
				up()
				m.until(clock(12, 30))
				seen := look(m, m.channel)
				if seen.posts != 1 || seen.threads != 1 || seen.reveals != 1 {
					m.t.Fatalf("%+v, want one of each", seen)
				}
				checkAt(m, seen.first, clock(9, 1))
				// An attempt comes ten minutes after the last at the latest.
				if at := seen.first.Replies[0].At; at.Before(row.reveal) || at.After(row.reveal.Add(10*time.Minute+time.Second)) {
					m.t.Errorf("revealed at %v, want %v or soon after", at, row.reveal)
				}
				if waiting, buried := m.letters(); len(waiting)+len(buried) > 0 {
					m.t.Errorf("waiting %+v, buried %q", waiting, buried)
				}
			})
		})
	}
}

// TestLongSilence ends: what nobody answered for is buried in the end, where it may have landed as unknown.
func TestLongSilence(t *testing.T) {
	t.Parallel()
	play(t, func(m *machine) {
		m.order("Mina", "schedule add daily 09:01 reveal=30m")
		m.until(clock(9, 20))
		var tried atomic.Int64
		m.platform.Faults.Around(func(op bottest.Operation) error {
			if op.To.Account != (bot.Account{}) {
				return nil
			}
			tried.Add(1)
			return errDown
		}, nil)
		m.until(clock(17, 0))
		waiting, buried := m.letters()
		if len(waiting) > 0 || buried[store.LetterReveal] != "unknown" || tried.Load() < 40 {
			m.t.Errorf("after %d attempts waiting %+v, buried %q", tried.Load(), waiting, buried)
		}
		if n := len(m.notices()); n != 1 {
			m.t.Errorf("%d notices, want one", n)
		}
	})
}
