package bot

import (
	"fmt"
	"math"
	"time"
)

// reveal says when a slot's reference answer is shown: a span after the slot, or a time of day. The zero reveal says
// nothing.
type reveal struct {
	span    time.Duration // after the slot; zero if onClock
	onClock bool
	days    int // if onClock: on the day so many days after the slot's; 0: the first such time after the slot
	clock   timeOfDay
}

// A reveal comes at least a minute and at most two weeks after its slot.
const (
	shortestReveal = time.Minute
	longestReveal  = 14 * 24 * time.Hour
	lastRevealDay  = 13
)

var (
	nextDayWords = wordSet("next day", "the next day", "다음날", "다음 날", "익일")
	laterWords   = wordSet("+", "in", "after")
	laterEnds    = wordSet("later", "after", "뒤", "후", "뒤에", "후에")
	spanUnits    = map[string]time.Duration{
		"d": 24 * time.Hour, "day": 24 * time.Hour, "days": 24 * time.Hour, "일": 24 * time.Hour,
		"h": time.Hour, "hr": time.Hour, "hrs": time.Hour, "hour": time.Hour, "hours": time.Hour, "시간": time.Hour,
		"m": time.Minute, "min": time.Minute, "mins": time.Minute, "minute": time.Minute, "minutes": time.Minute, "분": time.Minute,
	}
)

// parseReveal reads a span ("8h", "+90m", "30분 뒤"), a time of day ("18:00", "오후 6시") or a time on a later day
// ("next day 09:00", "다음날 9시", "+2d 09:00"). The error is a *specError.
func parseReveal(text string) (reveal, error) {
	if len(text) > maxSpecBytes {
		return reveal{}, &specError{code: specLong}
	}
	text = foldText(text)
	if text == "" {
		return reveal{}, &specError{code: specEmpty}
	}
	p := &phrase{text}
	days := p.laterDay()
	if days == 0 && p.startsSpan() {
		return p.revealSpan()
	}
	p.skip(atWords)
	t, _, err := p.timeOfDay()
	if err != nil {
		return reveal{}, err
	}
	p.skip(atWords)
	switch {
	case p.rest != "":
		return reveal{}, p.unknown()
	case days > lastRevealDay:
		return reveal{}, &specError{specSpan, text}
	}
	return reveal{onClock: true, days: days, clock: t}, nil
}

// laterDay takes a day to count from the slot's: "next day", or "+2d" if a time of day follows.
func (p *phrase) laterDay() int {
	if _, ok := take(p, nextDayWords); ok {
		return 1
	}
	probe := *p
	probe.sign("+")
	days, ok := probe.number(1, 3)
	unit, isUnit := take(&probe, spanUnits)
	if !ok || !isUnit || unit != 24*time.Hour || probe.startsSpan() || !probe.startsTime() {
		return 0
	}
	*p = probe
	return days
}

func (p *phrase) revealSpan() (reveal, error) {
	span, err := p.span(shortestReveal, longestReveal)
	if err != nil {
		return reveal{}, err
	}
	p.skip(laterEnds)
	if p.rest != "" {
		return reveal{}, p.unknown()
	}
	return reveal{span: span}, nil
}

// text is the canonical form, which parseReveal reads back; empty for the zero reveal.
func (r reveal) text() string {
	switch {
	case r.onClock && r.days > 0:
		return fmt.Sprintf("+%dd %s", r.days, r.clock)
	case r.onClock:
		return r.clock.String()
	case r.span > 0:
		return spanText(r.span)
	}
	return ""
}

// at returns when the answer of a slot is shown in loc. It is always after the slot's instant, except for the zero
// reveal.
func (r reveal) at(slot wall, loc *time.Location) time.Time {
	asked, _ := instant(slot, loc)
	if !r.onClock {
		return asked.Add(r.span)
	}
	target := slot.onDay(r.days, r.clock)
	if !slot.before(target) {
		target = slot.onDay(1, r.clock)
	}
	shown, exists := instant(target, loc)
	if !exists { // The day after a day that does not exist does.
		shown, _ = instant(target.onDay(1, r.clock), loc)
	}
	if !shown.After(asked) { // A change of the clocks leaves out both; keep them as far apart as they were meant.
		return asked.Add(target.t.Sub(slot.t))
	}
	return shown
}

// from returns when the answer of a question asked at once is shown: a span counts from now, and a time of day is the next
// that is still to come.
func (r reveal) from(now time.Time, loc *time.Location) time.Time {
	if !r.onClock {
		return now.Add(r.span)
	}
	asked := wallOf(now, loc)
	at := r.at(asked, loc)
	for days := 1; !at.After(now); days++ {
		at, _ = instant(asked.onDay(r.days+days, r.clock), loc)
	}
	return at
}

// parseSpan reads a length of time such as "6h", "1h30m", "2시간", "1d", within bounds. The error is a *specError.
func parseSpan(text string, shortest, longest time.Duration) (time.Duration, error) {
	if len(text) > maxSpecBytes {
		return 0, &specError{code: specLong}
	}
	p := &phrase{foldText(text)}
	if p.rest == "" {
		return 0, &specError{code: specEmpty}
	}
	span, err := p.span(shortest, longest)
	if err != nil {
		return 0, err
	}
	if p.rest != "" {
		return 0, p.unknown()
	}
	return span, nil
}

// span takes numbers with units, the larger unit first.
func (p *phrase) span(shortest, longest time.Duration) (time.Duration, error) {
	start := p.rest
	var total time.Duration
	for last := time.Duration(math.MaxInt64); p.startsSpan(); {
		p.skip(laterWords)
		n, _ := p.number(1, 5)
		unit, _ := take(p, spanUnits)
		if unit >= last {
			return 0, &specError{specWords, start}
		}
		total += time.Duration(n) * unit // Five digits of days, hours and minutes do not overflow.
		last = unit
	}
	if p.rest == start {
		return 0, p.unknown()
	}
	if total < shortest || total > longest {
		return 0, &specError{specSpan, taken(start, p.rest)}
	}
	return total, nil
}

// startsSpan reports whether the phrase begins with a number and a unit, as in "8h" or "+90m".
func (p *phrase) startsSpan() bool {
	probe := *p
	probe.skip(laterWords)
	_, ok := probe.number(1, 5)
	_, isUnit := take(&probe, spanUnits)
	return ok && isUnit
}

// spanText writes whole minutes in the largest unit that divides them: "2d", "8h", "90m". parseSpan reads it back.
func spanText(d time.Duration) string {
	minutes := int64(d / time.Minute)
	switch {
	case minutes > 0 && minutes%(24*60) == 0:
		return fmt.Sprintf("%dd", minutes/(24*60))
	case minutes > 0 && minutes%60 == 0:
		return fmt.Sprintf("%dh", minutes/60)
	}
	return fmt.Sprintf("%dm", minutes)
}
