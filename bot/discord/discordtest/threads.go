package discordtest

import (
	"cmp"
	"slices"
	"strconv"
	"time"
)

// The types of messages that are no plain ones.
// https://discord.com/developers/docs/resources/message#message-object-message-types
const (
	messagePinned        = 6
	messageThreadCreated = 18
	messageReply         = 19
	messageOfCommand     = 20 // answers a slash command
	messageThreadStarter = 21
	messageOfMenu        = 23 // answers a command of a context menu
)

// threadDraft is what a thread is made from.
type threadDraft struct {
	Name        string   `json:"name"`
	Minutes     *int     `json:"auto_archive_duration"`
	Type        *int     `json:"type"`
	Message     *draft   `json:"message"`
	AppliedTags []string `json:"applied_tags"`
}

// archiveAfter are the times of rest after which a thread may archive itself, in minutes.
// https://discord.com/developers/docs/resources/channel#start-thread-from-message
var archiveAfter = []int{60, 1440, 4320, 10080}

func (d *threadDraft) check() *apiError {
	if n := length(d.Name); n < 1 || n > 100 {
		return invalid("name", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length.")
	}
	if d.Minutes != nil && !slices.Contains(archiveAfter, *d.Minutes) {
		return invalid("auto_archive_duration", "BASE_TYPE_CHOICES", "Value must be one of (60, 1440, 4320, 10080).")
	}
	return nil
}

func (d *threadDraft) minutes() int {
	if d.Minutes == nil {
		return 1440
	}
	return *d.Minutes
}

// startThread adds a thread to a channel. Its ID is that of the message it is made from, if there is one.
func (s *Server) startThread(parent *channel, id, owner string, d *threadDraft) *channel {
	if id == "" {
		id = s.snowflake()
	}
	at := now()
	c := &channel{id: id, name: d.Name, kind: kindPublicThread, guild: parent.guild, parent: parent, nonces: map[string]nonce{}}
	if d.Type != nil {
		c.kind = *d.Type
	}
	if parent.kind == kindAnnouncement {
		c.kind = kindAnnouncedPost
	}
	c.thread = &thread{owner: owner, created: at, archivedAt: at, minutes: d.minutes(), tags: slices.Clone(d.AppliedTags),
		members: map[string]time.Time{owner: at}}
	s.channels[c.id] = c
	c.guild.channels = append(c.guild.channels, c)
	s.restThread(c)
	j := s.channelJSON(c)
	j["newly_created"] = true
	s.tell("THREAD_CREATE", c, intentGuilds, j)
	return c
}

// restThread lets the thread archive itself once nothing is said for as long as it is set to wait.
func (s *Server) restThread(c *channel) {
	if c.thread.timer != nil {
		c.thread.timer.Stop()
	}
	if s.closed {
		return
	}
	c.thread.timer = time.AfterFunc(time.Duration(c.thread.minutes)*time.Minute, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if !s.closed && s.channels[c.id] == c && !c.thread.archived {
			s.setArchived(c, true)
			s.touch()
		}
	})
}

// wakeThread opens an archived thread, and lets it rest anew.
func (s *Server) wakeThread(c *channel) {
	if c.thread.archived {
		s.setArchived(c, false)
	}
	s.restThread(c)
}

func (s *Server) setArchived(c *channel, archived bool) {
	c.thread.archived, c.thread.archivedAt = archived, now()
	s.tell("THREAD_UPDATE", c, intentGuilds, s.channelJSON(c))
}

// mayStart refuses a thread that cannot be.
func (s *Server) mayStart(user string, parent *channel, d *threadDraft) *apiError {
	if parent.guild == nil || parent.isThread() {
		return refuse(WrongChannelType)
	}
	if err := s.need(user, parent, ViewChannel); err != nil {
		return err
	}
	p := CreatePublicThreads
	switch {
	case parent.kind == kindForum:
		p = SendMessages
	case d.Type != nil && *d.Type == kindPrivateThread:
		p = CreatePrivateThreads
	}
	if err := s.need(user, parent, p); err != nil {
		return err
	}
	if s.maxThreads > 0 && len(parent.guild.activeThreads()) >= s.maxThreads {
		return refuse(TooManyThreads)
	}
	return nil
}

func (g *guild) activeThreads() []*channel {
	var out []*channel
	for _, c := range g.channels {
		if c.isThread() && !c.thread.archived {
			out = append(out, c)
		}
	}
	return out
}

// SetThreadLimit sets how many active threads a guild may have; Discord does not document its own.
func (s *Server) SetThreadLimit(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.maxThreads = n
}

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

func (c *channel) checkTags(tags []string) *apiError {
	for _, t := range tags {
		if !slices.ContainsFunc(c.tags, func(known Tag) bool { return known.ID == t }) {
			return invalid("applied_tags", "UNKNOWN_TAG", "Unknown tag")
		}
	}
	if len(tags) > 5 {
		return invalid("applied_tags", "BASE_TYPE_MAX_LENGTH", "Must be 5 or fewer in length.")
	}
	return nil
}

// patchThread changes a thread. An archived one must be opened first, or by the same request.
func (s *Server) patchThread(c *channel, r *request) (any, *apiError) {
	var d struct {
		Name        *string   `json:"name"`
		Archived    *bool     `json:"archived"`
		Locked      *bool     `json:"locked"`
		Minutes     *int      `json:"auto_archive_duration"`
		AppliedTags *[]string `json:"applied_tags"`
	}
	if err := r.read(&d); err != nil {
		return nil, err
	}
	manages := s.permissions(s.bot.ID, c)&ManageThreads != 0
	t := c.thread
	switch {
	case !manages && (t.owner != s.bot.ID || d.Locked != nil || t.locked):
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
