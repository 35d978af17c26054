package slack

import (
	"context"
	"encoding/json"

	"github.com/slack-go/slack"

	"rewind/bot"
)

// Here reactions are taken.

// reactionEvent is an emoji that somebody chose, or took back.
// https://docs.slack.dev/reference/events/reaction_added
type reactionEvent struct {
	Type     string `json:"type"`
	User     string `json:"user"`
	Reaction string `json:"reaction"`
	ItemUser string `json:"item_user"`
	Item     struct {
		Type    string `json:"type"`
		Channel string `json:"channel"`
		TS      string `json:"ts"`
	} `json:"item"`
}

// reaction takes a reaction to a comment. Slack does not say in which thread that is, so it may have to be asked.
func (t taking) reaction(ctx context.Context, event json.RawMessage) error {
	var e reactionEvent
	if !decode(event, &e) || e.Item.Type != "message" || !isTS(e.Item.TS) || e.User == t.me.user || e.ItemUser == t.me.user || isDirect(e.Item.Channel) {
		return nil
	}
	thread, f := t.threadOf(ctx, e.Item.Channel, e.Item.TS)
	if f != nil && f.Outcome != bot.Refused {
		return f
	}
	if thread == "" {
		return nil
	}
	p, f := t.p.web.person(ctx, e.User)
	if f != nil {
		return f
	}
	if p.bot {
		return nil
	}
	c := t.p.channel(t.me, e.Item.Channel)
	return t.handler.Reaction(ctx, bot.Reaction{Thread: bot.Thread{Channel: c, ID: thread}, Comment: e.Item.TS,
		From: t.p.web.account(c, e.User), Name: p.name, Emoji: emojiOfName(e.Reaction), Removed: e.Type == "reaction_removed"})
}

// threadOf is the thread of a message, "" if it is in none.
func (t taking) threadOf(ctx context.Context, channel, ts string) (string, *bot.Failure) {
	if thread, ok := t.p.threads.get(channel + "/" + ts); ok {
		return thread, nil
	}
	m, f := t.p.web.message(ctx, channel, ts)
	if f != nil {
		return "", f
	}
	return t.remember(channel, m), nil
}

// remember remembers in which thread a message is.
func (t taking) remember(channel string, m *slack.Msg) string {
	thread := m.ThreadTimestamp
	if thread == m.Timestamp {
		thread = ""
	}
	t.p.threads.put(channel+"/"+m.Timestamp, thread)
	return thread
}
