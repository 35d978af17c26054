package discord

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"rewind/bot"
	"rewind/bot/discord/discordtest"
	"rewind/questions"
	"rewind/store"
)

var rewriteGuide = flag.Bool("rewrite", false, "write what docs/discord.md shows of messages and permissions anew")

const (
	guide   = "../../docs/discord.md"
	anew    = "go test ./bot/discord -run Guide -rewrite"
	example = "# Networks\n\n## How does TCP differ from UDP?\n\n" +
		"TCP delivers every byte **once and in order**; UDP sends datagrams and forgets them.\n\n" +
		"| | TCP | UDP |\n|---|---|---|\n| connection | yes | no |\n| order | kept | not kept |\n| header | 20–60 bytes | 8 bytes |\n"
)

// TestGuideMessages holds what docs/discord.md shows of a question and its reveal against what a bot says there.
func TestGuideMessages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		subject, p := newSubject(t)
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
		posts := p.channel.FromBot()
		question := posts[len(posts)-1]
		give(subject.Jun, "answer #1 TCP has a handshake and acknowledges what arrives. UDP does neither.")
		time.Sleep(9 * time.Hour)
		threads := p.channel.Threads()
		if len(threads) != 1 {
			t.Fatalf("there are %d threads", len(threads))
		}
		holdGuide(t, regexp.MustCompile("(?ms)^```text\n.*?^```$"), fenced(question), fenced(threads[0].FromBot()...))
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

// fenced is what a reader sees of messages, as a block of the guide.
func fenced(messages ...discordtest.Message) string {
	var texts []string
	for _, m := range messages {
		text := markup.ReplaceAllString(unescaped(m.Content), "")
		var buttons []string
		for _, b := range m.Buttons() {
			buttons = append(buttons, "["+b.Label+"]")
		}
		texts = append(texts, strings.TrimSpace(text+"\n"+strings.Join(buttons, " ")))
	}
	return "```text\n" + strings.Join(texts, "\n\n") + "\n```"
}

// markup is what Discord does not show of the Markdown in the example: headings, small print, fences and emphasis.
var markup = regexp.MustCompile("(?m)^(#{1,3}|-#) |^```\\n|\\*\\*")

// TestGuidePermissions holds the permissions that docs/discord.md names against those that the link asks for.
func TestGuidePermissions(t *testing.T) {
	var rows strings.Builder
	english := bot.Speak(questions.English)
	for _, p := range invited {
		fmt.Fprintf(&rows, "\n| %s | %s |", p.what, english.Say("discord_permission_"+p.code))
	}
	holdGuide(t, regexp.MustCompile(`(?m)^\| permission \| what for \|\n\|---\|---\|(\n\|.*$)*`), "| permission | what for |\n|---|---|"+rows.String())
}

// holdGuide holds what the guide has in the places of a pattern, in their order, against what should be there.
func holdGuide(t *testing.T, places *regexp.Regexp, want ...string) {
	t.Helper()
	text, err := os.ReadFile(guide)
	if err != nil {
		t.Fatal(err)
	}
	got := places.FindAllString(string(text), -1)
	if len(got) != len(want) {
		t.Fatalf("%s has %d places for %d texts", guide, len(got), len(want))
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
