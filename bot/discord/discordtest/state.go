package discordtest

import (
	"slices"
	"strconv"
	"time"
)

// state is what the server knows of the world. Server.mu guards all of it.
type state struct {
	bot      User
	guilds   []*guild
	channels map[string]*channel // of guilds, threads and private ones
	people   map[string]*Person
	files    map[string][]byte // by the path of their URL
	commands map[string][]*Command
	nonces   map[string]nonce // of the bot's messages
	last     int64            // of the snowflakes given out

	maxThreads int // active in a guild; 0 for any number
}

type guild struct {
	id, name, owner, locale string
	joined                  time.Time
	roles                   []*Role // the first is @everyone's and has the guild's ID
	members                 map[string]*member
	channels                []*channel
	gone                    bool // the bot was removed
}

// The channel types in use here.
// https://discord.com/developers/docs/resources/channel#channel-object-channel-types
const (
	kindText          = 0
	kindVoice         = 2
	kindDM            = 1
	kindAnnouncement  = 5
	kindAnnouncedPost = 10
	kindPublicThread  = 11
	kindPrivateThread = 12
	kindForum         = 15
)

type channel struct {
	id, name, topic string
	kind            int
	guild           *guild   // nil for a private channel
	parent          *channel // of a thread
	thread          *thread  // set for a thread
	position        int
	overwrites      []Overwrite
	tags            []Tag
	tagRequired     bool
	recipient       string // of a private channel
	messages        []*Message
	lastPin         *time.Time
}

// thread is what a channel has more of if it is one.
type thread struct {
	owner      string
	created    time.Time
	archived   bool
	archivedAt time.Time
	locked     bool
	minutes    int // without a message until it archives itself
	members    map[string]time.Time
	sent       int
	tags       []string
	pinned     bool // in a forum
	timer      *time.Timer
}

// nonce is remembered for a while, so that a message sent again is recognised.
type nonce struct {
	channel, message string
	at               time.Time
}

// epoch is where Discord's IDs begin.
// https://discord.com/developers/docs/reference#snowflakes
var epoch = time.Date(2015, 1, 1, 0, 0, 0, 0, time.UTC)

// now is the server's time, in the whole milliseconds that its IDs have.
func now() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }

// snowflake returns a new ID: its time in its upper bits, and larger than all before it.
func (s *state) snowflake() string {
	id := now().Sub(epoch).Milliseconds() << 22
	if id <= s.last {
		id = s.last + 1
	}
	s.last = id
	return strconv.FormatInt(id, 10)
}

// older says which of two IDs was given first.
func older(a, b string) bool {
	if len(a) != len(b) {
		return len(a) < len(b)
	}
	return a < b
}

func (s *state) guild(id string) *guild {
	for _, g := range s.guilds {
		if g.id == id {
			return g
		}
	}
	return nil
}

func (c *channel) message(id string) *Message {
	i, ok := slices.BinarySearchFunc(c.messages, id, func(m *Message, id string) int {
		switch {
		case m.ID == id:
			return 0
		case older(m.ID, id):
			return -1
		}
		return 1
	})
	if !ok {
		return nil
	}
	return c.messages[i]
}

func (c *channel) isThread() bool { return c.thread != nil }

// private returns the channel of the bot and one person, which is made when it is first asked for.
func (s *state) private(person string) *channel {
	for _, c := range s.channels {
		if c.guild == nil && c.recipient == person {
			return c
		}
	}
	c := &channel{id: s.snowflake(), kind: kindDM, recipient: person}
	s.channels[c.id] = c
	return c
}

func (s *state) user(id string) (User, bool) {
	if id == s.bot.ID {
		return s.bot, true
	}
	if p := s.people[id]; p != nil {
		return p.user, true
	}
	return User{}, false
}

// channelJSON is a channel as Discord sends it; which fields it has depends on its type.
// https://discord.com/developers/docs/resources/channel#channel-object
func (s *state) channelJSON(c *channel) map[string]any {
	j := map[string]any{"id": c.id, "type": c.kind, "flags": c.flags(), "last_message_id": nil}
	if n := len(c.messages); n > 0 {
		j["last_message_id"] = c.messages[n-1].ID
	}
	if c.lastPin != nil {
		j["last_pin_timestamp"] = c.lastPin
	}
	if c.guild == nil {
		them, _ := s.user(c.recipient)
		j["recipients"] = []User{them}
		return j
	}
	j["guild_id"], j["name"] = c.guild.id, c.name
	j["rate_limit_per_user"] = 0
	if t := c.thread; t != nil {
		j["parent_id"], j["owner_id"] = c.parent.id, t.owner
		j["message_count"], j["member_count"], j["total_message_sent"] = len(c.messages), len(t.members), t.sent
		j["thread_metadata"] = map[string]any{"archived": t.archived, "archive_timestamp": t.archivedAt,
			"auto_archive_duration": t.minutes, "locked": t.locked, "create_timestamp": t.created}
		if c.parent.kind == kindForum {
			j["applied_tags"] = append([]string{}, t.tags...)
		}
		if at, ok := t.members[s.bot.ID]; ok {
			j["member"] = map[string]any{"id": c.id, "user_id": s.bot.ID, "join_timestamp": at, "flags": 0}
		}
		return j
	}
	j["position"], j["nsfw"], j["parent_id"] = c.position, false, nil
	j["topic"] = c.topic
	j["permission_overwrites"] = append([]Overwrite{}, c.overwrites...)
	if c.kind == kindForum {
		j["available_tags"] = append([]Tag{}, c.tags...)
		j["default_reaction_emoji"], j["default_sort_order"], j["default_forum_layout"] = nil, nil, 0
	}
	return j
}

// The flags of a forum that wants its posts tagged, and of a post that is pinned there.
// https://discord.com/developers/docs/resources/channel#channel-object-channel-flags
const (
	flagPinned     = 1 << 1
	flagRequireTag = 1 << 4
)

func (c *channel) flags() int {
	switch {
	case c.tagRequired:
		return flagRequireTag
	case c.isThread() && c.thread.pinned:
		return flagPinned
	}
	return 0
}

// guildJSON is a guild as the REST API sends it.
// https://discord.com/developers/docs/resources/guild#guild-object
func (g *guild) guildJSON() map[string]any {
	return map[string]any{"id": g.id, "name": g.name, "icon": nil, "description": nil, "home_header": nil, "splash": nil,
		"discovery_splash": nil, "features": []string{}, "banner": nil, "owner_id": g.owner, "application_id": nil,
		"region": "deprecated", "afk_channel_id": nil, "afk_timeout": 300, "system_channel_id": nil, "system_channel_flags": 0,
		"widget_enabled": false, "widget_channel_id": nil, "verification_level": 0, "roles": g.roles,
		"default_message_notifications": 0, "mfa_level": 0, "explicit_content_filter": 0, "max_presences": nil,
		"max_members": 500000, "max_stage_video_channel_users": 50, "max_video_channel_users": 25, "vanity_url_code": nil,
		"premium_tier": 0, "premium_subscription_count": 0, "preferred_locale": g.locale, "rules_channel_id": nil,
		"safety_alerts_channel_id": nil, "public_updates_channel_id": nil, "premium_progress_bar_enabled": false,
		"nsfw": false, "nsfw_level": 0, "emojis": []any{}, "stickers": []any{}, "incidents_data": nil}
}

// guildCreate is what the gateway sends of a guild: more than REST, and the channels with it.
// https://discord.com/developers/docs/events/gateway-events#guild-create
func (s *Server) guildCreate(g *guild) map[string]any {
	j := g.guildJSON()
	delete(j, "home_header")
	delete(j, "nsfw")
	channels, threads := []any{}, []any{}
	for _, c := range g.channels {
		if s.permissions(s.bot.ID, c)&ViewChannel == 0 {
			continue
		}
		if !c.isThread() {
			channels = append(channels, s.channelJSON(c))
		} else if !c.thread.archived {
			threads = append(threads, s.channelJSON(c))
		}
	}
	j["hub_type"], j["joined_at"], j["large"], j["member_count"] = nil, g.joined, false, len(g.members)
	j["channels"], j["threads"], j["members"] = channels, threads, []*member{g.members[s.bot.ID]}
	for _, empty := range []string{"voice_states", "presences", "stage_instances", "guild_scheduled_events", "soundboard_sounds"} {
		j[empty] = []any{}
	}
	return j
}
