package store

import (
	"bytes"
	"fmt"
	"iter"
	"maps"
	"slices"

	"github.com/tidwall/btree"
	"go.etcd.io/bbolt"
)

// draft is what the updates of one group have written so far, over the file as it was at the last commit. It is kept
// apart from the file until all of them have run: so an update that fails is taken back without the others, a record
// that many of them write is written once, and the file gets its keys in order. It is the writer of the update that
// runs.
type draft struct {
	below   boltTx
	cursors map[string]*bbolt.Cursor // of the file, by space; nil for one that is not there
	written map[string]*changes      // by space
	undo    []undo                   // what the running update did, oldest first
	wrote   bool                     // an update that was kept has changed something
}

// changes are one space's, in the order of their keys.
type changes = btree.BTreeG[pending]

type pending struct {
	key, value []byte
	deleted    bool
}

// undo says what stood at a key before.
type undo struct {
	changes *changes
	was     pending
	had     bool
}

func newDraft(below boltTx) *draft {
	return &draft{below: below, cursors: map[string]*bbolt.Cursor{}, written: map[string]*changes{}}
}

// run runs one update. What it wrote is taken back if it fails.
func (d *draft) run(fn func(writer) error) error {
	err := runClosure(func() error { return fn(d) })
	if err != nil {
		d.takeBack()
	}
	d.wrote = d.wrote || len(d.undo) > 0
	d.undo = d.undo[:0]
	return err
}

func (d *draft) takeBack() {
	for _, u := range slices.Backward(d.undo) {
		if u.had {
			u.changes.Set(u.was)
		} else {
			u.changes.Delete(u.was)
		}
	}
	d.undo = d.undo[:0]
}

// changed returns the spaces with changes, in order.
func (d *draft) changed() []string { return slices.Sorted(maps.Keys(d.written)) }

func (d *draft) get(space string, key []byte) ([]byte, bool, error) {
	if s := d.written[space]; s != nil {
		if c, ok := s.Get(pending{key: key}); ok {
			return c.value, !c.deleted, nil
		}
	}
	return d.underneath(space, key)
}

// underneath reads from the file. Cursors are kept, since each makes room for its way down.
func (d *draft) underneath(space string, key []byte) (value []byte, ok bool, err error) {
	defer catchDamage(&err)
	c, known := d.cursors[space]
	if !known {
		if b := d.below.tx.Bucket([]byte(space)); b != nil {
			c = b.Cursor()
		}
		d.cursors[space] = c
	}
	if c == nil {
		return nil, false, nil
	}
	k, value := c.Seek(key)
	if !bytes.Equal(k, key) {
		return nil, false, nil
	}
	return value, true, nil
}

func (d *draft) put(space string, key, value []byte) error {
	if err := checkKey(space, key); err != nil {
		return err
	}
	if value == nil {
		value = []byte{} // bbolt takes a nil value for an absent key
	}
	d.set(space, pending{key: key, value: value})
	return nil
}

func (d *draft) delete(space string, key []byte) error {
	_, ok, err := d.get(space, key)
	if ok && err == nil {
		d.set(space, pending{key: key, deleted: true})
	}
	return err
}

func (d *draft) insert(space string, key, value []byte) (created bool, err error) {
	_, ok, err := d.get(space, key)
	if ok || err != nil {
		return false, err
	}
	return true, d.put(space, key, value)
}

func checkKey(space string, key []byte) error {
	if space == "" {
		return fmt.Errorf("a space needs a name")
	}
	if len(key) == 0 || len(key) > maxKey {
		return fmt.Errorf("a key in %s has %d bytes, not 1 to %d", space, len(key), maxKey)
	}
	return nil
}

func (d *draft) set(space string, c pending) {
	s := d.written[space]
	if s == nil {
		before := func(a, b pending) bool { return bytes.Compare(a.key, b.key) < 0 }
		s = btree.NewBTreeGOptions(before, btree.Options{NoLocks: true})
		d.written[space] = s
	}
	was, had := s.Set(c)
	if !had {
		was.key = c.key
	}
	d.undo = append(d.undo, undo{s, was, had})
}

// spaces yields those of the file and those that begin in the draft.
func (d *draft) spaces() iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		names, err := d.below.spaceNames()
		for space, s := range d.written {
			if begins(s) {
				names = append(names, space)
			}
		}
		slices.Sort(names)
		names = slices.Compact(names)
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

// begins reports whether there is a key in the changes.
func begins(s *changes) (found bool) {
	s.Scan(func(c pending) bool { found = !c.deleted; return !found })
	return found
}
