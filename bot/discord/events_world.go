package discord

import (
	"cmp"
	"context"
	"slices"

	"rewind/bot"
)

// Here is what becomes of guilds, channels and threads. Nothing is lost with a channel or a thread that is gone: the next
// letter to it is refused.

// guildHeard is a guild as it is told of.
// https://discord.com/developers/docs/events/gateway-events#guild-create
type guildHeard struct {
	guild
	Unavailable bool           `json:"unavailable"`
	Channels    []channelHeard `json:"channels"`
	Threads     []channel      `json:"threads"` // without archived ones
	Members     []member       `json:"members"` // the bot is one of them
}

type channelHeard struct {
	channel
	Position int `json:"position"`
}

// threadsHeard are threads that can be seen now.
// https://discord.com/developers/docs/events/gateway-events#thread-list-sync
type threadsHeard struct {
	GuildID string    `json:"guild_id"`
	Threads []channel `json:"threads"`
}

func (e *ear) world(ctx context.Context, v event) {
	switch v.kind {
	case "GUILD_CREATE":
		if g, ok := readEvent[guildHeard](e, v); ok && !g.Unavailable {
			e.joined(ctx, g)
		}
	case "GUILD_DELETE":
		g, ok := readEvent[guildHeard](e, v)
		if !ok || g.Unavailable { // Discord has trouble, and will tell of it again
			return
		}
		if err := e.to.Left(ctx, name, g.ID); err != nil && ctx.Err() == nil {
			e.log.Error("not taken that a guild removed the bot", "guild", g.ID, "error", err)
		}
	case "CHANNEL_CREATE", "CHANNEL_UPDATE", "THREAD_CREATE", "THREAD_UPDATE":
		if c, ok := readEvent[channel](e, v); ok {
			e.learn(c)
		}
	case "CHANNEL_DELETE", "THREAD_DELETE":
		if c, ok := readEvent[channel](e, v); ok {
			e.channels.forget(c.ID)
		}
	case "THREAD_LIST_SYNC": // a channel can be seen that could not be before
		if g, ok := readEvent[threadsHeard](e, v); ok {
			e.learnAll(g.GuildID, nil, g.Threads)
		}
	}
}

func (e *ear) learnAll(guild string, channels []channelHeard, threads []channel) {
	for i := range channels {
		channels[i].GuildID = guild
		e.learn(&channels[i].channel)
	}
	for i := range threads {
		threads[i].GuildID = guild
		e.learn(&threads[i])
	}
}

// langOfGuild is the language that a guild's locale asks for. The one that every guild has at first says nothing.
// https://discord.com/developers/docs/resources/guild#guild-object-guild-structure
func langOfGuild(locale string) string {
	if locale == "" || locale == "en-US" {
		return ""
	}
	return langOf(locale)
}

func (e *ear) joined(ctx context.Context, g *guildHeard) {
	e.learnAll(g.ID, g.Channels, g.Threads)
	w := bot.Workspace{Platform: name, ID: g.ID, Name: g.Name, Lang: langOfGuild(g.PreferredLocale), Inviter: account(g.ID, user{ID: g.OwnerID})}
	if id := helloIn(g, e.me); id != "" {
		w.Channel = bot.Channel{Platform: name, Workspace: g.ID, ID: id}
	}
	if err := e.to.Joined(ctx, w); err != nil && ctx.Err() == nil {
		e.log.Error("not taken that the bot is in a guild", "guild", g.ID, "error", err)
	}
	e.tellBlind(ctx, g.ID)
}

// helloIn is the channel where the bot can say hello: where Discord greets people, else the uppermost text channel that it
// may write in; "" if there is none.
func helloIn(g *guildHeard, me string) string {
	var roles []string
	for _, m := range g.Members {
		if m.User != nil && m.User.ID == me {
			roles = m.Roles
		}
	}
	list := slices.DeleteFunc(slices.Clone(g.Channels), func(c channelHeard) bool {
		const needed = permissionView | permissionSend
		return c.Type != channelText || permissionsOf(&g.guild, me, roles, c.Overwrites)&needed != needed
	})
	if slices.ContainsFunc(list, func(c channelHeard) bool { return c.ID == g.SystemChannelID }) {
		return g.SystemChannelID
	}
	if len(list) == 0 {
		return ""
	}
	return slices.MinFunc(list, func(a, b channelHeard) int {
		return cmp.Or(cmp.Compare(a.Position, b.Position), cmp.Compare(len(a.ID), len(b.ID)), cmp.Compare(a.ID, b.ID))
	}).ID
}
