package bot_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"rewind/bot"
	"rewind/bot/bottest"
	"rewind/store"
)

// faultyDay is a day on which one thing goes wrong with one letter, and what there must be to see in the end.
type faultyDay struct {
	letter store.LetterKind
	fault  bottest.Kind

	posts, threads, reveals, notices int
	buried                           map[store.LetterKind]string
}

// dayWith tells what must become of a day from which letter is refused and which fault is only a delay.
func dayWith(letter store.LetterKind, fault bottest.Kind) faultyDay {
	d := faultyDay{letter: letter, fault: fault, posts: 1, threads: 1, reveals: 1, buried: map[store.LetterKind]string{}}
	refused := fault == bottest.Refuse || fault == bottest.RefuseWide
	if letter == store.LetterNotice { // there is one because the thread was refused
		d.threads, d.notices, d.buried[store.LetterThread] = 0, 1, "refused: no permission"
	}
	if !refused {
		return d
	}
	d.buried[letter] = "refused: no permission"
	switch letter {
	case store.LetterPost:
		d.posts, d.threads, d.reveals, d.notices = 0, 0, 0, 1
	case store.LetterThread:
		d.threads, d.notices = 0, 1
	case store.LetterReveal:
		d.reveals, d.notices = 0, 1
	case store.LetterNotice:
		d.notices = 0 // nobody is left to be told
	case store.LetterEdit: // the next one makes it up, so nobody need know
	}
	return d
}

// TestFaultOnEachLetter puts every fault on every kind of letter.
func TestFaultOnEachLetter(t *testing.T) {
	t.Parallel()
	faults := []bottest.Kind{
		bottest.Refuse, bottest.RefuseWide, bottest.TimeOut, bottest.LoseAnswer, bottest.RateLimit, bottest.Stall, bottest.ForgetKeys, bottest.HideHistory,
	}
	for _, letter := range []store.LetterKind{store.LetterPost, store.LetterThread, store.LetterReveal, store.LetterEdit, store.LetterNotice} {
		for _, fault := range faults {
			if fault == bottest.HideHistory && (letter == store.LetterThread || letter == store.LetterEdit) {
				continue // these need no look: they have the same effect however often they are done
			}
			t.Run(fmt.Sprintf("%s/%s", fault, letter), func(t *testing.T) {
				t.Parallel()
				o := bottest.Options{}
				if fault == bottest.HideHistory {
					o.Window = -1
				}
				play(t, dayWith(letter, fault).play, o)
			})
		}
	}
}

func (d faultyDay) play(m *machine) {
	kinds := d.breakLetter(&m.platform.Faults)
	m.order("Mina", "schedule add daily 09:01 reveal=30m")
	m.until(clock(9, 10))
	if d.posts > 0 {
		m.order("Jun", "answer #1 It is a letter.") // and the post is edited
	}
	m.until(clock(10, 30))
	m.happened(m.platform, kinds...)
	d.check(m)
}

// breakLetter orders the fault, and what must go wrong besides so that it is met.
func (d faultyDay) breakLetter(faults *bottest.Faults) []bottest.Kind {
	op := map[store.LetterKind]bot.Op{store.LetterThread: bot.OpenThread, store.LetterEdit: bot.Edit}[d.letter]
	skip := 0
	kinds := []bottest.Kind{d.fault}
	if op == "" {
		op = bot.Say
	}
	if d.letter == store.LetterReveal || d.letter == store.LetterNotice {
		skip = 1 // the post
	}
	if d.letter == store.LetterNotice {
		faults.Order(bottest.Fault{Kind: bottest.Refuse, Op: bot.OpenThread})
		kinds = append(kinds, bottest.Refuse)
	}
	order := bottest.Fault{Kind: d.fault, Op: op, Skip: skip}
	if d.fault == bottest.HideHistory {
		order = bottest.Fault{Kind: d.fault, Op: bottest.Look}
	}
	faults.Order(order)
	if d.fault == bottest.HideHistory || d.fault == bottest.ForgetKeys { // which only a doubt makes a fault
		faults.Order(bottest.Fault{Kind: bottest.LoseAnswer, Op: op, Skip: skip})
		kinds = append(kinds, bottest.LoseAnswer)
	}
	return kinds
}

func (d faultyDay) check(m *machine) {
	m.t.Helper()
	seen := look(m, m.channel)
	if seen.posts != d.posts || seen.threads != d.threads || seen.reveals != d.reveals || len(m.notices()) != d.notices {
		m.t.Errorf("%+v and notices %+v, want %+v", seen, m.notices(), d)
	}
	waiting, buried := m.letters()
	if len(waiting) > 0 || !maps.Equal(buried, d.buried) {
		m.t.Errorf("waiting %+v, buried %q, want %q", waiting, buried, d.buried)
	}
	if d.posts > 0 && !strings.Contains(seen.first.Text, "1 ") {
		m.t.Errorf("the post was not edited: %q", seen.first.Text)
	}
}

// sight is what can be seen in a channel.
type sight struct {
	posts, threads, reveals int
	inChannel               int // reveals outside threads
	first                   bottest.Post
}

func look(m *machine, c bot.Channel) (s sight) {
	for _, p := range m.posts(c) {
		if strings.Contains(p.Text, "Answer to #") {
			s.reveals++
			s.inChannel++
			continue
		}
		if s.posts++; s.posts == 1 {
			s.first = p
		}
		if p.Thread != "" {
			s.threads++
		}
		s.reveals += len(delivered(p.Replies))
	}
	return s
}

func TestRevealWithoutThread(t *testing.T) {
	t.Parallel()
	play(t, func(m *machine) {
		m.platform.Faults.Order(bottest.Fault{Kind: bottest.Refuse, Op: bot.OpenThread})
		m.order("Mina", "schedule add daily 09:01 reveal=30m")
		m.until(clock(9, 40))
		m.happened(m.platform, bottest.Refuse)
		if seen := look(m, m.channel); seen.threads != 0 || seen.inChannel != 1 {
			m.t.Errorf("%+v, want the reveal in the channel", seen)
		}
	})
}

// TestDoubt lets an attempt end without an answer, before and after the platform took it, where the platform can tell by
// its keys, by its history after it forgot the keys, by its history alone, or not at all.
func TestDoubt(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name   string
		window time.Duration
		forget bool
		blind  bool
	}{
		{name: "keys kept"},
		{name: "keys forgotten", forget: true},
		{name: "history only", window: -1},
		{name: "neither", window: -1, blind: true},
	} {
		for _, fault := range []bottest.Kind{bottest.TimeOut, bottest.LoseAnswer} {
			for skip, letter := range []store.LetterKind{store.LetterPost, store.LetterReveal} {
				t.Run(fmt.Sprintf("%s/%s/%s", row.name, fault, letter), func(t *testing.T) {
					t.Parallel()
					play(t, func(m *machine) {
						m.order("Mina", "schedule add daily 09:01 reveal=30m")
						m.platform.Faults.Order(bottest.Fault{Kind: fault, Op: bot.Say, Skip: skip})
						if row.blind {
							m.platform.Faults.Order(bottest.Fault{Kind: bottest.HideHistory, Op: bottest.Look, Times: bottest.Always})
						}
						m.until(clock(9, 1+30*skip).Add(time.Second))
						m.happened(m.platform, fault)
						if row.forget {
							m.platform.Forget()
						}
						if !row.blind {
							m.until(clock(10, 0))
							checkTold(m)
							return
						}
						m.until(clock(17, 0))
						m.happened(m.platform, bottest.HideHistory)
						checkUntold(m, letter, fault)
					}, bottest.Options{Window: row.window})
				})
			}
		}
	}
}

// checkTold checks a day on which the platform could tell what had landed.
func checkTold(m *machine) {
	m.t.Helper()
	if seen := look(m, m.channel); seen.posts != 1 || seen.threads != 1 || seen.reveals != 1 {
		m.t.Errorf("%+v, want one of each", seen)
	}
	waiting, buried := m.letters()
	if len(waiting)+len(buried)+len(m.notices()) > 0 {
		m.t.Errorf("waiting %+v, buried %q, notices %+v", waiting, buried, m.notices())
	}
}

// checkUntold checks one on which it could not: nothing is said twice, the letter is buried, and the maintainer knows.
func checkUntold(m *machine, letter store.LetterKind, fault bottest.Kind) {
	m.t.Helper()
	landed := 0
	if fault == bottest.LoseAnswer {
		landed = 1
	}
	seen := look(m, m.channel)
	if got := map[store.LetterKind]int{store.LetterPost: seen.posts, store.LetterReveal: seen.reveals}[letter]; got != landed {
		m.t.Errorf("%d of the %s, want %d", got, letter, landed)
	}
	waiting, buried := m.letters()
	if len(waiting) > 0 || len(buried) != 1 || buried[letter] != "unknown" {
		m.t.Errorf("waiting %+v, buried %q, want the %s as unknown", waiting, buried, letter)
	}
	if n := len(m.notices()); n != 1 {
		m.t.Errorf("%d notices, want one: %+v", n, m.notices())
	}
	if n := m.platform.Ops()[bottest.Look]; n != 44 { // mostUnknown attempts, of which the first looked for nothing
		m.t.Errorf("it was looked for %d times", n)
	}
}

func TestRateLimit(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		after, want time.Duration
		posts       int
	}{
		{90 * time.Second, 90 * time.Second, 1},
		{time.Second, 5 * time.Second, 1}, // never sooner than the backoff
		{7 * time.Hour, 0, 0},             // beyond the grace: given up, and told
	} {
		t.Run(row.after.String(), func(t *testing.T) {
			t.Parallel()
			play(t, func(m *machine) {
				m.platform.Faults.Order(bottest.Fault{Kind: bottest.RateLimit, Op: bot.Say, After: row.after})
				m.order("Mina", "schedule add daily 09:01 reveal=8h grace=6h")
				m.until(clock(16, 30))
				m.happened(m.platform, bottest.RateLimit)
				seen := look(m, m.channel)
				if seen.posts != row.posts || len(m.notices()) != 1-row.posts {
					m.t.Fatalf("%+v, notices %+v", seen, m.notices())
				}
				if seen.posts == 1 {
					checkAt(m, seen.first, clock(9, 1).Add(row.want))
				}
			})
		})
	}
}

// checkAt checks when something was posted. A platform puts a microsecond between events of one instant.
func checkAt(m *machine, p bottest.Post, want time.Time) {
	m.t.Helper()
	if !p.At.Truncate(time.Second).Equal(want) {
		m.t.Errorf("posted at %v, want %v", p.At, want)
	}
}

// limited asks for ten minutes of silence, once.
type limited struct {
	bot.Platform
	asked *atomic.Bool
}

func (l limited) Deliver(ctx context.Context, d bot.Delivery) (bot.Receipt, error) {
	if !l.asked.Swap(true) {
		return bot.Receipt{}, &bot.Failure{Outcome: bot.NotDone, After: 10 * time.Minute, Wide: true, Err: errors.New("too many requests")}
	}
	return l.Platform.Deliver(ctx, d)
}

// TestWideLimit asks the whole platform to wait: another channel of it waits too, another platform does not.
func TestWideLimit(t *testing.T) {
	t.Parallel()
	var asked atomic.Bool
	play(t, func(m *machine) {
		m.off()
		m.wrap = func(p bot.Platform) bot.Platform {
			if p.Name() == "east" {
				return limited{p, &asked}
			}
			return p
		}
		m.on()
		other, west := m.platform.Channel("W", "C2"), m.platforms[1].Channel("W", "C")
		m.order("Mina", "schedule add daily 09:01 reveal=8h")
		m.give(west, "west", "Mina", "schedule add daily 09:03 reveal=8h")
		m.until(clock(9, 2))
		if !asked.Load() {
			m.t.Fatal("nothing was delivered")
		}
		m.give(other, "east", "Mina", "post reveal=8h")
		m.until(clock(9, 30))
		checkAt(m, look(m, m.channel).first, clock(9, 11))
		checkAt(m, look(m, other).first, clock(9, 11))
		checkAt(m, look(m, west).first, clock(9, 3))
	}, bottest.Options{Name: "east"}, bottest.Options{Name: "west"})
}

// TestFailingChannel lets one channel of three fail for two days: the others are on time.
func TestFailingChannel(t *testing.T) {
	t.Parallel()
	for _, fault := range []bottest.Kind{bottest.Refuse, bottest.RefuseWide, bottest.TimeOut, bottest.RateLimit, bottest.Stall} {
		t.Run(string(fault), func(t *testing.T) {
			t.Parallel()
			play(t, func(m *machine) {
				channels := []bot.Channel{m.channel, m.platform.Channel("W", "C2"), m.platform.Channel("W", "C3")}
				m.platform.Faults.Order(bottest.Fault{Kind: fault, Channel: channels[1], Times: bottest.Always})
				m.order("Mina", "schedule add daily 09:01 reveal=1h channel=C,C2,C3")
				m.until(clock(9, 1).Add(26 * time.Hour))
				m.happened(m.platform, fault)
				for i, c := range channels {
					if i == 1 {
						continue
					}
					posts := m.posts(c)
					if seen := look(m, c); seen.posts != 2 || seen.threads != 2 || seen.reveals != 2 {
						m.t.Fatalf("%s: %+v, want two of each", c.ID, seen)
					}
					for day, p := range posts {
						checkAt(m, p, clock(9, 1).AddDate(0, 0, day))
						checkAt(m, p.Replies[0], clock(10, 1).AddDate(0, 0, day))
					}
				}
				if posts := m.posts(channels[1]); len(posts) > 0 {
					m.t.Errorf("the failing channel has %+v", posts)
				}
			})
		})
	}
}

// TestDeadPlatform has one platform that is gone: the other is on time.
func TestDeadPlatform(t *testing.T) {
	t.Parallel()
	play(t, func(m *machine) {
		west := m.platforms[1].Channel("W", "C")
		m.order("Mina", "schedule add daily 09:01 reveal=1h")
		m.give(west, "west", "Mina", "schedule add daily 09:01 reveal=1h")
		m.platform.Disconnect()
		m.platform.Faults.Order(bottest.Fault{Kind: bottest.Stall, Times: bottest.Always})
		m.until(clock(11, 0))
		m.happened(m.platform, bottest.Stall)
		if seen := look(m, west); seen.posts != 1 || seen.threads != 1 || seen.reveals != 1 {
			m.t.Fatalf("%+v, want one of each", seen)
		}
		checkAt(m, look(m, west).first, clock(9, 1))
		checkAt(m, look(m, west).first.Replies[0], clock(10, 1))
		if seen := look(m, m.channel); seen.posts != 0 {
			m.t.Errorf("the dead platform has %+v", seen)
		}
	}, bottest.Options{Name: "east"}, bottest.Options{Name: "west"})
}
