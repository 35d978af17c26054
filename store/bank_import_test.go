package store

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"rewind/questions"
)

// note is a question with texts that are like no other number's.
func note(n int, edit string) questions.Question {
	r := rand.New(rand.NewPCG(uint64(n), 1))
	word := func() string {
		b := make([]byte, 7)
		for i := range b {
			b[i] = byte('a' + r.IntN(26))
		}
		return string(b)
	}
	var prompt, answer []string
	for range 6 {
		prompt = append(prompt, word())
	}
	for range 20 {
		answer = append(answer, word())
	}
	id := fmt.Sprintf("q%03d%s", n, edit)
	return questions.Question{ID: id, Texts: []questions.Text{{Lang: "en", Prompt: strings.Join(prompt, " ") + edit + "?",
		Answer: strings.Join(answer, " ") + ".", File: "a.md", Line: n, Topics: []string{fmt.Sprint("Topic ", n%7)}}}}
}

func importNotes(t testing.TB, s *Store, qs ...questions.Question) Imported {
	t.Helper()
	done, _, err := s.ImportBank(t.Context(), FromNotes, qs, noon)
	must(t, err)
	return done
}

// currentQuestions reads the bank that is asked from.
func currentQuestions(t testing.TB, s *Store) (qs []questions.Question) {
	t.Helper()
	bank, err := s.CurrentBank(t.Context())
	must(t, err)
	must(t, s.ViewGroup(t.Context(), "a", func(tx *Tx) error {
		for _, e := range bank.Entries {
			q, ok := tx.Question(bank.Version, 0, e.ID)
			if !ok {
				t.Errorf("%s is missing", e.ID)
			}
			qs = append(qs, q)
		}
		return nil
	}))
	return qs
}

func idsOf(qs []questions.Question) (ids []string) {
	for _, q := range qs {
		ids = append(ids, q.ID)
	}
	return ids
}

// A question that left comes back under its ID, after any number of other imports and in slightly other words; undo makes
// the bank forget that it had left, or that it was back.
func TestQuestionsComeBack(t *testing.T) {
	t.Parallel()
	s := openTestStore(t, Options{Twice: true})
	a, b, c := note(1, ""), note(2, ""), note(3, "")
	importNotes(t, s, a, b)
	if done := importNotes(t, s, a); len(done.Match.Left) != 1 || done.Match.Left[0].ID != b.ID {
		t.Errorf("left: %v", idsOf(done.Match.Left))
	}
	if done := importNotes(t, s, a, c); len(done.Match.StillGone) != 1 {
		t.Errorf("still gone: %v", idsOf(done.Match.StillGone))
	}
	importNotes(t, s, c)
	edited := note(2, " now")
	done := importNotes(t, s, c, edited)
	if got := done.Match.Changes[1]; !got.Back || got.Now.ID != b.ID || got.How != questions.Changed {
		t.Errorf("%s %s, back: %v", got.How, got.Now.ID, got.Back)
	}
	if got := idsOf(currentQuestions(t, s)); !slices.Equal(got, []string{c.ID, b.ID}) {
		t.Errorf("the bank has %v", got)
	}
	for _, want := range [][]string{{c.ID}, {a.ID, c.ID}, {a.ID}, {a.ID, b.ID}} {
		_, err := s.UndoBank(t.Context())
		must(t, err)
		if got := idsOf(currentQuestions(t, s)); !slices.Equal(got, want) {
			t.Errorf("after an undo the bank has %v, want %v", got, want)
		}
	}
	if done := importNotes(t, s, c); len(done.Match.StillGone) != 0 || len(done.Match.Left) != 2 {
		t.Errorf("after all undos %v left and %v were gone", idsOf(done.Match.Left), idsOf(done.Match.StillGone))
	}
}

// A plan says what the import then does, and changes nothing.
func TestPlanBank(t *testing.T) {
	t.Parallel()
	s := openTestStore(t, Options{Twice: true})
	importNotes(t, s, note(1, ""), note(2, ""))
	before := allRecords(t, s)
	qs := []questions.Question{note(1, " now"), note(3, "")}
	would, changes, err := s.PlanBank(t.Context(), FromNotes, qs, noon)
	must(t, err)
	if !changes || !reflect.DeepEqual(allRecords(t, s), before) {
		t.Error("the plan changed the store, or nothing would be changed")
	}
	if done := importNotes(t, s, qs...); !reflect.DeepEqual(done, would) {
		t.Errorf("did %+v, was to do %+v", done, would)
	}
	if _, changes, err = s.PlanBank(t.Context(), FromNotes, qs, noon); changes || err != nil {
		t.Errorf("again: %v, %v", changes, err)
	}
}

func allRecords(t *testing.T, s *Store) (all []string) {
	t.Helper()
	must(t, s.engine.view(t.Context(), func(r reader) error {
		return eachRecord(t.Context(), r, func(space string, p pair) { all = append(all, fmt.Sprintf("%s %q %q", space, p.key, p.value)) })
	}))
	return all
}

// An import and undos at the same time all count: what is committed was matched with what it replaces.
func TestImportsMeet(t *testing.T) {
	t.Parallel()
	s := openTestStore(t, Options{})
	importNotes(t, s, note(0, ""))
	var group sync.WaitGroup
	undone := make([]int, 2)
	for n := range 4 {
		group.Go(func() {
			for i := range 6 {
				_, changed, err := s.ImportBank(context.Background(), FromNotes, []questions.Question{note(0, fmt.Sprint(" as", n, "x", i)), note(100+10*n+i, "")}, noon)
				if err != nil || !changed {
					t.Errorf("import %d of %d: %v, %v", i, n, changed, err)
				}
			}
		})
	}
	for n := range undone {
		group.Go(func() {
			for range 5 {
				if _, err := s.UndoBank(context.Background()); err == nil {
					undone[n]++
				} else if !errors.Is(err, ErrNoUndo) {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	if qs := currentQuestions(t, s); len(qs) > 0 && qs[0].ID != note(0, "").ID {
		t.Errorf("the question that all of them have is %s now", qs[0].ID)
	}
	left := 0
	for _, err := s.UndoBank(t.Context()); err == nil; _, err = s.UndoBank(t.Context()) {
		left++
	}
	if want := 24 - undone[0] - undone[1]; left != want {
		t.Errorf("%d imports can be undone, want %d: one was lost", left, want)
	}
}

// A version that was made against another bank than the current one does not become current.
func TestMakeCurrentLooksAgain(t *testing.T) {
	t.Parallel()
	s := openTestStore(t, Options{Twice: true})
	importNotes(t, s, note(1, ""))
	p, err := s.planImport(t.Context(), systemScope, FromNotes, []questions.Question{note(2, "")}, noon)
	must(t, err)
	must(t, s.writeVersion(t.Context(), p))
	meanwhile := importNotes(t, s, note(1, ""), note(3, ""))
	if current, err := s.makeCurrent(t.Context(), systemScope, p); current || err != nil {
		t.Errorf("made current: %v, %v", current, err)
	}
	if bank, err := s.CurrentBank(t.Context()); err != nil || bank.Version != meanwhile.Version {
		t.Errorf("the bank is %s, %v", bank.Version, err)
	}
}

// What a cut-off import has written is cleared away by the next one, or is a part of it.
func TestLeftoversOfAnImport(t *testing.T) {
	t.Parallel()
	var many []questions.Question
	for n := range 3 * maxRecords {
		many = append(many, note(n, ""))
	}
	cut := errors.New("cut")
	for _, again := range []bool{true, false} {
		path := t.TempDir() + "/bank.db"
		writes := 0
		s, err := Open(path, Options{Fault: func(op string) error {
			if writes++; op == "commit" && writes > 6 {
				return cut
			}
			return nil
		}})
		must(t, err)
		if _, _, err := s.ImportBank(t.Context(), FromNotes, many, noon); !errors.Is(err, cut) {
			t.Fatalf("the import ended with %v", err)
		}
		s.Close()
		s, err = Open(path, Options{})
		must(t, err)
		if bank, err := s.CurrentBank(t.Context()); err != nil || bank.Version != "" {
			t.Errorf("a part of an import is the bank: %s, %v", bank.Version, err)
		}
		if left := countQuestions(t, s); left == 0 || left >= len(many) {
			t.Fatalf("the cut import left %d records", left)
		}
		if again {
			importNotes(t, s, many...)
			if got := len(currentQuestions(t, s)); got != len(many) {
				t.Errorf("%d questions", got)
			}
		} else {
			importNotes(t, s, note(1, ""))
			if left := countQuestions(t, s); left != 1 {
				t.Errorf("%d questions are left in the file", left)
			}
		}
		must(t, s.Close())
	}
}

// countQuestions counts the records of questions in all versions.
func countQuestions(t *testing.T, s *Store) (n int) {
	t.Helper()
	must(t, s.engine.view(t.Context(), func(r reader) error {
		return eachRecord(t.Context(), r, func(space string, p pair) {
			if strings.HasPrefix(space, bankPrefix) && strings.HasPrefix(string(p.key), questionKey) {
				n++
			}
		})
	}))
	return n
}

// counting counts what each update writes.
type counting struct {
	engine
	mu            sync.Mutex
	records, size int // the most in one update
}

func (c *counting) update(ctx context.Context, scope string, fn func(writer) error) error {
	return c.engine.update(ctx, scope, func(w writer) error {
		counted := &countingWriter{writer: w}
		err := fn(counted)
		c.mu.Lock()
		defer c.mu.Unlock()
		c.records, c.size = max(c.records, counted.records), max(c.size, counted.size)
		return err
	})
}

type countingWriter struct {
	writer
	records, size int
}

func (c *countingWriter) put(space string, key, value []byte) error {
	c.records++
	c.size += len(value)
	return c.writer.put(space, key, value)
}

func (c *countingWriter) delete(space string, key []byte) error {
	c.records++
	return c.writer.delete(space, key)
}

// No update of a huge import writes much, however large the bank: the others wait for one update at most.
func TestHugeImportInSmallUpdates(t *testing.T) {
	t.Parallel()
	s := openTestStore(t, Options{})
	c := &counting{engine: s.engine}
	s.engine = c
	qs := hugeBank(3000)
	importNotes(t, s, qs...)
	importNotes(t, s, qs[:1000]...)
	importNotes(t, s, hugeBank(3001)...)
	if c.records < 2 || c.records > maxRecords || c.size > maxBytes+4096 {
		t.Errorf("an update writes up to %d records with %d bytes, want at most %d with %d", c.records, c.size, maxRecords, maxBytes)
	}
}

func hugeBank(n int) []questions.Question {
	qs := make([]questions.Question, n)
	for i := range qs {
		qs[i] = note(i, "")
		qs[i].ID = fmt.Sprintf("q%05d", i)
		qs[i].Texts[0].Answer = strings.Repeat(qs[i].Texts[0].Answer+" ", 6)
	}
	return qs
}

// A small edit writes little, and what older versions hold stays as it was through any number of edits.
func TestEditsWriteWhatDiffers(t *testing.T) {
	t.Parallel()
	s := openTestStore(t, Options{})
	qs := hugeBank(100)
	versions := map[string][]questions.Question{}
	edits := 2*maxDepth + 5
	for i := range edits {
		edited := slices.Clone(qs)
		edited[i%100] = note(i%100, fmt.Sprint(" ", i))
		edited[i%100].ID = qs[i%100].ID
		edited = slices.Delete(edited, 90-i%7, 91-i%7)
		done := importNotes(t, s, edited...)
		versions[done.Version] = done.Match.Questions()
	}
	if n := countQuestions(t, s); n > edits*8+100*4 {
		t.Errorf("%d records of questions for %d edits of 100 questions", n, edits)
	}
	must(t, s.ViewGroup(t.Context(), "a", func(tx *Tx) error {
		for version, qs := range versions {
			has := map[string]bool{}
			for _, want := range qs {
				has[want.ID] = true
				if got, ok := tx.Question(version, 0, want.ID); !ok || !reflect.DeepEqual(got, want) {
					return fmt.Errorf("%s in %s: %+v, %v, want %+v", want.ID, version, got, ok, want)
				}
			}
			for i := range 100 {
				id := fmt.Sprintf("q%05d", i)
				if _, ok := tx.Question(version, 0, id); ok != has[id] {
					return fmt.Errorf("%s in %s: %v", id, version, ok)
				}
			}
		}
		return nil
	}))
}

// Whoever brings notes after an undo to the starter bank retires nothing either; notes that take the place of notes do.
func TestNotesOverTheStarterRetireNothing(t *testing.T) {
	t.Parallel()
	s := openTestStore(t, Options{Twice: true})
	_, _, err := s.ImportBank(t.Context(), FromStarter, []questions.Question{note(1, ""), note(2, "")}, noon)
	must(t, err)
	for range 2 {
		if done := importNotes(t, s, note(3, ""), note(4, "")); len(done.Match.Left) != 0 {
			t.Errorf("over the starter: %v left", idsOf(done.Match.Left))
		}
		if done := importNotes(t, s, note(3, "")); len(done.Match.Left) != 1 {
			t.Errorf("over notes: %v left", idsOf(done.Match.Left))
		}
		for range 2 {
			_, err := s.UndoBank(t.Context())
			must(t, err)
		}
	}
}
