package discord

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"strconv"
	"sync"
	"time"

	"rewind/bot"
)

// The limits that Discord documents, with room below them for what is counted elsewhere or arrives in a bunch.
const (
	// paceOf is how far apart the requests of the whole bot are: 45 a second, where 50 are allowed.
	// https://discord.com/developers/docs/topics/rate-limits#global-rate-limit
	paceOf = time.Second / 45
	// mostInvalid is after how many refusals nothing is asked any more, and mostInvalidFree after how many no interaction is
	// answered any more. At 10,000 in invalidSpan Cloudflare shuts the whole address out.
	// https://discord.com/developers/docs/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans
	mostInvalid     = 1_000
	mostInvalidFree = 5_000
	invalidSpan     = 10 * time.Minute
	// cloudflareSpan is how long to be silent where Cloudflare does not say; its bans last as long as invalidSpan at least.
	cloudflareSpan = invalidSpan
)

const (
	// patience is how long a request waits for a limit. What must wait longer fails at once and comes again, so that it does
	// not hold the place of something that could be sent.
	patience = 2 * time.Second
	// limitedSpan is how long to wait after a 429 of Discord's own that does not say.
	limitedSpan = 5 * time.Second
	// sweepEvery is how often buckets that are not used any more are forgotten: every interaction has its own.
	sweepEvery = time.Minute
)

// limits keeps requests within what Discord allows. A request that must wait stands in line, first come first served,
// first at its bucket and then at the whole bot's pace; answers to interactions pass by the latter. One that would wait
// longer than patience is turned away with a time to come back at. Those times are as far apart as requests may be, so
// that a thousand that are turned away together come back one by one, and lose nothing by it.
type limits struct {
	clock bot.Clock

	mu      sync.Mutex // guards the fields below; nobody waits while holding it
	pace    pace
	held    time.Time // until when the whole bot must wait, but for answers to interactions
	banned  time.Time // until when nobody is heard
	invalid tally
	known   map[string]window // what is known of a route's buckets, by its name
	buckets map[string]*bucket
	swept   time.Time
}

// window is what the buckets of a route have in common.
type window struct {
	bucket string // Discord's name for them; "" where it names no limit
	limit  int
	per    time.Duration
}

func newLimits(clock bot.Clock) *limits {
	return &limits{clock: clock, known: map[string]window{}, buckets: map[string]*bucket{}}
}

// pass is the permission to send one request. It must be given back.
type pass struct {
	route  route
	bucket *bucket
}

// admit waits until a request may be sent, no longer than patience. Its errors are failures in which nothing was done.
func (l *limits) admit(ctx context.Context, r route) (pass, error) {
	until := l.clock.Now().Add(patience)
	for {
		b, err := l.join(r, until)
		if err != nil {
			return pass{}, err
		}
		again, err := l.queue(ctx, r, b, until)
		if err != nil {
			return pass{}, err
		}
		if again {
			continue // the bucket turned out to be another one
		}
		if err := l.keepPace(ctx, r, until); err != nil {
			l.giveBack(b)
			return pass{}, err
		}
		return pass{r, b}, nil
	}
}

// join finds the request's bucket and stands in its line, unless that line is too long.
func (l *limits) join(r route, until time.Time) (*bucket, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.clock.Now()
	if f := l.shut(r, now); f != nil {
		return nil, f
	}
	l.sweep(now)
	b := l.bucket(r)
	b.touched = now
	if at := b.soonest(now); at.After(until) {
		return nil, turnedAway(b.comeBack(at, now).Sub(now))
	}
	b.waiting++
	return b, nil
}

// queue waits in a bucket's line and then for the bucket. It returns true if the bucket is known under another name now.
func (l *limits) queue(ctx context.Context, r route, b *bucket, until time.Time) (again bool, err error) {
	timer, release := l.clock.After(until.Sub(l.clock.Now()))
	defer release()
	defer func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		b.waiting--
	}()
	select {
	case b.turn <- struct{}{}:
		defer func() { <-b.turn }()
	case <-ctx.Done():
		return false, unsent(ctx)
	case <-timer:
		return false, l.late(b)
	}
	for {
		l.mu.Lock()
		now := l.clock.Now()
		if f := l.shut(r, now); f != nil {
			l.mu.Unlock()
			return false, f
		}
		if b.renamed {
			l.mu.Unlock()
			return true, nil
		}
		at, ready := b.take(now)
		news := b.news
		l.mu.Unlock()
		switch {
		case ready:
			return false, nil
		case at.After(until):
			return false, l.late(b)
		}
		var open <-chan time.Time
		free := func() {}
		if !at.IsZero() {
			open, free = l.clock.After(at.Sub(now))
		}
		select {
		case <-open:
		case <-news:
		case <-ctx.Done():
			free()
			return false, unsent(ctx)
		case <-timer:
			free()
			return false, l.late(b)
		}
		free()
	}
}

// late turns a request away that waited at a bucket as long as it could.
func (l *limits) late(b *bucket) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.clock.Now()
	return turnedAway(b.comeBack(b.soonest(now), now).Sub(now))
}

// keepPace waits for the whole bot's pace. Answers to interactions need not.
func (l *limits) keepPace(ctx context.Context, r route, until time.Time) error {
	for !r.free {
		l.mu.Lock()
		now := l.clock.Now()
		at, ok := l.pace.reserve(now, l.held, until)
		l.mu.Unlock()
		switch {
		case !ok:
			return turnedAway(at.Sub(now))
		case at.After(now):
			timer, release := l.clock.After(at.Sub(now))
			select {
			case <-timer:
				release()
			case <-ctx.Done():
				release()
				return unsent(ctx)
			}
		}
		l.mu.Lock()
		held, f := l.held, l.shut(r, l.clock.Now())
		l.mu.Unlock()
		if f != nil {
			return f
		}
		if !held.After(at) {
			break
		} // else the whole bot was told to wait meanwhile
	}
	return nil
}

// shut is why nothing is sent at all. The caller holds l.mu.
func (l *limits) shut(r route, now time.Time) *bot.Failure {
	most := mostInvalid
	if r.free {
		most = mostInvalidFree
	}
	if wait := l.banned.Sub(now); wait > 0 {
		return wide(wait, "cloudflare shuts the bot out")
	}
	if wait := l.invalid.wait(now, most); wait > 0 {
		return wide(wait, "too many requests were refused")
	}
	if wait := l.held.Sub(now); wait > patience && !r.free {
		return wide(wait, "discord limits the bot")
	}
	return nil
}

func wide(after time.Duration, text string) *bot.Failure {
	return &bot.Failure{Outcome: bot.NotDone, After: after, Wide: true, Err: &answered{text: text}}
}

func turnedAway(after time.Duration) *bot.Failure {
	return &bot.Failure{Outcome: bot.NotDone, After: after, Err: &answered{text: "discord's limits are used up for now"}}
}

func unsent(ctx context.Context) *bot.Failure {
	return &bot.Failure{Outcome: bot.NotDone, Err: fmt.Errorf("not sent: %w", ctx.Err())}
}

// bucket finds or makes the bucket of a route. The caller holds l.mu.
func (l *limits) bucket(r route) *bucket {
	w, known := l.known[r.name]
	key := bucketKey(r, w)
	b := l.buckets[key]
	if b == nil {
		b = &bucket{window: w, learned: known, turn: make(chan struct{}, 1), news: make(chan struct{})}
		l.buckets[key] = b
	}
	return b
}

// bucketKey names a bucket: as Discord does once it did, and always with what it belongs to.
func bucketKey(r route, w window) string {
	if w.bucket != "" {
		return w.bucket + " " + r.major
	}
	return r.name + " " + r.major
}

// giveBack returns the place of a request that was not sent.
func (l *limits) giveBack(b *bucket) {
	l.mu.Lock()
	defer l.mu.Unlock()
	b.flying--
	b.left++
	b.tell()
}

// lost takes note of a request that got no answer. Whether it was counted is not known.
func (l *limits) lost(p pass) {
	l.mu.Lock()
	defer l.mu.Unlock()
	p.bucket.flying--
	p.bucket.tell()
}

// heard learns from an answer, and says what a 429 asks for. html says that the answer is no JSON and so none of Discord's.
func (l *limits) heard(p pass, status int, h http.Header, html bool) *bot.Failure {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.clock.Now()
	b := p.bucket
	b.flying--
	b.tell()
	scope := h.Get("X-RateLimit-Scope")
	if status == http.StatusUnauthorized || status == http.StatusForbidden || status == http.StatusTooManyRequests && scope != "shared" {
		l.invalid.add(now)
	}
	if w, left, reset, ok := windowOf(h); ok {
		b = l.learn(p, w)
		b.correct(w, left, now.Add(reset), now)
		b.tell()
	} else if status < 500 && status != http.StatusTooManyRequests && !b.learned {
		l.known[p.route.name], b.learned = window{}, true
	}
	if status != http.StatusTooManyRequests {
		return nil
	}
	after, said := retryAfter(h)
	switch {
	case html:
		if !said {
			after = cloudflareSpan
		}
		l.banned = latest(l.banned, now.Add(after))
		return wide(after, "cloudflare shuts the bot out")
	case scope == "global" || h.Get("X-RateLimit-Global") != "":
		l.held = latest(l.held, now.Add(after))
		return wide(after, "discord limits the bot")
	}
	b.closed = latest(b.closed, now.Add(after))
	return turnedAway(b.comeBack(b.closed, now).Sub(now))
}

// learn notes what is now known of a route, and returns the bucket, which may be another one than it was thought to be.
// The caller holds l.mu.
func (l *limits) learn(p pass, w window) *bucket {
	was := l.known[p.route.name]
	w.per = max(w.per, was.per)
	l.known[p.route.name] = w
	if p.bucket.bucket == w.bucket {
		return p.bucket
	}
	key := bucketKey(p.route, w)
	b := l.buckets[key]
	if b == nil {
		b = &bucket{window: w, learned: true, left: w.limit, turn: make(chan struct{}, 1), news: make(chan struct{})}
		l.buckets[key] = b
	}
	b.touched = latest(b.touched, p.bucket.touched)
	p.bucket.renamed = true
	if old := bucketKey(p.route, was); l.buckets[old] == p.bucket {
		delete(l.buckets, old)
	}
	return b
}

// sweep forgets buckets that are full again and that nobody waits for. The caller holds l.mu.
func (l *limits) sweep(now time.Time) {
	if now.Sub(l.swept) < sweepEvery {
		return
	}
	l.swept = now
	maps.DeleteFunc(l.buckets, func(_ string, b *bucket) bool {
		idle := b.waiting == 0 && b.flying == 0 && now.Sub(b.touched) >= sweepEvery
		return idle && !b.reset.After(now) && !b.closed.After(now)
	})
}

// windowOf reads what an answer says of its bucket.
// https://discord.com/developers/docs/topics/rate-limits#header-format
func windowOf(h http.Header) (w window, left int, reset time.Duration, ok bool) {
	w.bucket = h.Get("X-RateLimit-Bucket")
	limit, errLimit := strconv.Atoi(h.Get("X-RateLimit-Limit"))
	left, errLeft := strconv.Atoi(h.Get("X-RateLimit-Remaining"))
	reset, errReset := seconds(h.Get("X-RateLimit-Reset-After"))
	if w.bucket == "" || errLimit != nil || errLeft != nil || errReset != nil || limit < 1 {
		return window{}, 0, 0, false
	}
	w.limit, w.per = limit, reset
	return w, left, reset, true
}

// retryAfter is how long a 429 asks to wait, and whether it says so at all.
func retryAfter(h http.Header) (time.Duration, bool) {
	for _, name := range []string{"Retry-After", "X-RateLimit-Reset-After"} {
		if d, err := seconds(h.Get(name)); err == nil && d > 0 {
			return d, true
		}
	}
	return limitedSpan, false
}

// seconds reads a number of seconds, of which no header has more than a week's.
func seconds(text string) (time.Duration, error) {
	s, err := strconv.ParseFloat(text, 64)
	if err != nil || !(s >= 0) {
		return 0, strconv.ErrSyntax
	}
	return time.Duration(min(s, 7*24*3600) * float64(time.Second)), nil
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
