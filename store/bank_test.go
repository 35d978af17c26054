package store

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"rewind/questions"
)

// bankStep is an import, or an undo where origin is empty.
type bankStep struct {
	origin Origin
	name   string // what is imported, and what is current afterwards
	change bool
}

func TestBankVersions(t *testing.T) {
	t.Parallel()
	const undo = ""
	tests := []struct {
		name  string
		steps []bankStep
	}{
		{"a starter", []bankStep{{FromStarter, "s1", true}, {FromStarter, "s1", false}, {undo, "none", false}}},
		{"a newer starter replaces an older one for good", []bankStep{{FromStarter, "s1", true}, {FromStarter, "s2", true}, {undo, "none", false}}},
		{"notes", []bankStep{{FromNotes, "n1", true}, {FromNotes, "n1", false}, {undo, "none", false}}},
		{"back and back again", []bankStep{{FromNotes, "n1", true}, {FromNotes, "n2", true}, {FromNotes, "n3", true},
			{undo, "n2", true}, {undo, "n1", true}, {undo, "none", false}}},
		{"back, and on from there", []bankStep{{FromNotes, "n1", true}, {FromNotes, "n2", true}, {undo, "n1", true},
			{FromNotes, "n3", true}, {undo, "n1", true}, {undo, "none", false}}},
		{"old notes once more", []bankStep{{FromNotes, "n1", true}, {FromNotes, "n2", true}, {FromNotes, "n1", true},
			{undo, "n2", true}, {undo, "n1", true}, {undo, "none", false}}},
		{"a starter, then notes, then a starter", []bankStep{{FromStarter, "s1", true}, {FromNotes, "n1", true}, {FromStarter, "s2", false},
			{undo, "s1", true}, {FromStarter, "s2", true}, {undo, "none", false}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := openTestStore(t, Options{Twice: true})
			current := ""
			for i, step := range test.steps {
				info, changed, err := takeStep(s, step, noon.AddDate(0, 0, i))
				if step.name == "none" {
					if !errors.Is(err, ErrNoUndo) {
						t.Errorf("step %d: %v, want ErrNoUndo", i, err)
					}
					continue
				}
				must(t, err)
				if changed != step.change {
					t.Errorf("step %d: changed %v", i, changed)
				}
				if step.origin != FromStarter || step.change {
					current = step.name
				}
				wantBank(t, s, current, info)
			}
		})
	}
}

func takeStep(s *Store, step bankStep, at time.Time) (Imported, bool, error) {
	if step.origin == "" {
		info, err := s.UndoBank(context.Background())
		return Imported{BankInfo: info}, err == nil, err
	}
	return s.ImportBank(context.Background(), step.origin, someQuestions(step.name), at)
}

func wantBank(t *testing.T, s *Store, name string, info Imported) {
	t.Helper()
	bank, err := s.CurrentBank(t.Context())
	must(t, err)
	origin := map[byte]Origin{'s': FromStarter, 'n': FromNotes}[name[0]]
	if info.Version != bank.Version || info.Origin != origin || info.Questions != 3 || info.Imported.Before(noon) {
		t.Errorf("%+v, want %s from %s", info, bank.Version, origin)
	}
	must(t, s.ViewGroup(t.Context(), "a", func(tx *Tx) error {
		if q, ok := tx.Question(bank.Version, 0, "q1"); !ok || q.Texts[0].Answer != "답 "+name {
			t.Errorf("q1 is %+v, want the one of %s", q, name)
		}
		return nil
	}))
}

func TestEmptyBank(t *testing.T) {
	t.Parallel()
	s := openTestStore(t, Options{Twice: true})
	bank, err := s.CurrentBank(t.Context())
	if err != nil || bank.Version != "" || len(bank.Entries) != 0 {
		t.Errorf("%+v, %v", bank, err)
	}
	must(t, s.ViewGroup(t.Context(), "a", func(tx *Tx) error {
		if q, ok := tx.Question("", 0, "q1"); ok {
			t.Errorf("a question of no bank: %v", q)
		}
		return nil
	}))
}

// Entries stand in the order of the notes, with the topics in each language.
func TestBankEntries(t *testing.T) {
	t.Parallel()
	s := openTestStore(t, Options{Twice: true})
	qs := someQuestions("n")
	qs = append(qs, questions.Question{ID: "bare", Texts: []questions.Text{{Lang: "en", Prompt: "JWT", Term: true, File: "a.md", Line: 1}}})
	_, _, err := s.ImportBank(t.Context(), FromNotes, qs, noon)
	must(t, err)
	bank, err := s.CurrentBank(t.Context())
	must(t, err)
	var ids []string
	for _, e := range bank.Entries {
		ids = append(ids, e.ID)
	}
	if want := []string{"q3", "q1", "q2", "bare"}; !slices.Equal(ids, want) {
		t.Fatalf("entries %v, want %v", ids, want)
	}
	tests := []struct {
		entry Entry
		lang  questions.Lang
		want  []string
	}{
		{bank.Entries[0], "ko", []string{"네트워크"}},
		{bank.Entries[0], "en", []string{"network"}},
		{bank.Entries[0], "fr", []string{"네트워크"}}, // the one there is
		{bank.Entries[3], "en", nil},
		{Entry{}, "en", nil},
	}
	for _, test := range tests {
		if got := test.entry.In(test.lang); !slices.Equal(got, test.want) {
			t.Errorf("%s in %s: %q, want %q", test.entry.ID, test.lang, got, test.want)
		}
	}
	again, err := s.CurrentBank(t.Context())
	if must(t, err); &again.Entries[0] != &bank.Entries[0] {
		t.Error("the current bank is not kept in memory")
	}
}

// Every version that was ever current can be read in the words it had.
func TestOldVersionsStay(t *testing.T) {
	t.Parallel()
	s := openTestStore(t, Options{Twice: true})
	versions := map[string]string{}
	for _, name := range []string{"n1", "n2", "n3"} {
		info, _, err := s.ImportBank(t.Context(), FromNotes, someQuestions(name), noon)
		must(t, err)
		versions[name] = info.Version
	}
	_, err := s.UndoBank(t.Context())
	must(t, err)
	inGroup(t, s, func(tx *Tx) {
		for name, version := range versions {
			for _, want := range someQuestions(name) {
				if got, ok := tx.Question(version, 0, want.ID); !ok || !reflect.DeepEqual(got, want) {
					t.Errorf("%s in %s: %+v, %v", want.ID, name, got, ok)
				}
			}
			if q, ok := tx.Question(version, 0, "q"); ok {
				t.Errorf("a question that is none: %v", q)
			}
		}
	})
}

func TestQuestionKeepsAllFields(t *testing.T) {
	t.Parallel()
	s := openTestStore(t, Options{Twice: true})
	var want questions.Question
	setFields(t, reflect.ValueOf(&want).Elem(), new(int))
	want.Texts[0].Prompt = "```go\nif a < b && c > d {}\n```\n\t\"\\u2028\" \u2028 여보세요 🙂"
	info, _, err := s.ImportBank(t.Context(), FromNotes, []questions.Question{want}, noon)
	must(t, err)
	inGroup(t, s, func(tx *Tx) {
		if got, ok := tx.Question(info.Version, 0, want.ID); !ok || !reflect.DeepEqual(got, want) {
			t.Errorf("%+v, %v, want %+v", got, ok, want)
		}
	})
	wantEntry := Entry{ID: want.ID, Topics: []EntryTopics{
		{want.Texts[0].Lang, want.Texts[0].Topics}, {want.Texts[1].Lang, want.Texts[1].Topics}}}
	bank, err := s.CurrentBank(t.Context())
	must(t, err)
	if len(bank.Entries) != 1 || !reflect.DeepEqual(bank.Entries[0], wantEntry) {
		t.Errorf("entries %+v, want %+v", bank.Entries, wantEntry)
	}
}

// Readers see one whole version or another while imports and undos go on, and find each of its questions.
func TestReadWhileImporting(t *testing.T) {
	t.Parallel()
	s := openTestStore(t, Options{})
	_, _, err := s.ImportBank(t.Context(), FromNotes, someQuestions("n0"), noon)
	must(t, err)
	done := make(chan struct{})
	var group sync.WaitGroup
	for range 3 {
		group.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				if err := readBank(s); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for i := range 30 {
		_, _, err := s.ImportBank(t.Context(), FromNotes, someQuestions(fmt.Sprint("n", i%7)), noon)
		must(t, err)
		if i%3 == 2 {
			_, err := s.UndoBank(t.Context())
			must(t, err)
		}
	}
	close(done)
	group.Wait()
	bank, err := s.CurrentBank(t.Context())
	must(t, err)
	want, err := digest(someQuestions("n0"), nil) // import 27 of 0 to 29 took n6, 28 took n0, 29 was undone
	if must(t, err); bank.Version != want {
		t.Errorf("the current version is %s, want %s", bank.Version, want)
	}
}

func readBank(s *Store) error {
	bank, err := s.CurrentBank(context.Background())
	if err != nil {
		return err
	}
	if len(bank.Entries) != 3 {
		return fmt.Errorf("version %s has %d entries", bank.Version, len(bank.Entries))
	}
	return s.ViewGroup(context.Background(), "a", func(tx *Tx) error {
		var answers []string
		for _, e := range bank.Entries {
			q, ok := tx.Question(bank.Version, 0, e.ID)
			if !ok {
				return fmt.Errorf("version %s lacks %s", bank.Version, e.ID)
			}
			answers = append(answers, q.Texts[0].Answer)
		}
		if len(slices.Compact(answers)) != 1 {
			return fmt.Errorf("version %s is mixed: %v", bank.Version, answers)
		}
		return nil
	})
}
