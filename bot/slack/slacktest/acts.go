package slacktest

import (
	"encoding/json"
	"slices"
	"time"
)

// Say says something in a channel. Whoever is not in a public channel joins it first.
func (m *Member) Say(c *Channel, text string) Message { return m.say(c, &Message{Text: text}) }

// Reply answers in a thread; the message may be its parent or a reply.
func (m *Member) Reply(to Message, text string) Message {
	return m.say(m.where(to), &Message{Text: text, ThreadTS: parentOf(to)})
}

// Broadcast answers in a thread and shows the answer in the channel too.
func (m *Member) Broadcast(to Message, text string) Message {
	return m.say(m.where(to), &Message{Text: text, ThreadTS: parentOf(to), Subtype: broadcast})
}

// Mention says something to the bot in a channel.
func (m *Member) Mention(c *Channel, text string) Message {
	return m.say(c, &Message{Text: text, mention: true})
}

// MentionIn says something to the bot in a thread.
func (m *Member) MentionIn(to Message, text string) Message {
	return m.say(m.where(to), &Message{Text: text, ThreadTS: parentOf(to), mention: true})
}

// Direct returns the person's conversation with the bot.
func (m *Member) Direct() *Channel {
	m.w.s.mu.Lock()
	defer m.w.s.mu.Unlock()
	return m.w.direct(m)
}

// Upload is a file that somebody uploads.
type Upload struct {
	Name    string
	Content string
	Snippet bool // typed into Slack
}

// Upload shares files in a channel, or in the thread of a message of it, with a comment.
func (m *Member) Upload(c *Channel, thread *Message, comment string, uploads ...Upload) Message {
	s := m.w.s
	s.t.Helper()
	said := &Message{Text: comment, Subtype: fileShare}
	if thread != nil {
		said.ThreadTS = parentOf(*thread)
	}
	s.mu.Lock()
	for _, u := range uploads {
		f := m.w.newFile(u.Name, []byte(u.Content), m.id)
		f.ready, f.public = true, c.kind == public
		if u.Snippet {
			f.Mode = "snippet"
		}
		said.Files = append(said.Files, f)
	}
	s.mu.Unlock()
	return m.say(c, said)
}

func parentOf(m Message) string {
	if m.ThreadTS != "" {
		return m.ThreadTS
	}
	return m.TS
}

// where finds the channel of a message.
func (m *Member) where(said Message) *Channel {
	s := m.w.s
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	c := m.w.channel(said.Channel)
	if c == nil {
		s.t.Fatalf("the channel of the message %s is gone", said.TS)
	}
	return c
}

func (m *Member) say(c *Channel, said *Message) Message {
	s := m.w.s
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	m.mayIn(c)
	if parent := c.find(said.ThreadTS); said.ThreadTS != "" && (parent == nil || parent.IsReply()) {
		s.t.Fatalf("%s cannot reply to %s: it is no parent", m.name, said.ThreadTS)
	}
	said.User, said.clientID = m.id, s.newID("msg")
	m.write(said, said.Text, said.mention)
	return c.say(said).copy()
}

// write sets what a person typed: the text with its entities, and the block that Slack makes of it.
func (m *Member) write(said *Message, text string, mention bool) {
	id := m.w.s.newBlockID()
	said.Text = escape.Replace(text)
	if text == "" {
		said.Blocks = nil
		return
	}
	said.Blocks = richText(id, text)
	if mention {
		said.Text = "<@" + m.w.bot.id + "> " + said.Text
		said.Blocks = encode([]object{{"type": "rich_text", "block_id": id, "elements": []object{{"type": "rich_text_section", "elements": []object{
			{"type": "user", "user_id": m.w.bot.id}, {"type": "text", "text": " " + text}}}}}})
	}
}

// mayIn fails the test unless somebody can write in a channel, and lets them join. The caller holds the lock.
func (m *Member) mayIn(c *Channel) {
	s := m.w.s
	s.t.Helper()
	switch {
	case m.profile.Deleted:
		s.t.Fatalf("%s has left the workspace", m.name)
	case c.deleted || c.archived:
		s.t.Fatalf("nobody can write in %s: it is archived or deleted", c.name)
	case !c.has(m) && c.kind != public:
		s.t.Fatalf("%s is not in %s", m.name, c.name)
	}
	c.join(m)
}

// stored finds the message that a copy is of. The caller holds the lock.
func (m *Member) stored(said Message) (*Channel, *Message) {
	s := m.w.s
	s.t.Helper()
	c := m.w.channel(said.Channel)
	if c == nil || c.find(said.TS) == nil {
		s.t.Fatalf("the message %s is gone", said.TS)
	}
	return c, c.find(said.TS)
}

// Edit changes what somebody said.
func (m *Member) Edit(said Message, text string) Message {
	s := m.w.s
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	c, stored := m.stored(said)
	if stored.User != m.id {
		s.t.Fatalf("%s cannot edit what another said", m.name)
	}
	c.change(stored, func() {
		m.write(stored, text, false)
		stored.Edited = c.w.newTS()
	})
	return stored.copy()
}

// Delete deletes a message; those of others only an administrator can delete.
func (m *Member) Delete(said Message) {
	s := m.w.s
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	c, stored := m.stored(said)
	if stored.User != m.id && !m.profile.Admin && !m.profile.Owner {
		s.t.Fatalf("%s cannot delete what another said", m.name)
	}
	c.remove(stored)
}

// React chooses an emoji.
func (m *Member) React(said Message, name string) { m.react(said, name, true) }

// Unreact takes it back.
func (m *Member) Unreact(said Message, name string) { m.react(said, name, false) }

func (m *Member) react(said Message, name string, add bool) {
	s := m.w.s
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	c, stored := m.stored(said)
	if !c.react(m, stored, name, add) {
		s.t.Fatalf("the reaction %s of %s is as it was", name, m.name)
	}
}

// Pin pins a message, Unpin takes it off.
func (m *Member) Pin(said Message) { m.pin(said, true) }

// Unpin takes a message off the pins.
func (m *Member) Unpin(said Message) { m.pin(said, false) }

func (m *Member) pin(said Message, add bool) {
	s := m.w.s
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	c, stored := m.stored(said)
	if !c.pin(m, stored, add) {
		s.t.Fatalf("the pin of %s is as it was", said.TS)
	}
}

// OpenHome opens the app's home.
func (m *Member) OpenHome() {
	s := m.w.s
	s.mu.Lock()
	defer s.mu.Unlock()
	event := object{"type": "app_home_opened", "user": m.id, "channel": m.w.direct(m).id, "tab": "home"}
	if m.home != nil {
		event["view"] = m.home.json()
	}
	m.w.report("app_home_opened", event, time.Now())
}

// elements are the things in blocks that one can act on.
func elements(blocks json.RawMessage) []object {
	var list any
	if json.Unmarshal(blocks, &list) != nil {
		return nil
	}
	var found []object
	var walk func(v any, block string)
	walk = func(v any, block string) {
		switch v := v.(type) {
		case []any:
			for _, e := range v {
				walk(e, block)
			}
		case object:
			if id, ok := v["block_id"].(string); ok {
				block = id
			}
			kind, _ := v["type"].(string)
			if slices.Contains(inActions, kind) || slices.Contains(inInput, kind) {
				v["block_id"] = block
				found = append(found, v)
			}
			for _, k := range sortedKeys(v) {
				walk(v[k], block)
			}
		}
	}
	walk(list, "")
	return found
}
