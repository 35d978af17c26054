package store

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
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
	bankInfoTable    table[BankInfo]    = "bank"
	bankPointerTable table[bankPointer] = "bankpointer"
	entriesKey                          = "entries"
	questionKey                         = "question"
)

// ErrNoUndo says that the bank has no earlier version to go back to.
var ErrNoUndo = errors.New("the bank has no earlier version")

// ImportBank makes the questions the current version of the bank, in one step. Questions that are already current change
// nothing. Starter questions never replace somebody's notes, and a newer starter replaces an older one.
func (s *Store) ImportBank(ctx context.Context, origin Origin, qs []questions.Question, at time.Time) (info BankInfo, changed bool, err error) {
	version, err := digest(qs)
	if err != nil {
		return BankInfo{}, false, err
	}
	err = s.Update(ctx, systemScope, func(tx *Tx) error {
		p, _ := bankPointerTable.get(tx)
		current, _ := bankInfoTable.get(tx, p.Current)
		info, changed = current, false
		if p.Current == version || origin == FromStarter && current.Origin == FromNotes {
			return nil
		}
		info, changed = BankInfo{Version: version, Origin: origin, Questions: len(qs), Imported: at}, true
		if _, ok := bankInfoTable.get(tx, version); !ok {
			tx.putBank(version, qs)
		}
		bankInfoTable.put(tx, info, version)
		if p.Current != "" && origin == FromNotes {
			p.Before = append(p.Before, p.Current)
		}
		p.Current = version
		bankPointerTable.put(tx, p)
		return nil
	})
	return info, changed, err
}

// UndoBank goes back to the version before the current one; ErrNoUndo if there is none.
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
		bank = &Bank{Version: p.Current}
		v, ok := tx.get(bankSpace(p.Current), key(entriesKey))
		if !ok {
			return nil
		}
		return json.Unmarshal(v, &bank.Entries)
	})
	if err != nil {
		return nil, fmt.Errorf("read the question bank: %w", err)
	}
	s.bank.Store(bank)
	return bank, nil
}

// Question returns a question of a version of the bank.
func (tx *Tx) Question(version, id string) (questions.Question, bool) {
	var q questions.Question
	v, ok := tx.get(bankSpace(version), key(questionKey, id))
	if !ok {
		return q, false
	}
	if err := json.Unmarshal(v, &q); err != nil {
		tx.fail(fmt.Errorf("read question %s: %w", id, err))
		return q, false
	}
	return q, true
}

func (tx *Tx) putBank(version string, qs []questions.Question) {
	entries := make([]Entry, len(qs))
	for i, q := range qs {
		entries[i].ID = q.ID
		for _, t := range q.Texts {
			entries[i].Topics = append(entries[i].Topics, EntryTopics{t.Lang, t.Topics})
		}
		tx.putJSON(bankSpace(version), key(questionKey, q.ID), q)
	}
	tx.putJSON(bankSpace(version), key(entriesKey), entries)
}

func (tx *Tx) putJSON(space string, k []byte, value any) {
	v, err := json.Marshal(value)
	if err != nil {
		tx.fail(err)
		return
	}
	tx.put(space, k, v)
}

func digest(qs []questions.Question) (string, error) {
	h := sha256.New()
	if err := json.NewEncoder(h).Encode(qs); err != nil {
		return "", fmt.Errorf("write the questions: %w", err)
	}
	return strings.ToLower(base32.StdEncoding.EncodeToString(h.Sum(nil)[:15])), nil
}
