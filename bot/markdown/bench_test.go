package markdown

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"
)

const page = "## TCP와 UDP의 차이\n\n**TCP(전송 제어 프로토콜)**는 *연결 지향*이고 `SYN`, `ACK`로 연결을 맺는다.\n자세한 것은 [문서](https://example.com/tcp)를 본다.\n\n" +
	"- 순서를 보장한다\n  - 다시 보낸다\n- 흐름을 제어한다\n\n| 이름 | 연결 |\n|---|---|\n| TCP | 있음 |\n| UDP | 없음 |\n\n```go\nfunc main() {}\n```\n\n> An answer in English, with **bold** and ~~struck~~ words.\n\n"

// hostile are texts that make readers of Markdown slow.
var hostile = map[string]string{
	"openers":    "*a_ ",
	"closers":    "a* b_ ",
	"pairs":      "*a _b ",
	"nested":     "*(**(",
	"quotes":     "> ",
	"lists":      "- ",
	"quote line": "> > > > > a\n",
	"items":      "- a\n - b\n  - c\n   - d\n",
	"brackets":   "[",
	"squares":    "[a]",
	"pictures":   "![a](",
	"links":      "[a](b",
	"angles":     "[a](<b",
	"titles":     "[a](b \"",
	"ticks":      "`a``b```c````d",
	"addresses":  "https://",
	"parens":     "https://a.b/(",
	"entities":   "&amp",
	"cells":      "|a",
	"rows":       "|a|b|\n|-|-|\n",
	"labels":     "[a]: b\n",
	"refs":       "[a]\n\n[a]: b\n\n",
	"strikes":    "~~a ~~b",
	"escapes":    "\\*",
	"tags":       "<a",
	"breaks":     "a  \n",
	"code":       "    a\n\n",
	"setext":     "a\n-\n",
}

// BenchmarkParse reports how long reading takes as a multiple of what goldmark alone takes, in turns with it.
func BenchmarkParse(b *testing.B) {
	s := strings.Repeat(page, 100)
	b.SetBytes(int64(len(s)))
	bare := goldmark.New(goldmark.WithExtensions(extension.Table, extension.Strikethrough, extension.TaskList)).Parser()
	var ours, theirs time.Duration
	for b.Loop() {
		began := time.Now()
		Parse(s)
		ours += time.Since(began)
		b.StopTimer()
		began = time.Now()
		bare.Parse(text.NewReader([]byte(s)))
		theirs += time.Since(began)
		b.StartTimer()
	}
	b.ReportMetric(float64(ours)/float64(theirs), "x-goldmark")
}

func BenchmarkHostile(b *testing.B) {
	for _, name := range slices.Sorted(maps.Keys(hostile)) {
		s := hostile[name]
		for _, size := range []int{32 << 10, 128 << 10} {
			b.Run(name, func(b *testing.B) {
				s := strings.Repeat(s, size/len(s))
				b.SetBytes(int64(len(s)))
				for b.Loop() {
					Parse(s)
				}
			})
		}
	}
}
