package markdown

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
)

var seeds = []string{
	"**TCP(전송 제어 프로토콜)**는 *`SYN`*을", "# 제목\n\n- [x] 가\n  1. 나\n\n> ```go\n> x\n> ```\n\n| a | b |\n|---|--:|\n| **1** | `2` |",
	"[a][1] ![b](c \"d\") <https://e.f> https://g.h/i_j&amp;k를\n\n[1]: https://l.m", "***a** b* __c__ ~~d~~ \\* &lt; `` ` ``",
	"a  \nb\\\nc\n---\n<br>\n***", "https://*https://**a**", "👨\u200d👩\u200d👧 e\u0301 \u1112\u1161\u11ab",
}

// FuzzParse holds what renderers rely on.
func FuzzParse(f *testing.F) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		blocks := Parse(s)
		checkBlocks(t, blocks)
		checkInlines(t, Inlines(s))
	})
}

func checkBlocks(t *testing.T, blocks []Block) {
	for _, b := range blocks {
		switch b := b.(type) {
		case Paragraph:
			if len(b.Text) == 0 {
				t.Error("a paragraph is empty")
			}
			checkInlines(t, b.Text)
		case Heading:
			if b.Level < 1 || b.Level > 6 {
				t.Errorf("a heading has level %d", b.Level)
			}
			checkInlines(t, b.Text)
		case List:
			if len(b.Items) == 0 {
				t.Error("a list is empty")
			}
			for _, item := range b.Items {
				checkBlocks(t, item.Blocks)
			}
		case Quote:
			checkBlocks(t, b.Blocks)
		case CodeBlock:
			if !utf8.ValidString(b.Text) || strings.ContainsAny(b.Language, " \n") {
				t.Errorf("code in %q is %q", b.Language, b.Text)
			}
		case Table:
			for _, row := range append([][]Cell{b.Head}, b.Rows...) {
				if len(row) != len(b.Head) || len(row) != len(b.Align) {
					t.Errorf("a row has %d cells of %d", len(row), len(b.Head))
				}
				for _, c := range row {
					checkInlines(t, c)
				}
			}
		}
	}
}

func checkInlines(t *testing.T, inlines []Inline) {
	wasText := false
	line := func(s string) {
		if !utf8.ValidString(s) || strings.ContainsAny(s, "\n\r\x00") {
			t.Errorf("%q is no line", s)
		}
	}
	for _, in := range inlines {
		isText := false
		switch in := in.(type) {
		case Text:
			isText = true
			if line(string(in)); in == "" || wasText {
				t.Errorf("text %q is empty or follows another", string(in))
			}
		case Code:
			line(string(in))
		case Strong:
			checkInlines(t, in.Text)
		case Emphasis:
			checkInlines(t, in.Text)
		case Strike:
			checkInlines(t, in.Text)
		case Link:
			line(in.URL)
			line(in.Title)
			checkInlines(t, in.Text)
		case Image:
			line(in.URL)
			line(in.Title)
			line(in.Alt)
		}
		wasText = isText
	}
}

// FuzzWords loses none of the words, in whatever they stand.
func FuzzWords(f *testing.F) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		// An entity is written otherwise than it reads, so is what refers to a link, and settings of code are dropped.
		if strings.ContainsAny(s, "&={") || strings.Contains(s, "]:") {
			return
		}
		s = strings.NewReplacer("x", "", "X", "").Replace(strings.ToValidUTF8(s, "")) // of a task
		var all strings.Builder
		allWords(&all, Parse(s))
		got, want := letters(all.String()), letters(s)
		if got != want && strings.Contains(s, "](") && len(got) < len(want) {
			return // a link may have its own address as its text, which is written once here
		}
		if got != want {
			t.Errorf("%q\n has the letters %q\nwant %q", s, got, want)
		}
	})
}

// letters are the letters and marks of a text. Digits may be those of a list.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.L, unicode.M) {
			return r
		}
		return -1
	}, s)
}

// allWords writes what stands in a tree, in order, hidden or not.
func allWords(b *strings.Builder, blocks []Block) {
	for _, block := range blocks {
		switch n := block.(type) {
		case Paragraph:
			allInlines(b, n.Text)
		case Heading:
			allInlines(b, n.Text)
		case List:
			for _, item := range n.Items {
				allWords(b, item.Blocks)
			}
		case Quote:
			allWords(b, n.Blocks)
		case CodeBlock:
			b.WriteString(n.Language + n.Text)
		case Table:
			for _, row := range append([][]Cell{n.Head}, n.Rows...) {
				for _, c := range row {
					allInlines(b, c)
				}
			}
		}
	}
}

func allInlines(b *strings.Builder, inlines []Inline) {
	for _, in := range inlines {
		switch n := in.(type) {
		case Text:
			b.WriteString(string(n))
		case Code:
			b.WriteString(string(n))
		case Strong:
			allInlines(b, n.Text)
		case Emphasis:
			allInlines(b, n.Text)
		case Strike:
			allInlines(b, n.Text)
		case Link:
			allInlines(b, n.Text)
			if !n.Bare() && n.URL != "mailto:"+Plain(n.Text) {
				b.WriteString(n.URL + n.Title)
			}
		case Image:
			b.WriteString(n.Alt + n.URL + n.Title)
		}
	}
}

// FuzzEmphasis reads emphasis as goldmark does wherever no Korean is near.
func FuzzEmphasis(f *testing.F) {
	for _, s := range append([]string{"***a**b*", "*a**b**c*", "a***b***c*", "**a*b*c**", "_a_b_ __c", "*(**a**)*", "***a** b***c*", "****a**b*c*"}, seeds...) {
		f.Add(s)
	}
	theirs := goldmark.DefaultParser()
	f.Fuzz(func(t *testing.T, s string) {
		s = strings.Map(func(r rune) rune {
			if strings.ContainsRune("*_()[]`\\ ab.", r) {
				return r
			}
			return rune(".ab* (_*)_ "[int(r)%11])
		}, s)
		s = strings.Trim("x"+s, " ")
		var want strings.Builder
		source := []byte(s)
		r := reading{source: source}
		showTheirs(&want, &r, theirs.Parse(text.NewReader(source)).FirstChild())
		if got := showInlines(Inlines(s)); got != want.String() {
			t.Errorf("%q\n is %s\nwant %s", s, got, want.String())
		}
	})
}

func showTheirs(b *strings.Builder, r *reading, n ast.Node) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if e, ok := c.(*ast.Emphasis); ok {
			mark := [...]string{"i", "b"}[e.Level-1]
			b.WriteString("<" + mark + ">")
			showTheirs(b, r, c)
			b.WriteString("</" + mark + ">")
			continue
		}
		switch c := c.(type) {
		case *ast.Link:
			b.WriteString("<a " + strings.TrimSpace(address(c.Destination)+" "+oneLine(c.Title)) + ">")
			showTheirs(b, r, c)
			b.WriteString("</a>")
		default:
			for _, p := range r.pieces(nil, c) {
				if p.node == nil {
					b.WriteString(p.text)
				} else {
					b.WriteString(showInlines([]Inline{p.node}))
				}
			}
		}
	}
}
