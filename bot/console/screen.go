package console

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"rewind/bot"
)

// block is something the bot said, as it waits to be shown. What it looks like is decided when it is shown, since the
// newest thread is only known then.
type block struct {
	place   place
	text    string
	actions []bot.Action
	edited  *message // nil if the block is the whole of a message
	revised int      // the number of the edited message where it had been on the screen before, else 0
}

// place is where the bot says something: to one member if to is set, else in a thread, else in the channel. A reply to a
// member also has the thread it was asked in.
type place struct {
	to     member
	thread *thread
	reply  bool
}

// show lets a block wait for its turn on the screen. It is called with mu held.
func (c *Console) show(b block) { c.pending = append(c.pending, b) }

// hold keeps what is said from the screen until the next flush, which then knows all of it.
func (c *Console) hold() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.held = true
}

// release prints what waits, and lets everything that is said from now on be printed at once.
func (c *Console) release() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.held = false
	c.settle()
	return c.screen.err
}

// flush prints what waits.
func (c *Console) flush() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.print()
	return c.screen.err
}

// settle prints what waits unless more may come with it. It is called with mu held.
func (c *Console) settle() {
	if !c.held {
		c.print()
	}
}

// print puts what waits on the screen. Deliveries to different places may have come in any order, so they are put into
// one: replies, threads that were open, edits of what is on the screen, the channel, new threads, private messages. Within
// one place they stay as they came. It is called with mu held.
func (c *Console) print() {
	if len(c.pending) == 0 {
		return
	}
	slices.SortStableFunc(c.pending, func(a, b block) int {
		return cmp.Or(cmp.Compare(c.lane(a), c.lane(b)), cmp.Compare(c.turn(a), c.turn(b)), cmp.Compare(a.place.to.user, b.place.to.user))
	})
	prompt := c.screen.interrupt()
	c.date()
	for _, b := range c.pending {
		c.screen.block(c.render(b))
	}
	if prompt != "" {
		c.screen.prompt(prompt)
	}
	c.pending = nil
	c.settled = len(c.messages)
	c.opened = len(c.threads)
}

func (c *Console) lane(b block) int {
	switch {
	case b.place.reply:
		return 0
	case b.place.to != member{}:
		return 5
	case b.revised > 0:
		return 2
	case b.place.thread == nil:
		return 3
	case c.number(b.place.thread) <= c.opened:
		return 1
	}
	return 4
}

// turn orders the blocks of one lane.
func (c *Console) turn(b block) int {
	switch {
	case b.place.reply:
		return 0
	case b.revised > 0:
		return b.revised
	case b.place.thread != nil:
		return c.number(b.place.thread)
	}
	return 0
}

// date prints a line with the date where it is another than the last one shown, or where the clock was wound. It is
// called with mu held.
func (c *Console) date() {
	now := c.o.Clock.Now().In(c.o.Zone)
	if day := now.Format(time.DateOnly); day != c.screen.day || c.screen.wound {
		c.screen.day, c.screen.wound = day, false
		c.screen.block("── " + c.dateOf(now) + " ──")
	}
}

func (c *Console) dateOf(t time.Time) string {
	weekdays := strings.Fields(c.o.Words.Say("console_weekdays"))
	months := strings.Fields(c.o.Words.Say("console_months"))
	return c.o.Words.Say("console_date", bot.Values{
		"Weekday": weekdays[t.Weekday()], "Day": t.Day(), "Month": months[t.Month()-1], "Year": t.Year(), "Clock": t.Format("15:04"),
	})
}

// bodyIndent sets what the bot says apart from what people type.
const bodyIndent = "  "

func (c *Console) render(b block) string {
	s := style{}
	if c.o.Interactive {
		s = style{width: max(20, c.o.Width-len(bodyIndent)), bold: c.o.Color}
	}
	var body []string
	if b.text != "" {
		body = s.layOut(b.text)
	}
	body = append(body, buttonLines(b.actions, s.width)...)
	head := c.head(b)
	if b.edited != nil && len(body) == 1 {
		return head + " " + strings.TrimSpace(body[0])
	}
	for _, l := range body {
		head += strings.TrimRight("\n"+bodyIndent+l, " ")
	}
	return head
}

func (c *Console) head(b block) string {
	w := c.o.Words
	who := w.Say("console_bot")
	if b.place.to != (member{}) {
		who = w.Say("console_only", bot.Values{"Name": oneLine(b.place.to.name)})
	}
	where := who + " #" + general
	switch t := b.place.thread; {
	case b.edited != nil && c.last(b.place) != b.edited:
		return w.Say("console_edited_older", bot.Values{"Who": who, "Title": title(b.edited.body.Text)})
	case b.edited != nil:
		return w.Say("console_edited", bot.Values{"Who": who})
	case b.place.to != (member{}):
		return who
	case t == nil:
		return where
	case t == c.newest():
		return where + " › " + w.Say("console_thread")
	default:
		return where + " › " + w.Say("console_thread_number", bot.Values{"Number": c.number(t)})
	}
}

// last returns what the bot said last in a place. It is called with mu held.
func (c *Console) last(p place) (last *message) {
	for _, m := range c.messages {
		if m.place == p && (last == nil || m.n > last.n) {
			last = m
		}
	}
	return last
}

// title is the first line of a message without the marks that stand around it.
func title(markdown string) string {
	first, _, _ := strings.Cut(strings.TrimSpace(markdown), "\n")
	return strings.Trim(oneLine(first), "#*_ ")
}

// buttonLines lists buttons with their numbers and the commands they stand for, one to a line where they do not fit.
func buttonLines(actions []bot.Action, columns int) []string {
	var items []string
	for i, a := range actions {
		items = append(items, fmt.Sprintf("[%d] %s (/quiz %s)", i+1, oneLine(a.Label), oneLine(a.Command)))
	}
	row := strings.Join(items, "   ")
	if row == "" || columns > 0 && columnsOf(row) > columns {
		return items
	}
	return []string{row}
}

// screen is what was printed so far, as far as the next line depends on it.
type screen struct {
	out     io.Writer
	err     error  // the first of out's; nothing is written after it
	after   stop   // what the last thing was
	day     string // of the last date line
	wound   bool   // a date line is due with whatever comes next
	waiting string // the prompt that the cursor stands behind
}

// stop is how the last thing on the screen ended.
type stop int

const (
	empty stop = iota
	afterLine
	afterBlock
)

func (s *screen) write(text string) {
	if s.err == nil {
		_, s.err = io.WriteString(s.out, text)
	}
}

// block prints something that stands apart by empty lines.
func (s *screen) block(text string) {
	if s.after != empty {
		s.write("\n")
	}
	s.write(text + "\n")
	s.after = afterBlock
}

// line prints something that follows the line before it.
func (s *screen) line(text string) {
	if s.after == afterBlock {
		s.write("\n")
	}
	s.write(text + "\n")
	s.after = afterLine
}

func (s *screen) prompt(text string) {
	if s.after == afterBlock {
		s.write("\n")
	}
	s.write(text)
	s.waiting = text
	s.after = afterLine
}

// interrupt moves from a prompt to a new line and returns the prompt.
func (s *screen) interrupt() string {
	was := s.waiting
	if was != "" {
		s.write("\n")
		s.waiting = ""
	}
	return was
}
