package slack

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// facts are the facts about slack-go v0.35.0, numbered as in the platform notes. Each has tests that begin with TestFact and its
// number, stand beside what holds it off, and fail without that.
var facts = map[int]string{
	1:  "it connects anew without a pause when a connection is ended at once",
	2:  "it closes a connection before it opens the next, and says nothing of that",
	3:  "it gives up for four errors only, and without a word",
	4:  "what it does not understand cannot be acknowledged",
	5:  "while nobody takes its events, it answers no pings and does not connect",
	6:  "its Ack waits for ever once twenty wait for a connection",
	7:  "it takes the same thing as often as it comes",
	8:  "a limit that does not say for how long is no limit to it",
	9:  "its repetitions post again what may have landed",
	10: "it knows no key by which Slack would recognise a post",
	11: "its answers to a response_url hold empty fields that Slack refuses",
	12: "tokens stand in bodies, and addresses that are secrets in errors",
	13: "its debugging ends connections every six minutes and logs texts",
	14: "an acknowledgement of twenty kilobytes is not heard",
	15: "its dispatcher keeps no order and does not recover",
	16: "it checks no lengths, and sends missing blocks as null",
	17: "it escapes nothing, so that texts call people",
}

// TestFacts finds a test for each fact.
func TestFacts(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*_test.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files of tests: %v", len(files), err)
	}
	var all strings.Builder
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(text)
	}
	found := map[int]bool{}
	for _, m := range regexp.MustCompile(`(?m)^func TestFactS([0-9]+)`).FindAllStringSubmatch(all.String(), -1) {
		n, _ := strconv.Atoi(m[1])
		found[n] = true
		if facts[n] == "" {
			t.Errorf("there is no fact S%d", n)
		}
	}
	for n, fact := range facts {
		if !found[n] {
			t.Errorf("no test shows S%d: %s", n, fact)
		}
	}
}
