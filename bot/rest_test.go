package bot

import (
	"strings"
	"testing"
	"time"
)

func restTexts(rest []restRange) string {
	var texts []string
	for _, r := range rest {
		texts = append(texts, r.text())
	}
	return strings.Join(texts, " ")
}

func TestParseRest(t *testing.T) {
	t.Parallel()
	const today = "2026-11-20"
	for _, c := range []struct{ text, want string }{
		{"2026-12-24", "2026-12-24"},
		{"2026/12/24", "2026-12-24"},
		{"2026.12.24", "2026-12-24"},
		{"2026년 12월 24일", "2026-12-24"},
		{"2026-12-24..2026-12-26", "2026-12-24..2026-12-26"},
		{"2026-12-24 .. 2026-12-26", "2026-12-24..2026-12-26"},
		{"2026.12.24..2026.12.26", "2026-12-24..2026-12-26"}, // dots in and between the dates
		{"2026.12.24…2026.12.26", "2026-12-24..2026-12-26"},  // three dots in one sign
		{"2026-12-24~26", "2026-12-24..2026-12-26"},
		{"2026-12-24~2026-12-24", "2026-12-24"},
		{"2026-12-24 to 2026-12-26", "2026-12-24..2026-12-26"},
		{"12-24", "2026-12-24"},
		{"12/24", "2026-12-24"},
		{"12월 24일", "2026-12-24"},
		{"12월24일", "2026-12-24"},
		{"12/24~12/26", "2026-12-24..2026-12-26"},
		{"１２／２４～２６", "2026-12-24..2026-12-26"}, // full-width signs
		{"12월 24일부터 26일까지", "2026-12-24..2026-12-26"},
		{"12/24, 12/31~1/2", "2026-12-24 2026-12-31..2027-01-02"},
		{"11/20", "2026-11-20"},                         // today is still ahead
		{"11/19", "2027-11-19"},                         // yesterday is a year ahead
		{"11/18~11/22", "2026-11-18..2026-11-22"},       // under way
		{"11/18~11/19", "2027-11-18..2027-11-19"},       // just over
		{"2/29", "2028-02-29"},                          // the next leap year
		{"2/27~2/29", "2028-02-27..2028-02-29"},         // the same at the end of a range
		{"12/30..2027-01-02", "2026-12-30..2027-01-02"}, // the year at the end only
		{"12/24..2026-12-26", "2026-12-24..2026-12-26"},
		{"2026-12-30~1/2", "2026-12-30..2027-01-02"}, // the year at the start only
		{"2026-01-01..2027-01-01", "2026-01-01..2027-01-01"},
		{"2024-01-01..2024-12-31", "2024-01-01..2024-12-31"}, // the past may be written down
	} {
		got, err := parseRest(c.text, today)
		if err != nil || restTexts(got) != c.want {
			t.Errorf("parseRest(%q) = %q, %v, want %q", c.text, restTexts(got), err, c.want)
		}
	}
}

// On New Year's Day a holiday that began last year is still this one.
func TestParseRestUnderWayOverTheYear(t *testing.T) {
	t.Parallel()
	got, err := parseRest("12/30~1/2", "2027-01-01")
	if want := "2026-12-30..2027-01-02"; err != nil || restTexts(got) != want {
		t.Errorf("got %q, %v, want %q", restTexts(got), err, want)
	}
}

func TestParseRestRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text string
		code specCode
		part string
	}{
		{"", specEmpty, ""},
		{strings.Repeat("12/24,", 300), specLong, ""},
		{"christmas", specWords, "christmas"},
		{"24", specWords, "24"}, // a day of which month?
		{"12/24,", specWords, ""},
		{"12/24~", specWords, "12/24~"},
		{"12/24~25~26", specWords, "12/24~25~26"},
		{"26-12-24", specWords, "26-12-24"}, // a year has four digits
		{"0000-12-24", specWords, "0000-12-24"},
		{"00-24", specWords, "00-24"},
		{"02-30", specDate, "02-30"},
		{"2026-02-29", specDate, "2026-02-29"}, // no leap year
		{"13/01", specDate, "13/01"},
		{"12-00", specDate, "12-00"},
		{"12/24~12/32", specDate, "12/24~12/32"},
		{"9999-12-30~1/2", specDate, "9999-12-30~1/2"}, // four digits end here
		{"2026-12-26..2026-12-24", specBackwards, "2026-12-26..2026-12-24"},
		{"12/26~12/24", specBackwards, "12/26~12/24"}, // not a year minus two days
		{"12/26~24", specBackwards, "12/26~24"},       // nor the 24th of January
		{"12/24~11/26", specBackwards, "12/24~11/26"}, // nor eleven months
		{"2026-12-24~11/26", specBackwards, "2026-12-24~11/26"},
		{"2026-01-01..2027-01-02", specSpan, "2026-01-01..2027-01-02"}, // 367 days
	} {
		_, err := parseRest(c.text, "2026-11-20")
		if code, part := refusal(t, err); code != c.code || part != c.part {
			t.Errorf("parseRest(%q) refused with %q %q, want %q %q", c.text, code, part, c.code, c.part)
		}
	}
}

func TestParseRestNeedsToday(t *testing.T) {
	t.Parallel()
	if got, err := parseRest("12/24", "tomorrow"); err == nil {
		t.Errorf("got %q", restTexts(got))
	}
}

func TestRestOn(t *testing.T) {
	t.Parallel()
	rest := []restRange{
		{from: "2026-12-24", to: "2026-12-26", note: "holidays"},
		{from: "2026-12-26", to: "2026-12-26", note: "second"},
	}
	for _, c := range []struct{ date, note string }{
		{"2026-12-23", ""}, {"2026-12-24", "holidays"}, {"2026-12-26", "holidays"}, {"2026-12-27", ""}, {"2025-12-25", ""},
	} {
		r, ok := restOn(rest, c.date)
		if r.note != c.note || ok != (c.note != "") {
			t.Errorf("restOn(%s) = %v, %v", c.date, r, ok)
		}
	}
}

func FuzzRest(f *testing.F) {
	for _, seed := range []string{
		"2026-12-24", "12/24~26, 2/29", "12월 24일부터 26일까지", "12/30..1/2", "02-30", "9999-12-31~1/1", "12/24...26", "2026.12.24..2027.1.1",
	} {
		f.Add(seed, 0)
		f.Add(seed, 500)
	}
	f.Fuzz(func(t *testing.T, text string, day int) {
		today := newWall(2026, 1, 1+day%40000, 0, 0).date()
		rest, err := parseRest(text, today)
		if err != nil {
			if code, _ := refusal(t, err); code == "" {
				t.Errorf("refused without a code")
			}
			return
		}
		for _, r := range rest {
			from, errFrom := time.Parse(time.DateOnly, r.from)
			to, errTo := time.Parse(time.DateOnly, r.to)
			if errFrom != nil || errTo != nil || to.Before(from) || to.Sub(from) >= longestRest*24*time.Hour {
				t.Fatalf("%q on %s became %v", text, today, r)
			}
			if last := r.end(); last.date() != r.to || last.timeOfDay().String() != "23:59" {
				t.Fatalf("%v ends %s", r, last)
			}
			back, err := parseRest(r.text(), today)
			if err != nil || len(back) != 1 || back[0] != r {
				t.Fatalf("%q reads as %v, %v", r.text(), back, err)
			}
		}
	})
}
