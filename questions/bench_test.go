package questions

import (
	"fmt"
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

func BenchmarkRead(b *testing.B) {
	src := corpus(200 << 10)
	b.SetBytes(int64(len(src)))
	for b.Loop() {
		read("note.md", src)
	}
}

// BenchmarkGoldmark is what reading is measured against: the bare parse of the same note, inline marks included.
func BenchmarkGoldmark(b *testing.B) {
	src := []byte(corpus(200 << 10))
	b.SetBytes(int64(len(src)))
	for b.Loop() {
		goldmark.DefaultParser().Parse(text.NewReader(src))
	}
}

// Runs of these tempt a reader into quadratic time. Time is compared with that of a quarter of the note, which says the
// same on a slow and on a busy machine: four times as much is linear, sixteen times quadratic. Not parallel: it measures.
func TestReadHostileNotesInLinearTime(t *testing.T) {
	const size = 64 << 10 // bytes
	for _, piece := range []string{
		">", "> ", "- ", "* * ", "1. ", "[", "[](", "](", "![", "*a ", "**", "`", "<", "<!--", "<!-- quiz: ", "-->",
		"- a\n", "> a\n", "\n- ", "\n\n", "```\n", "~~~ \n", "# \n", "#", "a?\n", "a\n-\n", "\t", " - a?\n\n", "|", ":a", "http://", "q", "Q. ",
		"## What?\n", "- What?\n", "What is a?\n\nx\n\n", "가", "<details>\n", "(", "**a?**\n\n", "\\",
		"<details><summary>a?</summary>\n", "<details>\n<summary>a?\n", "</details>\n", "<ul><li>", "<p>\n", "  </p>\n", "<b>a</b> ", "<b></i>", "</x ", "<p>`</p>",
		"|a?|b|\n|-|-|\n|c|d|\n", "|", "Q: a? A: b ", "Q: a? A: b\n", "- [ ] a\n", "- A: a\n- B: b\n", "A) a\nB) b\n\n", "> a\n\n- b\n\n", "[a]\n\n",
		"Follow-ups:\n\n- a?\n", "- a?\n  - b?\n", "<!-- quiz: id=a -->\n", "a? <!-- quiz: difficulty=easy -->\n\n", "a\n\n", "What is a?\n", "<pre>\n", "? - ", "? ",
	} {
		t.Run(piece, func(t *testing.T) {
			src := strings.Repeat(piece, size/len(piece))
			if !linear(src, strings.Repeat(piece, size/4/len(piece))) {
				t.Errorf("%d KiB of %q take far more than four times as long as a quarter of them", size>>10, piece)
			}
		})
	}
}

// linear says whether reading all takes about as many times longer than quarter as it is longer. A busy machine can
// spoil a measurement but hardly all of them, so the best counts.
func linear(all, quarter string) bool {
	const attempts, tooMuch, nothing = 20, 10, 30 * time.Millisecond
	long, short := time.Hour, time.Hour
	for range attempts {
		short = min(short, timeToRead(quarter))
		long = min(long, timeToRead(all))
		if long < nothing || long < tooMuch*short {
			return true
		}
	}
	return false
}

func timeToRead(src string) time.Duration {
	start := time.Now()
	loadOne(src)
	return time.Since(start)
}
