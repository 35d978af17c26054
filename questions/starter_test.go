package questions

import (
	"fmt"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// starterMust lists the questions every release of the bank asks; the bank may hold more.
var starterMust = []string{
	"port-numbers", "http-headers", "ftp-ssh", "distributed-systems", "database-locks", "vpn", "serverless", "docker",
	"celery-task-queues", "sync-async", "jwt", "oauth2", "jwt-oauth2", "bcrypt", "django", "orm", "normalisation",
	"deployment", "container-image", "docker-vm", "cors", "osi-layers",
}

func loadStarter(t *testing.T) Notes {
	t.Helper()
	n, err := Starter()
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestStarterIsReadWithoutWarnings(t *testing.T) {
	t.Parallel()
	n := loadStarter(t)
	for _, w := range n.Warnings {
		t.Errorf("%s:%d: %s: %q (other: %s)", w.File, w.Line, w.Code, w.Prompt, w.Other)
	}
	if len(n.Questions) < 150 {
		t.Errorf("%d questions, want at least 150", len(n.Questions))
	}
}

func TestStarterIDs(t *testing.T) {
	t.Parallel()
	plain := regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
	seen := map[string]bool{}
	for _, q := range loadStarter(t).Questions {
		if seen[q.ID] {
			t.Errorf("%s: the ID is there twice", q.ID)
		}
		if !plain.MatchString(q.ID) {
			t.Errorf("%q is not a plain ID", q.ID)
		}
		seen[q.ID] = true
	}
	for _, id := range starterMust {
		if !seen[id] {
			t.Errorf("%s is missing", id)
		}
	}
}

// Every question says how hard it is; an evening's beginner and somebody with ten years both find what they need.
func TestStarterDifficulties(t *testing.T) {
	t.Parallel()
	counts := map[Difficulty]int{}
	n := loadStarter(t)
	for _, q := range n.Questions {
		counts[q.Difficulty]++
	}
	for _, d := range []Difficulty{Easy, Medium, Hard} {
		if counts[d]*8 < len(n.Questions) {
			t.Errorf("%d of %d questions are %s", counts[d], len(n.Questions), d)
		}
	}
	if counts[Easy]+counts[Medium]+counts[Hard] != len(n.Questions) {
		t.Errorf("difficulties %v of %d questions", counts, len(n.Questions))
	}
}

// Every question stands in both languages, in files of the same name, so that a translator sees what belongs together.
func TestStarterIsBilingual(t *testing.T) {
	t.Parallel()
	for _, q := range loadStarter(t).Questions {
		en, ko := q.In(English), q.In(Korean)
		if len(q.Texts) != 2 || en.Lang != English || ko.Lang != Korean {
			t.Errorf("%s: %d texts, want one English and one Korean", q.ID, len(q.Texts))
			continue
		}
		if strings.TrimPrefix(en.File, "starter/en/") != strings.TrimPrefix(ko.File, "starter/ko/") {
			t.Errorf("%s stands in %s and %s", q.ID, en.File, ko.File)
		}
		if en.Source != ko.Source {
			t.Errorf("%s: sources differ: %s and %s", q.ID, en.Source, ko.Source)
		}
		if n := hangulLetters(en.Prompt + en.Answer); n > 0 {
			t.Errorf("%s: %d Hangul letters in the English text", q.ID, n)
		}
		if hangulLetters(ko.Answer) < 150 {
			t.Errorf("%s: the Korean answer is hardly Korean", q.ID)
		}
	}
}

func TestStarterTopics(t *testing.T) {
	t.Parallel()
	perTopic := map[string]int{}
	for _, q := range loadStarter(t).Questions {
		for _, text := range q.Texts {
			if len(text.Topics) != 1 {
				t.Errorf("%s:%d: topics %q, want one", text.File, text.Line, text.Topics)
			}
			perTopic[text.File]++
		}
	}
	for file, n := range perTopic {
		if n < 2 || n > 25 {
			t.Errorf("%s holds %d questions, want 2 to 25", file, n)
		}
	}
}

// A group is asked in this order: what the later topics build on comes first.
func TestStarterOrder(t *testing.T) {
	t.Parallel()
	want := []string{"network", "operating-systems", "algorithms", "databases", "web", "security", "go", "java", "javascript", "python",
		"system-design", "containers", "delivery", "behaviour"}
	var got []string
	n := loadStarter(t)
	for _, q := range n.Questions {
		name := strings.TrimSuffix(path.Base(q.In(English).File), ".md")
		if name = strings.TrimLeft(name, "0123456789-"); len(got) == 0 || got[len(got)-1] != name {
			got = append(got, name)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("topics in the order %q, want %q", got, want)
	}
	if first := n.Questions[0].ID; first != "port-numbers" {
		t.Errorf("the first question is %s, want port-numbers", first)
	}
}

// A bare term is asked as "Explain X." and "X에 대해 설명해 주세요.", which reads well for a name or an acronym, not for
// a noun that would need an article, a plural or a small letter. A new term is added here once both sentences sound right.
func TestStarterTerms(t *testing.T) {
	t.Parallel()
	terms := map[string]bool{"FTP vs SSH": true, "CORS": true, "JWT": true, "JWT vs OAuth 2.0": true, "ORM": true,
		"Docker": true, "Git rebase vs merge": true}
	for _, q := range loadStarter(t).Questions {
		for _, text := range q.Texts {
			if text.Term && !terms[text.Prompt] {
				t.Errorf("%s:%d: %q is not among the terms that can be asked bare", text.File, text.Line, text.Prompt)
			}
		}
	}
}

func TestStarterAnswers(t *testing.T) {
	t.Parallel()
	for _, q := range loadStarter(t).Questions {
		for _, text := range q.Texts {
			if why := answerFault(text); why != "" {
				t.Errorf("%s:%d: %s: %s", text.File, text.Line, q.ID, why)
			}
		}
	}
}

// answerFault says what is wrong with a reference answer, or nothing. English is measured in words, Korean, whose
// words are longer and fewer, in characters; both leave room for the words around an answer in one Discord message.
func answerFault(text Text) string {
	words, chars := len(strings.Fields(text.Answer)), utf8.RuneCountInString(text.Answer)
	switch {
	case text.Lang == English && (words < 45 || words > 160 || chars > 1200):
		return fmt.Sprintf("the answer is too short or too long: %d words", words)
	case text.Lang == Korean && (chars < 250 || chars > 800):
		return fmt.Sprintf("the answer is too short or too long: %d characters", chars)
	case strings.Count(text.Answer, "```")%2 != 0:
		return "a code fence is not closed"
	case lines(text.Answer) < 3 || lines(text.Answer) > 15:
		return fmt.Sprintf("the answer has %d lines, not 3 to 15", lines(text.Answer))
	case len(text.FollowUps) > 3:
		return "more than three follow-ups"
	case len(text.Options) == 1 || (len(text.Options) == 0) != (len(text.Right) == 0):
		return "options without a right one, or one option"
	case strings.Contains(text.Prompt+text.Answer, "quiz:"):
		return "the mark shows"
	}
	for _, ping := range []string{"@everyone", "@here", "<!", "<@"} {
		if strings.Contains(text.Prompt+text.Answer, ping) {
			return "it holds " + ping
		}
	}
	if tag := rawHTML.FindString(codeMarks.ReplaceAllString(text.Answer, "")); tag != "" {
		return "raw HTML: " + tag
	}
	if u, err := url.Parse(text.Source); err != nil || u.Scheme != "https" || u.Host == "" {
		return "the source is not an https link: " + text.Source
	}
	return ""
}

// lines counts the lines that are not blank.
func lines(s string) int {
	n := 0
	for l := range strings.Lines(s) {
		if strings.TrimSpace(l) != "" {
			n++
		}
	}
	return n
}

var (
	// codeMarks matches fenced code and code spans, in which an angle bracket is only a character.
	codeMarks = regexp.MustCompile("(?s)```.*?```|`[^`\n]*`")
	rawHTML   = regexp.MustCompile(`</?[A-Za-z][^>]*>?`)
)

// Each row is a fault the bank must not have; without them the checks above could pass by checking nothing.
func TestAnswerFault(t *testing.T) {
	t.Parallel()
	long := strings.Repeat(strings.Repeat("word ", 33)+"\n", 3)
	good := Text{Lang: English, Prompt: "Why?", Answer: long, Source: "https://example.com/why"}
	if why := answerFault(good); why != "" {
		t.Fatalf("a good answer is faulted: %s", why)
	}
	tests := []struct {
		name   string
		spoil  func(*Text)
		reason string
	}{
		{"short", func(x *Text) { x.Answer = "word" }, "too short"},
		{"long", func(x *Text) { x.Answer = long + long }, "too long"},
		{"two lines", func(x *Text) { x.Answer = strings.Replace(long, "\n", "", 1) }, "2 lines"},
		{"many lines", func(x *Text) { x.Answer = strings.ReplaceAll(long, "word word word ", "a\nb\n") }, "lines"},
		{"many follow-ups", func(x *Text) { x.FollowUps = []string{"a", "b", "c", "d"} }, "follow-ups"},
		{"one option", func(x *Text) { x.Options, x.Right = []string{"a"}, []int{0} }, "option"},
		{"no right option", func(x *Text) { x.Options = []string{"a", "b"} }, "option"},
		{"short Korean", func(x *Text) { x.Lang, x.Answer = Korean, "가" }, "too short"},
		{"open fence", func(x *Text) { x.Answer += "\n```sh\nls" }, "fence"},
		{"ping", func(x *Text) { x.Answer += "@everyone" }, "@everyone"},
		{"HTML", func(x *Text) { x.Answer += "<br>" }, "HTML"},
		{"HTML after a span", func(x *Text) { x.Answer += "`a` <b>b</b>" }, "HTML"},
		{"http", func(x *Text) { x.Source = "http://example.com" }, "https"},
		{"no source", func(x *Text) { x.Source = "" }, "https"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			bad := good
			tt.spoil(&bad)
			if why := answerFault(bad); !strings.Contains(why, tt.reason) {
				t.Errorf("fault %q, want one about %q", why, tt.reason)
			}
		})
	}
}

// hangulLetters counts the Korean letters in s.
func hangulLetters(s string) int {
	n := 0
	for _, r := range s {
		if unicode.Is(unicode.Hangul, r) {
			n++
		}
	}
	return n
}
