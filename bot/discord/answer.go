package discord

import (
	"context"
	"errors"
	"time"

	"rewind/bot"
)

// answers are what one interaction is answered with. One goroutine sends them, one at a time, so that the handler and the
// clock cannot both give the first answer.
type answers struct {
	x     *interactions
	i     *interaction
	asked chan said
	over  chan struct{} // closed when nothing is sent any more

	stage  stage
	hidden bool // the answer given is for one person only
}

// said is a reply on its way from the handler to whoever sends it.
type said struct {
	ctx   context.Context
	reply bot.Reply
	done  chan error
}

// stage is how far an interaction is answered.
type stage int

const (
	unanswered stage = iota
	held             // with a sign that an answer will come
	given            // with a message
	aside            // with what cannot be changed into a message, such as a form
	lost             // it takes no answer
)

func newAnswers(x *interactions, i *interaction) *answers {
	return &answers{x: x, i: i, asked: make(chan said), over: make(chan struct{})}
}

var errOver = errors.New("the command has ended")

// ask hands a reply to whoever sends it, and waits until it is sent.
func (a *answers) ask(ctx context.Context, r bot.Reply) error {
	s := said{ctx, r, make(chan error, 1)}
	select {
	case a.asked <- s:
		return <-s.done
	case <-a.over:
		return errOver
	}
}

// say sends a reply: as the first answer, or in its place.
func (a *answers) say(ctx context.Context, r bot.Reply) error {
	switch a.stage {
	case unanswered:
		return a.first(ctx, r)
	case held:
		return a.fill(ctx, r)
	case given:
		return a.change(ctx, r)
	case aside:
		return a.add(ctx, a.drafts(r))
	}
	return errors.New("the interaction takes no answer any more")
}

// first gives the first answer. A form that cannot be opened becomes the text that says the same.
func (a *answers) first(ctx context.Context, r bot.Reply) error {
	if r.Form != nil && a.i.takesForm() {
		if done, err := a.open(ctx, *r.Form); done {
			return err
		}
	}
	a.hidden = a.hides(r.Private)
	d := a.drafts(r)
	if err := a.respond(ctx, answerMessage, d[0]); err != nil {
		return err
	}
	a.stage = given
	return a.add(ctx, d[1:])
}

// open opens a form, and reports whether that was an answer.
func (a *answers) open(ctx context.Context, f bot.Form) (done bool, err error) {
	opened, ok := formOf(carry(a.i, f))
	if !ok {
		a.x.log.Warn("a form's command is too long", "interaction", a.i.ID)
		return false, nil
	}
	err = a.respond(ctx, answerForm, opened)
	if codeOf(err) == codeInvalidForm {
		a.x.log.Warn("a form was not taken", "interaction", a.i.ID, "error", err)
		a.stage = unanswered
		return false, nil
	}
	if err == nil {
		a.stage = aside
	}
	return true, err
}

// hold shows that an answer will come, if there is none yet.
func (a *answers) hold(ctx context.Context) {
	if a.stage != unanswered {
		return
	}
	d := draft{}
	if a.hidden = a.hides(!isPublic(a.i)); a.hidden {
		d.Flags = flagEphemeral
	}
	if err := a.respond(ctx, answerLater, d); err != nil {
		a.x.log.Warn("no sign of a slow command given", "interaction", a.i.ID, "error", err)
		return
	}
	a.stage = held
}

// fill puts a reply in the place of the sign. What is for one person only is never put where all see it.
func (a *answers) fill(ctx context.Context, r bot.Reply) error {
	if !a.hides(r.Private) || a.hidden {
		return a.change(ctx, r)
	}
	if err := a.x.patiently(ctx, true, a.remove); err != nil {
		return err
	}
	a.stage, a.hidden = aside, true
	return a.add(ctx, a.drafts(r))
}

// change makes the answer another one. What did not fit it follows.
func (a *answers) change(ctx context.Context, r bot.Reply) error {
	d := a.drafts(r)
	err := a.x.patiently(ctx, true, func(ctx context.Context) error {
		_, err := a.x.rest.editOriginal(ctx, a.x.me, a.i.Token, d[0])
		return err
	})
	if err != nil {
		return err
	}
	a.stage = given
	return a.add(ctx, d[1:])
}

// add says more. A part that may have arrived is not said again.
func (a *answers) add(ctx context.Context, more []draft) error {
	for _, d := range more {
		err := a.x.patiently(ctx, false, func(ctx context.Context) error {
			_, err := a.x.rest.followUp(ctx, a.x.me, a.i.Token, d)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// hides says that only one person is to see an answer. Others are not there in a private conversation, where an answer that
// only one person sees would be gone by the next day; and what a button brings up concerns nobody else.
func (a *answers) hides(private bool) bool {
	return a.i.Guild != "" && (private || a.i.Message != nil)
}

// finish looks at how the handler ended. Nobody is left without an answer, also when the bot is stopped.
func (a *answers) finish(ctx context.Context, err error) {
	waiting := a.stage == unanswered || a.stage == held
	if err == nil && waiting {
		err = errors.New("nothing was answered")
	}
	switch {
	case err == nil:
		return
	case codeOf(err) == codeAnswered:
		a.x.log.Info("an interaction was answered by somebody else", "interaction", a.i.ID)
	default:
		a.x.log.Error("an interaction was not answered as it should be", "interaction", a.i.ID, "error", err)
	}
	if !waiting {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), sorrySpan)
	defer cancel()
	sorry := bot.Reply{Private: true, Message: bot.Message{Text: speak(a.i.lang()).Say("internal_error")}}
	if err := a.say(ctx, sorry); err != nil {
		a.x.log.Warn("an interaction has no answer", "interaction", a.i.ID, "error", err)
	}
}

const (
	// respondTry is how long one try of the first answer may take, so that there is time for another.
	respondTry = 1200 * time.Millisecond
	// firstPause is how long to wait before a second try; each further wait is twice as long.
	firstPause = 100 * time.Millisecond
	// sorrySpan is how long may be tried to say that something went wrong.
	sorrySpan = 2 * time.Second
	// patienceSpan is how long is tried to change an answer, or to add to it.
	patienceSpan = 30 * time.Second
	mostTries    = 5
)

// respond gives the first answer, again and again while Discord waits for one: it takes only one, so that there is no harm in
// repeating it. If that fails, the interaction is lost.
func (a *answers) respond(ctx context.Context, kind int, data any) error {
	ctx, cancel := context.WithDeadline(ctx, a.i.at.Add(answerSpan))
	defer cancel()
	arrived := false // an earlier try may have
	for wait := firstPause; ; wait *= 2 {
		err := a.tryResponding(ctx, kind, data)
		if err == nil || arrived && codeOf(err) == codeAnswered {
			return nil
		}
		f := failureIn(err)
		arrived = arrived || f.Outcome == bot.Unknown
		if f.Outcome == bot.Refused || !a.x.pause(ctx, max(wait, f.After)) {
			a.stage = lost
			if arrived {
				a.stage = given // what comes later finds out
			}
			return err
		}
	}
}

func (a *answers) tryResponding(ctx context.Context, kind int, data any) error {
	ctx, cancel := context.WithTimeout(ctx, respondTry)
	defer cancel()
	_, err := a.x.rest.respond(ctx, a.i.ID, a.i.Token, kind, data)
	return err
}

// patiently repeats a request that was not carried out; one that may have been only if it does no harm twice.
func (x *interactions) patiently(ctx context.Context, harmless bool, f func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, patienceSpan)
	defer cancel()
	for tries, wait := 1, firstPause; ; tries, wait = tries+1, wait*2 {
		err := f(ctx)
		if err == nil {
			return nil
		}
		failed := failureIn(err)
		again := failed.Outcome == bot.NotDone || failed.Outcome == bot.Unknown && harmless
		if !again || tries == mostTries || !x.pause(ctx, max(wait, failed.After)) {
			return err
		}
	}
}
