package discordtest

import (
	"slices"
	"strings"
	"time"
)

// Person is somebody who uses Discord. What a person does is subject to the same rules as what the bot does; what Discord
// would not let them do fails the test.
type Person struct {
	s      *Server
	user   User
	locale string
	closed bool // takes no private messages
}

// File is a file that a person sends.
type File struct {
	Name, Type string
	Content    []byte
}

// Person makes a new person, who is in no guild yet. The name is the one they are shown under.
func (s *Server) Person(name string) *Person {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := s.snowflake()
	p := &Person{s: s, locale: "en-US", user: User{ID: id, Username: "user" + id, GlobalName: &name, Discriminator: "0"}}
	s.people[id] = p
	return p
}

// ID is the ID of the person's account.
func (p *Person) ID() string { return p.user.ID }

// Mention is what mentions the person in a text.
func (p *Person) Mention() string { return "<@" + p.user.ID + ">" }

// SetLocale sets the language of the person's client, such as "ko".
func (p *Person) SetLocale(locale string) {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	p.locale = locale
}

// CloseDMs lets the person take no private messages of the bot's, or take them again.
func (p *Person) CloseDMs(closed bool) {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	p.closed = closed
}

// DM is the private channel of the person and the bot.
func (p *Person) DM() *Channel {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	return &Channel{p.s, p.s.private(p.user.ID).id}
}

// do calls f under the lock and fails the test if Discord refuses what it does.
func (p *Person) do(what string, c *Channel, f func(*channel) *apiError) {
	p.s.t.Helper()
	p.s.mu.Lock()
	var refused *apiError
	if in := p.s.channels[c.ID]; in == nil {
		refused = refuse(UnknownChannel)
	} else {
		refused = f(in)
	}
	p.s.touch()
	p.s.mu.Unlock()
	if refused != nil {
		p.s.t.Fatalf("%s cannot %s: %v", *p.user.GlobalName, what, refused)
	}
}

// Say writes a message into a channel or thread.
func (p *Person) Say(c *Channel, text string, files ...File) (out Message) {
	p.s.t.Helper()
	p.do("say that", c, func(in *channel) *apiError {
		m, err := p.say(in, text, "", files)
		if err == nil {
			out = p.s.render(m, true)
		}
		return err
	})
	return out
}

// Answer writes a message that refers to another, as the reply button does. It pings that one's author.
func (p *Person) Answer(to Message, text string) (out Message) {
	p.s.t.Helper()
	p.do("reply", &Channel{p.s, to.ChannelID}, func(in *channel) *apiError {
		m, err := p.say(in, text, to.ID, nil)
		if err == nil {
			out = p.s.render(m, true)
		}
		return err
	})
	return out
}

func (p *Person) say(c *channel, text, to string, files []File) (*Message, *apiError) {
	d := draft{Content: &text, files: uploads(files)}
	if err := p.s.maySend(p.user.ID, c, &d); err != nil {
		return nil, err
	}
	if err := d.check(); err != nil {
		return nil, err
	}
	m := &Message{Author: p.user, by: p.user.ID, ChannelID: c.id}
	p.s.apply(&d, m, c)
	if m.empty() {
		return nil, refuse(EmptyMessage)
	}
	if to != "" {
		if err := p.s.refer(m, &Reference{MessageID: to}, c); err != nil {
			return nil, err
		}
		if author := c.message(to).Author; m.notify("user:" + author.ID) {
			m.Mentions = append(m.Mentions, author)
		}
	}
	p.s.say(c, m)
	return m, nil
}

func uploads(files []File) map[string]upload {
	out := map[string]upload{}
	for i, f := range files {
		out["files["+string(rune('0'+i))+"]"] = upload{f.Name, f.Type, f.Content}
	}
	return out
}

// Edit changes a message of the person's own.
func (p *Person) Edit(m Message, text string) {
	p.s.t.Helper()
	p.own("edit", m, func(c *channel, in *Message) *apiError {
		d := draft{Content: &text}
		if err := d.check(); err != nil {
			return err
		}
		p.s.apply(&d, in, c)
		p.s.change(c, in)
		return nil
	})
}

// Delete deletes a message: the person's own, or anybody's if the person may.
func (p *Person) Delete(m Message) {
	p.s.t.Helper()
	p.on("delete that", m, func(c *channel, in *Message) *apiError {
		if in.by != p.user.ID {
			if err := p.s.need(p.user.ID, c, ManageMessages); err != nil {
				return err
			}
		}
		p.s.remove(c, in)
		return nil
	})
}

// React reacts to a message with an emoji.
func (p *Person) React(m Message, emoji string) {
	p.s.t.Helper()
	p.on("react", m, func(c *channel, in *Message) *apiError {
		if err := p.s.need(p.user.ID, c, ReadMessageHistory); err != nil {
			return err
		}
		return p.s.addReaction(c, in, p.user.ID, emoji)
	})
}

// Unreact takes a reaction back.
func (p *Person) Unreact(m Message, emoji string) {
	p.s.t.Helper()
	p.on("unreact", m, func(c *channel, in *Message) *apiError { return p.s.removeReaction(c, in, p.user.ID, emoji) })
}

// Pin pins a message, or unpins it.
func (p *Person) Pin(m Message, pinned bool) {
	p.s.t.Helper()
	p.on("pin", m, func(c *channel, in *Message) *apiError {
		if err := p.s.need(p.user.ID, c, PinMessages); err != nil {
			return err
		}
		p.s.setPinned(c, in, pinned)
		return nil
	})
}

// StartThread starts a thread from a message.
func (p *Person) StartThread(m Message, name string) *Channel {
	p.s.t.Helper()
	p.on("start a thread", m, func(c *channel, in *Message) *apiError {
		d := threadDraft{Name: name}
		if err := p.s.mayStart(p.user.ID, c, &d); err != nil {
			return err
		}
		if p.s.channels[in.ID] != nil {
			return refuse(ThreadExists)
		}
		p.s.startThread(c, in.ID, p.user.ID, &d)
		return nil
	})
	return &Channel{p.s, m.ID}
}

// on calls f with a message that is still there.
func (p *Person) on(what string, m Message, f func(*channel, *Message) *apiError) {
	p.s.t.Helper()
	p.do(what, &Channel{p.s, m.ChannelID}, func(c *channel) *apiError {
		in := c.message(m.ID)
		if in == nil {
			return refuse(UnknownMessage)
		}
		if err := p.s.need(p.user.ID, c, ViewChannel); err != nil {
			return err
		}
		if err := c.open(); err != nil {
			return err
		}
		return f(c, in)
	})
}

func (p *Person) own(what string, m Message, f func(*channel, *Message) *apiError) {
	p.s.t.Helper()
	p.on(what, m, func(c *channel, in *Message) *apiError {
		if in.by != p.user.ID {
			return refuse(NotAuthor)
		}
		return f(c, in)
	})
}

// Press presses a button of a message, which may be one that only this person sees.
func (p *Person) Press(m Message, customID string) *Interaction {
	p.s.t.Helper()
	return p.component(m, customID, nil)
}

// PressLabel presses the button with the label.
func (p *Person) PressLabel(m Message, label string) *Interaction {
	p.s.t.Helper()
	for _, b := range m.Buttons() {
		if b.Label == label {
			return p.component(m, b.CustomID, nil)
		}
	}
	labels := []string{}
	for _, b := range m.Buttons() {
		labels = append(labels, b.Label)
	}
	p.s.t.Fatalf("the message has no button %q, only %s", label, strings.Join(labels, ", "))
	return nil
}

// Select picks values of a select menu.
func (p *Person) Select(m Message, customID string, values ...string) *Interaction {
	p.s.t.Helper()
	return p.component(m, customID, append([]string{}, values...))
}

func (p *Person) component(m Message, customID string, values []string) (out *Interaction) {
	p.s.t.Helper()
	p.do("use "+customID, &Channel{p.s, m.ChannelID}, func(c *channel) *apiError {
		source := c.message(m.ID)
		if m.Ephemeral() {
			source = p.ephemeral(m.ID)
		} else if err := p.s.need(p.user.ID, c, ViewChannel); err != nil {
			return err
		}
		if source == nil {
			return refuse(UnknownMessage)
		}
		part, ok := source.Find(customID)
		switch {
		case !ok:
			return invalid("custom_id", "COMPONENT_UNKNOWN", "The message has no such component.")
		case part.Disabled:
			return invalid("custom_id", "COMPONENT_DISABLED", "The component is disabled.")
		}
		if err := c.open(); err != nil {
			return err
		}
		data := map[string]any{"custom_id": customID, "component_type": part.Type}
		if values != nil {
			for _, v := range values {
				if !slices.ContainsFunc(part.Options, func(o SelectOption) bool { return o.Value == v }) {
					return invalid("values", "UNKNOWN_VALUE", "The menu has no such value.")
				}
			}
			data["values"] = values
		}
		out = p.s.begin(&Interaction{kind: interactionComponent, person: p, channel: c, source: source}, data)
		return nil
	})
	return out
}

func (p *Person) ephemeral(id string) *Message {
	for _, i := range p.s.interactions {
		for _, m := range i.messages {
			if m.ID == id && m.only == p.user.ID && time.Since(i.begun) < tokenLife {
				return m
			}
		}
	}
	return nil
}

// Submit sends a form with values for its inputs; those that are not given keep what they began with.
func (p *Person) Submit(m *Modal, values map[string]string) (out *Interaction) {
	p.s.t.Helper()
	p.do("send the form", &Channel{p.s, m.by.channel.id}, func(c *channel) *apiError {
		for id := range values {
			if _, ok := find(m.Components, id); !ok {
				return invalid(id, "COMPONENT_UNKNOWN", "The form has no such input.")
			}
		}
		filled := []any{}
		for _, part := range m.Components {
			one, err := fill(part, values)
			if err != nil {
				return err
			}
			filled = append(filled, one)
		}
		out = p.s.begin(&Interaction{kind: interactionModal, person: p, channel: c, source: m.by.source, origin: m.by},
			map[string]any{"custom_id": m.CustomID, "components": filled})
		return nil
	})
	return out
}

// fill is what a part of a form is sent back as.
func fill(c Component, values map[string]string) (map[string]any, *apiError) {
	out := map[string]any{"type": c.Type, "id": c.ID}
	switch c.Type {
	case typeActionRow:
		inner := []any{}
		for _, part := range c.Components {
			one, err := fill(part, values)
			if err != nil {
				return nil, err
			}
			inner = append(inner, one)
		}
		out["components"] = inner
	case typeLabel:
		one, err := fill(*c.Component, values)
		if err != nil {
			return nil, err
		}
		out["component"] = one
	case typeTextInput:
		v, given := values[c.CustomID]
		if !given {
			v = c.Value
		}
		most := textInputDefaultSize
		if c.MaxLength != nil {
			most = *c.MaxLength
		}
		if n := length(v); n > most || c.MinLength != nil && n > 0 && n < *c.MinLength || n == 0 && (c.Required == nil || *c.Required) {
			return nil, invalid(c.CustomID, "BASE_TYPE_BAD_LENGTH", "The input is too short or too long.")
		}
		out["custom_id"], out["value"] = c.CustomID, v
	case typeStringSelect:
		out["custom_id"], out["values"] = c.CustomID, strings.Fields(values[c.CustomID])
	}
	return out, nil
}
