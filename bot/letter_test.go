package bot

import (
	"slices"
	"strings"
	"testing"
	"time"

	"rewind/questions"
	"rewind/store"
)

// TestClaimFreezesPost changes all that a post's text is made of after the first attempt.
func TestClaimFreezesPost(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	n := o.plan(room("C"))
	id := letterID(n, room("C"), store.LetterPost)
	first := o.take(id)
	if !strings.Contains(first.delivery.Body.Text, "What is a?") || !first.delivery.Unsure.IsZero() {
		t.Fatalf("the first attempt is %+v", first.delivery)
	}
	o.fail(first, Unknown)
	o.ask("z", "y", "x")
	o.answer(n, "jun", "A letter.")
	o.change(func(tx *store.Tx) {
		g, _ := tx.Group()
		g.Zone, g.Lang = "Asia/Seoul", questions.Korean
		tx.PutGroup(g)
		r, _ := tx.Round(n)
		r.Mode, r.RevealAt, r.Question = store.ModeSealed, r.RevealAt.Add(time.Hour), "q2"
		tx.PutRound(r)
	})
	o.pass(time.Hour) // it would be late by now
	second := o.take(id)
	if second.delivery.Body.Text != first.delivery.Body.Text || second.delivery.Key != first.delivery.Key {
		t.Errorf("tried again with\n%+v\nafter\n%+v", second.delivery, first.delivery)
	}
	if !second.delivery.Unsure.Equal(day) || second.delivery.LookOnly {
		t.Errorf("the second attempt is unsure since %v, look only %v", second.delivery.Unsure, second.delivery.LookOnly)
	}
}

// TestClaimFreezesReveal forgets a sealed answer's wording between two attempts; both say the same.
func TestClaimFreezesReveal(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	n := o.plan(room("C"))
	o.landPost(n, room("C"))
	o.answer(n, "jun", "A letter.")
	o.change(func(tx *store.Tx) {
		r, _ := tx.Round(n)
		revealRound(tx, r, o.clock.now)
	})
	id := letterID(n, room("C"), store.LetterReveal)
	first := o.take(id)
	for _, part := range []string{"It is a.", "**Jun**\n> A letter."} {
		if !strings.Contains(first.delivery.Body.Text, part) {
			t.Fatalf("the reveal does not say %q: %s", part, first.delivery.Body.Text)
		}
	}
	o.fail(first, Unknown)
	o.change(func(tx *store.Tx) {
		a, _ := tx.Answer(n, "jun")
		a.Text = "Something else."
		tx.PutAnswer(a)
		m, _ := tx.Member("jun")
		m.Name = "June"
		tx.PutMember(m)
	})
	if second := o.take(id); second.delivery.Body.Text != first.delivery.Body.Text {
		t.Errorf("tried again with\n%s\nafter\n%s", second.delivery.Body.Text, first.delivery.Body.Text)
	}
}

func TestNotDoneForgetsText(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	n := o.plan(room("C"))
	id := letterID(n, room("C"), store.LetterPost)
	o.failAfter(o.take(id), NotDone, time.Hour)
	l, _ := o.letter(id)
	if l.Body != nil || !l.Unsure.IsZero() || !l.Due.Equal(day.Add(time.Hour)) {
		t.Errorf("nothing of it is out, and the letter is %+v", l)
	}
	late := o.take(id)
	if !strings.Contains(late.delivery.Body.Footer, "it is late") || !late.delivery.Unsure.IsZero() {
		t.Errorf("an hour later it says %+v", late.delivery)
	}

	// Once an attempt may have landed, no later one makes it less so.
	since := o.clock.now
	o.fail(late, Unknown)
	o.fail(o.take(id), NotDone)
	o.pass(time.Hour)
	again := o.take(id)
	if again.delivery.Body.Flat().Text != late.delivery.Body.Flat().Text || !again.delivery.Unsure.Equal(since) {
		t.Errorf("after an unsure attempt it says %+v", again.delivery)
	}
}

// TestLease claims a letter that is under way.
func TestLease(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	n := o.plan(room("C"))
	id := letterID(n, room("C"), store.LetterPost)
	o.take(id)
	for _, wait := range []time.Duration{0, lease - 1} {
		o.clock.now = day.Add(wait)
		if c, ok := o.tryClaim(id); ok {
			t.Errorf("claimed again after %v: %+v", wait, c.delivery)
		}
	}
	o.clock.now = day.Add(lease)
	c, ok := o.tryClaim(id)
	if !ok || !c.delivery.Unsure.Equal(day) || c.letter.Attempts != 2 {
		t.Errorf("after the lease %v %+v", ok, c)
	}
	if _, ok := o.tryClaim("99/chat/W/C/post"); ok {
		t.Error("a letter that does not wait was claimed")
	}
}

// TestExpiredUntried gives up a letter that nobody had the time to deliver: the question comes back, the maintainers
// hear of it once.
func TestExpiredUntried(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	n := o.plan(room("C"))
	id := letterID(n, room("C"), store.LetterPost)
	o.clock.now = day.Add(6*time.Hour - 1)
	if c, ok := o.tryClaim(id); !ok {
		t.Fatal("not claimed in the last moment")
	} else {
		o.fail(c, NotDone)
	}
	o.pass(time.Minute)
	for range 2 {
		if _, ok := o.tryClaim(id); ok {
			t.Error("claimed after it expired")
		}
	}
	if why := o.buried(id); why != "expired" {
		t.Errorf("given up because of %q", why)
	}
	if got := o.notices(); !slices.Equal(got, []string{"notice/buried/" + id + "/mina"}) {
		t.Errorf("notices %v", got)
	}
	if r, p := o.round(n), o.post(n, room("C")); r.State != store.Dropped || p.NoPost != "expired" {
		t.Errorf("the round is %s, its post has %q", r.State, p.NoPost)
	}
	o.look(func(tx *store.Tx) {
		for a := range tx.Asked() {
			t.Errorf("question %s counts as asked", a.Question)
		}
	})
	notice := o.take(o.notices()[0])
	if to := notice.delivery.To; to != (Place{Account: account("Mina")}) || notice.delivery.Op != Say {
		t.Errorf("told to %+v by %s", to, notice.delivery.Op)
	}
	o.fail(notice, Refused)
	if got := o.notices(); len(got) != 0 {
		t.Errorf("a notice that was given up made %v", got)
	}
}

// TestExpiredUnsure only looks for a post that may have landed in time.
func TestExpiredUnsure(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name   string
		settle func(o *office, c claimed)
		state  store.RoundState
		told   int
	}{
		{"found", func(o *office, c claimed) { o.land(c, "m1") }, store.Opened, 0},
		{"not there", func(o *office, c claimed) { o.fail(c, Refused) }, store.Dropped, 1},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			n := o.plan(room("C"))
			id := letterID(n, room("C"), store.LetterPost)
			o.fail(o.take(id), Unknown)
			o.clock.now = day.Add(6 * time.Hour)
			look := o.take(id)
			if !look.delivery.LookOnly || !look.delivery.Unsure.Equal(day) {
				t.Errorf("tried as %+v", look.delivery)
			}
			o.fail(look, Unknown)
			row.settle(o, o.take(id)) // it stays so on the next attempt
			if r := o.round(n); r.State != row.state {
				t.Errorf("the round is %s, want %s", r.State, row.state)
			}
			if got := o.notices(); len(got) != row.told {
				t.Errorf("notices %v, want %d", got, row.told)
			}
			if why := o.buried(id); row.told > 0 && why != "expired" {
				t.Errorf("given up because of %q", why)
			}
		})
	}
}

func TestEdits(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	n := o.plan(room("C"))
	o.answer(n, "mina", "Before it is posted.")
	id := letterID(n, room("C"), store.LetterEdit)
	if _, waits := o.letter(id); waits {
		t.Error("an edit waits for a post that is not there")
	}
	o.landPost(n, room("C"))

	// However often it is asked for, it is one letter, and it says what is so when it is claimed.
	o.change(func(tx *store.Tx) {
		r, _ := tx.Round(n)
		editPosts(tx, r, o.clock.now)
	})
	o.answer(n, "jun", "A letter.")
	first := o.take(id)
	if !strings.Contains(first.delivery.Body.Footer, "2 answers") || first.delivery.To.Message != "m1-C" || first.delivery.Op != Edit {
		t.Errorf("edited with %+v", first.delivery)
	}

	// Another attempt is made anew: an edit is not frozen.
	o.fail(first, Unknown)
	o.change(func(tx *store.Tx) { tx.DeleteAnswer(n, "mina") })
	second := o.take(id)
	if !strings.Contains(second.delivery.Body.Footer, "1 answer") {
		t.Errorf("tried again with %q", second.delivery.Body.Footer)
	}

	// What is asked for while it is under way comes half a minute after it.
	o.change(func(tx *store.Tx) {
		r, _ := tx.Round(n)
		editPosts(tx, r, o.clock.now)
	})
	o.land(second, "m1-C")
	landed := o.clock.now
	l, waits := o.letter(id)
	if !waits || !l.Due.Equal(landed.Add(editEvery)) || !l.Unsure.IsZero() || l.Attempts != 0 {
		t.Errorf("asked for under way: %v %+v", waits, l)
	}
	o.clock.now = landed.Add(editEvery - 1)
	if _, ok := o.tryClaim(id); ok {
		t.Error("edited twice within half a minute")
	}
	o.land(o.take(id), "m1-C")
	if _, waits := o.letter(id); waits {
		t.Error("the edit is done and still waits")
	}

	// So does what is asked for right after it.
	landed = o.clock.now
	o.pass(time.Second)
	o.answer(n, "jun", "Another one.")
	if l, _ := o.letter(id); !l.Due.Equal(landed.Add(editEvery)) {
		t.Errorf("asked for a second later: due %v, want %v", l.Due, landed.Add(editEvery))
	}
}

func TestOutdatedIsDropped(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name   string
		change func(tx *store.Tx, r store.Round, p store.Post)
		tried  bool // before the change
	}{
		{"the round is dropped", func(tx *store.Tx, r store.Round, _ store.Post) {
			r.State = store.Dropped
			tx.PutRound(r)
		}, false},
		{"there is a thread", func(tx *store.Tx, _ store.Round, p store.Post) {
			p.Thread = "t1"
			tx.PutPost(p)
		}, false},
		{"no thread is possible", func(tx *store.Tx, _ store.Round, p store.Post) {
			p.NoThread = "refused"
			tx.PutPost(p)
		}, false},
		{"it may have landed", func(tx *store.Tx, _ store.Round, p store.Post) {
			p.NoThread = "refused"
			tx.PutPost(p)
		}, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			n := o.plan(room("C"))
			o.land(o.take(letterID(n, room("C"), store.LetterPost)), "m1")
			id := letterID(n, room("C"), store.LetterThread)
			if row.tried {
				o.fail(o.take(id), Unknown)
				o.pass(time.Minute)
			}
			o.change(func(tx *store.Tx) {
				r, _ := tx.Round(n)
				p, _ := tx.Post(n, room("C"))
				row.change(tx, r, p)
			})
			_, ok := o.tryClaim(id)
			_, waits := o.letter(id)
			if ok != row.tried || waits != row.tried || o.buried(id) != "" {
				t.Errorf("claimed %v, waits %v, given up because of %q", ok, waits, o.buried(id))
			}
		})
	}
}

func TestRefusedIsBuried(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	n := o.plan(room("C"), room("D"))
	id := letterID(n, room("C"), store.LetterPost)
	o.fail(o.take(id), Refused)
	if why := o.buried(id); why != "refused: no luck" {
		t.Errorf("given up because of %q", why)
	}
	o.landPost(n, room("D"))
	if r := o.round(n); r.State != store.Opened {
		t.Errorf("one channel refused, and the round is %s", r.State)
	}
	notice := o.take(o.notices()[0])
	if want := "I gave up on the question of #1 in #C: the platform refused it (no luck)."; notice.delivery.Body.Text != want {
		t.Errorf("told\n%s\nwant\n%s", notice.delivery.Body.Text, want)
	}
}

func TestUnknownIsBuriedInTheEnd(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	n := o.plan(room("C"))
	id := letterID(n, room("C"), store.LetterPost)
	for i := range mostUnknown {
		if why := o.buried(id); why != "" {
			t.Fatalf("given up after %d attempts: %s", i, why)
		}
		c := o.take(id)
		o.fail(c, Unknown)
		l, waits := o.letter(id)
		if wait := l.Due.Sub(o.clock.now); waits && (wait < deliverSpan/2 || wait < backoff(i+1)) {
			t.Errorf("attempt %d is followed after %v", i+1, wait)
		}
	}
	if why := o.buried(id); why != "unknown" || len(o.notices()) != 1 {
		t.Errorf("given up because of %q, notices %v", why, o.notices())
	}

	// An attempt that says something begins the count anew.
	n = o.plan(room("D"))
	id = letterID(n, room("D"), store.LetterPost)
	for range mostUnknown - 1 {
		o.fail(o.take(id), Unknown)
	}
	o.fail(o.take(id), NotDone)
	o.fail(o.take(id), Unknown)
	if why := o.buried(id); why != "" {
		t.Errorf("given up because of %q", why)
	}
}

// TestSettledTwice settles an attempt whose letter is gone.
func TestSettledTwice(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	n := o.plan(room("C"))
	c := o.take(letterID(n, room("C"), store.LetterPost))
	o.land(c, "m1")
	o.land(c, "m2")
	o.fail(c, Refused)
	if p := o.post(n, room("C")); p.Message != "m1" || p.NoPost != "" {
		t.Errorf("the post is %+v", p)
	}
}

func TestBackoff(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		attempt int
		want    time.Duration
	}{
		{1, 5 * time.Second},
		{2, 10 * time.Second},
		{7, 320 * time.Second},
		{8, 10 * time.Minute},
		{1 << 40, 10 * time.Minute}, // no shift is so wide that it comes round
	} {
		if got := backoff(row.attempt); got != row.want {
			t.Errorf("backoff(%d) = %v, want %v", row.attempt, got, row.want)
		}
	}
}
