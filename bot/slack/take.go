package slack

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"rewind/bot"
)

// Here it is decided what an envelope is.

// ackWait is how long an acknowledgement waits for a command to be carried out. Slack waits three seconds, of which some are spent on
// the way. https://docs.slack.dev/interactivity/handling-user-interaction#acknowledgment_response
const ackWait = 900 * time.Millisecond

// take does what an envelope is about.
func (p *Platform) take(ctx context.Context, e envelope) (any, error) {
	s := p.session.Load()
	if s == nil {
		return nil, errNobody
	}
	me, f := p.web.self(ctx)
	if f != nil {
		return nil, f
	}
	t := taking{session: s, me: me}
	switch e.kind {
	case eventsAPI:
		return nil, t.event(ctx, e.body)
	case slashCommands:
		return t.slash(e)
	case interactive:
		return t.interaction(ctx, e)
	}
	return nil, nil
}

// taking is the taking of one envelope.
type taking struct {
	*session
	me identity
}

// outerEvent is what stands around an event.
// https://docs.slack.dev/apis/events-api/#event-type-structure
type outerEvent struct {
	TeamID         string          `json:"team_id"`
	EventID        string          `json:"event_id"`
	Event          json.RawMessage `json:"event"`
	Authorizations []struct {
		TeamID string `json:"team_id"`
	} `json:"authorizations"`
}

// ours says whether an event is of the workspace that the token is for. Of a channel shared with another company it may be told in the name of
// either.
func (o *outerEvent) ours(team string) bool {
	return o.TeamID == team || slices.ContainsFunc(o.Authorizations, func(a struct {
		TeamID string `json:"team_id"`
	}) bool {
		return a.TeamID == team
	})
}

// anyEvent has the fields of all events that matter. Those of messages are read by [messageEvent].
type anyEvent struct {
	Type    string          `json:"type"`
	User    string          `json:"user"`
	Channel json.RawMessage `json:"channel"`
	EventTS string          `json:"event_ts"`
	Tab     string          `json:"tab"`
	Tokens  struct {
		Bot []string `json:"bot"`
	} `json:"tokens"`
}

// event takes an event. An error means that Slack has to send it again.
func (t taking) event(ctx context.Context, body json.RawMessage) error {
	var o outerEvent
	var e anyEvent
	if !decode(body, &o) || !decode(o.Event, &e) {
		return nil // app_rate_limited has no event in it; what was missed meanwhile is read after the next gap
	}
	if !o.ours(t.me.team) {
		t.p.o.Log.Warn("of another workspace", "platform", name, "event", e.Type)
		return nil
	}
	switch e.Type {
	case "message":
		return t.message(ctx, o.Event)
	case "app_mention":
		return t.mention(o.Event)
	case "reaction_added", "reaction_removed":
		return t.reaction(ctx, o.Event)
	case "app_home_opened":
		if e.Tab == "home" {
			return t.homeOpened(ctx, e)
		}
	case "member_joined_channel":
		if e.User == t.me.user {
			return t.joined(ctx, bot.Workspace{Channel: t.p.channel(t.me, channelOf(o.Event))})
		}
	case "app_uninstalled":
		return t.handler.Left(ctx, name, t.me.team)
	case "tokens_revoked":
		if slices.Contains(e.Tokens.Bot, t.me.user) {
			return t.handler.Left(ctx, name, t.me.team)
		}
	}
	return nil
}

// joined says that the bot is there, with the first place where it can say hello: a channel that it was invited to, or an administrator who
// opened its page. Before that there is none, and a hello that is said nowhere would be the only one.
func (t taking) joined(ctx context.Context, w bot.Workspace) error {
	w.Platform, w.ID, w.Name = name, t.me.team, t.me.name
	return t.handler.Joined(ctx, w)
}

// channelOf is the channel of an event, whether it is named by its ID or as an object.
func channelOf(event json.RawMessage) string {
	var in innerEvent
	if !decode(event, &in) {
		return ""
	}
	return in.channel()
}

// isDirect says whether a channel is a conversation with the bot. Slack's IDs say of what they are.
func isDirect(channel string) bool { return len(channel) > 0 && channel[0] == 'D' }

// wait waits until something is done, but not for longer than an acknowledgement may wait.
func (t taking) wait(done <-chan struct{}) {
	late, release := t.p.o.Clock.After(ackWait)
	defer release()
	select {
	case <-done:
	case <-late:
	}
}
