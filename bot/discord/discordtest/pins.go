package discordtest

import (
	"slices"
	"time"
)

// maxPins is how many messages of a channel can be pinned.
// https://discord.com/developers/docs/resources/message#pin-message
const maxPins = 250

// pin pins a message, about which Discord writes one of its own.
// PIN_MESSAGES is a permission of its own since 2026-02-23, see https://discord.com/developers/docs/change-log
func (s *Server) pin(r *request) (any, *apiError) {
	c, m, err := s.messageFor(r, PinMessages)
	if err != nil {
		return nil, err
	}
	if err := c.open(); err != nil {
		return nil, err
	}
	if m.Pinned {
		return nil, nil
	}
	if len(c.pins()) >= maxPins {
		return nil, refuse(TooManyPins)
	}
	s.setPinned(c, m, true)
	note := &Message{Type: messagePinned, Author: s.bot, by: s.bot.ID, Reference: &Reference{ChannelID: c.id, MessageID: m.ID}}
	s.apply(&draft{}, note, c)
	s.say(c, note)
	return nil, nil
}

func (s *Server) unpin(r *request) (any, *apiError) {
	c, m, err := s.messageFor(r, PinMessages)
	if err != nil {
		return nil, err
	}
	if err := c.open(); err != nil {
		return nil, err
	}
	if m.Pinned {
		s.setPinned(c, m, false)
	}
	return nil, nil
}

func (s *Server) setPinned(c *channel, m *Message, pinned bool) {
	m.Pinned = pinned
	if pinned {
		at := now()
		c.lastPin, m.pinnedAt = &at, at
	}
	j := map[string]any{"channel_id": c.id, "last_pin_timestamp": c.lastPin}
	if c.guild != nil {
		j["guild_id"] = c.guild.id
	}
	s.tell("CHANNEL_PINS_UPDATE", c, intentGuilds, j)
	s.tellMessage("MESSAGE_UPDATE", c, m)
}

// pins are the pinned messages, the newest pin first.
func (c *channel) pins() []*Message {
	var out []*Message
	for _, m := range c.messages {
		if m.Pinned {
			out = append(out, m)
		}
	}
	slices.SortStableFunc(out, func(a, b *Message) int { return b.pinnedAt.Compare(a.pinnedAt) })
	return out
}

func (s *Server) listPinsOld(r *request) (any, *apiError) {
	c, err := s.channelFor(r, ViewChannel)
	if err != nil {
		return nil, err
	}
	out := []Message{}
	for _, m := range c.pins() {
		out = append(out, s.kept(m))
	}
	return out, nil
}

func (s *Server) listPins(r *request) (any, *apiError) {
	c, err := s.channelFor(r, ViewChannel)
	if err != nil {
		return nil, err
	}
	type item struct {
		At      time.Time `json:"pinned_at"`
		Message Message   `json:"message"`
	}
	before, errTime := time.Parse(time.RFC3339Nano, r.query.Get("before"))
	out := []item{}
	for _, m := range c.pins() {
		if errTime != nil || m.pinnedAt.Before(before) {
			out = append(out, item{m.pinnedAt, s.kept(m)})
		}
	}
	more := len(out) > 50
	return map[string]any{"items": out[:min(50, len(out))], "has_more": more}, nil
}
