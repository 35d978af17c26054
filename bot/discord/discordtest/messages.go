package discordtest

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"
)

// nonceWindow is how long a nonce is enforced. The documentation says "the past few minutes"; two is what to rely on.
// https://discord.com/developers/docs/resources/message#create-message
const nonceWindow = 2 * time.Minute

// posted finds the message that the bot sent with a nonce not long ago, in whatever channel: the documentation speaks of
// the same author. One that was deleted meanwhile is not sent again, but answered as unknown, on purpose.
// https://github.com/discord/discord-api-docs/pull/6647
func (s *Server) posted(nonce any) (*Message, bool, *apiError) {
	known, ok := s.nonces[fmt.Sprint(nonce)]
	if !ok || time.Since(known.at) >= nonceWindow {
		return nil, false, nil
	}
	if c := s.channels[known.channel]; c != nil {
		if m := c.message(known.message); m != nil {
			return m, true, nil
		}
	}
	return nil, false, refuse(UnknownMessage)
}

// empty says that a message would show nothing.
func (m *Message) empty() bool {
	return m.Content == "" && len(m.Embeds)+len(m.Components)+len(m.Attachments) == 0
}

// apply writes a draft into a message. The author's permissions are those in the message's channel.
func (s *Server) apply(d *draft, m *Message, c *channel) {
	if d.Content != nil {
		m.Content = strings.TrimSpace(*d.Content)
	}
	if d.Embeds != nil {
		m.Embeds = slices.Clone(*d.Embeds)
		for i := range m.Embeds {
			m.Embeds[i].Type = "rich"
		}
	}
	if d.Components != nil {
		m.Components = slices.Clone(*d.Components)
		number(m.Components)
	}
	if d.Flags != nil {
		const settable = FlagSuppressEmbeds | FlagSuppressNotifications | FlagComponentsV2
		m.Flags = m.Flags&^settable | *d.Flags&settable | m.Flags&FlagComponentsV2
	}
	s.attach(d, m)
	s.mention(d, m, c)
	if m.Embeds == nil {
		m.Embeds = []Embed{}
	}
	if m.Components == nil {
		m.Components = []Component{}
	}
}

// attach keeps the attachments that a draft names, or all if it names none, and adds its files.
func (s *Server) attach(d *draft, m *Message) {
	old := m.Attachments
	if d.Attachments != nil {
		named := map[string]bool{}
		for _, k := range *d.Attachments {
			named[strings.Trim(string(k.ID), `"`)] = true
		}
		old = slices.DeleteFunc(slices.Clone(old), func(a Attachment) bool { return !named[a.ID] })
	}
	m.Attachments = append([]Attachment{}, old...)
	names := make([]string, 0, len(d.files))
	for n := range d.files {
		names = append(names, n)
	}
	slices.Sort(names)
	for _, n := range names {
		m.Attachments = append(m.Attachments, s.store(m.ChannelID, d.files[n], m.Ephemeral()))
	}
}

// store keeps a file where it can be fetched.
func (s *Server) store(channel string, f upload, ephemeral bool) Attachment {
	a := Attachment{ID: s.snowflake(), Filename: path.Base(f.name), Size: len(f.content), ContentType: f.kind, Ephemeral: ephemeral}
	where := "/attachments/" + channel + "/" + a.ID + "/" + a.Filename
	s.files[where] = f.content
	a.URL, a.ProxyURL = s.url+where, s.url+where
	return a
}

var mentioned = regexp.MustCompile(`<@(!?|&)(\d+)>|@(everyone|here)`)

// mention finds whom a message mentions and whom of them it pings.
func (s *Server) mention(d *draft, m *Message, c *channel) {
	m.Mentions, m.MentionRoles, m.MentionEveryone, m.Notified = []User{}, []string{}, false, nil
	may := func(kind, id string) bool {
		a := d.AllowedMentions
		return a == nil || slices.Contains(a.Parse, kind) || kind == "users" && slices.Contains(a.Users, id) || kind == "roles" && slices.Contains(a.Roles, id)
	}
	text := m.Content
	walk(m.Components, func(p *Component) { text += "\n" + p.Content })
	all := s.permissions(m.by, c)&MentionEveryone != 0
	for _, found := range mentioned.FindAllStringSubmatch(text, -1) {
		switch id := found[2]; {
		case found[3] != "":
			if c.guild != nil && all && may("everyone", "") {
				m.MentionEveryone = true
				m.notify("everyone")
			}
		case found[1] == "&":
			r := c.role(id)
			if r != nil && may("roles", id) && (all || r.Mentionable) && m.notify("role:"+id) {
				m.MentionRoles = append(m.MentionRoles, id)
			}
		default:
			u, ok := s.user(id)
			if ok && may("users", id) && m.notify("user:"+id) {
				m.Mentions = append(m.Mentions, u)
			}
		}
	}
}

// notify says whether it is the first time that whom is named.
func (m *Message) notify(whom string) bool {
	if slices.Contains(m.Notified, whom) {
		return false
	}
	m.Notified = append(m.Notified, whom)
	return true
}

func (c *channel) role(id string) *Role {
	if c.guild == nil {
		return nil
	}
	for _, r := range c.guild.roles {
		if r.ID == id {
			return r
		}
	}
	return nil
}

// say adds a message to a channel and tells who may see it. A message into an archived thread opens it again.
func (s *Server) say(c *channel, m *Message) {
	m.ChannelID, m.Timestamp = c.id, now()
	if m.ID == "" { // the first message of a forum post has its thread's
		m.ID = s.snowflake()
	}
	c.messages = append(c.messages, m)
	if c.isThread() {
		c.thread.sent++
		c.thread.members[m.by] = m.Timestamp
		s.wakeThread(c)
	}
	s.tellMessage("MESSAGE_CREATE", c, m)
}

// change marks a message as edited and tells who may see it.
func (s *Server) change(c *channel, m *Message) {
	at := now()
	m.EditedTimestamp = &at
	s.tellMessage("MESSAGE_UPDATE", c, m)
}

// remove takes a message out of its channel. Its thread stays.
func (s *Server) remove(c *channel, m *Message) {
	c.messages = slices.DeleteFunc(c.messages, func(e *Message) bool { return e == m })
	s.tell("MESSAGE_DELETE", c, intentMessages(c), gone(c, m))
}

func gone(c *channel, m *Message) map[string]any {
	j := map[string]any{"id": m.ID, "channel_id": c.id}
	if c.guild != nil {
		j["guild_id"] = c.guild.id
	}
	return j
}

// render makes the copy of a message that is sent to the bot, without its content if the bot may not read that.
// https://discord.com/developers/docs/events/gateway#message-content-intent
func (s *Server) render(m *Message, contentAllowed bool) Message {
	out := *m
	out.Reactions = nil
	for _, r := range m.who {
		i := slices.IndexFunc(out.Reactions, func(sum reactionSum) bool { return *sum.Emoji.Name == r.emoji })
		if i < 0 {
			i = len(out.Reactions)
			out.Reactions = append(out.Reactions, reactionSum{Emoji: Emoji{Name: &r.emoji}, BurstColors: []string{}})
		}
		sum := &out.Reactions[i]
		sum.Count++
		sum.CountDetails.Normal++
		sum.Me = sum.Me || r.user == s.bot.ID
	}
	if t := s.channels[m.ID]; t != nil && t.isThread() && t.parent.id == m.ChannelID {
		out.Thread = s.channelJSON(t)
	}
	if r := m.Reference; r != nil {
		if c := s.channels[r.ChannelID]; c != nil {
			if to := c.message(r.MessageID); to != nil {
				quoted := s.render(to, contentAllowed)
				quoted.ReferencedMessage = nil
				out.ReferencedMessage = &quoted
			}
		}
	}
	c := s.channels[m.ChannelID]
	mine := m.by == s.bot.ID || c == nil || c.guild == nil || slices.ContainsFunc(m.Mentions, func(u User) bool { return u.ID == s.bot.ID })
	if !contentAllowed && !mine {
		out.Content, out.Embeds, out.Attachments, out.Components = "", []Embed{}, []Attachment{}, []Component{}
	}
	return out
}
