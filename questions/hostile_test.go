package questions

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf16"
)

// Nobody means well with these. Each is read through the reader itself, whatever its size, and must come back with
// sound cards; that the time stays linear is another test's matter.
func TestReadHostileNotes(t *testing.T) {
	t.Parallel()
	const many = 10_000
	line := func(piece string) string { return strings.Repeat(piece, 1<<20/len(piece)) }
	tests := map[string]string{
		"one endless line":        line("a"),
		"an endless question":     line("why ") + "?",
		"endless brackets":        line("["),
		"endless emphasis":        line("*a "),
		"endless links":           line("[a](b)"),
		"endless tags":            line("<b>"),
		"endless closing tags":    "<p>" + line("</b>"),
		"endless ticks":           line("`"),
		"endless one-liners":      "Q: " + line("a? A: b "),
		"endless table row":       "|" + line("a|") + "\n|-|\n|" + line("b?|"),
		"endless options":         line("A) b\nB) c\n"),
		"nested quotes":           strings.Repeat("> ", many) + "What is a?",
		"nested lists":            strings.Repeat("- ", many) + "What is a?",
		"nested folds":            strings.Repeat("<details><summary>What is a?</summary>\n", many),
		"nested elements":         strings.Repeat("<ul><li>", many) + "What is a?",
		"deeper and deeper":       deeper(400),
		"fence never closed":      "## What is a?\n```\n" + strings.Repeat("b?\n", many),
		"fences never closed":     strings.Repeat("```\n\na?\n", 9),
		"comment never closed":    "<!--\n" + strings.Repeat("## What is a?\n", 99),
		"summary never closed":    "<details>\n<summary>What is a?\nb\n",
		"folds never closed":      strings.Repeat("<details>\n<summary>What is a?</summary>\nb\n", 99),
		"nothing but closings":    strings.Repeat("</details></summary></p>\n", 99),
		"pre never closed":        "<pre>\n## What is a?\n",
		"zero bytes":              "## What \x00is a?\n\x00\nb\x00\n",
		"broken letters":          "## What is \xff\xfe?\n\xe3\x81\n- \xf0\x9f\n",
		"marks of all kinds":      strings.Repeat("<!-- quiz: id=a skip question difficulty=x -->\n", 99),
		"front matter of anchors": "---\na: &a [x]\nb: &b [*a,*a]\nc: [*b,*b]\ntopics: *a\n---\n## What is a?\nb\n",
		"line ends of all kinds":  "## What is a?\r\nb\r## What is c?\n\rd\r\n",
	}
	for name, src := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cards, _, how := read("note.md", src)
			if how.Sure < 0 || how.Sure > 100 {
				t.Errorf("sure by %d%%", how.Sure)
			}
			lines := strings.Count(src, "\n") + strings.Count(src, "\r") + 1
			for _, c := range cards {
				if text := c.text; strings.TrimSpace(text.Prompt) == "" || text.Line < 1 || text.Line > lines {
					t.Fatalf("card %.200q at line %d", text.Prompt, text.Line)
				}
			}
		})
	}
}

// deeper is a list each of whose items is one level deeper than the last.
func deeper(levels int) string {
	var b strings.Builder
	for i := range levels {
		fmt.Fprintf(&b, "%s- What is %d?\n", strings.Repeat("  ", i), i)
	}
	return b.String()
}

func TestReadReportsCaps(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, src string
		code      Code
		line      int
	}{
		{"quotations", "## What is a?\nb\n\n" + strings.Repeat("> ", 101) + "c\n", TooDeep, 4},
		{"elements", "## What is a?\nb\n\n" + strings.Repeat("<div>", 101) + "c\n", TooDeep, 4},
		{"long question", "## What is a?\nb\n\n## " + strings.Repeat("why ", 600) + "?\nc\n", TooLong, 4},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, warnings, _ := read("note.md", tt.src)
			if len(warnings) != 1 || warnings[0].Code != tt.code || warnings[0].Line != tt.line {
				t.Errorf("warnings %+v, want %s at line %d", warnings, tt.code, tt.line)
			}
		})
	}
	if _, warnings, _ := read("note.md", "## What is a?\n"+strings.Repeat("> ", 100)+"c\n"); len(warnings) > 0 {
		t.Errorf("100 levels are reported: %v", warnings)
	}
}

func TestLoadUTF16(t *testing.T) {
	t.Parallel()
	encode := func(order binary.AppendByteOrder, text string) []byte {
		var b []byte
		for _, u := range utf16.Encode([]rune("\ufeff" + text)) {
			b = order.AppendUint16(b, u)
		}
		return b
	}
	const note = "## 포트란? 🐥\r\n번호.\r\n"
	little, big := encode(binary.LittleEndian, note), encode(binary.BigEndian, note)
	for name, data := range map[string][]byte{"little": little, "big": big} {
		notes, err := Load(Source{FS: fstest.MapFS{"a.md": {Data: data}}, Root: "a.md"})
		if err != nil || len(notes.Questions) != 1 || notes.Questions[0].Texts[0].Answer != "번호." {
			t.Errorf("%s: %v %+v", name, err, notes.Questions)
		}
	}
	for name, data := range map[string][]byte{
		"without its mark": little[2:], "cut within a letter": little[:len(little)-1], "half a pair": {0xFF, 0xFE, 0x3D, 0xD8}, "not a pair": {0xFF, 0xFE, 0x3D, 0xD8, 'a', 0},
	} {
		notes, _ := Load(Source{FS: fstest.MapFS{"a.md": {Data: data}}, Root: "a.md"})
		if count(notes.Warnings, NotText) != 1 {
			t.Errorf("%s: %v", name, notes.Warnings)
		}
	}
}
