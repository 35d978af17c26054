package bot

import (
	"errors"
	"strings"
	"testing"
	"time"
)

// refusal returns the code and the part of a refused text; both are empty if there was no error.
func refusal(t *testing.T, err error) (specCode, string) {
	t.Helper()
	if err == nil {
		return "", ""
	}
	var refused *specError
	if !errors.As(err, &refused) {
		t.Fatalf("error is %T (%v), want *specError", err, err)
	}
	return refused.code, refused.part
}

func mustSpec(t *testing.T, text string) spec {
	t.Helper()
	s, err := parseSpec(text)
	if err != nil {
		t.Fatalf("parseSpec(%q): %v", text, err)
	}
	return s
}

func TestParseSpecCron(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, want string }{
		{"0 9 * * *", "0 9 * * *"},
		{"  0   9  *\t* * ", "0 9 * * *"},
		{"00 09 * * *", "0 9 * * *"},
		{"0 9 ? * ?", "0 9 * * *"},
		{"0 9 * * MON-FRI", "0 9 * * 1-5"},
		{"0 9 * JAN,Feb *", "0 9 * 1,2 *"},
		{"30 9,14 * * 1,3,5", "30 9,14 * * 1,3,5"},
		{"0 14,9,9 * * *", "0 9,14 * * *"},   // order and repeats do not matter
		{"0 9 1,15 * *", "0 9 1,15 * *"},     // twice a month
		{"0 9 13 * 5", "0 9 13 * 5"},         // both day fields: either may match
		{"0 */2 * * *", "0 */2 * * *"},       // steps stay steps
		{"0 9 */2 * *", "0 9 */2 * *"},       // so do steps of days
		{"0 9 1-31 * *", "0 9 1-31 * *"},     // all days, yet not a star: beside a weekday it means "either"
		{"*/60 * * * *", "0 * * * *"},        // a step past the end is one minute, so hourly
		{"0 9 * * 7", "0 9 * * 0"},           // Sunday as other cron programs count it
		{"0 9 * * 5-7", "0 9 * * 0,5,6"},     // and as the end of a range
		{"0 9 * * 0-7", "0 9 * * 0-6"},       // and at both ends
		{"0 9 * * 1,7", "0 9 * * 0,1"},       // and in a list
		{"0 9 * * fri-sun", "0 9 * * 0,5,6"}, // and by its name
		{"0 9 * * sun-thu", "0 9 * * 0-4"},   // where Sunday is first, it is first
		{"0 0 29 2 *", "0 0 29 2 *"},         // rare, but not never
		{"0 9 31 4 1", "0 9 31 4 1"},         // no 31 April, but there are Mondays in April
		{"０ ９ ＊ ＊ １－５", "0 9 * * 1-5"},       // full-width signs
		{"@daily", "0 0 * * *"},
		{"@Midnight", "0 0 * * *"},
		{"@hourly", "0 * * * *"},
		{"@weekly", "0 0 * * 0"},
		{"@monthly", "0 0 1 * *"},
		{"@yearly", "0 0 1 1 *"},
	} {
		s, err := parseSpec(c.text)
		if err != nil || s.text != c.want {
			t.Errorf("parseSpec(%q) = %q, %v, want %q", c.text, s.text, err, c.want)
		}
	}
}

func TestParseSpecRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text string
		code specCode
		part string
	}{
		{"", specEmpty, ""},
		{" \t　", specEmpty, ""}, // the last blank is the full-width one
		{strings.Repeat("0 ", 200), specLong, ""},
		{"TZ=Asia/Seoul 0 9 * * *", specZone, "tz=asia/seoul"},
		{"CRON_TZ=Asia/Seoul 0 9 * * *", specZone, "cron_tz=asia/seoul"},
		{"TZ=0", specZone, "tz=0"}, // cron itself panics on this one
		{"TZ=", specZone, "tz="},
		{"@every 1h", specEvery, "@every 1h"},
		{"@every -5s", specEvery, "@every -5s"},
		{"@fortnightly", specWords, "@fortnightly"},
		{"@reboot", specWords, "@reboot"},
		{"0 9 * *", specField, "0 9 * *"},
		{"0 0 9 * * *", specField, "0 0 9 * * *"}, // six fields: with seconds
		{"60 9 * * *", specField, "60"},
		{"0 24 * * *", specField, "24"},
		{"0 9 0 * *", specField, "0"},
		{"0 9 * 13 *", specField, "13"},
		{"0 9 * * 8", specField, "8"},
		{"0 9 * * 1-7/2", specField, "1-7/2"}, // a step over the seventh day
		{"0 9 * * 5-1", specField, "5-1"},
		{"0 9 L * *", specField, "l"}, // other cron programs' letters
		{"0 9 * * 1#1", specField, "1#1"},
		{"0 9-8 * * *", specField, "9-8"},
		{"0 */0 * * *", specField, "*/0"},
		{"0 9 , * *", specField, "0 9 , * *"}, // cron accepts an empty list and searches for five years
		{"0 0 31 2 *", specNever, "0 0 31 2 *"},
		{"0 0 31 4,6,9,11 *", specNever, "0 0 31 4,6,9,11 *"},
		{"* * * * *", specOften, "* * * * *"},
		{"0,30 9 * * *", specOften, "0,30 9 * * *"},
		{"0,59 * * * *", specOften, "0,59 * * * *"},       // 59 minutes apart, and one
		{"0,59 9 * * *", specOften, "0,59 9 * * *"},       // 59 minutes apart
		{"*/59 9 * * *", specOften, "*/59 9 * * *"},       // the same, written as a step
		{"0-1 0 1 1 *", specOften, "0-1 0 1 1 *"},         // once a year, but twice then
		{"0,30 9 31 2 *", specOften, "0,30 9 31 2 *"},     // never, too
		{"0 9 * * * extra", specField, "0 9 * * * extra"}, //
	} {
		_, err := parseSpec(c.text)
		if code, part := refusal(t, err); code != c.code || part != c.part {
			t.Errorf("parseSpec(%q) refused with %q %q, want %q %q", c.text, code, part, c.code, c.part)
		}
	}
}

func TestSpecErrorNamesCodeAndPart(t *testing.T) {
	t.Parallel()
	if got, want := (&specError{specTime, "25시"}).Error(), `time not understood: time: "25시"`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := (&specError{code: specEmpty}).Error(), "time not understood: empty"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestSpecAfter(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, from, want string }{
		{"0 9 * * *", "2026-03-08T08:59", "2026-03-08T09:00"},
		{"0 9 * * *", "2026-03-08T09:00", "2026-03-09T09:00"},  // strictly after
		{"30 2 * * *", "2026-03-07T02:30", "2026-03-08T02:30"}, // a clock face has no change of the clocks
		{"0 9 * * 1-5", "2026-03-06T09:00", "2026-03-09T09:00"},
		{"0 9 13 * 5", "2026-03-06T09:00", "2026-03-13T09:00"},
		{"0 9 13 * 5", "2026-04-10T09:00", "2026-04-13T09:00"}, // the 13th is a Monday
		{"0 0 31 * *", "2026-03-31T00:00", "2026-05-31T00:00"},
		{"0 0 29 2 *", "2024-02-29T00:00", "2028-02-29T00:00"},
		{"0 0 29 2 *", "2096-02-29T00:00", "2104-02-29T00:00"}, // 2100 is no leap year; cron looks five years ahead
		{"0 0 29 2 *", "2095-01-01T00:00", "2096-02-29T00:00"},
	} {
		from, err := parseWall(c.from)
		if err != nil {
			t.Fatal(err)
		}
		got, ok := mustSpec(t, c.text).after(from)
		if !ok || got.String() != c.want {
			t.Errorf("%s after %s = %s, %v, want %s", c.text, c.from, got, ok, c.want)
		}
	}
}

func TestZeroSpecNeverAsks(t *testing.T) {
	t.Parallel()
	var s spec
	if w, ok := s.after(newWall(2026, 1, 1, 0, 0)); ok {
		t.Errorf("after = %s", w)
	}
	if p, ok := s.pattern(); ok {
		t.Errorf("pattern = %v", p)
	}
	if at, ok := nextInstant(s, time.UTC, time.Unix(0, 0)); ok {
		t.Errorf("nextInstant = %s", at)
	}
}

// Every weekday is tried, because cron programs disagree on the first.
func TestSpecWeekdays(t *testing.T) {
	t.Parallel()
	names := []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}
	korean := []string{"일", "월", "화", "수", "목", "금", "토"}
	monday := newWall(2026, 6, 1, 0, 0)
	for day := time.Sunday; day <= time.Saturday; day++ {
		for _, text := range []string{
			"0 9 * * " + names[day], "0 9 * * " + string('0'+rune(day)), names[day] + " 09:00", day.String() + "s at 9am",
			korean[day] + " 9시", "매주 " + korean[day] + "요일 오전 9시",
		} {
			s := mustSpec(t, text)
			w, ok := s.after(monday)
			if !ok || w.t.Weekday() != day {
				t.Errorf("%q comes on %s, want %s", text, w.t.Weekday(), day)
			}
			if next, _ := s.after(w); next.t.Sub(w.t) != 7*24*time.Hour {
				t.Errorf("%q comes again after %s", text, next.t.Sub(w.t))
			}
			if p, ok := s.pattern(); !ok || !p.days.has(day) || !single(p.days) {
				t.Errorf("%q has days %b", text, p.days)
			}
		}
	}
}

func FuzzSpec(f *testing.F) {
	for _, seed := range []string{
		"0 9 * * *", "0,30 9 * * *", "0 9 13 * 5-7", "TZ=0", "CRON_TZ=Asia/Seoul", "@every 0s", "@daily", "0 0 31 2 *", "0 9 , * *",
		"weekdays 09:00, 14:00", "매주 월요일 오후 2시 반", "월~금 9시", "mon,wed,fri 9:30 pm", "noon", "24:00", "０ ９ ＊ ＊ ＊",
		"*/59 * * * *", "0 9 1-7-9 * *", "0 9 * * 6-7,6-7", "fri-mon 12am", "\xff 9",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := parseSpec(text)
		if err != nil {
			if code, _ := refusal(t, err); code == "" {
				t.Errorf("refused without a code")
			}
			return
		}
		again, err := parseSpec(s.text)
		if err != nil || again.text != s.text || *again.cron != *s.cron {
			t.Fatalf("%q became %q, which reads as %q, %v", text, s.text, again.text, err)
		}
		w, ok := s.after(newWall(2026, 1, 1, 0, 0))
		for range 400 {
			if !ok {
				t.Fatalf("%q stops", s.text)
			}
			next, more := s.after(w)
			if more && next.t.Sub(w.t) < time.Hour {
				t.Fatalf("%q comes at %s and %s", s.text, w, next)
			}
			w, ok = next, more
		}
		if p, ok := s.pattern(); ok {
			for _, words := range []string{englishPattern(p), koreanPattern(p)} {
				if back, err := parseSpec(words); err != nil || !samePattern(back, p) {
					t.Fatalf("%q says %q, which reads as %q, %v", s.text, words, back.text, err)
				}
			}
		}
	})
}
