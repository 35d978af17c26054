package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"rewind/questions"
	"rewind/store"
)

// stillClock stands still until a test moves it. Nothing waits for it.
type stillClock struct{ now time.Time }

func (c *stillClock) Now() time.Time { return c.now }

func (c *stillClock) After(time.Duration) (<-chan time.Time, func()) { return nil, func() {} }

// office is a bot on a real store, without a platform: the test gives commands, claims letters and settles them itself.
type office struct {
	*Bot
	t     *testing.T
	clock *stillClock
	group string
	from  store.Origin // the bank's
	ids   int
}

const officeWorkspace = "W"

// day is the first moment of an office's time, a Monday morning.
var day = time.Date(2026, 3, 9, 9, 0, 0, 0, time.UTC)

// newOffice opens an office whose group plays in English and UTC, with Mina as its maintainer and Jun as a member. Each
// update is run twice, and in the end the store must verify.
func newOffice(t *testing.T) *office { t.Helper(); return newOfficeAsking(t, store.FromNotes) }

// newOfficeAsking is newOffice with a bank that comes from somewhere.
func newOfficeAsking(t *testing.T, from store.Origin) *office {
	t.Helper()
	s, err := store.Open(filepath.Join(t.TempDir(), "office.db"), store.Options{Twice: true})
	if err != nil {
		t.Fatal(err)
	}
	o := &office{t: t, clock: &stillClock{day}, from: from}
	o.Bot = New(Options{
		Store: s, Clock: o.clock, Lang: questions.English, Zone: "UTC",
		NewID: func() string { o.ids++; return fmt.Sprintf("id-%03d", o.ids) },
	})
	t.Cleanup(func() {
		found, err := s.Verify(context.Background()) // the test's own is over
		if err != nil || len(found) > 0 {
			t.Errorf("verify: %v, %v", found, err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	o.ask("a", "b", "c")
	if o.group, err = o.Bot.group(t.Context(), "chat", officeWorkspace); err != nil {
		t.Fatal(err)
	}
	o.change(func(tx *store.Tx) {
		for _, name := range []string{"Mina", "Jun"} {
			tx.PutMember(store.Member{ID: strings.ToLower(name), Name: name, Accounts: []Account{account(name)}, Joined: day})
		}
		g, _ := tx.Group()
		g.Maintainers = []string{"mina"}
		tx.PutGroup(g)
	})
	return o
}

func account(name string) Account {
	return Account{Platform: "chat", Workspace: officeWorkspace, User: name}
}

func room(id string) Channel {
	return Channel{Platform: "chat", Workspace: officeWorkspace, ID: id}
}

// ask makes questions with these prompts the bank; their IDs stay the same.
func (o *office) ask(prompts ...string) {
	o.t.Helper()
	var qs []questions.Question
	for i, p := range prompts {
		text := questions.Text{Lang: questions.English, Prompt: "What is " + p + "?", Topics: []string{"Letters"}, Answer: "It is " + p + "."}
		qs = append(qs, questions.Question{ID: fmt.Sprintf("q%d", i+1), Texts: []questions.Text{text}})
	}
	if _, _, err := o.store.ImportBank(o.t.Context(), o.from, qs, o.clock.now); err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) change(fn func(tx *store.Tx)) {
	o.t.Helper()
	err := o.store.UpdateGroup(o.t.Context(), o.group, func(tx *store.Tx) error { fn(tx); return nil })
	if err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) look(fn func(tx *store.Tx)) {
	o.t.Helper()
	err := o.store.ViewGroup(o.t.Context(), o.group, func(tx *store.Tx) error { fn(tx); return nil })
	if err != nil {
		o.t.Fatal(err)
	}
}

// plan puts the next question to the channels; it is revealed after eight hours and expires after six.
func (o *office) plan(channels ...Channel) (number int) {
	o.t.Helper()
	bank, err := o.store.CurrentBank(o.t.Context())
	if err != nil {
		o.t.Fatal(err)
	}
	now := o.clock.now
	o.change(func(tx *store.Tx) {
		g, _ := tx.Group()
		r := store.Round{
			Day: now.Format(time.DateOnly), Due: now, Lang: g.Lang, Mode: g.Mode,
			Expires: now.Add(6 * time.Hour), RevealAt: now.Add(8 * time.Hour),
		}
		r, ok := openRound(tx, g, bank, r, nil, channels, now)
		if !ok {
			o.t.Error("there is nothing to ask")
		}
		number = r.Number
	})
	return number
}

func (o *office) round(number int) (r store.Round) {
	o.t.Helper()
	o.look(func(tx *store.Tx) { r, _ = tx.Round(number) })
	return r
}

func (o *office) post(number int, c Channel) (p store.Post) {
	o.t.Helper()
	o.look(func(tx *store.Tx) { p, _ = tx.Post(number, c) })
	return p
}

// letter returns a waiting letter.
func (o *office) letter(id string) (l store.Letter, waits bool) {
	o.t.Helper()
	o.look(func(tx *store.Tx) { l, waits = tx.Letter(id) })
	return l, waits
}

// notices returns the IDs of the letters to maintainers.
func (o *office) notices() (ids []string) {
	o.t.Helper()
	o.look(func(tx *store.Tx) {
		for l := range tx.Letters() {
			if l.Kind == store.LetterNotice {
				ids = append(ids, l.ID)
			}
		}
	})
	return ids
}

// buried returns the reason for which a letter was given up, empty if it was not.
func (o *office) buried(id string) (reason string) {
	o.t.Helper()
	o.look(func(tx *store.Tx) {
		for l := range tx.Buried() {
			if l.ID == id {
				reason = l.Reason
			}
		}
	})
	return reason
}

// tryClaim claims a letter if it may be.
func (o *office) tryClaim(id string) (claimed, bool) {
	o.t.Helper()
	scope := ""
	o.look(func(tx *store.Tx) { scope = tx.Scope() })
	c, ok, err := o.claim(o.t.Context(), store.DueLetter{LetterRef: store.LetterRef{Scope: scope, ID: id}})
	if err != nil {
		o.t.Fatal(err)
	}
	return c, ok
}

// take claims a letter that must be there, when it is due.
func (o *office) take(id string) claimed {
	o.t.Helper()
	l, waits := o.letter(id)
	if !waits {
		o.t.Fatalf("letter %s does not wait", id)
	}
	if l.Due.After(o.clock.now) {
		o.clock.now = l.Due
	}
	c, ok := o.tryClaim(id)
	if !ok {
		o.t.Fatalf("letter %s cannot be claimed", id)
	}
	return c
}

func (o *office) land(c claimed, id string) {
	o.t.Helper()
	scope := ""
	o.look(func(tx *store.Tx) { scope = tx.Scope() })
	if err := o.delivered(o.t.Context(), scope, c, Receipt{ID: id, At: o.clock.now}); err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) fail(c claimed, outcome Outcome) {
	o.t.Helper()
	o.failAfter(c, outcome, 0)
}

func (o *office) failAfter(c claimed, outcome Outcome, after time.Duration) {
	o.t.Helper()
	scope := ""
	o.look(func(tx *store.Tx) { scope = tx.Scope() })
	f := &Failure{Outcome: outcome, After: after, Err: errors.New("no luck")}
	if err := o.failed(o.t.Context(), scope, c, f); err != nil {
		o.t.Fatal(err)
	}
}

// landPost brings a round's post and thread to a channel.
func (o *office) landPost(number int, c Channel) {
	o.t.Helper()
	o.land(o.take(letterID(number, c, store.LetterPost)), fmt.Sprintf("m%d-%s", number, c.ID))
	o.land(o.take(letterID(number, c, store.LetterThread)), fmt.Sprintf("t%d-%s", number, c.ID))
}

// answer gives a sealed answer as a command would.
func (o *office) answer(number int, member, text string) {
	o.t.Helper()
	o.change(func(tx *store.Tx) {
		r, _ := tx.Round(number)
		m, _ := tx.Member(member)
		a := store.Answer{Round: number, Member: member, Text: text, At: o.clock.now, Channel: room("C"), Sealed: true}
		tx.PutAnswer(a)
		tx.Give(lineFor(r, m, a, true, o.clock.now))
		editPosts(tx, r, o.clock.now)
	})
}

func (o *office) pass(d time.Duration) { o.clock.now = o.clock.now.Add(d) }

func (o *office) withdraw(number int, which func(store.Post) bool) {
	o.t.Helper()
	o.change(func(tx *store.Tx) {
		r, _ := tx.Round(number)
		withdraw(tx, r, o.clock.now, which)
	})
}

// say gives a command in channel C; only who is a maintainer may do what only maintainers may.
func (o *office) say(name, text string) Reply {
	o.t.Helper()
	return o.command(Command{From: account(name), Name: name, Channel: room("C"), Text: text})
}

// command gives a command with an ID of its own.
func (o *office) command(c Command) (reply Reply) {
	o.t.Helper()
	o.ids++
	c.ID = fmt.Sprintf("command-%d", o.ids)
	err := o.Bot.Command(o.t.Context(), c, func(_ context.Context, r Reply) error { reply = r; return nil })
	if err != nil {
		o.t.Errorf("%s: %v", c.Text, err)
	}
	return reply
}

// state is all that a command could change, a line for each record.
func (o *office) state() (lines []string) {
	o.t.Helper()
	add := func(record any) {
		line, err := json.Marshal(record)
		if err != nil {
			o.t.Fatal(err)
		}
		lines = append(lines, string(line))
	}
	o.look(func(tx *store.Tx) {
		g, _ := tx.Group()
		add(g)
		add(slices.Collect(tx.Members()))
		add(slices.Collect(tx.Teams()))
		for s := range tx.Schedules() {
			add(s)
			add(slices.Collect(tx.Slots(s.ID)))
		}
		for r := range tx.Rounds() {
			add(r)
			add(tx.Posts(r.Number))
			add(tx.Answers(r.Number))
		}
		add(slices.Collect(tx.Suggestions()))
		add(slices.Collect(tx.Flags()))
		add(slices.Collect(tx.Uploads()))
		add(slices.Collect(tx.Letters()))
		add(slices.Collect(tx.Ledger()))
	})
	bank, err := o.store.GroupBank(o.t.Context(), o.group)
	if err != nil {
		o.t.Fatal(err)
	}
	add(bank)
	return lines
}
