package console_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	_ "time/tzdata"
	"unicode"

	"golang.org/x/tools/txtar"

	"rewind/bot/bottest/replay"
)

var rewrite = flag.Bool("rewrite", false, "write what the transcripts print into their files")

// TestDays plays the chats in testdata/days through the real bot, with its Run, cron and store, on a clock that stands
// still until it is wound. Each file holds a script, the notes it is played with, and the transcript it must print:
//
//	# what it shows, then one setting a line: at=2026-03-09T08:59 zone=Asia/Seoul lang=ko
//	-- script --
//	-- notes/x.md --
//	-- want --
//
// A script is what would be typed into rewind try, with words for what befalls the bot, such as "/quiz !down 26h"; package
// replay has them all, and plays the same scripts on other platforms.
func TestDays(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/days/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no transcripts: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			t.Parallel()
			playDay(t, file)
		})
	}
}

func playDay(t *testing.T, file string) {
	a, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	replay.InTerminal(t, a, &out)
	got := out.String()
	for _, broken := range []string{"⟦", "<no value>"} {
		if strings.Contains(got, broken) {
			t.Errorf("a sentence is broken: %s", got[strings.Index(got, broken):])
		}
	}
	if *rewrite {
		setSection(a, "want", got)
		if err := os.WriteFile(file, txtar.Format(a), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want := section(a, "want"); got != want {
		t.Errorf("the transcript differs; -rewrite writes the new one.\n%s", firstDifference(want, got))
	}
}

func section(a *txtar.Archive, name string) string {
	for _, f := range a.Files {
		if f.Name == name {
			return string(f.Data)
		}
	}
	return ""
}

func setSection(a *txtar.Archive, name, text string) {
	for i := range a.Files {
		if a.Files[i].Name == name {
			a.Files[i].Data = []byte(text)
			return
		}
	}
	a.Files = append(a.Files, txtar.File{Name: name, Data: []byte(text)})
}

func firstDifference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range min(len(w), len(g)) {
		if w[i] != g[i] {
			return fmt.Sprintf("line %d:\nwant %q\ngot  %q", i+1, w[i], g[i])
		}
	}
	return fmt.Sprintf("want %d lines, got %d", len(w), len(g))
}

var commandNames = regexp.MustCompile("(?m)^\\| `/quiz ([^`]+)` \\|.*\\| `/quiz ([^`]+)` \\|")

// TestDaysHaveAll wants every command of the reference in a script, in both languages.
func TestDaysHaveAll(t *testing.T) {
	t.Parallel()
	reference, err := os.ReadFile("../../docs/commands.md")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("testdata/days/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	typed := ""
	for _, file := range files {
		a, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		typed += section(a, "script") + "\n"
	}
	found := commandNames.FindAllStringSubmatch(string(reference), -1)
	if len(found) < 20 {
		t.Fatalf("the reference has %d commands", len(found))
	}
	for _, names := range found {
		words := len(strings.Fields(names[1][:nameLength(names[1])])) // as many has the Korean name
		for _, usage := range names[1:] {
			called := "/quiz " + strings.Join(strings.Fields(usage)[:words], " ")
			if !strings.Contains(typed, called+" ") && !strings.Contains(typed, called+"\n") {
				t.Errorf("no script gives %s", called)
			}
		}
	}
}

// nameLength is how much of an English usage is the command's name: its options are in capitals or in brackets.
func nameLength(usage string) int {
	if i := strings.IndexFunc(usage, func(r rune) bool { return unicode.IsUpper(r) || strings.ContainsRune("[=|", r) }); i >= 0 {
		return i
	}
	return len(usage)
}
