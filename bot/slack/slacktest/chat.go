package slacktest

import (
	"encoding/json"
	"maps"
	"regexp"
	"strings"
	"unicode/utf16"
)

// The limits of a message's text.
// https://docs.slack.dev/reference/methods/chat.postMessage#truncating
// https://docs.slack.dev/reference/methods/chat.update#errors
const (
	mostText       = 40_000 // the rest is cut off
	mostUpdateText = 4_000
	mostMetadata   = 8_000 // bytes; not documented in numbers
)

// length is the length of a text as limits count it. The unit is not documented; this is the largest that it can be.
func length(s string) int { return len(utf16.Encode([]rune(s))) }

// place finds the channel of a request, and refuses those that the bot cannot know of or is not in.
func (r *request) place() (*Channel, *apiError) {
	c := r.workspace.channel(r.args.String("channel"))
	bot := r.workspace.bot
	switch {
	case c == nil, c.kind != public && !c.has(bot):
		return nil, refuse("channel_not_found")
	case !c.has(bot):
		return nil, refuse("not_in_channel")
	}
	return c, nil
}

// desk finds the channel to post in: it may also be named by a person, and must not be archived.
func (r *request) desk() (*Channel, *apiError) {
	if m := r.workspace.member(r.args.String("channel")); m != nil {
		return r.workspace.direct(m), nil
	}
	c, e := r.place()
	if e != nil && e.code == "not_in_channel" && r.workspace.needs("chat:write.public") == nil {
		c, e = r.workspace.channel(r.args.String("channel")), nil
	}
	switch {
	case e != nil:
		return nil, e
	case c.archived:
		return nil, refuse("is_archived")
	case c.refusal != "":
		return nil, refuse(c.refusal)
	}
	return c, nil
}

// atNames are the names that stand for many people.
var atNames = regexp.MustCompile(`@(channel|here|everyone)\b`)

// draft reads and checks what a message is to say. If names are to be linked, those of people and of everybody become mentions.
// https://docs.slack.dev/messaging/formatting-message-text#automatic-parsing
func (w *Workspace) draft(a Args) (*Message, *apiError) {
	m := &Message{Text: a.String("text"), Unfurl: !a.Has("unfurl_links") || a.Bool("unfurl_links")}
	if a.Bool("link_names") || a.String("parse") == "full" {
		m.Text = atNames.ReplaceAllString(m.Text, "<!$1>")
		for _, o := range w.members {
			m.Text = strings.ReplaceAll(m.Text, "@"+o.name, "<@"+o.id+">")
		}
	}
	if markdown := a.String("markdown_text"); markdown != "" {
		if m.Text != "" || a.JSON("blocks") != nil {
			return nil, refuse("markdown_text_conflict")
		}
		a["blocks"] = encode([]object{{"type": "markdown", "text": markdown}})
	}
	if blocks := a.JSON("blocks"); blocks != nil {
		if e := checkBlocks(blocks, inMessage); e != nil {
			return nil, e
		}
		m.Blocks = withBlockIDs(blocks, w.s.newBlockID)
	}
	if attachments := a.JSON("attachments"); attachments != nil {
		var list []object
		if json.Unmarshal(attachments, &list) != nil {
			return nil, refuse("invalid_attachments")
		}
		if len(list) > 100 {
			return nil, refuse("too_many_attachments")
		}
		for _, a := range list { // what is null was not sent
			maps.DeleteFunc(a, func(_ string, v any) bool { return v == nil })
		}
		if len(list) > 0 {
			m.Attachments = encode(list)
		}
	}
	meta, e := readMetadata(a.JSON("metadata"))
	m.Metadata = meta
	return m, e
}

// readMetadata reads the metadata of a message. An empty object is none.
// https://docs.slack.dev/messaging/message-metadata
func readMetadata(raw json.RawMessage) (*Metadata, *apiError) {
	if raw == nil {
		return nil, nil
	}
	var m Metadata
	var payload object
	if json.Unmarshal(raw, &m) != nil {
		return nil, refuse("invalid_metadata_format")
	}
	if m.EventType == "" && (len(m.EventPayload) == 0 || string(m.EventPayload) == "null") {
		return nil, nil
	}
	switch {
	case m.EventType == "" || json.Unmarshal(m.EventPayload, &payload) != nil || payload == nil:
		return nil, refuse("invalid_metadata_format")
	case len(raw) > mostMetadata:
		return nil, refuse("metadata_too_large")
	}
	return &m, nil
}

// postMessage is chat.postMessage.
// https://docs.slack.dev/reference/methods/chat.postMessage
func (s *Server) postMessage(r *request) (object, *apiError) {
	c, e := r.desk()
	if e != nil {
		return nil, e
	}
	m, e := r.workspace.draft(r.args)
	switch {
	case e != nil:
		return nil, e
	case m.Text == "" && m.Blocks == nil && m.Attachments == nil:
		return nil, refuse("no_text")
	}
	if text := utf16.Encode([]rune(m.Text)); len(text) > mostText {
		m.Text = string(utf16.Decode(text[:mostText]))
	}
	m.User, m.bot = r.workspace.bot.id, true
	if m.ThreadTS = r.args.String("thread_ts"); m.ThreadTS != "" {
		parent := c.find(m.ThreadTS)
		if parent == nil || parent.IsReply() {
			return nil, refuse("cannot_reply_to_message") // the list of errors has no other that could be meant
		}
		if r.args.Bool("reply_broadcast") {
			m.Subtype = broadcast
		}
	}
	c.say(m)
	return object{"channel": c.id, "ts": m.TS, "message": c.messageJSON(m)}, nil
}

// postEphemeral is chat.postEphemeral.
// https://docs.slack.dev/reference/methods/chat.postEphemeral
func (s *Server) postEphemeral(r *request) (object, *apiError) {
	c, e := r.desk()
	if e != nil {
		return nil, e
	}
	m, e := r.workspace.draft(r.args)
	to := r.workspace.member(r.args.String("user"))
	switch {
	case e != nil:
		return nil, e
	case m.Text == "" && m.Blocks == nil && m.Attachments == nil:
		return nil, refuse("no_text")
	case to == nil || !c.has(to):
		return nil, refuse("user_not_in_channel")
	}
	m.ThreadTS = r.args.String("thread_ts")
	to.whisper(c, m)
	return object{"message_ts": m.TS}, nil
}

// whisper shows a message to one person only.
func (m *Member) whisper(c *Channel, said *Message) {
	said.Channel, said.TS, said.User, said.bot, said.Ephemeral = c.id, m.w.newTS(), m.w.bot.id, true, true
	m.ephemerals = append(m.ephemerals, said)
	m.w.s.touch()
}

// own finds the bot's message that a request is about.
func (r *request) own(refusal string) (*Channel, *Message, *apiError) {
	c, e := r.place()
	if e != nil {
		return nil, nil, e
	}
	m := c.find(r.args.String("ts"))
	switch {
	case m == nil || m.Subtype == tombstone:
		return nil, nil, refuse("message_not_found")
	case m.User != r.workspace.bot.id:
		return nil, nil, refuse(refusal)
	}
	return c, m, nil
}

// updateMessage is chat.update: a text without blocks takes the blocks away, and only it shows people that there was an edit.
// https://docs.slack.dev/reference/methods/chat.update
func (s *Server) updateMessage(r *request) (object, *apiError) {
	c, m, e := r.own("cant_update_message")
	if e != nil {
		return nil, e
	}
	if c.archived {
		return nil, refuse("is_inactive")
	}
	d, e := r.workspace.draft(r.args)
	hasBlocks := r.args.Has("blocks")
	switch {
	case e != nil:
		return nil, e
	case length(d.Text) > mostUpdateText:
		return nil, refuse("msg_too_long")
	case d.Text == "" && d.Blocks == nil && d.Attachments == nil:
		return nil, refuse("no_text")
	}
	c.change(m, func() {
		if r.args.Has("text") {
			m.Text = d.Text
		}
		if hasBlocks || d.Text != "" {
			m.Blocks = d.Blocks
		}
		if r.args.Has("attachments") || d.Text != "" && !hasBlocks {
			m.Attachments = d.Attachments
		}
		if r.args.Has("metadata") {
			m.Metadata = d.Metadata
		}
		if r.args.Bool("reply_broadcast") && m.IsReply() {
			m.Subtype = broadcast
		}
		if d.Text != "" && d.Blocks == nil {
			m.Edited = c.w.newTS()
		}
	})
	return object{"channel": c.id, "ts": m.TS, "text": m.Text, "message": c.messageJSON(m)}, nil
}

// deleteMessage is chat.delete.
// https://docs.slack.dev/reference/methods/chat.delete
func (s *Server) deleteMessage(r *request) (object, *apiError) {
	c, m, e := r.own("cant_delete_message")
	if e != nil {
		return nil, e
	}
	ts := m.TS
	c.remove(m)
	return object{"channel": c.id, "ts": ts}, nil
}

// getPermalink is chat.getPermalink.
// https://docs.slack.dev/reference/methods/chat.getPermalink
func (s *Server) getPermalink(r *request) (object, *apiError) {
	c := r.workspace.channel(r.args.String("channel"))
	if c == nil || c.kind != public && !c.has(r.workspace.bot) {
		return nil, refuse("channel_not_found")
	}
	m := c.find(r.args.String("message_ts"))
	if m == nil {
		return nil, refuse("message_not_found")
	}
	return object{"channel": c.id, "permalink": c.permalink(m)}, nil
}
