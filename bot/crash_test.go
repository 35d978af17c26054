package bot_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"rewind/bot"
	"rewind/bot/bottest"
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
			dir := t.TempDir()
			n := 1
			for pulled := true; pulled; n++ {
				path := filepath.Join(dir, fmt.Sprintf("%d.db", n))
				pulled = crashAt(t, kind.o, path, n)
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

// fragile is a machine that can lose its power and be started again.
type fragile struct {
	*machine
	plug *plug
}

func crashAt(t *testing.T, o bottest.Options, path string, n int) (pulled bool) {
	synctest.Test(t, func(t *testing.T) {
		m := &fragile{newMachine(t, path, o), &plug{n: int64(n)}}
		m.options = store.Options{Fault: func(string) error { return m.plug.operation() }}
		m.platform.Faults.Around(
			func(bottest.Operation) error { return m.plug.operation() },
			func(bottest.Operation) error { return m.plug.operation() },
		)
		defer func() { m.off() }()
		m.on()
		m.day()
		pulled = m.plug.pulled.Load()
	})
	return pulled
}

// on starts the machine; if the power fails while it starts, it is started once more.
func (m *fragile) on() {
	for {
		m.plug.out.Store(false)
		err := m.start()
		if err == nil {
			return
		}
		if !m.plug.pulled.Load() {
			m.t.Fatal(err)
		}
	}
}

// wait lets time pass, and starts the machine again a while after it has lost its power.
func (m *fragile) wait(d time.Duration) {
	for end := time.Now().Add(d); time.Now().Before(end); {
		m.machine.wait(min(time.Minute, time.Until(end)))
		m.revive()
	}
}

func (m *fragile) revive() {
	if m.plug.out.Load() {
		m.off()
		m.on()
	}
}

// command is given again, with the same ID, until it is answered.
func (m *fragile) command(id, user, text string) string {
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

// soon returns the thread of the n-th post once it is there.
func (m *fragile) soon(n int) bot.Thread {
	for range 10 {
		if posts := m.posts(m.channel); len(posts) >= n && posts[n-1].Thread != "" {
			break
		}
		m.wait(time.Minute)
	}
	return m.thread(m.channel, n)
}

// day is the script: a scheduled question with answers of every kind, one by command, both revealed. It is a short day,
// since the bot looks at the clock twice a minute: a letter that was under way when the power failed waits for two.
func (m *fragile) day() {
	m.command("c1", "Mina", "schedule add daily 09:01 reveal=20m")
	m.command("c2", "Jun", "team join Foxes")
	m.wait(time.Minute)
	first := m.soon(1)
	m.say(first, "Mina", "It is a letter.")
	m.command("c3", "Jun", "answer #1 It is the first of them.")
	gone := m.say(first, "Sora", "No idea")
	edited := m.say(first, "Ara", "?")
	m.wait(time.Minute)
	m.platform.DeleteComment(first, gone)
	m.platform.EditComment(first, edited, "A vowel.")
	m.wait(time.Minute)
	m.command("c4", "Mina", "post reveal=2h")
	second := m.soon(2)
	m.say(second, "Jun", "It comes after a.")
	m.wait(time.Minute)
	m.command("c5", "Mina", "reveal #2")
	m.wait(4 * time.Minute)
	m.command("c6", "Sora", "answer #2 Late, but here.")
	m.command("c7", "Mina", "schedule pause")
	m.wait(20 * time.Minute)
	m.check()
}

func (m *fragile) check() {
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
	if waiting, buried := m.letters(); len(waiting) > 0 || len(buried) > 0 {
		m.t.Errorf("letters are left: %+v, buried: %v", waiting, buried)
	}
}
