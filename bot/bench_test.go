package bot_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"rewind/bot"
	"rewind/questions"
	"rewind/store"
	"rewind/store/measure"
)

// The goals of docs/performance.md for the bot, each beside its baseline: both are measured alternately in nine rounds of
// one run, which share b.N operations, and the medians of the rounds are compared. Run them with a fixed -benchtime.

func noError(b *testing.B, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// instantClock is the machine's, set to another time.
type instantClock struct{ ahead atomic.Int64 }

func (c *instantClock) Now() time.Time {
	return time.Now().UTC().Add(time.Duration(c.ahead.Load()))
}

func (c *instantClock) After(d time.Duration) (<-chan time.Time, func()) {
	return bot.MachineClock{}.After(d)
}

func (c *instantClock) set(t time.Time) { c.ahead.Store(int64(time.Until(t))) }

// instant is a platform on which everything lands at once; it keeps nothing.
type instant struct {
	clock  bot.Clock
	serial atomic.Int64
	asked  chan string // the keys of posts, as they are handed over
}

func (p *instant) Name() string { return "instant" }

func (p *instant) Listen(ctx context.Context, _ bot.Handler) error { <-ctx.Done(); return nil }

func (p *instant) Deliver(_ context.Context, d bot.Delivery) (bot.Receipt, error) {
	if d.Op == bot.Say && d.To.Thread == "" && d.To.Channel.ID != "" {
		p.asked <- d.Key
	}
	return bot.Receipt{ID: fmt.Sprint(p.serial.Add(1)), At: p.clock.Now()}, nil
}

func (p *instant) Read(context.Context, bot.Thread) (bot.Snapshot, error) { return bot.Snapshot{}, nil }

func (p *instant) Check(context.Context, bot.Channel) ([]bot.Missing, error) { return nil, nil }

func instantAccount(workspace string, i int) bot.Account {
	return bot.Account{Platform: "instant", Workspace: workspace, User: fmt.Sprintf("user-%03d", i)}
}

// benchDay is a Monday morning in UTC, after every version that a benchmark makes.
var benchDay = time.Date(2035, 3, 5, 8, 0, 0, 0, time.UTC)

// office is a bot on an instant platform.
type office struct {
	*bot.Bot
	b        *testing.B
	store    *store.Store
	clock    *instantClock
	platform *instant
}

func newOffice(b *testing.B, o store.Options) *office {
	f := &office{b: b, clock: &instantClock{}}
	f.clock.set(benchDay)
	f.platform = &instant{clock: f.clock, asked: make(chan string, 1<<16)}
	s, err := store.Open(filepath.Join(b.TempDir(), "rewind.db"), o)
	noError(b, err)
	b.Cleanup(func() { noError(b, s.Close()) })
	noError(b, fill(b.Context(), s))
	f.store = s
	f.Bot = bot.New(bot.Options{Store: s, Clock: f.clock, Platforms: []bot.Platform{f.platform}, Lang: questions.English, Zone: "UTC"})
	return f
}

// run has the bot run until stop is called or the benchmark ends.
func (f *office) run() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	ran := make(chan error, 1)
	go func() { ran <- f.Run(ctx) }()
	stop = sync.OnceFunc(func() { cancel(); noError(f.b, <-ran) })
	f.b.Cleanup(stop)
	return stop
}

func (f *office) order(workspace, channel, user, id, text string) (reply string) {
	from := instantAccount(workspace, 0)
	from.User = user
	noError(f.b, f.Command(context.Background(), bot.Command{
		ID: id, From: from, Name: user, Admin: user == "Mina", Text: text,
		Channel: bot.Channel{Platform: "instant", Workspace: workspace, ID: channel},
	}, func(_ context.Context, r bot.Reply) error { reply = r.Message.Text; return nil }))
	return reply
}

// ask posts a question and returns its thread.
func (f *office) ask(id string) bot.Thread {
	f.order("W", "C", "Mina", id, "post reveal=23h")
	noError(f.b, f.Quiet(context.Background()))
	var thread bot.Thread
	h, _, err := f.store.Home(context.Background(), "instant", "W")
	noError(f.b, err)
	noError(f.b, f.store.ViewGroup(context.Background(), h.Group, func(tx *store.Tx) error {
		for r := range tx.Rounds() {
			for _, p := range tx.Posts(r.Number) {
				thread = bot.Thread{Channel: p.Channel, ID: p.Thread}
			}
			break
		}
		return nil
	}))
	if thread.ID == "" {
		f.b.Fatal("no thread was opened")
	}
	return thread
}

func (f *office) say(t bot.Thread, i int) {
	now := f.clock.Now()
	noError(f.b, f.Comment(context.Background(), bot.Comment{
		Thread: t, ID: fmt.Sprintf("comment-%d", i), From: instantAccount("W", i), Name: fmt.Sprintf("User %d", i),
		Text: "A process has its own memory; threads share the memory of theirs.", Said: now, Revision: now,
	}))
}

// BenchmarkCommand gives commands that write nothing, in a group of a hundred members who have all answered. Goal: each
// p99 below a millisecond. The baseline is one bare look into the store, for a member's record.
func BenchmarkCommand(b *testing.B) {
	f := newOffice(b, store.Options{})
	f.run()
	t := f.ask("post")
	for i := range 100 {
		f.say(t, i)
	}
	noError(b, f.Quiet(context.Background()))
	h, _, err := f.store.Home(context.Background(), "instant", "W")
	noError(b, err)
	look := func() {
		noError(b, f.store.ViewGroup(context.Background(), h.Group, func(tx *store.Tx) error {
			tx.MemberOf(instantAccount("W", 50))
			return nil
		}))
	}
	for _, text := range []string{"today", "leaderboard all", "score", "me", "topics", "history", "help", "nonsense"} {
		b.Run(text, func(b *testing.B) {
			m := measure.Ranks(measure.PerRound(b), []float64{0.99, 0.5}, func() time.Duration {
				return measure.Took(func() { f.order("W", "C", "user-050", "", text) })
			}, func() time.Duration { return measure.Took(look) })
			measure.Report(b, map[string]float64{"us-p99": m[0][0] * 1e6, "us-p50": m[0][1] * 1e6, "us-view-p99": m[1][0] * 1e6})
		})
	}
}

// BenchmarkEvent takes a new member's answer, in a thread that none or at least a hundred have answered in before. The
// time outside of the commit is what handling adds, and the commit's own is its baseline. Goal: p99 at most 3 times it.
func BenchmarkEvent(b *testing.B) {
	for _, before := range []int{0, 100} {
		b.Run(fmt.Sprintf("after-%d", before), func(b *testing.B) {
			var began time.Time
			var commit time.Duration
			f := newOffice(b, store.Options{Fault: func(op string) error { // the store calls it before it answers
				if op == "commit" {
					began = time.Now()
				} else {
					commit = time.Since(began)
				}
				return nil
			}})
			stop := f.run()
			threads := make([]bot.Thread, measure.Rounds)
			for i := range threads {
				threads[i] = f.ask(fmt.Sprint("post-", i))
				for j := range before {
					f.say(threads[i], j)
				}
			}
			noError(b, f.Quiet(context.Background()))
			stop() // so that every commit is an answer's
			n, said := measure.PerRound(b), 0
			m := measure.Ranks(n, []float64{0.99}, func() time.Duration {
				whole := measure.Took(func() { f.say(threads[said/n], before+said%n) })
				said++
				return whole - commit
			}, func() time.Duration { return commit })
			added, own := m[0][0], m[1][0]
			measure.Report(b, map[string]float64{"x-commit": added / own, "us-added-p99": added * 1e6, "us-commit-p99": own * 1e6})
		})
	}
}

// BenchmarkDue has a thousand channels due in the same minute, once of one group and once of a thousand. Goal: all are
// handed to the platform within a second. The baseline is as many empty-handed commits as there are groups.
func BenchmarkDue(b *testing.B) {
	const channels = 1000
	for _, groups := range []int{1, 1000} {
		b.Run(fmt.Sprintf("groups-%d", groups), func(b *testing.B) {
			f := newOffice(b, store.Options{})
			for g := range groups {
				var in []string
				for c := range channels / groups {
					in = append(in, fmt.Sprintf("C%d", c))
				}
				f.order(fmt.Sprint("W", g), "C0", "Mina", "add", "schedule add daily 09:00 reveal=30m channel="+strings.Join(in, ","))
			}
			f.run()
			noError(b, f.Quiet(context.Background()))
			day, quiet := -1, make(chan error, 1)
			m := measure.Medians(func() float64 {
				day++
				handed := measure.Took(func() {
					f.clock.set(benchDay.AddDate(0, 0, day).Add(time.Hour + time.Second))
					go func() { quiet <- f.Quiet(context.Background()) }() // it has the bot look at the clock
					for range channels {
						<-f.platform.asked
					}
				})
				noError(b, <-quiet)
				f.clock.set(f.clock.Now().Add(time.Hour)) // so that no reveal is left for the next day
				noError(b, f.Quiet(context.Background()))
				return handed.Seconds()
			}, func() float64 {
				return measure.Took(func() {
					for i := range groups {
						noError(b, f.store.UpdateGroup(context.Background(), "bare", func(tx *store.Tx) error {
							tx.PutTeam(store.Team{ID: "bare", Name: fmt.Sprint(day, i)})
							return nil
						}))
					}
				}).Seconds()
			})
			measure.Report(b, map[string]float64{"s-handed": m[0], "s-commits": m[1]})
		})
	}
}
