package questions

import (
	"bytes"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf8"
)

func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		"", "\n", "-", "```", "---\n---", "---\ntopics: [", "## A\n-\n", "# A\n```\n\nWhat?\nx\n\nWhy?\ny\n```\n",
		"1. What?\n   - x\n\n2) Why?\n", "Q. a\nA. b\n", "**Q: why?**\n\nx\n<br/>\n", "> ## Why?\n> x\n", "Why?\n=====\nx\n-\n",
		"## A <!-- quiz: id=a -->\n<!-- quiz: id=b -->\n<!-- c\n## d -->\n", "- [a](#a)\n- [b](http://c (d)\n", "\ufeff가란?\r\n나\r",
		"<details><summary>What?</summary>\n\nx\n</details>\n", "\t- a?\n\t\t- b?\n   * c?\n", "[[[[](](](((", "## :a:b:\n:c:\n",
		"## A?\nx\n## B\n-\n# C\n### D\n- \n### E?\ny\n", "- a\n  - b?\n    - x\n- c\n  - d\n    -\n", "A: B\nSource: <https://example.org>\n", "## ?\n## 1.\n## Q:\n", "0#0\n0\n- ", "What is a?\n~~~\n~~~\n- \n- ```\n  x\n",
		"## A?\n- [ ] b\n- [x] c\n### Answer\nd\nFollow-ups:\n- e?\n", "A?\n\nA) b\nB) c\n\nAnswer: B, A\n", "|q|a|\n|-|-|\n|b?|c<br>d|\n", "> A\n- b\n\n> C\n- d\n",
		"<details>\n<summary><b>A?</b>\n</summary><ul><li>b<li>c</ul><pre>d</pre>\n</details>\n", "Q: a? A: b\n**c?** d\n- e? - f\n", "### Question 1\n\na\n\n### Answer\n", "<!-- quiz: skip question id=a difficulty=b -->\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, src string) {
		if len(src) > maxFile || !utf8.ValidString(src) || strings.Contains(src, "\x00") {
			return // Such files are turned away before they are read.
		}
		first, second := loadOne(src), loadOne(src)
		if !reflect.DeepEqual(first, second) {
			t.Errorf("read differently the second time:\n%+v\n%+v", first, second)
		}
		lines := strings.Count(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(src), "\n") + 1
		ids := make(map[string]bool)
		for _, q := range first.Questions {
			if q.ID == "" || ids[q.ID] {
				t.Errorf("ID %q is empty or there twice", q.ID)
			}
			ids[q.ID] = true
			if len(q.Texts) == 0 {
				t.Errorf("question %s has no text", q.ID)
			}
			for _, text := range q.Texts {
				checkText(t, text, lines)
			}
		}
	})
}

// FuzzLoad makes one bank of two notes: no card may be lost on the way, and no text hidden behind another.
func FuzzLoad(f *testing.F) {
	const asked = "## What is A?\n"
	for _, seed := range [][2]string{
		{asked + "x\n", asked + "y\n"}, {asked + "-\n", "# B\n" + asked + "x\n"}, {asked + "<!-- quiz: id=a -->\nx\n", asked + "x\n"},
		{asked + "<!-- quiz: id=a -->\nx\n", "## 가란?\n<!-- quiz: id=a -->\n나\n"}, {"## A\n-\n", "---\nlang: ko\ntopics: T\n---\n## A\nx\n"},
		{"## A\n<!-- quiz: id=a -->\n-\n## What?\n<!-- quiz: id=b -->\nx\n", "---\nlang: ko\n---\n## What?\n<!-- quiz: id=a -->\n-\n"},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		files := fstest.MapFS{"a.md": {Data: []byte(a)}, "b.md": {Data: []byte(b)}}
		got, err := Load(Source{FS: files, Root: "."})
		if err != nil && !errors.Is(err, ErrNoQuestion) {
			t.Fatal(err)
		}
		texts := 0
		for _, q := range got.Questions {
			langs := make(map[Lang]bool)
			for _, text := range q.Texts {
				if langs[text.Lang] {
					t.Errorf("question %s has two texts in %s", q.ID, text.Lang)
				}
				langs[text.Lang] = true
			}
			if len(q.Texts) == 0 {
				t.Errorf("question %s has no text", q.ID)
			}
			texts += len(q.Texts)
		}
		if found := cardsIn(files); found > texts+count(got.Warnings, Duplicate) || found < texts {
			t.Errorf("%d cards became %d texts and %d duplicates", found, texts, count(got.Warnings, Duplicate))
		}
	})
}

// cardsIn counts the cards of the files that are text.
func cardsIn(files fstest.MapFS) int {
	n := 0
	for name := range files {
		if src := fromUTF16(files[name].Data); utf8.Valid(src) && len(files[name].Data) <= maxFile && bytes.IndexByte(src, 0) < 0 {
			cards, _, _ := read(name, string(src))
			n += len(cards)
		}
	}
	return n
}

func loadOne(src string) Notes {
	n, _ := Load(Source{FS: fstest.MapFS{"a.md": {Data: []byte(src)}}, Root: "a.md"})
	return n
}

func checkText(t *testing.T, text Text, lines int) {
	t.Helper()
	switch {
	case strings.TrimSpace(text.Prompt) == "" || promptKey(text.Prompt) == "":
		t.Errorf("empty prompt in %+v", text)
	case text.Line < 1 || text.Line > lines:
		t.Errorf("line %d of %d in %+v", text.Line, lines, text)
	case text.Answer != "" && strings.TrimSpace(text.Answer) == "":
		t.Errorf("blank answer in %+v", text)
	case !slices.IsSorted(text.Right) || len(text.Right) > 0 && (text.Right[0] < 0 || text.Right[len(text.Right)-1] >= len(text.Options)):
		t.Errorf("right options %v of %d", text.Right, len(text.Options))
	case len(text.Options) == 1 || slices.Contains(text.FollowUps, ""):
		t.Errorf("options %q, follow-ups %q", text.Options, text.FollowUps)
	case text.Lang != Korean && text.Lang != English:
		t.Errorf("language %q", text.Lang)
	case !utf8.ValidString(text.Prompt) || !utf8.ValidString(text.Answer):
		t.Errorf("text cut within a letter: %+v", text)
	}
}

// FuzzLists reads tables, JSON, YAML and Anki's text: nothing in them may end the program, and what was read once can be
// written and read again.
func FuzzLists(f *testing.F) {
	for _, seed := range [][2]string{
		{"a.csv", "question,answer\nWhat?,\"x\ny\"\n"}, {"a.tsv", "What is A?\ta\n"}, {"a.json", `[{"question":"What?","options":["a"],"right":[1]}]`},
		{"a.jsonl", `{"id":"a","texts":[{"lang":"ko","prompt":"가란?","right":[0],"options":["a"]}]}` + "\n{"}, {"a.yaml", "- question: What?\n  answer: &a x\n- *a\n"},
		{"a.yaml", "What?: x\n? [a]\n: b\n"}, {"a.txt", "#separator:|\n{{c1::x}}|y\n"}, {"a.csv", "\xff\xfea\x00"}, {"a.csv", "\xc1\xfa\xb9\xae,\xb4\xe4\n"},
	} {
		f.Add(seed[0], []byte(seed[1]))
	}
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		switch name {
		case "a.csv", "a.tsv", "a.json", "a.jsonl", "a.yaml", "a.txt":
		default:
			return
		}
		n := readNamed(t, name, data)
		for _, q := range n.Questions {
			if !validID(q.ID) {
				t.Errorf("ID %q", q.ID)
			}
			for _, text := range q.Texts {
				if text.Prompt == "" || !soundRight(text) {
					t.Errorf("unsound: %+v", text)
				}
			}
		}
		for _, format := range []Format{CSV, Markdown, AnkiText} {
			first := written(t, format, Export{Questions: n.Questions})
			if len(n.Questions) > 0 && len(first) < maxFile {
				again := readNamed(t, fileNames[format], first)
				if second := written(t, format, Export{Questions: again.Questions}); !bytes.Equal(first, second) {
					t.Errorf("%s: other bytes the second time:\n%q\n%q", format, first, second)
				}
			}
		}
	})
}

// FuzzDocument reads documents that people have edited. What was read is written in a form that comes back the same.
func FuzzDocument(f *testing.F) {
	for _, seed := range []string{
		"## A\n<!-- quiz: id=a -->\nx\n", "# T\n### A?\n<!-- quiz: id=a term no-topic -->\n- [ ] a\n\n#### Answer\n<!-- quiz: end -->\nFollow-ups:\n- b\n",
		"## A?\n```\n## B?\n", "## A\n- [x] b\n  ```\n\nSource: c\n", "## 가란?\n### 팀 답변\n> x\n### 답\n", "##\n## #\n## # #\n- ```\n", "### A\n#### B\n# C\n### D\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		if len(body) > maxFile/4 {
			return
		}
		n := readNamed(t, "a.md", []byte("---\nformat: rewind\n---\n"+body))
		if len(n.Questions) == 0 {
			return
		}
		for _, format := range []Format{Markdown, JSONLines} {
			first := written(t, format, Export{Questions: n.Questions})
			if len(first) > maxFile {
				continue
			}
			again := readNamed(t, fileNames[format], first)
			if second := written(t, format, Export{Questions: again.Questions}); !bytes.Equal(first, second) {
				t.Errorf("%s: other bytes the second time:\n%q\n%q", format, first, second)
			}
		}
	})
}
