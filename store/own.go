package store

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"

	"rewind/questions"
)

// Own is what a group itself says of a question, beside the notes: a question that a member proposed, or a member's answer
// that became a reference answer. Every change is a new revision, numbered within the group, so that a round keeps what it
// was asked with. An Own that says nothing takes back what was said before.
type Own struct {
	ID       string `json:"id"` // of the question
	Revision int    `json:"revision"`
	// Question is one that the notes do not have.
	Question *questions.Question `json:"question,omitempty"`
	// Adopted are reference answers by language.
	Adopted map[questions.Lang]Adopted `json:"adopted,omitempty"`
}

// Adopted is a member's answer as the reference answer of a question.
type Adopted struct {
	Answer string `json:"answer"`
	Credit string `json:"credit"` // the name of whose it is
	// Over is a digest of the answer it took the place of. As soon as the notes say something else the notes count again.
	Over string `json:"over"`
}

const ownTable table[Own] = "own"

// PutOwn writes what the group says of a question from now on, as a new revision.
func (tx *Tx) PutOwn(o Own) {
	g, _ := tx.Group()
	g.Own++
	tx.PutGroup(g)
	o.Revision = g.Own
	ownTable.put(tx, o, o.ID, o.Revision)
}

// Own returns what the group said of a question at a revision.
func (tx *Tx) Own(id string, revision int) (Own, bool) {
	for o := range ownTable.backward(tx, id) {
		if o.Revision <= revision {
			return o, true
		}
	}
	return Own{}, false
}

// Question returns a question as a round has it: from a version of the notes, and a revision of what the group says
// itself, 0 if it says nothing.
func (tx *Tx) Question(version string, own int, id string) (questions.Question, bool) {
	q, ok := tx.bankQuestion(version, id)
	if own == 0 {
		return q, ok
	}
	o, said := tx.Own(id, own)
	if !said {
		return q, ok
	}
	if !ok && o.Question != nil { // else the notes have it by now
		q, ok = *o.Question, true
	}
	q.Texts = slices.Clone(q.Texts)
	for i, t := range q.Texts {
		if a, is := o.Adopted[t.Lang]; is && a.Over == OverAnswer(t.Answer) {
			q.Texts[i].Answer, q.Texts[i].Credit = a.Answer, a.Credit
		}
	}
	return q, ok
}

// OverAnswer is the digest of an answer for Adopted.Over.
func OverAnswer(answer string) string {
	sum := sha256.Sum256([]byte(answer))
	return hex.EncodeToString(sum[:8])
}

// addOwn adds the group's own questions to its bank, in the order in which they came.
func (tx *Tx) addOwn(bank *Bank) {
	newest := map[string]Own{}
	for o := range ownTable.all(tx) {
		newest[o.ID] = o
	}
	for _, e := range bank.Entries {
		delete(newest, e.ID) // the notes have it by now
	}
	own := slices.SortedFunc(maps.Values(newest), func(a, b Own) int { return a.Revision - b.Revision })
	bank.Entries = slices.Clip(bank.Entries) // they are shared
	for _, o := range own {
		if o.Question != nil {
			bank.Entries = append(bank.Entries, entryOf(*o.Question))
		}
	}
}
