package bot_test

import (
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"rewind/bot"
	"rewind/bot/bottest"
)

const oddLayout = "2006-01-02 15:04:05"

func odd(text string) time.Time {
	if len(text) == len("2006-01-02 15:04") {
		text += ":00"
	}
	t, err := time.Parse(oddLayout, text)
	if err != nil {
		panic(err) // a row of a table is not written as it must be
	}
	return t
}

// oddStep is what Mina orders at a time; "off" and "on" are the machine's switch. ID stands for the first schedule.
type oddStep struct{ at, do string }

// oddDay is a stretch of time, in UTC, with something odd about it.
type oddDay struct {
	name, zone, from string
	schedule         string // the options of schedule add
	steps            []oddStep
	until            string
	want             []string // when posts appear
}

var oddDays = []oddDay{
	{name: "gap", zone: "America/New_York", from: "2026-03-08 06:50", schedule: "daily 02:30", until: "2026-03-08 07:40", want: []string{"2026-03-08 07:00"}},
	{name: "gap, outage over it", zone: "America/New_York", from: "2026-03-08 06:50", schedule: "daily 02:30",
		steps: []oddStep{{"2026-03-08 06:55", "off"}, {"2026-03-08 07:45", "on"}}, until: "2026-03-08 08:00", want: []string{"2026-03-08 07:45"}},
	// The slots of two and three o'clock come at one moment and are one question.
	{name: "gap, every hour", zone: "America/New_York", from: "2026-03-08 06:50", schedule: "@hourly", until: "2026-03-08 08:10",
		want: []string{"2026-03-08 07:00", "2026-03-08 08:00"}},
	{name: "gap at midnight", zone: "America/Sao_Paulo", from: "2018-11-04 02:50", schedule: "daily 00:00", until: "2018-11-04 04:10", want: []string{"2018-11-04 03:00"}},
	{name: "gap of half an hour", zone: "Australia/Lord_Howe", from: "2026-10-03 15:10", schedule: "daily 02:15", until: "2026-10-03 16:00", want: []string{"2026-10-03 15:30"}},
	{name: "gap after Ramadan", zone: "Africa/Casablanca", from: "2026-03-22 01:50", schedule: "daily 02:30", until: "2026-03-22 02:40", want: []string{"2026-03-22 02:00"}},

	{name: "overlap", zone: "America/New_York", from: "2026-11-01 05:20", schedule: "daily 01:30", until: "2026-11-01 06:40", want: []string{"2026-11-01 05:30"}},
	{name: "overlap, restart between", zone: "America/New_York", from: "2026-11-01 05:20", schedule: "daily 01:30",
		steps: []oddStep{{"2026-11-01 05:40", "off"}, {"2026-11-01 06:20", "on"}}, until: "2026-11-01 06:40", want: []string{"2026-11-01 05:30"}},
	// The clock shows ten past one again; the slot came when it first showed half past.
	{name: "overlap, outage over the first", zone: "America/New_York", from: "2026-11-01 05:20", schedule: "daily 01:30 grace=1h",
		steps: []oddStep{{"2026-11-01 05:25", "off"}, {"2026-11-01 06:10", "on"}}, until: "2026-11-01 06:40", want: []string{"2026-11-01 06:10"}},
	{name: "overlap, every hour", zone: "America/New_York", from: "2026-11-01 04:50", schedule: "@hourly", until: "2026-11-01 07:10",
		want: []string{"2026-11-01 05:00", "2026-11-01 07:00"}},
	{name: "overlap of half an hour", zone: "Australia/Lord_Howe", from: "2026-04-04 14:40", schedule: "daily 01:45", until: "2026-04-04 15:30", want: []string{"2026-04-04 14:45"}},

	// Between nine o'clock on the 29th and nine o'clock on the 31st lie 24 hours.
	{name: "lost day", zone: "Pacific/Apia", from: "2011-12-29 18:50", schedule: "daily 09:00",
		steps: []oddStep{{"2011-12-29 19:30", "off"}, {"2011-12-30 09:50", "on"}, {"2011-12-30 10:10", "off"}, {"2011-12-30 18:50", "on"}},
		until: "2011-12-30 19:10", want: []string{"2011-12-29 19:00", "2011-12-30 19:00"}},
	{name: "lost Friday", zone: "Pacific/Fakaofo", from: "2011-12-29 19:50", schedule: "weekdays 09:00",
		steps: []oddStep{{"2011-12-29 20:30", "off"}, {"2011-12-30 19:40", "on"}, {"2011-12-30 20:30", "off"}, {"2012-01-01 19:40", "on"}},
		until: "2012-01-01 20:10", want: []string{"2011-12-29 20:00", "2012-01-01 20:00"}},

	{name: "rest day after an outage", zone: "UTC", from: "2026-12-23 08:50", schedule: "daily 09:00 rest=2026-12-24 grace=24h",
		steps: []oddStep{{"2026-12-23 08:55", "off"}, {"2026-12-24 09:00:30", "on"}, {"2026-12-24 09:20", "off"}, {"2026-12-25 08:50", "on"}},
		until: "2026-12-25 09:10", want: []string{"2026-12-25 09:00"}},
	{name: "evening before a rest day, asked in its night", zone: "UTC", from: "2026-12-23 21:50", schedule: "daily 22:00 rest=2026-12-24",
		steps: []oddStep{{"2026-12-23 21:55", "off"}, {"2026-12-24 00:30", "on"}}, until: "2026-12-24 01:00", want: []string{"2026-12-24 00:30"}},

	{name: "edited over midnight", zone: "Asia/Seoul", from: "2026-05-05 14:45", schedule: "daily 23:50",
		steps: []oddStep{{"2026-05-05 14:55", "schedule edit ID daily 00:05"}}, until: "2026-05-05 15:20", want: []string{"2026-05-05 14:50", "2026-05-05 15:05"}},
	{name: "edited back behind midnight", zone: "Asia/Seoul", from: "2026-05-05 14:45", schedule: "daily 00:05",
		steps: []oddStep{{"2026-05-05 14:55", "schedule edit ID daily 23:50"}, {"2026-05-05 15:20", "off"}, {"2026-05-06 14:45", "on"}},
		until: "2026-05-06 15:20", want: []string{"2026-05-06 14:50"}},
	{name: "edited to and fro after it was asked", zone: "UTC", from: "2026-05-05 08:50", schedule: "daily 09:00",
		steps: []oddStep{{"2026-05-05 09:01", "schedule edit ID daily 10:00"}, {"2026-05-05 09:02", "schedule edit ID daily 09:00"}},
		until: "2026-05-05 10:10", want: []string{"2026-05-05 09:00"}},
	{name: "paused over its time", zone: "UTC", from: "2026-05-05 08:50", schedule: "daily 09:00",
		steps: []oddStep{{"2026-05-05 08:55", "schedule pause"}, {"2026-05-05 09:05", "schedule resume"}}, until: "2026-05-05 09:30"},

	// Nine o'clock in Bangkok is the slot that was asked already.
	{name: "group moves west after its question", zone: "Asia/Seoul", from: "2026-05-04 23:50", schedule: "daily 09:00",
		steps: []oddStep{{"2026-05-05 00:30", "settings zone=Asia/Bangkok"}, {"2026-05-05 02:30", "off"}, {"2026-05-06 01:50", "on"}},
		until: "2026-05-06 02:10", want: []string{"2026-05-05 00:00", "2026-05-06 02:00"}},
	{name: "group moves west before its question", zone: "Asia/Seoul", from: "2026-05-04 23:50", schedule: "daily 09:00",
		steps: []oddStep{{"2026-05-04 23:55", "settings zone=Asia/Bangkok"}}, until: "2026-05-05 02:10", want: []string{"2026-05-05 02:00"}},
	// In Seoul it is half past ten already, and nobody was late.
	{name: "group moves east over its question", zone: "Asia/Bangkok", from: "2026-05-05 01:20", schedule: "daily 09:00",
		steps: []oddStep{{"2026-05-05 01:30", "settings zone=Asia/Seoul"}, {"2026-05-05 02:30", "off"}, {"2026-05-05 23:50", "on"}},
		until: "2026-05-06 00:10", want: []string{"2026-05-06 00:00"}},

	{name: "on the 31st", zone: "UTC", from: "2026-01-31 08:50", schedule: "0 9 31 * *",
		steps: []oddStep{{"2026-01-31 09:10", "off"}, {"2026-02-28 08:50", "on"}, {"2026-02-28 09:10", "off"}, {"2026-03-01 08:50", "on"}, {"2026-03-01 09:10", "off"}, {"2026-03-31 08:50", "on"}},
		until: "2026-03-31 09:10", want: []string{"2026-01-31 09:00", "2026-03-31 09:00"}},
	{name: "on 29 February", zone: "UTC", from: "2027-02-28 08:50", schedule: "0 9 29 2 *",
		steps: []oddStep{{"2027-02-28 09:10", "off"}, {"2027-03-01 08:50", "on"}, {"2027-03-01 09:10", "off"}, {"2028-02-29 08:50", "on"}},
		until: "2028-02-29 09:10", want: []string{"2028-02-29 09:00"}},
	// The year 2100 has no such day, so eight years pass.
	{name: "on 29 February over 2100", zone: "UTC", from: "2096-02-29 08:50", schedule: "0 9 29 2 *",
		steps: []oddStep{{"2096-02-29 09:10", "off"}, {"2100-03-01 08:50", "on"}, {"2100-03-01 09:10", "off"}, {"2104-02-29 08:50", "on"}},
		until: "2104-02-29 09:10", want: []string{"2096-02-29 09:00", "2104-02-29 09:00"}},

	{name: "grace nearly over", zone: "UTC", from: "2026-05-05 08:50", schedule: "daily 09:00 grace=2h",
		steps: []oddStep{{"2026-05-05 08:55", "off"}, {"2026-05-05 10:59:59", "on"}}, until: "2026-05-05 11:20", want: []string{"2026-05-05 10:59:59"}},
	{name: "grace missed by a second", zone: "UTC", from: "2026-05-05 08:50", schedule: "daily 09:00 grace=2h",
		steps: []oddStep{{"2026-05-05 08:55", "off"}, {"2026-05-05 11:00:01", "on"}}, until: "2026-05-05 11:20"},

	{name: "skip, then outage", zone: "UTC", from: "2026-05-05 08:50", schedule: "daily 09:00",
		steps: []oddStep{{"2026-05-05 08:52", "skip next"}, {"2026-05-05 08:55", "off"}, {"2026-05-05 09:30", "on"}, {"2026-05-05 10:00", "off"}, {"2026-05-06 08:50", "on"}},
		until: "2026-05-06 09:10", want: []string{"2026-05-06 09:00"}},
	// The skipped slot was the latest; the one before belonged to its own time.
	{name: "the later of two skipped, outage over both", zone: "UTC", from: "2026-05-05 08:50", schedule: "daily 09:00,10:00",
		steps: []oddStep{{"2026-05-05 09:02", "skip next"}, {"2026-05-05 09:05", "off"}, {"2026-05-05 10:30", "on"}}, until: "2026-05-05 10:50", want: []string{"2026-05-05 09:00"}},
	{name: "outage over two slots", zone: "UTC", from: "2026-05-05 08:50", schedule: "daily 09:00,10:00",
		steps: []oddStep{{"2026-05-05 08:55", "off"}, {"2026-05-05 10:30", "on"}}, until: "2026-05-05 10:50", want: []string{"2026-05-05 10:30"}},
	{name: "two schedules at one time", zone: "UTC", from: "2026-05-05 08:50", schedule: "daily 09:00",
		steps: []oddStep{{"2026-05-05 08:51", "schedule add weekdays 09:00"}}, until: "2026-05-05 09:10", want: []string{"2026-05-05 09:00", "2026-05-05 09:00"}},
	{name: "two schedules, outage over both", zone: "UTC", from: "2026-05-05 08:50", schedule: "daily 09:00",
		steps: []oddStep{{"2026-05-05 08:51", "schedule add daily 09:30"}, {"2026-05-05 08:55", "off"}, {"2026-05-05 10:00", "on"}},
		until: "2026-05-05 10:10", want: []string{"2026-05-05 10:00", "2026-05-05 10:00"}},
	{name: "started on the dot", zone: "UTC", from: "2026-05-05 08:50", schedule: "daily 09:00",
		steps: []oddStep{{"2026-05-05 08:59:59", "off"}, {"2026-05-05 09:00", "on"}, {"2026-05-05 09:00:01", "off"}, {"2026-05-05 09:00:02", "on"}},
		until: "2026-05-05 09:10", want: []string{"2026-05-05 09:00"}},
}

// TestOddDays lives through days on which clocks or people do odd things.
func TestOddDays(t *testing.T) {
	t.Parallel()
	for _, d := range oddDays {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			play(t, d.live)
		})
	}
}

func (d oddDay) live(m *machine) {
	m.off() // a switched off machine comes to another year in no time
	m.until(odd(d.from))
	m.on()
	m.order("Mina", "settings language=en")
	m.order("Mina", "settings zone="+d.zone)
	said := m.order("Mina", "schedule add "+d.schedule)
	id := scheduleID(m, said)
	for _, s := range d.steps {
		m.until(odd(s.at))
		switch s.do {
		case "off":
			m.off()
		case "on":
			m.on()
		default:
			m.order("Mina", strings.ReplaceAll(s.do, "ID", id))
		}
	}
	m.until(odd(d.until))
	var want []time.Time
	for _, at := range d.want {
		want = append(want, odd(at))
	}
	if got := askedAt(m); !slices.Equal(got, want) {
		m.t.Errorf("asked at %v, want %v", got, want)
	}
	waiting, buried := m.letters()
	if len(waiting)+len(buried) > 0 {
		m.t.Errorf("waiting %+v, buried %q", waiting, buried)
	}
}

func scheduleID(m *machine, said string) string {
	m.t.Helper()
	parts := strings.Split(said, "`")
	if len(parts) < 2 {
		m.t.Fatalf("no schedule was made: %s", said)
	}
	return parts[1]
}

// askedAt is when each question was posted, to the second. Each must have its thread.
func askedAt(m *machine) (times []time.Time) {
	m.t.Helper()
	for _, p := range m.posts(m.channel) {
		if strings.Contains(p.Text, "Answer to #") {
			continue
		}
		if p.Thread == "" {
			m.t.Errorf("no thread under %+v", p)
		}
		times = append(times, p.At.Truncate(time.Second))
	}
	return times
}

// steppedClock is a machine's clock that can be set. Its timers know nothing of that: they run as time really passes, and
// stand still while the machine sleeps.
type steppedClock struct {
	bot.MachineClock
	ahead atomic.Int64 // nanoseconds
}

func (c *steppedClock) Now() time.Time {
	return c.MachineClock.Now().Add(time.Duration(c.ahead.Load()))
}

func (c *steppedClock) step(by time.Duration) { c.ahead.Add(int64(by)) }

// onClock switches the machine on to live by the clock.
func (m *machine) onClock(c *steppedClock) {
	m.t.Helper()
	m.clock, m.zone = c, "UTC"
	m.on()
}

// clockStep sets the clock.
type clockStep struct {
	at string // as time really passes
	by time.Duration
}

// steppedDays begin at 08:20 on 5 May, with a clock that is right. Times are as they really pass.
var steppedDays = []struct {
	name, schedule string
	steps          []clockStep
	until          string
	want           []string
	reveal         string // of the first question; empty for none
}{
	{name: "an hour on, over the slot", schedule: "daily 09:00", steps: []clockStep{{"05 08:30", time.Hour}}, until: "05 10:10", want: []string{"05 08:30"}},
	{name: "an hour on, after the question", schedule: "daily 09:00", steps: []clockStep{{"05 09:10", time.Hour}}, until: "05 10:10", want: []string{"05 09:00"}},
	{name: "an hour on, over the reveal", schedule: "daily 09:00 reveal=2h", steps: []clockStep{{"05 10:30", time.Hour}}, until: "05 11:10", want: []string{"05 09:00"}, reveal: "05 10:30"},
	{name: "an hour back, before the slot", schedule: "daily 09:00", steps: []clockStep{{"05 08:50", -time.Hour}}, until: "05 10:10", want: []string{"05 10:00"}},
	{name: "an hour back, after the question", schedule: "daily 09:00", steps: []clockStep{{"05 09:10", -time.Hour}}, until: "05 10:40", want: []string{"05 09:00"}},
	{name: "an hour back, before the reveal", schedule: "daily 09:00 reveal=2h", steps: []clockStep{{"05 10:50", -time.Hour}}, until: "05 12:40", want: []string{"05 09:00"}, reveal: "05 12:00"},
	{name: "an hour back, after the reveal", schedule: "daily 09:00 reveal=2h", steps: []clockStep{{"05 11:10", -time.Hour}}, until: "05 12:40", want: []string{"05 09:00"}, reveal: "05 11:00"},
	{name: "an hour on and back", schedule: "daily 09:00", steps: []clockStep{{"05 08:30", time.Hour}, {"05 08:40", -time.Hour}}, until: "05 09:20", want: []string{"05 08:30"}},
	{name: "an hour back and on", schedule: "daily 09:00", steps: []clockStep{{"05 09:10", -time.Hour}, {"05 09:20", time.Hour}}, until: "05 10:20", want: []string{"05 09:00"}},

	{name: "a day on, over the slot", schedule: "daily 09:00 grace=24h", steps: []clockStep{{"05 08:30", aDay}}, until: "05 09:10", want: []string{"05 08:30", "05 09:00"}},
	{name: "a day on, over the slot and its grace", schedule: "daily 09:00 grace=6h", steps: []clockStep{{"05 08:30", aDay}}, until: "05 09:10", want: []string{"05 09:00"}},
	{name: "a day on, after the question", schedule: "daily 09:00 reveal=8h", steps: []clockStep{{"05 09:10", aDay}}, until: "05 10:10", want: []string{"05 09:00", "05 09:10"}, reveal: "05 09:10"},
	// The slot of the 6th was asked while the clock said so, and is not asked again when it comes.
	{name: "a day on and back", schedule: "daily 09:00 reveal=200h", steps: []clockStep{{"05 09:10", aDay}, {"05 09:20", -aDay}}, until: "07 09:10", want: []string{"05 09:00", "05 09:10", "07 09:00"}},
	{name: "a day on and back, before the slot", schedule: "daily 09:00", steps: []clockStep{{"05 08:30", aDay}, {"05 08:40", -aDay}}, until: "05 09:10", want: []string{"05 09:00"}},
	// The 5th comes twice, and its slot is asked in the first.
	{name: "a day back, after the question", schedule: "daily 09:00 reveal=200h", steps: []clockStep{{"05 09:10", -aDay}}, until: "07 09:10", want: []string{"05 09:00", "07 09:00"}},
	{name: "a day back, before the slot", schedule: "daily 09:00", steps: []clockStep{{"05 08:50", -aDay}}, until: "06 09:10", want: []string{"06 09:00"}},
}

const aDay = 24 * time.Hour

func inMay(text string) time.Time { return odd("2026-05-" + text) }

// TestClockSteps sets the machine's clock by an hour and a day, on and back: nothing is asked or revealed twice, nothing is
// lost that is within its grace, and it is noticed within half a minute.
func TestClockSteps(t *testing.T) {
	t.Parallel()
	for _, d := range steppedDays {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			play(t, func(m *machine) {
				c := &steppedClock{}
				m.off()
				m.until(inMay("05 08:20"))
				m.onClock(c)
				m.order("Mina", "schedule add "+d.schedule)
				for _, s := range d.steps {
					m.until(inMay(s.at).Add(7 * time.Second)) // somewhere between two looks
					c.step(s.by)
				}
				m.until(inMay(d.until))
				checkSoon(m, askedAt(m), d.want...)
				var want []string
				if d.reveal != "" {
					want = append(want, d.reveal)
				}
				checkSoon(m, revealedAt(m), want...)
			})
		})
	}
}

// revealedAt is when each reveal was posted.
func revealedAt(m *machine) (times []time.Time) {
	for _, p := range m.posts(m.channel) {
		for _, r := range delivered(p.Replies) {
			times = append(times, r.At)
		}
	}
	return times
}

// checkSoon wants just these times, or at most 30 seconds after the step that was seven seconds later.
func checkSoon(m *machine, got []time.Time, want ...string) {
	m.t.Helper()
	same := func(at time.Time, text string) bool {
		late := at.Sub(inMay(text))
		return late >= 0 && late <= 37*time.Second+time.Millisecond
	}
	if !slices.EqualFunc(got, want, same) {
		m.t.Errorf("it happened at %v, want %v", got, want)
	}
}

// TestSuspend puts the machine to sleep for three days with a question open: the timers stand still, and then it is another
// day. The platform was awake.
func TestSuspend(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name   string
		asleep time.Duration // from ten o'clock
		want   []string
	}{
		{"until after a slot", 3 * aDay, []string{"05 09:00", "08 10:00"}},
		{"until before a slot", 3*aDay - 2*time.Hour, []string{"05 09:00", "08 09:00"}},
		{"until after a slot and its grace", 3*aDay + 7*time.Hour, []string{"05 09:00"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			play(t, func(m *machine) {
				c := &steppedClock{}
				m.off()
				m.until(inMay("05 08:20"))
				m.platform = bottest.NewMemory(c, bottest.Options{})
				m.platforms, m.channel = []*bottest.Memory{m.platform}, m.platform.Channel("W", "C")
				m.onClock(c)
				m.order("Mina", "schedule add daily 09:00 reveal=8h")
				m.until(inMay("05 10:00").Add(7 * time.Second))
				m.say(m.thread(m.channel, 1), "Jun", "It is a letter.")
				c.step(row.asleep)
				woken := c.Now()
				m.wait(2 * time.Hour)
				checkSoon(m, askedAt(m), row.want...)
				if got := revealedAt(m); len(got) != 1 || got[0].Sub(woken) > 30*time.Second+time.Millisecond {
					m.t.Errorf("revealed at %v, want once, soon after %v", got, woken)
				}
				if m.points("Jun") != 10 {
					m.t.Errorf("Jun has %d points", m.points("Jun"))
				}
			})
		})
	}
}
