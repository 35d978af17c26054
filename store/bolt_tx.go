package store

import (
	"bytes"
	"fmt"
	"iter"
	"slices"

	"go.etcd.io/bbolt"
)

// boltTx is a transaction of bbolt as reader and writer.
type boltTx struct {
	tx    *bbolt.Tx
	wrote bool        // something was changed; if not, there is nothing to commit
	scans []*boltScan // the running ones, innermost last; only in an update
}

func (t *boltTx) get(space string, key []byte) (value []byte, ok bool, err error) {
	defer catchDamage(&err)
	b := t.tx.Bucket([]byte(space))
	if b == nil {
		return nil, false, nil
	}
	value = b.Get(key)
	return value, value != nil, nil
}

func (t *boltTx) spaces() iter.Seq2[string, error] {
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

func (t *boltTx) spaceNames() (names []string, err error) {
	defer catchDamage(&err)
	c := t.tx.Cursor()
	for name, _ := c.First(); name != nil; name, _ = c.Next() {
		names = append(names, string(name))
	}
	return names, nil
}

func (t *boltTx) put(space string, key, value []byte) (err error) {
	defer catchDamage(&err)
	if err := checkKey(space, key); err != nil {
		return err
	}
	t.settleScans()
	t.wrote = true
	b, err := t.tx.CreateBucketIfNotExists([]byte(space))
	if err != nil {
		return fmt.Errorf("create space %s: %w", space, err)
	}
	if value == nil {
		value = []byte{} // bbolt takes a nil value for an absent key
	}
	return b.Put(key, value)
}

func (t *boltTx) delete(space string, key []byte) (err error) {
	defer catchDamage(&err)
	b := t.tx.Bucket([]byte(space))
	if b == nil || b.Get(key) == nil {
		return nil
	}
	t.settleScans()
	t.wrote = true
	return b.Delete(key)
}

func (t *boltTx) insert(space string, key, value []byte) (created bool, err error) {
	_, ok, err := t.get(space, key)
	if ok || err != nil {
		return false, err
	}
	return true, t.put(space, key, value)
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

func (t *boltTx) scan(space string, lo, hi []byte, reverse bool) iter.Seq2[pair, error] {
	return func(yield func(pair, error) bool) {
		s := &boltScan{lo: lo, hi: hi, reverse: reverse, writable: t.tx.Writable()}
		s.start(t.tx, space)
		if s.writable {
			t.scans = append(t.scans, s)
			defer func() { t.scans = slices.DeleteFunc(t.scans, func(x *boltScan) bool { return x == s }) }()
		}
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

// settleScans is called before each write: a cursor of bbolt loses its place when a page changes under it, so running
// scans first read what is still ahead of them. bbolt keeps replaced keys and values readable until the transaction ends,
// so this costs two slices a pair, and nothing where nobody writes within a loop.
func (t *boltTx) settleScans() {
	for _, s := range t.scans {
		s.settle()
	}
}

// boltScan is one running scan: on a cursor, or settled with the rest of its pairs in memory.
type boltScan struct {
	bucket   *bbolt.Bucket // nil when there is nothing more to read
	cursor   *bbolt.Cursor
	lo, hi   []byte
	reverse  bool
	writable bool
	begun    bool
	at       []byte // going back: all keys from here on are behind us; nil at the beginning of a scan without hi
	rest     []pair // read ahead by settle
	err      error
}

func (s *boltScan) start(tx *bbolt.Tx, space string) {
	defer catchDamage(&s.err)
	s.bucket = tx.Bucket([]byte(space))
	if s.bucket == nil {
		return
	}
	s.cursor, s.at = s.bucket.Cursor(), s.hi
}

func (s *boltScan) next() (pair, bool) {
	if len(s.rest) > 0 {
		p := s.rest[0]
		s.rest = s.rest[1:]
		return p, true
	}
	return s.read()
}

func (s *boltScan) settle() {
	for p, ok := s.read(); ok; p, ok = s.read() {
		s.rest = append(s.rest, p)
	}
}

// read takes the next pair from the cursor; at the end it lets go of it.
func (s *boltScan) read() (p pair, ok bool) {
	if s.bucket == nil || s.err != nil {
		return pair{}, false
	}
	defer catchDamage(&s.err)
	if s.reverse {
		p.key, p.value = s.back()
	} else {
		p.key, p.value = s.forth()
	}
	s.begun = true
	if p.key == nil || s.reverse && bytes.Compare(p.key, s.lo) < 0 ||
		!s.reverse && s.hi != nil && bytes.Compare(p.key, s.hi) >= 0 {
		s.bucket = nil
		return pair{}, false
	}
	s.at = p.key
	return p, true
}

func (s *boltScan) forth() (key, value []byte) {
	if s.begun {
		return s.cursor.Next()
	}
	return s.cursor.Seek(s.lo)
}

func (s *boltScan) back() (key, value []byte) {
	if !s.begun && s.hi == nil {
		return s.cursor.Last()
	}
	if !s.begun {
		if key, _ := s.cursor.Seek(s.hi); key == nil {
			return s.cursor.Last()
		}
	}
	key, value = s.cursor.Prev()
	for key == nil && s.more() {
		key, value = s.cursor.Prev()
	}
	return key, value
}

// more reports whether keys are left below the cursor. bbolt's Prev says nil at the beginning and also on a page that
// this transaction has emptied; going on is right in the second case only.
func (s *boltScan) more() bool {
	if !s.writable {
		return false
	}
	first, _ := s.bucket.Cursor().First()
	return first != nil && bytes.Compare(first, s.at) < 0
}
