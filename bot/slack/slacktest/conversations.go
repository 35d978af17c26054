package slacktest

import (
	"slices"
	"strings"
)

// json is a channel as Slack sends it.
// https://docs.slack.dev/reference/objects/conversation-object
func (c *Channel) json() object {
	j := object{"id": c.id, "created": c.created.Unix(), "is_archived": c.archived, "is_channel": c.kind == public, "is_group": false,
		"is_im": c.kind == direct, "is_mpim": false, "is_private": c.kind != public, "is_org_shared": false}
	if c.kind == direct {
		for _, m := range c.members {
			if m != c.w.bot {
				j["user"] = m.id
			}
		}
		j["is_open"] = true
		return j
	}
	empty := object{"value": "", "creator": "", "last_set": 0}
	j["name"], j["name_normalized"], j["creator"], j["topic"], j["purpose"] = c.name, c.name, c.w.someone(), empty, empty
	j["is_general"], j["is_shared"], j["is_member"], j["unlinked"] = false, false, c.has(c.w.bot), 0
	return j
}

// known finds the channel of a request, which need not be one that the bot is in.
func (r *request) known() (*Channel, *apiError) {
	c := r.workspace.channel(r.args.String("channel"))
	if c == nil || c.kind != public && !c.has(r.workspace.bot) {
		return nil, refuse("channel_not_found")
	}
	return c, r.workspace.needs(scopeOf(c, "read"))
}

// scopeOf is the scope that one needs for a kind of channel.
func scopeOf(c *Channel, what string) string {
	return map[channelKind]string{public: "channels:", private: "groups:", direct: "im:"}[c.kind] + what
}

func (s *Server) channelInfo(r *request) (object, *apiError) {
	c, e := r.known()
	if e != nil {
		return nil, e
	}
	j := c.json()
	if r.args.Bool("include_locale") {
		j["locale"] = "en-US"
	}
	if r.args.Bool("include_num_members") {
		j["num_members"] = len(c.members)
	}
	return object{"channel": j}, nil
}

func (s *Server) channelList(r *request) (object, *apiError) {
	limit, e := r.args.limit(100, 999)
	if e != nil {
		return nil, e
	}
	types := r.args.String("types")
	if types == "" {
		types = "public_channel"
	}
	list := []object{}
	for _, c := range r.workspace.channels {
		kind := map[channelKind]string{public: "public_channel", private: "private_channel", direct: "im"}[c.kind]
		if c.deleted || c.archived && r.args.Bool("exclude_archived") || !slices.Contains(strings.Split(types, ","), kind) ||
			c.kind != public && !c.has(r.workspace.bot) {
			continue
		}
		if e := r.workspace.needs(scopeOf(c, "read")); e != nil {
			return nil, e
		}
		list = append(list, c.json())
	}
	part, next, e := page(list, r.args, limit)
	return object{"channels": part, "response_metadata": object{"next_cursor": next}}, e
}

func (s *Server) channelMembers(r *request) (object, *apiError) {
	c, e := r.known()
	if e != nil {
		return nil, e
	}
	limit, e := r.args.limit(100, 999)
	if e != nil {
		return nil, e
	}
	ids := []string{}
	for _, m := range c.members {
		ids = append(ids, m.id)
	}
	part, next, e := page(ids, r.args, limit)
	return object{"members": part, "response_metadata": object{"next_cursor": next}}, e
}

func (s *Server) openDirect(r *request) (object, *apiError) {
	users := r.args.String("users")
	if users == "" {
		return nil, refuse("users_list_not_supplied")
	}
	if strings.Contains(users, ",") {
		s.t.Errorf("conversations.open: conversations of several people are not spoken here")
	}
	m := r.workspace.member(users)
	switch {
	case m == nil:
		return nil, refuse("user_not_found")
	case m == r.workspace.bot || m.profile.Bot:
		return nil, refuse("cannot_dm_bot")
	case m.profile.Deleted:
		return nil, refuse("user_disabled")
	}
	c := r.workspace.direct(m)
	if r.args.Bool("return_im") {
		return object{"channel": c.json()}, nil
	}
	return object{"channel": object{"id": c.id}}, nil
}

func (s *Server) joinChannel(r *request) (object, *apiError) {
	c := r.workspace.channel(r.args.String("channel"))
	switch {
	case c == nil || c.kind != public && !c.has(r.workspace.bot):
		return nil, refuse("channel_not_found")
	case c.kind != public:
		return nil, refuse("method_not_supported_for_channel_type")
	case c.archived:
		return nil, refuse("is_archived")
	case c.has(r.workspace.bot):
		return object{"channel": c.json(), "warning": "already_in_channel",
			"response_metadata": object{"warnings": []string{"already_in_channel"}}}, nil
	}
	c.join(r.workspace.bot)
	return object{"channel": c.json()}, nil
}

// history is conversations.history: what stands in a channel itself, the newest first.
// https://docs.slack.dev/reference/methods/conversations.history
func (s *Server) history(r *request) (object, *apiError) {
	c, limit, e := s.reading(r, 100)
	if e != nil {
		return nil, e
	}
	list := []*Message{}
	for _, m := range slices.Backward(c.messages) {
		if (!m.IsReply() || m.Subtype == broadcast) && within(m.TS, r.args) {
			list = append(list, m)
		}
	}
	part, next, e := page(list, r.args, limit)
	if e != nil {
		return nil, e
	}
	answer := object{"messages": c.list(part, r.args), "has_more": next != "", "pin_count": len(c.pins)}
	if next != "" {
		answer["response_metadata"] = object{"next_cursor": next}
	}
	return answer, nil
}

// replies is conversations.replies: a thread with its parent, the oldest first. The parent comes first even if it is older than
// what is asked for, but only on the first page. For the ts of a reply that is all that comes.
// https://docs.slack.dev/reference/methods/conversations.replies
// https://github.com/slackapi/bolt-python/issues/783
func (s *Server) replies(r *request) (object, *apiError) {
	c, limit, e := s.reading(r, 1000)
	if e != nil {
		return nil, e
	}
	parent := c.find(r.args.String("ts"))
	if parent == nil {
		return nil, refuse("thread_not_found")
	}
	list := []*Message{parent}
	for _, m := range c.replies(parent.TS) {
		if within(m.TS, r.args) {
			list = append(list, m)
		}
	}
	part, next, e := page(list, r.args, limit)
	if e != nil {
		return nil, e
	}
	answer := object{"messages": c.list(part, r.args), "has_more": next != ""}
	if next != "" {
		answer["response_metadata"] = object{"next_cursor": next}
	}
	return answer, nil
}

// reading checks what both ways to read messages have in common.
func (s *Server) reading(r *request, usual int) (*Channel, int, *apiError) {
	c, e := r.place()
	if e != nil {
		return nil, 0, e
	}
	if e := r.workspace.needs(scopeOf(c, "history")); e != nil {
		return nil, 0, e
	}
	for _, name := range []string{"oldest", "latest"} {
		if ts := r.args.String(name); ts != "" && strings.Trim(ts, "0123456789.") != "" {
			return nil, 0, refuse("invalid_ts_" + name)
		}
	}
	limit, e := r.args.limit(usual, 1000)
	if s.app.distributed {
		limit = min(limit, historyPage)
	}
	return c, limit, e
}

// within says whether a ts lies in the time that a request asks for.
func within(ts string, a Args) bool {
	oldest, latest := a.String("oldest"), a.String("latest")
	if oldest != "" && (compareTS(ts, oldest) < 0 || ts == oldest && !a.Bool("inclusive")) {
		return false
	}
	return latest == "" || compareTS(ts, latest) < 0 || ts == latest && a.Bool("inclusive")
}

// compareTS orders two ts; whole seconds without a point are allowed.
func compareTS(a, b string) int {
	pad := func(ts string) string {
		whole, part, _ := strings.Cut(ts, ".")
		return strings.Repeat("0", max(0, 12-len(whole))) + whole + "." + part + strings.Repeat("0", max(0, 6-len(part)))
	}
	return strings.Compare(pad(a), pad(b))
}

// list is messages as they are returned. Their metadata comes only if it is asked for.
func (c *Channel) list(messages []*Message, a Args) []object {
	out := []object{}
	for _, m := range messages {
		j := c.messageJSON(m)
		if !a.Bool("include_all_metadata") {
			delete(j, "metadata")
		}
		out = append(out, j)
	}
	return out
}
