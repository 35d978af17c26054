package bottest

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"rewind/bot"
)

const maxKey = 200 // bytes; bot.Delivery promises it

// Deliver carries out d.
func (m *Memory) Deliver(ctx context.Context, d bot.Delivery) (bot.Receipt, error) {
	r, f := m.deliver(ctx, d)
	if f != nil {
		return bot.Receipt{}, f
	}
	return r, nil
}

func (m *Memory) deliver(ctx context.Context, d bot.Delivery) (bot.Receipt, *bot.Failure) {
	if d.Key == "" || len(d.Key) > maxKey {
		return bot.Receipt{}, refused("a key of %d bytes", len(d.Key))
	}
	d.Body = d.Body.Flat()
	switch d.Op {
	case bot.Say:
		return m.say(ctx, d)
	case bot.Edit:
		return m.once(ctx, d, m.edited, m.edit)
	case bot.OpenThread:
		return m.once(ctx, d, m.opened, m.open)
	case bot.Pin, bot.Unpin, bot.React:
		return m.once(ctx, d, m.marked, m.mark)
	}
	return bot.Receipt{}, refused("unknown operation %q", d.Op)
}

// say posts each part of a text. Once a part stands, no failure of a later one may claim that nothing was changed.
func (m *Memory) say(ctx context.Context, d bot.Delivery) (bot.Receipt, *bot.Failure) {
	var first bot.Receipt
	var whole string
	texts := split(d.Body.Text, m.limit)
	if len(texts) > 1 {
		whole = d.Key
	}
	for i, text := range texts {
		part := d
		part.Body = bot.Message{Text: text}
		if i == 0 {
			part.Body.Notify = d.Body.Notify
		}
		if i == len(texts)-1 {
			part.Body.Actions = d.Body.Actions
		}
		if whole != "" {
			part.Key = partKey(whole, i)
		}
		r, f := m.sayPart(ctx, part, whole)
		switch {
		case f != nil && i > 0:
			return bot.Receipt{}, &bot.Failure{Outcome: bot.Unknown, After: f.After, Wide: f.Wide, Err: f.Err}
		case f != nil || d.LookOnly:
			return r, f
		case i == 0:
			first = r
		}
	}
	return first, nil
}

func (m *Memory) sayPart(ctx context.Context, d bot.Delivery, whole string) (bot.Receipt, *bot.Failure) {
	if d.LookOnly {
		return m.look(ctx, d, m.written)
	}
	m.mayForget(d)
	sure := d.Unsure.IsZero()
	for {
		if !sure && !m.keeps(d.Unsure) {
			if r, f := m.look(ctx, d, m.written); f == nil || f.Outcome != bot.Refused {
				return r, f
			}
			sure = true
		}
		r, f := m.change(ctx, d, func(d bot.Delivery) (bot.Receipt, *bot.Failure) {
			if !sure && !m.keepsSince(d.Unsure) {
				return bot.Receipt{}, forgotten
			}
			return m.write(d, whole)
		})
		if f != forgotten {
			return r, f
		}
	}
}

// forgotten says that the keys were forgotten between the question and the request: whether it has landed is to be looked
// up after all.
var forgotten = refused("the keys are forgotten")

// mayForget forgets the keys if that was ordered.
func (m *Memory) mayForget(d bot.Delivery) {
	if _, ok := m.Faults.take(forgetting, d.To.Channel, d.Op); ok {
		m.Forget()
		m.Faults.count(ForgetKeys)
	}
}

// once carries out what has the same effect however often it is done.
func (m *Memory) once(ctx context.Context, d bot.Delivery, find func(bot.Delivery) (bot.Receipt, bool),
	do func(bot.Delivery) (bot.Receipt, *bot.Failure)) (bot.Receipt, *bot.Failure) {
	if d.LookOnly {
		return m.look(ctx, d, find)
	}
	m.mayForget(d)
	return m.change(ctx, d, do)
}

// keeps says that every key since then is still recognised.
func (m *Memory) keeps(since time.Time) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.keepsSince(since)
}

// keepsSince is keeps for who holds mu.
func (m *Memory) keepsSince(since time.Time) bool {
	past := m.clock.Now().Sub(since)
	return !since.Before(m.keysSince) && 0 <= past && past < m.window
}

// look searches the history for what a delivery did: Refused if that is not there, Unknown if nobody can tell.
func (m *Memory) look(ctx context.Context, d bot.Delivery, find func(bot.Delivery) (bot.Receipt, bool)) (bot.Receipt, *bot.Failure) {
	if f := m.begin(ctx, &Operation{Op: Look, Key: d.Key, To: d.To}); f != nil {
		return bot.Receipt{}, f
	}
	if m.hidden(d.To.Channel, Look) {
		return bot.Receipt{}, unknown(errBlind)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if r, ok := find(d); ok {
		return r, nil
	}
	return bot.Receipt{}, refused("nothing was found")
}

// change is one request that changes the platform, with all that can go wrong around it.
func (m *Memory) change(ctx context.Context, d bot.Delivery, do func(bot.Delivery) (bot.Receipt, *bot.Failure)) (bot.Receipt, *bot.Failure) {
	op := Operation{Op: d.Op, Key: d.Key, To: d.To}
	if f := m.begin(ctx, &op); f != nil {
		return bot.Receipt{}, f
	}
	fault, faulty := m.Faults.take(changing, d.To.Channel, d.Op)
	if faulty && fault.Kind != LoseAnswer {
		m.Faults.count(fault.Kind)
		return bot.Receipt{}, fault.failure(ctx)
	}
	m.mu.Lock()
	r, f := do(d)
	m.mu.Unlock()
	if f != nil {
		return bot.Receipt{}, f
	}
	if err := m.Faults.after(op); err != nil {
		return bot.Receipt{}, unknown(err)
	}
	if faulty {
		m.Faults.count(LoseAnswer)
		return bot.Receipt{}, unknown(errTimeout)
	}
	if err := ctx.Err(); err != nil {
		return bot.Receipt{}, unknown(err)
	}
	return r, nil
}

// room returns where a place's messages stand. The caller holds mu, here and in all below.
func (m *Memory) room(p bot.Place) (*room, *bot.Failure) {
	switch {
	case p.Account != (bot.Account{}):
		if m.private[p.Account] == nil {
			m.private[p.Account] = &room{}
		}
		return m.private[p.Account], nil
	case p.Thread != "":
		if t := m.threads[bot.Thread{Channel: p.Channel, ID: p.Thread}]; t != nil {
			return &t.room, nil
		}
		return nil, refused("no thread %q in channel %s", p.Thread, p.Channel.Key())
	}
	if r := m.rooms[p.Channel]; r != nil {
		return r, nil
	}
	return nil, refused("no channel %s", p.Channel.Key())
}

func (msg *message) receipt() bot.Receipt { return bot.Receipt{ID: msg.id, At: msg.at} }

// write posts one message, unless its key is recognised.
func (m *Memory) write(d bot.Delivery, whole string) (bot.Receipt, *bot.Failure) {
	r, f := m.room(d.To)
	if f != nil {
		return bot.Receipt{}, f
	}
	if strings.TrimSpace(d.Body.Text) == "" {
		return bot.Receipt{}, refused("the message is empty")
	}
	if old := m.keys[d.Key]; old != nil && m.clock.Now().Sub(old.at) < m.window {
		return old.receipt(), nil
	}
	msg := m.put(r, d.Body)
	msg.key, msg.whole, msg.private = d.Key, whole, d.To.Account != (bot.Account{})
	m.keys[d.Key] = msg
	return msg.receipt(), nil
}

func (m *Memory) put(r *room, body bot.Message) *message {
	msg := &message{id: fmt.Sprintf("m%d", m.next()), at: m.tick(), body: body}
	r.messages = append(r.messages, msg)
	m.notify(body.Text)
	m.notified = append(m.notified, body.Notify...)
	return msg
}

// written finds the message of a key among those since Unsure, all of them if it is zero.
func (m *Memory) written(d bot.Delivery) (bot.Receipt, bool) {
	r, f := m.room(d.To)
	if f != nil {
		return bot.Receipt{}, false
	}
	for _, msg := range r.messages {
		if msg.key == d.Key && !msg.at.Before(d.SearchFrom()) {
			return msg.receipt(), true
		}
	}
	return bot.Receipt{}, false
}

func (m *Memory) message(p bot.Place) (*room, *message, *bot.Failure) {
	r, f := m.room(p)
	if f != nil {
		return nil, nil, f
	}
	i := slices.IndexFunc(r.messages, func(msg *message) bool { return msg.id == p.Message })
	if i < 0 {
		return nil, nil, refused("no message %q", p.Message)
	}
	return r, r.messages[i], nil
}

// edit rewrites a message, and the further parts of one that was said in parts: parts that are no longer needed go, more
// than there were would stand in the wrong place.
func (m *Memory) edit(d bot.Delivery) (bot.Receipt, *bot.Failure) {
	r, msg, f := m.message(d.To)
	if f != nil {
		return bot.Receipt{}, f
	}
	parts := r.parts(msg)
	texts := split(d.Body.Text, m.limit)
	if len(texts) > len(parts) {
		return bot.Receipt{}, refused("the text needs %d messages and has %d", len(texts), len(parts))
	}
	if strings.TrimSpace(texts[0]) == "" {
		return bot.Receipt{}, refused("the message is empty")
	}
	for i, text := range texts {
		body := bot.Message{Text: text}
		if i == len(texts)-1 {
			body.Actions = d.Body.Actions
		}
		m.rewrite(parts[i], body)
	}
	for _, left := range parts[len(texts):] {
		r.messages = slices.DeleteFunc(r.messages, func(msg *message) bool { return msg == left })
	}
	return msg.receipt(), nil
}

// parts returns a message and, where it begins a text that was said in parts, the further ones.
func (r *room) parts(first *message) []*message {
	parts := []*message{first}
	for _, msg := range r.messages[slices.Index(r.messages, first)+1:] {
		if first.whole != "" && msg.key == partKey(first.whole, len(parts)) {
			parts = append(parts, msg)
		}
	}
	return parts
}

// partKey is the key of part i, counted from zero.
func partKey(whole string, i int) string { return fmt.Sprintf("%s/%d", whole, i+1) }

// rewrite changes nothing where the message already says that.
func (m *Memory) rewrite(msg *message, body bot.Message) {
	if msg.body.Text == body.Text && slices.Equal(msg.body.Actions, body.Actions) {
		return
	}
	msg.body = body
	msg.edits++
	m.notify(body.Text)
}

func (m *Memory) edited(d bot.Delivery) (bot.Receipt, bool) {
	_, msg, f := m.message(d.To)
	if f != nil || msg.body.Text != split(d.Body.Text, m.limit)[0] {
		return bot.Receipt{}, false
	}
	return msg.receipt(), true
}

// open makes the thread of a message, or finds it. Its ID is not the message's, so that nobody takes one for the other.
func (m *Memory) open(d bot.Delivery) (bot.Receipt, *bot.Failure) {
	if d.To.Account != (bot.Account{}) || d.To.Thread != "" {
		return bot.Receipt{}, refused("a thread stands only under a message of a channel")
	}
	_, msg, f := m.message(d.To)
	if f != nil {
		return bot.Receipt{}, f
	}
	if msg.thread == nil {
		msg.thread = &thread{id: "t" + msg.id[1:], name: d.Body.Text, at: m.tick(), marks: map[string][]string{}}
		m.threads[bot.Thread{Channel: d.To.Channel, ID: msg.thread.id}] = msg.thread
		m.notify(d.Body.Text)
	}
	return bot.Receipt{ID: msg.thread.id, At: msg.thread.at}, nil
}

func (m *Memory) opened(d bot.Delivery) (bot.Receipt, bool) {
	_, msg, f := m.message(d.To)
	if f != nil || msg.thread == nil {
		return bot.Receipt{}, false
	}
	return bot.Receipt{ID: msg.thread.id, At: msg.thread.at}, true
}

// mark pins, unpins, or reacts to what a person wrote.
func (m *Memory) mark(d bot.Delivery) (bot.Receipt, *bot.Failure) {
	if d.Op == bot.React {
		t := m.threads[bot.Thread{Channel: d.To.Channel, ID: d.To.Thread}]
		if t == nil || !slices.ContainsFunc(t.comments, func(c bot.Comment) bool { return c.ID == d.To.Message }) {
			return bot.Receipt{}, refused("no comment %q", d.To.Message)
		}
		if marks := t.marks[d.To.Message]; !slices.Contains(marks, d.Body.Text) {
			t.marks[d.To.Message] = append(marks, d.Body.Text)
		}
		return bot.Receipt{ID: d.To.Message, At: m.tick()}, nil
	}
	_, msg, f := m.message(d.To)
	if f != nil {
		return bot.Receipt{}, f
	}
	msg.pinned = d.Op == bot.Pin
	return bot.Receipt{ID: msg.id, At: m.tick()}, nil
}

func (m *Memory) marked(d bot.Delivery) (bot.Receipt, bool) {
	if d.Op == bot.React {
		t := m.threads[bot.Thread{Channel: d.To.Channel, ID: d.To.Thread}]
		found := t != nil && slices.Contains(t.marks[d.To.Message], d.Body.Text)
		return bot.Receipt{ID: d.To.Message, At: m.tick()}, found
	}
	_, msg, f := m.message(d.To)
	if f != nil || msg.pinned != (d.Op == bot.Pin) {
		return bot.Receipt{}, false
	}
	return bot.Receipt{ID: msg.id, At: m.tick()}, true
}

// mention is how Discord and Slack write whom to notify.
var mention = regexp.MustCompile(`@everyone|@here|<@[!&]?\w+>|<!(?:channel|here|everyone|subteam\^\w+)(?:\|[^>]*)?>`)

func (m *Memory) notify(text string) {
	if m.pings {
		m.notified = append(m.notified, mention.FindAllString(text, -1)...)
	}
}
