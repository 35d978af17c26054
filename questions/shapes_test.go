package questions

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// Each file of testdata/shapes is a note of one shape that people write, in our own words, with the cards that a
// thoughtful reader would make of it. The cards were written before the reader could read them, so -rewrite leaves them.
func TestReadWildShapes(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/shapes/*.txt")
	if err != nil || len(files) < 20 {
		t.Fatalf("notes in testdata/shapes: %d, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			t.Parallel()
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			parts := txtar.Parse(raw).Files
			if len(parts) != 2 || parts[0].Name != "note" || parts[1].Name != "cards" {
				t.Fatalf("%s does not hold a note and its cards", file)
			}
			cards, _, _ := read("note.md", string(parts[0].Data))
			var b strings.Builder
			for _, c := range cards {
				sketch(&b, c.text)
			}
			got, want := strings.TrimSpace(b.String()), strings.TrimSpace(string(parts[1].Data))
			gotCards, wantCards := strings.Split(got, "\n\n"), strings.Split(want, "\n\n")
			for i := range max(len(gotCards), len(wantCards)) {
				if g, w := at(gotCards, i), at(wantCards, i); g != w {
					t.Errorf("card %d\n got\n%s\nwant\n%s", i+1, g, w)
				}
			}
		})
	}
}

// sketch writes t so that it is easily written by hand: each line begins with what it is.
func sketch(b *strings.Builder, t Text) {
	put := func(mark, text string) {
		for line := range strings.SplitSeq(text, "\n") {
			if strings.TrimSpace(line) != "" {
				fmt.Fprintf(b, "%s %s\n", mark, strings.TrimRight(line, " "))
			}
		}
	}
	put("?", t.Prompt)
	if len(t.Topics) > 0 {
		put("#", strings.Join(t.Topics, " > "))
	}
	right := make(map[int]bool)
	for _, i := range t.Right {
		right[i] = true
	}
	for i, o := range t.Options {
		if right[i] {
			put("x", o)
		} else {
			put("o", o)
		}
	}
	if t.Answer != "" {
		put("=", t.Answer)
	}
	for _, f := range t.FollowUps {
		put("+", f)
	}
	b.WriteString("\n")
}
