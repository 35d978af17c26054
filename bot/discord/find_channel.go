package discord

import (
	"context"

	"rewind/bot"
)

// site is what is remembered of a channel or thread.
type site struct {
	kind   int
	guild  string // "" for a private conversation
	parent string // of a thread, the channel it is in
}

func (s site) isThread() bool { return (&channel{Type: s.kind}).isThread() }

// learn remembers a channel.
func (p *Platform) learn(c *channel) site {
	s := site{c.Type, c.GuildID, c.ParentID}
	p.channels.put(c.ID, s)
	return s
}

// site is where the channel or thread with an ID is.
func (p *Platform) site(ctx context.Context, id string) (site, error) {
	if s, ok := p.channels.get(id); ok {
		return s, nil
	}
	if id == "" {
		return site{}, refused("it goes nowhere")
	}
	c, err := p.rest.channel(ctx, id)
	if err != nil {
		return site{}, err
	}
	return p.learn(c), nil
}

// isForum reports whether a place is a forum, where each message begins a thread, and is in it.
func (p *Platform) isForum(ctx context.Context, to bot.Place) (bool, error) {
	if to.Account != (bot.Account{}) || to.Thread != "" {
		return false, nil
	}
	s, err := p.site(ctx, to.Channel.ID)
	return s.kind == channelForum, err
}

// room is the ID under which a place's messages are: of a thread, a channel or a private conversation.
func (p *Platform) room(ctx context.Context, to bot.Place) (string, error) {
	switch {
	case to.Account.User != "":
		return p.private(ctx, to.Account.User)
	case to.Thread != "":
		return to.Thread, nil
	case to.Channel.ID != "":
		return to.Channel.ID, nil
	}
	return "", refused("it goes nowhere")
}

// roomOf is the room that a message is in, which in a forum is the thread that the message began.
func (p *Platform) roomOf(ctx context.Context, to bot.Place) (string, error) {
	if to.Message == "" {
		return "", refused("it names no message")
	}
	forum, err := p.isForum(ctx, to)
	switch {
	case err != nil:
		return "", err
	case forum:
		return to.Message, nil
	}
	return p.room(ctx, to)
}

// private is the private conversation with a user. Opening one is no message, and can be repeated.
func (p *Platform) private(ctx context.Context, user string) (string, error) {
	if id, ok := p.privates.get(user); ok {
		return id, nil
	}
	c, err := p.rest.private(ctx, user)
	if f := failureIn(err); f != nil && f.Outcome == bot.Unknown {
		return "", as(bot.NotDone, err)
	} else if err != nil {
		return "", err
	}
	p.privates.put(user, c.ID)
	p.learn(c)
	return c.ID, nil
}
