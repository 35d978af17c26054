package questions

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var rewrite = flag.Bool("rewrite", false, "write what the reader finds into testdata instead of comparing")

// The notes in testdata are sloppy in the ways people are: a fence around everything, a question that lost its end,
// headings with a space before them, an answer of one dash.
func TestReadGolden(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.md")
	if err != nil || len(files) < 3 {
		t.Fatalf("notes in testdata: %v %v", files, err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			notes, err := Load(Source{FS: os.DirFS("testdata"), Root: filepath.Base(file)})
			if err != nil {
				t.Fatal(err)
			}
			var got bytes.Buffer
			if err := WriteJSONLines(&got, notes); err != nil {
				t.Fatal(err)
			}
			for _, w := range notes.Warnings {
				fmt.Fprintf(&got, "# %s %s:%d %s %s\n", w.Code, w.File, w.Line, w.Prompt, w.Other)
			}
			compareGolden(t, strings.TrimSuffix(file, ".md")+".cards", got.Bytes())
		})
	}
}

func compareGolden(t *testing.T, file string, got []byte) {
	t.Helper()
	if *rewrite {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(got, want) {
		return
	}
	gotLines, wantLines := strings.Split(string(got), "\n"), strings.Split(string(want), "\n")
	for i := range max(len(gotLines), len(wantLines)) {
		g, w := at(gotLines, i), at(wantLines, i)
		if g != w {
			t.Errorf("%s:%d\n got %s\nwant %s", file, i+1, g, w)
		}
	}
}

func at(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return "(no line)"
}
