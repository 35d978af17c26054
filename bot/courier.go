package bot

import (
	"context"
	"errors"
	"maps"
	"sync"
	"time"

	"rewind/store"
)

// courier takes one platform's letters out of the outbox and settles what became of them. Many are under way at once; a
// letter is under way at most once.
type courier struct {
	bot      *Bot
	platform Platform
	loop     *loop
	places   chan struct{} // one for each delivery that may be under way

	mu          sync.Mutex                    // guards the fields below
	under       map[store.LetterRef]bool      // the letters under way
	after       map[store.LetterRef]time.Time // when to try again what the store or we ourselves failed at
	unread      map[Thread]unread             // the threads that could not be read yet
	readings    map[Thread]bool               // those of them that are being read
	pausedUntil time.Time                     // the whole platform asked to wait
}

const (
	// deliverSpan bounds one delivery. It is well below lease, so that a letter is not claimed while its request may run.
	deliverSpan = 30 * time.Second
	// lease is how long a claimed letter is left alone when nothing is heard of it, as after a crash.
	lease = 2 * time.Minute
	// inFlight is how many deliveries may be under way on one platform.
	inFlight = 64
	// dueAtOnce is how many letters one pass looks at.
	dueAtOnce = 512
	// retryAfter is how long to leave a letter alone that the store or we ourselves failed at.
	retryAfter = 5 * time.Second
	// mostUnknown is how often in a row an attempt may end unknown before the letter is buried. With backoff that is more
	// than six hours: a platform where nobody answers for an afternoon costs neither the question nor the reveal.
	mostUnknown = 45
)

func newCourier(b *Bot, p Platform) *courier {
	c := &courier{bot: b, platform: p, places: make(chan struct{}, inFlight), under: map[store.LetterRef]bool{}, after: map[store.LetterRef]time.Time{}, unread: map[Thread]unread{}, readings: map[Thread]bool{}}
	c.loop = newLoop(b.clock, nil)
	return c
}

// run delivers until ctx is done, and then waits for what is in flight, which is cut off after drainSpan.
func (c *courier) run(ctx context.Context) error {
	work, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	var flying sync.WaitGroup
	c.loop.work = func(ctx context.Context) (time.Time, bool) { return c.pass(ctx, work, &flying) }
	err := c.loop.run(ctx)

	drained := make(chan struct{})
	go func() { flying.Wait(); close(drained) }()
	timer, release := c.bot.clock.After(drainSpan)
	defer release()
	select {
	case <-drained:
	case <-timer:
		cut()
		<-drained
	}
	return err
}

// pass starts a delivery for each letter that is due and returns when the next one is.
func (c *courier) pass(ctx, work context.Context, flying *sync.WaitGroup) (next time.Time, idle bool) {
	now := c.bot.clock.Now()
	if until := c.paused(); now.Before(until) {
		return until, true
	}
	c.tryAgain(now)
	due, next, err := c.bot.store.DueLetters(ctx, c.platform.Name(), now, dueAtOnce)
	if err != nil {
		if ctx.Err() == nil {
			c.bot.log.Error("due letters not read", "platform", c.platform.Name(), "error", err)
		}
		return now.Add(time.Second), true
	}
	idle = true
	for _, l := range due {
		begun, at := c.begin(l.LetterRef)
		next = sooner(next, at)
		if !begun {
			continue
		}
		idle = false
		if !c.place(ctx, now) {
			c.end(l.LetterRef, nil)
			return next, false
		}
		flying.Go(func() {
			err := c.bot.guard("deliver "+l.ID, func() error { return c.deliver(work, l) })
			if err != nil && work.Err() == nil {
				c.bot.log.Error("letter not delivered", "platform", c.platform.Name(), "letter", l.ID, "error", err)
			}
			<-c.places
			c.end(l.LetterRef, err)
			c.loop.ring()
		})
	}
	next = sooner(next, c.readAgain(work, flying, now))
	return next, idle && c.still()
}

// place waits for a place among the deliveries under way. It returns false once nothing more is to be sent: the bot ends,
// or the whole platform asked to wait meanwhile.
func (c *courier) place(ctx context.Context, now time.Time) bool {
	select {
	case c.places <- struct{}{}:
	case <-ctx.Done():
		return false
	}
	if now.Before(c.paused()) {
		<-c.places
		return false
	}
	return true
}

// begin takes a letter up, unless it is under way or is to be left alone until the time it returns.
func (c *courier) begin(l store.LetterRef) (begun bool, at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if at, waits := c.after[l]; waits {
		return false, at
	}
	if c.under[l] {
		return false, time.Time{} // the bell rings when it ends
	}
	c.under[l] = true
	return true, time.Time{}
}

// tryAgain leaves no letter alone whose time has come, be it gone meanwhile.
func (c *courier) tryAgain(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	maps.DeleteFunc(c.after, func(_ store.LetterRef, at time.Time) bool { return !at.After(now) })
}

func (c *courier) end(l store.LetterRef, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.under, l)
	if err != nil {
		c.after[l] = c.bot.clock.Now().Add(retryAfter)
	}
}

func (c *courier) still() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.under) == 0 && len(c.readings) == 0
}

func (c *courier) paused() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.pausedUntil
}

// deliver claims a letter, delivers it and settles it: two transactions with the network between them.
func (c *courier) deliver(ctx context.Context, due store.DueLetter) error {
	claim, ok, err := c.bot.claim(ctx, due)
	if err != nil || !ok {
		return err
	}
	limited, cancel := context.WithTimeout(ctx, deliverSpan)
	receipt, failed := c.platform.Deliver(limited, claim.delivery)
	cancel()
	if failed == nil {
		if err := c.bot.delivered(ctx, due.Scope, claim, receipt); err != nil {
			return err
		}
		if claim.letter.Kind == store.LetterThread {
			receipt.Thread = receipt.ID
		}
		if receipt.Thread != "" {
			c.readSurely(ctx, Thread{Channel: claim.letter.Channel, ID: receipt.Thread})
		}
		return nil
	}
	f := asFailure(failed)
	if f.Wide && f.After > 0 {
		c.mu.Lock()
		c.pausedUntil = c.bot.clock.Now().Add(f.After)
		c.mu.Unlock()
	}
	c.bot.log.Info("delivery failed", "platform", c.platform.Name(), "letter", due.ID, "outcome", f.Outcome.String(), "error", f.Err)
	return c.bot.failed(ctx, due.Scope, claim, f)
}

// listen keeps the platform connected until ctx is done, or until it says that nothing will work.
func (c *courier) listen(ctx context.Context) error {
	for ctx.Err() == nil {
		err := c.bot.guard("listen", func() error { return c.platform.Listen(ctx, c.bot) })
		if ctx.Err() != nil || errors.Is(err, errStopped) {
			return nil
		}
		if fatal := (*Fatal)(nil); errors.As(err, &fatal) {
			return err
		}
		c.bot.log.Warn("connection lost", "platform", c.platform.Name(), "error", err)
		timer, release := c.bot.clock.After(reconnectAfter)
		select {
		case <-ctx.Done():
		case <-timer:
		}
		release()
	}
	return nil
}

// backoff is how long to wait before the attempt after the n-th, counted from 1.
func backoff(n int) time.Duration {
	return min(10*time.Minute, 5*time.Second<<min(n-1, 10))
}
