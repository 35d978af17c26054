package discord

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"rewind/bot"
	"rewind/bot/discord/discordtest"
)

// answerer is a handler that remembers what it was asked and answers as a test wants it to.
type answerer struct {
	bot.Handler // of the rest nothing is called

	mu       sync.Mutex
	commands []bot.Command
	do       func(context.Context, bot.Command, func(context.Context, bot.Reply) error) error
	complete func(c bot.Command, option, typed string) ([]bot.Choice, error)
}

func (h *answerer) Command(ctx context.Context, c bot.Command, answer func(context.Context, bot.Reply) error) error {
	h.mu.Lock()
	h.commands = append(h.commands, c)
	do := h.do
	h.mu.Unlock()
	if do == nil {
		return answer(ctx, bot.Reply{Private: true, Message: bot.Message{Text: "you said " + c.Text}})
	}
	return do(ctx, c, answer)
}

func (h *answerer) Complete(_ context.Context, c bot.Command, option, typed string) ([]bot.Choice, error) {
	return h.complete(c, option, typed)
}

// answers sets what is done with commands from now on.
func (h *answerer) answers(do func(context.Context, bot.Command, func(context.Context, bot.Reply) error) error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.do = do
}

// says answers every command with one reply.
func (h *answerer) says(r bot.Reply) {
	h.answers(func(ctx context.Context, _ bot.Command, answer func(context.Context, bot.Reply) error) error {
		return answer(ctx, r)
	})
}

func (h *answerer) all() []bot.Command {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]bot.Command{}, h.commands...)
}

// last is the last command; the zero one if there was none.
func (h *answerer) last() bot.Command {
	all := h.all()
	if len(all) == 0 {
		return bot.Command{}
	}
	return all[len(all)-1]
}

// desk is a bot that answers interactions before a Discord with one channel and one member, in a bubble.
type desk struct {
	*discordtest.Server
	*answerer
	t        *testing.T
	platform *Platform
	x        *interactions
	guild    *discordtest.Guild
	channel  *discordtest.Channel
	mina     *discordtest.Person
	log      logged
	stop     func() // ends the connection, and waits for what is being handled

	mu       sync.Mutex
	comments []string          // texts of messages that were no commands
	tokens   map[string]string // of interactions, by their IDs
}

// serve opens a desk with the commands registered and the gateway connected.
func serve(t *testing.T, f func(*testing.T, *desk)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		d := &desk{t: t, Server: discordtest.NewInMemory(t), answerer: &answerer{}, tokens: map[string]string{}}
		d.guild = d.Guild("Study")
		d.channel, d.mina = d.guild.Text("daily"), d.guild.Member("Mina")
		var err error
		d.platform, err = New(Options{Token: d.Token(), API: d.URL(), Dial: d.Dial, Log: slog.New(slog.NewTextHandler(&d.log, nil))})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(d.platform.Close)
		d.x = newInteractions(d.platform, d.Bot().ID, d.answerer)
		register(t.Context(), d.platform.rest, d.Bot().ID, bot.MachineClock{}, d.platform.log)
		d.connect()
		f(t, d)
	})
}

func (d *desk) connect() {
	d.t.Helper()
	ctx, stop := context.WithCancel(d.t.Context())
	ended := make(chan struct{})
	up := make(chan struct{}, 1)
	go func() {
		defer close(ended)
		if err := d.platform.gateway.run(ctx, counter{d, up}); err != nil {
			d.t.Error(err)
		}
	}()
	d.stop = sync.OnceFunc(func() {
		synctest.Wait()
		stop()
		<-ended
	})
	d.t.Cleanup(d.stop)
	select {
	case <-up:
	case <-time.After(time.Minute):
		d.t.Fatalf("no connection\n%s", d.log.String())
	}
	synctest.Wait()
}

// counter is the desk's sink.
type counter struct {
	*desk
	up chan struct{}
}

func (c counter) ready(context.Context, int, int) { c.up <- struct{}{} }
func (c counter) resumed(context.Context, int)    {}
func (c counter) withoutContent(context.Context)  {}
func (c counter) event(ctx context.Context, e event) {
	switch e.kind {
	case "INTERACTION_CREATE":
		var i struct{ ID, Token string }
		_ = json.Unmarshal(e.data, &i) // the test looks at what came of it
		c.desk.mu.Lock()
		c.tokens[i.ID] = i.Token
		c.desk.mu.Unlock()
		c.x.take(ctx, e.at, e.data)
	case "MESSAGE_CREATE":
		m := &message{}
		if err := json.Unmarshal(e.data, m); err != nil || !isComment(m) {
			return
		}
		channel, thread := bot.Channel{}, ""
		if m.GuildID != "" {
			in, err := c.platform.site(ctx, m.ChannelID)
			if err != nil {
				c.t.Error(err)
			}
			channel = bot.Channel{Platform: "discord", Workspace: m.GuildID, ID: m.ChannelID}
			if in.isThread() {
				channel.ID, thread = in.parent, m.ChannelID
			}
		}
		if !c.x.mention(ctx, m, channel, thread) {
			c.desk.mu.Lock()
			defer c.desk.mu.Unlock()
			c.comments = append(c.comments, m.Content)
		}
	}
}

// here is the desk's channel.
func (d *desk) here() bot.Channel {
	return bot.Channel{Platform: "discord", Workspace: d.guild.ID, ID: d.channel.ID}
}

func (d *desk) who(p *discordtest.Person) bot.Account {
	return bot.Account{Platform: "discord", Workspace: d.guild.ID, User: p.ID()}
}

// token is that of an interaction that was heard.
func (d *desk) token(id string) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.tokens[id]
}

// noted are the messages that were no commands.
func (d *desk) noted() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return strings.Join(d.comments, ", ")
}

const (
	routeCallback = "POST /interactions/{interaction_id}/{interaction_token}/callback"
	routeEdit     = "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/@original"
	routeFollowUp = "POST /webhooks/{webhook_id}/{webhook_token}"
)

// quietly fails if something was logged as a warning or an error.
func (d *desk) quietly() {
	d.t.Helper()
	synctest.Wait()
	if got := d.log.String(); strings.Contains(got, "level=WARN") || strings.Contains(got, "level=ERROR") {
		d.t.Errorf("the log says\n%s", got)
	}
}

// logs fails unless the log holds the text.
func (d *desk) logs(text string) {
	d.t.Helper()
	synctest.Wait()
	if !strings.Contains(d.log.String(), text) {
		d.t.Errorf("the log says nothing of %q:\n%s", text, d.log.String())
	}
}

func readFile(t *testing.T, a bot.Attachment) string {
	t.Helper()
	r, err := a.Open(t.Context())
	if err != nil {
		t.Error(err)
		return ""
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Error(err)
	}
	return string(b)
}
