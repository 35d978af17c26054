package slack

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"rewind/bot"
	"rewind/bot/slack/slacktest"
)

// ear is a handler that writes down what it is told. What its functions do is set before it listens; nil takes everything.
type ear struct {
	onCommand func(ctx context.Context, c bot.Command, answer func(context.Context, bot.Reply) error) error
	onComment func(c bot.Comment) error

	mu        sync.Mutex // guards what follows
	commands  []bot.Command
	comments  []bot.Comment
	reactions []bot.Reaction
	joined    []bot.Workspace
	left      []string
	gaps      int
}

func (h *ear) note(do func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	do()
}

func (h *ear) Command(ctx context.Context, c bot.Command, answer func(context.Context, bot.Reply) error) error {
	h.note(func() { h.commands = append(h.commands, c) })
	if h.onCommand != nil {
		return h.onCommand(ctx, c, answer)
	}
	return answer(ctx, secretly("noted"))
}

func (h *ear) Comment(_ context.Context, c bot.Comment) error {
	h.note(func() { h.comments = append(h.comments, c) })
	if h.onComment != nil {
		return h.onComment(c)
	}
	return nil
}

func (h *ear) Reaction(_ context.Context, r bot.Reaction) error {
	h.note(func() { h.reactions = append(h.reactions, r) })
	return nil
}

func (h *ear) Joined(_ context.Context, w bot.Workspace) error {
	h.note(func() { h.joined = append(h.joined, w) })
	return nil
}

func (h *ear) Left(_ context.Context, platform, workspace string) error {
	h.note(func() { h.left = append(h.left, platform+"/"+workspace) })
	return nil
}

func (h *ear) Gap(context.Context, string) error {
	h.note(func() { h.gaps++ })
	return nil
}

func (h *ear) Tell(context.Context, string, string, string) error { return nil }

func (h *ear) Complete(context.Context, bot.Command, string, string) ([]bot.Choice, error) {
	return nil, nil
}

func (h *ear) heard() []bot.Command {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.commands)
}

func (h *ear) said() []bot.Comment {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.comments)
}

func secretly(text string) bot.Reply {
	return bot.Reply{Private: true, Message: bot.Message{Text: text}}
}

func openly(text string) bot.Reply { return bot.Reply{Message: bot.Message{Text: text}} }

// replying answers every command with these, one after the other.
func replying(replies ...bot.Reply) *ear {
	return &ear{onCommand: func(ctx context.Context, _ bot.Command, answer func(context.Context, bot.Reply) error) error {
		for _, r := range replies {
			if err := answer(ctx, r); err != nil {
				return err
			}
		}
		return nil
	}}
}

// inTown runs a test in a workspace in which the platform listens, on the clock of a bubble.
func inTown(t *testing.T, h *ear, test func(t *testing.T, x *town)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		x := newTown(t, false)
		x.listen(h)
		test(t, x)
		if n := x.Unsettled(); n != 0 {
			t.Errorf("%d envelopes are not settled", n)
		}
	})
}

// listen lets the platform listen until the test ends or stop is called, which returns how it ended.
func (x *town) listen(h bot.Handler) (stop func() error) {
	x.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- x.p.Listen(ctx, h) }()
	stop = sync.OnceValue(func() error {
		cancel()
		return <-done
	})
	x.t.Cleanup(func() { _ = stop() })
	time.Sleep(3 * time.Second)
	return stop
}

// question posts a question with buttons and returns it.
func (x *town) question(actions ...bot.Action) slacktest.Message {
	x.t.Helper()
	d := bot.Delivery{Key: "question", Op: bot.Say, To: bot.Place{Channel: x.channel()}, Body: bot.Message{Text: "what is a SYN flood?", Actions: actions}}
	r, err := x.p.Deliver(x.t.Context(), d)
	if err != nil {
		x.t.Fatal(err)
	}
	m, ok := x.room.Message(r.ID)
	if !ok {
		x.t.Fatal("the question is not there")
	}
	return m
}

// sees are the texts that somebody alone sees.
func (x *town) sees(m *slacktest.Member) (all []string) {
	for _, p := range x.own(m.Ephemerals()) {
		all = append(all, p.Text)
	}
	return all
}

// want compares lists of texts.
func want(t *testing.T, what string, got []string, texts ...string) {
	t.Helper()
	if !slices.Equal(got, texts) {
		t.Errorf("%s: %q, want %q", what, got, texts)
	}
}

// settle lets a second go by.
func settle() { time.Sleep(time.Second) }
