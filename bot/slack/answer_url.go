package slack

import (
	"context"

	"github.com/slack-go/slack"

	"rewind/bot"
)

// Here commands are answered that came with an address to answer them at.

// mostUses is how often such an address may be used.
// https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
const mostUses = 5

// responses answers at a response_url. What it says there is seen by the person alone, unless it is for everybody.
type responses struct {
	p       *Platform
	url     string
	user    string
	at      spot
	trigger string // that a form is opened with; "" if there is none
	// replaces says that the message that was acted on is an answer of ours that the person alone sees, and gives way to the
	// next one. An answer to a command cannot be replaced: https://github.com/slackapi/bolt-js/issues/2287
	replaces bool

	uses int
}

func (t *responses) open(ctx context.Context, f bot.Form) bool {
	return t.p.openForm(ctx, t.trigger, t.user, f, t.at)
}

func (t *responses) tell(ctx context.Context, a answer) error {
	parts := t.p.render(a.Message)
	for i, part := range parts {
		f := fits(part)
		if f == nil {
			f = t.respond(ctx, a.Private, i == 0, part)
		}
		switch {
		case f == nil:
		case f.Outcome == bot.Refused && a.Private:
			return asError(t.p.whisper(ctx, t.user, t.at, parts[i:]))
		case f.Outcome == bot.Refused:
			_, f := t.p.post(ctx, t.at, "response/"+t.trigger, parts[i:])
			return asError(f)
		default:
			return f
		}
	}
	return nil
}

// respond uses the address once.
func (t *responses) respond(ctx context.Context, private, first bool, p part) *bot.Failure {
	if t.uses == mostUses {
		return refused("the command was answered as often as it can be")
	}
	no := false
	m := &slack.WebhookMessage{Text: preview(p.fallback), ThreadTimestamp: t.at.thread, ResponseType: slack.ResponseTypeInChannel,
		ReplaceOriginal: t.replaces && private && first, UnfurlLinks: &no, UnfurlMedia: &no}
	if private {
		m.ResponseType = slack.ResponseTypeEphemeral
	}
	if len(p.blocks) > 0 {
		m.Blocks = &slack.Blocks{BlockSet: p.blocks}
	}
	return t.p.again(ctx, private, func() *bot.Failure {
		f := t.p.web.respond(ctx, t.url, m)
		if f == nil || f.Outcome == bot.Unknown {
			t.uses++
		}
		return f
	})
}
