// Package chaos lets a bot live through weeks on a platform that fails as real ones do, with people who talk, edit,
// delete and answer in private all the while, and machines that are switched off. In the end nothing may be lost and
// nothing doubled: one post, one thread and one reveal for each slot, and of everybody's answers exactly what the
// platform shows of them.
//
// It runs in a bubble of testing/synctest, and a seed decides all that is left to chance.
package chaos

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"rewind/bot"
	"rewind/bot/bottest"
	"rewind/questions"
	"rewind/store"
)

// Options say how much happens.
type Options struct {
	Seed   uint64
	Rounds int // one an hour
	People int
	// Kinds are the faults to order, each of which must have happened in the end.
	Kinds []bottest.Kind
}

// world is the platform under test with a bot on it and people around it.
type world struct {
	t    *testing.T
	o    Options
	s    bottest.Subject
	rnd  *rand.Rand
	path string

	platform bot.Platform
	store    *store.Store
	stop     func()

	people   []person
	talk     map[int]*talk // by round
	serial   int           // of texts and commands
	restarts int
	gaps     int
	ordered  map[bottest.Kind]int
}

type person struct {
	name    string
	account bot.Account
}

// talk is what people said in one round, as they know it.
type talk struct {
	thread   bot.Thread
	comments []*comment
	sealed   map[string]*sealed // by name
}

type comment struct {
	by, id, text string
	said         time.Time
	deleted      bool
}

// sealed is a private answer; unsure holds those of which nobody was told whether they were taken.
type sealed struct {
	text   string
	unsure []string
}

// Play lives through the rounds and checks what is left of them.
func Play(t *testing.T, s bottest.Subject, o Options) {
	t.Helper()
	w := &world{
		t: t, o: o, s: s, rnd: rand.New(rand.NewPCG(o.Seed, 1)), path: filepath.Join(t.TempDir(), "chaos.db"), platform: s.Platform,
		talk: map[int]*talk{}, ordered: map[bottest.Kind]int{},
	}
	for i := range o.People {
		name := fmt.Sprintf("Person%d", i)
		w.people = append(w.people, person{name, s.Person(name)})
	}
	wait(time.Until(time.Now().Truncate(time.Hour).Add(time.Hour + 10*time.Minute)))
	w.on()
	w.order(s.Mina, "Mina", "schedule add 0 * * * * reveal=30m grace=20m")
	for range o.Rounds {
		w.hour()
	}
	w.order(s.Mina, "Mina", "schedule pause")
	wait(6 * time.Hour)
	w.check()
	w.stop()
}

func wait(d time.Duration) {
	if d > 0 {
		<-time.After(d)
	}
	synctest.Wait()
}

func (w *world) on() {
	w.t.Helper()
	st, err := store.Open(w.path, store.Options{})
	if err != nil {
		w.t.Fatal(err)
	}
	w.store = st
	if err := fill(w.t.Context(), st); err != nil {
		w.t.Fatal(err)
	}
	b := bot.New(bot.Options{Store: st, Platforms: []bot.Platform{w.platform}, Lang: questions.English, Zone: "UTC", Log: slog.New(slog.DiscardHandler)})
	ctx, cancel := context.WithCancel(w.t.Context())
	ran := make(chan error, 1)
	go func() { ran <- b.Run(ctx) }()
	w.stop = func() {
		cancel()
		if err := errors.Join(<-ran, st.Close()); err != nil {
			w.t.Error(err)
		}
		w.platform = w.s.Reopen()
	}
	wait(time.Minute)
}

func fill(ctx context.Context, s *store.Store) error {
	var qs []questions.Question
	for i := range 40 {
		text := questions.Text{Lang: questions.English, Prompt: fmt.Sprintf("What is number %d?", i), Answer: fmt.Sprintf("It is %d.", i)}
		qs = append(qs, questions.Question{ID: fmt.Sprintf("q%d", i), Texts: []questions.Text{text}})
	}
	_, _, err := s.ImportBank(ctx, store.FromNotes, qs, time.Now())
	return err
}

// hour begins ten minutes past one, before the next question, and ends at the same minute of the next hour.
func (w *world) hour() {
	end := time.Now().Truncate(time.Hour).Add(time.Hour + 10*time.Minute)
	w.trouble()
	wait(time.Until(end.Add(-8 * time.Minute))) // two minutes past the hour
	round := w.round()
	if round == 0 {
		w.t.Fatalf("no question at %v", time.Now())
	}
	// The talk goes on until a quarter past, so that what is late still comes before the reveal.
	for range 3 + w.rnd.IntN(6) {
		w.act(round)
		wait(time.Duration(w.rnd.IntN(60)) * time.Second)
	}
	wait(time.Until(end))
}

// round is the newest one that has a thread, 0 where the newest has none yet.
func (w *world) round() (number int) {
	w.view(func(tx *store.Tx) {
		g, _ := tx.Group()
		number = g.LastRound
		for _, p := range tx.Posts(number) {
			if p.Thread != "" && w.talk[number] == nil {
				w.talk[number] = &talk{thread: bot.Thread{Channel: p.Channel, ID: p.Thread}, sealed: map[string]*sealed{}}
			}
		}
	})
	return number
}

func (w *world) view(fn func(tx *store.Tx)) {
	w.t.Helper()
	ids, err := w.store.Groups(w.t.Context())
	if err == nil && len(ids) > 0 {
		err = w.store.ViewGroup(w.t.Context(), ids[0], func(tx *store.Tx) error { fn(tx); return nil })
	}
	if err != nil || len(ids) == 0 {
		w.t.Fatalf("%d groups: %v", len(ids), err)
	}
}

// trouble orders what goes wrong in the next hour.
func (w *world) trouble() {
	switch n := w.rnd.IntN(10); {
	case n < 5 && len(w.o.Kinds) > 0:
		kind := w.o.Kinds[w.rnd.IntN(len(w.o.Kinds))]
		w.s.Break[kind](w.rnd.IntN(3))
		w.ordered[kind]++
	case n == 5 && w.s.Forget != nil:
		w.s.Forget()
	}
}

// act lets somebody do something, or the world.
func (w *world) act(round int) {
	talk := w.talk[round]
	if talk == nil {
		return // its thread is late; there is nowhere to talk
	}
	p := w.people[w.rnd.IntN(len(w.people))]
	switch n := w.rnd.IntN(20); {
	case n < 8:
		w.say(talk, p)
	case n < 11:
		w.edit(talk)
	case n < 13:
		w.delete(talk)
	case n < 17:
		w.seal(talk, round, p)
	case n == 17:
		w.restart(func() { w.say(talk, p) })
	default:
		w.lose(func() { w.say(talk, p); w.edit(talk); w.delete(talk) })
	}
}

func (w *world) next() int { w.serial++; return w.serial }

func (w *world) say(talk *talk, p person) {
	c := &comment{by: p.name, text: fmt.Sprintf("word %d", w.next()), said: time.Now()}
	c.id = w.s.Say(talk.thread, p.account, p.name, c.text)
	talk.comments = append(talk.comments, c)
	wait(time.Second)
}

// standing is a comment that is not deleted, nil if there is none.
func (w *world) standing(talk *talk) *comment {
	all := slices.DeleteFunc(slices.Clone(talk.comments), func(c *comment) bool { return c.deleted })
	if len(all) == 0 {
		return nil
	}
	return all[w.rnd.IntN(len(all))]
}

func (w *world) edit(talk *talk) {
	if c := w.standing(talk); c != nil {
		c.text = fmt.Sprintf("edited %d", w.next())
		w.s.EditComment(talk.thread, c.id, c.text)
		wait(time.Second)
	}
}

func (w *world) delete(talk *talk) {
	if c := w.standing(talk); c != nil {
		c.deleted = true
		w.s.DeleteComment(talk.thread, c.id)
		wait(time.Second)
	}
}

func (w *world) seal(talk *talk, round int, p person) {
	text := fmt.Sprintf("sealed %d", w.next())
	a := talk.sealed[p.name]
	if a == nil {
		a = &sealed{}
		talk.sealed[p.name] = a
	}
	if w.order(p.account, p.name, fmt.Sprintf("answer #%d %s", round, text)) {
		a.text, a.unsure = text, nil
	} else {
		a.unsure = append(a.unsure, text)
	}
}

// order gives a command and reports whether it was answered.
func (w *world) order(from bot.Account, name, text string) bool {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), time.Minute)
	defer cancel()
	c := bot.Command{ID: fmt.Sprintf("chaos-%d", w.next()), From: from, Name: name, Admin: from == w.s.Mina, Channel: w.s.Channel, Text: text}
	reply, err := w.s.Command(ctx, c)
	synctest.Wait()
	return err == nil && reply.Message.Text != ""
}

// restart switches the machine off, lets something happen, and switches it on again.
func (w *world) restart(meanwhile func()) {
	w.restarts++
	w.stop()
	meanwhile()
	wait(time.Duration(w.rnd.IntN(90)) * time.Second)
	w.on()
}

// lose breaks the connection, lets something happen, and lets the bot connect again.
func (w *world) lose(meanwhile func()) {
	w.gaps++
	w.s.Disconnect()
	meanwhile()
	wait(time.Duration(w.rnd.IntN(60)) * time.Second)
	w.s.Connect()
	wait(90 * time.Second)
}
