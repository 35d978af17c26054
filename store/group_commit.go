package store

import (
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"

	"go.etcd.io/bbolt"
)

// maxGroup bounds how many updates share a commit, so that one commit stays short.
const maxGroup = 256

// groupCommit lets updates that wait at the same time share one commit, since a commit costs two flushes of the disk
// however much it holds. One goroutine takes whoever is waiting and nobody waits for company: a lone update is
// committed at once.
type groupCommit struct {
	db    *bbolt.DB
	fault func(op string) error // from Options
	calls chan *call            // unbuffered: an update that could hand over its call is taken up
	quit  chan struct{}         // closed by close
	done  chan struct{}         // closed when the goroutine has ended
	once  sync.Once

	// The goroutine's own; others read them after done.
	taken   []*call // what it works on
	stopped error   // set by the first failed commit
	wedged  bool    // bbolt panicked with its write lock held: whoever waits for that lock waits for ever
}

// call is one update. It is answered once.
type call struct {
	fn       func(writer) error
	answer   chan error // holds one
	answered bool       // the goroutine's own
}

func startGroupCommit(db *bbolt.DB, fault func(op string) error) *groupCommit {
	g := &groupCommit{
		db:    db,
		fault: fault,
		calls: make(chan *call),
		quit:  make(chan struct{}),
		done:  make(chan struct{}),
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
		g.stopped = fmt.Errorf("%w: a transaction ended its goroutine", ErrStopped)
		c.answer <- g.stopped
	}
	close(g.done)
}

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

// serve answers all that were taken. bbolt cannot undo a part of a transaction: where a closure fails that had written,
// the others are run again without it, and it is run again alone, so that its error is about a state that stays.
func (g *groupCommit) serve() {
	group := slices.Clone(g.taken)
	var alone []*call
	for failed := g.attempt(group); failed >= 0; failed = g.attempt(group) {
		alone = append(alone, group[failed])
		group = slices.Delete(group, failed, failed+1)
	}
	for _, c := range alone {
		g.attempt([]*call{c})
	}
}

// attempt runs the group in one transaction and answers it; or it answers nobody and returns which call the others must
// be run without. A group of one is always answered.
func (g *groupCommit) attempt(group []*call) (failed int) {
	if g.stopped != nil {
		answer(group, func(int) error { return g.stopped })
		return -1
	}
	tx, err := beginBolt(g.db)
	if err != nil {
		g.stopped, g.wedged = fmt.Errorf("%w: %w", ErrStopped, err), true
		answer(group, func(int) error { return g.stopped })
		return -1
	}
	defer g.rollback(tx) // does nothing after a commit
	errs := make([]error, len(group))
	wrote := false
	for i, c := range group {
		w := &boltTx{tx: tx}
		errs[i] = runClosure(func() error { return c.fn(w) })
		if errs[i] != nil && w.wrote {
			if len(group) > 1 {
				return i
			}
			w.wrote = false
		}
		wrote = wrote || w.wrote
	}
	// A closure that failed without writing may have read what others in the group wrote: it too is answered only
	// once that is durable.
	if wrote {
		g.stopped = g.commit(tx)
	} else {
		g.rollback(tx)
	}
	answer(group, func(i int) error {
		if g.stopped != nil {
			return g.stopped
		}
		return errs[i]
	})
	return -1
}

// commit makes the transaction durable. Any error, a panic of bbolt included, stops the engine.
func (g *groupCommit) commit(tx *bbolt.Tx) error {
	err := g.hook("commit")
	if err == nil {
		err = commitBolt(tx)
	}
	if err == nil {
		err = g.hook("committed")
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrStopped, err)
	}
	return nil
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
		g.wedged = true
		g.stopped = fmt.Errorf("%w: %w", ErrStopped, err)
	}
}

func answer(group []*call, result func(int) error) {
	for i, c := range group {
		c.answered = true
		c.answer <- result(i)
	}
}
