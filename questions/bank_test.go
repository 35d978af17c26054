package questions

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// load reads the notes in order, as a.md, b.md and so on, and lists ID, prompt and answer of each text.
func load(t *testing.T, notes ...string) (Notes, []string) {
	t.Helper()
	files := fstest.MapFS{}
	for i, n := range notes {
		files[fmt.Sprintf("%c.md", 'a'+i)] = &fstest.MapFile{Data: []byte(n)}
	}
	got, err := Load(Source{FS: files, Root: "."})
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, q := range got.Questions {
		if len(q.Texts) == 0 {
			t.Errorf("%s has no text", q.ID)
		}
		for _, text := range q.Texts {
			texts = append(texts, q.ID+"|"+text.Prompt+"|"+text.Answer)
		}
	}
	return got, texts
}

func TestBankTwins(t *testing.T) {
	t.Parallel()
	id := digest(promptKey("What is A?"))
	other := digest(promptKey("What is A?"), "y")
	tests := []struct {
		name       string
		notes      []string
		want       []string
		duplicates int
	}{
		{"equal answers", []string{"## What is A?\nx\n", "## what is **a**\n x\n"}, []string{id + "|What is A?|x"}, 1},
		// A list of questions first and the answers later.
		{"answered later", []string{"## What is A?\n-\n", "## What is A?\nx\n"}, []string{id + "|What is A?|x"}, 1},
		{"answered before", []string{"## What is A?\nx\n", "## What is A?\n-\n"}, []string{id + "|What is A?|x"}, 1},
		{"different answers", []string{"## What is A?\nx\n", "## What is A?\ny\n"},
			[]string{id + "|What is A?|x", other + "|What is A?|y"}, 1},
		{"three", []string{"## What is A?\nx\n", "## What is A?\ny\n", "## What is A?\ny\n"},
			[]string{id + "|What is A?|x", other + "|What is A?|y"}, 2},
		{"marked later", []string{"## What is A?\nx\n", "## What is A?\n<!-- quiz: id=a -->\nx\n"}, []string{"a|What is A?|x"}, 1},
		{"marked before", []string{"## What is A?\n<!-- quiz: id=a -->\nx\n", "## What is A?\nx\n"}, []string{"a|What is A?|x"}, 1},
		{"one mark, two prompts", []string{"## What is A?\n<!-- quiz: id=a -->\nx\n", "## What is B?\n<!-- quiz: id=a -->\ny\n"},
			[]string{"a|What is A?|x", digest(promptKey("What is B?")) + "|What is B?|y"}, 1},
		{"one mark, two answers", []string{"## What is A?\n<!-- quiz: id=a -->\nx\n", "## What is A?\n<!-- quiz: id=a -->\ny\n"},
			[]string{"a|What is A?|x", other + "|What is A?|y"}, 1},
		{"a mark that looks derived", []string{"## What is B?\n<!-- quiz: id=" + id + " -->\nx\n", "## What is A?\ny\n"},
			[]string{id + "|What is B?|x", digest(id, promptKey("What is A?")) + "|What is A?|y"}, 0},
		{"two languages", []string{"## What is a lock?\n<!-- quiz: id=lock -->\nx\n", "## 락이란?\n<!-- quiz: id=lock -->\n자물쇠\n"},
			[]string{"lock|What is a lock?|x", "lock|락이란?|자물쇠"}, 0},
		// The English text would take the Korean one's place beside another English one, and never be seen.
		{"answered in a language that is there", []string{
			"## CORS\n<!-- quiz: id=cors -->\n-\n## 락이란?\n자물쇠\n", "## What is CORS?\n<!-- quiz: id=cors -->\n-\n", "## CORS\nA rule that browsers keep.\n"},
			[]string{"cors|CORS|", "cors|What is CORS?|", digest(promptKey("락이란?")) + "|락이란?|자물쇠",
				digest(promptKey("CORS"), "A rule that browsers keep.") + "|CORS|A rule that browsers keep."}, 1},
		{"no answers", []string{"## What is A?\n## What is A?\n"}, []string{id + "|What is A?|"}, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, texts := load(t, tt.notes...)
			if !slices.Equal(texts, tt.want) {
				t.Errorf("texts\n got %q\nwant %q", texts, tt.want)
			}
			if n := count(got.Warnings, Duplicate); n != tt.duplicates {
				t.Errorf("%d duplicates, want %d: %v", n, tt.duplicates, got.Warnings)
			}
		})
	}
}

func TestBankTopics(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		notes []string
		want  []string // Of each text, in order.
	}{
		{"each language its own", []string{"# Network\n## What is a port?\n<!-- quiz: id=port -->\nx\n",
			"---\ntopics: OSI\n---\n# 네트워크\n## 포트란?\n<!-- quiz: id=port -->\n번호\n"}, []string{"Network", "OSI > 네트워크"}},
		{"a twin adds its topics", []string{"# Network\n## What is A?\nx\n", "# Exam\n## Network\n### What is A?\nx\n"}, []string{"Network > Exam"}},
		// The fuller text is kept, and its own topics come first.
		{"answered later", []string{"# To do\n## What is A?\n-\n", "# Network\n## What is A?\nx\n"}, []string{"Network > To do"}},
		{"a twin in another language adds none", []string{"# 네트워크\n## CORS\n-\n", "# Network\n## CORS\nA rule that browsers keep.\n"}, []string{"Network"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			notes, _ := load(t, tt.notes...)
			var got []string
			for _, q := range notes.Questions {
				for _, text := range q.Texts {
					got = append(got, strings.Join(text.Topics, " > "))
				}
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("topics %q, want %q", got, tt.want)
			}
		})
	}
}

func TestPromptKey(t *testing.T) {
	t.Parallel()
	same := [][]string{
		{"What is A?", "what is a", "  What  is\u00a0A ?!", "**What is `A`?**", "What is [A](https://example.org)?", "What is A…"},
		{"\uac00란?", "\u1100\u1161란"}, // Composed and decomposed Hangul.
	}
	seen := map[string]string{}
	for _, prompts := range same {
		for _, p := range prompts {
			if promptKey(p) != promptKey(prompts[0]) {
				t.Errorf("%q and %q have different keys", p, prompts[0])
			}
		}
		seen[promptKey(prompts[0])] = prompts[0]
	}
	for _, p := range []string{"C", "C#", "C++", ".NET", "NET", "a(b)", "a(c)"} {
		key := promptKey(p)
		if twin, ok := seen[key]; ok {
			t.Errorf("%q and %q have the same key", p, twin)
		}
		seen[key] = p
	}
}

// IDs are kept by stores for years: this one must never change.
func TestDerivedIDStaysTheSame(t *testing.T) {
	t.Parallel()
	const want = "oslyqkn6rdipt"
	if got := digest(promptKey("What is **TCP**, and why?")); got != want {
		t.Errorf("ID %s, want %s", got, want)
	}
}

func TestWriteJSONLines(t *testing.T) {
	t.Parallel()
	n := Notes{Questions: []Question{{ID: "a", Texts: []Text{
		{Lang: English, Topics: []string{"T"}, Prompt: "Is a < b & c?", Answer: "\"x\"\ny", File: "notes/en/a.md", Line: 3},
		{Lang: Korean, Topics: []string{"네트워크", "가"}, Prompt: "가?", File: "a.md", Line: 4},
	}}, {ID: "b", Texts: []Text{{Lang: English, Prompt: "B", File: "b.md", Line: 1}}}}}
	want := `{"file":"a.md","line":3,"id":"a","lang":"en","question":"Is a < b & c?","answer":"\"x\"\ny","topics":["T"]}
{"file":"a.md","line":4,"id":"a","lang":"ko","question":"가?","answer":"","topics":["네트워크","가"]}
{"file":"b.md","line":1,"id":"b","lang":"en","question":"B","answer":"","topics":[]}
`
	var b strings.Builder
	if err := WriteJSONLines(&b, n); err != nil || b.String() != want {
		t.Errorf("wrote\n%s%v, want\n%s", b.String(), err, want)
	}
}

// What one of several cards says of a question holds for it, whichever comes first.
func TestBankKeepsWhatTwinsAdd(t *testing.T) {
	t.Parallel()
	const plain, hard = "## What is a lock?\n<!-- quiz: id=lock -->\nx\n", "## What is a lock?\n<!-- quiz: id=lock difficulty=hard -->\nx\n\nFollow-ups:\n\n- Why?\n"
	const korean = "## 락이란?\n<!-- quiz: id=lock difficulty=어려움 -->\n자물쇠\n"
	for name, notes := range map[string][]string{
		"twin later": {plain, hard}, "twin before": {hard, plain}, "translation later": {plain, korean}, "translation before": {korean, plain},
	} {
		got, _ := load(t, notes...)
		if len(got.Questions) != 1 || got.Questions[0].Difficulty != Hard {
			t.Errorf("%s: %+v", name, got.Questions)
			continue
		}
		if q := got.Questions[0]; strings.HasPrefix(name, "twin") && !slices.Equal(q.Texts[0].FollowUps, []string{"Why?"}) {
			t.Errorf("%s: follow-ups %q", name, q.Texts[0].FollowUps)
		}
	}
	const taken = `[{"id": "a", "question": "What is A?", "answer": "x"}, {"id": "a", "question": "What is B?", "answer": "y", "difficulty": "hard"}]`
	got, err := Load(Source{FS: fstest.MapFS{"a.json": {Data: []byte(taken)}}, Root: "a.json"})
	if err != nil || len(got.Questions) != 2 || got.Questions[0].Difficulty != "" || got.Questions[1].Difficulty != Hard {
		t.Errorf("another question's ID: %v %+v", err, got.Questions)
	}
}
