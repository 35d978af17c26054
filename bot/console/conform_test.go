package console

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"

	"rewind/bot"
	"rewind/bot/bottest"
	"rewind/questions"
)

// stage is a console that people play on through the suite instead of through Chat.
type stage struct {
	*Console
	t *testing.T

	mind     sync.Mutex // guards handlers
	handlers []bot.Handler
	begun    chan struct{} // receives at every Listen
}

// buffer is a screen that is read while it is written.
type buffer struct {
	mu  sync.Mutex // guards all
	all bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.all.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.all.String()
}

// TestConform puts the console through the suite. It has no connection to lose, no limits and no failures to order; and
// within a run it never forgets a key.
func TestConform(t *testing.T) {
	t.Parallel()
	bottest.Conform(t, func(t *testing.T) bottest.Subject {
		screen := &buffer{}
		clock := NewClock(monday)
		s := &stage{t: t, begun: make(chan struct{}, 1)}
		s.Console = New(Options{Out: screen, Clock: clock, Words: bot.Speak(questions.English), Name: "Mina"})
		if err := s.release(); err != nil { // as while Chat waits for a line
			t.Fatal(err)
		}
		return bottest.Subject{
			Platform: s, Channel: channel(), Mina: account("mina"), Jun: account("jun"), Now: clock.Now,
			KeepsKeys: true, ReadsHistory: true,
			Ready: s.ready,
			Say:   s.speak, EditComment: s.editComment, DeleteComment: s.deleteComment,
			Command: s.order, Press: s.press,
			Posts:    func() []bottest.Post { return s.posts(func(p place) bool { return p == place{} }) },
			Replies:  s.replies,
			Private:  func(a bot.Account) []bottest.Post { return s.posts(func(p place) bool { return p.to.user == a.User }) },
			Notified: func() []string { return nil }, // a terminal has no bell for anybody
			Screen:   screen.String,
		}
	})
}

func (s *stage) Listen(ctx context.Context, h bot.Handler) error {
	s.mind.Lock()
	s.handlers = append(s.handlers, h)
	s.mind.Unlock()
	select {
	case s.begun <- struct{}{}:
	case <-ctx.Done():
	}
	return s.Console.Listen(ctx, h)
}

func (s *stage) ready(ctx context.Context) error {
	select {
	case <-s.begun:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// handler is who listened last.
func (s *stage) handler() bot.Handler {
	s.mind.Lock()
	defer s.mind.Unlock()
	return s.handlers[len(s.handlers)-1]
}

// speak types a message. One in the channel itself is one that cannot be typed, since the player is always in a thread.
func (s *stage) speak(t bot.Thread, from bot.Account, name, text string) string {
	s.echo(member{from.User, name}, line{kind: speak, text: text})
	s.mu.Lock()
	in := s.thread(t.ID)
	s.mu.Unlock()
	if in == nil {
		return ""
	}
	s.o.Clock.Wind(s.o.Clock.Now().Add(1))
	// The handler's error is what Chat would tell; the case looks for what becomes of the comment.
	c, _ := s.sayIn(s.t.Context(), s.handler(), in, member{from.User, name}, text)
	return c.ID
}

func (s *stage) editComment(t bot.Thread, id, text string) { s.alter(t, id, text, false) }
func (s *stage) deleteComment(t bot.Thread, id string)     { s.alter(t, id, "", true) }

func (s *stage) alter(t bot.Thread, id, text string, gone bool) {
	s.mu.Lock()
	in := s.thread(t.ID)
	i := slices.IndexFunc(in.comments, func(c bot.Comment) bool { return c.ID == id })
	s.mu.Unlock()
	s.o.Clock.Wind(s.o.Clock.Now().Add(1))
	if err := s.change(s.t.Context(), s.handler(), in, i, text, gone); err != nil {
		s.t.Error(err)
	}
}

func (s *stage) order(ctx context.Context, c bot.Command) (bot.Reply, error) {
	s.mu.Lock()
	at := place{thread: s.thread(c.Thread)}
	before := len(s.messages)
	s.mu.Unlock()
	_, err := s.give(ctx, s.handler(), c, at)
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.messages {
		if m.n > before && m.place.reply {
			return bot.Reply{Message: m.body, Private: m.place.to != member{}}, err
		}
	}
	return bot.Reply{}, err
}

func (s *stage) press(ctx context.Context, c bot.Command, id, label string) (bot.Reply, error) {
	for n := 1; ; n++ {
		a, at, ok := s.button(member{c.From.User, c.Name}, n)
		if !ok {
			return bot.Reply{}, fmt.Errorf("message %s has no button %q", id, label)
		}
		if a.Label == label {
			_, err := s.askAt(ctx, s.handler(), member{c.From.User, c.Name}, a.Command, at)
			return bot.Reply{}, err
		}
	}
}

func (s *stage) replies(t bot.Thread) []bottest.Post {
	return s.posts(func(p place) bool { return p.thread != nil && p.thread.id == t.ID })
}

// posts returns what was said in the places that fit, oldest first.
func (s *stage) posts(fits func(place) bool) []bottest.Post {
	s.mu.Lock()
	defer s.mu.Unlock()
	said := slices.SortedFunc(maps.Values(s.messages), func(a, b *message) int { return cmp.Compare(a.n, b.n) })
	var posts []bottest.Post
	for _, m := range said {
		if fits(m.place) {
			posts = append(posts, bottest.Post{ID: m.id, Text: m.body.Text, Actions: m.body.Actions, Private: m.place.to != member{}})
		}
	}
	return posts
}
