package discordtest

import (
	"encoding/json"
	"slices"
	"time"
)

// The lifetimes of an interaction's token.
// https://discord.com/developers/docs/interactions/receiving-and-responding#followup-messages
const (
	firstAnswer = 3 * time.Second
	tokenLife   = 15 * time.Minute
)

// The kinds of interactions, and of the first answers to them.
// https://discord.com/developers/docs/interactions/receiving-and-responding
const (
	interactionCommand      = 2
	interactionComponent    = 3
	interactionAutocomplete = 4
	interactionModal        = 5

	AnswerMessage        = 4 // with a message
	AnswerLater          = 5 // with a message that is yet to come
	AnswerNothing        = 6 // the component's message may change later
	AnswerUpdate         = 7 // by changing the component's message
	AnswerChoices        = 8
	AnswerModal          = 9
	attachmentSizeLimit  = 10 << 20
	guildInstallation    = "0"
	interactionVersion   = 1
	textInputDefaultSize = 4000
)

// Interaction is something that a person did with the bot: a command, a press, a form. Its methods say what came of it.
type Interaction struct {
	ID string

	s        *Server
	token    string
	kind     int
	person   *Person
	channel  *channel
	begun    time.Time
	answer   int      // the kind of the first answer, 0 if there was none
	source   *Message // of a component
	origin   *Interaction
	original *Message // the first answer, if it is a message
	messages []*Message
	modal    *Modal
	choices  []Choice
	private  bool // the answer to come is for one person only
	target   string
}

// Modal is a form that was opened for somebody.
type Modal struct {
	CustomID   string      `json:"custom_id"`
	Title      string      `json:"title"`
	Components []Component `json:"components"`
	by         *Interaction
}

// Inputs are the form's fields for text, with what they begin with.
func (m *Modal) Inputs() []Component {
	var out []Component
	walk(m.Components, func(c *Component) {
		if c.Type == typeTextInput {
			out = append(out, *c)
		}
	})
	return out
}

// begin sends an interaction to the bot. The caller holds s.mu.
func (s *Server) begin(i *Interaction, data map[string]any) *Interaction {
	i.s, i.ID, i.token, i.begun = s, s.snowflake(), "interaction-"+s.snowflake(), time.Now()
	s.interactions = append(s.interactions, i)
	s.byToken[i.token] = i
	c := i.channel
	where := map[string]any{"id": c.id, "type": c.kind, "name": c.name}
	if c.isThread() {
		where["parent_id"] = c.parent.id
	}
	j := map[string]any{"id": i.ID, "application_id": s.bot.ID, "type": i.kind, "token": i.token, "version": interactionVersion,
		"data": data, "channel_id": c.id, "channel": where,
		"locale": i.person.locale, "entitlements": []any{}, "attachment_size_limit": attachmentSizeLimit,
		"app_permissions": s.permissions(s.bot.ID, c), "authorizing_integration_owners": i.owners()}
	if g := c.guild; g != nil {
		m := *g.members[i.person.user.ID]
		may := s.permissions(i.person.user.ID, c)
		m.Permissions = &may
		j["guild_id"], j["guild_locale"], j["member"], j["context"] = g.id, g.locale, m, contextGuild
		j["guild"] = map[string]any{"id": g.id, "locale": g.locale, "features": []string{}}
	} else {
		j["user"], j["context"] = i.person.user, contextBotDM
		j["channel"] = map[string]any{"id": c.id, "type": c.kind}
	}
	if i.source != nil {
		j["message"] = s.render(i.source, true)
	}
	for _, one := range s.gateway.sessions {
		if one.covers(c.guild) {
			s.emit(one, "INTERACTION_CREATE", j)
		}
	}
	s.touch()
	return i
}

func (i *Interaction) owners() map[string]string {
	if i.channel.guild == nil {
		return map[string]string{guildInstallation: "0"}
	}
	return map[string]string{guildInstallation: i.channel.guild.id}
}

// cause says in a message which interaction it answers.
func (i *Interaction) cause() *cause {
	c := &cause{ID: i.ID, Type: i.kind, User: i.person.user, Owners: i.owners(), Target: i.target}
	if i.kind == interactionComponent {
		c.Message = i.source.ID
	}
	if i.kind == interactionModal {
		c.Triggering = i.origin.cause()
	}
	return c
}

// may says whether a first answer fits the interaction.
func (i *Interaction) may(answer int) bool {
	switch answer {
	case AnswerChoices:
		return i.kind == interactionAutocomplete
	case AnswerNothing, AnswerUpdate:
		return i.source != nil
	case AnswerModal:
		return i.kind == interactionCommand || i.kind == interactionComponent
	case AnswerMessage, AnswerLater:
		return i.kind != interactionAutocomplete
	}
	return false
}

// done says whether the bot has answered. The lock must not be held.
func (i *Interaction) done() bool {
	i.s.mu.Lock()
	defer i.s.mu.Unlock()
	return i.answer != 0
}

// Answer waits for the first answer and returns its kind, or 0 if none came within three seconds: the person then reads
// that the application did not respond.
func (i *Interaction) Answer() int {
	i.s.wait(time.Until(i.begun.Add(firstAnswer)), i.done)
	i.s.mu.Lock()
	defer i.s.mu.Unlock()
	return i.answer
}

// Reply waits for a message that answers, and no longer loads, and returns it. It fails the test if there is none.
func (i *Interaction) Reply() Message {
	i.s.t.Helper()
	var reply *Message
	i.s.Until("a reply to the interaction", func() bool {
		i.s.mu.Lock()
		defer i.s.mu.Unlock()
		for _, m := range i.messages {
			if !m.Loading() {
				copied := i.s.render(m, true)
				reply = &copied
				return true
			}
		}
		return false
	})
	if reply == nil {
		return Message{}
	}
	return *reply
}

// Messages returns the answers that are messages, in order: the first one and what followed.
func (i *Interaction) Messages() []Message {
	i.s.mu.Lock()
	defer i.s.mu.Unlock()
	out := []Message{}
	for _, m := range i.messages {
		out = append(out, i.s.render(m, true))
	}
	return out
}

// Modal waits for the answer and returns the form that it opened. It fails the test if it opened none.
func (i *Interaction) Modal() *Modal {
	i.s.t.Helper()
	if got := i.Answer(); got != AnswerModal {
		i.s.t.Fatalf("the answer is of kind %d and no form", got)
	}
	i.s.mu.Lock()
	defer i.s.mu.Unlock()
	copied := *i.modal
	return &copied
}

// Choices waits for the answer and returns what was offered.
func (i *Interaction) Choices() []Choice {
	i.Answer()
	i.s.mu.Lock()
	defer i.s.mu.Unlock()
	return slices.Clone(i.choices)
}

// Repeat sends the interaction to the bot again, with the same ID and token, as happens when two sessions overlap.
func (i *Interaction) Repeat() {
	i.s.mu.Lock()
	defer i.s.mu.Unlock()
	for _, one := range i.s.gateway.sessions {
		for _, e := range one.events {
			var f frame
			var d struct {
				ID string `json:"id"`
			}
			if json.Unmarshal(e.frame, &f) == nil && f.Type == "INTERACTION_CREATE" && json.Unmarshal(f.Data, &d) == nil && d.ID == i.ID {
				one.push(f.Type, f.Data)
				break
			}
		}
	}
}
