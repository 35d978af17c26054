package bot

import (
	"strings"
	"testing"
	"time"
)

func TestParseReveal(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, want string }{
		{"8h", "8h"},
		{"+8h", "8h"},
		{"+90m", "90m"},
		{"1h30m", "90m"},
		{"1h 30m", "90m"},
		{"1 hour 30 minutes later", "90m"},
		{"in 2 hours", "2h"},
		{"1d", "1d"},
		{"24h", "1d"}, // the largest unit that fits
		{"25h", "25h"},
		{"2 days", "2d"},
		{"30분 뒤", "30m"},
		{"30분뒤", "30m"},
		{"8시간", "8h"}, // not eight o'clock
		{"8시간 후에", "8h"},
		{"1시간 30분", "90m"},
		{"1일", "1d"},
		{"1일 9시간", "33h"},
		{"1m", "1m"},
		{"14d", "14d"},
		{"20160m", "14d"},
		{"18:00", "18:00"},
		{"at 18:00", "18:00"},
		{"6pm", "18:00"},
		{"오후 6시", "18:00"},
		{"오후 6시 반에", "18:30"},
		{"8시", "08:00"},
		{"noon", "12:00"},
		{"midnight", "00:00"},
		{"next day 09:00", "+1d 09:00"},
		{"the next day at 9am", "+1d 09:00"},
		{"다음날 9시", "+1d 09:00"},
		{"다음 날 오전 9시", "+1d 09:00"},
		{"익일 09：00", "+1d 09:00"},
		{"+1d 09:00", "+1d 09:00"},
		{"2일 뒤", "2d"},
		{"+2d 9am", "+2d 09:00"},
		{"+13d 00:00", "+13d 00:00"},
	} {
		r, err := parseReveal(c.text)
		if err != nil || r.text() != c.want {
			t.Errorf("parseReveal(%q) = %q, %v, want %q", c.text, r.text(), err, c.want)
		}
		if back, err := parseReveal(r.text()); err != nil || back != r {
			t.Errorf("parseReveal(%q) = %v, %v, want %v", r.text(), back, err, r)
		}
	}
}

func TestParseRevealRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text string
		code specCode
		part string
	}{
		{"", specEmpty, ""},
		{strings.Repeat("1h", 200), specLong, ""},
		{"0m", specSpan, "0m"}, // with the question
		{"15d", specSpan, "15d"},
		{"14d 1m", specSpan, "14d 1m"},
		{"+14d 09:00", specSpan, "+14d 09:00"},
		{"99999d 99999h 99999m", specSpan, "99999d 99999h 99999m"},
		{"8", specTime, "8"}, // hours, or a time of day?
		{"next day", specTime, ""},
		{"soon", specWords, "soon"},
		{"8h soon", specWords, "soon"},
		{"18:00 sharp", specWords, "sharp"},
		{"30m 1h", specWords, "30m 1h"}, // the larger unit is first
		{"1h 1h", specWords, "1h 1h"},
		{"25:00", specTime, "25:00"},
		{"-8h", specTime, "-8h"},
	} {
		_, err := parseReveal(c.text)
		code, part := refusal(t, err)
		if code != c.code || part != c.part {
			t.Errorf("parseReveal(%q) refused with %q %q, want %q %q", c.text, code, part, c.code, c.part)
		}
	}
}

func TestRevealAt(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ zone, slot, reveal, want string }{
		{"Asia/Seoul", "2026-03-08T09:00", "8h", "2026-03-08T17:00:00+09:00"},
		{"Asia/Seoul", "2026-03-08T09:00", "18:00", "2026-03-08T18:00:00+09:00"},
		{"Asia/Seoul", "2026-03-08T09:00", "08:00", "2026-03-09T08:00:00+09:00"},      // past that day
		{"Asia/Seoul", "2026-03-08T09:00", "09:00", "2026-03-09T09:00:00+09:00"},      // strictly after
		{"Asia/Seoul", "2026-03-08T09:00", "+1d 18:00", "2026-03-09T18:00:00+09:00"},  // not the same evening
		{"Asia/Seoul", "2026-12-31T09:00", "+2d 00:00", "2027-01-02T00:00:00+09:00"},  //
		{"America/New_York", "2026-03-08T00:00", "8h", "2026-03-08T09:00:00-04:00"},   // a span is elapsed time
		{"America/New_York", "2026-03-08T00:00", "8:00", "2026-03-08T08:00:00-04:00"}, // a time of day is the clock's
		{"America/New_York", "2026-03-08T00:30", "2:30", "2026-03-08T03:00:00-04:00"}, // left out: the moment of the change
		{"America/New_York", "2026-03-08T02:10", "2:40", "2026-03-08T03:30:00-04:00"}, // both left out: half an hour apart all the same
		{"America/New_York", "2026-11-01T00:30", "1:30", "2026-11-01T01:30:00-04:00"}, // comes twice: the first
		{"America/New_York", "2026-11-01T01:10", "1:30", "2026-11-01T01:30:00-04:00"},
		{"Pacific/Apia", "2011-12-29T09:00", "+1d 09:00", "2011-12-31T09:00:00+14:00"}, // the day after does not exist
		{"Pacific/Apia", "2011-12-29T09:00", "08:00", "2011-12-31T08:00:00+14:00"},
		{"Pacific/Apia", "2011-12-29T09:00", "+2d 09:00", "2011-12-31T09:00:00+14:00"},
	} {
		loc := zone(t, c.zone)
		r, err := parseReveal(c.reveal)
		if err != nil {
			t.Fatal(err)
		}
		if got := r.at(reading(t, c.slot), loc).Format(time.RFC3339); got != c.want {
			t.Errorf("%s in %s revealed %q at %s, want %s", c.slot, c.zone, c.reveal, got, c.want)
		}
	}
}

func TestParseSpan(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text string
		want time.Duration
		code specCode
	}{
		{"6h", 6 * time.Hour, ""},
		{"90m", 90 * time.Minute, ""},
		{"2시간", 2 * time.Hour, ""},
		{"1시간 30분", 90 * time.Minute, ""},
		{"1d", 24 * time.Hour, ""},
		{"10m", 10 * time.Minute, ""},
		{"9m", 0, specSpan},
		{"24h 1m", 0, specSpan},
		{"", 0, specEmpty},
		{"6", 0, specWords},
		{"6시", 0, specWords},    // a time of day
		{"90s", 0, specWords},   // nobody needs seconds
		{"1.5h", 0, specWords},  //
		{"6h x", 0, specWords},  //
		{"six h", 0, specWords}, //
		{strings.Repeat(" ", 400) + "6h", 0, specLong},
	} {
		got, err := parseSpan(c.text, 10*time.Minute, 24*time.Hour)
		if code, _ := refusal(t, err); got != c.want || code != c.code {
			t.Errorf("parseSpan(%q) = %s, %q, want %s, %q", c.text, got, code, c.want, c.code)
		}
	}
}

func FuzzReveal(f *testing.F) {
	for _, seed := range []string{"8h", "+90m", "30분 뒤", "18:00", "오후 6시 반", "next day 09:00", "+2d 00:00", "1d 1h 1m", "in 1h + 30m", "99999d99999h99999m", "0d 09:00"} {
		f.Add(seed, uint16(0))
		f.Add(seed, uint16(26000))
	}
	f.Fuzz(func(t *testing.T, text string, minutes uint16) {
		r, err := parseReveal(text)
		if err != nil {
			if code, _ := refusal(t, err); code == "" {
				t.Errorf("refused without a code")
			}
			return
		}
		back, err := parseReveal(r.text())
		if err != nil || back != r {
			t.Fatalf("%q became %q, which reads as %v, %v", text, r.text(), back, err)
		}
		// The weeks around New York's spring change and Apia's lost day.
		for zoneName, start := range map[string]wall{
			"America/New_York": newWall(2026, 2, 20, 0, int(minutes)), "Pacific/Apia": newWall(2011, 12, 14, 0, int(minutes)),
		} {
			loc := zone(t, zoneName)
			asked, _ := instant(start, loc)
			if at := r.at(start, loc); !at.After(asked) || at.Sub(asked) > longestReveal+2*24*time.Hour {
				t.Fatalf("%q for %s in %s is at %s", r.text(), start, zoneName, at)
			}
		}
	})
}
