package discord

import (
	"context"
	"time"
)

const (
	// identifySpan is how far apart two identifications are of shards whose numbers leave the same rest when divided by
	// max_concurrency.
	// https://discord.com/developers/docs/events/gateway#rate-limiting-max-concurrency
	identifySpan = 5 * time.Second
	// identifyFloor is how many identifications of a day are left to a person who mends something. Whoever uses up all of
	// them has the token reset. https://discord.com/developers/docs/events/gateway#identifying
	identifyFloor = 50
	// floorAgain is how often it is looked whether there are more: somebody may have asked Discord for them.
	floorAgain = time.Hour
)

// mayIdentify waits until a shard may identify. After an answer to it, or when it gives up, the shard calls done; it may do so
// twice. The error is ctx's, or what GET /gateway/bot says.
func (g *gateway) mayIdentify(ctx context.Context, shard int) (done func(), err error) {
	slot := g.slot(shard)
	var last time.Time
	select {
	case last = <-slot:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if err := g.await(ctx, last); err != nil {
		slot <- last
		return nil, err
	}
	g.mu.Lock()
	g.identifies++
	g.info.SessionStartLimit.Remaining--
	g.log.Info("discord is told who the bot is", "shard", shard, "so_far", g.identifies, "left", g.info.SessionStartLimit.Remaining)
	g.mu.Unlock()
	returned := false
	return func() {
		if !returned {
			returned = true
			slot <- g.clock.Now()
		}
	}, nil
}

// slot holds the time at which a shard of this one's group identified last. Who has taken it out is the only one to identify.
func (g *gateway) slot(shard int) chan time.Time {
	g.mu.Lock()
	defer g.mu.Unlock()
	key := shard % max(1, g.info.SessionStartLimit.MaxConcurrency)
	if g.slots == nil {
		g.slots = map[int]chan time.Time{}
	}
	if g.slots[key] == nil {
		g.slots[key] = make(chan time.Time, 1)
		g.slots[key] <- time.Time{}
	}
	return g.slots[key]
}

// await lets the time since the last identification pass, and waits for the next day if this one's are used up.
func (g *gateway) await(ctx context.Context, last time.Time) error {
	for {
		info, err := g.look(ctx)
		if err != nil {
			return err
		}
		limit := info.SessionStartLimit
		if limit.Remaining >= identifyFloor {
			break
		}
		reset := time.Duration(limit.ResetAfter) * time.Millisecond
		g.log.Error("discord lets the bot connect only so often a day: waiting", "left", limit.Remaining, "reset_after", reset)
		if !passes(ctx, g.clock, min(max(reset, time.Minute), floorAgain)) {
			return ctx.Err()
		}
	}
	if rest := identifySpan - g.clock.Now().Sub(last); rest > 0 && !passes(ctx, g.clock, min(rest, identifySpan)) {
		return ctx.Err()
	}
	return nil
}
