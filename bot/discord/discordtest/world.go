package discordtest

import (
	"fmt"
	"slices"
)

// Guild is a server of the tests' world.
type Guild struct {
	s  *Server
	ID string
}

// Channel is a place of the tests' world: a channel, a thread or a private channel.
type Channel struct {
	s  *Server
	ID string
}

// Guild makes a guild that the bot is a member of, and a first person who owns it.
func (s *Server) Guild(name string) *Guild {
	owner := s.Person("Owner of " + name)
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.touch()
	g := &guild{id: s.snowflake(), name: name, owner: owner.user.ID, locale: "en-US", joined: now(), members: map[string]*member{}}
	g.roles = []*Role{{ID: g.id, Name: "@everyone", Permissions: PlayerPermissions}}
	s.guilds = append(s.guilds, g)
	s.enter(g, owner.user)
	s.invite(g)
	return &Guild{s, g.id}
}

func (s *Server) enter(g *guild, u User, roles ...string) *member {
	m := &member{User: &u, Roles: append([]string{}, roles...), JoinedAt: now()}
	g.members[u.ID] = m
	return m
}

// invite makes the bot a member, with a role of its own.
func (s *Server) invite(g *guild) {
	r := &Role{ID: s.snowflake(), Name: s.bot.Username, Permissions: BotPermissions, Managed: true, Position: len(g.roles)}
	g.roles = append(g.roles, r)
	s.enter(g, s.bot, r.ID)
	g.gone, g.joined = false, now()
	s.tellGuild("GUILD_CREATE", g, intentGuilds, s.guildCreate(g))
}

// leave takes the bot out of a guild.
func (s *Server) leave(g *guild) {
	delete(g.members, s.bot.ID)
	g.gone = true
	s.tellGuild("GUILD_DELETE", g, intentGuilds, map[string]any{"id": g.id})
}

// with calls f with the guild under the lock.
func (g *Guild) with(f func(*guild)) {
	g.s.mu.Lock()
	defer g.s.mu.Unlock()
	defer g.s.touch()
	f(g.s.guild(g.ID))
}

// Owner is the person whom the guild belongs to.
func (g *Guild) Owner() (p *Person) {
	g.with(func(in *guild) { p = g.s.people[in.owner] })
	return p
}

// Invite takes the bot in again after it was removed.
func (g *Guild) Invite() { g.with(g.s.invite) }

// RemoveBot removes the bot from the guild.
func (g *Guild) RemoveBot() { g.with(g.s.leave) }

// Delete deletes the guild with all that is in it.
func (g *Guild) Delete() {
	g.with(func(in *guild) {
		g.s.leave(in)
		g.s.guilds = slices.DeleteFunc(g.s.guilds, func(o *guild) bool { return o == in })
	})
}

// Outage lets the guild be unavailable on the gateway, as in an outage of Discord's, or come back. It is no removal.
func (g *Guild) Outage(out bool) {
	g.with(func(in *guild) {
		if out {
			g.s.tellGuild("GUILD_DELETE", in, intentGuilds, map[string]any{"id": in.id, "unavailable": true})
		} else {
			g.s.tellGuild("GUILD_CREATE", in, intentGuilds, g.s.guildCreate(in))
		}
	})
}

// SetLocale sets the guild's preferred language, such as "ko".
func (g *Guild) SetLocale(locale string) { g.with(func(in *guild) { in.locale = locale }) }

// Text makes a text channel.
func (g *Guild) Text(name string, overwrites ...Overwrite) *Channel {
	return g.make(&channel{name: name, kind: kindText, overwrites: overwrites})
}

// Voice makes a voice channel, which has nothing but its name here.
func (g *Guild) Voice(name string) *Channel {
	return g.make(&channel{name: name, kind: kindVoice})
}

// Forum makes a forum channel with tags of these names.
func (g *Guild) Forum(name string, tags ...string) *Channel {
	c := &channel{name: name, kind: kindForum}
	for _, t := range tags {
		c.tags = append(c.tags, Tag{Name: t})
	}
	return g.make(c)
}

func (g *Guild) make(c *channel) *Channel {
	g.with(func(in *guild) {
		c.id, c.guild, c.position = g.s.snowflake(), in, len(in.channels)
		for i := range c.tags {
			c.tags[i].ID = g.s.snowflake()
		}
		in.channels = append(in.channels, c)
		g.s.channels[c.id] = c
		g.s.tell("CHANNEL_CREATE", c, intentGuilds, g.s.channelJSON(c))
	})
	return &Channel{g.s, c.id}
}

// Role makes a role.
func (g *Guild) Role(name string, permissions Permission) (id string) {
	g.with(func(in *guild) {
		r := &Role{ID: g.s.snowflake(), Name: name, Permissions: permissions, Position: len(in.roles), Mentionable: true}
		in.roles = append(in.roles, r)
		id = r.ID
		g.s.tellGuild("GUILD_ROLE_CREATE", in, intentGuilds, map[string]any{"guild_id": in.id, "role": r})
	})
	return id
}

// BotRole is the role that the bot's permissions hang on.
func (g *Guild) BotRole() (id string) {
	g.with(func(in *guild) { id = in.members[g.s.bot.ID].Roles[0] })
	return id
}

// SetRole changes a role's permissions; the guild's own ID names the role of everyone.
func (g *Guild) SetRole(id string, permissions Permission) {
	g.with(func(in *guild) {
		for _, r := range in.roles {
			if r.ID == id {
				r.Permissions = permissions
				g.s.tellGuild("GUILD_ROLE_UPDATE", in, intentGuilds, map[string]any{"guild_id": in.id, "role": r})
			}
		}
	})
}

// SetBotPermissions gives the bot exactly these permissions in the whole guild.
func (g *Guild) SetBotPermissions(p Permission) {
	g.SetRole(g.ID, 0)
	g.SetRole(g.BotRole(), p)
}

// Member makes a new person who is a member of the guild.
func (g *Guild) Member(name string) *Person {
	p := g.s.Person(name)
	g.Join(p)
	return p
}

// Join makes a person a member.
func (g *Guild) Join(p *Person) {
	g.with(func(in *guild) {
		m := g.s.enter(in, p.user)
		g.s.tellGuild("GUILD_MEMBER_ADD", in, IntentGuildMembers, m)
	})
}

// Leave ends a person's membership.
func (g *Guild) Leave(p *Person) {
	g.with(func(in *guild) {
		delete(in.members, p.user.ID)
		g.s.tellGuild("GUILD_MEMBER_REMOVE", in, IntentGuildMembers, map[string]any{"guild_id": in.id, "user": p.user})
	})
}

// Nick sets a member's name within the guild; "" takes it away.
func (g *Guild) Nick(p *Person, nick string) {
	g.with(func(in *guild) {
		in.members[p.user.ID].Nick = &nick
		if nick == "" {
			in.members[p.user.ID].Nick = nil
		}
	})
}

// Grant gives a member a role.
func (g *Guild) Grant(p *Person, role string) {
	g.with(func(in *guild) { in.members[p.user.ID].Roles = append(in.members[p.user.ID].Roles, role) })
}

// with calls f with the channel under the lock, and fails the test if it is gone.
func (c *Channel) with(f func(*channel)) {
	c.s.t.Helper()
	c.s.mu.Lock()
	in := c.s.channels[c.ID]
	if in == nil {
		c.s.mu.Unlock()
		c.s.t.Fatalf("the channel %s is gone", c.ID)
		return
	}
	defer c.s.mu.Unlock()
	defer c.s.touch()
	f(in)
}

// Overwrite changes what a role or a member may in the channel; later ones replace earlier ones of the same ID.
func (c *Channel) Overwrite(o Overwrite) {
	c.with(func(in *channel) {
		in.overwrites = append(slices.DeleteFunc(in.overwrites, func(old Overwrite) bool { return old.ID == o.ID }), o)
		c.s.tell("CHANNEL_UPDATE", in, intentGuilds, c.s.channelJSON(in))
	})
}

// DenyBot takes permissions from the bot in the channel.
func (c *Channel) DenyBot(p Permission) {
	c.Overwrite(Overwrite{ID: c.s.Bot().ID, Type: 1, Deny: p})
}

// AllowBot gives the bot back what it was denied in the channel.
func (c *Channel) AllowBot() { c.Overwrite(Overwrite{ID: c.s.Bot().ID, Type: 1}) }

// RequireTag makes every post of a forum need a tag.
func (c *Channel) RequireTag() { c.with(func(in *channel) { in.tagRequired = true }) }

// Rename gives the channel or thread another name, as somebody may.
func (c *Channel) Rename(name string) {
	c.with(func(in *channel) {
		in.name = name
		event := "CHANNEL_UPDATE"
		if in.isThread() {
			event = "THREAD_UPDATE"
		}
		c.s.tell(event, in, intentGuilds, c.s.channelJSON(in))
	})
}

// Archive archives a thread, as somebody may, or opens it again.
func (c *Channel) Archive(archived bool) {
	c.with(func(in *channel) { c.s.setArchived(in, archived) })
}

// Lock locks or unlocks a thread.
func (c *Channel) Lock(locked bool) {
	c.with(func(in *channel) {
		in.thread.locked = locked
		c.s.tell("THREAD_UPDATE", in, intentGuilds, c.s.channelJSON(in))
	})
}

// Delete deletes the channel or thread.
func (c *Channel) Delete() { c.with(c.s.drop) }

// TagID is the ID of a forum's tag.
func (c *Channel) TagID(name string) (id string) {
	c.with(func(in *channel) {
		for _, t := range in.tags {
			if t.Name == name {
				id = t.ID
			}
		}
	})
	return id
}

// Channel is the channel or thread with the ID; nil if there is none.
func (s *Server) Channel(id string) *Channel {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.channels[id] == nil {
		return nil
	}
	return &Channel{s, id}
}

// String names the channel for messages of tests.
func (c *Channel) String() string { return fmt.Sprintf("channel %s", c.ID) }
