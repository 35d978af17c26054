package slack

import (
	"context"
	"errors"

	"github.com/slack-go/slack"

	"rewind/bot"
)

// Here is how a text is said once. Slack knows no key of a message, but every message of the bot carries its letter's key
// as metadata, and what an attempt did that may have landed is looked for in the history.
// https://docs.slack.dev/messaging/message-metadata

// letterEvent is the type of the metadata.
const letterEvent = "rewind_letter"

// letter names a message: the key of the delivery, and which of the messages of its text it is, counted from 1. Every app in the
// channel can read it.
type letter struct {
	key  string
	part int
}

func (l letter) metadata() slack.SlackMetadata {
	return slack.SlackMetadata{EventType: letterEvent, EventPayload: map[string]any{"key": l.key, "part": l.part}}
}

// letterOf reads the letter of a message of the bot's own.
func letterOf(m *slack.Msg, me identity) (letter, bool) {
	if m.Metadata.EventType != letterEvent || !me.wrote(m) {
		return letter{}, false
	}
	key, _ := m.Metadata.EventPayload["key"].(string)
	part, _ := m.Metadata.EventPayload["part"].(float64)
	return letter{key, int(part)}, key != "" && part >= 1
}

// landed is what of a text stands there already: its first message, and how many of its messages were posted. One before the
// last of them that is not there was deleted, and is not said again.
type landed struct {
	first string
	parts int
}

// How much of a history is looked through: a page is as large as Slack recommends, and there are no more of them than are
// allowed in a minute.
// https://docs.slack.dev/reference/methods/conversations.history
const (
	pageSize  = 200
	mostPages = tier3
)

var errLongHistory = errors.New("the history is too long to be looked through")

// page reads the messages from a cursor on, and the next cursor.
type page func(ctx context.Context, cursor string) (messages []slack.Message, next string, err error)

// find looks for the messages of a delivery.
func (w *web) find(ctx context.Context, d bot.Delivery, at spot, parts int) (landed, *bot.Failure) {
	me, f := w.self(ctx)
	if f != nil {
		return landed{}, f
	}
	oldest := ""
	if !d.Unsure.IsZero() {
		oldest = tsOf(d.SearchFrom())
	}
	method, read := "conversations.history", w.historyPages(at.channel, oldest)
	if at.thread != "" {
		method, read = "conversations.replies", w.threadPages(at)
	}
	found := map[int]string{}
	f = w.joining(ctx, at.channel, func() *bot.Failure {
		return w.pages(ctx, method, read, func(m *slack.Msg) (more bool) {
			if l, ok := letterOf(m, me); ok && l.key == d.Key && isTS(m.Timestamp) {
				found[l.part] = m.Timestamp
			}
			return len(found) < parts
		})
	})
	switch code := codeOf(f); {
	case code == "thread_not_found" || code == "message_not_found": // nothing can stand in a thread that is not there
		return landed{}, nil
	case f != nil:
		return landed{}, f
	}
	var l landed
	for part, ts := range found {
		l.parts = max(l.parts, part)
		if l.first == "" || ts < l.first {
			l.first = ts
		}
	}
	return l, nil
}

// pages reads page after page until see has seen enough.
func (w *web) pages(ctx context.Context, method string, read page, see func(*slack.Msg) (more bool)) *bot.Failure {
	cursor := ""
	for n := range mostPages {
		var messages []slack.Message
		var next string
		f := w.read(ctx, call{method: method, patient: n > 0}, func(ctx context.Context) (err error) {
			messages, next, err = read(ctx, cursor)
			return err
		})
		if f != nil {
			return f
		}
		for i := range messages {
			if !see(&messages[i].Msg) {
				return nil
			}
		}
		if next == "" {
			return nil
		}
		if next == cursor {
			return &bot.Failure{Outcome: bot.NotDone, Err: errNotUnderstood}
		}
		cursor = next
	}
	return &bot.Failure{Outcome: bot.NotDone, Err: errLongHistory}
}

// historyPages reads what stands in a channel itself, the newest first.
func (w *web) historyPages(channel, oldest string) page {
	return func(ctx context.Context, cursor string) ([]slack.Message, string, error) {
		got, err := w.api.GetConversationHistoryContext(ctx, &slack.GetConversationHistoryParameters{
			ChannelID: channel, Cursor: cursor, Oldest: oldest, Limit: pageSize, IncludeAllMetadata: true})
		switch {
		case err != nil:
			return nil, "", err
		case !got.Ok || got.HasMore && got.ResponseMetaData.NextCursor == "":
			return nil, "", errNotUnderstood // an empty history would mean that nothing landed
		}
		return got.Messages, got.ResponseMetaData.NextCursor, nil
	}
}

// threadPages reads a thread with its parent, the oldest first. The whole of it is read, so that there always is the parent:
// the library does not tell an empty thread from an answer that is none.
func (w *web) threadPages(at spot) page {
	return func(ctx context.Context, cursor string) ([]slack.Message, string, error) {
		got, more, next, err := w.api.GetConversationRepliesContext(ctx, &slack.GetConversationRepliesParameters{
			ChannelID: at.channel, Timestamp: at.thread, Cursor: cursor, Limit: pageSize, IncludeAllMetadata: true})
		switch {
		case err != nil:
			return nil, "", err
		case cursor == "" && len(got) == 0 || more && next == "":
			return nil, "", errNotUnderstood
		}
		return got, next, nil
	}
}
