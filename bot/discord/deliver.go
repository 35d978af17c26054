package discord

import (
	"context"

	"rewind/bot"
)

// Here deliveries are carried out. What is known of one that failed is in its failure.

// mostKey is how long a key may be, in bytes.
const mostKey = 200

// Deliver carries out d once.
func (p *Platform) Deliver(ctx context.Context, d bot.Delivery) (bot.Receipt, error) {
	r, err := p.deliver(ctx, d)
	if err == nil {
		return r, nil
	}
	f := failureIn(err)
	if f.Lost && (d.To.Thread != "" || d.To.Account.User != "") { // the channel may be well
		known := *f
		known.Lost = false
		f = &known
	}
	return bot.Receipt{}, f
}

func (p *Platform) deliver(ctx context.Context, d bot.Delivery) (bot.Receipt, error) {
	if d.Key == "" || len(d.Key) > mostKey {
		return bot.Receipt{}, refused("a key of %d bytes", len(d.Key))
	}
	if ctx.Err() != nil {
		return bot.Receipt{}, unsent(ctx)
	}
	switch d.Op {
	case bot.Say:
		return p.say(ctx, d)
	case bot.Edit:
		return p.edit(ctx, d)
	case bot.OpenThread:
		return p.openThread(ctx, d)
	case bot.Pin, bot.Unpin:
		return p.pin(ctx, d)
	case bot.React:
		return p.react(ctx, d)
	}
	return bot.Receipt{}, refused("unknown operation %q", d.Op)
}

// errNothing is what a look ends with that found nothing.
func errNothing() *bot.Failure { return refused("nothing was found") }

func receiptOf(m *message) bot.Receipt {
	at := m.Timestamp
	if at.IsZero() {
		at, _ = timeOf(m.ID)
	}
	return bot.Receipt{ID: m.ID, At: at}
}
