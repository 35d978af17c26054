package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"rewind/bot/discord/discordtest"
	"rewind/bot/slack/slacktest"
)

// served is a rewind serve with an environment of its own.
type served struct {
	out, err lockedBuffer
	code     chan int
	stop     context.CancelFunc
}

// lockedBuffer is a stream that is read while it is written.
type lockedBuffer struct {
	mu  sync.Mutex // guards all
	all strings.Builder
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.all.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.all.String()
}

func serve(t *testing.T, env map[string]string, args ...string) *served {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	s := &served{code: make(chan int, 1), stop: stop}
	args = append([]string{"serve", "--lang=en", "--zone=UTC", "--db", filepath.Join(t.TempDir(), "b.db")}, args...)
	go func() {
		s.code <- run(ctx, args, shell{in: strings.NewReader(""), out: &s.out, err: &s.err, getenv: func(name string) string { return env[name] }})
	}()
	return s
}

// ended waits for the end and checks its code and that no secret was said.
func (s *served) ended(t *testing.T, want int, secrets ...string) {
	t.Helper()
	if got := <-s.code; got != want {
		t.Errorf("ended with %d, want %d; it said\n%s%s", got, want, s.out.String(), s.err.String())
	}
	for _, secret := range secrets {
		if strings.Contains(s.out.String()+s.err.String(), secret) {
			t.Error("a secret was said")
		}
	}
}

// TestServePlatforms plays one question on Discord and on Slack in one process.
func TestServePlatforms(t *testing.T) {
	t.Parallel()
	d, sl := discordtest.New(t), slacktest.New(t)
	guild := d.Guild("Study group")
	general := guild.Text("general")
	mina := sl.Member("mina")
	mina.Set(func(p *slacktest.Profile) { p.Admin = true })
	room := sl.Channel("general")
	s := serve(t, map[string]string{
		envDiscordToken: strings.TrimPrefix(d.Token(), "Bot "), envDiscordAPI: d.URL() + "/api",
		envSlackBotToken: sl.Token(), envSlackAppToken: sl.AppToken(), envSlackAPI: sl.URL(),
	})
	d.Until("the commands are registered", func() bool { return len(d.Commands()) > 0 })
	d.Until("the bot says hello on Discord", func() bool { return len(general.FromBot()) == 1 })
	guild.Owner().Slash(general, "quiz post", nil)
	d.Until("a question stands on Discord", func() bool { return len(general.FromBot()) == 2 && len(general.Threads()) == 1 })
	sl.Until("Slack is connected", func() bool { return sl.Connections() > 0 })
	mina.Slash(room, "/quiz post")
	sl.Until("a question stands on Slack", func() bool {
		for _, m := range room.Messages() {
			if strings.Contains(m.Text+string(m.Blocks), "Question #1") {
				return true
			}
		}
		return false
	})
	s.stop()
	s.ended(t, 0, strings.TrimPrefix(d.Token(), "Bot "), sl.Token(), sl.AppToken())
}

// TestServeBadToken ends with a sentence that says what to do.
func TestServeBadToken(t *testing.T) {
	t.Parallel()
	d, sl := discordtest.New(t), slacktest.New(t)
	s := serve(t, map[string]string{envDiscordToken: "not.the.token", envDiscordAPI: d.URL() + "/api"})
	s.ended(t, exitFailed, "not.the.token")
	if said := s.err.String(); !strings.Contains(said, "does not know this token") {
		t.Errorf("it said %s", said)
	}
	s = serve(t, map[string]string{envSlackBotToken: sl.Token(), envSlackAppToken: "xapp-wrong", envSlackAPI: sl.URL()})
	s.ended(t, exitFailed, "xapp-wrong", sl.Token())
	if said := s.err.String(); !strings.Contains(said, "REWIND_SLACK_APP_TOKEN") {
		t.Errorf("it said %s", said)
	}
	s = serve(t, map[string]string{envSlackBotToken: sl.Token()})
	s.ended(t, exitFailed, sl.Token())
	if said := s.err.String(); !strings.Contains(said, "docs/slack.md") {
		t.Errorf("it said %s", said)
	}
}

func TestSecretInAFile(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte(" abc\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		env  map[string]string
		want string
		ok   bool
	}{
		{map[string]string{"X_FILE": file}, "abc", true},
		{map[string]string{"X": "here", "X_FILE": file}, "here", true},
		{map[string]string{"X_FILE": file + ".none"}, "", false},
		{map[string]string{}, "", true},
	} {
		e := &environment{getenv: func(name string) string { return row.env[name] }}
		if got := e.secret("X"); got != row.want || (e.err == nil) != row.ok {
			t.Errorf("%v: %q, %v", row.env, got, e.err)
		}
	}
}

// TestApplicationOf reads the application's ID out of a token made of it.
func TestApplicationOf(t *testing.T) {
	t.Parallel()
	for token, want := range map[string]string{
		"MTIzNDU2Nzg5MDEyMzQ1Njc4.x.y": "123456789012345678", "": "APPLICATION_ID", "abc": "APPLICATION_ID", "token.of": "APPLICATION_ID",
	} {
		if got := applicationOf(token); got != want {
			t.Errorf("%q: %q", token, got)
		}
	}
}
