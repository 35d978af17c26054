package bot

import (
	"context"
	"time"

	"rewind/store"
)

// Here is foretold when something will happen, for a clock that is wound by hand.

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
