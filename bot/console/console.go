// Package console is the same bot in a terminal: a chat platform of one channel on a screen, in which one person plays
// several members and winds the clock. It needs no account and no network, and a script can drive it through a pipe.
//
// A Console is both ends of the platform. Towards the bot it is a bot.Platform: it keeps what was said in memory, so that
// within a run deliveries are recognised by key, threads are read and messages are edited. Towards the person it is
// Chat, which reads lines, does what they say and prints what comes of it.
//
// A fresh run has an empty screen. What a former run showed is gone from it, and the console makes no secret of that:
//   - a delivery whose key this run does not know is posted, even if a former run may have posted it;
//   - an edit of a former run's message prints the message anew, and a former run's thread can still be written into;
//   - it never calls Handler.Gap, since reading a former run's thread on an empty screen would look as if every comment
//     in it had been deleted; reading such a thread fails for the same reason.
//
// The clock stands still between lines and all output of a line is printed together, in an order that does not depend on
// which delivery came first. So the same lines give the same transcript.
package console

import (
	"context"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/text/unicode/norm"

	"rewind/bot"
)

const (
	platform  = "console"
	workspace = "local"
	general   = "general"
)

// Options are what a console is made of.
type Options struct {
	Out   io.Writer
	Clock *Clock
	Words bot.Words
	// Interactive says that a person types and reads: lines are asked for with a prompt, and long ones are wrapped.
	// Otherwise the lines are a script: they are printed as they are done, and the first that is no command ends it.
	Interactive bool
	// Color allows headings in bold where the console is interactive; who sets it honours NO_COLOR.
	Color bool
	Width int            // of the terminal in columns; 80 where zero
	Zone  *time.Location // of the dates on the screen; UTC where nil
	Name  string         // of the first member, who is the admin
	// File reads a file that is attached to a command; nil means the machine's.
	File func(name string) (io.ReadCloser, error)
	// User is the first member's account, for a name that differs from run to run; made of the name where empty, as
	// everybody else's is.
	User string
}

// Console is the terminal as a platform.
type Console struct {
	o     Options
	run   string // starts every ID of this run
	first member

	mu       sync.Mutex // guards the fields below
	names    map[string]string
	receipts map[string]bot.Receipt // by key
	messages map[string]*message
	threads  []*thread // in the order they were opened
	chosen   *thread   // nil: the newest
	buttons  []buttons // the latest last
	attached []string  // files that the next command takes along
	commands int
	comments int
	settled  int // how many messages there were when the screen was last printed
	opened   int // how many threads there were then
	held     bool
	pending  []block
	screen   screen
}

// member is a person that the player speaks for.
type member struct{ user, name string }

// message is something the bot said.
type message struct {
	id    string
	n     int // from 1 in the order they were said
	body  bot.Message
	place place
}

type thread struct {
	id       string
	message  string // under which it was opened
	name     string
	comments []bot.Comment // without the deleted ones
}

// New returns a console. IDs start with the time the clock stands at, so runs that start at different times share none.
func New(o Options) *Console {
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	if o.File == nil {
		o.File = func(name string) (io.ReadCloser, error) { return os.Open(name) }
	}
	if o.Width <= 0 {
		o.Width = 80
	}
	c := &Console{
		o: o, run: strconv.FormatInt(o.Clock.Now().UnixMilli(), 36), held: true,
		names: map[string]string{}, receipts: map[string]bot.Receipt{}, messages: map[string]*message{},
	}
	c.screen.out = o.Out
	c.first = c.member(o.Name)
	return c
}

// Command returns a command as the first member would give it in the channel, with an ID of its own. It is for what is to
// be done before the chat begins; nothing of it is shown.
func (c *Console) Command(text string) bot.Command {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.command(c.first, text, "")
}

// command is called with mu held.
func (c *Console) command(who member, text, thread string) bot.Command {
	c.commands++
	return bot.Command{
		ID: c.id("command", c.commands), From: account(who.user), Name: who.name, Admin: who.user == c.first.user,
		Lang: string(c.o.Words.Lang()), Channel: channel(), Thread: thread, Text: text, Attachments: c.attachments(),
	}
}

// attachments are the files that wait for a command; they go with it. It is called with mu held.
func (c *Console) attachments() (list []bot.Attachment) {
	for _, name := range c.attached {
		list = append(list, bot.Attachment{Name: name, Open: func(context.Context) (io.ReadCloser, error) { return c.o.File(name) }})
	}
	c.attached = nil
	return list
}

// attach keeps a file for the next command. It says whether there is such a file.
func (c *Console) attach(name string) error {
	f, err := c.o.File(name)
	if err != nil {
		return err
	}
	c.mu.Lock()
	c.attached = append(c.attached, name)
	c.mu.Unlock()
	return f.Close()
}

// member finds a person by name, whatever its case, or welcomes a new one.
func (c *Console) member(name string) member {
	c.mu.Lock()
	defer c.mu.Unlock()
	m := member{user: userOf(name), name: norm.NFC.String(name)}
	if c.o.User != "" && m.user == userOf(c.o.Name) {
		m.user = c.o.User
	}
	if known, ok := c.names[m.user]; ok {
		m.name = known
	}
	c.names[m.user] = m.name
	return m
}

func channel() bot.Channel {
	return bot.Channel{Platform: platform, Workspace: workspace, ID: general}
}

func account(user string) bot.Account {
	return bot.Account{Platform: platform, Workspace: workspace, User: user}
}

func (c *Console) id(what string, n int) string { return fmt.Sprintf("%s-%s-%d", what, c.run, n) }

// former says whether an ID is one of a thing of that kind that another run showed.
func (c *Console) former(what, id string) bool {
	parts := strings.Split(id, "-")
	if len(parts) != 3 || parts[0] != what || parts[1] == c.run {
		return false
	}
	_, err := strconv.Atoi(parts[2])
	return err == nil
}

// newest returns the thread that was opened last, nil if there is none. It is called with mu held.
func (c *Console) newest() *thread {
	if len(c.threads) == 0 {
		return nil
	}
	return c.threads[len(c.threads)-1]
}

// current returns the thread that the player is in, nil if there is none. It is called with mu held.
func (c *Console) current() *thread {
	if c.chosen != nil {
		return c.chosen
	}
	return c.newest()
}

// number is a thread's as the player types it, from 1. It is called with mu held.
func (c *Console) number(t *thread) int {
	for i, known := range c.threads {
		if known == t {
			return i + 1
		}
	}
	return 0
}

func (c *Console) thread(id string) *thread {
	for _, t := range c.threads {
		if t.id == id {
			return t
		}
	}
	return nil
}
