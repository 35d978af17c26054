package slack

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"rewind/bot/markdown"
)

// Here is decided which texts Slack is left to read by itself, in a block of Markdown.

// faithful says that Slack shows a text as it was meant: there is nothing in it but what is documented and what every reader of Markdown
// takes for the same. Of what is left, a block of Markdown shows headings and lists better than rich text can.
// https://docs.slack.dev/reference/block-kit/blocks/markdown-block
func faithful(text string, tree []markdown.Block) bool {
	if calling.MatchString(text) || unusual.MatchString(text) || len(tree) == 0 {
		return false
	}
	code := codeIn(tree)
	for _, sign := range []string{`\`, "&", "<", "`"} { // escapes, entities and HTML are read in more than one way
		if strings.Count(text, sign) != strings.Count(code, sign) {
			return false
		}
	}
	return !slices.ContainsFunc(tree, func(b markdown.Block) bool { return !plainBlock(b) })
}

var (
	// calling is what could call somebody, wherever it stands.
	calling = regexp.MustCompile(`(?i)<[@#!]|<\w+:|@(channel|here|everyone)|#[CG][A-Z0-9]{8}`)

	// unusual are headings by underlines, definitions of links, and two tildes as a fence.
	unusual = regexp.MustCompile(`(?m)^\s*(=+|-+)\s*$|\]:|~~~|\t`)
)

// codeIn is the code of a text with the ticks around it.
func codeIn(tree []markdown.Block) string {
	var b strings.Builder
	for _, block := range tree {
		switch block := block.(type) {
		case markdown.CodeBlock:
			b.WriteString("```" + block.Text + "```")
		case markdown.Paragraph:
			inlineCode(&b, block.Text)
		case markdown.Heading:
			inlineCode(&b, block.Text)
		case markdown.Quote:
			b.WriteString(codeIn(block.Blocks))
		case markdown.List:
			for _, it := range block.Items {
				b.WriteString(codeIn(it.Blocks))
			}
		}
	}
	return b.String()
}

func inlineCode(b *strings.Builder, in []markdown.Inline) {
	for _, in := range in {
		if c, ok := in.(markdown.Code); ok {
			b.WriteString("`" + string(c) + "`")
		}
	}
}

func plainBlock(b markdown.Block) bool {
	switch b := b.(type) {
	case markdown.Paragraph:
		return plainLine(b.Text)
	case markdown.Heading:
		return plainLine(b.Text)
	case markdown.CodeBlock:
		return languageOf(b.Language) != "" && !strings.Contains(b.Text, "```")
	case markdown.Quote:
		return len(b.Blocks) == 1 && isPlainParagraph(b.Blocks[0])
	case markdown.List:
		if b.Loose || b.Ordered && b.Start != 1 {
			return false
		}
		return !slices.ContainsFunc(b.Items, func(it markdown.Item) bool { return len(it.Blocks) != 1 || !isPlainParagraph(it.Blocks[0]) })
	}
	return false
}

func isPlainParagraph(b markdown.Block) bool {
	p, ok := b.(markdown.Paragraph)
	return ok && plainLine(p.Text)
}

// signs are the letters that may be marks to somebody, addresses, and names of emoji.
var signs = regexp.MustCompile("[*_~`\\[\\]<>&@\\\\|#]|://|(?i:www\\.)|:[A-Za-z0-9_+-]+:")

// plainLine says that a line has no mark but for words that stand apart: beside a Korean particle marks are not always read.
func plainLine(in []markdown.Inline) bool {
	if len(in) == 0 {
		return false
	}
	for i, n := range in {
		var before, after markdown.Inline = markdown.Text(" "), markdown.Text(" ")
		if i > 0 {
			before = in[i-1]
		}
		if i+1 < len(in) {
			after = in[i+1]
		}
		if !plainInline(n) || marked(n) && !apart(before, after) {
			return false
		}
	}
	return true
}

func plainInline(n markdown.Inline) bool {
	switch n := n.(type) {
	case markdown.Text:
		return !signs.MatchString(string(n))
	case markdown.Strong:
		return plainWords(n.Text)
	case markdown.Emphasis:
		return plainWords(n.Text)
	case markdown.Strike:
		return plainWords(n.Text)
	case markdown.Code:
		return !strings.ContainsAny(string(n), "`") && strings.TrimSpace(string(n)) == string(n) && n != ""
	case markdown.Link:
		target, ok := targetOf(n.URL)
		return ok && target == n.URL && n.Title == "" && !strings.ContainsAny(target, "()*_~[]") && !strings.HasPrefix(target, "mailto:") && plainWords(n.Text)
	}
	return false
}

// plainWords says that inlines are only words.
func plainWords(in []markdown.Inline) bool {
	if len(in) != 1 {
		return false
	}
	text, ok := in[0].(markdown.Text)
	return ok && !signs.MatchString(string(text)) && strings.TrimSpace(string(text)) == string(text)
}

// marked says that an inline has marks around it.
func marked(n markdown.Inline) bool {
	_, words := n.(markdown.Text)
	return !words
}

// apart says that between two inlines there is room for marks.
func apart(before, after markdown.Inline) bool {
	b, okBefore := before.(markdown.Text)
	a, okAfter := after.(markdown.Text)
	if !okBefore || !okAfter {
		return false
	}
	last, _ := utf8.DecodeLastRuneInString(string(b))
	first, _ := utf8.DecodeRuneInString(string(a))
	return unicode.IsSpace(last) && (unicode.IsSpace(first) || strings.ContainsRune(".,;:!?", first))
}
