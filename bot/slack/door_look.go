package slack

import (
	"encoding/json"
	"errors"
	"strings"
)

// glance is what a door sees of an envelope without understanding it.
type glance struct {
	event string   // the type of the event or interaction, for the log
	keys  []string // by any of which a copy is known
	lane  string   // what has to be taken in order shares one; "" if nothing waits for it
}

// payload has the few fields that a glance needs, of all kinds.
type payload struct {
	Type      string          `json:"type"`
	TeamID    string          `json:"team_id"`
	EventID   string          `json:"event_id"`
	TriggerID string          `json:"trigger_id"`
	Event     json.RawMessage `json:"event"`
}

// innerEvent has those of an event.
type innerEvent struct {
	Type      string          `json:"type"`
	Subtype   string          `json:"subtype"`
	Channel   json.RawMessage `json:"channel"` // an ID, or in some events an object with one
	ChannelID string          `json:"channel_id"`
	TS        string          `json:"ts"`
	DeletedTS string          `json:"deleted_ts"`
	EventTS   string          `json:"event_ts"`
	Edited    edited          `json:"edited"`
	Item      struct {
		Channel string `json:"channel"`
	} `json:"item"`
	Message struct {
		TS      string `json:"ts"`
		Subtype string `json:"subtype"`
		Edited  edited `json:"edited"`
	} `json:"message"`
}

type edited struct {
	TS string `json:"ts"`
}

// look glances at an envelope. It fails if the payload is no object or of no known kind; a field of an unexpected type is
// as good as missing.
func look(e envelope) (glance, bool) {
	var p payload
	if !decode(e.body, &p) {
		return glance{}, false
	}
	g := glance{event: p.Type}
	if e.id != "" {
		g.keys = append(g.keys, "envelope/"+e.id)
	}
	switch e.kind {
	case slashCommands, interactive:
		if p.TriggerID != "" {
			g.keys = append(g.keys, "trigger/"+p.TriggerID)
		}
	case eventsAPI:
		if p.EventID != "" {
			g.keys = append(g.keys, "event/"+p.EventID)
		}
		var in innerEvent
		if !decode(p.Event, &in) {
			return g, true // app_rate_limited has none
		}
		g.event = in.Type
		g.lane = p.TeamID + "/" + in.channel()
		if key := in.message(); key != "" {
			g.keys = append(g.keys, strings.Join([]string{"message", p.TeamID, in.channel(), key}, "/"))
		}
	default:
		return glance{}, false
	}
	return g, true
}

// decode reads an object, as far as its fields have the expected types.
func decode(b json.RawMessage, v any) bool {
	if len(b) == 0 || b[0] != '{' {
		return false
	}
	err := json.Unmarshal(b, v)
	_, odd := errors.AsType[*json.UnmarshalTypeError](err)
	return err == nil || odd
}

// channel is where an event happened; "" where it concerns the whole workspace.
func (in *innerEvent) channel() string {
	var id string
	if json.Unmarshal(in.Channel, &id) == nil && id != "" {
		return id
	}
	var object struct {
		ID string `json:"id"`
	}
	if decode(in.Channel, &object) && object.ID != "" {
		return object.ID
	}
	if in.ChannelID != "" {
		return in.ChannelID
	}
	return in.Item.Channel
}

// message names a message in a channel with what happened to it; "" for other events and where that cannot be told. The same may be sent
// under two event IDs; a mention is sent as a message too, and the two are different.
func (in *innerEvent) message() string {
	if in.Type != "message" && in.Type != "app_mention" {
		return ""
	}
	ts, revision := in.TS, in.Edited.TS
	switch in.Subtype {
	case "message_deleted":
		ts = in.DeletedTS
	case "message_changed":
		ts, revision = in.Message.TS, in.Message.Edited.TS
		if revision == "" { // not by a person: its thread grew, a link in it was unfurled, it became a tombstone
			revision = in.EventTS
		}
		if revision == "" {
			return ""
		}
	}
	if ts == "" {
		return ""
	}
	return strings.Join([]string{in.Type, in.Subtype, in.Message.Subtype, ts, revision}, "/")
}
