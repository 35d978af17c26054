package slacktest

import (
	"encoding/json"
	"maps"
	"slices"
)

// The published descriptions of events differ from what Slack really sends in a few places, which are all in this file. What is
// sent is what Slack sends; before it is validated it is brought to what was published.

// asDescribed returns an event as it was published.
func asDescribed(event object) object {
	var e object
	if json.Unmarshal(encode(event), &e) != nil {
		return event
	}
	richTextAsDescribed(e)
	switch e["type"] {
	case "message":
		messageAsDescribed(e)
	case "app_home_opened":
		if view, ok := e["view"].(object); ok {
			keep(view, "type", "blocks", "callback_id", "external_id", "private_metadata") // not the rest, which every view has
		}
	case "user_change", "team_join":
		if user, ok := e["user"].(object); ok && user["deleted"] == true {
			fillIn(user, (&Member{w: &Workspace{}, profile: Profile{}}).json(true)) // of people who left Slack says less
		}
	}
	return e
}

// blocksAsDescribed returns what an app shows people as it was published.
func blocksAsDescribed(shown json.RawMessage) any {
	var v any
	if json.Unmarshal(shown, &v) != nil {
		return shown
	}
	richTextAsDescribed(v)
	return v
}

// richTextAsDescribed leaves out what rich text has by the documentation alone.
// https://docs.slack.dev/reference/block-kit/block-elements/rich-text-list-element
// https://docs.slack.dev/reference/block-kit/block-elements/rich-text-preformatted-element
func richTextAsDescribed(v any) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			richTextAsDescribed(e)
		}
	case object:
		switch v["type"] {
		case "rich_text_list":
			if _, ok := v["offset"].(float64); ok {
				delete(v, "offset")
			}
		case "rich_text_preformatted":
			if _, ok := v["language"].(string); ok {
				delete(v, "language")
			}
		}
		for _, e := range v {
			richTextAsDescribed(e)
		}
	}
}

func messageAsDescribed(e object) {
	switch e["subtype"] {
	case "message_changed", "message_deleted":
		for _, name := range []string{"message", "previous_message"} {
			if m, ok := e[name].(object); ok {
				inner(m, e)
			}
		}
		return
	case broadcast:
		for _, name := range []string{"parent_user_id", "team", "bot_id", "bot_profile", "reactions", "pinned_to", "edited", "files", "upload"} {
			delete(e, name) // described is only what people say, and of that little
		}
		fillIn(e, object{"client_msg_id": ""}) // what apps say has none
		if root, ok := e["root"].(object); ok {
			inner(root, e)
			fillIn(root, object{"reply_count": 1, "reply_users": []any{}, "reply_users_count": 1, "latest_reply": ""})
			delete(root, "subtype") // of a parent that has files
		}
	case fileShare:
		for _, name := range []string{"team", "client_msg_id", "bot_id", "bot_profile"} {
			delete(e, name) // of what is said together with files less is described
		}
	case nil:
		delete(e, "upload") // described only for the subtype file_share, but it comes with every file
	}
	delete(e, "app_id") // what apps say has it
	for _, f := range list(e["files"]) {
		fileAsDescribed(f)
	}
}

// inner brings a message inside of an event to what was published, which says that it has all that the event has.
func inner(m, e object) {
	fillIn(m, object{"channel": e["channel"], "channel_type": e["channel_type"], "event_ts": m["ts"]})
	if e["subtype"] != broadcast {
		for _, name := range []string{"reply_count", "reply_users", "reply_users_count", "latest_reply"} {
			delete(m, name) // parents have them since threads exist
		}
	}
	switch m["subtype"] {
	case tombstone: // not described at all
		delete(m, "subtype")
		delete(m, "hidden")
	case fileShare:
		delete(m, "subtype") // described without reactions and much else
	case broadcast:
		delete(m, "subtype")
		delete(m, "root")
	}
	for _, name := range []string{"upload", "metadata", "app_id", "permalink"} { // what is read has them, described are only events
		delete(m, name)
	}
	for _, f := range list(m["files"]) {
		fileAsDescribed(f)
	}
}

// fileAsDescribed brings a file to what was published for most events, which is older than what Slack sends.
func fileAsDescribed(f object) {
	for _, name := range []string{"timestamp", "user_team", "media_display_type", "file_access", "lines", "lines_more"} {
		delete(f, name)
	}
	fillIn(f, object{"channels": nil, "groups": nil})
}

// asEvent makes of a message that was read the event that told of it.
func asEvent(m object) object {
	return object{"type": "message", "channel": "C", "channel_type": "channel", "event_ts": m["ts"], "subtype": "message_deleted",
		"hidden": true, "ts": m["ts"], "deleted_ts": m["ts"], "previous_message": m}
}

func keep(o object, names ...string) {
	maps.DeleteFunc(o, func(k string, _ any) bool { return !slices.Contains(names, k) })
}

func fillIn(o, with object) {
	for k, v := range with {
		if _, ok := o[k]; !ok {
			o[k] = v
		}
	}
}

func list(v any) []object {
	var out []object
	items, _ := v.([]any)
	for _, i := range items {
		if o, ok := i.(object); ok {
			out = append(out, o)
		}
	}
	return out
}
