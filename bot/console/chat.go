package console

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"rewind/bot"
)

// Bot is what a chat drives. Its Run must be under way with the console among its platforms.
type Bot interface {
	bot.Handler
	// Quiet returns once nothing that is due by the clock is left undone.
	Quiet(ctx context.Context) error
	// Next returns when something happens that people will see, and false if nothing will.
	Next(ctx context.Context) (time.Time, bool, error)
	// NextLetter returns when the bot next tries to deliver something that waits, such as an edit.
	NextLetter(ctx context.Context) (time.Time, bool, error)
}

// ErrUnknown is why a script ends at a line that is no command. The screen says what can be typed instead.
var ErrUnknown = errors.New("unknown command")

// errQuit ends a chat well.
var errQuit = errors.New("quit")

// Chat reads lines and does what they say until the last one or /quit, for which it returns nil. It returns ctx's error
// once ctx is done, even while in keeps it waiting; a Read that waits then ends when the caller closes in or exits.
// In a script, an error names the line and ends the chat. A person is told that a line failed, and the chat goes on; only
// a bot that has stopped ends it.
func (c *Console) Chat(ctx context.Context, b Bot, in io.Reader) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	p := &player{console: c, bot: b, who: c.first}
	if err := p.begin(ctx); err != nil {
		return err
	}
	defer p.leave()
	typing := typing{lines: readLines(ctx, in)}
	for {
		p.prompt()
		text, err := typing.next(ctx)
		if err == nil {
			err = p.do(ctx, parse(text))
		}
		err = errors.Join(err, c.release())
		switch {
		case errors.Is(err, errQuit), errors.Is(err, io.EOF):
			return c.release()
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			return fmt.Errorf("line %d: %w", typing.read, err)
		}
	}
}

// player is the person at the terminal.
type player struct {
	console *Console
	bot     Bot
	who     member // who speaks where the line names nobody
}

// begin shows what is there already, and then what can be typed.
func (p *player) begin(ctx context.Context) error {
	if err := p.bot.Quiet(ctx); err != nil {
		return err
	}
	c := p.console
	c.mu.Lock()
	c.print()
	c.date()
	c.screen.block(c.o.Words.Say("console_hello"))
	c.mu.Unlock()
	return c.release()
}

func (p *player) prompt() {
	c := p.console
	if !c.o.Interactive {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.screen.prompt(oneLine(p.who.name) + "> ")
}

// leave moves off the prompt, so that the shell's own stands on a new line.
func (p *player) leave() {
	c := p.console
	c.mu.Lock()
	defer c.mu.Unlock()
	c.screen.interrupt()
}

// do carries out one line and waits until the bot has done everything that follows from it.
func (p *player) do(ctx context.Context, l line) error {
	c := p.console
	c.hold()
	c.answered()
	if l.kind == blank {
		return nil
	}
	if l.kind.heard() {
		if err := p.tick(ctx); err != nil {
			return err
		}
	}
	who := p.speaker(l)
	c.echo(who, l)
	err := p.act(ctx, who, l)
	if err != nil && !errors.Is(err, ErrUnknown) {
		return err
	}
	if c.o.Interactive {
		err = nil // it was told
	}
	return errors.Join(err, p.bot.Quiet(ctx))
}

// tolerate tells a person of an error in what one line asked for; a script ends with it.
func (p *player) tolerate(err error) error {
	if err == nil || !p.console.o.Interactive {
		return err
	}
	p.console.note("console_trouble", bot.Values{"Error": oneLine(err.Error())})
	return nil
}

// tick lets a second pass, so that two lines are never said at the same time. What falls due in it comes first.
func (p *player) tick(ctx context.Context) error {
	c := p.console
	c.o.Clock.Wind(c.o.Clock.Now().Add(time.Second))
	if err := p.bot.Quiet(ctx); err != nil {
		return err
	}
	return c.flush()
}

func (p *player) speaker(l line) member {
	if l.name == "" {
		return p.who
	}
	return p.console.member(l.name)
}

func (p *player) act(ctx context.Context, who member, l line) error {
	c := p.console
	switch l.kind {
	case speak:
		said, err := c.say(ctx, p.bot, who, l.arg)
		p.noteWhere(said)
		return p.tolerate(err)
	case amend, remove:
		found, err := c.amend(ctx, p.bot, who, l.arg, l.kind == remove)
		if !found {
			c.note("console_nothing_said", bot.Values{"Name": oneLine(who.name)})
		}
		return p.tolerate(err)
	case command:
		return p.answer(c.ask(ctx, p.bot, who, l.arg))
	case press:
		a, at, ok := c.button(who, l.n)
		if !ok {
			return p.unknown(l)
		}
		return p.answer(c.askAt(ctx, p.bot, who, strings.TrimSpace(a.Command+" "+l.arg), at))
	case become:
		p.who = c.member(l.arg)
	case attach:
		if err := c.attach(l.arg); err != nil {
			return p.tolerate(err)
		}
		c.note("console_attached", bot.Values{"File": oneLine(l.arg)})
	case choose:
		return p.choose(l)
	case wind:
		return p.wind(ctx, l)
	case help:
		c.note("console_help")
	case quit:
		return errQuit
	default:
		return p.unknown(l)
	}
	return nil
}

// answer turns a command that the bot did not know into an error. The bot's reply has said so already.
func (p *player) answer(known bool, err error) error {
	if err == nil && !known {
		return ErrUnknown
	}
	return p.tolerate(err)
}

// unknown says that a line is no command.
func (p *player) unknown(l line) error {
	word, _ := cutWord(l.text)
	p.console.note("console_unknown", bot.Values{"Command": oneLine(word)})
	return ErrUnknown
}

// noteWhere says where a message went if that is not today's thread.
func (p *player) noteWhere(said bool) {
	c := p.console
	if !said {
		c.note("console_no_thread")
		return
	}
	c.mu.Lock()
	t, other := c.current(), c.current() != c.newest()
	values := c.threadValues(t)
	c.mu.Unlock()
	if other {
		c.note("console_said_in", values)
	}
}

// threadValues describe a thread in a sentence. It is called with mu held.
func (c *Console) threadValues(t *thread) bot.Values {
	return bot.Values{"Number": c.number(t), "Name": oneLine(t.name)}
}

// choose moves the player to another thread, or lists the threads.
func (p *player) choose(l line) error {
	c := p.console
	c.mu.Lock()
	if l.n > len(c.threads) {
		c.mu.Unlock()
		return p.unknown(l)
	}
	if l.n > 0 {
		c.chosen = c.threads[l.n-1]
	}
	var lines []string
	for i, t := range c.threads {
		key := "console_other_thread"
		if t == c.current() {
			key = "console_this_thread"
		} else if l.n > 0 {
			continue
		}
		lines = append(lines, c.o.Words.Say(key, bot.Values{"Number": i + 1, "Name": oneLine(t.name)}))
	}
	c.mu.Unlock()
	if len(lines) == 0 {
		c.note("console_no_thread")
		return nil
	}
	c.tell(strings.Join(lines, "\n"))
	return nil
}

// wind moves the clock to what comes next, or by a span, in which everything happens at its own time.
func (p *player) wind(ctx context.Context, l line) error {
	c := p.console
	now := c.o.Clock.Now()
	if l.arg != "" {
		s, ok := parseSpan(l.arg)
		if !ok {
			return p.unknown(l)
		}
		return p.windTo(ctx, s.from(now.In(c.o.Zone)))
	}
	at, ok, err := p.bot.Next(ctx)
	if err != nil {
		return err
	}
	if !ok {
		c.note("console_nothing_next")
		return nil
	}
	return p.windTo(ctx, at)
}

func (p *player) windTo(ctx context.Context, to time.Time) error {
	c := p.console
	for {
		at, ok, err := p.bot.Next(ctx)
		if err != nil {
			return err
		}
		if !ok || !at.Before(to) || !at.After(c.o.Clock.Now()) {
			break
		}
		if err := p.stand(ctx, at); err != nil {
			return err
		}
	}
	if err := p.stand(ctx, to); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.date() // also where nothing happened
	return c.screen.err
}

// stand winds the clock to a time, past the letters that are due before it, and shows what happens then.
func (p *player) stand(ctx context.Context, at time.Time) error {
	if err := p.deliver(ctx, at); err != nil {
		return err
	}
	c := p.console
	c.o.Clock.Wind(at)
	c.mu.Lock()
	c.screen.wound = true
	c.mu.Unlock()
	if err := p.bot.Quiet(ctx); err != nil {
		return err
	}
	return c.flush()
}

// deliver winds the clock from letter to letter until there is none before the time, so that each goes out in its turn.
func (p *player) deliver(ctx context.Context, before time.Time) error {
	c := p.console
	for {
		at, ok, err := p.bot.NextLetter(ctx)
		if err != nil {
			return err
		}
		if !ok || !at.Before(before) || !at.After(c.o.Clock.Now()) {
			return nil
		}
		c.o.Clock.Wind(at)
		if err := errors.Join(p.bot.Quiet(ctx), c.flush()); err != nil {
			return err
		}
	}
}

// answered notes that the player's Enter ended the line of the prompt.
func (c *Console) answered() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.screen.waiting = ""
}

// echo prints a line of a script as its speaker's. A person's line is on the screen already.
func (c *Console) echo(who member, l line) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if l.kind.heard() {
		c.date()
	}
	if !c.o.Interactive {
		c.screen.line(oneLine(who.name) + "> " + visible(l.text))
	}
}

// note prints a sentence of the console's own.
func (c *Console) note(key string, values ...bot.Values) { c.tell(c.o.Words.Say(key, values...)) }

func (c *Console) tell(text string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.screen.line(text)
}
