package bot

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"rewind/questions"
)

var rewriteReference = flag.Bool("rewrite", false, "write docs/commands.md anew from the table of commands")

// TestReference holds docs/commands.md against the table of commands, from which it is made.
func TestReference(t *testing.T) {
	t.Parallel()
	const path = "../docs/commands.md"
	want := reference()
	if *rewriteReference {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("%s is not what the table says; go test ./bot -run Reference -rewrite writes it anew", path)
	}
}

func reference() string {
	var doc strings.Builder
	doc.WriteString("# Commands\n\nMade from the table in `bot/commands.go` by `go test ./bot -run Reference -rewrite`.\n")
	fmt.Fprintf(&doc, "Options may be written `name=value` or `name value`; values with blanks stand in double quotes.\n\n")
	doc.WriteString("| command | who | what | 명령 | 설명 |\n|---|---|---|---|---|\n")
	english, korean := Speak(questions.English), Speak(questions.Korean)
	for i := range commands {
		c := &commands[i]
		if !c.listed() {
			continue
		}
		usage := func(lang questions.Lang) string { return strings.ReplaceAll(c.usage(lang), "|", "\\|") }
		fmt.Fprintf(&doc, "| `%s` | %s | %s | `%s` | %s |\n", usage(questions.English), whoWords(c.who),
			english.Say("help_"+helpKey(c)), usage(questions.Korean), korean.Say("help_"+helpKey(c)))
	}
	return doc.String()
}

func whoWords(w who) string {
	if w == maintainers {
		return "maintainers"
	}
	return "everybody"
}
