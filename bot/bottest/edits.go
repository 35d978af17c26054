package bottest

import "rewind/bot"

// editCases are about messages that change.
func editCases() []Case {
	return []Case{
		{"an edit changes the message in its place", nil, editsInPlace},
		{"an edit made twice is one edit", nil, editsTwice},
		{"an edit of a missing message is refused", nil, editsNothing},
	}
}

func edit(s Subject, id, key, text string) bot.Delivery {
	return bot.Delivery{Key: key, Op: bot.Edit, To: bot.Place{Channel: s.Channel, Message: id}, Body: bot.Message{Text: text}}
}

func editsInPlace(tb TB, s Subject) {
	first := deliver(tb, s, s.text("first", "the first message"))
	deliver(tb, s, s.text("second", "the second message"))
	r := deliver(tb, s, edit(s, first.ID, "first/edit", "the changed message"))
	if r.ID != first.ID {
		tb.Errorf("the edit's receipt names message %q, want %q", r.ID, first.ID)
	}
	posted(tb, s, "the first message", 0)
	posted(tb, s, "the second message", 1)
	if p := posted(tb, s, "the changed message", 1); p[0].ID != first.ID {
		tb.Errorf("the changed text stands in message %q, want %q", p[0].ID, first.ID)
	}
}

func editsTwice(tb TB, s Subject) {
	first := deliver(tb, s, s.text("first", "the first message"))
	d := edit(s, first.ID, "first/edit", "the changed message")
	deliver(tb, s, d)
	d.Unsure = s.now()
	if r := deliver(tb, s, d); r.ID != first.ID {
		tb.Errorf("the second edit's receipt names message %q, want %q", r.ID, first.ID)
	}
	posted(tb, s, "the changed message", 1)
}

func editsNothing(tb TB, s Subject) {
	deliver(tb, s, s.text("first", "the first message"))
	fail(tb, s, edit(s, "404", "edit", "changed words"), bot.Refused)
	posted(tb, s, "changed words", 0)
	posted(tb, s, "the first message", 1)
}
