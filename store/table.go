package store

import (
	"encoding/json"
	"fmt"
	"iter"
)

// table is one kind of record within a scope: its name begins every key. Its records are JSON; a string stands as it is,
// and a plain record writes itself. Reading and writing never fail on the spot: an error sticks to the transaction, which
// then ends with it (see Tx).
type table[R any] string

func (t table[R]) key(parts []any) []byte {
	return appendKey(appendString(make([]byte, 0, usualKey), string(t)), parts...)
}

func (t table[R]) get(tx *Tx, parts ...any) (R, bool) { return t.of(tx, tx.Scope(), parts...) }

// of is get in another scope, which the transaction does not hold still.
func (t table[R]) of(tx *Tx, scope string, parts ...any) (R, bool) {
	var r R
	v, ok := tx.get(scope, t.key(parts))
	if !ok {
		return r, false
	}
	return r, t.decode(tx, v, &r)
}

// at returns the record whose parts are encoded in k.
func (t table[R]) at(tx *Tx, k string) (R, bool) {
	var r R
	v, ok := tx.get(tx.Scope(), append(key(string(t)), k...))
	if !ok {
		return r, false
	}
	return r, t.decode(tx, v, &r)
}

func (t table[R]) put(tx *Tx, r R, parts ...any) {
	if v, ok := t.encode(tx, r); ok {
		tx.put(tx.Scope(), t.key(parts), v)
	}
}

// insert creates the record and reports whether it did: false says that one stands there already.
func (t table[R]) insert(tx *Tx, r R, parts ...any) bool {
	v, ok := t.encode(tx, r)
	return ok && tx.insert(tx.Scope(), t.key(parts), v)
}

func (t table[R]) delete(tx *Tx, parts ...any) {
	tx.delete(tx.Scope(), t.key(parts))
}

// all yields the records whose keys begin with parts, in key order.
func (t table[R]) all(tx *Tx, parts ...any) iter.Seq[R] {
	return t.scan(tx, false, parts...)
}

// backward is all from the last key to the first.
func (t table[R]) backward(tx *Tx, parts ...any) iter.Seq[R] {
	return t.scan(tx, true, parts...)
}

func (t table[R]) scan(tx *Tx, reverse bool, parts ...any) iter.Seq[R] {
	lo := t.key(parts)
	return func(yield func(R) bool) {
		for _, v := range tx.scan(tx.Scope(), lo, after(lo), reverse) {
			var r R
			if !t.decode(tx, v, &r) || !yield(r) {
				return
			}
		}
	}
}

// plain is a record that is written so often that JSON would be most of the work: a pointer to one writes and reads itself.
type plain interface {
	appendTo(b []byte) []byte
	parse(b []byte) error
}

func (t table[R]) encode(tx *Tx, r R) (v []byte, ok bool) {
	var err error
	switch p := any(&r).(type) {
	case *string:
		v = []byte(*p)
	case plain:
		v = p.appendTo(nil)
	default:
		v, err = json.Marshal(r)
	}
	if err != nil {
		tx.fail(fmt.Errorf("write a record of %s: %w", string(t), err))
	}
	return v, err == nil
}

func (t table[R]) decode(tx *Tx, v []byte, r *R) bool {
	var err error
	switch p := any(r).(type) {
	case *string:
		*p = string(v)
	case plain:
		err = p.parse(v)
	default:
		err = json.Unmarshal(v, r)
	}
	if err != nil {
		tx.fail(fmt.Errorf("read a record of %s: %w", string(t), err))
	}
	return err == nil
}

// Fail makes the transaction end with err, unless an earlier error does.
func (tx *Tx) Fail(err error) { tx.fail(err) }
