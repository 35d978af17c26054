package store

import (
	"errors"
	"slices"
	"testing"

	"rewind/questions"
)

// askedOf reads what a group is asked from, by ID.
func askedOf(t *testing.T, s *Store, group string) (ids []string, qs map[string]questions.Question) {
	t.Helper()
	bank, err := s.GroupBank(t.Context(), group)
	must(t, err)
	all, err := s.BankQuestions(t.Context(), group, bank)
	must(t, err)
	qs = map[string]questions.Question{}
	for i, q := range all {
		if q.ID != bank.Entries[i].ID {
			t.Errorf("%s is %s", bank.Entries[i].ID, q.ID)
		}
		ids = append(ids, q.ID)
		qs[q.ID] = q
	}
	return ids, qs
}

// A group follows the operator's bank until it has notes of its own, and again when the last of them are taken back.
func TestGroupBank(t *testing.T) {
	t.Parallel()
	s := openTestStore(t, Options{Twice: true})
	a, b, c, d := note(1, ""), note(2, ""), note(3, ""), note(4, "")
	importNotes(t, s, a, b)
	want := func(group string, ids ...string) {
		t.Helper()
		if got, _ := askedOf(t, s, group); !slices.Equal(got, ids) {
			t.Errorf("%s is asked %q, want %q", group, got, ids)
		}
	}
	want("a", a.ID, b.ID)
	at := func(group string) string {
		t.Helper()
		bank, err := s.GroupBank(t.Context(), group)
		must(t, err)
		return bank.Version
	}
	if _, _, err := s.ImportGroupBank(t.Context(), "a", "another", []questions.Question{b, c}, noon); !errors.Is(err, ErrBankMoved) {
		t.Errorf("onto another version: %v", err)
	}
	done, changed, err := s.ImportGroupBank(t.Context(), "a", at("a"), []questions.Question{b, c}, noon)
	if must(t, err); !changed || len(done.Match.Left) != 1 {
		t.Errorf("changed %v, left %v", changed, idsOf(done.Match.Left))
	}
	want("a", b.ID, c.ID)
	want("b", a.ID, b.ID)
	importNotes(t, s, d) // the operator's notes go on without group a
	want("a", b.ID, c.ID)
	want("b", d.ID)
	if _, changed, err = s.ImportGroupBank(t.Context(), "a", at("a"), []questions.Question{b, c}, noon); err != nil || changed {
		t.Errorf("the same again: changed %v, %v", changed, err)
	}
	would, changes, err := s.PlanGroupBank(t.Context(), "a", []questions.Question{a, b, c}, noon)
	if must(t, err); !changes || would.Match.Changes[0].How != questions.New && !would.Match.Changes[0].Back {
		t.Errorf("a plan of %v", would.Match.Changes)
	}
	want("a", b.ID, c.ID)
	undo := func() (info BankInfo, err error) {
		err = s.UpdateGroup(t.Context(), "a", func(tx *Tx) (err error) { info, err = tx.UndoBank(); return err })
		return info, err
	}
	info, err := undo()
	if must(t, err); info.Questions != 1 {
		t.Errorf("undo leads to %+v", info)
	}
	want("a", d.ID)
	if _, err := undo(); !errors.Is(err, ErrNoUndo) {
		t.Errorf("a second undo: %v", err)
	}
	if findings, err := s.Verify(t.Context()); err != nil || len(findings) > 0 {
		t.Errorf("%v, %v", findings, err)
	}
}

// What a group says itself stands beside the notes: its own questions come last, an adopted answer takes the place of the
// one it was put over, and rounds keep what they were asked with.
func TestOwn(t *testing.T) {
	t.Parallel()
	s := openTestStore(t, Options{Twice: true})
	a, b := note(1, ""), note(2, "")
	importNotes(t, s, a, b)
	put := func(o Own) {
		t.Helper()
		must(t, s.UpdateGroup(t.Context(), "a", func(tx *Tx) error { tx.PutOwn(o); return nil }))
	}
	own := questions.Question{ID: "own", Texts: []questions.Text{{Lang: "ko", Prompt: "왜?", Topics: []string{"기타"}}}}
	put(Own{ID: "own", Question: &own})
	put(Own{ID: a.ID, Adopted: map[questions.Lang]Adopted{"en": {"Mina's answer", "Mina", OverAnswer(a.Texts[0].Answer)}}})
	ids, qs := askedOf(t, s, "a")
	if !slices.Equal(ids, []string{a.ID, b.ID, "own"}) {
		t.Errorf("asked %q", ids)
	}
	if got := qs[a.ID].Texts[0]; got.Answer != "Mina's answer" || got.Credit != "Mina" || got.Prompt != a.Texts[0].Prompt {
		t.Errorf("adopted: %+v", got)
	}
	if _, qs := askedOf(t, s, "b"); qs[a.ID].Texts[0].Answer != a.Texts[0].Answer || len(qs) != 2 {
		t.Errorf("another group has it too: %v", qs)
	}
	before, err := s.GroupBank(t.Context(), "a")
	must(t, err)

	// What is taken back is gone from then on, but not for what was asked before.
	put(Own{ID: "own"})
	put(Own{ID: a.ID})
	ids, qs = askedOf(t, s, "a")
	if !slices.Equal(ids, []string{a.ID, b.ID}) || qs[a.ID].Texts[0].Answer != a.Texts[0].Answer {
		t.Errorf("taken back: %q, %+v", ids, qs[a.ID])
	}
	old, err := s.BankQuestions(t.Context(), "a", before)
	if must(t, err); len(old) != 3 || old[0].Texts[0].Credit != "Mina" || old[2].ID != "own" {
		t.Errorf("a round of then is asked %+v", old)
	}

	// The notes have the last word: an answer adopted over an older one yields to what they say by now.
	put(Own{ID: a.ID, Adopted: map[questions.Lang]Adopted{"en": {"Mina's answer", "Mina", OverAnswer(a.Texts[0].Answer)}}})
	better := a
	better.Texts = slices.Clone(a.Texts)
	better.Texts[0].Answer = "A better answer, in other words."
	importNotes(t, s, better, b)
	if _, qs := askedOf(t, s, "a"); qs[a.ID].Texts[0].Answer != better.Texts[0].Answer || qs[a.ID].Texts[0].Credit != "" {
		t.Errorf("after an edit of the notes: %+v", qs[a.ID].Texts[0])
	}
	if _, ok := qs["none"]; ok {
		t.Error("a question of nobody")
	}
}

// A question of the group's own that the notes have by now is there once, as the notes have it: an export names it, and the
// file may come back.
func TestOwnInNotes(t *testing.T) {
	t.Parallel()
	s := openTestStore(t, Options{Twice: true})
	a := note(1, "")
	importNotes(t, s, a)
	own := questions.Question{ID: "own-1", Texts: []questions.Text{{Lang: "en", Prompt: "What is a mutex for?", Answer: "Data."}}}
	must(t, s.UpdateGroup(t.Context(), "a", func(tx *Tx) error { tx.PutOwn(Own{ID: own.ID, Question: &own}); return nil }))
	noted := own
	noted.Mark, noted.Texts = own.ID, []questions.Text{{Lang: "en", Prompt: "What is a mutex for?", Answer: "It guards data.", File: "b.md", Line: 1}}
	bank, err := s.GroupBank(t.Context(), "a")
	must(t, err)
	_, _, err = s.ImportGroupBank(t.Context(), "a", bank.Version, []questions.Question{a, noted}, noon)
	must(t, err)
	ids, qs := askedOf(t, s, "a")
	if !slices.Equal(ids, []string{a.ID, own.ID}) || qs[own.ID].Texts[0].Answer != "It guards data." {
		t.Errorf("asked %q, with %+v", ids, qs[own.ID])
	}
}

// A group's bank is put together once, however often it is asked for, until something in it changes.
func TestGroupBankKept(t *testing.T) {
	t.Parallel()
	s := openTestStore(t, Options{})
	importNotes(t, s, note(1, ""))
	read := func() *Bank {
		t.Helper()
		bank, err := s.GroupBank(t.Context(), "a")
		must(t, err)
		return bank
	}
	put := func(id string) {
		t.Helper()
		own := questions.Question{ID: id, Texts: []questions.Text{{Lang: "en", Prompt: "Why?"}}}
		must(t, s.UpdateGroup(t.Context(), "a", func(tx *Tx) error { tx.PutOwn(Own{ID: id, Question: &own}); return nil }))
	}
	put("own-1")
	one := read()
	if read() != one {
		t.Error("the same bank was put together twice")
	}
	if other, err := s.GroupBank(t.Context(), "b"); err != nil || len(other.Entries) != 1 {
		t.Errorf("another group's bank is %+v, %v", other, err)
	}
	put("own-2")
	if two := read(); len(two.Entries) != 3 || two.Own != 2 {
		t.Errorf("after another question it is %+v", two)
	}
	importNotes(t, s, note(1, ""), note(2, ""))
	if three := read(); len(three.Entries) != 4 || len(one.Entries) != 2 {
		t.Errorf("after an import it is %+v, and what was read before %+v", three, one)
	}
	for i := range entriesKept { // others may push it out, and then it is read again
		if _, err := s.GroupBank(t.Context(), string(rune('c'+i))); err != nil {
			t.Fatal(err)
		}
	}
	if got := read(); len(got.Entries) != 4 {
		t.Errorf("later it is %+v", got)
	}
}

// What nobody has decided on yet is found without reading all that ever was.
func TestProposalsThatWait(t *testing.T) {
	t.Parallel()
	s := openTestStore(t, Options{Twice: true})
	want := func(waiting, raised []int) {
		t.Helper()
		var gotWaiting, gotRaised []int
		must(t, s.ViewGroup(t.Context(), "a", func(tx *Tx) error {
			for p := range tx.WaitingSuggestions() {
				gotWaiting = append(gotWaiting, p.Number)
			}
			for f := range tx.RaisedFlags() {
				gotRaised = append(gotRaised, f.Number)
			}
			return nil
		}))
		if !slices.Equal(gotWaiting, waiting) || !slices.Equal(gotRaised, raised) {
			t.Errorf("waiting %v, raised %v; want %v and %v", gotWaiting, gotRaised, waiting, raised)
		}
	}
	put := func(suggestions []Suggestion, flags []Flag) {
		t.Helper()
		must(t, s.UpdateGroup(t.Context(), "a", func(tx *Tx) error {
			for _, p := range suggestions {
				tx.PutSuggestion(p)
			}
			for _, f := range flags {
				tx.PutFlag(f)
			}
			return nil
		}))
	}
	want(nil, nil)
	put([]Suggestion{{Number: 1, State: Waiting}, {Number: 2, State: Waiting}, {Number: 10, State: Waiting}}, []Flag{{Number: 1}, {Number: 2}})
	want([]int{1, 2, 10}, []int{1, 2})
	put([]Suggestion{{Number: 1, State: Approved}, {Number: 10, State: Declined}}, []Flag{{Number: 2, Done: true}})
	want([]int{2}, []int{1})
}
