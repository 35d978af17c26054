package discord

import (
	"context"
	"errors"
	"path"
	"slices"
	"strings"
	"time"

	"rewind/bot"
)

// Here a thread is read whole, and messages become comments.

// The types of messages that people write; all others are Discord's own, or answer commands.
// https://discord.com/developers/docs/resources/message#message-object-message-types
const (
	messagePlain = 0
	messageReply = 19
)

// Read returns what people said in a thread.
func (p *Platform) Read(ctx context.Context, t bot.Thread) (bot.Snapshot, error) {
	list, err := p.history(ctx, t.ID)
	if codeOf(err) == codeUnknownChannel {
		return bot.Snapshot{Gone: true}, nil
	}
	if err != nil {
		return bot.Snapshot{}, err
	}
	me, err := p.me(ctx)
	if err != nil {
		return bot.Snapshot{}, err
	}
	var s bot.Snapshot
	for i := range list {
		m := &list[i]
		if !isComment(m) || isCommand(m, me.ID) {
			continue
		}
		s.Comments = append(s.Comments, commentOf(t, m, p.nameOf(ctx, t.Channel.Workspace, *m.Author)))
	}
	s.Reactions, s.Partial = p.reactions(ctx, t, list)
	return s, ctx.Err()
}

// history is all that stands in a room, oldest first. It fails where the bot may not read it: there Discord says that there
// is nothing.
func (p *Platform) history(ctx context.Context, room string) ([]message, error) {
	var all []message
	for at := (page{Limit: historyPage}); ; {
		list, err := p.rest.messages(ctx, room, at)
		if err != nil {
			return nil, err
		}
		all = append(all, list...)
		if len(list) == 0 {
			if err := p.readable(ctx, room); err != nil {
				return nil, err
			}
		}
		if len(list) < historyPage {
			slices.Reverse(all)
			return all, nil
		}
		at.Before = list[len(list)-1].ID
	}
}

// isComment reports whether a person wrote a message.
func isComment(m *message) bool {
	return m.Author != nil && !m.Author.Bot && m.WebhookID == "" && (m.Type == messagePlain || m.Type == messageReply)
}

// isCommand reports whether a message is addressed to the bot and begins as a command does. Such a one is no comment, also
// where it is read later and nobody knows what became of it.
func isCommand(m *message, me string) bool {
	rest, ok := afterMention(m.Content, me)
	words := strings.Fields(rest)
	return ok && (len(words) == 0 || isFirstWord(words[0]))
}

func isFirstWord(word string) bool {
	return slices.ContainsFunc(bot.Entries(), func(e bot.Entry) bool {
		for _, name := range []string{e.Name, e.Korean} {
			if first, _, _ := strings.Cut(name, " "); !e.InMenu && strings.EqualFold(first, word) {
				return true
			}
		}
		return false
	})
}

// commentOf makes a comment of a person's message.
func commentOf(t bot.Thread, m *message, from string) bot.Comment {
	c := bot.Comment{
		Thread: t, ID: m.ID, From: account(t.Channel.Workspace, *m.Author), Name: from, Text: wordsOf(m),
		Said: m.Timestamp, Revision: m.Timestamp,
	}
	if m.Edited != nil {
		c.Revision = *m.Edited
	}
	if isHidden(m) {
		c.Revision = time.Time{} // it is there, and no reason to forget what it said
	}
	return c
}

// isHidden reports whether a message has nothing to read: Discord does not let the bot see it, or it is a sticker. Nobody
// can write a message without anything in it.
// https://discord.com/developers/docs/events/gateway#message-content-intent
func isHidden(m *message) bool { return m.Content == "" && len(m.Attachments) == 0 }

// wordsOf is what a message says, with the names of files that hold text: Discord makes one of a long message.
func wordsOf(m *message) string {
	parts := []string{}
	if m.Content != "" {
		parts = append(parts, m.Content)
	}
	for _, a := range m.Attachments {
		if ext := strings.ToLower(path.Ext(a.Filename)); ext == ".txt" || ext == ".md" {
			parts = append(parts, "["+oneLine(a.Filename)+"]")
		}
	}
	return strings.Join(parts, "\n")
}

// mostReactorPages is how many requests are made for those who reacted in one thread. They are remembered and not counted, so
// that reading on is not worth it.
const mostReactorPages = 40

// reactions are those of people to comments in a thread, as far as they can be read, and whether there may be more.
func (p *Platform) reactions(ctx context.Context, t bot.Thread, list []message) (all []bot.Reaction, partial bool) {
	left := mostReactorPages
	for i := range list {
		m := &list[i]
		for _, r := range m.Reactions {
			if !isComment(m) || r.Me && r.Count == 1 {
				continue
			}
			who, err := p.reactors(ctx, t.ID, m.ID, r.Emoji, &left)
			if err != nil {
				partial = true
				p.log.Info("reactions not read", "thread", t.ID, "error", err)
			}
			for _, u := range who {
				all = append(all, bot.Reaction{
					Thread: t, Comment: m.ID, From: account(t.Channel.Workspace, u),
					Name: p.nameOf(ctx, t.Channel.Workspace, u), Emoji: r.Emoji.text(),
				})
			}
		}
	}
	return all, partial
}

var errManyReactions = errors.New("there are too many")

func (p *Platform) reactors(ctx context.Context, room, message string, e emoji, left *int) (all []user, err error) {
	for after := ""; ; {
		if *left--; *left < 0 {
			return all, errManyReactions
		}
		list, err := p.rest.reactors(ctx, room, message, e.text(), after)
		if err != nil {
			return all, err
		}
		for _, u := range list {
			after = u.ID
			if !u.Bot {
				all = append(all, u)
			}
		}
		if len(list) < historyPage {
			return all, nil
		}
	}
}

// text is the emoji as requests name it: a guild's own has an ID, too.
func (e emoji) text() string {
	if e.ID != "" {
		return e.Name + ":" + e.ID
	}
	return e.Name
}
