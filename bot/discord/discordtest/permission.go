package discordtest

import (
	"encoding/json"
	"strconv"
)

// Permission is a set of permissions, one bit each. On the wire it is a decimal string.
// https://discord.com/developers/docs/topics/permissions#permissions-bitwise-permission-flags
type Permission uint64

// The permissions that the server looks at.
const (
	Administrator         Permission = 1 << 3
	ManageChannels        Permission = 1 << 4
	ManageGuild           Permission = 1 << 5
	AddReactions          Permission = 1 << 6
	ViewChannel           Permission = 1 << 10
	SendMessages          Permission = 1 << 11
	ManageMessages        Permission = 1 << 13
	EmbedLinks            Permission = 1 << 14
	AttachFiles           Permission = 1 << 15
	ReadMessageHistory    Permission = 1 << 16
	MentionEveryone       Permission = 1 << 17
	ManageRoles           Permission = 1 << 28
	UseCommands           Permission = 1 << 31
	ManageThreads         Permission = 1 << 34
	CreatePublicThreads   Permission = 1 << 35
	CreatePrivateThreads  Permission = 1 << 36
	SendMessagesInThreads Permission = 1 << 38
	PinMessages           Permission = 1 << 51

	// AllPermissions is what an administrator has.
	AllPermissions Permission = 1<<53 - 1
	// PlayerPermissions is what @everyone has in a guild of the tests.
	PlayerPermissions = ViewChannel | SendMessages | SendMessagesInThreads | ReadMessageHistory | AddReactions | UseCommands |
		EmbedLinks | AttachFiles | CreatePublicThreads
	// BotPermissions is what the bot is invited with: all that it could ask for, except to administer.
	BotPermissions = PlayerPermissions | ManageMessages | PinMessages | ManageThreads | MentionEveryone
)

// MarshalJSON writes the decimal string.
func (p Permission) MarshalJSON() ([]byte, error) {
	return json.Marshal(strconv.FormatUint(uint64(p), 10))
}

// UnmarshalJSON reads the decimal string, or the number that old clients send.
func (p *Permission) UnmarshalJSON(b []byte) error {
	s := string(b)
	if u, err := strconv.Unquote(s); err == nil {
		s = u
	}
	v, err := strconv.ParseUint(s, 10, 64)
	*p = Permission(v)
	return err
}

// permissions computes what a user may in a channel, as documented: roles add up, then the channel's overwrites for
// @everyone, for the other roles together, and for the member. A thread has its parent's.
// https://discord.com/developers/docs/topics/permissions#permission-overwrites
func (s *Server) permissions(user string, c *channel) Permission {
	if c.guild == nil {
		if user == c.recipient || user == s.bot.ID {
			return PlayerPermissions | PinMessages
		}
		return 0
	}
	if c.thread != nil {
		c = c.parent
	}
	base := c.guild.permissions(user)
	if base&Administrator != 0 {
		return AllPermissions
	}
	m := c.guild.members[user]
	if m == nil {
		return 0
	}
	var roles, mine Overwrite
	for _, o := range c.overwrites {
		switch {
		case o.ID == c.guild.id:
			base = base&^o.Deny | o.Allow
		case o.ID == user:
			mine = o
		case m.hasRole(o.ID):
			roles.Allow |= o.Allow
			roles.Deny |= o.Deny
		}
	}
	base = base&^roles.Deny | roles.Allow
	base = base&^mine.Deny | mine.Allow
	if base&ViewChannel == 0 {
		return 0
	}
	return base
}

// permissions are those of the roles alone.
func (g *guild) permissions(user string) Permission {
	if user == g.owner {
		return AllPermissions
	}
	m := g.members[user]
	if m == nil {
		return 0
	}
	p := g.roles[0].Permissions
	for _, r := range g.roles {
		if m.hasRole(r.ID) {
			p |= r.Permissions
		}
	}
	if p&Administrator != 0 {
		return AllPermissions
	}
	return p
}

func (m *member) hasRole(id string) bool {
	for _, r := range m.Roles {
		if r == id {
			return true
		}
	}
	return false
}

// need answers with the error that Discord gives to who lacks p in c: whoever cannot see the channel has no access to it.
func (s *Server) need(user string, c *channel, p Permission) *apiError {
	switch has := s.permissions(user, c); {
	case has&ViewChannel == 0:
		return refuse(MissingAccess)
	case has&p != p:
		return refuse(MissingPermissions)
	}
	return nil
}
