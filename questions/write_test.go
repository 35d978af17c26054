package questions

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

// fileNames is a name for a file of each format.
var fileNames = map[Format]string{Markdown: "bank.md", JSONLines: "bank.jsonl", CSV: "bank.csv", AnkiPackage: "bank.apkg", AnkiText: "bank.txt"}

var exportedAt = time.Date(2026, 3, 9, 9, 0, 0, 0, time.UTC)

func written(t testing.TB, format Format, e Export) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, format, e); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func reread(t testing.TB, format Format, file []byte) Notes {
	t.Helper()
	n, err := Load(Source{FS: fstest.MapFS{fileNames[format]: {Data: file}}, Root: "."})
	if err != nil {
		t.Fatalf("%s: %v\n%s", format, err, file)
	}
	for _, w := range n.Warnings {
		if w.Code != NoAnswer && w.Code != Duplicate {
			t.Errorf("%s: warning %v", format, w)
		}
	}
	return n
}

// checkLaw holds what every format promises: written, read and written again it has the same bytes.
func checkLaw(t testing.TB, format Format, e Export) []Question {
	t.Helper()
	first := written(t, format, e)
	n := reread(t, format, first)
	second := written(t, format, Export{Questions: n.Questions, Team: e.Team, At: e.At})
	if !bytes.Equal(first, second) {
		at := 0
		for at < len(first) && at < len(second) && first[at] == second[at] {
			at++
		}
		t.Errorf("%s: other bytes the second time:\n%q\n%q", format, around(first, at), around(second, at))
	}
	return n.Questions
}

func around(b []byte, at int) []byte { return b[max(0, at-300):min(len(b), at+200)] }

func TestStarterSurvivesEveryFormat(t *testing.T) {
	t.Parallel()
	starter, err := Starter()
	if err != nil {
		t.Fatal(err)
	}
	for _, format := range Formats {
		got := checkLaw(t, format, Export{Questions: starter.Questions, At: exportedAt})
		if len(got) != len(starter.Questions) {
			t.Errorf("%s: %d questions, want %d", format, len(got), len(starter.Questions))
			continue
		}
		for i, q := range starter.Questions {
			compareQuestions(t, format, got[i], q)
		}
	}
}

// TestStarterAsNotes takes the line that makes it a document from what was written: whoever copies cards from it into
// their notes finds every question again.
func TestStarterAsNotes(t *testing.T) {
	t.Parallel()
	starter, err := Starter()
	if err != nil {
		t.Fatal(err)
	}
	for some := range slices.Chunk(starter.Questions, 60) { // as many as a note may hold
		text := string(written(t, Markdown, Export{Questions: some}))
		got := reread(t, Markdown, []byte(strings.Replace(text, "format: rewind\n", "", 1)))
		if len(got.Questions) != len(some) {
			t.Errorf("%d questions, want %d", len(got.Questions), len(some))
			continue
		}
		for i, q := range some {
			compareQuestions(t, Markdown, got.Questions[i], q)
		}
	}
}

// compareQuestions holds that nothing but the place where a question was read has changed; JSON Lines keeps that too.
func compareQuestions(t testing.TB, format Format, got, want Question) {
	t.Helper()
	if got.Mark == got.ID && want.Mark == "" {
		got.Mark = ""
	}
	if format != JSONLines {
		got, want = placeless(settled(got)), placeless(settled(want))
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s:\n got %+v\nwant %+v", format, got, want)
	}
}

func placeless(q Question) Question {
	for i := range q.Texts {
		q.Texts[i].File, q.Texts[i].Line = "", 0
	}
	if q.Mark == q.ID {
		q.Mark = "" // what was written names the ID, so it is marked with it
	}
	return q
}

// lineKinds are lines that a reader could take for something else than text.
var lineKinds = []string{
	"", "", "plain text", "한국어 문장이다.", "# heading", "## What is a heading?", "### Answer", "### 답", "#### Team answers", "### 팀 답변",
	"###### deep", "#nothing", "```", "```go", "~~~", "````", "  ```", "- ```", "> ```", "- [ ] option", "- [x] right", "  - [ ] inner", "- item",
	"  more of it", "1. first", "Follow-ups:", "꼬리 질문:", "Source: https://example.org/a", "출처: https://example.org/b", "Source: two words",
	"<!-- quiz: end -->", "<!-- quiz: id=stolen -->", "<!-- quiz: skip -->", "<!--", "-->", "---", "===", "...", "format: rewind", "    indented",
	"\tfunc main() {", "trailing  ", "A: answer", "Q: question?", "**bold**", "`code`", "<b>html</b> & <script>", "| a | b |", "|---|---|", `"quoted", cell`,
	"=SUM(A1)", "'=x", "@name", "{{c1::deletion}}", "\\# escaped", "a\\", "[link](https://example.org)", "emoji 🎉 \u200d", "\u00a0", "\x1f separator", "#",
	"# F #", "##", "back\u2028line", "\x1b[31m",
}

func someLines(r *rand.Rand, most int) string {
	n := r.IntN(most + 1)
	all := make([]string, n)
	for i := range all {
		all[i] = lineKinds[r.IntN(len(lineKinds))]
	}
	return strings.Join(all, "\n")
}

func someList(r *rand.Rand, most int) []string {
	var all []string
	for range r.IntN(most + 1) {
		all = append(all, someLines(r, 3))
	}
	return all
}

// someQuestions makes a bank of odd questions. Each prompt has a number, since equal ones would be merged.
func someQuestions(r *rand.Rand, n int) []Question {
	qs := make([]Question, n)
	for i := range qs {
		qs[i].ID = fmt.Sprintf("q-%d", i)
		qs[i].Difficulty = []Difficulty{"", Easy, Medium, Hard}[r.IntN(4)]
		for _, lang := range []Lang{English, Korean}[r.IntN(2) : 1+r.IntN(2)] {
			qs[i].Texts = append(qs[i].Texts, someText(r, lang, i))
		}
		if len(qs[i].Texts) == 0 {
			qs[i].Texts = []Text{someText(r, Korean, i), someText(r, English, i)}
		}
	}
	return qs
}

func someText(r *rand.Rand, lang Lang, i int) Text {
	t := Text{Lang: lang, Term: r.IntN(3) == 0, Answer: someLines(r, 8), File: "notes/a.md", Line: 1 + r.IntN(99)}
	t.Prompt = lineKinds[r.IntN(len(lineKinds))] + fmt.Sprintf(" %s %d?", lang, i)
	if r.IntN(4) == 0 {
		t.Prompt = fmt.Sprintf("%s %d ", lang, i) + lineKinds[r.IntN(len(lineKinds))]
	}
	if r.IntN(3) == 0 {
		t.Prompt += "\n" + someLines(r, 5)
	}
	if r.IntN(3) == 0 {
		t.Options = someList(r, 4)
		for j := range t.Options {
			if r.IntN(2) == 0 {
				t.Right = append(t.Right, j)
			}
		}
	}
	if r.IntN(3) == 0 {
		t.FollowUps = someList(r, 3)
	}
	if r.IntN(3) == 0 {
		t.Source = []string{"https://example.org/x?a=b&c=d", "https://example.org/a b", "<https://example.org>", "RFC 1"}[r.IntN(4)]
	}
	for range r.IntN(5) {
		t.Topics = append(t.Topics, []string{"Networks", "C #", "# x", "A, B", "두 단어", "a::b", "Answer"}[r.IntN(7)])
	}
	return t
}

// fitted is q as a document holds it: titles, headings, fences and topics made to fit, all else as it was.
func fitted(q Question, level int) Question {
	d := document{level: level}
	for i := range q.Texts {
		t := &q.Texts[i]
		title, rest, _ := strings.Cut(t.Prompt, "\n")
		t.Prompt = strings.TrimSpace(asTitle(title) + "\n\n" + d.safe(joined(splitLines(rest))))
		t.Answer, t.Topics = d.safe(t.Answer), shallow(t.Topics)
		t.Options, t.FollowUps = fencedItems("[ ] ", t.Options), fencedItems("", t.FollowUps)
		for j := range t.Topics {
			t.Topics[j] = asTitle(t.Topics[j])
		}
	}
	return q
}

// levelIn is the level of cards in a document of the questions.
func levelIn(qs []Question) int {
	level := 2
	for _, q := range qs {
		for _, t := range settled(q).Texts {
			level = max(level, min(deepest, len(t.Topics)+1))
		}
	}
	return level
}

func TestEveryFormatIsStable(t *testing.T) {
	t.Parallel()
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 1))
		e := Export{Questions: someQuestions(r, 1+r.IntN(6)), At: exportedAt}
		if seed%2 == 0 {
			e.Team = map[string][]TeamAnswer{"q-0": {{Name: "Mina *", Text: someLines(r, 4) + "x", Lang: Korean}, {Name: "Joon", Text: "- ```\nopen"}}}
		}
		for _, format := range Formats {
			got := checkLaw(t, format, e)
			if len(got) != len(e.Questions) {
				t.Fatalf("seed %d, %s: %d questions, want %d", seed, format, len(got), len(e.Questions))
			}
			for i, q := range e.Questions {
				want := settled(q)
				switch format {
				case JSONLines:
					want = q
				case Markdown:
					want = fitted(want, levelIn(e.Questions))
				}
				compareQuestions(t, format, got[i], want)
			}
			if t.Failed() {
				t.Fatalf("seed %d, %s", seed, format)
			}
		}
	}
}
