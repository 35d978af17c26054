package store

import (
	"bytes"
	"fmt"
	"iter"

	"go.etcd.io/bbolt"
)

// boltTx reads the file as it was at a commit. Nothing is written through it but by apply, at the end of an update's
// transaction, so what it shows never changes under a reader.
type boltTx struct{ tx *bbolt.Tx }

func (t boltTx) get(space string, key []byte) (value []byte, ok bool, err error) {
	defer catchDamage(&err)
	b := t.tx.Bucket([]byte(space))
	if b == nil {
		return nil, false, nil
	}
	value = b.Get(key)
	return value, value != nil, nil
}

func (t boltTx) spaces() iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		names, err := t.spaceNames()
		for _, name := range names {
			if !yield(name, nil) {
				return
			}
		}
		if err != nil {
			yield("", err)
		}
	}
}

func (t boltTx) spaceNames() (names []string, err error) {
	defer catchDamage(&err)
	c := t.tx.Cursor()
	for name, _ := c.First(); name != nil; name, _ = c.Next() {
		names = append(names, string(name))
	}
	return names, nil
}

func (t boltTx) scan(space string, lo, hi []byte, reverse bool) iter.Seq2[pair, error] {
	return func(yield func(pair, error) bool) {
		s := t.startScan(space, lo, hi, reverse)
		for p, ok := s.next(); ok; p, ok = s.next() {
			if !yield(p, nil) {
				return
			}
		}
		if s.err != nil {
			yield(pair{}, s.err)
		}
	}
}

// boltScan goes over the pairs of one space.
type boltScan struct {
	cursor  *bbolt.Cursor // nil when there is nothing more to read
	lo, hi  []byte
	reverse bool
	begun   bool
	err     error
}

func (t boltTx) startScan(space string, lo, hi []byte, reverse bool) (s *boltScan) {
	s = &boltScan{lo: lo, hi: hi, reverse: reverse}
	defer catchDamage(&s.err)
	if b := t.tx.Bucket([]byte(space)); b != nil {
		s.cursor = b.Cursor()
	}
	return s
}

// next returns the next pair; after an error there is none, and err holds it.
func (s *boltScan) next() (p pair, ok bool) {
	if s.cursor == nil || s.err != nil {
		return pair{}, false
	}
	defer catchDamage(&s.err)
	p.key, p.value = s.step()
	s.begun = true
	if p.key == nil || s.reverse && bytes.Compare(p.key, s.lo) < 0 ||
		!s.reverse && s.hi != nil && bytes.Compare(p.key, s.hi) >= 0 {
		s.cursor = nil
		return pair{}, false
	}
	return p, true
}

func (s *boltScan) step() (key, value []byte) {
	switch {
	case s.begun && s.reverse:
		return s.cursor.Prev()
	case s.begun:
		return s.cursor.Next()
	case !s.reverse:
		return s.cursor.Seek(s.lo)
	case s.hi == nil:
		return s.cursor.Last()
	}
	if key, _ := s.cursor.Seek(s.hi); key == nil {
		return s.cursor.Last()
	}
	return s.cursor.Prev()
}

// apply writes what the draft holds. bbolt is at its fastest when the keys of a bucket come in their order.
func (t boltTx) apply(d *draft) (err error) {
	defer catchDamage(&err)
	for _, space := range d.changed() {
		if err := t.applySpace(space, d.written[space]); err != nil {
			return fmt.Errorf("write %s: %w", space, err)
		}
	}
	return nil
}

func (t boltTx) applySpace(space string, changes *changes) (err error) {
	b := t.tx.Bucket([]byte(space))
	changes.Scan(func(c pending) bool {
		switch {
		case c.deleted && b != nil:
			err = b.Delete(c.key)
		case !c.deleted && b == nil:
			if b, err = t.tx.CreateBucket([]byte(space)); err == nil {
				err = b.Put(c.key, c.value)
			}
		case !c.deleted:
			err = b.Put(c.key, c.value)
		}
		return err == nil
	})
	return err
}
