package discord

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"rewind/bot"
	"rewind/bot/markdown"
)

var renderSeeds = []string{
	"**TCP(전송 제어 프로토콜)**는 *`SYN`*을 ~~보낸다~~", "# 제목\n\n- [x] 가\n  1. 나\n\n> ```go\n> x\n> ```\n\n| a | b |\n|---|--:|\n| **1** | `2` |",
	"[a](https://b.c/d_(e)) ![f](g) <https://h.i> https://j.k/l_m를 [n[o\\]](p)", "***a** b* **c**~~d~~*e* `f``g` ``h`i`` `|| ```",
	"@everyone <@1> :smile: 10:30:00 \\# \\- 1\\. \\> a||b ~~~ http\\://x", "*a&nbsp;* &#42;b&#42; &#91;c](https://d) &#10;# e", "x\n# y\n- z\n1. w",
	"#1456074443980800004 (@&1456074443980800004) <#1456074443980800004> `#1456074443980800004` [#1456074443980800004](https://a.b)",
	"👨\u200d👩\u200d👧 e\u0301 \u1112\u1161\u11ab \u0301",
}

// shortLimit is a limit at which short texts are cut.
const shortLimit = 100

// FuzzRenderLine has Discord's reader see what the author wrote: no character more or less, and nothing made of it.
func FuzzRenderLine(f *testing.F) {
	for _, s := range renderSeeds {
		f.Add(s, byte(0))
		f.Add(strings.Repeat(s, 9), byte(7))
	}
	f.Fuzz(func(t *testing.T, s string, room byte) {
		in := markdown.Inlines(s)
		limit := shortLimit + int(room)
		p := newPages(limit, limit, false)
		p.blocks([]markdown.Block{markdown.Paragraph{Text: in}}, frame{})
		var want reader
		expected(&want, in, '.')
		var seen, styles strings.Builder
		for _, part := range p.end() {
			a, b := read(part)
			seen.WriteString(a)
			styles.WriteString(b)
		}
		if got, want := plainly(seen.String()), plainly(want.seen.String()); got != want {
			t.Fatalf("%.999q\n is rendered %.999q\n      read %.999q\n      want %.999q", s, p.parts, got, want)
		}
		if strings.ContainsAny(s, "`:[]&") { // marks are left out around some code and links
			return
		}
		if styles.String() != want.styles.String() {
			t.Fatalf("%.999q\n is rendered %.999q\n in the style %.999q\n         want %.999q", s, p.parts, styles.String(), want.styles.String())
		}
	})
}

// expected writes what a person is to see.
func expected(r *reader, in []markdown.Inline, style byte) {
	for _, in := range in {
		switch n := in.(type) {
		case markdown.Text:
			r.write(string(n), style)
		case markdown.Code:
			r.write(string(n), 'c')
		case markdown.Strong:
			expected(r, n.Text, blend(style, 'b'))
		case markdown.Emphasis:
			expected(r, n.Text, blend(style, 'i'))
		case markdown.Strike:
			expected(r, n.Text, blend(style, 's'))
		case markdown.Link:
			expected(r, n.Text, style)
			if strings.TrimPrefix(n.URL, "mailto:") != strings.TrimSpace(markdown.Plain(n.Text)) {
				r.write(n.URL, style)
			}
		case markdown.Image:
			expected(r, []markdown.Inline{markdown.Link{URL: n.URL, Text: textOf(n.Alt)}}, style)
		}
	}
}

var encoded = strings.NewReplacer("(", "", ")", "", "%28", "", "%29", "", "%2A", "*", "%7E", "~", "%7C", "|", "%20", "", "%3C", "<", "%3E", ">", "%60", "`", "%5C", "\\")

// plainly leaves out what may stand around an address, and how it is written.
func plainly(s string) string {
	s = strings.ToLower(encoded.Replace(s)) // schemes are in small letters
	return strings.Join(strings.Fields(s), "")
}

// FuzzRender keeps to Discord's limits, and loses no letter.
func FuzzRender(f *testing.F) {
	for _, s := range renderSeeds {
		f.Add(s, false)
		f.Add(s, true)
	}
	f.Fuzz(func(t *testing.T, s string, spoiler bool) {
		m := bot.Message{Text: s, Spoiler: spoiler}
		parts := render(m)
		checkParts(t, parts)
		if got, want := letters(strings.Join(parts, "\n")), lettersOf(markdown.Parse(s)); got != want && !strings.Contains(s, "%") {
			t.Errorf("%.999q\n is rendered %.999q\n with the letters %.999q\nwant %.999q", s, parts, got, want)
		}
		m.Title, m.Footer, m.Topics = s, s, []string{s}
		checkParts(t, render(m))
		if name := threadName(s); name == "" || utf8.RuneCountInString(name) > threadNameLimit || strings.ContainsAny(name, "\n\r") {
			t.Errorf("a thread is named %q", name)
		}
	})
}

func checkParts(t *testing.T, parts []string) {
	t.Helper()
	if len(parts) == 0 {
		t.Error("there is no part")
	}
	for i, part := range parts {
		if n := markdown.UTF16(part); n > contentLimit {
			t.Errorf("part %d has %d units", i, n)
		}
		if r, _ := utf8.DecodeRuneInString(part); unicode.Is(unicode.M, r) {
			t.Errorf("part %d begins with a mark", i)
		}
		if part == "" && len(parts) > 1 || part != strings.TrimSpace(part) || !utf8.ValidString(part) {
			t.Errorf("part %d of %d is %q", i, len(parts), part)
		}
		if strings.Count(part, "```")%2 != 0 {
			t.Errorf("part %d leaves code open: %q", i, part)
		}
	}
}

// letters are the letters and marks of what was rendered, without the lines of fences.
func letters(s string) string {
	var b strings.Builder
	for line := range strings.SplitSeq(s, "\n") {
		if !strings.HasPrefix(strings.TrimLeft(line, "> |"), "```") {
			b.WriteString(line)
			b.WriteByte(' ')
		}
	}
	return onlyLetters(b.String())
}

func onlyLetters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.L, unicode.M) {
			return r
		}
		return -1
	}, strings.ToLower(encoded.Replace(s)))
}

func lettersOf(blocks []markdown.Block) string {
	var r reader
	expectedBlocks(&r, blocks)
	return onlyLetters(r.seen.String())
}

func expectedBlocks(r *reader, blocks []markdown.Block) {
	for _, b := range blocks {
		switch n := b.(type) {
		case markdown.Paragraph:
			expected(r, n.Text, '.')
		case markdown.Heading:
			expected(r, n.Text, '.')
		case markdown.List:
			for _, item := range n.Items {
				expectedBlocks(r, item.Blocks)
			}
		case markdown.Quote:
			expectedBlocks(r, n.Blocks)
		case markdown.CodeBlock:
			if !language.MatchString(n.Language) {
				r.write(n.Language, '.')
			}
			r.write(n.Text, '.')
		case markdown.Table:
			for _, row := range append([][]markdown.Cell{n.Head}, n.Rows...) {
				for _, c := range row {
					expected(r, c, '.')
				}
			}
		}
	}
}
