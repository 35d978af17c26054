package slacktest

import (
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
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

func modal(title string, blocks ...slack.Block) slack.ModalViewRequest {
	return slack.ModalViewRequest{Type: slack.VTModal, CallbackID: "answer", PrivateMetadata: "round/1", Title: plain(title), Submit: plain("Send"),
		Close: plain("Cancel"), Blocks: slack.Blocks{BlockSet: blocks}}
}

func input(block, action string) *slack.InputBlock {
	return slack.NewInputBlock(block, plain("Your answer"), nil, slack.NewPlainTextInputBlockElement(nil, action))
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

func TestModals(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := NewInMemory(t)
		a := connect(t, s, func(e socketmode.Event) any {
			call, isCall := e.Data.(slack.InteractionCallback)
			if !isCall || call.Type != slack.InteractionTypeViewSubmission {
				return nil
			}
			switch call.View.State.Values["why"]["text"].Value {
			case "":
				return slack.NewErrorsViewSubmissionResponse(map[string]string{"why": "at least a letter"})
			case "update":
				view := modal("Thanks")
				view.Submit, view.Blocks = nil, slack.Blocks{BlockSet: []slack.Block{section("thanks")}}
				return slack.NewUpdateViewSubmissionResponse(&view)
			case "push":
				view := modal("Above", input("why", "text"))
				return slack.NewPushViewSubmissionResponse(&view)
			case "clear":
				return slack.NewClearViewSubmissionResponse()
			}
			return nil
		})
		c, ana, api := s.Channel("general"), s.Member("ana"), client(s)
		why := input("why", "text")
		why.Optional = true
		open := func() View {
			i := ana.Slash(c, "/quiz answer")
			_, err := api.OpenView(i.TriggerID, modal("Answer", why))
			ok(t, err)
			v, found := ana.Modal()
			if !found || v.Title != "Answer" || v.PrivateMetadata != "round/1" || v.CallbackID != "answer" {
				t.Fatalf("the modal is %+v", v)
			}
			return v
		}
		submit := func(v View, text string) {
			i := ana.Submit(v, map[string][]string{"why": {text}})
			s.Until("the submission is acknowledged", i.Acked)
		}
		v := open()
		s.Until("the submission is acknowledged", ana.Submit(v, nil).Acked)
		if v, _ = ana.Modal(); v.Errors["why"] != "at least a letter" {
			t.Errorf("the errors are %v", v.Errors)
		}
		submit(v, "because")
		if got := a.callback(); got.View.ID != v.ID || got.View.State.Values["why"]["text"].Value != "because" || got.View.PrivateMetadata != "round/1" {
			t.Errorf("submitted: %+v", got.View)
		}
		if _, found := ana.Modal(); found {
			t.Error("the modal is still open")
		}
		submit(open(), "update")
		if v, _ = ana.Modal(); v.Title != "Thanks" {
			t.Errorf("updated: %+v", v)
		}
		submit(open(), "push")
		if n := len(ana.Modals()); n != 2 {
			t.Errorf("%d modals are open, want 2", n)
		}
		v, _ = ana.Modal()
		submit(v, "clear")
		if n := len(ana.Modals()); n != 0 {
			t.Errorf("%d modals are open after all were cleared", n)
		}
		if n := ana.Notices(); len(n) > 0 {
			t.Errorf("ana was told %v", n)
		}
	})
}

func TestViewsAreUpdatedAndPushed(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := NewInMemory(t)
		a := connect(t, s, nil)
		c, ana, api := s.Channel("general"), s.Member("ana"), client(s)
		loading := modal("Wait")
		loading.Submit, loading.ExternalID, loading.NotifyOnClose = nil, "mine", true
		loading.Blocks.BlockSet = []slack.Block{section("…"), slack.NewActionBlock("", button("more", "1", "More"))}
		opened, err := api.OpenView(ana.Slash(c, "/quiz").TriggerID, loading)
		ok(t, err)
		_, err = api.OpenView(ana.Slash(c, "/quiz").TriggerID, loading)
		wantError(t, err, "duplicate_external_id")
		updated, err := api.UpdateView(modal("Answer", input("why", "text"), slack.NewActionBlock("", button("more", "1", "More"))), "", opened.Hash, opened.ID)
		ok(t, err)
		_, err = api.UpdateView(modal("Answer", input("why", "text")), "", opened.Hash, opened.ID)
		wantError(t, err, "hash_conflict")
		_, err = api.UpdateView(modal("Answer", input("why", "text")), "", "", "V0UNKNOWN")
		wantError(t, err, "not_found")
		for n := 2; n <= mostViews+1; n++ {
			v, _ := ana.Modal()
			_, err := api.PushView(ana.PressIn(v, "More").TriggerID, modal("Above", slack.NewActionBlock("", button("more", "1", "More"))))
			if n <= mostViews {
				ok(t, err)
			} else {
				wantError(t, err, "push_limit_reached")
			}
		}
		s.Until("all are acknowledged", func() bool { return s.Unsettled() == 0 })
		if got := a.callback(); got.View.RootViewID != updated.ID || got.View.PreviousViewID == "" || got.Container.ViewID != got.View.ID {
			t.Errorf("the view above: %+v", got.View)
		}
	})
}

func TestTriggers(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := NewInMemory(t)
		connect(t, s, nil)
		c, ana, api := s.Channel("general"), s.Member("ana"), client(s)
		view := modal("Answer", input("why", "text"))
		first := ana.Slash(c, "/quiz").TriggerID
		_, err := api.OpenView(first, view)
		ok(t, err)
		_, err = api.OpenView(first, view)
		wantError(t, err, "exchanged_trigger_id")
		second := ana.Slash(c, "/quiz").TriggerID
		time.Sleep(triggerLife + time.Millisecond)
		_, err = api.OpenView(second, view)
		wantError(t, err, "expired_trigger_id")
		_, err = api.OpenView("1.2.3", view)
		wantError(t, err, "invalid_trigger_id")
	})
}

func TestViewsThatAreRefused(t *testing.T) {
	t.Parallel()
	s := New(&recorder{T: t})
	c, ana, api := s.Channel("general"), s.Member("ana"), client(s)
	for _, row := range []struct {
		what, problem string
		view          func(*slack.ModalViewRequest)
	}{
		{"title", "must be less than 25 characters [json-pointer:/view/title/text]", func(v *slack.ModalViewRequest) { v.Title = plain(strings.Repeat("x", 25)) }},
		{"no title", "missing required field: title", func(v *slack.ModalViewRequest) { v.Title = nil }},
		{"submit", "must be less than 25 characters [json-pointer:/view/submit/text]", func(v *slack.ModalViewRequest) { v.Submit = plain(strings.Repeat("x", 25)) }},
		{"inputs without submit", "missing required field: submit", func(v *slack.ModalViewRequest) { v.Submit = nil }},
		{"metadata", "must be less than 3001 characters", func(v *slack.ModalViewRequest) { v.PrivateMetadata = strings.Repeat("x", 3001) }},
		{"callback_id", "must be less than 256 characters", func(v *slack.ModalViewRequest) { v.CallbackID = strings.Repeat("x", 256) }},
		{"blocks", "no more than 100 items allowed", func(v *slack.ModalViewRequest) {
			for range 100 {
				v.Blocks.BlockSet = append(v.Blocks.BlockSet, slack.NewDividerBlock())
			}
		}},
		{"type", "unsupported type: home", func(v *slack.ModalViewRequest) { v.Type = slack.VTHomeTab }},
	} {
		view := modal("Answer", input("why", "text"))
		row.view(&view)
		answer, err := api.OpenView(ana.Slash(c, "/quiz").TriggerID, view)
		if err == nil || err.Error() != "invalid_arguments" || answer == nil || !strings.Contains(strings.Join(answer.ResponseMetadata.Messages, "\n"), row.problem) {
			t.Errorf("%s: %v %+v", row.what, err, answer)
		}
	}
}

func TestHome(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := NewInMemory(t)
		a := connect(t, s, nil)
		ana, api := s.Member("ana"), client(s)
		ana.OpenHome()
		got := a.told(t, s, "app_home_opened", 1)[0].(*slackevents.AppHomeOpenedEvent)
		if got.User != ana.ID() || got.Tab != "home" || got.Channel != ana.Direct().ID() {
			t.Errorf("opened: %+v", got)
		}
		home := func(text string) slack.PublishViewContextRequest {
			return slack.PublishViewContextRequest{UserID: ana.ID(), View: slack.HomeTabViewRequest{Type: slack.VTHomeTab, Blocks: slack.Blocks{
				BlockSet: []slack.Block{section(text), slack.NewActionBlock("", button("skip", "1", "Skip"))}}}}
		}
		first, err := api.PublishViewContext(t.Context(), home("one"))
		ok(t, err)
		_, err = api.PublishViewContext(t.Context(), home("two"))
		ok(t, err)
		stale := home("three")
		stale.Hash = &first.Hash
		_, err = api.PublishViewContext(t.Context(), stale)
		wantError(t, err, "hash_conflict")
		v, _ := ana.Home()
		if !strings.Contains(string(v.Blocks), "two") || v.Labels()[0] != "Skip" {
			t.Errorf("the home is %s", v.Blocks)
		}
		i := ana.PressIn(v, "Skip")
		s.Until("the press is acknowledged", i.Acked)
		if got := a.callback(); got.View.Type != slack.VTHomeTab || got.ActionCallback.BlockActions[0].ActionID != "skip" {
			t.Errorf("pressed: %+v", got)
		}
		ana.OpenHome()
		a.told(t, s, "app_home_opened", 2)
	})
}
