package slack

import (
	"context"
	"sync"
	"time"

	"rewind/bot"
)

// Here a command is answered. The bot may answer more than once, while Slack lets only few answers be changed: so a first one waits a
// little for a better one, and is said when the command takes longer.

// holdSpan is how long the first answer waits for a better one while the command goes on.
const holdSpan = time.Second

// teller tells one person what came of their command, in one place. Its methods are not called at the same time.
type teller interface {
	// open opens a form, and says whether it did.
	open(ctx context.Context, f bot.Form) (opened bool)
	// tell shows an answer; a later one replaces it where that is possible.
	tell(ctx context.Context, a answer) error
}

// answer is what the bot replies, and whether the command failed.
type answer struct {
	bot.Reply
	failed bool
}

// answering is the answering of one command.
type answering struct {
	*session
	to    teller
	over  chan struct{} // closed when there are no more answers
	signs sync.WaitGroup

	mu      sync.Mutex // guards what follows; nobody waits while holding it
	begun   bool
	waiting *bot.Reply // the newest answer that is not said yet
}

// answer takes an answer of the bot. A form is opened at once, since that is possible for three seconds only.
func (a *answering) answer(ctx context.Context, r bot.Reply) error {
	if r.Form != nil && a.to.open(ctx, *r.Form) {
		return nil
	}
	a.mu.Lock()
	first := !a.begun
	a.begun, a.waiting = true, &r
	a.mu.Unlock()
	if first {
		a.signs.Go(func() {
			if err := guard(func() { a.hold(ctx) }); err != nil {
				a.p.o.Log.Error("panicked", "what", "answer a command of slack", "panic", err)
			}
		})
	}
	return nil
}

// hold says the answer that waits when it has waited for long enough.
func (a *answering) hold(ctx context.Context) {
	late, release := a.p.o.Clock.After(holdSpan)
	defer release()
	select {
	case <-a.over:
		return
	case <-late:
	}
	if err := a.say(ctx, false); err != nil {
		a.p.o.Log.Warn("no sign of a slow command given", "platform", name, "error", err)
	}
}

// finish says what waits. There are no more answers by then.
func (a *answering) finish(ctx context.Context, failed bool) error {
	close(a.over)
	a.signs.Wait()
	return a.say(ctx, failed)
}

func (a *answering) say(ctx context.Context, failed bool) error {
	a.mu.Lock()
	r := a.waiting
	a.waiting = nil
	a.mu.Unlock()
	if r == nil {
		return nil
	}
	return a.to.tell(ctx, answer{*r, failed})
}

// How often telling is tried, and how long it waits at most where Slack asks for it.
const (
	mostTries = 3
	mostWait  = time.Minute
)

// again does something until it is done or refused. What may have been done is done again only where that is harmless: where one person
// sees a text twice, which is better than not at all, or where the second time changes nothing.
func (p *Platform) again(ctx context.Context, harmless bool, do func() *bot.Failure) *bot.Failure {
	for n := 1; ; n++ {
		f := do()
		if f == nil || f.Outcome == bot.Refused || f.Outcome == bot.Unknown && !harmless || n == mostTries || f.After > mostWait || ctx.Err() != nil {
			return f
		}
		sleep(ctx, p.o.Clock, max(f.After, time.Second))
	}
}

// asError is a failure as an error, nil if there is none.
func asError(f *bot.Failure) error {
	if f == nil {
		return nil
	}
	return f
}
