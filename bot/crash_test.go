package bot_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
	_ "time/tzdata"

	"rewind/bot"
	"rewind/bot/bottest"
	"rewind/questions"
	"rewind/store"
)

// TestCrashAnywhere counts the operations on the store and on the platform in a scripted day, and pulls the plug at each
// of them in turn until a day ends without: whenever it happens, there is one post, one thread and one reveal for each
// slot, no letter is left, everybody has the points of the day without a crash, and the store verifies.
func TestCrashAnywhere(t *testing.T) {
	t.Parallel()
	for _, kind := range []struct {
		name string
		o    bottest.Options
	}{
		{"platform that keeps keys", bottest.Options{}},
		{"platform with a history only", bottest.Options{Window: -1}},
	} {
		t.Run(kind.name, func(t *testing.T) {
			t.Parallel()
			n := 1
			for pulled := true; pulled; n++ {
				pulled = crashAt(t, kind.o, n)
				if t.Failed() {
					t.Fatalf("with the plug pulled at operation %d", n)
				}
			}
			if n < 100 {
				t.Errorf("the day has only %d operations; something is not counted", n)
			}
			t.Logf("%d operations", n-1)
		})
	}
}

// plug fails every operation from the n-th on, until it is put back.
type plug struct {
	n      int64
	count  atomic.Int64
	pulled atomic.Bool
	out    atomic.Bool // nothing works right now
}

var errNoPower = errors.New("the plug is pulled")

func (p *plug) operation() error {
	if p.count.Add(1) == p.n {
		p.pulled.Store(true)
		p.out.Store(true)
	}
	if p.out.Load() {
		return errNoPower
	}
	return nil
}

// machine is a bot that can lose its power and be started again; the platform outlives it.
type machine struct {
	t        *testing.T
	path     string
	platform *bottest.Memory
	channel  bot.Channel
	plug     *plug
	ids      int
	store    *store.Store
	bot      *bot.Bot
	off      func() // waits for the bot to end and closes the store
}

func crashAt(t *testing.T, o bottest.Options, n int) (pulled bool) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		m := &machine{t: t, path: filepath.Join(dir, fmt.Sprintf("%d.db", n)), platform: bottest.NewMemory(nil, o), plug: &plug{n: int64(n)}}
		m.channel = m.platform.Channel("W", "C")
		m.platform.Faults.Around(
			func(bottest.Operation) error { return m.plug.operation() },
			func(bottest.Operation) error { return m.plug.operation() },
		)
		m.off = func() {}
		defer func() { m.off() }()
		m.on()
		m.day()
		pulled = m.plug.pulled.Load()
	})
	return pulled
}

// on starts the machine; if the power fails while it starts, it is started once more.
func (m *machine) on() {
	for {
		m.plug.out.Store(false)
		s, err := store.Open(m.path, store.Options{Fault: func(string) error { return m.plug.operation() }})
		if err == nil {
			err = m.fill(s)
		}
		if err != nil {
			if !m.plug.pulled.Load() {
				m.t.Fatal(err)
			}
			if s != nil {
				s.Close()
			}
			continue
		}
		m.store = s
		break
	}
	m.bot = bot.New(bot.Options{
		Store: m.store, Platforms: []bot.Platform{m.platform}, Lang: questions.English, Zone: "Asia/Seoul",
		NewID: func() string { m.ids++; return fmt.Sprintf("id-%04d", m.ids) },
		Log:   slog.New(slog.DiscardHandler),
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
		m.store.Close()
	}
	synctest.Wait()
}

func (m *machine) fill(s *store.Store) error {
	var qs []questions.Question
	for _, id := range []string{"a", "b", "c", "d"} {
		qs = append(qs, questions.Question{ID: id, Texts: []questions.Text{{Lang: questions.English, Prompt: "What is " + id + "?", Answer: "It is " + id + "."}}})
	}
	_, _, err := s.ImportBank(m.t.Context(), store.FromNotes, qs, time.Now())
	return err
}

// wait lets time pass, and starts the machine again a while after it has lost its power.
func (m *machine) wait(d time.Duration) {
	for end := time.Now().Add(d); time.Now().Before(end); {
		<-time.After(min(time.Minute, time.Until(end)))
		synctest.Wait()
		m.revive()
	}
}

func (m *machine) revive() {
	if m.plug.out.Load() {
		m.off()
		m.on()
	}
}

// command is given again, with the same ID, until it is answered.
func (m *machine) command(id, user, text string) string {
	for {
		m.revive()
		a := m.platform.Account("W", user)
		reply, err := m.platform.Command(m.t.Context(), bot.Command{ID: id, From: a, Name: user, Admin: user == "Mina", Channel: m.channel, Text: text})
		synctest.Wait()
		again := strings.Contains(reply.Message.Text, "went wrong") || strings.Contains(reply.Message.Text, "could not check")
		if err == nil && !again {
			return reply.Message.Text
		}
		if !m.plug.pulled.Load() {
			m.t.Fatalf("%s: %v %s", text, err, reply.Message.Text)
		}
		m.wait(time.Second)
	}
}

// thread waits for the thread of the n-th post.
func (m *machine) thread(n int) bot.Thread {
	for range 60 {
		if posts := m.platform.Posts(m.channel); len(posts) >= n && posts[n-1].Thread != "" {
			return bot.Thread{Channel: m.channel, ID: posts[n-1].Thread}
		}
		m.wait(time.Minute)
	}
	m.t.Fatalf("no thread under post %d", n)
	return bot.Thread{}
}

func (m *machine) say(t bot.Thread, user, text string) string {
	id := m.platform.Say(t, m.platform.Account("W", user), user, text)
	synctest.Wait()
	return id
}

// day is the script: a scheduled question with answers of every kind, one by command, both revealed. In a bubble it is
// midnight UTC, nine in the morning in Seoul.
func (m *machine) day() {
	m.command("c1", "Mina", "schedule add daily 10:00 reveal=12:00")
	m.command("c2", "Jun", "team join Foxes")
	m.wait(61 * time.Minute)
	first := m.thread(1)
	m.say(first, "Mina", "It is a letter.")
	m.command("c3", "Jun", "answer #1 It is the first of them.")
	gone := m.say(first, "Sora", "No idea")
	edited := m.say(first, "Ara", "?")
	m.wait(10 * time.Minute)
	m.platform.DeleteComment(first, gone)
	m.platform.EditComment(first, edited, "A vowel.")
	m.wait(time.Minute)
	m.command("c4", "Mina", "post reveal=3h")
	second := m.thread(2)
	m.say(second, "Jun", "It comes after a.")
	m.wait(5 * time.Minute)
	m.command("c5", "Mina", "reveal #2")
	m.wait(5 * time.Minute)
	m.command("c6", "Sora", "answer #2 Late, but here.")
	m.wait(2 * time.Hour)
	m.command("c7", "Mina", "schedule pause")
	m.wait(3 * time.Hour)
	m.check()
}

func (m *machine) check() {
	posts := m.platform.Posts(m.channel)
	if len(posts) != 2 {
		m.t.Errorf("%d posts, want 2", len(posts))
	}
	for i, p := range posts {
		reveals := 0
		for _, r := range p.Replies {
			if strings.Contains(r.Text, fmt.Sprintf("Answer to #%d", i+1)) {
				reveals++
			}
		}
		if p.Thread == "" || reveals != 1 || len(p.Replies) != 1 {
			m.t.Errorf("post %d: thread %q, %d reveals, %d replies", i+1, p.Thread, reveals, len(p.Replies))
		}
	}
	want := map[string]string{"Mina": "**10 points**", "Jun": "**20 points**", "Sora": "**3 points**", "Ara": "**10 points**"}
	for user, points := range want {
		if got := m.command("score-"+user, user, "score"); !strings.HasPrefix(got, points) {
			m.t.Errorf("%s has %q, want %s", user, got, points)
		}
	}
	m.verify()
}

func (m *machine) verify() {
	if err := m.store.CheckEngine(m.t.Context(), nil); err != nil {
		m.t.Error(err)
	}
	found, err := m.store.Verify(m.t.Context())
	if err != nil || len(found) > 0 {
		m.t.Errorf("verify: %v %v", err, found)
	}
	ids, err := m.store.Groups(m.t.Context())
	if err != nil || len(ids) != 1 {
		m.t.Errorf("groups %v: %v", ids, err)
	}
	for _, id := range ids {
		err := m.store.ViewGroup(m.t.Context(), id, func(tx *store.Tx) error {
			for l := range tx.Letters() {
				m.t.Errorf("letter %s is left: %+v", l.ID, l)
			}
			for l := range tx.Buried() {
				m.t.Errorf("letter %s is buried: %s", l.ID, l.Reason)
			}
			return nil
		})
		if err != nil {
			m.t.Error(err)
		}
	}
}
