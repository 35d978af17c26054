package bot

import (
	"maps"
	"strconv"

	"rewind/questions"
)

// Entry is a command of the table as a platform registers it.
type Entry struct {
	Name    string // one or two words, in English
	Korean  string // the same in Korean
	Help    map[questions.Lang]string
	Options []EntryOption
	// Maintainers says that only maintainers may give it; the bot holds to that whatever the platform does.
	Maintainers bool
	// Public says that everyone in the channel sees the reply.
	Public bool
	// InMenu says that it stands in the menu of a message and is not typed.
	InMenu bool
	// Files is how many files it takes.
	Files int
}

// EntryOption is an option of a command as a platform registers it.
type EntryOption struct {
	Name     string
	Korean   string
	Help     map[questions.Lang]string
	Kind     Kind
	Required bool
	Long     bool // it may have several lines
	Complete bool // values are offered while it is typed
	Choices  []EntryChoice
}

// EntryChoice is one of the values that an option may have.
type EntryChoice struct{ Value, Korean string }

// Entries returns the table of commands as platforms register it, without those that platforms give by themselves.
func Entries() (entries []Entry) {
	for i := range commands {
		if c := &commands[i]; !c.hidden {
			entries = append(entries, c.entry())
		}
	}
	return entries
}

func (c *command) entry() Entry {
	e := Entry{
		Name: c.name, Korean: c.korean, Help: helps("help_" + helpKey(c)), Maintainers: c.who == maintainers, Public: c.public,
		InMenu: c.inMenu, Files: c.files,
	}
	for i := range c.options {
		if o := &c.options[i]; !o.hidden {
			e.Options = append(e.Options, o.entry(c))
		}
	}
	if c.takesRound && !c.inMenu {
		e.Options = append(e.Options, EntryOption{Name: roundOption, Korean: "번호", Help: helps("option_round"), Kind: TextKind, Complete: true})
	}
	return e
}

func (o *option) entry(of *command) EntryOption {
	e := EntryOption{
		Name: o.name, Korean: o.korean, Help: helps("option_" + o.name), Kind: o.kind, Long: o.verbatim, Complete: o.complete != nil,
		// Where a form asks for it, it need not be typed.
		Required: o.required && of.form == nil,
	}
	if e.Kind == "" {
		e.Kind = TextKind
	}
	for _, v := range o.choices {
		e.Choices = append(e.Choices, EntryChoice{v.value, v.korean})
	}
	return e
}

// helps is a sentence in every language.
func helps(key string) map[questions.Lang]string {
	return map[questions.Lang]string{questions.English: Speak(questions.English).Say(key), questions.Korean: Speak(questions.Korean).Say(key)}
}

// Typed reads a command as people type it into the name of its entry and its values by the names of options, as platforms
// with typed options give them; ok is false for what is no command.
func Typed(text string) (name string, options map[string]string, ok bool) {
	t, wrong := commands.parse(text)
	if wrong != nil {
		return "", nil, false
	}
	if t.round != 0 {
		t.values[roundOption] = strconv.Itoa(t.round)
	}
	maps.DeleteFunc(t.values, func(_, value string) bool { return value == "" })
	return t.command.name, t.values, true
}
