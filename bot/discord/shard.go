package discord

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/gorilla/websocket"

	"rewind/bot"
)

const (
	// steadyAfter is how long a connection must last for the next attempt to count as the first.
	steadyAfter = time.Minute
	// invalidLeast and invalidMost are how long to wait after an invalid session.
	// https://discord.com/developers/docs/events/gateway#resuming
	invalidLeast, invalidMost = time.Second, 5 * time.Second
	// resumesMost is how often RESUME may stay unanswered before the session is given up.
	resumesMost = 3
	// hangSpan is how long discordgo may take to notice that its connection has ended.
	hangSpan = 2 * partSpan
)

// shard is one of the sessions that the bot has with Discord, which survives its connections.
type shard struct {
	gateway  *gateway
	dispatch *dispatch
	id       int

	session *discordgo.Session // nil if the next connection is to identify
	parted  chan struct{}      // holds one: the session's connection has ended
	resumes int                // unanswered ones
	url     string             // where to resume, "" for anywhere
	content bool               // the session asked for content
	base    websocket.Dialer   // leads to Discord
}

// run stays connected until ctx is done. Its error is a *bot.Fatal.
func (s *shard) run(ctx context.Context) error {
	tries := 0
	for {
		lasted, err := s.connectSafely(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if fatal := (*bot.Fatal)(nil); errors.As(err, &fatal) {
			return fatal
		}
		v := judge(err, s.content)
		if v.fatal != "" {
			return &bot.Fatal{Code: v.fatal, Err: fmt.Errorf("shard %d: %w", s.id, err)}
		}
		if v.withoutContent && s.gateway.doWithout() {
			s.dispatch.news(s.id, func() { s.dispatch.to.withoutContent(s.dispatch.ctx) })
		}
		if v.fresh || s.resumes >= resumesMost {
			s.session = nil
		}
		if lasted >= steadyAfter {
			tries = 0
		}
		wait := s.gateway.backoff(tries)
		tries++
		if v.pause {
			wait = max(wait, s.gateway.between(invalidLeast, invalidMost))
		}
		s.gateway.log.Warn("discord connection lost", "shard", s.id, "error", err, "lasted", lasted, "wait", wait, "resume", s.session != nil)
		if !passes(ctx, s.gateway.clock, wait) {
			return nil
		}
	}
}

func (s *shard) connectSafely(ctx context.Context) (lasted time.Duration, err error) {
	err = guarded("connect to discord", func() error {
		var err error
		lasted, err = s.connect(ctx)
		return err
	})
	return lasted, err
}

// connect keeps one connection until it ends, and says how long it was up and why it ended.
func (s *shard) connect(ctx context.Context) (lasted time.Duration, err error) {
	identified := func() {}
	resuming := s.session != nil
	if !resuming {
		if identified, err = s.gateway.mayIdentify(ctx, s.id); err != nil {
			return 0, err
		}
		defer identified()
		if err := s.begin(); err != nil {
			return 0, err
		}
	}
	l, err := s.dial(ctx)
	if err != nil {
		if !resuming {
			s.session = nil
		}
		s.url = ""
		return 0, err
	}
	stop := context.AfterFunc(ctx, func() { l.end(errStopped, websocket.CloseNormalClosure) })
	defer stop()
	l.start()
	err = s.session.Open()
	identified()
	if err != nil {
		l.end(err, closeKeep) // usually it has ended, which is why
	}
	<-l.ended
	if err == nil {
		s.part()
	}
	l.wait()
	return s.after(l, resuming)
}

// begin makes a session that identifies.
func (s *shard) begin() error {
	c, err := s.gateway.newSession()
	if err != nil {
		return err
	}
	parted := make(chan struct{}, 1)
	c.AddHandler(func(*discordgo.Session, *discordgo.Disconnect) {
		select {
		case parted <- struct{}{}:
		default:
		}
	})
	c.LogLevel = -1 // below LogError: what it logs may hold the token or what people wrote
	c.Debug = false
	c.ShouldReconnectOnError = false // it would go on for ever, whatever the reason
	c.ShouldReconnectVoiceOnSessionError = false
	c.SyncEvents = true
	c.StateEnabled = false
	c.Compress = false // line reads along
	c.MaxRestRetries = 0
	c.ShouldRetryOnRateLimit = false
	c.Client = &http.Client{Transport: whereabouts{}}
	c.Identify.LargeThreshold = 50 // the least: members of guilds are not looked at
	c.Identify.Intents = s.gateway.intents()
	c.ShardID, c.ShardCount = s.id, s.dispatch.shards
	s.content = c.Identify.Intents&intentContent != 0
	s.session, s.parted, s.resumes, s.url = c, parted, 0, ""
	s.base = *c.Dialer
	return nil
}

// dial connects to Discord and makes discordgo dial us.
func (s *shard) dial(ctx context.Context) (*line, error) {
	s.gateway.mu.Lock()
	url := s.gateway.info.URL
	s.gateway.mu.Unlock()
	if s.url != "" {
		url = s.url
	}
	up, err := dial(ctx, s.base, strings.TrimSuffix(url, "/")+"/?v="+discordgo.APIVersion+"&encoding=json")
	if err != nil {
		return nil, err
	}
	l := newLine(up, func(f *discordgo.Event) {
		if f.Type == "READY" || f.Type == "RESUMED" {
			s.gateway.log.Info("discord connection is up", "shard", s.id, "resumed", f.Type == "RESUMED")
		}
		s.dispatch.heard(s.id, f)
	})
	select {
	case <-s.parted: // twice for an earlier connection
	default:
	}
	s.session.Dialer = l.dialer()
	return l, nil
}

// part waits until discordgo has closed its side. A session that does not is abandoned; nothing of it can reach Discord.
func (s *shard) part() {
	late, release := s.gateway.clock.After(hangSpan)
	defer release()
	select {
	case <-s.parted:
	case <-late:
		s.gateway.log.Error("discordgo hangs: its session is abandoned", "shard", s.id)
		s.session = nil
	}
}

// after draws the conclusions from a connection that has ended.
func (s *shard) after(l *line, resuming bool) (lasted time.Duration, cause error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case !l.since.IsZero():
		lasted = time.Since(l.since)
		s.resumes = 0
	case !resuming:
		s.session = nil
	case l.interval != 0:
		s.resumes++
	}
	if l.session != "" {
		s.url = l.resumeAt
	}
	return lasted, l.cause
}

// verdict is what to do after a connection has ended.
type verdict struct {
	fatal          string // the code of the bot.Fatal, "" if it is none
	fresh          bool   // the session is gone
	pause          bool   // Discord wants some seconds of peace
	withoutContent bool
}

// judge decides by why a connection has ended.
// https://discord.com/developers/docs/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes
func judge(cause error, content bool) verdict {
	if invalid := (errInvalid{}); errors.As(cause, &invalid) {
		return verdict{fresh: !invalid.resumable, pause: true}
	}
	closed := (*websocket.CloseError)(nil)
	if !errors.As(cause, &closed) {
		return verdict{}
	}
	switch closed.Code {
	case 4004: // authentication failed
		return verdict{fatal: "discord_token"}
	case 4010, 4011: // invalid shard, sharding required
		return verdict{fatal: "discord_shard"}
	case 4012: // invalid version of the API
		return verdict{fatal: "discord_version"}
	case 4013: // invalid intents
		return verdict{fatal: "discord_intents"}
	case 4014: // intents that were not granted
		if !content {
			return verdict{fatal: "discord_intents"}
		}
		return verdict{fresh: true, pause: true, withoutContent: true}
	case 4003, 4005, 4007, 4009: // not or already authenticated, invalid number, session timed out
		return verdict{fresh: true}
	}
	return verdict{}
}
