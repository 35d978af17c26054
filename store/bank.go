package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"rewind/questions"
)

// Bank is what can be asked: one version of the operator's notes or of a group's own, in the order of the notes, and
// after them what the group has of its own (see Own). A version never changes.
type Bank struct {
	Version string
	Own     int // the newest revision of the group's own questions that is in it
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
	err = s.Update(ctx, systemScope, func(tx *Tx) (err error) {
		info, err = tx.UndoBank()
		return err
	})
	return info, err
}

// UndoBank is Store.UndoBank for the notes of the transaction's group: before the first of them is the operator's bank.
func (tx *Tx) UndoBank() (BankInfo, error) {
	p, _ := bankPointerTable.get(tx)
	if len(p.Before) == 0 {
		return BankInfo{}, ErrNoUndo
	}
	last := len(p.Before) - 1
	p.Current, p.Before = p.Before[last], p.Before[:last]
	bankPointerTable.put(tx, p)
	info, _ := bankInfoTable.of(tx, systemScope, tx.currentVersion(tx.Scope()))
	return info, nil
}

// currentVersion is the version that an owner's bank is at: a group without notes of its own follows the operator.
func (tx *Tx) currentVersion(owner string) string {
	p, _ := bankPointerTable.of(tx, owner)
	if p.Current == "" && owner != systemScope {
		p, _ = bankPointerTable.of(tx, systemScope)
	}
	return p.Current
}

// CurrentBank returns the operator's bank, empty if nothing was ever imported.
func (s *Store) CurrentBank(ctx context.Context) (*Bank, error) { return s.bankOf(ctx, systemScope) }

// GroupBank returns what a group is asked from. Nobody may change it: others get the same one.
func (s *Store) GroupBank(ctx context.Context, group string) (*Bank, error) {
	return s.bankOf(ctx, groupScope(group))
}

func (s *Store) bankOf(ctx context.Context, owner string) (bank *Bank, err error) {
	err = s.View(ctx, owner, func(tx *Tx) error {
		version, g := tx.currentVersion(owner), Group{}
		if owner != systemScope {
			g, _ = tx.Group()
		}
		if bank = s.keptBank(owner); bank != nil && bank.Version == version && bank.Own == g.Own {
			return nil
		}
		bank = &Bank{Version: version, Own: g.Own, Entries: s.entries(tx, version)}
		if g.Own > 0 {
			tx.addOwn(bank)
		}
		if tx.Err() == nil {
			s.keepBank(owner, bank)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the question bank: %w", err)
	}
	return bank, nil
}

// BankQuestions reads every question of a group's bank, in its order: for an index, or to add to them.
func (s *Store) BankQuestions(ctx context.Context, group string, bank *Bank) ([]questions.Question, error) {
	var qs []questions.Question
	err := s.ViewGroup(ctx, group, func(tx *Tx) error {
		for _, e := range bank.Entries {
			if q, ok := tx.Question(bank.Version, bank.Own, e.ID); ok {
				qs = append(qs, q)
			}
		}
		return nil
	})
	return qs, err
}

// entriesKept is how many versions have their entries in memory, and how many owners their bank.
const entriesKept = 8

// entries reads a version's entries, or has them in memory. Nobody may change what it returns.
func (s *Store) entries(tx *Tx, version string) []Entry {
	s.kept.Lock()
	list, ok := s.kept.entries[version]
	s.kept.Unlock()
	if ok || version == "" {
		return list
	}
	list = readList[Entry](tx, version, entriesKey)
	if tx.Err() == nil {
		s.keep(version, list)
	}
	return list
}

func (s *Store) keep(version string, list []Entry) {
	s.kept.Lock()
	defer s.kept.Unlock()
	if s.kept.entries == nil || len(s.kept.entries) >= entriesKept {
		s.kept.entries = map[string][]Entry{}
	}
	s.kept.entries[version] = list
}

// keptBank returns the bank that an owner had when it was last asked for, nil if that is forgotten.
func (s *Store) keptBank(owner string) *Bank {
	s.kept.Lock()
	defer s.kept.Unlock()
	return s.kept.banks[owner]
}

func (s *Store) keepBank(owner string, bank *Bank) {
	s.kept.Lock()
	defer s.kept.Unlock()
	if s.kept.banks == nil || len(s.kept.banks) >= entriesKept {
		s.kept.banks = map[string]*Bank{}
	}
	s.kept.banks[owner] = bank
}
