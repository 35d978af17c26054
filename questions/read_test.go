package questions

import (
	"slices"
	"strings"
	"testing"
)

// found is a card as the tables below write it.
type found struct{ prompt, answer, topics string }

func cardsOf(src string) []found {
	cards, _, _ := read("note.md", src)
	var all []found
	for _, c := range cards {
		all = append(all, found{c.text.Prompt, c.text.Answer, strings.Join(c.text.Topics, " > ")})
	}
	return all
}

func TestReadShapes(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, src string
		want      []found
	}{
		{"nothing", "", nil},
		{"a letter home", "We went to the sea.\n\nIt was cold.\n", nil},
		{"headings", "# Net\n## What is TCP?\nA protocol.\n## Is UDP reliable?\nNo.\n", []found{
			{"What is TCP?", "A protocol.", "Net"}, {"Is UDP reliable?", "No.", "Net"}}},
		// The title asks too; what stands deeper is no topic of it.
		{"mixed depths", "# Explain DNS\nNames.\n## How is it cached?\nBy time.\n", []found{
			{"Explain DNS", "Names.", ""}, {"How is it cached?", "By time.", ""}}},
		{"parts of a term", "## Deadlock\n### Definition\nA circle.\n### Example\nTwo forks.\n## Mutex\n### Definition\nA lock.\n", []found{
			{"Deadlock", "### Definition\nA circle.\n### Example\nTwo forks.", ""}, {"Mutex", "### Definition\nA lock.", ""}}},
		// The middle heading groups: the others of its level ask.
		{"group at the level of questions", "## What is A?\nx\n## Loops\n## What is B?\ny\n## What is C?\nz\n", []found{
			{"What is A?", "x", ""}, {"What is B?", "y", "Loops"}, {"What is C?", "z", "Loops"}}},
		// The author left an answer open; nobody's heading is lost.
		{"open term among questions", "# Databases\n## What does an index cost?\nx\n# Network\n## TCP\n-\n## What happens in a TLS handshake?\ny\n", []found{
			{"What does an index cost?", "x", "Databases"}, {"TCP", "", "Network"}, {"What happens in a TLS handshake?", "y", "Network"}}},
		{"open term, blank lines", "# 네트워크\n## TCP란?\nx\n\n## UDP\n\n-\n\n## HTTP란?\ny\n", []found{
			{"TCP란?", "x", "네트워크"}, {"UDP", "", "네트워크"}, {"HTTP란?", "y", "네트워크"}}},
		{"term with text among questions", "# N\n## What is A?\nx\n## TCP\ny\n### Definition\nz\n## What is B?\nw\n", []found{
			{"What is A?", "x", "N"}, {"TCP", "y\n### Definition\nz", "N"}, {"What is B?", "w", "N"}}},
		// Two in a row group nothing, and nor does the last.
		{"bare terms in a row", "## What is A?\nx\n## TCP\n## UDP\n## What is B?\ny\n## Why C?\nz\n## Why D?\nw\n## QUIC\n", []found{
			{"What is A?", "x", ""}, {"TCP", "", ""}, {"UDP", "", ""}, {"What is B?", "y", ""}, {"Why C?", "z", ""}, {"Why D?", "w", ""}, {"QUIC", "", ""}}},
		// Another depth in every chapter: each stands for itself.
		{"terms deeper than questions", "# D\n## What is A?\nx\n# N\n### TCP\n-\n### What is B?\ny\n### UDP\nz\n", []found{
			{"What is A?", "x", "D"}, {"TCP", "", "N"}, {"What is B?", "y", "N"}, {"UDP", "z", "N"}}},
		{"nothing but open terms", "# Network\n## TCP\n-\n## UDP\n-\n", []found{{"TCP", "", "Network"}, {"UDP", "", "Network"}}},
		{"unfilled parts", "## JWT\n### Definition\n-\n### Example\n-\n", []found{{"JWT", "", ""}}},
		// A part that is only a sign is not left open.
		{"part of one sign", "## And\n### Example\n```\n&&\n```\n## Or\n### Example\n```\n||\n```\n", []found{
			{"And", "### Example\n```\n&&\n```", ""}, {"Or", "### Example\n```\n||\n```", ""}}},
		{"open item among items that ask", "# D\n- What is A?\n  - x\n# N\n- TCP\n  -\n- What is B?\n  - y\n", []found{
			{"What is A?", "- x", "D"}, {"TCP", "", "N"}, {"What is B?", "- y", "N"}}},
		// The author puts answers inside the items, so that the other items are no answers.
		{"items that rarely ask", "# N\n- TCP\n  - x\n- UDP\n  -\n- QUIC\n  - y\n- What is B?\n  - z\n", []found{
			{"TCP", "- x", "N"}, {"UDP", "", "N"}, {"QUIC", "- y", "N"}, {"What is B?", "- z", "N"}}},
		{"answers in the next items", "- What is A?\n- x\n- y\n- What is B?\n- z\n- w\n", []found{
			{"What is A?", "- x\n- y", ""}, {"What is B?", "- z\n- w", ""}}},
		{"items that group", "- Databases\n  - What is A?\n    - x\n- Network\n  - TCP\n    -\n  - What is B?\n    - y\n", []found{
			{"What is A?", "- x", "Databases"}, {"TCP", "", "Network"}, {"What is B?", "- y", "Network"}}},
		{"labels", "Q. Why cache\nA. To be fast.\nQ. Why not\nA. It goes stale.\n", []found{
			{"Why cache", "To be fast.", ""}, {"Why not", "It goes stale.", ""}}},
		{"Korean labels", "질문 1: 스레드 풀\n답변: 미리 만든 스레드\n\n질문 2: 커넥션 풀\n답변:\n- 미리 만든 연결\n", []found{
			{"스레드 풀", "미리 만든 스레드", ""}, {"커넥션 풀", "- 미리 만든 연결", ""}}},
		{"answer heading", "## What is Go?\n#### Answer\nA language.\n## Who made it?\n#### Answer\nPeople.\n", []found{
			{"What is Go?", "A language.", ""}, {"Who made it?", "People.", ""}}},
		// "A." is an option here, not the label of the answer, and nothing says which is right.
		{"options", "## Which is faster?\nA. This\nB. That\n## Which is newer?\nA. That\nB. This\n", []found{
			{"Which is faster?", "", ""}, {"Which is newer?", "", ""}}},
		{"bold lines", "**What is X? 👶**\n\nA letter.\n\n**Explain Y**\n\nAnother.\n\n**Why is Z last?**\n\nHabit.\n\n**Z versus W**\n\nOne more.\n",
			[]found{{"What is X?", "A letter.", ""}, {"Explain Y", "Another.", ""}, {"Why is Z last?", "Habit.", ""}, {"Z versus W", "One more.", ""}}},
		{"underlined headings", "What is a heap?\n===============\nA tree.\n\nWhat is a stack?\n================\nA pile.\n", []found{
			{"What is a heap?", "A tree.", ""}, {"What is a stack?", "A pile.", ""}}},
		// The dashes are lines between cards; the answers are no headings.
		{"rules below answers", "## What is A?\nx\n---\n## What is B?\ny\n---\n", []found{
			{"What is A?", "x", ""}, {"What is B?", "y", ""}}},
		{"rule between question and answer", "### Q. What is A?\n---\n- x\n\n### Q. What is B?\n---\n- y\n", []found{
			{"What is A?", "- x", ""}, {"What is B?", "- y", ""}}},
		{"question in a fence", "## What prints this?\n```sh\n# What is this?\n```\n## What else?\nNothing.\n", []found{
			{"What prints this?", "```sh\n# What is this?\n```", ""}, {"What else?", "Nothing.", ""}}},
		// No blank line before the second question, but the sentence above it is over.
		{"missing blank line", "What is A?\nIt is x.\nIt is y.\nWhat is B?\nIt is z.\n\nWhat is C?\nIt is w.\n", []found{
			{"What is A?", "It is x.\nIt is y.", ""}, {"What is B?", "It is z.", ""}, {"What is C?", "It is w.", ""}}},
		{"contents and asides", "# Title\n## Contents\n- [What is A?](#a)\n- [What is B?](#b)\n## What is A?\nx\n## What is B?\ny\n## License\nFree.\n", []found{
			{"What is A?", "x", "Title"}, {"What is B?", "y", "Title"}}},
		{"byte order mark and CRLF", "\ufeff## What is A?\r\nx\r\n\r\ny\r\n", []found{{"What is A?", "x\n\ny", ""}}},
		{"comment", "## What is A?\nx\n\n<!-- later:\nmore -->\n\ny `<!-- z -->`\n", []found{{"What is A?", "x\n\n\n\n\ny `<!-- z -->`", ""}}},
		{"hash of C#", "## What is C#?\nA language.\n", []found{{"What is C#?", "A language.", ""}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := cardsOf(tt.src); !slices.Equal(got, tt.want) {
				t.Errorf("cards\n got %q\nwant %q", got, tt.want)
			}
		})
	}
}

func TestReadEmptyAnswers(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, below string
		empty       bool
	}{
		{"nothing", "", true},
		{"dash", "-", true},
		{"bare bullets", "*\n*\n", true},
		{"link", "- [a talk](https://example.org/talk)", true},
		{"address", "https://example.org", true},
		{"image", "![](picture.png)", true},
		{"back to top", "> [Top](#top) | [Back](#back) | [Home](/)", true},
		{"label", "답변:", true},
		{"template", "A: TODO", true},
		{"reference", "참고: https://example.org", true},
		{"word", "No.", false},
		{"number", "42", false},
		{"code", "```\n&&\n```", false},
		{"sign", "`&&`", false},
		{"link and word", "See [a talk](https://example.org) on it", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := cardsOf("## What is A?\n" + tt.below + "\n\n## What is B?\nx\n")
			if len(got) != 2 {
				t.Fatalf("cards: %q", got)
			}
			if empty := got[0].answer == ""; empty != tt.empty {
				t.Errorf("answer %q, want empty %v", got[0].answer, tt.empty)
			}
		})
	}
}

func TestReadSource(t *testing.T) {
	t.Parallel()
	tests := []struct{ below, source, answer string }{
		{"x\n\nSource: https://example.org/a", "https://example.org/a", "x"},
		{"x\n출처: <https://example.org/a>", "https://example.org/a", "x"},
		{"x\n출처 : [글](https://example.org/a_(b))", "https://example.org/a_(b)", "x"},
		{"Source: https://example.org/a", "https://example.org/a", ""},
		// The only link of a card without an answer is worth keeping.
		{"- [글](https://example.org/a)", "https://example.org/a", ""},
		// Not the last line, not only an address, not the web: part of the answer.
		{"Source: https://example.org/a\nx", "", "Source: https://example.org/a\nx"},
		{"x\nSource: a book, https://example.org/a", "", "x\nSource: a book, https://example.org/a"},
		{"x\nSource: [here](#a)", "", "x\nSource: [here](#a)"},
	}
	for _, tt := range tests {
		cards, _, _ := read("note.md", "## What is A?\n"+tt.below+"\n")
		if len(cards) != 1 {
			t.Fatalf("%q: %d cards", tt.below, len(cards))
		}
		if got := cards[0].text; got.Source != tt.source || got.Answer != tt.answer {
			t.Errorf("%q: source %q, answer %q", tt.below, got.Source, got.Answer)
		}
	}
}

func TestReadTermsAndLanguages(t *testing.T) {
	t.Parallel()
	tests := []struct {
		src  string
		term bool
		lang Lang
	}{
		{"## JWT\nA token.\n", true, English},
		{"## JWT\n서명된 토큰이다.\n", true, Korean},
		{"## JWT\n-\n## CORS\n브라우저가 지키는 규칙이다.\n", true, Korean}, // Too short to tell: the note's language.
		{"## What is JWT\nA token.\n", false, English},
		{"## JWT에 대해 설명해주세요\nToken, signature, claims and more.\n", false, Korean},
		{"## Explain 한글\nThe Korean alphabet, made in the fifteenth century, with letters grouped into syllables.\n", false, English},
		{"---\nlang: ko\n---\n## JWT\nA token that a server has signed.\n", true, Korean},
		{"---\nlang: en_US\n---\n## JWT\n서명된 토큰이다.\n", true, English},
		{"---\nlang: de\n---\n## JWT\nEin Token.\n", true, English}, // Not ours: the letters decide.
	}
	for _, tt := range tests {
		cards, _, _ := read("note.md", tt.src)
		if len(cards) == 0 {
			t.Fatalf("%q: no cards", tt.src)
		}
		if got := cards[0].text; got.Term != tt.term || got.Lang != tt.lang {
			t.Errorf("%q: term %v, language %s", tt.src, got.Term, got.Lang)
		}
	}
}

func TestReadMarks(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, src, ids string
		bad            int
	}{
		{"below", "## Port\n<!-- quiz: id=port-1 -->\nx\n", "port-1=Port", 0},
		{"below a blank line", "## Port\n\n<!-- quiz: id=port-1 -->\n\nx\n", "port-1=Port", 0},
		{"at the end", "## Port <!-- quiz: id=port-1 -->\nx\n", "port-1=Port", 0},
		{"in a list", "- What is A? <!-- quiz: id=a -->\n  - x\n- What is B?\n  <!--quiz: id=b-->\n  - y\n", "a=What is A? b=What is B?", 0},
		{"plain lines", "A and B\n<!-- quiz: id=a-b -->\nx\n\nnot a question\n\nC and D\n<!-- quiz: id=c-d -->\ny\n", "a-b=A and B c-d=C and D", 0},
		// The deeper headings are parts of what the author marked, though they ask.
		{"marked heading with parts", "# T\n## Port\n<!-- quiz: id=p -->\n### What is it?\nx\n### Why is it there?\ny\n", "p=Port", 0},
		{"bad ID", "## Port\n<!-- quiz: id=a/b -->\nx\n", "=Port", 1},
		{"no ID", "## Port\n<!-- quiz: -->\nx\n", "=Port", 1},
		{"first line", "<!-- quiz: id=a -->\n## Port\nx\n", "=Port", 1},
		{"in a fence", "## Port\n```\n<!-- quiz: id=a -->\n```\n", "=Port", 0},
		{"address", "## https://example.org <!-- quiz: id=a -->\n## What is B?\nx\n", "=What is B?", 1},
		{"twice", "## Port\n<!-- quiz: id=a -->\n<!-- quiz: id=b -->\nx\n", "a=Port", 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			cards, warnings, _ := read("note.md", tt.src)
			var ids []string
			for _, c := range cards {
				ids = append(ids, c.id+"="+c.text.Prompt)
				if shown := c.text.Prompt + c.text.Answer; strings.Contains(shown, "quiz:") && tt.name != "in a fence" {
					t.Errorf("the comment shows: %q", shown)
				}
			}
			if got := strings.Join(ids, " "); got != tt.ids {
				t.Errorf("IDs %q, want %q", got, tt.ids)
			}
			if got := count(warnings, BadMark); got != tt.bad {
				t.Errorf("%d bad marks, want %d: %v", got, tt.bad, warnings)
			}
		})
	}
}

func count(warnings []Warning, code Code) int {
	n := 0
	for _, w := range warnings {
		if w.Code == code {
			n++
		}
	}
	return n
}

func TestReadFrontMatter(t *testing.T) {
	t.Parallel()
	const card = "## Port\nx\n"
	tests := []struct {
		name, src, topics string
		bad               int
	}{
		{"list", "---\ntopics: [Net, ' OSI ']\n---\n" + card, "Net > OSI", 0},
		{"text", "---\ntopics: Net\ntitle: x\n---\n" + card, "Net", 0},
		{"dots", "---\ntopics: Net\n...\n" + card, "Net", 0},
		{"before the headings' own", "---\ntopics: Net\n---\n# OSI\n## What is a port?\nx\n", "Net > OSI", 0},
		{"empty", "---\n---\n" + card, "", 0},
		{"other keys", "---\ntitle: x\n---\n" + card, "", 0},
		{"broken", "---\ntopics: [Net\n---\n" + card, "", 1},
		{"map of topics", "---\ntopics: {a: b}\n---\n" + card, "", 1},
		{"language that is a list", "---\nlang: [ko]\n---\n" + card, "", 1},
		{"a rule and text", "---\nGood morning\n---\n" + card, "", 0},
		{"never closed", "---\ntopics: Net\n" + card, "", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			cards, warnings, _ := read("note.md", tt.src)
			if len(cards) != 1 {
				t.Fatalf("%d cards", len(cards))
			}
			if got := strings.Join(cards[0].text.Topics, " > "); got != tt.topics {
				t.Errorf("topics %q, want %q", got, tt.topics)
			}
			if got := count(warnings, BadFrontMatter); got != tt.bad {
				t.Errorf("%d warnings, want %d", got, tt.bad)
			}
			if at := strings.Count(tt.src[:strings.LastIndex(tt.src, "## ")], "\n") + 1; cards[0].text.Line != at {
				t.Errorf("line %d, want %d", cards[0].text.Line, at)
			}
		})
	}
}

func TestCleanPrompt(t *testing.T) {
	t.Parallel()
	tests := []struct{ in, want string }{
		{"What is A?", "What is A?"},
		{"1. What is A?", "What is A?"},
		{"(12) What is A?", "What is A?"},
		{"Q3: What is A?", "What is A?"},
		{"**Q.** What is A?", "What is A?"},
		{"**1) 질문: A란?**", "A란?"},
		{"💁🏻 1-2 : A란?", "A란?"},
		{"1.자바란?", "자바란?"},
		{"[What is A?](https://example.org)", "What is A?"},
		{"What is A? - https://example.org/a", "What is A?"},
		{"`a` and *b*", "`a` and *b*"},
		// Numbers and letters that belong to the text.
		{"3-way handshake", "3-way handshake"},
		{"2.0 or 1.1", "2.0 or 1.1"},
		{"1.x and 2.x", "1.x and 2.x"},
		{"2024. A year", "2024. A year"},
		{"Q-learning", "Q-learning"},
		{"Q.E.D.", "Q.E.D."},
		{"문제 해결", "문제 해결"},
		{"???", ""},
	}
	for _, tt := range tests {
		if got := cleanPrompt(tt.in, true); got != tt.want {
			t.Errorf("cleanPrompt(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestAsks(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		"What is A?", "A란?", "Why (and when)?", "A는 무엇인가", "A에 대해 설명해주세요.", "Explain A.", "What is A",
		"Frage: A", "A and B？（easy）", "**What is A? 👶**", "A? ->", "A是什么",
	} {
		if !asks(s) {
			t.Errorf("asks(%q) is false", s)
		}
	}
	for _, s := range []string{
		"A", "A is B.", "What is left is A.", "A는 B이다.", "Explain:", "A vs B", "본인의 기준(왜??)", "", "?", "사용하세요.",
	} {
		if asks(s) {
			t.Errorf("asks(%q) is true", s)
		}
	}
}
