package discord

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/bwmarrin/discordgo"

	"rewind/bot"
)

// sink takes what the gateway hears. Its methods are called from many goroutines: one at a time for a channel and in the
// order in which Discord sent it, while an interaction waits for nothing but an earlier one with the same ID. They return
// soon after their context is done. A panic in one is logged, and costs that one event.
type sink interface {
	// ready says that one of so many shards began a session, so that events before it may have been missed. It is said again
	// where events had to be dropped.
	ready(ctx context.Context, shard, shards int)
	// resumed says that a shard is back and that nothing was missed.
	resumed(ctx context.Context, shard int)
	// event is anything else. It may come twice.
	event(ctx context.Context, e event)
	// withoutContent says, once, that Discord has not granted the intent for message content, so that events lack it.
	withoutContent(ctx context.Context)
}

// event is something that happened, as Discord sent it. Discord adds types and fields as it likes, so data is decoded with
// tolerance, and only as far as it is needed.
type event struct {
	shard   int
	kind    string    // MESSAGE_CREATE, INTERACTION_CREATE, …
	channel string    // the channel or thread that it happened in, or to; "" for none
	at      time.Time // when it was heard
	data    json.RawMessage
}

// The intents that are asked for. None of intentsAlways needs to be granted.
// https://discord.com/developers/docs/events/gateway#gateway-intents
const (
	intentsAlways = discordgo.IntentGuilds | discordgo.IntentGuildMessages | discordgo.IntentGuildMessageReactions |
		discordgo.IntentDirectMessages
	intentContent = discordgo.IntentMessageContent
)

// gateway keeps the bot connected to Discord's gateway. Fields above mu are set before run and never changed.
type gateway struct {
	// newSession makes a session with the token set. Its Dialer leads to Discord; everything else that concerns the gateway
	// is set here, and the session is used for nothing else.
	newSession func() (*discordgo.Session, error)
	// gatewayBot is GET /gateway/bot. An error that is a *bot.Fatal ends run.
	gatewayBot func(context.Context) (*discordgo.GatewayBotResponse, error)
	clock      bot.Clock
	log        *slog.Logger
	content    bool           // ask for what people write
	chance     func() float64 // from 0 to 1, for waits; nil is rand.Float64

	mu         sync.Mutex // guards what follows
	info       *discordgo.GatewayBotResponse
	slots      map[int]chan time.Time // see mayIdentify
	refused    bool                   // content was asked for and not granted
	identifies int                    // so far
}

const (
	// askPatience is how long GET /gateway/bot may take.
	askPatience = 30 * time.Second
	// drainSpan is how long what is being handled may still take once run is told to stop.
	drainSpan = time.Second
)

// run is connected until ctx is done and then returns nil, or until Discord says that it will never work and then returns a
// *bot.Fatal. Only one run may be under way.
func (g *gateway) run(ctx context.Context, to sink) error {
	info, err := g.firstInfo(ctx)
	if err != nil || info == nil {
		return err
	}
	handling, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	d := newDispatch(handling, to, max(1, info.Shards), g.clock, g.log)
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	var shards sync.WaitGroup
	for id := range d.shards {
		s := &shard{gateway: g, dispatch: d, id: id}
		shards.Go(func() {
			if err := s.run(ctx); err != nil {
				fail(err)
			}
		})
	}
	<-ctx.Done()
	late := time.AfterFunc(drainSpan, stop)
	defer late.Stop()
	shards.Wait()
	stop()
	d.wait()
	if fatal := (*bot.Fatal)(nil); errors.As(context.Cause(ctx), &fatal) {
		return fatal
	}
	return nil
}

// firstInfo asks until it is told how many shards there are to be. It returns nil if ctx is done.
func (g *gateway) firstInfo(ctx context.Context) (*discordgo.GatewayBotResponse, error) {
	for tries := 0; ; tries++ {
		info, err := g.look(ctx)
		if err == nil {
			return info, nil
		}
		if fatal := (*bot.Fatal)(nil); errors.As(err, &fatal) {
			return nil, err
		}
		wait := g.backoff(tries)
		if ctx.Err() == nil {
			g.log.Warn("discord does not say where its gateway is", "error", err, "wait", wait)
		}
		if !passes(ctx, g.clock, wait) {
			return nil, nil
		}
	}
}

// look asks where the gateway is, how many shards there are to be, and how often the bot may still identify. If that fails
// it goes on with what it was told before.
func (g *gateway) look(ctx context.Context) (*discordgo.GatewayBotResponse, error) {
	asking, cancel := context.WithTimeout(ctx, askPatience)
	defer cancel()
	info, err := g.gatewayBot(asking)
	if err == nil && info == nil {
		err = errors.New("GET /gateway/bot: null")
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	switch fatal := (*bot.Fatal)(nil); {
	case err == nil:
		known := *info
		g.info = &known
	case g.info == nil || ctx.Err() != nil || errors.As(err, &fatal):
		return nil, err
	default:
		g.log.Warn("discord does not say how often the bot may identify", "error", err)
	}
	known := *g.info
	return &known, nil
}

// intents are what to ask for now.
func (g *gateway) intents() discordgo.Intent {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.content && !g.refused {
		return intentsAlways | intentContent
	}
	return intentsAlways
}

// doWithout asks for no content any more, and says whether that is news.
func (g *gateway) doWithout() (news bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	news = !g.refused
	g.refused = true
	return news
}

// between is a random time from least to most.
func (g *gateway) between(least, most time.Duration) time.Duration {
	chance := rand.Float64
	if g.chance != nil {
		chance = g.chance
	}
	return least + time.Duration(chance()*float64(most-least))
}

// backoff is how long to wait after so many attempts in a row that led to nothing lasting.
func (g *gateway) backoff(tries int) time.Duration {
	if tries == 0 {
		return g.between(0, time.Second)
	}
	most := min(2*time.Minute, time.Second<<min(tries, 10))
	return g.between(most/2, most)
}
