package slack

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"

	"rewind/bot/markdown"
)

func TestFaithful(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]bool{
		"plain words":                          true,
		"한 줄":                                  true,
		"a **b**, *c* and ~~d~~!":              true,
		"a `b` c":                              true,
		"1. a\n2. b":                           true,
		"# 제목\n\n본문":                           true,
		"```python\nprint(\"<b> & \\n\")\n```": true, // nothing in code is a mark

		"a\nb":                                  false, // a line break is not documented to stay
		"**굵게**는":                               false, // a mark beside a particle
		"a **b**c":                              false,
		"`a`는":                                  false,
		"a < b":                                 false,
		"R&D":                                   false,
		"&copy; 2026":                           false,
		"1\\. a":                                false,
		"a@here.com":                            false,
		"see #C0123ABCD":                        false,
		":smile:":                               false,
		"https://a.b":                           false,
		"[a]: https://b.c":                      false,
		"![a](https://b.c)":                     false,
		"[a](b.md)":                             false,
		"a\n---":                                false, // a heading by its underline
		"- a\n  - b":                            false,
		"- a\n\n- b":                            false,
		"3. a":                                  false,
		"```\na\n```":                           false, // without a language nothing is won
		"    a":                                 false,
		"|a|\n|-|\n|b|":                         false, // a table of its own is surer
		"---":                                   false,
		"```go\n// <!channel> <@U1> @here\n```": false,
		"":                                      false,
	} {
		if got := faithful(in, markdown.Parse(in)); got != want {
			t.Errorf("%q is faithful: %v", in, got)
		}
	}
}

// TestFaithfulIsReadAlike has another reader of Markdown, without our rules, find the same in whatever is left to Slack.
func TestFaithfulIsReadAlike(t *testing.T) {
	t.Parallel()
	bits := []string{"**", "*", "_", "~~", "`", "a", "b ", " ", "가", "나 ", "(", ")", ".", ",", "1", "- ", "> ", "# ", "\n", "\n\n", "1. ", "```go\n", "\n```\n",
		"[x](https://a.b/c)", "&amp;", "\\", "<", "[ ] ", "www.a.b", "+ ", "=", "|"}
	other := goldmark.New(goldmark.WithExtensions(extension.GFM))
	random := rand.New(rand.NewPCG(1, 2))
	read := 0
	for range 20_000 {
		var b strings.Builder
		for range random.IntN(12) {
			b.WriteString(bits[random.IntN(len(bits))])
		}
		text := b.String()
		tree := markdown.Parse(text)
		if !faithful(text, tree) {
			continue
		}
		read++
		var html bytes.Buffer
		if err := other.Convert([]byte(text), &html); err != nil {
			t.Fatal(err)
		}
		if got, want := tags(html.String()), countsOf(tree); got != want {
			t.Errorf("%q\n is to others %s\n and to us  %s", text, got, want)
		}
	}
	if read < 1000 {
		t.Errorf("only %d texts were read", read)
	}
}

func tags(html string) string {
	n := func(tag string) int { return strings.Count(html, "<"+tag) }
	return fmt.Sprint("p ", n("p>"), n("p "), " h ", n("h1")+n("h2")+n("h3"), " strong ", n("strong"), " em ", n("em"), " del ", n("del"), " a ", n("a "), " li ", n("li"), " code ", n("code"),
		" quote ", n("blockquote"), " hr ", n("hr"), " br ", n("br"), " input ", n("input"), " table ", n("table"))
}

// countsOf are the tags that a tree would have.
func countsOf(tree []markdown.Block) string {
	var b strings.Builder
	writeTags(&b, tree, false)
	return tags(b.String())
}

func writeTags(b *strings.Builder, tree []markdown.Block, tight bool) {
	for _, block := range tree {
		switch n := block.(type) {
		case markdown.Paragraph:
			if !tight {
				b.WriteString("<p>")
			}
			writeInlineTags(b, n.Text)
		case markdown.Heading:
			b.WriteString("<h1")
			writeInlineTags(b, n.Text)
		case markdown.CodeBlock:
			b.WriteString("<pre><code")
		case markdown.Quote:
			b.WriteString("<blockquote")
			writeTags(b, n.Blocks, false)
		case markdown.List:
			for _, item := range n.Items {
				b.WriteString("<li")
				if item.Task != markdown.NoTask {
					b.WriteString("<input")
				}
				writeTags(b, item.Blocks, true)
			}
		}
	}
}

func writeInlineTags(b *strings.Builder, in []markdown.Inline) {
	for _, in := range in {
		switch n := in.(type) {
		case markdown.Strong:
			b.WriteString("<strong")
			writeInlineTags(b, n.Text)
		case markdown.Emphasis:
			b.WriteString("<em")
			writeInlineTags(b, n.Text)
		case markdown.Strike:
			b.WriteString("<del")
			writeInlineTags(b, n.Text)
		case markdown.Code:
			b.WriteString("<code")
		case markdown.Link:
			b.WriteString("<a ")
		}
	}
}
