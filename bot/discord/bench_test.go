package discord

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/gorilla/websocket"

	"rewind/bot"
	"rewind/bot/discord/discordtest"
	"rewind/questions"
	"rewind/store"
	"rewind/store/measure"
)

const (
	benchPace      = time.Millisecond // between two interactions: 1,000 a second
	benchQuestions = 10_000
	benchLines     = 100_000
	benchMembers   = 100
)

// BenchmarkInteraction gives 1,000 slash commands a second, half of which write, to a bot with 10,000 questions and 100,000 lines
// in its ledger: from the gateway's frame that goes in to the callback request that goes out. The baseline is a program with
// discordgo whose handler only answers. Goal: p99 at most the baseline's and three times the commits' of the same run.
func BenchmarkInteraction(b *testing.B) {
	full, empty := newBooth(b), newBooth(b)
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

// booth is a guild in which people give commands, and one place through which all callbacks go.
type booth struct {
	*discordtest.Server
	guild  *discordtest.Guild
	room   *discordtest.Channel
	people []*discordtest.Person
	given  int

	mu  sync.Mutex           // guards out
	out map[string]time.Time // when the first callback went out, by the interaction's ID
}

func newBooth(b *testing.B) *booth {
	d := &booth{Server: discordtest.New(b), out: map[string]time.Time{}}
	d.guild = d.Guild("Study")
	d.room = d.guild.Text("daily")
	for i := range benchMembers {
		d.people = append(d.people, d.guild.Member(fmt.Sprint("member", i)))
	}
	return d
}

// dial opens a connection on which callbacks are noted.
func (d *booth) dial(ctx context.Context, network, address string) (net.Conn, error) {
	c, err := d.Dial(ctx, network, address)
	return tap{c, d}, err
}

type tap struct {
	net.Conn
	booth *booth
}

// Write notes when a callback goes out: a request's first line is written at once.
func (t tap) Write(p []byte) (int, error) {
	if line, _, _ := bytes.Cut(p, []byte("\r\n")); bytes.HasPrefix(line, []byte("POST ")) {
		if _, rest, ok := bytes.Cut(line, []byte("/interactions/")); ok {
			id, _, _ := bytes.Cut(rest, []byte("/"))
			t.booth.mu.Lock()
			if t.booth.out[string(id)].IsZero() {
				t.booth.out[string(id)] = time.Now()
			}
			t.booth.mu.Unlock()
		}
	}
	return t.Conn.Write(p)
}

// answerOnly answers every interaction at once.
func (d *booth) answerOnly(b *testing.B) {
	r, err := newRest(strings.TrimPrefix(d.Token(), "Bot "), d.URL(), d.Dial, bot.MachineClock{})
	noError(b, err)
	noError(b, r.overwriteCommands(b.Context(), d.Bot().ID, "", registered()))
	r.close()
	s, err := discordgo.New(d.Token())
	noError(b, err)
	s.Client = &http.Client{Transport: unencrypted{&http.Transport{DialContext: d.dial, MaxIdleConnsPerHost: 64}}}
	s.Dialer = &websocket.Dialer{NetDialContext: d.dial}
	s.AddHandler(func(s *discordgo.Session, i *discordgo.InteractionCreate) {
		answer := &discordgo.InteractionResponse{Type: discordgo.InteractionResponseChannelMessageWithSource,
			Data: &discordgo.InteractionResponseData{Content: "Your answer is safe.", Flags: discordgo.MessageFlagsEphemeral}}
		if err := s.InteractionRespond(i.Interaction, answer); err != nil {
			b.Error(err)
		}
	})
	noError(b, s.Open())
	b.Cleanup(func() { noError(b, s.Close()) })
}

// unencrypted sends requests without encryption, wherever its connections lead.
type unencrypted struct{ to http.RoundTripper }

func (u unencrypted) RoundTrip(q *http.Request) (*http.Response, error) {
	q = q.Clone(q.Context())
	q.URL.Scheme = "http"
	return u.to.RoundTrip(q)
}

// play lets the bot play, with a question open and everybody known. The returned function tells how long the commits since its
// last call took.
func (d *booth) play(b *testing.B) (commits func() []time.Duration) {
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
	p, err := New(Options{Token: strings.TrimPrefix(d.Token(), "Bot "), API: d.URL(), Dial: d.dial})
	noError(b, err)
	b.Cleanup(p.Close)
	rewind := bot.New(bot.Options{Store: st, Platforms: []bot.Platform{p}, Lang: questions.English, Zone: "UTC"})
	ctx, stop := context.WithCancel(context.Background())
	ran := make(chan error, 1)
	go func() { ran <- rewind.Run(ctx) }()
	b.Cleanup(func() { stop(); noError(b, <-ran) })
	d.Until("the bot is there", func() bool { return d.Gateway().Connected == 1 && len(d.Commands()) > 0 })
	d.guild.Owner().Slash(d.room, "quiz post", discordtest.Options{"reveal": "23h"}).Reply()
	d.Until("the question stands there", func() bool {
		return slices.ContainsFunc(d.room.FromBot(), func(m discordtest.Message) bool { return strings.Contains(m.Content, "Question #1") })
	})
	noError(b, writeLedger(st))
	for range d.people {
		d.next(true).Reply()
	}
	return func() []time.Duration {
		mu.Lock()
		defer mu.Unlock()
		done := times
		times = nil
		return done
	}
}

// next lets the next person give a command.
func (d *booth) next(writes bool) *discordtest.Interaction {
	d.given++
	p := d.people[d.given%len(d.people)]
	if writes {
		text := fmt.Sprintf("A process has memory of its own; its threads share it. (%d)", d.given)
		return p.Slash(d.room, "quiz answer", discordtest.Options{"round": "1", "text": text})
	}
	return p.Slash(d.room, "quiz leaderboard", discordtest.Options{"period": "all"})
}

// rush gives n commands at the pace and returns how long each took to be answered.
func (d *booth) rush(n int) (times []time.Duration) {
	given := map[string]time.Time{}
	begin := time.Now()
	for i := range n {
		time.Sleep(time.Until(begin.Add(time.Duration(i) * benchPace)))
		at := time.Now()
		given[d.next(i%2 == 0).ID] = at
	}
	d.Until("every command is answered", func() bool {
		d.mu.Lock()
		defer d.mu.Unlock()
		times = times[:0]
		for id, at := range given {
			if out := d.out[id]; !out.IsZero() {
				times = append(times, out.Sub(at))
			}
		}
		return len(times) == n
	})
	return times
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
					Day: day.Format(time.DateOnly), Channel: bot.Channel{Platform: name, Workspace: "G", ID: "C"}, At: day})
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func noError(b *testing.B, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}
