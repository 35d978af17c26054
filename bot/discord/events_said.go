package discord

import (
	"context"
	"time"

	"rewind/bot"
)

// Here is what people say and how they react to it.

// deletion is one message, or many, that are gone.
// https://discord.com/developers/docs/events/gateway-events#message-delete
type deletion struct {
	ID        string   `json:"id"`
	IDs       []string `json:"ids"`
	ChannelID string   `json:"channel_id"`
	GuildID   string   `json:"guild_id"`
}

// reacted is a reaction that was given or taken back.
// https://discord.com/developers/docs/events/gateway-events#message-reaction-add
type reacted struct {
	UserID    string  `json:"user_id"`
	ChannelID string  `json:"channel_id"`
	MessageID string  `json:"message_id"`
	GuildID   string  `json:"guild_id"`
	AuthorID  string  `json:"message_author_id"` // not of one that was taken back
	Member    *member `json:"member"`            // not of one that was taken back
	Emoji     emoji   `json:"emoji"`
}

func (e *ear) message(ctx context.Context, first bool, m *message) {
	if m.Author == nil {
		return // what people see of it has not changed
	}
	if m.Author.ID == e.me && m.Nonce != "" {
		e.nonces.put(m.ID, string(m.Nonce))
	}
	if !isComment(m) {
		return
	}
	if m.GuildID == "" {
		if first {
			e.talk.mention(ctx, m, bot.Channel{}, "")
		}
		return
	}
	if m.Member != nil {
		e.saw(m.GuildID, *m.Author, *m.Member)
	}
	t, isThread, ok := e.thread(ctx, m.GuildID, m.ChannelID)
	if !ok {
		return
	}
	if !isThread {
		if first {
			e.talk.mention(ctx, m, bot.Channel{Platform: name, Workspace: m.GuildID, ID: m.ChannelID}, "")
		}
		return
	}
	command := isCommand(m, e.me)
	if first && e.talk.mention(ctx, m, t.Channel, t.ID) || command || isHidden(m) {
		return
	}
	e.comment(ctx, commentOf(t, m, e.nameOf(ctx, m.GuildID, *m.Author)))
}

// comment hands on a comment. One that is not taken is read later: the bot sees to that.
func (e *ear) comment(ctx context.Context, c bot.Comment) {
	if err := e.to.Comment(ctx, c); err != nil && ctx.Err() == nil {
		e.log.Error("comment not taken", "thread", c.Thread.ID, "comment", c.ID, "error", err)
	}
}

// deleted tells of deletions. Discord gives no time of them; it was after the message at least.
func (e *ear) deleted(ctx context.Context, at time.Time, d *deletion) {
	if d.GuildID == "" {
		return
	}
	t, isThread, ok := e.thread(ctx, d.GuildID, d.ChannelID)
	if !ok || !isThread {
		return
	}
	if d.ID != "" {
		d.IDs = append(d.IDs, d.ID)
	}
	for _, id := range d.IDs {
		revision := at
		if said, ok := timeOf(id); ok {
			revision = latest(at, said)
		}
		e.comment(ctx, bot.Comment{Thread: t, ID: id, Revision: revision, Deleted: true})
	}
}

func (e *ear) reaction(ctx context.Context, removed bool, r *reacted) {
	isBot := r.UserID == e.me || r.Member != nil && r.Member.User != nil && r.Member.User.Bot
	if r.GuildID == "" || isBot || r.AuthorID == e.me {
		return
	}
	t, isThread, ok := e.thread(ctx, r.GuildID, r.ChannelID)
	if !ok || !isThread {
		return
	}
	u, from := user{ID: r.UserID}, ""
	switch {
	case r.Member != nil && r.Member.User != nil:
		u = *r.Member.User
		from = e.saw(r.GuildID, u, *r.Member)
	default:
		known, _ := e.people.get(person{r.GuildID, r.UserID})
		from = known.name
	}
	err := e.to.Reaction(ctx, bot.Reaction{
		Thread: t, Comment: r.MessageID, From: account(r.GuildID, u), Name: from, Emoji: r.Emoji.text(), Removed: removed,
	})
	if err != nil && ctx.Err() == nil {
		e.log.Error("reaction not taken", "thread", t.ID, "error", err)
	}
}

// siteTries is how often it is asked where something happened. The pauses between come to some fifteen seconds.
const siteTries = 5

// thread is the thread that an ID names; false if it names a channel. It is not ok where that cannot be found out: then the
// event is missed, of which the bot is told unless Discord says that there is nothing to be seen.
func (e *ear) thread(ctx context.Context, guild, id string) (t bot.Thread, isThread, ok bool) {
	for tries := range siteTries {
		s, err := e.site(ctx, id)
		switch {
		case err == nil:
			channel := bot.Channel{Platform: name, Workspace: guild, ID: s.parent}
			return bot.Thread{Channel: channel, ID: id}, s.isThread() && s.parent != "", true
		case outcomeOf(err) == bot.Refused:
			return bot.Thread{}, false, false
		}
		if !passes(ctx, e.clock, max(failureIn(err).After, time.Second<<tries)) {
			return bot.Thread{}, false, false
		}
	}
	e.log.Warn("an event's channel is not known", "channel", id)
	e.missed()
	return bot.Thread{}, false, false
}
