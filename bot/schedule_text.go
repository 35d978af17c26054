package bot

import (
	"strings"
	"time"

	"rewind/store"
)

// Here schedules are described to people.

// listSlots is how many coming times a schedule shows.
const listSlots = 5

// scheduleText describes a schedule, with the times it will ask next and why one is left out.
func (k *call) scheduleText(s store.Schedule) string {
	zone := zoneOf(s.Zone, k.group.Zone)
	lines := []string{k.words.Say("schedule_line", Values{
		"ID": s.ID, "When": k.describe(s), "Zone": zone, "Channels": k.channelNames(s.Channels), "Reveal": k.revealWords(s.Reveal),
	})}
	if len(s.Topics) > 0 {
		lines = append(lines, k.words.Say("schedule_topics", Values{"Topics": joinTopics(s.Topics)}))
	}
	if s.Mode != "" {
		lines = append(lines, k.words.Say("schedule_mode", Values{"Mode": k.words.Say("mode_" + string(s.Mode))}))
	}
	if len(s.Away) > 0 {
		lines = append(lines, k.words.Say("schedule_away", Values{"Channels": k.channelNames(s.Away), "Schedule": s.ID}))
	}
	switch {
	case s.Paused:
		return strings.Join(append(lines, k.words.Say("schedule_is_paused")), "\n")
	case len(present(s)) == 0:
		return strings.Join(lines, "\n")
	}
	plan, err := planOf(k.group, s)
	if err != nil {
		k.tx.Fail(err)
		return ""
	}
	for _, u := range plan.upcoming(k.tx, s, k.now, listSlots) {
		lines = append(lines, "- "+k.slotText(u, zone))
	}
	return strings.Join(lines, "\n")
}

// channelNames names channels so that platforms can show them by their names.
func (k *call) channelNames(channels []Channel) string {
	names := make([]string, len(channels))
	for i, c := range channels {
		names[i] = "#" + c.ID
	}
	return strings.Join(names, ", ")
}

func (k *call) slotText(u upcomingSlot, zone *time.Location) string {
	when := u.at
	if !u.asked() {
		when = time.Date(u.slot.t.Year(), u.slot.t.Month(), u.slot.t.Day(), u.slot.t.Hour(), u.slot.t.Minute(), 0, 0, time.UTC)
		zone = time.UTC // the wall time as it stands in the plan
	}
	at := clockTime(k.words, when, zone)
	if year := when.In(zone).Year(); year != k.now.In(zone).Year() {
		at = k.words.Say("in_year", Values{"Year": year, "Time": at})
	}
	return k.words.Say("slot_"+string(u.fate), Values{"Time": at, "Rest": strings.ReplaceAll(u.rest.text(), "..", " ~ "), "Named": u.slot.timeOfDay().String()})
}

// describe says in words when a schedule asks, or gives its cron text where words would be longer.
func (k *call) describe(s store.Schedule) string {
	parsed, err := parseSpec(s.Spec)
	if err != nil {
		return s.Spec
	}
	pattern, ok := parsed.pattern()
	if !ok {
		return "`" + s.Spec + "`"
	}
	times := make([]string, len(pattern.times))
	for i, t := range pattern.times {
		times[i] = t.String()
	}
	return k.dayWords(pattern.days) + " " + strings.Join(times, ", ")
}

func (k *call) dayWords(days daySet) string {
	switch days {
	case everyDay:
		return k.words.Say("days_every")
	case workDays:
		return k.words.Say("days_work")
	case weekend:
		return k.words.Say("days_weekend")
	}
	var names []string
	for i := range 7 {
		if day := time.Weekday((i + 1) % 7); days.has(day) {
			names = append(names, k.words.Say("weekday_"+strings.ToLower(day.String()[:3])))
		}
	}
	return strings.Join(names, ", ")
}

func (k *call) revealWords(text string) string {
	r, err := parseReveal(text)
	switch {
	case err != nil:
		return text
	case !r.onClock:
		return k.words.Say("reveal_after", Values{"Hours": int(r.span.Hours()), "Minutes": int(r.span.Minutes()) % 60})
	case r.days > 0:
		return k.words.Say("reveal_days", Values{"Count": r.days, "Clock": r.clock.String()})
	}
	return k.words.Say("reveal_at", Values{"Clock": r.clock.String()})
}
