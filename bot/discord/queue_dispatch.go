package discord

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/bwmarrin/discordgo"

	"rewind/bot"
)

const (
	// rereadAfter is how long after a loss the threads are read again, so that many losses cost one reading.
	rereadAfter = 15 * time.Second
	// jobWeight is what an event weighs in memory beside its data.
	jobWeight = 512
)

// dispatch hands what shards hear to the sink. It never makes them wait: what cannot be kept is dropped, and the sink is told
// later that something was missed.
type dispatch struct {
	ctx    context.Context // of the sink's methods; what waits when it is done is dropped
	to     sink
	shards int
	clock  bot.Clock
	log    *slog.Logger
	prompt queue // interactions, which are to be answered within three seconds, and news of connections
	calm   queue // events of channels

	mu   sync.Mutex     // guards what follows
	lost map[int]int    // events, by shard, of which the sink was not told yet
	over bool           // nobody is told any more
	all  sync.WaitGroup // those who will tell
}

func newDispatch(ctx context.Context, to sink, shards int, clock bot.Clock, log *slog.Logger) *dispatch {
	return &dispatch{
		ctx: ctx, to: to, shards: shards, clock: clock, log: log, lost: map[int]int{},
		prompt: queue{workers: 256, inLane: 64, bytes: 32 << 20},
		calm:   queue{workers: 64, inLane: 1024, bytes: 64 << 20},
	}
}

// heard takes an event of a shard.
func (d *dispatch) heard(shard int, f *discordgo.Event) {
	switch f.Type {
	case "READY":
		d.ready(shard)
	case "RESUMED":
		d.news(shard, func() { d.to.resumed(d.ctx, shard) })
	default:
		e := event{shard: shard, kind: f.Type, at: d.clock.Now(), data: f.RawData}
		q, lane := &d.calm, ""
		e.channel, lane = place(f.Type, f.RawData)
		if f.Type == "INTERACTION_CREATE" {
			q = &d.prompt
		}
		d.put(q, shard, lane, f.Type, len(f.RawData), func() { d.to.event(d.ctx, e) })
	}
}

func (d *dispatch) ready(shard int) {
	d.news(shard, func() { d.to.ready(d.ctx, shard, d.shards) })
}

// news is about a shard's connection.
func (d *dispatch) news(shard int, do func()) {
	d.put(&d.prompt, shard, fmt.Sprint("shard ", shard), "news", 0, do)
}

func (d *dispatch) put(q *queue, shard int, lane, what string, size int, do func()) {
	kept := q.put(lane, size+jobWeight, func() {
		if d.ctx.Err() != nil {
			return
		}
		defer func() {
			if p := recover(); p != nil {
				d.log.Error("panicked", "what", "handle "+what, "panic", p, "stack", string(debug.Stack()))
				d.lose(shard)
			}
		}()
		do()
	})
	if !kept {
		d.lose(shard)
	}
}

// lose counts an event that was not handled, and has the sink told before long.
func (d *dispatch) lose(shard int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lost[shard]++
	if d.lost[shard] > 1 || d.over {
		return
	}
	d.all.Go(func() {
		if !passes(d.ctx, d.clock, rereadAfter) {
			return
		}
		d.mu.Lock()
		n := d.lost[shard]
		d.lost[shard] = 0
		d.mu.Unlock()
		d.log.Warn("discord's events were not handled, threads are read again", "shard", shard, "events", n)
		d.ready(shard)
	})
}

// wait returns when nothing is being handled any more. The context is done and no shard is heard.
func (d *dispatch) wait() {
	d.mu.Lock()
	d.over = true
	d.mu.Unlock()
	d.all.Wait()
	d.prompt.all.Wait()
	d.calm.all.Wait()
}

// place says in which channel an event happened, and which lane it belongs to. It reads what it can: an event of a shape
// that is not known has a lane too.
func place(kind string, data json.RawMessage) (channel, lane string) {
	var at struct {
		ID      string `json:"id"`
		Channel string `json:"channel_id"`
		Guild   string `json:"guild_id"`
	}
	_ = json.Unmarshal(data, &at) // what it could read is there nevertheless
	switch {
	case kind == "INTERACTION_CREATE":
		return at.Channel, "interaction " + at.ID
	case at.Channel != "":
		return at.Channel, at.Channel
	case at.ID != "" && (kind == "CHANNEL_CREATE" || kind == "CHANNEL_UPDATE" || kind == "CHANNEL_DELETE" ||
		kind == "THREAD_CREATE" || kind == "THREAD_UPDATE" || kind == "THREAD_DELETE"):
		return at.ID, at.ID
	case strings.HasPrefix(kind, "GUILD_") && at.Guild == "":
		return "", "guild " + at.ID
	}
	return "", "guild " + at.Guild
}
