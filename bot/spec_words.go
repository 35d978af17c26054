package bot

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// daySet is a set of weekdays: bit 0 is Sunday, as in time.Weekday.
type daySet uint8

const (
	everyDay daySet = 0b1111111
	workDays daySet = 0b0111110
	weekend  daySet = 0b1000001
)

func (d daySet) has(day time.Weekday) bool { return d&(1<<day) != 0 }

// timeOfDay counts minutes on the clock face since midnight, 0 to 1439.
type timeOfDay int

func (t timeOfDay) String() string { return fmt.Sprintf("%02d:%02d", t/60, t%60) }

// The tables are all the words that schedules, reveal times and spans are made of. They are only read.
var (
	dayWords = map[string]daySet{
		"daily": everyDay, "everyday": everyDay, "day": everyDay, "매일": everyDay,
		"weekdays": workDays, "weekday": workDays, "평일": workDays, "주중": workDays,
		"weekends": weekend, "weekend": weekend, "주말": weekend,
		"sun": 1 << 0, "sunday": 1 << 0, "sundays": 1 << 0, "일": 1 << 0, "일요일": 1 << 0,
		"mon": 1 << 1, "monday": 1 << 1, "mondays": 1 << 1, "월": 1 << 1, "월요일": 1 << 1,
		"tue": 1 << 2, "tues": 1 << 2, "tuesday": 1 << 2, "tuesdays": 1 << 2, "화": 1 << 2, "화요일": 1 << 2,
		"wed": 1 << 3, "wednesday": 1 << 3, "wednesdays": 1 << 3, "수": 1 << 3, "수요일": 1 << 3,
		"thu": 1 << 4, "thur": 1 << 4, "thurs": 1 << 4, "thursday": 1 << 4, "thursdays": 1 << 4, "목": 1 << 4, "목요일": 1 << 4,
		"fri": 1 << 5, "friday": 1 << 5, "fridays": 1 << 5, "금": 1 << 5, "금요일": 1 << 5,
		"sat": 1 << 6, "saturday": 1 << 6, "saturdays": 1 << 6, "토": 1 << 6, "토요일": 1 << 6,
	}
	halfWords = map[string]dayHalf{
		"am": forenoon, "a.m.": forenoon, "a.m": forenoon, "pm": afternoon, "p.m.": afternoon, "p.m": afternoon,
		"오전": forenoon, "오후": afternoon,
	}
	// English puts the half of the day after the hour; a Korean one there belongs to the next time.
	halfWordsAfter = map[string]dayHalf{
		"am": forenoon, "a.m.": forenoon, "a.m": forenoon, "pm": afternoon, "p.m.": afternoon, "p.m": afternoon,
	}
	namedTimes = map[string]timeOfDay{"noon": 12 * 60, "정오": 12 * 60, "midnight": 0, "자정": 0}

	everyWords = wordSet("every", "each", "on", "매주")
	untilWords = wordSet("-", "–", "~", "〜", "to", "through", "부터")
	untilEnds  = wordSet("까지")
	andWords   = wordSet(",", "、", "·", "&", "and", "및")
	atWords    = wordSet("at", "에", "마다")
)

func wordSet(words ...string) map[string]bool {
	set := make(map[string]bool)
	for _, w := range words {
		set[w] = true
	}
	return set
}

// dayHalf tells nine in the morning from nine in the evening; unsaid counts hours to 24.
type dayHalf int

const (
	unsaid dayHalf = iota
	forenoon
	afternoon
)

// foldText makes texts comparable: full-width signs and decomposed Hangul become plain, letters small, and every run
// of blanks one space.
func foldText(text string) string {
	return strings.Join(strings.Fields(strings.ToLower(norm.NFKC.String(text))), " ")
}

func firstWord(text string) string {
	word, _, _ := strings.Cut(text, " ")
	return word
}

// phrase is folded text of which the understood words have been taken from the front.
type phrase struct{ rest string }

// take removes the longest word of the table that the phrase begins with, and returns its meaning.
func take[T any](p *phrase, table map[string]T) (meaning T, ok bool) {
	p.rest = strings.TrimLeft(p.rest, " ")
	longest := ""
	for word := range table {
		if len(word) > len(longest) && strings.HasPrefix(p.rest, word) && endsWord(word, p.rest[len(word):]) {
			longest = word
		}
	}
	if longest == "" {
		return meaning, false
	}
	p.rest = p.rest[len(longest):]
	return table[longest], true
}

// endsWord keeps "mon" from matching in "month". Korean words need no blank after them.
func endsWord(word, rest string) bool {
	next, _ := utf8.DecodeRuneInString(rest)
	last := word[len(word)-1]
	return last < 'a' || last > 'z' || next > unicode.MaxASCII || !unicode.IsLetter(next)
}

func (p *phrase) skip(table map[string]bool) {
	for ok := true; ok; {
		_, ok = take(p, table)
	}
}

// number takes a whole run of digits, and refuses one that is shorter or longer than asked.
func (p *phrase) number(shortest, longest int) (int, bool) {
	p.rest = strings.TrimLeft(p.rest, " ")
	n := 0
	for n < len(p.rest) && '0' <= p.rest[n] && p.rest[n] <= '9' {
		n++
	}
	if n < shortest || n > longest {
		return 0, false
	}
	value, err := strconv.Atoi(p.rest[:n])
	p.rest = p.rest[n:]
	return value, err == nil
}

func (p *phrase) sign(sign string) bool {
	rest, ok := strings.CutPrefix(strings.TrimLeft(p.rest, " "), sign)
	if ok {
		p.rest = rest
	}
	return ok
}

func (p *phrase) unknown() error {
	return &specError{specWords, firstWord(strings.TrimLeft(p.rest, " "))}
}

// cronFromWords turns "weekdays 09:00, 14:00" into the cron line "0 9,14 * * 1-5". Without days it means every day.
func cronFromWords(text string) (string, error) {
	p := &phrase{text}
	days, err := p.days()
	if err != nil {
		return "", err
	}
	times, err := p.times()
	if err != nil {
		return "", err
	}
	if days == 0 {
		if days, err = p.days(); err != nil {
			return "", err
		}
	}
	if p.rest != "" {
		return "", p.unknown()
	}
	if days == 0 {
		days = everyDay
	}
	return cronLine(days, times, text)
}

func cronLine(days daySet, times []timeOfDay, text string) (string, error) {
	var hours uint64
	for _, t := range times {
		if t%60 != times[0]%60 {
			return "", &specError{specMixed, text}
		}
		hours |= 1 << (t / 60)
	}
	weekdays := "*"
	if days != everyDay {
		weekdays = cronField(uint64(days), 0, 6)
	}
	return fmt.Sprintf("%d %s * * %s", times[0]%60, cronField(hours, 0, 23), weekdays), nil
}

// days takes days, and ranges of them, for as long as there are any: "mon,wed", "월수금", "매주 월~금".
func (p *phrase) days() (daySet, error) {
	var set daySet
	for {
		p.skip(everyWords)
		from, ok := take(p, dayWords)
		if !ok {
			p.skip(atWords)
			return set, nil
		}
		set |= from
		if _, ok := take(p, untilWords); ok {
			to, ok := take(p, dayWords)
			if !ok || !single(from) || !single(to) {
				return 0, p.unknown()
			}
			p.skip(untilEnds)
			for set |= to; from != to; from = nextDay(from) {
				set |= from
			}
		}
		p.skip(andWords)
	}
}

func single(d daySet) bool { return d != 0 && d&(d-1) == 0 }

// nextDay lets a range run over the week's end: "fri-mon".
func nextDay(d daySet) daySet {
	if d == 1<<time.Saturday {
		return 1 << time.Sunday
	}
	return d << 1
}

// times takes one time of day or more. Either all hours up to twelve say which half of the day they mean, or none
// does: "오후 2시, 4시" could mean four at night, and nobody should be woken by a guess.
func (p *phrase) times() ([]timeOfDay, error) {
	var times []timeOfDay
	var said, bare bool
	for {
		start := p.rest
		t, half, err := p.timeOfDay()
		if err != nil {
			return nil, err
		}
		said = said || half != unsaid
		bare = bare || half == unsaid && couldBeEither(start, t)
		if said && bare {
			return nil, &specError{specTime, taken(start, p.rest)}
		}
		times = append(times, t)
		p.skip(atWords)
		p.skip(andWords)
		if !p.startsTime() {
			slices.Sort(times)
			return slices.Compact(times), nil
		}
	}
}

// couldBeEither reports whether a time written from start on, without a half of the day, may have meant another one.
func couldBeEither(start string, t timeOfDay) bool {
	_, named := take(&phrase{start}, namedTimes)
	return !named && t >= 60 && t < 13*60
}

func (p *phrase) startsTime() bool {
	probe := *p
	_, _, err := probe.timeOfDay()
	if err == nil {
		return true
	}
	// What begins like a time is one, so that its fault is named: "09:00, 25:00".
	probe = *p
	_, half := take(&probe, halfWords)
	probe.rest = strings.TrimLeft(probe.rest, " ")
	return half || probe.rest != "" && '0' <= probe.rest[0] && probe.rest[0] <= '9'
}

// taken returns the words between start and what is left of it.
func taken(start, rest string) string {
	return strings.Trim(strings.TrimSuffix(start, rest), " ,")
}

// timeOfDay takes "09:00", "9:30 pm", "9am", "오후 2시 반", "14시 30분" or "noon".
func (p *phrase) timeOfDay() (timeOfDay, dayHalf, error) {
	if t, ok := take(p, namedTimes); ok {
		return t, unsaid, nil
	}
	start := p.rest
	half, before := take(p, halfWords)
	hour, ok := p.number(1, 2)
	if !ok {
		return 0, unsaid, notATime(start)
	}
	minute, alone, ok := p.minute()
	if !ok {
		return 0, unsaid, notATime(start)
	}
	if !before {
		half, _ = take(p, halfWordsAfter)
	}
	if alone && half == unsaid {
		return 0, unsaid, &specError{specTime, taken(start, p.rest)}
	}
	hour, ok = hourOf(hour, half)
	if !ok || minute > 59 {
		return 0, unsaid, &specError{specTime, taken(start, p.rest)}
	}
	return timeOfDay(hour*60 + minute), half, nil
}

// minute takes what follows an hour. Alone means that nothing did, so that only a half of the day makes it a time.
func (p *phrase) minute() (minute int, alone, ok bool) {
	if p.sign(":") {
		minute, ok = p.number(2, 2)
		return minute, false, ok
	}
	if !p.sign("시") {
		return 0, true, true
	}
	if p.sign("반") {
		return 30, false, true
	}
	probe := *p
	if minute, ok = probe.number(1, 2); ok && probe.sign("분") {
		*p = probe
		return minute, false, true
	}
	return 0, false, true
}

// hourOf returns the hour of 24. Midnight may be written as 12 or 0 in the forenoon; noon is 12 in the afternoon.
func hourOf(hour int, half dayHalf) (int, bool) {
	switch half {
	case forenoon:
		return hour % 12, hour <= 12
	case afternoon:
		return hour%12 + 12, 1 <= hour && hour <= 12
	}
	return hour, hour <= 23
}

// notATime blames the word that should have been a time: a strange word as such, digits or nothing as
// a wrong time.
func notATime(start string) error {
	word := firstWord(strings.TrimLeft(start, " "))
	if word == "" || strings.ContainsAny(word, "0123456789") {
		return &specError{specTime, strings.TrimRight(word, ",")}
	}
	return &specError{specWords, word}
}
