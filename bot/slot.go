package bot

import (
	"fmt"
	"time"
)

const wallLayout = "2006-01-02T15:04"

// wall is what a clock on a wall shows, to the minute and without a zone. It is carried as a time in UTC, where no
// reading is missing and none comes twice. Two walls are the same reading exactly if they are ==.
type wall struct{ t time.Time }

func newWall(year int, month time.Month, day, hour, minute int) wall {
	return wall{time.Date(year, month, day, hour, minute, 0, 0, time.UTC)}
}

// wallOf returns what the clocks of loc show at t. Seconds are left out: slots are whole minutes, so a slot is after
// the time with seconds exactly if it is after the time without.
func wallOf(t time.Time, loc *time.Location) wall {
	t = t.In(loc)
	return newWall(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute())
}

// parseWall reads what String wrote.
func parseWall(text string) (wall, error) {
	t, err := time.Parse(wallLayout, text)
	if err != nil {
		return wall{}, fmt.Errorf("parse wall time: %w", err)
	}
	if t.Format(wallLayout) != text { // A slot's key has one spelling; time.Parse is more tolerant.
		return wall{}, fmt.Errorf("parse wall time %q: not of the form %s", text, wallLayout)
	}
	return wall{t}, nil
}

func (w wall) String() string { return w.t.Format(wallLayout) }

// date returns the civil date, such as "2026-03-08". Dates in this form sort as text.
func (w wall) date() string { return w.t.Format(time.DateOnly) }

func (w wall) before(v wall) bool { return w.t.Before(v.t) }

func (w wall) timeOfDay() timeOfDay { return timeOfDay(w.t.Hour()*60 + w.t.Minute()) }

// onDay returns the reading t, days after w's day.
func (w wall) onDay(days int, t timeOfDay) wall {
	return newWall(w.t.Year(), w.t.Month(), w.t.Day()+days, 0, int(t))
}

// furthestOffset is more than any zone has ever been away from UTC.
const furthestOffset = 36 * time.Hour

// instant returns the first moment at which the clocks of loc show w or later. So a reading that comes twice means the
// first time, and one that a change of the clocks leaves out means the moment of the change; and never does a later
// reading come before an earlier one. It returns false, with the same moment, if all of w's day is left out, as when
// a country crosses the date line.
func instant(w wall, loc *time.Location) (time.Time, bool) {
	t := w.t.Add(-furthestOffset).In(loc)
	for {
		start, end := t.ZoneBounds()
		if !end.IsZero() && !end.After(t) {
			// Where a rule and not a list gives a zone's changes, Go ends leap years a day early.
			end = end.AddDate(0, 0, 1)
		}
		_, offset := t.Zone()
		at := w.t.Add(-time.Duration(offset) * time.Second).In(loc)
		switch {
		case !end.IsZero() && !at.Before(end): // The clocks were changed before they came to show w.
			t = end
		case at.Before(start):
			lost := wallOf(start.Add(-1), loc).date() < w.date() && w.date() < wallOf(start, loc).date()
			return start, !lost
		default:
			return at, true
		}
	}
}

// due returns the slot to ask now: the latest that has come, unless it came before the schedule's current version was
// made (since), longer than grace ago, on a rest day, or is known as asked or skipped. An earlier slot is never asked
// in place of a later one, so an outage costs questions and never brings a pile of them. Where a change of the clocks
// brings two slots at one moment, the later one stands for both. It looks back no further than grace.
func due(s spec, loc *time.Location, rest []restRange, since, now time.Time, grace time.Duration, known func(wall) bool) (wall, bool) {
	latest, at, ok := latestSlot(s, loc, now.Add(-grace), now)
	if !ok || !at.After(since) || known(latest) {
		return wall{}, false
	}
	if _, resting := restOn(rest, latest.date()); resting {
		return wall{}, false
	}
	return latest, true
}

// latestSlot returns the last slot from oldest to now, both included.
func latestSlot(s spec, loc *time.Location, oldest, now time.Time) (latest wall, at time.Time, found bool) {
	// A slot that comes later than a moment shows a later reading than that moment (see instant).
	for w, ok := s.after(wallOf(oldest.Add(-1), loc)); ok; w, ok = s.after(w) {
		t, exists := instant(w, loc)
		if t.After(now) {
			break
		}
		if exists && !t.Before(oldest) {
			latest, at, found = w, t, true
		}
	}
	return latest, at, found
}

// nextInstant returns when the next slot comes, rest day or not; false if there never is one.
func nextInstant(s spec, loc *time.Location, now time.Time) (time.Time, bool) {
	for w, ok := s.after(wallOf(now, loc)); ok; w, ok = s.after(w) {
		// In the second of two equal hours the clock shows readings whose slots came in the first.
		if t, exists := instant(w, loc); exists && t.After(now) {
			return t, true
		}
	}
	return time.Time{}, false
}

// slotFate says what will become of a slot, and why.
type slotFate string

const (
	slotAsked   slotFate = "asked"
	slotMoved   slotFate = "moved"   // asked, at another time than it names: the clocks leave that time out
	slotFolded  slotFate = "folded"  // left out: a change of the clocks brings the next slot at the same moment
	slotResting slotFate = "resting" // left out: its day is a rest day
	slotSkipped slotFate = "skipped" // left out: somebody said so
	slotNoDay   slotFate = "no_day"  // left out: its day does not exist in the zone
)

// upcomingSlot is one line of the plan. A rest range is one line, at its first slot, however many it leaves out.
type upcomingSlot struct {
	slot wall
	at   time.Time // in the zone; for slotNoDay the moment of the change
	fate slotFate
	rest restRange // for slotResting
}

func (u upcomingSlot) asked() bool { return u.fate == slotAsked || u.fate == slotMoved }

// maxLeftOut ends a plan in which nearly nothing would be asked.
const maxLeftOut = 500

// upcoming lists the next n slots after now that will be asked, with those left out among them.
func upcoming(s spec, loc *time.Location, rest []restRange, now time.Time, n int, skipped func(wall) bool) []upcomingSlot {
	var plan []upcomingSlot
	w, ok := s.after(wallOf(now, loc))
	for ok && n > 0 && len(plan) < maxLeftOut+n {
		next := w
		if at, _ := instant(w, loc); at.After(now) {
			u := foresee(s, loc, rest, w, skipped)
			plan = append(plan, u)
			if u.asked() {
				n--
			}
			if last := u.rest.end(); w.before(last) {
				next = last
			}
		}
		w, ok = s.after(next)
	}
	return plan
}

// foresee judges one slot as due will when it has come.
func foresee(s spec, loc *time.Location, rest []restRange, w wall, skipped func(wall) bool) upcomingSlot {
	at, exists := instant(w, loc)
	u := upcomingSlot{slot: w, at: at, fate: slotAsked}
	resting, isRest := restOn(rest, w.date())
	switch {
	case !exists:
		u.fate = slotNoDay
	case isRest:
		u.fate, u.rest = slotResting, resting
	case skipped(w):
		u.fate = slotSkipped
	case wallOf(at, loc) == w:
	case folded(s, loc, w, at):
		u.fate = slotFolded
	default:
		u.fate = slotMoved
	}
	return u
}

func folded(s spec, loc *time.Location, w wall, at time.Time) bool {
	next, ok := s.after(w)
	if !ok {
		return false
	}
	t, exists := instant(next, loc)
	return exists && t.Equal(at)
}
