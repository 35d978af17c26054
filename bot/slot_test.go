package bot

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the machine's zones may be missing or older
)

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func reading(t *testing.T, text string) wall {
	t.Helper()
	w, err := parseWall(text)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func moment(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestWall(t *testing.T) {
	t.Parallel()
	w := wallOf(moment(t, "2026-03-08T06:59:59.9Z"), zone(t, "America/New_York"))
	if w != newWall(2026, 3, 8, 1, 59) || w.String() != "2026-03-08T01:59" || w.date() != "2026-03-08" || w.timeOfDay() != 119 {
		t.Errorf("wall is %s, %s, %s", w, w.date(), w.timeOfDay())
	}
	if back := reading(t, w.String()); back != w {
		t.Errorf("%s reads as %s", w, back)
	}
	if got := w.onDay(30, 5).String(); got != "2026-04-07T00:05" {
		t.Errorf("30 days later is %s", got)
	}
	for _, text := range []string{
		"", "2026-03-08", "2026-03-08T1:59", "2026-03-08T24:00", "2026-02-30T00:00", "2026-03-08T01:59:00", "2026-03-08 01:59",
	} {
		if w, err := parseWall(text); err == nil {
			t.Errorf("parseWall(%q) = %s", text, w)
		}
	}
}

func TestInstant(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		zone, wall, want string
		exists           bool
	}{
		{"UTC", "2026-03-08T02:30", "2026-03-08T02:30:00Z", true},
		{"Asia/Seoul", "2026-03-08T02:30", "2026-03-08T02:30:00+09:00", true},
		{"America/New_York", "2026-03-08T01:59", "2026-03-08T01:59:00-05:00", true},
		{"America/New_York", "2026-03-08T02:00", "2026-03-08T03:00:00-04:00", true}, // in the gap
		{"America/New_York", "2026-03-08T02:30", "2026-03-08T03:00:00-04:00", true},
		{"America/New_York", "2026-03-08T03:00", "2026-03-08T03:00:00-04:00", true}, // the gap's end is a real reading
		{"America/New_York", "2026-11-01T00:59", "2026-11-01T00:59:00-04:00", true},
		{"America/New_York", "2026-11-01T01:30", "2026-11-01T01:30:00-04:00", true}, // twice: the first
		{"America/New_York", "2026-11-01T02:00", "2026-11-01T02:00:00-05:00", true},
		{"America/New_York", "2050-03-13T02:30", "2050-03-13T03:00:00-04:00", true},    // past the table, by the rule
		{"America/Sao_Paulo", "2018-11-04T00:00", "2018-11-04T01:00:00-02:00", true},   // midnight is left out
		{"America/Sao_Paulo", "2019-02-16T23:30", "2019-02-16T23:30:00-02:00", true},   // and comes twice
		{"Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-04T02:30:00+11:00", true}, // half an hour
		{"Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-05T01:45:00+11:00", true},
		{"Asia/Seoul", "1988-05-08T02:30", "1988-05-08T03:00:00+10:00", true}, // the year of the games
		{"Pacific/Apia", "2011-12-29T23:59", "2011-12-29T23:59:00-10:00", true},
		{"Pacific/Apia", "2011-12-30T00:00", "2011-12-31T00:00:00+14:00", false}, // the day that was not
		{"Pacific/Apia", "2011-12-30T23:59", "2011-12-31T00:00:00+14:00", false},
		{"Pacific/Apia", "2011-12-31T00:00", "2011-12-31T00:00:00+14:00", true},
		{"Pacific/Fakaofo", "2011-12-30T12:00", "2011-12-31T00:00:00+13:00", false},
		{"Pacific/Kwajalein", "1993-08-21T12:00", "1993-08-22T00:00:00+12:00", false},
		{"America/Scoresbysund", "2024-03-31T00:30", "2024-03-31T00:30:00-01:00", true}, // the offset stays, only its name changes
		{"Africa/Casablanca", "2026-02-15T02:30", "2026-02-15T02:30:00+01:00", true},    // clocks go back for Ramadan
	} {
		at, exists := instant(reading(t, c.wall), zone(t, c.zone))
		if at.Format(time.RFC3339) != c.want || exists != c.exists {
			t.Errorf("instant(%s, %s) = %s, %v, want %s, %v", c.wall, c.zone, at.Format(time.RFC3339), exists, c.want, c.exists)
		}
	}
}

func TestInstantWithoutChanges(t *testing.T) {
	t.Parallel()
	far := time.FixedZone("far", 30*60*60) // further than any real zone
	at, ok := instant(newWall(2026, 3, 8, 2, 30), far)
	if want := moment(t, "2026-03-06T20:30:00Z"); !ok || !at.Equal(want) {
		t.Errorf("got %s, %v, want %s", at, ok, want)
	}
}

// oddZones are zones with large, half, late, early or cancelled changes.
var oddZones = []string{
	"Africa/Cairo", "Africa/Casablanca", "Africa/Juba", "Africa/Monrovia", "America/Caracas", "America/Havana", "America/New_York",
	"America/Nuuk", "America/Santiago", "America/Sao_Paulo", "America/Scoresbysund", "America/St_Johns", "Antarctica/Casey",
	"Antarctica/Troll", "Asia/Amman", "Asia/Beirut", "Asia/Gaza", "Asia/Kathmandu", "Asia/Kolkata", "Asia/Pyongyang", "Asia/Seoul",
	"Asia/Tehran", "Australia/Eucla", "Australia/Lord_Howe", "Europe/Dublin", "Europe/Istanbul", "Europe/London", "Europe/Moscow",
	"Pacific/Apia", "Pacific/Chatham", "Pacific/Easter", "Pacific/Fakaofo", "Pacific/Kiritimati", "Pacific/Kwajalein", "Pacific/Norfolk", "UTC",
}

// Whatever the clocks do: later readings never come earlier, a reading that the clock shows is met the first time, and
// one that it never shows comes at the change. Around every change since 1990 each quarter of an hour is tried.
func TestInstantKeepsOrder(t *testing.T) {
	t.Parallel()
	for _, name := range oddZones {
		loc := zone(t, name)
		end := moment(t, "2028-01-01T00:00:00Z")
		for _, change := moment(t, "1990-01-01T00:00:00Z").In(loc).ZoneBounds(); !change.IsZero() && change.Before(end); _, change = change.ZoneBounds() {
			var last time.Time
			from, to := wallOf(change.Add(-30*time.Hour), time.UTC), wallOf(change.Add(30*time.Hour), time.UTC)
			for w := from; w.before(to); w.t = w.t.Add(15 * time.Minute) {
				at, exists := instant(w, loc)
				if at.Before(last) {
					t.Fatalf("%s: %s comes at %s, before an earlier reading", name, w, at)
				}
				last = at
				checkInstant(t, w, loc, at, exists)
			}
		}
	}
}

func checkInstant(t *testing.T, w wall, loc *time.Location, at time.Time, exists bool) {
	t.Helper()
	shown, before := wallOf(at, loc), wallOf(at.Add(-1), loc)
	if shown != w && !(w.before(shown) && before.before(w)) {
		t.Fatalf("%s: at %s the clock shows %s, want %s or a change over it", loc, at, shown, w)
	}
	if lost := shown.date() > w.date() && before.date() < w.date(); lost == exists {
		t.Fatalf("%s: exists is %v for %s", loc, exists, w)
	}
	for _, overlap := range []time.Duration{20 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 3 * time.Hour, 24 * time.Hour} {
		if wallOf(at.Add(-overlap), loc) == w {
			t.Fatalf("%s: the clock showed %s %s before %s", loc, w, overlap, at)
		}
	}
}

// A daily schedule asks exactly once on every day that exists, at the moment nextInstant foretells.
func TestDailyAsksOncePerDay(t *testing.T) {
	t.Parallel()
	for i, name := range oddZones {
		loc := zone(t, name)
		s := mustSpec(t, []string{"0 0 * * *", "30 1 * * *", "30 2 * * *", "59 23 * * *"}[i%4])
		asked := make(map[wall]bool)
		days := make(map[string]int)
		now := moment(t, "2011-01-01T00:00:00Z")
		for end := moment(t, "2013-01-01T00:00:00Z"); now.Before(end); {
			next, ok := nextInstant(s, loc, now)
			if !ok {
				t.Fatalf("%s: stops after %s", name, now)
			}
			if w, early := due(s, loc, nil, time.Time{}, next.Add(-1), 6*time.Hour, func(w wall) bool { return asked[w] }); early {
				t.Fatalf("%s: %s is due at %s, before its moment", name, w, next.Add(-1))
			}
			w, ok := due(s, loc, nil, time.Time{}, next, 6*time.Hour, func(w wall) bool { return asked[w] })
			if !ok {
				t.Fatalf("%s: nothing is due at %s", name, next)
			}
			asked[w] = true
			days[w.date()]++
			now = next
		}
		for w := newWall(2011, 1, 2, 12, 0); w.before(newWall(2012, 12, 31, 0, 0)); w.t = w.t.AddDate(0, 0, 1) {
			_, exists := instant(w, loc)
			if n := days[w.date()]; n > 1 || n == 0 && exists || n == 1 && !exists {
				t.Errorf("%s: %d questions on %s, which exists: %v", name, n, w.date(), exists)
			}
		}
	}
}

func TestDue(t *testing.T) {
	t.Parallel()
	christmas := []restRange{{from: "2026-12-24", to: "2026-12-26"}}
	for _, c := range []struct {
		name, spec, zone, now string
		grace                 time.Duration
		since                 string
		known                 string
		want                  string // empty: nothing
	}{
		{name: "on the dot", spec: "0 9 * * *", now: "2026-06-01T09:00:00Z", want: "2026-06-01T09:00"},
		{name: "a moment early", spec: "0 9 * * *", now: "2026-06-01T08:59:59Z"},
		{name: "late", spec: "0 9 * * *", now: "2026-06-01T11:00:00Z", want: "2026-06-01T09:00"},
		{name: "at the end of the grace", spec: "0 9 * * *", now: "2026-06-01T15:00:00Z", want: "2026-06-01T09:00"},
		{name: "past the grace", spec: "0 9 * * *", now: "2026-06-01T15:00:01Z"},
		{name: "no grace", spec: "0 9 * * *", now: "2026-06-01T09:00:00Z", grace: -1, want: "2026-06-01T09:00"},
		{name: "asked", spec: "0 9 * * *", now: "2026-06-01T11:00:00Z", known: "2026-06-01T09:00"},
		{name: "only the latest of many", spec: "0 * * * *", now: "2026-06-01T11:20:00Z", want: "2026-06-01T11:00"},
		{name: "no earlier one instead", spec: "0 * * * *", now: "2026-06-01T11:20:00Z", known: "2026-06-01T11:00"},
		{name: "over midnight", spec: "0 23 * * *", now: "2026-06-02T01:00:00Z", want: "2026-06-01T23:00"},
		{name: "the version is newer", spec: "0 9 * * *", now: "2026-06-01T11:00:00Z", since: "2026-06-01T10:00:00Z"},
		{name: "the version is as new", spec: "0 9 * * *", now: "2026-06-01T11:00:00Z", since: "2026-06-01T09:00:00Z"},
		{name: "the version is older", spec: "0 9 * * *", now: "2026-06-01T11:00:00Z", since: "2026-06-01T08:59:59Z", want: "2026-06-01T09:00"},
		{name: "rest day", spec: "0 9 * * *", now: "2026-12-24T09:00:00Z"},
		{name: "rest day does not bring back the day before", spec: "0 9 * * *", now: "2026-12-24T09:10:00Z", grace: 48 * time.Hour},
		{name: "before rest days, late", spec: "0 23 * * *", now: "2026-12-24T01:00:00Z", want: "2026-12-23T23:00"},
		{name: "after rest days", spec: "0 9 * * *", now: "2026-12-27T09:00:00Z", want: "2026-12-27T09:00"},
		{name: "rest days are the zone's", spec: "0 9 * * *", zone: "Asia/Seoul", now: "2026-12-27T00:00:00Z", want: "2026-12-27T09:00"},
		{name: "gap, before", spec: "30 2 * * *", zone: "America/New_York", now: "2026-03-08T06:59:59Z"},
		{name: "gap", spec: "30 2 * * *", zone: "America/New_York", now: "2026-03-08T07:00:00Z", want: "2026-03-08T02:30"},
		{name: "two at one moment", spec: "0 * * * *", zone: "America/New_York", now: "2026-03-08T07:00:00Z", want: "2026-03-08T03:00"},
		{name: "two at one moment, asked", spec: "0 * * * *", zone: "America/New_York", now: "2026-03-08T07:00:30Z", known: "2026-03-08T03:00"},
		{name: "overlap, the first time", spec: "30 1 * * *", zone: "America/New_York", now: "2026-11-01T05:30:00Z", want: "2026-11-01T01:30"},
		{name: "overlap, the second time", spec: "30 1 * * *", zone: "America/New_York", now: "2026-11-01T06:30:00Z", known: "2026-11-01T01:30"},
		// The clock shows 01:10 again, and the slot of 01:30 has been.
		{name: "overlap, between", spec: "30 1 * * *", zone: "America/New_York", now: "2026-11-01T06:10:00Z", want: "2026-11-01T01:30"},
		{name: "overlap, grace counts real time", spec: "30 1 * * *", zone: "America/New_York", now: "2026-11-01T06:31:00Z", grace: time.Hour},
		// The grace begins where the clock shows 01:10 again; the slot came 40 minutes before that.
		{name: "overlap, grace from the second hour", spec: "30 1 * * *", zone: "America/New_York", now: "2026-11-01T06:40:00Z", grace: 30 * time.Minute},
		{name: "no such day", spec: "0 9 * * *", zone: "Pacific/Apia", now: "2011-12-30T10:00:00Z"},
		{name: "no such day, the one before", spec: "0 22 * * *", zone: "Pacific/Apia", now: "2011-12-30T10:00:00Z", want: "2011-12-29T22:00"},
		{name: "years of grace", spec: "0 0 29 2 *", now: "2027-01-01T00:00:00Z", grace: 4 * 366 * 24 * time.Hour, want: "2024-02-29T00:00"},
	} {
		if c.zone == "" {
			c.zone = "UTC"
		}
		if c.since == "" {
			c.since = "2000-01-01T00:00:00Z"
		}
		switch c.grace {
		case 0:
			c.grace = 6 * time.Hour
		case -1:
			c.grace = 0
		}
		known := func(w wall) bool { return w.String() == c.known }
		w, ok := due(mustSpec(t, c.spec), zone(t, c.zone), christmas, moment(t, c.since), moment(t, c.now), c.grace, known)
		if ok != (c.want != "") || ok && w.String() != c.want {
			t.Errorf("%s: due = %s, %v, want %q", c.name, w, ok, c.want)
		}
	}
}

// A loop that looks every half minute through a change of the clocks asks each hour once, in order.
func TestDueThroughChanges(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ zone, from, to, want string }{
		{"America/New_York", "2026-03-08T05:30:00Z", "2026-03-08T08:30:00Z", "01:00 03:00 04:00"}, // two o'clock is three
		{"America/New_York", "2026-11-01T04:30:00Z", "2026-11-01T08:30:00Z", "01:00 02:00 03:00"}, // one o'clock lasts two hours
		{"Australia/Lord_Howe", "2026-10-03T14:45:00Z", "2026-10-03T17:10:00Z", "02:00 03:00 04:00"},
		{"Pacific/Apia", "2011-12-30T08:30:00Z", "2011-12-30T11:30:00Z", "23:00 00:00 01:00"},
	} {
		s, loc := mustSpec(t, "@hourly"), zone(t, c.zone)
		since := moment(t, c.from)
		asked := make(map[wall]bool)
		var times []string
		for now := since; now.Before(moment(t, c.to)); now = now.Add(30 * time.Second) {
			w, ok := due(s, loc, nil, since, now, 6*time.Hour, func(w wall) bool { return asked[w] })
			if ok {
				asked[w] = true
				times = append(times, w.timeOfDay().String())
			}
		}
		if got := strings.Join(times, " "); got != c.want {
			t.Errorf("%s: asked at %s, want %s", c.zone, got, c.want)
		}
	}
}

func TestNextInstant(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ spec, zone, now, want string }{
		{"0 9 * * *", "Asia/Seoul", "2026-06-01T00:00:00Z", "2026-06-02T09:00:00+09:00"}, // strictly after
		{"0 9 * * *", "Asia/Seoul", "2026-05-31T23:59:59Z", "2026-06-01T09:00:00+09:00"},
		{"30 2 * * *", "America/New_York", "2026-03-08T06:00:00Z", "2026-03-08T03:00:00-04:00"},
		{"30 1 * * *", "America/New_York", "2026-11-01T05:31:00Z", "2026-11-02T01:30:00-05:00"}, // not the second 01:30
		{"30 1 * * *", "America/New_York", "2026-11-01T06:10:00Z", "2026-11-02T01:30:00-05:00"}, // not even from between
		{"0 9 * * *", "Pacific/Apia", "2011-12-29T20:00:00Z", "2011-12-31T09:00:00+14:00"},
	} {
		at, ok := nextInstant(mustSpec(t, c.spec), zone(t, c.zone), moment(t, c.now))
		if !ok || at.Format(time.RFC3339) != c.want {
			t.Errorf("%s in %s after %s comes at %s, %v, want %s", c.spec, c.zone, c.now, at.Format(time.RFC3339), ok, c.want)
		}
	}
}

func TestUpcoming(t *testing.T) {
	t.Parallel()
	rest := []restRange{{from: "2026-12-24", to: "2026-12-26", note: "holidays"}, {from: "2026-12-26", to: "2026-12-27", note: "more"}}
	for _, c := range []struct {
		name, spec, zone, now, skip string
		n                           int
		want                        []string
	}{
		{"plain", "0 9 * * *", "Asia/Seoul", "2026-06-01T00:00:00Z", "", 2, []string{"2026-06-02T09:00 asked", "2026-06-03T09:00 asked"}},
		{"skipped", "0 9 * * *", "UTC", "2026-06-01T00:00:00Z", "2026-06-01T09:00", 1, []string{"2026-06-01T09:00 skipped", "2026-06-02T09:00 asked"}},
		{"rest", "0 9,14 * * *", "UTC", "2026-12-23T10:00:00Z", "", 2, []string{ // one line per range
			"2026-12-23T14:00 asked", "2026-12-24T09:00 resting holidays", "2026-12-27T09:00 resting more", "2026-12-28T09:00 asked",
		}},
		{"rest over no slot", "0 9 * * 3", "UTC", "2026-12-23T10:00:00Z", "", 1, []string{"2026-12-30T09:00 asked"}},
		{"gap", "30 2 * * *", "America/New_York", "2026-03-08T00:00:00Z", "", 2, []string{"2026-03-08T02:30 moved 03:00", "2026-03-09T02:30 asked"}},
		{"two at one moment", "0 * * * *", "America/New_York", "2026-03-08T06:30:00Z", "", 2, []string{
			"2026-03-08T02:00 folded", "2026-03-08T03:00 asked", "2026-03-08T04:00 asked",
		}},
		{"between two equal hours", "30 1 * * *", "America/New_York", "2026-11-01T06:10:00Z", "", 1, []string{"2026-11-02T01:30 asked"}},
		{"no such day", "0 9,14 * * *", "Pacific/Apia", "2011-12-30T00:30:00Z", "", 1, []string{
			"2011-12-30T09:00 no_day", "2011-12-30T14:00 no_day", "2011-12-31T09:00 asked",
		}},
		{"none wanted", "0 9 * * *", "UTC", "2026-06-01T00:00:00Z", "", 0, nil},
	} {
		loc := zone(t, c.zone)
		skipped := func(w wall) bool { return w.String() == c.skip }
		var got []string
		for _, u := range upcoming(mustSpec(t, c.spec), loc, rest, moment(t, c.now), c.n, skipped) {
			line := fmt.Sprintf("%s %s", u.slot, u.fate)
			switch u.fate {
			case slotResting:
				line += " " + u.rest.note
			case slotMoved:
				line += " " + wallOf(u.at, loc).timeOfDay().String()
			}
			got = append(got, line)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func TestUpcomingEnds(t *testing.T) {
	t.Parallel()
	now := moment(t, "2026-06-01T00:00:00Z")
	plan := upcoming(mustSpec(t, "@hourly"), time.UTC, nil, now, 3, func(wall) bool { return true })
	if len(plan) != maxLeftOut+3 {
		t.Errorf("a plan of skipped slots has %d lines", len(plan))
	}
	// Rest days that are no dates must not hang the plan.
	broken := []restRange{{from: "2026-06-01", to: "2026-06-99"}}
	plan = upcoming(mustSpec(t, "@daily"), time.UTC, broken, now, 1, func(wall) bool { return false })
	if len(plan) == 0 || plan[len(plan)-1].slot.String() != "2026-07-01T00:00" {
		t.Errorf("the plan is %v", plan)
	}
}

// What upcoming foretells is what due then asks, slot by slot.
func TestUpcomingAgreesWithDue(t *testing.T) {
	t.Parallel()
	rest := []restRange{{from: "2011-12-27", to: "2011-12-28"}, {from: "2026-03-09", to: "2026-03-09"}}
	for _, c := range []struct{ spec, zone, from string }{
		{"0 */3 * * *", "Pacific/Apia", "2011-12-26T00:00:00Z"},
		{"@hourly", "America/New_York", "2026-03-07T12:00:00Z"},
		{"@hourly", "America/New_York", "2026-10-31T12:00:00Z"},
		{"15 * * * *", "Australia/Lord_Howe", "2026-10-03T00:00:00Z"},
		{"30 2 * * 0", "America/New_York", "2026-02-20T12:00:00Z"},
	} {
		s, loc, since := mustSpec(t, c.spec), zone(t, c.zone), moment(t, c.from)
		skipped := func(w wall) bool { return w.t.Hour() == 6 }
		for _, u := range upcoming(s, loc, rest, since, 40, skipped) {
			w, ok := due(s, loc, rest, since, u.at, time.Hour, skipped)
			if u.asked() && (!ok || w != u.slot) {
				t.Errorf("%s in %s: %s is foretold for %s, but %s, %v is due", c.spec, c.zone, u.slot, u.at, w, ok)
			}
			if !u.asked() && ok && w == u.slot {
				t.Errorf("%s in %s: %s is due though %s", c.spec, c.zone, u.slot, u.fate)
			}
		}
	}
}

func BenchmarkDue(b *testing.B) {
	s, err := parseSpec("@hourly")
	if err != nil {
		b.Fatal(err)
	}
	now := time.Date(2026, 6, 1, 9, 10, 0, 0, time.UTC)
	for b.Loop() {
		due(s, time.UTC, nil, time.Time{}, now, 6*time.Hour, func(wall) bool { return true })
	}
}

// Go ends the year 2028 a day early where a zone's changes follow a rule.
func TestInstantAtTheEndOfALeapYear(t *testing.T) {
	t.Parallel()
	newYork := everyZone(t)["America/New_York"].loc
	at, ok := instant(newWall(2028, time.December, 31, 9, 0), newYork)
	if want := moment(t, "2028-12-31T14:00:00Z"); !ok || !at.Equal(want) {
		t.Errorf("got %s, %v, want %s", at, ok, want)
	}
}
