package store

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"
)

// LetterKind is what a letter wants to change on the platform.
type LetterKind string

// The kinds of letters.
const (
	LetterPost   LetterKind = "post"   // the question, in a channel
	LetterThread LetterKind = "thread" // a thread under the post
	LetterReveal LetterKind = "reveal" // the reference answer, in the thread
	LetterEdit   LetterKind = "edit"   // the post's text made anew
	LetterNotice LetterKind = "notice" // a word to one maintainer, in private
	LetterNotify LetterKind = "notify" // the round's roles are notified of the question
	LetterPin    LetterKind = "pin"    // the post is pinned
	LetterUnpin  LetterKind = "unpin"  // the post is no longer pinned
	LetterReact  LetterKind = "react"  // a comment that became an answer is marked as such
	LetterHello  LetterKind = "hello"  // how to begin, in a workspace's channel
)

// Letter is an intent to change something on a platform. It waits in the outbox until it is delivered or given up.
type Letter struct {
	// ID means the intent ("12/discord/W/C/post"), so that the same intent is never there twice.
	ID      string     `json:"id"`
	Kind    LetterKind `json:"kind"`
	Round   int        `json:"round,omitempty"`
	Channel Channel    `json:"channel,omitzero"`
	Comment string     `json:"comment,omitempty"` // what is marked
	Notice  *Notice    `json:"notice,omitempty"`

	Due     time.Time `json:"due"` // not claimed before
	Expires time.Time `json:"expires"`
	// Body is the text as it was frozen at the first claim; nil before.
	Body []byte `json:"body,omitempty"`
	// Attempts counts claims. Unsure is when the earliest attempt began that may have landed; zero if there is none.
	Attempts int       `json:"attempts,omitempty"`
	Unsure   time.Time `json:"unsure,omitzero"`
	// Unknown counts attempts in a row that ended without saying whether they landed.
	Unknown int `json:"unknown,omitempty"`
	// LookOnly says that it must not be posted any more, only found if it has landed.
	LookOnly bool `json:"lookOnly,omitempty"`
	// Changes counts how often an edit was asked for again; an edit is done when it was claimed after the last change.
	Changes int    `json:"changes,omitempty"`
	Reason  string `json:"reason,omitempty"` // why it was buried
}

// Platform is where the letter goes.
func (l Letter) Platform() string {
	if l.Notice != nil {
		return l.Notice.To.Platform
	}
	return l.Channel.Platform
}

// Notice is something a maintainer should know: a code and its values, for a sentence to be made of.
type Notice struct {
	To     Account           `json:"to"`
	Code   string            `json:"code"`
	Values map[string]string `json:"values,omitempty"`
}

// LetterRef is where a letter stands.
type LetterRef struct {
	Scope string
	ID    string
}

// DueLetter is a letter that wants to be claimed.
type DueLetter struct {
	LetterRef
	Due time.Time
}

const (
	letterTable table[Letter] = "letter"
	buriedTable table[Letter] = "buried"
	dueIndex                  = "due"
	threadIndex               = "thread"
)

// Letter returns the waiting letter with the ID.
func (tx *Tx) Letter(id string) (Letter, bool) { return letterTable.get(tx, id) }

// Letters yields the waiting letters in the order of their IDs.
func (tx *Tx) Letters() iter.Seq[Letter] { return letterTable.all(tx) }

// PutLetter writes the letter and when it wants to be claimed: in whole milliseconds, as the index has them, so that a
// letter which is shown as due can be claimed.
func (tx *Tx) PutLetter(l Letter) {
	l.Due = l.Due.Truncate(time.Millisecond)
	old, ok := tx.Letter(l.ID)
	letterTable.put(tx, l, l.ID)
	if ok && old.Due.Equal(l.Due) && old.Platform() == l.Platform() {
		return // it is due as before
	}
	if ok {
		tx.delete(indexSpace, dueKey(tx.Scope(), old))
	}
	tx.put(indexSpace, dueKey(tx.Scope(), l), nil)
}

// DeleteLetter takes a letter out of the outbox.
func (tx *Tx) DeleteLetter(l Letter) {
	if old, ok := tx.Letter(l.ID); ok {
		tx.delete(indexSpace, dueKey(tx.Scope(), old))
	}
	letterTable.delete(tx, l.ID)
}

// Bury takes a letter out of the outbox and keeps it with the reason why it was given up.
func (tx *Tx) Bury(l Letter, reason string) {
	tx.DeleteLetter(l)
	l.Reason = reason
	buriedTable.put(tx, l, l.ID)
}

// Buried yields the letters that were given up.
func (tx *Tx) Buried() iter.Seq[Letter] { return buriedTable.all(tx) }

func dueKey(scope string, l Letter) []byte {
	return key(dueIndex, l.Platform(), l.Due, scope, l.ID)
}

// DueLetters returns the platform's letters that may be claimed at the time, earliest first, at most limit; next is when
// the one after them is due, zero if there is none.
func (s *Store) DueLetters(ctx context.Context, platform string, now time.Time, limit int) (due []DueLetter, next time.Time, err error) {
	err = s.View(ctx, systemScope, func(tx *Tx) error {
		due, next = nil, time.Time{}
		lo := key(dueIndex, platform)
		for k := range tx.scan(indexSpace, lo, after(lo), false) {
			l, err := parseDue(k[len(lo):])
			if err != nil {
				return err
			}
			if l.Due.After(now) || len(due) == limit {
				next = l.Due
				return nil
			}
			due = append(due, l)
		}
		return nil
	})
	return due, next, err
}

func parseDue(k []byte) (DueLetter, error) {
	at, rest, ok := readTime(k)
	if !ok {
		return DueLetter{}, fmt.Errorf("%w: a key of the index of due letters is cut", ErrDamaged)
	}
	scope, rest, ok1 := readString(rest)
	id, _, ok2 := readString(rest)
	if !ok1 || !ok2 {
		return DueLetter{}, fmt.Errorf("%w: a key of the index of due letters is cut", ErrDamaged)
	}
	return DueLetter{LetterRef{scope, id}, at}, nil
}

// ThreadRound is where the answers in a thread belong.
type ThreadRound struct {
	Scope string `json:"scope"`
	Round int    `json:"round"`
}

func threadKey(t Thread) []byte {
	return key(threadIndex, t.Channel.Platform, t.Channel.Workspace, t.Channel.ID, t.ID)
}

func (tx *Tx) indexThread(t Thread, round int) {
	v, err := json.Marshal(ThreadRound{tx.Scope(), round})
	if err != nil {
		tx.fail(err)
		return
	}
	tx.put(indexSpace, threadKey(t), v)
}

// ThreadRound finds the round whose answers are written in the thread; ok is false for a thread that is none of ours.
func (s *Store) ThreadRound(ctx context.Context, t Thread) (r ThreadRound, ok bool, err error) {
	err = s.View(ctx, systemScope, func(tx *Tx) error {
		v, found := tx.get(indexSpace, threadKey(t))
		if ok = found; !found {
			return nil
		}
		r, err = parseThreadRound(v)
		return err
	})
	return r, ok, err
}

func parseThreadRound(v []byte) (r ThreadRound, err error) {
	if err := json.Unmarshal(v, &r); err != nil {
		return ThreadRound{}, fmt.Errorf("read the index of threads: %w", err)
	}
	return r, nil
}

func sortComments(comments []Comment) {
	slices.SortStableFunc(comments, func(a, b Comment) int {
		if c := a.Said.Compare(b.Said); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
}

func sortAnswers(answers []Answer) {
	slices.SortStableFunc(answers, func(a, b Answer) int {
		if c := a.At.Compare(b.At); c != 0 {
			return c
		}
		return strings.Compare(a.Member, b.Member)
	})
}
