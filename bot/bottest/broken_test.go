package bottest_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"rewind/bot"
	"rewind/bot/bottest"
)

// broken is a platform with one fault that its maker did not mean.
type broken struct {
	bot.Platform
	deliver func(context.Context, bot.Delivery) (bot.Receipt, error)
	listen  func(context.Context, bot.Handler) error
	read    func(context.Context, bot.Thread) (bot.Snapshot, error)
}

func (b broken) Deliver(ctx context.Context, d bot.Delivery) (bot.Receipt, error) {
	if b.deliver == nil {
		return b.Platform.Deliver(ctx, d)
	}
	return b.deliver(ctx, d)
}

func (b broken) Listen(ctx context.Context, h bot.Handler) error {
	if b.listen == nil {
		return b.Platform.Listen(ctx, h)
	}
	return b.listen(ctx, h)
}

func (b broken) Read(ctx context.Context, t bot.Thread) (bot.Snapshot, error) {
	if b.read == nil {
		return b.Platform.Read(ctx, t)
	}
	return b.read(ctx, t)
}

// deaf is a handler to whom something is not told as it is.
type deaf struct {
	bot.Handler
	comment func(bot.Comment) bot.Comment
	command func(bot.Command) bot.Command
	gap     func() bool
}

func (d deaf) Comment(ctx context.Context, c bot.Comment) error {
	if d.comment != nil {
		c = d.comment(c)
	}
	return d.Handler.Comment(ctx, c)
}

func (d deaf) Command(ctx context.Context, c bot.Command, answer func(context.Context, bot.Reply) error) error {
	if d.command != nil {
		c = d.command(c)
	}
	return d.Handler.Command(ctx, c, answer)
}

func (d deaf) Gap(ctx context.Context, platform string) error {
	if d.gap != nil && !d.gap() {
		return nil
	}
	return d.Handler.Gap(ctx, platform)
}

// breaks are the ways to break a Memory, each with the case that must find it.
var breaks = []struct {
	name    string
	finds   string // the case
	options bottest.Options
	how     func(m *bottest.Memory, s *bottest.Subject)
}{
	{"keys are ignored", "a key says once", bottest.Options{Window: -1},
		func(_ *bottest.Memory, s *bottest.Subject) { s.KeepsKeys = true }},
	{"a doubt is ignored", "a retry finds what landed after its key was forgotten", bottest.Options{},
		alter(func(d *bot.Delivery) { d.Unsure = time.Time{} })},
	{"what cannot be told is posted", "a retry that cannot tell posts nothing", bottest.Options{Blind: true},
		alter(func(d *bot.Delivery) { d.Unsure = time.Time{} })},
	{"every doubt is a refusal to post", "a retry posts what did not land", bottest.Options{},
		alter(func(d *bot.Delivery) { d.LookOnly = d.LookOnly || !d.Unsure.IsZero() })},
	{"a look posts", "a look posts nothing", bottest.Options{},
		alter(func(d *bot.Delivery) { d.LookOnly = false })},
	{"equal words are taken for one message", "the same words under two keys are said twice", bottest.Options{},
		alter(func(d *bot.Delivery) { d.Key = d.Body.Text })},
	{"a refusal may pass", "a refusal is refused", bottest.Options{},
		outcome(bot.Refused, bot.Unknown)},
	{"a lost answer is a refusal", "a lost answer is unknown", bottest.Options{},
		outcome(bot.Unknown, bot.Refused)},
	{"errors are bare", "every error is a failure", bottest.Options{}, func(m *bottest.Memory, s *bottest.Subject) {
		s.Platform = broken{Platform: m, deliver: func(ctx context.Context, d bot.Delivery) (bot.Receipt, error) {
			r, err := m.Deliver(ctx, d)
			if err != nil {
				err = errors.New(err.Error())
			}
			return r, err
		}}
	}},
	{"errors quote what was said", "errors hold neither texts nor secrets", bottest.Options{}, func(m *bottest.Memory, s *bottest.Subject) {
		s.Platform = broken{Platform: m, deliver: func(ctx context.Context, d bot.Delivery) (bot.Receipt, error) {
			r, err := m.Deliver(ctx, d)
			if err != nil {
				err = &bot.Failure{Outcome: bot.Refused, Err: errors.New("cannot send " + d.Body.Text)}
			}
			return r, err
		}}
	}},
	{"contexts are ignored", "a stalled delivery ends with its context", bottest.Options{}, func(m *bottest.Memory, s *bottest.Subject) {
		s.Platform = broken{Platform: m, deliver: func(ctx context.Context, d bot.Delivery) (bot.Receipt, error) {
			long, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
			defer cancel()
			return m.Deliver(long, d)
		}}
	}},
	{"an edit posts again", "an edit changes the message in its place", bottest.Options{},
		alter(func(d *bot.Delivery) {
			if d.Op == bot.Edit {
				d.Op, d.To.Message = bot.Say, ""
			}
		})},
	{"threads get lost", "a thread holds what is said into it", bottest.Options{},
		alter(func(d *bot.Delivery) {
			if d.Op == bot.Say {
				d.To.Thread = ""
			}
		})},
	{"only one page is read", "a thread is read whole and in order", bottest.Options{}, reading(func(snap *bot.Snapshot) {
		snap.Comments = snap.Comments[:min(100, len(snap.Comments))]
	})},
	{"an edit has no revision of its own", "an edit is reported and read", bottest.Options{}, hearing(deaf{
		comment: func(c bot.Comment) bot.Comment { c.Revision = c.Said; return c },
	})},
	{"live comments have other IDs", "a comment reads as it was reported", bottest.Options{}, hearing(deaf{
		comment: func(c bot.Comment) bot.Comment { c.ID = "live-" + c.ID; return c },
	})},
	{"read comments have no author", "a comment reads as it was reported", bottest.Options{}, reading(func(snap *bot.Snapshot) {
		for i := range snap.Comments {
			snap.Comments[i].From = bot.Account{}
		}
	})},
	{"deletions look like edits", "a deletion is reported and read", bottest.Options{}, hearing(deaf{
		comment: func(c bot.Comment) bot.Comment { c.Deleted = false; return c },
	})},
	{"a deleted thread reads as an empty one", "a deleted thread is gone", bottest.Options{}, reading(func(snap *bot.Snapshot) {
		snap.Gone = false
	})},
	{"repeated commands get new IDs", "a repeated command keeps its ID", bottest.Options{}, func(m *bottest.Memory, s *bottest.Subject) {
		var n atomic.Int64
		hearing(deaf{command: func(c bot.Command) bot.Command {
			c.ID += strings.Repeat("+", int(n.Add(1)))
			return c
		}})(m, s)
	}},
	{"only the first connect reports a gap", "a gap is reported after each connect", bottest.Options{}, func(m *bottest.Memory, s *bottest.Subject) {
		var once sync.Once
		hearing(deaf{gap: func() (first bool) {
			once.Do(func() { first = true })
			return first
		}})(m, s)
	}},
	{"listening ends by itself", "listening ends when it is told to", bottest.Options{}, func(m *bottest.Memory, s *bottest.Subject) {
		s.Platform = broken{Platform: m, listen: func(ctx context.Context, h bot.Handler) error {
			<-ctx.Done()
			return errors.New("it never connected")
		}}
	}},
	{"private letters go to the channel", "a private letter is seen by its reader alone", bottest.Options{}, func(m *bottest.Memory, s *bottest.Subject) {
		alter(func(d *bot.Delivery) { d.To = bot.Place{Channel: s.Channel} })(m, s)
	}},
	{"quoted mentions notify", "quoted text pings nobody", bottest.Options{Pings: true}, nil},
	{"long texts are cut off", "a long text arrives whole", bottest.Options{Limit: 64}, alter(func(d *bot.Delivery) {
		d.Body.Text = string([]rune(d.Body.Text)[:min(100, len([]rune(d.Body.Text)))])
	})},
	{"long texts are too long", "a long text arrives whole", bottest.Options{},
		func(_ *bottest.Memory, s *bottest.Subject) { s.Limit = 64 }},
	{"the screen is sent all", "a terminal gets no control characters", bottest.Options{}, func(m *bottest.Memory, s *bottest.Subject) {
		s.Screen = func() string {
			var b strings.Builder
			for _, p := range s.Posts() {
				b.WriteString(p.Text + "\n")
			}
			return b.String()
		}
	}},
}

// alter makes a platform carry out something else than it was given.
func alter(change func(*bot.Delivery)) func(*bottest.Memory, *bottest.Subject) {
	return func(m *bottest.Memory, s *bottest.Subject) {
		s.Platform = broken{Platform: m, deliver: func(ctx context.Context, d bot.Delivery) (bot.Receipt, error) {
			change(&d)
			return m.Deliver(ctx, d)
		}}
	}
}

func outcome(from, to bot.Outcome) func(*bottest.Memory, *bottest.Subject) {
	return func(m *bottest.Memory, s *bottest.Subject) {
		s.Platform = broken{Platform: m, deliver: func(ctx context.Context, d bot.Delivery) (bot.Receipt, error) {
			r, err := m.Deliver(ctx, d)
			if f := (*bot.Failure)(nil); errors.As(err, &f) && f.Outcome == from {
				err = &bot.Failure{Outcome: to, Err: f.Err}
			}
			return r, err
		}}
	}
}

func reading(change func(*bot.Snapshot)) func(*bottest.Memory, *bottest.Subject) {
	return func(m *bottest.Memory, s *bottest.Subject) {
		s.Platform = broken{Platform: m, read: func(ctx context.Context, t bot.Thread) (bot.Snapshot, error) {
			snap, err := m.Read(ctx, t)
			change(&snap)
			return snap, err
		}}
	}
}

func hearing(d deaf) func(*bottest.Memory, *bottest.Subject) {
	return func(m *bottest.Memory, s *bottest.Subject) {
		s.Platform = broken{Platform: m, listen: func(ctx context.Context, h bot.Handler) error {
			d := d
			d.Handler = h
			return m.Listen(ctx, d)
		}}
	}
}

func TestBrokenPlatformsAreFound(t *testing.T) {
	t.Parallel()
	cases := map[string]bottest.Case{}
	for _, c := range bottest.Cases() {
		cases[c.Name] = c
	}
	for _, b := range breaks {
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			c, ok := cases[b.finds]
			if !ok {
				t.Fatalf("there is no case %q", b.finds)
			}
			synctest.Test(t, func(t *testing.T) {
				m := bottest.NewMemory(nil, b.options)
				s := m.Subject()
				if b.how != nil {
					b.how(m, &s)
				}
				lines := bottest.Failures(c, s)
				<-time.After(time.Hour) // what the broken platform left behind ends too
				if len(lines) == 0 || strings.Contains(lines[0], "did not run") {
					t.Errorf("the case %q did not find it: %q", b.finds, lines)
				}
				t.Logf("%s: %q", b.finds, lines)
			})
		})
	}
}
