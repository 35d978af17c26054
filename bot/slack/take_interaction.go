package slack

import (
	"context"
	"encoding/json"
	"strings"

	"rewind/bot"
)

// Here buttons, forms and shortcuts are taken.

// interaction has of an interaction what matters; the library's type fails as a whole where a block in it is new.
// https://docs.slack.dev/reference/interaction-payloads
type interaction struct {
	Type        string `json:"type"`
	TriggerID   string `json:"trigger_id"`
	ResponseURL string `json:"response_url"`
	CallbackID  string `json:"callback_id"`
	Team        struct {
		ID string `json:"id"`
	} `json:"team"`
	User struct {
		ID string `json:"id"`
	} `json:"user"`
	Channel struct {
		ID string `json:"id"`
	} `json:"channel"`
	Container struct {
		Type      string `json:"type"`
		ChannelID string `json:"channel_id"`
		ThreadTS  string `json:"thread_ts"`
		Ephemeral bool   `json:"is_ephemeral"`
	} `json:"container"`
	Message json.RawMessage `json:"message"`
	View    view            `json:"view"`
	Actions []action        `json:"actions"`
}

// view is a modal or a page.
type view struct {
	ID              string `json:"id"`
	Type            string `json:"type"`
	CallbackID      string `json:"callback_id"`
	PrivateMetadata string `json:"private_metadata"`
	State           struct {
		Values map[string]map[string]struct {
			Value string `json:"value"`
		} `json:"values"`
	} `json:"state"`
}

// action is a button that was pressed.
type action struct {
	ActionID string `json:"action_id"`
	Value    string `json:"value"`
}

// at is where an interaction happened; zero for a page.
func (i *interaction) at() spot {
	channel := i.Channel.ID
	if channel == "" {
		channel = i.Container.ChannelID
	}
	return spot{channel, i.Container.ThreadTS}
}

// interaction takes an interaction. Slack sends each once.
func (t taking) interaction(ctx context.Context, e envelope) (any, error) {
	var i interaction
	if !decode(e.body, &i) || i.User.ID == "" {
		t.p.o.Log.Warn("not understood", "platform", name, "kind", e.kind)
		return nil, nil
	}
	id := idOf(i.TriggerID, e.id)
	switch i.Type {
	case "block_actions":
		t.pressed(id, i)
	case "view_submission":
		return t.sent(id, i), nil
	case "message_action", "shortcut":
		t.shortcut(id, i)
	}
	return nil, nil
}

// shortcut takes an entry of a menu, either of a message or of the workspace. Unlike buttons, which stand only where our token has put
// them, entries stand wherever the app is installed.
func (t taking) shortcut(id string, i interaction) {
	if i.Team.ID != "" && i.Team.ID != t.me.team {
		t.p.o.Log.Warn("of another workspace", "platform", name, "event", i.Type)
		return
	}
	if i.Type == "message_action" {
		t.chosen(id, i)
		return
	}
	o := order{user: i.User.ID, command: bot.Command{ID: id, Text: i.CallbackID, Forms: i.TriggerID != ""},
		to: &views{p: t.p, user: i.User.ID, trigger: i.TriggerID}}
	t.wait(t.carryOut(o))
}

// place fills in where a command was given. A conversation with the bot is no channel to play in.
func (t taking) place(c *bot.Command, at spot) {
	if at.channel != "" && !isDirect(at.channel) {
		c.Channel, c.Thread = t.p.channel(t.me, at.channel), at.thread
	}
}

// pressed takes a button. Only its ID and its command are relied on, whatever it stands in.
func (t taking) pressed(id string, i interaction) {
	if len(i.Actions) == 0 || !strings.HasPrefix(i.Actions[0].ActionID, actionPrefix) {
		return
	}
	o := order{user: i.User.ID, command: bot.Command{ID: id, Text: i.Actions[0].Value, Forms: i.TriggerID != ""}}
	switch {
	case i.View.Type == homeType:
		o.to = &views{p: t.p, user: i.User.ID, trigger: i.TriggerID}
		o.after = func(ctx context.Context) { t.showHome(ctx, id+"/home", i.User.ID) }
	case i.View.ID != "":
		at := stateOf(i.View).at()
		t.place(&o.command, at)
		o.to = &views{p: t.p, user: i.User.ID, at: at, view: i.View.ID, trigger: i.TriggerID}
	default:
		at := i.at()
		if m, ok := messageOf(i.Message); ok && at.thread == "" && m.ThreadTimestamp != m.Timestamp {
			at.thread = m.ThreadTimestamp
		}
		t.place(&o.command, at)
		o.to = &responses{p: t.p, url: i.ResponseURL, user: i.User.ID, at: at, trigger: i.TriggerID, replaces: i.Container.Ephemeral}
	}
	t.wait(t.carryOut(o))
}

// stateOf is what went with a form; the zero state where that is none of ours.
func stateOf(v view) (s formState) {
	_ = json.Unmarshal([]byte(v.PrivateMetadata), &s)
	return s
}

func (s formState) at() spot { return spot{s.Channel, s.Thread} }

// sent takes a form that was sent, and returns the acknowledgement with the answer to it.
func (t taking) sent(id string, i interaction) any {
	s := stateOf(i.View)
	if i.View.CallbackID != formID || s.Command == "" || s.Option == "" {
		return nil
	}
	c := bot.Command{ID: id, Text: s.Command, Options: map[string]string{s.Option: i.View.State.Values[formBlock][formBlock].Value}, Forms: true}
	t.place(&c, s.at())
	to := &submission{views: views{p: t.p, user: i.User.ID, at: s.at(), view: i.View.ID}, answered: make(chan any, 1)}
	t.carryOut(order{user: i.User.ID, command: c, to: to})
	return to.ack()
}

// chosen takes an entry of a message's menu. The message is what the command is about.
func (t taking) chosen(id string, i interaction) {
	at := i.at()
	m, ok := messageOf(i.Message)
	if ok && at.thread == "" {
		at.thread = m.ThreadTimestamp
	}
	o := order{user: i.User.ID, command: bot.Command{ID: id, Text: i.CallbackID, Forms: i.TriggerID != ""},
		to: &responses{p: t.p, url: i.ResponseURL, user: i.User.ID, at: at, trigger: i.TriggerID}}
	t.place(&o.command, at)
	if ok {
		o.more = func(ctx context.Context, c *bot.Command) *bot.Failure {
			said, ok, f := t.p.web.comment(ctx, bot.Thread{Channel: t.p.channel(t.me, at.channel), ID: at.thread}, m)
			if ok {
				c.Target = &said
			}
			return f
		}
	}
	t.wait(t.carryOut(o))
}
