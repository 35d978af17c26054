package slack

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"
)

// drain takes what slack-go has to say at once: while nobody does, it neither answers pings nor connects anew.
func (l *link) drain(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case e := <-l.client.Events:
			l.heed(ctx, e)
		}
	}
}

func (l *link) heed(ctx context.Context, e socketmode.Event) {
	switch e.Type {
	case socketmode.EventTypeEventsAPI, socketmode.EventTypeSlashCommand, socketmode.EventTypeInteractive:
		if e.Request != nil {
			l.receive(ctx, *e.Request)
		}
	case socketmode.EventTypeErrorBadMessage:
		if bad, ok := e.Data.(*socketmode.ErrorBadMessage); ok {
			l.receiveBad(ctx, bad.Message)
		}
	case socketmode.EventTypeErrorWriteFailed:
		if failed, ok := e.Data.(*socketmode.ErrorWriteFailed); ok && failed.Response != nil {
			response := *failed.Response
			l.s.start(&l.s.flying, "acknowledge an envelope", func() { l.other().send(ctx, response.EnvelopeID, response.Payload) })
		}
	case socketmode.EventTypeConnectionError:
		if failed, ok := e.Data.(*slack.ConnectionErrorEvent); ok {
			l.refused(ctx, failed.ErrorObj)
		}
	}
}

// receive lets an envelope in, and acknowledges it once it is taken.
func (l *link) receive(ctx context.Context, r socketmode.Request) {
	taken := l.s.door.arrive(envelope{kind: r.Type, id: r.EnvelopeID, body: r.Payload, retry: r.RetryAttempt, reason: r.RetryReason})
	l.s.start(&l.s.flying, "acknowledge an envelope", func() {
		if ack, err := taken(ctx); err == nil && r.EnvelopeID != "" {
			l.acknowledge(ctx, r.EnvelopeID, ack)
		}
	})
}

// receiveBad lets in what slack-go does not understand: one block of an unknown type is enough for that, and what is not acknowledged
// comes again and again. Whether it can be understood nevertheless is decided like that of all others.
func (l *link) receiveBad(ctx context.Context, message []byte) {
	var r socketmode.Request
	if !decode(message, &r) {
		l.s.log.Warn("not understood", "platform", "slack", "connection", l.number, "bytes", len(message))
		return
	}
	what, _ := look(envelope{kind: r.Type, body: r.Payload})
	l.s.log.Warn("not understood by slack-go", "platform", "slack", "kind", r.Type, "event", what.event, "retry", r.RetryAttempt)
	if r.EnvelopeID != "" {
		l.receive(ctx, r)
	}
}

const (
	// longestAck leaves room for the envelope around it: at 20 KiB Slack hears nothing at all. Not documented; found by slack-go.
	longestAck = 19 << 10
	// ackSpan is how long an acknowledgement may wait for a connection. Slack waits three seconds since it sent the envelope.
	ackSpan = 2 * time.Second
)

// acknowledge tells Slack that an envelope was taken.
func (l *link) acknowledge(ctx context.Context, id string, ack any) {
	var payload any
	if ack != nil {
		b, err := json.Marshal(ack)
		switch {
		case err != nil:
			l.s.log.Error("acknowledged without an answer", "platform", "slack", "error", err)
		case len(b) > longestAck:
			l.s.log.Error("acknowledged without an answer", "platform", "slack", "bytes", len(b), "error", "the answer is too long")
		default:
			payload = json.RawMessage(b)
		}
	}
	l.send(ctx, id, payload)
}

// send sends an acknowledgement, over the other link if this one is not up: slack-go would keep it until there is a next connection.
func (l *link) send(ctx context.Context, id string, payload any) {
	over := l
	l.s.mu.Lock()
	if !l.up && l.other().up {
		over = l.other()
	}
	l.s.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, ackSpan)
	defer cancel()
	if err := over.client.AckCtx(ctx, id, payload); err != nil && !errors.Is(err, context.Canceled) {
		l.s.log.Warn("not acknowledged", "platform", "slack", "connection", over.number, "error", err)
	}
}
