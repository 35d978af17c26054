package slacktest

import (
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
	"github.com/slack-go/slack/socketmode"
)

func modal(title string, blocks ...slack.Block) slack.ModalViewRequest {
	return slack.ModalViewRequest{Type: slack.VTModal, CallbackID: "answer", PrivateMetadata: "round/1", Title: plain(title), Submit: plain("Send"),
		Close: plain("Cancel"), Blocks: slack.Blocks{BlockSet: blocks}}
}

func input(block, action string) *slack.InputBlock {
	return slack.NewInputBlock(block, plain("Your answer"), nil, slack.NewPlainTextInputBlockElement(nil, action))
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

func TestSubmissionsThatGoWrong(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := &recorder{T: t}
		s := NewInMemory(r)
		var answer any
		connect(t, s, func(e socketmode.Event) any {
			if call, isCall := e.Data.(slack.InteractionCallback); isCall && call.Type == slack.InteractionTypeViewSubmission {
				return answer
			}
			return nil
		})
		c, ana := s.Channel("general"), s.Member("ana")
		_, err := client(s).OpenView(ana.Slash(c, "/quiz").TriggerID, modal("Answer", input("why", "text")))
		ok(t, err)
		v, _ := ana.Modal()
		bad := modal(strings.Repeat("x", 25))
		for _, row := range []struct {
			answer any
			notice string
		}{
			{errMute, "operation_timeout"},
			{slack.NewErrorsViewSubmissionResponse(nil), "the errors of a submission are not understood"},
			{slack.NewErrorsViewSubmissionResponse(map[string]string{"where": "x"}), "an error is of the block where, which the view does not have"},
			{slack.NewUpdateViewSubmissionResponse(&bad), "the view in the answer to a submission was refused: invalid_arguments"},
			{map[string]string{"response_action": "dance"}, "there is no response_action dance"},
		} {
			answer = row.answer
			ana.Submit(v, map[string][]string{"text": {"because"}})
			time.Sleep(patience + time.Second)
			notices := ana.Notices()
			if len(notices) == 0 || notices[len(notices)-1] != row.notice {
				t.Errorf("ana was told %q, want %q", notices, row.notice)
			}
			if _, open := ana.Modal(); !open {
				t.Errorf("%s: the modal is closed", row.notice)
			}
		}
	})
}

func TestClosingIsToldIfAskedFor(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := NewInMemory(t)
		a := connect(t, s, nil)
		c, ana := s.Channel("general"), s.Member("ana")
		view := modal("Answer", input("why", "text"))
		view.NotifyOnClose = true
		opened, err := client(s).OpenView(ana.Slash(c, "/quiz").TriggerID, view)
		ok(t, err)
		v, _ := ana.Modal()
		ana.Close(v)
		s.Until("it is told", func() bool { return s.Unsettled() == 0 })
		if got := a.callback(); got.Type != slack.InteractionTypeViewClosed || got.View.ID != opened.ID || got.IsCleared {
			t.Errorf("closed: %+v", got)
		}
		if _, open := ana.Modal(); open {
			t.Error("it is still open")
		}
	})
}

func TestInputsOfManyKinds(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := NewInMemory(t)
		a := connect(t, s, nil)
		c, ana := s.Channel("general"), s.Member("ana")
		options := []*slack.OptionBlockObject{slack.NewOptionBlockObject("easy", plain("Easy"), nil), slack.NewOptionBlockObject("hard", plain("Hard"), nil)}
		in := func(block string, e slack.BlockElement) slack.Block {
			return slack.NewInputBlock(block, plain(block), nil, e)
		}
		radio := slack.NewRadioButtonsBlockElement("radio", options...)
		radio.InitialOption = options[0]
		_, err := client(s).OpenView(ana.Slash(c, "/quiz settings").TriggerID, modal("Settings",
			in("level", slack.NewOptionsSelectBlockElement("static_select", nil, "level", options...)),
			in("levels", slack.NewOptionsMultiSelectBlockElement("multi_static_select", nil, "levels", options...)),
			in("boxes", slack.NewCheckboxGroupsBlockElement("boxes", options...)),
			in("radio", radio),
			in("who", slack.NewOptionsSelectBlockElement("users_select", nil, "who")),
			in("people", slack.NewOptionsMultiSelectBlockElement("multi_users_select", nil, "people")),
			in("where", slack.NewOptionsSelectBlockElement("conversations_select", nil, "where")),
			in("wheres", slack.NewOptionsMultiSelectBlockElement("multi_conversations_select", nil, "wheres")),
			in("channel", slack.NewOptionsSelectBlockElement("channels_select", nil, "channel")),
			in("channels", slack.NewOptionsMultiSelectBlockElement("multi_channels_select", nil, "channels")),
			in("day", slack.NewDatePickerBlockElement("day")),
			in("hour", slack.NewTimePickerBlockElement("hour"))))
		ok(t, err)
		v, _ := ana.Modal()
		i := ana.Submit(v, map[string][]string{"level": {"Hard"}, "levels": {"easy", "hard"}, "boxes": {"hard"}, "who": {ana.ID()}, "people": {ana.ID()},
			"where": {c.ID()}, "wheres": {c.ID()}, "channel": {c.ID()}, "channels": {c.ID()}, "day": {"2026-01-02"}, "hour": {"09:00"}})
		s.Until("it is acknowledged", i.Acked)
		values := a.callback().View.State.Values
		if values["level"]["level"].SelectedOption.Value != "hard" || len(values["levels"]["levels"].SelectedOptions) != 2 ||
			values["boxes"]["boxes"].SelectedOptions[0].Value != "hard" || values["radio"]["radio"].SelectedOption.Value != "easy" ||
			values["who"]["who"].SelectedUser != ana.ID() || values["people"]["people"].SelectedUsers[0] != ana.ID() ||
			values["where"]["where"].SelectedConversation != c.ID() || values["wheres"]["wheres"].SelectedConversations[0] != c.ID() ||
			values["channel"]["channel"].SelectedChannel != c.ID() || values["channels"]["channels"].SelectedChannels[0] != c.ID() ||
			values["day"]["day"].SelectedDate != "2026-01-02" || values["hour"]["hour"].SelectedTime != "09:00" {
			t.Errorf("submitted: %+v", values)
		}
	})
}
