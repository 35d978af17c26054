package replay

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	"rewind/store"
)

func groups(t *testing.T, s *store.Store) []string {
	t.Helper()
	ids, err := s.Groups(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

// letters counts what waits in the outbox.
func letters(t *testing.T, s *store.Store) (n int) {
	t.Helper()
	for _, id := range groups(t, s) {
		err := s.ViewGroup(t.Context(), id, func(tx *store.Tx) error {
			for range tx.Letters() {
				n++
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return n
}

// Remembered is what a store holds of people's doings, a line for each: without IDs and times, which differ from
// platform to platform, and without what nobody would miss.
func Remembered(t *testing.T, s *store.Store) (lines []string) {
	t.Helper()
	for _, id := range groups(t, s) {
		err := s.ViewGroup(t.Context(), id, func(tx *store.Tx) error {
			lines = append(lines, remembered(tx)...)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return lines
}

func remembered(tx *store.Tx) (lines []string) {
	add := func(format string, a ...any) { lines = append(lines, fmt.Sprintf(format, a...)) }
	name := func(id string) string { m, _ := tx.Member(id); return m.Name }
	g, _ := tx.Group()
	add("group %s %s %s reveal by members %v", g.Lang, g.Zone, g.Mode, g.MembersReveal)
	for _, id := range g.Maintainers {
		add("maintainer %s", name(id))
	}
	var sorted []string
	for s := range tx.Schedules() {
		sorted = append(sorted, fmt.Sprintf("schedule %s %s %s %v %s %v paused %v", s.Spec, s.Zone, s.Reveal, s.Topics, s.Mode, s.Rest, s.Paused))
	}
	slices.Sort(sorted)
	lines = append(lines, sorted...)
	for r := range tx.Rounds() {
		add("#%d %s %s %s %s revealed %v", r.Number, r.Day, r.Question, r.Mode, r.State, !r.RevealedAt.IsZero())
		for _, p := range tx.Posts(r.Number) {
			add("#%d posted %v thread %v reveal %v", r.Number, p.Message != "", p.Thread != "", p.Reveal != "")
		}
		answers := tx.Answers(r.Number)
		slices.SortFunc(answers, func(a, b store.Answer) int { return cmp.Compare(name(a.Member), name(b.Member)) })
		for _, a := range answers {
			add("#%d %s sealed %v late %v: %s", r.Number, name(a.Member), a.Sealed, a.Late, strings.ReplaceAll(a.Text, "\n", "⏎"))
		}
	}
	var points []string
	for l := range tx.Ledger() {
		points = append(points, fmt.Sprintf("ledger %s %s %+d %s %s team %v", l.Cause, name(l.Member), l.Amount, l.Reason, l.Day, l.Team))
	}
	slices.Sort(points)
	lines = append(lines, points...)
	for s := range tx.Suggestions() {
		add("suggestion %d %s %s: %s", s.Number, s.Name, s.State, s.Prompt)
	}
	return lines
}
