package slack

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/slack-go/slack"

	"rewind/bot"
)

// Here is the client of the Web API: one for each token, that is for each workspace. Everything that is asked of Slack
// goes through ask, which keeps to the limits and puts what went wrong into words.

// webConfig is what a client is made of.
type webConfig struct {
	Token    string            // the bot's, xoxb-…
	AppToken string            // for Socket Mode, xapp-…; may be empty
	API      string            // the Web API's address; empty is Slack's own
	Clock    bot.Clock         // nil is the machine's
	Log      *slog.Logger      // nil logs nothing
	Network  http.RoundTripper // nil is one with time-outs everywhere
	Pace     pace              // of posts in a channel; the zero one is Slack's own
}

// web is a client of the Web API.
type web struct {
	api    *slack.Client
	http   *http.Client // for what the library has no call for
	files  *http.Client // the same with more time
	base   *url.URL
	token  string
	clock  bot.Clock
	log    *slog.Logger
	limits *limiter
	people *people
	direct *cache[string] // the conversation with a person, by their ID

	mu sync.Mutex // guards me
	me identity   // the zero one until Slack was asked
}

// newWeb makes a client. It asks nothing of Slack yet.
func newWeb(c webConfig) (*web, error) {
	base, err := baseURL(c.API)
	if err != nil {
		return nil, err
	}
	if c.Token == "" {
		return nil, errors.New("the bot token is missing")
	}
	if c.Clock == nil {
		c.Clock = bot.MachineClock{}
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Pace == (pace{}) {
		c.Pace = postPace
	}
	w := &web{base: base, token: c.Token, clock: c.Clock, log: c.Log, limits: newLimiter(c.Clock, c.Pace)}
	w.http, w.files = httpClients(c.Network)
	w.people = newPeople(c.Clock)
	w.direct = newCache[string](c.Clock, mostPeople, directLife)
	options := []slack.Option{slack.OptionAPIURL(base.String()), slack.OptionHTTPClient(w.http)}
	if c.AppToken != "" {
		options = append(options, slack.OptionAppLevelToken(c.AppToken))
	}
	w.api = slack.New(c.Token, options...) // without OptionDebug, which writes texts into the log, and without retries
	return w, nil
}

// baseURL reads the address of the Web API. It ends in a slash, as the library wants it.
func baseURL(text string) (*url.URL, error) {
	if text == "" {
		text = slack.APIURL
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil || u.RawQuery != "" {
		return nil, errors.New("the address of Slack's Web API is none: it looks like " + slack.APIURL)
	}
	if !strings.HasSuffix(u.Path, "/") {
		u.Path += "/"
	}
	return u, nil
}

// How long a request waits for its turn before it fails, so that a delivery that has to wait holds nobody up. What has
// begun, as a text in several messages or a history in several pages, is rather finished.
const (
	shortWait = 2 * time.Second
	longWait  = time.Minute
)

// call is what is asked of Slack.
type call struct {
	method  string
	channel string // the one that is posted in
	says    bool   // people see what it does, so that it must not be done twice
	patient bool   // it belongs to something that has begun
}

// ask asks something of Slack once: do carries it out with the library, whose error is put into words. A request is never
// repeated here, since one whose answer was lost may have been acted on.
func (w *web) ask(ctx context.Context, c call, do func(context.Context) error) *bot.Failure {
	most := shortWait
	if c.patient {
		most = longWait
	}
	after, err := w.limits.wait(ctx, c.method, c.channel, most)
	if err == nil {
		err = ctx.Err()
	}
	switch {
	case err != nil:
		return &bot.Failure{Outcome: bot.NotDone, Err: fmt.Errorf("the request was not sent: %w", err)}
	case after > 0:
		return rateLimited(after)
	}
	var traced, sent atomic.Bool
	watched := httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn:      func(string) { traced.Store(true) },
		WroteHeaders: func() { sent.Store(true) },
	})
	if err = do(watched); err == nil {
		return nil
	}
	f := failureOf(ctx, err, trail{traced: traced.Load(), sent: sent.Load(), says: c.says})
	if codeOf(f) == "ratelimited" {
		w.limits.block(c.method, c.channel, f.After)
	}
	w.log.Debug("request failed", "method", c.method, "outcome", f.Outcome.String(), "error", f.Err)
	return f
}

// mostLimits is how often a reading that has begun is limited before it is given up.
const mostLimits = 5

// read asks for something that may be asked again: one that belongs to something that has begun waits where it is limited,
// as long as its context allows.
func (w *web) read(ctx context.Context, c call, do func(context.Context) error) *bot.Failure {
	for n := 0; ; n++ {
		f := w.ask(ctx, c, do)
		if f == nil || !c.patient || n == mostLimits || codeOf(f) != "ratelimited" || f.After > longWait {
			return f
		}
		if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < f.After {
			return f
		}
	}
}

// identity is who the token is.
type identity struct {
	team   string // the workspace's ID
	name   string // the workspace's name
	user   string // the bot's user ID
	handle string // the bot's name
	bot    string // the bot's ID as an author
	scopes []string
}

// self returns who the bot is, which is asked once.
func (w *web) self(ctx context.Context) (identity, *bot.Failure) {
	w.mu.Lock()
	me := w.me
	w.mu.Unlock()
	if me.team != "" {
		return me, nil
	}
	return w.identify(ctx)
}

// identify asks Slack who the bot is and what it may do now.
func (w *web) identify(ctx context.Context) (identity, *bot.Failure) {
	var got *slack.AuthTestResponse
	f := w.ask(ctx, call{method: "auth.test"}, func(ctx context.Context) (err error) {
		got, err = w.api.AuthTestContext(ctx)
		return err
	})
	if f != nil {
		return identity{}, f
	}
	if got.TeamID == "" || got.UserID == "" {
		return identity{}, &bot.Failure{Outcome: bot.NotDone, Err: errNotUnderstood}
	}
	me := identity{team: got.TeamID, name: got.Team, user: got.UserID, handle: got.User, bot: got.BotID}
	me.scopes = strings.FieldsFunc(got.Header.Get("X-OAuth-Scopes"), func(r rune) bool { return r == ',' || r == ' ' })
	w.mu.Lock()
	w.me = me
	w.mu.Unlock()
	return me, nil
}

// wrote reports whether a message is the bot's own.
func (me identity) wrote(m *slack.Msg) bool {
	return m.User == me.user || m.BotID != "" && m.BotID == me.bot
}
