package slack

import (
	"context"
	"errors"
	"fmt"
	"net"
	"runtime/debug"
	"sync"
	"time"

	"rewind/bot"
)

// Here is one call of Listen, from the first question to the last command.

// session is one call of Listen.
type session struct {
	p       *Platform
	handler bot.Handler
	work    context.Context // of commands, which go on for a moment when Listen ends
	cancel  context.CancelFunc
	running sync.WaitGroup // commands under way
}

const (
	// graceSpan is how long commands under way may take to end when Listen does.
	graceSpan = 2 * time.Second
	// greetPause is between attempts to learn who the token is, and after a gap that could not be told.
	greetPause     = time.Second
	greetPauseMost = 30 * time.Second
)

// errNobody says that there is nobody to tell. Slack tries again.
var errNobody = errors.New("nobody listens")

// Listen takes what Slack tells until ctx is done, or until nothing will work.
func (p *Platform) Listen(ctx context.Context, h bot.Handler) error {
	if p.wrong != nil {
		return &bot.Fatal{Code: "slack_bot_token", Err: p.wrong}
	}
	s := &session{p: p, handler: h}
	s.work, s.cancel = context.WithCancel(context.WithoutCancel(ctx))
	defer s.end()
	p.session.Store(s)
	defer p.session.CompareAndSwap(s, nil)
	err := p.greet(ctx)
	if err == nil {
		err = p.open(ctx, s)
	}
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// open opens the door that the options are for.
func (p *Platform) open(ctx context.Context, s *session) error {
	if p.o.AppToken != "" {
		return runSockets(ctx, socketOptions{token: p.o.AppToken, api: p.o.API, clock: p.o.Clock, log: p.o.Log, gap: s.gap,
			network: p.o.Network, dial: p.o.Dial}, p.door)
	}
	o := hookOptions{listen: p.o.Listen, secret: p.o.SigningSecret, clock: p.o.Clock, log: p.o.Log, gap: s.gap}
	if p.o.accept != nil {
		l, err := p.o.accept()
		if err != nil {
			return err
		}
		return serveHooks(ctx, l, o, p.door)
	}
	err := runHooks(ctx, o, p.door)
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "listen" {
		return &bot.Fatal{Code: "slack_listen", Err: err}
	}
	return err
}

// tokenCodes are the answers to a token that stay the same until the operator does something.
// https://docs.slack.dev/reference/methods/auth.test#errors
var tokenCodes = map[string]bool{"invalid_auth": true, "not_authed": true, "account_inactive": true, "token_revoked": true,
	"token_expired": true, "not_allowed_token_type": true, "invalid_app": true}

// greet learns who the bot is, however long that takes, and names the scopes that it lacks in the log.
func (p *Platform) greet(ctx context.Context) error {
	for pause := greetPause; ; pause = min(2*pause, greetPauseMost) {
		me, f := p.web.identify(ctx)
		switch {
		case f == nil:
			for _, m := range me.lacks(scopeNames()) {
				p.o.Log.Warn("scope missing", "platform", name, "scope", m.What)
			}
			return nil
		case tokenCodes[codeOf(f)]:
			return &bot.Fatal{Code: "slack_bot_token", Err: f.Err}
		}
		p.o.Log.Warn("cannot connect", "platform", name, "after", max(pause, f.After), "error", f.Err)
		sleep(ctx, p.o.Clock, max(pause, f.After))
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

// gap tells the bot that events may have been missed, until it has heard that.
func (s *session) gap(ctx context.Context) {
	for pause := greetPause; ctx.Err() == nil; pause = min(2*pause, greetPauseMost) {
		err := s.handler.Gap(ctx, name)
		if err == nil || ctx.Err() != nil {
			return
		}
		s.p.o.Log.Warn("gap not taken", "platform", name, "after", pause, "error", err)
		sleep(ctx, s.p.o.Clock, pause)
	}
}

// start runs f beside everything else; end waits for it. A panic costs that one thing.
func (s *session) start(what string, f func()) {
	s.running.Go(func() {
		if err := guard(f); err != nil {
			s.p.o.Log.Error("panicked", "what", what+" of slack", "panic", err)
		}
	})
}

// guard turns a panic into an error.
func guard(f func()) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%v\n%s", p, debug.Stack())
		}
	}()
	f()
	return nil
}

// end waits for the commands under way, and breaks them off where they take too long. The doors are closed by then.
func (s *session) end() {
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.running.Wait()
	}()
	late, release := s.p.o.Clock.After(graceSpan)
	defer release()
	select {
	case <-done:
	case <-late:
	}
	s.cancel()
	<-done
}
