package discord

import (
	"encoding/json"
	"strconv"
	"time"
)

// What is read of Discord's objects. discordgo's own types leave half of a message empty where there is a kind of
// component that they do not know; these take what they can.

// user is an account.
// https://discord.com/developers/docs/resources/user#user-object
type user struct {
	ID         string `json:"id"`
	Username   string `json:"username"`
	GlobalName string `json:"global_name"`
	Bot        bool   `json:"bot"`
}

// member is a user in a guild.
// https://discord.com/developers/docs/resources/guild#guild-member-object
type member struct {
	User        *user      `json:"user"` // nil in a message
	Nick        string     `json:"nick"`
	Roles       []string   `json:"roles"`
	Permissions permission `json:"permissions"` // in the channel; only in an interaction
}

// permission is a set of permissions, one bit each; on the wire it is a decimal string.
// https://discord.com/developers/docs/topics/permissions#permissions-bitwise-permission-flags
type permission uint64

// UnmarshalJSON reads the decimal string.
func (p *permission) UnmarshalJSON(b []byte) error {
	var text string
	if err := json.Unmarshal(b, &text); err != nil || text == "" {
		return err
	}
	v, err := strconv.ParseUint(text, 10, 64)
	*p = permission(v)
	return err
}

// role gives its members permissions.
type role struct {
	ID          string     `json:"id"`
	Name        string     `json:"name"`
	Permissions permission `json:"permissions"`
}

// guild is a server, as people call it.
// https://discord.com/developers/docs/resources/guild#guild-object
type guild struct {
	ID              string `json:"id"`
	Name            string `json:"name"`
	OwnerID         string `json:"owner_id"`
	Roles           []role `json:"roles"`
	PreferredLocale string `json:"preferred_locale"`
	SystemChannelID string `json:"system_channel_id"`
}

// The types of channels that matter here.
// https://discord.com/developers/docs/resources/channel#channel-object-channel-types
const (
	channelText           = 0
	channelPrivate        = 1
	channelAnnouncement   = 5
	channelAnnounceThread = 10
	channelPublicThread   = 11
	channelPrivateThread  = 12
	channelForum          = 15
)

// channel is a channel, a thread or a private conversation.
// https://discord.com/developers/docs/resources/channel#channel-object
type channel struct {
	ID         string          `json:"id"`
	Type       int             `json:"type"`
	GuildID    string          `json:"guild_id"`
	ParentID   string          `json:"parent_id"` // of a thread, the channel it is in
	Name       string          `json:"name"`
	OwnerID    string          `json:"owner_id"` // of a thread
	Flags      int             `json:"flags"`
	Overwrites []overwrite     `json:"permission_overwrites"`
	Tags       []tag           `json:"available_tags"` // of a forum
	Metadata   *threadMetadata `json:"thread_metadata"`
	Message    *message        `json:"message"` // the first one, where a post in a forum was just made
}

// isThread reports whether the channel is a thread or a post in a forum.
func (c *channel) isThread() bool {
	return c.Type >= channelAnnounceThread && c.Type <= channelPrivateThread
}

// flagTagRequired is the flag of a forum whose posts need a tag.
// https://discord.com/developers/docs/resources/channel#channel-object-channel-flags
const flagTagRequired = 1 << 4

type threadMetadata struct {
	Archived   bool      `json:"archived"`
	ArchivedAt time.Time `json:"archive_timestamp"` // when that last changed
}

// overwrite changes what a role or a member may in a channel.
type overwrite struct {
	ID    string     `json:"id"`
	Type  int        `json:"type"` // 0 for a role, 1 for a member
	Allow permission `json:"allow"`
	Deny  permission `json:"deny"`
}

// tag marks posts of a forum.
type tag struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Moderated bool   `json:"moderated"`
}

// message is what somebody said.
// https://discord.com/developers/docs/resources/message#message-object
type message struct {
	ID          string       `json:"id"`
	ChannelID   string       `json:"channel_id"`
	GuildID     string       `json:"guild_id"` // only on the gateway
	Type        int          `json:"type"`
	Author      *user        `json:"author"` // nil where an update leaves it out
	Member      *member      `json:"member"` // only on the gateway
	WebhookID   string       `json:"webhook_id"`
	Content     string       `json:"content"`
	Timestamp   time.Time    `json:"timestamp"`
	Edited      *time.Time   `json:"edited_timestamp"`
	Flags       int          `json:"flags"`
	Pinned      bool         `json:"pinned"`
	Nonce       nonce        `json:"nonce"`
	Attachments []attachment `json:"attachments"`
	Components  []component  `json:"components"`
	Reactions   []reaction   `json:"reactions"`
	Thread      *channel     `json:"thread"`
}

// nonce is what a message was sent with: a string or a number.
type nonce string

// UnmarshalJSON reads both.
func (n *nonce) UnmarshalJSON(b []byte) error {
	if text := ""; json.Unmarshal(b, &text) == nil {
		*n = nonce(text)
	} else if string(b) != "null" {
		*n = nonce(b)
	}
	return nil
}

// attachment is a file of a message or a command.
type attachment struct {
	ID       string `json:"id"`
	Filename string `json:"filename"`
	Type     string `json:"content_type"`
	Size     int64  `json:"size"`
	URL      string `json:"url"`
}

// reaction is how often an emoji was given to a message.
type reaction struct {
	Count int   `json:"count"`
	Me    bool  `json:"me"`
	Emoji emoji `json:"emoji"`
}

// emoji is a Unicode character, or one of a guild's own, which has an ID.
type emoji struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// discordEpoch is when Discord's IDs begin, in milliseconds since 1970.
// https://discord.com/developers/docs/reference#snowflakes
const discordEpoch = 1420070400000

// timeOf is when the thing with an ID was made; false if it is no ID of Discord's.
func timeOf(id string) (time.Time, bool) {
	v, err := strconv.ParseUint(id, 10, 64)
	return time.UnixMilli(int64(v>>22) + discordEpoch).UTC(), err == nil
}
