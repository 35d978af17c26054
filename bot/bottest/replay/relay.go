package replay

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/tools/txtar"

	"rewind/bot"
	"rewind/bot/bottest"
	"rewind/bot/console"
	"rewind/store"
)

// onPlatform plays a transcript on the platform under test. The console only reads the script here.
func onPlatform(t *testing.T, a *txtar.Archive, s bottest.Subject) []string {
	d := read(t, a)
	pass(time.Until(d.start))
	clock := console.NewClock(d.start)
	screen := d.screen(clock, io.Discard)
	starts := 0
	m := &machine{
		day: d, t: t, path: filepath.Join(t.TempDir(), "platform.db"), clock: bot.MachineClock{},
		platform: func() bot.Platform {
			if starts++; starts == 1 {
				return s.Platform
			}
			return s.Reopen()
		},
		wind: func(span time.Duration) {
			clock.Wind(clock.Now().Add(span))
			pass(span)
		},
	}
	m.on()
	m.load("notes")
	r := &relay{machine: m, subject: s, clock: clock, screen: screen, here: screen.Command("").Channel, posts: map[string]string{}, threads: map[string]string{}, comments: map[string]string{}}
	m.chat(screen, r)
	return m.end()
}

func pass(d time.Duration) {
	if d > 0 {
		<-time.After(d)
	}
	synctest.Wait()
}

// relay is the bot as the console drives it: what the script says becomes what a person does on the platform under test,
// and what the bot posts there is shown to the console, so that the script finds its threads.
type relay struct {
	*machine
	subject bottest.Subject
	clock   *console.Clock
	screen  *console.Console
	here    bot.Channel // the console's
	// By the platform's ID of a post the console's; by the console's of a thread and of a comment the platform's.
	posts, threads, comments map[string]string
}

// Quiet lets the bubble's time come to the script's, and everything that is due happen.
func (r *relay) Quiet(ctx context.Context) error {
	pass(time.Until(r.clock.Now()))
	synctest.Wait()
	if err := r.Bot.Quiet(ctx); err != nil {
		return err
	}
	synctest.Wait()
	return r.mirror(ctx)
}

func (r *relay) account(name string) bot.Account {
	switch name {
	case "Mina":
		return r.subject.Mina
	case "Jun":
		return r.subject.Jun
	}
	return r.subject.Person(name)
}

func (r *relay) Command(ctx context.Context, c bot.Command, answer func(context.Context, bot.Reply) error) error {
	if what, ok := strings.CutPrefix(c.Text, "!"); ok {
		return answer(ctx, bot.Reply{Message: bot.Message{Text: r.befall(what)}})
	}
	c.From, c.Channel, c.Thread = r.account(c.Name), r.subject.Channel, r.threads[c.Thread]
	reply, err := r.subject.Command(ctx, c)
	r.note()
	if err != nil {
		return fmt.Errorf("%s: %w", c.Text, err)
	}
	return answer(ctx, reply)
}

func (r *relay) Comment(ctx context.Context, c bot.Comment) error {
	thread := bot.Thread{Channel: r.subject.Channel, ID: r.threads[c.Thread.ID]}
	id := r.comments[c.ID]
	switch {
	case c.Deleted:
		r.subject.DeleteComment(thread, id)
	case id != "":
		r.subject.EditComment(thread, id, c.Text)
	default:
		r.comments[c.ID] = r.subject.Say(thread, r.account(c.Name), c.Name, c.Text)
	}
	synctest.Wait()
	return nil
}

// mirror shows the console what was posted since, and which threads there are.
func (r *relay) mirror(ctx context.Context) error {
	var posts []store.Post
	for _, group := range groups(r.t, r.store) {
		err := r.store.ViewGroup(ctx, group, func(tx *store.Tx) error {
			posts = nil
			for round := range tx.Rounds() {
				posts = append(tx.Posts(round.Number), posts...)
			}
			return nil
		})
		if err != nil {
			return err
		}
		for _, p := range posts {
			if err := r.show(ctx, p); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *relay) show(ctx context.Context, p store.Post) error {
	if p.Message != "" && r.posts[p.Message] == "" {
		m := bot.Message{Title: fmt.Sprintf("#%d", p.Round), Text: "…", Actions: []bot.Action{
			{Label: "answer", Command: fmt.Sprintf("answer #%d", p.Round)}, {Label: "show", Command: fmt.Sprintf("reveal #%d me", p.Round)}}}
		receipt, err := r.screen.Deliver(ctx, bot.Delivery{Key: "post/" + p.Message, Op: bot.Say, To: bot.Place{Channel: r.here}, Body: m})
		if err != nil {
			return err
		}
		r.posts[p.Message] = receipt.ID
	}
	if p.Thread == "" || r.posts[p.Message] == "" {
		return nil
	}
	receipt, err := r.screen.Deliver(ctx, bot.Delivery{Key: "thread/" + p.Thread, Op: bot.OpenThread, To: bot.Place{Channel: r.here, Message: r.posts[p.Message]}, Body: bot.Message{Text: fmt.Sprint(p.Round)}})
	if err != nil {
		return err
	}
	r.threads[receipt.ID] = p.Thread
	return nil
}
