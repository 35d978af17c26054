package questions

import (
	"slices"
	"testing"
)

func TestVerdict(t *testing.T) {
	t.Parallel()
	const letters = 0
	tests := []struct {
		said     string
		alphabet int
		right    []int
		rest     string
	}{
		{"B", letters, []int{1}, ""},
		{"**b**", letters, []int{1}, ""},
		{"B, C", letters, []int{1, 2}, ""},
		{"A and C", letters, []int{0, 2}, ""},
		{"option A und D", letters, []int{0, 3}, ""},
		{"A, C 그리고", letters, []int{0, 2}, "그리고"},
		{"(b) because it is", letters, []int{1}, "because it is"},
		{"C. the third", letters, []int{2}, "the third"},
		{"2번", numbered, []int{1}, ""},
		{"보기 2번, 3번", numbered, []int{1, 2}, ""},
		{"③", circled, []int{2}, ""},
		// A letter that is a word or the beginning of one, and what no option has.
		{"Because of A", letters, nil, ""},
		{"a goroutine", letters, nil, ""},
		{"E", letters, nil, ""},
		{"12", numbered, nil, ""},
		{"", letters, nil, ""},
	}
	options := make([]option, 4)
	for _, tt := range tests {
		right, rest := verdict(tt.said, options, tt.alphabet)
		if !slices.Equal(right, tt.right) || rest != tt.rest {
			t.Errorf("%q: right %v, rest %q", tt.said, right, rest)
		}
	}
}

func TestCutOneLine(t *testing.T) {
	t.Parallel()
	tests := []struct{ line, question, answer string }{
		{"What is A? – A letter.", "What is A?", "A letter."},
		{"**What is A?** A letter.", "What is A?", "A letter."},
		{"Q: What is A? A: A letter.", "Q: What is A?", "A letter."},
		{"A란? -> 글자", "A란?", "글자"},
		{"Was ist A？：ein Buchstabe", "Was ist A？", "ein Buchstabe"},
		// Asked further, remarked on, led elsewhere, or not asked at all.
		{"What is A? - And what is B?", "", ""},
		{"**What is A?** (a bank, 2023)", "", ""},
		{"What is A? - https://example.org", "", ""},
		{"It is A? Nobody knows.", "", ""},
		{"A - a letter", "", ""},
		{"What is A?", "", ""},
	}
	for _, tt := range tests {
		question, answer, ok := cutOneLine(tt.line)
		if question != tt.question || answer != tt.answer || ok != (tt.answer != "") {
			t.Errorf("%q: %q, %q, %v", tt.line, question, answer, ok)
		}
	}
}
