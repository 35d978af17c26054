package discord

import (
	"context"
	"slices"

	"rewind/bot"
)

// The permissions that matter here.
// https://discord.com/developers/docs/topics/permissions#permissions-bitwise-permission-flags
const (
	permissionAdministrator permission = 1 << 3
	permissionReact         permission = 1 << 6
	permissionView          permission = 1 << 10
	permissionSend          permission = 1 << 11
	permissionEmbed         permission = 1 << 14
	permissionAttach        permission = 1 << 15
	permissionRead          permission = 1 << 16
	permissionManageThreads permission = 1 << 34
	permissionThreads       permission = 1 << 35
	permissionSendInThreads permission = 1 << 38
	permissionPin           permission = 1 << 51 // of its own since February 2026: https://discord.com/developers/docs/change-log
	permissionsAll          permission = 1<<53 - 1
)

// needed are the permissions that a channel must give, in the order in which they are reported. Those to pin and
// to mention come after them: not every group does that.
func needed(kind int) []permission {
	if kind == channelForum {
		return []permission{permissionSend, permissionEmbed, permissionSendInThreads, permissionRead, permissionReact, permissionAttach}
	}
	return []permission{permissionSend, permissionEmbed, permissionThreads, permissionSendInThreads, permissionRead, permissionReact, permissionAttach}
}

// missing is a permission that a channel lacks, with Discord's word for it.
func missing(p permission) bot.Missing {
	for _, i := range invited {
		if i.permission == p {
			return bot.Missing{Code: i.code, What: i.what}
		}
	}
	return bot.Missing{}
}

// Check names what a channel lacks to be played in.
func (p *Platform) Check(ctx context.Context, ch bot.Channel) ([]bot.Missing, error) {
	unknown := []bot.Missing{{Code: "channel", What: "#" + ch.ID}}
	if !snowflake.MatchString(ch.ID) {
		return unknown, nil
	}
	c, err := p.rest.channel(ctx, ch.ID)
	switch codeOf(err) {
	case codeUnknownChannel:
		return unknown, nil
	case codeMissingAccess, codeMissingPermissions:
		return []bot.Missing{missing(permissionView)}, nil
	}
	if err != nil {
		return nil, err
	}
	switch playable := c.Type == channelText || c.Type == channelAnnouncement || c.Type == channelForum; {
	case ch.Workspace != "" && c.GuildID != ch.Workspace:
		return unknown, nil
	case !playable:
		return []bot.Missing{{Code: "kind", What: "#" + ch.ID}}, nil
	}
	may, err := p.permissionsIn(ctx, c)
	if err != nil {
		return nil, err
	}
	return lacks(c, may), nil
}

// lacks names what is missing in a channel with those permissions.
func lacks(c *channel, may permission) (all []bot.Missing) {
	if may&permissionView == 0 {
		return []bot.Missing{missing(permissionView)}
	}
	for _, p := range needed(c.Type) {
		if may&p == 0 {
			all = append(all, missing(p))
		}
	}
	if c.Type == channelForum && c.Flags&flagTagRequired != 0 && len(usableTags(c.Tags, may)) == 0 {
		all = append(all, bot.Missing{Code: "tags", What: "#" + c.Name})
	}
	switch {
	case c.Type != channelForum && may&permissionPin == 0:
		all = append(all, missing(permissionPin))
	case c.Type == channelForum && may&permissionManageThreads == 0: // a post is pinned as a thread is managed
		all = append(all, bot.Missing{Code: missing(permissionPin).Code, What: missing(permissionManageThreads).What})
	}
	if may&permissionMention == 0 {
		all = append(all, missing(permissionMention))
	}
	return all
}

// usableTags are those that somebody with these permissions may give to a post.
// https://discord.com/developers/docs/resources/channel#forum-tag-object
func usableTags(all []tag, may permission) []tag {
	return slices.DeleteFunc(slices.Clone(all), func(t tag) bool { return t.Moderated && may&permissionManageThreads == 0 })
}

// permissions are the bot's in a room. In a private conversation it may all that matters.
func (p *Platform) permissions(ctx context.Context, room string) (permission, error) {
	c, err := p.rest.channel(ctx, room)
	if err != nil {
		return 0, err
	}
	return p.permissionsIn(ctx, c)
}

// permissionsIn are the bot's in a channel, or in a thread, which has those of the channel it is in.
func (p *Platform) permissionsIn(ctx context.Context, c *channel) (permission, error) {
	if c.GuildID == "" {
		return permissionsAll, nil
	}
	if c.isThread() {
		parent, err := p.rest.channel(ctx, c.ParentID)
		if err != nil {
			return 0, err
		}
		c = parent
	}
	me, err := p.me(ctx)
	if err != nil {
		return 0, err
	}
	g, err := p.rest.guild(ctx, c.GuildID)
	if err != nil {
		return 0, err
	}
	m, err := p.rest.member(ctx, c.GuildID, me.ID)
	if err != nil {
		return 0, err
	}
	return permissionsOf(g, me.ID, m.Roles, c.Overwrites), nil
}

// permissionsOf are those of a member with some roles in a channel with some overwrites: those of the roles add up, then
// come the overwrites for everyone, for the other roles together, and for the member.
// https://discord.com/developers/docs/topics/permissions#permission-overwrites
func permissionsOf(g *guild, user string, roles []string, overwrites []overwrite) permission {
	if g.OwnerID == user {
		return permissionsAll
	}
	var may permission
	for _, r := range g.Roles {
		if r.ID == g.ID || slices.Contains(roles, r.ID) {
			may |= r.Permissions
		}
	}
	if may&permissionAdministrator != 0 {
		return permissionsAll
	}
	var ofRoles, own overwrite
	for _, o := range overwrites {
		switch {
		case o.ID == g.ID:
			may = may&^o.Deny | o.Allow
		case o.ID == user:
			own = o
		case slices.Contains(roles, o.ID):
			ofRoles.Allow |= o.Allow
			ofRoles.Deny |= o.Deny
		}
	}
	may = may&^ofRoles.Deny | ofRoles.Allow
	return may&^own.Deny | own.Allow
}
