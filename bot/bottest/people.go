package bottest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"rewind/bot"
)

// ErrOffline is what a command ends with when no bot listens.
var ErrOffline = errors.New("no bot is connected")

// What people do. Each method is a person's hand on the platform, and knows nothing of the bot.

// Say writes into a thread, or into the channel itself where the thread has no ID, and returns the comment's ID; it is
// empty where there is no such place.
func (m *Memory) Say(t bot.Thread, from bot.Account, name, text string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	th := m.threads[t]
	if th == nil && (t.ID != "" || m.rooms[t.Channel] == nil) {
		return ""
	}
	at := m.tick()
	c := bot.Comment{Thread: t, ID: fmt.Sprintf("c%d", m.next()), From: from, Name: name, Text: text, Said: at, Revision: at}
	if th != nil {
		th.comments = append(th.comments, c)
		m.publish(c)
	}
	return c.ID
}

// EditComment changes a comment, and reports whether it was there.
func (m *Memory) EditComment(t bot.Thread, id, text string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	th, i := m.comment(t, id)
	if i < 0 {
		return false
	}
	th.comments[i].Text = text
	th.comments[i].Revision = m.tick()
	m.publish(th.comments[i])
	return true
}

// DeleteComment takes a comment away, and reports whether it was there.
func (m *Memory) DeleteComment(t bot.Thread, id string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	th, i := m.comment(t, id)
	if i < 0 {
		return false
	}
	c := th.comments[i]
	c.Text, c.Revision, c.Deleted = "", m.tick(), true
	th.comments = slices.Delete(th.comments, i, i+1)
	m.publish(c)
	return true
}

// comment finds a comment; its index is negative if it is not there. The caller holds mu.
func (m *Memory) comment(t bot.Thread, id string) (*thread, int) {
	th := m.threads[t]
	if th == nil {
		return nil, -1
	}
	return th, slices.IndexFunc(th.comments, func(c bot.Comment) bool { return c.ID == id })
}

// DeleteThread takes a thread away with all that was said in it, and reports whether it was there.
func (m *Memory) DeleteThread(t bot.Thread) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	th := m.threads[t]
	if th == nil {
		return false
	}
	delete(m.threads, t)
	for _, msg := range m.rooms[t.Channel].messages {
		if msg.thread == th {
			msg.thread = nil
		}
	}
	return true
}

// DeletePost takes a message of the bot's out of a channel, and reports whether it was there. Its thread stays.
func (m *Memory) DeletePost(c bot.Channel, id string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	r, msg, f := m.message(bot.Place{Channel: c, Message: id})
	if f != nil {
		return false
	}
	r.messages = slices.DeleteFunc(r.messages, func(other *message) bool { return other == msg })
	if m.keys[msg.key] == msg {
		delete(m.keys, msg.key)
	}
	return true
}

// Forget makes the platform forget its keys, as the time does.
func (m *Memory) Forget() {
	m.mu.Lock()
	defer m.mu.Unlock()
	clear(m.keys)
	m.keysSince = m.tick()
}

// Command gives a command to the bot that connected last, and returns its reply as it stood in the end. The reply is among
// the private messages of who gave the command, or where it was given.
func (m *Memory) Command(ctx context.Context, c bot.Command) (bot.Reply, error) {
	h := m.handler()
	if h == nil {
		return bot.Reply{}, ErrOffline
	}
	a := &answer{memory: m, command: c}
	err := h.Command(ctx, c, a.take)
	return a.latest(), err
}

// Press gives the command of a button that stands under a message of a channel.
func (m *Memory) Press(ctx context.Context, c bot.Command, id, label string) (bot.Reply, error) {
	m.mu.Lock()
	_, msg, f := m.message(bot.Place{Channel: c.Channel, Message: id})
	m.mu.Unlock()
	if f != nil {
		return bot.Reply{}, f
	}
	for _, action := range msg.body.Actions {
		if action.Label == label {
			c.Text = action.Command
			return m.Command(ctx, c)
		}
	}
	return bot.Reply{}, fmt.Errorf("message %q has no button %q", id, label)
}

func (m *Memory) handler() bot.Handler {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.conns) == 0 {
		return nil
	}
	return m.conns[len(m.conns)-1].handler
}

// answer is a reply on its way.
type answer struct {
	memory  *Memory
	command bot.Command

	mu   sync.Mutex // guards what follows; taken before the memory's
	sent *message
	last bot.Reply
}

// take shows the first reply and edits it with later ones. Who sees it is decided by the first.
func (a *answer) take(ctx context.Context, r bot.Reply) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.memory.mu.Lock()
	defer a.memory.mu.Unlock()
	if a.sent != nil {
		r.Private = a.last.Private
		a.last = r
		a.memory.rewrite(a.sent, r.Message)
		return nil
	}
	to := bot.Place{Channel: a.command.Channel, Thread: a.command.Thread}
	if r.Private {
		to = bot.Place{Account: a.command.From}
	}
	where, f := a.memory.room(to)
	if f != nil {
		return f
	}
	a.last = r
	a.sent = a.memory.put(where, r.Message)
	a.sent.private = r.Private
	return nil
}

func (a *answer) latest() bot.Reply {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.last
}
