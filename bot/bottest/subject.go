package bottest

import (
	"context"
	"strings"
	"time"

	"rewind/bot"
)

// Subject is a platform under test, with an empty channel to play in. A nil function is a thing that the platform does not
// have or that its test cannot do.
type Subject struct {
	Platform bot.Platform
	Channel  bot.Channel
	Mina     bot.Account // two people who are in the channel
	Jun      bot.Account
	// Now is the platform's time; nil is the machine's.
	Now func() time.Time

	// KeepsKeys says that a key is recognised for a while without a look into the history.
	KeepsKeys bool
	// ReadsHistory says that keys can be looked up in the history, and threads read.
	ReadsHistory bool
	// Threaded says that every message has its thread from the beginning, so that a look finds it without anybody opening it.
	Threaded bool
	// Limit is the longest message in runes, zero if there is none.
	Limit int
	// Secrets are what no error may hold: tokens, addresses with a token.
	Secrets []string

	// Person is anybody else, who is made where there is nobody of that name.
	Person func(name string) bot.Account
	// Reopen returns the platform anew, as another process would have it; the former one listens no more.
	Reopen func() bot.Platform

	// Ready waits until the platform listens. Where it is nil the first Gap says so.
	Ready func(ctx context.Context) error

	// What people do. A thread without ID is the channel itself. Say returns the comment's ID as the handler is told it.
	Say           func(t bot.Thread, from bot.Account, name, text string) string
	EditComment   func(t bot.Thread, id, text string)
	DeleteComment func(t bot.Thread, id string)
	DeleteThread  func(t bot.Thread)
	// Command gives a command and returns its reply as it stands when the handler is done. Two commands with one ID are
	// one command that the platform brings twice.
	Command func(ctx context.Context, c bot.Command) (bot.Reply, error)
	// Press gives the command of the button with that label under a message of the channel.
	Press func(ctx context.Context, c bot.Command, id, label string) (bot.Reply, error)

	// What there is to see. A post's Text is as its reader sees it, escapes undone, a code fence as a line of backticks; fields
	// that the platform cannot show may be zero, other than ID and Text.
	Posts    func() []Post              // the bot's messages in the channel outside threads, oldest first
	Replies  func(t bot.Thread) []Post  // the bot's messages in a thread, oldest first
	Private  func(a bot.Account) []Post // what that account alone sees, replies to commands included
	Notified func() []string            // whom the platform notified because a text named them
	Screen   func() string              // all that a terminal was sent, of a platform that is one
	Break    map[Kind]func(skip int)    // orders a fault for a change that comes after skip others; hidden history stays
	Happened func(k Kind) int           // how often an ordered fault happened so far
	Forget   func()                     // makes the platform forget its keys

	// Disconnect breaks the connection, and Connect lets it come again. Between them, events are lost.
	Disconnect func()
	Connect    func()
}

// Subject returns the memory as a subject of the suite.
func (m *Memory) Subject() Subject {
	c := m.Channel("w1", "general")
	s := Subject{
		Platform:     m,
		Channel:      c,
		Mina:         m.Account("w1", "mina"),
		Jun:          m.Account("w1", "jun"),
		Person:       func(name string) bot.Account { return m.Account("w1", strings.ToLower(name)) },
		Reopen:       func() bot.Platform { return m },
		Now:          m.clock.Now,
		KeepsKeys:    m.window > 0,
		ReadsHistory: !m.blind,
		Limit:        m.limit,

		Say:           m.Say,
		EditComment:   func(t bot.Thread, id, text string) { m.EditComment(t, id, text) },
		DeleteComment: func(t bot.Thread, id string) { m.DeleteComment(t, id) },
		DeleteThread:  func(t bot.Thread) { m.DeleteThread(t) },
		Command:       m.Command,
		Press:         m.Press,

		Posts:      func() []Post { return m.Posts(c) },
		Replies:    m.replies,
		Private:    m.Private,
		Notified:   m.Notified,
		Break:      map[Kind]func(int){},
		Happened:   m.Faults.Happened,
		Disconnect: m.Disconnect,
		Connect:    m.Connect,
	}
	for _, k := range []Kind{Refuse, RefuseWide, TimeOut, LoseAnswer, RateLimit, Stall} {
		s.Break[k] = func(skip int) { m.Faults.Order(Fault{Kind: k, Skip: skip}) }
	}
	if s.ReadsHistory {
		s.Break[HideHistory] = func(skip int) { m.Faults.Order(Fault{Kind: HideHistory, Skip: skip, Times: Always}) }
	}
	if s.KeepsKeys {
		s.Forget = m.Forget
	}
	return s
}

func (m *Memory) replies(t bot.Thread) []Post {
	m.mu.Lock()
	defer m.mu.Unlock()
	if th := m.threads[t]; th != nil {
		return th.posts()
	}
	return nil
}
