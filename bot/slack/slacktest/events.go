package slacktest

import (
	"slices"
	"strings"
	"time"
)

// eventScopes are the events that the server knows, by their names in a manifest, with the scope that the bot's token needs to
// get them.
// https://docs.slack.dev/reference/events
var eventScopes = map[string]string{
	"message.channels": "channels:history", "message.groups": "groups:history", "message.im": "im:history",
	"app_mention": "app_mentions:read", "app_home_opened": "", "app_uninstalled": "", "tokens_revoked": "",
	"reaction_added": "reactions:read", "reaction_removed": "reactions:read", "pin_added": "pins:read", "pin_removed": "pins:read",
	"member_joined_channel": "channels:read", "member_left_channel": "channels:read", "channel_left": "channels:read",
	"group_left": "groups:read", "channel_archive": "channels:read", "channel_unarchive": "channels:read",
	"group_archive": "groups:read", "group_unarchive": "groups:read", "channel_deleted": "channels:read", "group_deleted": "groups:read",
	"team_join": "users:read", "user_change": "users:read", "file_shared": "files:read",
}

// defaultEvents are all of them.
var defaultEvents = func() (names []string) {
	for name := range eventScopes {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}()

// report tells the app of an event, if it is subscribed to it and may know it. The subscription is the event's name in a manifest.
// The caller holds the lock.
func (w *Workspace) report(subscription string, event object, at time.Time) {
	s := w.s
	s.touch()
	scope, known := eventScopes[subscription]
	if !known || !s.app.events[subscription] || scope != "" && !slices.Contains(w.scopes, scope) || w.tokenState != "" {
		return
	}
	switch subscription {
	case "channel_deleted", "tokens_revoked", "app_uninstalled": // have no time of their own
	default:
		if event["event_ts"] == nil {
			event["event_ts"] = formatTS(at.UnixMicro())
		}
	}
	s.validateEvent(event)
	s.send(w.callback(event))
}

// callback wraps an event into what is sent of it.
// https://docs.slack.dev/apis/events-api#callback-field
func (w *Workspace) callback(event object) *envelope {
	id := w.s.newID("Ev")
	auth := object{"enterprise_id": nil, "team_id": w.id, "user_id": w.bot.id, "is_bot": true, "is_enterprise_install": false}
	return &envelope{kind: eventsAPI, event: event["type"].(string), eventID: id, payload: object{"token": "legacy", "team_id": w.id,
		"api_app_id": w.s.app.id, "event": event, "type": "event_callback", "event_id": id, "event_time": time.Now().Unix(),
		"authorizations": []object{auth}, "is_ext_shared_channel": false, "event_context": "4-" + id}}
}

// LimitEvents tells the app that it gets no more events of this workspace for a while, since there were more than 30,000 in an hour.
// It has to be acknowledged as an event, and has none inside.
// https://docs.slack.dev/reference/events/app_rate_limited
func (w *Workspace) LimitEvents() {
	w.s.mu.Lock()
	defer w.s.mu.Unlock()
	event := object{"type": "app_rate_limited", "token": "legacy", "team_id": w.id, "api_app_id": w.s.app.id,
		"minute_rate_limited": time.Now().Truncate(time.Minute).Unix()}
	w.s.validateEvent(event)
	w.s.send(&envelope{kind: eventsAPI, event: "app_rate_limited", payload: event})
}

// message reports an event about a message in the channel.
func (c *Channel) message(event object) {
	if !c.has(c.w.bot) {
		return
	}
	event["type"], event["channel"], event["channel_type"] = "message", c.id, string(c.kind)
	c.w.report(map[channelKind]string{public: "message.channels", private: "message.groups", direct: "message.im"}[c.kind], event, time.Now())
}

// forEvent takes from a message what events about it do not have: metadata is only there for those who ask for it.
func forEvent(j object) object {
	delete(j, "metadata")
	if root, ok := j["root"].(object); ok {
		forEvent(root)
	}
	return j
}

func (c *Channel) reportSaid(m *Message) {
	j := forEvent(c.messageJSON(m))
	j["event_ts"] = m.TS
	c.message(j)
	c.reportMention(m)
	for _, f := range m.Files {
		if c.has(c.w.bot) {
			c.w.report("file_shared", object{"type": "file_shared", "channel_id": c.id, "file_id": f.ID, "user_id": m.User,
				"file": object{"id": f.ID}}, time.Now())
		}
	}
}

// reportMention sends the second event that Slack makes of a message if it mentions the app.
// https://docs.slack.dev/reference/events/app_mention
func (c *Channel) reportMention(m *Message) {
	if m.User == c.w.bot.id || c.kind == direct || !c.has(c.w.bot) || !strings.Contains(m.Text, "<@"+c.w.bot.id+">") {
		return
	}
	j := object{"type": "app_mention", "user": m.User, "text": m.Text, "ts": m.TS, "channel": c.id, "event_ts": m.TS, "team": c.w.id}
	if m.clientID != "" {
		j["client_msg_id"] = m.clientID
	}
	if m.Blocks != nil {
		j["blocks"] = m.Blocks
	}
	if m.ThreadTS != "" {
		j["thread_ts"] = m.ThreadTS
	}
	c.w.report("app_mention", j, time.Now())
}

// reportChanged sends message_changed. Its ts is its own: the message's is inside.
// https://docs.slack.dev/reference/events/message/message_changed
func (c *Channel) reportChanged(m *Message, before object) {
	ts := c.w.newTS()
	c.message(object{"subtype": "message_changed", "hidden": true, "message": forEvent(c.messageJSON(m)), "previous_message": forEvent(before),
		"ts": ts, "event_ts": ts})
}

// reportDeleted sends message_deleted.
// https://docs.slack.dev/reference/events/message/message_deleted
func (c *Channel) reportDeleted(m *Message, before object) {
	ts := c.w.newTS()
	c.message(object{"subtype": "message_deleted", "hidden": true, "deleted_ts": m.TS, "previous_message": forEvent(before),
		"ts": ts, "event_ts": ts})
}

// react adds or takes away a reaction and says whether that changed anything. The caller holds the lock.
func (c *Channel) react(by *Member, m *Message, name string, add bool) bool {
	i := slices.IndexFunc(m.Reactions, func(r Reaction) bool { return r.Name == name })
	has := i >= 0 && slices.Contains(m.Reactions[i].Users, by.id)
	if has == add {
		return false
	}
	event := "reaction_added"
	switch {
	case add && i < 0:
		m.Reactions = append(m.Reactions, Reaction{Name: name, Users: []string{by.id}, Count: 1})
	case add:
		r := &m.Reactions[i]
		r.Users, r.Count = append(slices.Clone(r.Users), by.id), r.Count+1
	default:
		event = "reaction_removed"
		r := &m.Reactions[i]
		r.Users = slices.DeleteFunc(slices.Clone(r.Users), func(u string) bool { return u == by.id })
		if r.Count--; r.Count == 0 {
			m.Reactions = slices.Delete(m.Reactions, i, i+1)
		}
	}
	c.w.s.touch()
	if c.has(c.w.bot) {
		c.w.report(event, object{"type": event, "user": by.id, "reaction": name, "item_user": m.User,
			"item": object{"type": "message", "channel": c.id, "ts": m.TS}}, time.Now())
	}
	return true
}

// pin pins or unpins a message and says whether that changed anything. The caller holds the lock.
func (c *Channel) pin(by *Member, m *Message, add bool) bool {
	i := slices.IndexFunc(c.pins, func(p pin) bool { return p.message == m })
	if i >= 0 == add {
		return false
	}
	event := "pin_added"
	if add {
		c.pins = append(c.pins, pin{m, by, time.Now()})
	} else {
		event = "pin_removed"
		c.pins = slices.Delete(c.pins, i, i+1)
	}
	c.w.s.touch()
	if !c.has(c.w.bot) {
		return true
	}
	at := time.Now().Unix()
	message := forEvent(c.messageJSON(m))
	for key := range message {
		switch key {
		case "type", "user", "text", "ts", "blocks", "bot_id", "bot_profile", "client_msg_id", "team", "pinned_to":
		default:
			delete(message, key)
		}
	}
	message["permalink"] = c.permalink(m)
	j := object{"type": event, "user": by.id, "channel_id": c.id, "item_user": m.User, "pin_count": "1",
		"item":        object{"type": "message", "channel": c.id, "created": at, "created_by": by.id, "message": message},
		"pinned_info": object{"channel": c.id, "pinned_by": by.id, "pinned_ts": at}}
	if !add {
		j["has_pins"] = len(c.pins) > 0
	}
	c.w.report(event, j, time.Now())
	return true
}

func (c *Channel) permalink(m *Message) string {
	link := "https://" + c.w.domain + ".slack.com/archives/" + c.id + "/p" + strings.ReplaceAll(m.TS, ".", "")
	if m.IsReply() {
		link += "?thread_ts=" + m.ThreadTS + "&cid=" + c.id
	}
	return link
}
