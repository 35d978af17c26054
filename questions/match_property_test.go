package questions

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// TestMatchKeepsIDs edits a bank as authors do and counts the questions that keep their ID. Those that should
// are all whose card is still there, however edited: with up to two slips in the prompt, with up to 40 % of its words
// replaced, with another answer, moved within its file or to another one; of a card that was split the one with the old
// prompt; of two that were merged the one whose prompt stays. A fifth of the bank is taken out at the same time and as
// many questions come that were never there; one of those that gets an old ID is counted as well.
//
// The bank is the starter bank, each language by itself and without its marks, and one question for each aspect of each
// subject in both languages, so that most questions have others that differ from them in a word.
func TestMatchKeepsIDs(t *testing.T) {
	t.Parallel()
	var should, kept, wrong, told, added int
	lost, unsure, all := map[string]int{}, map[string]int{}, map[string]int{}
	for seed := range uint64(8) {
		r := rand.New(rand.NewPCG(seed, 8))
		pool := append(starterCards(t), variantCards(r)...)
		r.Shuffle(len(pool), func(i, j int) { pool[i], pool[j] = pool[j], pool[i] })
		cut := len(pool) * 5 / 6
		before, fresh := pool[:cut], pool[cut:]
		after, what := editor{r}.edit(before, fresh)
		old, oldKeys := loadCards(t, before)
		now, nowKeys := loadCards(t, after)
		ids := map[string]string{}
		for i, key := range oldKeys {
			ids[key] = old[i].ID
		}
		m := Match(old, nil, now)
		checkMatching(t, old, nil, now, m)
		for j, c := range m.Changes {
			key := nowKeys[j]
			if name, edited := what[key]; edited {
				should++
				all[name]++
				if c.How == Unsure {
					unsure[name]++
				}
				if c.Now.ID == ids[key] {
					kept++
					continue
				}
				lost[name]++
				if testing.Verbose() && lost[name] < 4 {
					t.Logf("%s: %q is %s", name, c.Now.Texts[0].Prompt, c.How)
				}
				continue
			}
			added++
			if c.Was != nil {
				wrong++
				if c.How == Unsure {
					told++
				}
			}
		}
	}
	for name, n := range all {
		t.Logf("%-24s %5d cards, %2d lost, %3d doubtful", name, n, lost[name], unsure[name])
	}
	t.Logf("%d of %d IDs kept: %.2f %%; %d of %d new questions got an old ID: %.2f %%, %d of them doubtful",
		kept, should, 100*float64(kept)/float64(should), wrong, added, 100*float64(wrong)/float64(added), told)
	if kept*100 < should*99 {
		t.Error("fewer than 99 % of the IDs were kept")
	}
	if wrong*100 > added*5 {
		t.Error("more than 5 % of the new questions got an old ID")
	}
}

// TestMatchOverManyReadings edits a small bank again and again, so that questions leave and come back: no question that is
// new ever gets an ID that any question has had, and one that comes back as it was gets its own.
func TestMatchOverManyReadings(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 6))
	pool := variantCards(r)
	r.Shuffle(len(pool), func(i, j int) { pool[i], pool[j] = pool[j], pool[i] })
	var bank, gone []Question
	used, own, returned := map[string]bool{}, map[string]string{}, 0 // own is the ID that a card had when it left
	cards := pool[:60]
	for n := range 25 {
		now, keys := loadCards(t, cards)
		m := Match(bank, gone, now)
		checkMatching(t, bank, gone, now, m)
		for j, c := range m.Changes {
			if c.How == New && used[c.Now.ID] {
				t.Errorf("reading %d: the new question %q gets an ID that was used", n, c.Now.Texts[0].Prompt)
			}
			if c.Back && c.How != Unsure && c.Now.ID == own[keys[j]] {
				returned++
			}
			used[c.Now.ID], own[keys[j]] = true, c.Now.ID
		}
		bank, gone = m.Questions(), append(m.Left, m.StillGone...)
		after, _ := editor{r}.edit(cards, nil)
		for range len(cards) - len(after) {
			if c := pool[r.IntN(120)]; !slices.ContainsFunc(after, func(a testCard) bool { return a.key == c.key }) {
				after = append(after, c) // one that was there before, perhaps
			}
		}
		cards = after
	}
	t.Logf("%d IDs used, %d questions came back", len(used), returned)
	if returned < 20 {
		t.Errorf("only %d questions came back under their ID", returned)
	}
}

// checkMatching holds what is true of every matching.
func checkMatching(t *testing.T, bank, gone, now []Question, m Matching) {
	t.Helper()
	if len(m.Changes) != len(now) {
		t.Fatalf("%d changes of %d questions", len(m.Changes), len(now))
	}
	ids, used, known := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, q := range append(append([]Question{}, bank...), gone...) {
		known[q.ID] = true
	}
	for j, c := range m.Changes {
		if ids[c.Now.ID] {
			t.Errorf("%s is the ID of two questions", c.Now.ID)
		}
		ids[c.Now.ID] = true
		switch {
		case (c.How == New) != (c.Was == nil), c.Was != nil && c.Was.ID != c.Now.ID:
			t.Errorf("%q is %s and continues %v", c.Now.Texts[0].Prompt, c.How, c.Was)
		case c.Was == nil && known[c.Now.ID]:
			t.Errorf("the new question %q has the ID of another one", c.Now.Texts[0].Prompt)
		case c.Was != nil:
			used[c.Was.ID] = true
		}
		if !equalTexts(c.Now, now[j]) || c.Now.Mark != now[j].Mark {
			t.Errorf("the question %q was changed", now[j].Texts[0].Prompt)
		}
	}
	for _, q := range append(append([]Question{}, m.Left...), m.StillGone...) {
		if used[q.ID] {
			t.Errorf("%s continues and is gone", q.ID)
		}
		used[q.ID] = true
	}
	if len(used) != len(bank)+len(gone) {
		t.Errorf("%d of %d old questions are accounted for", len(used), len(bank)+len(gone))
	}
}

// FuzzMatch reads two notes one after the other, and the first one again.
func FuzzMatch(f *testing.F) {
	f.Add(portNote+lockNote, lockNote+marked(indexNote, "x")+koreanQ)
	f.Add(marked(portNote, "x")+marked(lockNote, "y"), marked(portNote, "y")+marked(portNote, "x"))
	f.Add("## A?\n## A?\nx\n## A?\ny\n", "## A?\ny\n## A?\nx\n## B?\n")
	f.Fuzz(func(t *testing.T, first, second string) {
		read := func(src string) []Question {
			n, _ := Load(Source{FS: fstest.MapFS{"a.md": &fstest.MapFile{Data: []byte(src)}}, Root: "."})
			return n.Questions
		}
		bank := Match(nil, nil, read(first)).Questions()
		m := Match(bank, nil, read(second))
		checkMatching(t, bank, nil, read(second), m)
		again := Match(m.Questions(), m.Left, read(first))
		checkMatching(t, m.Questions(), m.Left, read(first), again)
		for _, c := range Match(bank, nil, read(first)).Changes {
			if c.How != Same {
				t.Errorf("nothing was edited, and %q is %s", c.Now.Texts[0].Prompt, c.How)
			}
		}
	})
}

func BenchmarkMatch(b *testing.B) {
	for _, size := range []struct {
		name string
		n    int
	}{{"5000", 5_000}, {"10000", 10_000}} {
		old, now := manyEdited(size.n)
		b.Run(size.name, func(b *testing.B) {
			for b.Loop() {
				Match(old, nil, now)
			}
			b.ReportMetric(b.Elapsed().Seconds()*1e6/float64(b.N)/float64(size.n), "µs/question")
		})
	}
}

// manyEdited is a bank of n questions before and after all of its prompts were edited.
func manyEdited(n int) (old, now []Question) {
	r := rand.New(rand.NewPCG(3, 4))
	e := editor{r}
	var cards []testCard
	for len(cards) < n {
		for _, c := range variantCards(r) {
			c.prompt = strings.TrimRight(c.prompt, "?.") + " " + sentence(r, c.lang)
			cards = append(cards, c)
		}
	}
	for i, c := range cards[:n] {
		q := Question{ID: digest(promptKey(c.prompt), string(rune(i))), Texts: []Text{{Lang: c.lang, Prompt: c.prompt, Answer: c.answer, File: "a.md", Line: i}}}
		old = append(old, q)
		q.Texts = []Text{{Lang: c.lang, Prompt: e.typo(c.prompt), Answer: c.answer, File: "a.md", Line: i}}
		q.ID = digest(promptKey(q.Texts[0].Prompt), "now", string(rune(i)))
		now = append(now, q)
	}
	return old, now
}
