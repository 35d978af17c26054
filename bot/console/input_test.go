package console

import (
	"errors"
	"io"
	"strings"
	"testing"
)

// TestContinuedLines reads what is typed at once over several lines, and knows which line it was.
func TestContinuedLines(t *testing.T) {
	t.Parallel()
	type entry struct {
		text string
		line int // where it ends
	}
	tests := []struct {
		in   string
		want []entry
	}{
		{"", nil},
		{"a\nb", []entry{{"a", 1}, {"b", 2}}},
		{"a\\\nb\\\nc\nd\n", []entry{{"a\nb\nc", 3}, {"d", 4}}},
		{"\\\n\nb", []entry{{"\n", 2}, {"b", 3}}},
		{"a\nb\\", []entry{{"a", 1}, {"b", 2}}}, // the last line is not lost
		{"a\\\n", []entry{{"a", 1}}},
	}
	for _, test := range tests {
		in := typing{lines: readLines(t.Context(), strings.NewReader(test.in))}
		for _, want := range test.want {
			text, err := in.next(t.Context())
			if err != nil || text != want.text || in.read != want.line {
				t.Errorf("%q: %q up to line %d, %v; want %+v", test.in, text, in.read, err, want)
			}
		}
		for range 2 { // and so it stays
			if text, err := in.next(t.Context()); !errors.Is(err, io.EOF) {
				t.Errorf("%q: %q, %v where it should have ended", test.in, text, err)
			}
		}
	}
}
