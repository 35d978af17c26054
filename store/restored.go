package store

import (
	"context"
	"slices"
	"time"
)

// doubtLetters takes in that the store was restored from a backup: each letter in it may have been delivered since the
// backup was taken, so it starts as unsure, and every group remembers the restore for the letters that it writes anew.
func (s *Store) doubtLetters(ctx context.Context) error {
	at, ok, err := s.restored(ctx)
	if err != nil || !ok {
		return err
	}
	groups, err := s.Groups(ctx)
	if err != nil {
		return err
	}
	for _, id := range groups {
		if err := s.UpdateGroup(ctx, id, func(tx *Tx) error { return tx.doubt(at) }); err != nil {
			return err
		}
	}
	return s.settleRestore(ctx)
}

func (tx *Tx) doubt(restored time.Time) error {
	if g, ok := tx.Group(); ok {
		g.Restored = restored
		tx.PutGroup(g)
	}
	for _, l := range slices.Collect(tx.Letters()) {
		if l.Unsure.IsZero() {
			l.Unsure = l.Due
			tx.PutLetter(l)
		}
	}
	return nil
}
