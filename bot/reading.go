package bot

import (
	"context"
	"fmt"
	"sync"
	"time"
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
