package slack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"rewind/bot"
	"rewind/bot/slack/slacktest"
)

// answerForm is what the bot opens to be answered with.
func answerForm() bot.Reply {
	return bot.Reply{Private: true, Message: bot.Message{Text: "type it"},
		Form: &bot.Form{Title: "Answer #7", Label: "Your answer", Hint: "in your words", Value: "so far", Command: "answer #7", Option: "text"}}
}

// forming opens a form unless a text was given, and then does what then does.
func forming(then func(ctx context.Context, c bot.Command, answer func(context.Context, bot.Reply) error) error) *ear {
	return &ear{onCommand: func(ctx context.Context, c bot.Command, answer func(context.Context, bot.Reply) error) error {
		if c.Options["text"] == "" && strings.HasPrefix(c.Text, "answer") {
			return answer(ctx, answerForm())
		}
		return then(ctx, c, answer)
	}}
}

func saying(text string) func(context.Context, bot.Command, func(context.Context, bot.Reply) error) error {
	return func(ctx context.Context, _ bot.Command, answer func(context.Context, bot.Reply) error) error {
		return answer(ctx, secretly(text))
	}
}

func (x *town) modal(m *slacktest.Member) slacktest.View {
	x.t.Helper()
	v, ok := m.Modal()
	if !ok {
		x.t.Fatalf("%s sees no modal\n%s", m.Name(), x.log)
	}
	return v
}

// shownView is what a reader sees of a view.
func shownView(v slacktest.View) string { return shown(slacktest.Message{Blocks: v.Blocks}) }

func TestAFormIsOpenedAndSent(t *testing.T) {
	h := forming(saying("your answer is safe"))
	inTown(t, h, func(t *testing.T, x *town) {
		x.mina.Set(func(p *slacktest.Profile) { p.Locale = "ko-KR" })
		q := x.question(bot.Action{Label: "Answer", Command: "answer #7"})
		x.mina.Press(q, "Answer")
		settle()
		v := x.modal(x.mina)
		if v.Title != "Answer #7" || !strings.Contains(string(v.Blocks), "so far") || !strings.Contains(string(v.Blocks), "in your words") {
			t.Errorf("the form is %q: %s", v.Title, v.Blocks)
		}
		i := x.mina.Submit(v, map[string][]string{formBlock: {"SYN & <ACK>\nand more"}})
		settle()
		if v = x.modal(x.mina); shownView(v) != "your answer is safe" || !i.Acked() {
			t.Errorf("after it was sent Mina sees %q", shownView(v))
		}
		got := h.heard()
		if len(got) != 2 {
			t.Fatalf("the bot heard %+v", got)
		}
		c := got[1]
		if c.Text != "answer #7" || c.Options["text"] != "SYN & <ACK>\nand more" || c.Channel != x.channel() || c.From != x.account(x.mina) || c.ID == "" || c.ID == got[0].ID {
			t.Errorf("the form came as %+v", c)
		}
		if m, _ := x.room.Message(q.TS); shown(m) != shown(q) {
			t.Errorf("the question became %q", shown(m))
		}
		want(t, "Mina sees", x.sees(x.mina))
		want(t, "notices", x.mina.Notices())
	})
}

// TestAFormThatCannotBeOpened is said in words instead.
func TestAFormThatCannotBeOpened(t *testing.T) {
	h := forming(saying("fine"))
	open := h.onCommand
	h.onCommand = func(ctx context.Context, c bot.Command, answer func(context.Context, bot.Reply) error) error {
		if c.Text == "answer late" {
			time.Sleep(4 * time.Second)
			c.Text = "answer"
		}
		return open(ctx, c, answer)
	}
	inTown(t, h, func(t *testing.T, x *town) {
		x.mina.Slash(x.room, "/quiz answer late")
		time.Sleep(6 * time.Second)
		want(t, "Mina sees", x.sees(x.mina), "type it")
		if _, ok := x.mina.Modal(); ok {
			t.Error("there is a modal")
		}
		x.jun.Say(x.jun.Direct(), "answer")
		settle()
		if got := x.own(x.jun.Direct().Messages()); len(got) != 1 || got[0].Text != "type it" {
			t.Errorf("Jun is told %+v", got)
		}
	})
}

// TestFactS14AModalsAnswerMayBeLong: Slack does not hear an acknowledgement of 20 KB. A form whose answer is longer, or takes longer, stays open
// and then shows it; one that was closed meanwhile is answered where it was opened.
func TestFactS14AModalsAnswerMayBeLong(t *testing.T) {
	long := strings.Repeat("long ", 6000)
	for _, row := range []struct {
		name   string
		takes  time.Duration
		text   string
		closes bool
	}{
		{"long", 0, long, false}, {"late", 20 * time.Second, "late", false}, {"hardly late", ackWait + time.Millisecond, "hardly", false},
		{"closed", 20 * time.Second, "closed", true},
	} {
		t.Run(row.name, func(t *testing.T) {
			h := forming(func(ctx context.Context, _ bot.Command, answer func(context.Context, bot.Reply) error) error {
				time.Sleep(row.takes)
				return answer(ctx, secretly(row.text))
			})
			inTown(t, h, func(t *testing.T, x *town) {
				x.mina.Slash(x.room, "/quiz answer")
				settle()
				i := x.mina.Submit(x.modal(x.mina), map[string][]string{formBlock: {"SYN"}})
				time.Sleep(ackWait + 50*time.Millisecond)
				if !i.Acked() || x.Oversized() != 0 {
					t.Errorf("acknowledged: %v, too long: %d", i.Acked(), x.Oversized())
				}
				if row.closes {
					x.mina.Close(x.modal(x.mina))
				}
				time.Sleep(time.Minute)
				got := strings.Join(x.sees(x.mina), "")
				if !row.closes {
					got = shownView(x.modal(x.mina))
				}
				if words(got) != words(row.text) {
					t.Errorf("Mina sees %d letters: %.60q", len(got), got)
				}
				want(t, "notices", x.mina.Notices())
			})
		})
	}
}

// words are the letters of a text, which is cut between any two of them.
func words(text string) string { return strings.Join(strings.Fields(text), "") }

// TestAFormThatFails keeps what was written, to be sent again.
func TestAFormThatFails(t *testing.T) {
	failures := 1
	h := forming(func(ctx context.Context, _ bot.Command, answer func(context.Context, bot.Reply) error) error {
		if failures--; failures >= 0 {
			return errors.Join(errors.New("the store is busy"), answer(ctx, secretly("something went wrong")))
		}
		return answer(ctx, secretly("fine"))
	})
	inTown(t, h, func(t *testing.T, x *town) {
		x.mina.Slash(x.room, "/quiz answer")
		settle()
		x.mina.Submit(x.modal(x.mina), map[string][]string{formBlock: {"SYN"}})
		settle()
		v := x.modal(x.mina)
		if v.CallbackID != formID || v.Errors[formBlock] != "something went wrong" {
			t.Errorf("Mina sees %q with %v", v.CallbackID, v.Errors)
		}
		x.mina.Submit(v, map[string][]string{formBlock: {"SYN"}})
		settle()
		if got := shownView(x.modal(x.mina)); got != "fine" {
			t.Errorf("then Mina sees %q", got)
		}
	})
}

// TestFactS16AViewHasBlocks: the library sends blocks as null where there are none, and Slack refuses that.
func TestFactS16AViewHasBlocks(t *testing.T) {
	p := New(Options{BotToken: "xoxb-1", AppToken: "xapp-1"})
	for _, m := range []bot.Message{{}, {Text: " \n"}, {Text: strings.Repeat("가", 400_000)}, {Text: "x", Actions: make([]bot.Action, 3)}} {
		v := p.replyView(m, "")
		raw, err := json.Marshal(v)
		if n := len(v.Blocks.BlockSet); err != nil || n < 1 || n > mostViewBlocks || len(raw) > 250_000 {
			t.Errorf("a text of %d bytes is a view of %d blocks and %d bytes, %v", len(m.Text), n, len(raw), err)
		}
	}
	inTown(t, replying(openly("")), func(t *testing.T, x *town) {
		x.mina.OpenHome()
		settle()
		if _, ok := x.mina.Home(); !ok {
			t.Errorf("an empty page is not shown\n%s", x.log)
		}
	})
}

// TestButtonsUnderAnswers: what one person alone sees gives way to what comes of its buttons.
func TestButtonsUnderAnswers(t *testing.T) {
	h := &ear{onCommand: func(ctx context.Context, c bot.Command, answer func(context.Context, bot.Reply) error) error {
		r := openly("everybody sees " + c.Text)
		if c.Text != "leaderboard" {
			r = secretly("it is " + c.Text)
			r.Message.Actions = []bot.Action{{Label: "Confirm", Command: "confirm 7"}, {Label: "Board", Command: "leaderboard"}}
		}
		return answer(ctx, r)
	}}
	inTown(t, h, func(t *testing.T, x *town) {
		x.mina.Slash(x.room, "/quiz import")
		settle()
		x.mina.Press(x.mina.Ephemerals()[0], "Confirm")
		settle()
		want(t, "Mina sees", x.sees(x.mina), "it is confirm 7")
		x.mina.Press(x.mina.Ephemerals()[0], "Board")
		settle()
		want(t, "Mina sees", x.sees(x.mina), "it is confirm 7")
		if got := x.posts(); len(got) != 1 || got[0].Text != "everybody sees leaderboard" {
			t.Errorf("everybody sees %+v", got)
		}
		q := x.question(bot.Action{Label: "Show me", Command: "reveal #7 me"})
		x.jun.Press(q, "Show me")
		settle()
		want(t, "Jun sees", x.sees(x.jun), "it is reveal #7 me")
		if m, _ := x.room.Message(q.TS); shown(m) != shown(q) {
			t.Errorf("the question became %q", shown(m))
		}
	})
}

// TestButtonsInThreads are answered in the thread.
func TestButtonsInThreads(t *testing.T) {
	h := &ear{}
	inTown(t, h, func(t *testing.T, x *town) {
		q := x.question()
		d := bot.Delivery{Key: "reveal", Op: bot.Say, To: bot.Place{Channel: x.channel(), Thread: q.TS},
			Body: bot.Message{Text: "it is", Actions: []bot.Action{{Label: "Flag", Command: "flag #7"}}}}
		r, err := x.p.Deliver(t.Context(), d)
		if err != nil {
			t.Fatal(err)
		}
		m, _ := x.room.Message(r.ID)
		x.mina.Press(m, "Flag")
		settle()
		if got := h.heard(); len(got) != 1 || got[0].Thread != q.TS || got[0].Channel != x.channel() {
			t.Errorf("the button came as %+v", got)
		}
		if e := x.mina.Ephemerals(); len(e) != 1 || e[0].ThreadTS != q.TS {
			t.Errorf("Mina sees %+v", e)
		}
	})
}

// TestSave takes a message as its author's answer, by its menu.
func TestSave(t *testing.T) {
	h := &ear{}
	inTown(t, h, func(t *testing.T, x *town) {
		q := x.question()
		x.mina.Set(func(p *slacktest.Profile) { p.DisplayName, p.RealName = "미나", "Kim Mina" })
		reply := x.mina.Reply(q, "SYN & ACK")
		outside := x.mina.Say(x.room, "in the channel")
		for _, m := range []slacktest.Message{reply, outside, q} {
			i := x.mina.Shortcut(m, "save")
			settle()
			if !i.Acked() {
				t.Error("it is not acknowledged")
			}
		}
		got := h.heard()
		if len(got) != 3 {
			t.Fatalf("the bot heard %+v", got)
		}
		if c := got[0]; c.Text != "save" || c.Thread != q.TS || c.Channel != x.channel() || c.Target == nil || c.Target.ID != reply.TS ||
			c.Target.Text != "SYN & ACK" || c.Target.Thread.ID != q.TS || c.Target.From != x.account(x.mina) || c.Target.Name != "미나" || c.Name != "미나" || c.Seen {
			t.Errorf("a reply came as %+v with %+v", c, c.Target)
		}
		if c := got[1]; c.Thread != "" || c.Target == nil || c.Target.Text != "in the channel" || c.Target.Thread.ID != "" {
			t.Errorf("a message of the channel came as %+v with %+v", c, c.Target)
		}
		if c := got[2]; c.Target != nil {
			t.Errorf("the bot's own words came as %+v", c.Target)
		}
		want(t, "Mina sees", x.sees(x.mina), "noted", "noted", "noted")
	})
}

// TestGlobalShortcuts open their form, or a modal with the answer.
func TestGlobalShortcuts(t *testing.T) {
	h := forming(saying("fine"))
	inTown(t, h, func(t *testing.T, x *town) {
		x.mina.GlobalShortcut("answer")
		settle()
		if v := x.modal(x.mina); v.CallbackID != formID {
			t.Errorf("Mina sees %+v", v)
		}
		x.Install("Elsewhere").Member("eve").GlobalShortcut("answer") // not this platform's
		x.jun.GlobalShortcut("today")
		settle()
		if got := shownView(x.modal(x.jun)); got != "fine" {
			t.Errorf("Jun sees %q", got)
		}
		if got := h.heard(); len(got) != 2 {
			t.Errorf("the bot heard %+v", got)
		}
	})
}

// TestHome is a person's page, with buttons whose answers are modals; the page is made anew after each.
func TestHome(t *testing.T) {
	paused := 0
	h := forming(func(ctx context.Context, c bot.Command, answer func(context.Context, bot.Reply) error) error {
		switch c.Text {
		case homeCommand:
			return answer(ctx, bot.Reply{Private: true, Message: bot.Message{Text: fmt.Sprint("paused ", paused), Actions: []bot.Action{
				{Label: "Answer", Command: "answer #7"}, {Label: "Pause", Command: "schedule pause 1"}, {Label: "Practise", Command: "random"}}}})
		case "random":
			r := secretly("a question")
			r.Message.Actions = []bot.Action{{Label: "Show", Command: "random answer=1"}, {Label: "Write", Command: "answer #8"}}
			return answer(ctx, r)
		case "schedule pause 1":
			paused++
		}
		return answer(ctx, secretly("done: "+c.Text))
	})
	inTown(t, h, func(t *testing.T, x *town) {
		x.mina.OpenHome()
		settle()
		home := func() slacktest.View {
			v, _ := x.mina.Home()
			return v
		}
		if got := shownView(home()); got != "paused 0" {
			t.Fatalf("the page is %q", got)
		}
		if c := h.heard()[0]; c.From != x.account(x.mina) || c.Channel != (bot.Channel{}) || c.ID == "" {
			t.Errorf("the page was asked for by %+v", c)
		}
		x.mina.PressIn(home(), "Pause")
		settle()
		if got := shownView(x.modal(x.mina)); got != "done: schedule pause 1" {
			t.Errorf("Mina sees %q", got)
		}
		if got := shownView(home()); got != "paused 1" {
			t.Errorf("the page is then %q", got)
		}
		x.mina.Close(x.modal(x.mina))
		x.mina.PressIn(home(), "Practise")
		settle()
		x.mina.PressIn(x.modal(x.mina), "Show")
		settle()
		if got := shownView(x.modal(x.mina)); got != "done: random answer=1" || len(x.mina.Modals()) != 1 {
			t.Errorf("Mina sees %q", got)
		}
		x.mina.Close(x.modal(x.mina))
		x.mina.PressIn(home(), "Practise")
		settle()
		x.mina.PressIn(x.modal(x.mina), "Write")
		settle()
		if v := x.modal(x.mina); v.CallbackID != formID {
			t.Errorf("Mina sees %q", shownView(v))
		}
		x.mina.Submit(x.modal(x.mina), map[string][]string{formBlock: {"SYN"}})
		settle()
		if got := shownView(x.modal(x.mina)); got != "done: answer #7" {
			t.Errorf("Mina sees %q", got)
		}
		x.mina.Close(x.modal(x.mina))
		x.mina.PressIn(home(), "Answer")
		settle()
		if v := x.modal(x.mina); v.CallbackID != formID || v.Title != "Answer #7" {
			t.Errorf("Mina sees %+v", v)
		}
	})
}

// TestStrangeInteractions are acknowledged, and nothing else comes of them.
func TestStrangeInteractions(t *testing.T) {
	h := &ear{}
	inTown(t, h, func(t *testing.T, x *town) {
		for _, body := range []string{`{}`, `{"type":"block_actions","user":{"id":"U1"}}`, `{"type":"view_closed","user":{"id":"U1"}}`,
			`{"type":"block_actions","user":{"id":"U1"},"actions":[{"action_id":"link","value":""}]}`,
			`{"type":"view_submission","user":{"id":"U1"},"view":{"callback_id":"other"}}`,
			`{"type":"view_submission","user":{"id":"U1"},"view":{"callback_id":"form","private_metadata":"{"}}`} {
			ack, err := x.p.take(t.Context(), envelope{kind: interactive, body: json.RawMessage(body)})
			if ack != nil || err != nil {
				t.Errorf("%s: %v, %v", body, ack, err)
			}
		}
		if got := h.heard(); len(got) > 0 {
			t.Errorf("the bot heard %+v", got)
		}
	})
}
