package bot

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// restRange is a run of days on which nothing is asked.
type restRange struct {
	from, to string // civil dates such as "2026-12-24", both included
	note     string // why, in somebody's own words; may be empty
}

// longestRest is counted in days, both ends included.
const longestRest = 366

// maxRestBytes holds about forty ranges.
const maxRestBytes = 1000

func (r restRange) has(date string) bool { return r.from <= date && date <= r.to }

// text is the canonical form, which parseRest reads back. It leaves out the note.
func (r restRange) text() string {
	if r.from == r.to {
		return r.from
	}
	return r.from + ".." + r.to
}

// end is the last minute of the range; for a range that was never a date, the zero wall.
func (r restRange) end() wall {
	last, err := time.Parse(time.DateOnly, r.to)
	if err != nil {
		return wall{}
	}
	return wall{last}.onDay(0, 24*60-1)
}

// restOn returns the first range that holds the date.
func restOn(rest []restRange, date string) (restRange, bool) {
	for _, r := range rest {
		if r.has(date) {
			return r, true
		}
	}
	return restRange{}, false
}

// parseRest reads dates and ranges separated by commas: 2026-12-24, 12/24~26, 12월 24일, 12/30..1/2. What has no year
// is the next that is not over on today, a civil date. The error is a *specError, unless
// today is no date.
func parseRest(text, today string) ([]restRange, error) {
	if len(text) > maxRestBytes {
		return nil, &specError{code: specLong}
	}
	text = strings.NewReplacer("、", ",", "...", "..", "–", "~", "〜", "~", "부터", "~", "까지", "", " to ", "~").Replace(foldText(text))
	if text == "" {
		return nil, &specError{code: specEmpty}
	}
	var ranges []restRange
	for part := range strings.SplitSeq(text, ",") {
		r, err := parseRestRange(strings.TrimSpace(part), today)
		if err != nil {
			return nil, err
		}
		ranges = append(ranges, r)
	}
	return ranges, nil
}

func parseRestRange(text, today string) (restRange, error) {
	left, right, isRange := strings.Cut(strings.Replace(text, "..", "~", 1), "~")
	from, ok := parseLooseDate(left)
	if !ok || from.month == 0 {
		return restRange{}, &specError{specWords, text}
	}
	to := from
	if isRange {
		if to, ok = parseLooseDate(right); !ok {
			return restRange{}, &specError{specWords, text}
		}
		if to.month == 0 {
			to.month, to.year = from.month, from.year
		}
	}
	if from.year == 0 && to.year == 0 {
		return nextRange(from, to, today, text)
	}
	return datedRange(from, to, text)
}

// looseDate is a date as written; zero stands for what was left out.
type looseDate struct{ year, month, day int }

// looseDatePattern reads 2026-12-24, 12/24, 2026년 12월 24일 and, at the end of a range, 26.
var looseDatePattern = regexp.MustCompile(`^ ?(?:(?:(\d{4}) ?[-/.년] ?)?(\d{1,2}) ?[-/.월] ?)?(\d{1,2}) ?일? ?$`)

func parseLooseDate(text string) (looseDate, bool) {
	m := looseDatePattern.FindStringSubmatch(text)
	if m == nil {
		return looseDate{}, false
	}
	d := looseDate{looseNumber(m[1]), looseNumber(m[2]), looseNumber(m[3])}
	// A zero that was written is no date, and nothing left out either.
	return d, (m[1] == "" || d.year > 0) && (m[2] == "" || d.month > 0)
}

// looseNumber reads the few digits that the pattern let through; nothing is zero.
func looseNumber(digits string) int {
	n, err := strconv.Atoi(digits)
	if err != nil {
		return 0
	}
	return n
}

// civil returns the date in its one form, or false if there is none such, like 30 February.
func (d looseDate) civil() (string, bool) {
	text := fmt.Sprintf("%04d-%02d-%02d", d.year, d.month, d.day)
	_, err := time.Parse(time.DateOnly, text)
	return text, err == nil
}

// nextRange dates a range without years: the first one that ends today or later, so that one which is under way means
// this one. Nine years on hold every date there is.
func nextRange(from, to looseDate, today, text string) (restRange, error) {
	now, err := time.Parse(time.DateOnly, today)
	if err != nil {
		return restRange{}, fmt.Errorf("read today's date: %w", err)
	}
	refused := error(&specError{specDate, text})
	for year := now.Year() - 1; year <= now.Year()+8; year++ {
		from.year = year
		r, err := datedRange(from, to, text)
		if err == nil && r.to >= today {
			return r, nil
		}
		if err != nil && year == now.Year() {
			refused = err
		}
	}
	return restRange{}, refused
}

// datedRange completes and checks a range of which at least one end has a year.
func datedRange(from, to looseDate, text string) (restRange, error) {
	guessed := from.year == 0 || to.year == 0
	turn := to.month < from.month // 12/30~1/2 runs over the year's end; 12/26~12/24 is a slip.
	switch {
	case to.year == 0 && turn:
		to.year = from.year + 1
	case to.year == 0:
		to.year = from.year
	case from.year == 0 && turn:
		from.year = to.year - 1
	case from.year == 0:
		from.year = to.year
	}
	first, ok := from.civil()
	last, okLast := to.civil()
	if !ok || !okLast {
		return restRange{}, &specError{specDate, text}
	}
	days := daysBetween(first, last) + 1
	switch {
	case days < 1, guessed && days > longestRest/2 && turn: // 12/24~11/20 is a slip too.
		return restRange{}, &specError{specBackwards, text}
	case days > longestRest:
		return restRange{}, &specError{specSpan, text}
	}
	return restRange{from: first, to: last}, nil
}

// daysBetween counts from one civil date to another; both are known to be dates.
func daysBetween(from, to string) int {
	a, errA := time.Parse(time.DateOnly, from)
	b, errB := time.Parse(time.DateOnly, to)
	if errA != nil || errB != nil {
		return 0
	}
	return int(b.Sub(a) / (24 * time.Hour))
}
