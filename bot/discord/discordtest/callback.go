package discordtest

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"time"
)

// callback is the first answer to an interaction. It must come within three seconds, and only once.
// https://discord.com/developers/docs/interactions/receiving-and-responding#create-interaction-response
func (s *Server) callback(r *request) (any, *apiError) {
	i := s.byToken[r.params["interaction_token"]]
	if i == nil || i.ID != r.params["interaction_id"] {
		return nil, refuse(UnknownInteraction)
	}
	var d struct {
		Type int             `json:"type"`
		Data json.RawMessage `json:"data"`
	}
	if err := r.read(&d); err != nil {
		return nil, err
	}
	switch {
	case i.answer != 0:
		return nil, refuse(AlreadyAnswered)
	case time.Since(i.begun) >= firstAnswer:
		return nil, refuse(UnknownInteraction)
	case !i.may(d.Type):
		return nil, invalid("type", "INTERACTION_RESPONSE_TYPE_INVALID", "Interaction response type is invalid.")
	}
	if len(d.Data) == 0 {
		d.Data = json.RawMessage("{}")
	}
	if err := s.first(i, d.Type, d.Data, r.files); err != nil {
		return nil, err
	}
	i.answer = d.Type
	if with, _ := strconv.ParseBool(r.query.Get("with_response")); with {
		return s.callbackResponse(i), nil
	}
	return nil, nil
}

func (s *Server) callbackResponse(i *Interaction) any {
	about := map[string]any{"id": i.ID, "type": i.kind}
	out := map[string]any{"interaction": about}
	if i.original != nil {
		about["response_message_id"] = i.original.ID
		about["response_message_loading"], about["response_message_ephemeral"] = i.original.Loading(), i.original.Ephemeral()
		out["resource"] = map[string]any{"type": i.answer, "message": s.render(i.original, true)}
	}
	return out
}

// first carries out the first answer.
func (s *Server) first(i *Interaction, kind int, data json.RawMessage, files map[string]upload) *apiError {
	switch kind {
	case AnswerChoices:
		return s.offer(i, data)
	case AnswerModal:
		return s.openModal(i, data)
	}
	d := draft{files: files}
	if json.Unmarshal(data, &d) != nil {
		return refuse(InvalidBody)
	}
	if err := d.check(); err != nil {
		return err
	}
	switch kind {
	case AnswerNothing:
		i.original = i.source
	case AnswerUpdate:
		i.original = i.source
		_, err := s.edit(s.channels[i.source.ChannelID], i.source, &d)
		return err
	default:
		m, err := s.respond(i, &d, kind == AnswerLater)
		i.original = m
		return err
	}
	return nil
}

func (s *Server) offer(i *Interaction, data json.RawMessage) *apiError {
	var d struct {
		Choices []Choice `json:"choices"`
	}
	if json.Unmarshal(data, &d) != nil {
		return refuse(InvalidBody)
	}
	if len(d.Choices) > 25 {
		return invalid("choices", "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
	}
	for _, c := range d.Choices {
		text, _ := c.Value.(string)
		if n := length(c.Name); n < 1 || n > 100 || length(text) > 100 {
			return invalid("choices", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length.")
		}
	}
	i.choices = d.Choices
	return nil
}

func (s *Server) openModal(i *Interaction, data json.RawMessage) *apiError {
	m := &Modal{by: i}
	if json.Unmarshal(data, m) != nil {
		return refuse(InvalidBody)
	}
	if n := length(m.Title); n < 1 || n > 45 {
		return invalid("title", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 45 in length.")
	}
	if n := length(m.CustomID); n < 1 || n > 100 {
		return invalid("custom_id", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length.")
	}
	if n := len(m.Components); n < 1 || n > 5 {
		return invalid("components", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")
	}
	number(m.Components)
	i.modal = m
	return nil
}

// respond adds a message that answers an interaction: to the channel, or for one person's eyes.
func (s *Server) respond(i *Interaction, d *draft, loading bool) (*Message, *apiError) {
	m := &Message{Author: s.bot, by: s.bot.ID, ChannelID: i.channel.id, ApplicationID: s.bot.ID, WebhookID: s.bot.ID,
		Interaction: i.cause()}
	switch {
	case i.target != "":
		m.Type = messageOfMenu
	case i.kind == interactionCommand:
		m.Type = messageOfCommand
	}
	if d.Flags != nil {
		m.Flags = *d.Flags & FlagEphemeral
	}
	if loading {
		m.Flags |= FlagLoading
		i.private = m.Ephemeral()
	}
	s.apply(d, m, i.channel)
	if m.empty() && !loading {
		return nil, refuse(EmptyMessage)
	}
	if i.original != nil {
		m.Interaction.Original = i.original.ID
	}
	i.messages = append(i.messages, m)
	if !m.Ephemeral() {
		s.say(i.channel, m)
		return m, nil
	}
	m.ID, m.Timestamp, m.only = s.snowflake(), now(), i.person.user.ID
	return m, nil
}

// interactionFor finds the interaction of a token that may still be used.
func (s *Server) interactionFor(r *request) (*Interaction, *apiError) {
	i := s.byToken[r.params["webhook_token"]]
	switch {
	case i == nil || r.params["webhook_id"] != s.bot.ID || i.answer == 0:
		return nil, refuse(UnknownWebhook)
	case time.Since(i.begun) >= tokenLife:
		return nil, refuse(TokenExpired)
	}
	return i, nil
}

// followUp adds a message after the first answer. If that one is still loading, this fills it in.
// https://discord.com/developers/docs/interactions/receiving-and-responding#create-followup-message
func (s *Server) followUp(r *request) (any, *apiError) {
	i, err := s.interactionFor(r)
	if err != nil {
		return nil, err
	}
	d := draft{files: r.files}
	if err := cmp.Or(r.read(&d), d.check()); err != nil {
		return nil, err
	}
	if i.original != nil && i.original.Loading() {
		return s.editReply(i, i.original, &d)
	}
	m, err := s.respond(i, &d, false)
	if err != nil {
		return nil, err
	}
	return s.render(m, true), nil
}

func (s *Server) editReply(i *Interaction, m *Message, d *draft) (any, *apiError) {
	c := s.channels[m.ChannelID]
	if c == nil {
		return nil, refuse(UnknownChannel)
	}
	if !m.Loading() {
		return s.edit(c, m, d)
	}
	next := *m
	s.apply(d, &next, c)
	if next.empty() {
		return nil, refuse(EmptyMessage)
	}
	next.Flags &^= FlagLoading
	*m = next
	if !m.Ephemeral() {
		s.tellMessage("MESSAGE_UPDATE", c, m)
	}
	return s.render(m, true), nil
}

func (s *Server) deleteReply(i *Interaction, m *Message) (any, *apiError) {
	i.messages = slices.DeleteFunc(i.messages, func(o *Message) bool { return o == m })
	if i.original == m {
		i.original = nil
	}
	if c := s.channels[m.ChannelID]; c != nil && !m.Ephemeral() {
		s.remove(c, m)
	}
	return nil, nil
}

// replyFor finds the message of a webhook's request: the first answer or one that followed.
func (s *Server) replyFor(r *request) (*Interaction, *Message, *apiError) {
	i, err := s.interactionFor(r)
	if err != nil {
		return nil, nil, err
	}
	m := i.original
	if id, named := r.params["message_id"]; named {
		m = nil
		if n := slices.IndexFunc(i.messages, func(o *Message) bool { return o.ID == id }); n >= 0 {
			m = i.messages[n]
		}
	}
	if m == nil || !m.Ephemeral() && (s.channels[m.ChannelID] == nil || s.channels[m.ChannelID].message(m.ID) == nil) {
		return nil, nil, refuse(UnknownMessage)
	}
	return i, m, nil
}

func (s *Server) getFollowUp(r *request) (any, *apiError) {
	_, m, err := s.replyFor(r)
	if err != nil {
		return nil, err
	}
	return s.render(m, true), nil
}

func (s *Server) patchFollowUp(r *request) (any, *apiError) {
	i, m, err := s.replyFor(r)
	if err != nil {
		return nil, err
	}
	d := draft{files: r.files}
	if err := cmp.Or(r.read(&d), d.check()); err != nil {
		return nil, err
	}
	return s.editReply(i, m, &d)
}

func (s *Server) deleteFollowUp(r *request) (any, *apiError) {
	i, m, err := s.replyFor(r)
	if err != nil {
		return nil, err
	}
	return s.deleteReply(i, m)
}
