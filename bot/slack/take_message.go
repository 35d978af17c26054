package slack

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/slack-go/slack"

	"rewind/bot"
)

// Here messages become comments, and commands where they are said to the bot.

// messageEvent has what is said of a message around it.
// https://docs.slack.dev/reference/events/message
type messageEvent struct {
	Subtype   string          `json:"subtype"`
	Channel   string          `json:"channel"`
	Kind      string          `json:"channel_type"`
	EventTS   string          `json:"event_ts"`
	DeletedTS string          `json:"deleted_ts"`
	Message   json.RawMessage `json:"message"`
	Previous  json.RawMessage `json:"previous_message"`
}

const inDirect = "im"

// message takes what was said, edited or deleted.
func (t taking) message(ctx context.Context, event json.RawMessage) error {
	var e messageEvent
	if !decode(event, &e) || e.Channel == "" {
		return nil
	}
	direct := e.Kind == inDirect || isDirect(e.Channel)
	switch e.Subtype {
	case "message_deleted":
		if !direct {
			return t.deleted(ctx, e)
		}
	case "message_changed":
		if m, ok := messageOf(e.Message); ok && !direct {
			return t.said(ctx, e.Channel, m)
		}
	default:
		m, ok := messageOf(event)
		switch {
		case !ok || !spoken(m):
		case direct:
			t.direct(e.Channel, m)
		default:
			return t.said(ctx, e.Channel, m)
		}
	}
	return nil
}

// messageOf reads a message without what has many forms: one block that the library does not know would cost the whole message.
func messageOf(raw json.RawMessage) (*slack.Msg, bool) {
	var fields map[string]json.RawMessage
	if json.Unmarshal(raw, &fields) != nil || fields == nil {
		return nil, false
	}
	for _, name := range []string{"blocks", "attachments", "root", "message", "previous_message", "metadata"} {
		delete(fields, name)
	}
	bare, err := json.Marshal(fields)
	if err != nil {
		return nil, false
	}
	m := &slack.Msg{}
	return m, decode(bare, m)
}

// said takes a message in a channel. It is a comment if it is in a thread.
func (t taking) said(ctx context.Context, channel string, m *slack.Msg) error {
	t.remember(channel, m)
	if m.ThreadTimestamp == "" || m.ThreadTimestamp == m.Timestamp {
		return nil
	}
	thread := bot.Thread{Channel: t.p.channel(t.me, channel), ID: m.ThreadTimestamp}
	c, ok, f := t.p.web.comment(ctx, thread, m)
	switch {
	case f != nil:
		return f
	case !ok:
		return nil
	}
	return t.handler.Comment(ctx, c)
}

// deleted takes the deletion of a message. Slack sends what it was, without which nobody could tell in which thread.
func (t taking) deleted(ctx context.Context, e messageEvent) error {
	m, ok := messageOf(e.Previous)
	if !ok || !isTS(e.DeletedTS) || m.ThreadTimestamp == "" || m.ThreadTimestamp == e.DeletedTS ||
		m.User == "" || m.BotID != "" || m.User == t.me.user {
		return nil
	}
	c := bot.Comment{Thread: bot.Thread{Channel: t.p.channel(t.me, e.Channel), ID: m.ThreadTimestamp}, ID: e.DeletedTS, Said: timeOf(e.DeletedTS),
		Deleted: true}
	c.From = t.p.web.account(c.Thread.Channel, m.User)
	c.Revision = c.Said
	for _, ts := range []string{e.EventTS, editedTS(m)} {
		if isTS(ts) && timeOf(ts).After(c.Revision) {
			c.Revision = timeOf(ts)
		}
	}
	return t.handler.Comment(ctx, c)
}

func editedTS(m *slack.Msg) string {
	if m.Edited == nil {
		return ""
	}
	return m.Edited.Timestamp
}

// direct takes what somebody says to the bot in private: a command, with files perhaps.
func (t taking) direct(channel string, m *slack.Msg) {
	o := order{user: m.User, text: m.Text, command: bot.Command{ID: "message/" + channel + "/" + m.Timestamp, Attachments: t.attachments(m.Files)},
		to: &posts{p: t.p, key: channel + "/" + m.Timestamp, at: spot{channel, m.ThreadTimestamp}, user: m.User}}
	t.wait(t.carryOut(o))
}

// attachments are the files of a message, to be opened when the command is carried out.
func (t taking) attachments(files []slack.File) (all []bot.Attachment) {
	for _, f := range files {
		all = append(all, bot.Attachment{Name: f.Name, Open: t.p.web.opening(f)})
	}
	return all
}

// mention takes a message that names the bot. It also comes as the message that it is.
// https://docs.slack.dev/reference/events/app_mention
func (t taking) mention(event json.RawMessage) error {
	m, ok := messageOf(event)
	if !ok || !spoken(m) || isDirect(m.Channel) {
		return nil
	}
	text, ok := afterMention(m.Text, t.me.user)
	if !ok {
		return nil // the bot is spoken of and not to
	}
	inThread := m.ThreadTimestamp != "" && m.ThreadTimestamp != m.Timestamp
	if inThread && !isCommand(text) {
		return nil // a comment, which is taken as the message that it is
	}
	thread := ""
	if inThread {
		thread = m.ThreadTimestamp
	}
	o := order{user: m.User, text: text, command: bot.Command{ID: "message/" + m.Channel + "/" + m.Timestamp,
		Channel: t.p.channel(t.me, m.Channel), Thread: thread, Seen: true, Attachments: t.attachments(m.Files)},
		to: &posts{p: t.p, key: m.Channel + "/" + m.Timestamp, at: spot{m.Channel, thread}, user: m.User, public: true}}
	t.wait(t.carryOut(o))
	return nil
}

// afterMention is what is said to somebody who is named at the beginning.
func afterMention(text, user string) (rest string, ok bool) {
	rest, ok = strings.CutPrefix(strings.TrimSpace(text), "<@"+user)
	if !ok {
		return "", false
	}
	_, rest, ok = strings.Cut(rest, ">") // behind the ID a name may stand
	return strings.TrimSpace(rest), ok
}
