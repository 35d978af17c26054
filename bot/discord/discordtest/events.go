package discordtest

import (
	"encoding/json"
	"slices"
)

// tell sends an event of a channel to every session that asked for its kind and may see the channel.
func (s *Server) tell(event string, c *channel, intent Intents, data any) {
	s.tellEach(event, c, intent, func(*session) any { return data })
}

func (s *Server) tellEach(event string, c *channel, intent Intents, data func(*session) any) {
	if c.guild != nil && c.guild.gone || s.permissions(s.bot.ID, c)&ViewChannel == 0 {
		return
	}
	for _, one := range s.gateway.sessions {
		if one.covers(c.guild) && one.intents&intent == intent {
			s.emit(one, event, data(one))
		}
	}
}

// tellGuild sends an event of a guild.
func (s *Server) tellGuild(event string, g *guild, intent Intents, data any) {
	for _, one := range s.gateway.sessions {
		if one.covers(g) && one.intents&intent == intent {
			s.emit(one, event, data)
		}
	}
}

// messageEvent is a message with what only its event has.
type messageEvent struct {
	Message
	GuildID string  `json:"guild_id,omitempty"`
	Member  *member `json:"member,omitempty"`
}

// tellMessage sends a message's event, with the content for those who asked for it and were granted it.
func (s *Server) tellMessage(event string, c *channel, m *Message) {
	s.tellEach(event, c, intentMessages(c), func(one *session) any {
		e := messageEvent{Message: s.render(m, one.intents&s.gateway.granted&IntentMessageContent != 0)}
		if event != "MESSAGE_CREATE" {
			e.Nonce = nil
		}
		if c.guild != nil {
			e.GuildID = c.guild.id
			if known := c.guild.members[m.by]; known != nil {
				without := *known
				without.User = nil // the message's author says who it is
				e.Member = &without
			}
		}
		return e
	})
}

// contentAllowed says whether requests of the bot may read what people wrote.
func (s *Server) contentAllowed() bool { return s.gateway.granted&IntentMessageContent != 0 }

func intentMessages(c *channel) Intents {
	if c.guild == nil {
		return IntentDirectMessages
	}
	return IntentGuildMessages
}

func intentReactions(c *channel) Intents {
	if c.guild == nil {
		return IntentDirectReactions
	}
	return IntentGuildReactions
}

// emit sends an event of a session, or what a fault makes of it. A client that is not connected gets it when it resumes.
func (s *Server) emit(one *session, name string, data any) {
	body := encode(data)
	s.validateFrame(name, encode(frame{Type: name, Seq: new(int64), Data: body}))
	s.touch()
	f := s.happens(func(f *Fault) bool {
		known := f.Kind == EventTwice || f.Kind == EventLate && one.late == nil || f.Kind == EventLost ||
			f.Kind == EventUnknownComponent && hasMessage(name)
		connecting := name == "READY" || name == "RESUMED"
		return known && (f.Event == name || f.Event == "" && !connecting)
	})
	times := 1
	if f != nil {
		switch f.Kind {
		case EventLost:
			return
		case EventLate:
			one.late = encode(frame{Type: name, Data: body})
			return
		case EventTwice:
			times = 2
		case EventUnknownComponent:
			body = withUnknownComponent(name, body)
		}
	}
	for range times {
		one.push(name, body)
	}
	if late := one.late; late != nil {
		one.late = nil
		var held frame
		if err := json.Unmarshal(late, &held); err != nil {
			panic(err) // encoded above
		}
		one.push(held.Type, held.Data)
	}
}

func (one *session) push(name string, body []byte) {
	one.seq++
	seq := one.seq
	b := encode(frame{Op: opDispatch, Type: name, Seq: &seq, Data: body})
	one.events = append(one.events, event{seq, b})
	if len(one.events) > keptEvents {
		one.events = slices.Delete(one.events, 0, len(one.events)-keptEvents)
	}
	if one.link != nil {
		one.link.send(outgoing{frame: b})
	}
}

func hasMessage(event string) bool {
	return event == "MESSAGE_CREATE" || event == "MESSAGE_UPDATE" || event == "INTERACTION_CREATE"
}

// withUnknownComponent adds a component of a type that does not exist yet, where the event has components.
func withUnknownComponent(event string, body []byte) []byte {
	var d map[string]any
	if err := json.Unmarshal(body, &d); err != nil {
		panic(err) // encoded by us
	}
	unknown := map[string]any{"type": 99, "id": 99}
	in := d
	if inner, ok := d["data"].(map[string]any); ok && event == "INTERACTION_CREATE" {
		in = inner
	}
	list, _ := in["components"].([]any)
	in["components"] = append(list, unknown)
	return encode(d)
}
