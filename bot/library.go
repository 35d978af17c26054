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
	mu      sync.Mutex // held while an index is made, so that it is made once
	indexes map[shelf]*questions.Index
}

// shelf names a bank. What a group has of its own is in no other group's.
type shelf struct {
	version string
	own     int
	group   string // empty where own is 0
}

// mostIndexes is how many banks keep an index; one of ten thousand questions takes about 4 MB.
const mostIndexes = 4

// index returns the index of a group's bank. The first search of a bank reads all of it.
func (l *library) index(ctx context.Context, s *store.Store, group string, bank *store.Bank) (*questions.Index, error) {
	at := shelf{version: bank.Version, own: bank.Own}
	if bank.Own > 0 {
		at.group = group
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if x := l.indexes[at]; x != nil {
		return x, nil
	}
	qs, err := s.BankQuestions(ctx, group, bank)
	if err != nil {
		return nil, err
	}
	if l.indexes == nil || len(l.indexes) >= mostIndexes {
		l.indexes = map[shelf]*questions.Index{}
	}
	l.indexes[at] = questions.NewIndex(slices.Values(qs))
	return l.indexes[at], nil
}
