package slacktest

import "strings"

// methods are the methods of the Web API that the server speaks, each with its tier, its scopes and its arguments.
// https://docs.slack.dev/reference/methods
var methods map[string]*method

func init() { // a variable's own value would refer to itself through the handlers
	post := "text blocks attachments thread_ts reply_broadcast metadata mrkdwn parse link_names unfurl_links unfurl_media markdown_text client_msg_id"
	change := "text blocks attachments metadata parse link_names markdown_text reply_broadcast unfurl_links unfurl_media"
	window := "cursor inclusive latest limit oldest include_all_metadata"
	history := []string{"channels:history", "groups:history", "im:history"}
	read := []string{"channels:read", "groups:read", "im:read"}
	m := func(tier int, scopes []string, required, optional string, handle func(*Server, *request) (object, *apiError)) *method {
		return &method{tier: tier, scopes: scopes, required: strings.Fields(required), optional: strings.Fields(optional), handle: handle}
	}
	one := func(scope string) []string { return []string{scope} }
	methods = map[string]*method{
		"auth.test":             m(0, nil, "", "", (*Server).authTest),         // "hundreds of requests per minute"
		"apps.connections.open": {app: true, handle: (*Server).openConnection}, // tier 1, but bursts of connections are served
		"bots.info":             m(3, one("users:read"), "", "bot team_id", (*Server).botInfo),
		"team.info":             m(3, one("team:read"), "", "team domain", (*Server).teamInfo),

		"chat.postMessage":   m(0, one("chat:write"), "channel", post, (*Server).postMessage), // see limits
		"chat.postEphemeral": m(4, one("chat:write"), "channel user", post, (*Server).postEphemeral),
		"chat.update":        m(3, one("chat:write"), "channel ts", change, (*Server).updateMessage),
		"chat.delete":        m(3, one("chat:write"), "channel ts", "as_user", (*Server).deleteMessage),
		"chat.getPermalink":  m(0, nil, "channel message_ts", "", (*Server).getPermalink), // "hundreds of requests per minute"

		"conversations.history": m(3, history, "channel", window, (*Server).history),
		"conversations.replies": m(3, history, "channel ts", window, (*Server).replies),
		"conversations.info":    m(3, read, "channel", "include_locale include_num_members", (*Server).channelInfo),
		"conversations.list":    m(2, read, "", "cursor limit types exclude_archived team_id", (*Server).channelList),
		"conversations.members": m(4, read, "channel", "cursor limit", (*Server).channelMembers),
		"conversations.open":    m(3, one("im:write"), "", "channel users return_im prevent_creation", (*Server).openDirect),
		"conversations.join":    m(3, one("channels:join"), "channel", "", (*Server).joinChannel),

		"reactions.add":    m(3, one("reactions:write"), "name", "channel timestamp", (*Server).addReaction),
		"reactions.remove": m(2, one("reactions:write"), "name", "channel timestamp", (*Server).removeReaction),
		"reactions.get":    m(3, one("reactions:read"), "", "channel timestamp full", (*Server).getReactions),
		"reactions.list":   m(2, one("reactions:read"), "", "user team_id cursor limit full", (*Server).listReactions),
		"pins.add":         m(2, one("pins:write"), "channel", "timestamp", (*Server).addPin),
		"pins.remove":      m(2, one("pins:write"), "channel", "timestamp", (*Server).removePin),
		"pins.list":        m(2, one("pins:read"), "channel", "", (*Server).listPins),

		"users.info":            m(4, one("users:read"), "user", "include_locale", (*Server).userInfo),
		"users.list":            m(2, one("users:read"), "", "cursor limit include_locale team_id", (*Server).userList),
		"usergroups.list":       m(2, one("usergroups:read"), "", "include_count include_disabled include_users team_id", (*Server).groupList),
		"usergroups.users.list": m(2, one("usergroups:read"), "usergroup", "include_disabled team_id", (*Server).groupMembers),

		"views.open":    m(4, nil, "view", "trigger_id interactivity_pointer", (*Server).openView),
		"views.push":    m(4, nil, "view", "trigger_id interactivity_pointer", (*Server).pushView),
		"views.update":  m(4, nil, "view", "view_id external_id hash", (*Server).updateView),
		"views.publish": m(4, nil, "user_id view", "hash", (*Server).publishView),

		"files.info":                   m(4, one("files:read"), "file", "count page cursor limit", (*Server).fileInfo),
		"files.getUploadURLExternal":   m(4, one("files:write"), "filename length", "alt_txt snippet_type", (*Server).uploadURL),
		"files.completeUploadExternal": m(4, one("files:write"), "files", "channel_id channels thread_ts initial_comment blocks", (*Server).completeUpload),
	}
}

// authTest says who the token is.
func (s *Server) authTest(r *request) (object, *apiError) {
	w := r.workspace
	return object{"url": "https://" + w.domain + ".slack.com/", "team": w.name, "user": w.bot.name, "team_id": w.id, "user_id": w.bot.id,
		"bot_id": w.botID, "is_enterprise_install": false}, nil
}

func (s *Server) botInfo(r *request) (object, *apiError) {
	if r.args.String("bot") != r.workspace.botID {
		return nil, refuse("bot_not_found")
	}
	bot := r.workspace.botProfile()
	delete(bot, "team_id")
	bot["user_id"] = r.workspace.bot.id
	return object{"bot": bot}, nil
}

func (s *Server) teamInfo(r *request) (object, *apiError) {
	w := r.workspace
	if id := r.args.String("team"); id != "" && id != w.id {
		return nil, refuse("team_not_found")
	}
	return object{"team": object{"id": w.id, "name": w.name, "url": "https://" + w.domain + ".slack.com/", "domain": w.domain,
		"email_domain": "", "icon": object{"image_default": true}, "avatar_base_url": "https://ca.slack-edge.com/", "is_verified": false}}, nil
}
