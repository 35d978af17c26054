package bot

import (
	"fmt"
	"math/bits"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// specCode says why a text about time was refused. The sentences for people are made from it elsewhere.
type specCode string

const (
	specEmpty     specCode = "empty"     // nothing was written
	specLong      specCode = "long"      // longer than any sensible text
	specZone      specCode = "zone"      // names a zone, which is set separately
	specEvery     specCode = "every"     // counts an interval from nowhere, instead of naming times
	specField     specCode = "field"     // looks like cron, but this field, or the number of fields, is wrong
	specNever     specCode = "never"     // such as 31 February
	specOften     specCode = "often"     // two slots less than an hour apart
	specWords     specCode = "words"     // this word is not understood
	specTime      specCode = "time"      // no time of day, or one that could mean two
	specMixed     specCode = "mixed"     // several times with different minutes, which one cron line cannot hold
	specDate      specCode = "date"      // no such date
	specBackwards specCode = "backwards" // a range that ends before it starts
	specSpan      specCode = "span"      // a length of time outside what is allowed here
)

// specError is a refused text about time: a schedule, a reveal time, a span or rest days.
type specError struct {
	code specCode
	part string // the words that are to blame, lower-cased; may be empty
}

func (e *specError) Error() string {
	if e.part == "" {
		return "time not understood: " + string(e.code)
	}
	return fmt.Sprintf("time not understood: %s: %q", e.code, e.part)
}

// maxSpecBytes holds every schedule that a person would write, and keeps the work per text small.
const maxSpecBytes = 300

// spec says when questions are asked, on a clock face without a zone. The zero spec never asks.
type spec struct {
	text string // five cron fields in their shortest spelling; parseSpec reads it back as the same spec
	cron *cron.SpecSchedule
}

// parseSpec reads five cron fields, a cron name such as @daily, or words such as "weekdays 09:00" and "평일 9시".
// The error is a *specError.
func parseSpec(text string) (spec, error) {
	if len(text) > maxSpecBytes {
		return spec{}, &specError{code: specLong}
	}
	text = foldText(text)
	switch {
	case text == "":
		return spec{}, &specError{code: specEmpty}
	case strings.HasPrefix(text, "tz=") || strings.HasPrefix(text, "cron_tz="):
		return spec{}, &specError{specZone, firstWord(text)}
	case strings.HasPrefix(text, "@"):
		return parseCronName(text)
	case looksLikeCron(text):
		return parseCron(text)
	}
	line, err := cronFromWords(text)
	if err != nil {
		return spec{}, err
	}
	return parseCron(line)
}

// looksLikeCron tells "0 9 * * *" from "9 am": in cron the first two fields are numbers.
func looksLikeCron(text string) bool {
	fields := strings.Fields(text)
	return len(fields) > 1 &&
		strings.Trim(fields[0], "0123456789*?,/-") == "" &&
		strings.Trim(fields[1], "0123456789*?,/-") == ""
}

func parseCronName(text string) (spec, error) {
	if strings.HasPrefix(text, "@every") {
		return spec{}, &specError{specEvery, text}
	}
	parsed, err := standardCron(text)
	if err != nil {
		return spec{}, &specError{specWords, text}
	}
	return newSpec(parsed, text)
}

func parseCron(text string) (spec, error) {
	fields := strings.Fields(text)
	if len(fields) != 5 {
		return spec{}, &specError{specField, text}
	}
	written := fields[4]
	fields[4] = sundayIsZero(fields[4])
	parsed, err := standardCron(strings.Join(fields, " "))
	if err == nil {
		return newSpec(parsed, text)
	}
	if i := badField(fields); i < 4 {
		return spec{}, &specError{specField, fields[i]}
	}
	return spec{}, &specError{specField, written}
}

// newSpec refuses what cron accepts and a team would regret.
func newSpec(parsed *cron.SpecSchedule, text string) (spec, error) {
	for _, set := range []uint64{parsed.Minute, parsed.Hour, parsed.Dom, parsed.Month, parsed.Dow} {
		if set == 0 { // A field of commas alone; cron's search for it would take long.
			return spec{}, &specError{specField, text}
		}
	}
	// Two minutes in one hour are always less than an hour apart; one minute of each hour never is.
	if bits.OnesCount64(parsed.Minute&^cronStar) != 1 {
		return spec{}, &specError{specOften, text}
	}
	s := spec{cron: parsed}
	// The year 2000 has every date there is.
	if _, ok := s.after(newWall(1999, time.December, 31, 23, 59)); !ok {
		return spec{}, &specError{specNever, text}
	}
	s.text = strings.Join([]string{
		cronField(parsed.Minute, 0, 59),
		cronField(parsed.Hour, 0, 23),
		cronField(parsed.Dom, 1, 31),
		cronField(parsed.Month, 1, 12),
		cronField(parsed.Dow, 0, 6),
	}, " ")
	return s, nil
}

// standardCron is cron's parser made safe: it panics on a zone without fields after it, and may on more.
func standardCron(text string) (parsed *cron.SpecSchedule, err error) {
	defer func() {
		if r := recover(); r != nil {
			parsed, err = nil, fmt.Errorf("parse cron line: %v", r)
		}
	}()
	schedule, err := cron.ParseStandard(text)
	if err != nil {
		return nil, fmt.Errorf("parse cron line: %w", err)
	}
	parsed, ok := schedule.(*cron.SpecSchedule)
	if !ok {
		return nil, fmt.Errorf("parse cron line: %T has no fields", schedule)
	}
	return parsed, nil
}

// badField returns the index of the first field that cron refuses.
func badField(fields []string) int {
	single := []cron.ParseOption{cron.Minute, cron.Hour, cron.Dom, cron.Month, cron.Dow}
	for i, option := range single {
		if _, err := cron.NewParser(option).Parse(fields[i]); err != nil {
			return i
		}
	}
	return len(fields) - 1
}

// sundayIsZero rewrites weekdays the way cron here knows them: many cron programs also count Sunday as 7, and people
// end a range with it.
func sundayIsZero(field string) string {
	parts := strings.Split(field, ",")
	for i, part := range parts {
		from, to, isRange := strings.Cut(part, "-")
		switch {
		case part == "7":
			parts[i] = "0"
		case isRange && to == "7", isRange && to == "sun" && from != "sun" && from != "0":
			parts[i] = from + "-6,0"
		}
	}
	return strings.Join(parts, ",")
}

// cronStar is the bit by which cron marks a field written as a star. A star in one of the two day fields means that
// both must match; without it either may.
const cronStar = 1 << 63

// cronField writes a set of values as short as people would: *, */2, 1-5 or 1,3,5.
func cronField(set uint64, low, high int) string {
	if set&cronStar != 0 {
		return "*"
	}
	var values []int
	for v := low; v <= high; v++ {
		if set&(1<<v) != 0 {
			values = append(values, v)
		}
	}
	if step, ok := stepOf(values, low, high); ok {
		return "*/" + strconv.Itoa(step)
	}
	var parts []string
	for len(values) > 0 {
		run := 1
		for run < len(values) && values[run] == values[0]+run {
			run++
		}
		if run < 3 {
			run = 1
			parts = append(parts, strconv.Itoa(values[0]))
		} else {
			parts = append(parts, fmt.Sprintf("%d-%d", values[0], values[run-1]))
		}
		values = values[run:]
	}
	return strings.Join(parts, ",")
}

// stepOf finds the step that reaches exactly these values from low. A step of one would be a star, which means more.
func stepOf(values []int, low, high int) (int, bool) {
	if len(values) < 3 || values[0] != low {
		return 0, false
	}
	step := values[1] - values[0]
	var reached []int
	for v := low; v <= high; v += step {
		reached = append(reached, v)
	}
	return step, step > 1 && slices.Equal(values, reached)
}

// after returns the first slot strictly after w; false if there never is one.
func (s spec) after(w wall) (wall, bool) {
	if s.cron == nil {
		return wall{}, false
	}
	next := s.cron.Next(w.t)
	if next.IsZero() {
		// cron gives up after five years, and 29 February can be eight years away.
		next = s.cron.Next(w.t.AddDate(4, 0, 0))
	}
	return wall{next}, !next.IsZero()
}

// specPattern is a spec simple enough for words: on these weekdays, at these times.
type specPattern struct {
	days  daySet
	times []timeOfDay // ascending
}

// maxPatternTimes is how many times a day people read more easily than a cron line.
const maxPatternTimes = 6

// pattern returns false where only the cron text says it exactly or briefly.
func (s spec) pattern() (specPattern, bool) {
	if s.cron == nil || s.cron.Dom&cronStar == 0 || s.cron.Month&cronStar == 0 {
		return specPattern{}, false
	}
	p := specPattern{days: daySet(s.cron.Dow & uint64(everyDay))}
	minute := bits.TrailingZeros64(s.cron.Minute)
	for hour := range 24 {
		if s.cron.Hour&(1<<hour) != 0 {
			p.times = append(p.times, timeOfDay(hour*60+minute))
		}
	}
	return p, len(p.times) <= maxPatternTimes
}
