// Package bot is what Rewind decides and says: commands, rounds, scores, schedules, the courier, and every sentence.
//
// Data flows one way. A platform reports a command or a comment, or the clock says that something is due; within one
// store transaction the bot loads what it needs, decides by pure functions, and saves the decision together with
// letters, its intents to change something on a platform. Only after the commit the courier takes the letters, one at a
// time for each post, and settles what became of them. Nothing else talks to a platform, save for the immediate reply to
// a person's command and for reading a thread.
//
// The bot knows platforms only as the interface Platform, and cron only as the arithmetic of clock faces in spec.go.
package bot

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"rewind/questions"
	"rewind/store"
)

// Options are what a bot is made of.
type Options struct {
	Store     *store.Store
	Clock     Clock // the machine's where nil
	Log       *slog.Logger
	Platforms []Platform
	Lang      questions.Lang // of new groups
	Zone      string         // of new groups, an IANA name
	// NewID makes random IDs of groups, members and schedules; crypto/rand where nil.
	NewID func() string
}

// Bot is Rewind. It handles what platforms report, and Run makes it ask, reveal and deliver.
type Bot struct {
	store    *store.Store
	clock    Clock
	log      *slog.Logger
	lang     questions.Lang
	zone     string
	newID    func() string
	couriers map[string]*courier // by platform

	// blind are the platforms that do not let the bot read what is written in threads.
	blind sync.Map

	looking *loop
	library library
	agenda  agenda
	// changes counts what the bot did; Quiet takes an unchanged count for silence.
	changes atomic.Uint64
}

// New makes a bot. Handlers may be called at once; nothing is asked or delivered before Run.
func New(o Options) *Bot {
	b := &Bot{
		store: o.Store, clock: o.Clock, log: o.Log, lang: o.Lang, zone: o.Zone, newID: o.NewID,
		couriers: map[string]*courier{}, library: library{most: mostIndexed},
	}
	if b.clock == nil {
		b.clock = MachineClock{}
	}
	if b.log == nil {
		b.log = slog.New(slog.DiscardHandler)
	}
	if b.newID == nil {
		b.newID = func() string { return rand.Text()[:16] }
	}
	b.looking = newLoop(b.clock, b.look)
	for _, p := range o.Platforms {
		b.couriers[p.Name()] = newCourier(b, p)
	}
	return b
}

const (
	// lookEvery is the longest time between two looks at the clock, so that suspend and steps of the clock are noticed.
	lookEvery = 30 * time.Second
	// drainSpan is how long deliveries in flight may take to end once the bot is told to stop.
	drainSpan = 5 * time.Second
	// reconnectAfter is how long to wait before listening again to a platform that was lost.
	reconnectAfter = 5 * time.Second
)

// Run asks, reveals and delivers until ctx is done, then lets the deliveries in flight end for up to five seconds. It ends
// in the same way, with a *Fatal, when a platform says that nothing will work. Only one Run may be under way.
func (b *Bot) Run(ctx context.Context) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var wg sync.WaitGroup
	start := func(what string, f func(context.Context) error) {
		wg.Go(func() {
			err := b.guard(what, func() error { return f(ctx) })
			if err != nil && ctx.Err() == nil {
				b.log.Error("stopped", "what", what, "error", err)
			}
			if fatal := (*Fatal)(nil); errors.As(err, &fatal) {
				stop(fatal)
			}
		})
	}
	start("look at the clock", b.looking.run)
	for name, c := range b.couriers {
		start("deliver to "+name, c.run)
		start("listen to "+name, c.listen)
	}
	wg.Wait()
	if fatal := (*Fatal)(nil); errors.As(context.Cause(ctx), &fatal) {
		return fatal
	}
	return nil
}

// guard runs f and turns a panic in it into an error that names what it was doing. The panic is logged here, since whoever
// gets the error may take it for a platform's.
func (b *Bot) guard(what string, f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			b.log.Error("panicked", "what", what, "panic", p, "stack", string(debug.Stack()))
			err = fmt.Errorf("%s: panic: %v", what, p)
		}
	}()
	if err = f(); err != nil {
		err = fmt.Errorf("%s: %w", what, err)
	}
	return err
}

// Quiet returns once nothing that is due by the clock is left undone and no delivery is in flight. Run must be under way.
func (b *Bot) Quiet(ctx context.Context) error {
	for {
		before := b.changes.Load()
		if err := b.looking.settle(ctx); err != nil {
			return err
		}
		for _, c := range b.couriers {
			if err := c.loop.settle(ctx); err != nil {
				return err
			}
		}
		if b.changes.Load() == before {
			return nil
		}
	}
}

// update runs fn in the group's transaction and has the clock looked at for it, since what is due may have changed.
func (b *Bot) update(ctx context.Context, group string, fn func(tx *store.Tx) error) error {
	if err := b.store.UpdateGroup(ctx, group, fn); err != nil {
		return err
	}
	b.lookSoon(group)
	b.wake()
	return nil
}

// lookSoon has the clock looked at for a group.
func (b *Bot) lookSoon(group string) {
	b.agenda.soon(group)
	b.looking.ring()
}

// wake wakes the couriers, since letters may have been written.
func (b *Bot) wake() {
	b.changes.Add(1)
	for _, c := range b.couriers {
		c.loop.ring()
	}
}

// group returns the ID of a workspace's group, which it makes where there is none.
func (b *Bot) group(ctx context.Context, platform, workspace string) (string, error) {
	return b.groupIn(ctx, platform, workspace, "")
}

// groupIn is group with the language of a new one, the bot's own where that is none that it speaks.
func (b *Bot) groupIn(ctx context.Context, platform, workspace string, lang questions.Lang) (string, error) {
	if lang != questions.Korean && lang != questions.English {
		lang = b.lang
	}
	h, ok, err := b.store.Home(ctx, platform, workspace)
	if err != nil {
		return "", err
	}
	now := b.clock.Now()
	if !ok {
		h, err = b.store.ClaimHome(ctx, store.Home{Platform: platform, Workspace: workspace, Group: b.newID(), Created: now})
		if err != nil {
			return "", err
		}
	}
	known := false
	err = b.store.ViewGroup(ctx, h.Group, func(tx *store.Tx) error {
		_, known = tx.Group()
		return nil
	})
	if err != nil || known {
		return h.Group, err
	}
	err = b.store.UpdateGroup(ctx, h.Group, func(tx *store.Tx) error {
		if _, known := tx.Group(); !known {
			tx.PutGroup(store.Group{ID: h.Group, Lang: lang, Zone: b.zone, Mode: store.ModeBoth, Created: now})
		}
		return nil
	})
	return h.Group, err
}

// zoneOf loads a zone that was checked when it was set; UTC if the machine no longer knows it.
func zoneOf(names ...string) *time.Location {
	for _, name := range names {
		if name == "" {
			continue
		}
		if loc, err := time.LoadLocation(name); err == nil {
			return loc
		}
	}
	return time.UTC
}

// errStopped is why a wait ended that nothing will end any more.
var errStopped = errors.New("the bot has stopped")
