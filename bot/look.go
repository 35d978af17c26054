package bot

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"rewind/store"
)

// Here the clock is looked at: slots become rounds, rounds are revealed and closed.

// forgetAfter is how long a command's ID is remembered, and forgetAtOnce how many are dropped in one transaction.
const (
	forgetAfter  = 24 * time.Hour
	forgetAtOnce = 200
)

// looksAtOnce is how many groups are looked at together: what they change shares its commits.
const looksAtOnce = 64

// look does what is due in every group and returns when to look again. A group that fails does not keep others waiting.
func (b *Bot) look(ctx context.Context) (next time.Time, idle bool) {
	now := b.clock.Now()
	if b.agenda.old(now) {
		groups, err := b.store.Groups(ctx)
		if err != nil {
			b.lookFailed(ctx, "", err)
			return now.Add(time.Second), true
		}
		b.agenda.renew(groups, now)
	}
	var busy atomic.Bool
	var looks sync.WaitGroup
	places := make(chan struct{}, looksAtOnce)
	for _, id := range b.agenda.take(now) {
		places <- struct{}{}
		looks.Go(func() {
			if b.lookOnce(ctx, id) {
				busy.Store(true)
			}
			<-places
		})
	}
	looks.Wait()
	return b.agenda.next(), !busy.Load()
}

// lookOnce looks at one group and notes when to do so again. It reports whether something was done.
func (b *Bot) lookOnce(ctx context.Context, group string) (did bool) {
	var next time.Time
	err := b.guard("look at a group", func() (err error) {
		did, next, err = b.lookAt(ctx, group)
		return err
	})
	if err != nil {
		b.lookFailed(ctx, group, err)
		next = sooner(next, b.clock.Now().Add(retryAfter))
	}
	b.agenda.put(group, next)
	return did
}

func (b *Bot) lookFailed(ctx context.Context, group string, err error) {
	if ctx.Err() == nil {
		b.log.Error("what is due not done", "group", group, "error", err)
	}
}

// duty is one thing that is due in a group: a slot of a schedule, or the next step of a round.
type duty struct {
	schedule string
	slot     wall
	round    int
}

// lookAt does what is due in one group. It reads first: mostly nothing is, and an empty write would still reach the disk.
func (b *Bot) lookAt(ctx context.Context, group string) (did bool, next time.Time, err error) {
	var duties []duty
	stale := false
	now := b.clock.Now()
	err = b.store.ViewGroup(ctx, group, func(tx *store.Tx) error {
		duties, next = b.duties(tx, now)
		stale = tx.Stale(now.Add(-forgetAfter))
		return nil
	})
	if err != nil {
		return false, next, err
	}
	for _, d := range duties {
		if failed := b.do(ctx, group, d, now); failed != nil {
			err = errors.Join(err, failed)
			continue // one that fails keeps no other waiting
		}
		did = true
	}
	if err == nil && stale {
		err = b.store.UpdateGroup(ctx, group, func(tx *store.Tx) error {
			tx.Forget(now.Add(-forgetAfter), forgetAtOnce)
			return nil
		})
	}
	return did, next, err
}

// duties lists what is due in a group now, and when the next thing will be.
func (b *Bot) duties(tx *store.Tx, now time.Time) (duties []duty, next time.Time) {
	g, ok := tx.Group()
	if !ok {
		return nil, next
	}
	for s := range tx.Schedules() {
		if !b.plays(s) {
			continue
		}
		plan, err := planOf(g, s)
		if err != nil {
			b.log.Error("schedule not understood", "schedule", s.ID, "error", err)
			continue
		}
		if slot, ok := plan.due(tx, s, now); ok {
			duties = append(duties, duty{schedule: s.ID, slot: slot})
		}
		if at, ok := nextInstant(plan.spec, plan.zone, now); ok {
			next = sooner(next, at)
		}
	}
	for _, r := range tx.Active() {
		at, ok := turn(r)
		switch {
		case !ok:
		case at.After(now):
			next = sooner(next, at)
		default:
			duties = append(duties, duty{round: r.Number})
		}
	}
	return duties, next
}

// plays reports whether a schedule runs and has a channel on a platform that this process serves.
func (b *Bot) plays(s store.Schedule) bool {
	return !s.Paused && slices.ContainsFunc(s.Channels, func(c Channel) bool { return b.couriers[c.Platform] != nil })
}

// turn returns when the clock next moves a round on: to its reveal, or to its end. A round whose reveal is under way, or
// that is only waiting for its withdrawn posts, moves by what the courier finds.
func turn(r store.Round) (time.Time, bool) {
	switch {
	case r.State == store.Revealed:
		return r.RevealedAt.Add(closeAfter), true
	case r.Revealing.IsZero() && !r.Withdrawn:
		return r.RevealAt, true
	}
	return time.Time{}, false
}

// sooner returns the earlier of two times, of which a zero one does not count.
func sooner(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

func (b *Bot) do(ctx context.Context, group string, d duty, now time.Time) error {
	if d.round != 0 {
		return b.update(ctx, group, func(tx *store.Tx) error {
			r, ok := tx.Round(d.round)
			if at, due := turn(r); ok && due && !at.After(now) {
				step(tx, r, now)
			}
			return nil
		})
	}
	bank, err := b.store.CurrentBank(ctx)
	if err != nil {
		return err
	}
	return b.update(ctx, group, func(tx *store.Tx) error {
		askSlot(tx, bank, d, now)
		return nil
	})
}

// step moves a round on whose time has come.
func step(tx *store.Tx, r store.Round, now time.Time) {
	if r.State == store.Revealed {
		r.State = store.Closed
		tx.PutRound(r)
		return
	}
	revealRound(tx, r, now)
}

// revealRound decides that a round is revealed now. Its posts that have not landed are taken back, and its maintainers
// told so; the others get their reveal.
func revealRound(tx *store.Tx, r store.Round, now time.Time) {
	g, _ := tx.Group()
	posts := tx.Posts(r.Number)
	landed := false
	for _, p := range posts {
		landed = landed || p.Message != ""
		if p.Message == "" && p.NoPost == "" {
			mailNotice(tx, g, noticeMissed, letterID(r.Number, p.Channel, store.LetterPost), map[string]string{
				"Round": fmt.Sprint(r.Number), "Channel": p.Channel.ID,
			}, now)
		}
	}
	withdraw(tx, r, now, anywhere)
	if !landed {
		return
	}
	r, _ = tx.Round(r.Number)
	r.Revealing = now
	tx.PutRound(r)
	for _, p := range tx.Posts(r.Number) {
		mail(tx, r, p, now)
	}
}

// askSlot turns a slot that is due into a round, or records why it has none.
func askSlot(tx *store.Tx, bank *store.Bank, d duty, now time.Time) {
	g, _ := tx.Group()
	s, ok := tx.Schedule(d.schedule)
	if !ok || s.Paused {
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
	r, ok = openRound(tx, g, bank, r, s.Topics, s.Channels, now)
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
	id, left, ok := pick(bank.Entries, asked, topics)
	if !ok {
		return r, false
	}
	g.LastRound++
	r.Number, r.Bank, r.Question, r.State = g.LastRound, bank.Version, id, store.Planned
	tx.PutGroup(g)
	if asked[id].IsZero() && left == 0 {
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

// Next returns when people will next see something happen: a slot that will be asked, or a reveal.
func (b *Bot) Next(ctx context.Context) (next time.Time, ok bool, err error) {
	groups, err := b.store.Groups(ctx)
	if err != nil {
		return next, false, err
	}
	now := b.clock.Now()
	for _, id := range groups {
		err := b.store.ViewGroup(ctx, id, func(tx *store.Tx) error {
			next = sooner(next, b.nextSeen(tx, now))
			return nil
		})
		if err != nil {
			return next, false, err
		}
	}
	return next, !next.IsZero(), nil
}

func (b *Bot) nextSeen(tx *store.Tx, now time.Time) (next time.Time) {
	g, _ := tx.Group()
	for s := range tx.Schedules() {
		plan, err := planOf(g, s)
		if err != nil || !b.plays(s) {
			continue
		}
		for _, u := range plan.upcoming(tx, s, now, 1) {
			if u.asked() {
				next = sooner(next, u.at)
			}
		}
	}
	for _, r := range tx.Active() {
		if at, ok := turn(r); ok && r.State != store.Revealed && at.After(now) {
			next = sooner(next, at)
		}
	}
	return next.UTC()
}

// NextLetter returns when the next letter is due that waits for its time: an edit, or another attempt.
func (b *Bot) NextLetter(ctx context.Context) (next time.Time, ok bool, err error) {
	for platform := range b.couriers {
		_, at, err := b.store.DueLetters(ctx, platform, b.clock.Now(), 0)
		if err != nil {
			return next, false, err
		}
		next = sooner(next, at)
	}
	return next, !next.IsZero(), nil
}
