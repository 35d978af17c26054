package slack

import (
	"context"
	"strings"
	"sync"
	"time"

	"rewind/bot"
	"rewind/questions"
)

// Here commands are on their way to the bot.

// order is a command on its way, with where it is answered.
type order struct {
	user    string // who gave it
	text    string // as Slack sends it; what stands in the command's own text goes before it
	command bot.Command
	// more adds to the command what has to be asked for; it may be nil.
	more func(ctx context.Context, c *bot.Command) *bot.Failure
	to   teller
	// after is done when the command is answered; it may be nil.
	after func(ctx context.Context)
}

// commandSpan is how long a command may take; what answers it cannot be used for longer.
// https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
const commandSpan = 30 * time.Minute

// slashCommand is a command as it was typed.
// https://docs.slack.dev/interactivity/implementing-slash-commands#app_command_handling
type slashCommand struct {
	TeamID      string `json:"team_id"`
	ChannelID   string `json:"channel_id"`
	UserID      string `json:"user_id"`
	Text        string `json:"text"`
	ResponseURL string `json:"response_url"`
	TriggerID   string `json:"trigger_id"`
}

// slash takes a command that was typed. Slack sends it once.
func (t taking) slash(e envelope) (any, error) {
	var c slashCommand
	if !decode(e.body, &c) || c.UserID == "" || c.TeamID != t.me.team {
		t.p.o.Log.Warn("not understood", "platform", name, "kind", e.kind)
		return nil, nil
	}
	o := order{user: c.UserID, text: c.Text, command: bot.Command{ID: idOf(c.TriggerID, e.id), Forms: c.TriggerID != ""},
		to: &responses{p: t.p, url: c.ResponseURL, user: c.UserID, at: spot{channel: c.ChannelID}, trigger: c.TriggerID}}
	if !isDirect(c.ChannelID) {
		o.command.Channel = t.p.channel(t.me, c.ChannelID)
	}
	t.wait(t.carryOut(o))
	return nil, nil
}

// idOf is a command's ID: that of its trigger, which copies of it share, or else that of the envelope.
func idOf(trigger, envelope string) string {
	if trigger != "" {
		return trigger
	}
	return envelope
}

// carryOut carries out a command beside everything else. What it returns is closed when the bot has done what it was told.
func (t taking) carryOut(o order) (done <-chan struct{}) {
	handled := make(chan struct{})
	var once sync.Once
	end := func() { once.Do(func() { close(handled) }) }
	t.start("carry out a command", func() {
		defer end()
		ctx, cancel := context.WithTimeout(t.work, commandSpan)
		defer cancel()
		a := &answering{session: t.session, to: o.to, over: make(chan struct{})}
		err := t.command(ctx, o, a)
		end()
		if err := a.finish(ctx, err != nil); err != nil {
			t.p.o.Log.Warn("command not answered", "platform", name, "command", o.command.ID, "error", err)
		}
		if o.after != nil {
			o.after(ctx)
		}
	})
	return handled
}

// command completes a command and gives it to the bot.
func (t taking) command(ctx context.Context, o order, a *answering) error {
	c := o.command
	f := t.introduce(ctx, &c, o.user)
	if f == nil && o.more != nil {
		f = o.more(ctx, &c)
	}
	if f != nil {
		t.p.o.Log.Warn("command not completed", "platform", name, "command", c.ID, "error", f)
		_ = a.answer(ctx, bot.Reply{Private: true, Message: bot.Message{Text: bot.Speak(questions.Lang(c.Lang)).Say("internal_error")}}) // it never fails
		return f
	}
	c.Text = strings.TrimSpace(c.Text + " " + t.p.web.commandText(ctx, o.text))
	return t.handler.Command(ctx, c, a.answer) // which logs its errors and answers them
}

// introduce says who gives a command.
func (t taking) introduce(ctx context.Context, c *bot.Command, user string) *bot.Failure {
	c.From = bot.Account{Platform: name, Workspace: t.me.team, User: user}
	p, f := t.p.web.person(ctx, user)
	if f != nil {
		return f
	}
	c.Name, c.Admin, c.Lang = p.name, p.admin, p.lang
	c.Roles, f = t.p.web.roles(ctx, user)
	return f
}
