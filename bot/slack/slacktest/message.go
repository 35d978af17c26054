package slacktest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Message is a message as it stands. Those that the server gives out are copies.
type Message struct {
	Channel     string
	TS          string
	ThreadTS    string // of the parent; the parent's own is set by its first reply
	User        string
	Text        string
	Subtype     string          // "thread_broadcast", "file_share", "tombstone", or "" for most
	Blocks      json.RawMessage // as they were sent, with block_id filled in; nil if there are none
	Attachments json.RawMessage
	Metadata    *Metadata
	Files       []*File
	Reactions   []Reaction
	Edited      string // ts of the last edit that people are shown
	Unfurl      bool   // links in it are shown with what is behind them
	Ephemeral   bool

	clientID string
	bot      bool
	mention  bool // a person addresses the bot
}

// Metadata is what an app attached to a message.
type Metadata struct {
	EventType    string          `json:"event_type"`
	EventPayload json.RawMessage `json:"event_payload"`
}

// Reaction is an emoji with those who chose it.
type Reaction struct {
	Name  string   `json:"name"`
	Users []string `json:"users"`
	Count int      `json:"count"`
}

// IsReply says that a message is a reply in a thread.
func (m *Message) IsReply() bool { return m.ThreadTS != "" && m.ThreadTS != m.TS }

// copy returns a message that shares nothing that changes with m.
func (m *Message) copy() Message {
	c := *m
	c.Files = nil
	for _, f := range m.Files {
		file := *f
		c.Files = append(c.Files, &file)
	}
	c.Reactions = nil
	for _, r := range m.Reactions {
		r.Users = slices.Clone(r.Users)
		c.Reactions = append(c.Reactions, r)
	}
	return c
}

// slackbot is the user of tombstones.
const slackbot = "USLACKBOT"

// messageJSON is a message as the Web API returns it; events have less of it.
// https://docs.slack.dev/reference/objects/message-object
func (c *Channel) messageJSON(m *Message) object {
	j := object{"type": "message", "user": m.User, "ts": m.TS, "text": m.Text}
	if m.Subtype != "" {
		j["subtype"] = m.Subtype
	}
	if m.Subtype == tombstone {
		j["hidden"] = true
	} else {
		j["team"] = c.w.id
	}
	if m.clientID != "" {
		j["client_msg_id"] = m.clientID
	}
	if m.bot {
		j["bot_id"], j["app_id"], j["bot_profile"] = c.w.botID, c.w.s.app.id, c.w.botProfile()
	}
	if m.Blocks != nil {
		j["blocks"] = m.Blocks
	}
	if m.Attachments != nil {
		j["attachments"] = m.Attachments
	}
	if m.Edited != "" {
		j["edited"] = object{"user": m.User, "ts": m.Edited}
	}
	if len(m.Reactions) > 0 {
		j["reactions"] = c.w.s.shortened(m.copy().Reactions)
	}
	if len(m.Files) > 0 {
		files := []object{}
		for _, f := range m.Files {
			files = append(files, f.json())
		}
		j["files"], j["upload"] = files, false
	}
	if slices.ContainsFunc(c.pins, func(p pin) bool { return p.message == m }) {
		j["pinned_to"] = []string{c.id}
	}
	if m.Metadata != nil {
		j["metadata"] = *m.Metadata
	}
	if m.ThreadTS != "" {
		c.addThread(j, m)
	}
	return j
}

// addThread adds what a message says of its thread.
func (c *Channel) addThread(j object, m *Message) {
	j["thread_ts"] = m.ThreadTS
	if m.IsReply() {
		if parent := c.find(m.ThreadTS); parent != nil {
			j["parent_user_id"] = parent.User
			if m.Subtype == broadcast {
				root := c.messageJSON(parent)
				delete(root, "metadata")
				j["root"] = root
			}
		}
		return
	}
	replies := c.replies(m.TS)
	if len(replies) == 0 {
		return
	}
	users := []string{}
	for _, r := range replies {
		if !slices.Contains(users, r.User) {
			users = append(users, r.User)
		}
	}
	j["reply_count"], j["reply_users_count"], j["reply_users"] = len(replies), len(users), users
	j["latest_reply"] = replies[len(replies)-1].TS
}

const (
	broadcast = "thread_broadcast"
	fileShare = "file_share"
	tombstone = "tombstone"
)

func (w *Workspace) botProfile() object {
	return object{"id": w.botID, "deleted": false, "name": w.bot.name, "updated": 1_700_000_000, "app_id": w.s.app.id,
		"team_id": w.id, "icons": object{"image_48": "https://a.slack-edge.com/80588/img/plugins/app/bot_48.png"}}
}

// say adds a message to a channel and reports it to the app. The message has its text, its author and the like; say gives it
// its ts. The caller holds the lock.
func (c *Channel) say(m *Message) *Message {
	m.Channel, m.TS = c.id, c.w.newTS()
	if m.ThreadTS != "" {
		if parent := c.find(m.ThreadTS); parent != nil {
			parent.ThreadTS = parent.TS
		}
	}
	c.messages = append(c.messages, m)
	c.w.s.touch()
	c.reportSaid(m)
	return m
}

// change lets f edit a message and reports it. The caller holds the lock.
func (c *Channel) change(m *Message, f func()) {
	before := c.messageJSON(m)
	f()
	c.w.s.touch()
	c.reportChanged(m, before)
}

// remove deletes a message. Of a parent with replies a tombstone stays, until the last reply is deleted too.
func (c *Channel) remove(m *Message) {
	c.pins = slices.DeleteFunc(c.pins, func(p pin) bool { return p.message == m })
	if !m.IsReply() && len(c.replies(m.TS)) > 0 {
		c.change(m, func() {
			*m = Message{Channel: m.Channel, TS: m.TS, ThreadTS: m.TS, User: slackbot, Text: "This message was deleted.", Subtype: tombstone}
		})
		return
	}
	before := c.messageJSON(m)
	c.messages = slices.DeleteFunc(c.messages, func(o *Message) bool { return o == m })
	c.w.s.touch()
	c.reportDeleted(m, before)
	if !m.IsReply() || len(c.replies(m.ThreadTS)) > 0 {
		return
	}
	parent := c.find(m.ThreadTS)
	if parent == nil {
		return
	}
	if parent.Subtype == tombstone {
		c.messages = slices.DeleteFunc(c.messages, func(o *Message) bool { return o == parent })
	}
	parent.ThreadTS = ""
}

// richText is how Slack sends the text of a person, beside the text itself: as one block.
func richText(id, text string) json.RawMessage {
	b, err := json.Marshal([]object{{"type": "rich_text", "block_id": id, "elements": []object{{"type": "rich_text_section",
		"elements": []object{{"type": "text", "text": text}}}}}})
	if err != nil {
		panic(fmt.Sprintf("encode a text: %v", err)) // strings can always be encoded
	}
	return b
}

// escape is how Slack sends what people type: three characters are entities, everything else is as it is.
// https://docs.slack.dev/messaging/formatting-message-text#escaping
var escape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// withBlockIDs fills in the block_id of every block that lacks it, as Slack does; markdown blocks have none.
func withBlockIDs(blocks json.RawMessage, newID func() string) json.RawMessage {
	var list []object
	d := json.NewDecoder(bytes.NewReader(blocks))
	d.UseNumber()
	if d.Decode(&list) != nil || len(list) == 0 {
		return nil
	}
	for _, b := range list {
		if b["type"] == "markdown" {
			delete(b, "block_id")
		} else if id, _ := b["block_id"].(string); id == "" {
			b["block_id"] = newID()
		}
	}
	out, err := json.Marshal(list)
	if err != nil {
		panic(fmt.Sprintf("encode blocks: %v", err)) // they were decoded just now
	}
	return out
}

// newBlockID returns an ID as Slack gives blocks.
func (s *Server) newBlockID() string { return strings.ToLower(s.newID("b")[4:]) }
