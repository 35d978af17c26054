package discordtest

import (
	"cmp"
	"slices"
	"strconv"
	"time"
)

// threadFromMessage starts the one thread that a message can have.
func (s *Server) threadFromMessage(r *request) (any, *apiError) {
	parent, m, err := s.messageFor(r, 0)
	if err != nil {
		return nil, err
	}
	d := threadDraft{}
	if err := cmp.Or(r.read(&d), s.mayStart(s.bot.ID, parent, &d), d.check()); err != nil {
		return nil, err
	}
	if s.channels[m.ID] != nil {
		return nil, refuse(ThreadExists)
	}
	c := s.startThread(parent, m.ID, s.bot.ID, &d)
	m.Flags |= FlagHasThread
	starter := &Message{Type: messageThreadStarter, Author: m.Author, by: m.by,
		Reference: &Reference{ChannelID: parent.id, MessageID: m.ID, GuildID: parent.guild.id}}
	s.apply(&draft{}, starter, c)
	s.say(c, starter)
	c.thread.sent-- // the starter is not counted
	s.tellMessage("MESSAGE_UPDATE", parent, m)
	return created{s.channelJSON(c)}, nil
}

// createThread starts a thread without a message, or a post in a forum.
func (s *Server) createThread(r *request) (any, *apiError) {
	parent, err := s.channelFor(r, 0)
	if err != nil {
		return nil, err
	}
	d := threadDraft{}
	if err := cmp.Or(r.read(&d), s.mayStart(s.bot.ID, parent, &d), d.check()); err != nil {
		return nil, err
	}
	if parent.kind == kindForum {
		return s.createPost(r, parent, &d)
	}
	c := s.startThread(parent, "", s.bot.ID, &d)
	if c.kind == kindPublicThread {
		note := &Message{Type: messageThreadCreated, Author: s.bot, by: s.bot.ID,
			Reference: &Reference{ChannelID: c.id, GuildID: c.guild.id}}
		s.apply(&draft{Content: &c.name}, note, parent)
		s.say(parent, note)
	}
	return created{s.channelJSON(c)}, nil
}

// createPost starts a thread of a forum with its first message, which has the thread's ID.
func (s *Server) createPost(r *request, forum *channel, d *threadDraft) (any, *apiError) {
	if d.Message == nil {
		return nil, invalid("message", "BASE_TYPE_REQUIRED", "This field is required")
	}
	d.Message.files = r.files
	if err := d.Message.check(); err != nil {
		return nil, err
	}
	if forum.tagRequired && len(d.AppliedTags) == 0 {
		return nil, refuse(TagRequired)
	}
	if err := forum.checkTags(d.AppliedTags); err != nil {
		return nil, err
	}
	m := &Message{Author: s.bot, by: s.bot.ID, ChannelID: forum.id}
	s.apply(d.Message, m, forum)
	if m.empty() {
		return nil, refuse(EmptyMessage)
	}
	c := s.startThread(forum, "", s.bot.ID, d)
	m.ID = c.id
	s.say(c, m)
	j := s.channelJSON(c)
	j["message"] = s.render(m, true)
	return created{j}, nil
}

// patchThread changes a thread. An archived one must be opened first, or by the same request.
func (s *Server) patchThread(c *channel, r *request) (any, *apiError) {
	var d struct {
		Name        *string   `json:"name"`
		Archived    *bool     `json:"archived"`
		Locked      *bool     `json:"locked"`
		Minutes     *int      `json:"auto_archive_duration"`
		AppliedTags *[]string `json:"applied_tags"`
		Flags       *int      `json:"flags"`
	}
	if err := r.read(&d); err != nil {
		return nil, err
	}
	manages := s.permissions(s.bot.ID, c)&ManageThreads != 0
	t := c.thread
	switch {
	case !manages && (t.owner != s.bot.ID || d.Locked != nil || d.Flags != nil || t.locked):
		return nil, refuse(MissingPermissions)
	case t.archived && (d.Archived == nil || *d.Archived):
		return nil, refuse(ThreadArchived)
	}
	check := threadDraft{Name: c.name, Minutes: d.Minutes}
	if d.Name != nil {
		check.Name = *d.Name
	}
	if err := check.check(); err != nil {
		return nil, err
	}
	if d.AppliedTags != nil {
		if err := c.parent.checkTags(*d.AppliedTags); err != nil {
			return nil, err
		}
		t.tags = slices.Clone(*d.AppliedTags)
	}
	if d.Flags != nil {
		if err := c.setPinned(*d.Flags&flagPinned != 0); err != nil {
			return nil, err
		}
	}
	c.name = check.Name
	if d.Minutes != nil {
		t.minutes = *d.Minutes
	}
	if d.Locked != nil {
		t.locked = *d.Locked
	}
	if d.Archived != nil && *d.Archived != t.archived {
		t.archived, t.archivedAt = *d.Archived, now()
	}
	s.restThread(c)
	s.tell("THREAD_UPDATE", c, intentGuilds, s.channelJSON(c))
	return s.channelJSON(c), nil
}

// setPinned pins a post in its forum, which has room for one.
// https://discord.com/developers/docs/resources/channel#channel-object-channel-flags
func (c *channel) setPinned(pinned bool) *apiError {
	if c.parent.kind != kindForum {
		return refuse(WrongChannelType)
	}
	for _, o := range c.guild.channels {
		if pinned && o != c && o.isThread() && o.parent == c.parent && o.thread.pinned {
			return refuse(TooManyPinnedPosts)
		}
	}
	c.thread.pinned = pinned
	return nil
}

func (s *Server) joinThread(r *request) (any, *apiError) {
	c, err := s.threadFor(r)
	if err != nil {
		return nil, err
	}
	if err := c.open(); err != nil {
		return nil, err
	}
	c.thread.members[s.bot.ID] = now()
	return nil, nil
}

func (s *Server) leaveThread(r *request) (any, *apiError) {
	c, err := s.threadFor(r)
	if err != nil {
		return nil, err
	}
	if err := c.open(); err != nil {
		return nil, err
	}
	delete(c.thread.members, s.bot.ID)
	return nil, nil
}

func (s *Server) threadFor(r *request) (*channel, *apiError) {
	c, err := s.channelFor(r, ViewChannel)
	if err == nil && !c.isThread() {
		err = refuse(WrongChannelType)
	}
	return c, err
}

func (s *Server) listThreadMembers(r *request) (any, *apiError) {
	c, err := s.threadFor(r)
	if err != nil {
		return nil, err
	}
	out := []any{}
	for user, at := range c.thread.members {
		out = append(out, map[string]any{"id": c.id, "user_id": user, "join_timestamp": at, "flags": 0})
	}
	return out, nil
}

func (s *Server) listActiveThreads(r *request) (any, *apiError) {
	g, err := s.guildFor(r)
	if err != nil {
		return nil, err
	}
	out := []any{}
	for _, c := range g.activeThreads() {
		if s.permissions(s.bot.ID, c)&ViewChannel != 0 {
			out = append(out, s.channelJSON(c))
		}
	}
	return map[string]any{"threads": out, "members": []any{}, "has_more": false}, nil
}

// listArchivedThreads lists the threads that were archived last first.
// https://discord.com/developers/docs/resources/channel#list-public-archived-threads
func (s *Server) listArchivedThreads(r *request) (any, *apiError) {
	parent, err := s.channelFor(r, ReadMessageHistory)
	if err != nil {
		return nil, err
	}
	limit := 50
	if n, err := strconv.Atoi(r.query.Get("limit")); err == nil {
		limit = n
	}
	before, errTime := time.Parse(time.RFC3339Nano, r.query.Get("before"))
	var archived []*channel
	for _, c := range parent.guild.channels {
		if c.isThread() && c.parent == parent && c.thread.archived && (errTime != nil || c.thread.archivedAt.Before(before)) {
			archived = append(archived, c)
		}
	}
	slices.SortStableFunc(archived, func(a, b *channel) int { return b.thread.archivedAt.Compare(a.thread.archivedAt) })
	out := []any{}
	for _, c := range archived[:min(limit, len(archived))] {
		out = append(out, s.channelJSON(c))
	}
	return map[string]any{"threads": out, "members": []any{}, "has_more": len(archived) > limit}, nil
}
