package bot

import (
	"archive/zip"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// sweepAll set to anything makes the sweep walk every day of every zone, which takes minutes instead of seconds.
const sweepAll = "REWIND_SWEEP"

// The sweep's years; the stretches begin and end so far outside that no reading in these years needs what lies beyond.
var (
	sweepFrom = time.Date(2010, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
	sweepTo   = time.Date(2036, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
)

const (
	minuteLong = int64(60)
	hourLong   = 60 * minuteLong
	dayLong    = 24 * hourLong
	sweepGrace = 3 * time.Hour
)

// stretch is a time in which a zone keeps one offset to UTC, all in seconds.
type stretch struct{ from, to, offset int64 }

func stretchesOf(loc *time.Location) (all []stretch) {
	end := sweepTo + 40*dayLong
	for at := sweepFrom - 40*dayLong; at < end; {
		t := time.Unix(at, 0).In(loc)
		_, offset := t.Zone()
		s := stretch{at, end, int64(offset)}
		_, change := t.ZoneBounds()
		if !change.IsZero() && !change.After(t) {
			change = change.AddDate(0, 0, 1) // Go ends leap years a day early
		}
		if !change.IsZero() {
			s.to = min(end, change.Unix())
		}
		all = append(all, s)
		at = s.to
	}
	return all
}

// sweptZone is a zone with what its clocks show, taken down once as plain numbers: the judgement of the sweep reads
// nothing else.
type sweptZone struct {
	loc       *time.Location
	stretches []stretch
}

// moment returns when the zone's clocks first show a reading or a later one; readings are seconds of a clock face.
func (z sweptZone) moment(reading int64) int64 {
	for _, s := range z.stretches {
		if s.to+s.offset > reading {
			return max(s.from, reading-s.offset)
		}
	}
	return z.stretches[len(z.stretches)-1].to
}

// has reports whether the clocks ever show any reading of the civil day that begins with this one.
func (z sweptZone) has(day int64) bool {
	return slices.ContainsFunc(z.stretches, func(s stretch) bool { return s.from+s.offset < day+dayLong && s.to+s.offset > day })
}

// around is the zone with only those stretches that matter from one moment to another.
func (z sweptZone) around(from, to int64) sweptZone {
	near := func(s stretch) bool { return s.to > from-5*dayLong && s.from < to+5*dayLong }
	z.stretches = slices.Collect(func(yield func(stretch) bool) {
		for _, s := range z.stretches {
			if near(s) && !yield(s) {
				return
			}
		}
	})
	return z
}

// sweptSpec is a spec beside what it means, said without cron.
type sweptSpec struct {
	text   string
	on     func(day time.Time) bool
	times  []int64 // of the day, in seconds
	margin int64   // how far around a change it is walked
}

func sweptSpecs() []sweptSpec {
	daily := func(time.Time) bool { return true }
	workday := func(day time.Time) bool { return day.Weekday() != time.Saturday && day.Weekday() != time.Sunday }
	var halfPast []int64
	for hour := range int64(24) {
		halfPast = append(halfPast, hour*hourLong+30*minuteLong)
	}
	return []sweptSpec{
		{"30 2 * * *", daily, []int64{2*hourLong + 30*minuteLong}, dayLong},
		{"5 0 * * 1-5", workday, []int64{5 * minuteLong}, 2 * dayLong},                          // Cairo and Amman change on Fridays
		{"0 0 * * 0,6", func(day time.Time) bool { return !workday(day) }, []int64{0}, dayLong}, // Sao Paulo at midnight to Sunday
		{"30 2 1 * *", func(day time.Time) bool { return day.Day() == 1 }, []int64{2*hourLong + 30*minuteLong}, dayLong},
		{"0 2 31 * *", func(day time.Time) bool { return day.Day() == 31 }, []int64{2 * hourLong}, dayLong}, // the last Sunday of March
		{"30 * * * *", daily, halfPast, 4 * hourLong},
	}
}

// sweptSlot is a slot and its moment.
type sweptSlot struct{ reading, at int64 }

func (s sweptSlot) String() string {
	return time.Unix(s.reading, 0).UTC().Format(wallLayout) + " at " + time.Unix(s.at, 0).UTC().Format(time.RFC3339)
}

// slots are those to be asked after from, until to: one for each reading of the spec on a day that exists, and the last
// of those that a change of the clocks brings at one moment.
func (z sweptZone) slots(s sweptSpec, from, to int64) (all []sweptSlot) {
	first := (from - 3*dayLong) / dayLong * dayLong
	for day := first; day < to+3*dayLong; day += dayLong {
		if !s.on(time.Unix(day, 0).UTC()) || !z.has(day) {
			continue
		}
		for _, clock := range s.times {
			slot := sweptSlot{day + clock, z.moment(day + clock)}
			switch last := len(all) - 1; {
			case slot.at <= from || slot.at > to:
			case last >= 0 && all[last].at == slot.at:
				all[last] = slot
			default:
				all = append(all, slot)
			}
		}
	}
	return all
}

// walk lives through a span as the bot does that has just been given the schedule, and checks that it asks just these
// slots, each at its moment. Besides then it looks a second before and half a minute later, and every half hour around
// the changes of the clocks.
func (z sweptZone) walk(s sweptSpec, parsed spec, from, to int64) error {
	want := z.slots(s, from, to)
	var looks []int64
	for _, slot := range want {
		looks = append(looks, slot.at-1, slot.at, slot.at+30)
	}
	for _, change := range z.stretches[1:] {
		for at := change.from - 3*hourLong; at <= change.from+3*hourLong; at += 30 * minuteLong {
			looks = append(looks, at)
		}
	}
	looks = slices.DeleteFunc(looks, func(at int64) bool { return at <= from || at > to })
	slices.Sort(looks)

	var got []sweptSlot
	asked := map[wall]bool{}
	since, next := time.Unix(from, 0), from
	for _, at := range slices.Compact(looks) {
		w, ok := due(parsed, z.loc, nil, since, time.Unix(at, 0), sweepGrace, func(w wall) bool { return asked[w] })
		if !ok {
			continue
		}
		if asked[w] {
			return fmt.Errorf("%s is asked twice", w)
		}
		asked[w] = true
		got = append(got, sweptSlot{w.t.Unix(), at})
		foretold, _ := nextInstant(parsed, z.loc, time.Unix(next, 0))
		if next = foretold.Unix(); next != at {
			return fmt.Errorf("%s is asked at %v, foretold for %v", w, time.Unix(at, 0).UTC(), foretold.UTC())
		}
	}
	if !slices.Equal(got, want) {
		return fmt.Errorf("asked %v, want %v", got, want)
	}
	return nil
}

// glance looks ten minutes after every seventh slot, of all years or, where there are many, of the first.
func (z sweptZone) glance(s sweptSpec, parsed spec) error {
	to := sweepTo
	if len(s.times) > 1 {
		to = sweepFrom + 365*dayLong
	}
	slots := z.slots(s, sweepFrom, to)
	for i := 0; i < len(slots); i += 7 {
		now := slots[i].at + 10*minuteLong
		w, ok := due(parsed, z.loc, nil, time.Unix(sweepFrom, 0), time.Unix(now, 0), time.Hour/2, func(wall) bool { return false })
		if !ok || w.t.Unix() != slots[i].reading {
			return fmt.Errorf("due ten minutes after %v is %v, %v", slots[i], w, ok)
		}
	}
	return nil
}

// readings checks the moment of each day's reading, and that no later one comes earlier; it counts the lost days.
func (z sweptZone) readings(clock int64) (lost int, err error) {
	last := int64(0)
	for day := sweepFrom; day < sweepTo; day += dayLong {
		w := wall{time.Unix(day+clock, 0).UTC()}
		at, exists := instant(w, z.loc)
		if at.Unix() != z.moment(day+clock) || at.Unix() < last || exists != z.has(day) {
			return lost, fmt.Errorf("%s comes at %v, %v", w, at.UTC(), exists)
		}
		if last = at.Unix(); !exists {
			lost++
		}
	}
	return lost, nil
}

// everyZone reads the zones that Go itself comes with, so that the machine's do not matter.
func everyZone(t *testing.T) map[string]sweptZone {
	t.Helper()
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Skipf("the zones' names are in Go's own folder, and there is no go command: %v", err)
	}
	archive, err := zip.OpenReader(filepath.Join(strings.TrimSpace(string(root)), "lib", "time", "zoneinfo.zip"))
	if err != nil {
		t.Skipf("this Go comes without its list of zones: %v", err)
	}
	defer archive.Close()
	zones := map[string]sweptZone{}
	for _, f := range archive.File {
		if strings.HasSuffix(f.Name, "/") {
			continue
		}
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		loc, err := time.LoadLocationFromTZData(f.Name, data)
		if err != nil {
			t.Fatal(err)
		}
		zones[f.Name] = sweptZone{loc, stretchesOf(loc)}
	}
	return zones
}

// alike is the same for two zones, or parts of them, exactly if their clocks show the same.
func alike(z sweptZone) string {
	var key []byte
	for _, s := range z.stretches {
		for _, n := range []int64{s.from, s.to, s.offset} {
			key = binary.AppendVarint(key, n)
		}
	}
	return string(key)
}

// TestEveryZone sweeps every zone from 2010 to 2035: whatever its clocks do, a schedule asks once on each day that exists,
// or once for each reading, in order and at its moment.
func TestEveryZone(t *testing.T) {
	t.Parallel()
	zones := everyZone(t)
	different := map[string]sweptZone{}
	for _, z := range zones {
		different[alike(z)] = z
	}
	if len(zones) < 550 || len(different) < 100 {
		t.Fatalf("%d zones, %d of them different", len(zones), len(different))
	}
	t.Run("each day", func(t *testing.T) {
		t.Parallel()
		for _, z := range different {
			for _, clock := range []int64{0, 2*hourLong + 30*minuteLong} {
				lost, err := z.readings(clock)
				want := 0
				if name := z.loc.String(); name == "Pacific/Apia" || name == "Pacific/Fakaofo" {
					want = 1 // 30 December 2011
				}
				if err != nil || lost != want {
					t.Errorf("%s: %d days lost, want %d; %v", z.loc, lost, want, err)
				}
			}
		}
	})
	for _, s := range sweptSpecs() {
		t.Run(s.text, func(t *testing.T) {
			t.Parallel()
			parsed := mustSpec(t, s.text)
			walked := map[string]bool{}
			for _, z := range different {
				if err := z.glance(s, parsed); err != nil {
					t.Errorf("%s: %v", z.loc, err)
				}
				if err := z.sweep(s, parsed, walked); err != nil {
					t.Errorf("%s: %v", z.loc, err)
				}
			}
			t.Logf("%d walks", len(walked))
		})
	}
}

// sweep walks around each change of the clocks, unless another zone has walked through the same.
func (z sweptZone) sweep(s sweptSpec, parsed spec, walked map[string]bool) error {
	if os.Getenv(sweepAll) != "" && len(s.times) == 1 {
		walked[alike(z)] = true
		return z.walk(s, parsed, sweepFrom, sweepTo)
	}
	margin := s.margin
	if os.Getenv(sweepAll) != "" {
		margin = 7 * dayLong
	}
	for i, change := range z.stretches[1:] {
		if change.from < sweepFrom || change.from >= sweepTo {
			continue
		}
		shift := max(change.offset, z.stretches[i].offset) - min(change.offset, z.stretches[i].offset)
		from, to := change.from-margin-shift, change.from+margin+shift
		part := z.around(from, to)
		cut := slices.Clone(part.stretches)
		cut[0].from, cut[len(cut)-1].to = 0, 0 // far enough away to be the same for all
		key := fmt.Sprint(change.from) + alike(sweptZone{stretches: cut})
		if walked[key] {
			continue
		}
		walked[key] = true
		if err := part.walk(s, parsed, from, to); err != nil {
			return err
		}
	}
	return nil
}
