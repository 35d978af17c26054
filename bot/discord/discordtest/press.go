package discordtest

import (
	"slices"
	"strings"
	"time"
)

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
		}
		if err := p.s.need(p.user.ID, c, ViewChannel); err != nil {
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
		if err := p.s.need(p.user.ID, c, ViewChannel); err != nil {
			return err
		}
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
