package bot

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"rewind/store"
)

// Here threads are read whole: after a connection that may have missed something, and once when a thread is new. What
// cannot be read is tried again.

// unread is a thread that could not be read.
type unread struct {
	failed int       // how often
	at     time.Time // when to try again
}

// mostReads is how often a thread is tried; the waits before them come to about an hour.
const mostReads = 12

// read takes in the whole of a thread, so that what was said before it was known, or while nobody listened, is not lost.
func (c *courier) read(ctx context.Context, t Thread) error {
	known, err := c.bot.known(ctx, t)
	if err != nil {
		return err
	}
	limited, cancel := context.WithTimeout(ctx, deliverSpan)
	defer cancel()
	snapshot, err := c.platform.Read(limited, t)
	if err != nil {
		return fmt.Errorf("read a thread: %w", err)
	}
	return c.bot.reconcile(ctx, t, known, snapshot)
}

// readSurely reads a thread, now or as soon as it works.
func (c *courier) readSurely(ctx context.Context, t Thread) {
	err := c.bot.guard("read thread "+t.ID, func() error { return c.read(ctx, t) })
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.readings, t)
	failed := c.unread[t].failed + 1
	switch {
	case err == nil:
		delete(c.unread, t)
		return
	case failed == mostReads || ctx.Err() != nil:
		delete(c.unread, t) // the next connection reads it again
	default:
		c.unread[t] = unread{failed, c.bot.clock.Now().Add(backoff(failed))}
	}
	c.bot.log.Warn("thread not read", "platform", c.platform.Name(), "thread", t.ID, "failed", failed, "error", err)
}

// readLater has a thread read in a while, since something that was reported of it could not be remembered.
func (c *courier) readLater(t Thread) {
	c.mu.Lock()
	if _, waits := c.unread[t]; !waits {
		c.unread[t] = unread{at: c.bot.clock.Now().Add(retryAfter)}
	}
	c.mu.Unlock()
	c.loop.ring()
}

// readAgain starts to read the threads whose time has come, and returns when the next one's does.
func (c *courier) readAgain(work context.Context, flying *sync.WaitGroup, now time.Time) (next time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for t, u := range c.unread {
		switch {
		case c.readings[t]:
		case u.at.After(now):
			next = sooner(next, u.at)
		default:
			c.readings[t] = true
			flying.Go(func() {
				c.readSurely(work, t)
				c.loop.ring()
			})
		}
	}
	return next
}

// Gap reads every thread of the platform that still takes answers, since events may have been missed.
func (b *Bot) Gap(ctx context.Context, platform string) error {
	c, ok := b.couriers[platform]
	if !ok {
		return nil
	}
	threads, err := b.openThreads(ctx, platform)
	if err != nil {
		return err
	}
	for _, t := range threads {
		c.readSurely(ctx, t)
	}
	return nil
}

func (b *Bot) openThreads(ctx context.Context, platform string) ([]Thread, error) {
	groups, err := b.store.Groups(ctx)
	if err != nil {
		return nil, err
	}
	var threads []Thread
	for _, id := range groups {
		var found []Thread
		err := b.store.ViewGroup(ctx, id, func(tx *store.Tx) error {
			found = nil
			for _, r := range tx.Active() {
				for _, p := range tx.Posts(r.Number) {
					if p.Thread != "" && p.Channel.Platform == platform {
						found = append(found, Thread{Channel: p.Channel, ID: p.Thread})
					}
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		threads = append(threads, found...)
	}
	return threads, nil
}

// known returns the IDs of the comments in a thread that are remembered and not deleted.
func (b *Bot) known(ctx context.Context, t Thread) (map[string]bool, error) {
	at, ok, err := b.store.ThreadRound(ctx, t)
	if err != nil || !ok {
		return nil, err
	}
	ids := map[string]bool{}
	err = b.store.View(ctx, at.Scope, func(tx *store.Tx) error {
		clear(ids)
		for _, c := range tx.Comments(at.Round) {
			if c.Thread == t && !c.Deleted {
				ids[c.ID] = true
			}
		}
		return nil
	})
	return ids, err
}

// reconcile holds the whole of a thread against what is known of it: what is new or newer is taken in, and a comment
// that was known before the thread was read and is missing from it was deleted. Where the thread itself is gone nothing
// is concluded: answers are kept whatever becomes of their thread.
func (b *Bot) reconcile(ctx context.Context, t Thread, known map[string]bool, s Snapshot) error {
	at, ok, err := b.store.ThreadRound(ctx, t)
	if err != nil || !ok || s.Gone {
		return err
	}
	fresh := make([]string, len(s.Comments)+len(s.Reactions))
	for i := range fresh {
		fresh[i] = b.newID()
	}
	now := b.clock.Now()
	err = b.store.Update(ctx, at.Scope, func(tx *store.Tx) error {
		missing := maps.Clone(known)
		for i, c := range s.Comments {
			delete(missing, c.ID)
			takeComment(tx, at.Round, c, fresh[i], now)
		}
		takeReactions(tx, at.Round, t, s, fresh[len(s.Comments):], now)
		for _, id := range slices.Sorted(maps.Keys(missing)) {
			takeComment(tx, at.Round, Comment{Thread: t, ID: id, Revision: now, Deleted: true}, "", now)
		}
		return nil
	})
	if err == nil {
		b.wake()
	}
	return err
}

// takeReactions takes in the reactions of a whole thread: those that are missing from it were taken back, if all were read.
func takeReactions(tx *store.Tx, round int, t Thread, s Snapshot, fresh []string, now time.Time) {
	gone := map[store.Reaction]bool{}
	for _, r := range tx.Reactions(round, t) {
		r.At = time.Time{}
		gone[r] = true
	}
	for i, r := range s.Reactions {
		takeReaction(tx, round, r, fresh[i], now)
		m, _ := tx.MemberOf(r.From)
		delete(gone, store.Reaction{Round: round, Thread: t, Comment: r.Comment, Member: m.ID, Emoji: r.Emoji})
	}
	if s.Partial {
		return
	}
	for r := range gone {
		tx.DeleteReaction(r)
	}
}
