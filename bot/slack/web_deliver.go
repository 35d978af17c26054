package slack

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"rewind/bot"
)

// Here deliveries are carried out.

// part is one message of a text: its blocks, and what stands for them in a notification, as plain text.
type part struct {
	blocks   []slack.Block
	fallback string
}

// spot is where a delivery goes. A thread's ID is the ts of its parent.
type spot struct{ channel, thread string }

var errNotUnderstood = errors.New("the answer of Slack is not understood")

// deliver carries out d; render makes the messages of a text. Its errors are *bot.Failure.
func (w *web) deliver(ctx context.Context, d bot.Delivery, render func(bot.Message) []part) (bot.Receipt, error) {
	r, f := w.carryOut(ctx, d, render)
	if f != nil {
		return bot.Receipt{}, f
	}
	return r, nil
}

func (w *web) carryOut(ctx context.Context, d bot.Delivery, render func(bot.Message) []part) (bot.Receipt, *bot.Failure) {
	if f := possible(d); f != nil {
		return bot.Receipt{}, f
	}
	at, f := w.spotOf(ctx, d.To)
	if f != nil {
		return bot.Receipt{}, f
	}
	switch d.Op {
	case bot.Say:
		return w.say(ctx, d, at, render(d.Body))
	case bot.Edit:
		return w.edit(ctx, d, at, render(d.Body))
	case bot.OpenThread:
		return w.openThread(ctx, d, at)
	case bot.Pin, bot.Unpin:
		return w.pin(ctx, d, at)
	}
	return w.react(ctx, d, at)
}

// possible refuses what cannot be, without asking Slack.
func possible(d bot.Delivery) *bot.Failure {
	switch d.Op {
	case bot.Say:
		if d.To.Thread != "" && !isTS(d.To.Thread) {
			return refused("there is no such thread")
		}
		return nil
	case bot.OpenThread:
		if d.To.Account != (bot.Account{}) || d.To.Thread != "" {
			return refused("a thread stands only under a message of a channel")
		}
	case bot.Edit, bot.Pin, bot.Unpin, bot.React:
	default:
		return refused("unknown operation %q", d.Op)
	}
	if !isTS(d.To.Message) {
		return refused("there is no such message")
	}
	return nil
}

// spotOf finds the channel of a place, which in private is a conversation to be opened.
func (w *web) spotOf(ctx context.Context, p bot.Place) (spot, *bot.Failure) {
	me, f := w.self(ctx)
	if f != nil {
		return spot{}, f
	}
	workspace, private := p.Channel.Workspace, p.Account != (bot.Account{})
	if private {
		workspace = p.Account.Workspace
	}
	if workspace != "" && workspace != me.team {
		return spot{}, &bot.Failure{Outcome: bot.Refused, Lost: true, Err: errors.New("the bot token is for another workspace")}
	}
	if !private {
		return spot{p.Channel.ID, p.Thread}, nil
	}
	channel, f := w.inPrivate(ctx, p.Account.User)
	return spot{channel, p.Thread}, f
}

// say posts the messages of a text. After an attempt that may have landed it first looks for what did, and goes on behind
// that. Once something stands, no failure may say that nothing was changed.
func (w *web) say(ctx context.Context, d bot.Delivery, at spot, parts []part) (bot.Receipt, *bot.Failure) {
	for _, p := range parts {
		if f := fits(p); f != nil {
			return bot.Receipt{}, f
		}
	}
	if len(parts) == 0 {
		return bot.Receipt{}, refused("the message is empty")
	}
	var found landed
	if !d.Unsure.IsZero() || d.LookOnly {
		var f *bot.Failure
		if found, f = w.find(ctx, d, at, len(parts)); f != nil {
			return bot.Receipt{}, unsure(f)
		}
		if d.LookOnly && found.first == "" {
			return bot.Receipt{}, refused("nothing was found")
		}
		if d.LookOnly {
			return receipt(found.first), nil
		}
	}
	first := found.first
	for i := found.parts; i < len(parts); i++ {
		ts, f := w.post(ctx, at, parts[i], letter{d.Key, i + 1}, i > 0)
		switch {
		case f != nil && i > 0:
			return bot.Receipt{}, unsure(f)
		case f != nil:
			return bot.Receipt{}, f
		}
		if first == "" {
			first = ts
		}
	}
	return receipt(first), nil
}

// post posts one message with its key in it. A public channel that the bot is not in is joined first.
func (w *web) post(ctx context.Context, at spot, p part, l letter, patient bool) (ts string, f *bot.Failure) {
	options := []slack.MsgOption{slack.MsgOptionText(preview(p.fallback), false), slack.MsgOptionMetadata(l.metadata()),
		slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl(), slack.MsgOptionLinkNames(false)}
	if len(p.blocks) > 0 {
		options = append(options, slack.MsgOptionBlocks(p.blocks...))
	}
	if at.thread != "" {
		options = append(options, slack.MsgOptionTS(at.thread))
	}
	var said slack.Message
	f = w.joining(ctx, at.channel, func() *bot.Failure {
		return w.ask(ctx, call{method: postMethod, channel: at.channel, says: true, patient: patient}, func(ctx context.Context) (err error) {
			_, ts, said, err = w.api.PostMessageWithResponseContext(ctx, at.channel, options...)
			return err
		})
	})
	switch {
	case f != nil:
		return "", f
	case !isTS(ts):
		return "", &bot.Failure{Outcome: bot.Unknown, Err: errNotUnderstood}
	case at.thread != "" && said.Timestamp != "" && said.ThreadTimestamp == "":
		return w.astray(ctx, at.channel, ts)
	}
	return ts, nil
}

// astray takes back a message that Slack put into the channel, since its thread is gone. Where it cannot be taken back it
// was said.
func (w *web) astray(ctx context.Context, channel, ts string) (string, *bot.Failure) {
	f := w.ask(ctx, call{method: "chat.delete", patient: true}, func(ctx context.Context) error {
		_, _, err := w.api.DeleteMessageContext(ctx, channel, ts)
		return err
	})
	if f != nil {
		return ts, nil
	}
	return "", refused("the thread is gone")
}

// joining does something in a channel, and where the bot is not in it joins the channel and does it then.
func (w *web) joining(ctx context.Context, channel string, do func() *bot.Failure) *bot.Failure {
	f := do()
	if codeOf(f) != "not_in_channel" {
		return f
	}
	joined := w.ask(ctx, call{method: "conversations.join"}, func(ctx context.Context) error {
		_, _, _, err := w.api.JoinConversationContext(ctx, channel)
		return err
	})
	switch {
	case joined == nil:
		return do()
	case joined.Outcome == bot.NotDone || codeOf(joined) == "is_archived":
		return joined
	}
	return f // with the words how to invite the bot
}

// tsForm is that of a ts, which is a message's ID and its time in one.
var tsForm = regexp.MustCompile(`^[0-9]{1,12}\.[0-9]{6}$`)

func isTS(ts string) bool { return tsForm.MatchString(ts) }

// timeOf is the time in a ts.
func timeOf(ts string) time.Time {
	whole, part, _ := strings.Cut(ts, ".")
	seconds, _ := strconv.ParseInt(whole, 10, 64) // isTS has seen to it
	micro, _ := strconv.ParseInt(part, 10, 64)
	return time.Unix(seconds, micro*1000).UTC()
}

// tsOf is a time as a ts.
func tsOf(t time.Time) string { return fmt.Sprintf("%d.%06d", t.Unix(), t.Nanosecond()/1000) }

func receipt(ts string) bot.Receipt { return bot.Receipt{ID: ts, At: timeOf(ts)} }

// mostPreview is how long the text beside blocks may be in an update, other than in a post.
// https://docs.slack.dev/reference/methods/chat.update#errors
const mostPreview = 4000

// preview makes plain text ready to be sent. The library escapes nothing by itself, so that <!channel> would call
// everybody.
func preview(text string) string {
	escaped := escapeText(text)
	for units(escaped) > mostPreview {
		runes := []rune(text)
		text = string(runes[:len(runes)*3/4])
		escaped = escapeText(text) + "…"
	}
	return escaped
}

// escapeText escapes what Slack reads as its own signs. There are three.
// https://docs.slack.dev/messaging/formatting-message-text#escaping
func escapeText(text string) string { return slackSigns.Replace(text) }

var slackSigns = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
