package bot_test

import (
	"testing"
	"time"

	"rewind/bot"
	"rewind/bot/bottest"
)

// TestClockAhead loses the answer to a post while the machine's clock is ahead of the platform's, and asks again later: the
// post that landed is found all the same.
func TestClockAhead(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name  string
		o     bottest.Options
		ahead time.Duration
		down  time.Duration
	}{
		{"history only, two seconds", bottest.Options{Window: -1}, 2 * time.Second, 0},
		{"history only, an hour", bottest.Options{Window: -1}, time.Hour, 0},
		{"history only, right", bottest.Options{Window: -1}, 0, 0},
		{"keys, an hour, back after five minutes", bottest.Options{}, time.Hour, 5 * time.Minute},
		{"keys, right, back after five minutes", bottest.Options{}, 0, 5 * time.Minute},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			play(t, func(m *machine) {
				c := &steppedClock{}
				c.step(row.ahead)
				m.off()
				m.until(inMay("05 08:20"))
				m.onClock(c)
				m.platform.Faults.Order(bottest.Fault{Kind: bottest.LoseAnswer, Op: bot.Say})
				m.order("Mina", "schedule add daily 10:00 reveal=200h")
				m.until(inMay("05 10:00").Add(-row.ahead + time.Second))
				m.happened(m.platform, bottest.LoseAnswer)
				if row.down > 0 {
					up := down(m.platform)
					m.wait(row.down)
					up()
					m.platform.Forget() // as the time does
				}
				m.wait(20 * time.Minute)
				if n := len(askedAt(m)); n != 1 {
					m.t.Errorf("%d posts, want one", n)
				}
			}, row.o)
		})
	}
}
