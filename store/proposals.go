package store

import (
	"iter"
	"time"

	"rewind/questions"
)

// SuggestionState is how far a suggestion has come.
type SuggestionState string

// A suggestion waits until a maintainer decides.
const (
	Waiting  SuggestionState = "waiting"
	Approved SuggestionState = "approved"
	Declined SuggestionState = "declined"
)

// Suggestion is a question that a member proposes.
type Suggestion struct {
	Number int             `json:"number"` // counted from 1 within the group
	Member string          `json:"member"`
	Name   string          `json:"name"` // the member's, as it was shown
	Lang   questions.Lang  `json:"lang"`
	Prompt string          `json:"prompt"`
	Answer string          `json:"answer,omitempty"`
	At     time.Time       `json:"at"`
	State  SuggestionState `json:"state"`
	Reason string          `json:"reason,omitempty"` // why it was declined
	// Question is the ID of what was taken into the bank.
	Question string `json:"question,omitempty"`
}

// Flag is a member's word that a question is wrong or outdated.
type Flag struct {
	Number   int       `json:"number"` // counted from 1 within the group
	Member   string    `json:"member"`
	Name     string    `json:"name"`
	Bank     string    `json:"bank"` // the version and revision that it was seen in
	Own      int       `json:"own,omitempty"`
	Question string    `json:"question"`
	Round    int       `json:"round,omitempty"`
	Reason   string    `json:"reason"`
	At       time.Time `json:"at"`
	Done     bool      `json:"done,omitempty"`
}

// Upload is notes that a maintainer sent and has not confirmed yet.
type Upload struct {
	ID      string    `json:"id"`
	At      time.Time `json:"at"`
	Replace bool      `json:"replace,omitempty"` // the notes are to be all there is, not to be added
}

// File is a file as it was sent.
type File struct {
	Name    string `json:"name"`
	Content []byte `json:"content"`
}

const (
	suggestionTable table[Suggestion] = "suggestion"
	waitingTable    table[int]        = "waiting" // suggestions that nobody has decided on
	flagTable       table[Flag]       = "flag"
	raisedTable     table[int]        = "raised" // flags that nobody has dealt with
	uploadTable     table[Upload]     = "upload"
	fileTable       table[File]       = "file" // of uploads
)

// Suggestion returns the suggestion with the number.
func (tx *Tx) Suggestion(number int) (Suggestion, bool) { return suggestionTable.get(tx, number) }

// Suggestions yields all suggestions, newest first.
func (tx *Tx) Suggestions() iter.Seq[Suggestion] { return suggestionTable.backward(tx) }

// WaitingSuggestions yields those that nobody has decided on, oldest first.
func (tx *Tx) WaitingSuggestions() iter.Seq[Suggestion] {
	return listed(tx, waitingTable, suggestionTable)
}

// PutSuggestion writes the suggestion, and keeps it among the waiting ones as long as it is one.
func (tx *Tx) PutSuggestion(s Suggestion) {
	suggestionTable.put(tx, s, s.Number)
	if s.State == Waiting {
		waitingTable.put(tx, s.Number, s.Number)
	} else {
		waitingTable.delete(tx, s.Number)
	}
}

// listed yields the records whose numbers are on a list.
func listed[R any](tx *Tx, list table[int], records table[R]) iter.Seq[R] {
	return func(yield func(R) bool) {
		for n := range list.all(tx) {
			if r, ok := records.get(tx, n); ok && !yield(r) {
				return
			}
		}
	}
}

// Flag returns the flag with the number.
func (tx *Tx) Flag(number int) (Flag, bool) { return flagTable.get(tx, number) }

// Flags yields all flags, newest first.
func (tx *Tx) Flags() iter.Seq[Flag] { return flagTable.backward(tx) }

// RaisedFlags yields those that nobody has dealt with, oldest first.
func (tx *Tx) RaisedFlags() iter.Seq[Flag] { return listed(tx, raisedTable, flagTable) }

// PutFlag writes the flag, and keeps it among the raised ones until it is dealt with.
func (tx *Tx) PutFlag(f Flag) {
	flagTable.put(tx, f, f.Number)
	if f.Done {
		raisedTable.delete(tx, f.Number)
	} else {
		raisedTable.put(tx, f.Number, f.Number)
	}
}

// Upload returns notes that wait to be confirmed.
func (tx *Tx) Upload(id string) (u Upload, files []File, ok bool) {
	u, ok = uploadTable.get(tx, id)
	for f := range fileTable.all(tx, id) {
		files = append(files, f)
	}
	return u, files, ok
}

// Uploads yields notes that wait to be confirmed.
func (tx *Tx) Uploads() iter.Seq[Upload] { return uploadTable.all(tx) }

// PutUpload keeps notes until they are confirmed. There is one upload at a time; a new one takes the place of the last.
func (tx *Tx) PutUpload(u Upload, files []File) {
	tx.DropUploads()
	uploadTable.put(tx, u, u.ID)
	for i, f := range files {
		fileTable.put(tx, f, u.ID, i)
	}
}

// DropUploads forgets notes that were not confirmed.
func (tx *Tx) DropUploads() {
	for u := range uploadTable.all(tx) {
		uploadTable.delete(tx, u.ID)
		n := 0
		for range fileTable.all(tx, u.ID) {
			fileTable.delete(tx, u.ID, n)
			n++
		}
	}
}
