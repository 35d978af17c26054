package questions

import (
	"slices"
	"strings"
)

// How says what became of a question from one reading of the notes to the next.
type How string

// What can become of a question. Each question of a reading is exactly one of these.
const (
	Same    How = "same"
	Moved   How = "moved"   // the same text in another file, under another heading or in another order
	Changed How = "changed" // edited, and moved perhaps
	// Unsure is a question that was edited so much, or is so like another one, that a person should look whether it is
	// still the one whose ID and history it keeps.
	Unsure How = "unsure"
	New    How = "new"
)

// Change is what became of one question.
type Change struct {
	How How
	// Now is the question as the notes have it, under its lasting ID; Was is the one it continues, nil for a new one.
	Now Question
	Was *Question
	// Back says that the question had left the bank and returns.
	Back bool
}

// Matching is how a reading of the notes continues the bank before it.
type Matching struct {
	// Changes holds the questions of the new reading in their order.
	Changes []Change
	// Left are the questions of the bank that the new reading continues no more, and StillGone those that had left
	// before and stay away.
	Left, StillGone []Question
}

// Questions returns the new reading under its lasting IDs.
func (m Matching) Questions() []Question {
	qs := make([]Question, len(m.Changes))
	for i, c := range m.Changes {
		qs[i] = c.Now
	}
	return qs
}

// Match finds for each question of a new reading which one of the bank, or else of those that left it earlier, it
// continues: by the ID that its author wrote, by its exact text, and for all that are left by the one assignment that
// makes the likeness of prompts and answers greatest over the whole reading. A question that continues none gets its own
// ID, or one made of it where another question has or had that. No two questions get one ID, and the same values give the
// same matching.
func Match(bank, gone, now []Question) Matching {
	m := newMatcher(bank, gone, now)
	m.byMark()
	m.byText()
	m.byLikeness()
	return m.result()
}

// matcher knows the old questions as one list: those of the bank, then those that left it.
type matcher struct {
	old  []Question
	live int // how many of old are the bank's
	now  []Question
	// next[i] is the index in now that continues old[i], and prev[j] the index in old that now[j] continues; none if none.
	next, prev []int
	unsure     []bool // by index in now
}

const none = -1

func newMatcher(bank, gone, now []Question) *matcher {
	m := &matcher{old: slices.Concat(bank, gone), live: len(bank), now: now, unsure: make([]bool, len(now))}
	m.next, m.prev = slices.Repeat([]int{none}, len(m.old)), slices.Repeat([]int{none}, len(now))
	return m
}

func (m *matcher) pair(old, now int) { m.next[old], m.prev[now] = now, old }

// byMark pairs what has the same mark in both readings, then what is marked with the ID that a question has without
// having that mark: an exported note says so, or an author who copied the ID from a report.
func (m *matcher) byMark() {
	marks, ids := map[string]int{}, map[string]int{}
	for i, q := range slices.Backward(m.old) { // so that of two the bank's own one counts
		ids[q.ID] = i
		if q.Mark != "" {
			marks[q.Mark] = i
		}
	}
	for _, known := range []map[string]int{marks, ids} {
		for j, q := range m.now {
			if i, ok := known[q.Mark]; ok && q.Mark != "" && m.prev[j] == none && m.next[i] == none {
				m.pair(i, j)
			}
		}
	}
}

// byText pairs questions one of whose texts is the same in both, prompt and answer. A mark that was taken away, added or
// renamed is no hindrance. Of several the first is taken that stands in the same file, else the first.
func (m *matcher) byText() {
	known := map[string][]int{}
	for i, q := range m.old {
		for _, t := range q.Texts {
			if m.next[i] == none {
				known[textKey(t)] = append(known[textKey(t)], i)
			}
		}
	}
	for j, q := range m.now {
		for _, t := range q.Texts {
			if m.prev[j] != none {
				break
			}
			free := slices.DeleteFunc(slices.Clone(known[textKey(t)]), func(i int) bool { return m.next[i] != none })
			if len(free) == 0 {
				continue
			}
			here := slices.IndexFunc(free, func(i int) bool { return m.old[i].Texts[0].File == t.File })
			m.pair(free[max(here, 0)], j)
		}
	}
}

// textKey is the same for texts that differ in nothing but what no reader would notice.
func textKey(t Text) string {
	return strings.Join([]string{string(t.Lang), promptKey(t.Prompt), words(t.Answer), strings.Join(t.Options, "\x01")}, "\x00")
}

// result gives out the IDs.
func (m *matcher) result() Matching {
	taken := map[string]bool{}
	for _, q := range m.old {
		taken[q.ID] = true
	}
	moved := m.reordered()
	var r Matching
	for j, q := range m.now {
		c := Change{How: New, Now: q}
		if i := m.prev[j]; i != none {
			c.Was, c.Back = &m.old[i], i >= m.live
			c.How = m.how(i, j, moved[j])
			c.Now.ID = c.Was.ID
		} else {
			c.Now.ID = freshID(q, taken)
			taken[c.Now.ID] = true
		}
		r.Changes = append(r.Changes, c)
	}
	for i, q := range m.old {
		switch {
		case m.next[i] != none:
		case i < m.live:
			r.Left = append(r.Left, q)
		default:
			r.StillGone = append(r.StillGone, q)
		}
	}
	return r
}

// freshID is the ID that loading gave q, or one that follows from q alone where that one is taken.
func freshID(q Question, taken map[string]bool) string {
	id := q.ID
	for taken[id] {
		id = digest(id, promptKey(q.Texts[0].Prompt))
	}
	return id
}

func (m *matcher) how(old, now int, reordered bool) How {
	was, is := m.old[old], m.now[now]
	switch {
	case m.unsure[now]:
		return Unsure
	case !equalTexts(was, is):
		return Changed
	case reordered || !equalPlaces(was, is):
		return Moved
	}
	return Same
}

// equalTexts says whether two questions ask and answer the same in the same languages, wherever they stand.
func equalTexts(a, b Question) bool {
	return a.Difficulty == b.Difficulty && slices.EqualFunc(a.Texts, b.Texts, func(a, b Text) bool {
		return a.Lang == b.Lang && a.Prompt == b.Prompt && a.Term == b.Term && a.Answer == b.Answer && a.Source == b.Source &&
			slices.Equal(a.Options, b.Options) && slices.Equal(a.Right, b.Right) && slices.Equal(a.FollowUps, b.FollowUps)
	})
}

// equalPlaces says whether two questions stand in the same files under the same headings.
func equalPlaces(a, b Question) bool {
	return slices.EqualFunc(a.Texts, b.Texts, func(a, b Text) bool {
		return a.File == b.File && slices.Equal(a.Topics, b.Topics)
	})
}

// reordered says of each new question whether it was moved among those of its file. As few as possible count as moved:
// where one question went to the end, the others stayed.
func (m *matcher) reordered() []bool {
	moved := make([]bool, len(m.now))
	stayed := map[string][]int{} // by file, the questions that were in it before, in their new order
	for j, q := range m.now {
		if i := m.prev[j]; i != none && i < m.live && m.old[i].Texts[0].File == q.Texts[0].File {
			stayed[q.Texts[0].File] = append(stayed[q.Texts[0].File], j)
		}
	}
	for _, js := range stayed {
		before := make([]int, len(js))
		for n, j := range js {
			before[n] = m.prev[j]
		}
		for n, kept := range longestRise(before) {
			moved[js[n]] = !kept
		}
	}
	return moved
}

// longestRise marks a longest strictly rising subsequence of different numbers.
func longestRise(s []int) []bool {
	var tails []int // tails[n] is the index of the smallest last number of a rise of n+1 numbers
	before := make([]int, len(s))
	for i, v := range s {
		n, _ := slices.BinarySearchFunc(tails, v, func(at, v int) int { return s[at] - v })
		before[i] = none
		if n > 0 {
			before[i] = tails[n-1]
		}
		if n == len(tails) {
			tails = append(tails, i)
		}
		tails[n] = i
	}
	kept := make([]bool, len(s))
	if len(tails) == 0 {
		return kept
	}
	for i := tails[len(tails)-1]; i != none; i = before[i] {
		kept[i] = true
	}
	return kept
}
