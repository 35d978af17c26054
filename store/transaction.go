package store

import (
	"errors"
	"fmt"
	"iter"
	"strings"
)

// The spaces. A scope's own space has the scope's name.
const (
	systemScope = "sys"
	indexSpace  = "idx" // indexes across groups; every key of it belongs to one scope, which alone writes it
	groupPrefix = "g/"
	bankPrefix  = "bank/"
)

// groupScope is the scope of the group with this ID.
func groupScope(id string) string { return groupPrefix + id }

// bankSpace holds one version of a bank. The system's scope writes it once; everybody reads it.
func bankSpace(version string) string { return bankPrefix + version }

// Tx is a transaction. Its errors stick: after the first one reads return nothing, writes do nothing, and Update or View
// returns it whatever the closure returns. So the code on top of it need not look after each line; code that decides by
// what it does not find looks at Err first. The bytes it returns are valid until the closure ends and must not be
// changed.
type Tx struct {
	scope string
	r     reader
	w     writer   // nil in a view
	every bool     // may write every space: a migration
	log   *[]write // what was written, in order, if somebody wants to know
	err   error
}

// write is one change, as the engine was told it.
type write struct {
	space, key string
	sealed     []byte // nil for a deletion
}

var (
	errOver   = errors.New("the transaction is over")
	errInView = errors.New("a view cannot write")
)

// run calls fn and returns how the transaction ends.
func (tx *Tx) run(fn func(tx *Tx) error) error {
	err := fn(tx)
	if tx.err != nil && !errors.Is(err, tx.err) {
		err = tx.err // the cause: what fn says may follow from reads that returned nothing
	}
	tx.err = errOver
	return err
}

// Scope returns the scope that the transaction belongs to.
func (tx *Tx) Scope() string { return tx.scope }

// Err returns the first error, nil if there is none.
func (tx *Tx) Err() error { return tx.err }

// fail makes the transaction end with err, unless an earlier error does.
func (tx *Tx) fail(err error) {
	if tx.err == nil {
		tx.err = err
	}
}

// get reads any space; but only in its own space and in what belongs to it in the index does an update hold off others.
func (tx *Tx) get(space string, key []byte) ([]byte, bool) {
	if tx.err != nil {
		return nil, false
	}
	sealed, ok, err := tx.r.get(space, key)
	if err != nil {
		tx.fail(fmt.Errorf("read %s in %s: %w", printable(key), space, err))
	}
	if !ok || err != nil {
		return nil, false
	}
	payload, err := unseal(space, key, sealed)
	if err != nil {
		tx.fail(err)
		return nil, false
	}
	return payload, true
}

// scan yields keys and values with lo <= key < hi in order, or backward; a nil hi is the end of the space. It shows the
// space as it is when the loop begins, so the loop may write as it likes.
func (tx *Tx) scan(space string, lo, hi []byte, reverse bool) iter.Seq2[[]byte, []byte] {
	return func(yield func(key, value []byte) bool) {
		if tx.err != nil {
			return
		}
		for p, err := range tx.r.scan(space, lo, hi, reverse) {
			if err != nil {
				tx.fail(fmt.Errorf("read %s: %w", space, err))
				return
			}
			payload, err := unseal(space, p.key, p.value)
			if err != nil {
				tx.fail(err)
				return
			}
			if !yield(p.key, payload) || tx.err != nil {
				return
			}
		}
	}
}

func (tx *Tx) put(space string, key, value []byte) {
	if !tx.mayWrite(space) {
		return
	}
	sealed := seal(space, key, value)
	tx.wrote(space, key, sealed, tx.w.put(space, key, sealed))
}

func (tx *Tx) delete(space string, key []byte) {
	if !tx.mayWrite(space) {
		return
	}
	tx.wrote(space, key, nil, tx.w.delete(space, key))
}

// insert writes the record unless there is one, and reports whether it did. Of all who insert a key, one is told true.
func (tx *Tx) insert(space string, key, value []byte) bool {
	if !tx.mayWrite(space) {
		return false
	}
	sealed := seal(space, key, value)
	created, err := tx.w.insert(space, key, sealed)
	if created || err != nil {
		tx.wrote(space, key, sealed, err)
	}
	return created && err == nil
}

func (tx *Tx) wrote(space string, key, sealed []byte, err error) {
	switch {
	case err != nil:
		tx.fail(fmt.Errorf("write %s in %s: %w", printable(key), space, err))
	case tx.log != nil:
		*tx.log = append(*tx.log, write{space, string(key), sealed})
	}
}

func (tx *Tx) mayWrite(space string) bool {
	switch {
	case tx.err != nil:
		return false
	case tx.w == nil:
		tx.fail(errInView)
	case !tx.owns(space):
		tx.fail(fmt.Errorf("a transaction of %s cannot write %s", tx.scope, space))
	}
	return tx.err == nil
}

func (tx *Tx) owns(space string) bool {
	switch {
	case tx.every, space == indexSpace:
		return true
	case strings.HasPrefix(space, bankPrefix):
		return tx.scope == systemScope
	}
	return space == tx.scope
}
