package bottest

import (
	"context"
	"maps"
	"slices"

	"rewind/bot"
)

// commandCases are about commands and what one person is told.
func commandCases() []Case {
	return []Case{
		{"a command is answered", all(needCommand), answersCommand},
		{"a repeated command keeps its ID", all(needCommand), repeatedCommand},
		{"a later reply edits the first", all(needCommand, needPrivate), editsReply},
		{"a private reply is seen by its reader alone", all(needCommand, needPrivate), privateReply},
		{"a private letter is seen by its reader alone", all(needPrivate), privateLetter},
		{"a button is its command", all(needPress), pressesButton},
	}
}

func needPress(s Subject) string { return lack(s.Press != nil, "way to press buttons") }

func (s Subject) command(id, text string) bot.Command {
	return bot.Command{ID: id, From: s.Mina, Name: "Mina", Channel: s.Channel, Text: text}
}

// order gives a command that must not fail.
func order(tb TB, s Subject, c bot.Command) bot.Reply {
	tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	reply, err := s.Command(ctx, c)
	if err != nil {
		tb.Fatalf("command %q: %v", c.Text, err)
	}
	return reply
}

// heard returns the commands that came.
func (r *recorder) heard(tb TB, n int) []bot.Command {
	tb.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.commands) != n {
		tb.Fatalf("%d commands came, want %d", len(r.commands), n)
	}
	return r.commands
}

// given is a command as it would be typed, however a platform brings its values.
func given(c bot.Command) string {
	text := c.Text
	for _, name := range slices.Sorted(maps.Keys(c.Options)) {
		text += " " + c.Options[name]
	}
	return text
}

func answersCommand(tb TB, s Subject) {
	r := &recorder{}
	stop := listen(tb, s, r)
	defer stop()
	th := open(tb, s)
	if reply := order(tb, s, s.command("1", "me")); reply.Message.Text != "noted" {
		tb.Errorf("the reply is %q, want %q", reply.Message.Text, "noted")
	}
	inThread := s.command("2", "answer SYN and ACK")
	inThread.Thread, inThread.From, inThread.Name = th.ID, s.Jun, "Jun"
	order(tb, s, inThread)
	got := r.heard(tb, 2)
	if c := got[0]; c.From != s.Mina || c.Name != "Mina" || c.Channel != s.Channel || c.Thread != "" || given(c) != "me" {
		tb.Errorf("the command came as %+v", c)
	}
	if c := got[1]; c.From != s.Jun || c.Channel != s.Channel || c.Thread != th.ID || given(c) != "answer SYN and ACK" {
		tb.Errorf("the command in a thread came as %+v", c)
	}
	if got[0].ID == "" || got[0].ID == got[1].ID {
		tb.Errorf("two commands came with IDs %q and %q", got[0].ID, got[1].ID)
	}
}

func repeatedCommand(tb TB, s Subject) {
	r := &recorder{}
	stop := listen(tb, s, r)
	defer stop()
	order(tb, s, s.command("1", "post"))
	order(tb, s, s.command("1", "post"))
	r.mu.Lock()
	defer r.mu.Unlock()
	if n := len(r.commands); n < 1 || n > 2 { // a platform may know by itself that it came before
		tb.Fatalf("%d commands came, want 1 or 2", n)
	}
	for _, c := range r.commands {
		if c.ID == "" || c.ID != r.commands[0].ID {
			tb.Errorf("one command came with IDs %q and %q", r.commands[0].ID, c.ID)
		}
	}
}

// replies answers with each in turn.
func replies(texts ...bot.Reply) *recorder {
	return &recorder{onCommand: func(ctx context.Context, _ bot.Command, answer func(context.Context, bot.Reply) error) error {
		for _, reply := range texts {
			if err := answer(ctx, reply); err != nil {
				return err
			}
		}
		return nil
	}}
}

func privately(text string) bot.Reply {
	return bot.Reply{Message: bot.Message{Text: text}, Private: true}
}

func editsReply(tb TB, s Subject) {
	stop := listen(tb, s, replies(privately("one moment"), privately("it is done")))
	defer stop()
	before := len(s.Private(s.Mina))
	if reply := order(tb, s, s.command("1", "import")); reply.Message.Text != "it is done" {
		tb.Errorf("the reply is %q in the end, want %q", reply.Message.Text, "it is done")
	}
	if n := len(s.Private(s.Mina)) - before; n != 1 {
		tb.Errorf("the reply is %d messages, want 1", n)
	}
	among(tb, s.Private(s.Mina), "one moment", 0)
	among(tb, s.Private(s.Mina), "it is done", 1)
}

func privateReply(tb TB, s Subject) {
	const secret = "only for one pair of eyes"
	stop := listen(tb, s, replies(privately(secret)))
	defer stop()
	if reply := order(tb, s, s.command("1", "me")); !reply.Private {
		tb.Errorf("the reply is not private")
	}
	seenBy(tb, s, secret)
}

// seenBy checks that Mina sees a text once, and nobody else does.
func seenBy(tb TB, s Subject, text string) {
	tb.Helper()
	among(tb, s.Private(s.Mina), text, 1)
	among(tb, s.Private(s.Jun), text, 0)
	posted(tb, s, text, 0)
}

func privateLetter(tb TB, s Subject) {
	const secret = "a letter for one pair of eyes"
	d := bot.Delivery{Key: "letter", Op: bot.Say, To: bot.Place{Account: s.Mina}, Body: bot.Message{Text: secret}}
	r := deliver(tb, s, d)
	seenBy(tb, s, secret)
	if !s.KeepsKeys {
		return
	}
	same(tb, r, deliver(tb, s, d))
	seenBy(tb, s, secret)
}

func pressesButton(tb TB, s Subject) {
	r := &recorder{}
	stop := listen(tb, s, r)
	defer stop()
	d := s.text("buttons", "a question")
	d.Body.Actions = []bot.Action{{Label: "Answer", Command: "answer 7"}, {Label: "Hint", Command: "hint 7"}}
	post := deliver(tb, s, d)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if _, err := s.Press(ctx, s.command("1", ""), post.ID, "Hint"); err != nil {
		tb.Fatalf("press a button: %v", err)
	}
	if c := r.heard(tb, 1)[0]; c.Text != "hint 7" || c.From != s.Mina || c.Channel != s.Channel || c.ID == "" {
		tb.Errorf("the button came as %+v", c)
	}
}
