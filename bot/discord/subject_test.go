package discord

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"rewind/bot"
	"rewind/bot/bottest"
	"rewind/bot/discord/discordtest"
)

// party is a world that belongs to Mina, with whoever else is asked for. Commands are given there as people give them: by
// buttons and slash commands, and by a mention where Discord would not let them.
type party struct {
	*world
	given  map[string]*discordtest.Interaction // by the shared tests' IDs of commands
	broken map[bottest.Kind][]*discordtest.Ordered

	doing sync.Mutex      // guards over
	over  map[string]bool // commands that the bot is done with, by Discord's IDs
}

// newSubject is the platform as the shared tests want it. It is to be called in a bubble.
func newSubject(t *testing.T) (bottest.Subject, *party) {
	t.Helper()
	p := &party{world: newWorld(t), given: map[string]*discordtest.Interaction{}, broken: map[bottest.Kind][]*discordtest.Ordered{},
		over: map[string]bool{}}
	p.guild.Leave(p.mina) // who only has the name of the guild's owner
	p.mina = p.guild.Owner()
	p.guild.Nick(p.mina, "Mina")
	p.people = map[string]*discordtest.Person{p.mina.ID(): p.mina, p.jun.ID(): p.jun}
	guests := map[string]bot.Account{"Mina": p.account(p.mina), "Jun": p.account(p.jun)}
	s := p.world.subject()
	s.Platform, s.Mina, s.Command, s.Press = watched{p.platform, p}, guests["Mina"], p.command, p.press
	s.Person = func(name string) bot.Account {
		if _, known := guests[name]; !known {
			guest := p.guild.Member(name)
			p.people[guest.ID()], guests[name] = guest, p.account(guest)
		}
		return guests[name]
	}
	s.Reopen = func() bot.Platform {
		p.platform.Close()
		p.platform = p.start()
		return watched{p.platform, p}
	}
	for kind, order := range s.Break {
		s.Break[kind] = func(skip int) {
			before := len(p.orders)
			order(skip)
			p.broken[kind] = append(p.broken[kind], p.orders[before:]...)
		}
	}
	s.Happened = func(kind bottest.Kind) (times int) {
		for _, o := range p.broken[kind] {
			times += o.Count()
		}
		return times
	}
	return s, p
}

// watched is the platform, with an eye on which commands the bot is done with.
type watched struct {
	*Platform
	by *party
}

func (w watched) Listen(ctx context.Context, h bot.Handler) error {
	return w.Platform.Listen(ctx, watcher{h, w.by})
}

type watcher struct {
	bot.Handler
	by *party
}

func (w watcher) Command(ctx context.Context, c bot.Command, answer func(context.Context, bot.Reply) error) error {
	defer func() {
		w.by.doing.Lock()
		defer w.by.doing.Unlock()
		w.by.over[c.ID] = true
	}()
	return w.Handler.Command(ctx, c, answer)
}

// patienceOf is how long somebody looks at a command that is not answered. Discord itself says after three seconds that
// nobody is there.
const patienceOf = 4 * time.Second

// await waits until the bot is done with a command, but not for ever.
func (p *party) await(id string) {
	for end := time.Now().Add(patienceOf); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		synctest.Wait()
		p.doing.Lock()
		over := p.over[id]
		p.doing.Unlock()
		if over {
			synctest.Wait()
			return
		}
	}
}

// command gives a command in the first way that takes it. One that was given before comes again.
func (p *party) command(ctx context.Context, c bot.Command) (bot.Reply, error) {
	if before := p.given[c.ID]; before != nil {
		before.Repeat()
		time.Sleep(time.Second)
		return p.answered(before), nil
	}
	who, room := p.person(c.From), p.thread(bot.Thread{Channel: c.Channel, ID: c.Thread})
	files, err := filesOf(ctx, c.Attachments)
	if err != nil {
		return bot.Reply{}, err
	}
	i := p.pressed(who, room, c.Text)
	if i == nil {
		i = p.slashed(who, room, c.Text, files)
	}
	if i == nil {
		return p.mentioned(who, room, c.Text, files), nil
	}
	p.given[c.ID] = i
	return p.answered(i), nil
}

func filesOf(ctx context.Context, all []bot.Attachment) (files []discordtest.File, err error) {
	for _, a := range all {
		r, err := a.Open(ctx)
		if err != nil {
			return nil, err
		}
		content, err := io.ReadAll(r)
		_ = r.Close() // all of it was read
		if err != nil {
			return nil, err
		}
		files = append(files, discordtest.File{Name: a.Name, Type: "application/octet-stream", Content: content})
	}
	return files, nil
}

// ephemeralSpan is how long a message for one person can be used. After that Discord takes no interaction from it.
const ephemeralSpan = 14 * time.Minute

// pressed presses the newest button that stands for a command; nil if somebody sees none.
func (p *party) pressed(who *discordtest.Person, room *discordtest.Channel, command string) *discordtest.Interaction {
	messages := append(p.channel.FromBot(), room.FromBot()...)
	for _, m := range who.Ephemerals() {
		if time.Since(m.Timestamp) < ephemeralSpan {
			messages = append(messages, m)
		}
	}
	for _, m := range slices.Backward(messages) {
		for _, b := range m.Buttons() {
			if stands, ok := decodeID(b.CustomID); ok && stands == command {
				return who.Press(m, b.CustomID)
			}
		}
	}
	return nil
}

// slashed gives a slash command; nil if Discord's form for it has no place for what was typed.
func (p *party) slashed(who *discordtest.Person, room *discordtest.Channel, text string, files []discordtest.File) *discordtest.Interaction {
	name, values, ok := bot.Typed(text)
	at := slices.IndexFunc(bot.Entries(), func(e bot.Entry) bool { return e.Name == name && !e.InMenu })
	if !ok || at < 0 || len(files) > bot.Entries()[at].Files {
		return nil
	}
	options := discordtest.Options{}
	for key, value := range values {
		fits := func(o bot.EntryOption) bool {
			return o.Name == key && o.Kind == bot.TextKind && len(value) <= formTextLimit
		}
		if !slices.ContainsFunc(bot.Entries()[at].Options, fits) {
			return nil
		}
		options[key] = value
	}
	for n, f := range files {
		options["file"+strings.TrimPrefix(fmt.Sprint(n+1), "1")] = f
	}
	p.Until("the commands are registered", func() bool { return len(p.Commands()) > 0 })
	return who.Slash(room, quizName+" "+name, options)
}

// answered is what somebody sees of the answer to an interaction: messages, or a form, which is closed again.
func (p *party) answered(i *discordtest.Interaction) bot.Reply {
	p.await(i.ID)
	if i.Answer() == discordtest.AnswerModal {
		return bot.Reply{Private: true, Message: bot.Message{Text: i.Modal().Title}}
	}
	return replyIn(slices.DeleteFunc(i.Messages(), discordtest.Message.Loading))
}

// mentioned addresses the bot in a message. What is no command has no answer.
func (p *party) mentioned(who *discordtest.Person, room *discordtest.Channel, text string, files []discordtest.File) bot.Reply {
	public, private := len(room.FromBot()), len(who.DM().FromBot())
	m := who.Say(room, "<@"+p.Bot().ID+"> "+text, files...)
	p.await(m.ID)
	r := replyIn(append(room.FromBot()[public:], who.DM().FromBot()[private:]...))
	r.Private, r.Unknown = len(room.FromBot()) == public, r.Message.Text == ""
	return r
}

// replyIn is a reply as it is read, in however many messages.
func replyIn(list []discordtest.Message) (r bot.Reply) {
	var texts []string
	for _, m := range list {
		texts = append(texts, unescaped(m.Content))
		r.Private = m.Ephemeral()
		for _, b := range m.Buttons() {
			if command, ok := decodeID(b.CustomID); ok {
				r.Message.Actions = append(r.Message.Actions, bot.Action{Label: b.Label, Command: command})
			}
		}
	}
	r.Message.Text = strings.Join(texts, "\n")
	return r
}

func (p *party) press(_ context.Context, c bot.Command, id, label string) (bot.Reply, error) {
	return p.answered(p.person(c.From).PressLabel(p.message(bot.Thread{Channel: c.Channel}, id), label)), nil
}
