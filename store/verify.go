package store

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Finding is one thing that Verify found wrong: a code, the group it is in, and what it is about.
type Finding struct {
	Code  string
	Group string
	What  string
}

// The codes of findings.
const (
	BoardDiffers     = "board-differs"    // the board is not the replay of the ledger
	LinesDiffer      = "lines-differ"     // the ledger by member is not the ledger
	RoundNoQuestion  = "round-question"   // a round's question is not in its bank version
	RoundNoPosts     = "round-posts"      // a round has no record of its channels
	LetterNoRound    = "letter-round"     // a letter's round is unknown
	LetterNoSchedule = "letter-schedule"  // a letter wants to post for a schedule that is gone
	SlotNoRound      = "slot-round"       // a slot's round is unknown
	DueIndex         = "due-index"        // the index of due letters does not match the letters
	ThreadIndex      = "thread-index"     // the index of threads does not match the posts
	ActiveIndex      = "active-index"     // the list of active rounds does not match the rounds
	AccountIndex     = "account-index"    // an account does not lead to its member
	AnswerNoLine     = "answer-no-points" // an answer was given no points
)

// Verify proves what the store promises of its records, group by group, after CheckEngine has proved the file itself.
func (s *Store) Verify(ctx context.Context) ([]Finding, error) {
	groups, err := s.Groups(ctx)
	if err != nil {
		return nil, err
	}
	var found []Finding
	for _, id := range groups {
		err := s.ViewGroup(ctx, id, func(tx *Tx) error {
			v := verifier{tx: tx, group: id}
			v.rounds()
			v.letters()
			v.boards()
			v.members()
			found = append(found, v.found...)
			return tx.Err()
		})
		if err != nil {
			return found, fmt.Errorf("verify group %s: %w", id, err)
		}
	}
	return found, nil
}

type verifier struct {
	tx    *Tx
	group string
	found []Finding
}

func (v *verifier) report(code, format string, args ...any) {
	v.found = append(v.found, Finding{code, v.group, fmt.Sprintf(format, args...)})
}

func (v *verifier) rounds() {
	var active []int
	threads := map[string]bool{} // by key in the index
	for r := range v.tx.Rounds() {
		if _, ok := v.tx.Question(r.Bank, r.Own, r.Question); !ok {
			v.report(RoundNoQuestion, "#%d", r.Number)
		}
		posts := v.tx.Posts(r.Number)
		if len(posts) == 0 {
			v.report(RoundNoPosts, "#%d", r.Number)
		}
		v.threads(posts, threads)
		for _, a := range v.tx.Answers(r.Number) {
			if !v.hasPoints(a) {
				v.report(AnswerNoLine, "#%d %s", r.Number, a.Member)
			}
		}
		if r.State != Closed && r.State != Dropped {
			active = append(active, r.Number)
		}
	}
	v.strayThreads(threads)
	slices.Reverse(active)
	if listed := slices.Collect(activeTable.all(v.tx)); !slices.Equal(listed, active) {
		v.report(ActiveIndex, "%v, should be %v", listed, active)
	}
	for s := range slotTable.all(v.tx) {
		if _, ok := v.tx.Round(s.Round); s.State == SlotAsked && !ok {
			v.report(SlotNoRound, "%s %s", s.Schedule, s.Wall)
		}
	}
}

func (v *verifier) hasPoints(a Answer) bool {
	return v.tx.given(AnswerCause(a.Round), a.Member) > 0
}

// strayThreads finds threads in the index that lead to no post of the group.
func (v *verifier) strayThreads(known map[string]bool) {
	for k, value := range v.tx.scan(indexSpace, key(threadIndex), after(key(threadIndex)), false) {
		r, err := parseThreadRound(value)
		if err != nil {
			v.tx.fail(err)
			return
		}
		if r.Scope == v.tx.Scope() && !known[string(k)] {
			v.report(ThreadIndex, "#%d: a thread without a post", r.Round)
		}
	}
}

func (v *verifier) threads(posts []Post, known map[string]bool) {
	for _, p := range posts {
		if p.Thread == "" {
			continue
		}
		t := Thread{p.Channel, p.Thread}
		known[string(threadKey(t))] = true
		if !v.leadsTo(t, ThreadRound{v.tx.Scope(), p.Round}) {
			v.report(ThreadIndex, "#%d %s", p.Round, p.Channel.Key())
		}
	}
}

func (v *verifier) leadsTo(t Thread, want ThreadRound) bool {
	value, ok := v.tx.get(indexSpace, threadKey(t))
	if !ok {
		return false
	}
	r, err := parseThreadRound(value)
	if err != nil {
		v.tx.fail(err)
	}
	return r == want
}

func (v *verifier) letters() {
	waiting := map[string]bool{}
	for l := range v.tx.Letters() {
		if _, ok := v.tx.Round(l.Round); l.Round != 0 && !ok {
			v.report(LetterNoRound, "%s", l.ID)
		}
		if v.orphan(l) {
			v.report(LetterNoSchedule, "%s", l.ID)
		}
		waiting[string(dueKey(v.tx.Scope(), l))] = true
	}
	for k := range v.tx.scan(indexSpace, key(dueIndex), after(key(dueIndex)), false) {
		_, rest, _ := readString(k[len(key(dueIndex)):])
		l, err := parseDue(rest)
		if err != nil {
			v.tx.fail(err)
			return
		}
		if l.Scope != v.tx.Scope() {
			continue
		}
		if !waiting[string(k)] {
			v.report(DueIndex, "%s: no such letter", l.ID)
		}
		delete(waiting, string(k))
	}
	for k := range waiting {
		v.report(DueIndex, "%q is missing", k)
	}
}

// orphan reports whether a letter would still post a question for a schedule that was removed. One that is only looked
// for may outlive it.
func (v *verifier) orphan(l Letter) bool {
	r, ok := v.tx.Round(l.Round)
	if !ok || l.Kind != LetterPost || l.LookOnly || r.Schedule == "" {
		return false
	}
	_, known := v.tx.Schedule(r.Schedule)
	return !known
}

func (v *verifier) boards() {
	want := replay(v.tx.Ledger())
	rows, ranks := 0, 0
	for range rowTable.all(v.tx) {
		rows++
	}
	for range rankTable.all(v.tx) {
		ranks++
	}
	if rows != len(want) || ranks != len(want) {
		v.report(BoardDiffers, "%d rows and %d ranks, should be %d", rows, ranks, len(want))
	}
	for _, w := range want {
		got, _ := v.tx.Row(w.Board, w.Row.ID)
		if ranked, _ := rankTable.get(v.tx, rankParts(w.Board, w.Row)...); got != w.Row || ranked != w.Row.ID {
			v.report(BoardDiffers, "%s %s: %+v, should be %+v", w.Board.Period, w.Board.Of, got, w.Row)
		}
	}
	n := 0
	for l := range v.tx.Ledger() {
		n++
		if k, _ := memberLines.get(v.tx, l.Member, l.At, l.Cause, l.Revision); k != lineKey(l) {
			v.report(LinesDiffer, "%s %s", l.Cause, l.Member)
		}
	}
	for range memberLines.all(v.tx) {
		n--
	}
	if n != 0 {
		v.report(LinesDiffer, "%d lines too few", n)
	}
}

func (v *verifier) members() {
	ways := map[string]int{} // by member: accounts that lead to it and that it does not own
	for id := range accountTable.all(v.tx) {
		ways[id]++
	}
	for m := range v.tx.Members() {
		for _, a := range m.Accounts {
			if owner, _ := v.tx.MemberOf(a); owner.ID != m.ID {
				v.report(AccountIndex, "%s", strings.Join([]string{a.Platform, a.Workspace, a.User}, "/"))
				continue
			}
			ways[m.ID]--
			if _, ok := v.tx.get(indexSpace, personKey(a, v.tx.Scope())); !ok {
				v.report(AccountIndex, "%s/%s leads nowhere", a.Platform, a.User)
			}
		}
	}
	for _, id := range slices.Sorted(maps.Keys(ways)) {
		if ways[id] > 0 {
			v.report(AccountIndex, "an account leads to %s, who does not own it", id)
		}
	}
}

// AnswerCause names a round's answers as a cause of points.
func AnswerCause(round int) string { return fmt.Sprintf("answer/%d", round) }
