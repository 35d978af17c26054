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
	benchPace      = time.Millisecond // between two commands: 1,000 a second
	benchLength    = 1000             // commands in a round, which takes a second
	benchQuestions = 10_000
	benchLines     = 100_000
	benchMembers   = 100
)

// BenchmarkInteraction gives 1,000 slash commands a second to a bot with 10,000 questions and 100,000 lines in its ledger, two
// that only read and one that writes: from the gateway's frame that goes in to the callback request that goes
// out. They are given whether the ones before are answered or not. The baseline is a program with discordgo whose handler only
// answers, and commits of one record to the bot's own store while nothing else happens. Goal: p99 at most the baseline's and three
// times a commit's. An operation is a second of each; what is reported are medians of the seconds.
func BenchmarkInteraction(b *testing.B) {
	full, empty := newBooth(b), newBooth(b)
	hall := full.play(b)
	empty.answerOnly(b)
	for _, way := range []struct {
		name, want string
		give       func(*booth) *discordtest.Interaction
	}{{"today", "#1", (*booth).today}, {"me", "1010 in all", (*booth).me}, {"answer", "replaced", (*booth).answer}} {
		b.Run(way.name, func(b *testing.B) {
			if got := way.give(full).Reply(); !strings.Contains(got.Content, way.want) {
				b.Fatalf("the answer is %q", got.Content)
			}
			f := figures{}
			for range b.N {
				bare := hall.bare(b)
				hall.commits()
				took, rate := full.rush(way.give)
				f.note("p50-ms", measure.Rank(took, 0.5))
				f.note("p99-ms", measure.Rank(took, 0.99))
				if own := hall.commits(); len(own) > 0 {
					f.note("own-commit-p99-ms", measure.Rank(own, 0.99))
				}
				f.note("commit-p99-ms", measure.Rank(bare, 0.99))
				took, emptyRate := empty.rush(way.give)
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
	return noted{c, d}, err
}

type noted struct {
	net.Conn
	booth *booth
}

// Write notes when a callback goes out: a request's first line is written at once.
func (t noted) Write(p []byte) (int, error) {
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
func (d *booth) play(b *testing.B) *hall {
	h := &hall{}
	st, err := store.Open(filepath.Join(b.TempDir(), "rewind.db"), store.Options{Fault: h.note})
	noError(b, err)
	h.store = st
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
	var players []bot.Account
	for _, p := range d.people {
		players = append(players, bot.Account{Platform: name, Workspace: d.guild.ID, User: p.ID()})
		d.answer().Reply()
	}
	noError(b, writeLedger(st, players))
	return h
}

// next is who gives the next command.
func (d *booth) next() *discordtest.Person {
	d.given++
	return d.people[d.given%len(d.people)]
}

func (d *booth) today() *discordtest.Interaction { return d.next().Slash(d.room, "quiz today", nil) }

func (d *booth) me() *discordtest.Interaction { return d.next().Slash(d.room, "quiz me", nil) }

func (d *booth) answer() *discordtest.Interaction {
	text := fmt.Sprintf("A process has memory of its own; its threads share it. (%d)", d.given)
	return d.next().Slash(d.room, "quiz answer", discordtest.Options{"round": "1", "text": text})
}

// rush gives commands for a second. It returns how long each took to be answered, and how many a second there were: fewer than meant
// where the machine did not get to give them.
func (d *booth) rush(give func(*booth) *discordtest.Interaction) (took []time.Duration, rate float64) {
	d.mu.Lock()
	d.out = map[string]time.Time{}
	d.mu.Unlock()
	given := map[string]time.Time{}
	begin := time.Now()
	for i := range benchLength {
		time.Sleep(time.Until(begin.Add(time.Duration(i) * benchPace)))
		at := time.Now()
		given[give(d).ID] = at
	}
	rate = benchLength / max(time.Since(begin), benchLength*benchPace).Seconds()
	d.Within(time.Minute, "every command is answered", func() bool {
		d.mu.Lock()
		defer d.mu.Unlock()
		return len(d.out) == benchLength
	})
	d.mu.Lock()
	defer d.mu.Unlock()
	for id, at := range given {
		took = append(took, d.out[id].Sub(at))
	}
	return took, rate
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
