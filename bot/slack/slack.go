// Package slack plays Rewind in a Slack workspace, through slack-go.
//
// # A tour
//
// A [Platform] has three parts. The doors (door.go, socket*.go, hooks.go, seen.go) let in what Slack tells: over two Socket Mode
// connections, or as signed requests over HTTP. Whatever comes is an envelope, and is acknowledged only once it is taken.
//
// The interpreter makes of an envelope what the bot understands. take*.go reads events, commands, buttons, forms and shortcuts; a
// comment is acknowledged once the bot remembers it, and a command once it is carried out, or after a while in which that goes on.
// answer*.go tells people what came of their commands, wherever they can be told: at the address that came with the command, in the
// thread that they were mentioned in, in a conversation, in the form that they sent, on their page. form.go and home.go make forms and
// the page; manifest*.go says what the app has to be allowed and told.
//
// The client of the Web API (web*.go, limit.go, people*.go, failure*.go) carries out deliveries, reads threads, and knows people. It keeps
// to Slack's limits and puts what went wrong into words. render*.go makes Block Kit of what the bot says.
//
// # What it promises
//
// Nothing is said twice: each message carries its letter's key, which is looked for in the history after a doubtful end. Nobody is notified
// by a text. What an event tells may be told twice, and the bot finds by the revision that nothing changed. Events that were missed come back by
// reading threads after each gap.
//
// A platform speaks for one workspace, the one that its bot token belongs to. Each workspace installs an app of its own from the manifest.
package slack

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"rewind/bot"
)

// name is the platform's word in accounts and channels.
const name = "slack"

// Options say how to reach Slack. With an app token Socket Mode is used; without one Slack sends its requests to Listen, signed with the
// signing secret.
type Options struct {
	BotToken      string
	AppToken      string
	SigningSecret string
	Listen        string // an address such as ":3000"
	API           string // the Web API's address; empty is Slack's own

	Clock bot.Clock    // nil is the machine's
	Log   *slog.Logger // nil logs nothing

	// Network and Dial are the network's own where they are nil; Dial is for Socket Mode.
	Network http.RoundTripper
	Dial    func(ctx context.Context, network, address string) (net.Conn, error)

	pace   pace                         // of posts in a channel; the zero one is Slack's own
	accept func() (net.Listener, error) // listens instead of at Listen, unless it is nil
}

// Platform is a Slack workspace. Its methods are safe for concurrent use.
type Platform struct {
	o      Options
	web    *web
	door   *door
	render func(bot.Message) []part
	wrong  error // what is wrong with the options; nothing else is to be used then
	// threads are those of messages that were lately told of, "" where a message is in none. A reaction does not say it.
	threads *cache[string]
	session atomic.Pointer[session]
}

// New makes a platform. It asks nothing of Slack yet, and says by Listen and Deliver what is wrong with the options.
func New(o Options) *Platform {
	if o.Clock == nil {
		o.Clock = bot.MachineClock{}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	p := &Platform{o: o, render: render, threads: newCache[string](o.Clock, mostThreads, threadLife)}
	p.web, p.wrong = newWeb(webConfig{Token: o.BotToken, AppToken: o.AppToken, API: o.API, Clock: o.Clock, Log: o.Log, Network: o.Network, Pace: o.pace})
	if p.wrong == nil && o.AppToken == "" && (o.SigningSecret == "" || o.Listen == "" && o.accept == nil) {
		p.wrong = errors.New("there is neither an app token nor a signing secret with an address to listen on")
	}
	p.door = newDoor(p.take, o.Clock, o.Log)
	return p
}

// How many messages' threads are remembered, and for how long.
const (
	mostThreads = 10_000
	threadLife  = 7 * 24 * time.Hour
)

// Name returns "slack".
func (p *Platform) Name() string { return name }

// Deliver carries out d once.
func (p *Platform) Deliver(ctx context.Context, d bot.Delivery) (bot.Receipt, error) {
	if p.wrong != nil {
		return bot.Receipt{}, &bot.Failure{Outcome: bot.NotDone, Wide: true, Err: p.wrong}
	}
	return p.web.deliver(ctx, d, p.render)
}

// Read returns the whole of a thread.
func (p *Platform) Read(ctx context.Context, t bot.Thread) (bot.Snapshot, error) {
	if p.wrong != nil {
		return bot.Snapshot{}, p.wrong
	}
	return p.web.snapshot(ctx, t)
}

// Check names what is missing to play in a channel.
func (p *Platform) Check(ctx context.Context, c bot.Channel) ([]bot.Missing, error) {
	if p.wrong != nil {
		return nil, p.wrong
	}
	return p.web.missing(ctx, c)
}

// channel is a channel of the workspace.
func (p *Platform) channel(me identity, id string) bot.Channel {
	return bot.Channel{Platform: name, Workspace: me.team, ID: id}
}
