package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// schemaKey leads to the record that says how all other records are to be read. Its own place, seal and form stay as
// they are in all versions, so that every Rewind can tell a newer store from a damaged one.
const schemaKey = "schema"

type schemaRecord struct {
	Schema  int   `json:"schema"`
	Created int64 `json:"created"` // unix ms
}

// step rewrites the records of one schema into those of the next; it may write every space.
type step func(tx *Tx) error

// steps returns what leads from each schema to the next: the first one from 1 to 2. A step is never changed once it
// was released. This program knows one schema more than there are steps.
func steps() []step { return nil }

// prepare makes an empty file a store and an older store a current one.
func (s *Store) prepare(ctx context.Context, steps []step) error {
	known := len(steps) + 1
	have, err := s.schema(ctx, known)
	if err != nil {
		return err
	}
	if have == 0 {
		created := time.Now().UnixMilli() // outside: the update may be run again
		return s.Update(ctx, systemScope, func(tx *Tx) error {
			return tx.putSchema(schemaRecord{known, created})
		})
	}
	for n := have; n < known; n++ {
		if err := s.migrate(ctx, n+1, steps[n-1]); err != nil {
			return fmt.Errorf("migrate from schema %d: %w", n, err)
		}
	}
	return nil
}

// schema returns the number of the store's schema, 0 for an empty file, ErrNewer if it is above known.
func (s *Store) schema(ctx context.Context, known int) (schema int, err error) {
	err = s.View(ctx, systemScope, func(tx *Tx) error {
		r, ok := tx.schemaRecord()
		if tx.Err() != nil {
			return tx.Err()
		}
		schema = r.Schema
		if schema > known {
			return fmt.Errorf("%w (schema %d, this one knows %d): update Rewind", ErrNewer, schema, known)
		}
		if !ok {
			return tx.empty()
		}
		return nil
	})
	return schema, err
}

func (tx *Tx) schemaRecord() (r schemaRecord, ok bool) {
	v, ok := tx.get(systemScope, []byte(schemaKey))
	if !ok {
		return r, false
	}
	err := json.Unmarshal(v, &r)
	if err != nil || r.Schema < 1 {
		tx.fail(damagedRecord(systemScope, []byte(schemaKey)))
	}
	return r, tx.err == nil
}

// empty fails if there is any space: then the file is some other program's.
func (tx *Tx) empty() error {
	for space, err := range tx.r.spaces() {
		if err != nil {
			return err
		}
		return &damage{noStore, fmt.Sprintf("it has %q, but no schema", space)}
	}
	return nil
}

// migrate takes one step and notes that it was taken, in one transaction: a step that is cut off begins anew.
func (s *Store) migrate(ctx context.Context, to int, step step) error {
	return s.engine.update(ctx, systemScope, func(w writer) error {
		tx := &Tx{scope: systemScope, r: w, w: w, every: true}
		return tx.run(func(tx *Tx) error {
			r, _ := tx.schemaRecord()
			if err := step(tx); err != nil {
				return err
			}
			r.Schema = to
			return tx.putSchema(r)
		})
	})
}

func (tx *Tx) putSchema(r schemaRecord) error {
	v, err := json.Marshal(r)
	if err != nil {
		return err
	}
	tx.put(systemScope, []byte(schemaKey), v)
	return nil
}
