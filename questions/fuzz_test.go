package questions

import (
	"reflect"
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
		"A: B\nSource: <https://example.org>\n", "## ?\n## 1.\n## Q:\n", "0#0\n0\n- ", "What is a?\n~~~\n~~~\n- \n- ```\n  x\n",
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
			for _, text := range q.Texts {
				checkText(t, text, lines)
			}
		}
	})
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
	case text.Lang != Korean && text.Lang != English:
		t.Errorf("language %q", text.Lang)
	case !utf8.ValidString(text.Prompt) || !utf8.ValidString(text.Answer):
		t.Errorf("text cut within a letter: %+v", text)
	}
}
