package questions

import (
	"bytes"
	"errors"
	"os"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/text/encoding/korean"

	"rewind/questions/anki"
)

// readNamed reads one file of a folder.
func readNamed(t testing.TB, name string, data []byte) Notes {
	t.Helper()
	n, err := Load(Source{FS: fstest.MapFS{name: {Data: data}}, Root: "."})
	if err != nil && !errors.Is(err, ErrNoQuestion) {
		t.Fatal(err)
	}
	return n
}

// brief is a question in one line: what a table of tests can show.
func brief(q Question) string {
	var b strings.Builder
	for _, t := range q.Texts {
		b.WriteString(string(t.Lang) + " " + t.Prompt + " = " + t.Answer)
		if len(t.Topics) > 0 {
			b.WriteString(" #" + strings.Join(t.Topics, "#"))
		}
		for i, o := range tasks(t) {
			b.WriteString([]string{" ", "|"}[min(i, 1)] + o)
		}
		for _, f := range t.FollowUps {
			b.WriteString(" +" + f)
		}
		if t.Source != "" {
			b.WriteString(" <" + t.Source + ">")
		}
		if t.Term {
			b.WriteString(" term")
		}
	}
	if q.Difficulty != "" {
		b.WriteString(" " + string(q.Difficulty))
	}
	return b.String()
}

// warned is a warning in one word, with its line.
func warned(w Warning) string { return placeOf(string(w.Code), w.Line) }

func TestReadLists(t *testing.T) {
	t.Parallel()
	korea, err := korean.EUCKR.NewEncoder().String("질문,답\n포트란?,번호다\n똠방각하란?,없는 글자도 있다\n")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		title, name, data string
		want              []string
		warnings          []string
	}{
		{"header in English", "a.csv", "Question,Answer,Tags,Difficulty,id,lang\nWhat is TCP?,A protocol.,\"Net, IP\",Hard,tcp,en\n",
			[]string{"en What is TCP? = A protocol. #Net#IP hard"}, nil},
		{"header in Korean, semicolons, mark", "a.csv", "\ufeff질문;정답;주제;난이도;출처\n포트란?;번호다;네트워크;쉬움;https://example.org\n",
			[]string{"ko 포트란? = 번호다 #네트워크 <https://example.org> easy"}, nil},
		{"as Excel in Korea writes it", "a.csv", korea, []string{"ko 포트란? = 번호다", "ko 똠방각하란? = 없는 글자도 있다"}, nil},
		{"as Excel writes Unicode text", "a.txt.csv", "\xff\xfeQ\x00\t\x00A\x00\n\x00W\x00h\x00y\x00?\x00\t\x00s\x00o\x00\n\x00", []string{"en Why? = so"}, nil},
		{"two columns without names", "a.tsv", "What is TCP?\tA protocol.\nJWT\tA token.\n", []string{"en What is TCP? = A protocol.", "en JWT = A token. term"}, nil},
		{"measurements", "a.csv", "time,value\n10:00,3\n10:01,4\n", nil, []string{"no-list"}},
		{"broken rows", "a.csv", "question,answer\nWhat is A?,\"a\nWhat is B?,b\n,nothing\nWhat is C?,\"c\"c\nWhat is D?,d\n",
			[]string{"en What is B? = b", "en What is D? = d"}, []string{"bad-row:2", "bad-row:4", "bad-row:5"}},
		{"odd values", "a.csv", "question,answer,difficulty,lang,options,right\nWhat is A?,a,brutal,fr,x;y,7\n",
			[]string{"en What is A? = a [ ] x|[ ] y"}, []string{"bad-value:2"}},
		{"options by letter", "a.csv", "문제,보기1,보기2,보기3,정답\nUDP를 쓰는 것은?,SSH,DNS,HTTP,B\n", []string{"ko UDP를 쓰는 것은? = DNS [ ] SSH|[x] DNS|[ ] HTTP"}, nil},
		{"options with marks", "a.csv", "question,options,explanation\nWhich is UDP?,\"[ ] SSH\n[x] DNS\",no\n", []string{"en Which is UDP? = DNS [ ] SSH|[x] DNS"}, nil},
		{"numbers are no IDs", "a.csv", "id,question,answer\n1,What is A?,a\n", []string{"en What is A? = a"}, nil},
		{"a table of Anki's in a file for tables", "a.csv", "#separator:comma\n#html:true\n#tags column:3\nWhat is A?,<b>a</b>,x::y_z\n", []string{"en What is A? = **a** #x#y z"}, nil},
		{"Anki's text", "a.txt", "#separator:tab\n#html:false\nWhat is <b>?\ta & b\n", []string{"en What is \\<b>? = a & b"}, nil},
		{"notes in .txt", "a.txt", "## What is A?\n\na\n", []string{"en What is A? = a"}, nil},

		{"objects", "a.json", `[{"question": "What is A?", "answer": "a", "tags": ["x"], "followUps": ["Why?"]}, {"front": "JWT", "back": "token"}, 7]`,
			[]string{"en What is A? = a #x +Why?", "en JWT = token term"}, nil},
		{"below a key", "a.json", `{"title": "x", "questions": [{"q": "What is A?", "a": "a", "options": ["a", "b"], "correct": 1}]}`,
			[]string{"en What is A? = a [x] a|[ ] b"}, nil},
		{"the answer is an option", "a.json", `[{"question": "Which one?", "choices": ["x; y", "z"], "answer": "z"}]`, []string{"en Which one? = z [ ] x; y|[x] z"}, nil},
		{"a program's package", "package.json", `{"name": "x", "scripts": {"test": "y"}, "dependencies": {}}`, nil, []string{"no-list"}},
		{"lines", "a.jsonl", "{\"question\": \"What is A?\"}\n\n{broken\n{\"question\": \"What is B?\", \"difficulty\": \"easy\"}\n",
			[]string{"en What is A? = ", "en What is B? =  easy"}, []string{"no-answer:1", "bad-row:3", "no-answer:4"}},
		{"broken JSON", "a.json", "[\n{\"question\": \"What is A?\",}\n]", nil, []string{"damaged:2"}},
		{"deep JSON", "a.json", strings.Repeat("[", 5000) + strings.Repeat("]", 5000), nil, []string{"damaged"}},
		{"own, unsound", "a.jsonl", `{"id":"a","texts":[{"lang":"en","prompt":"Which?","options":["x"],"right":[3],"file":"n.md","line":4},{"lang":"en","prompt":"Again?"}]}`,
			[]string{"en Which? =  [ ] x"}, []string{"bad-value:1", "no-answer:4"}},

		{"list in YAML", "a.yaml", "- question: What is A in YAML?\n  answer: |\n    letters\n    - b\n  topics: [x, y]\n- 질문: 가란?\n  답: 나\n",
			[]string{"en What is A in YAML? = letters\n- b #x#y", "ko 가란? = 나"}, nil},
		{"mapping in YAML", "a.yml", "What is A?: a\nWhat is B?: b\n", []string{"en What is A? = a", "en What is B? = b"}, nil},
		{"configuration", "a.yml", "version: 3\nservices:\n  web:\n    image: x\n", nil, []string{"no-list"}},
		{"broken YAML", "a.yml", "a: [\nb: c", nil, []string{"damaged:2"}},
		{"aliases", "a.yml", "a: &a [x, x]\nb: &b [*a, *a]\nquestions:\n- question: What is A?\n  answer: &t text\n- question: What is B?\n  answer: *t\n",
			[]string{"en What is A? = text", "en What is B? = text"}, nil},
		{"binary", "a.json", "\x89PNG\x00", nil, []string{"not-text"}},
		{"a document of another program", "a.csv", "PK\x03\x04rest", nil, []string{"damaged"}},
	}
	for _, tt := range tests {
		t.Run(tt.title, func(t *testing.T) {
			t.Parallel()
			n := readNamed(t, tt.name, []byte(tt.data))
			var got, warnings []string
			for _, q := range n.Questions {
				got = append(got, brief(q))
			}
			for _, w := range n.Warnings {
				warnings = append(warnings, warned(w))
			}
			if !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
			if !reflect.DeepEqual(warnings, tt.warnings) {
				t.Errorf("warnings %v, want %v", warnings, tt.warnings)
			}
		})
	}
}

// packageOf is an Anki package of the notes.
func packageOf(t testing.TB, kind string, fields []string, notes ...anki.Note) []byte {
	t.Helper()
	var b bytes.Buffer
	p := anki.Package{Deck: "Course::Networks", Type: kind, Fields: fields, Notes: notes, At: exportedAt}
	if err := anki.Write(&b, p); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestReadForeignPackage(t *testing.T) {
	t.Parallel()
	file := packageOf(t, "Basic+", []string{"Front", "Back", "Extra", "Source"},
		anki.Note{GUID: "g&1", Tags: []string{"net::tcp_ip", "leech"}, Fields: []anki.Field{{Value: "What is <i>TCP</i>?"}, {Value: `a<br><img src="p.png">`},
			{Value: "<ul><li>more</li></ul>"}, {Value: "https://example.org"}}},
		anki.Note{GUID: "g2", Fields: []anki.Field{{Value: "<img src='only.png'>"}, {Value: "x"}, {Value: ""}, {Value: ""}}})
	n := readNamed(t, "a.apkg", file)
	if len(n.Questions) != 1 || len(n.Warnings) != 1 || warned(n.Warnings[0]) != "bad-row:2" { // A picture alone cannot be asked in words.
		t.Fatalf("%d questions, warnings %v", len(n.Questions), n.Warnings)
	}
	want := "en What is *TCP*? = a\n![](p.png)\n\n**Extra:** - more #Course#Networks#net#tcp ip <https://example.org>"
	if got := brief(n.Questions[0]); got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	again := readNamed(t, "b.apkg", file)
	if !validID(n.Questions[0].ID) || n.Questions[0].ID != again.Questions[0].ID {
		t.Errorf("IDs %q and %q", n.Questions[0].ID, again.Questions[0].ID)
	}
}

func TestReadClozes(t *testing.T) {
	t.Parallel()
	src := "#separator:tab\n#html:true\n#notetype:Cloze\n{{c1::TCP::protocol}} keeps {{c2::order}}.\tSee the RFC.\n"
	n := readNamed(t, "a.txt", []byte(src))
	want := []string{
		"en […: protocol] keeps order. = **TCP** keeps order.\n\nSee the RFC. term",
		"en TCP keeps […]. = TCP keeps **order**.\n\nSee the RFC. term",
	}
	for i, q := range n.Questions {
		if i >= len(want) || strings.TrimSuffix(brief(q), " term") != strings.TrimSuffix(want[i], " term") {
			t.Errorf("got %q", brief(q))
		}
	}
	if len(n.Questions) != 2 {
		t.Errorf("%d questions: %v", len(n.Questions), n.Warnings)
	}
}

// TestEditedInAnki changes fields of a note that the bank wrote, as somebody would in Anki.
func TestEditedInAnki(t *testing.T) {
	t.Parallel()
	q := Question{ID: "tcp", Difficulty: Hard, Texts: []Text{{Lang: English, Prompt: "What is `TCP`?", Answer: "a | b\n\n1. x", Options: []string{"one", "two"},
		Right: []int{1}, FollowUps: []string{"Why?"}, Source: "https://example.org/a", Topics: []string{"Net work"}}}}
	text := string(written(t, AnkiText, Export{Questions: []Question{q}, At: exportedAt}))
	read := func(text string) Question {
		n := readNamed(t, "a.txt", []byte(text))
		if len(n.Questions) != 1 {
			t.Fatalf("%d questions: %v", len(n.Questions), n.Warnings)
		}
		return placeless(n.Questions[0])
	}
	if got := read(text); !reflect.DeepEqual(got, q) {
		t.Errorf("unchanged: got %+v", got)
	}
	edited := strings.NewReplacer("What is <code>TCP</code>?", "What is <b>TCP</b> for?", "<li>Why?</li>", "<li>Why?</li><li>How?</li>").Replace(text)
	want := q
	want.Texts = []Text{q.Texts[0]}
	want.Texts[0].Prompt, want.Texts[0].FollowUps = "What is **TCP** for?", []string{"Why?", "How?"}
	if got := read(edited); !reflect.DeepEqual(got, want) {
		t.Errorf("edited:\n got %+v\nwant %+v", got, want)
	}
}

// TestRefusedByName holds that a file that was named itself is an error which says why, and that a folder goes on.
func TestRefusedByName(t *testing.T) {
	t.Parallel()
	dir := write(t, map[string]string{
		"good.md": "## What is A?\n\na\n", "bomb.apkg": "not a zip", "conf.yaml": "a: b\n", "b.json": "[1,\n2", "x.csv": "\xff\xff\xff",
		"big.yaml": "- question: What?\n" + strings.Repeat("#\n", maxYAML/2),
	})
	for name, want := range map[string]string{
		"bomb.apkg": "read bomb.apkg: not an Anki package, or a damaged one: zip: not a valid zip file",
		"conf.yaml": "read conf.yaml: it holds no list of questions", "b.json": "read b.json:2: it is damaged or not what its name says",
		"x.csv": "read x.csv: not text", "big.yaml": "read big.yaml: too large: the most is 2 MiB",
	} {
		if _, err := Load(Source{FS: os.DirFS(dir), Root: name}); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", name, err, want)
		}
	}
	n, err := Load(Source{FS: os.DirFS(dir), Root: "."})
	if err != nil || len(n.Questions) != 1 || n.Files != 1 || len(n.Warnings) != 5 {
		t.Errorf("%d questions of %d files, %v, %v", len(n.Questions), n.Files, n.Warnings, err)
	}
}

// TestDocumentIsEdited goes on writing in a document of the bank, as people do.
func TestDocumentIsEdited(t *testing.T) {
	t.Parallel()
	src := "---\nformat: rewind\nlang: en\ntopics: All\ndifficulty: hard\n---\nSome words on top.\n\n# Net\n\n## TCP\n<!-- quiz: id=tcp term -->\n\nIt keeps order.\n\n" +
		"## What is UDP?\n\n- [ ] a\n- [x] b\n\n### Answer\n\nIt does not.\n\nFollow-ups:\n\n- Why?\n\n### Team answers\n\n> no\n\n" +
		"## Out\n<!-- quiz: skip -->\n\nx\n\n## Odd\n<!-- quiz: id=öd -->\n\ny\n"
	n := readNamed(t, "a.md", []byte(src))
	want := []string{
		"en TCP = It keeps order. #All#Net term hard",
		"en What is UDP? = It does not. #All#Net [ ] a|[x] b +Why? hard",
		"en Odd = y #All#Net hard",
	}
	var got []string
	for _, q := range n.Questions {
		got = append(got, brief(q))
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if len(n.Warnings) != 1 || n.Warnings[0].Code != BadMark {
		t.Errorf("warnings %v", n.Warnings)
	}
}

// TestLargeDocument reads back a bank that is larger than any note may be.
func TestLargeDocument(t *testing.T) {
	t.Parallel()
	q := Question{ID: "a", Texts: []Text{{Lang: English, Prompt: "What is long?", Answer: strings.Repeat("word\n", maxFile/6)}}}
	other := q
	other.ID, other.Texts = "b", []Text{{Lang: English, Prompt: "What is long, too?", Answer: q.Texts[0].Answer}}
	if got := checkLaw(t, Markdown, Export{Questions: []Question{q, other}}); len(got) != 2 {
		t.Errorf("%d questions", len(got))
	}
}

func TestGuardedCells(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", "a", "=1+1", "'=1", "''-x", "-", "@x", "+1", "\tx", "'a", "it's"} {
		g := guarded(s)
		if g != "" && strings.ContainsRune("=+-@\t", rune(g[0])) {
			t.Errorf("%q is a formula", g)
		}
		if back := unguarded(g); back != s {
			t.Errorf("%q came back as %q", s, back)
		}
	}
}

// What a list has beyond what is kept is not lost in silence.
func TestTooManyItemsAreReported(t *testing.T) {
	t.Parallel()
	for _, count := range []int{maxItems, maxItems + 1} {
		options := strings.Repeat(`"x",`, count-1) + `"y"`
		src := `[{"question": "Which of these?", "options": [` + options + `]}]`
		got, err := Load(Source{FS: fstest.MapFS{"a.json": {Data: []byte(src)}}, Root: "a.json"})
		if err != nil || len(got.Questions) != 1 || len(got.Questions[0].Texts[0].Options) != maxItems {
			t.Fatalf("%d: %v %+v", count, err, got.Questions)
		}
		if reported := len(got.Warnings) > 0 && got.Warnings[0].Code == BadValue; reported != (count > maxItems) {
			t.Errorf("%d: warned of %+v", count, got.Warnings)
		}
	}
}
