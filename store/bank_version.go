package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strings"

	"rewind/questions"
)

// A version of the bank lies in a space of its own and holds only the questions that the version it was made from has not
// or has otherwise: notes that are followed make many versions of nearly the same bank.
const (
	questionKey = "question" // by ID; the value noQuestion hides one of an earlier version
	entriesKey  = "entries"  // lists of at most listLength
	goneKey     = "gone"     // likewise
	baseKey     = "base"

	// listLength is how many entries share a record, so that no record is large.
	listLength = 256
	// maxDepth is how many versions are looked through for a question at most; then one is written out again.
	maxDepth = 32
)

var noQuestion = []byte("null")

// baseRecord says which version a version was made from, "" if it holds all its questions itself.
type baseRecord struct {
	Version string `json:"version,omitempty"`
	Depth   int    `json:"depth,omitempty"` // how many versions lie below
}

// gone is a question that left the bank, and the last version that had it.
type gone struct {
	ID      string `json:"id"`
	Version string `json:"version"`
}

// bankQuestion returns a question of a version of the notes.
func (tx *Tx) bankQuestion(version, id string) (questions.Question, bool) {
	var q questions.Question
	for version != "" {
		v, ok := tx.get(bankSpace(version), key(questionKey, id))
		if ok && bytes.Equal(v, noQuestion) {
			return q, false
		}
		if ok {
			err := json.Unmarshal(v, &q)
			if err != nil {
				tx.fail(fmt.Errorf("read question %s: %w", id, err))
			}
			return q, err == nil
		}
		version = tx.baseOf(version).Version
	}
	return q, false
}

func (tx *Tx) baseOf(version string) (b baseRecord) {
	v, ok := tx.get(bankSpace(version), key(baseKey))
	if !ok {
		return baseRecord{}
	}
	if err := json.Unmarshal(v, &b); err != nil {
		tx.fail(fmt.Errorf("read version %s of the bank: %w", version, err))
		return baseRecord{}
	}
	return b
}

// readList reads a list of a version whole.
func readList[E any](tx *Tx, version, name string) (all []E) {
	if version == "" {
		return nil
	}
	lo := key(name)
	for _, v := range tx.scan(bankSpace(version), lo, after(lo), false) {
		var some []E
		if err := json.Unmarshal(v, &some); err != nil {
			tx.fail(fmt.Errorf("read the %s of version %s of the bank: %w", name, version, err))
			return nil
		}
		all = append(all, some...)
	}
	return all
}

// contents is a version of the bank in full: its questions and, with their last texts, those that left it.
type contents struct {
	version   string
	depth     int
	questions []questions.Question
	gone      []questions.Question
	left      map[string]string // by ID of gone, the last version that had it
}

// contents reads a version whole; without a version it is empty.
func (tx *Tx) contents(version string) contents {
	c := contents{version: version, depth: tx.baseOf(version).Depth, left: map[string]string{}}
	texts := tx.texts(version)
	for _, e := range readList[Entry](tx, version, entriesKey) {
		var q questions.Question
		if err := json.Unmarshal(texts[e.ID], &q); err != nil {
			tx.fail(fmt.Errorf("read question %s: %w", e.ID, err))
			return c
		}
		c.questions = append(c.questions, q)
	}
	for _, g := range readList[gone](tx, version, goneKey) {
		q, ok := tx.bankQuestion(g.Version, g.ID)
		if !ok {
			tx.fail(&damage{"the question bank", fmt.Sprintf("question %s is missing in version %s", g.ID, g.Version)})
			return c
		}
		c.gone = append(c.gone, q)
		c.left[g.ID] = g.Version
	}
	return c
}

// texts reads the questions of a version by ID, those of the versions below it first.
func (tx *Tx) texts(version string) map[string][]byte {
	var chain []string
	for v := version; v != "" && tx.Err() == nil; v = tx.baseOf(v).Version {
		chain = append(chain, v)
	}
	texts := map[string][]byte{}
	lo := key(questionKey)
	for _, v := range slices.Backward(chain) {
		for k, value := range tx.scan(bankSpace(v), lo, after(lo), false) {
			if id, _, ok := readString(k[len(lo):]); ok {
				texts[id] = value
			}
		}
	}
	return texts
}

// record is one that a new version consists of.
type record struct{ key, value []byte }

// records yields what is to be written for a version that is made from another: its questions as far as they differ, its
// lists, and what it was made from.
func records(from contents, m questions.Matching, left []gone) iter.Seq2[record, error] {
	return func(yield func(record, error) bool) {
		put := func(value any, parts ...any) bool {
			v, err := json.Marshal(value)
			return yield(record{key(parts...), v}, err) && err == nil
		}
		differ, base := differences(from, m), baseRecord{from.version, from.depth + 1}
		if from.version == "" || base.Depth > maxDepth || 2*len(differ) > len(m.Changes) {
			base, differ = baseRecord{}, m.Questions()
		}
		for _, q := range differ {
			if !put(q, questionKey, q.ID) {
				return
			}
		}
		for _, q := range m.Left {
			if base.Version != "" && !put(json.RawMessage(noQuestion), questionKey, q.ID) {
				return
			}
		}
		for n, some := range chunks(entriesOf(m)) {
			if !put(some, entriesKey, n) {
				return
			}
		}
		for n, some := range chunks(left) {
			if !put(some, goneKey, n) {
				return
			}
		}
		put(base, baseKey)
	}
}

// differences are the questions that are not in the version as they are.
func differences(from contents, m questions.Matching) (qs []questions.Question) {
	was := make(map[string]string, len(from.questions))
	for _, q := range from.questions {
		was[q.ID] = fingerprint(q)
	}
	for _, c := range m.Changes {
		if was[c.Now.ID] != fingerprint(c.Now) {
			qs = append(qs, c.Now)
		}
	}
	return qs
}

func fingerprint(q questions.Question) string {
	v, err := json.Marshal(q)
	if err != nil {
		return "" // it differs from all, and writing it says why
	}
	return string(v)
}

func chunks[E any](all []E) iter.Seq2[int, []E] {
	return func(yield func(int, []E) bool) {
		n := 0
		for some := range slices.Chunk(all, listLength) {
			if !yield(n, some) {
				return
			}
			n++
		}
	}
}

func entriesOf(m questions.Matching) []Entry {
	entries := make([]Entry, len(m.Changes))
	for i, c := range m.Changes {
		entries[i] = entryOf(c.Now)
	}
	return entries
}

func entryOf(q questions.Question) Entry {
	e := Entry{ID: q.ID}
	for _, t := range q.Texts {
		e.Topics = append(e.Topics, EntryTopics{t.Lang, t.Topics})
	}
	return e
}

// digest names a version by what it holds.
func digest(qs []questions.Question, left []gone) (string, error) {
	h := sha256.New()
	e := json.NewEncoder(h)
	if err := e.Encode(qs); err != nil {
		return "", fmt.Errorf("write the questions: %w", err)
	}
	if err := e.Encode(left); len(left) > 0 && err != nil {
		return "", fmt.Errorf("write the questions: %w", err)
	}
	return strings.ToLower(base32.StdEncoding.EncodeToString(h.Sum(nil)[:15])), nil
}
