package questions

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/text"
)

// corpus is a made-up note of about size bytes with headings, lists, fences and plain text.
func corpus(size int) string {
	var b strings.Builder
	for i := 0; b.Len() < size; i++ {
		fmt.Fprintf(&b, "## Topic %d\n\n### What is thing %d, and *why* does it matter?\n\n", i/10, i)
		fmt.Fprintf(&b, "A thing is `%d` of the [many](https://example.org/%d) things there are.\nIt holds other things.\n\n", i, i)
		fmt.Fprintf(&b, "- 첫째: 물건은 상자에 넣는다.\n  - 상자는 **튼튼**해야 한다.\n- 둘째: 이름표를 붙인다.\n\n```go\nthing := %d\n```\n\n", i)
	}
	return b.String()
}

// BenchmarkRead reads notes and has goldmark parse the same ones, inline marks included, by turns, so that a busy machine
// slows down both. of-goldmark is how much of goldmark's speed is left to the reader; twice-as-long is how many times
// longer a note of twice the size takes.
func BenchmarkRead(b *testing.B) {
	notes := benchNotes(b)
	half, whole := corpus(100<<10), corpus(200<<10)
	size := 0
	for _, src := range notes {
		size += len(src)
	}
	b.SetBytes(int64(size))
	var reading, parsing time.Duration
	short, long := time.Hour, time.Hour // The fastest of all, which was disturbed least.
	took := func(f func()) time.Duration {
		start := time.Now()
		f()
		return time.Since(start)
	}
	for b.Loop() {
		reading += took(func() {
			for _, src := range notes {
				read("note.md", src)
			}
		})
		parsing += took(func() {
			for _, src := range notes {
				goldmark.DefaultParser().Parse(text.NewReader([]byte(src)))
			}
		})
		short = min(short, took(func() { read("note.md", half) }))
		long = min(long, took(func() { read("note.md", whole) }))
	}
	b.ReportMetric(float64(parsing)/float64(reading), "of-goldmark")
	b.ReportMetric(float64(long)/float64(short), "twice-as-long")
}

// benchNotes are a made-up note, the notes of testdata, and those of REWIND_NOTES if it names a folder.
func benchNotes(b *testing.B) []string {
	notes := []string{corpus(200 << 10)}
	for _, pattern := range []string{"testdata/*.md", filepath.Join(os.Getenv("REWIND_NOTES"), "*.md")} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			b.Fatal(err)
		}
		for _, file := range files {
			src, err := os.ReadFile(file)
			if err != nil {
				b.Fatal(err)
			}
			notes = append(notes, string(src))
		}
	}
	return notes
}

// Runs of these tempt a reader into quadratic time. Time is compared with that of a quarter of the note, which says the
// same on a slow and on a busy machine: four times as much is linear, sixteen times quadratic. Not parallel: it measures.
func TestReadHostileNotesInLinearTime(t *testing.T) {
	const size = 64 << 10 // bytes
	for _, piece := range []string{
		">", "> ", "- ", "* * ", "1. ", "[", "[](", "](", "![", "*a ", "**", "`", "<", "<!--", "<!-- quiz: ", "-->",
		"- a\n", "> a\n", "\n- ", "\n\n", "```\n", "~~~ \n", "# \n", "#", "# Answers\n", "1. a?\n2. b?\n# Answers\n1. c\n2. d\n", "## What is a?\n## 락이란?\nb\n", "a?\n", "a\n-\n", "\t", " - a?\n\n", "|", ":a", "http://", "q", "Q. ",
		"## What?\n", "- What?\n", "What is a?\n\nx\n\n", "가", "<details>\n", "(", "**a?**\n\n", "\\",
		"<details><summary>a?</summary>\n", "<details>\n<summary>a?\n", "</details>\n", "<ul><li>", "<p>\n", "  </p>\n", "<b>a</b> ", "<b></i>", "</x ", "<p>`</p>",
		"|a?|b|\n|-|-|\n|c|d|\n", "|", "Q: a? A: b ", "Q: a? A: b\n", "- [ ] a\n", "- A: a\n- B: b\n", "A) a\nB) b\n\n", "> a\n\n- b\n\n", "[a]\n\n",
		"Follow-ups:\n\n- a?\n", "- a?\n  - b?\n", "<!-- quiz: id=a -->\n", "a? <!-- quiz: difficulty=easy -->\n\n", "a\n\n", "What is a?\n", "<pre>\n", "? - ", "? ",
	} {
		t.Run(piece, func(t *testing.T) {
			src := strings.Repeat(piece, size/len(piece))
			if !linear(t, src, strings.Repeat(piece, size/4/len(piece))) {
				t.Errorf("%d KiB of %q take far more than four times as long as a quarter of them", size>>10, piece)
			}
		})
	}
}

// linear says whether reading all takes about as many times longer than quarter as it is longer. A busy machine can
// spoil a measurement but hardly all of them, so the best counts.
func linear(t *testing.T, all, quarter string) bool {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	const attempts, tooMuch, nothing = 20, 10, 30 * time.Millisecond
	long, short := time.Hour, time.Hour
	for range attempts {
		short = min(short, timeToRead(t, quarter))
		long = min(long, timeToRead(t, all))
		if long < nothing || long < tooMuch*short {
			return true
		}
	}
	return false
}

func timeToRead(t *testing.T, src string) time.Duration {
	start := spent(t)
	loadOne(src)
	return spent(t) - start
}
