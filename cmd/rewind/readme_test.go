package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestReadmeChat plays what is typed in the README's first block through try, and holds what it prints against the
// block. A line of "…" in the block stands for any lines.
func TestReadmeChat(t *testing.T) {
	t.Parallel()
	block := firstBlock(t)
	var script []string
	speakers := []string{"you> ", "Jun> "}
	for _, line := range block {
		for _, who := range speakers {
			if typed, ok := strings.CutPrefix(line, who); ok {
				if who != speakers[0] {
					typed = "@" + strings.TrimSuffix(who, "> ") + " " + typed
				}
				script = append(script, typed)
			}
		}
	}
	if len(script) < 4 {
		t.Fatalf("the README's chat has only %d typed lines", len(script))
	}
	var out, errs strings.Builder
	code := run(t.Context(), []string{"try", "--lang=en", "--at=2026-03-09T09:30", "--zone=Asia/Seoul"}, shell{
		in: strings.NewReader(strings.Join(script, "\n") + "\n"), out: &out, err: &errs, getenv: func(string) string { return "" },
	})
	if code != 0 {
		t.Fatalf("try ended with %d: %s", code, errs.String())
	}
	printed := strings.Split(out.String(), "\n")
	at := 0
	elided := true // what comes before the block may be anything
	for _, want := range block[1:] {
		if want == "…" {
			elided = true
			continue
		}
		for at < len(printed) && printed[at] != want && elided {
			at++
		}
		if at == len(printed) || printed[at] != want {
			t.Fatalf("try does not print the README's line %q; it prints\n%s", want, out.String())
		}
		at++
		elided = false
	}
}

// firstBlock returns the lines of the README's first code block; the first of them is the command that begins the chat.
func firstBlock(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(text), "```console\n")
	block, _, closed := strings.Cut(rest, "\n```")
	if !ok || !closed {
		t.Fatal("the README has no chat")
	}
	lines := strings.Split(block, "\n")
	if lines[0] != "$ go run ./cmd/rewind try" {
		t.Fatalf("the README's chat begins with %q", lines[0])
	}
	return lines
}

// TestReadmeCommands runs what the README tells people to type, with the project's own fixtures as their notes. What
// builds, serves for ever or needs a container engine is run elsewhere.
func TestReadmeCommands(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	dir, ran := t.TempDir(), 0
	for line := range strings.Lines(string(text)) {
		typed, ok := strings.CutPrefix(strings.TrimSpace(line), "go run ./cmd/rewind ")
		if !ok {
			continue
		}
		args := strings.Fields(typed)
		for i := range args {
			switch {
			case args[i] == "FILE-OR-FOLDER":
				args[i] = "../../questions/testdata"
			case i > 0 && (args[i-1] == "--db" || args[i-1] == "-o"):
				args[i] = filepath.Join(dir, args[i])
			}
		}
		var out, errs strings.Builder
		code := run(t.Context(), args, shell{in: strings.NewReader("/next\n/quit\n"), out: &out, err: &errs, getenv: func(string) string { return "" }})
		if code != 0 || out.Len() == 0 {
			t.Errorf("%s ended with %d: %s", typed, code, errs.String())
		}
		ran++
	}
	if ran < 5 {
		t.Errorf("ran only %d commands; the README is not read right", ran)
	}
}
