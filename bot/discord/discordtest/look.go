package discordtest

import "slices"

// Messages returns what stands in the channel, oldest first, without what only single people see.
func (c *Channel) Messages() []Message {
	out := []Message{}
	c.with(func(in *channel) {
		for _, m := range in.messages {
			out = append(out, c.s.render(m, true))
		}
	})
	return out
}

// FromBot returns what the bot wrote into the channel, oldest first, without the notes that Discord writes for it.
func (c *Channel) FromBot() []Message {
	bot := c.s.Bot().ID
	return slices.DeleteFunc(c.Messages(), func(m Message) bool {
		note := m.Type != 0 && m.Type != messageReply && m.Type != messageOfCommand && m.Type != messageOfMenu
		return m.Author.ID != bot || note
	})
}

// Message returns one message, and whether it is there.
func (c *Channel) Message(id string) (out Message, ok bool) {
	c.with(func(in *channel) {
		if m := in.message(id); m != nil {
			out, ok = c.s.render(m, true), true
		}
	})
	return out, ok
}

// Pins returns the pinned messages, the newest pin first.
func (c *Channel) Pins() []Message {
	out := []Message{}
	c.with(func(in *channel) {
		for _, m := range in.pins() {
			out = append(out, c.s.render(m, true))
		}
	})
	return out
}

// Threads returns the channel's threads, or a forum's posts, archived ones too, oldest first.
func (c *Channel) Threads() []*Channel {
	out := []*Channel{}
	c.with(func(in *channel) {
		for _, t := range in.guild.channels {
			if t.isThread() && t.parent == in {
				out = append(out, &Channel{c.s, t.id})
			}
		}
	})
	return out
}

// Name is the name of the channel or thread.
func (c *Channel) Name() (name string) {
	c.with(func(in *channel) { name = in.name })
	return name
}

// Archived says whether a thread is archived.
func (c *Channel) Archived() (archived bool) {
	c.with(func(in *channel) { archived = in.thread.archived })
	return archived
}

// Locked says whether a thread is locked.
func (c *Channel) Locked() (locked bool) {
	c.with(func(in *channel) { locked = in.thread.locked })
	return locked
}

// Pinned says whether a forum's post is pinned there.
func (c *Channel) Pinned() (pinned bool) {
	c.with(func(in *channel) { pinned = in.thread.pinned })
	return pinned
}

// Tags are the names of a forum post's tags.
func (c *Channel) Tags() []string {
	out := []string{}
	c.with(func(in *channel) {
		for _, t := range in.parent.tags {
			if slices.Contains(in.thread.tags, t.ID) {
				out = append(out, t.Name)
			}
		}
	})
	return out
}

// Reactors are the IDs of those who reacted to a message with the emoji, in order.
func (c *Channel) Reactors(message, emoji string) []string {
	out := []string{}
	c.with(func(in *channel) {
		if m := in.message(message); m != nil {
			for _, r := range m.who {
				if r.emoji == emoji {
					out = append(out, r.user)
				}
			}
		}
	})
	return out
}

// Permissions is what the bot may in the channel.
func (c *Channel) Permissions() (p Permission) {
	c.with(func(in *channel) { p = c.s.permissions(c.s.bot.ID, in) })
	return p
}

// Attachment returns the content of an attachment.
func (s *Server) Attachment(a Attachment) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.files[a.URL[len(s.url):]]
}

// Ephemerals returns what only this person was shown, oldest first.
func (p *Person) Ephemerals() []Message {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	out := []Message{}
	for _, i := range p.s.interactions {
		for _, m := range i.messages {
			if m.only == p.user.ID {
				out = append(out, p.s.render(m, true))
			}
		}
	}
	return out
}

// Modals returns the forms that were opened for this person, oldest first.
func (p *Person) Modals() []*Modal {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	out := []*Modal{}
	for _, i := range p.s.interactions {
		if i.person == p && i.modal != nil {
			copied := *i.modal
			out = append(out, &copied)
		}
	}
	return out
}
