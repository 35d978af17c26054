package store

import (
	"bytes"
	"iter"
)

// scan takes the changes in its range when it begins, and the file below does not change while it runs: so it shows the
// space as it was at its beginning, whatever the loop writes.
func (d *draft) scan(space string, lo, hi []byte, reverse bool) iter.Seq2[pair, error] {
	return func(yield func(pair, error) bool) {
		s := draftScan{above: d.between(space, lo, hi, reverse), below: d.below.startScan(space, lo, hi, reverse), reverse: reverse}
		s.old, s.oldOK = s.below.next()
		for p, ok := s.next(); ok; p, ok = s.next() {
			if !yield(p, nil) {
				return
			}
		}
		if s.below.err != nil {
			yield(pair{}, s.below.err)
		}
	}
}

// between returns the changes of lo to below hi, in the order of a scan.
func (d *draft) between(space string, lo, hi []byte, reverse bool) (list []pending) {
	s := d.written[space]
	switch {
	case s == nil:
	case reverse && hi == nil:
		s.Reverse(func(c pending) bool { return takeDown(&list, c, lo, hi) })
	case reverse:
		s.Descend(pending{key: hi}, func(c pending) bool { return takeDown(&list, c, lo, hi) })
	default:
		s.Ascend(pending{key: lo}, func(c pending) bool {
			if hi != nil && bytes.Compare(c.key, hi) >= 0 {
				return false
			}
			list = append(list, c)
			return true
		})
	}
	return list
}

// takeDown takes c unless it is hi itself, and says whether more can come.
func takeDown(list *[]pending, c pending, lo, hi []byte) bool {
	if bytes.Compare(c.key, lo) < 0 {
		return false
	}
	if hi == nil || bytes.Compare(c.key, hi) < 0 {
		*list = append(*list, c)
	}
	return true
}

// draftScan goes over the file and the changes side by side. Where both have a key, the change counts.
type draftScan struct {
	above   []pending // those that are still to come
	below   *boltScan
	old     pair // the next one of the file, if oldOK
	oldOK   bool
	reverse bool
}

func (s *draftScan) next() (pair, bool) {
	for len(s.above) > 0 {
		order := s.order()
		if order > 0 {
			break
		}
		c := s.above[0]
		s.above = s.above[1:]
		if order == 0 {
			s.old, s.oldOK = s.below.next()
		}
		if !c.deleted {
			return pair{c.key, c.value}, true
		}
	}
	p, ok := s.old, s.oldOK
	if ok {
		s.old, s.oldOK = s.below.next()
	}
	return p, ok
}

// order says which comes next: the change below 0, the file's pair above 0, or both are of one key.
func (s *draftScan) order() int {
	if !s.oldOK {
		return -1
	}
	order := bytes.Compare(s.above[0].key, s.old.key)
	if s.reverse {
		return -order
	}
	return order
}
