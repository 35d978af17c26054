package discord

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"rewind/bot"
	"rewind/questions"
)

// interaction is what somebody did with the bot, as far as it is needed. It is read without discordgo's types, which are
// left empty by a component that they do not know.
// https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-object
type interaction struct {
	ID        string
	Token     string
	Type      int
	Guild     string // "" in a private conversation
	ChannelID string
	Channel   *channel
	Member    *member // in a guild
	User      *user   // in a private conversation
	Locale    string
	Message   *message // that the button is on, or that the form came from
	FileLimit int64
	Data      interactionData

	at time.Time // when it was heard
}

type interactionData struct {
	Name        string
	Options     []givenOption
	TargetID    string
	Attachments map[string]attachment
	Messages    map[string]message
	CustomID    string
	Components  []component
}

// UnmarshalJSON reads what it can: a part of an unknown shape takes no other with it.
func (i *interaction) UnmarshalJSON(b []byte) error {
	return readParts(b, map[string]any{
		"id": &i.ID, "token": &i.Token, "type": &i.Type, "guild_id": &i.Guild, "channel_id": &i.ChannelID, "channel": &i.Channel,
		"member": &i.Member, "user": &i.User, "locale": &i.Locale, "message": &i.Message, "attachment_size_limit": &i.FileLimit,
		"data": &i.Data,
	})
}

// UnmarshalJSON does the same.
func (d *interactionData) UnmarshalJSON(b []byte) error {
	var resolved json.RawMessage
	_ = readParts(b, map[string]any{
		"name": &d.Name, "options": &d.Options, "target_id": &d.TargetID, "custom_id": &d.CustomID, "components": &d.Components,
		"resolved": &resolved,
	})
	return readParts(resolved, map[string]any{"attachments": &d.Attachments, "messages": &d.Messages})
}

// readParts reads the fields of an object, each as far as it can be read. It returns no error.
func readParts(b []byte, parts map[string]any) error {
	var fields map[string]json.RawMessage
	_ = json.Unmarshal(b, &fields) // what is no object has no fields
	for name, into := range parts {
		if f, ok := fields[name]; ok {
			_ = json.Unmarshal(f, into) // what it could read is there nevertheless
		}
	}
	return nil
}

// givenOption is a group, a subcommand, or a value.
type givenOption struct {
	Type    int           `json:"type"`
	Name    string        `json:"name"`
	Value   optionValue   `json:"value"`
	Focused bool          `json:"focused"`
	Options []givenOption `json:"options"`
}

// optionValue is a value as a text: numbers and booleans as they are written.
type optionValue string

// UnmarshalJSON reads any of them.
func (v *optionValue) UnmarshalJSON(b []byte) error {
	if text := ""; json.Unmarshal(b, &text) == nil {
		*v = optionValue(text)
	} else if string(b) != "null" {
		*v = optionValue(b)
	}
	return nil
}

// readInteraction returns an interaction, and whether it can be answered.
func readInteraction(data json.RawMessage) (*interaction, bool) {
	i := &interaction{}
	_ = json.Unmarshal(data, i) // whether it is enough is looked at here
	return i, i.ID != "" && i.Token != "" && i.from().ID != ""
}

// from is whoever did it; an empty user if it does not say.
func (i *interaction) from() user {
	switch {
	case i.Member != nil && i.Member.User != nil:
		return *i.Member.User
	case i.User != nil:
		return *i.User
	}
	return user{}
}

// lang is the language of the person's own Discord.
func (i *interaction) lang() string { return langOf(i.Locale) }

// langOf is the language that is spoken to whom Discord speaks to in a locale.
// https://discord.com/developers/docs/reference#locales
func langOf(locale string) string {
	if locale == "ko" {
		return string(questions.Korean)
	}
	return string(questions.English)
}

// takesForm says that a form may answer it. https://discord.com/developers/docs/interactions/receiving-and-responding
func (i *interaction) takesForm() bool {
	return i.Type == interactionCommand || i.Type == interactionButton
}

// command is what the interaction asks for; false if it comes from a message that this version does not know.
func (x *interactions) command(ctx context.Context, i *interaction) (bot.Command, bool) {
	c := bot.Command{
		ID: i.ID, From: account(i.Guild, i.from()), Lang: i.lang(), Forms: i.takesForm(),
	}
	var m member
	if i.Member != nil {
		m = *i.Member
	}
	c.Name, c.Roles, c.Admin = shownName(m, i.from()), m.Roles, i.Guild != "" && m.Permissions.administers()
	c.Channel, c.Thread = x.place(ctx, i)
	ok := true
	switch {
	case i.Type == interactionForm:
		c.Text, c.Options, ok = i.written()
	case i.Type == interactionButton:
		c.Text, ok = decodeID(i.Data.CustomID)
	case i.Data.TargetID != "":
		c.Text, ok = menuCommand(i.Data.Name)
		c.Target = i.target(c)
	default:
		c.Text, c.Options, c.Attachments = x.typed(i)
	}
	return c, ok
}

// typed reads a slash command: its words, its options by name, and its files.
func (x *interactions) typed(i *interaction) (text string, options map[string]string, files []bot.Attachment) {
	words, values := i.path()
	options = map[string]string{}
	for _, o := range values {
		value := string(o.Value)
		switch {
		case o.Type == optionFile:
			if a, ok := i.Data.Attachments[value]; ok {
				files = append(files, x.attachment(a, i.FileLimit))
			}
			continue
		case o.Type == optionRole && value == i.Guild:
			value = noRole
		}
		options[o.Name] = value
	}
	return strings.Join(words, " "), options, files
}

// noRole is how no role is written. Discord's list of roles has no such entry, and @everyone, whose ID is the guild's, would
// make no sense where a role is wanted.
const noRole = "none"

// path follows groups and subcommands down to the values.
func (i *interaction) path() (words []string, values []givenOption) {
	values = i.Data.Options
	for len(values) == 1 && values[0].Type <= optionGroup {
		words = append(words, values[0].Name)
		values = values[0].Options
	}
	return words, values
}

// focused is the option that is being typed, and what stands in it.
func (i *interaction) focused() (name, typed string) {
	_, values := i.path()
	for _, o := range values {
		if o.Focused {
			return o.Name, string(o.Value)
		}
	}
	return "", ""
}

// target is the message whose menu the command was chosen from.
func (i *interaction) target(c bot.Command) *bot.Comment {
	m, ok := i.Data.Messages[i.Data.TargetID]
	if !ok || m.Author == nil {
		return nil
	}
	t := &bot.Comment{
		Thread: bot.Thread{Channel: c.Channel, ID: c.Thread}, ID: i.Data.TargetID, From: account(i.Guild, *m.Author),
		Name: shownName(member{}, *m.Author), Text: m.Content, Said: m.Timestamp, Revision: m.Timestamp,
	}
	if t.From == c.From {
		t.Name = c.Name // Discord says only of who gave the command how their guild calls them
	}
	if m.Edited != nil {
		t.Revision = *m.Edited
	}
	return t
}

// menuCommand is the command that stands in a message's menu under a name.
func menuCommand(name string) (string, bool) {
	for _, e := range bot.Entries() {
		if e.InMenu && e.Help[questions.English] == name {
			return e.Name, true
		}
	}
	return "", false
}

// place is the channel where it was done, and the thread in it; neither in a private conversation.
func (x *interactions) place(ctx context.Context, i *interaction) (bot.Channel, string) {
	if i.Guild == "" {
		return bot.Channel{}, ""
	}
	at := bot.Channel{Platform: name, Workspace: i.Guild, ID: i.ChannelID}
	in := site{}
	if i.Channel != nil {
		in = site{kind: i.Channel.Type, parent: i.Channel.ParentID}
	}
	if i.Channel == nil || in.isThread() && in.parent == "" {
		ctx, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		known, err := x.site(ctx, i.ChannelID)
		if err != nil {
			x.log.Warn("nothing is known of a channel", "channel", i.ChannelID, "error", err)
		}
		in = known
	}
	if !in.isThread() || in.parent == "" {
		return at, ""
	}
	at.ID = in.parent
	return at, i.ChannelID
}

func account(guild string, u user) bot.Account {
	return bot.Account{Platform: name, Workspace: guild, User: u.ID}
}

// shownName is the name under which people see somebody.
func shownName(m member, u user) string {
	for _, name := range []string{m.Nick, u.GlobalName} {
		if name != "" {
			return name
		}
	}
	return u.Username
}

// administers says that somebody with these permissions may set up the bot.
func (p permission) administers() bool {
	return p&(permissionAdministrator|permissionManageGuild) != 0
}
