package questions

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// gold is a hand-labelled note: what a thoughtful person would have made of it.
type gold struct {
	Cards []struct {
		Question string `json:"question"`
		Has      bool   `json:"has_answer"`
		Start    string `json:"answer_start"`
		End      string `json:"answer_end"`
		Optional bool   `json:"optional"`
	} `json:"cards"`
}

// People's real notes may not be copied here, so they are read where they lie: REWIND_NOTES names a folder that holds
// NAME.md with NAME.gold.json beside it.
func TestReadRealNotes(t *testing.T) {
	t.Parallel()
	dir := os.Getenv("REWIND_NOTES")
	if dir == "" {
		t.Skip("REWIND_NOTES names no folder of real notes")
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.gold.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no labelled notes in REWIND_NOTES=%s: %v", dir, err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".gold.json")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			compareGold(t, dir, name)
		})
	}
}

func compareGold(t *testing.T, dir, name string) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(dir, name+".gold.json"))
	if err != nil {
		t.Fatal(err)
	}
	var want gold
	if err := json.Unmarshal(raw, &want); err != nil {
		t.Fatal(err)
	}
	notes, err := Load(Source{FS: os.DirFS(dir), Root: name + ".md"})
	if err != nil {
		t.Fatal(err)
	}
	answers := make(map[string][]string) // By the prompt's letters; some notes ask the same twice.
	for _, q := range notes.Questions {
		for _, text := range q.Texts {
			first, _, _ := strings.Cut(text.Prompt, "\n") // What stands below it, code or a translation, need not be labelled.
			key := lettersOf(first)
			answers[key] = append(answers[key], text.Answer)
		}
	}
	needed := 0
	for _, c := range want.Cards {
		got := answers[lettersOf(c.Question)]
		if c.Optional {
			continue
		}
		needed++
		if len(got) == 0 {
			t.Errorf("no card %q", c.Question)
			continue
		}
		if !oneFits(got, c.Has, lettersOf(c.Start), lettersOf(c.End)) {
			t.Errorf("answer of %q\n got %q\nwant %v %q … %q", c.Question, got, c.Has, c.Start, c.End)
		}
	}
	if len(notes.Questions) > len(want.Cards) {
		t.Errorf("%d questions, want %d", len(notes.Questions), needed)
	}
}

// oneFits says whether one of answers is there as it should and holds the beginning and the end it should. Before the
// beginning may stand the right option or a picture, below the end a list of links.
func oneFits(answers []string, has bool, start, end string) bool {
	for _, a := range answers {
		if !has && a == "" || has && strings.Contains(lettersOf(a), start) && strings.Contains(lettersOf(a), end) {
			return true
		}
	}
	return false
}

// lettersOf is s with nothing but its letters, in one case: what is left of a text however it is marked up.
func lettersOf(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFC.String(linkTexts(s)))
}
