package discord

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"rewind/bot"
)

// Here are forums: each message begins a post, which is a thread with that message in it. Discord does not recognise a post
// that is made a second time, so that whoever is not sure looks first.

const (
	// archiveMinutes is how long a thread is shown after the last word in it: a week, the longest there is.
	// https://discord.com/developers/docs/resources/channel#start-thread-from-message-json-params
	archiveMinutes = 10080
	// mostTags is how many tags a post may have. https://discord.com/developers/docs/resources/channel#channel-object
	mostTags = 5
	// flagPinned is the flag of a post that is pinned, of which a forum has one.
	// https://discord.com/developers/docs/resources/channel#channel-object-channel-flags
	flagPinned = 1 << 1
)

func (p *Platform) sayInForum(ctx context.Context, d bot.Delivery) (bot.Receipt, error) {
	forum, err := p.rest.channel(ctx, d.To.Channel.ID) // its tags may have changed
	if err != nil {
		return bot.Receipt{}, err
	}
	parts := drafts(d, markOf(d.Key))
	post, err := p.postIn(ctx, forum, d, parts[0])
	if mayNotAttach(err, parts) {
		parts = inMessages(d, markOf(d.Key))
		post, err = p.postIn(ctx, forum, d, parts[0])
	}
	if err != nil {
		return bot.Receipt{}, err
	}
	r := receiptOf(post)
	r.Thread = r.ID
	if d.LookOnly {
		return r, nil
	}
	unsure := !d.Unsure.IsZero()
	s := &saying{Delivery: d, room: r.Thread, looks: unsure, must: unsure && !p.trusts(d.Unsure)}
	return r, p.sayOthers(ctx, s, parts[1:])
}

// postIn makes a post of a message, or finds the one that was made of it.
func (p *Platform) postIn(ctx context.Context, forum *channel, d bot.Delivery, first draft) (*message, error) {
	if d.LookOnly || !d.Unsure.IsZero() {
		m, err := p.findPost(ctx, forum, d.SearchFrom(), first)
		if err != nil || m != nil {
			return m, err
		}
		if d.LookOnly {
			return nil, errNothing()
		}
	}
	tags, err := p.tags(ctx, forum, d.Body.Topics)
	if err != nil {
		return nil, err
	}
	c, err := p.rest.createPost(ctx, forum.ID, postName(d.Body), archiveMinutes, tags, first)
	if err != nil {
		return nil, err
	}
	p.learn(&channel{ID: c.ID, Type: c.Type, GuildID: forum.GuildID, ParentID: forum.ID})
	p.nonces.put(c.ID, nonceOf(first.Key))
	if c.Message != nil && c.Message.ID != "" {
		return c.Message, nil
	}
	return &message{ID: c.ID}, nil
}

// postName is the name of the post that a message begins.
func postName(m bot.Message) string {
	for _, s := range []string{m.Thread, m.Title} {
		if strings.TrimSpace(s) != "" {
			return threadName(s)
		}
	}
	first, _, _ := strings.Cut(strings.TrimSpace(m.Text), "\n")
	return threadName(first)
}

// tags are the IDs of a forum's tags that are called like topics. Where it wants a tag and none is, any is better than no
// question.
func (p *Platform) tags(ctx context.Context, forum *channel, topics []string) ([]string, error) {
	if len(forum.Tags) == 0 {
		return nil, nil
	}
	usable := forum.Tags
	if slices.ContainsFunc(forum.Tags, func(t tag) bool { return t.Moderated }) {
		may, err := p.permissionsIn(ctx, forum)
		if err != nil {
			return nil, err
		}
		usable = usableTags(forum.Tags, may)
	}
	return tagsFor(usable, topics, forum.Flags&flagTagRequired != 0), nil
}

func tagsFor(usable []tag, topics []string, required bool) (ids []string) {
	for _, topic := range topics {
		i := slices.IndexFunc(usable, func(t tag) bool { return strings.EqualFold(strings.TrimSpace(t.Name), strings.TrimSpace(topic)) })
		if i >= 0 && len(ids) < mostTags && !slices.Contains(ids, usable[i].ID) {
			ids = append(ids, usable[i].ID)
		}
	}
	if len(ids) == 0 && required && len(usable) > 0 {
		ids = append(ids, usable[0].ID)
	}
	return ids
}

// findPost returns the first message of the post that was made of d since a time; nil if there is none.
func (p *Platform) findPost(ctx context.Context, forum *channel, since time.Time, d draft) (*message, error) {
	me, err := p.me(ctx)
	if err != nil {
		return nil, err
	}
	posts, err := p.postsOf(ctx, forum, since)
	if err != nil {
		return nil, cannotTell(err)
	}
	for _, c := range posts {
		made, ok := timeOf(c.ID)
		if c.ParentID != forum.ID || c.OwnerID != me.ID || !ok || made.Before(since) {
			continue
		}
		m, err := p.rest.message(ctx, c.ID, c.ID)
		switch {
		case codeOf(err) == codeUnknownMessage || codeOf(err) == codeUnknownChannel: // deleted
			continue
		case err != nil:
			return nil, cannotTell(err)
		case p.isPostOf(m, d):
			return m, nil
		}
	}
	return nil, nil
}

// postsOf are a forum's posts, without those that rest since before a time.
func (p *Platform) postsOf(ctx context.Context, forum *channel, since time.Time) ([]channel, error) {
	posts, err := p.rest.activeThreads(ctx, forum.GuildID)
	if err != nil {
		return nil, err
	}
	before := ""
	for {
		list, more, err := p.rest.archivedThreads(ctx, forum.ID, before)
		if err != nil {
			return nil, err
		}
		posts = append(posts, list...)
		if !more || len(list) == 0 || list[len(list)-1].Metadata == nil {
			return posts, nil
		}
		last := list[len(list)-1].Metadata.ArchivedAt
		if last.Before(since) {
			return posts, nil
		}
		before = last.Format(time.RFC3339Nano)
	}
}

// archivedThreads returns a channel's threads that were archived before a time, "" for now, the last archived first.
// https://discord.com/developers/docs/resources/channel#list-public-archived-threads
func (r *rest) archivedThreads(ctx context.Context, parent, before string) (list []channel, more bool, err error) {
	q := url.Values{"limit": {"100"}}
	if before != "" {
		q.Set("before", before)
	}
	out, err := get[struct {
		Threads []channel `json:"threads"`
		More    bool      `json:"has_more"`
	}](ctx, r, "channels/"+url.PathEscape(parent)+"/threads/archived/public", q)
	if err != nil {
		return nil, false, err
	}
	return out.Threads, out.More, nil
}

// pinPost pins a forum's post, or unpins it. A forum pins one: another of the bot's own gives way.
func (p *Platform) pinPost(ctx context.Context, id string, pinned bool) error {
	c, err := p.rest.channel(ctx, id)
	if err != nil {
		return err
	}
	err = p.setPinned(ctx, c, pinned)
	if codeOf(err) != codeTooManyPinnedPosts {
		return err
	}
	me, errMe := p.me(ctx)
	threads, errThreads := p.rest.activeThreads(ctx, c.GuildID)
	if errMe != nil || errThreads != nil {
		return err
	}
	for i := range threads {
		other := &threads[i]
		if other.ParentID == c.ParentID && other.OwnerID == me.ID && other.ID != id && other.Flags&flagPinned != 0 {
			if err := p.setPinned(ctx, other, false); err != nil {
				return err
			}
		}
	}
	return p.setPinned(ctx, c, pinned)
}

func (p *Platform) setPinned(ctx context.Context, c *channel, pinned bool) error {
	flags := c.Flags &^ flagPinned
	if pinned {
		flags |= flagPinned
	}
	if flags == c.Flags {
		return nil
	}
	_, err := p.rest.changeThread(ctx, c.ID, threadChange{Flags: &flags})
	return err
}
