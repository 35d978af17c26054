package discordtest

import (
	"slices"
)

// react adds the bot's reaction; a second one with the same emoji changes nothing.
func (s *Server) react(r *request) (any, *apiError) {
	c, m, err := s.messageFor(r, ReadMessageHistory)
	if err != nil {
		return nil, err
	}
	if err := s.addReaction(c, m, s.bot.ID, r.params["emoji_name"]); err != nil {
		return nil, err
	}
	return nil, nil
}

// addReaction adds a reaction of a user. The first with an emoji needs a permission, later ones do not.
// https://discord.com/developers/docs/resources/message#create-reaction
func (s *Server) addReaction(c *channel, m *Message, user, emoji string) *apiError {
	if err := c.open(); err != nil {
		return err
	}
	if !isEmoji(emoji) {
		return refuse(UnknownEmoji)
	}
	distinct := map[string]bool{}
	for _, known := range m.who {
		distinct[known.emoji] = true
	}
	switch {
	case slices.Contains(m.who, reaction{emoji, user}):
		return nil
	case !distinct[emoji] && len(distinct) >= 20:
		return refuse(TooManyReactions)
	case !distinct[emoji] && c.guild != nil:
		if err := s.need(user, c, AddReactions); err != nil {
			return err
		}
	}
	m.who = append(m.who, reaction{emoji, user})
	j := reacted(c, m, user, emoji)
	j["burst"], j["type"], j["message_author_id"] = false, 0, m.Author.ID
	if c.guild != nil {
		j["member"] = c.guild.members[user]
	}
	s.tell("MESSAGE_REACTION_ADD", c, intentReactions(c), j)
	return nil
}

// isEmoji accepts what is plainly no letter: an exact list of emoji would be a library of its own.
func isEmoji(name string) bool {
	for _, r := range name {
		return r > 0x2000 || r >= '0' && r <= '9' || r == '#' || r == '*' || r == 0xa9 || r == 0xae
	}
	return false
}

func reacted(c *channel, m *Message, user, emoji string) map[string]any {
	j := map[string]any{"user_id": user, "channel_id": c.id, "message_id": m.ID, "emoji": Emoji{Name: &emoji}}
	if c.guild != nil {
		j["guild_id"] = c.guild.id
	}
	return j
}

func (s *Server) removeReaction(c *channel, m *Message, user, emoji string) *apiError {
	if err := c.open(); err != nil {
		return err
	}
	i := slices.Index(m.who, reaction{emoji, user})
	if i < 0 {
		return nil
	}
	m.who = slices.Delete(slices.Clone(m.who), i, i+1)
	j := reacted(c, m, user, emoji)
	j["burst"], j["type"] = false, 0
	s.tell("MESSAGE_REACTION_REMOVE", c, intentReactions(c), j)
	return nil
}

func (s *Server) unreact(r *request) (any, *apiError) {
	c, m, err := s.messageFor(r, 0)
	if err != nil {
		return nil, err
	}
	if err := s.removeReaction(c, m, s.bot.ID, r.params["emoji_name"]); err != nil {
		return nil, err
	}
	return nil, nil
}

func (s *Server) unreactUser(r *request) (any, *apiError) {
	c, m, err := s.messageFor(r, ManageMessages)
	if err != nil {
		return nil, err
	}
	if err := s.removeReaction(c, m, r.params["user_id"], r.params["emoji_name"]); err != nil {
		return nil, err
	}
	return nil, nil
}

func (s *Server) listReactions(r *request) (any, *apiError) {
	_, m, err := s.messageFor(r, ReadMessageHistory)
	if err != nil {
		return nil, err
	}
	out := []User{}
	for _, known := range m.who {
		if u, ok := s.user(known.user); ok && known.emoji == r.params["emoji_name"] && (r.query.Get("after") == "" || older(r.query.Get("after"), u.ID)) {
			out = append(out, u)
		}
	}
	slices.SortFunc(out, func(a, b User) int {
		if older(a.ID, b.ID) {
			return -1
		}
		return 1
	})
	return out, nil
}
