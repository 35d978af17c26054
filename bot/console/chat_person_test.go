package console

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"rewind/bot"
)

func TestChatUnknown(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		script string
		err    string
		shows  string
	}{
		{"hello\n\n/foo bar\nmore", "line 3: unknown command", "I don't know /foo"},
		{"/quiz nonsense\nmore", "line 1: unknown command", "No such command."}, // the bot says so itself
		{"/thread 7\nmore", "line 1: unknown command", "I don't know /thread"},
		{"/next tomorrow\nmore", "line 1: unknown command", "I don't know /next"},
		{"/1\nmore", "line 1: unknown command", "I don't know /1"}, // no message has shown a button
		{"@Jun\nmore", "line 1: unknown command", "I don't know @Jun"},
		{"/quiz fail\nmore", "line 1: the store is gone", "Mina> /quiz fail"},
		{"/\x1b[2J\nmore", "line 1: unknown command", "␛[2J"},
		{strings.Repeat("x", mostLine+1), "line 1: bufio.Scanner: token too long", ""},
	} {
		p := play(t, english(), nil, row.script)
		if p.err == nil || p.err.Error() != row.err {
			t.Errorf("%.20q: error %v, want %s", row.script, p.err, row.err)
		}
		if !strings.Contains(p.text, row.shows) || strings.Contains(p.text, "more") || strings.Contains(p.text, "\x1b") {
			t.Errorf("%.20q: printed\n%s", row.script, p.text)
		}
	}
}

// TestChatPerson plays interactively: nothing is echoed, and mistakes do not end the chat.
func TestChatPerson(t *testing.T) {
	t.Parallel()
	o := english()
	o.Interactive, o.Color, o.Width = true, true, 40
	p := play(t, o, nil, "/foo\n/as Jun\n/next\n/quiz fail\n")
	if p.err != nil {
		t.Fatal(p.err)
	}
	want := `
Mina> I don't know /foo, or what came after it. /help lists what you can type.
Mina> Jun> 
── Mon 9 Mar 2026 09:00 ──

Rewind #general
  **Question 1**
  Why does it leak?
  [1] Hint (/quiz hint)
  [2] Read (/quiz all)

Jun> That did not work: the store is gone
Jun> 
`
	if !strings.HasSuffix(p.text, want) { // a terminal shows a typed line, and its end, behind each prompt
		t.Errorf("printed\n%s", p.text)
	}
	if p := play(t, o, func(b *scripted) { b.broken = errors.New("the disk is full") }, "/next\nhello\n"); p.err != nil ||
		!strings.Contains(p.text, "That did not work: the disk is full") {
		t.Errorf("%v\n%s", p.err, p.text)
	}
	if p := play(t, o, func(b *scripted) { b.stopped = io.ErrClosedPipe }, "hello\n"); !errors.Is(p.err, io.ErrClosedPipe) {
		t.Errorf("the bot has stopped, and the chat ended with %v", p.err)
	}
}

// watched is a screen that tells when it is sent a text.
type watched struct {
	*buffer
	text string
	seen chan<- struct{}
}

func (w watched) Write(p []byte) (int, error) {
	defer func() {
		if string(p) == w.text {
			w.seen <- struct{}{}
		}
	}()
	return w.buffer.Write(p)
}

// TestChatInterrupted delivers while the player thinks.
func TestChatInterrupted(t *testing.T) {
	t.Parallel()
	out := &buffer{}
	asked := make(chan struct{}, 9)
	o := english()
	o.Out, o.Clock, o.Name, o.Interactive = watched{out, "Jun> ", asked}, NewClock(monday), "Mina", true
	b := &scripted{clock: o.Clock, screen: New(o), from: monday, t: t}
	in, typing := io.Pipe()
	defer typing.Close()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- b.screen.Chat(ctx, b, in) }()
	if _, err := io.WriteString(typing, "/as Jun\n"); err != nil {
		t.Fatal(err)
	}
	<-asked
	b.deliver("late", bot.Say, bot.Place{Account: account("mina")}, "a late letter")
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if got := out.String(); !strings.Contains(got, "Jun> \n\nRewind → Mina (private)\n  a late letter\n\nJun> ") {
		t.Errorf("printed\n%s", got)
	}
}

// TestChatScreenGone ends the chat when nobody can read it any more.
func TestChatScreenGone(t *testing.T) {
	t.Parallel()
	in, out := io.Pipe()
	in.Close()
	o := english()
	o.Out, o.Clock, o.Name = out, NewClock(monday), "Mina"
	b := &scripted{clock: o.Clock, screen: New(o), from: monday, t: t}
	if err := b.screen.Chat(t.Context(), b, strings.NewReader("hello\n")); !errors.Is(err, io.ErrClosedPipe) {
		t.Error(err)
	}
}

func TestFormerRun(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	o := english()
	o.Out, o.Name, o.Clock = &out, "Mina", NewClock(monday)
	former := New(o)
	o.Clock = NewClock(monday.Add(time.Hour))
	c := New(o)
	if err := c.release(); err != nil {
		t.Fatal(err)
	}
	message, thread := former.id("message", 1), former.id("thread", 1)
	for _, d := range []bot.Delivery{
		{Key: "a", Op: bot.Edit, To: bot.Place{Channel: channel(), Message: message}, Body: bot.Message{Text: "anew"}},
		{Key: "b", Op: bot.OpenThread, To: bot.Place{Channel: channel(), Message: message}, Body: bot.Message{Text: "answers"}},
		{Key: "c", Op: bot.Say, To: bot.Place{Channel: channel(), Thread: thread}, Body: bot.Message{Text: "revealed"}},
		{Key: "d", Op: bot.Say, To: bot.Place{Channel: channel()}, Body: bot.Message{Text: "once more"}, Unsure: monday},
		{Key: "e", Op: bot.Say, To: bot.Place{Account: account("jun")}, Body: bot.Message{Text: "a letter"}},
	} {
		if _, err := c.Deliver(t.Context(), d); err != nil {
			t.Errorf("%s: %v", d.Key, err)
		}
	}
	for _, want := range []string{"edited: anew", "› thread 1\n  revealed", "once more", "→ jun (private)"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q was not shown:\n%s", want, out.String())
		}
	}
	_, err := c.Read(t.Context(), bot.Thread{Channel: channel(), ID: thread})
	if f := (*bot.Failure)(nil); !errors.As(err, &f) {
		t.Errorf("a former run's thread was read: %v", err)
	}
	if s, err := c.Read(t.Context(), bot.Thread{Channel: channel(), ID: c.id("thread", 9)}); err != nil || !s.Gone {
		t.Errorf("a thread that never was reads %+v, %v", s, err)
	}
	if a, b := former.Command("post"), c.Command("post"); a.ID == b.ID || !a.Admin {
		t.Errorf("two runs gave the commands %+v and %+v", a, b)
	}
}
