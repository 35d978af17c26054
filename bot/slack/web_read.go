package slack

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"rewind/bot"
)

// Here threads are read.

// tombstone is what is left of a deleted message that has replies.
const tombstone = "tombstone"

// snapshot returns the whole of a thread: what people said in it, and their reactions to that. It is never a part of it, since
// what is missing in it counts as deleted. Its errors are *bot.Failure.
func (w *web) snapshot(ctx context.Context, t bot.Thread) (bot.Snapshot, error) {
	if !isTS(t.ID) {
		return bot.Snapshot{Gone: true}, nil
	}
	messages, f := w.thread(ctx, spot{t.Channel.ID, t.ID})
	switch codeOf(f) {
	case "thread_not_found", "message_not_found":
		return bot.Snapshot{Gone: true}, nil
	}
	if f != nil {
		return bot.Snapshot{}, f
	}
	me, f := w.self(ctx)
	if f != nil {
		return bot.Snapshot{}, f
	}
	var s bot.Snapshot
	for _, m := range messages {
		c, ok, f := w.comment(ctx, t, m)
		if f != nil {
			return bot.Snapshot{}, f
		}
		if ok {
			s.Comments = append(s.Comments, c)
			s.Reactions = append(s.Reactions, w.reactions(ctx, t, m, me)...)
			s.Partial = s.Partial || !namesAll(m)
		}
	}
	return s, nil
}

// thread reads the replies of a thread, in the order in which they were said and each once.
func (w *web) thread(ctx context.Context, at spot) ([]*slack.Msg, *bot.Failure) {
	byTS := map[string]*slack.Msg{}
	f := w.pages(ctx, "conversations.replies", w.threadPages(at), func(m *slack.Msg) (more bool) {
		if m.Timestamp != at.thread && isTS(m.Timestamp) {
			byTS[m.Timestamp] = m
		}
		return true
	})
	if f != nil {
		return nil, f
	}
	var replies []*slack.Msg
	for _, m := range byTS {
		replies = append(replies, m)
	}
	slices.SortFunc(replies, func(a, b *slack.Msg) int { return cmp.Compare(a.Timestamp, b.Timestamp) })
	return replies, nil
}

// comment makes a comment of a message in a thread, whether it was read or reported. It is none where no person wrote it. A
// failure means that it is worth trying again.
func (w *web) comment(ctx context.Context, t bot.Thread, m *slack.Msg) (c bot.Comment, ok bool, f *bot.Failure) {
	if !spoken(m) || m.Timestamp == t.ID {
		return c, false, nil
	}
	me, f := w.self(ctx)
	if f != nil || me.commanded(m) {
		return c, false, f
	}
	p, f := w.person(ctx, m.User)
	if f != nil {
		return c, false, f
	}
	if p.bot {
		return c, false, nil
	}
	text := w.plainText(ctx, m.Text)
	for _, file := range m.Files {
		read, f := w.textOf(ctx, file)
		if f != nil {
			return c, false, f
		}
		text = strings.TrimSpace(text + "\n\n" + read)
	}
	said := timeOf(m.Timestamp)
	c = bot.Comment{Thread: t, ID: m.Timestamp, From: w.account(t.Channel, m.User), Name: p.name, Text: text, Said: said, Revision: said}
	if m.Edited != nil && isTS(m.Edited.Timestamp) {
		c.Revision = timeOf(m.Edited.Timestamp)
	}
	return c, true, nil
}

// spoken reports whether a person said a message. A reply that is shown in the channel too is one message with a mark.
func spoken(m *slack.Msg) bool {
	switch m.SubType {
	case "", slack.MsgSubTypeThreadBroadcast, slack.MsgSubTypeFileShare, slack.MsgSubTypeMeMessage:
		return m.User != "" && m.BotID == "" && !m.Hidden && isTS(m.Timestamp)
	}
	return false
}

// account is somebody's account in the workspace of a channel, also where they are a guest from another workspace.
func (w *web) account(c bot.Channel, user string) bot.Account {
	return bot.Account{Platform: c.Platform, Workspace: c.Workspace, User: user}
}

// namesAll says whether a message names everybody who reacted to it. Where they are many it names only some of them.
// https://docs.slack.dev/reference/methods/reactions.get
func namesAll(m *slack.Msg) bool {
	return !slices.ContainsFunc(m.Reactions, func(r slack.ItemReaction) bool { return len(r.Users) < r.Count })
}

// reactions are those of people to a message. Their names are a nicety that no reading fails for.
func (w *web) reactions(ctx context.Context, t bot.Thread, m *slack.Msg, me identity) (all []bot.Reaction) {
	for _, r := range m.Reactions {
		for _, user := range r.Users {
			if user == me.user {
				continue
			}
			p, _ := w.person(ctx, user)
			if !p.bot {
				all = append(all, bot.Reaction{Thread: t, Comment: m.Timestamp, From: w.account(t.Channel, user), Name: p.name, Emoji: emojiOfName(r.Name)})
			}
		}
	}
	return all
}
