package questions

import (
	"reflect"
	"slices"
	"strings"
	"testing"
)

// canonical is the form in which questions are written out. Reading it must give back every part.
const canonical = `---
lang: en
topics: [Networks]
difficulty: medium
---

# Transport

## What is a port number for?
<!-- quiz: id=port-numbers difficulty=easy -->

It tells the programs of one host apart.

- One port, one listener.

Follow-ups:

- Why can two programs not listen on one port?
- Which ports need a privilege?

Source: https://www.rfc-editor.org/rfc/rfc6335

## Which of these run over UDP?
<!-- quiz: id=over-udp -->

Think of what happens below:

` + "```sh\ndig example.org\n```" + `

- [ ] SSH
- [x] DNS
- [x] QUIC

### Answer

DNS falls back to TCP for long answers.

### Team answers

- It was QUIC for us. Is this a question?

## Which one is a file system?

- [ ] grep
- [x] ext4

## Which one would you take?

- [ ] this
- [ ] that
`

func TestReadCanonicalForm(t *testing.T) {
	t.Parallel()
	cards, warnings, _ := read("note.md", canonical)
	topics := []string{"Networks", "Transport"}
	want := []cutCard{
		{"port-numbers", Easy, Text{Lang: English, Prompt: "What is a port number for?", Topics: topics, Line: 9,
			Answer:    "It tells the programs of one host apart.\n\n- One port, one listener.",
			FollowUps: []string{"Why can two programs not listen on one port?", "Which ports need a privilege?"},
			Source:    "https://www.rfc-editor.org/rfc/rfc6335"}},
		{"over-udp", Medium, Text{Lang: English, Topics: topics, Line: 23,
			Prompt:  "Which of these run over UDP?\n\nThink of what happens below:\n\n```sh\ndig example.org\n```",
			Options: []string{"SSH", "DNS", "QUIC"}, Right: []int{1, 2},
			Answer: "DNS, QUIC\n\nDNS falls back to TCP for long answers."}},
		{"", Medium, Text{Lang: English, Prompt: "Which one is a file system?", Topics: topics, Line: 44,
			Options: []string{"grep", "ext4"}, Right: []int{1}, Answer: "ext4"}},
		{"", Medium, Text{Lang: English, Prompt: "Which one would you take?", Topics: topics, Line: 49, Options: []string{"this", "that"}}},
	}
	if len(warnings) > 0 {
		t.Errorf("warnings: %v", warnings)
	}
	for i := range max(len(cards), len(want)) {
		if i >= len(cards) || i >= len(want) {
			t.Fatalf("%d cards, want %d", len(cards), len(want))
		}
		cards[i].text.File = ""
		if !reflect.DeepEqual(cards[i], want[i]) {
			t.Errorf("card %d\n got %+v\nwant %+v", i, cards[i], want[i])
		}
	}
}

// What is written under "Answer" may begin with the right options already, as it does when a bank was written out.
func TestReadCanonicalAgain(t *testing.T) {
	t.Parallel()
	cards, _, _ := read("note.md", "## 다음 중 UDP 위에서 동작하는 것은?\n\n- [ ] SSH\n- [x] DNS\n\n### 답\n\nDNS\n\n긴 응답은 TCP로 받는다.\n\n꼬리 질문:\n\n- 왜 그런가요?\n\n출처: https://example.org/dns\n")
	if len(cards) != 1 {
		t.Fatalf("%d cards", len(cards))
	}
	got := cards[0].text
	if got.Answer != "DNS\n\n긴 응답은 TCP로 받는다." || !slices.Equal(got.FollowUps, []string{"왜 그런가요?"}) || got.Source != "https://example.org/dns" {
		t.Errorf("got %+v", got)
	}
}

func TestWhole(t *testing.T) {
	t.Parallel()
	text := Text{Prompt: "Which?\n\n```\nx\n```", Options: []string{"one", "two\nlines"}}
	if got, want := text.Whole(), "Which?\n\n```\nx\n```\n\n- A: one\n- B: two\n  lines"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := (Text{Prompt: "Why?"}).Whole(); got != "Why?" {
		t.Errorf("without options: %q", got)
	}
}

func TestReadMarkWords(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, src, want string // prompts with difficulties
		bad, skipped    int
	}{
		{"skip a heading and its parts", "## What is A?\nx\n## What is B?\n<!-- quiz: skip -->\ny\n### Why B?\nz\n## What is C?\nw\n", "What is A? What is C?", 0, 0},
		{"skip a chapter", "# One\n<!-- quiz: skip -->\n## What is A?\nx\n# Two\n## What is B?\ny\n", "What is B?", 0, 0},
		{"skip an item", "- What is A?\n  - x\n- What is B? <!-- quiz: skip -->\n  - y\n- What is C?\n  - z\n", "What is A? What is C?", 0, 0},
		{"skip a plain line", "What is A?\nx\n\nWhat is B? <!-- quiz: skip -->\ny\n\nWhat is C?\nz\n", "What is A? What is C?", 0, 0},
		{"skip the file", "\n<!-- quiz: skip -->\n# Diary\n## What is A?\nx\n", "", 0, 1},
		{"skip the file below front matter", "---\nlang: en\n---\n<!-- quiz: skip -->\n## What is A?\nx\n", "", 0, 1},
		{"a question that does not look like one", "## What is A?\nx\n\nThe war story <!-- quiz: question -->\n\ny\n## What is B?\nz\n", "What is A? The war story What is B?", 0, 0},
		{"difficulties", "---\ndifficulty: easy\n---\n## What is A? <!-- quiz: difficulty=hard -->\nx\n## What is B?\ny\n", "What is A?=hard What is B?=easy", 0, 0},
		{"several words", "## A\n<!-- quiz: question id=a difficulty=MEDIUM -->\nx\n", "A=medium", 0, 0},
		{"two comments", "## A\n<!-- quiz: id=a -->\n<!-- quiz: difficulty=easy -->\nx\n", "A=easy", 0, 0},
		{"unknown word", "## What is A?\n<!-- quiz: skp -->\nx\n", "What is A?", 1, 0},
		{"unknown difficulty", "## What is A?\n<!-- quiz: id=a difficulty=brutal -->\nx\n", "What is A?", 1, 0},
		{"both", "## What is A?\n<!-- quiz: skip question -->\nx\n", "What is A?", 1, 0},
		{"difficulty of no card", "# Title\n<!-- quiz: difficulty=easy -->\n## What is A?\nx\n## What is B?\ny\n", "What is A? What is B?", 1, 0},
		{"difficulty twice", "## What is A?\n<!-- quiz: difficulty=easy -->\n<!-- quiz: difficulty=hard -->\nx\n", "What is A?=easy", 1, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			cards, warnings, _ := read("note.md", tt.src)
			var got []string
			for _, c := range cards {
				s := c.text.Prompt
				if c.difficulty != "" {
					s += "=" + string(c.difficulty)
				}
				got = append(got, s)
			}
			if got := strings.Join(got, " "); got != tt.want {
				t.Errorf("cards %q, want %q", got, tt.want)
			}
			if bad, skipped := count(warnings, BadMark), count(warnings, Skipped); bad != tt.bad || skipped != tt.skipped {
				t.Errorf("%d bad marks, %d skipped: %v", bad, skipped, warnings)
			}
		})
	}
}

func TestReadFrontDifficulty(t *testing.T) {
	t.Parallel()
	_, warnings, _ := read("note.md", "---\ndifficulty: brutal\n---\n## What is A?\nx\n")
	if count(warnings, BadFrontMatter) != 1 {
		t.Errorf("warnings %v", warnings)
	}
}

// The same stem with other options, or other code, is another question.
func TestLoadKeepsCardsThatShareAStem(t *testing.T) {
	t.Parallel()
	const src = "## What is printed?\n- A: 1\n- B: 2\n\nAnswer: A\n## What is printed?\n- A: 3\n- B: 2\n\nAnswer: B\n## What is printed?\n- A: 1\n- B: 2\n\nAnswer: A\n"
	notes := loadOne(src)
	if len(notes.Questions) != 2 || count(notes.Warnings, Duplicate) != 1 {
		t.Errorf("%d questions, warnings %v", len(notes.Questions), notes.Warnings)
	}
}
