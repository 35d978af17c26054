package bot

import (
	"context"
	"slices"
	"testing"
	"time"

	"rewind/store"
)

func TestAgenda(t *testing.T) {
	t.Parallel()
	var a agenda
	taken := func(at time.Time, want ...string) {
		t.Helper()
		got := a.take(at)
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("at %v: %q are taken, want %q", at.Sub(day), got, want)
		}
	}
	if !a.old(day) {
		t.Error("an agenda that was never made is not old")
	}
	a.renew([]string{"east", "west", "idle"}, day)
	taken(day, "east", "idle", "west")
	a.put("east", day.Add(time.Hour))
	a.put("west", day.Add(2*time.Hour))
	a.put("idle", time.Time{}) // nothing will ever be due
	taken(day.Add(time.Minute))
	if got := a.next(); !got.Equal(day.Add(lookEvery)) {
		t.Errorf("next after %v, want %v", got.Sub(day), lookEvery)
	}
	taken(day.Add(time.Hour), "east")

	// What changes while a group is looked at is not forgotten for what the look finds.
	a.soon("east")
	a.put("east", day.Add(24*time.Hour))
	taken(day.Add(time.Hour), "east")

	for at, want := range map[time.Duration]bool{0: false, lookEvery - 1: false, lookEvery: true, -1: true} {
		if a.old(day.Add(at)) != want {
			t.Errorf("after %v it is old: %v, want %v", at, !want, want)
		}
	}
}

// TestFailedLookIsTriedAgain gives up in the middle, as if the store did.
func TestFailedLookIsTriedAgain(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.Bot.look(t.Context())
	o.agenda.soon(o.group)
	stopped, cancel := context.WithCancel(t.Context())
	cancel() // from here on every view fails
	next, idle := o.Bot.look(stopped)
	if want := day.Add(retryAfter); !idle || !next.Equal(want) {
		t.Errorf("a look that failed says %v, and to look again at %v, want %v", idle, next, want)
	}
}

// TestWhatTheClockMustKnow delivers and answers, which moves nothing that waits for the clock, until a round that was
// taken back turns out to stand.
func TestWhatTheClockMustKnow(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	n := o.plan(room("C"))
	o.Bot.look(t.Context())
	o.landPost(n, room("C"))
	err := o.Comment(t.Context(), Comment{
		Thread: Thread{Channel: room("C"), ID: o.post(n, room("C")).Thread}, ID: "c", From: account("Jun"), Text: "It is a letter.", Said: day, Revision: day,
	})
	if _, waits := o.letter(letterID(n, room("C"), store.LetterEdit)); err != nil || !waits {
		t.Errorf("the answer is not remembered: %v", err)
	}
	if got := o.agenda.take(o.clock.now); len(got) > 0 {
		t.Errorf("the clock is looked at for %q", got)
	}
	n = o.plan(room("C"))
	c := o.take(letterID(n, room("C"), store.LetterPost))
	o.withdraw(n, anywhere)
	o.land(c, "stands")
	if got := o.agenda.take(o.clock.now); !slices.Equal(got, []string{o.group}) {
		t.Errorf("the clock is looked at for %q", got)
	}
}
