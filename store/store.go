// Package store is what Rewind remembers: typed records and the transactions over them, in one file.
//
// A transaction belongs to one scope, a group's or the system's, and is serial within it. It is a function that loads,
// decides and saves; it may be run again, so it changes nothing but its transaction, and it never waits for a network or
// for another transaction. When Update returns nil, everything in it is on the disk.
package store

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// Options are for tests, Check aside.
type Options struct {
	// Check proves a file whose last process did not let go of it in order; nil means Prove. A program gives one that calls
	// Prove in a process of its own.
	Check func(ctx context.Context, path string) error
	// Twice runs every update twice, the first time to be thrown away, and fails it when the two wrote different
	// things: then fn used the clock, chance or something it had changed itself. Updates run one after the other.
	Twice bool
	// Fault is called on either side of each commit, with "commit" and with "committed". Its error counts as the disk's.
	Fault func(op string) error
}

// Store is an open store file. It is safe for concurrent use.
type Store struct {
	path      string
	engine    engine
	twice     *sync.Mutex // held over both runs of an update; nil without Options.Twice
	importing sync.Mutex  // held by the import that writes a version

	kept struct { // what of the banks is in memory
		sync.Mutex
		entries map[string][]Entry // by version
		banks   map[string]*Bank   // by owner, as it was last read
	}
}

// Open opens the store file at path, or creates it in an existing folder, readable by its owner only. It fails with
// ErrLocked after a second while another process has it open, with ErrNewer if this program is too old for it, and with
// ErrDamaged if it cannot be read.
func Open(path string, o Options) (*Store, error) {
	s, err := open(path, o)
	if err != nil {
		return nil, fmt.Errorf("open store %s: %w", path, err)
	}
	return s, nil
}

func open(path string, o Options) (*Store, error) {
	ctx := context.Background()
	if err := proveAfterCrash(ctx, path, o.Check); err != nil {
		return nil, err
	}
	e, err := openBolt(path, boltOptions{fault: o.Fault})
	if err != nil {
		return nil, err
	}
	s := &Store{path: path, engine: e}
	if o.Twice {
		s.twice = new(sync.Mutex)
	}
	if err := s.prepare(ctx, steps()); err != nil {
		return nil, errors.Join(err, e.close())
	}
	if err := s.doubtLetters(ctx); err != nil {
		return nil, errors.Join(err, e.close())
	}
	return s, nil
}

// Close waits for the running transactions and lets go of the file. It must not be called within one.
func (s *Store) Close() error {
	if err := s.engine.close(); err != nil {
		return fmt.Errorf("close store %s: %w", s.path, err)
	}
	return nil
}

// Path returns the path that the store was opened with.
func (s *Store) Path() string { return s.path }

// Update runs fn in scope's serial transaction and returns when all it wrote is durable. If fn fails or panics, nothing
// of it is kept. ctx counts until fn is taken up; from then on Update returns how it ended. See ErrDisk for a disk that
// fails.
func (s *Store) Update(ctx context.Context, scope string, fn func(tx *Tx) error) error {
	if s.twice != nil {
		return s.updateTwice(ctx, scope, fn)
	}
	return s.engine.update(ctx, scope, func(w writer) error {
		return (&Tx{scope: scope, r: w, w: w}).run(fn)
	})
}

// View runs fn on a snapshot; it waits for nobody. Writing in it is an error.
func (s *Store) View(ctx context.Context, scope string, fn func(tx *Tx) error) error {
	return s.engine.view(ctx, func(r reader) error {
		return (&Tx{scope: scope, r: r}).run(fn)
	})
}

// CheckEngine proves the file: its structure and the seal of every record. It names the first few damaged records.
// progress may be nil; it is called now and then, and last with done equal to total.
func (s *Store) CheckEngine(ctx context.Context, progress func(done, total int)) error {
	if err := s.engine.check(ctx); err != nil {
		return err
	}
	return s.checkSeals(ctx, progress)
}

const (
	maxDamaged   = 10   // records that CheckEngine names
	progressStep = 1000 // records
)

func (s *Store) checkSeals(ctx context.Context, progress func(done, total int)) error {
	return s.engine.view(ctx, func(r reader) error { return checkSeals(ctx, r, progress) })
}

func checkSeals(ctx context.Context, r reader, progress func(done, total int)) error {
	total, done := 0, 0
	if progress != nil {
		err := eachRecord(ctx, r, func(string, pair) { total++ })
		if err != nil {
			return err
		}
	}
	var errs []error
	err := eachRecord(ctx, r, func(space string, p pair) {
		if _, err := unseal(space, p.key, p.value); err != nil && len(errs) < maxDamaged {
			errs = append(errs, err)
		}
		if done++; progress != nil && (done%progressStep == 0 || done == total) {
			progress(done, total)
		}
	})
	return errors.Join(append(errs, err)...)
}

func eachRecord(ctx context.Context, r reader, fn func(space string, p pair)) error {
	for space, err := range r.spaces() {
		if err != nil {
			return err
		}
		for p, err := range r.scan(space, nil, nil, false) {
			if err = errors.Join(err, ctx.Err()); err != nil {
				return err
			}
			fn(space, p)
		}
	}
	return nil
}
