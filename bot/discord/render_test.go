package discord

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"rewind/bot"
	"rewind/bot/markdown"
)

// z is a blank without width, as tests show it.
const z = "·"

func shown(parts []string) string {
	return strings.ReplaceAll(strings.Join(parts, "\n⸻\n"), zeroWidth, z)
}

func TestRenderInlines(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, want string }{
		{"TCP와 UDP의 차이를 설명해 주세요.", "TCP와 UDP의 차이를 설명해 주세요."},
		{"**TCP(전송 제어 프로토콜)**는 ~~빠르다~~.", "**TCP(전송 제어 프로토콜)**는 ~~빠르다~~."},
		{"*`SYN`*을 보낸다", "*`SYN`*을 보낸다"},
		{"***둘 다***는", "*" + z + "**둘 다**" + z + "*는"}, // *** could be read in more than one way
		{"*가 **나** 다*", "*가 **나** 다*"},
		{"**가**_나_", "**가**" + z + "*나*"},
		{"**가** *나*", "**가** *나*"},
		{"**a *b***", "**a *b*" + z + "**"},
		{"*a&nbsp;* b", "*a*\u00a0 b"}, // no blank before a closing mark

		// What its author wrote is what is read.
		{"1 < 2 && 3 > 2, 50% of $HOME", "1 < 2 && 3 > 2, 50% of $HOME"},
		{"`__init__`과 \\_\\_init\\_\\_, snake_case", "`__init__`과 \\_\\_init\\_\\_, snake\\_case"},
		{"2 * 3 * 4", "2 \\* 3 \\* 4"},
		{"1~2시간 a|b", "1~2시간 a|b"},
		{"\\~\\~a\\~\\~ \\|\\|b\\|\\|", "\\~\\~a\\~\\~ \\|\\|b\\|\\|"},
		{"\u0604\\*a*", "\u0604\\*a\\*"}, // a sign that belongs to the character behind it
		{"~~a\\~~~", "~~a\\~" + z + "~~"},
		{"C:\\path \\`a\\`", "C:\\\\path \\`a\\`"},
		{"#3 질문", "#3 질문"},
		{"\\# 제목", "\\# 제목"},
		{"\\- 가\n1\\. 나\n\\-# 다\n\\> 라", "\\- 가\n1\\. 나\n\\-# 다\n\\> 라"},
		{"값은 -1, 2. 그리고 > 3", "값은 -1, 2. 그리고 > 3"},
		{"Map<String, List>", "Map\\<String, List>"},
		{"a[0], \\[a\\](https://b.c)", "a[0], [a]" + z + "(<https://b.c>)"},
		{"10:30:00 std::map :smile: ::1", "10:30:00 std::map \\:smile: ::1"},
		{"¯\\\\\\_(ツ)\\_/¯", "¯\\\\\\_(ツ)\\_/¯"},

		// Nobody is called, and an ID does not become a name.
		{"@everyone, @here, someone@here.com", "@" + z + "everyone, @" + z + "here, someone@" + z + "here.com"},
		{"<@1> <@!1> <@&1> <#1> </a:1> <t:1:R> <:a:1> <id:guide>", "\\<@1> \\<@!1> \\<@&1> \\<#1> \\</a:1> \\<t:1:R> \\<\\:a:1> \\<id:guide>"},
		{"`<@1>`", "`<@1>`"},

		// What the bot names by its ID is shown by its name.
		{"#1456074443980800004, #1456074443980800005에", "<#1456074443980800004>, <#1456074443980800005>에"},
		{"가 (@&1456074443980800004)", "가 (<@&1456074443980800004>)"},
		{"**#14560744439808000**: **@&14560744439808000004**", "**<#14560744439808000>**: **<@&14560744439808000004>**"},
		{"- #1456074443980800004\n> @&1456074443980800004", "- <#1456074443980800004>\n\n> <@&1456074443980800004>"},
		{"#1456074443980800 #145607444398080000412 #1456074443980800004a #12", "#1456074443980800 #145607444398080000412 #1456074443980800004a #12"},
		{"a#1456074443980800004 가@&1456074443980800004 ##1456074443980800004", "a#1456074443980800004 가@&1456074443980800004 ##1456074443980800004"},
		{"<#1456074443980800004> \\<@&1456074443980800004>", "\\<#1456074443980800004> \\<@&1456074443980800004>"}, // somebody typed it
		{"`#1456074443980800004` ``@&1456074443980800004``", "`#1456074443980800004` `@&1456074443980800004`"},
		{"[a #1456074443980800004](https://b.c)", "[a #1456074443980800004](<https://b.c>)"}, // links have no names in them
		{"@1456074443980800004 &1456074443980800004", "@1456074443980800004 &1456074443980800004"},
		{"<b>굵게</b>", "\\<b>굵게\\</b>"},

		{"``a`b``, `` ` ``, ```a``b```", "``a`b``, `` ` ``, ``a`" + z + "`" + z + "b``"},
		{"`a``b`", "``a`" + z + "`" + z + "b``"},
		{"**`a**b`**와 *`a*`*", "`a**b`와 `a*`"}, // within marks the stars would end them
		{"`a||b`", "`a|" + z + "|" + z + "b`"},

		{"[문서](https://a.b/c_d \"제목\")를 ![그림](https://a.b/c.png)", "[문서](<https://a.b/c_d>)를 [그림](<https://a.b/c.png>)"},
		{"https://a.b/c_d_e를 [](https://f.g)", "<https://a.b/c_d_e>를 <https://f.g>"},
		{"**[a](https://b.c/*)**", "**[a](<https://b.c/%2A>)**"},
		{"[a](<https://b.c/d e>)", "[a](<https://b.c/d%20e>)"},
		{"[a](./b.md) [c](mailto:d@e.f) <g@h.i> [](j)", "a (./b.md) c (mailto:d@e.f) g@h.i j"}, // they lead nowhere here
		{"[https://a.b](https://c.d)", "https\\://a.b (<https://c.d>)"},                        // Discord does not show it as a link
		{"[a\\[0\\]](https://b.c)", "a[0] (<https://b.c>)"},                                    // brackets within a link end it, escaped or not,
		{"[a https://b.c](d", "[a <https://b.c]%28d>"},
		{"[**a**](https://b.c)", "[**a**](<https://b.c>)"},
	} {
		if got := shown(render(bot.Message{Text: c.in})); got != c.want {
			t.Errorf("%q\n is %q\nwant %q", c.in, got, c.want)
		}
	}
}

func TestRenderBlocks(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, want string }{
		{"", ""},
		{"첫 줄\n둘째 줄\n\n다음 문단", "첫 줄\n둘째 줄\n\n다음 문단"},
		{"# 하나\n## 둘\n#### **넷** `x`\n- # 다섯", "# 하나\n\n## 둘\n\n**넷 `x`**\n\n- **다섯**"},
		{"- 가\n  - 나\n    1. 다\n    2. 라\n- 마", "- 가\n  - 나\n    1. 다\n    2. 라\n- 마"},
		{"- 가\n\n  나\n\n- 다", "- 가\n\n  나\n\n- 다"},
		{"9. 가\n10. 나\n    다", "9. 가\n10. 나\n    다"},
		{"- [ ] 할 일\n- [x] 한 일", "- ☐ 할 일\n- ☑ 한 일"},
		{"- - 가\n-\n- ```\n  x\n  ```", "- \n  - 가\n- \n- \n```\nx\n```"}, // code keeps its own indent, so it stands outside
		{"> 인용\n> - 가\n>\n> > 안", "> 인용\n> \n> - 가\n> \n> > 안"},
		{"> ```go\n> x\n>\n> y\n> ```\n\n뒤", "> ```go\n> x\n> \n> y\n> ```\n\n뒤"},
		{"```\n```", "```\n" + z + "\n```"},  // Discord knows no empty code
		{"```자바\nx\n```", "```\n자바\nx\n```"}, // no language to Discord
		{"````md\n```go\nx\n```\n````", "```md\n`" + z + "`" + z + "`go\nx\n`" + z + "`" + z + "`\n```"},
		{"가\n\n---\n\n나", "가\n\n──────────\n\n나"},
		{"<details>\n**말**", "\\<details>\n**말**"},
		{
			"| 이름 | 연결 | ms |\n|---|:-:|--:|\n| **TCP** | 있음 | 10 |\n| `UDP` | [없음](https://a.b) | 5 |",
			"```\n이름 |        연결        | ms\n-----|--------------------|---\nTCP  |        있음        | 10\nUDP  | 없음 (https://a.b) |  5\n```",
		},
	} {
		if got := shown(render(bot.Message{Text: c.in})); got != c.want {
			t.Errorf("%q\n is:\n%s\nwant:\n%s", c.in, got, c.want)
		}
	}
}

func TestRenderAround(t *testing.T) {
	t.Parallel()
	m := bot.Message{
		Title: "질문 #3 · *오늘*\n@everyone", Text: "TCP란?", Footer: "답변 **2**개\n스레드에 답해 주세요", Topics: []string{"네트워크", "TCP_IP"},
		Notify: []string{"12", "x"},
	}
	want := "### 질문 #3 · \\*오늘\\* @" + z + "everyone\nTCP란?\n-# 답변 **2**개 스레드에 답해 주세요\n-# 네트워크 › TCP\\_IP\n<@&12>"
	if got := shown(render(m)); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	if got, want := shown(render(bot.Message{Title: "제목"})), "### 제목"; got != want {
		t.Errorf("a title alone is %q, want %q", got, want)
	}
}

// TestAFooterMovesNothing edits the footer of a text that fills several messages.
func TestAFooterMovesNothing(t *testing.T) {
	t.Parallel()
	m := bot.Message{Title: "질문 #3", Text: strings.Repeat("한 줄에 하나씩 적은 답.\n", 300), Footer: "답변 0개"}
	before := render(m)
	m.Footer = "답변 1234개. " + strings.Repeat("아주 긴 말 ", 200)
	after := render(m)
	if len(before) < 2 || len(before) != len(after) {
		t.Fatalf("there are %d messages, then %d", len(before), len(after))
	}
	cut := func(s string) string { text, _, _ := strings.Cut(s, "\n-# "); return text }
	before[0], after[0] = cut(before[0]), cut(after[0])
	for i := range before {
		if before[i] != after[i] {
			t.Errorf("message %d changed", i)
		}
	}
	checkParts(t, after)
}

func TestSpoiler(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, want string }{
		{"답 `a || b`", "||답 `a |" + z + "|" + z + " b`||"},
		{"a || b |", "||a \\|\\| b \\|" + z + "||"},
		{"# 제목\n```go\nif a || b {\n```", "||**제목**\n\n```go\nif a |" + z + "|" + z + " b {\n```||"},
		{"[a](https://b.c/||)", "||[a](<https://b.c/%7C%7C>)||"},
		{"|a||b|\n|-|-|-|\n|c|", "||```\na |   | b\n--|---|--\nc |   |\n```||"},
		{"", ""},
	} {
		if got := shown(render(bot.Message{Text: c.in, Spoiler: true})); got != c.want {
			t.Errorf("%q\n is %q\nwant %q", c.in, got, c.want)
		}
	}
	parts := render(bot.Message{Title: "정답", Text: strings.Repeat("가 || `나||` 다\n", 400), Spoiler: true})
	checkParts(t, parts)
	for i, part := range parts {
		part = strings.TrimPrefix(part, "### 정답\n")
		if strings.Count(part, "||") != 2 || !strings.HasPrefix(part, "||") || !strings.HasSuffix(part, "||") {
			t.Errorf("part %d of %d does not hide its text: %q", i, len(parts), part)
		}
	}
}

// TestParts cuts what is longer than a message.
func TestParts(t *testing.T) {
	t.Parallel()
	fence := "```go\n" + strings.Repeat("\tconnection.Open(`x`)\n", 400) + "```"
	for name, c := range map[string]struct {
		in    string
		check func(parts []string) bool // nil if the checks of all suffice
	}{
		"syllables letter by letter": {in: strings.Repeat("\u1112\u1161\u11ab\u1100\u1173\u11af", 1000), check: func(parts []string) bool {
			return every(parts, func(s string) bool { return utf8.RuneCountInString(s)%3 == 0 })
		}},
		"families": {in: strings.Repeat("👨\u200d👩\u200d👧", 800), check: func(parts []string) bool {
			return every(parts, func(s string) bool { return strings.ReplaceAll(s, "👨\u200d👩\u200d👧", "") == "" })
		}},
		"flags": {in: strings.Repeat("🇰🇷", 1200), check: func(parts []string) bool {
			return every(parts, func(s string) bool { return strings.ReplaceAll(s, "🇰🇷", "") == "" })
		}},
		"one letter with very many marks": {in: "a" + strings.Repeat("\u0301", 5000)},
		"the same in code":                {in: "```\na" + strings.Repeat("\u0301", 5000) + "\n```"},
		"code": {in: fence, check: func(parts []string) bool {
			return every(parts, func(s string) bool { return strings.HasPrefix(s, "```go\n\t") && strings.HasSuffix(s, "\n```") })
		}},
		"quoted code": {in: "> " + strings.ReplaceAll(fence, "\n", "\n> "), check: func(parts []string) bool {
			return every(parts, func(s string) bool { return strings.HasPrefix(s, "> ```go\n> ") && strings.HasSuffix(s, "\n> ```") })
		}},
		"a long line of code": {in: "```\n" + strings.Repeat("가나다", 2000) + "\n```"},
		"emphasis": {in: "**" + strings.Repeat("가나 ", 2000) + "끝**", check: func(parts []string) bool {
			return every(parts, func(s string) bool { return strings.HasPrefix(s, "**가") && strings.HasSuffix(s, "**") })
		}},
		"code in a line": {in: "`" + strings.Repeat("가나 ", 2000) + "끝`", check: func(parts []string) bool {
			return every(parts, func(s string) bool { return strings.HasPrefix(s, "`가") && strings.HasSuffix(s, "`") })
		}},
		"links": {in: strings.Repeat("[가 나](https://a.b/c)", 150), check: func(parts []string) bool {
			return every(parts, func(s string) bool { return strings.ReplaceAll(s, "[가 나](<https://a.b/c>)", "") == "" })
		}},
		"a link with very many words": {in: "[" + strings.Repeat("가나 ", 2000) + "](https://a.b/c)"},
		"a very long address":         {in: "https://a.b/" + strings.Repeat("c", 5000)},
		"quotes": {in: strings.Repeat("> 가나다라마바사\n", 500), check: func(parts []string) bool {
			return every(parts, func(s string) bool { return strings.HasPrefix(s, "> 가") })
		}},
		"a heading stays with its text": {in: strings.Repeat("가나다라마바사아자\n", 198) + "\n## 제목\n\n" + strings.Repeat("가", 100), check: func(parts []string) bool {
			return len(parts) == 2 && strings.HasPrefix(parts[1], "## 제목\n\n가")
		}},
		"a very long heading": {in: "# " + strings.Repeat("가나 ", 2000), check: func(parts []string) bool {
			return every(parts, func(s string) bool { return strings.HasPrefix(s, "# 가") })
		}},
		"escapes":       {in: strings.Repeat("\\*", 5000)},
		"deep lists":    {in: strings.Repeat("1000. ", 40) + strings.Repeat("가나 ", 2000)},
		"a wide table":  {in: strings.Repeat("|가", 300) + "\n" + strings.Repeat("|-", 300) + "\n" + strings.Repeat("|나", 300)},
		"a long table":  {in: "|가|나|\n|-|-|\n" + strings.Repeat("|다라|마바|\n", 500)},
		"a marked mark": {in: "\u0301" + strings.Repeat("a", 3000)},
	} {
		parts := render(bot.Message{Text: c.in})
		t.Run(name, func(t *testing.T) { checkParts(t, parts) })
		if got, want := letters(strings.Join(parts, "\n")), lettersOf(markdown.Parse(c.in)); got != want {
			t.Errorf("%s: %d bytes of letters arrived, want %d", name, len(got), len(want))
		}
		if c.check != nil && !c.check(parts) {
			t.Errorf("%s is cut into %.300q", name, parts)
		}
	}
}

func every(parts []string, ok func(string) bool) bool {
	return !slices.ContainsFunc(parts, func(s string) bool { return !ok(s) })
}

func TestAsFile(t *testing.T) {
	t.Parallel()
	if parts := render(bot.Message{Text: strings.Repeat("가나다라\n", mostParts*contentLimit*9/10/5)}); asFile(parts) {
		t.Errorf("%d parts go as a file", len(parts))
	}
	if parts := render(bot.Message{Text: strings.Repeat("가나다라\n", (mostParts+1)*contentLimit/5)}); !asFile(parts) {
		t.Errorf("%d parts go as messages", len(parts))
	}
	if a, b := fileName(bot.Message{}), fileName(bot.Message{Spoiler: true}); a != "answer.md" || b != "SPOILER_answer.md" {
		t.Errorf("files are named %s and %s", a, b)
	}
}

func TestThreadName(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, want string }{
		{"#3 TCP와 UDP의 차이", "#3 TCP와 UDP의 차이"},
		{"두\n줄\t과 \x1b제어", "두 줄 과 제어"},
		{"", "…"},
		{"\u200b \u2060", "…"}, // nothing to see
		{strings.Repeat("가", 101), strings.Repeat("가", 99) + "…"},
		{strings.Repeat("가", 100), strings.Repeat("가", 100)},
		{strings.Repeat("가", 95) + "👨\u200d👩\u200d👧", strings.Repeat("가", 95) + "…"}, // a family is kept whole or left out
		{"a" + strings.Repeat("\u0301", 200), "…"},
	} {
		if got := threadName(c.in); got != c.want {
			t.Errorf("%q is named %q, want %q", c.in, got, c.want)
		}
	}
}
