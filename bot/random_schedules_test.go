package bot_test

import (
	"fmt"
	"slices"
	"time"

	"rewind/bot"
	"rewind/bot/bottest"
	"rewind/store"
)

// plan is when a schedule asks.
type plan struct {
	channel bot.Channel
	minute  int       // of the day
	changed time.Time // slots up to then may go either way
	paused  bool
}

// wantedSlot is a slot that must have been decided on.
type wantedSlot struct {
	platform       string
	schedule, wall string
}

// wantSlots notes the slots of the day that ended whose schedules nobody touched after them.
func (l *life) wantSlots(morning time.Time) {
	day := morning.In(time.FixedZone("KST", 9*3600))
	for id, s := range l.plans {
		at := time.Date(day.Year(), day.Month(), day.Day(), 0, s.minute, 0, 0, day.Location())
		if !s.paused && s.changed.Before(at) {
			l.wanted = append(l.wanted, wantedSlot{s.channel.Platform, id, at.Format("2006-01-02T15:04")})
		}
	}
}

// minuteOfDay is a time in the first hour and a half of the day, in Seoul.
func (l *life) minuteOfDay() int { return 9*60 + 5 + l.rand.IntN(85) }

func clockText(minute int) string { return fmt.Sprintf("%02d:%02d", minute/60, minute%60) }

func (l *life) addSchedule(p *bottest.Memory) {
	s := &plan{channel: p.Channel("W", "C"), minute: l.minuteOfDay()}
	channels := []string{"C", "C2", "C,C2"}[l.rand.IntN(3)]
	mode := []string{"both", "both", "sealed"}[l.rand.IntN(3)]
	l.command(s.channel, "Mina", fmt.Sprintf("schedule add daily %s reveal=%dm channel=%s mode=%s", clockText(s.minute), 10+l.rand.IntN(80), channels, mode))
	s.changed = time.Now()
	l.look(p, func(tx *store.Tx) {
		for known := range tx.Schedules() {
			if _, old := l.plans[known.ID]; !old {
				l.plans[known.ID] = s
			}
		}
	})
}

// schedule picks one of a platform's schedules.
func (l *life) schedule(p *bottest.Memory) (id string, s *plan) {
	var ids []string
	for id, s := range l.plans {
		if s.channel.Platform == p.Name() {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	id = ids[l.rand.IntN(len(ids))]
	return id, l.plans[id]
}

func (l *life) moveSchedule(p *bottest.Memory) {
	id, s := l.schedule(p)
	s.minute = l.minuteOfDay()
	l.command(s.channel, "Mina", fmt.Sprintf("schedule edit %s daily %s", id, clockText(s.minute)))
	s.changed = time.Now()
	l.sum("schedule")
}

func (l *life) pauseSchedule(p *bottest.Memory) {
	id, s := l.schedule(p)
	order := "pause"
	if s.paused {
		order = "resume"
	}
	l.command(s.channel, "Mina", "schedule "+order+" "+id)
	s.paused, s.changed = !s.paused, time.Now()
	l.sum("schedule")
}
