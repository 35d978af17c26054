package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
)

var errRehearsed = errors.New("this was a rehearsal")

// updateTwice runs fn, throws that away, and runs fn again on the same state; see Options.Twice.
func (s *Store) updateTwice(ctx context.Context, scope string, fn func(tx *Tx) error) error {
	s.twice.Lock()
	defer s.twice.Unlock()
	var rehearsed []write
	var rehearsedErr error
	err := s.engine.update(ctx, scope, func(w writer) error {
		rehearsed = nil
		rehearsedErr = (&Tx{scope: scope, r: w, w: w, log: &rehearsed}).run(fn)
		return errRehearsed
	})
	if !errors.Is(err, errRehearsed) {
		return err
	}
	return s.engine.update(ctx, scope, func(w writer) error {
		var writes []write
		err := (&Tx{scope: scope, r: w, w: w, log: &writes}).run(fn)
		if (err == nil) != (rehearsedErr == nil) {
			return fmt.Errorf("an update of %s ended differently when run again: %v, then %v", scope, rehearsedErr, err)
		}
		return errors.Join(err, sameWrites(scope, rehearsed, writes))
	})
}

func sameWrites(scope string, first, second []write) error {
	for i := range min(len(first), len(second)) {
		a, b := first[i], second[i]
		if a.space != b.space || a.key != b.key || !bytes.Equal(a.sealed, b.sealed) {
			return fmt.Errorf("an update of %s wrote different things when run again: %v, then %v", scope, a, b)
		}
	}
	if len(first) != len(second) {
		more := slices.MaxFunc([][]write{first, second}, func(a, b []write) int { return len(a) - len(b) })
		return fmt.Errorf("an update of %s wrote %d times, then %d times: %v in one run only", scope, len(first), len(second),
			more[min(len(first), len(second))])
	}
	return nil
}

// String names the record, not what it says.
func (w write) String() string {
	if w.sealed == nil {
		return fmt.Sprintf("no %s in %s", printable([]byte(w.key)), w.space)
	}
	return fmt.Sprintf("%s in %s (seal %x)", printable([]byte(w.key)), w.space, w.sealed[:sealSize])
}
