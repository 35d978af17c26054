package bot

import (
	"math"
	"strconv"
	"strings"
	"unicode"

	"github.com/agnivade/levenshtein"
)

// typed is a command as it was understood: which one, and the values of its options by name.
type typed struct {
	command *command
	values  map[string]string
	round   int // from "#12"; 0 where none was named
}

// misread says why a text is no command, with what would be right.
type misread struct {
	key     string   // of the sentence
	values  Values   // its blanks
	option  *option  // what it is about, nil if it is about none
	command *command // whose usage helps; nil: all of them
}

// say tells what is wrong, and how the command is typed.
func (m *misread) say(w Words) string {
	about := Values{}
	if m.option != nil {
		about["Option"] = m.option.called(w.Lang())
	}
	text := w.Say(m.key, m.values, about)
	if m.command != nil {
		text += "\n" + w.Say("usage", Values{"Usage": m.command.usage(w.Lang())})
	}
	return text
}

// parse reads what was typed after /quiz.
func (t table) parse(text string) (typed, *misread) { return t.parseWith(text, nil) }

// parseWith reads what was typed after /quiz, and values by the names of their options, which go before it. No text is
// help. Where something required is missing, the rest is returned as it was understood.
func (t table) parseWith(text string, options map[string]string) (typed, *misread) {
	text = strings.TrimSpace(text)
	if text == "" {
		text = "help"
	}
	c, rest, wrong := t.find(text)
	if wrong != nil {
		return typed{}, wrong
	}
	read := typed{command: c, values: map[string]string{}}
	if c.takesRound {
		read.round, rest = takeRound(rest)
	}
	if wrong := read.options(rest); wrong != nil {
		wrong.command = c
		return typed{}, wrong
	}
	if wrong := read.take(options); wrong != nil {
		return typed{}, wrong
	}
	for _, o := range c.options {
		if o.required && read.values[o.name] == "" {
			return read, &misread{key: keyMissing, option: &o, command: c}
		}
	}
	return read, nil
}

// keyMissing is the sentence about a required option that was not given.
const keyMissing = "wrong_missing"

// roundOption is the name under which platforms give the number of a round.
const roundOption = "round"

// take takes values by the names of their options.
func (t *typed) take(options map[string]string) *misread {
	for name, value := range options {
		o := t.command.option(name)
		switch {
		case name == roundOption && t.command.takesRound:
			n, err := strconv.Atoi(strings.TrimPrefix(strings.TrimSpace(value), "#"))
			if err != nil || n <= 0 {
				return &misread{key: "no_such_round", values: Values{"Round": value}, command: t.command}
			}
			t.round = n
		case o == nil:
			return &misread{key: "wrong_option", values: Values{"Option": name}, command: t.command}
		default:
			v, ok := o.accept(value)
			if !ok {
				return &misread{key: "wrong_value", option: o, values: Values{"Value": value}, command: t.command}
			}
			t.values[o.name] = v
		}
	}
	return t.spread(options)
}

// spread takes further options out of what was given as the one that takes the rest: people type "weekdays 09:00
// reveal=18:00" into one field. What was given by its own name stands.
func (t *typed) spread(given map[string]string) *misread {
	for i := range t.command.options {
		o := &t.command.options[i]
		if !o.rest || given[o.name] == "" {
			continue
		}
		var words []string
		for text := given[o.name]; text != ""; {
			word, rest := cutToken(text)
			text = rest
			name, value, named := strings.Cut(word, "=")
			other := t.command.option(name)
			switch {
			case !named || other == nil && !t.command.resembles(name):
				words = append(words, unquote(word))
				continue
			case other == nil:
				return &misread{key: "wrong_option", values: Values{"Option": name}, command: t.command}
			}
			v, ok := other.accept(unquote(value))
			if !ok {
				return &misread{key: "wrong_value", option: other, values: Values{"Value": value}, command: t.command}
			}
			if t.values[other.name] == "" {
				t.values[other.name] = v
			}
		}
		t.values[o.name] = strings.Join(words, " ")
	}
	return nil
}

// find finds the longest command name, in either language, that the text begins with.
func (t table) find(text string) (*command, string, *misread) {
	first, rest := cutWord(text)
	second, afterSecond := cutWord(rest)
	for i := range t {
		if c := &t[i]; c.isCalled(first + " " + second) {
			return c, afterSecond, nil
		}
	}
	for i := range t {
		if c := &t[i]; c.isCalled(first) {
			return c, rest, nil
		}
	}
	if family := t.familyOf(first); family != "" {
		return nil, "", &misread{key: "wrong_part", values: Values{"Command": family, "Nearest": t.nearest(first, second, family+" ")}}
	}
	return nil, "", &misread{key: "wrong_command", values: Values{"Typed": first, "Nearest": t.nearest(first, second, "")}}
}

// familyOf returns the first word of commands of two words, if that is what the word means.
func (t table) familyOf(word string) string {
	for i := range t {
		for _, name := range []string{t[i].name, t[i].korean} {
			family, _, two := strings.Cut(name, " ")
			if two && strings.EqualFold(family, word) {
				english, _, _ := strings.Cut(t[i].name, " ")
				return english
			}
		}
	}
	return ""
}

// nearest returns the command whose name is closest to the words typed, among those that begin with family. Within a
// family only the second word counts, in either language, and one of it is always meant.
func (t table) nearest(first, second, family string) string {
	best, distance := "help", len([]rune(first))/2+2
	if family != "" {
		distance = math.MaxInt
	}
	for i := range t {
		if !strings.HasPrefix(t[i].name, family) || !t[i].listed() {
			continue
		}
		for _, name := range []string{t[i].name, t[i].korean} {
			if d := distanceTo(name, first, second, family != ""); d < distance {
				best, distance = t[i].name, d
			}
		}
	}
	return best
}

// distanceTo counts the letters in which a command's name differs from as many words as it has of those typed.
func distanceTo(name, first, second string, sameFamily bool) int {
	head, part, _ := strings.Cut(name, " ")
	d := 0
	if !sameFamily {
		d = levenshtein.ComputeDistance(strings.ToLower(first), head)
	}
	if part != "" && (sameFamily || second != "") {
		d += levenshtein.ComputeDistance(strings.ToLower(second), part)
	}
	return d
}

func cutWord(text string) (word, rest string) {
	text = strings.TrimSpace(text)
	i := strings.IndexFunc(text, unicode.IsSpace)
	if i < 0 {
		return text, ""
	}
	return text[:i], strings.TrimSpace(text[i:])
}

// takeRound takes "#12" from the front of a text.
func takeRound(text string) (round int, rest string) {
	word, after := cutWord(text)
	digits, ok := strings.CutPrefix(word, "#")
	n, err := strconv.Atoi(digits)
	if !ok || err != nil || n <= 0 {
		return 0, text
	}
	return n, after
}

// options reads name=value pairs, choices and positional values, in any order; an option that takes the rest takes it
// as it stands.
func (t *typed) options(text string) *misread {
	if o := t.command.verbatim(); o != nil {
		for first := t.nextPositional(); first != o && text != ""; first = t.nextPositional() {
			t.values[first.name], text = cutWord(text)
		}
		t.values[o.name] = text
		return nil
	}
	for text != "" {
		word, rest := cutToken(text)
		name, value, named := strings.Cut(word, "=")
		switch o := t.command.option(name); {
		case named && o != nil:
			v, ok := o.accept(unquote(value))
			if !ok {
				return &misread{key: "wrong_value", option: o, values: Values{"Value": value}}
			}
			t.values[o.name] = v
			text = rest
			continue
		case named && t.command.resembles(name):
			return &misread{key: "wrong_option", values: Values{"Option": name}}
		}
		if t.choose(word) {
			text = rest
			continue
		}
		o := t.nextPositional()
		switch {
		case o == nil && t.command.option(word) != nil && rest != "":
			value, after := cutToken(rest) // "zone Asia/Seoul" for "zone=Asia/Seoul"
			text = word + "=" + value + " " + after
			continue
		case o == nil:
			return &misread{key: "wrong_extra", values: Values{"Typed": word}}
		case o.rest:
			// What takes the rest still leaves room for name=value behind it.
			t.values[o.name] = strings.TrimSpace(t.values[o.name] + " " + unquote(word))
		default:
			t.values[o.name] = unquote(word)
		}
		text = rest
	}
	return nil
}

// resembles reports whether a name that is no option's was meant to be one: it is close to one, or there is nothing else
// that it could belong to.
func (c *command) resembles(name string) bool {
	takesText := false
	for _, o := range c.options {
		takesText = takesText || o.positional && o.rest
		for _, known := range []string{o.name, o.korean} {
			// A short name is close to nearly everything: the TZ of "TZ=UTC" is no id.
			most := min(2, len([]rune(known))/2)
			if known != "" && levenshtein.ComputeDistance(strings.ToLower(name), known) <= most {
				return true
			}
		}
	}
	return !takesText
}

// choose takes a word that is one of a choice's values.
func (t *typed) choose(word string) bool {
	for i := range t.command.options {
		o := &t.command.options[i]
		if v, ok := o.accept(word); ok && o.positional && len(o.choices) > 0 && t.values[o.name] == "" {
			t.values[o.name] = v
			return true
		}
	}
	return false
}

// nextPositional is the option that the next bare word belongs to; nil if there is none.
func (t *typed) nextPositional() *option {
	for i := range t.command.options {
		o := &t.command.options[i]
		if o.positional && len(o.choices) == 0 && (o.rest || t.values[o.name] == "") {
			return o
		}
	}
	return nil
}

// cutToken cuts a word off the front, of which a part in double quotes may hold spaces.
func cutToken(text string) (token, rest string) {
	inQuotes := false
	for i, c := range text {
		switch {
		case c == '"':
			inQuotes = !inQuotes
		case unicode.IsSpace(c) && !inQuotes:
			return text[:i], strings.TrimSpace(text[i:])
		}
	}
	return text, ""
}

func unquote(text string) string { return strings.ReplaceAll(text, `"`, "") }
