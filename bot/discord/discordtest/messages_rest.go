package discordtest

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// channelFor finds the channel of a request and asks for permissions in it. One that the bot cannot know of is unknown.
func (s *Server) channelFor(r *request, p Permission) (*channel, *apiError) {
	c := s.channels[r.params["channel_id"]]
	if c == nil || c.guild != nil && c.guild.gone {
		return nil, refuse(UnknownChannel)
	}
	return c, s.need(s.bot.ID, c, p)
}

func (s *Server) messageFor(r *request, p Permission) (*channel, *Message, *apiError) {
	c, err := s.channelFor(r, p)
	if err != nil {
		return nil, nil, err
	}
	m := c.message(r.params["message_id"])
	if m == nil {
		return nil, nil, refuse(UnknownMessage)
	}
	return c, m, nil
}

// open refuses what cannot be done in an archived thread.
func (c *channel) open() *apiError {
	if c.isThread() && c.thread.archived {
		return refuse(ThreadArchived)
	}
	return nil
}

// sendPermission is what a message into the channel needs: threads have a permission of their own.
// https://discord.com/developers/docs/topics/threads#permissions
func (c *channel) sendPermission() Permission {
	if c.isThread() {
		return SendMessagesInThreads
	}
	return SendMessages
}

// maySend refuses what cannot be said in a channel.
func (s *Server) maySend(user string, c *channel, d *draft) *apiError {
	switch {
	case c.kind == kindForum:
		return refuse(NotATextChannel)
	case c.guild == nil && user == s.bot.ID && s.people[c.recipient].closed:
		return refuse(CannotDM)
	}
	if err := s.need(user, c, c.sendPermission()); err != nil {
		return err
	}
	has := s.permissions(user, c)
	if c.isThread() && c.thread.locked && has&ManageThreads == 0 {
		return refuse(ThreadLocked)
	}
	if len(d.files) > 0 && has&AttachFiles == 0 {
		return refuse(MissingPermissions)
	}
	return nil
}

func (s *Server) createMessage(r *request) (any, *apiError) {
	c, err := s.channelFor(r, 0)
	if err != nil {
		return nil, err
	}
	d := draft{files: r.files}
	if err := cmp.Or(r.read(&d), d.check(), s.maySend(s.bot.ID, c, &d)); err != nil {
		return nil, err
	}
	n, _ := d.nonce() // checked above
	if d.EnforceNonce && n != nil {
		switch m, found, err := s.posted(n); {
		case err != nil:
			return nil, err
		case found:
			return s.render(m, true), nil
		}
	}
	m := &Message{Author: s.bot, by: s.bot.ID, Nonce: n, ChannelID: c.id}
	if d.Reference != nil {
		if err := s.refer(m, d.Reference, c); err != nil {
			return nil, err
		}
	}
	s.apply(&d, m, c)
	if m.empty() {
		return nil, refuse(EmptyMessage)
	}
	if s.permissions(s.bot.ID, c)&EmbedLinks == 0 {
		m.Embeds = []Embed{} // Discord drops them without a word
	}
	s.say(c, m)
	if n != nil {
		s.nonces[fmt.Sprint(n)] = nonce{c.id, m.ID, time.Now()}
	}
	return s.render(m, true), nil
}

func (s *Server) refer(m *Message, to *Reference, c *channel) *apiError {
	if s.permissions(m.by, c)&ReadMessageHistory == 0 {
		return refuse(MissingPermissions)
	}
	if c.message(to.MessageID) == nil {
		return invalid("message_reference", "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
	}
	m.Type = messageReply
	m.Reference = &Reference{MessageID: to.MessageID, ChannelID: c.id}
	if c.guild != nil {
		m.Reference.GuildID = c.guild.id
	}
	return nil
}

func (s *Server) getMessage(r *request) (any, *apiError) {
	_, m, err := s.messageFor(r, ReadMessageHistory)
	if err != nil {
		return nil, err
	}
	return s.kept(m), nil
}

func (s *Server) patchMessage(r *request) (any, *apiError) {
	c, m, err := s.messageFor(r, 0)
	if err != nil {
		return nil, err
	}
	d := draft{files: r.files}
	if err := cmp.Or(r.read(&d), d.check(), c.open()); err != nil {
		return nil, err
	}
	if m.by != s.bot.ID {
		return nil, refuse(NotAuthor)
	}
	return s.edit(c, m, &d)
}

// edit changes a message of the bot, in place if nobody else can see it.
func (s *Server) edit(c *channel, m *Message, d *draft) (any, *apiError) {
	next := *m
	s.apply(d, &next, c)
	if next.empty() {
		return nil, refuse(EmptyMessage)
	}
	next.Notified = m.Notified // an edit pings nobody
	*m = next
	if m.Ephemeral() {
		at := now()
		m.EditedTimestamp = &at
	} else {
		s.change(c, m)
	}
	return s.render(m, true), nil
}

func (s *Server) deleteMessage(r *request) (any, *apiError) {
	c, m, err := s.messageFor(r, 0)
	if err != nil {
		return nil, err
	}
	if err := c.open(); err != nil {
		return nil, err
	}
	if m.by != s.bot.ID {
		if c.guild == nil {
			return nil, refuse(NotOnDM)
		}
		if err := s.need(s.bot.ID, c, ManageMessages); err != nil {
			return nil, err
		}
	}
	s.remove(c, m)
	return nil, nil
}

// listMessages returns the newest first, as all of Discord's histories do.
// https://discord.com/developers/docs/resources/message#get-channel-messages
func (s *Server) listMessages(r *request) (any, *apiError) {
	c, err := s.channelFor(r, 0)
	if err != nil {
		return nil, err
	}
	limit := 50
	if text := r.query.Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > 100 {
			return nil, invalid("limit", "NUMBER_TYPE_MAX", "int value should be less than or equal to 100.")
		}
		limit = n
	}
	out := []Message{}
	if s.permissions(s.bot.ID, c)&ReadMessageHistory == 0 {
		return out, nil // without the permission a history is empty, and no error
	}
	for _, m := range slices.Backward(c.between(r.query.Get("before"), r.query.Get("after"), r.query.Get("around"), limit)) {
		out = append(out, s.kept(m))
	}
	return out, nil
}

// kept is a message as it is read later. Its nonce is gone by then: it is there to recognise the answer to a request.
func (s *Server) kept(m *Message) Message {
	out := s.render(m, s.contentAllowed())
	out.Nonce = nil
	return out
}

// between picks a page of a history, oldest first.
func (c *channel) between(before, after, around string, limit int) []*Message {
	at := func(id string) int {
		i := slices.IndexFunc(c.messages, func(m *Message) bool { return !older(m.ID, id) })
		if i < 0 {
			return len(c.messages)
		}
		return i
	}
	from, to := max(0, len(c.messages)-limit), len(c.messages)
	switch {
	case around != "":
		from = max(0, at(around)-limit/2)
		to = min(len(c.messages), from+limit)
	case after != "":
		from = at(after)
		if from < len(c.messages) && c.messages[from].ID == after {
			from++
		}
		to = min(len(c.messages), from+limit)
	case before != "":
		to = at(before)
		from = max(0, to-limit)
	}
	return c.messages[from:to]
}
