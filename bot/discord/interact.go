package discord

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"rewind/bot"
	"rewind/bot/markdown"
	"rewind/questions"
)

// interactions carries out and answers what people do with the bot: slash commands, buttons, forms, entries of a message's
// menu, mentions and private messages.
type interactions struct {
	*Platform
	me string // the ID of the bot's account, which is its application's, too
	to bot.Handler

	taken memory[string, bool] // interactions
	heard memory[string, bool] // messages to the bot, and whether they were commands
}

// mostRecent is how many interactions and messages are remembered. Copies come within seconds, as when two connections
// overlap.
const mostRecent = 10_000

func newInteractions(p *Platform, me string, to bot.Handler) *interactions {
	x := &interactions{Platform: p, me: me, to: to}
	x.taken.most, x.heard.most = mostRecent, mostRecent
	return x
}

// The kinds of interactions.
// https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-object-interaction-type
const (
	interactionCommand    = 2
	interactionButton     = 3
	interactionCompletion = 4
	interactionForm       = 5
)

const (
	// answerSpan is how long Discord waits for the first answer.
	// https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-callback
	answerSpan = 3 * time.Second
	// holdAfter is when a person is shown that an answer will come, if there is none yet.
	holdAfter = 1500 * time.Millisecond
	// completeSpan is how long values for an option may be looked for.
	completeSpan = 2 * time.Second
)

// take carries out an interaction that was heard at a time, as Discord sent it, and answers it. It returns when both are
// done. A second copy does nothing; the queue has it wait for the first.
func (x *interactions) take(ctx context.Context, at time.Time, data json.RawMessage) {
	i, ok := readInteraction(data)
	if !ok {
		x.log.Warn("an interaction could not be read", "bytes", len(data))
		return
	}
	if _, again := x.taken.get(i.ID); again {
		x.log.Info("an interaction came again", "interaction", i.ID)
		return
	}
	x.taken.put(i.ID, true)
	i.at = at
	switch i.Type {
	case interactionCompletion:
		x.complete(ctx, i)
	case interactionCommand, interactionButton, interactionForm:
		x.carryOut(ctx, i)
	default:
		x.log.Info("an interaction of an unknown kind", "interaction", i.ID, "kind", i.Type)
	}
}

// carryOut is the one goroutine that answers the interaction; the handler has another, and is waited for.
func (x *interactions) carryOut(ctx context.Context, i *interaction) {
	a := newAnswers(x, i)
	defer close(a.over)
	done := make(chan error, 1)
	go func() {
		done <- guarded("carry out an interaction", func() error { return x.handle(ctx, i, a.ask) })
	}()
	late, release := x.clock.After(holdAfter - x.clock.Now().Sub(i.at))
	defer release()
	for {
		select {
		case s := <-a.asked:
			s.done <- a.say(s.ctx, s.reply)
		case <-late:
			a.hold(ctx)
		case err := <-done:
			a.finish(ctx, err)
			return
		}
	}
}

func (x *interactions) handle(ctx context.Context, i *interaction, answer func(context.Context, bot.Reply) error) error {
	c, ok := x.command(ctx, i)
	if !ok {
		return answer(ctx, bot.Reply{Private: true, Message: bot.Message{Text: speak(i.lang()).Say("discord_stale")}})
	}
	return x.to.Command(ctx, c, answer)
}

// complete offers values for the option that somebody is typing; none if that fails.
func (x *interactions) complete(ctx context.Context, i *interaction) {
	a := newAnswers(x, i)
	var found []bot.Choice
	err := guarded("complete an option", func() (err error) {
		ctx, cancel := context.WithTimeout(ctx, completeSpan)
		defer cancel()
		c, ok := x.command(ctx, i)
		if name, typed := i.focused(); ok && name != "" {
			found, err = x.to.Complete(ctx, c, name, typed)
		}
		return err
	})
	err = errors.Join(err, a.respond(ctx, answerChoices, choicesOf(found)))
	if err != nil && ctx.Err() == nil {
		x.log.Warn("no values offered for an option", "interaction", i.ID, "error", err)
	}
}

// The limits of what is offered.
// https://discord.com/developers/docs/interactions/application-commands#application-command-object-application-command-option-choice-structure
const (
	mostChoices = 25
	choiceLimit = 100
)

// choicesOf leaves out values that are too long, since they would be other values if they were cut.
func choicesOf(found []bot.Choice) choices {
	out := choices{[]choice{}}
	for _, c := range found {
		label := markdown.Shorten(oneLine(c.Label), choiceLimit, markdown.UTF16)
		if len(out.Choices) == mostChoices {
			break
		}
		if label != "" && markdown.UTF16(c.Value) <= choiceLimit {
			out.Choices = append(out.Choices, choice{label, c.Value})
		}
	}
	return out
}

// pause waits, unless that is longer than ctx lasts. It reports whether it did.
func (x *interactions) pause(ctx context.Context, wait time.Duration) bool {
	if end, ok := ctx.Deadline(); ok && x.clock.Now().Add(wait).After(end) {
		return false
	}
	return passes(ctx, x.clock, wait)
}

func speak(lang string) bot.Words { return bot.Speak(questions.Lang(lang)) }
