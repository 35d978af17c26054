package discord

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"rewind/bot"
)

// Here what is heard becomes calls of the bot.Handler.

// Listen reports to h until ctx is done, or until Discord says that it will never work: then its error is a *bot.Fatal.
func (p *Platform) Listen(ctx context.Context, h bot.Handler) error {
	me, err := p.introduced(ctx)
	if err != nil || me == nil {
		return err
	}
	e := &ear{Platform: p, me: me.ID, to: h, talk: newInteractions(p, me.ID, h), ring: make(chan struct{}, 1), up: map[int]bool{}}
	beside, stop := context.WithCancel(ctx)
	var all sync.WaitGroup
	for what, do := range map[string]func(context.Context){
		"tell of gaps":      e.tellGaps,
		"register commands": func(ctx context.Context) { register(ctx, p.rest, me.ID, p.clock, p.log) },
	} {
		all.Go(func() {
			if err := guarded(what, func() error { do(beside); return nil }); err != nil {
				p.log.Error("panicked", "what", what, "error", err)
			}
		})
	}
	err = p.gateway.run(ctx, e)
	stop()
	all.Wait()
	return err
}

// introduced asks who the bot is until it is told; nil if ctx is done before.
func (p *Platform) introduced(ctx context.Context) (*user, error) {
	for tries := 0; ; tries++ {
		me, err := p.me(ctx)
		switch {
		case err == nil:
			return me, nil
		case tokenRefused(err):
			return nil, &bot.Fatal{Code: "discord_token", Err: err}
		}
		wait := p.gateway.backoff(tries)
		if ctx.Err() == nil {
			p.log.Warn("discord does not say who the bot is", "error", err, "wait", wait)
		}
		if !passes(ctx, p.clock, wait) {
			return nil, nil
		}
	}
}

// ear is the sink of one Listen.
type ear struct {
	*Platform
	me   string // the bot's own account
	to   bot.Handler
	talk *interactions
	ring chan struct{} // holds one: there was a gap

	mu   sync.Mutex // guards what follows
	up   map[int]bool
	want int // shards
}

const (
	// shardsSpan is how long the first gap waits for the shards that are not up yet.
	shardsSpan = time.Minute
	// gapAgain is how long to wait before a gap is told again that could not be taken.
	gapAgain = 10 * time.Second
)

func (e *ear) ready(_ context.Context, shard, shards int) {
	e.mu.Lock()
	e.up[shard], e.want = true, shards
	e.mu.Unlock()
	e.missed()
}

// missed has the bot told that events may have been missed.
func (e *ear) missed() {
	select {
	case e.ring <- struct{}{}:
	default: // it will be told of this one, too
	}
}

func (e *ear) resumed(context.Context, int) {}

// withoutContent tells maintainers what the bot does not see, and again whenever there are new ones.
func (e *ear) withoutContent(ctx context.Context) {
	e.blind.Store(true)
	e.tellBlind(ctx, "")
}

func (e *ear) tellBlind(ctx context.Context, guild string) {
	if !e.blind.Load() {
		return
	}
	if err := e.to.Tell(ctx, name, guild, "discord_content"); err != nil && ctx.Err() == nil {
		e.log.Error("maintainers not told", "what", "discord_content", "error", err)
	}
}

// tellGaps tells the bot of gaps until ctx is done, one at a time: it reads all threads for each.
func (e *ear) tellGaps(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-e.ring:
		}
		if !e.allUp() {
			// Each shard that comes up would have all threads read.
			again, release := e.clock.After(shardsSpan)
			for late := false; !late && !e.allUp(); {
				select {
				case <-ctx.Done():
					release()
					return
				case <-e.ring:
				case <-again:
					late = true
				}
			}
			release()
		}
		e.tellBlind(ctx, "")
		for !e.tellGap(ctx) {
			if !passes(ctx, e.clock, gapAgain) {
				return
			}
		}
	}
}

func (e *ear) allUp() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.up) >= e.want
}

func (e *ear) tellGap(ctx context.Context) bool {
	err := guarded("take a gap", func() error { return e.to.Gap(ctx, name) })
	if err != nil && ctx.Err() == nil {
		e.log.Error("gap not taken", "error", err)
	}
	return err == nil
}

func (e *ear) event(ctx context.Context, v event) {
	switch v.kind {
	case "INTERACTION_CREATE":
		e.talk.take(ctx, v.at, v.data)
	case "MESSAGE_CREATE", "MESSAGE_UPDATE":
		if m, ok := readEvent[message](e, v); ok {
			e.message(ctx, v.kind == "MESSAGE_CREATE", m)
		}
	case "MESSAGE_DELETE", "MESSAGE_DELETE_BULK":
		if gone, ok := readEvent[deletion](e, v); ok {
			e.deleted(ctx, v.at, gone)
		}
	case "MESSAGE_REACTION_ADD", "MESSAGE_REACTION_REMOVE":
		if r, ok := readEvent[reacted](e, v); ok {
			e.reaction(ctx, v.kind == "MESSAGE_REACTION_REMOVE", r)
		}
	default:
		e.world(ctx, v)
	}
}

// readEvent decodes an event as far as it is needed. What cannot be read is missed like what never came.
func readEvent[T any](e *ear, v event) (*T, bool) {
	out := new(T)
	if err := json.Unmarshal(v.data, out); err != nil {
		e.log.Warn("an event could not be read", "kind", v.kind, "bytes", len(v.data))
		e.missed()
		return nil, false
	}
	return out, true
}
