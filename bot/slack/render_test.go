package slack

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"rewind/bot"
	"rewind/bot/markdown"
)

// goldens are texts, and what people see of them.
var goldens = []struct{ in, want string }{
	// What every reader of Markdown takes for the same is left to Slack.
	{"Explain what happens when a SYN arrives.", "markdown: Explain what happens when a SYN arrives."},
	{"TCP와 UDP의 차이를 설명해 주세요.", "markdown: TCP와 UDP의 차이를 설명해 주세요."},
	{"## Heading\n\nA **bold** word, `code`, [docs](https://a.b/c).\n\n- [x] one\n- two\n\n```go\nif a < b {\n```", "markdown: ## Heading\n\nA **bold** word, `code`, [docs](https://a.b/c).\n\n- [x] one\n- two\n\n```go\nif a < b {\n```"},
	{"> 인용 한 줄", "markdown: > 인용 한 줄"},

	// Marks beside a particle.
	{"**강조**은 *이탤릭*과 ~~취소~~도", "**강조**은 _이탤릭_과 ~취소~도"},
	{"**TCP(전송 제어 프로토콜)**는 `SYN`을 보낸다", "**TCP(전송 제어 프로토콜)**는 `SYN`을 보낸다"},
	{"***둘 다***는 **a *b* c**", "**_둘 다_**는 **a ****_b_**** c**"},
	{"첫 줄\n둘째 줄  \n셋째\n\n다음 문단", "첫 줄\n둘째 줄\n셋째\n\n다음 문단"},

	// Nobody is called, and what is written is what is read.
	{"<!channel> <!here|x> <@U1> <!subteam^S1> @channel @here", "<!channel> <!here|x> <@U1> <!subteam^S1> @channel @here"},
	{"`<!channel>` in code", "`<!channel>` in code"},
	{"```go\n// <@U012345>\n```", "```go\n// <@U012345>\n```"}, // in code, too
	{"1 < 2 && 3 > 2, &lt;b> &amp;amp;", "1 < 2 && 3 > 2, <b> &amp;"},
	{"<b>굵게</b>", "<b>굵게</b>"},
	{"snake_case 2 * 3 :smile: \\*별\\*", "snake_case 2 * 3 :smile: *별*"},

	// Links and channels.
	{"https://a.b/운영_체제를 <c@d.e> [f](./g.md) ![그림](https://h.i/j.png)", "[https://a.b/운영_체제를](https://a.b/운영_체제를) [c@d.e](mailto:c@d.e) f (./g.md) [그림](https://h.i/j.png)"},
	{"[**a** b](<https://c.d/e f>) [](https://g.h) [x](javascript:alert)", "**[a](https://c.d/e%20f)**[ b](https://c.d/e%20f) [https://g.h](https://g.h) x (javascript:alert)"},
	{"일정 s1은 #C0123ABCD, #G0123ABCD에서", "일정 s1은 {C0123ABCD}, {G0123ABCD}에서"},
	{"a#C0123ABCD #C0123abcd #CONSTRAINTS `#C0123ABCD` #3", "a#C0123ABCD #C0123abcd #CONSTRAINTS `#C0123ABCD` #3"}, // none of them is a channel

	{"설정: @&S0123ABCD, (@&S0123ABCE)에게", "설정: @S0123ABCD, (@S0123ABCE)에게"}, // a name would notify the group
	{"a@&S0123ABCD @&S0123abcd @&SUBROUTINE `@&S0123ABCD` @&S1", "a@&S0123ABCD @&S0123abcd @&SUBROUTINE `@&S0123ABCD` @&S1"},

	// Blocks.
	{"# 제목 `x`\n본문이다\n\n---\n\n뒤는 *이것*이다", "**제목 ****`x`**\n본문이다\n----\n뒤는 _이것_이다"},
	{"- 가*나*\n  - 다\n    1. 라\n    2. 마\n- 바", "- 가_나_\n  - 다\n    1. 라\n    2. 마\n- 바"},
	{"3. 가\n   - 나\n4. 다", "3. 가\n  - 나\n4. 다"}, // it counts on behind what stands between
	{"0. 영\n1. 일", "- 0. 영\n- 1. 일"},            // Slack counts from one
	{"- 가\n\n  나\n\n  ```go\n  x\n  ```\n\n  뒤\n- [ ] 라", "- 가\n나\n```go\nx\n```\n뒤\n- ☐ 라"},
	{"- - 가\n-", "-  \n  - 가\n-  "},
	{"> 인용*문*\n> - 가\n>\n> > 안\n> > 쪽\n>\n> ```\n> x\n> ```", "|인용_문_\n|- 가\n|> 안\n|> 쪽\n|```\nx\n```"},
	{"```자바\nx\n```", "```\n자바\nx\n```"}, // no language to Slack
	{"```C++\nx\n```\n\n가*나*", "```cpp\nx\n```\n가_나_"},
	{"```\n```", "```\n \n```"},

	// Tables: one by itself, others as code with columns.
	{
		"| 이름 | 연결 | ms |\n|---|:-:|--:|\n| **TCP** | 있음 | 10 |\n| `UDP` | |",
		"| **이름** | **연결** | **ms** |\n| **TCP** | 있음 | 10 |\n| `UDP` |   |   |\n(left, center, right)",
	},
	{"|가|\n|-|\n|1|\n\n|나나|b|\n|-|-|\n|2|[c](https://d.e)|", "| **가** |\n| 1 |\n(left)\n```\n나나 | b\n-----|----------------\n2    | c (https://d.e)\n```"},
	{"> |가|\n> |-|\n> |1|", "|```\n가\n--\n1\n```"},
}

func TestRenderTexts(t *testing.T) {
	t.Parallel()
	for _, c := range goldens {
		if got, _ := readParts(t, render(bot.Message{Text: c.in})); got != c.want {
			t.Errorf("%q\n is:\n%s\nwant:\n%s", c.in, got, c.want)
		}
	}
}

// TestGoldensAtSlack has Slack take all of them, and nobody is notified.
func TestGoldensAtSlack(t *testing.T) {
	onWeb(t, func(t *testing.T, x *webTest) {
		for i, c := range goldens {
			d := x.text("golden/"+string(rune('a'+i)), c.in)
			d.Body.Title, d.Body.Footer, d.Body.Topics = "질문 #3 <!channel>", "`/quiz answer`로 <!here>", []string{"@channel"}
			if _, err := x.deliver(t.Context(), d, render); err != nil {
				t.Errorf("%q: %v", c.in, err)
			}
		}
		messages := x.room.Messages()
		if len(messages) != len(goldens) {
			t.Errorf("%d messages stand there", len(messages))
		}
		for _, m := range messages {
			if who := m.Mentions(); len(who) > 0 {
				t.Errorf("%s notifies %q", m.Blocks, who)
			}
		}
	})
}

func TestRenderAround(t *testing.T) {
	t.Parallel()
	m := bot.Message{
		Title: "질문 #3 · *오늘*\n@everyone :smile:", Text: "TCP란?", Footer: "**2**명이 `/quiz answer`로 답했어요\n[문서](https://a.b)", Topics: []string{"네트워크", "TCP_IP"},
		Notify: []string{"S0123ABC", "U0123ABC", "S1> <!channel"}, Actions: []bot.Action{{Label: "답하기", Command: "answer #3"}}, Spoiler: true,
	}
	want := "header: 질문 #3 · *오늘* @everyone :smile:\nmarkdown: TCP란?\ncontext: 네트워크 › TCP_IP\ncontext: 2명이 `/quiz answer`로 답했어요\n문서\n" +
		"section: <!subteam^S0123ABC>\nbutton: 답하기 = answer #3"
	parts := render(m)
	if got, _ := readParts(t, parts); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	if got, want := parts[0].fallback, "질문 #3 · *오늘* @everyone :smile:\nTCP란?\n네트워크 › TCP_IP\n2명이 `/quiz answer`로 답했어요\n문서"; got != want {
		t.Errorf("in words it is %q, want %q", got, want)
	}
	if got, _ := readParts(t, render(bot.Message{Title: "제목"})); got != "header: 제목" {
		t.Errorf("a title alone is %q", got)
	}
	if parts := render(bot.Message{Text: " \n", Title: "\t"}); len(parts) != 0 {
		t.Errorf("nothing becomes %d messages", len(parts))
	}
}

// TestRenderInAView has neither of the blocks that stand only in messages.
func TestRenderInAView(t *testing.T) {
	t.Parallel()
	m := bot.Message{Title: "홈", Text: "plain words\n\n|a|b|\n|-|-|\n|1|2|", Notify: []string{"S0123ABC"}}
	got, _ := readParts(t, renderOn(m, onView))
	if want := "header: 홈\nplain words\n```\na | b\n--|--\n1 | 2\n```"; got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

// long is more than one message holds, in every way.
var long = map[string]string{
	"paragraphs":              strings.Repeat("한 줄에 하나씩 적은 답이다.\n", 1500),
	"one line":                strings.Repeat("가나다라 ", 5000),
	"no blank":                strings.Repeat("가나다라", 5000),
	"conjoining letters":      strings.Repeat("\u1112\u1161\u11ab\u1100\u1173\u11af", 4000),
	"families":                strings.Repeat("👨\u200d👩\u200d👧", 3000),
	"very many marks":         "a" + strings.Repeat("\u0301", 20_000),
	"code":                    "```go\n" + strings.Repeat("\tconnection.Open(\"x\")\n", 1500) + "```",
	"a line of code":          "```\n" + strings.Repeat("가나다", 6000) + "\n```",
	"a list":                  strings.Repeat("1. 가나다라마바사 **아자**차카타파하\n", 400),
	"a long item":             "1. " + strings.Repeat("가나 ", 9000) + "\n2. 끝",
	"a quote":                 strings.Repeat("> 가나다라마바사\n", 2000),
	"deep quotes":             strings.Repeat(strings.Repeat("> ", 20)+"가나다라\n", 900),
	"rules":                   strings.Repeat("가나*다*\n\n---\n\n", 120),
	"tables":                  strings.Repeat("|가|나|\n|-|-|\n|다라|마바|\n\n", 100),
	"a long table":            "|가|나|\n|-|-|\n" + strings.Repeat("|다라|마바|\n", 2000),
	"a wide table":            strings.Repeat("|가", 30) + "\n" + strings.Repeat("|-", 30) + "\n" + strings.Repeat("|나", 30),
	"a table of many letters": "|가|나|\n|-|-|\n" + strings.Repeat("|"+strings.Repeat("다라", 100)+"|마바|\n", 90),
	"marks everywhere":        strings.Repeat("**가**나*다*라`마`바", 700),
	"links":                   strings.Repeat("[가 나](https://a.b/c)다", 600),
	"a link of many words":    "[" + strings.Repeat("가나 ", 9000) + "](https://a.b/c)",
	"a very long address":     "https://a.b/" + strings.Repeat("c", 20_000),
	"escapes":                 strings.Repeat("\\\"\n", 9000) + strings.Repeat("\t\"\\", 4000),
	"headings":                strings.Repeat("# 제목\n", 2000),
	"deep lists":              strings.Repeat("1000. ", 40) + strings.Repeat("가나 ", 9000),
	"channels":                strings.Repeat("#C0123ABCD ", 700),
}

// checkParts checks what holds for every text.
func checkParts(t *testing.T, text string, parts []part) {
	t.Helper()
	for i, p := range parts {
		if f := fits(p); f != nil {
			t.Errorf("part %d: %v", i, f)
		}
		if n := weigh(p.blocks...); n > mostMessage || len(p.blocks) == 0 {
			t.Errorf("part %d has %d blocks of %d units", i, len(p.blocks), n)
		}
		if n := markdown.UTF16(p.fallback); n > mostPreview || !utf8.ValidString(p.fallback) {
			t.Errorf("part %d has %d units in words", i, n)
		}
		checkPieces(t, p.blocks)
	}
	tree := markdown.Parse(text)
	var b strings.Builder
	plainBlocks(&b, tree...)
	want := letters(b.String())
	_, words := readParts(t, parts)
	got := letters(words)
	if leads := strings.Contains(text, "](") || strings.Contains(text, ":") || strings.Contains(text, "]["); !leads && got != want || !isWithin(want, got) {
		t.Errorf("%d bytes of letters arrived, want %d", len(got), len(want))
	}
}

// checkPieces checks that nothing is empty.
func checkPieces(t *testing.T, blocks []slack.Block) {
	t.Helper()
	for _, b := range blocks {
		rich, ok := b.(*slack.RichTextBlock)
		if ok && len(rich.Elements) == 0 {
			t.Error("a block of rich text is empty")
		}
		if !ok {
			continue
		}
		for _, e := range rich.Elements {
			var all []slack.RichTextSectionElement
			switch e := e.(type) {
			case *slack.RichTextSection:
				all = e.Elements
			case *slack.RichTextQuote:
				all = e.Elements
			case *slack.RichTextPreformatted:
				all = e.Elements
			case *slack.RichTextList:
				all = e.Elements[0].(*slack.RichTextSection).Elements
			}
			if len(all) == 0 {
				t.Errorf("%T is empty", e)
			}
			for _, e := range all {
				if text, ok := e.(*slack.RichTextSectionTextElement); ok && (text.Text == "" || units(text.Text) > mostSection) {
					t.Errorf("a text has %d units", units(text.Text))
				}
			}
		}
	}
}

func TestRenderLong(t *testing.T) {
	t.Parallel()
	for name, text := range long {
		t.Run(name, func(t *testing.T) {
			checkParts(t, text, render(bot.Message{Text: text, Title: "제목", Footer: "답변 3개"}))
		})
	}
	for _, what := range []string{"\u1112\u1161\u11ab", "👨\u200d👩\u200d👧", "🇰🇷"} {
		parts := render(bot.Message{Text: strings.Repeat(what, 8000)})
		cut := slices.ContainsFunc(parts, func(p part) bool {
			_, words := readParts(t, []part{p})
			return strings.ReplaceAll(words, what, "") != "" || strings.Trim(strings.ReplaceAll(p.fallback, what, ""), "…") != ""
		})
		if len(parts) < 2 || cut {
			t.Errorf("%s is cut within, in %d parts", what, len(parts))
		}
	}
	if parts := render(bot.Message{Text: long["code"]}); len(parts) < 2 {
		t.Error("long code is one message")
	} else {
		for _, p := range parts {
			notation, _ := readParts(t, []part{p})
			if !strings.HasPrefix(notation, "```go\n\tconnection") || !strings.HasSuffix(notation, "(\"x\")\n```") {
				t.Errorf("code is cut into %.60q … %.60q", notation, notation[len(notation)-60:])
			}
		}
	}
}

// TestLongAtSlack has Slack take them.
func TestLongAtSlack(t *testing.T) {
	onWeb(t, func(t *testing.T, x *webTest) {
		for name, text := range long {
			d := x.text(name, text)
			d.Body.Title, d.Body.Actions = strings.Repeat("제목 ", 100), []bot.Action{{Label: "답하기", Command: "answer"}}
			if _, err := x.deliver(t.Context(), d, render); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// TestAHeadingStays goes to the next message with what it is about.
func TestAHeadingStays(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("가나다라마바사\n", 700) + "\n\n## 제목\n\n```go\n" + strings.Repeat("x\n", 1500) + "```"
	parts := render(bot.Message{Text: text})
	if len(parts) != 2 || strings.Contains(parts[0].fallback, "제목") {
		t.Fatalf("%d parts, the first of which ends with %q", len(parts), parts[0].fallback[len(parts[0].fallback)-20:])
	}
	if got, _ := readParts(t, parts[1:]); !strings.HasPrefix(got, "**제목**\n```go") {
		t.Errorf("the second begins with %.40q", got)
	}
}

// TestAFooterMovesNothing edits what stands around a text that fills several messages.
func TestAFooterMovesNothing(t *testing.T) {
	t.Parallel()
	for name, text := range long {
		m := bot.Message{Title: "질문 #3", Text: text, Footer: "답변 0개", Actions: []bot.Action{{Label: "답하기", Command: "answer #3"}}}
		before := textBlocks(render(m))
		m.Footer, m.Actions = "답변 1234개. "+strings.Repeat("\"아주\" 긴 말 ", 200), nil
		after := render(m)
		checkParts(t, text, after)
		if !slices.Equal(before, textBlocks(after)) {
			t.Errorf("%s: the text changed with the footer", name)
		}
	}
}

// textBlocks is the JSON of what is text in each part.
func textBlocks(parts []part) (all []string) {
	for _, p := range parts {
		blocks := slices.DeleteFunc(slices.Clone(p.blocks), func(b slack.Block) bool {
			return b.BlockType() == slack.MBTContext || b.BlockType() == slack.MBTHeader || b.BlockType() == slack.MBTAction
		})
		all = append(all, string(mustJSON(blocks)))
	}
	return all
}

// TestManyButtons has as many as there is room for, and the text has some left.
func TestManyButtons(t *testing.T) {
	t.Parallel()
	m := bot.Message{Title: strings.Repeat("\"", 300), Footer: strings.Repeat("\"", 1000), Text: long["paragraphs"]}
	for range 300 {
		m.Actions = append(m.Actions, bot.Action{Label: strings.Repeat("👨\u200d👩\u200d👧", 40), Command: strings.Repeat("x", 64)})
		m.Notify = append(m.Notify, "S0123456789")
		m.Topics = append(m.Topics, "\"\"")
	}
	parts := render(m)
	checkParts(t, m.Text, parts)
	n := 0
	for _, b := range parts[0].blocks {
		if row, ok := b.(*slack.ActionBlock); ok {
			n += len(row.Elements.ElementSet)
			for _, e := range row.Elements.ElementSet {
				if label := e.(*slack.ButtonBlockElement).Text.Text; strings.ReplaceAll(label, "👨\u200d👩\u200d👧", "") != "…" {
					t.Errorf("a label is cut within a character: %q", label)
				}
			}
		}
	}
	if n < 15 || n == 300 {
		t.Errorf("there are %d buttons", n)
	}
}
