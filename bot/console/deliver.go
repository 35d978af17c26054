package console

import (
	"context"
	"errors"

	"rewind/bot"
)

// Here the console is a platform towards the bot.

var (
	errPlace  = errors.New("the console has no such place")
	errFormer = errors.New("another run of the console showed it")
	errGone   = errors.New("nothing was said under this key")
	errOp     = errors.New("the console cannot do this")
)

// Name returns "console".
func (c *Console) Name() string { return platform }

// Listen waits until ctx is done: what the player types comes through Chat. It does not call h.Gap; see the package.
func (c *Console) Listen(ctx context.Context, h bot.Handler) error {
	<-ctx.Done()
	return nil
}

// Deliver carries out d once in a run. It always knows what it did in this run, so it never fails with Unknown.
func (c *Console) Deliver(ctx context.Context, d bot.Delivery) (bot.Receipt, error) {
	if err := ctx.Err(); err != nil {
		return bot.Receipt{}, &bot.Failure{Outcome: bot.NotDone, Err: err}
	}
	d.Body = shown(d.Body)
	c.mu.Lock()
	defer c.mu.Unlock()
	if r, ok := c.receipts[d.Key]; ok && d.Op != bot.Edit { // an edit changes nothing when it is repeated
		return r, nil
	}
	if d.LookOnly {
		return bot.Receipt{}, refused(errGone)
	}
	id, err := c.carryOut(d)
	if err != nil {
		return bot.Receipt{}, refused(err)
	}
	r := bot.Receipt{ID: id, At: c.o.Clock.Now()}
	c.receipts[d.Key] = r
	c.settle()
	return r, nil
}

func refused(err error) error { return &bot.Failure{Outcome: bot.Refused, Err: err} }

func (c *Console) carryOut(d bot.Delivery) (id string, err error) {
	switch d.Op {
	case bot.Say:
		return c.post(d.To, d.Body)
	case bot.Edit:
		return c.edit(d.To, d.Body)
	case bot.OpenThread:
		return c.open(d.To, d.Body)
	case bot.Pin, bot.Unpin, bot.React:
		return d.To.Message, nil // a screen has nothing to pin to, and shows every answer anyway
	}
	return "", errOp
}

func (c *Console) post(to bot.Place, body bot.Message) (string, error) {
	p, err := c.place(to)
	if err != nil {
		return "", err
	}
	m := c.keep("", p, body)
	c.show(block{place: p, text: body.Text, actions: body.Actions})
	c.offer(m)
	return m.id, nil
}

func (c *Console) edit(to bot.Place, body bot.Message) (string, error) {
	m := c.messages[to.Message]
	if m == nil {
		p, err := c.place(bot.Place{Channel: to.Channel, Account: to.Account})
		if err != nil {
			return "", err
		}
		if !c.former("message", to.Message) {
			return "", errPlace
		}
		m = c.keep(to.Message, p, bot.Message{})
	}
	c.revise(m, body)
	return m.id, nil
}

// revise gives a message a new body and shows what is new in it. It is called with mu held.
func (c *Console) revise(m *message, body bot.Message) {
	b := block{place: m.place, edited: m, text: changed(m.body.Text, body.Text)}
	if m.n <= c.settled {
		b.revised = m.n
	}
	if !sameActions(m.body.Actions, body.Actions) {
		b.actions = body.Actions
		c.withdraw(m)
	}
	m.body = body
	if b.text == "" && len(b.actions) == 0 {
		return
	}
	c.show(b)
	if len(b.actions) > 0 {
		c.offer(m)
	}
}

func (c *Console) open(to bot.Place, name bot.Message) (string, error) {
	if to.Channel != channel() {
		return "", errPlace
	}
	if c.messages[to.Message] == nil && !c.former("message", to.Message) {
		return "", errPlace
	}
	for _, t := range c.threads {
		if t.message == to.Message {
			return t.id, nil
		}
	}
	t := &thread{id: c.id("thread", len(c.threads)+1), message: to.Message, name: name.Text}
	c.threads = append(c.threads, t)
	c.chosen = nil // what is new is what the player sees next
	return t.id, nil
}

// place finds out where something is to be said.
func (c *Console) place(to bot.Place) (place, error) {
	if to.Account != (bot.Account{}) {
		if to.Account.User == "" || to.Account != account(to.Account.User) {
			return place{}, errPlace
		}
		name, ok := c.names[to.Account.User]
		if !ok {
			name = to.Account.User // from a former run, which knew it as it was written
		}
		return place{to: member{to.Account.User, name}}, nil
	}
	if to.Channel != channel() {
		return place{}, errPlace
	}
	if to.Thread == "" {
		return place{}, nil
	}
	t := c.thread(to.Thread)
	if t == nil && !c.former("thread", to.Thread) {
		return place{}, errPlace
	}
	if t == nil {
		t = &thread{id: to.Thread}
		c.threads = append([]*thread{t}, c.threads...) // it is older than all of this run's
	}
	return place{thread: t}, nil
}

// keep remembers a message of the bot's, under a new ID where it has none.
func (c *Console) keep(id string, p place, body bot.Message) *message {
	m := &message{id: id, n: len(c.messages) + 1, body: body, place: p}
	if id == "" {
		m.id = c.id("message", m.n)
	}
	c.messages[m.id] = m
	return m
}

// Read returns the comments of a thread in the order they were said. It cannot read a thread of a former run.
func (c *Console) Read(ctx context.Context, t bot.Thread) (bot.Snapshot, error) {
	if err := ctx.Err(); err != nil {
		return bot.Snapshot{}, &bot.Failure{Outcome: bot.NotDone, Err: err}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if t.Channel != channel() {
		return bot.Snapshot{}, refused(errPlace)
	}
	if c.former("thread", t.ID) {
		return bot.Snapshot{}, refused(errFormer)
	}
	known := c.thread(t.ID)
	if known == nil {
		return bot.Snapshot{Gone: true}, nil
	}
	return bot.Snapshot{Comments: append([]bot.Comment(nil), known.comments...)}, nil
}

// Check finds nothing missing in the console's own channel, and any other one missing.
func (c *Console) Check(ctx context.Context, ch bot.Channel) ([]bot.Missing, error) {
	if ch == channel() {
		return nil, nil
	}
	return []bot.Missing{{Code: "channel", What: "#" + general}}, nil
}
