package discord

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"rewind/bot"
	"rewind/bot/discord/discordtest"
)

type answerFunc = func(context.Context, bot.Reply) error

func text(s string) bot.Reply { return bot.Reply{Message: bot.Message{Text: s}} }

func secret(s string) bot.Reply { return bot.Reply{Private: true, Message: bot.Message{Text: s}} }

func TestRepliesAreSeenByWhomTheyAreFor(t *testing.T) {
	serve(t, func(t *testing.T, d *desk) {
		d.says(text("for all " + d.mina.Mention() + " @everyone"))
		if m := d.mina.Slash(d.channel, "quiz leaderboard", nil).Reply(); m.Ephemeral() || len(m.Notified) != 0 {
			t.Errorf("the reply is %+v", m)
		}
		d.says(secret("for her"))
		if m := d.mina.Slash(d.channel, "quiz me", nil).Reply(); !m.Ephemeral() {
			t.Errorf("the reply is %+v", m)
		}
		// Nobody else is there, and tomorrow she may want to read it again.
		if m := d.mina.Slash(d.mina.DM(), "quiz me", nil).Reply(); m.Ephemeral() || m.Content != "for her" {
			t.Errorf("the reply in private is %+v", m)
		}
		if got := len(d.channel.FromBot()); got != 1 {
			t.Errorf("%d messages in the channel, want 1", got)
		}
		d.quietly()
	})
}

func TestButtonsAreAnsweredToOnePerson(t *testing.T) {
	serve(t, func(t *testing.T, d *desk) {
		r := text("which one?")
		for n := range 7 {
			r.Message.Actions = append(r.Message.Actions, bot.Action{Label: fmt.Sprint("#", n), Command: fmt.Sprint("history #", n)})
		}
		d.says(r)
		asked := d.mina.Slash(d.channel, "quiz leaderboard", nil).Reply()
		if got := len(asked.Buttons()); got != 7 {
			t.Fatalf("%d buttons", got)
		}
		jun := d.guild.Member("Jun")
		i := jun.PressLabel(asked, "#3")
		if m := i.Reply(); !m.Ephemeral() || m.Content != "which one?" {
			t.Errorf("the reply is %+v", m)
		}
		if got := d.last(); got.Text != "history #3" || !got.Forms || got.ID != i.ID || got.From != d.who(jun) || got.Channel != d.here() {
			t.Errorf("the command is %+v", got)
		}
		if m := jun.PressLabel(jun.Ephemerals()[0], "#4").Reply(); !m.Ephemeral() || d.last().Text != "history #4" {
			t.Errorf("a button below an answer gives %+v", m)
		}
		d.quietly()
	})
}

func TestButtonsOfOtherVersions(t *testing.T) {
	serve(t, func(t *testing.T, d *desk) {
		d.mina.SetLocale("ko")
		row := []component{{Type: componentRow, Components: []component{{Type: componentButton, Style: 1, Label: "Old", CustomID: "0old"}}}}
		m, err := d.platform.rest.createMessage(t.Context(), d.channel.ID, draft{Content: "x", Components: row})
		if err != nil {
			t.Fatal(err)
		}
		old, _ := d.channel.Message(m.ID)
		if got := d.mina.PressLabel(old, "Old").Reply(); !got.Ephemeral() || !strings.Contains(got.Content, "다른 버전") {
			t.Errorf("the reply is %+v", got)
		}
		if len(d.all()) != 0 {
			t.Error("it was taken for a command")
		}
	})
}

// TestFactD9FormsMakeTheRoundTrip is about labels, whose values discordgo cannot decode.
func TestFactD9FormsMakeTheRoundTrip(t *testing.T) {
	serve(t, func(t *testing.T, d *desk) {
		d.answers(func(ctx context.Context, c bot.Command, answer answerFunc) error {
			if c.Options["text"] == "" {
				return answer(ctx, bot.Reply{Private: true, Message: bot.Message{Text: "typed"}, Form: &bot.Form{
					Title: strings.Repeat("제목", 30), Label: "Your answer", Hint: "One line will do.", Value: "so far", Command: "answer #12", Option: "text",
				}})
			}
			return answer(ctx, secret("kept: "+c.Options["text"]))
		})
		form := d.mina.Slash(d.channel, "quiz answer", nil).Modal()
		in := form.Inputs()
		if len(in) != 1 || in[0].Value != "so far" || in[0].Style != inputParagraph || *in[0].MaxLength != 4000 || form.Components[0].Type != componentLabel {
			t.Fatalf("the form is %+v", form)
		}
		if l := form.Components[0]; l.Label != "Your answer" || l.Description != "One line will do." || len([]rune(form.Title)) > 45 {
			t.Errorf("the form is %+v", form)
		}
		long := strings.Repeat("가", 4000)
		i := d.mina.Submit(form, map[string]string{in[0].CustomID: long})
		if m := i.Reply(); !m.Ephemeral() || !strings.HasPrefix(m.Content, "kept: 가") {
			t.Errorf("the reply is %+v", m)
		}
		got := d.last()
		if got.Text != "answer #12" || got.Options["text"] != long || len(got.Options) != 1 || got.Forms || got.ID != i.ID {
			t.Errorf("the command is %+v", got)
		}
		d.quietly()
	})
}

// TestFactD24FormsWantSomething is about the field that Discord takes for true and discordgo for false.
func TestFactD24FormsWantSomething(t *testing.T) {
	f, ok := formOf(bot.Form{Title: "t", Label: "l", Command: "answer", Option: "text"})
	if in := f.Components[0].Component; !ok || in.Required == nil || !*in.Required {
		t.Errorf("the form is %+v", f)
	}
}

func TestFormsThatCannotBeOpened(t *testing.T) {
	form := func(command string) bot.Reply {
		return bot.Reply{Private: true, Message: bot.Message{Text: "type it"}, Form: &bot.Form{Title: "t", Label: "l", Command: command, Option: "text"}}
	}
	for name, odd := range map[string]struct {
		reply bot.Reply
		slow  time.Duration
		again bool // the form's own submission is answered with a form
		fault *discordtest.Fault
	}{
		"after a sign":       {form("answer"), 2 * time.Second, false, nil},
		"a long command":     {form("answer " + strings.Repeat("x", 100)), 0, false, nil},
		"after a form":       {form("answer"), 0, true, nil},
		"refused by Discord": {form("answer"), 0, false, &discordtest.Fault{Kind: discordtest.Refuse, Code: discordtest.InvalidForm, Route: routeCallback}},
	} {
		t.Run(name, func(t *testing.T) {
			serve(t, func(t *testing.T, d *desk) {
				d.answers(func(ctx context.Context, _ bot.Command, answer answerFunc) error {
					time.Sleep(odd.slow)
					return answer(ctx, odd.reply)
				})
				var o *discordtest.Ordered
				if odd.fault != nil {
					o = d.Order(*odd.fault)
				}
				i := d.mina.Slash(d.channel, "quiz answer", nil)
				if odd.again {
					i = d.mina.Submit(i.Modal(), map[string]string{formInput: "x"})
				}
				if m := i.Reply(); m.Content != "type it" || !m.Ephemeral() {
					t.Errorf("the reply is %+v", m)
				}
				if o != nil && o.Count() != 1 {
					t.Error("it was not refused")
				}
			})
		})
	}
}

func TestLaterAnswersChangeTheFirst(t *testing.T) {
	serve(t, func(t *testing.T, d *desk) {
		d.answers(func(ctx context.Context, _ bot.Command, answer answerFunc) error {
			err := answer(ctx, secret("working"))
			time.Sleep(10 * time.Second)
			return errors.Join(err, answer(ctx, bot.Reply{Private: true, Message: bot.Message{Text: "done", Actions: []bot.Action{{Label: "Undo", Command: "undo"}}}}))
		})
		i := d.mina.Slash(d.channel, "quiz undo", nil)
		if m := i.Reply(); m.Content != "working" || !m.Ephemeral() {
			t.Errorf("at first it says %+v", m)
		}
		time.Sleep(11 * time.Second)
		if got := i.Messages(); len(got) != 1 || got[0].Content != "done" || len(got[0].Buttons()) != 1 || !got[0].Ephemeral() {
			t.Errorf("in the end it says %+v", got)
		}
		d.quietly()
	})
}

func TestSlowCommandsGiveASign(t *testing.T) {
	for name, odd := range map[string]struct {
		command string
		reply   bot.Reply
		hidden  bool // the sign
		shown   bool // the answer, to all
	}{
		"private":                              {"quiz me", secret("x"), true, false},
		"public":                               {"quiz leaderboard", text("x"), false, true},
		"a sign for all, but not what follows": {"quiz leaderboard", secret("x"), false, false},
		"a sign for one, who alone sees what follows": {"quiz me", text("x"), true, false},
	} {
		t.Run(name, func(t *testing.T) {
			serve(t, func(t *testing.T, d *desk) {
				begun := time.Now()
				d.answers(func(ctx context.Context, _ bot.Command, answer answerFunc) error {
					time.Sleep(time.Minute)
					return answer(ctx, odd.reply)
				})
				i := d.mina.Slash(d.channel, odd.command, nil)
				if got := i.Answer(); got != discordtest.AnswerLater || time.Since(begun) > 2*time.Second {
					t.Errorf("answered with %d after %v", got, time.Since(begun))
				}
				if m := i.Messages(); len(m) != 1 || !m[0].Loading() || m[0].Ephemeral() != odd.hidden {
					t.Errorf("the sign is %+v", m)
				}
				time.Sleep(time.Minute)
				synctest.Wait()
				if m := i.Messages(); len(m) != 1 || m[0].Content != "x" || m[0].Loading() || m[0].Ephemeral() == odd.shown {
					t.Errorf("the answer is %+v", m)
				}
				d.quietly()
			})
		})
	}
}

func TestLongRepliesComeInParts(t *testing.T) {
	long := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "Line %d of a text that goes on for a while.\n\n", i)
		}
		return b.String()
	}
	serve(t, func(t *testing.T, d *desk) {
		for _, slow := range []time.Duration{0, 5 * time.Second} {
			d.answers(func(ctx context.Context, _ bot.Command, answer answerFunc) error {
				time.Sleep(slow)
				return answer(ctx, bot.Reply{Private: true, Message: bot.Message{Text: long(100), Actions: []bot.Action{{Label: "More", Command: "random"}}}})
			})
			i := d.mina.Slash(d.channel, "quiz me", nil)
			time.Sleep(slow + 2*time.Second)
			got := i.Messages()
			if len(got) < 2 || len(got) > mostParts || len(got[0].Buttons()) != 1 || len(got[1].Buttons()) != 0 {
				t.Fatalf("%d parts: %+v", len(got), got)
			}
			for _, m := range got {
				if !m.Ephemeral() {
					t.Errorf("all see %+v", m)
				}
			}
			if !strings.Contains(got[len(got)-1].Content, "Line 99") {
				t.Errorf("the last part is %q", got[len(got)-1].Content)
			}
		}
		d.says(secret(long(1000)))
		m := d.mina.Slash(d.channel, "quiz me", nil).Reply()
		if len(m.Attachments) != 1 || m.Attachments[0].Filename != "answer.md" || !strings.Contains(string(d.Attachment(m.Attachments[0])), "Line 999 ") {
			t.Errorf("the reply is %+v", m)
		}
		if !m.Ephemeral() || !strings.HasPrefix(m.Content, "Line 0") {
			t.Errorf("the reply is %+v", m)
		}
		d.quietly()
	})
}

// TestFactD17RepliesStayWhatTheyAre is about edits, which discordgo cannot give flags: no reply is ever made one of
// components of version 2.
func TestFactD17RepliesStayWhatTheyAre(t *testing.T) {
	const version2 = 1 << 15
	for _, d := range draftsOf(bot.Message{Title: "t", Text: "x", Footer: "f", Spoiler: true, Notify: []string{"1"}}, flagSuppressEmbeds, "") {
		if d.Flags&version2 != 0 || len(d.Notify) != 0 || strings.Contains(d.Content, "<@") {
			t.Errorf("the draft is %+v", d)
		}
	}
	if d := draftsOf(bot.Message{}, 0, ""); len(d) != 1 || d[0].Content == "" {
		t.Errorf("nothing becomes %+v", d)
	}
}

func TestPrivateCommandsCarryTheirGroup(t *testing.T) {
	serve(t, func(t *testing.T, d *desk) {
		dm := d.mina.DM()
		d.says(bot.Reply{Message: bot.Message{Text: "which?", Actions: []bot.Action{{Label: "Study", Command: bot.InWorkspace("77", "random")}}}})
		which := d.mina.Slash(dm, "quiz random", nil).Reply()
		d.says(bot.Reply{Message: bot.Message{Text: "q", Actions: []bot.Action{
			{Label: "Show", Command: "random answer=1"}, {Label: "Other", Command: bot.InWorkspace("88", "random")},
		}}})
		asked := d.mina.PressLabel(which, "Study").Reply()
		if got := d.last(); got.Text != "@77 random" {
			t.Errorf("the command is %+v", got)
		}
		d.says(bot.Reply{Form: &bot.Form{Title: "t", Label: "l", Command: "suggest", Option: "question"}})
		form := d.mina.PressLabel(asked, "Show").Modal()
		if got := d.last(); got.Text != "@77 random answer=1" {
			t.Errorf("the command is %+v", got)
		}
		d.answers(nil)
		d.mina.PressLabel(asked, "Other").Reply()
		if got := d.last(); got.Text != "@88 random" {
			t.Errorf("the command is %+v", got)
		}
		d.mina.Submit(form, map[string]string{formInput: "x"}).Reply()
		if got := d.last(); got.Text != "@77 suggest" || got.Options["question"] != "x" {
			t.Errorf("the command is %+v", got)
		}
	})
}
