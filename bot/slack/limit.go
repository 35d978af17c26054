package slack

import (
	"context"
	"slices"
	"sync"
	"time"

	"rewind/bot"
)

// Here requests are held to Slack's limits before Slack has to do it.

// The tiers: how many requests of a method a workspace allows in a minute.
// https://docs.slack.dev/apis/web-api/rate-limits
const (
	tier2   = 20
	tier3   = 50
	tier4   = 100
	special = 240 // "hundreds of requests per minute", and "several hundred messages per minute" for posts
	perTier = time.Minute
)

// What goes to an address of its own has no tier.
const (
	responseURL = "response_url"
	fileURL     = "file"
)

// postMethod is the method that has a limit for each channel as well.
const postMethod = "chat.postMessage"

// tierOf is how many requests of a method are allowed in a minute; 0 is no limit.
// https://docs.slack.dev/reference/methods
func tierOf(method string) int {
	switch method {
	case responseURL, fileURL:
		return 0
	case postMethod, "auth.test", "chat.getPermalink":
		return special
	case "chat.postEphemeral", "users.info", "conversations.members", "files.info", "views.open", "views.push", "views.update", "views.publish":
		return tier4
	case "conversations.list", "pins.add", "pins.remove", "reactions.remove", "users.list", "usergroups.list":
		return tier2
	}
	return tier3
}

// pace is how fast one may post in a channel: a message each every, and burst of them at once after a silence.
type pace struct {
	every time.Duration
	burst int
}

// postPace is Slack's own: one a second, while "short bursts" are allowed but not given in numbers.
// https://docs.slack.dev/apis/web-api/rate-limits#posting-messages
var postPace = pace{every: time.Second, burst: 3}

// mostPlaces is how many channels are remembered before those are forgotten that hold nobody up.
const mostPlaces = 1024

// limiter holds the requests of one workspace to its limits. A request takes its turn at once, even if that is in the
// future, so that those for one channel go out in the order in which they came, and no channel waits for another one.
type limiter struct {
	clock bot.Clock
	pace  pace

	mu      sync.Mutex             // guards the fields below; nobody waits while holding it
	turns   map[string][]time.Time // by method: the latest turns, sorted, as many as its tier allows
	empty   map[string]time.Time   // by channel: when the bucket is empty that leaks a message each pace.every
	blocked map[limited]time.Time  // until when Slack asked to wait
}

// limited is where a limit holds: for a method, or for a method in one channel.
type limited struct{ method, channel string }

func newLimiter(clock bot.Clock, p pace) *limiter {
	return &limiter{clock: clock, pace: p, turns: map[string][]time.Time{}, empty: map[string]time.Time{}, blocked: map[limited]time.Time{}}
}

// wait waits for a request's turn. If that is further away than most, no turn is taken, and how far it is comes back at
// once. The channel counts for posts only. A turn that its context does not wait for is lost.
func (l *limiter) wait(ctx context.Context, method, channel string, most time.Duration) (after time.Duration, err error) {
	if deadline, ok := ctx.Deadline(); ok {
		most = min(most, time.Until(deadline))
	}
	wait, ok := l.take(method, channel, most)
	if !ok {
		return wait, nil
	}
	if wait <= 0 {
		return 0, ctx.Err()
	}
	turn, release := l.clock.After(wait)
	defer release()
	select {
	case <-turn:
		return 0, ctx.Err()
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

// take takes the next turn of a request and says how far it is, unless that is further than most.
func (l *limiter) take(method, channel string, most time.Duration) (wait time.Duration, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.clock.Now()
	at := latest(now, l.blocked[limited{method, ""}], l.blocked[limited{method, channel}])
	turns, tier := l.turns[method], tierOf(method)
	if tier > 0 && len(turns) >= tier {
		at = latest(at, turns[len(turns)-tier].Add(perTier))
	}
	if method == postMethod {
		at = latest(at, l.empty[channel].Add(-time.Duration(l.pace.burst-1)*l.pace.every))
	}
	if wait = at.Sub(now); wait > max(0, most) {
		return wait, false
	}
	if tier > 0 {
		i, _ := slices.BinarySearchFunc(turns, at, time.Time.Compare)
		turns = slices.Insert(turns, i, at)
		l.turns[method] = turns[max(0, len(turns)-tier):]
	}
	if method == postMethod {
		forget(l.empty, now)
		l.empty[channel] = latest(at, l.empty[channel]).Add(l.pace.every)
	}
	return wait, true
}

// block keeps requests back for as long as Slack asked. A limit of posts is taken for the channel's; Slack does not say
// whether it is that or the workspace's, so where it meets two channels at a time it is taken for the workspace's.
func (l *limiter) block(method, channel string, span time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.clock.Now()
	until := now.Add(span)
	if method != postMethod {
		channel = ""
	}
	forget(l.blocked, now)
	for other, end := range l.blocked {
		if other.method == method && other.channel != channel && end.After(now) {
			channel = ""
			break
		}
	}
	l.blocked[limited{method, channel}] = latest(until, l.blocked[limited{method, channel}])
}

// forget drops what is over, once there is much of it.
func forget[K comparable](ends map[K]time.Time, now time.Time) {
	if len(ends) < mostPlaces {
		return
	}
	for k, end := range ends {
		if !end.After(now) {
			delete(ends, k)
		}
	}
}

func latest(times ...time.Time) time.Time { return slices.MaxFunc(times, time.Time.Compare) }
