package slacktest

import (
	"regexp"
	"slices"
)

// item finds the message that a reaction or a pin is about.
func (r *request) item() (*Channel, *Message, *apiError) {
	c, e := r.place()
	if e != nil {
		return nil, nil, e
	}
	ts := r.args.String("timestamp")
	if ts == "" {
		return nil, nil, refuse("no_item_specified")
	}
	m := c.find(ts)
	if m == nil {
		return nil, nil, refuse("message_not_found")
	}
	return c, m, nil
}

var emoji = regexp.MustCompile(`^[\p{L}\p{N}_+'-]+(::skin-tone-[2-6])?$`)

// mostReactions is how many different ones a message can have.
// https://docs.slack.dev/reference/methods/reactions.add#errors
const mostReactions = 23 // by one person; the limit of a message is not given in numbers

func (s *Server) addReaction(r *request) (object, *apiError) {
	c, m, e := r.item()
	name := r.args.String("name")
	switch {
	case e != nil:
		return nil, e
	case !emoji.MatchString(name):
		return nil, refuse("invalid_name")
	case c.archived:
		return nil, refuse("is_archived")
	case len(m.Reactions) >= mostReactions:
		return nil, refuse("too_many_reactions")
	case !c.react(r.workspace.bot, m, name, true):
		return nil, refuse("already_reacted")
	}
	return nil, nil
}

func (s *Server) removeReaction(r *request) (object, *apiError) {
	c, m, e := r.item()
	switch {
	case e != nil:
		return nil, e
	case !c.react(r.workspace.bot, m, r.args.String("name"), false):
		return nil, refuse("no_reaction")
	}
	return nil, nil
}

func (s *Server) getReactions(r *request) (object, *apiError) {
	c, m, e := r.item()
	if e != nil {
		return nil, e
	}
	j := c.messageJSON(m)
	j["permalink"] = c.permalink(m)
	return object{"type": "message", "channel": c.id, "message": j}, nil
}

// NameReactors has messages name at most so many of those who chose an emoji, 0 for all of them. Slack does so at a number of its
// own: only the count is sure.
// https://docs.slack.dev/reference/methods/reactions.get
func (s *Server) NameReactors(most int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reactors = most
}

// shortened leaves out whom messages do not name. The caller holds the lock.
func (s *Server) shortened(all []Reaction) []Reaction {
	for i, r := range all {
		if s.reactors > 0 {
			all[i].Users = r.Users[:min(len(r.Users), s.reactors)]
		}
	}
	return all
}

func (s *Server) listReactions(r *request) (object, *apiError) {
	user := r.args.String("user")
	if user == "" {
		user = r.workspace.bot.id
	}
	limit, e := r.args.limit(100, 999)
	if e != nil {
		return nil, e
	}
	items := []object{}
	for _, c := range r.workspace.channels {
		for _, m := range slices.Backward(c.messages) {
			if c.has(r.workspace.bot) && slices.ContainsFunc(m.Reactions, func(x Reaction) bool { return slices.Contains(x.Users, user) }) {
				items = append(items, object{"type": "message", "channel": c.id, "message": c.messageJSON(m)})
			}
		}
	}
	part, next, e := page(items, r.args, limit)
	return object{"items": part, "response_metadata": object{"next_cursor": next}}, e
}

// mostPins is how many a channel can have.
// https://docs.slack.dev/reference/methods/pins.add#errors
const mostPins = 100

func (s *Server) addPin(r *request) (object, *apiError) {
	c, m, e := r.item()
	switch {
	case e != nil:
		return nil, e
	case c.archived:
		return nil, refuse("is_archived")
	case len(c.pins) >= mostPins:
		return nil, refuse("too_many_pins")
	case !c.pin(r.workspace.bot, m, true):
		return nil, refuse("already_pinned")
	}
	return nil, nil
}

func (s *Server) removePin(r *request) (object, *apiError) {
	c, m, e := r.item()
	switch {
	case e != nil:
		return nil, e
	case !c.pin(r.workspace.bot, m, false):
		return nil, refuse("no_pin")
	}
	return nil, nil
}

func (s *Server) listPins(r *request) (object, *apiError) {
	c, e := r.place()
	if e != nil {
		return nil, e
	}
	items := []object{}
	for _, p := range slices.Backward(c.pins) {
		j := c.messageJSON(p.message)
		j["permalink"] = c.permalink(p.message)
		items = append(items, object{"type": "message", "channel": c.id, "message": j, "created": p.at.Unix(), "created_by": p.by.id})
	}
	return object{"items": items}, nil
}
