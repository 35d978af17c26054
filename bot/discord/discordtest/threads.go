package discordtest

import (
	"slices"
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
	c := &channel{id: id, name: d.Name, kind: kindPublicThread, guild: parent.guild, parent: parent}
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
