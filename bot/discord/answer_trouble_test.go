package discord

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"rewind/bot"
	"rewind/bot/discord/discordtest"
)

// Here answers meet trouble: handlers that fail, and requests that do not arrive.

func TestNobodyIsLeftWithoutAnAnswer(t *testing.T) {
	sorry := "Something went wrong"
	for name, do := range map[string]func(context.Context, bot.Command, answerFunc) error{
		"panic":               func(context.Context, bot.Command, answerFunc) error { panic("no store") },
		"error":               func(context.Context, bot.Command, answerFunc) error { return errors.New("no store") },
		"nothing":             func(context.Context, bot.Command, answerFunc) error { return nil },
		"panic after a while": func(context.Context, bot.Command, answerFunc) error { time.Sleep(20 * time.Second); panic("no store") },
	} {
		t.Run(name, func(t *testing.T) {
			serve(t, func(t *testing.T, d *desk) {
				d.answers(do)
				i := d.mina.Slash(d.channel, "quiz me", nil)
				time.Sleep(25 * time.Second)
				if m := i.Reply(); !strings.HasPrefix(m.Content, sorry) || !m.Ephemeral() {
					t.Errorf("the reply is %+v", m)
				}
				d.logs("was not answered as it should be")
				d.answers(nil)
				d.mina.Slash(d.channel, "quiz me", nil).Reply() // and it goes on
			})
		})
	}
}

// TestStoppingLeavesNobodyWaiting stops the bot while a command is being carried out.
func TestStoppingLeavesNobodyWaiting(t *testing.T) {
	serve(t, func(t *testing.T, d *desk) {
		d.answers(func(ctx context.Context, _ bot.Command, answer answerFunc) error {
			<-ctx.Done()
			return answer(ctx, secret("done"))
		})
		i := d.mina.Slash(d.channel, "quiz me", nil)
		time.Sleep(5 * time.Second)
		if got := i.Messages(); len(got) != 1 || !got[0].Loading() {
			t.Errorf("before the stop it says %+v", got)
		}
		d.stop()
		if got := i.Messages(); len(got) != 1 || !strings.HasPrefix(got[0].Content, "Something went wrong") {
			t.Errorf("after the stop it says %+v", got)
		}
	})
}

func TestAnErrorAfterTheAnswerLeavesIt(t *testing.T) {
	serve(t, func(t *testing.T, d *desk) {
		d.answers(func(ctx context.Context, _ bot.Command, answer answerFunc) error {
			return errors.Join(answer(ctx, secret("sorry")), errors.New("no store"))
		})
		i := d.mina.Slash(d.channel, "quiz me", nil)
		i.Reply()
		time.Sleep(5 * time.Second)
		if got := i.Messages(); len(got) != 1 || got[0].Content != "sorry" {
			t.Errorf("answers %+v", got)
		}
	})
}

// TestFirstAnswersAreRepeated is about trouble on the way. Discord takes one answer, so that it may be given again.
func TestFirstAnswersAreRepeated(t *testing.T) {
	for _, kind := range []discordtest.Kind{discordtest.ErrorBefore, discordtest.ErrorAfter, discordtest.ResetBefore, discordtest.ResetAfter,
		discordtest.SilentBefore, discordtest.SilentAfter} {
		t.Run(string(kind), func(t *testing.T) {
			serve(t, func(t *testing.T, d *desk) {
				o := d.Order(discordtest.Fault{Kind: kind, Route: routeCallback, Times: 1})
				d.answers(func(ctx context.Context, c bot.Command, answer answerFunc) error {
					err := answer(ctx, secret("you said "+c.Text))
					if err != nil {
						t.Errorf("the handler is told %v", err)
					}
					return err
				})
				i := d.mina.Slash(d.channel, "quiz me", nil)
				if m := i.Reply(); m.Content != "you said me" || !m.Ephemeral() {
					t.Errorf("the reply is %+v", m)
				}
				time.Sleep(5 * time.Second)
				if got := i.Messages(); len(got) != 1 || o.Count() != 1 || d.Requests(routeCallback) != 2 {
					t.Errorf("%d answers in %d requests", len(got), d.Requests(routeCallback))
				}
				d.quietly()
			})
		})
	}
}

func TestEditsAreRepeatedAndFollowUpsNotDoubled(t *testing.T) {
	parts := bot.Reply{Private: true, Message: bot.Message{Text: strings.Repeat("A line of words.\n\n", 200)}}
	for _, odd := range []struct {
		kind  discordtest.Kind
		route string
	}{
		{discordtest.ErrorBefore, routeEdit}, {discordtest.ErrorAfter, routeEdit}, {discordtest.ResetAfter, routeEdit},
		{discordtest.LimitUser, routeEdit}, {discordtest.LimitUser, routeFollowUp}, {discordtest.ErrorAfter, routeFollowUp},
	} {
		t.Run(fmt.Sprint(odd.kind, " ", odd.route), func(t *testing.T) {
			serve(t, func(t *testing.T, d *desk) {
				o := d.Order(discordtest.Fault{Kind: odd.kind, Route: odd.route, After: time.Second})
				d.answers(func(ctx context.Context, _ bot.Command, answer answerFunc) error {
					time.Sleep(2 * time.Second)
					return answer(ctx, parts)
				})
				i := d.mina.Slash(d.channel, "quiz me", nil)
				time.Sleep(time.Minute)
				if got := i.Messages(); len(got) != 2 || got[0].Loading() || o.Count() != 1 {
					t.Errorf("%d messages, trouble %d times: %+v", len(got), o.Count(), got)
				}
			})
		})
	}
}

func TestAnswersThatComeTooLate(t *testing.T) {
	serve(t, func(t *testing.T, d *desk) {
		var err error
		d.answers(func(ctx context.Context, _ bot.Command, answer answerFunc) error {
			first := answer(ctx, secret("working"))
			time.Sleep(16 * time.Minute)
			err = answer(ctx, secret("done"))
			return errors.Join(first, err)
		})
		i := d.mina.Slash(d.channel, "quiz me", nil)
		i.Reply()
		time.Sleep(17 * time.Minute)
		synctest.Wait()
		if got := i.Messages(); len(got) != 1 || got[0].Content != "working" || err == nil || d.Requests(routeEdit) != 1 {
			t.Errorf("it says %+v; the handler was told %v; %d requests", got, err, d.Requests(routeEdit))
		}
		d.logs("too old")
	})
}

func TestASilentDiscordIsNotWaitedFor(t *testing.T) {
	serve(t, func(t *testing.T, d *desk) {
		o := d.Order(discordtest.Fault{Kind: discordtest.SilentBefore, Route: routeCallback, Times: -1})
		begun, took := time.Now(), time.Duration(0)
		d.answers(func(ctx context.Context, _ bot.Command, answer answerFunc) error {
			err := answer(ctx, secret("x"))
			took = time.Since(begun)
			return err
		})
		i := d.mina.Slash(d.channel, "quiz me", nil)
		if got := i.Answer(); got != 0 {
			t.Errorf("answered with %d", got)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if took < time.Second || took > answerSpan+time.Second || o.Count() < 2 {
			t.Errorf("it was tried %d times for %v", o.Count(), took)
		}
	})
}

func TestAnswersDoNotWaitForTheFanOut(t *testing.T) {
	serve(t, func(t *testing.T, d *desk) {
		o := d.Order(discordtest.Fault{Kind: discordtest.LimitGlobal, Route: routePost, After: time.Minute})
		if _, err := say(d.platform.rest, d.channel.ID, "k", "hello"); err == nil || o.Count() != 1 {
			t.Errorf("the limit was not hit: %v", err)
		}
		begun := time.Now()
		d.mina.Slash(d.channel, "quiz me", nil).Reply()
		if took := time.Since(begun); took > time.Second {
			t.Errorf("the answer came after %v", took)
		}
	})
}
