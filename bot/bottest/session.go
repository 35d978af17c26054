package bottest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"rewind/bot"
)

// patience is how long a case waits for what must come. Platforms under test answer at once, so that only a broken one is
// waited for.
const patience = 10 * time.Second

// now is the platform's time.
func (s Subject) now() time.Time {
	if s.Now == nil {
		return time.Now()
	}
	return s.Now()
}

// text returns a delivery that says something in the channel.
func (s Subject) text(key, text string) bot.Delivery {
	return bot.Delivery{Key: key, Op: bot.Say, To: bot.Place{Channel: s.Channel}, Body: bot.Message{Text: text}}
}

// deliver carries out what must succeed.
func deliver(tb TB, s Subject, d bot.Delivery) bot.Receipt {
	tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	r, err := s.Platform.Deliver(ctx, d)
	if err != nil {
		tb.Fatalf("deliver %s %q: %v", d.Op, d.Key, err)
	}
	if r.ID == "" || r.At.IsZero() {
		tb.Errorf("deliver %s %q: the receipt %+v lacks the ID or the time", d.Op, d.Key, r)
	}
	return r
}

// fail carries out what must fail, with one of the outcomes if any are named.
func fail(tb TB, s Subject, d bot.Delivery, want ...bot.Outcome) *bot.Failure {
	tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	_, err := s.Platform.Deliver(ctx, d)
	return failed(tb, err, want...)
}

func failed(tb TB, err error, want ...bot.Outcome) *bot.Failure {
	tb.Helper()
	if err == nil {
		tb.Fatalf("the delivery succeeded, and must fail")
	}
	var f *bot.Failure
	if !errors.As(err, &f) || f == nil {
		tb.Fatalf("the error %q is no *bot.Failure", err)
	}
	if f.Err == nil {
		tb.Fatalf("the failure has no cause")
	}
	if f.Outcome < bot.Refused || f.Outcome > bot.Unknown {
		tb.Fatalf("the outcome %d is none", f.Outcome)
	}
	if len(want) > 0 && !slices.Contains(want, f.Outcome) {
		tb.Errorf("the delivery failed with %q, want %v", f, want)
	}
	return f
}

// posted checks that a text stands in the channel so often, and returns where it does.
func posted(tb TB, s Subject, text string, times int) []Post {
	tb.Helper()
	return among(tb, s.Posts(), text, times)
}

func among(tb TB, posts []Post, text string, times int) []Post {
	tb.Helper()
	var found []Post
	for _, p := range posts {
		if strings.Contains(p.Text, text) {
			found = append(found, p)
		}
	}
	if len(found) != times {
		tb.Fatalf("%q stands there %d times, want %d", text, len(found), times)
	}
	return found
}

// open posts a question and opens a thread under it.
func open(tb TB, s Subject) bot.Thread {
	tb.Helper()
	post := deliver(tb, s, s.text("question", "a question"))
	r := deliver(tb, s, bot.Delivery{Key: "question/thread", Op: bot.OpenThread, To: bot.Place{Channel: s.Channel, Message: post.ID}, Body: bot.Message{Text: "answers"}})
	return bot.Thread{Channel: s.Channel, ID: r.ID}
}

// read returns a thread that must be readable.
func read(tb TB, s Subject, t bot.Thread) bot.Snapshot {
	tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	snap, err := s.Platform.Read(ctx, t)
	if err != nil {
		tb.Fatalf("read a thread: %v", err)
	}
	return snap
}

// recorder is a handler that writes down what it is told.
type recorder struct {
	// onCommand and onComment decide the answer; set before listening. Nil takes everything and replies "noted".
	onCommand func(ctx context.Context, c bot.Command, answer func(context.Context, bot.Reply) error) error
	onComment func(c bot.Comment) error

	mu        sync.Mutex // guards what follows
	comments  []bot.Comment
	reactions []bot.Reaction
	commands  []bot.Command
	gaps      []string
	changed   chan struct{} // closed and replaced at every report
}

func (r *recorder) Command(ctx context.Context, c bot.Command, answer func(context.Context, bot.Reply) error) error {
	r.report(func() { r.commands = append(r.commands, c) })
	if r.onCommand != nil {
		return r.onCommand(ctx, c, answer)
	}
	return answer(ctx, bot.Reply{Message: bot.Message{Text: "noted"}})
}

func (r *recorder) Comment(_ context.Context, c bot.Comment) error {
	r.report(func() { r.comments = append(r.comments, c) })
	if r.onComment != nil {
		return r.onComment(c)
	}
	return nil
}

func (r *recorder) Gap(_ context.Context, platform string) error {
	r.report(func() { r.gaps = append(r.gaps, platform) })
	return nil
}

func (r *recorder) Reaction(_ context.Context, reaction bot.Reaction) error {
	r.report(func() { r.reactions = append(r.reactions, reaction) })
	return nil
}

func (r *recorder) Complete(context.Context, bot.Command, string, string) ([]bot.Choice, error) {
	return nil, nil
}

func (r *recorder) Joined(context.Context, bot.Workspace) error { return nil }

func (r *recorder) Left(context.Context, string, string) error { return nil }

func (r *recorder) Tell(context.Context, string, string, string) error { return nil }

func (r *recorder) report(note func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	note()
	if r.changed != nil {
		close(r.changed)
		r.changed = nil
	}
}

// wait returns once there is what is waited for; seen is called with the lock held.
func (r *recorder) wait(tb TB, what string, seen func() bool) {
	tb.Helper()
	if !r.await(seen) {
		tb.Fatalf("no %s came", what)
	}
}

// await reports whether seen became true before patience ended.
func (r *recorder) await(seen func() bool) bool {
	end := time.NewTimer(patience)
	defer end.Stop()
	for {
		r.mu.Lock()
		if seen() {
			r.mu.Unlock()
			return true
		}
		if r.changed == nil {
			r.changed = make(chan struct{})
		}
		changed := r.changed
		r.mu.Unlock()
		select {
		case <-changed:
		case <-end.C:
			return false
		}
	}
}

// comment waits for a report of a comment that fits.
func (r *recorder) comment(tb TB, what string, fits func(bot.Comment) bool) bot.Comment {
	tb.Helper()
	var found bot.Comment
	r.wait(tb, what, func() bool {
		i := slices.IndexFunc(r.comments, fits)
		if i >= 0 {
			found = r.comments[i]
		}
		return i >= 0
	})
	return found
}

// said waits for the comment with that ID.
func (r *recorder) said(tb TB, id string) bot.Comment {
	tb.Helper()
	return r.comment(tb, "report of comment "+id, func(c bot.Comment) bool { return c.ID == id })
}

// listen makes the platform report to r until stop is called, which waits for it. A lost connection is taken up again.
func listen(tb TB, s Subject, r *recorder) (stop func()) {
	tb.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	early := false // read after done
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			if err := s.Platform.Listen(ctx, r); err == nil && ctx.Err() == nil {
				early = true
			}
			pause(ctx, 10*time.Millisecond)
		}
	}()
	stop = func() {
		cancel()
		if !soon(done) {
			tb.Errorf("listen did not end with its context")
			return
		}
		if early {
			tb.Errorf("listen returned no error although nobody had told it to end")
		}
	}
	if !s.ready(r) {
		stop()
		tb.Fatalf("the platform does not listen, or reported no gap when it began")
	}
	return stop
}

// ready waits until the platform listens.
func (s Subject) ready(r *recorder) bool {
	if s.Ready == nil {
		return r.await(func() bool { return len(r.gaps) > 0 })
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return s.Ready(ctx) == nil
}

// soon reports whether done is closed before patience ends.
func soon(done <-chan struct{}) bool {
	end := time.NewTimer(patience)
	defer end.Stop()
	select {
	case <-done:
		return true
	case <-end.C:
		return false
	}
}

// pause waits, but not longer than ctx.
func pause(ctx context.Context, d time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	<-ctx.Done()
}
