package questions

import (
	"slices"
	"testing"
)

func TestMerge(t *testing.T) {
	t.Parallel()
	q := func(id, prompt, answer string) Question {
		return Question{ID: id, Texts: []Text{{Lang: English, Prompt: prompt, Answer: answer}}}
	}
	bank := []Question{q("a", "Why?", "Because."), q("b", "How?", "So."), q("c", "Who?", "")}
	more := []Question{q("d", "Why?", "Because."), q("e", "How?", "Otherwise.")}
	var got []string
	for _, q := range Merge(bank, more) {
		got = append(got, q.ID)
	}
	if want := []string{"b", "c", "d", "e"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if len(bank) != 3 || bank[0].ID != "a" {
		t.Error("the bank was changed")
	}
}
