package discordtest

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
