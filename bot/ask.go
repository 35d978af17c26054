package bot

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"rewind/store"
)

// Here questions are asked: a slot or a command becomes a round with its posts.

// askSlot turns a slot that is due into a round, or records why it has none.
func askSlot(tx *store.Tx, bank *store.Bank, d duty, now time.Time) {
	g, _ := tx.Group()
	s, ok := tx.Schedule(d.schedule)
	if !ok || s.Paused || len(present(s)) == 0 {
		return
	}
	plan, err := planOf(g, s)
	if err != nil {
		return // duties has said so
	}
	slot, ok := plan.due(tx, s, now)
	if !ok || slot != d.slot {
		return
	}
	at, _ := instant(slot, plan.zone)
	claim := store.Slot{Schedule: s.ID, Wall: slot.String(), State: store.SlotAsked, Round: g.LastRound + 1}
	r := store.Round{
		Schedule: s.ID, Version: s.Version, Day: at.In(zoneOf(g.Zone)).Format(time.DateOnly), Due: at, Lang: g.Lang,
		Mode: cmp.Or(s.Mode, g.Mode), RevealAt: revealAfter(now, at, plan.reveal.at(slot, plan.zone)),
	}
	r.Expires = sooner(at.Add(time.Duration(s.Grace)), r.RevealAt)
	r, ok = openRound(tx, g, bank, r, s.Topics, present(s), now)
	if !ok {
		claim.State, claim.Round = store.SlotEmpty, 0
		if !s.ToldEmpty {
			mailNotice(tx, g, noticeEmpty, s.ID+"/"+claim.Wall, map[string]string{"Schedule": s.ID, "Topics": joinTopics(s.Topics)}, now)
		}
	}
	tx.ClaimSlot(claim)
	if s.ToldEmpty == ok {
		s.ToldEmpty = !ok
		tx.PutSchedule(s)
	}
}

// leastTime is how long a question is open at least when it is asked late, unless it was meant to be shorter.
const leastTime = time.Hour

// revealAfter returns when a question asked now is revealed, that was due at one time and to be revealed at another. One
// that is asked so late that hardly any time is left gets all the time that it was meant to have.
func revealAfter(now, due, reveal time.Time) time.Time {
	meant := reveal.Sub(due)
	if reveal.Sub(now) < min(leastTime, meant) {
		return now.Add(meant)
	}
	return reveal
}

// openRound gives a round its question, its number and its posts. It returns false if there is nothing to ask.
func openRound(tx *store.Tx, g store.Group, bank *store.Bank, r store.Round, topics []string, channels []Channel, now time.Time) (store.Round, bool) {
	asked := map[string]time.Time{}
	for a := range tx.Asked() {
		asked[a.Question] = a.At
	}
	id, last, ok := pick(bank.Entries, asked, topics)
	if !ok {
		return r, false
	}
	g.LastRound++
	r.Pin, r.Spoiler, r.Notify = g.Pin, g.Spoiler, g.Notify
	r.Number, r.Bank, r.Own, r.Question, r.State = g.LastRound, bank.Version, bank.Own, id, store.Planned
	tx.PutGroup(g)
	if last {
		mailNotice(tx, g, noticeRepeat, fmt.Sprint(r.Number), map[string]string{"Round": fmt.Sprint(r.Number), "Topics": joinTopics(topics)}, now)
	}
	tx.Ask(id, now, r.Number)
	tx.PutRound(r)
	for _, c := range channels {
		p := store.Post{Round: r.Number, Channel: c}
		tx.PutPost(p)
		mail(tx, r, p, now)
	}
	return r, true
}

// present are a schedule's channels without those that refuse everything.
func present(s store.Schedule) []Channel {
	return slices.DeleteFunc(slices.Clone(s.Channels), func(c Channel) bool { return slices.Contains(s.Away, c) })
}
