package markdown

import (
	"strings"
	"testing"
)

func TestTableLines(t *testing.T) {
	t.Parallel()
	table := Parse("| 이름 | size | ok |\n|---|---:|:-:|\n| 전송 | 8 | y |\n| a | 1024 | |")[0].(Table)
	want := []string{
		"이름 | size | ok", // a Korean syllable is two columns wide
		"-----|------|---",
		"전송 |    8 | y",
		"a    | 1024 |",
	}
	got := table.Lines(func(c Cell) string { return Plain(c) })
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("laid out as\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
