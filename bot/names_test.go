package bot

import (
	"strings"
	"testing"

	"rewind/bot/markdown"
	"rewind/store"
)

// TestNamesAreShownAsTheyAre lets somebody whose name is markup appear everywhere that names do.
func TestNamesAreShownAsTheyAre(t *testing.T) {
	t.Parallel()
	const name = "__x__ [free](https://evil.example)"
	o := newOffice(t)
	o.change(func(tx *store.Tx) { m, _ := tx.Member("jun"); m.Name = name; tx.PutMember(m) })
	n := o.plan(room("C"))
	o.landPost(n, room("C"))
	said := func(text string) string {
		return o.command(Command{From: account("Jun"), Name: name, Channel: room("C"), Text: text}).Message.Text
	}
	said("answer #1 An answer.")
	said("team join **Owls** <@1>")
	said("suggest What is a comma?")
	said("flag #1 Wrong.")
	texts := []string{said("leaderboard"), said("leaderboard teams"), said("me"), said("team list"), o.say("Mina", "flags").Message.Text, o.say("Mina", "suggestion list").Message.Text}
	o.say("Mina", "reveal")
	texts = append(texts, o.take(letterID(n, room("C"), store.LetterReveal)).delivery.Body.Text)
	for _, id := range o.notices() {
		texts = append(texts, o.take(id).delivery.Body.Text)
	}
	shown := 0
	for _, text := range texts {
		for _, b := range markdown.Parse(text) {
			if strings.Contains(plainOf(b), name) {
				shown++
			}
		}
		if strings.Contains(text, name) {
			t.Errorf("a name is markup in %q", text)
		}
	}
	if shown < 5 {
		t.Errorf("the name is shown as it is in %d of %d texts:\n%s", shown, len(texts), strings.Join(texts, "\n---\n"))
	}
}

// plainOf is what a reader sees of a block.
func plainOf(b markdown.Block) (text string) {
	switch b := b.(type) {
	case markdown.Paragraph:
		return markdown.Plain(b.Text)
	case markdown.List:
		for _, item := range b.Items {
			for _, inner := range item.Blocks {
				text += plainOf(inner) + "\n"
			}
		}
	}
	return text
}

// TestLinesAreCutBetweenCharacters cuts where a family or a syllable of letters stands at the limit.
func TestLinesAreCutBetweenCharacters(t *testing.T) {
	t.Parallel()
	for _, end := range []string{"👨‍👩‍👧‍👦", "\u1112\u1161\u11ab"} {
		for room := range 12 {
			line := firstLine(strings.Repeat("a", threadNameLength-room)+strings.Repeat(end, 9), threadNameLength)
			rest := strings.TrimLeft(strings.TrimSuffix(line, "…"), "a")
			if strings.Trim(strings.ReplaceAll(rest, end, ""), " ") != "" || len([]rune(line)) > threadNameLength {
				t.Errorf("cut as %q", line)
			}
		}
	}
	if got := bareLine("What **is** a `mutex` for?\nMore", 60); got != "What is a mutex for?" {
		t.Errorf("the bare line is %q", got)
	}
}

// TestBlind plays where the platform hides what is written in threads: people are told to use the button, and whoever
// becomes the first maintainer hears of it.
func TestBlind(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.change(func(tx *store.Tx) { g, _ := tx.Group(); g.Maintainers, g.Mode = nil, store.ModeOpen; tx.PutGroup(g) })
	if err := o.Tell(t.Context(), "chat", "", codeBlind); err != nil {
		t.Fatal(err)
	}
	admin := Command{From: account("Mina"), Name: "Mina", Admin: true, Channel: room("C"), Text: "schedule add daily 10:00"}
	if got := o.notices(); len(got) > 0 {
		t.Errorf("nobody is a maintainer, and %q wait", got)
	}
	o.command(admin)
	if got := o.notices(); len(got) != 1 {
		t.Errorf("the first maintainer is told %q", got)
	}
	n := o.plan(room("C"))
	if footer := o.take(letterID(n, room("C"), store.LetterPost)).delivery.Body.Footer; !strings.Contains(footer, "with the button") {
		t.Errorf("the post says %q", footer)
	}
	o.land(claimed{letter: store.Letter{ID: letterID(n, room("C"), store.LetterPost)}}, "m1")
	o.land(o.take(letterID(n, room("C"), store.LetterThread)), "t1")
	if text := o.say("Jun", "answer #1 By the button.").Message.Text; !strings.Contains(text, "is safe") {
		t.Errorf("an answer by the button is answered with %q", text)
	}
}

// TestSeenAnswer says that an answer which was written where others are is no secret.
func TestSeenAnswer(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.change(func(tx *store.Tx) { g, _ := tx.Group(); g.Mode = store.ModeOpen; tx.PutGroup(g) })
	o.landPost(o.plan(room("C")), room("C"))
	c := Command{From: account("Jun"), Name: "Jun", Channel: room("C"), Thread: "t1-C", Text: "answer A letter.", Seen: true}
	if text := o.command(c).Message.Text; !strings.Contains(text, "Others can read it") {
		t.Errorf("it says %q", text)
	}
}

// TestOneFieldForAll takes what people type into the one field of a slash command.
func TestOneFieldForAll(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	reply := o.inForm("Mina", "schedule add", map[string]string{"when": "weekdays 09:00 reveal=18:00 topics=Letters"})
	if text := reply.Message.Text; !strings.Contains(text, "reveal at 18:00") || !strings.Contains(text, "Letters") {
		t.Errorf("it says %q", text)
	}
	if text := o.inForm("Mina", "schedule add", map[string]string{"when": "weekdays 09:00 rveal=18:00"}).Message.Text; !strings.Contains(text, "rveal") {
		t.Errorf("a misspelt one is answered with %q", text)
	}
}

// TestOldChoice answers a button whose command is forgotten.
func TestOldChoice(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	if reply := o.say("Jun", "again abc #1"); !strings.Contains(reply.Message.Text, "too old") {
		t.Errorf("it says %q", reply.Message.Text)
	}
	o.join("W2", "Jun")
	c := Command{From: Account{Platform: "chat", User: "Jun"}, Name: "Jun", Text: "import", Attachments: []Attachment{{Name: "x.md"}}}
	if reply := o.command(c); !strings.Contains(reply.Message.Text, "in the server") || len(reply.Message.Actions) > 0 {
		t.Errorf("a file for one of two groups: %+v", reply)
	}
	before := o.state()
	if choices, err := o.Complete(t.Context(), Command{From: c.From, Text: "answer"}, "round", ""); err != nil || len(choices) > 0 {
		t.Errorf("offered %+v, %v", choices, err)
	}
	if after := o.state(); len(after) != len(before) {
		t.Error("typing wrote something")
	}
}

// TestPartialReactions adds what is read of a thread's reactions and takes nothing away where not all were.
func TestPartialReactions(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	n := o.plan(room("C"))
	o.landPost(n, room("C"))
	thread := Thread{Channel: room("C"), ID: "t1-C"}
	r := Reaction{Thread: thread, Comment: "c1", From: account("Jun"), Name: "Jun", Emoji: "👍"}
	if err := o.Reaction(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	other := r
	other.Emoji = "🎉"
	for _, row := range []struct {
		snapshot Snapshot
		want     int
	}{{Snapshot{Reactions: []Reaction{other}, Partial: true}, 2}, {Snapshot{Reactions: []Reaction{other}}, 1}} {
		if err := o.reconcile(t.Context(), thread, nil, row.snapshot); err != nil {
			t.Fatal(err)
		}
		o.look(func(tx *store.Tx) {
			if got := len(tx.Reactions(n, thread)); got != row.want {
				t.Errorf("partial %v: %d reactions, want %d", row.snapshot.Partial, got, row.want)
			}
		})
	}
}
