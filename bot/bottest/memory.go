package bottest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"rewind/bot"
)

// Options say what kind of platform a Memory is. The zero value recognises keys for two minutes, has a readable history
// and takes texts of any length.
type Options struct {
	Name string // "memory" if empty
	// Window is how long after a message its key is recognised: two minutes if zero, never if negative.
	Window time.Duration
	// Blind hides the history: no key can be looked up in it, and no thread can be read.
	Blind bool
	// Limit is the longest message in runes, not below 64; zero is no limit. Longer texts are said in parts.
	Limit int
	// Pings makes the platform notify whoever is named in a text, which none may do: it is here to be caught.
	Pings bool
}

// Memory is a platform that lives in memory. It is the remote side too, so it outlives the bot that talks to it: what was
// posted is still there when the next bot listens. Its methods are safe for concurrent use.
type Memory struct {
	// Faults are what goes wrong and what happens around each operation.
	Faults Faults

	name   string
	clock  bot.Clock
	window time.Duration
	blind  bool
	limit  int
	pings  bool

	mu        sync.Mutex // guards all below; held while Faults' own lock is taken, never the other way
	rooms     map[bot.Channel]*room
	threads   map[bot.Thread]*thread
	private   map[bot.Account]*room
	keys      map[string]*message // the newest message of each key that is not forgotten
	keysSince time.Time           // when the keys were last forgotten
	last      time.Time           // the newest time given out
	serial    int                 // of messages and comments
	ops       map[bot.Op]int
	notified  []string
	conns     []*conn
	offline   bool
	held      *bot.Comment // an event that waits to come after the next one
}

// room is a sequence of messages: a channel, a thread, or what one account was told in private.
type room struct {
	messages []*message
}

type message struct {
	id      string
	key     string
	whole   string // the delivery's key, where this is a part of its text
	at      time.Time
	body    bot.Message
	edits   int
	private bool
	pinned  bool
	thread  *thread
}

type thread struct {
	room
	id       string
	name     string
	at       time.Time
	comments []bot.Comment
	marks    map[string][]string // the bot's reactions, by comment
}

// NewMemory returns a platform without channels. A nil clock is the machine's.
func NewMemory(clock bot.Clock, o Options) *Memory {
	if clock == nil {
		clock = bot.MachineClock{}
	}
	return &Memory{
		name:    cmp.Or(o.Name, "memory"),
		clock:   clock,
		window:  cmp.Or(o.Window, 2*time.Minute),
		blind:   o.Blind,
		limit:   o.Limit,
		pings:   o.Pings,
		rooms:   map[bot.Channel]*room{},
		threads: map[bot.Thread]*thread{},
		private: map[bot.Account]*room{},
		keys:    map[string]*message{},
		ops:     map[bot.Op]int{},
	}
}

// Name is the platform's word in accounts and channels.
func (m *Memory) Name() string { return m.name }

// Channel returns the channel of that ID and makes it if there is none.
func (m *Memory) Channel(workspace, id string) bot.Channel {
	c := bot.Channel{Platform: m.name, Workspace: workspace, ID: id}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.rooms[c] == nil {
		m.rooms[c] = &room{}
	}
	return c
}

// Account returns a person of the platform; every account can be written to.
func (m *Memory) Account(workspace, user string) bot.Account {
	return bot.Account{Platform: m.name, Workspace: workspace, User: user}
}

// Read returns the comments of a thread, oldest first.
func (m *Memory) Read(ctx context.Context, t bot.Thread) (bot.Snapshot, error) {
	if f := m.begin(ctx, &Operation{Op: Read, To: bot.Place{Channel: t.Channel, Thread: t.ID}}); f != nil {
		return bot.Snapshot{}, f
	}
	if m.hidden(t.Channel, Read) {
		return bot.Snapshot{}, refused("the history cannot be read")
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	th := m.threads[t]
	if th == nil {
		return bot.Snapshot{Gone: true}, nil
	}
	return bot.Snapshot{Comments: slices.Clone(th.comments)}, nil
}

// Check finds fault only with channels that are not there, and with a history that cannot be read.
func (m *Memory) Check(ctx context.Context, c bot.Channel) ([]bot.Missing, error) {
	if f := m.begin(ctx, &Operation{Op: Check, To: bot.Place{Channel: c}}); f != nil {
		return nil, f
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case m.rooms[c] == nil:
		return []bot.Missing{{Code: "send", What: "channel"}}, nil
	case m.blind:
		return []bot.Missing{{Code: "read", What: "history"}}, nil
	}
	return nil, nil
}

// Post is a message of the bot's as it stands.
type Post struct {
	ID      string
	Key     string // empty for replies to commands
	At      time.Time
	Text    string
	Actions []bot.Action
	Edits   int
	Private bool // only one person sees it

	Thread     string // the thread under it, empty if there is none
	ThreadName string
	Pinned     bool
	Marks      map[string][]string // the bot's reactions to comments in the thread
	Replies    []Post              // the bot's messages in the thread
	Comments   []bot.Comment       // people's
}

// Posts returns the bot's messages in a channel outside threads, oldest first.
func (m *Memory) Posts(c bot.Channel) []Post {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.rooms[c].posts()
}

// Private returns what one account alone was told, oldest first.
func (m *Memory) Private(a bot.Account) []Post {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.private[a].posts()
}

// Notified returns the mentions that made the platform notify somebody.
func (m *Memory) Notified() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.notified)
}

// Ops returns how often each operation was tried.
func (m *Memory) Ops() map[bot.Op]int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return maps.Clone(m.ops)
}

func (r *room) posts() []Post {
	if r == nil {
		return nil
	}
	var ps []Post
	for _, msg := range r.messages {
		ps = append(ps, msg.post())
	}
	return ps
}

func (msg *message) post() Post {
	p := Post{ID: msg.id, Key: msg.key, At: msg.at, Text: msg.body.Text, Actions: slices.Clone(msg.body.Actions), Edits: msg.edits, Private: msg.private, Pinned: msg.pinned}
	if t := msg.thread; t != nil {
		p.Thread, p.ThreadName = t.id, t.name
		p.Replies, p.Comments, p.Marks = t.posts(), slices.Clone(t.comments), maps.Clone(t.marks)
	}
	return p
}

// tick returns the platform's time. No two events share one, as with real platforms: a microsecond is put between them
// where the clock stands still. The caller holds mu.
func (m *Memory) tick() time.Time {
	now := m.clock.Now().UTC().Truncate(time.Microsecond)
	if !now.After(m.last) {
		now = m.last.Add(time.Microsecond)
	}
	m.last = now
	return now
}

// next returns a fresh number. The caller holds mu.
func (m *Memory) next() int {
	m.serial++
	return m.serial
}

// begin counts an operation and lets the test do what it wants before it. Nothing was changed if it fails, but the bot
// cannot know that unless it gave up by itself.
func (m *Memory) begin(ctx context.Context, op *Operation) *bot.Failure {
	m.mu.Lock()
	m.ops[op.Op]++
	m.mu.Unlock()
	if err := m.Faults.before(op); err != nil {
		return unknown(err)
	}
	if err := ctx.Err(); err != nil {
		return &bot.Failure{Outcome: bot.NotDone, Err: err}
	}
	return nil
}

// hidden says that the history of a channel cannot be read now.
func (m *Memory) hidden(c bot.Channel, op bot.Op) bool {
	if _, ok := m.Faults.take(looking, c, op); ok {
		m.Faults.count(HideHistory)
		return true
	}
	return m.blind
}

func refused(format string, a ...any) *bot.Failure {
	return &bot.Failure{Outcome: bot.Refused, Err: fmt.Errorf(format, a...)}
}

func unknown(err error) *bot.Failure { return &bot.Failure{Outcome: bot.Unknown, Err: err} }

var (
	errTimeout = errors.New("the platform did not answer in time")
	errBlind   = errors.New("the history cannot be read, and the key is not kept")
)
