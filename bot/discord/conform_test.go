package discord

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"rewind/bot"
	"rewind/bot/bottest"
	"rewind/bot/discord/discordtest"
)

// world is a Discord in memory with a guild to play in, and the platform that is tested.
type world struct {
	*testing.T
	*discordtest.Server
	platform  *Platform
	log       *logged
	guild     *discordtest.Guild
	channel   *discordtest.Channel
	mina, jun *discordtest.Person
	people    map[string]*discordtest.Person // everybody else, by ID

	mu      sync.Mutex // guards what follows
	waits   []*discordtest.Ordered
	orders  []*discordtest.Ordered
	replies map[string]bot.Reply // by the command's ID
}

// inWorld runs f in a bubble.
func inWorld(t *testing.T, f func(*testing.T, *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { f(t, newWorld(t)) })
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{T: t, Server: discordtest.NewInMemory(t), log: &logged{}, replies: map[string]bot.Reply{}}
	w.platform = w.start()
	w.guild = w.Server.Guild("Study")
	w.channel = w.guild.Text("daily")
	w.mina, w.jun = w.guild.Member("Mina"), w.guild.Member("Jun")
	return w
}

// start makes a platform as after a start of the bot.
func (w *world) start() *Platform {
	w.T.Helper()
	p, err := New(Options{
		Token: strings.TrimPrefix(w.Token(), "Bot "), API: w.URL(), Dial: w.Dial, Log: slog.New(slog.NewTextHandler(w.log, nil)),
	})
	if err != nil {
		w.T.Fatal(err)
	}
	w.T.Cleanup(p.Close)
	return p
}

func (w *world) place(c *discordtest.Channel) bot.Channel {
	return bot.Channel{Platform: name, Workspace: w.guild.ID, ID: c.ID}
}

func (w *world) account(p *discordtest.Person) bot.Account {
	return bot.Account{Platform: name, Workspace: w.guild.ID, User: p.ID()}
}

func (w *world) person(a bot.Account) *discordtest.Person {
	if p := w.people[a.User]; p != nil {
		return p
	}
	if a.User == w.jun.ID() {
		return w.jun
	}
	return w.mina
}

// seen are messages as the suite looks at them.
func seen(list []discordtest.Message) (posts []bottest.Post) {
	for _, m := range list {
		posts = append(posts, bottest.Post{ID: m.ID, At: m.Timestamp, Text: unescaped(m.Content)})
	}
	return posts
}

// unescaped is a text without the backslashes that Discord does not show, which in code it does.
func unescaped(text string) string {
	var b strings.Builder
	fenced := false
	for line := range strings.Lines(text) {
		if strings.HasPrefix(strings.TrimSpace(line), "```") {
			fenced = !fenced
		}
		for !fenced {
			before, after, found := strings.Cut(line, `\`)
			if !found || after == "" {
				break
			}
			b.WriteString(before)
			b.WriteByte(after[0])
			line = after[1:]
		}
		b.WriteString(line)
	}
	return b.String()
}

// thread is the room where people say things.
func (w *world) thread(t bot.Thread) *discordtest.Channel {
	id := t.ID
	if id == "" {
		id = t.Channel.ID
	}
	return w.Server.Channel(id)
}

func (w *world) message(t bot.Thread, id string) discordtest.Message {
	m, ok := w.thread(t).Message(id)
	if !ok {
		w.T.Fatalf("no message %s", id)
	}
	return m
}

func (w *world) private(a bot.Account) []bottest.Post {
	p := w.person(a)
	return append(seen(p.DM().FromBot()), seen(p.Ephemerals())...)
}

// notified are all who were pinged by anything that the bot said.
func (w *world) notified() (all []string) {
	rooms := append(w.channel.Threads(), w.channel, w.mina.DM(), w.jun.DM())
	for _, r := range rooms {
		for _, m := range r.FromBot() {
			all = append(all, m.Notified...)
		}
	}
	return all
}

// breaks orders trouble with a post.
func (w *world) breaks(f discordtest.Fault) func(int) {
	return func(skip int) {
		f.Route, f.Skip = routePost, skip
		w.orders = append(w.orders, w.Order(f))
	}
}

// disconnect ends the connection and the session with it, so that what happens meanwhile is lost.
func (w *world) disconnect() {
	time.Sleep(steadyAfter) // one that comes and goes is not taken up again at once
	w.mu.Lock()
	defer w.mu.Unlock()
	w.waits = append(w.waits, w.Order(discordtest.Fault{Kind: discordtest.ConnectionRefused, Times: -1}))
	w.LoseSessions()
	w.DropGateway()
}

func (w *world) connect() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, o := range w.waits {
		o.Stop()
	}
}

// subject is the platform for the suite.
func (w *world) subject() bottest.Subject {
	return bottest.Subject{
		Platform: w.platform, Channel: w.place(w.channel), Mina: w.account(w.mina), Jun: w.account(w.jun),
		KeepsKeys: true, ReadsHistory: true, Limit: contentLimit, Secrets: []string{strings.TrimPrefix(w.Token(), "Bot ")},
		Say: func(t bot.Thread, from bot.Account, _, text string) string {
			return w.person(from).Say(w.thread(t), text).ID
		},
		EditComment: func(t bot.Thread, id, text string) {
			time.Sleep(time.Millisecond) // nobody writes and edits in the same one
			w.author(t, id).Edit(w.message(t, id), text)
		},
		DeleteComment: func(t bot.Thread, id string) { w.author(t, id).Delete(w.message(t, id)) },
		DeleteThread:  func(t bot.Thread) { w.thread(t).Delete() },
		Posts:         func() []bottest.Post { return seen(w.channel.FromBot()) },
		Replies:       func(t bot.Thread) []bottest.Post { return seen(w.thread(t).FromBot()) },
		Command:       w.command,
		Press:         w.press,
		Private:       w.private,
		Notified:      w.notified,
		Break: map[bottest.Kind]func(int){
			bottest.Refuse:      w.breaks(discordtest.Fault{Kind: discordtest.Refuse, Code: discordtest.MissingPermissions}),
			bottest.RefuseWide:  w.breaks(discordtest.Fault{Kind: discordtest.ErrorBefore, Status: 401}),
			bottest.TimeOut:     w.breaks(discordtest.Fault{Kind: discordtest.ResetBefore}),
			bottest.LoseAnswer:  w.breaks(discordtest.Fault{Kind: discordtest.ResetAfter}),
			bottest.RateLimit:   w.breaks(discordtest.Fault{Kind: discordtest.LimitUser, After: time.Second}),
			bottest.Stall:       w.breaks(discordtest.Fault{Kind: discordtest.SilentBefore}),
			bottest.HideHistory: func(int) { w.channel.DenyBot(discordtest.ReadMessageHistory) },
		},
		Forget:     func() { time.Sleep(2*time.Minute + time.Second) },
		Disconnect: w.disconnect,
		Connect:    w.connect,
	}
}

// command addresses the bot in a message. Each comes twice; so one that was given already has its reply.
func (w *world) command(_ context.Context, c bot.Command) (bot.Reply, error) {
	if r, again := w.replies[c.ID]; again {
		return r, nil
	}
	p := w.person(c.From)
	room := w.thread(bot.Thread{Channel: c.Channel, ID: c.Thread})
	twice := w.Order(discordtest.Fault{Kind: discordtest.EventTwice, Event: "MESSAGE_CREATE"})
	r := w.reply(func() { p.Say(room, "<@"+w.Bot().ID+"> "+c.Text) }, func() []discordtest.Message { return room.FromBot() }, func() []discordtest.Message { return p.DM().FromBot() })
	if twice.Count() != 1 {
		w.T.Errorf("the command did not come twice")
	}
	w.replies[c.ID] = r
	return r, nil
}

// press presses a button.
func (w *world) press(_ context.Context, c bot.Command, id, label string) (bot.Reply, error) {
	p := w.person(c.From)
	return w.reply(func() { p.PressLabel(w.message(bot.Thread{Channel: c.Channel}, id), label) }, w.channel.FromBot, p.Ephemerals), nil
}

// reply is what stands there after something was done: among what all see, or what one person sees.
func (w *world) reply(do func(), public, private func() []discordtest.Message) (r bot.Reply) {
	before := [2]int{len(public()), len(private())}
	do()
	time.Sleep(5 * time.Second) // the bot keeps to its pace
	synctest.Wait()
	if list := public(); len(list) > before[0] {
		r.Message.Text = unescaped(list[len(list)-1].Content)
	}
	if list := private(); len(list) > before[1] {
		r.Message.Text, r.Private = unescaped(list[len(list)-1].Content), true
	}
	return r
}

func (w *world) author(t bot.Thread, id string) *discordtest.Person {
	return w.person(bot.Account{User: w.message(t, id).Author.ID})
}

// Every promise of bot.Platform is kept, whether commands come as mentions or as slash commands and buttons.
func TestDiscordConforms(t *testing.T) {
	for way, open := range map[string]func(*testing.T) (bottest.Subject, *world){
		"mention": func(t *testing.T) (bottest.Subject, *world) { w := newWorld(t); return w.subject(), w },
		"slash":   func(t *testing.T) (bottest.Subject, *world) { s, p := newSubject(t); return s, p.world },
	} {
		for _, c := range bottest.Cases() {
			t.Run(way+"/"+c.Name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s, w := open(t)
					c.Check(t, func(*testing.T) bottest.Subject { return s })
					for _, o := range w.orders {
						if o.Count() != 1 {
							t.Errorf("a fault that was ordered happened %d times", o.Count())
						}
					}
					if text := w.log.String(); strings.Contains(text, strings.TrimPrefix(w.Token(), "Bot ")) || strings.Contains(text, "panicked") {
						t.Errorf("the log holds the token, or tells of a panic:\n%s", text)
					}
				})
			})
		}
	}
}
