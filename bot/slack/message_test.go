package slack

import (
	"context"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"rewind/bot"
	"rewind/bot/slack/slacktest"
	"rewind/questions"
	"rewind/store"
)

var rewriteGuide = flag.Bool("rewrite", false, "write what docs/slack.md shows of messages anew")

const (
	guide   = "../../docs/slack.md"
	anew    = "go test ./bot/slack -run Guide -rewrite"
	example = "# Operating systems\n\n## What is the difference between a process and a thread?\n\n" +
		"A process owns an **address space**. Its threads share it, and each has a *stack* of its own:\n\n" +
		"- a thread is cheaper to switch to;\n- a thread that writes through a wild pointer takes its whole process with it.\n\n" +
		"Source: https://pages.cs.wisc.edu/~remzi/OSTEP/\n"
)

// TestGuideMessages holds what docs/slack.md shows of a question and its reveal against what a bot says there.
func TestGuideMessages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		subject, x := newSubject(t)
		time.Sleep(time.Until(time.Date(2026, 3, 8, 23, 50, 0, 0, time.UTC))) // Monday, 08:50 in Seoul
		playGuide(t, subject.Platform)
		give := func(from bot.Account, text string) {
			t.Helper()
			c := bot.Command{ID: text, From: from, Channel: subject.Channel, Text: text}
			if r, err := subject.Command(t.Context(), c); err != nil || r.Message.Text == "" {
				t.Fatalf("%s: %+v, %v", text, r, err)
			}
		}
		give(subject.Mina, "schedule add weekdays 09:00 reveal=18:00")
		time.Sleep(15 * time.Minute)
		posts := x.room.Messages()
		question := posts[len(posts)-1]
		give(subject.Jun, "answer #1 A thread is a path of execution; the process is what it runs in.")
		x.mina.Reply(question, "Threads share memory, processes do not.")
		time.Sleep(time.Minute)
		asked, _ := x.room.Message(question.TS)
		time.Sleep(9 * time.Hour)
		thread := x.room.Thread(question)
		holdGuide(t, fenced(asked), fenced(thread[len(thread)-1]))
	})
}

// playGuide lets a bot play on the platform, with one question, until the end of the test.
func playGuide(t *testing.T, p bot.Platform) {
	t.Helper()
	s, err := store.Open(filepath.Join(t.TempDir(), "rewind.db"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	notes, err := questions.Load(questions.Source{FS: fstest.MapFS{"networks.md": {Data: []byte(example)}}, Root: "."})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.ImportBank(t.Context(), store.FromNotes, notes.Questions, time.Now()); err != nil {
		t.Fatal(err)
	}
	b := bot.New(bot.Options{Store: s, Platforms: []bot.Platform{p}, Lang: questions.English, Zone: "Asia/Seoul"})
	ctx, cancel := context.WithCancel(t.Context())
	ran := make(chan error, 1)
	go func() { ran <- b.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ran; err != nil {
			t.Error(err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	time.Sleep(time.Minute)
}

// fenced is what a reader sees of a message, as a block of the guide.
func fenced(m slacktest.Message) string {
	var blocks []any
	_ = json.Unmarshal(m.Blocks, &blocks) // without blocks nothing is shown, and the guide differs
	var texts []string
	for _, b := range blocks {
		texts = append(texts, fencedBlock(b))
	}
	return "```text\n" + strings.Join(texts, "\n\n") + "\n```"
}

// fencedBlock is shownBlock with the marks that Slack draws, and with buttons.
func fencedBlock(v any) string {
	o, _ := v.(map[string]any)
	list, _ := o["elements"].([]any)
	var texts []string
	switch o["type"] {
	case "rich_text":
		for _, e := range list {
			texts = append(texts, fencedBlock(e))
		}
	case "rich_text_list":
		for _, e := range list {
			texts = append(texts, "• "+shownBlock(e))
		}
	case "rich_text_quote":
		return "│ " + strings.ReplaceAll(shownBlock(o), "\n", "\n│ ")
	case "actions":
		for _, e := range list {
			button, _ := e.(map[string]any)
			texts = append(texts, "["+shownBlock(button["text"])+"]")
		}
		return strings.Join(texts, " ")
	default:
		return shownBlock(o)
	}
	return strings.Join(texts, "\n")
}

// holdGuide holds the blocks of text that the guide has, in their order, against what they should be.
func holdGuide(t *testing.T, want ...string) {
	t.Helper()
	places := regexp.MustCompile("(?ms)^```text\\n.*?^```$")
	text, err := os.ReadFile(guide)
	if err != nil {
		t.Fatal(err)
	}
	got := places.FindAllString(string(text), -1)
	if len(got) != len(want) {
		t.Fatalf("%s has %d blocks instead of %d", guide, len(got), len(want))
	}
	n := -1
	written := places.ReplaceAllStringFunc(string(text), func(string) string { n++; return want[n] })
	if *rewriteGuide {
		if err := os.WriteFile(guide, []byte(written), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("%s has\n%s\nwhere there should be\n%s\n%s writes it anew", guide, got[i], want[i], anew)
		}
	}
}

// shown is what a reader sees of a message: its blocks if it has any.
func shown(m slacktest.Message) string {
	var blocks []any
	if json.Unmarshal(m.Blocks, &blocks) != nil {
		return slackEntities.Replace(m.Text)
	}
	var lines []string
	for _, b := range blocks {
		if text := shownBlock(b); text != "" {
			lines = append(lines, text)
		}
	}
	return strings.Join(lines, "\n")
}

// shownBlock is what a reader sees of a block, without buttons.
func shownBlock(v any) string {
	o, _ := v.(map[string]any)
	text, _ := o["text"].(string)
	switch o["type"] {
	case "mrkdwn":
		return slackEntities.Replace(text)
	case "plain_text", "text", "markdown":
		return text
	case "link":
		if text == "" {
			text, _ = o["url"].(string)
		}
		return text
	case "rich_text_preformatted":
		return "```\n" + joined(o["elements"], "") + "\n```"
	case "rich_text_section", "rich_text_quote":
		return joined(o["elements"], "")
	case "rich_text", "rich_text_list", "context":
		return joined(o["elements"], "\n")
	case "channel":
		id, _ := o["channel_id"].(string)
		return "#" + id
	case "raw_text":
		return text
	case "table":
		var rows []string
		list, _ := o["rows"].([]any)
		for _, row := range list {
			rows = append(rows, joined(row, " | "))
		}
		return strings.Join(rows, "\n")
	case "section", "header":
		return shownBlock(o["text"])
	}
	return ""
}

func joined(v any, by string) string {
	var texts []string
	elements, _ := v.([]any)
	for _, e := range elements {
		texts = append(texts, shownBlock(e))
	}
	return strings.Join(texts, by)
}
