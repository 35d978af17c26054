package bottest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"rewind/bot"
)

var errLost = errors.New("the connection is lost")

// conn is one connection of a bot. Two may stand at once, as while one process hands over to the next: each is told all.
type conn struct {
	handler bot.Handler
	wake    chan struct{} // holds one
	lost    chan struct{} // closed when the connection is lost, under mu

	mu      sync.Mutex // guards what follows
	waiting []bot.Comment
	gone    bool
}

// Listen reports comments to h, one after the other, until ctx is done or a test disconnects it. A comment that h does not
// take is not offered again: it can be read.
func (m *Memory) Listen(ctx context.Context, h bot.Handler) error {
	op := Operation{Op: Listen}
	if f := m.begin(ctx, &op); f != nil {
		return ended(ctx, f)
	}
	c, err := m.connect(h)
	if err != nil {
		return err
	}
	defer m.leave(c)
	if err := h.Gap(ctx, m.name); err != nil {
		return ended(ctx, fmt.Errorf("report a gap: %w", err))
	}
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-c.lost:
			return errLost
		case <-c.wake:
			c.report(ctx)
		}
	}
}

// ended is how Listen returns: an error is none once it was told to end.
func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// report hands over all that waits.
func (c *conn) report(ctx context.Context) {
	for ctx.Err() == nil {
		comment, ok := c.pop()
		if !ok {
			return
		}
		// The history keeps what the handler could not, and a Gap will bring it.
		_ = c.handler.Comment(ctx, comment)
	}
}

func (c *conn) pop() (bot.Comment, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.gone || len(c.waiting) == 0 {
		return bot.Comment{}, false
	}
	first := c.waiting[0]
	c.waiting = c.waiting[1:]
	return first, true
}

func (c *conn) push(events ...bot.Comment) {
	c.mu.Lock()
	c.waiting = append(c.waiting, events...)
	c.mu.Unlock()
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

func (c *conn) lose() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.gone {
		c.gone = true
		close(c.lost)
	}
}

func (m *Memory) connect(h bot.Handler) (*conn, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.offline {
		return nil, errLost
	}
	c := &conn{handler: h, wake: make(chan struct{}, 1), lost: make(chan struct{})}
	m.conns = append(m.conns, c)
	return c, nil
}

func (m *Memory) leave(c *conn) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.conns = slices.DeleteFunc(m.conns, func(other *conn) bool { return other == c })
}

// Disconnect breaks every connection, and refuses new ones until Connect. What people say meanwhile is never reported,
// but can be read; deliveries go on.
func (m *Memory) Disconnect() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.offline = true
	m.drop()
}

// Connect lets the bot listen again.
func (m *Memory) Connect() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.offline = false
}

// Connected says whether somebody listens.
func (m *Memory) Connected() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.conns) > 0
}

// drop breaks the connections, and loses what they had not reported. The caller holds mu.
func (m *Memory) drop() {
	for _, c := range m.conns {
		c.lose()
	}
	m.conns, m.held = nil, nil
}

// publish reports a comment to whoever listens. The caller holds mu.
func (m *Memory) publish(c bot.Comment) {
	if len(m.conns) == 0 {
		return
	}
	events := []bot.Comment{c}
	fault, _ := m.Faults.take(reporting, c.Thread.Channel, "")
	switch {
	case fault.Kind == Drop:
		m.Faults.count(Drop)
		m.drop()
		return
	case fault.Kind == Twice:
		m.Faults.count(Twice)
		events = append(events, c)
	case fault.Kind == Swap && m.held == nil:
		m.held = &c
		return
	}
	if m.held != nil {
		m.Faults.count(Swap)
		events = append(events, *m.held)
		m.held = nil
	}
	for _, listener := range m.conns {
		listener.push(events...)
	}
}
