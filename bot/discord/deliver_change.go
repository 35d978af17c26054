package discord

import (
	"context"
	"reflect"
	"slices"

	"rewind/bot"
)

// Here is what can be done again without doing it twice: edits, threads, pins, reactions.

// edit changes a message, of a text in several the first one. One that says it already is left alone. Its buttons keep the
// mark that it is found by.
func (p *Platform) edit(ctx context.Context, d bot.Delivery) (bot.Receipt, error) {
	room, err := p.roomOf(ctx, d.To)
	if err != nil {
		return bot.Receipt{}, err
	}
	mark := ""
	old, err := p.rest.message(ctx, room, d.To.Message)
	if err != nil && codeOf(err) != codeMissingPermissions { // the bot's own can be edited unseen
		return bot.Receipt{}, err
	}
	if old != nil {
		mark = markIn(old.Components)
	}
	next := inMessages(d, mark)[0]
	if old != nil && sameText(old.Content, next.Content) && sameButtons(old.Components, next.Components) {
		return receiptOf(old), nil
	}
	if d.LookOnly {
		return bot.Receipt{}, errNothing()
	}
	var m *message
	err = p.opened(ctx, room, func() (err error) {
		m, err = p.rest.editMessage(ctx, room, d.To.Message, next)
		return err
	})
	if err != nil {
		return bot.Receipt{}, err
	}
	return receiptOf(m), nil
}

// sameButtons compares what people see of buttons and what they do.
func sameButtons(a, b []component) bool {
	return slices.EqualFunc(flat(a), flat(b), func(a, b component) bool { return reflect.DeepEqual(a, b) })
}

func flat(all []component) (list []component) {
	walk(all, func(c component) {
		if c.Type == componentButton {
			list = append(list, component{CustomID: c.CustomID, Label: c.Label, Style: c.Style})
		}
	})
	return list
}

// opened does something in a room. An archived thread is opened for it and archived again.
func (p *Platform) opened(ctx context.Context, room string, do func() error) error {
	err := do()
	if codeOf(err) != codeThreadArchived {
		return err
	}
	archived := false
	if _, err := p.rest.changeThread(ctx, room, threadChange{Archived: &archived}); err != nil {
		return err
	}
	err = do()
	archived = true
	if _, errClose := p.rest.changeThread(ctx, room, threadChange{Archived: &archived}); errClose != nil {
		p.log.Info("thread not archived again", "thread", room, "error", errClose)
	}
	return err
}

// openThread opens the one thread that a message can have, or finds it. Its ID is the message's.
func (p *Platform) openThread(ctx context.Context, d bot.Delivery) (bot.Receipt, error) {
	forum, err := p.isForum(ctx, d.To)
	switch {
	case err != nil:
		return bot.Receipt{}, err
	case d.To.Message == "" || d.To.Thread != "" || d.To.Account.User != "":
		return bot.Receipt{}, refused("a thread stands only under a message of a channel")
	case forum || d.LookOnly:
		return p.threadOf(ctx, d.To.Message)
	}
	c, err := p.rest.createThread(ctx, d.To.Channel.ID, d.To.Message, threadName(d.Body.Text), archiveMinutes)
	if err != nil {
		return bot.Receipt{}, err
	}
	if c.GuildID != "" {
		p.learn(c)
	}
	return threadReceipt(c.ID), nil
}

// threadOf finds the thread of a message.
func (p *Platform) threadOf(ctx context.Context, message string) (bot.Receipt, error) {
	c, err := p.rest.channel(ctx, message)
	switch {
	case codeOf(err) == codeUnknownChannel:
		return bot.Receipt{}, errNothing()
	case err != nil:
		return bot.Receipt{}, cannotTell(err)
	}
	return threadReceipt(c.ID), nil
}

func threadReceipt(id string) bot.Receipt {
	at, _ := timeOf(id)
	return bot.Receipt{ID: id, At: at}
}

// pin pins a message or unpins it. One that is gone is not missed.
func (p *Platform) pin(ctx context.Context, d bot.Delivery) (bot.Receipt, error) {
	forum, err := p.isForum(ctx, d.To)
	if err != nil {
		return bot.Receipt{}, err
	}
	room, err := p.roomOf(ctx, d.To)
	if err != nil {
		return bot.Receipt{}, err
	}
	switch {
	case d.LookOnly:
		return p.marked(ctx, room, d, func(m *message) bool { return m.Pinned == (d.Op == bot.Pin) })
	case forum:
		err = p.opened(ctx, room, func() error { return p.pinPost(ctx, room, d.Op == bot.Pin) })
	case d.Op == bot.Pin:
		err = p.rest.pin(ctx, room, d.To.Message)
	default:
		err = p.rest.unpin(ctx, room, d.To.Message)
	}
	if err != nil && codeOf(err) != codeUnknownMessage {
		return bot.Receipt{}, err
	}
	return p.done(d), nil
}

// react gives a comment the bot's reaction.
func (p *Platform) react(ctx context.Context, d bot.Delivery) (bot.Receipt, error) {
	room, err := p.roomOf(ctx, d.To)
	if err != nil {
		return bot.Receipt{}, err
	}
	if d.LookOnly {
		return p.marked(ctx, room, d, func(m *message) bool {
			return slices.ContainsFunc(m.Reactions, func(r reaction) bool { return r.Me && r.Emoji.Name == d.Body.Text })
		})
	}
	if err := p.rest.react(ctx, room, d.To.Message, d.Body.Text); err != nil {
		return bot.Receipt{}, err
	}
	return p.done(d), nil
}

// marked looks whether something was done to a message.
func (p *Platform) marked(ctx context.Context, room string, d bot.Delivery, is func(*message) bool) (bot.Receipt, error) {
	m, err := p.rest.message(ctx, room, d.To.Message)
	switch {
	case codeOf(err) == codeUnknownMessage:
		return bot.Receipt{}, errNothing()
	case err != nil:
		return bot.Receipt{}, cannotTell(err)
	case !is(m):
		return bot.Receipt{}, errNothing()
	}
	return p.done(d), nil
}

// done is the receipt of what Discord gives no time of.
func (p *Platform) done(d bot.Delivery) bot.Receipt {
	return bot.Receipt{ID: d.To.Message, At: p.clock.Now()}
}
