package discordtest

import (
	"fmt"
	"hash/fnv"
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

// The limits that are documented. Those of buckets are not: clients are told to read them from the headers.
// https://discord.com/developers/docs/topics/rate-limits
var (
	globalLimit   = Limit{50, time.Second}
	invalidLimit  = Limit{10_000, 10 * time.Minute}
	defaultBucket = Limit{50, time.Second}
)

// limits counts requests. Each bucket is a route with the channel, guild or webhook it concerns.
type limits struct {
	global  Limit
	bucket  map[string]Limit // by route
	invalid Limit

	windows       map[string]*window
	globally      window
	invalids      window
	invalidsTotal int
	banned        time.Time // until when Cloudflare answers for Discord
}

type window struct {
	began time.Time
	used  int
}

func newLimits() limits {
	return limits{global: globalLimit, invalid: invalidLimit, bucket: map[string]Limit{}, windows: map[string]*window{}}
}

// take counts one request and says how long to wait if it was one too many.
func (w *window) take(l Limit, at time.Time) (left int, reset time.Duration, ok bool) {
	if w.began.IsZero() || at.Sub(w.began) >= l.Per {
		*w = window{began: at}
	}
	reset = l.Per - at.Sub(w.began)
	if w.used >= l.Requests {
		return 0, reset, false
	}
	w.used++
	return l.Requests - w.used, reset, true
}

// SetLimit sets the limit of every bucket of a route, such as "POST /channels/{channel_id}/messages".
func (s *Server) SetLimit(route string, l Limit) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.limits.bucket[route] = l
}

// SetGlobalLimit sets the limit of the whole bot; Discord's is 50 a second.
func (s *Server) SetGlobalLimit(l Limit) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.limits.global = l
}

// SetInvalidLimit sets after how many invalid requests Cloudflare bans the bot; Discord's limit is 10,000 in ten minutes.
func (s *Server) SetInvalidLimit(l Limit) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.limits.invalid = l
}

// InvalidRequests counts the answers with 401, 403 and 429 so far, except those for limits that are shared.
func (s *Server) InvalidRequests() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.limits.invalidsTotal
}

// limited counts r against its limits and answers it if there was one too many. The caller holds s.mu.
// Answers to interactions are outside of the global limit.
func (s *Server) limited(r *request) *answer {
	l, at := &s.limits, time.Now()
	if at.Before(l.banned) {
		return cloudflare(time.Until(l.banned))
	}
	if !r.interaction() {
		if _, reset, ok := l.globally.take(l.global, at); !ok {
			return tooMany("global", reset)
		}
	}
	limit, ok := l.bucket[r.route]
	if !ok {
		limit = defaultBucket
	}
	key := r.route + " " + r.major()
	w := l.windows[key]
	if w == nil {
		w = &window{}
		l.windows[key] = w
	}
	left, reset, ok := w.take(limit, at)
	r.headers = bucketHeaders(r.route, limit.Requests, left, reset)
	if !ok {
		a := tooMany("user", reset)
		for k, v := range r.headers {
			a.headers[k] = v
		}
		return a
	}
	return nil
}

func bucketHeaders(route string, limit, left int, reset time.Duration) map[string]string {
	h := fnv.New64a()
	_, _ = h.Write([]byte(route))
	return map[string]string{
		"X-RateLimit-Bucket":      fmt.Sprintf("%016x", h.Sum64()),
		"X-RateLimit-Limit":       strconv.Itoa(limit),
		"X-RateLimit-Remaining":   strconv.Itoa(left),
		"X-RateLimit-Reset":       strconv.FormatFloat(float64(time.Now().Add(reset).UnixMilli())/1000, 'f', 3, 64),
		"X-RateLimit-Reset-After": strconv.FormatFloat(reset.Seconds(), 'f', 3, 64),
	}
}

// tooMany is a 429 of Discord's own. The scope is "user", "global" or "shared".
func tooMany(scope string, after time.Duration) *answer {
	a := &answer{status: http.StatusTooManyRequests, headers: map[string]string{
		"Retry-After":       strconv.Itoa(int(math.Ceil(after.Seconds()))),
		"X-RateLimit-Scope": scope,
	}}
	if scope == "global" {
		a.headers["X-RateLimit-Global"] = "true"
	}
	message := "You are being rate limited."
	if scope == "shared" {
		message = "The resource is being rate limited."
	}
	a.body = map[string]any{"code": 0, "message": message, "global": scope == "global",
		"retry_after": math.Ceil(after.Seconds()*1000) / 1000}
	return a
}

// cloudflare is the 429 of the network before Discord: a page for people, and none of Discord's headers.
func cloudflare(after time.Duration) *answer {
	a := &answer{status: http.StatusTooManyRequests, html: "<!doctype html><title>Access denied</title><p>error code: 1015"}
	if after > 0 {
		a.headers = map[string]string{"Retry-After": strconv.Itoa(int(math.Ceil(after.Seconds())))}
	}
	return a
}

// countInvalid counts an answer if it is one that Discord counts, and bans whoever had too many.
// https://discord.com/developers/docs/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans
func (s *Server) countInvalid(a *answer) {
	switch {
	case a.status != http.StatusUnauthorized && a.status != http.StatusForbidden && a.status != http.StatusTooManyRequests:
		return
	case a.headers["X-RateLimit-Scope"] == "shared":
		return
	}
	l := &s.limits
	l.invalidsTotal++
	if left, reset, _ := l.invalids.take(l.invalid, time.Now()); left == 0 && time.Now().After(l.banned) {
		l.banned = time.Now().Add(reset)
	}
}
