package slack

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
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
	benchLength    = 500                  // commands in a round, which takes a second
	benchQuestions = 10_000
	benchLines     = 100_000
	benchMembers   = 90 // below the hundred that may be looked up in a minute
)

// BenchmarkSlash gives 500 slash commands a second to a bot with 10,000 questions and 100,000 lines in its ledger, two that only
// read and one that writes: from the envelope that goes in to the reply that goes out to the response_url. They are
// given whether the ones before are answered or not. The baseline is a program with slack-go that only acknowledges and answers, and
// commits of one record to the bot's own store while nothing else happens. Goal: p99 at most the baseline's and three times a
// commit's. An operation is a second of each; what is reported are medians of the seconds.
func BenchmarkSlash(b *testing.B) {
	full, empty := newDesk(b), newDesk(b)
	hall := full.play(b)
	empty.answerOnly(b)
	for _, way := range []struct{ name, want, text string }{
		{"today", "#1", "/quiz today"}, {"me", "1010 in all", "/quiz me"},
		{"answer", "replaced", "/quiz answer #1 A process has memory of its own; its threads share it."},
	} {
		b.Run(way.name, func(b *testing.B) {
			if got := full.replyTo(full.people[1], way.text); !strings.Contains(got, way.want) {
				b.Fatalf("the answer is %q", got)
			}
			f := figures{}
			for range b.N {
				bare := hall.bare(b)
				hall.commits()
				took, rate := full.rush(way.text)
				f.note("p50-ms", measure.Rank(took, 0.5))
				f.note("p99-ms", measure.Rank(took, 0.99))
				if own := hall.commits(); len(own) > 0 {
					f.note("own-commit-p99-ms", measure.Rank(own, 0.99))
				}
				f.note("commit-p99-ms", measure.Rank(bare, 0.99))
				took, emptyRate := empty.rush(way.text)
				f.note("empty-p50-ms", measure.Rank(took, 0.5))
				f.note("empty-p99-ms", measure.Rank(took, 0.99))
				f["per-s"] = append(f["per-s"], min(rate, emptyRate))
			}
			f.report(b)
		})
	}
}

// figures are what the rounds said, by unit.
type figures map[string][]float64

func (f figures) note(unit string, d time.Duration) { f[unit] = append(f[unit], d.Seconds()*1e3) }

// report reports the medians, and what the goal is about: the p99 in relation to what it may be.
func (f figures) report(b *testing.B) {
	said := map[string]float64{}
	for unit, all := range f {
		said[unit] = measure.Rank(all, 0.5)
	}
	said["x-goal"] = said["p99-ms"] / (said["empty-p99-ms"] + 3*said["commit-p99-ms"])
	measure.Report(b, said)
}

// desk is a workspace in which people give commands, and one place through which all replies go.
type desk struct {
	*slacktest.Server
	b      *testing.B
	room   *slacktest.Channel
	people []*slacktest.Member
	given  int
	// network is as the bot's own, with a tap on every connection.
	network *http.Transport

	mu  sync.Mutex           // guards out
	out map[string]time.Time // when the first reply went out, by the path of its address
}

func newDesk(b *testing.B) *desk {
	d := &desk{Server: slacktest.New(b), b: b, out: map[string]time.Time{}}
	d.network = &http.Transport{DialContext: d.dial, MaxIdleConnsPerHost: 16}
	b.Cleanup(d.network.CloseIdleConnections)
	d.room = d.Channel("general")
	for i := range benchMembers {
		d.people = append(d.people, d.Member(fmt.Sprintf("member%d", i)))
	}
	d.room.Invite(d.people...)
	d.people[0].Set(func(p *slacktest.Profile) { p.Admin = true })
	return d
}

// dial opens a connection on which replies are noted.
func (d *desk) dial(ctx context.Context, network, address string) (net.Conn, error) {
	c, err := new(net.Dialer).DialContext(ctx, network, address)
	return noted{c, d}, err
}

type noted struct {
	net.Conn
	desk *desk
}

// Write notes when a reply goes out: a request's first line is written at once.
func (t noted) Write(p []byte) (int, error) {
	if rest, ok := bytes.CutPrefix(p, []byte("POST ")); ok && bytes.Contains(rest, []byte("/response/")) {
		path, _, _ := bytes.Cut(rest, []byte(" "))
		t.desk.mu.Lock()
		if t.desk.out[string(path)].IsZero() {
			t.desk.out[string(path)] = time.Now()
		}
		t.desk.mu.Unlock()
	}
	return t.Conn.Write(p)
}

// answerOnly answers every command at once.
func (d *desk) answerOnly(b *testing.B) {
	requests := &http.Client{Transport: d.network}
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

// hall is where the bot plays.
type hall struct {
	store *store.Store

	mu    sync.Mutex // guards times
	times []time.Duration
	began time.Time // of a commit; the store has one at a time
}

// note is told by the store when a commit begins and when it is over.
func (h *hall) note(op string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if op == "commit" {
		h.began = time.Now()
	} else {
		h.times = append(h.times, time.Since(h.began))
	}
	return nil
}

// commits tells how long those since the last call took.
func (h *hall) commits() []time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	times := h.times
	h.times = nil
	return times
}

// bare tells how long commits of a single record take.
func (h *hall) bare(b *testing.B) (times []time.Duration) {
	for i := range 100 {
		times = append(times, measure.Took(func() {
			noError(b, h.store.UpdateGroup(context.Background(), "bare", func(tx *store.Tx) error {
				tx.PutTeam(store.Team{ID: "bare", Name: fmt.Sprint(i)})
				return nil
			}))
		}))
	}
	return times
}

// play lets the bot play, with a question open and everybody known.
func (d *desk) play(b *testing.B) *hall {
	h := &hall{}
	st, err := store.Open(filepath.Join(b.TempDir(), "rewind.db"), store.Options{Fault: h.note})
	noError(b, err)
	h.store = st
	b.Cleanup(func() { noError(b, st.Close()) })
	noError(b, importMany(st))
	p := New(Options{BotToken: d.Token(), AppToken: d.AppToken(), API: d.URL(), Network: d.network})
	rewind := bot.New(bot.Options{Store: st, Platforms: []bot.Platform{p}, Lang: questions.English, Zone: "UTC"})
	d.background(b, rewind.Run)
	d.Until("the bot is connected twice", func() bool { return d.Connections() == 2 })
	d.people[0].Slash(d.room, "/quiz post reveal=23h")
	d.Until("the question stands there", func() bool {
		return slices.ContainsFunc(d.room.Messages(), func(m slacktest.Message) bool { return strings.Contains(shown(m), "Question #1") })
	})
	var players []bot.Account
	for _, m := range d.people {
		players = append(players, bot.Account{Platform: name, Workspace: d.ID(), User: m.ID()})
		d.replyTo(m, "/quiz answer #1 Threads share memory.")
	}
	noError(b, writeLedger(st, players))
	return h
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

// writeLedger gives points of a hundred former rounds to a thousand members of the only group, whose players are among them.
func writeLedger(st *store.Store, players []bot.Account) error {
	const members, atOnce = 1000, 2000
	groups, err := st.Groups(context.Background())
	if err != nil {
		return err
	}
	now := time.Now()
	for from := 0; from < benchLines; from += atOnce {
		err := st.UpdateGroup(context.Background(), groups[0], func(tx *store.Tx) error {
			for i := from; i < from+atOnce; i++ {
				member := fmt.Sprintf("former-%d", i%members)
				if i%members < len(players) {
					m, _ := tx.MemberOf(players[i%members])
					member = m.ID
				}
				day := now.AddDate(0, 0, -1-i/members)
				tx.Give(store.Line{Cause: fmt.Sprintf("former/%d", i/members), Member: member, Amount: 10, Reason: "answer",
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

// replyTo lets somebody give a command and returns the answer, which is for them alone.
func (d *desk) replyTo(m *slacktest.Member, text string) string {
	before := len(m.Ephemerals())
	m.Slash(d.room, text)
	d.Until("somebody is answered", func() bool { return len(m.Ephemerals()) > before })
	return shown(m.Ephemerals()[before])
}

// rush gives a command again and again for a second. It returns how long each took to be answered, and how many a second there were:
// fewer than meant where the machine did not get to give them.
func (d *desk) rush(text string) (took []time.Duration, rate float64) {
	d.mu.Lock()
	d.out = map[string]time.Time{}
	d.mu.Unlock()
	given := map[string]time.Time{}
	begin := time.Now()
	for i := range benchLength {
		time.Sleep(time.Until(begin.Add(time.Duration(i) * benchPace)))
		at := time.Now()
		d.given++
		u, err := url.Parse(d.people[d.given%len(d.people)].Slash(d.room, text).ResponseURL)
		noError(d.b, err)
		given[u.Path] = at
	}
	rate = benchLength / max(time.Since(begin), benchLength*benchPace).Seconds()
	d.Until("every command is answered", func() bool {
		d.mu.Lock()
		defer d.mu.Unlock()
		return len(d.out) == benchLength
	})
	d.mu.Lock()
	defer d.mu.Unlock()
	for path, at := range given {
		took = append(took, d.out[path].Sub(at))
	}
	return took, rate
}

func noError(b *testing.B, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}
