package bot

import (
	"slices"
	"strings"
	"testing"
	"time"

	"rewind/store"
)

// inForm gives a command from a place where forms can be opened.
func (o *office) inForm(name, text string, options map[string]string) Reply {
	o.t.Helper()
	return o.command(Command{From: account(name), Name: name, Channel: room("C"), Text: text, Options: options, Forms: true})
}

// TestForms asks with a form for what is missing, and only where the command can be carried out.
func TestForms(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	n := o.plan(room("C"))
	if reply := o.inForm("Jun", "answer", nil); reply.Form != nil || reply.Message.Text == "" {
		t.Errorf("a question that is not posted yet is asked for with %+v", reply)
	}
	o.landPost(n, room("C"))
	for _, text := range []string{"answer", "answer #1", "답변 #1"} {
		reply := o.inForm("Jun", text, nil)
		if f := reply.Form; f == nil || f.Command != "answer #1" || f.Option != "text" || f.Value != "" || !strings.Contains(f.Title, "#1") {
			t.Fatalf("%s: the form is %+v", text, reply.Form)
		}
	}
	if reply := o.say("Jun", "answer #1"); reply.Form != nil || !strings.Contains(reply.Message.Text, "missing") {
		t.Errorf("where no form can be opened it says %+v", reply)
	}
	if reply := o.inForm("Jun", "answer #1", map[string]string{"text": "from a form\n#2 of it"}); reply.Form != nil || !strings.Contains(reply.Message.Text, "is safe") {
		t.Errorf("the form that was sent is answered with %+v", reply)
	}
	if reply := o.inForm("Jun", "answer #1", nil); reply.Form == nil || reply.Form.Value != "from a form\n#2 of it" {
		t.Errorf("what was answered is not to be changed: %+v", reply.Form)
	}
	o.say("Mina", "reveal")
	if reply := o.inForm("Jun", "answer #1", nil); reply.Form != nil || !strings.Contains(reply.Message.Text, "stands") {
		t.Errorf("an answer that stands is asked for with %+v", reply)
	}
	if reply := o.inForm("Jun", "suggestion decline 1", nil); reply.Form != nil || !strings.Contains(reply.Message.Text, "maintainers") {
		t.Errorf("who may not is asked with %+v", reply)
	}
	if reply := o.inForm("Mina", "suggestion decline 1", nil); reply.Form == nil || reply.Form.Command != "suggestion decline 1" {
		t.Errorf("a maintainer is asked with %+v", reply.Form)
	}
}

// TestLookWithALine shows the answer to who has written what they know of it, which is their answer.
func TestLookWithALine(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	n := o.plan(room("C"))
	o.landPost(n, room("C"))
	asked := o.inForm("Jun", "reveal #1 me", nil)
	if len(asked.Message.Actions) != 2 || strings.Contains(asked.Message.Text, "It is a.") {
		t.Fatalf("a look is answered with %+v", asked)
	}
	f := o.inForm("Jun", asked.Message.Actions[0].Command, nil).Form
	if f == nil {
		t.Fatal("the button opens no form")
	}
	if reply := o.inForm("Jun", f.Command, map[string]string{f.Option: "A letter, I think."}); !strings.Contains(reply.Message.Text, "It is a.") {
		t.Errorf("the line shows %+v", reply)
	}
	o.look(func(tx *store.Tx) {
		a, _ := tx.Answer(n, "jun")
		p, _ := tx.Peek(n, "jun")
		if a.Text != "A letter, I think." || a.Late || !a.Sealed || p.GaveUp || p.At.IsZero() {
			t.Errorf("kept as %+v, look %+v", a, p)
		}
	})
	// Where private answers are not taken the line is remembered with the look.
	o.change(func(tx *store.Tx) { g, _ := tx.Group(); g.Mode = store.ModeOpen; tx.PutGroup(g) })
	open := o.plan(room("C"))
	o.landPost(open, room("C"))
	o.inForm("Jun", "reveal #2 me", map[string]string{"line": "In the thread I would say b."})
	o.look(func(tx *store.Tx) {
		_, answered := tx.Answer(open, "jun")
		if p, _ := tx.Peek(open, "jun"); answered || p.Line != "In the thread I would say b." {
			t.Errorf("answered is %v, look %+v", answered, p)
		}
	})
	// Who may reveal is offered that, too.
	if reply := o.say("Mina", "reveal #2 me"); len(reply.Message.Actions) != 2 || reply.Message.Actions[1].Command != "reveal #2 all" {
		t.Errorf("a maintainer is offered %+v", reply.Message.Actions)
	}
}

// TestOptionsByName gives values by name, as slash commands do.
func TestOptionsByName(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	reply := o.inForm("Mina", "schedule add", map[string]string{"when": "weekdays 10:00", "reveal": "18:00", "channel": "<#D>", "mode": "sealed"})
	if !strings.Contains(reply.Message.Text, "#D") || !strings.Contains(reply.Message.Text, "18:00") {
		t.Errorf("it says %q", reply.Message.Text)
	}
	for option, value := range map[string]string{"mode": "loud", "nonsense": "x", "round": "first"} {
		if reply := o.inForm("Mina", "reveal", map[string]string{option: value}); !strings.Contains(reply.Message.Text, "It goes like this") {
			t.Errorf("%s=%s is answered with %q", option, value, reply.Message.Text)
		}
	}
}

// TestSave takes a message as an answer on purpose.
func TestSave(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	n := o.plan(room("C"))
	o.landPost(n, room("C"))
	thread := Thread{Channel: room("C"), ID: "t1-C"}
	save := func(by string, c *Comment) Reply {
		return o.command(Command{From: account(by), Name: by, Channel: room("C"), Thread: "t1-C", Text: "save", Target: c})
	}
	his := &Comment{Thread: thread, ID: "c1", From: account("Jun"), Name: "Jun", Text: "A letter.", Said: o.clock.now, Revision: o.clock.now}
	if reply := save("Mina", his); !strings.Contains(reply.Message.Text, "somebody else") {
		t.Errorf("Jun's words as Mina's: %q", reply.Message.Text)
	}
	if reply := save("Jun", his); !strings.Contains(reply.Message.Text, "is your answer to #1") {
		t.Errorf("it says %q", reply.Message.Text)
	}
	if _, waits := o.letter(letterID(n, room("C"), store.LetterReact) + "/c1"); !waits {
		t.Error("the answer is not marked")
	}
	o.say("Mina", "reveal")
	o.land(o.take(letterID(n, room("C"), store.LetterReveal)), "r1")
	o.pass(time.Hour)
	hers := &Comment{Thread: thread, ID: "c2", From: account("Mina"), Name: "Mina", Text: "After it.", Said: o.clock.now, Revision: o.clock.now}
	if reply := save("Mina", hers); !strings.Contains(reply.Message.Text, "3 points") {
		t.Errorf("after the reveal it says %q", reply.Message.Text)
	}
	if reply := save("Jun", nil); !strings.Contains(reply.Message.Text, "menu of a message") {
		t.Errorf("without a message it says %q", reply.Message.Text)
	}
}

func TestComplete(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.fill()
	for _, row := range []struct {
		name, command, option, typed string
		want                         string // the first label, "" for none
	}{
		{"Jun", "random", "topic", "let", "Letters"},
		{"Jun", "random", "topic", "network", ""},
		{"Jun", "answer", "round", "", "#4 "},
		{"Jun", "history", "round", "1", "#1 "},
		{"Mina", "schedule edit", "id", "", "k7 · "},
		{"Jun", "schedule edit", "id", "", ""}, // who may not give it is offered nothing
		{"Mina", "schedule add", "topics", "", "Letters"},
		{"Mina", "adopt", "member", "ju", "Jun"},
		{"Jun", "nonsense", "topic", "", ""},
		{"Jun", "answer", "nonsense", "", ""},
	} {
		c := Command{From: account(row.name), Name: row.name, Channel: room("C"), Text: row.command}
		choices, err := o.Complete(t.Context(), c, row.option, row.typed)
		switch {
		case err != nil:
			t.Errorf("%+v: %v", row, err)
		case row.want == "" && len(choices) > 0, row.want != "" && (len(choices) == 0 || !strings.HasPrefix(choices[0].Label, row.want)):
			t.Errorf("%+v: offered %+v", row, choices)
		}
	}
	c := Command{From: account("Mina"), Channel: room("C"), Text: "schedule add", Options: map[string]string{"topics": "Go, l"}}
	if choices, _ := o.Complete(t.Context(), c, "topics", "Go, l"); !slices.Contains(choices, Choice{"Go, Letters", "Go, Letters"}) {
		t.Errorf("behind a first topic %+v is offered", choices)
	}
}

// TestEntries holds that platforms are told of every command that people give, and of each with sentences.
func TestEntries(t *testing.T) {
	t.Parallel()
	entries := Entries()
	if len(entries) < 30 {
		t.Fatalf("only %d entries", len(entries))
	}
	menu := 0
	for _, e := range entries {
		if e.InMenu {
			menu++
		}
		texts := []string{e.Help["en"], e.Help["ko"]}
		for _, op := range e.Options {
			texts = append(texts, op.Help["en"], op.Help["ko"])
		}
		for _, text := range texts {
			if text == "" || strings.Contains(text, "⟦") || len([]rune(text)) > 100 { // Discord's limit
				t.Errorf("%s says %q", e.Name, text)
			}
		}
	}
	if menu != 1 {
		t.Errorf("%d entries of a message's menu, want 1", menu)
	}
}

// TestOptionsInAnyOrder gives options by name, which come in no order: none takes what is another's.
func TestOptionsInAnyOrder(t *testing.T) {
	t.Parallel()
	for range 100 {
		read, wrong := commands.parseWith("schedule edit", map[string]string{"id": "u266", "when": "10:30 mode=sealed", "mode": "open"})
		if wrong != nil || read.values["id"] != "u266" || read.values["when"] != "10:30" || read.values["mode"] != "open" {
			t.Fatalf("understood as %v, %v", read.values, wrong)
		}
	}
}
