package discord

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"rewind/bot"
	"rewind/questions"
)

// mention carries out a message that is addressed to the bot, and answers it: one that begins with a mention of it, or a
// private one. It reports whether the message was a command; otherwise it is a comment like any other. A second copy of a
// message is not carried out again, and the report is the same. It returns when the command is carried out.
func (x *interactions) mention(ctx context.Context, m *message, channel bot.Channel, thread string) bool {
	text, ok := x.addressed(m)
	if !ok {
		return false
	}
	if was, again := x.heard.get(m.ID); again {
		return was
	}
	s := &spoken{x: x, m: m, said: map[bool]*message{}}
	err := guarded("carry out a mention", func() error {
		c := x.spokenCommand(m, text, channel, thread)
		s.lang = x.about(ctx, m, &c)
		return x.to.Command(ctx, c, s.answer)
	})
	x.heard.put(m.ID, !s.unknown)
	if err == nil || ctx.Err() != nil {
		return !s.unknown
	}
	x.log.Error("a mention was not answered as it should be", "message", m.ID, "error", err)
	if len(s.said) == 0 && !s.unknown && !s.closed {
		s.apologize(ctx)
	}
	return !s.unknown
}

// addressed returns what stands behind the mention of the bot that a message begins with. In private no mention is needed.
func (x *interactions) addressed(m *message) (text string, ok bool) {
	if !isComment(m) {
		return "", false
	}
	if rest, ok := afterMention(m.Content, x.me); ok {
		return rest, true
	}
	return strings.TrimSpace(m.Content), m.GuildID == ""
}

// afterMention is what stands behind a mention that a text begins with.
func afterMention(text, whom string) (rest string, ok bool) {
	for _, mark := range []string{"<@" + whom + ">", "<@!" + whom + ">"} { // the second is an old way to write it
		if rest, ok := strings.CutPrefix(strings.TrimSpace(text), mark); ok {
			return strings.TrimSpace(rest), true
		}
	}
	return "", false
}

func (x *interactions) spokenCommand(m *message, text string, channel bot.Channel, thread string) bot.Command {
	c := bot.Command{
		ID: m.ID, From: account(m.GuildID, *m.Author), Channel: channel, Thread: thread, Text: text,
		Seen: m.GuildID != "",
	}
	by := member{}
	if m.Member != nil {
		by = *m.Member
	}
	c.Name, c.Roles = shownName(by, *m.Author), by.Roles
	for _, a := range m.Attachments {
		c.Attachments = append(c.Attachments, x.attachment(a, 0))
	}
	return c
}

// about finds out what an interaction says by itself: whether the person may set up the bot, and a language to speak where
// the bot must speak before their group's is known.
func (x *interactions) about(ctx context.Context, m *message, c *bot.Command) (lang string) {
	if m.GuildID == "" {
		if strings.ContainsFunc(m.Content, func(r rune) bool { return unicode.Is(unicode.Hangul, r) }) {
			c.Lang = string(questions.Korean)
		}
		return c.Lang
	}
	g, err := x.rest.guild(ctx, m.GuildID)
	if err != nil {
		x.log.Warn("nothing is known of somebody's permissions", "guild", m.GuildID, "error", err)
		return ""
	}
	c.Admin = g.OwnerID == m.Author.ID || slices.ContainsFunc(g.Roles, func(r role) bool {
		has := r.ID == g.ID || slices.Contains(c.Roles, r.ID) // everybody has the one with the guild's ID
		return has && r.Permissions.administers()
	})
	return langOf(g.PreferredLocale)
}

// spoken is a message that is being answered. Its answers come one after another.
type spoken struct {
	x       *interactions
	m       *message
	lang    string
	unknown bool              // it was no command, and is not answered
	said    map[bool]*message // what it was answered with, in private and not
	closed  bool              // the person takes no private messages, and was told so
}

func (s *spoken) answer(ctx context.Context, r bot.Reply) error {
	private := r.Private && s.m.GuildID != ""
	switch {
	case r.Unknown && s.m.GuildID != "":
		s.unknown = true
		return nil
	case private && s.closed:
		return nil
	}
	where, err := s.where(ctx, private)
	if err == nil {
		err = s.sayAll(ctx, where, private, draftsOf(r.Message, flagSuppressEmbeds, s.workspace(private)))
	}
	if err != nil && private && s.said[private] == nil && outcomeOf(err) == bot.Refused {
		return s.redirect(ctx, err)
	}
	return err
}

// workspace is whose the answer's buttons are, where that would not be known any more when they are pressed.
func (s *spoken) workspace(private bool) string {
	if private {
		return s.m.GuildID
	}
	return ""
}

// where is the channel to answer in.
func (s *spoken) where(ctx context.Context, private bool) (string, error) {
	if !private {
		return s.m.ChannelID, nil
	}
	return s.x.private(ctx, s.m.Author.ID)
}

// sayAll posts an answer, or puts it in the place of the last one.
func (s *spoken) sayAll(ctx context.Context, where string, private bool, parts []draft) error {
	before := s.said[private]
	for n, d := range parts {
		var said *message
		var err error
		if n == 0 && before != nil {
			said, err = s.change(ctx, before, d)
		} else {
			said, err = s.say(ctx, where, n, d)
		}
		if err != nil {
			return err
		}
		if n == 0 {
			s.said[private] = said
		}
	}
	return nil
}

func (s *spoken) change(ctx context.Context, before *message, d draft) (said *message, err error) {
	err = s.x.patiently(ctx, true, func(ctx context.Context) error {
		said, err = s.x.rest.editMessage(ctx, before.ChannelID, before.ID, d)
		return err
	})
	return said, err
}

// say posts a part of an answer, once.
func (s *spoken) say(ctx context.Context, where string, part int, d draft) (said *message, err error) {
	d.Key = fmt.Sprintf("answer/%s/%s/%d", s.m.ID, where, part)
	err = s.x.patiently(ctx, true, func(ctx context.Context) error {
		said, err = s.x.rest.createMessage(ctx, where, d)
		return err
	})
	return said, err
}

// redirect says, where it was asked, how to see an answer that is for one person only, who takes no private messages.
func (s *spoken) redirect(ctx context.Context, err error) error {
	s.x.log.Info("somebody takes no private messages", "message", s.m.ID, "error", err)
	s.closed = true
	_, err = s.say(ctx, s.m.ChannelID, 0, draft{Content: speak(s.lang).Say("discord_private_closed"), Flags: flagSuppressEmbeds})
	return err
}

// apologize says that something went wrong.
func (s *spoken) apologize(ctx context.Context) {
	d := draft{Content: speak(s.lang).Say("internal_error"), Flags: flagSuppressEmbeds}
	if _, err := s.say(ctx, s.m.ChannelID, 0, d); err != nil {
		s.x.log.Warn("a mention has no answer", "message", s.m.ID, "error", err)
	}
}
