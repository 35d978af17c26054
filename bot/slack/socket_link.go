package slack

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"rewind/bot"
)

const (
	// openPause is between two requests for a connection, at least; after connections that did not last it doubles, up to openPauseMost.
	// slack-go has no pause between its rounds.
	openPause     = time.Second
	openPauseMost = 30 * time.Second
	// steadySpan is how long a connection has to last to count as good.
	steadySpan = 30 * time.Second
	// crowdedPause is how long to wait where there are ten connections already, of other processes.
	crowdedPause = time.Minute
	// greetSpan is how long Slack has to say hello, and silenceMost how long it may say nothing at all. It pings every few seconds;
	// slack-go itself notices between 30 and 60 seconds after the last ping.
	greetSpan   = 15 * time.Second
	silenceMost = 30 * time.Second
	// retireSpan is how long a connection that Slack asked to end is kept while no other one is up. Slack ends it after about ten seconds.
	retireSpan = 8 * time.Second
	// lifeSpan is how long a connection lasts where Slack does not say.
	lifeSpan = time.Hour
	// longestMessage bounds what Slack may send at once; the longest payloads have views of up to 250 kB in them.
	longestMessage = 16 << 20
	// watchMost is how long a link is not looked at, at most, and watchLeast at least. It is less than all spans after which something
	// is to be done.
	watchMost  = 5 * time.Second
	watchLeast = time.Second
)

// link is one of the two connections, with those that replace it.
type link struct {
	s        *sockets
	number   int
	client   *socketmode.Client
	requests *http.Client

	// What follows is guarded by s.mu.
	end     context.CancelFunc // ends slack-go's round of connecting
	opened  int                // how many connections in a row were asked for and did not last
	next    time.Time          // when another one may be asked for
	wire    *wire              // the connection; nil while there is none
	dialed  time.Time
	greeted time.Time // when Slack said hello on it; zero if it did not
	up      bool      // greeted, and not yet given up by us
	asked   bool      // to end, by Slack or ourselves, so that its end is none to worry about
	retire  time.Time // when it is given up at the latest; zero if it is not to be
	expires time.Time // when Slack will ask it to end, about
	lost    bool      // the last one ended without being asked, and none was greeted since
}

func newLink(s *sockets, number int, base *url.URL) *link {
	requests, _ := httpClients(s.network)
	l := &link{s: s, number: number, requests: requests, end: func() {}}
	options := []slack.Option{slack.OptionAppLevelToken(s.token), slack.OptionHTTPClient(l), slack.OptionLog(log.New(io.Discard, "", 0)),
		slack.OptionAPIURL(base.String())}
	// No OptionDebug: it makes Slack end connections after six minutes, and logs what people write.
	l.client = socketmode.New(slack.New("", options...), socketmode.OptionDialer(l.dialer()), socketmode.OptionReadLimit(longestMessage),
		socketmode.OptionLog(log.New(io.Discard, "", 0)))
	return l
}

// run keeps connecting until ctx is done. slack-go replaces connections by itself; a round of it ends when one cannot be had.
func (l *link) run(ctx context.Context) {
	if l.number > 0 {
		l.s.stagger(ctx)
	}
	for ctx.Err() == nil {
		round, end := context.WithCancel(ctx)
		l.s.mu.Lock()
		l.end = end
		l.s.mu.Unlock()
		err := l.client.RunContext(round)
		end()
		if !errors.Is(err, context.Canceled) {
			l.refused(ctx, err)
		}
		sleep(ctx, l.s.clock, openPause)
	}
}

// sleep waits for d, or until ctx is done.
func sleep(ctx context.Context, clock bot.Clock, d time.Duration) {
	after, release := clock.After(d)
	defer release()
	select {
	case <-after:
	case <-ctx.Done():
	}
}

// Do sends slack-go's requests for a connection, each in its time.
func (l *link) Do(q *http.Request) (*http.Response, error) {
	s := l.s
	s.mu.Lock()
	wait := l.next.Sub(s.clock.Now())
	s.mu.Unlock()
	sleep(q.Context(), s.clock, wait)
	if err := q.Context().Err(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	l.opened++
	pause := min(openPauseMost, openPause<<min(l.opened-1, 10))
	l.next = s.clock.Now().Add(pause + rand.N(pause/4))
	s.mu.Unlock()
	return l.requests.Do(q)
}

// fatalErrors are the answers that stay the same until the operator does something.
// https://docs.slack.dev/reference/methods/apps.connections.open#errors
var fatalErrors = map[string]bool{"invalid_auth": true, "account_inactive": true, "not_authed": true, "token_revoked": true, "token_expired": true,
	"missing_scope": true, "not_allowed_token_type": true, "forbidden_team": true, "user_removed_from_team": true, "team_disabled": true}

// refused takes note that there was no connection to be had, and ends slack-go's round, since its own pauses grow to five minutes.
func (l *link) refused(ctx context.Context, err error) {
	if ctx.Err() != nil {
		return
	}
	s := l.s
	if said, ok := errors.AsType[slack.SlackErrorResponse](err); ok && fatalErrors[said.Err] {
		s.stop("slack_app_token", said.Err)
		return
	}
	if where, ok := errors.AsType[*url.Error](err); ok {
		err = where.Err // the address may be that of a connection, which is a secret
	}
	s.mu.Lock()
	if limit, ok := errors.AsType[*slack.RateLimitedError](err); ok {
		l.next = latest(l.next, s.clock.Now().Add(limit.RetryAfter))
	}
	wait, end := l.next.Sub(s.clock.Now()), l.end
	s.mu.Unlock()
	end()
	s.log.Warn("cannot connect", "platform", "slack", "connection", l.number, "after", max(0, wait), "error", err)
}

// wired takes a new connection.
func (l *link) wired(c net.Conn) net.Conn {
	s := l.s
	s.mu.Lock()
	defer s.mu.Unlock()
	l.wire, l.dialed, l.greeted = newWire(l, c), s.clock.Now(), time.Time{}
	l.up, l.asked, l.retire = false, false, time.Time{}
	return l.wire
}

func (l *link) other() *link { return l.s.links[1-l.number] }

// see looks at a message from Slack, and says whether slack-go is not to get it.
func (l *link) see(w *wire, message []byte) (keep bool) {
	if !bytes.Contains(message, []byte(`"hello"`)) && !bytes.Contains(message, []byte(`"disconnect"`)) {
		return false
	}
	var m struct {
		Type   string `json:"type"`
		Reason string `json:"reason"`
		Debug  struct {
			Seconds int `json:"approximate_connection_time"`
		} `json:"debug_info"`
	}
	if json.Unmarshal(message, &m) != nil {
		return false
	}
	switch m.Type {
	case socketmode.RequestTypeHello:
		l.greet(w, time.Duration(m.Debug.Seconds)*time.Second)
	case socketmode.RequestTypeDisconnect:
		l.ask(w, m.Reason)
		return true
	}
	return false
}

// greet takes a hello.
func (l *link) greet(w *wire, life time.Duration) {
	if life <= 0 {
		life = lifeSpan
	}
	s, other, now := l.s, l.other(), l.s.clock.Now()
	s.mu.Lock()
	if l.wire != w || !l.greeted.IsZero() {
		s.mu.Unlock()
		return
	}
	gap := l.lost || !other.up
	l.greeted, l.up, l.lost, l.expires = now, true, false, now.Add(life)
	if apart := l.expires.Sub(other.expires).Abs(); other.up && l.retire.IsZero() && apart < life/4 {
		// Both would be asked to end at about the same time. Ended early once, this one stays half a life apart.
		l.expires = now.Add(life / 2)
		l.retire = l.expires
	}
	var old *wire
	if other.up && other.asked {
		old = other.giveUp() // it was only kept until this one was there
	}
	s.mu.Unlock()
	s.firstIsUp(l)
	old.end()
	s.log.Info("connected", "platform", "slack", "connection", l.number, "gap", gap)
	if gap {
		s.missed()
	}
}

// ask takes Slack's request to end a connection.
// https://docs.slack.dev/apis/events-api/using-socket-mode#disconnect
func (l *link) ask(w *wire, reason string) {
	s := l.s
	if reason == reasonDisabled {
		s.stop("slack_link_disabled", reason)
		return
	}
	s.mu.Lock()
	if l.wire != w {
		s.mu.Unlock()
		return
	}
	l.asked = true
	if reason == reasonCrowded {
		l.next = latest(l.next, s.clock.Now().Add(crowdedPause))
	}
	var old *wire
	if l.up && !l.other().up {
		l.retire = s.clock.Now().Add(retireSpan)
	} else {
		old = l.giveUp()
	}
	s.mu.Unlock()
	old.end()
	if reason == reasonCrowded {
		s.log.Warn("too many connections", "platform", "slack", "connection", l.number, "after", crowdedPause)
		return
	}
	s.log.Info("asked to disconnect", "platform", "slack", "connection", l.number, "reason", reason)
}

// The reasons of disconnects that matter.
const (
	reasonDisabled = "link_disabled"       // Socket Mode was switched off
	reasonCrowded  = "too_many_websockets" // not documented: https://github.com/slackapi/node-slack-sdk/issues/1654
)

// giveUp says that the connection is no longer up and returns it, to be ended without the lock. The caller holds the lock.
func (l *link) giveUp() *wire {
	l.up, l.retire = false, time.Time{}
	return l.wire
}

// end ends a connection, if there is one; slack-go then opens the next.
func (w *wire) end() {
	if w != nil {
		_ = w.Close()
	}
}

// ended takes note that a connection has ended, for whichever reason.
func (l *link) ended(w *wire) {
	s, now := l.s, l.s.clock.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	if l.wire != w {
		return
	}
	if !l.greeted.IsZero() && now.Sub(l.greeted) >= steadySpan {
		l.opened = 0
	}
	if !l.asked && s.ctx.Err() == nil {
		l.lost = true
		s.log.Warn("connection lost", "platform", "slack", "connection", l.number, "age", now.Sub(l.dialed))
	}
	l.giveUp()
	l.wire = nil
}

// watch ends connections that say nothing any more, or that have had their time.
func (l *link) watch(ctx context.Context) {
	for ctx.Err() == nil {
		sleep(ctx, l.s.clock, l.patience())
		l.judge().end()
	}
}

// patience is how long there is nothing to judge. Whatever the link is given to do meanwhile takes longer than watchMost.
func (l *link) patience() time.Duration {
	s, now := l.s, l.s.clock.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	wait := watchMost
	if l.wire != nil {
		wait = min(wait, silenceMost-now.Sub(time.Unix(0, l.wire.heard.Load())))
	}
	if l.wire != nil && l.greeted.IsZero() {
		wait = min(wait, greetSpan-now.Sub(l.dialed))
	}
	if !l.retire.IsZero() {
		wait = min(wait, l.retire.Sub(now))
	}
	return max(wait, watchLeast)
}

// judge returns the connection if it is to be ended.
func (l *link) judge() *wire {
	s, now := l.s, l.s.clock.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case l.wire == nil:
		return nil
	case l.greeted.IsZero() && now.Sub(l.dialed) >= greetSpan, now.Sub(time.Unix(0, l.wire.heard.Load())) >= silenceMost:
		if l.up {
			s.log.Warn("silent connection", "platform", "slack", "connection", l.number)
		}
		return l.giveUp()
	case !l.retire.IsZero() && !now.Before(l.retire) && (l.asked || l.other().up):
		l.asked = true
		return l.giveUp()
	}
	return nil
}

// firstIsUp lets the second link begin.
func (s *sockets) firstIsUp(l *link) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if l.number == 0 && !s.begun {
		s.begun = true
		close(s.first)
	}
}
