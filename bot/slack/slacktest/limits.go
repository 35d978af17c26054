package slacktest

import (
	"math"
	"net/http"
	"strconv"
	"time"
)

// Limit allows Requests in each window of time.
type Limit struct {
	Requests int
	Per      time.Duration
}

// The tiers of methods, for each method and workspace.
// https://docs.slack.dev/apis/web-api/rate-limits
var tiers = map[int]Limit{1: {1, time.Minute}, 2: {20, time.Minute}, 3: {50, time.Minute}, 4: {100, time.Minute}}

// The limits that have no tier.
var (
	// postLimit is that of posts in one channel: one a second, and "short bursts", which are not given in numbers.
	// https://docs.slack.dev/apis/web-api/rate-limits#posting-messages
	postEvery = time.Second
	postBurst = 3
	// allPosts is that of posts in one workspace: "several hundred messages per minute".
	allPosts = Limit{300, time.Minute}
	// historyLimit is that of apps distributed outside of the Marketplace.
	// https://docs.slack.dev/apis/web-api/rate-limits#rate-limit-changes
	historyLimit = Limit{1, time.Minute}
	historyPage  = 15
)

// limits counts requests.
type limits struct {
	own     map[string]Limit // of methods, set by the test
	every   time.Duration
	burst   int
	windows map[string]*window
	posts   map[string]time.Time // by channel: when the bucket that leaks once per postEvery is empty
}

type window struct {
	began time.Time
	used  int
}

func newLimits() limits {
	return limits{own: map[string]Limit{}, every: postEvery, burst: postBurst, windows: map[string]*window{}, posts: map[string]time.Time{}}
}

// take counts one request and says how long to wait if it was one too many.
func (w *window) take(l Limit, at time.Time) (wait time.Duration, ok bool) {
	if w.began.IsZero() || at.Sub(w.began) >= l.Per {
		*w = window{began: at}
	}
	if w.used >= l.Requests {
		return l.Per - at.Sub(w.began), false
	}
	w.used++
	return 0, true
}

// SetLimit sets the limit of a method in a workspace instead of the one of its tier.
func (s *Server) SetLimit(method string, l Limit) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.limits.own[method] = l
}

// SetPostLimit sets how many messages the bot may post at once in a channel, and how long it takes until it may post another.
func (s *Server) SetPostLimit(burst int, every time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.limits.burst, s.limits.every = burst, every
}

// limited counts r against its limits and answers it if there was one too many. The caller holds s.mu.
func (s *Server) limited(r *request) *answer {
	l, at := &s.limits, time.Now()
	limit, ok := l.own[r.method]
	switch {
	case ok:
	case r.method == "chat.postMessage":
		limit = allPosts
	case s.app.distributed && (r.method == "conversations.history" || r.method == "conversations.replies"):
		limit = historyLimit
	default:
		limit = tiers[r.entry.tier]
	}
	workspace := ""
	if r.workspace != nil {
		workspace = r.workspace.id
	}
	if limit.Requests > 0 {
		key := workspace + " " + r.method
		if l.windows[key] == nil {
			l.windows[key] = &window{}
		}
		if wait, ok := l.windows[key].take(limit, at); !ok {
			return tooMany(wait)
		}
	}
	if r.method == "chat.postMessage" {
		return l.post(workspace+" "+r.args.String("channel"), at)
	}
	return nil
}

// post counts a message in a channel.
func (l *limits) post(channel string, at time.Time) *answer {
	empty := l.posts[channel]
	if empty.Before(at) {
		empty = at
	}
	if over := empty.Add(l.every).Sub(at.Add(time.Duration(l.burst) * l.every)); over > 0 {
		return tooMany(over)
	}
	l.posts[channel] = empty.Add(l.every)
	return nil
}

// tooMany is the answer to one request too many.
func tooMany(after time.Duration) *answer {
	return &answer{status: http.StatusTooManyRequests, kind: "application/json", body: []byte(`{"ok":false,"error":"ratelimited"}`),
		header: map[string]string{"Retry-After": strconv.Itoa(max(1, int(math.Ceil(after.Seconds()))))}}
}
