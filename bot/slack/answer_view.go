package slack

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"rewind/bot"
	"rewind/questions"
)

// Here commands are answered that came from a view: a modal, or somebody's page.

// views answers in a modal, which it opens unless it stands already.
type views struct {
	p       *Platform
	user    string
	at      spot   // where the modal was opened from; zero for a page
	view    string // the modal; "" while there is none
	trigger string // that one is opened with
}

func (t *views) open(ctx context.Context, f bot.Form) bool {
	if t.view == "" {
		return t.p.openForm(ctx, t.trigger, t.user, f, t.at)
	}
	v, ok := formView(f, t.at, t.p.speaks(t.user))
	return ok && t.p.web.updateView(ctx, t.view, v) == nil
}

func (t *views) tell(ctx context.Context, a answer) error {
	f := t.show(ctx, t.p.replyView(a.Message, t.p.speaks(t.user)))
	if f == nil || f.Outcome == bot.Unknown {
		return asError(f)
	}
	return asError(t.p.whisper(ctx, t.user, t.at, t.p.render(a.Message))) // the modal was closed
}

func (t *views) show(ctx context.Context, v slack.ModalViewRequest) (f *bot.Failure) {
	if t.view != "" {
		return t.p.again(ctx, true, func() *bot.Failure { return t.p.web.updateView(ctx, t.view, v) })
	}
	t.view, f = t.p.web.openView(ctx, t.trigger, v)
	return f
}

// submission answers a form that was sent: with the acknowledgement if there is an answer in time, and otherwise in the modal, which stays
// open meanwhile.
type submission struct {
	views
	answered chan any // has room for the one acknowledgement

	mu    sync.Mutex // guards acked
	acked time.Time  // when the acknowledgement was settled
}

// settleSpan is how long after an acknowledgement a modal is changed at the earliest, so that Slack does not get the two in the wrong
// order.
const settleSpan = 500 * time.Millisecond

// mostView is how long a view with an acknowledgement may be, with room for what is around it; [longestAck] is what Slack hears.
const mostView = longestAck - 512

func (t *submission) open(ctx context.Context, f bot.Form) bool {
	v, ok := formView(f, t.at, t.p.speaks(t.user))
	if ok && t.settle(slack.NewUpdateViewSubmissionResponse(&v)) {
		return true
	}
	return t.views.open(ctx, f)
}

func (t *submission) tell(ctx context.Context, a answer) error {
	v := t.p.replyView(a.Message, t.p.speaks(t.user))
	var ack any = slack.NewUpdateViewSubmissionResponse(&v)
	if a.failed { // what was written stays, to be sent again
		ack = slack.NewErrorsViewSubmissionResponse(map[string]string{formBlock: plainOf(a.Message)})
	}
	if raw, err := json.Marshal(v); err != nil || len(raw) > mostView {
		t.settle(t.working())
	} else if t.settle(ack) {
		return nil
	}
	t.mu.Lock()
	wait := settleSpan - t.p.o.Clock.Now().Sub(t.acked)
	t.mu.Unlock()
	sleep(ctx, t.p.o.Clock, wait)
	return t.views.tell(ctx, a)
}

// settle decides what the acknowledgement is, unless that is decided.
func (t *submission) settle(ack any) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.acked.IsZero() {
		return false
	}
	t.acked = t.p.o.Clock.Now()
	t.answered <- ack
	return true
}

// working is an acknowledgement that keeps the modal open until there is an answer.
func (t *submission) working() any {
	lang := t.p.speaks(t.user)
	v := t.p.replyView(bot.Message{Text: bot.Speak(questions.Lang(lang)).Say("working")}, lang)
	return slack.NewUpdateViewSubmissionResponse(&v)
}

// ack waits for the acknowledgement, and decides it when that takes too long.
func (t *submission) ack() any {
	late, release := t.p.o.Clock.After(ackWait)
	defer release()
	select {
	case ack := <-t.answered:
		return ack
	case <-late:
		t.settle(t.working())
		return <-t.answered
	}
}

// openView opens a modal and returns its ID.
func (w *web) openView(ctx context.Context, trigger string, v slack.ModalViewRequest) (id string, f *bot.Failure) {
	if trigger == "" {
		return "", refused("there is nothing to open a modal with")
	}
	var got *slack.ViewResponse
	f = w.ask(ctx, call{method: "views.open", says: true}, func(ctx context.Context) (err error) {
		got, err = w.api.OpenViewContext(ctx, trigger, v)
		return err
	})
	if f != nil {
		return "", f
	}
	return got.ID, nil
}

func (w *web) updateView(ctx context.Context, id string, v slack.ModalViewRequest) *bot.Failure {
	return w.ask(ctx, call{method: "views.update"}, func(ctx context.Context) error {
		_, err := w.api.UpdateViewContext(ctx, v, "", "", id)
		return err
	})
}
