package questions

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
)

const (
	portNote  = "## What is a port?\n\nA number of 16 bits that names a program on a host, so that one address serves many of them.\n"
	lockNote  = "## What is a lock?\n\nA promise that nobody else changes a row or a table until the transaction that holds it ends.\n"
	indexNote = "## What is an index?\n\nAn order of some columns kept beside the table, so that a search need not read all rows of it.\n"
	koreanQ   = "## 데드락이 생기는 네 가지 조건은 무엇인가요?\n\n상호 배제, 점유와 대기, 비선점, 순환 대기가 모두 성립해야 합니다.\n"
)

// marked puts a mark below the heading of a note's first card.
func marked(note, id string) string {
	return strings.Replace(note, "\n", "\n<!-- quiz: id="+id+" -->\n", 1)
}

// readFiles reads notes by name.
func readFiles(t *testing.T, files map[string]string) []Question {
	t.Helper()
	notes := fstest.MapFS{}
	for name, text := range files {
		notes[name] = &fstest.MapFile{Data: []byte(text)}
	}
	n, err := Load(Source{FS: notes, Root: "."})
	if err != nil {
		t.Fatal(err)
	}
	return n.Questions
}

func TestMatch(t *testing.T) {
	t.Parallel()
	port, lock, index, korean := "What is a port?", "What is a lock?", "What is an index?", "데드락이 생기는 네 가지 조건은 무엇인가요?"
	derived := func(prompt string) string { return digest(promptKey(prompt)) }
	edit := strings.NewReplacer
	tests := []struct {
		name             string
		bank, gone, now  map[string]string
		want             string // how and ID of each question, in order
		left, stillThere int
	}{
		{"as it was", map[string]string{"a.md": portNote + lockNote}, nil, map[string]string{"a.md": portNote + lockNote},
			"same " + derived(port) + ", same " + derived(lock), 0, 0},
		{"lines added above", map[string]string{"a.md": portNote}, nil, map[string]string{"a.md": "# Notes\n\nWords.\n\n" + portNote},
			"moved " + derived(port), 0, 0}, // under a heading now
		{"a slip corrected", map[string]string{"a.md": edit("What is a lock", "What is a lokc").Replace(lockNote)}, nil,
			map[string]string{"a.md": lockNote}, "changed " + derived("What is a lokc?"), 0, 0},
		{"a slip in Korean", map[string]string{"a.md": edit("데드락", "대드락").Replace(koreanQ)}, nil,
			map[string]string{"a.md": koreanQ}, "changed " + derived("대드락이 생기는 네 가지 조건은 무엇인가요?"), 0, 0},
		{"another title", map[string]string{"a.md": lockNote + portNote}, nil,
			map[string]string{"a.md": edit("What is a lock", "How do databases keep writers apart").Replace(lockNote) + portNote},
			"changed " + derived(lock) + ", same " + derived(port), 0, 0},
		{"another answer", map[string]string{"a.md": lockNote + portNote}, nil, map[string]string{"a.md": "## What is a lock?\n\nSomething else.\n" + portNote},
			"changed " + derived(lock) + ", same " + derived(port), 0, 0},
		{"another file", map[string]string{"a.md": portNote + lockNote}, nil, map[string]string{"a.md": portNote, "b.md": lockNote},
			"same " + derived(port) + ", moved " + derived(lock), 0, 0},
		{"the first goes to the end", map[string]string{"a.md": portNote + lockNote + koreanQ}, nil, map[string]string{"a.md": lockNote + koreanQ + portNote},
			"same " + derived(lock) + ", same " + derived(korean) + ", moved " + derived(port), 0, 0},
		{"one comes and one goes", map[string]string{"a.md": portNote + lockNote}, nil, map[string]string{"a.md": portNote + koreanQ},
			"same " + derived(port) + ", new " + derived(korean), 1, 0},
		// What is asked is told by its subject, not by the words around it.
		{"another subject", map[string]string{"a.md": lockNote}, nil, map[string]string{"a.md": indexNote}, "new " + derived(index), 1, 0},
		{"another subject without answers", map[string]string{"a.md": "## What is a lock?\n## What is a port?\n"}, nil,
			map[string]string{"a.md": "## What is an index?\n## What is a socket?\n"}, "new " + derived(index) + ", new " + derived("What is a socket?"), 2, 0},

		// Edited beyond recognition, but in its place; the same elsewhere is another question.
		{"in its place", map[string]string{"a.md": portNote + lockNote + koreanQ}, nil,
			map[string]string{"a.md": portNote + "## What is a database lock?\n\nWriters wait.\n\n" + koreanQ},
			"same " + derived(port) + ", unsure " + derived(lock) + ", same " + derived(korean), 0, 0},
		{"not in its place", map[string]string{"a.md": lockNote + portNote + koreanQ}, nil,
			map[string]string{"a.md": portNote + koreanQ + "## What is a database lock?\n\nWriters wait.\n"},
			"same " + derived(port) + ", same " + derived(korean) + ", new " + derived("What is a database lock?"), 1, 0},
		{"another one in its place", map[string]string{"a.md": portNote + lockNote + koreanQ}, nil,
			map[string]string{"a.md": portNote + indexNote + koreanQ},
			"same " + derived(port) + ", new " + derived(index) + ", same " + derived(korean), 1, 0},

		// Marks.
		{"a mark and nothing else", map[string]string{"a.md": marked(lockNote, "x")}, nil,
			map[string]string{"a.md": marked(edit("lock", "port").Replace(portNote), "x")}, "changed x", 0, 0},
		{"marks against texts", map[string]string{"a.md": marked(lockNote, "x") + marked(portNote, "y")}, nil,
			map[string]string{"a.md": marked(lockNote, "y") + marked(portNote, "x")}, "changed y, changed x", 0, 0},
		{"a mark is added", map[string]string{"a.md": lockNote}, nil, map[string]string{"a.md": marked(lockNote, "x")}, "same " + derived(lock), 0, 0},
		{"a mark is taken away", map[string]string{"a.md": marked(lockNote, "x")}, nil, map[string]string{"a.md": lockNote}, "same x", 0, 0},
		{"a mark is renamed", map[string]string{"a.md": marked(lockNote, "x")}, nil, map[string]string{"a.md": marked(lockNote, "y")}, "same x", 0, 0},
		{"two marks say two", map[string]string{"a.md": marked(lockNote, "x")}, nil,
			map[string]string{"a.md": marked(edit("a lock", "the lock").Replace(lockNote), "y")}, "new y", 1, 0},
		{"marked with its own ID", map[string]string{"a.md": lockNote}, nil,
			map[string]string{"a.md": "## Something else?\n<!-- quiz: id=" + derived(lock) + " -->\n\nEntirely.\n"}, "changed " + derived(lock), 0, 0},

		// What left the bank.
		{"back", map[string]string{"a.md": portNote}, map[string]string{"b.md": lockNote}, map[string]string{"a.md": portNote, "b.md": lockNote},
			"same " + derived(port) + ", same back " + derived(lock), 0, 0},
		{"back in other words", map[string]string{"a.md": portNote}, map[string]string{"b.md": lockNote},
			map[string]string{"a.md": portNote, "b.md": edit("is a lock", "is a lock for").Replace(lockNote)},
			"same " + derived(port) + ", changed back " + derived(lock), 0, 0},
		{"away for good", map[string]string{"a.md": portNote}, map[string]string{"b.md": lockNote}, map[string]string{"a.md": portNote},
			"same " + derived(port), 0, 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			bank, now := readFiles(t, test.bank), readFiles(t, test.now)
			var gone []Question
			if test.gone != nil {
				gone = readFiles(t, test.gone)
			}
			m := Match(bank, gone, now)
			checkMatching(t, bank, gone, now, m)
			var got []string
			for _, c := range m.Changes {
				back := ""
				if c.Back {
					back = "back "
				}
				got = append(got, fmt.Sprint(c.How, " ", back, c.Now.ID))
			}
			if s := strings.Join(got, ", "); s != test.want {
				t.Errorf("got  %s\nwant %s", s, test.want)
			}
			if len(m.Left) != test.left || len(m.StillGone) != test.stillThere {
				t.Errorf("%d left and %d still gone, want %d and %d", len(m.Left), len(m.StillGone), test.left, test.stillThere)
			}
		})
	}
}

// A question never gets an ID that another one had: one that is asked in the words that a question once had, which since
// got others, is a new one.
func TestMatchNeverReusesAnID(t *testing.T) {
	t.Parallel()
	first := readFiles(t, map[string]string{"a.md": lockNote})
	retitled := strings.Replace(lockNote, "What is a lock", "How do databases keep writers apart", 1)
	second := Match(first, nil, readFiles(t, map[string]string{"a.md": retitled})).Questions()
	third := Match(second, nil, readFiles(t, map[string]string{"a.md": retitled + "\n## What is a lock?\n\nPart of a door.\n"})).Questions()
	if third[0].ID != first[0].ID || third[1].ID == first[0].ID {
		t.Errorf("IDs %s and %s, the question had %s", third[0].ID, third[1].ID, first[0].ID)
	}
	// It keeps that ID however often it is imported.
	again := Match(third, nil, readFiles(t, map[string]string{"a.md": retitled + "\n## What is a lock?\n\nPart of a door.\n"})).Questions()
	if again[1].ID != third[1].ID {
		t.Errorf("the new question is %s, then %s", third[1].ID, again[1].ID)
	}
}

// An exact text wins over likeness, and the best whole over the first best pair.
func TestMatchWhole(t *testing.T) {
	t.Parallel()
	text := func(prompt string) Question {
		return Question{ID: digest(promptKey(prompt)), Texts: []Text{{Lang: English, Prompt: prompt, File: "a.md"}}}
	}
	bank := []Question{text("How does a write-ahead log protect committed data?"), text("How does a write-ahead log protect all committed data?")}
	now := []Question{text("How does a write-ahead log protect all the committed data?"), text("How does a write-ahead log protect all committed data?")}
	m := Match(bank, nil, now)
	checkMatching(t, bank, nil, now, m)
	if m.Changes[0].Now.ID != bank[0].ID || m.Changes[1].Now.ID != bank[1].ID {
		t.Errorf("%s continues %s, %s continues %s", now[0].Texts[0].Prompt, m.Changes[0].Now.ID, now[1].Texts[0].Prompt, m.Changes[1].Now.ID)
	}
}
