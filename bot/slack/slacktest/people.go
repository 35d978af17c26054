package slacktest

import (
	"slices"
	"strings"
	"time"
)

// Member is a person in a workspace, or its bot.
type Member struct {
	w       *Workspace
	id      string
	name    string
	profile Profile
	updated time.Time

	ephemerals []*Message
	modals     []*View // open ones, the top one last
	home       *View
	notices    []string
}

// Profile is what a workspace knows of somebody.
type Profile struct {
	RealName    string
	DisplayName string
	Locale      string // such as "ko-KR"
	TZ          string
	Admin       bool
	Owner       bool
	Guest       bool
	Deleted     bool
	Bot         bool
}

// Member returns the person with a name, who joins when first asked for.
func (w *Workspace) Member(name string) *Member {
	w.s.mu.Lock()
	defer w.s.mu.Unlock()
	i := slices.IndexFunc(w.members, func(m *Member) bool { return m.name == strings.ToLower(name) })
	if i >= 0 {
		return w.members[i]
	}
	m := w.add(name)
	w.report("team_join", object{"type": "team_join", "user": m.json(true), "cache_ts": m.updated.Unix()}, m.updated)
	return m
}

func (w *Workspace) add(name string) *Member {
	m := &Member{w: w, id: w.s.newID("U"), name: strings.ToLower(name), updated: time.Now(),
		profile: Profile{RealName: name, DisplayName: name, Locale: "en-US", TZ: "America/Los_Angeles"}}
	w.members = append(w.members, m)
	return m
}

// ID is the person's ID.
func (m *Member) ID() string { return m.id }

// Name is the person's handle.
func (m *Member) Name() string { return m.name }

// Set changes the profile.
func (m *Member) Set(change func(*Profile)) {
	s := m.w.s
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&m.profile)
	m.updated = time.Now()
	m.w.report("user_change", object{"type": "user_change", "user": m.json(true), "cache_ts": m.updated.Unix()}, m.updated)
}

// json is a user as Slack sends it.
// https://docs.slack.dev/reference/objects/user-object
func (m *Member) json(locale bool) object {
	p := m.profile
	first, last, _ := strings.Cut(p.RealName, " ")
	profile := object{"title": "", "phone": "", "skype": "", "real_name": p.RealName, "real_name_normalized": p.RealName,
		"display_name": p.DisplayName, "display_name_normalized": p.DisplayName, "fields": nil, "status_text": "",
		"status_text_canonical": "", "status_emoji": "", "status_emoji_display_info": []any{}, "status_expiration": 0,
		"avatar_hash": "g0", "huddle_state": "default_unset", "huddle_state_expiration_ts": 0, "first_name": first, "last_name": last, "team": m.w.id}
	for _, size := range []string{"24", "32", "48", "72", "192", "512"} {
		profile["image_"+size] = "https://secure.gravatar.com/avatar/0?s=" + size
	}
	j := object{"id": m.id, "team_id": m.w.id, "name": m.name, "deleted": p.Deleted, "profile": profile, "is_bot": p.Bot,
		"updated": m.updated.Unix(), "is_app_user": false}
	if p.Deleted {
		return j
	}
	j["real_name"], j["color"], j["is_email_confirmed"], j["who_can_share_contact_card"] = p.RealName, "9f69e7", true, "EVERYONE"
	j["is_admin"], j["is_owner"], j["is_primary_owner"] = p.Admin || p.Owner, p.Owner, false
	j["is_restricted"], j["is_ultra_restricted"] = p.Guest, false
	zone, offset := zoneOf(p.TZ)
	j["tz"], j["tz_label"], j["tz_offset"] = p.TZ, zone, offset
	if locale {
		j["locale"] = p.Locale
	}
	return j
}

func zoneOf(name string) (label string, offset int) {
	loc, err := time.LoadLocation(name)
	if err != nil {
		return name, 0
	}
	return time.Now().In(loc).Zone()
}

// Invite adds people to a channel.
func (c *Channel) Invite(people ...*Member) {
	s := c.w.s
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range people {
		c.join(m)
	}
}

// join adds somebody and reports it. The caller holds the lock.
func (c *Channel) join(m *Member) {
	if c.has(m) {
		return
	}
	c.add(m)
	c.w.s.touch()
	if !c.has(c.w.bot) {
		return
	}
	c.w.report("member_joined_channel", object{"type": "member_joined_channel", "user": m.id, "channel": c.id,
		"channel_type": c.letter(), "team": c.w.id}, time.Now())
}

// letter is how some events name the kind of a channel.
func (c *Channel) letter() string {
	if c.kind == private {
		return "G"
	}
	return "C"
}

// Remove takes people from a channel; also the bot.
func (c *Channel) Remove(people ...*Member) {
	s := c.w.s
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range people {
		if !c.has(m) {
			continue
		}
		told := c.has(c.w.bot)
		c.members = slices.DeleteFunc(c.members, func(o *Member) bool { return o == m })
		s.touch()
		if m == c.w.bot {
			name := map[channelKind]string{public: "channel_left", private: "group_left"}[c.kind]
			c.w.report(name, object{"type": name, "channel": c.id, "actor_id": c.w.someone()}, time.Now())
			continue
		}
		if !told {
			continue
		}
		c.w.report("member_left_channel", object{"type": "member_left_channel", "user": m.id, "channel": c.id,
			"channel_type": c.letter(), "team": c.w.id}, time.Now())
	}
}

// Archive archives a channel: nobody can post in it any more.
func (c *Channel) Archive() { c.archive(true) }

// Unarchive undoes it.
func (c *Channel) Unarchive() { c.archive(false) }

func (c *Channel) archive(archived bool) {
	s := c.w.s
	s.mu.Lock()
	defer s.mu.Unlock()
	c.archived = archived
	name := string(c.kind) + "_unarchive"
	if archived {
		name = string(c.kind) + "_archive"
	}
	event := object{"type": name, "channel": c.id, "user": c.w.someone()}
	switch {
	case archived:
		event["is_moved"] = 0
	case c.kind == private: // https://docs.slack.dev/reference/events/group_unarchive
		delete(event, "user")
		event["actor_id"] = c.w.someone()
	}
	c.w.report(name, event, time.Now())
}

// someone is whom events name that somebody did whom the test did not name.
func (w *Workspace) someone() string {
	for _, m := range w.members {
		if m != w.bot {
			return m.id
		}
	}
	return slackbot
}

// Destroy deletes a channel with all that is in it.
func (c *Channel) Destroy() {
	s := c.w.s
	s.mu.Lock()
	defer s.mu.Unlock()
	c.deleted = true
	event := object{"type": "channel_deleted", "channel": c.id}
	if c.kind == private {
		event = object{"type": "group_deleted", "channel": c.id, "actor_id": c.w.someone(), "date_deleted": time.Now().Unix()}
	}
	c.w.report(event["type"].(string), event, time.Now())
}

// Restrict lets every post of the bot in a channel fail with a code such as "restricted_action"; "" ends it.
func (c *Channel) Restrict(code string) {
	s := c.w.s
	s.mu.Lock()
	defer s.mu.Unlock()
	c.refusal = code
}

// Uninstall removes the app from the workspace.
func (w *Workspace) Uninstall() {
	w.s.mu.Lock()
	defer w.s.mu.Unlock()
	w.report("tokens_revoked", object{"type": "tokens_revoked", "tokens": object{"oauth": []string{}, "bot": []string{w.bot.id}}}, time.Now())
	w.report("app_uninstalled", object{"type": "app_uninstalled"}, time.Now())
	w.tokenState = "account_inactive"
}
