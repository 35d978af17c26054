package discordtest_test

import (
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/bwmarrin/discordgo"

	"rewind/bot/discord/discordtest"
)

// TestInvalidBodiesFailTheTest sends bodies that Discord's description does not allow, and what it allows.
func TestInvalidBodiesFailTheTest(t *testing.T) {
	if os.Getenv("REWIND_SPECS") == "" {
		t.Skip("REWIND_SPECS is not set")
	}
	button := `{"type":1,"components":[{"type":2,"style":1,"label":"x","custom_id":"x"}]}`
	for _, odd := range []struct {
		method, path, body string
		want               string // part of the failure; "" if there is none
	}{
		{"POST", "messages", `{"content":"hello","nonce":"key","enforce_nonce":true}`, ""},
		{"POST", "messages", `{"content":"hello","allowed_mentions":{"parse":[]},"components":[` + button + `]}`, ""},
		{"POST", "messages", `{"content":"` + strings.Repeat("x", 2001) + `"}`, "/content"},
		{"POST", "messages", `{"content":"hello","colour":1}`, "colour"},
		{"POST", "messages", `{"content":"hello","embeds":[{"title":"x","colour":1}]}`, "colour"},
		{"POST", "messages", `{"content":"hello","components":[{"type":1,"components":[{"type":2,"style":1,"label":5,"custom_id":"x"}]}]}`, "/components/0/components/0/label"},
		{"POST", "messages", `{"content":"hello","nonce":"` + strings.Repeat("x", 26) + `"}`, "/nonce"},
		{"POST", "messages", `{"content":`, "EOF"},
		{"GET", "messages?limit=101", "", "limit"},
		{"GET", "messages?limit=100", "", ""},
		{"GET", "messages?newest=true", "", "newest"},
		{"GET", "messages?before=yesterday", "", "before"},
		{"POST", "typing", `{"on":true}`, "body"},
		{"POST", "threads", `{"name":"x","type":11,"auto_archive_duration":61}`, "/auto_archive_duration"},
		{"PUT", "nothing/of/that", "", "no route"},
	} {
		r := &recorder{T: t}
		s := discordtest.NewInMemory(r)
		ch := s.Guild("Study").Text("daily")
		q := must(http.NewRequest(odd.method, "https://discord.com/api/v10/channels/"+ch.ID+"/"+odd.path, strings.NewReader(odd.body)))
		q.Header.Set("Authorization", s.Token())
		resp := must((&http.Client{Transport: s.Transport()}).Do(q))
		_ = resp.Body.Close()
		got := strings.Join(r.all(), "\n")
		if odd.want == "" && got != "" || !strings.Contains(got, odd.want) {
			t.Errorf("%s %s %.80s: %q, want %q", odd.method, odd.path, odd.body, got, odd.want)
		}
	}
}

func TestUnreadableSpecsFailTheTest(t *testing.T) {
	t.Setenv("REWIND_SPECS", t.TempDir())
	r := &recorder{T: t}
	discordtest.NewInMemory(r)
	if got := r.all(); len(got) != 1 || !strings.Contains(got[0], "REWIND_SPECS") {
		t.Errorf("the test was told %q", got)
	}
}

func TestUnsetSpecsAreToldOnce(t *testing.T) {
	t.Setenv("REWIND_SPECS", "")
	r := &recorder{T: t}
	s := discordtest.NewInMemory(r)
	must(rest(s).ChannelMessageSend(s.Guild("Study").Text("daily").ID, "hello"))
	if len(r.logs) != 1 || len(r.all()) != 0 {
		t.Errorf("logged %q, failed %q", r.logs, r.all())
	}
}

// TestEmptyExtrasOnly lets through what discordgo always sends, but not if it says something.
func TestEmptyExtrasOnly(t *testing.T) {
	if os.Getenv("REWIND_SPECS") == "" {
		t.Skip("REWIND_SPECS is not set")
	}
	r := &recorder{T: t}
	s := discordtest.NewInMemory(r)
	app := s.Bot().ID
	must(rest(s).ApplicationCommandBulkOverwrite(app, "", quiz))
	if got := r.all(); len(got) != 0 {
		t.Errorf("discordgo's commands: %q", got)
	}
	odd := &discordgo.ApplicationCommand{Name: "quiz", Description: "d", Options: []*discordgo.ApplicationCommandOption{
		{Type: discordgo.ApplicationCommandOptionString, Name: "topic", Description: "d", ChannelTypes: []discordgo.ChannelType{1}}}}
	must(rest(s).ApplicationCommandBulkOverwrite(app, "", []*discordgo.ApplicationCommand{odd}))
	if got := r.all(); len(got) != 1 || !strings.Contains(got[0], "channel_types") {
		t.Errorf("channel types of a text: %q", got)
	}
}
