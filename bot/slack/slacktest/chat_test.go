package slacktest

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"
)

func section(text string) slack.Block {
	return slack.NewSectionBlock(slack.NewTextBlockObject("mrkdwn", text, false, false), nil, nil)
}

func button(action, value, label string) *slack.ButtonBlockElement {
	return slack.NewButtonBlockElement(action, value, slack.NewTextBlockObject("plain_text", label, false, false))
}

func TestPostUpdateDelete(t *testing.T) {
	t.Parallel()
	s := New(t)
	api, c := client(s), s.Channel("general")
	channel, ts, err := api.PostMessage(c.ID(), slack.MsgOptionText("hello", false),
		slack.MsgOptionBlocks(section("*hello*"), slack.NewActionBlock("", button("a", "v", "Answer"))),
		slack.MsgOptionMetadata(slack.SlackMetadata{EventType: "rewind", EventPayload: map[string]any{"key": "round/1"}}))
	ok(t, err)
	if channel != c.ID() {
		t.Errorf("posted in %s", channel)
	}
	m, found := c.Message(ts)
	if !found || m.Text != "hello" || m.Metadata == nil || len(m.Labels()) != 1 || m.Labels()[0] != "Answer" {
		t.Fatalf("posted %+v", m)
	}
	if !strings.Contains(string(m.Blocks), `"block_id":"`) {
		t.Errorf("the blocks have no IDs: %s", m.Blocks)
	}

	_, _, _, err = api.UpdateMessage(c.ID(), ts, slack.MsgOptionText("edited", false))
	ok(t, err)
	if m, _ = c.Message(ts); m.Text != "edited" || m.Blocks != nil || m.Edited == "" || m.Metadata == nil {
		t.Errorf("a text without blocks takes them away and keeps the metadata: %+v", m)
	}
	_, _, _, err = api.UpdateMessage(c.ID(), ts, slack.MsgOptionText(strings.Repeat("가", mostUpdateText+1), false))
	wantError(t, err, "msg_too_long")

	link, err := api.GetPermalink(&slack.PermalinkParameters{Channel: c.ID(), Ts: ts})
	ok(t, err)
	if want := "https://rewind-tests.slack.com/archives/" + c.ID() + "/p" + strings.ReplaceAll(ts, ".", ""); link != want {
		t.Errorf("permalink %s, want %s", link, want)
	}

	_, _, err = api.DeleteMessage(c.ID(), ts)
	ok(t, err)
	_, _, err = api.DeleteMessage(c.ID(), ts)
	wantError(t, err, "message_not_found")
	if n := len(c.Messages()); n != 0 {
		t.Errorf("%d messages are left", n)
	}
	if n := s.Requests("chat.delete"); n != 2 {
		t.Errorf("%d requests to delete, want 2", n)
	}
}

func TestPostsThatAreRefused(t *testing.T) {
	t.Parallel()
	s := New(&recorder{T: t}) // one of the posts is invalid
	s.SetPostLimit(100, time.Second)
	api, ana := client(s), s.Member("ana")
	c, outside, secret, archived, locked := s.Channel("general"), s.Channel("outside"), s.Private("secret", ana), s.Channel("archived"), s.Channel("locked")
	outside.Remove(s.Bot())
	secret.Remove(s.Bot())
	archived.Archive()
	locked.Restrict("restricted_action")
	gone := s.Channel("gone")
	gone.Destroy()
	theirs := ana.Say(c, "mine")
	text := slack.MsgOptionText("x", false)
	post := func(channel string, options ...slack.MsgOption) error {
		_, _, err := api.PostMessage(channel, options...)
		return err
	}
	for _, row := range []struct {
		what, code string
		err        error
	}{
		{"unknown channel", "channel_not_found", post("C0UNKNOWN", text)},
		{"deleted channel", "channel_not_found", post(gone.ID(), text)},
		{"private channel that the bot is not in", "channel_not_found", post(secret.ID(), text)},
		{"public channel that the bot is not in", "not_in_channel", post(outside.ID(), text)},
		{"archived channel", "is_archived", post(archived.ID(), text)},
		{"restricted channel", "restricted_action", post(locked.ID(), text)},
		{"nothing to say", "no_text", post(c.ID())},
		{"unknown thread", "cannot_reply_to_message", post(c.ID(), text, slack.MsgOptionTS("1.000001"))},
		{"block that is too long", "invalid_blocks", post(c.ID(), slack.MsgOptionBlocks(section(strings.Repeat("x", 3001))))},
		{"edit of another's message", "cant_update_message", func() error { _, _, _, err := api.UpdateMessage(c.ID(), theirs.TS, text); return err }()},
		{"deletion of another's message", "cant_delete_message", func() error { _, _, err := api.DeleteMessage(c.ID(), theirs.TS); return err }()},
		{"edit of nothing", "message_not_found", func() error { _, _, _, err := api.UpdateMessage(c.ID(), "1.000001", text); return err }()},
		{"whisper to one who is not there", "user_not_in_channel", func() error { _, err := api.PostEphemeral(secretless(s).ID(), ana.ID(), text); return err }()},
	} {
		if row.err == nil || row.err.Error() != row.code {
			t.Errorf("%s: %v, want %s", row.what, row.err, row.code)
		}
	}
	_, ts, err := api.PostMessage(c.ID(), text)
	ok(t, err)
	c.Archive()
	_, _, _, err = api.UpdateMessage(c.ID(), ts, text)
	wantError(t, err, "is_inactive")
	outside.Invite(s.Bot())
	ok(t, post(outside.ID(), text))
	s.SetScopes("chat:write", "chat:write.public")
	outside.Remove(s.Bot())
	ok(t, post(outside.ID(), text))
}

func secretless(s *Server) *Channel { return s.Channel("empty") }

func TestLongTextsAreCut(t *testing.T) {
	t.Parallel()
	s := New(t)
	c := s.Channel("general")
	_, ts, err := client(s).PostMessage(c.ID(), slack.MsgOptionText(strings.Repeat("가", mostText+5), false))
	ok(t, err)
	if m, _ := c.Message(ts); len([]rune(m.Text)) != mostText {
		t.Errorf("%d characters arrived, want %d", len([]rune(m.Text)), mostText)
	}
}

func TestEphemeral(t *testing.T) {
	t.Parallel()
	s := New(t)
	ana, bob, c := s.Member("ana"), s.Member("bob"), s.Channel("general")
	c.Invite(ana, bob)
	_, err := client(s).PostEphemeral(c.ID(), ana.ID(), slack.MsgOptionText("only you", false))
	ok(t, err)
	if got := said(ana.Sees(c)); got != "only you" {
		t.Errorf("ana sees %q", got)
	}
	if got := said(bob.Sees(c)) + said(c.Messages()); got != "" {
		t.Errorf("others see %q", got)
	}
}

func TestPrivateChannelsAreSeenByTheirMembers(t *testing.T) {
	t.Parallel()
	s := New(t)
	ana, bob := s.Member("ana"), s.Member("bob")
	c := s.Private("secret", ana)
	ana.Say(c, "hush")
	if said(ana.Sees(c)) != "hush" || said(bob.Sees(c)) != "" {
		t.Errorf("ana sees %q, bob %q", said(ana.Sees(c)), said(bob.Sees(c)))
	}
}

func TestMentions(t *testing.T) {
	t.Parallel()
	s := New(t)
	c, ana := s.Channel("general"), s.Member("ana")
	_, ts, err := client(s).PostMessage(c.ID(), slack.MsgOptionText("&lt;!here&gt; <!channel> <@"+ana.ID()+">", false),
		slack.MsgOptionBlocks(section("<!subteam^S123>"), slack.NewRichTextBlock("", slack.NewRichTextSection(slack.NewRichTextSectionBroadcastElement("everyone"),
			slack.NewRichTextSectionTextElement("<!here>", nil)))))
	ok(t, err)
	m, _ := c.Message(ts)
	if got, want := strings.Join(m.Mentions(), " "), "!channel !everyone !subteam^S123 @"+ana.ID(); got != want {
		t.Errorf("mentions %s, want %s", got, want)
	}
}

func TestSeveralWorkspaces(t *testing.T) {
	t.Parallel()
	s := New(t)
	other := s.Install("Other")
	c := other.Channel("general")
	_, _, err := clientOf(s, other).PostMessage(c.ID(), slack.MsgOptionText("x", false))
	ok(t, err)
	_, _, err = client(s).PostMessage(c.ID(), slack.MsgOptionText("x", false))
	wantError(t, err, "channel_not_found")
	who, err := clientOf(s, other).AuthTest()
	ok(t, err)
	if who.TeamID != other.ID() || who.UserID != other.Bot().ID() {
		t.Errorf("auth.test: %+v", who)
	}
}

func TestTokensAndScopes(t *testing.T) {
	t.Parallel()
	s := New(t)
	c := s.Channel("general")
	post := func() error {
		_, _, err := client(s).PostMessage(c.ID(), slack.MsgOptionText("x", false))
		return err
	}
	for _, code := range []string{"token_revoked", "account_inactive", "invalid_auth", "token_expired"} {
		s.RefuseToken(code)
		wantError(t, post(), code)
	}
	s.RefuseToken("")
	s.WithoutScope("chat:write")
	err := post()
	wantError(t, err, "missing_scope")
	_, _, err = slack.New("xoxb-of-nobody", slack.OptionAPIURL(s.URL())).PostMessage(c.ID(), slack.MsgOptionText("x", false))
	wantError(t, err, "invalid_auth")
	_, err = slack.New("", slack.OptionAPIURL(s.URL())).AuthTest()
	wantError(t, err, "not_authed")
	_, err = slack.New(s.AppToken(), slack.OptionAPIURL(s.URL())).AuthTest()
	wantError(t, err, "not_allowed_token_type")
	s.Uninstall()
	_, err = client(s).AuthTest()
	wantError(t, err, "account_inactive")
}

func TestPostsAreNotIdempotent(t *testing.T) {
	t.Parallel()
	s := New(t)
	api, c := client(s), s.Channel("general")
	for range 2 {
		_, _, err := api.PostMessage(c.ID(), slack.MsgOptionText("x", false), slack.UnsafeMsgOptionEndpoint(s.URL()+"chat.postMessage",
			func(v url.Values) { v.Set("client_msg_id", "0b0d6d1e-7d4f-5b4e-8d0a-2f0f7f3d9a11") }))
		ok(t, err)
	}
	if n := len(c.Messages()); n != 2 {
		t.Errorf("%d messages, want 2", n)
	}
}

func TestNamesAreLinkedIfAskedFor(t *testing.T) {
	t.Parallel()
	s := New(t)
	api, c, ana := client(s), s.Channel("general"), s.Member("ana")
	text := slack.MsgOptionText("@ana @here @channels", false)
	_, ts, err := api.PostMessage(c.ID(), text)
	ok(t, err)
	if m, _ := c.Message(ts); len(m.Mentions()) != 0 {
		t.Errorf("names are mentions: %v", m.Mentions())
	}
	_, ts, err = api.PostMessage(c.ID(), text, slack.MsgOptionLinkNames(true))
	ok(t, err)
	if m, _ := c.Message(ts); strings.Join(m.Mentions(), " ") != "!here @"+ana.ID() {
		t.Errorf("mentions: %v", m.Mentions())
	}
}

func TestMetadata(t *testing.T) {
	t.Parallel()
	s := New(&recorder{T: t}) // some of it is invalid
	api, c := client(s), s.Channel("general")
	for _, row := range []struct {
		metadata slack.SlackMetadata
		code     string
	}{
		{slack.SlackMetadata{EventType: "e", EventPayload: map[string]any{"key": "k"}}, ""},
		{slack.SlackMetadata{}, ""}, // none
		{slack.SlackMetadata{EventType: "e"}, "invalid_metadata_format"},
		{slack.SlackMetadata{EventPayload: map[string]any{"key": "k"}}, "invalid_metadata_format"},
		{slack.SlackMetadata{EventType: "e", EventPayload: map[string]any{"key": strings.Repeat("x", mostMetadata)}}, "metadata_too_large"},
	} {
		_, _, err := api.PostMessage(c.ID(), slack.MsgOptionText("x", false), slack.MsgOptionMetadata(row.metadata))
		if (err == nil) != (row.code == "") || err != nil && err.Error() != row.code {
			t.Errorf("%.50v: %v, want %q", row.metadata, err, row.code)
		}
		s.SetPostLimit(10, time.Second)
	}
}

func TestRepliesBecomeBroadcast(t *testing.T) {
	t.Parallel()
	s := New(t)
	api, c, ana := client(s), s.Channel("general"), s.Member("ana")
	parent := ana.Say(c, "a question")
	_, ts, err := api.PostMessage(c.ID(), slack.MsgOptionText("the answer", false), slack.MsgOptionTS(parent.TS))
	ok(t, err)
	if got := said(c.Messages()); got != "a question" {
		t.Errorf("the channel shows %q", got)
	}
	_, _, _, err = api.UpdateMessage(c.ID(), ts, slack.MsgOptionText("the answer", false), slack.MsgOptionBroadcast())
	ok(t, err)
	if got := said(c.Messages()); got != "a question | the answer" {
		t.Errorf("the channel shows %q", got)
	}
	_, err = api.PostEphemeral(c.ID(), ana.ID(), slack.MsgOptionText("well done", false), slack.MsgOptionTS(parent.TS))
	ok(t, err)
	if got := said(ana.SeesThread(parent)); got != "a question | the answer | well done" {
		t.Errorf("ana sees %q", got)
	}
	if got := said(s.Member("bob").SeesThread(parent)); got != "a question | the answer" {
		t.Errorf("bob sees %q", got)
	}
}

func TestMarkdownTextIsABlock(t *testing.T) {
	t.Parallel()
	s := New(t)
	api, c := client(s), s.Channel("general")
	_, ts, err := api.PostMessage(c.ID(), slack.MsgOptionMarkdownText("**강조**은"))
	ok(t, err)
	if m, _ := c.Message(ts); string(m.Blocks) != `[{"text":"**강조**은","type":"markdown"}]` {
		t.Errorf("the blocks are %s", m.Blocks)
	}
	_, _, err = api.PostMessage(c.ID(), slack.MsgOptionMarkdownText("x"), slack.MsgOptionText("x", false))
	wantError(t, err, "markdown_text_conflict")
}

func TestAttachments(t *testing.T) {
	t.Parallel()
	s := New(t)
	api, c := client(s), s.Channel("general")
	_, ts, err := api.PostMessage(c.ID(), slack.MsgOptionAttachments(slack.Attachment{Text: "x"}))
	ok(t, err)
	if m, _ := c.Message(ts); m.Attachments == nil {
		t.Errorf("posted %+v", m)
	}
	_, _, err = api.PostMessage(c.ID(), slack.MsgOptionAttachments(make([]slack.Attachment, 101)...))
	wantError(t, err, "too_many_attachments")
}
