package markdown

import (
	"strings"
	"testing"
)

func TestInlines(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, want string }{
		{"**굵게**는 *기울임*을 ~~지움~~과", "<b>굵게</b>는 <i>기울임</i>을 <s>지움</s>과"},
		{"***둘 다***는", "<i><b>둘 다</b></i>는"},

		// CommonMark leaves all of these as they are.
		{"**TCP(전송 제어 프로토콜)**는", "<b>TCP(전송 제어 프로토콜)</b>는"},
		{`**"인용"**은`, `<b>"인용"</b>은`},
		{"**“인용”**은", "<b>“인용”</b>은"},
		{"*`SYN`*을", "<i><c>SYN</c></i>을"},
		{"이것은**(괄호)**이다", "이것은<b>(괄호)</b>이다"},
		{"**`SYN`**, **`ACK`**를 보낸다", "<b><c>SYN</c></b>, <b><c>ACK</c></b>를 보낸다"},
		{"~~O(n)~~은", "<s>O(n)</s>은"},
		{"**[문서](u)**를", "<b><a u>문서</a></b>를"},
		{"**전송 제어.**그리고", "<b>전송 제어.</b>그리고"},
		{"**「인용」**は", "<b>「인용」</b>は"},
		{"**\u1112\u1161\u11ab(1)**\u1100\u1173", "<b>\u1112\u1161\u11ab(1)</b>\u1100\u1173"}, // conjoining letters

		// What is no emphasis.
		{"2 * 3 * 4", "2 * 3 * 4"},
		{"2*3*4", "2<i>3</i>4"}, // CommonMark's own reading; nothing tells it from emphasis
		{"snake_case_name, __init__ 아님", "snake_case_name, <b>init</b> 아님"},
		{"한글_이름_값", "한글_이름_값"}, // an underscore within a word marks nothing, in Korean either
		{"1~2시간, 3~4시간", "1~2시간, 3~4시간"},
		{"~~~~", "~~~~"},
		{"** 굵게 **", "** 굵게 **"},
		{"**이어지지 않음", "**이어지지 않음"},
		{`\*별\*`, "*별*"},
		{"*a **b* c**", "<i>a <i><i>b</i> c</i></i>"}, // as CommonMark has it
		{"**a *b** c*", "<i><i>a <i>b</i></i> c</i>"},
		{"[*a](u)*", "<a u>*a</a>*"}, // a mark never reaches out of a link
		{"**", "**"},

		{"1 < 2 && 3 > 2, 50% of $HOME", "1 < 2 && 3 > 2, 50% of $HOME"},
		{"<b>HTML</b> &amp; <br>", "<b>HTML</b> & <br>"}, // the tags are text
		{"&lt;T&gt; &copy &nope; &#x41;&#66; &#10;x&#13;y", "<T> &copy &nope; AB  x y"},
		{`\&amp;`, "&amp;"},
		{"``a`b``와 `c`", "<c>a`b</c>와 <c>c</c>"},
		{"`*a*` `\\*`", "<c>*a*</c> <c>\\*</c>"},
		{"![그림](a.png)과 [말](https://a.b \"제목\")", "<img a.png 그림>과 <a https://a.b 제목>말</a>"},
		{"[a](<b c>) [](d) [e]()", "<a b c>a</a> <a d></a> <a >e</a>"},
		{"<https://a.b/c_d>와 <a@b.c>", "<a https://a.b/c_d>와 <a mailto:a@b.c>a@b.c</a>"},
		{"Map<String:Int>", "Map<String:Int>"}, // no address
		{"e\u0301 and \u1112\u1161\u11ab", "e\u0301 and \u1112\u1161\u11ab"},

		{"참고: https://a.b/c_d_e?f=*g*를 보세요.", "참고: <a https://a.b/c_d_e?f=*g>*를 보세요."},
		{"https://ko.wikipedia.org/wiki/운영_체제", "<a https://ko.wikipedia.org/wiki/운영_체제>"},
		{"(https://a.b/c_(d)).", "(<a https://a.b/c_(d)>)."},
		{"**https://a.b**, *http://c.d/e*", "<b><a https://a.b></b>, <i><a http://c.d/e></i>"},
		{"https://a.b/?x=1&amp;y=2", "<a https://a.b/?x=1&y=2>"},
		{"https:// 없음, xhttps://a, ftp://b", "https:// 없음, xhttps://a, ftp://b"},
		{"https://https://a.b", "<a https://https://a.b>"},
		{"https://`a`", "https://<c>a</c>"},
		{"[https://a.b](https://a.b)", "<a https://a.b>"}, // the same as an address by itself
		{"HTTP://A.B/C", "<a HTTP://A.B/C>"},

		{"# 1. 제목\n- 다음", "# 1. 제목⏎- 다음"}, // no block begins in a title
		{"가\n\n나", "가⏎나"},
	} {
		if got := showInlines(Inlines(c.in)); got != c.want {
			t.Errorf("%q\n is %s\nwant %s", c.in, got, c.want)
		}
	}
}

func TestBlocks(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, want string }{
		{"", ""},
		{"첫 줄\n둘째 줄  \n셋째\\\n넷째\n\n다음", "첫 줄⏎둘째 줄⏎⏎셋째⏎⏎넷째\n다음\n"},
		{"# **제목**\n본문\n=", "h1 <b>제목</b>\nh1 본문\n"},
		{"#3 질문", "#3 질문\n"}, // a number, no heading
		{"- 가\n  - 나\n\n    다\n- [x] 라\n- [ ] 마", "list\n-\n  가\n  list, loose\n  -\n    나\n    다\n- done\n  라\n- open\n  마\n"},
		{"3. 가\n4. 나", "list from 3\n-\n  가\n-\n  나\n"},
		{"- 가\n\n- 나", "list, loose\n-\n  가\n-\n  나\n"},
		{"-", "list\n-\n"},
		{"> 인용\n> - 가\n이어서", "quote\n  인용\n  list\n  -\n    가⏎이어서\n"},
		{"> ```go\n> x\n> ```", "quote\n  code go \"x\"\n"},
		{"```c++ title=\"a\"\n\tx\n\ny\n```\n~~~\n", "code c++ \"\\tx\\n\\ny\"\ncode  \"\"\n"},
		{"```go\nopen", "code go \"open\"\n"},
		{"```SELECT *\nFROM t\n```", "code  \"SELECT *\\nFROM t\"\n"}, // as people write it in chats
		{"```go", "code go \"\"\n"},
		{"    indented\n\n    code", "code  \"indented\\n\\ncode\"\n"},
		{"---\n***", "rule\nrule\n"},
		{"| 이름 | 값 |\n|:--|--:|\n| `a\\|b` | **1** |\n| 가 |", "table [1 3]\n  이름 | 값\n  <c>a|b</c> | <b>1</b>\n  가 | \n"},
		{"<details>\n<b>말</b>\n</details>", "<details>⏎<b>말</b>⏎</details>\n"}, // the tags are text
		{"<!-- 주석 -->\n\n**뒤**", "<!-- 주석 -->\n<b>뒤</b>\n"},
		{"[a][1]과 [b]\n\n[1]: https://a.b/c_d\n[b]: <./x y.md>\n", "<a https://a.b/c_d>a</a>과 <a ./x y.md>b</a>\n"},
		{"[정의]: TCP는\n[주소]: https://a.b", "[정의]: TCP는\n[주소]: <a https://a.b>\n"}, // nothing refers to them
		{"[정의]: TCP는 규약", "[정의]: TCP는 규약\n"},                                     // no definition
		{"a\x00b\r\nc\xff", "a\uFFFDb⏎c\uFFFD\n"},
	} {
		if got := show(Parse(c.in)); got != c.want {
			t.Errorf("%q\n is:\n%swant:\n%s", c.in, got, c.want)
		}
	}
}

func TestNestingIsLimited(t *testing.T) {
	t.Parallel()
	for _, mark := range []string{"> ", "- ", "1. ", "> - "} {
		got := show(Parse(strings.Repeat(mark, 1000) + "끝"))
		if n := strings.Count(got, "quote") + strings.Count(got, "list"); n != deepest {
			t.Errorf("%q is %d deep, want %d", mark, n, deepest)
		}
		if !strings.Contains(got, "끝") {
			t.Errorf("%q: what is too deep is lost", mark)
		}
	}
}

// TestTablesAreLimited has a table that would have 25 million cells.
func TestTablesAreLimited(t *testing.T) {
	t.Parallel()
	const wide = 5000
	s := strings.Repeat("|a", wide) + "\n" + strings.Repeat("|-", wide) + "\n" + strings.Repeat("|\n", wide)
	if _, ok := Parse(s)[0].(Table); ok {
		t.Error("it was read as a table")
	}
}

func TestPlain(t *testing.T) {
	t.Parallel()
	if got, want := Plain(Inlines("**가** *나* ~~다~~ `라` [마](u) ![바](v)\n사")), "가 나 다 라 마 바\n사"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
