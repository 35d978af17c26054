package discordtest

import (
	"strconv"
	"strings"
)

// Options are the values of a command's parameters by name: a string, a number or a boolean as such, a person as a *Person,
// a channel as a *Channel, a role by its ID, and an attachment as a File.
type Options map[string]any

// Slash gives a command, such as "quiz schedule add", with options. A command that is not registered, or that is not
// offered to the person in this channel, fails the test.
func (p *Person) Slash(c *Channel, command string, options Options) (out *Interaction) {
	p.s.t.Helper()
	p.do("use /"+command, c, func(in *channel) *apiError {
		data, err := p.typed(in, command, options, "")
		if err == nil {
			out = p.s.begin(&Interaction{kind: interactionCommand, person: p, channel: in}, data)
		}
		return err
	})
	return out
}

// Autocomplete types into the parameter focused, with what was filled in before, and asks the bot for choices.
func (p *Person) Autocomplete(c *Channel, command, focused string, options Options) (out *Interaction) {
	p.s.t.Helper()
	p.do("type /"+command, c, func(in *channel) *apiError {
		data, err := p.typed(in, command, options, focused)
		if err == nil {
			out = p.s.begin(&Interaction{kind: interactionAutocomplete, person: p, channel: in}, data)
		}
		return err
	})
	return out
}

// UseOnMessage gives a command of a message's context menu.
func (p *Person) UseOnMessage(m Message, command string) (out *Interaction) {
	p.s.t.Helper()
	p.on("use "+command, m, func(c *channel, in *Message) *apiError {
		known := p.command(c, command, commandMessage)
		if known == nil {
			return refuse(UnknownCommand)
		}
		data := map[string]any{"id": known.ID, "name": known.Name, "type": known.Type, "target_id": in.ID,
			"resolved": map[string]any{"messages": map[string]any{in.ID: p.s.render(in, true)}}}
		if known.GuildID != "" {
			data["guild_id"] = known.GuildID
		}
		out = p.s.begin(&Interaction{kind: interactionCommand, person: p, channel: c, target: in.ID}, data)
		return nil
	})
	return out
}

// command finds one that is offered in a channel; those of a guild go before those for all.
func (p *Person) command(c *channel, name string, kind int) *Command {
	scopes := []string{""}
	if c.guild != nil {
		scopes = []string{c.guild.id, ""}
	}
	for _, scope := range scopes {
		for _, known := range p.s.commands[scope] {
			if known.Name == name && known.Type == kind && p.s.usable(known, p.user.ID, c) {
				return known
			}
		}
	}
	return nil
}

// typed is the data of a command's interaction. Archived threads take no commands.
func (p *Person) typed(c *channel, command string, options Options, focused string) (map[string]any, *apiError) {
	if err := c.open(); err != nil {
		return nil, err
	}
	words := strings.Fields(strings.TrimPrefix(command, "/"))
	known := p.command(c, words[0], commandChat)
	if known == nil {
		return nil, refuse(UnknownCommand)
	}
	t := typing{p: p, channel: c, focused: focused, left: map[string]any{}, resolved: map[string]map[string]any{}}
	for k, v := range options {
		t.left[k] = v
	}
	list, err := t.path(words[1:], known.Options)
	if err != nil {
		return nil, err
	}
	for name := range t.left {
		return nil, invalid(name, "UNKNOWN_OPTION", "The command has no such option.")
	}
	data := map[string]any{"id": known.ID, "name": known.Name, "type": known.Type}
	if len(list) > 0 {
		data["options"] = list
	}
	if len(t.resolved) > 0 {
		data["resolved"] = t.resolved
	}
	if known.GuildID != "" {
		data["guild_id"] = known.GuildID
	}
	return data, nil
}

// typing is a command as it is filled in.
type typing struct {
	p        *Person
	channel  *channel
	focused  string
	left     map[string]any // options that were not used yet
	resolved map[string]map[string]any
}

// path follows the names of groups and subcommands down to the parameters.
func (t *typing) path(words []string, known []CommandOption) ([]any, *apiError) {
	if len(words) == 0 {
		return t.values(known)
	}
	for _, o := range known {
		if o.Name == words[0] && o.Type <= optionGroup {
			inner, err := t.path(words[1:], o.Options)
			return []any{map[string]any{"type": o.Type, "name": o.Name, "options": inner}}, err
		}
	}
	return nil, invalid(words[0], "UNKNOWN_SUBCOMMAND", "The command has no such subcommand.")
}

// values fills in the parameters in the order in which they are registered.
func (t *typing) values(known []CommandOption) ([]any, *apiError) {
	out := []any{}
	for _, o := range known {
		if o.Type <= optionGroup {
			return nil, invalid(o.Name, "SUBCOMMAND_REQUIRED", "The command must be given with a subcommand.")
		}
		v, given := t.left[o.Name]
		delete(t.left, o.Name)
		if !given {
			if o.Required && t.focused == "" {
				return nil, invalid(o.Name, "BASE_TYPE_REQUIRED", "This option is required.")
			}
			continue
		}
		one := map[string]any{"type": o.Type, "name": o.Name}
		if t.focused == o.Name {
			if !o.Autocomplete {
				return nil, invalid(o.Name, "NO_AUTOCOMPLETE", "The option completes nothing.")
			}
			one["focused"], one["value"] = true, v // unfinished, so it is not checked
			out = append(out, one)
			continue
		}
		value, err := t.value(o, v)
		if err != nil {
			return nil, err
		}
		one["value"] = value
		out = append(out, one)
	}
	return out, nil
}

// value checks one parameter as Discord's client does before it sends anything.
func (t *typing) value(o CommandOption, v any) (any, *apiError) {
	wrong := invalid(o.Name, "BASE_TYPE_BAD_TYPE", "The value does not fit the option's type.")
	if len(o.Choices) > 0 && !chosen(o.Choices, v) {
		return nil, invalid(o.Name, "BASE_TYPE_CHOICES", "The value is none of the choices.")
	}
	switch v := v.(type) {
	case string:
		if o.Type == optionRole {
			r := t.channel.role(v)
			if r == nil {
				return nil, wrong
			}
			t.resolve("roles", v, r)
			return v, nil
		}
		n := length(v)
		if o.Type != optionString || o.MinLength != nil && n < *o.MinLength || o.MaxLength != nil && n > *o.MaxLength || n > 6000 {
			return nil, wrong
		}
	case int:
		f := float64(v)
		if o.Type != optionInteger && o.Type != optionNumber || o.MinValue != nil && f < *o.MinValue || o.MaxValue != nil && f > *o.MaxValue {
			return nil, wrong
		}
	case float64:
		if o.Type != optionNumber || o.MinValue != nil && v < *o.MinValue || o.MaxValue != nil && v > *o.MaxValue {
			return nil, wrong
		}
	case bool:
		if o.Type != optionBoolean {
			return nil, wrong
		}
	case *Person:
		return t.person(o, v, wrong)
	case *Channel:
		c := t.p.s.channels[v.ID]
		if o.Type != optionChannel || c == nil {
			return nil, wrong
		}
		t.resolve("channels", c.id, map[string]any{"id": c.id, "name": c.name, "type": c.kind, "permissions": t.p.s.permissions(t.p.user.ID, c)})
		return c.id, nil
	case File:
		if o.Type != optionAttachment {
			return nil, wrong
		}
		a := t.p.s.store(t.channel.id, upload{v.Name, v.Type, v.Content}, true)
		t.resolve("attachments", a.ID, a)
		return a.ID, nil
	default:
		return nil, wrong
	}
	return v, nil
}

func (t *typing) person(o CommandOption, v *Person, wrong *apiError) (any, *apiError) {
	if o.Type != optionUser {
		return nil, wrong
	}
	t.resolve("users", v.user.ID, v.user)
	if g := t.channel.guild; g != nil && g.members[v.user.ID] != nil {
		m := g.members[v.user.ID]
		t.resolve("members", v.user.ID, map[string]any{"nick": m.Nick, "roles": m.Roles, "joined_at": m.JoinedAt, "flags": 0,
			"pending": false, "avatar": nil, "premium_since": nil, "communication_disabled_until": nil,
			"permissions": strconv.FormatUint(uint64(t.p.s.permissions(v.user.ID, t.channel)), 10)})
	}
	return v.user.ID, nil
}

func (t *typing) resolve(kind, id string, v any) {
	if t.resolved[kind] == nil {
		t.resolved[kind] = map[string]any{}
	}
	t.resolved[kind][id] = v
}

func chosen(choices []Choice, v any) bool {
	for _, c := range choices {
		switch known := c.Value.(type) {
		case float64:
			if n, ok := v.(int); ok && float64(n) == known {
				return true
			}
		}
		if c.Value == v {
			return true
		}
	}
	return false
}
