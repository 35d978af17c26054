package slack

import (
	"context"
	"slices"

	"github.com/slack-go/slack"

	"rewind/bot"
)

// Here is what may be done twice, since the second time changes nothing: edits, threads, pins and reactions.

// edit changes the first message of a text in its place. Its metadata stays as long as none is sent.
func (w *web) edit(ctx context.Context, d bot.Delivery, at spot, parts []part) (bot.Receipt, *bot.Failure) {
	if d.LookOnly {
		return bot.Receipt{}, refused("nothing was found") // an edit leaves no trace
	}
	if len(parts) == 0 {
		return bot.Receipt{}, refused("the message is empty")
	}
	p := parts[0]
	if f := fits(p); f != nil {
		return bot.Receipt{}, f
	}
	options := []slack.MsgOption{slack.MsgOptionText(preview(p.fallback), false), slack.MsgOptionBlocks(p.blocks...),
		slack.MsgOptionLinkNames(false), slack.MsgOptionParse(false)} // other than in a post, names would be looked for by default
	f := w.joining(ctx, at.channel, func() *bot.Failure {
		return w.ask(ctx, call{method: "chat.update", says: true}, func(ctx context.Context) error {
			_, _, _, err := w.api.UpdateMessageContext(ctx, at.channel, d.To.Message, options...)
			return err
		})
	})
	return receipt(d.To.Message), f
}

// openThread sees that there is a message: on Slack every message is the parent of its thread already, and the thread's ID
// is the message's. Where the app may not read the channel, the message is taken to be there.
func (w *web) openThread(ctx context.Context, d bot.Delivery, at spot) (bot.Receipt, *bot.Failure) {
	m, f := w.message(ctx, at.channel, d.To.Message)
	switch {
	case codeOf(f) == "missing_scope":
		return receipt(d.To.Message), nil
	case f != nil:
		return bot.Receipt{}, f
	case m.ThreadTimestamp != "" && m.ThreadTimestamp != m.Timestamp:
		return bot.Receipt{}, refused("a thread stands only under a message of a channel")
	}
	return receipt(m.Timestamp), nil
}

// message reads one message as it stands now.
func (w *web) message(ctx context.Context, channel, ts string) (*slack.Msg, *bot.Failure) {
	var got []slack.Message
	f := w.joining(ctx, channel, func() *bot.Failure {
		return w.ask(ctx, call{method: "conversations.replies"}, func(ctx context.Context) (err error) {
			got, _, _, err = w.api.GetConversationRepliesContext(ctx, &slack.GetConversationRepliesParameters{ChannelID: channel, Timestamp: ts, Limit: 1})
			return err
		})
	})
	switch {
	case codeOf(f) == "thread_not_found", codeOf(f) == "message_not_found":
		return nil, refused("the message is gone")
	case f != nil:
		return nil, f
	case len(got) == 0:
		return nil, &bot.Failure{Outcome: bot.NotDone, Err: errNotUnderstood}
	case got[0].Timestamp != ts || got[0].SubType == tombstone:
		return nil, refused("the message is gone")
	}
	return &got[0].Msg, nil
}

// pin pins a message, or takes it off the pins.
func (w *web) pin(ctx context.Context, d bot.Delivery, at spot) (bot.Receipt, *bot.Failure) {
	if d.LookOnly {
		return w.look(ctx, d, at, func(m *slack.Msg, _ identity) bool {
			return slices.Contains(m.PinnedTo, at.channel) == (d.Op == bot.Pin)
		})
	}
	c, done, do := call{method: "pins.add", says: true}, "already_pinned", w.api.AddPinContext
	if d.Op == bot.Unpin {
		c, done, do = call{method: "pins.remove", says: true}, "no_pin", w.api.RemovePinContext
	}
	return w.change(ctx, d, at, c, done, func(ctx context.Context) error {
		return do(ctx, at.channel, slack.NewRefToMessage(at.channel, d.To.Message))
	})
}

// react adds the bot's reaction to a message.
func (w *web) react(ctx context.Context, d bot.Delivery, at spot) (bot.Receipt, *bot.Failure) {
	name, ok := nameOfEmoji(d.Body.Text)
	if !ok {
		return bot.Receipt{}, refused("Slack's name of the emoji is not known")
	}
	if d.LookOnly {
		return w.look(ctx, d, at, func(m *slack.Msg, me identity) bool {
			return slices.ContainsFunc(m.Reactions, func(r slack.ItemReaction) bool { return r.Name == name && slices.Contains(r.Users, me.user) })
		})
	}
	return w.change(ctx, d, at, call{method: "reactions.add", says: true}, "already_reacted", func(ctx context.Context) error {
		return w.api.AddReactionContext(ctx, name, slack.NewRefToMessage(at.channel, d.To.Message))
	})
}

// change carries out what Slack refuses with the code done where it was done before.
func (w *web) change(ctx context.Context, d bot.Delivery, at spot, c call, done string, do func(context.Context) error) (bot.Receipt, *bot.Failure) {
	f := w.joining(ctx, at.channel, func() *bot.Failure { return w.ask(ctx, c, do) })
	if f != nil && codeOf(f) != done {
		return bot.Receipt{}, f
	}
	return receipt(d.To.Message), nil
}

// look finds out whether a message is as it should be.
func (w *web) look(ctx context.Context, d bot.Delivery, at spot, so func(*slack.Msg, identity) bool) (bot.Receipt, *bot.Failure) {
	me, f := w.self(ctx)
	if f != nil {
		return bot.Receipt{}, unsure(f)
	}
	m, f := w.message(ctx, at.channel, d.To.Message)
	switch {
	case f != nil && f.Outcome == bot.Refused:
		return bot.Receipt{}, f
	case f != nil:
		return bot.Receipt{}, unsure(f)
	case !so(m, me):
		return bot.Receipt{}, refused("nothing was found")
	}
	return receipt(d.To.Message), nil
}
