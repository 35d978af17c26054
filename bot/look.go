package bot

import (
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
	return !s.Paused && slices.ContainsFunc(present(s), func(c Channel) bool { return b.couriers[c.Platform] != nil })
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
	bank, err := b.store.GroupBank(ctx, group)
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
