package store

import (
	"reflect"
	"testing"
	"time"

	"rewind/questions"
)

func TestTeamAnswers(t *testing.T) {
	t.Parallel()
	s := openTestStore(t, Options{Twice: true})
	rounds := []Round{
		{Number: 1, Question: "q", Lang: questions.Korean, State: Closed},
		{Number: 2, Question: "q", Lang: questions.English, State: Revealed},
		{Number: 3, Question: "q", State: Opened},
		{Number: 4, Question: "secret", State: Opened},
		{Number: 5, Question: "dropped", State: Dropped},
		{Number: 6, Question: "late", State: Revealed},
	}
	answers := []Answer{
		{Round: 1, Member: "b", Text: "b in #1", At: noon.Add(2 * time.Minute), Sealed: true},
		{Round: 1, Member: "a", Text: "a in #1", At: noon.Add(time.Minute)},
		{Round: 1, Member: "gone", Text: "nobody's", At: noon},
		{Round: 1, Member: "e", Text: "late in #1", At: noon, Late: true},
		{Round: 2, Member: "a", Text: "a once more", At: noon.Add(time.Hour)},
		{Round: 2, Member: "c", Text: "c in #2", At: noon.Add(time.Hour)},
		{Round: 2, Member: "d", Text: "the fourth", At: noon.Add(2 * time.Hour)},
		{Round: 3, Member: "d", Text: "not revealed", At: noon.Add(-time.Hour)},
		{Round: 4, Member: "a", Text: "not revealed either", At: noon, Sealed: true},
		{Round: 5, Member: "a", Text: "of a dropped round", At: noon},
		{Round: 6, Member: "a", Text: "late", At: noon, Late: true},
	}
	inGroup(t, s, func(tx *Tx) {
		for _, id := range []string{"a", "b", "c", "d", "e"} {
			tx.PutMember(Member{ID: id, Name: "Member " + id})
		}
		for _, r := range rounds {
			tx.PutRound(r)
		}
		for _, a := range answers {
			tx.PutAnswer(a)
		}
	})
	got, err := s.TeamAnswers(t.Context(), "a")
	must(t, err)
	want := map[string][]questions.TeamAnswer{"q": {
		{Name: "Member a", Text: "a in #1", Lang: questions.Korean},
		{Name: "Member b", Text: "b in #1", Lang: questions.Korean},
		{Name: "Member c", Text: "c in #2", Lang: questions.English},
	}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

func TestQuestions(t *testing.T) {
	t.Parallel()
	s := openTestStore(t, Options{})
	ctx := t.Context()
	if info, qs, err := s.Questions(ctx); err != nil || info.Version != "" || len(qs) != 0 {
		t.Errorf("before any import: %v, %v, %v", info, qs, err)
	}
	want := []questions.Question{
		{ID: "z", Texts: []questions.Text{{Lang: questions.English, Prompt: "Z?", Options: []string{"a"}, Right: []int{0}}}, Difficulty: questions.Hard},
		{ID: "a", Texts: []questions.Text{{Lang: questions.Korean, Prompt: "A?"}}},
	}
	_, _, err := s.ImportBank(ctx, FromNotes, want, noon)
	must(t, err)
	info, got, err := s.Questions(ctx)
	if err != nil || !reflect.DeepEqual(got, want) || !info.Imported.Equal(noon) {
		t.Errorf("got %v, %v, %v", info, got, err)
	}
}
