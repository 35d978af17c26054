package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"rewind/questions"
)

// Bank is the contents of one version of the question bank, in the order of the notes. A version never changes.
type Bank struct {
	Version string
	Entries []Entry
}

// Entry is what choosing a question needs to know of it; its texts are read one at a time.
type Entry struct {
	ID     string        `json:"id"`
	Topics []EntryTopics `json:"topics,omitempty"`
}

// EntryTopics are a question's topics in one of its languages.
type EntryTopics struct {
	Lang   questions.Lang `json:"lang"`
	Topics []string       `json:"topics"`
}

// In returns the topics in a language, or else in the one there is.
func (e Entry) In(lang questions.Lang) []string {
	for _, t := range e.Topics {
		if t.Lang == lang {
			return t.Topics
		}
	}
	if len(e.Topics) > 0 {
		return e.Topics[0].Topics
	}
	return nil
}

// Origin says where a version of the bank comes from.
type Origin string

// A version comes from the bank in the binary or from somebody's notes.
const (
	FromStarter Origin = "starter"
	FromNotes   Origin = "notes"
)

// BankInfo tells of a version of the bank.
type BankInfo struct {
	Version   string    `json:"version"`
	Origin    Origin    `json:"origin"`
	Questions int       `json:"questions"`
	Imported  time.Time `json:"imported"`
}

// bankPointer says which version is asked from, and which ones were before it, oldest first.
type bankPointer struct {
	Current string   `json:"current"`
	Before  []string `json:"before,omitempty"`
}

const (
	bankInfoTable    table[BankInfo]    = "bank" // a version is whole once it has a record here
	bankPointerTable table[bankPointer] = "bankpointer"
)

// ErrNoUndo says that the bank has no earlier version to go back to.
var ErrNoUndo = errors.New("the bank has no earlier version")

// UndoBank goes back to the version before the current one; ErrNoUndo if there is none. It is again what it was, and so
// are the questions that had left it.
func (s *Store) UndoBank(ctx context.Context) (info BankInfo, err error) {
	err = s.Update(ctx, systemScope, func(tx *Tx) error {
		p, _ := bankPointerTable.get(tx)
		if len(p.Before) == 0 {
			return ErrNoUndo
		}
		last := len(p.Before) - 1
		p.Current, p.Before = p.Before[last], p.Before[:last]
		bankPointerTable.put(tx, p)
		info, _ = bankInfoTable.get(tx, p.Current)
		return nil
	})
	return info, err
}

// CurrentBank returns the version that is asked from, empty if nothing was ever imported. The answer is kept in memory
// for as long as it stays current.
func (s *Store) CurrentBank(ctx context.Context) (*Bank, error) {
	var bank *Bank
	err := s.View(ctx, systemScope, func(tx *Tx) error {
		p, _ := bankPointerTable.get(tx)
		if bank = s.bank.Load(); bank != nil && bank.Version == p.Current {
			return nil
		}
		bank = &Bank{Version: p.Current, Entries: readList[Entry](tx, p.Current, entriesKey)}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the question bank: %w", err)
	}
	s.bank.Store(bank)
	return bank, nil
}
