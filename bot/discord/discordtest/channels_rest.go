package discordtest

import (
	"slices"
)

func (s *Server) getMe(*request) (any, *apiError) {
	return struct {
		User
		MFA    bool   `json:"mfa_enabled"`
		Locale string `json:"locale"`
	}{s.bot, false, "en-US"}, nil
}

func (s *Server) getUser(r *request) (any, *apiError) {
	if u, ok := s.user(r.params["user_id"]); ok {
		return u, nil
	}
	return nil, refuse(UnknownUser)
}

// getApplication describes the bot's application to itself.
// https://discord.com/developers/docs/resources/application#application-object
func (s *Server) getApplication(*request) (any, *apiError) {
	return map[string]any{"id": s.bot.ID, "name": s.bot.Username, "icon": nil, "description": "", "type": nil,
		"verify_key": "00", "flags": s.applicationFlags(), "flags_new": "0", "redirect_uris": []string{},
		"interactions_endpoint_url": nil, "role_connections_verification_url": nil, "owner": s.bot,
		"approximate_guild_count": len(s.guilds), "approximate_user_install_count": 0,
		"approximate_user_authorization_count": 0, "explicit_content_filter": 0, "team": nil, "eligible_oauth2_scopes": []string{}}, nil
}

func (s *Server) openPrivate(r *request) (any, *apiError) {
	var d struct {
		Recipient string `json:"recipient_id"`
	}
	if err := r.read(&d); err != nil {
		return nil, err
	}
	if s.people[d.Recipient] == nil {
		return nil, refuse(UnknownUser)
	}
	return s.channelJSON(s.private(d.Recipient)), nil
}

// guildFor finds the guild of a request. One that the bot is not in is unknown to it.
func (s *Server) guildFor(r *request) (*guild, *apiError) {
	g := s.guild(r.params["guild_id"])
	if g == nil || g.gone {
		return nil, refuse(UnknownGuild)
	}
	return g, nil
}

func (s *Server) getGuild(r *request) (any, *apiError) {
	g, err := s.guildFor(r)
	if err != nil {
		return nil, err
	}
	return g.guildJSON(), nil
}

func (s *Server) listMyGuilds(*request) (any, *apiError) {
	out := []any{}
	for _, g := range s.guilds {
		if !g.gone {
			out = append(out, map[string]any{"id": g.id, "name": g.name, "icon": nil, "banner": nil, "owner": false,
				"permissions": g.permissions(s.bot.ID), "features": []string{}})
		}
	}
	return out, nil
}

func (s *Server) leaveGuild(r *request) (any, *apiError) {
	g, err := s.guildFor(r)
	if err != nil {
		return nil, err
	}
	s.leave(g)
	return nil, nil
}

func (s *Server) listChannels(r *request) (any, *apiError) {
	g, err := s.guildFor(r)
	if err != nil {
		return nil, err
	}
	out := []any{}
	for _, c := range g.channels {
		if !c.isThread() && s.permissions(s.bot.ID, c)&ViewChannel != 0 {
			out = append(out, s.channelJSON(c))
		}
	}
	return out, nil
}

func (s *Server) listRoles(r *request) (any, *apiError) {
	g, err := s.guildFor(r)
	if err != nil {
		return nil, err
	}
	return g.roles, nil
}

func (s *Server) getMember(r *request) (any, *apiError) {
	g, err := s.guildFor(r)
	if err != nil {
		return nil, err
	}
	m := g.members[r.params["user_id"]]
	if m == nil {
		return nil, refuse(UnknownMember)
	}
	return m, nil
}

// listMembers needs an intent that the application must be granted.
// https://discord.com/developers/docs/resources/guild#list-guild-members
func (s *Server) listMembers(r *request) (any, *apiError) {
	g, err := s.guildFor(r)
	if err != nil {
		return nil, err
	}
	if s.gateway.granted&IntentGuildMembers == 0 {
		return nil, refuse(MissingAccess)
	}
	ids := []string{}
	for id := range g.members {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	out := []*member{}
	for _, id := range ids {
		out = append(out, g.members[id])
	}
	return out, nil
}

func (s *Server) getChannel(r *request) (any, *apiError) {
	c, err := s.channelFor(r, ViewChannel)
	if err != nil {
		return nil, err
	}
	return s.channelJSON(c), nil
}

func (s *Server) patchChannel(r *request) (any, *apiError) {
	c, err := s.channelFor(r, ViewChannel)
	switch {
	case err != nil:
		return nil, err
	case c.isThread():
		return s.patchThread(c, r)
	case c.guild == nil:
		return nil, refuse(WrongChannelType)
	}
	if err := s.need(s.bot.ID, c, ManageChannels); err != nil {
		return nil, err
	}
	var d struct {
		Name  *string `json:"name"`
		Topic *string `json:"topic"`
	}
	if err := r.read(&d); err != nil {
		return nil, err
	}
	if d.Name != nil {
		c.name = *d.Name
	}
	if d.Topic != nil {
		c.topic = *d.Topic
	}
	s.tell("CHANNEL_UPDATE", c, intentGuilds, s.channelJSON(c))
	return s.channelJSON(c), nil
}

func (s *Server) deleteChannel(r *request) (any, *apiError) {
	c, err := s.channelFor(r, ViewChannel)
	if err != nil {
		return nil, err
	}
	if c.guild == nil {
		return s.channelJSON(c), nil // a private channel is closed, and opened again when it is needed
	}
	p := ManageChannels
	if c.isThread() {
		p = ManageThreads
	}
	if err := s.need(s.bot.ID, c, p); err != nil {
		return nil, err
	}
	j := s.channelJSON(c)
	s.drop(c)
	return j, nil
}

// drop removes a channel and the threads in it.
func (s *Server) drop(c *channel) {
	event := "CHANNEL_DELETE"
	j := s.channelJSON(c)
	if c.isThread() {
		event = "THREAD_DELETE"
		j = map[string]any{"id": c.id, "guild_id": c.guild.id, "parent_id": c.parent.id, "type": c.kind}
		c.thread.timer.Stop()
		if m := c.parent.message(c.id); m != nil {
			m.Flags &^= FlagHasThread
		}
	}
	s.tell(event, c, intentGuilds, j)
	for _, t := range slices.Clone(c.guild.channels) {
		if t.isThread() && t.parent == c {
			t.thread.timer.Stop()
			delete(s.channels, t.id)
			c.guild.channels = slices.DeleteFunc(c.guild.channels, func(o *channel) bool { return o == t })
		}
	}
	delete(s.channels, c.id)
	c.guild.channels = slices.DeleteFunc(c.guild.channels, func(o *channel) bool { return o == c })
}

func (s *Server) typing(r *request) (any, *apiError) {
	c, err := s.channelFor(r, 0)
	if err != nil {
		return nil, err
	}
	if err := s.need(s.bot.ID, c, c.sendPermission()); err != nil {
		return nil, err
	}
	return nil, nil
}
