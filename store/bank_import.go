package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"rewind/questions"
)

// Imported is the version that an import made current, or would make, and how it continues the one before.
type Imported struct {
	BankInfo
	Match questions.Matching
}

// A version is written in transactions of at most so many records and bytes, so that nobody waits long for one of them.
const (
	maxRecords = 32
	maxBytes   = 64 << 10
)

// ImportBank makes the questions the current version of the bank, in one step. Each keeps the ID of the question that it
// continues, of the current version or of those before it (see questions.Match). Questions that are already current change
// nothing. Starter questions never replace somebody's notes, and a newer starter replaces an older one.
//
// The version is written in small transactions, which nobody reads until the last one makes it current. Where the bank
// has changed meanwhile, the questions are matched again with what it is now. What a cut-off import left is cleared away
// by the next one.
func (s *Store) ImportBank(ctx context.Context, origin Origin, qs []questions.Question, at time.Time) (done Imported, changed bool, err error) {
	return s.importBank(ctx, systemScope, origin, anyVersion, qs, at)
}

// ImportGroupBank is ImportBank for notes of a group's own: from then on it is asked from them and not from the
// operator's. It fails with ErrBankMoved where the group is no longer asked from the version onto, with which the questions
// were put together.
func (s *Store) ImportGroupBank(ctx context.Context, group, onto string, qs []questions.Question, at time.Time) (done Imported, changed bool, err error) {
	return s.importBank(ctx, groupScope(group), FromNotes, onto, qs, at)
}

// ErrBankMoved says that somebody else has changed the bank meanwhile.
var ErrBankMoved = errors.New("the bank has changed meanwhile")

// anyVersion is no version's name.
const anyVersion = "*"

func (s *Store) importBank(ctx context.Context, owner string, origin Origin, onto string, qs []questions.Question, at time.Time) (done Imported, changed bool, err error) {
	s.importing.Lock()
	defer s.importing.Unlock()
	if err := s.clearLeftovers(ctx); err != nil {
		return Imported{}, false, err
	}
	for {
		p, err := s.planImport(ctx, owner, origin, qs, at)
		if err == nil && onto != anyVersion && onto != p.from.version {
			err = ErrBankMoved
		}
		if err != nil || !p.changes {
			return p.told(), false, err
		}
		if err := s.writeVersion(ctx, p); err != nil {
			return Imported{}, false, err
		}
		current, err := s.makeCurrent(ctx, owner, p)
		if err != nil {
			return Imported{}, false, err
		}
		if current {
			s.keep(p.result.Version, entriesOf(p.result.Match))
			return p.told(), true, nil
		}
	}
}

// PlanBank says what ImportBank would do now, and changes nothing.
func (s *Store) PlanBank(ctx context.Context, origin Origin, qs []questions.Question, at time.Time) (would Imported, changes bool, err error) {
	p, err := s.planImport(ctx, systemScope, origin, qs, at)
	return p.told(), p.changes, err
}

// PlanGroupBank says what ImportGroupBank would do now, and changes nothing.
func (s *Store) PlanGroupBank(ctx context.Context, group string, qs []questions.Question, at time.Time) (would Imported, changes bool, err error) {
	p, err := s.planImport(ctx, groupScope(group), FromNotes, qs, at)
	return p.told(), p.changes, err
}

// told is what people are told of an import: who brings the first notes retires nothing, since the starter bank was
// nobody's choice.
func (p importPlan) told() Imported {
	told := p.result
	if p.overStarter {
		told.Match.Left = nil
	}
	return told
}

// importPlan is an import before anything is written.
type importPlan struct {
	overStarter bool     // notes take the place of the starter bank
	from        contents // what it was made against
	left        []gone   // the questions that are not in the new version and were in some
	result      Imported
	known       bool // the version lies there whole, from an earlier import
	changes     bool
}

func (s *Store) planImport(ctx context.Context, owner string, origin Origin, qs []questions.Question, at time.Time) (importPlan, error) {
	var p importPlan
	var current BankInfo
	refused := false
	err := s.View(ctx, systemScope, func(tx *Tx) error {
		version := tx.currentVersion(owner)
		current, _ = bankInfoTable.get(tx, version)
		if refused = origin == FromStarter && current.Origin == FromNotes; !refused {
			p.from = tx.contents(version)
		}
		return nil
	})
	if err != nil {
		return p, fmt.Errorf("read the question bank: %w", err)
	}
	if refused {
		p.result.BankInfo = current
		return p, nil
	}
	p.result.Match = questions.Match(p.from.questions, p.from.gone, qs)
	for i, c := range p.result.Match.Changes {
		if c.Was != nil && c.Was.Mark == "" && c.Now.Mark == c.Now.ID {
			p.result.Match.Changes[i].Now.Mark = "" // an export names every ID; that is no mark of the author's
		}
	}
	for _, q := range p.result.Match.Left {
		p.left = append(p.left, gone{q.ID, p.from.version})
	}
	for _, q := range p.result.Match.StillGone {
		p.left = append(p.left, gone{q.ID, p.from.left[q.ID]})
	}
	version, err := digest(p.result.Match.Questions(), p.left)
	if err != nil {
		return p, err
	}
	if version == p.from.version {
		p.result.BankInfo = current
		return p, nil
	}
	p.overStarter = current.Origin == FromStarter && origin == FromNotes
	p.result.BankInfo = BankInfo{Version: version, Origin: origin, Questions: len(qs), Imported: at}
	p.changes = true
	return p, s.View(ctx, systemScope, func(tx *Tx) error {
		_, p.known = bankInfoTable.get(tx, version)
		return nil
	})
}

// writeVersion writes what the version consists of. It may lie there already, or a part of it: what a version holds
// follows from its name.
func (s *Store) writeVersion(ctx context.Context, p importPlan) error {
	if p.known {
		return nil
	}
	var some []record
	size := 0
	write := func() error {
		return s.Update(ctx, systemScope, func(tx *Tx) error {
			for _, r := range some {
				tx.put(bankSpace(p.result.Version), r.key, r.value)
			}
			return nil
		})
	}
	for r, err := range records(p.from, p.result.Match, p.left) {
		if err != nil {
			return fmt.Errorf("write the questions: %w", err)
		}
		if len(some) == maxRecords || len(some) > 0 && size+len(r.value) > maxBytes {
			if err := write(); err != nil {
				return err
			}
			some, size = nil, 0
		}
		some = append(some, r)
		size += len(r.value)
	}
	return write()
}

// makeCurrent moves the owner's pointer to a version that was written, unless the bank is no longer the one it was made
// against.
func (s *Store) makeCurrent(ctx context.Context, owner string, p importPlan) (current bool, err error) {
	if owner != systemScope { // from here on it is whole, also where the second transaction is not reached
		err = s.Update(ctx, systemScope, func(tx *Tx) error {
			bankInfoTable.put(tx, p.result.BankInfo, p.result.Version)
			return nil
		})
	}
	if err != nil {
		return false, err
	}
	err = s.Update(ctx, owner, func(tx *Tx) error {
		if current = tx.currentVersion(owner) == p.from.version; !current {
			return nil
		}
		pointer, _ := bankPointerTable.get(tx)
		if owner != systemScope || pointer.Current != "" && p.result.Origin == FromNotes {
			pointer.Before = append(pointer.Before, pointer.Current)
		}
		pointer.Current = p.result.Version
		bankPointerTable.put(tx, pointer)
		if owner == systemScope {
			bankInfoTable.put(tx, p.result.BankInfo, p.result.Version)
		}
		return nil
	})
	return current, err
}

// clearLeftovers deletes versions that were never made current, in small transactions. The caller holds importing.
func (s *Store) clearLeftovers(ctx context.Context) error {
	for {
		var space string
		var keys [][]byte
		err := s.View(ctx, systemScope, func(tx *Tx) (err error) {
			space, keys, err = tx.leftover()
			return err
		})
		if err != nil || len(keys) == 0 {
			return err
		}
		err = s.Update(ctx, systemScope, func(tx *Tx) error {
			for _, k := range keys {
				tx.delete(space, k)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
}

// leftover finds some keys of a version that is not whole, none if there is no such version.
func (tx *Tx) leftover() (space string, keys [][]byte, err error) {
	for space, err := range tx.r.spaces() {
		if err != nil {
			return "", nil, fmt.Errorf("read the question bank: %w", err)
		}
		version, ok := strings.CutPrefix(space, bankPrefix)
		if !ok {
			continue
		}
		if _, whole := bankInfoTable.get(tx, version); whole {
			continue
		}
		for k := range tx.scan(space, nil, nil, false) {
			keys = append(keys, append([]byte(nil), k...))
			if len(keys) == maxRecords {
				break
			}
		}
		if len(keys) > 0 || tx.Err() != nil {
			return space, keys, tx.Err()
		}
	}
	return "", nil, nil
}
