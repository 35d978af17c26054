package bot_test

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	_ "time/tzdata"

	"rewind/bot"
	"rewind/bot/bottest"
	"rewind/questions"
	"rewind/store"
)

// machine is a bot on a store in a file that can be switched off and on; the platforms outlive it. In a bubble it is
// midnight UTC, nine in the morning in Seoul, where its groups live.
type machine struct {
	t         *testing.T
	path      string
	options   store.Options
	platforms []*bottest.Memory
	platform  *bottest.Memory // the first
	channel   bot.Channel     // of the first, where commands are given
	wrap      func(bot.Platform) bot.Platform
	clock     bot.Clock // nil for the bubble's
	zone      string    // of new groups
	newID     func() string
	errors    strings.Builder // what the bot logged as errors

	ids      int
	commands int
	store    *store.Store
	bot      *bot.Bot
	off      func() // waits for the bot to end and closes the store
}

func newMachine(t *testing.T, path string, platforms ...bottest.Options) *machine {
	m := &machine{t: t, path: path, zone: "Asia/Seoul", options: store.Options{Twice: true}, off: func() {}}
	m.wrap = func(p bot.Platform) bot.Platform { return p }
	m.newID = func() string { m.ids++; return fmt.Sprintf("id-%04d", m.ids) }
	for _, o := range platforms {
		m.platforms = append(m.platforms, bottest.NewMemory(nil, o))
	}
	m.platform = m.platforms[0]
	m.channel = m.platform.Channel("W", "C")
	return m
}

// play runs f with a machine that is on, in a bubble of its own. In the end the store must verify, and no error may have
// been logged that f has not taken.
func play(t *testing.T, f func(m *machine), platforms ...bottest.Options) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "rewind.db")
	if len(platforms) == 0 {
		platforms = []bottest.Options{{}}
	}
	synctest.Test(t, func(t *testing.T) {
		m := newMachine(t, path, platforms...)
		defer func() { m.off() }()
		m.on()
		f(m)
		m.verify()
		if logged := m.takeErrors(); logged != "" {
			t.Errorf("logged: %s", logged)
		}
	})
}

func (m *machine) on() {
	m.t.Helper()
	if err := m.start(); err != nil {
		m.t.Fatal(err)
	}
}

func (m *machine) start() error {
	s, err := store.Open(m.path, m.options)
	if err != nil {
		return err
	}
	if err := fill(m.t.Context(), s); err != nil {
		s.Close()
		return err
	}
	var platforms []bot.Platform
	for _, p := range m.platforms {
		platforms = append(platforms, m.wrap(p))
	}
	m.store = s
	m.bot = bot.New(bot.Options{
		Store: s, Clock: m.clock, Platforms: platforms, Lang: questions.English, Zone: m.zone, NewID: func() string { return m.newID() },
		Log: slog.New(slog.NewTextHandler(&m.errors, &slog.HandlerOptions{Level: slog.LevelError})),
	})
	ctx, cancel := context.WithCancel(m.t.Context())
	ran := make(chan error, 1)
	go func() { ran <- m.bot.Run(ctx) }()
	m.off = func() {
		m.off = func() {}
		cancel()
		if err := <-ran; err != nil {
			m.t.Error(err)
		}
		if err := s.Close(); err != nil {
			m.t.Error(err)
		}
	}
	synctest.Wait()
	return nil
}

func fill(ctx context.Context, s *store.Store) error {
	var qs []questions.Question
	for _, id := range []string{"a", "b", "c", "d"} {
		qs = append(qs, questions.Question{ID: id, Texts: []questions.Text{{Lang: questions.English, Prompt: "What is " + id + "?", Answer: "It is " + id + "."}}})
	}
	_, _, err := s.ImportBank(ctx, store.FromNotes, qs, time.Now())
	return err
}

// wait lets time pass.
func (m *machine) wait(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

// clock is a time in Seoul on the first day of the bubble.
func clock(hour, minute int) time.Time { return time.Date(2000, 1, 1, hour-9, minute, 0, 0, time.UTC) }

// until waits for a time.
func (m *machine) until(t time.Time) {
	m.t.Helper()
	if !t.After(time.Now()) {
		m.t.Fatalf("%v has passed", t)
	}
	m.wait(time.Until(t))
}

// order gives a command as a person in the channel, under an ID of its own, and returns the reply's text.
func (m *machine) order(user, text string) string {
	m.t.Helper()
	m.commands++
	return m.give(m.channel, fmt.Sprintf("command-%d", m.commands), user, text)
}

// give gives a command in a channel under an ID.
func (m *machine) give(c bot.Channel, id, user, text string) string {
	m.t.Helper()
	p := m.platformOf(c)
	reply, err := p.Command(m.t.Context(), bot.Command{ID: id, From: p.Account(c.Workspace, user), Name: user, Admin: user == "Mina", Channel: c, Text: text})
	synctest.Wait()
	if err != nil {
		m.t.Fatalf("%s: %v", text, err)
	}
	return reply.Message.Text
}

func (m *machine) platformOf(c bot.Channel) *bottest.Memory {
	return m.platforms[slices.IndexFunc(m.platforms, func(p *bottest.Memory) bool { return p.Name() == c.Platform })]
}

func (m *machine) say(t bot.Thread, user, text string) string {
	p := m.platformOf(t.Channel)
	id := p.Say(t, p.Account(t.Channel.Workspace, user), user, text)
	synctest.Wait()
	return id
}

// posts are the bot's deliveries in a channel, without its replies to commands.
func (m *machine) posts(c bot.Channel) []bottest.Post { return delivered(m.platformOf(c).Posts(c)) }

// notices are what the bot told Mina, the maintainer, of its own accord.
func (m *machine) notices() []bottest.Post {
	return delivered(m.platform.Private(m.platform.Account("W", "Mina")))
}

func delivered(posts []bottest.Post) []bottest.Post {
	return slices.DeleteFunc(posts, func(p bottest.Post) bool { return p.Key == "" })
}

// thread is the thread under the n-th post of a channel, counted from 1.
func (m *machine) thread(c bot.Channel, n int) bot.Thread {
	m.t.Helper()
	posts := m.posts(c)
	if len(posts) < n || posts[n-1].Thread == "" {
		m.t.Fatalf("no thread under post %d of %s at %v: %+v", n, c.Key(), time.Now(), posts)
	}
	return bot.Thread{Channel: c, ID: posts[n-1].Thread}
}

// view reads the group of the first platform.
func (m *machine) view(f func(tx *store.Tx)) {
	m.t.Helper()
	h, ok, err := m.store.Home(m.t.Context(), m.platform.Name(), "W")
	if err == nil && ok {
		err = m.store.ViewGroup(m.t.Context(), h.Group, func(tx *store.Tx) error { f(tx); return nil })
	}
	if err != nil || !ok {
		m.t.Fatalf("read the group: %v", err)
	}
}

// answers are the answers of record of a round, by name.
func (m *machine) answers(round int) map[string]string {
	m.t.Helper()
	said := map[string]string{}
	m.view(func(tx *store.Tx) {
		clear(said)
		for _, a := range tx.Answers(round) {
			who, _ := tx.Member(a.Member)
			said[who.Name] = a.Text
		}
	})
	return said
}

func (m *machine) points(user string) (points int) {
	m.t.Helper()
	m.view(func(tx *store.Tx) {
		who, _ := tx.MemberOf(m.platform.Account("W", user))
		row, _ := tx.Row(store.Board{Period: store.AllTime, Of: store.Everyone}, who.ID)
		points = row.Points
	})
	return points
}

// letters are those that wait, and the reasons of those that were buried, by kind.
func (m *machine) letters() (waiting []store.Letter, buried map[store.LetterKind]string) {
	m.t.Helper()
	m.view(func(tx *store.Tx) {
		waiting, buried = slices.Collect(tx.Letters()), map[store.LetterKind]string{}
		for l := range tx.Buried() {
			buried[l.Kind] += l.Reason
		}
	})
	return waiting, buried
}

// verify proves the file and what the store promises of it, the board as the ledger's replay among it.
func (m *machine) verify() {
	m.t.Helper()
	if err := m.store.CheckEngine(m.t.Context(), nil); err != nil {
		m.t.Error(err)
	}
	if found, err := m.store.Verify(m.t.Context()); err != nil || len(found) > 0 {
		m.t.Errorf("verify: %v %v", err, found)
	}
}

// takeErrors returns what was logged as an error and forgets it.
func (m *machine) takeErrors() string {
	logged := m.errors.String()
	m.errors.Reset()
	return logged
}

// happened checks that the faults that were ordered were met, each at least once.
func (m *machine) happened(p *bottest.Memory, kinds ...bottest.Kind) {
	m.t.Helper()
	for _, k := range kinds {
		if p.Faults.Happened(k) == 0 {
			m.t.Errorf("%q was ordered on %s and did not happen", k, p.Name())
		}
	}
}
