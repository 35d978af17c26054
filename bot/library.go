package bot

import (
	"context"
	"slices"
	"sync"

	"rewind/questions"
	"rewind/store"
)

// library keeps an index of each bank that was searched lately.
type library struct {
	most   int        // questions in all of them; an index of ten thousand takes about 4 MB
	making sync.Mutex // held while an index is made: each is made once, and two at a time would need the memory of two

	mu      sync.Mutex // guards shelves
	shelves []shelf    // the one that was searched last comes last
}

// mostIndexed is the library's most.
const mostIndexed = 40_000

// shelf is the index of a bank.
type shelf struct {
	title
	index     *questions.Index
	questions int
}

// title names a bank. What a group has of its own is in no other group's.
type title struct {
	version string
	own     int
	group   string // empty where own is 0
}

// index returns the index of a group's bank. The first search of a bank reads all of it; those of other banks do not wait.
func (l *library) index(ctx context.Context, s *store.Store, group string, bank *store.Bank) (*questions.Index, error) {
	name := title{version: bank.Version, own: bank.Own}
	if bank.Own > 0 {
		name.group = group
	}
	if x := l.find(name); x != nil {
		return x, nil
	}
	l.making.Lock()
	defer l.making.Unlock()
	if x := l.find(name); x != nil { // made while we waited
		return x, nil
	}
	qs, err := s.BankQuestions(ctx, group, bank)
	if err != nil {
		return nil, err
	}
	x := questions.NewIndex(slices.Values(qs))
	l.add(shelf{name, x, 1 + len(qs)}) // one for an empty bank, so that they are not kept without end
	return x, nil
}

// find returns the index of a bank, nil if there is none, and keeps it longer.
func (l *library) find(name title) *questions.Index {
	l.mu.Lock()
	defer l.mu.Unlock()
	i := slices.IndexFunc(l.shelves, func(s shelf) bool { return s.title == name })
	if i < 0 {
		return nil
	}
	found := l.shelves[i]
	l.shelves = append(slices.Delete(l.shelves, i, i+1), found)
	return found.index
}

// add takes an index in, and lets go of those that were searched longest ago where there is too much.
func (l *library) add(s shelf) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.shelves = append(l.shelves, s)
	total := 0
	for i, s := range slices.Backward(l.shelves) {
		if total += s.questions; total > l.most && i < len(l.shelves)-1 {
			l.shelves = slices.Delete(l.shelves, 0, i+1)
			return
		}
	}
}
