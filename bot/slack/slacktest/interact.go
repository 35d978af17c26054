package slacktest

import (
	"encoding/json"
	"strings"
	"time"
)

// Interaction is something that somebody did to the app, which has to answer it.
type Interaction struct {
	s           *Server
	TriggerID   string // allows to open a modal, for three seconds
	ResponseURL string // "" if there is none
	acked       bool
	failed      string
}

// Acked says whether the app acknowledged it in time.
func (i *Interaction) Acked() bool {
	i.s.mu.Lock()
	defer i.s.mu.Unlock()
	return i.acked
}

// Failed is how Slack told the person that it failed: "operation_timeout" if the app did not acknowledge it in time,
// "dispatch_failed" if it could not be reached, or "".
func (i *Interaction) Failed() string {
	i.s.mu.Lock()
	defer i.s.mu.Unlock()
	return i.failed
}

// tell sends an interaction to the app. The caller holds the lock.
func (m *Member) tell(i *Interaction, kind string, payload object, accepts bool, answer func([]byte)) *Interaction {
	s := m.w.s
	i.s = s
	name, _ := payload["type"].(string)
	s.send(&envelope{kind: kind, event: name, payload: payload, accepts: accepts, answer: func(b []byte) {
		i.acked = true
		if answer != nil {
			answer(b)
		}
	}, failed: func(reason string) {
		i.failed = "dispatch_failed"
		if strings.HasSuffix(reason, "timeout") {
			i.failed = "operation_timeout"
		}
		m.notice(i.failed)
	}})
	return i
}

// notice shows somebody that something went wrong.
func (m *Member) notice(text string) {
	m.notices = append(m.notices, text)
	m.w.s.touch()
}

// Slash gives a command in a channel, such as "/quiz next". In a thread that is not possible.
// https://docs.slack.dev/interactivity/implementing-slash-commands
func (m *Member) Slash(c *Channel, line string) *Interaction {
	s := m.w.s
	s.t.Helper()
	command, text, _ := strings.Cut(line, " ")
	if !strings.HasPrefix(command, "/") {
		s.t.Fatalf("%q is no command", line)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	m.mayIn(c)
	name := c.name
	switch c.kind {
	case private:
		name = "privategroup"
	case direct:
		name = "directmessage"
	}
	i := &Interaction{TriggerID: m.newTrigger(), ResponseURL: m.newResponseURL(c, nil)}
	u := s.responses[i.ResponseURL[strings.LastIndexByte(i.ResponseURL, '/')+1:]]
	return m.tell(i, slashCommands, object{"token": "legacy", "team_id": m.w.id, "team_domain": m.w.domain, "channel_id": c.id,
		"channel_name": name, "user_id": m.id, "user_name": m.name, "command": command, "text": strings.TrimSpace(text),
		"api_app_id": s.app.id, "is_enterprise_install": "false", "response_url": i.ResponseURL, "trigger_id": i.TriggerID}, true, u.answerCommand)
}

// about is what all interactive payloads say.
// https://docs.slack.dev/reference/interaction-payloads
func (m *Member) about(kind string, i *Interaction) object {
	i.TriggerID = m.newTrigger()
	return object{"type": kind, "user": object{"id": m.id, "username": m.name, "name": m.name, "team_id": m.w.id}, "api_app_id": m.w.s.app.id,
		"token": "legacy", "trigger_id": i.TriggerID, "team": object{"id": m.w.id, "domain": m.w.domain}, "enterprise": nil,
		"is_enterprise_install": false}
}

// Press acts on an element of a message, which is named by its action_id or its label. For a menu the value is the one to choose.
// https://docs.slack.dev/reference/interaction-payloads/block_actions-payload
func (m *Member) Press(said Message, action string, value ...string) *Interaction {
	s := m.w.s
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	c, stored := m.sees(said)
	i := &Interaction{}
	j := m.about("block_actions", i)
	i.ResponseURL = m.newResponseURL(c, stored)
	container := object{"type": "message", "message_ts": stored.TS, "channel_id": c.id, "is_ephemeral": stored.Ephemeral}
	if stored.ThreadTS != "" {
		container["thread_ts"] = stored.ThreadTS
	}
	j["container"], j["channel"], j["response_url"], j["state"] = container, object{"id": c.id, "name": c.label()}, i.ResponseURL, object{"values": object{}}
	if !stored.Ephemeral {
		j["message"] = c.messageJSON(stored)
	}
	j["actions"] = []object{m.act(stored.Blocks, action, value)}
	return m.tell(i, interactive, j, false, nil)
}

func (c *Channel) label() string {
	switch c.kind {
	case private:
		return "privategroup"
	case direct:
		return "directmessage"
	}
	return c.name
}

// sees finds a message that somebody has before them, ephemeral or not. The caller holds the lock.
func (m *Member) sees(said Message) (*Channel, *Message) {
	s := m.w.s
	s.t.Helper()
	for _, e := range m.ephemerals {
		if said.Ephemeral && e.TS == said.TS {
			return m.w.channel(said.Channel), e
		}
	}
	if said.Ephemeral {
		s.t.Fatalf("%s does not see the ephemeral message %s", m.name, said.TS)
	}
	c, stored := m.stored(said)
	if c.kind != public && !c.has(m) {
		s.t.Fatalf("%s does not see %s", m.name, c.name)
	}
	return c, stored
}

// PressIn acts on an element of an open modal or of the person's home.
func (m *Member) PressIn(v View, action string, value ...string) *Interaction {
	s := m.w.s
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	open := m.open(v)
	i := &Interaction{}
	j := m.about("block_actions", i)
	j["container"], j["view"] = object{"type": "view", "view_id": open.ID}, open.json()
	j["actions"] = []object{m.act(open.Blocks, action, value)}
	return m.tell(i, interactive, j, false, nil)
}

// open finds a view that somebody has before them.
func (m *Member) open(v View) *View {
	s := m.w.s
	s.t.Helper()
	if m.home != nil && m.home.ID == v.ID {
		return m.home
	}
	if n := len(m.modals); n > 0 && m.modals[n-1].ID == v.ID {
		return m.modals[n-1]
	}
	s.t.Fatalf("%s does not have the view %s on top", m.name, v.ID)
	return nil
}

// act finds an element and makes of it what the app is told.
func (m *Member) act(blocks json.RawMessage, action string, value []string) object {
	s := m.w.s
	s.t.Helper()
	for _, e := range elements(blocks) {
		label := ""
		if text, ok := e["text"].(object); ok {
			label, _ = text["text"].(string)
		}
		if e["action_id"] != action && label != action {
			continue
		}
		a := object{"action_ts": formatTS(time.Now().UnixMicro()), "type": e["type"], "block_id": e["block_id"], "action_id": e["action_id"]}
		if id, _ := e["action_id"].(string); id == "" {
			a["action_id"] = s.newBlockID() // Slack makes one up
		}
		for _, k := range []string{"text", "value", "style"} {
			if e[k] != nil {
				a[k] = e[k]
			}
		}
		if len(value) > 0 {
			m.choose(a, e, value)
		}
		return a
	}
	s.t.Fatalf("%s sees nothing that is called %q", m.name, action)
	return nil
}

// choose sets what was chosen in a menu.
func (m *Member) choose(to, e object, value []string) {
	s := m.w.s
	s.t.Helper()
	kind, _ := e["type"].(string)
	switch kind {
	case "plain_text_input", "email_text_input", "number_input", "url_text_input":
		to["value"] = value[0]
	case "users_select":
		to["selected_user"] = value[0]
	case "multi_users_select":
		to["selected_users"] = value
	case "conversations_select":
		to["selected_conversation"] = value[0]
	case "multi_conversations_select":
		to["selected_conversations"] = value
	case "channels_select":
		to["selected_channel"] = value[0]
	case "multi_channels_select":
		to["selected_channels"] = value
	case "datepicker":
		to["selected_date"] = value[0]
	case "timepicker":
		to["selected_time"] = value[0]
	case "checkboxes", "multi_static_select":
		chosen := []object{}
		for _, v := range value {
			chosen = append(chosen, s.option(e, v))
		}
		to["selected_options"] = chosen
	case "static_select", "radio_buttons", "overflow":
		to["selected_option"] = s.option(e, value[0])
	default:
		s.t.Fatalf("nothing can be chosen in a %s", kind)
	}
}

// option finds an option by its value or its label, also in groups.
func (s *Server) option(e object, value string) object {
	s.t.Helper()
	lists := []any{e["options"]}
	groups, _ := e["option_groups"].([]any)
	for _, g := range groups {
		if g, ok := g.(object); ok {
			lists = append(lists, g["options"])
		}
	}
	for _, list := range lists {
		options, _ := list.([]any)
		for _, o := range options {
			o, _ := o.(object)
			text, _ := o["text"].(object)
			if o["value"] == value || text["text"] == value {
				return o
			}
		}
	}
	s.t.Fatalf("there is no option %q", value)
	return nil
}

// Shortcut uses a message shortcut.
// https://docs.slack.dev/reference/interaction-payloads/shortcuts-interaction-payload
func (m *Member) Shortcut(said Message, callbackID string) *Interaction {
	s := m.w.s
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	c, stored := m.sees(said)
	i := &Interaction{}
	j := m.about("message_action", i)
	i.ResponseURL = m.newResponseURL(c, stored)
	j["callback_id"], j["action_ts"], j["message_ts"], j["response_url"] = callbackID, formatTS(time.Now().UnixMicro()), stored.TS, i.ResponseURL
	j["channel"], j["message"] = object{"id": c.id, "name": c.label()}, c.messageJSON(stored)
	return m.tell(i, interactive, j, false, nil)
}

// GlobalShortcut uses a global shortcut.
func (m *Member) GlobalShortcut(callbackID string) *Interaction {
	s := m.w.s
	s.mu.Lock()
	defer s.mu.Unlock()
	i := &Interaction{}
	j := m.about("shortcut", i)
	j["callback_id"], j["action_ts"] = callbackID, formatTS(time.Now().UnixMicro())
	return m.tell(i, interactive, j, false, nil)
}
