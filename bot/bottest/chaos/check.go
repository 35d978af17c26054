package chaos

import (
	"fmt"
	"slices"
	"strings"

	"rewind/bot/bottest"
	"rewind/store"
)

// check holds what the bot remembers against what the platform shows and what people know.
func (w *world) check() {
	w.t.Helper()
	found, err := w.store.Verify(w.t.Context())
	if err != nil || len(found) > 0 {
		w.t.Errorf("verify: %v %v", err, found)
	}
	if err := w.store.CheckEngine(w.t.Context(), nil); err != nil {
		w.t.Error(err)
	}
	posts := w.s.Posts()
	w.view(func(tx *store.Tx) {
		for l := range tx.Letters() {
			w.t.Errorf("letter %s still waits, after %d attempts", l.ID, l.Attempts)
		}
		for l := range tx.Buried() {
			w.t.Errorf("letter %s was given up: %s", l.ID, l.Reason)
		}
		g, _ := tx.Group()
		if g.LastRound < w.o.Rounds {
			w.t.Errorf("%d rounds, want %d", g.LastRound, w.o.Rounds)
		}
		for n := 1; n <= g.LastRound; n++ {
			w.checkRound(tx, n, posts)
		}
	})
	for kind, times := range w.ordered {
		if w.s.Happened(kind) == 0 {
			w.t.Errorf("%q was ordered %d times and never happened", kind, times)
		}
	}
	if w.restarts == 0 || w.gaps == 0 {
		w.t.Errorf("%d restarts and %d lost connections", w.restarts, w.gaps)
	}
	w.t.Logf("%d rounds, %d texts and commands, %d restarts, %d lost connections, ordered %v", len(w.talk), w.serial, w.restarts, w.gaps, w.ordered)
}

func (w *world) checkRound(tx *store.Tx, n int, posts []bottest.Post) {
	if times := count(posts, fmt.Sprintf("Question #%d ", n)); times != 1 {
		w.t.Errorf("question #%d stands in the channel %d times", n, times)
	}
	r, _ := tx.Round(n)
	p, _ := tx.Post(n, w.s.Channel)
	if r.RevealedAt.IsZero() || p.Thread == "" {
		w.t.Errorf("#%d is %s, with thread %q", n, r.State, p.Thread)
		return
	}
	talk := w.talk[n]
	if talk == nil {
		return // nobody found its thread in time
	}
	if times := count(w.s.Replies(talk.thread), fmt.Sprintf("Answer to #%d ", n)); times != 1 {
		w.t.Errorf("the answer to #%d stands in its thread %d times", n, times)
	}
	for _, who := range w.people {
		m, _ := tx.MemberOf(who.account)
		a, ok := tx.Answer(n, m.ID)
		if want := talk.answers(who.name, r); !slices.Contains(want, a.Text) {
			w.t.Errorf("#%d: %s's answer is %q (there: %v), want one of %q", n, who.name, a.Text, ok, want)
		}
	}
}

func count(posts []bottest.Post, text string) (n int) {
	for _, p := range posts {
		if strings.Contains(p.Text, text) {
			n++
		}
	}
	return n
}

// answers are what somebody's answer may be; "" where they have none.
func (t *talk) answers(name string, r store.Round) []string {
	var said []string
	for _, c := range t.comments {
		if c.by == name && !c.deleted && c.said.Before(r.RevealedAt) {
			said = append(said, c.text)
		}
	}
	spoken := strings.Join(said, "\n\n")
	a := t.sealed[name]
	switch {
	case a == nil:
		return []string{spoken}
	case a.text == "":
		return append(a.unsure, spoken)
	}
	return append(a.unsure, a.text)
}
