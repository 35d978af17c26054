package slack

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"rewind/bot"
	"rewind/bot/slack/slacktest"
	"rewind/questions"
	"rewind/store"
	"rewind/store/measure"
)

const (
	benchPace      = 2 * time.Millisecond // between two commands: 500 a second
	benchQuestions = 10_000
	benchLines     = 100_000
	benchMembers   = 90 // below the hundred that may be looked up in a minute
)

// BenchmarkSlash gives 500 slash commands a second, half of which write, to a bot with 10,000 questions and 100,000 lines in its
// ledger: from the envelope that goes in to the reply that goes out. The baseline is a program with slack-go that does nothing but
// acknowledge and answer. Goal: p99 at most the baseline's and three times the commits' of the same run.
func BenchmarkSlash(b *testing.B) {
	full, empty := newDesk(b), newDesk(b)
	commits := full.play(b)
	empty.answerOnly(b)
	n := measure.PerRound(b)
	values := map[string][]float64{}
	note := func(name string, times []time.Duration) {
		for unit, share := range map[string]float64{"-p50": 0.5, "-p99": 0.99} {
			values[name+unit] = append(values[name+unit], measure.Rank(times, share).Seconds()*1e6)
		}
	}
	for range measure.Rounds {
		commits()
		note("us", full.rush(n))
		note("us-commit", commits())
		note("us-empty", empty.rush(n))
	}
	said := map[string]float64{}
	for unit, all := range values {
		said[unit] = measure.Rank(all, 0.5)
	}
	said["x-goal"] = said["us-p99"] / (said["us-empty-p99"] + 3*said["us-commit-p99"])
	measure.Report(b, said)
}

// desk is a workspace in which people give commands, and one place through which all replies go.
type desk struct {
	*slacktest.Server
	b      *testing.B
	room   *slacktest.Channel
	people []*slacktest.Member
	given  int

	next http.RoundTripper
	mu   sync.Mutex           // guards out
	out  map[string]time.Time // when a reply went out, by its address
}

func newDesk(b *testing.B) *desk {
	d := &desk{Server: slacktest.New(b), b: b, next: http.DefaultTransport, out: map[string]time.Time{}}
	d.room = d.Channel("general")
	for i := range benchMembers {
		d.people = append(d.people, d.Member(fmt.Sprintf("member%d", i)))
	}
	d.room.Invite(d.people...)
	d.people[0].Set(func(p *slacktest.Profile) { p.Admin = true })
	return d
}

// RoundTrip notes when a reply goes out.
func (d *desk) RoundTrip(q *http.Request) (*http.Response, error) {
	if strings.Contains(q.URL.Path, "/response/") {
		d.mu.Lock()
		if url := q.URL.String(); d.out[url].IsZero() {
			d.out[url] = time.Now()
		}
		d.mu.Unlock()
	}
	return d.next.RoundTrip(q)
}

// answerOnly answers every command at once.
func (d *desk) answerOnly(b *testing.B) {
	requests := &http.Client{Transport: d}
	client := socketmode.New(slack.New(d.Token(), slack.OptionAppLevelToken(d.AppToken()), slack.OptionAPIURL(d.URL()), slack.OptionHTTPClient(requests)))
	answer := func(e socketmode.Event) {
		c, ok := e.Data.(slack.SlashCommand)
		if !ok {
			return
		}
		if err := client.Ack(*e.Request); err != nil {
			b.Error(err)
		}
		m := &slack.WebhookMessage{Text: "Your answer is safe.", ResponseType: slack.ResponseTypeEphemeral}
		if err := slack.PostWebhookCustomHTTPContext(context.Background(), c.ResponseURL, requests, m); err != nil {
			b.Error(err)
		}
	}
	d.background(b, client.RunContext, func(ctx context.Context) error {
		var under sync.WaitGroup
		defer under.Wait()
		for {
			select {
			case <-ctx.Done():
				return nil
			case e := <-client.Events:
				under.Go(func() { answer(e) })
			}
		}
	})
	d.Until("the empty handler is connected", func() bool { return d.Connections() == 1 })
}

// background runs what ends with the benchmark.
func (d *desk) background(b *testing.B, run ...func(context.Context) error) {
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	for _, f := range run {
		running.Go(func() {
			if err := f(ctx); err != nil && ctx.Err() == nil {
				b.Error(err)
			}
		})
	}
	b.Cleanup(func() { stop(); running.Wait() })
}

// play lets the bot play, with a question open and everybody known. The returned function tells how long the commits since its last call
// took.
func (d *desk) play(b *testing.B) (commits func() []time.Duration) {
	var mu sync.Mutex // guards times
	var times []time.Duration
	var began time.Time // of the one writer
	st, err := store.Open(filepath.Join(b.TempDir(), "rewind.db"), store.Options{Fault: func(op string) error {
		if op == "commit" {
			began = time.Now()
			return nil
		}
		mu.Lock()
		defer mu.Unlock()
		times = append(times, time.Since(began))
		return nil
	}})
	noError(b, err)
	b.Cleanup(func() { noError(b, st.Close()) })
	noError(b, importMany(st))
	p := New(Options{BotToken: d.Token(), AppToken: d.AppToken(), API: d.URL(), Network: d})
	rewind := bot.New(bot.Options{Store: st, Platforms: []bot.Platform{p}, Lang: questions.English, Zone: "UTC"})
	d.background(b, rewind.Run)
	d.Until("the bot is connected twice", func() bool { return d.Connections() == 2 })
	d.people[0].Slash(d.room, "/quiz post reveal=23h")
	d.Until("the question stands there", func() bool {
		return slices.ContainsFunc(d.room.Messages(), func(m slacktest.Message) bool { return strings.Contains(shown(m), "Question #1") })
	})
	noError(b, writeLedger(st))
	for _, m := range d.people {
		before := len(m.Ephemerals())
		m.Slash(d.room, "/quiz answer #1 Threads share memory.")
		d.Until("somebody is answered", func() bool { return len(m.Ephemerals()) > before })
	}
	return func() []time.Duration {
		mu.Lock()
		defer mu.Unlock()
		done := times
		times = nil
		return done
	}
}

func importMany(st *store.Store) error {
	var qs []questions.Question
	for i := range benchQuestions {
		text := questions.Text{Lang: questions.English, Prompt: fmt.Sprintf("What is item %d of chapter %d about?", i%100, i/100), Answer: fmt.Sprintf("It is about number %d.", i)}
		qs = append(qs, questions.Question{ID: fmt.Sprintf("q%05d", i), Texts: []questions.Text{text}})
	}
	_, _, err := st.ImportBank(context.Background(), store.FromNotes, qs, time.Now())
	return err
}

// writeLedger gives points of former rounds to members of the only group.
func writeLedger(st *store.Store) error {
	const members, atOnce = 1000, 2000
	groups, err := st.Groups(context.Background())
	if err != nil {
		return err
	}
	now := time.Now()
	for from := 0; from < benchLines; from += atOnce {
		err := st.UpdateGroup(context.Background(), groups[0], func(tx *store.Tx) error {
			for i := from; i < from+atOnce; i++ {
				day := now.AddDate(0, 0, -1-i/members)
				tx.Give(store.Line{Cause: fmt.Sprintf("former/%d", i/members), Member: fmt.Sprintf("former-%d", i%members), Amount: 10, Reason: "answer",
					Day: day.Format(time.DateOnly), Channel: bot.Channel{Platform: name, Workspace: "T", ID: "C"}, At: day})
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// rush gives n commands at the pace and returns how long each took to be answered.
func (d *desk) rush(n int) (times []time.Duration) {
	given := map[string]time.Time{}
	begin := time.Now()
	for i := range n {
		time.Sleep(time.Until(begin.Add(time.Duration(i) * benchPace)))
		text := "/quiz answer #1 A process has memory of its own; its threads share it."
		if i%2 == 1 {
			text = "/quiz leaderboard all"
		}
		at := time.Now()
		d.given++
		given[d.people[d.given%len(d.people)].Slash(d.room, text).ResponseURL] = at
	}
	answered := func() bool {
		d.mu.Lock()
		defer d.mu.Unlock()
		times = times[:0]
		for url, at := range given {
			if out := d.out[url]; !out.IsZero() {
				times = append(times, out.Sub(at))
			}
		}
		return len(times) == n
	}
	d.Until("every command is answered", answered)
	return times
}

func noError(b *testing.B, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}
