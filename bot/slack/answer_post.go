package slack

import (
	"context"
	"fmt"

	"github.com/slack-go/slack"

	"rewind/bot"
)

// Here commands are answered that came as a message: in the thread they were given in, or in private.

// posts answers with messages. Those for everybody, and those in a conversation with the bot, are changed in place by later answers.
type posts struct {
	p      *Platform
	key    string // of the message that is answered
	at     spot
	user   string
	public bool // others read along where it is answered

	first string // the first message of the answer; "" while there is none that can be changed
}

func (t *posts) open(context.Context, bot.Form) bool { return false } // a message opens no form

func (t *posts) tell(ctx context.Context, a answer) error {
	parts := t.p.render(a.Message)
	switch {
	case t.public && a.Private:
		return asError(t.p.whisper(ctx, t.user, t.at, parts))
	case t.first != "" && len(parts) > 0:
		d := bot.Delivery{Op: bot.Edit, To: bot.Place{Message: t.first}}
		f := t.p.again(ctx, true, func() *bot.Failure { _, f := t.p.web.edit(ctx, d, t.at, parts[:1]); return f })
		if f != nil {
			return f
		}
		parts = parts[1:]
	}
	first, f := t.p.post(ctx, t.at, t.key, parts)
	if t.first == "" {
		t.first = first
	}
	return asError(f)
}

// post posts the messages of an answer and returns the first.
func (p *Platform) post(ctx context.Context, at spot, key string, parts []part) (first string, f *bot.Failure) {
	for i, part := range parts {
		if f := fits(part); f != nil {
			return first, f
		}
		var ts string
		f := p.again(ctx, false, func() (f *bot.Failure) {
			ts, f = p.web.post(ctx, at, part, letter{fmt.Sprintf("answer/%s", key), i + 1}, true)
			return f
		})
		if f != nil {
			return first, f
		}
		if first == "" {
			first = ts
		}
	}
	return first, nil
}

// whisper shows messages to one person: where they are looking, or in private where the bot cannot write there.
func (p *Platform) whisper(ctx context.Context, user string, at spot, parts []part) *bot.Failure {
	for i, part := range parts {
		f := fits(part)
		if f == nil {
			f = p.again(ctx, true, func() *bot.Failure { return p.web.whisper(ctx, user, at, part) })
		}
		if f != nil && f.Outcome == bot.Refused && i == 0 {
			return p.inPrivate(ctx, user, parts)
		}
		if f != nil {
			return f
		}
	}
	return nil
}

// inPrivate tells somebody something in their conversation with the bot.
func (p *Platform) inPrivate(ctx context.Context, user string, parts []part) *bot.Failure {
	var channel string
	f := p.again(ctx, true, func() (f *bot.Failure) {
		channel, f = p.web.inPrivate(ctx, user)
		return f
	})
	if f != nil {
		return f
	}
	_, f = p.post(ctx, spot{channel: channel}, user, parts)
	return f
}

// whisper shows a message to one person in a channel. In their conversation with the bot it is one like others.
// https://docs.slack.dev/reference/methods/chat.postEphemeral
func (w *web) whisper(ctx context.Context, user string, at spot, p part) *bot.Failure {
	if at.channel == "" {
		return refused("there is no channel to say it in")
	}
	options := []slack.MsgOption{slack.MsgOptionText(preview(p.fallback), false), slack.MsgOptionLinkNames(false)}
	if len(p.blocks) > 0 {
		options = append(options, slack.MsgOptionBlocks(p.blocks...))
	}
	if at.thread != "" {
		options = append(options, slack.MsgOptionTS(at.thread))
	}
	return w.ask(ctx, call{method: "chat.postEphemeral", channel: at.channel, says: true}, func(ctx context.Context) error {
		_, err := w.api.PostEphemeralContext(ctx, at.channel, user, options...)
		return err
	})
}
