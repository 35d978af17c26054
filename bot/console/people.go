package console

import (
	"context"
	"slices"

	"rewind/bot"
)

// Here members speak, and the bot is told.

// say adds a message to the thread the player is in. It returns false if there is none.
func (c *Console) say(ctx context.Context, h bot.Handler, who member, text string) (bool, error) {
	c.mu.Lock()
	t := c.current()
	c.mu.Unlock()
	if t == nil {
		return false, nil
	}
	_, err := c.sayIn(ctx, h, t, who, text)
	return true, err
}

func (c *Console) sayIn(ctx context.Context, h bot.Handler, t *thread, who member, text string) (bot.Comment, error) {
	c.mu.Lock()
	c.comments++
	now := c.o.Clock.Now()
	comment := bot.Comment{
		Thread: bot.Thread{Channel: channel(), ID: t.id}, ID: c.id("comment", c.comments),
		From: account(who.user), Name: who.name, Text: text, Said: now, Revision: now,
	}
	t.comments = append(t.comments, comment)
	c.mu.Unlock()
	return comment, h.Comment(ctx, comment)
}

// amend gives the last message of a member another text, or deletes it where gone is set. It returns false if the member
// has said nothing that still stands.
func (c *Console) amend(ctx context.Context, h bot.Handler, who member, text string, gone bool) (bool, error) {
	c.mu.Lock()
	t, i := c.lastOf(who)
	c.mu.Unlock()
	if t == nil {
		return false, nil
	}
	return true, c.change(ctx, h, t, i, text, gone)
}

// change edits or deletes the i-th comment of a thread.
func (c *Console) change(ctx context.Context, h bot.Handler, t *thread, i int, text string, gone bool) error {
	c.mu.Lock()
	comment := t.comments[i]
	comment.Revision = c.o.Clock.Now()
	if gone {
		comment.Deleted = true
		t.comments = slices.Delete(t.comments, i, i+1)
	} else {
		comment.Text = text
		t.comments[i] = comment
	}
	c.mu.Unlock()
	return h.Comment(ctx, comment)
}

// lastOf finds what a member said last, in whichever thread. It is called with mu held.
func (c *Console) lastOf(who member) (in *thread, at int) {
	for _, t := range c.threads {
		for i, comment := range t.comments {
			if comment.From.User == who.user && (in == nil || !comment.Said.Before(in.comments[at].Said)) {
				in, at = t, i
			}
		}
	}
	return in, at
}

// ask gives a command in the channel, where most platforms take them, or in the thread that the player has chosen, and
// returns whether the bot knew it.
func (c *Console) ask(ctx context.Context, h bot.Handler, who member, text string) (known bool, err error) {
	c.mu.Lock()
	at := place{thread: c.chosen}
	c.mu.Unlock()
	return c.askAt(ctx, h, who, text, at)
}

func (c *Console) askAt(ctx context.Context, h bot.Handler, who member, text string, at place) (known bool, err error) {
	c.mu.Lock()
	thread := ""
	if at.thread != nil {
		thread = at.thread.id
	}
	cmd := c.command(who, text, thread)
	c.mu.Unlock()
	return c.give(ctx, h, cmd, at)
}

// give hands a command to the bot and shows the replies; the first is a message that later ones edit.
func (c *Console) give(ctx context.Context, h bot.Handler, cmd bot.Command, at place) (known bool, err error) {
	var m *message // guarded by mu, as is known
	known = true
	err = h.Command(ctx, cmd, func(_ context.Context, r bot.Reply) error {
		r.Message = shown(r.Message)
		c.mu.Lock()
		defer c.mu.Unlock()
		known = known && !r.Unknown
		if m == nil {
			m = c.reply(member{cmd.From.User, cmd.Name}, at, r)
		} else {
			c.revise(m, r.Message)
		}
		c.settle()
		return c.screen.err
	})
	c.mu.Lock()
	defer c.mu.Unlock()
	return known, err
}

// reply shows the answer to a command. It is called with mu held.
func (c *Console) reply(who member, at place, r bot.Reply) *message {
	at = place{thread: at.thread, reply: true}
	if r.Private {
		at.to = who
	}
	m := c.keep("", at, r.Message)
	c.show(block{place: at, text: r.Message.Text, actions: r.Message.Actions})
	c.offer(m)
	return m
}

// buttons are the actions that a message offers.
type buttons struct {
	message *message
	actions []bot.Action
}

// offer makes the buttons of a message the ones that numbers mean. It is called with mu held.
func (c *Console) offer(m *message) {
	if len(m.body.Actions) > 0 {
		c.buttons = append(c.buttons, buttons{m, m.body.Actions})
	}
}

// withdraw takes a message's buttons back. It is called with mu held.
func (c *Console) withdraw(m *message) {
	c.buttons = slices.DeleteFunc(c.buttons, func(b buttons) bool { return b.message == m })
}

// button finds the n-th button, from 1, of the latest message with buttons that a member sees.
func (c *Console) button(who member, n int) (bot.Action, place, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, b := range slices.Backward(c.buttons) {
		reader := b.message.place.to
		if reader != (member{}) && reader.user != who.user {
			continue
		}
		if n > len(b.actions) {
			break
		}
		return b.actions[n-1], b.message.place, true
	}
	return bot.Action{}, place{}, false
}
