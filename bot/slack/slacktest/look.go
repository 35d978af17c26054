package slacktest

import (
	"encoding/json"
	"regexp"
	"slices"
)

// Messages are what stands in a channel itself, the oldest first, as everybody in it sees it.
func (c *Channel) Messages() []Message {
	c.w.s.mu.Lock()
	defer c.w.s.mu.Unlock()
	return c.copies(func(m *Message) bool { return !m.IsReply() || m.Subtype == broadcast })
}

// Thread is the parent of a message's thread with its replies, the oldest first.
func (c *Channel) Thread(of Message) []Message {
	c.w.s.mu.Lock()
	defer c.w.s.mu.Unlock()
	parent := parentOf(of)
	return c.copies(func(m *Message) bool { return m.TS == parent || m.ThreadTS == parent })
}

// Message is the message with a ts as it stands now, and whether there is one.
func (c *Channel) Message(ts string) (Message, bool) {
	c.w.s.mu.Lock()
	defer c.w.s.mu.Unlock()
	m := c.find(ts)
	if m == nil {
		return Message{}, false
	}
	return m.copy(), true
}

// Pins are the pinned messages, in the order in which they were pinned.
func (c *Channel) Pins() []Message {
	c.w.s.mu.Lock()
	defer c.w.s.mu.Unlock()
	var list []Message
	for _, p := range c.pins {
		list = append(list, p.message.copy())
	}
	return list
}

func (c *Channel) copies(of func(*Message) bool) []Message {
	var list []Message
	for _, m := range c.messages {
		if of(m) {
			list = append(list, m.copy())
		}
	}
	return list
}

// Sees returns the messages of a channel that somebody sees there: none of a private one that they are not in, and their own
// ephemeral ones among them, the oldest first.
func (m *Member) Sees(c *Channel) []Message {
	s := m.w.s
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.kind != public && !c.has(m) {
		return nil
	}
	list := c.copies(func(o *Message) bool { return !o.IsReply() || o.Subtype == broadcast })
	for _, e := range m.ephemerals {
		if e.Channel == c.id && e.ThreadTS == "" {
			list = append(list, e.copy())
		}
	}
	slices.SortFunc(list, func(a, b Message) int { return compareTS(a.TS, b.TS) })
	return list
}

// SeesThread returns the parent and the replies of a message's thread as somebody sees them, with their own ephemeral ones.
func (m *Member) SeesThread(of Message) []Message {
	s := m.w.s
	s.mu.Lock()
	defer s.mu.Unlock()
	c := m.w.channel(of.Channel)
	if c == nil || c.kind != public && !c.has(m) {
		return nil
	}
	parent := parentOf(of)
	list := c.copies(func(o *Message) bool { return o.TS == parent || o.ThreadTS == parent })
	for _, e := range m.ephemerals {
		if e.Channel == c.id && e.ThreadTS == parent {
			list = append(list, e.copy())
		}
	}
	slices.SortFunc(list, func(a, b Message) int { return compareTS(a.TS, b.TS) })
	return list
}

// Ephemerals are the messages that only this person sees, the oldest first.
func (m *Member) Ephemerals() []Message {
	m.w.s.mu.Lock()
	defer m.w.s.mu.Unlock()
	var list []Message
	for _, e := range m.ephemerals {
		list = append(list, e.copy())
	}
	return list
}

// Modal is the modal on top, and whether there is one.
func (m *Member) Modal() (View, bool) {
	m.w.s.mu.Lock()
	defer m.w.s.mu.Unlock()
	if n := len(m.modals); n > 0 {
		return *m.modals[n-1], true
	}
	return View{}, false
}

// Modals are the open modals, the top one last.
func (m *Member) Modals() []View {
	m.w.s.mu.Lock()
	defer m.w.s.mu.Unlock()
	var list []View
	for _, v := range m.modals {
		list = append(list, *v)
	}
	return list
}

// Home is what stands in the person's App Home, and whether anything does.
func (m *Member) Home() (View, bool) {
	m.w.s.mu.Lock()
	defer m.w.s.mu.Unlock()
	if m.home == nil {
		return View{}, false
	}
	return *m.home, true
}

// Notices are what Slack told somebody that went wrong: "operation_timeout", "dispatch_failed", or that an answer was refused.
func (m *Member) Notices() []string {
	m.w.s.mu.Lock()
	defer m.w.s.mu.Unlock()
	return slices.Clone(m.notices)
}

// Labels are the labels of the buttons under a message, in order.
func (m Message) Labels() []string { return labels(m.Blocks) }

// Labels are the labels of the buttons in a view, in order.
func (v View) Labels() []string { return labels(v.Blocks) }

func labels(blocks json.RawMessage) []string {
	var list []string
	for _, e := range elements(blocks) {
		if text, ok := e["text"].(object); ok && e["type"] == "button" {
			label, _ := text["text"].(string)
			list = append(list, label)
		}
	}
	return list
}

var live = regexp.MustCompile(`<(@[UW][A-Z0-9]+|!(?:channel|here|everyone)|!subteam\^S[A-Z0-9]+)(?:\|[^>]*)?>`)

// Mentions are those whom a message notifies: "@U…", "!channel", "!here", "!everyone", "!subteam^S…". They stand in its text, in
// texts of type mrkdwn, in markdown blocks, and as elements of rich text; wherever they stand they are counted.
func (m Message) Mentions() []string {
	var found []string
	add := func(text string) {
		for _, match := range live.FindAllStringSubmatch(text, -1) {
			found = append(found, match[1])
		}
	}
	add(m.Text)
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, e := range v {
				walk(e)
			}
		case object:
			text, _ := v["text"].(string)
			switch v["type"] {
			case "mrkdwn", "markdown":
				add(text)
			case "user":
				add("<@" + asString(v["user_id"]) + ">")
			case "broadcast":
				add("<!" + asString(v["range"]) + ">")
			case "usergroup":
				add("<!subteam^" + asString(v["usergroup_id"]) + ">")
			}
			for _, k := range sortedKeys(v) {
				walk(v[k])
			}
		}
	}
	var blocks any
	if json.Unmarshal(m.Blocks, &blocks) == nil {
		walk(blocks)
	}
	slices.Sort(found)
	return slices.Compact(found)
}

func asString(v any) string {
	s, _ := v.(string)
	return s
}
