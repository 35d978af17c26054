package store

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"

	"go.etcd.io/bbolt"
)

// maxGroup bounds how many updates share a commit, so that one commit stays short.
const maxGroup = 256

// groupCommit lets updates that wait at the same time share one commit, since a commit costs two flushes of the disk
// however much it holds. One goroutine takes whoever is waiting and nobody waits for company: a lone update is
// committed at once. What they write is gathered in a draft, since bbolt cannot undo a part of a transaction.
type groupCommit struct {
	engine *boltEngine
	fault  func(op string) error // from Options
	calls  chan *call            // unbuffered: an update that could hand over its call is taken up
	quit   chan struct{}         // closed by close
	done   chan struct{}         // closed when the goroutine has ended
	once   sync.Once

	// The goroutine's own; others read them after done.
	taken   []*call // what it works on
	unsure  bool    // a commit failed: the file is opened anew before the next one
	stopped error   // why nothing is written any more
	wedged  bool    // bbolt panicked with its write lock held: whoever waits for that lock waits for ever
}

// call is one update. It is answered once.
type call struct {
	fn       func(writer) error
	answer   chan error // holds one
	answered bool       // the goroutine's own
}

func startGroupCommit(e *boltEngine, fault func(op string) error) *groupCommit {
	g := &groupCommit{
		engine: e,
		fault:  fault,
		calls:  make(chan *call),
		quit:   make(chan struct{}),
		done:   make(chan struct{}),
	}
	go g.run()
	return g
}

func (g *groupCommit) do(ctx context.Context, fn func(writer) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	c := &call{fn: fn, answer: make(chan error, 1)}
	select {
	case g.calls <- c:
		return <-c.answer // not ctx: what is taken up is finished, and the caller must learn how
	case <-ctx.Done():
		return ctx.Err()
	case <-g.done:
		return g.ended()
	}
}

// close waits for the goroutine. It reports false when bbolt still holds a transaction, so that closing the file would
// wait for ever.
func (g *groupCommit) close() bool {
	g.once.Do(func() { close(g.quit) })
	<-g.done
	return !g.wedged
}

// clean reports, once it is closed, whether all that was written is known to be kept.
func (g *groupCommit) clean() bool { return g.stopped == nil && !g.unsure }

func (g *groupCommit) ended() error {
	if g.stopped != nil {
		return g.stopped
	}
	return errClosed
}

func (g *groupCommit) run() {
	defer g.end()
	debug.SetPanicOnFault(true)
	for {
		select {
		case c := <-g.calls:
			g.gather(c)
			g.serve()
			g.ready() // at once, since until then views may see a commit that failed; its error meets the next update
		case <-g.quit:
			return
		}
	}
}

// end answers those who still wait. There are some only if a closure ended this goroutine with runtime.Goexit, as a test
// does that fails inside of one.
func (g *groupCommit) end() {
	for _, c := range g.taken {
		if c.answered {
			continue
		}
		g.stopped = errEnded
		c.answer <- g.stopped
	}
	close(g.done)
}

var errEnded = errors.New("a transaction ended its goroutine")

// gather takes first and whoever is waiting now.
func (g *groupCommit) gather(first *call) {
	g.taken = append(g.taken[:0], first)
	for len(g.taken) < maxGroup {
		select {
		case c := <-g.calls:
			g.taken = append(g.taken, c)
		default:
			return
		}
	}
}

// serve runs all that were taken in one transaction and answers them. A closure that fails is taken back alone; it may have
// read what others in the group wrote, so it too is answered only once that is durable.
func (g *groupCommit) serve() {
	errs, err := g.attempt(g.taken)
	for i, c := range g.taken {
		c.answered = true
		if err != nil {
			c.answer <- err
		} else {
			c.answer <- errs[i]
		}
	}
}

// attempt returns how each of the group ended, or one error for all of them, of which then nothing is known to be kept.
func (g *groupCommit) attempt(group []*call) (errs []error, err error) {
	if err := g.ready(); err != nil {
		return nil, err
	}
	tx, err := beginBolt(g.engine.db)
	if err != nil {
		g.stopped, g.wedged = err, true
		return nil, err
	}
	defer g.rollback(tx) // does nothing after a commit
	d := newDraft(boltTx{tx})
	for _, c := range group {
		errs = append(errs, d.run(c.fn))
	}
	if !d.wrote {
		return errs, nil
	}
	return errs, g.commit(d)
}

// ready opens the file anew after a failed commit.
func (g *groupCommit) ready() error {
	if g.stopped == nil && g.unsure {
		if err := g.engine.reopen(); err != nil {
			return err
		}
		g.unsure = false
	}
	return g.stopped
}

// commit makes the draft durable. After an error it is not known what the file holds; a damaged file is not written to
// any more.
func (g *groupCommit) commit(d *draft) error {
	err := g.engine.mark()
	if err == nil {
		err = g.hook("commit")
	}
	if err == nil {
		err = d.below.apply(d)
	}
	if err == nil {
		err = commitBolt(d.below.tx)
	}
	if err == nil {
		err = g.hook("committed")
	}
	switch {
	case errors.Is(err, ErrDamaged):
		g.stopped = err
	case err != nil:
		g.unsure = true
		err = fmt.Errorf("%w: %w", ErrDisk, err)
	}
	return err
}

func beginBolt(db *bbolt.DB) (tx *bbolt.Tx, err error) {
	defer catchDamage(&err)
	return db.Begin(true)
}

func commitBolt(tx *bbolt.Tx) (err error) {
	defer catchDamage(&err)
	return tx.Commit()
}

func (g *groupCommit) hook(op string) error {
	if g.fault == nil {
		return nil
	}
	return g.fault(op)
}

// rollback ends tx unless it has ended. Where bbolt panics in it, its write lock is lost.
func (g *groupCommit) rollback(tx *bbolt.Tx) {
	if tx.DB() == nil {
		return
	}
	err := func() (err error) {
		defer catchDamage(&err)
		return tx.Rollback()
	}()
	if tx.DB() != nil {
		g.stopped, g.wedged = err, true
	}
}
