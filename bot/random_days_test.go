package bot_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"rewind/bot"
	"rewind/bot/bottest"
	"rewind/store"
)

// power fails after a number of operations on store and platforms, and stays away until it is back.
type power struct {
	left atomic.Int64
	out  atomic.Bool
}

func (p *power) operation() error {
	if p.left.Add(-1) == 0 {
		p.out.Store(true)
	}
	if p.out.Load() {
		return errNoPower
	}
	return nil
}

// life is a machine among people who do what chance tells them. The order in which the machine's own goroutines run is
// not the seed's, so the same seed may take another course.
type life struct {
	*machine
	rand   *rand.Rand
	power  power
	sums   map[string]int
	texts  int
	said   []*speech
	peeks  map[part]time.Time // a member's first look at a round's answer
	given  map[part]private   // what a member gave privately
	plans  map[string]*plan   // by schedule
	wanted []wantedSlot
}

// part is a member's part in a round.
type part struct {
	platform string
	round    int
	user     string
}

// private is an answer by command.
type private struct {
	text string
	late bool
}

var people = []string{"Mina", "Jun", "Sora", "Ara"}

func newLife(t *testing.T, path string, seed uint64) *life {
	r := rand.New(rand.NewPCG(seed, 7))
	kinds := []bottest.Options{{Name: "east"}, {Name: "west"}}[:1+r.IntN(2)]
	for i := range kinds {
		if r.IntN(2) == 0 {
			kinds[i].Window = -1 // a history only
		}
	}
	l := &life{machine: newMachine(t, path, kinds...), rand: r, sums: map[string]int{}, peeks: map[part]time.Time{}, given: map[part]private{}, plans: map[string]*plan{}}
	var ids atomic.Int64
	l.newID = func() string { return fmt.Sprintf("id-%05d", ids.Add(1)) }
	l.options = store.Options{Fault: func(string) error { return l.power.operation() }}
	for _, p := range l.platforms {
		p.Channel("W", "C2")
		operation := func(bottest.Operation) error { return l.power.operation() }
		p.Faults.Around(operation, operation)
	}
	l.on()
	for _, p := range l.platforms {
		for range 1 + r.IntN(2) {
			l.addSchedule(p)
		}
	}
	return l
}

// on starts the machine, again if the power fails meanwhile.
func (l *life) on() {
	for {
		l.power.out.Store(false)
		err := l.start()
		if err == nil {
			return
		}
		if !l.power.out.Load() {
			l.t.Fatal(err)
		}
	}
}

func (l *life) revive() {
	for l.power.out.Load() {
		l.off()
		l.on()
		synctest.Wait()
	}
}

// wait lets time pass. A machine without power stands still for up to a minute.
func (l *life) wait(d time.Duration) {
	for end := time.Now().Add(d); time.Now().Before(end); {
		l.machine.wait(min(time.Minute, time.Until(end)))
		l.revive()
	}
}

// command is given again, with the same ID, until it is answered.
func (l *life) command(c bot.Channel, user, text string) string {
	l.t.Helper()
	l.commands++
	id := fmt.Sprintf("command-%d", l.commands)
	p := l.platformOf(c)
	for range 100 {
		l.revive()
		reply, err := p.Command(l.t.Context(), bot.Command{ID: id, From: p.Account("W", user), Name: user, Admin: user == "Mina", Channel: c, Text: text})
		synctest.Wait()
		said := reply.Message.Text
		if err == nil && !strings.Contains(said, "went wrong") && !strings.Contains(said, "could not check") {
			return said
		}
		if errors.Is(err, bottest.ErrOffline) {
			p.Connect()
		}
		l.wait(6 * time.Second)
	}
	l.t.Fatalf("no answer to %q at %v", text, time.Now())
	return ""
}

// dayLength is how long people are about.
const dayLength = 2 * time.Hour

// day is some hours in which things happen and a night in which the machine is off, mostly from the evening on.
func (l *life) day() {
	morning := time.Now()
	for time.Since(morning) < dayLength {
		l.wait(time.Duration(20+l.rand.IntN(440)) * time.Second)
		l.act()
		l.wait(time.Second)
		l.witness()
	}
	for _, p := range l.platforms {
		p.Connect()
	}
	l.wantSlots(morning)
	if l.rand.IntN(8) == 0 {
		l.wait(3 * time.Hour)
	}
	l.off()
	l.sum("restart")
	l.machine.wait(time.Until(morning.Add(24 * time.Hour)))
	l.on()
}

func (l *life) act() {
	p := l.platforms[l.rand.IntN(len(l.platforms))]
	acts := []struct {
		weight int
		do     func(*bottest.Memory)
	}{
		{30, l.speak}, {8, l.edit}, {6, l.remove}, {12, l.answer}, {4, l.peek}, {2, l.reveal}, {3, l.post}, {2, l.skip},
		{2, l.moveSchedule}, {2, l.pauseSchedule}, {18, l.breakSomething}, {1, l.blind}, {3, l.toggle}, {4, l.cut}, {1, l.restart},
	}
	total := 0
	for _, a := range acts {
		total += a.weight
	}
	n := l.rand.IntN(total)
	for _, a := range acts {
		if n -= a.weight; n < 0 {
			a.do(p)
			return
		}
	}
}

func (l *life) sum(what string) { l.sums[what]++ }

// channelOf is one of a platform's two channels.
func (l *life) channelOf(p *bottest.Memory) bot.Channel {
	return p.Channel("W", []string{"C", "C2"}[l.rand.IntN(2)])
}

func (l *life) person() string { return people[l.rand.IntN(len(people))] }

// text is new every time; some hold no word.
func (l *life) text() string {
	l.texts++
	switch l.rand.IntN(8) {
	case 0:
		return "?"
	case 1:
		return fmt.Sprintf("> quoted %d", l.texts)
	}
	return fmt.Sprintf("word %d", l.texts)
}

func (l *life) breakSomething(p *bottest.Memory) {
	f := bottest.Fault{Kind: faultKinds[l.rand.IntN(len(faultKinds))], Skip: l.rand.IntN(2), After: time.Duration(1+l.rand.IntN(300)) * time.Second}
	switch f.Kind {
	case bottest.LoseAnswer, bottest.TimeOut, bottest.Stall:
		f.Times = 1 + l.rand.IntN(3)
	}
	p.Faults.Order(f)
}

// blind hides the history of one channel for as long as there are faults, and loses an answer there. Once is enough,
// since nearly all letters of that channel end unknown.
func (l *life) blind(p *bottest.Memory) {
	if l.sums["blind"] > 0 || l.rand.IntN(2) == 0 {
		return
	}
	l.sum("blind")
	c := p.Channel("W", "C2")
	p.Faults.Order(bottest.Fault{Kind: bottest.HideHistory, Channel: c, Op: bottest.Look, Times: bottest.Always})
	p.Faults.Order(bottest.Fault{Kind: bottest.LoseAnswer, Channel: c, Op: bot.Say})
}

func (l *life) toggle(p *bottest.Memory) {
	if p.Connected() {
		p.Disconnect()
		return
	}
	p.Connect()
}

func (l *life) cut(*bottest.Memory) {
	l.power.left.Store(int64(1 + l.rand.IntN(25)))
	l.sum("crash")
}

func (l *life) restart(*bottest.Memory) {
	l.off()
	l.on()
	l.sum("restart")
}

// round is one of the latest rounds that something can still happen to.
func (l *life) round(p *bottest.Memory) (n int, ok bool) {
	var active []int
	l.look(p, func(tx *store.Tx) {
		active = nil
		for _, r := range tx.Active() {
			active = append(active, r.Number)
		}
	})
	active = active[max(0, len(active)-4):]
	if len(active) == 0 {
		return 0, false
	}
	return active[l.rand.IntN(len(active))], true
}

func (l *life) answer(p *bottest.Memory) {
	n, ok := l.round(p)
	if !ok {
		return
	}
	l.texts++
	user, text := l.person(), fmt.Sprintf("private %d", l.texts)
	reply := l.command(l.channelOf(p), user, fmt.Sprintf("answer #%d %s", n, text))
	who := part{p.Name(), n, user}
	switch {
	case strings.Contains(reply, "is safe"), strings.Contains(reply, "is replaced"):
		l.given[who] = private{text: text}
		l.sum("sealed")
	case strings.Contains(reply, "is kept, for"):
		l.given[who] = private{text, true}
		l.sum("late")
	}
}

func (l *life) peek(p *bottest.Memory) {
	n, ok := l.round(p)
	if !ok {
		return
	}
	who := part{p.Name(), n, l.person()}
	reply := l.command(l.channelOf(p), who.user, fmt.Sprintf("reveal #%d pass", n))
	if _, peeked := l.peeks[who]; !peeked && strings.Contains(reply, "It is ") {
		l.peeks[who] = time.Now()
		l.sum("peek")
	}
}

func (l *life) reveal(p *bottest.Memory) {
	if n, ok := l.round(p); ok {
		l.command(l.channelOf(p), "Mina", fmt.Sprintf("reveal #%d all", n))
		l.sum("reveal")
	}
}

func (l *life) post(p *bottest.Memory) {
	l.command(l.channelOf(p), "Mina", fmt.Sprintf("post reveal=%dm", 10+l.rand.IntN(80)))
	l.sum("post")
}

func (l *life) skip(p *bottest.Memory) {
	l.sum("skip")
	n, ok := l.round(p)
	if !ok || l.rand.IntN(2) == 0 {
		id, _ := l.schedule(p)
		l.command(l.channelOf(p), "Mina", "skip next schedule="+id)
		return
	}
	l.command(l.channelOf(p), "Mina", fmt.Sprintf("skip #%d open", n))
}

// rest lets everything that is still to come come: no more faults, no more questions, and every thread read again.
func (l *life) rest() {
	l.power.left.Store(0)
	for _, p := range l.platforms {
		p.Faults.Clear()
		p.Connect()
	}
	l.wait(time.Minute)
	for _, p := range l.platforms {
		for id, s := range l.plans {
			if s.channel.Platform == p.Name() && !s.paused {
				l.command(s.channel, "Mina", "schedule pause "+id)
			}
		}
		p.Disconnect()
		p.Connect()
	}
	l.wait(3 * time.Hour)
	l.witness()
}
