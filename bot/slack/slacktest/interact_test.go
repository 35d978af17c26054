package slacktest

import (
	"io"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"
)

// slash is the last command that the bot got.
func (a *testApp) slash() slack.SlashCommand {
	all := a.of(socketmode.EventTypeSlashCommand)
	return all[len(all)-1].Data.(slack.SlashCommand)
}

// callback is the last interaction that the bot got.
func (a *testApp) callback() slack.InteractionCallback {
	all := a.of(socketmode.EventTypeInteractive)
	return all[len(all)-1].Data.(slack.InteractionCallback)
}

func TestSlashCommandsAreAnsweredAtOnce(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := NewInMemory(t)
		a := connect(t, s, func(e socketmode.Event) any {
			if e.Type == socketmode.EventTypeSlashCommand {
				return map[string]any{"text": "at once", "response_type": "ephemeral"}
			}
			return nil
		})
		c, ana := s.Channel("general"), s.Member("ana")
		i := ana.Slash(c, "/quiz post  now")
		s.Until("the command is acknowledged", i.Acked)
		got := a.slash()
		if got.Command != "/quiz" || got.Text != "post  now" || got.UserID != ana.ID() || got.ChannelID != c.ID() || got.ChannelName != "general" ||
			got.TeamID != s.ID() || got.TriggerID != i.TriggerID || got.ResponseURL != i.ResponseURL {
			t.Errorf("the command is %+v", got)
		}
		if got := said(ana.Ephemerals()); got != "at once" {
			t.Errorf("ana sees %q", got)
		}
	})
}

func TestCommandsThatNobodyAnswers(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := NewInMemory(t)
		c, ana := s.Channel("general"), s.Member("ana")
		i := ana.Slash(c, "/quiz")
		if i.Failed() != "dispatch_failed" {
			t.Errorf("without a connection a command fails with %q", i.Failed())
		}
		a := connect(t, s, func(socketmode.Event) any { return errMute })
		i = ana.Slash(c, "/quiz")
		time.Sleep(patience - time.Millisecond)
		if i.Failed() != "" {
			t.Errorf("it failed early: %q", i.Failed())
		}
		time.Sleep(2 * time.Millisecond)
		if i.Acked() || i.Failed() != "operation_timeout" {
			t.Errorf("it failed with %q", i.Failed())
		}
		time.Sleep(time.Hour)
		if n := len(a.of(socketmode.EventTypeSlashCommand)); n != 1 {
			t.Errorf("commands are not sent again, this one was %d times", n)
		}
		if got := strings.Join(ana.Notices(), " "); got != "dispatch_failed operation_timeout" {
			t.Errorf("ana was told %q", got)
		}
	})
}

func TestResponseURL(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := NewInMemory(t)
		a := connect(t, s, nil)
		c, ana, bob := s.Channel("general"), s.Member("ana"), s.Member("bob")
		c.Invite(bob)
		i := ana.Slash(c, "/quiz board")
		s.Until("the command is acknowledged", i.Acked)
		http := httpClient(s)
		respond := func(m *slack.WebhookMessage) error {
			return slack.PostWebhookCustomHTTPContext(t.Context(), a.slash().ResponseURL, http, m)
		}
		ok(t, respond(&slack.WebhookMessage{Text: "one", ResponseType: "ephemeral"}))
		ok(t, respond(&slack.WebhookMessage{Text: "two", ResponseType: "in_channel"}))
		if got := said(ana.Sees(c)); got != "one | two" {
			t.Errorf("ana sees %q", got)
		}
		if got := said(bob.Sees(c)); got != "two" {
			t.Errorf("bob sees %q", got)
		}
		for range 3 {
			ok(t, respond(&slack.WebhookMessage{Text: "more", ResponseType: "ephemeral"}))
		}
		if err := respond(&slack.WebhookMessage{Text: "a sixth"}); err == nil || !strings.Contains(err.Error(), "404") {
			t.Errorf("the sixth use: %v", err)
		}

		ana.Slash(c, "/quiz")
		s.Until("the command is acknowledged", func() bool { return s.Unsettled() == 0 })
		time.Sleep(responseLife - time.Second)
		ok(t, respond(&slack.WebhookMessage{Text: "still"}))
		time.Sleep(2 * time.Second)
		if err := respond(&slack.WebhookMessage{Text: "too late"}); err == nil || !strings.Contains(err.Error(), "404") {
			t.Errorf("after half an hour: %v", err)
		}
	})
}

func TestButtons(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := NewInMemory(t)
		a := connect(t, s, nil)
		c, ana, api := s.Channel("general"), s.Member("ana"), client(s)
		_, ts, err := api.PostMessage(c.ID(), slack.MsgOptionBlocks(section("what?"), slack.NewActionBlock("buttons", button("answer", "round/1", "Answer"))))
		ok(t, err)
		m, _ := c.Message(ts)
		i := ana.Press(m, "Answer")
		s.Until("the press is acknowledged", i.Acked)
		got := a.callback()
		if got.Type != slack.InteractionTypeBlockActions || got.User.ID != ana.ID() || got.Channel.ID != c.ID() || got.Message.Timestamp != ts ||
			got.Container.MessageTs != ts || got.ResponseURL != i.ResponseURL {
			t.Errorf("pressed: %+v", got)
		}
		action := got.ActionCallback.BlockActions[0]
		if action.ActionID != "answer" || action.Value != "round/1" || action.BlockID != "buttons" || action.Text.Text != "Answer" {
			t.Errorf("the action is %+v", action)
		}
		respond := func(w *slack.WebhookMessage) {
			t.Helper()
			ok(t, slack.PostWebhookCustomHTTPContext(t.Context(), got.ResponseURL, httpClient(s), w))
		}
		respond(&slack.WebhookMessage{Text: "revealed", ReplaceOriginal: true})
		if m, _ = c.Message(ts); m.Text != "revealed" || m.Blocks != nil {
			t.Errorf("replaced: %+v", m)
		}
		respond(&slack.WebhookMessage{DeleteOriginal: true})
		if _, found := c.Message(ts); found {
			t.Error("it was not deleted")
		}
	})
}

func TestButtonsOfEphemeralMessagesAndMenus(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := NewInMemory(t)
		a := connect(t, s, nil)
		c, ana, api := s.Channel("general"), s.Member("ana"), client(s)
		c.Invite(ana)
		menu := slack.NewOptionsSelectBlockElement("static_select", plain("choose"), "hour", slack.NewOptionBlockObject("9", plain("nine"), nil),
			slack.NewOptionBlockObject("10", plain("ten"), nil))
		_, err := api.PostEphemeral(c.ID(), ana.ID(), slack.MsgOptionBlocks(slack.NewActionBlock("", menu)))
		ok(t, err)
		i := ana.Press(ana.Ephemerals()[0], "hour", "ten")
		s.Until("the press is acknowledged", i.Acked)
		got := a.callback()
		if !got.Container.IsEphemeral || got.ActionCallback.BlockActions[0].SelectedOption.Value != "10" {
			t.Errorf("chosen: %+v", got.ActionCallback.BlockActions[0])
		}
		ok(t, slack.PostWebhookCustomHTTPContext(t.Context(), got.ResponseURL, httpClient(s), &slack.WebhookMessage{Text: "done", ReplaceOriginal: true}))
		if got := said(ana.Ephemerals()); got != "done" {
			t.Errorf("ana sees %q", got)
		}
		ok(t, slack.PostWebhookCustomHTTPContext(t.Context(), got.ResponseURL, httpClient(s), &slack.WebhookMessage{DeleteOriginal: true}))
		if n := len(ana.Ephemerals()); n != 0 {
			t.Errorf("%d ephemeral messages are left", n)
		}
	})
}

func TestShortcuts(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := NewInMemory(t)
		a := connect(t, s, nil)
		c, ana, bob := s.Channel("general"), s.Member("ana"), s.Member("bob")
		m := bob.Reply(ana.Say(c, "why?"), "because")
		i := ana.Shortcut(m, "save")
		s.Until("the shortcut is acknowledged", i.Acked)
		if got := a.callback(); got.Type != slack.InteractionTypeMessageAction || got.CallbackID != "save" || got.Message.Timestamp != m.TS ||
			got.Message.ThreadTimestamp != m.ThreadTS || got.Message.User != bob.ID() || got.User.ID != ana.ID() {
			t.Errorf("shortcut: %+v", got)
		}
		i = ana.GlobalShortcut("new")
		s.Until("the shortcut is acknowledged", i.Acked)
		if got := a.callback(); got.Type != slack.InteractionTypeShortcut || got.CallbackID != "new" {
			t.Errorf("shortcut: %+v", got)
		}
	})
}

// TestTheClientsOwnWayToRespond sends more than a response_url needs: empty metadata and blocks that are null.
func TestTheClientsOwnWayToRespond(t *testing.T) {
	t.Parallel()
	s := New(t)
	connect(t, s, nil)
	c, ana := s.Channel("general"), s.Member("ana")
	i := ana.Slash(c, "/quiz")
	_, _, err := client(s).PostMessage(c.ID(), slack.MsgOptionText("only you", false), slack.MsgOptionResponseURL(i.ResponseURL, "ephemeral"))
	ok(t, err)
	if got := said(ana.Ephemerals()); got != "only you" {
		t.Errorf("ana sees %q", got)
	}
}

func TestResponsesThatAreRefused(t *testing.T) {
	t.Parallel()
	s := New(&recorder{T: t})
	connect(t, s, nil)
	c, ana := s.Channel("general"), s.Member("ana")
	i := ana.Slash(c, "/quiz")
	for body, want := range map[string]string{
		`{}`: "no_text", `{"text":"x","response_type":"in_channel","thread_ts":"1.000001"}`: "cannot_reply_to_message",
		`{"blocks":[{"type":"brand_new"}]}`: "invalid_blocks"} {
		a, err := httpClient(s).Post(i.ResponseURL, "application/json", strings.NewReader(body))
		ok(t, err)
		b, err := io.ReadAll(a.Body)
		ok(t, err)
		ok(t, a.Body.Close())
		if !strings.Contains(string(b), want) {
			t.Errorf("%s: %s, want %s", body, b, want)
		}
	}
	if n := len(ana.Ephemerals()); n != 0 {
		t.Errorf("%d messages arrived", n)
	}
}

func TestInteractionsComeTwiceIfOrdered(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := NewInMemory(t)
		a := connect(t, s, nil)
		f := s.Order(Fault{Kind: EventTwice, Event: "slash_commands"})
		i := s.Member("ana").Slash(s.Channel("general"), "/quiz")
		s.Until("both arrived", func() bool { return len(a.of(socketmode.EventTypeSlashCommand)) == 2 })
		got := a.of(socketmode.EventTypeSlashCommand)
		if got[0].Request.EnvelopeID != got[1].Request.EnvelopeID || f.Count() != 1 {
			t.Errorf("the envelopes are %s and %s", got[0].Request.EnvelopeID, got[1].Request.EnvelopeID)
		}
		s.Until("it is acknowledged", i.Acked)
	})
}
