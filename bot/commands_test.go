package bot

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"rewind/questions"
	"rewind/store"
)

// TestCommandNames holds the names in the table apart, in both languages at once: people mix them.
func TestCommandNames(t *testing.T) {
	t.Parallel()
	whose := map[string]string{}
	for i := range commands {
		c := &commands[i]
		for _, name := range []string{c.name, c.korean} {
			if n := len(strings.Fields(name)); n < 1 || n > 2 || name != strings.ToLower(strings.Join(strings.Fields(name), " ")) {
				t.Errorf("%q is not one or two words in lower case", name)
			}
			if other, taken := whose[name]; taken {
				t.Errorf("%q is %s and %s", name, other, c.name)
			}
			whose[name] = c.name
		}
		if strings.Contains(c.name, " ") != strings.Contains(c.korean, " ") {
			t.Errorf("%q and %q are not of one shape", c.name, c.korean)
		}
	}
	for i := range commands {
		for _, name := range []string{commands[i].name, commands[i].korean} {
			family, _, two := strings.Cut(name, " ")
			if other, taken := whose[family]; two && taken {
				t.Errorf("the first word of %q is all of %s", name, other)
			}
		}
	}
}

// TestCommandOptions sees to it that whatever is typed can mean one thing only.
func TestCommandOptions(t *testing.T) {
	t.Parallel()
	for i := range commands {
		c := &commands[i]
		names, chosen := map[string]bool{}, map[string]string{}
		for _, o := range c.options {
			for _, name := range []string{o.name, o.korean} {
				if name != "" && names[name] {
					t.Errorf("%s: %q names two options", c.name, name)
				}
				names[name] = true
			}
			own := map[string]bool{}
			for _, ch := range o.choices {
				for _, word := range []string{ch.value, ch.korean} {
					if word == "" || own[word] || strings.ContainsAny(word, " \t=\"") {
						t.Errorf("%s: %s cannot be chosen by %q", c.name, o.name, word)
					}
					own[word] = true
					if other, taken := chosen[word]; o.positional && taken {
						t.Errorf("%s: %q chooses %s and %s", c.name, word, other, o.name)
					}
					if o.positional {
						chosen[word] = o.name
					}
				}
			}
		}
		checkPositional(t, c)
	}
}

// checkPositional checks that options without a name can be told apart by where they stand.
func checkPositional(t *testing.T, c *command) {
	t.Helper()
	rest := false
	for i, o := range c.options {
		bare := o.positional && len(o.choices) == 0
		switch {
		case rest && bare:
			t.Errorf("%s: nothing is left for %s", c.name, o.name)
		case (o.rest || o.verbatim) && !bare:
			t.Errorf("%s: %s takes a text and cannot be typed without its name", c.name, o.name)
		case o.verbatim && (i < len(c.options)-1 || slices.ContainsFunc(c.options[:i], func(o option) bool { return !o.positional || !o.required })):
			t.Errorf("%s: %s leaves nothing to other options", c.name, o.name)
		case o.required && !o.positional:
			t.Errorf("%s: %s must be given, and only by name", c.name, o.name)
		}
		rest = rest || o.rest
	}
}

// TestCommandTexts asks the table for all that people read of it.
func TestCommandTexts(t *testing.T) {
	t.Parallel()
	states := []store.RoundState{store.Planned, store.Opened, store.Revealed, store.Closed, store.Dropped}
	for i := range commands {
		c := &commands[i]
		if c.run == nil {
			t.Errorf("%s does nothing", c.name)
		}
		if n := len([]rune(c.usage(questions.English))); n > 200 {
			t.Errorf("%s: the usage has %d columns: %s", c.name, n, c.usage(questions.English))
		}
		for _, lang := range []questions.Lang{questions.English, questions.Korean} {
			if c.hidden {
				continue
			}
			help := Speak(lang).Say("help_" + helpKey(c))
			if help == "" || strings.HasPrefix(help, "⟦") || strings.Contains(help, "\n") {
				t.Errorf("%s has the help %q in %s", c.name, help, lang)
			}
			for _, state := range states {
				if len(c.rounds) == 0 || slices.Contains(c.rounds, state) {
					continue
				}
				if said := Speak(lang).Say("round_is_"+string(state), Values{"Round": 1}); !strings.Contains(said, "#1") {
					t.Errorf("%s of a round that is %s says %q", c.name, state, said)
				}
			}
		}
	}
}

// TestUsageParses types what the usage lines show.
func TestUsageParses(t *testing.T) {
	t.Parallel()
	for i := range 2 * len(commands) {
		c, lang := &commands[i/2], []questions.Lang{questions.English, questions.Korean}[i%2]
		text := exampleOf(c, lang)
		read, wrong := commands.parse(text)
		if wrong != nil {
			t.Errorf("parse(%q) refused with %s %v", text, wrong.key, wrong.values)
			continue
		}
		if read.command != c || c.takesRound != (read.round == 1) {
			t.Errorf("parse(%q) = %s #%d", text, read.command.name, read.round)
		}
		for _, o := range c.options {
			want := "…"
			switch {
			case o.hidden:
				want = ""
			case len(o.choices) > 0:
				want = o.choices[0].value
			case o.positional:
				want = strings.ToUpper(o.called(lang))
			}
			if got := read.values[o.name]; got != want {
				t.Errorf("parse(%q): %s is %q, want %q", text, o.name, got, want)
			}
		}
	}
}

// fill gives an office rounds in every state, answers, points, teams and schedules. It returns the number of the round in
// each state.
func (o *office) fill() map[store.RoundState]int {
	o.t.Helper()
	numbers := map[store.RoundState]int{}
	for _, state := range []store.RoundState{store.Closed, store.Dropped, store.Revealed, store.Opened, store.Planned} {
		n := o.plan(room("C"))
		numbers[state] = n
		if state == store.Planned {
			break
		}
		o.landPost(n, room("C"))
		o.answer(n, "jun", "A letter.")
		o.change(func(tx *store.Tx) {
			r, _ := tx.Round(n)
			if r.State = state; state == store.Revealed || state == store.Closed {
				r.Revealing, r.RevealedAt = o.clock.now, o.clock.now
			}
			tx.PutRound(r)
		})
		o.pass(time.Hour)
	}
	o.change(func(tx *store.Tx) {
		tx.PutTeam(store.Team{ID: "foxes", Name: "Foxes"})
		for _, id := range []string{"mina", "jun"} {
			m, _ := tx.Member(id)
			m.Team = "foxes"
			tx.PutMember(m)
		}
		for i, spec := range []string{"0 9 * * 1-5", "30 14 1 * *"} {
			tx.PutSchedule(store.Schedule{
				ID: []string{"k7", "p2"}[i], Version: 1, Since: day, Spec: spec, Channels: []Channel{room("C")}, Topics: []string{"Letters"},
				Reveal: "8h", Grace: store.Duration(defaultGrace), Mode: store.ModeSealed, Paused: i == 1,
				Rest: []store.Rest{{From: "2026-03-11", To: "2026-03-12"}},
			})
		}
	})
	for range 2 { // the second undo has something to go back to
		o.say("Mina", "import ## What is "+o.newID()+"?\nA letter.")
		o.say("Mina", "confirm "+o.uploaded())
	}
	o.say("Mina", "import ## What is the last letter?\nThe one before none.")
	o.change(func(tx *store.Tx) {
		tx.PutSuggestion(store.Suggestion{Number: 1, Member: "jun", Name: "Jun", Prompt: "Why?", At: o.clock.now, State: store.Waiting})
		r, _ := tx.Round(numbers[store.Closed])
		tx.PutFlag(store.Flag{Number: 1, Member: "jun", Name: "Jun", Bank: r.Bank, Question: r.Question, Round: r.Number, Reason: "Old.", At: o.clock.now})
	})
	return numbers
}

// TestReadingWritesNothing gives every reading command in all its forms, in a view of the store that would fail if one
// wrote: to people new and known, in either language, in a group with much to tell and in an empty one.
func TestReadingWritesNothing(t *testing.T) {
	t.Parallel()
	full, empty := newOffice(t), newOffice(t)
	full.fill()
	given := 0
	for i := range commands {
		c := &commands[i]
		if !c.reads {
			continue
		}
		for _, text := range formsOf(c) {
			for _, o := range []*office{full, empty} {
				for _, name := range []string{"Mina", "Jun", "Sora"} {
					for _, lang := range []string{"", "ko"} {
						given++
						reply := o.command(Command{From: account(name), Name: name, Lang: lang, Channel: room("C"), Text: text})
						checkSaid(t, text, reply)
						if reply.Private == c.public {
							t.Errorf("%s: private is %v", text, reply.Private)
						}
					}
				}
				o.look(func(tx *store.Tx) {
					if _, known := tx.MemberOf(account("Sora")); known {
						t.Errorf("%s made a member", text)
					}
				})
			}
		}
	}
	if given < 100 {
		t.Errorf("only %d commands were given", given)
	}
}

// formsOf are a command with nothing, with each of its choices, and with texts of all kinds for its other options.
func formsOf(c *command) []string {
	forms := []string{c.name, c.korean}
	if c.takesRound {
		for _, n := range []string{" #1", " #2", " #3", " #4", " #5", " #99"} {
			forms = append(forms, c.name+n)
		}
	}
	for _, o := range c.options {
		for _, ch := range o.choices {
			forms = append(forms, c.name+" "+o.name+"="+ch.value)
		}
		if len(o.choices) == 0 {
			for _, value := range []string{"q1", "Letters", "nothing", "schedule", "answer"} {
				forms = append(forms, c.name+" "+o.name+"="+value)
			}
		}
	}
	return forms
}

// checkSaid checks that a reply is a sentence without holes.
func checkSaid(t *testing.T, text string, r Reply) {
	t.Helper()
	if r.Message.Text == "" || strings.ContainsAny(r.Message.Text, "⟦⟧") || strings.Contains(r.Message.Text, "<no value>") {
		t.Errorf("%s says %q", text, r.Message.Text)
	}
	for _, a := range r.Message.Actions {
		typed, wrong := commands.parse(a.Command)
		asks := wrong != nil && wrong.key == keyMissing && typed.command.form != nil
		if a.Label == "" || wrong != nil && !asks {
			t.Errorf("%s has a button %+v, which is no command: %+v", text, a, wrong)
		}
	}
}

// TestCommandsRefuse gives each command to the wrong people, in the wrong place, or about a round in the wrong state.
func TestCommandsRefuse(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	numbers := o.fill()
	refused := map[string]int{}
	for i := range commands {
		c := &commands[i]
		text := exampleOf(c, questions.English)
		for lang, words := range map[string]Words{"": Speak(questions.English), "ko": Speak(questions.Korean)} {
			give := func(name string, in Channel, text string) string {
				reply := o.command(Command{From: account(name), Name: name, Lang: lang, Channel: in, Text: text})
				if !reply.Private {
					t.Errorf("%s is refused in public", text)
				}
				return reply.Message.Text
			}
			if c.who == maintainers {
				refused["who"]++
				if got := give("Jun", room("C"), text); got != words.Say("need_maintainer") {
					t.Errorf("%s by a member says %q", text, got)
				}
			}
			if c.inChannel {
				refused["where"]++
				if got := give("Mina", Channel{}, text); got != words.Say("need_channel") {
					t.Errorf("%s outside of channels says %q", text, got)
				}
			}
			for state, n := range numbers {
				if len(c.rounds) == 0 || slices.Contains(c.rounds, state) {
					continue
				}
				refused["state"]++
				about := strings.Replace(text, "#1", "#"+string(rune('0'+n)), 1)
				if got := give("Mina", room("C"), about); got != words.Say("round_is_"+string(state), Values{"Round": n}) {
					t.Errorf("%s of a round that is %s says %q", about, state, got)
				}
			}
			if len(c.rounds) > 0 {
				about := strings.Replace(text, "#1", "#99", 1)
				if got := give("Mina", room("C"), about); got != words.Say("no_such_round", Values{"Round": 99}) {
					t.Errorf("%s says %q", about, got)
				}
			}
		}
	}
	for _, kind := range []string{"who", "where", "state"} {
		if refused[kind] < 4 {
			t.Errorf("only %d commands were refused for %s", refused[kind], kind)
		}
	}
}

// TestSettingsRefuse changes nothing for who may only look at the settings.
func TestSettingsRefuse(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for _, text := range []string{"settings zone=Asia/Seoul", "settings language=ko", "settings mode=open", "settings reveal=members", "settings maintainer=Jun"} {
		if got := o.say("Jun", text).Message.Text; got != Speak(questions.English).Say("need_maintainer") {
			t.Errorf("%s says %q", text, got)
		}
	}
	o.look(func(tx *store.Tx) {
		g, _ := tx.Group()
		if g.Zone != "UTC" || g.Lang != questions.English || g.Mode != store.ModeBoth || g.MembersReveal || len(g.Maintainers) != 1 {
			t.Errorf("the group is %+v", g)
		}
	})
}

// TestCommandTwice gives every command that writes two times under one ID: the second gets the same reply and changes
// nothing, though time has passed between them.
func TestCommandTwice(t *testing.T) {
	t.Parallel()
	examples := map[string]string{
		"answer": "answer #4 Another letter.", "reveal": "reveal #4 all", "team join": "team join Owls", "team leave": "team leave",
		"schedule add": "schedule add daily 10:00", "schedule edit": "schedule edit k7 daily 10:00", "schedule pause": "schedule pause k7",
		"schedule resume": "schedule resume p2", "schedule remove": "schedule remove k7", "post": "post", "skip": "skip next schedule=k7",
		"settings": "settings zone=Asia/Seoul",
		"suggest":  "suggest What is a letter?", "suggestion approve": "suggestion approve 1", "suggestion edit": "suggestion edit 1 Why not?",
		"suggestion decline": "suggestion decline 1 Because.", "flag": "flag #4 Wrong.", "flags": "flags 1", "adopt": "adopt #3 Jun",
		"import": "import ## What is a comma?\nA pause.", "replace": "replace ## What is a comma?\nA pause.",
		"confirm": "confirm", "undo": "undo", "save": "save #4",
	}
	for i := range commands {
		c := &commands[i]
		if c.reads {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			text, ok := examples[c.name]
			if !ok {
				t.Fatalf("no example of %s", c.name)
			}
			o := newOffice(t)
			o.fill()
			if c.name == "confirm" {
				text += " " + o.uploaded()
			}
			before := o.state()
			first, afterFirst := o.once(text), o.state()
			o.pass(time.Minute)
			second, afterSecond := o.once(text), o.state()
			checkSaid(t, text, first)
			if slices.Equal(before, afterFirst) {
				t.Errorf("%s changes nothing and says %q", text, first.Message.Text)
			}
			if first.Message.Text != second.Message.Text || first.Private != second.Private {
				t.Errorf("%s says\n%+v\nand then\n%+v", text, first, second)
			}
			for _, line := range afterSecond {
				if !slices.Contains(afterFirst, line) {
					t.Errorf("%s leaves, the second time, %s", text, line)
				}
			}
			if len(afterFirst) != len(afterSecond) {
				t.Errorf("%s leaves %d records, then %d", text, len(afterFirst), len(afterSecond))
			}
		})
	}
}

// uploaded is the ID of the notes that wait to be confirmed.
func (o *office) uploaded() (id string) {
	o.look(func(tx *store.Tx) {
		for u := range tx.Uploads() {
			id = u.ID
		}
	})
	return id
}

// once gives a command of Mina's under an ID that is always the same.
func (o *office) once(text string) (reply Reply) {
	o.t.Helper()
	saved := &Comment{From: account("Mina"), Text: "Saved on purpose."}
	err := o.Command(o.t.Context(), Command{ID: "one", From: account("Mina"), Name: "Mina", Channel: room("C"), Text: text, Target: saved},
		func(_ context.Context, r Reply) error { reply = r; return nil })
	if err != nil {
		o.t.Errorf("%s: %v", text, err)
	}
	return reply
}
