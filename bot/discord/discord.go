// Package discord is Rewind on Discord.
//
// # A tour
//
// [New] makes a [Platform], which the bot speaks to and is told of by. It stands on three things that know nothing of
// questions: rest, which asks Discord's API for one thing at a time, within its limits, and says of each failure what is
// known of it; gateway, which stays connected and hands on what it hears, in order within each channel; and render, which
// makes texts in Discord's dialect of Markdown.
//
//	deliver*.go  a delivery becomes messages, edits, threads, pins and reactions
//	find*.go     what an earlier attempt left is looked for
//	customid.go  buttons, and what stands behind them
//	read*.go     threads are read whole, and people's names
//	check*.go    what the bot may do in a channel
//	events*.go   what is heard becomes calls of the bot.Handler
//	interact*.go what people do with commands, buttons and forms becomes commands
//	answer*.go   and is answered within three seconds
//	form.go      forms, and what was written in them
//	mention.go   mentions and private messages as commands
//	register*.go the table of commands as Discord registers it
//	invite.go    the link, with the reason for each permission
//
// # Once
//
// A message is posted with its key as a nonce, which Discord recognises for two minutes. Later than that, and where the
// bot was started anew meanwhile, the channel's history is looked through. There a message is known by its buttons, which
// carry a mark of the key; one without buttons by its text. Posts in forums have no nonce and are always looked for. Where
// the history may not be read nothing is posted a second time. Threads, edits, pins and reactions can be repeated.
//
// # What the bot hears
//
// Events are a hint: after every connection that may have missed some the bot is told of a gap, and reads the open threads
// again. Without the intent for message content events and threads hold no texts; such a comment is never taken for one
// that was emptied.
package discord

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync/atomic"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/gorilla/websocket"

	"rewind/bot"
)

// Options say how to reach Discord.
type Options struct {
	// Token is the bot's. It is in no log and in no error.
	Token string
	// API is the address that stands for https://discord.com/api, which "" means.
	API   string
	Clock bot.Clock    // nil is the machine's
	Log   *slog.Logger // nil is none
	// Dial opens connections of requests and of the gateway; nil is the network's.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// Platform is Discord. Its methods are safe for concurrent use, but for Listen, which may be called again once it has
// returned.
type Platform struct {
	rest    *rest
	gateway *gateway
	clock   bot.Clock
	log     *slog.Logger
	born    time.Time // when it was made

	self     atomic.Pointer[user]   // the bot's own account, once it was asked for
	blind    atomic.Bool            // Discord has not granted the intent for message content
	channels memory[string, site]   // by ID
	people   memory[person, named]  // their names
	privates memory[string, string] // the private conversation with a user
	nonces   memory[string, string] // with what a message of the bot's own was posted, by its ID
}

// How much is remembered of what can be asked for again. An entry is a few hundred bytes at most.
const (
	mostChannels = 50_000
	mostPeople   = 20_000
	mostPrivates = 5_000
	mostNonces   = 10_000
)

// New makes a platform. It asks Discord for nothing yet.
func New(o Options) (*Platform, error) {
	if o.Token == "" {
		return nil, errors.New("discord has no token")
	}
	if o.Clock == nil {
		o.Clock = bot.MachineClock{}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	r, err := newRest(o.Token, o.API, o.Dial, o.Clock)
	if err != nil {
		return nil, err
	}
	p := &Platform{rest: r, clock: o.Clock, log: o.Log.With("platform", name), born: o.Clock.Now()}
	p.channels.most, p.people.most, p.privates.most, p.nonces.most = mostChannels, mostPeople, mostPrivates, mostNonces
	p.gateway = &gateway{newSession: o.session, gatewayBot: p.gatewayBot, clock: o.Clock, log: p.log, content: true}
	return p, nil
}

const name = "discord"

// Name is "discord".
func (p *Platform) Name() string { return name }

// Close ends connections that nobody uses.
func (p *Platform) Close() { p.rest.close() }

// session is one for the gateway.
func (o Options) session() (*discordgo.Session, error) {
	s, err := newSession(o.Token, nil)
	if err != nil {
		return nil, err
	}
	if o.Dial != nil {
		s.Dialer = &websocket.Dialer{NetDialContext: o.Dial, HandshakeTimeout: dialSpan}
	}
	return s, nil
}

func (p *Platform) gatewayBot(ctx context.Context) (*discordgo.GatewayBotResponse, error) {
	info, err := p.rest.gateway(ctx)
	if tokenRefused(err) {
		return nil, &bot.Fatal{Code: "discord_token", Err: err}
	}
	return info, err
}

// me is the bot's own account.
func (p *Platform) me(ctx context.Context) (*user, error) {
	if u := p.self.Load(); u != nil {
		return u, nil
	}
	u, err := get[user](ctx, p.rest, "users/@me", nil)
	if err != nil {
		return nil, err
	}
	p.self.Store(u)
	return u, nil
}

// refused is a failure that will be the same again.
func refused(format string, a ...any) *bot.Failure {
	return &bot.Failure{Outcome: bot.Refused, Err: fmt.Errorf(format, a...)}
}

// failureIn is the failure that an error of a request is; nil if there is none.
func failureIn(err error) *bot.Failure {
	f := (*bot.Failure)(nil)
	if err == nil || errors.As(err, &f) {
		return f
	}
	return &bot.Failure{Outcome: bot.Unknown, Err: err}
}

// as is a failure with another outcome.
func as(outcome bot.Outcome, err error) *bot.Failure {
	f := *failureIn(err)
	f.Outcome = outcome
	f.Lost = f.Lost && outcome == bot.Refused
	return &f
}

// outcomeOf is what became of a request that failed.
func outcomeOf(err error) bot.Outcome { return failureIn(err).Outcome }

// passes lets d pass and says whether it did before ctx was done.
func passes(ctx context.Context, clock bot.Clock, d time.Duration) bool {
	passed, release := clock.After(d)
	defer release()
	select {
	case <-passed:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}
