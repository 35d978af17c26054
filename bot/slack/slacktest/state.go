package slacktest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// object is a JSON object under construction.
type object = map[string]any

// Workspace is where people and channels are. The server's mutex guards all of it.
type Workspace struct {
	s          *Server
	id         string
	name       string
	domain     string
	token      string
	tokenState string // an error code, or "" while the token is valid
	scopes     []string
	bot        *Member
	botID      string
	members    []*Member
	channels   []*Channel
	groups     []*Group
	files      []*File
	last       int64 // of the message ts given out, in microseconds
}

// defaultScopes are those that a bot token has unless the test says otherwise.
var defaultScopes = []string{"app_mentions:read", "channels:history", "channels:join", "channels:read", "chat:write", "commands", "files:read",
	"files:write", "groups:history", "groups:read", "im:history", "im:read", "im:write", "pins:read", "pins:write", "reactions:read",
	"reactions:write", "team:read", "usergroups:read", "users:read"}

// Install installs the app in another workspace.
func (s *Server) Install(name string) *Workspace {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.install(name)
}

func (s *Server) install(name string) *Workspace {
	w := &Workspace{s: s, id: s.newID("T"), name: name, domain: strings.ReplaceAll(strings.ToLower(name), " ", "-"), scopes: slices.Clone(defaultScopes)}
	w.token = "xoxb-" + w.id + "-of-the-tests"
	w.botID = s.newID("B")
	w.bot = w.add("rewind")
	w.bot.profile.RealName, w.bot.profile.Bot = "Rewind", true
	s.workspaces = append(s.workspaces, w)
	return w
}

// newID returns an ID as Slack's are: a letter that says of what, then letters and digits. The caller holds s.mu or is starting.
func (s *Server) newID(kind string) string {
	s.lastID++
	return fmt.Sprintf("%s0%08s", kind, strings.ToUpper(strconv.FormatInt(int64(s.lastID)+36*36*36*36, 36)))
}

// ID is the workspace's ID.
func (w *Workspace) ID() string { return w.id }

// Token is the token of the bot in this workspace.
func (w *Workspace) Token() string { return w.token }

// Bot is the bot's user.
func (w *Workspace) Bot() *Member { return w.bot }

// SetScopes sets what the bot's token may do.
func (w *Workspace) SetScopes(scopes ...string) {
	w.s.mu.Lock()
	defer w.s.mu.Unlock()
	w.scopes = slices.Clone(scopes)
}

// WithoutScope takes one scope from the bot's token.
func (w *Workspace) WithoutScope(scope string) {
	w.s.mu.Lock()
	defer w.s.mu.Unlock()
	w.scopes = slices.DeleteFunc(w.scopes, func(s string) bool { return s == scope })
}

// RefuseToken lets every use of the bot's token fail with an error such as "token_revoked" or "account_inactive"; with "" it is
// valid again.
func (w *Workspace) RefuseToken(code string) {
	w.s.mu.Lock()
	defer w.s.mu.Unlock()
	w.tokenState = code
}

// RefuseAppToken does the same with the app-level token.
func (s *Server) RefuseAppToken(code string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.app.appTokenState = code
}

// newTS returns the ts of a new message: the time in microseconds, later than all before it.
func (w *Workspace) newTS() string {
	w.last = max(time.Now().UnixMicro(), w.last+1)
	return formatTS(w.last)
}

func formatTS(micro int64) string { return fmt.Sprintf("%d.%06d", micro/1e6, micro%1e6) }

// Channel is a place to talk: a public or private channel, or the conversation of the bot with one person.
type Channel struct {
	w        *Workspace
	id       string
	name     string
	kind     channelKind
	created  time.Time
	archived bool
	deleted  bool
	refusal  string // the error code of every post of the bot
	members  []*Member
	messages []*Message // in the order of their ts, replies among them
	pins     []pin
}

// channelKind is the kind of a channel, named as channel_type in events.
type channelKind string

const (
	public  channelKind = "channel"
	private channelKind = "group"
	direct  channelKind = "im"
)

type pin struct {
	message *Message
	by      *Member
	at      time.Time
}

// Channel returns the public channel with a name. It is made, with the bot in it, when it is first asked for.
func (w *Workspace) Channel(name string) *Channel { return w.named(name, public) }

// Private returns the private channel with a name. It is made, with the bot and these people in it, when it is first asked for.
func (w *Workspace) Private(name string, people ...*Member) *Channel {
	c := w.named(name, private)
	w.s.mu.Lock()
	defer w.s.mu.Unlock()
	for _, m := range people {
		c.add(m)
	}
	return c
}

func (w *Workspace) named(name string, k channelKind) *Channel {
	w.s.mu.Lock()
	defer w.s.mu.Unlock()
	for _, c := range w.channels {
		if c.name == name && c.kind == k {
			return c
		}
	}
	c := w.newChannel(name, k)
	c.add(w.bot)
	return c
}

func (w *Workspace) newChannel(name string, k channelKind) *Channel {
	prefix := "C"
	if k == direct {
		prefix = "D"
	}
	c := &Channel{w: w, id: w.s.newID(prefix), name: name, kind: k, created: time.Now()}
	w.channels = append(w.channels, c)
	return c
}

// direct returns the conversation of the bot with one person, which is made when it is first asked for.
func (w *Workspace) direct(m *Member) *Channel {
	for _, c := range w.channels {
		if c.kind == direct && c.has(m) {
			return c
		}
	}
	c := w.newChannel("", direct)
	c.add(w.bot)
	c.add(m)
	return c
}

// ID is the channel's ID.
func (c *Channel) ID() string { return c.id }

func (c *Channel) has(m *Member) bool { return slices.Contains(c.members, m) }

func (c *Channel) add(m *Member) {
	if !c.has(m) {
		c.members = append(c.members, m)
	}
}

// find returns the message with a ts.
func (c *Channel) find(ts string) *Message {
	i, ok := slices.BinarySearchFunc(c.messages, ts, func(m *Message, ts string) int { return strings.Compare(m.TS, ts) })
	if !ok {
		return nil
	}
	return c.messages[i]
}

// replies returns the replies to a parent, the oldest first.
func (c *Channel) replies(parent string) []*Message {
	var list []*Message
	for _, m := range c.messages {
		if m.ThreadTS == parent && m.TS != parent {
			list = append(list, m)
		}
	}
	return list
}

func (w *Workspace) channel(id string) *Channel {
	i := slices.IndexFunc(w.channels, func(c *Channel) bool { return c.id == id && !c.deleted })
	if i < 0 {
		return nil
	}
	return w.channels[i]
}

func (w *Workspace) member(id string) *Member {
	i := slices.IndexFunc(w.members, func(m *Member) bool { return m.id == id })
	if i < 0 {
		return nil
	}
	return w.members[i]
}

// Group is a user group.
type Group struct {
	w        *Workspace
	id       string
	handle   string
	disabled bool
	members  []*Member
}

// Group returns the user group with a handle, which is made when it is first asked for, and sets its members.
func (w *Workspace) Group(handle string, people ...*Member) *Group {
	w.s.mu.Lock()
	defer w.s.mu.Unlock()
	i := slices.IndexFunc(w.groups, func(g *Group) bool { return g.handle == handle })
	if i < 0 {
		w.groups = append(w.groups, &Group{w: w, id: w.s.newID("S"), handle: handle})
		i = len(w.groups) - 1
	}
	w.groups[i].members = slices.Clone(people)
	return w.groups[i]
}

// ID is the group's ID.
func (g *Group) ID() string { return g.id }

// Disable disables the group.
func (g *Group) Disable() {
	g.w.s.mu.Lock()
	defer g.w.s.mu.Unlock()
	g.disabled = true
}
