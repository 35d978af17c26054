package console

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"rewind/bot"
	"rewind/questions"
)

// scripted is a bot of a few words. It asks at nine each day, reveals at six, and answers some commands.
type scripted struct {
	bot.Handler // nil: what is not written below is not called
	screen      *Console
	clock       *Clock
	from        time.Time // up to which everything is done
	asked       int
	thread      string
	comments    []bot.Comment
	commands    []bot.Command
	broken      error // of every comment
	stopped     error // of Quiet
	t           *testing.T
}

func (b *scripted) Comment(_ context.Context, c bot.Comment) error {
	b.comments = append(b.comments, c)
	return b.broken
}

func (b *scripted) Gap(context.Context, string) error {
	b.t.Error("the console reported a gap")
	return nil
}

func (b *scripted) Command(ctx context.Context, c bot.Command, answer func(context.Context, bot.Reply) error) error {
	b.commands = append(b.commands, c)
	say := func(private bool, text string, actions ...bot.Action) error {
		return answer(ctx, bot.Reply{Private: private, Message: bot.Message{Text: text, Actions: actions}})
	}
	switch c.Text {
	case "hint":
		return say(true, "Think of `select`.\nThen of "+c.Name+".")
	case "all":
		return say(false, "Everybody reads this.")
	case "slow":
		return errors.Join(say(true, "Counting\n0 of 2"), say(true, "Counting\n2 of 2"))
	case "sure":
		return say(true, "Sure?", bot.Action{Label: "Yes", Command: "hint"})
	case "fail":
		return errors.New("the store is gone")
	case "muddle": // three deliveries that come in the wrong order
		b.deliver("private", bot.Say, bot.Place{Account: c.From}, "a letter")
		b.deliver("channel", bot.Say, bot.Place{Channel: channel()}, "to all")
		b.deliver("edit", bot.Edit, bot.Place{Channel: channel(), Message: b.screen.id("message", 1)}, "**Question 1**\nchanged")
		return say(false, "the reply")
	}
	return answer(ctx, bot.Reply{Private: true, Unknown: true, Message: bot.Message{Text: "No such command."}})
}

func (b *scripted) Quiet(ctx context.Context) error {
	for {
		at, _, _ := b.Next(ctx)
		if b.stopped != nil || at.After(b.clock.Now()) {
			return b.stopped
		}
		b.from = at
		if at.Hour() == 18 {
			b.deliver("reveal"+at.String(), bot.Say, bot.Place{Channel: channel(), Thread: b.thread}, "**Answer**\nNobody receives.")
			continue
		}
		b.asked++
		key := strconv.Itoa(b.asked)
		post := b.deliver(key, bot.Say, bot.Place{Channel: channel()}, "**Question "+key+"**\nWhy does it leak?",
			bot.Action{Label: "Hint", Command: "hint"}, bot.Action{Label: "Read", Command: "all"})
		b.thread = b.deliver(key+"/thread", bot.OpenThread, bot.Place{Channel: channel(), Message: post}, "#"+key+" leak")
	}
}

func (b *scripted) NextLetter(context.Context) (time.Time, bool, error) {
	return time.Time{}, false, nil
}

func (b *scripted) Next(context.Context) (time.Time, bool, error) {
	day := time.Date(b.from.Year(), b.from.Month(), b.from.Day(), 9, 0, 0, 0, time.UTC)
	for !day.After(b.from) {
		day = day.Add(9 * time.Hour)
		if day.Hour() == 3 {
			day = day.Add(6 * time.Hour)
		}
	}
	return day, true, nil
}

func (b *scripted) deliver(key string, op bot.Op, to bot.Place, text string, actions ...bot.Action) string {
	r, err := b.screen.Deliver(b.t.Context(), bot.Delivery{Key: key, Op: op, To: to, Body: bot.Message{Text: text, Actions: actions}})
	if err != nil {
		b.t.Error(err)
	}
	return r.ID
}

// played is a chat that was played to its end.
type played struct {
	*scripted
	text string
	err  error
}

func play(t *testing.T, o Options, change func(*scripted), script string) played {
	t.Helper()
	var out strings.Builder
	o.Out, o.Clock, o.Name = &out, NewClock(monday), "Mina"
	b := &scripted{clock: o.Clock, screen: New(o), from: monday, t: t}
	if change != nil {
		change(b)
	}
	err := b.screen.Chat(t.Context(), b, strings.NewReader(script))
	return played{b, out.String(), err}
}

func english() Options { return Options{Words: bot.Speak(questions.English)} }
func korean() Options  { return Options{Words: bot.Speak(questions.Korean)} }

// transcript plays a script and compares what is printed after the greeting.
func transcript(t *testing.T, o Options, script, want string) played {
	t.Helper()
	p := play(t, o, nil, script)
	_, after, ok := strings.Cut(p.text, o.Words.Say("console_hello")+"\n")
	if !ok {
		t.Fatalf("nothing greets:\n%s", p.text)
	}
	if got := strings.TrimSpace(after); got != strings.TrimSpace(want) {
		t.Errorf("got:\n%s\n\nwant:\n%s", got, strings.TrimSpace(want))
	}
	return p
}

func TestChatGreets(t *testing.T) {
	t.Parallel()
	for _, o := range []Options{english(), korean()} {
		p := play(t, o, nil, "")
		if p.err != nil {
			t.Fatal(p.err)
		}
		hello := o.Words.Say("console_hello")
		lines := strings.Split(hello, "\n")
		if len(lines) != 2 || columnsOf(lines[0]) > 80 || columnsOf(lines[1]) > 80 {
			t.Errorf("the greeting is no two lines of 80 columns:\n%s", hello)
		}
		for _, word := range []string{"/quiz", "@", "/next", "/quit"} {
			if !strings.Contains(hello, word) {
				t.Errorf("the greeting does not name %s:\n%s", word, hello)
			}
		}
		if !strings.HasSuffix(p.text, "──\n\n"+hello+"\n") {
			t.Errorf("printed:\n%s", p.text)
		}
	}
}

func TestChatDay(t *testing.T) {
	t.Parallel()
	p := transcript(t, english(), `
nobody hears this
/next
It waits for a receive.
@Jun hello
/quiz hint
@Jun /quiz all
/as Jun
/edit hello, Mina
/delete
/delete
/1
/next
/quit
never typed
`, `
Mina> nobody hears this
There is no thread yet, so nobody heard that. /next brings the next question.
Mina> /next

── Mon 9 Mar 2026 09:00 ──

Rewind #general
  **Question 1**
  Why does it leak?
  [1] Hint (/quiz hint)   [2] Read (/quiz all)

Mina> It waits for a receive.
Jun> hello
Mina> /quiz hint

Rewind → Mina (private)
  Think of `+"`select`"+`.
  Then of Mina.

Jun> /quiz all

Rewind #general
  Everybody reads this.

Mina> /as Jun
Jun> /edit hello, Mina
Jun> /delete
Jun> /delete
Jun has no message left to change.
Jun> /1

Rewind → Jun (private)
  Think of `+"`select`"+`.
  Then of Jun.

Jun> /next

── Mon 9 Mar 2026 18:00 ──

Rewind #general › thread
  **Answer**
  Nobody receives.

Jun> /quit
`)
	if p.err != nil {
		t.Error(p.err)
	}
	checkHeard(t, p.scripted)
}

// checkHeard looks at what the bot was told of the day.
func checkHeard(t *testing.T, b *scripted) {
	t.Helper()
	if len(b.comments) != 4 || len(b.commands) != 3 {
		t.Fatalf("heard %d comments and %d commands", len(b.comments), len(b.commands))
	}
	mina, jun, edited, deleted := b.comments[0], b.comments[1], b.comments[2], b.comments[3]
	if mina.From != account("mina") || mina.Name != "Mina" || mina.Thread.ID != b.thread || mina.Deleted || !mina.Revision.Equal(mina.Said) {
		t.Errorf("Mina's comment came as %+v", mina)
	}
	if jun.From != account("jun") || jun.ID == mina.ID || !jun.Said.After(mina.Said) {
		t.Errorf("Jun's comment came as %+v", jun)
	}
	if edited.ID != jun.ID || edited.Text != "hello, Mina" || !edited.Revision.After(jun.Revision) || !edited.Said.Equal(jun.Said) {
		t.Errorf("the edit came as %+v", edited)
	}
	if deleted.ID != jun.ID || !deleted.Deleted || !deleted.Revision.After(edited.Revision) {
		t.Errorf("the deletion came as %+v", deleted)
	}
	hint, all, pressed := b.commands[0], b.commands[1], b.commands[2]
	if !hint.Admin || hint.From != account("mina") || hint.Thread != "" || hint.Lang != "en" || hint.Channel != channel() {
		t.Errorf("Mina's command came as %+v", hint)
	}
	if all.Admin || all.From != account("jun") || all.ID == hint.ID {
		t.Errorf("Jun's command came as %+v", all)
	}
	if pressed.Text != "hint" || pressed.Thread != "" { // the button stands in the channel
		t.Errorf("Jun's button came as %+v", pressed)
	}
}

func TestChatThreads(t *testing.T) {
	t.Parallel()
	p := transcript(t, english(), `
/thread
/next 1d
/thread
/thread 1
late
/quiz all
/next 2h
/next
new
`, `
Mina> /thread
There is no thread yet, so nobody heard that. /next brings the next question.
Mina> /next 1d

── Mon 9 Mar 2026 09:00 ──

Rewind #general
  **Question 1**
  Why does it leak?
  [1] Hint (/quiz hint)   [2] Read (/quiz all)

── Mon 9 Mar 2026 18:00 ──

Rewind #general › thread
  **Answer**
  Nobody receives.

── Tue 10 Mar 2026 08:59 ──

Mina> /thread
You are in thread 1: #1 leak
Mina> /thread 1
You are in thread 1: #1 leak
Mina> late
Mina> /quiz all

Rewind #general › thread
  Everybody reads this.

Mina> /next 2h

── Tue 10 Mar 2026 09:00 ──

Rewind #general
  **Question 2**
  Why does it leak?
  [1] Hint (/quiz hint)   [2] Read (/quiz all)

── Tue 10 Mar 2026 10:59 ──

Mina> /next

── Tue 10 Mar 2026 18:00 ──

Rewind #general › thread
  **Answer**
  Nobody receives.

Mina> new
`)
	if last := p.comments[len(p.comments)-1]; last.Thread.ID != p.thread {
		t.Errorf("said in %s, the newest thread is %s", last.Thread.ID, p.thread)
	}
}

func TestChatOlderThread(t *testing.T) {
	t.Parallel()
	transcript(t, korean(), `
/next 1d
/next
/thread
/thread 1
늦은 답
/quiz all
`, `
Mina> /next 1d

── 2026년 3월 9일(월) 09:00 ──

Rewind #general
  **Question 1**
  Why does it leak?
  [1] Hint (/quiz hint)   [2] Read (/quiz all)

── 2026년 3월 9일(월) 18:00 ──

Rewind #general › 스레드
  **Answer**
  Nobody receives.

── 2026년 3월 10일(화) 08:59 ──

Mina> /next

── 2026년 3월 10일(화) 09:00 ──

Rewind #general
  **Question 2**
  Why does it leak?
  [1] Hint (/quiz hint)   [2] Read (/quiz all)

Mina> /thread
/thread 1: #1 leak
지금 2번 스레드에 있어요: #2 leak
Mina> /thread 1
지금 1번 스레드에 있어요: #1 leak
Mina> 늦은 답
(1번 스레드에 남겼어요: #1 leak)
Mina> /quiz all

Rewind #general › 스레드 1
  Everybody reads this.
`)
}

// TestChatOrder has the bot deliver in the wrong order; the screen has the right one.
func TestChatOrder(t *testing.T) {
	t.Parallel()
	p := play(t, english(), nil, "/next\n/quiz slow\n/quiz muddle\n")
	want := `
Mina> /quiz slow

Rewind → Mina (private)
  Counting
  0 of 2

Rewind → Mina (private) edited: 2 of 2

Mina> /quiz muddle

Rewind #general
  the reply

Rewind edited “Question 1”: changed

Rewind #general
  to all

Rewind → Mina (private)
  a letter
`
	if p.err != nil || !strings.HasSuffix(p.text, want) {
		t.Errorf("%v\n%s", p.err, p.text)
	}
}

func TestChatButtons(t *testing.T) {
	t.Parallel()
	// Mina's question has a button of its own, which Jun does not see: his is still the channel's.
	p := play(t, english(), nil, "/next\n/quiz sure\n/1\n@Jun /2\n/2\nnever typed\n")
	var given []string
	for _, c := range p.commands {
		given = append(given, c.Name+" "+c.Text)
	}
	if got := strings.Join(given, ", "); got != "Mina sure, Mina hint, Jun all" {
		t.Errorf("given: %s", got)
	}
	if !errors.Is(p.err, ErrUnknown) { // Mina's /2 is none
		t.Error(p.err)
	}
}
