package slacktest

import "time"

func (s *Server) userInfo(r *request) (object, *apiError) {
	m := r.workspace.member(r.args.String("user"))
	if m == nil {
		return nil, refuse("user_not_found")
	}
	return object{"user": m.json(r.args.Bool("include_locale"))}, nil
}

func (s *Server) userList(r *request) (object, *apiError) {
	limit, e := r.args.limit(200, 1000)
	if e != nil {
		return nil, e
	}
	part, next, e := page(r.workspace.members, r.args, limit)
	users := []object{}
	for _, m := range part {
		users = append(users, m.json(r.args.Bool("include_locale")))
	}
	return object{"members": users, "cache_ts": time.Now().Unix(), "response_metadata": object{"next_cursor": next}}, e
}

func (s *Server) groupList(r *request) (object, *apiError) {
	groups := []object{}
	for _, g := range r.workspace.groups {
		if g.disabled && !r.args.Bool("include_disabled") {
			continue
		}
		j := object{"id": g.id, "team_id": g.w.id, "is_usergroup": true, "name": g.handle, "handle": g.handle, "description": "",
			"is_external": false, "date_create": 1_700_000_000, "date_update": 1_700_000_000, "date_delete": 0, "created_by": g.w.someone(),
			"updated_by": g.w.someone(), "prefs": object{"channels": []string{}, "groups": []string{}}}
		if r.args.Bool("include_count") {
			j["user_count"] = len(g.members)
		}
		if r.args.Bool("include_users") {
			j["users"] = g.ids()
		}
		groups = append(groups, j)
	}
	return object{"usergroups": groups}, nil
}

func (g *Group) ids() []string {
	ids := []string{}
	for _, m := range g.members {
		if !m.profile.Deleted {
			ids = append(ids, m.id)
		}
	}
	return ids
}

func (s *Server) groupMembers(r *request) (object, *apiError) {
	for _, g := range r.workspace.groups {
		if g.id == r.args.String("usergroup") && (!g.disabled || r.args.Bool("include_disabled")) {
			return object{"users": g.ids()}, nil
		}
	}
	return nil, refuse("no_such_subteam")
}
