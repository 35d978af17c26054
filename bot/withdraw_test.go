package bot

import (
	"strings"
	"testing"

	"rewind/store"
)

func TestWithdrawnInFlight(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name   string
		settle func(o *office, c claimed)
		state  store.RoundState
		waits  bool // for another look
	}{
		{"it had landed", func(o *office, c claimed) { o.land(c, "m1") }, store.Opened, false},
		{"it was refused", func(o *office, c claimed) { o.fail(c, Refused) }, store.Dropped, false},
		{"it was not done", func(o *office, c claimed) { o.fail(c, NotDone) }, store.Dropped, false},
		{"nobody knows", func(o *office, c claimed) { o.fail(c, Unknown) }, store.Planned, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			n := o.plan(room("C"))
			id := letterID(n, room("C"), store.LetterPost)
			flying := o.take(id)
			o.withdraw(n, anywhere)
			if l, _ := o.letter(id); !l.LookOnly {
				t.Errorf("withdrawn, and the letter is %+v", l)
			}
			row.settle(o, flying)
			if r := o.round(n); r.State != row.state || r.Withdrawn != (row.state != store.Opened) {
				t.Errorf("the round is %s, withdrawn %v", r.State, r.Withdrawn)
			}
			_, waits := o.letter(id)
			if waits != row.waits {
				t.Errorf("the letter waits: %v", waits)
			}
			if waits && !o.take(id).delivery.LookOnly {
				t.Error("it would be posted again")
			}
			_, thread := o.letter(letterID(n, room("C"), store.LetterThread))
			if adopted := row.state == store.Opened; thread != adopted {
				t.Errorf("a thread is wanted: %v", thread)
			}
			if got := o.notices(); len(got) != 0 {
				t.Errorf("maintainers are told what they wanted: %v", got)
			}
		})
	}
}

// TestWithdrawnUntried drops a round at once if nothing of it can be out.
func TestWithdrawnUntried(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	n := o.plan(room("C"), room("D"))
	o.withdraw(n, func(p store.Post) bool { return p.Channel == room("C") })
	if r := o.round(n); r.State != store.Planned || r.Withdrawn {
		t.Errorf("one of two channels is left, and the round is %s, withdrawn %v", r.State, r.Withdrawn)
	}
	o.withdraw(n, anywhere)
	if r := o.round(n); r.State != store.Dropped {
		t.Errorf("no channel is left, and the round is %s", r.State)
	}
	o.look(func(tx *store.Tx) {
		for l := range tx.Letters() {
			t.Errorf("letter %s is left", l.ID)
		}
	})
}

// TestWithdrawnChannelInFlight takes a post back in one channel of two while it is under way and turns out not done: the
// round goes on in the other, and nobody is troubled.
func TestWithdrawnChannelInFlight(t *testing.T) {
	t.Parallel()
	for _, outcome := range []Outcome{NotDone, Refused} {
		o := newOffice(t)
		n := o.plan(room("C"), room("D"))
		flying := o.take(letterID(n, room("C"), store.LetterPost))
		o.withdraw(n, func(p store.Post) bool { return p.Channel == room("C") })
		o.fail(flying, outcome)
		if p := o.post(n, room("C")); p.NoPost == "" {
			t.Errorf("%v: it may still be posted", outcome)
		}
		o.landPost(n, room("D"))
		if r := o.round(n); r.State != store.Opened {
			t.Errorf("%v: the round is %s", outcome, r.State)
		}
		if outcome == NotDone && len(o.notices()) > 0 {
			t.Errorf("maintainers are told what they wanted: %v", o.notices())
		}
	}
}

// TestDroppedInFlight drops an open round while its post in another channel is under way: it says so there, too.
func TestDroppedInFlight(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	n := o.plan(room("C"), room("D"))
	o.landPost(n, room("C"))
	flying := o.take(letterID(n, room("D"), store.LetterPost))
	if reply := o.say("Mina", "skip open"); !strings.Contains(reply.Message.Text, "is dropped") {
		t.Fatalf("skip says %q", reply.Message.Text)
	}
	o.land(flying, "m1-D")
	for _, c := range []Channel{room("C"), room("D")} {
		edit := o.take(letterID(n, c, store.LetterEdit))
		if !strings.Contains(edit.delivery.Body.Footer, "was skipped") {
			t.Errorf("in %s it says %q", c.ID, edit.delivery.Body.Text)
		}
	}
}
