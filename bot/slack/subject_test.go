package slack

import (
	"cmp"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"rewind/bot"
	"rewind/bot/bottest"
	"rewind/bot/bottest/memnet"
	"rewind/bot/slack/slacktest"
)

// town is a workspace with the platform in it, and the people that the shared tests know.
type town struct {
	*slacktest.Server
	t         *testing.T
	o         Options
	p         *Platform // the newest
	room      *slacktest.Channel
	mina, jun *slacktest.Member
	root      *slacktest.Member // may delete everything
	people    map[string]*slacktest.Member
	log       *doorLog
	up        chan *memnet.Listener // tells what the platform listens on over HTTP; nil with Socket Mode
	away      []*slacktest.Ordered  // what keeps the platform from connecting
	ordered   map[bottest.Kind][]*slacktest.Ordered

	mu    sync.Mutex // guards last and given
	last  envelope
	given map[string]envelope // by the shared tests' ID of a command
}

// newSubject is the platform over Socket Mode as the shared tests want it, at Slack's own pace. It is to be called in a bubble.
func newSubject(t *testing.T) (bottest.Subject, *town) {
	t.Helper()
	x := newTown(t, false)
	x.SetPostLimit(postPace.burst, postPace.every)
	x.o.pace = postPace
	x.open()
	t.Cleanup(func() {
		for _, never := range []string{x.Token(), x.AppToken(), x.SigningSecret(), "panicked"} {
			if strings.Contains(x.log.String(), never) {
				t.Errorf("the log holds %q", never)
			}
		}
	})
	return x.subject(), x
}

// newTown makes a workspace. The platform does not listen yet.
func newTown(t *testing.T, hooks bool) *town {
	t.Helper()
	x := &town{Server: slacktest.NewInMemory(t), t: t, log: &doorLog{}, people: map[string]*slacktest.Member{}, given: map[string]envelope{},
		ordered: map[bottest.Kind][]*slacktest.Ordered{}}
	x.SetScopes(scopeNames()...)
	var events []string
	for _, e := range botEvents {
		events = append(events, e.Name)
	}
	x.Subscribe(events...)
	x.SetPostLimit(1000, time.Millisecond)
	x.room = x.Channel("general")
	x.mina, x.jun, x.root = x.person("Mina"), x.person("Jun"), x.person("Root")
	x.root.Set(func(p *slacktest.Profile) { p.Admin = true })
	x.o = Options{BotToken: x.Token(), API: x.URL(), Log: slog.New(slog.NewTextHandler(x.log, &slog.HandlerOptions{Level: slog.LevelDebug})), Network: x.Transport(), Dial: x.Dial, pace: pace{time.Millisecond, 1000}}
	if hooks {
		x.byHooks(&x.o)
	} else {
		x.o.AppToken = x.AppToken()
	}
	x.open()
	return x
}

// open makes the platform, as another process has it.
func (x *town) open() bot.Platform {
	p := New(x.o)
	take := p.door.take
	p.door.take = func(ctx context.Context, e envelope) (any, error) {
		if e.kind == slashCommands || strings.Contains(string(e.body), `"app_mention"`) {
			x.mu.Lock()
			x.last = e
			x.mu.Unlock()
		}
		return take(ctx, e)
	}
	x.p = p
	return p
}

// byHooks lets Slack send its requests to a listener in memory, which is there anew whenever the platform listens.
func (x *town) byHooks(o *Options) {
	x.up = make(chan *memnet.Listener, 1)
	o.SigningSecret = x.SigningSecret()
	o.accept = func() (net.Listener, error) {
		m := memnet.New()
		x.up <- m
		return m, nil
	}
}

// point waits until the platform listens, and points Slack at it.
func (x *town) point(ctx context.Context) error {
	var m *memnet.Listener
	select {
	case m = <-x.up:
	case <-ctx.Done():
		return ctx.Err()
	}
	transport := &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return m.Dial(ctx) }}
	x.PointAt(slacktest.Hooks{Events: "http://bot.test/", Commands: "http://bot.test/", Interactivity: "http://bot.test/", Client: &http.Client{Transport: transport}})
	return nil
}

func (x *town) channel() bot.Channel {
	return bot.Channel{Platform: name, Workspace: x.ID(), ID: x.room.ID()}
}

func (x *town) account(m *slacktest.Member) bot.Account {
	return bot.Account{Platform: name, Workspace: x.ID(), User: m.ID()}
}

// person is somebody who is in the channel.
func (x *town) person(name string) *slacktest.Member {
	m := x.Member(name)
	x.room.Invite(m)
	x.people[m.ID()] = m
	return m
}

func (x *town) member(a bot.Account) *slacktest.Member {
	x.t.Helper()
	m := x.people[a.User]
	if m == nil {
		x.t.Fatalf("nobody is %s", a.User)
	}
	return m
}

func (x *town) subject() bottest.Subject {
	x.mina.Set(func(p *slacktest.Profile) { p.Admin = true })
	s := bottest.Subject{
		Platform: x.p, Channel: x.channel(), Mina: x.account(x.mina), Jun: x.account(x.jun), ReadsHistory: true, Threaded: true, Limit: mostMessage,
		Secrets: []string{x.Token(), x.AppToken(), x.SigningSecret()},
		Person:  func(name string) bot.Account { return x.account(x.person(name)) }, Reopen: x.open,
		Say: x.say, EditComment: x.edit, DeleteComment: x.remove, DeleteThread: x.removeThread, Command: x.command, Press: x.press,
		Posts: x.posts, Replies: x.replies, Private: x.private, Notified: x.notified, Break: map[bottest.Kind]func(int){}, Happened: x.happened,
	}
	for kind, f := range map[bottest.Kind]slacktest.Fault{
		bottest.Refuse:     {Kind: slacktest.Refuse, Code: "restricted_action"},
		bottest.RefuseWide: {Kind: slacktest.Refuse, Code: "token_revoked"},
		bottest.TimeOut:    {Kind: slacktest.ResetBefore},
		bottest.LoseAnswer: {Kind: slacktest.ResetAfter},
		bottest.RateLimit:  {Kind: slacktest.Limited, After: time.Second},
		bottest.Stall:      {Kind: slacktest.SilentBefore},
	} {
		s.Break[kind] = func(skip int) {
			f.Method, f.Skip = postMethod, skip
			x.ordered[kind] = append(x.ordered[kind], x.Order(f))
		}
	}
	s.Break[bottest.HideHistory] = func(int) {
		o := x.Order(slacktest.Fault{Kind: slacktest.Refuse, Method: "conversations.history", Code: "missing_scope", Times: -1})
		x.ordered[bottest.HideHistory] = append(x.ordered[bottest.HideHistory], o)
	}
	if x.up == nil {
		s.Disconnect, s.Connect = x.disconnect, x.connect
	} else {
		s.Ready = x.point
	}
	return s
}

func (x *town) happened(kind bottest.Kind) (times int) {
	for _, o := range x.ordered[kind] {
		times += o.Count()
	}
	return times
}

// mustHappen fails the test unless each ordered fault has happened by its end.
func (x *town) mustHappen() {
	x.t.Cleanup(func() {
		for kind, all := range x.ordered {
			if slices.ContainsFunc(all, func(o *slacktest.Ordered) bool { return o.Count() == 0 }) {
				x.t.Errorf("a fault %q did not happen", kind)
			}
		}
	})
}

func (x *town) disconnect() {
	x.away = append(x.away, x.Order(slacktest.Fault{Kind: slacktest.ConnectionRefused, Times: -1}))
	x.DropConnections()
}

func (x *town) connect() {
	for _, o := range x.away {
		o.Stop()
	}
}

func (x *town) message(ts string) slacktest.Message {
	return slacktest.Message{Channel: x.room.ID(), TS: ts}
}

func (x *town) say(t bot.Thread, from bot.Account, _, text string) string {
	m := x.member(from)
	if t.ID == "" {
		return m.Say(x.room, text).TS
	}
	return m.Reply(x.message(t.ID), text).TS
}

func (x *town) author(id string) *slacktest.Member {
	x.t.Helper()
	m, ok := x.room.Message(id)
	if !ok {
		x.t.Fatalf("there is no message %s", id)
	}
	return x.member(bot.Account{User: m.User})
}

func (x *town) edit(_ bot.Thread, id, text string) { x.author(id).Edit(x.message(id), text) }
func (x *town) remove(_ bot.Thread, id string)     { x.author(id).Delete(x.message(id)) }

func (x *town) removeThread(t bot.Thread) {
	all := x.room.Thread(x.message(t.ID))
	for _, m := range slices.Backward(all) {
		x.root.Delete(m)
	}
}

// command gives a command as it can be given there: by /quiz; in a thread, where that does not work, by a mention; with files, which
// /quiz does not take, in the conversation with the bot. One that was given before comes again, as it does long after the
// door has forgotten it.
func (x *town) command(ctx context.Context, c bot.Command) (bot.Reply, error) {
	m := x.member(c.From)
	files, err := uploads(ctx, c.Attachments)
	if err != nil {
		return bot.Reply{}, err
	}
	return x.answered(m, c.Thread, func() error {
		x.mu.Lock()
		before, again := x.given[c.ID]
		x.last = envelope{}
		x.mu.Unlock()
		switch {
		case again:
			_, err := x.p.take(ctx, before)
			return err
		case len(files) > 0:
			m.Upload(m.Direct(), nil, c.Text, files...)
			return nil
		case c.Thread != "":
			m.MentionIn(x.message(c.Thread), c.Text)
		default:
			m.Slash(x.room, "/quiz "+c.Text)
		}
		time.Sleep(time.Millisecond) // it is there by then
		x.mu.Lock()
		defer x.mu.Unlock()
		x.given[c.ID] = x.last
		return nil
	})
}

func uploads(ctx context.Context, all []bot.Attachment) (files []slacktest.Upload, err error) {
	for _, a := range all {
		r, err := a.Open(ctx)
		if err != nil {
			return nil, err
		}
		content, err := io.ReadAll(r)
		if err = cmp.Or(err, r.Close()); err != nil {
			return nil, err
		}
		files = append(files, slacktest.Upload{Name: a.Name, Content: string(content)})
	}
	return files, nil
}

func (x *town) press(_ context.Context, c bot.Command, id, label string) (bot.Reply, error) {
	m := x.member(c.From)
	return x.answered(m, "", func() error {
		m.Press(x.message(id), label)
		return nil
	})
}

// replySpan is how long a reply is waited for; in a bubble it is there at once, or it does not come.
const replySpan = 3 * time.Second

// answered does something and returns what somebody sees of it: a message that answers, or a form, which is closed again.
func (x *town) answered(m *slacktest.Member, thread string, do func() error) (bot.Reply, error) {
	before := len(x.answers(m, thread))
	if err := do(); err != nil {
		return bot.Reply{}, err
	}
	for end := time.Now().Add(replySpan); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if v, ok := m.Modal(); ok {
			m.Close(v)
			return bot.Reply{Private: true, Message: bot.Message{Text: v.Title}}, nil
		}
		if len(x.answers(m, thread)) > before {
			time.Sleep(time.Millisecond) // a better one may have come at the same time
			all := x.answers(m, thread)
			last := all[len(all)-1]
			private := last.Ephemeral || last.Channel != x.room.ID()
			return bot.Reply{Private: private, Message: bot.Message{Text: shown(last), Actions: buttonsOf(last)}}, nil
		}
	}
	return bot.Reply{}, nil
}

// answers are the bot's answers to commands that somebody sees, the newest last. Letters, which carry their key, are none.
func (x *town) answers(m *slacktest.Member, thread string) (all []slacktest.Message) {
	all = append(x.room.Messages(), m.Direct().Messages()...)
	if thread != "" {
		all = append(all, x.room.Thread(x.message(thread))...)
	}
	all = append(all, m.Ephemerals()...)
	all = slices.DeleteFunc(all, func(o slacktest.Message) bool {
		return o.User != x.Bot().ID() || o.Metadata != nil && !strings.Contains(string(o.Metadata.EventPayload), `"key":"answer/`)
	})
	slices.SortStableFunc(all, func(a, b slacktest.Message) int { return cmp.Compare(a.TS, b.TS) })
	return all
}

// buttonsOf are the buttons of a message with the commands that they stand for.
func buttonsOf(m slacktest.Message) (actions []bot.Action) {
	var blocks []struct {
		Elements []struct {
			Type  string                `json:"type"`
			Value string                `json:"value"`
			Text  struct{ Text string } `json:"text"`
		} `json:"elements"`
	}
	if json.Unmarshal(m.Blocks, &blocks) != nil {
		return nil
	}
	for _, b := range blocks {
		for _, e := range b.Elements {
			if e.Type == "button" {
				actions = append(actions, bot.Action{Label: e.Text.Text, Command: e.Value})
			}
		}
	}
	return actions
}

func (x *town) own(messages []slacktest.Message) (all []bottest.Post) {
	for _, m := range messages {
		if m.User == x.Bot().ID() {
			all = append(all, bottest.Post{ID: m.TS, Text: shown(m), Private: m.Ephemeral})
		}
	}
	return all
}

func (x *town) posts() []bottest.Post { return x.own(x.room.Messages()) }

func (x *town) replies(t bot.Thread) []bottest.Post {
	all := x.room.Thread(x.message(t.ID))
	return x.own(slices.DeleteFunc(all, func(m slacktest.Message) bool { return m.TS == t.ID }))
}

func (x *town) private(a bot.Account) []bottest.Post {
	m := x.member(a)
	return x.own(append(m.Ephemerals(), m.Direct().Messages()...))
}

func (x *town) notified() (all []string) {
	messages := append(x.room.Messages(), x.mina.Ephemerals()...)
	for _, m := range x.room.Messages() {
		messages = append(messages, x.room.Thread(m)...)
	}
	for _, m := range messages {
		if m.User == x.Bot().ID() {
			all = append(all, m.Mentions()...)
		}
	}
	return all
}
