package anki

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestMarkdown(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, html, want string }{
		{"plain", "What is a port?", "What is a port?"},
		{"entities", "1 &lt; 2 &amp;&amp; a&nbsp;b", "1 < 2 && a b"},
		{"breaks", "one<br>two<br/>three", "one\ntwo\nthree"},
		{"editor's lines", "one<div>two</div><div><br></div><div>three</div>", "one\ntwo\nthree"},
		{"paragraphs", "<p>one</p><p>two</p>", "one\n\ntwo"},
		{"emphasis", "a <b>bold </b>and <i>slanted</i> <em></em>word", "a **bold** and *slanted* word"},
		{"list", "first:<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>end", "first:\n\n- a\n- b\n   - c\n\nend"},
		{"numbers", "<ol><li>a</li><li>b</li></ol>", "1. a\n2. b"},
		{"code", "use <code>a*b_c</code> now", "use `a*b_c` now"},
		{"block of code", "see:<pre><code>if a &lt; b {\n  *p\n}\n</code></pre>so", "see:\n\n```\nif a < b {\n  *p\n}\n```\n\nso"},
		{"code with fences", "<pre>```\nx\n```</pre>", "````\n```\nx\n```\n````"},
		{"picture", `<img src="a b.png" alt="plan"><img src='c.png'>`, "![plan](<a b.png>)![](c.png)"},
		{"link", `see <a href="https://example.org/a?b=1&amp;c=2">here</a>.`, "see [here](https://example.org/a?b=1&c=2)."},
		{"link without address", "<a>here</a>", "here"},
		{"heading", "<h2>Title</h2>text", "**Title**\n\ntext"},
		{"script", "a<script>alert('x < y')</script>b<style>p{}</style>c", "abc"},
		{"comment", "a<!-- b -->c", "ac"},
		{"no tag", "a < b and c > d, <3", "a < b and c > d, <3"},
		{"marks in text", "2*3*4 and `x` and snake_case and _x_", "2\\*3\\*4 and \\`x\\` and snake_case and \\_x\\_"},
		{"a heading in text", "# no heading", `\# no heading`},
		{"a list in text", "- no list<br>1. none either", "\\- no list\n1\\. none either"},
		{"unclosed", "<b>bold", "**bold"},
		{"closed twice", "</b></ul></li></a></code></pre>x", "x"},
		{"white space", "  a\n   b\t c ", "a b c"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := Markdown(tt.html); got != tt.want {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
}

func TestDeletions(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, field string
		want        []Deletion
	}{
		{"none", "no {{deletion}} {{c1:x}} {{c::y}}", nil},
		{"one", "TCP is {{c1::reliable}}.", []Deletion{{1, "TCP is […].", "TCP is <b>reliable</b>."}}},
		{"hint", "{{c1::UDP::a protocol}}", []Deletion{{1, "[…: a protocol]", "<b>UDP</b>"}}},
		{"two cards", "{{c2::b}} {{c1::a}} {{c2::c}}", []Deletion{{1, "b […] c", "b <b>a</b> c"}, {2, "[…] a […]", "<b>b</b> a <b>c</b>"}}},
		{"nested", "{{c1::a {{c2::b::h}} c}}", []Deletion{{1, "[…]", "<b>a b c</b>"}}},
		{"unclosed", "{{c1::a", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := Deletions(tt.field); !slices.Equal(got, tt.want) {
				t.Errorf("got  %+v\nwant %+v", got, tt.want)
			}
		})
	}
}

func TestRows(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, src string
		want      []string // line:cells, or line:! where the row is lost
	}{
		{"plain", "a,b\nc,d\n", []string{"1:a|b", "2:c|d"}},
		{"quoted", "\"a,\"\"x\"\"\nb\",c\nd,e", []string{"1:a,\"x\"\nb|c", "3:d|e"}},
		{"empty lines", "\n\na,b\r\n\r\nc,d\r\n", []string{"3:a|b", "5:c|d"}},
		{"quote in a cell", "what is \"this\"?,x\nc,d", []string{"1:what is \"this\"?|x", "2:c|d"}},
		{"text behind a quote", "\"a\"b,x\nc,d\n", []string{"1:!", "2:c|d"}},
		{"never closed", "a,b\nc,\"d\ne,f\ng,h", []string{"1:a|b", "2:!", "3:e|f", "4:g|h"}},
		{"never closed at the end", "a,\"b", []string{"1:!"}},
		{"never closed behind a quote in a cell", "a \"b\",\"c\nd,e\n", []string{"1:!", "2:d|e"}},
		{"empty", "", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for row := range Rows(tt.src, ',') {
				cells := strings.Join(row.Cells, "|")
				if row.Err != nil {
					cells = "!"
				}
				got = append(got, string(rune('0'+row.Line))+":"+cells)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
}

func TestRowsGiveUp(t *testing.T) {
	t.Parallel()
	rows, bad := 0, 0
	for row := range Rows(strings.Repeat("\"a\"b\n", 5*maxBadRows), ',') {
		rows++
		if row.Err != nil {
			bad++
		}
	}
	if rows != bad || bad != maxBadRows+2 {
		t.Errorf("%d rows, %d of them bad", rows, bad)
	}
}

func TestReadText(t *testing.T) {
	t.Parallel()
	src := "\ufeff#separator:Semicolon\r\n#html:false\r\n#notetype:Basic\r\n#deck:Net::TCP\r\n#guid column:1\r\n#tags column:4\r\n#columns:id;Front;Back;Tags\r\n" +
		"g1;a < b?;one\r\n\"two\"g2;x;y;t1 t2\r\ng3;c?;\"d\ne\";\r\n"
	notes, bad, err := ReadText(src)
	if err != nil || !slices.Equal(bad, []int{9}) || len(notes) != 2 {
		t.Fatalf("%d notes, bad %v, %v", len(notes), bad, err)
	}
	n := notes[1]
	if n.GUID != "g3" || n.Line != 10 || !slices.Equal(n.Decks, []string{"Net", "TCP"}) || n.Type != "Basic" ||
		!slices.Equal(n.Fields, []Field{{"Front", "c?"}, {"Back", "d<br>e"}}) {
		t.Errorf("got %+v", n)
	}
	if notes[0].Fields[0].Value != "a &lt; b?" {
		t.Errorf("text was taken for HTML: %q", notes[0].Fields[0].Value)
	}
}

func FuzzMarkdown(f *testing.F) {
	for _, seed := range []string{"", "<", "<b", "a<br>b", "<ul><li>a<ol><li>b", "<pre>```", "<a href='x", "<img src=\"a\"alt=b>", "{{c1::a::b}}", "<b><i></b></i>", "&#0;&#xd800;", "<code><code></code>"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := Markdown(s)
		if utf8.ValidString(s) && !utf8.ValidString(got) {
			t.Errorf("text cut within a letter: %q", got)
		}
		for _, d := range Deletions(s) {
			Markdown(d.Asked)
		}
	})
}

func FuzzReadText(f *testing.F) {
	for _, seed := range []string{"#separator:tab\n#html:true\na\tb\n", "#columns:a,b\n#separator:,\n\"", "#separator:\n", "#tags column:99999\nx", "a\"b\t\"c\nd", "#separator:\r\na"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, src string) {
		notes, bad, err := ReadText(src)
		lines := strings.Count(src, "\n") + 1
		for _, n := range notes {
			if n.Line < 1 || n.Line > lines {
				t.Errorf("line %d of %d", n.Line, lines)
			}
		}
		if err == nil && len(notes)+len(bad) > lines {
			t.Errorf("%d notes and %d bad rows in %d lines", len(notes), len(bad), lines)
		}
	})
}
