package discordtest

import (
	"net/url"
	"strings"
)

// routes are the requests that the server understands, named as in the published description.
var routes = map[string]handler{
	"GET /gateway":          (*Server).getGateway,
	"GET /gateway/bot":      (*Server).getGatewayBot,
	"GET /applications/@me": (*Server).getApplication,

	"GET /users/@me":                      (*Server).getMe,
	"GET /users/{user_id}":                (*Server).getUser,
	"POST /users/@me/channels":            (*Server).openPrivate,
	"GET /users/@me/guilds":               (*Server).listMyGuilds,
	"DELETE /users/@me/guilds/{guild_id}": (*Server).leaveGuild,

	"GET /guilds/{guild_id}":                   (*Server).getGuild,
	"GET /guilds/{guild_id}/channels":          (*Server).listChannels,
	"GET /guilds/{guild_id}/roles":             (*Server).listRoles,
	"GET /guilds/{guild_id}/members":           (*Server).listMembers,
	"GET /guilds/{guild_id}/members/{user_id}": (*Server).getMember,
	"GET /guilds/{guild_id}/threads/active":    (*Server).listActiveThreads,

	"GET /channels/{channel_id}":         (*Server).getChannel,
	"PATCH /channels/{channel_id}":       (*Server).patchChannel,
	"DELETE /channels/{channel_id}":      (*Server).deleteChannel,
	"POST /channels/{channel_id}/typing": (*Server).typing,

	"GET /channels/{channel_id}/messages":                      (*Server).listMessages,
	"POST /channels/{channel_id}/messages":                     (*Server).createMessage,
	"GET /channels/{channel_id}/messages/{message_id}":         (*Server).getMessage,
	"PATCH /channels/{channel_id}/messages/{message_id}":       (*Server).patchMessage,
	"DELETE /channels/{channel_id}/messages/{message_id}":      (*Server).deleteMessage,
	"GET /channels/{channel_id}/pins":                          (*Server).listPinsOld,
	"PUT /channels/{channel_id}/pins/{message_id}":             (*Server).pin,
	"DELETE /channels/{channel_id}/pins/{message_id}":          (*Server).unpin,
	"GET /channels/{channel_id}/messages/pins":                 (*Server).listPins,
	"PUT /channels/{channel_id}/messages/pins/{message_id}":    (*Server).pin,
	"DELETE /channels/{channel_id}/messages/pins/{message_id}": (*Server).unpin,

	"PUT /channels/{channel_id}/messages/{message_id}/reactions/{emoji_name}/@me":          (*Server).react,
	"DELETE /channels/{channel_id}/messages/{message_id}/reactions/{emoji_name}/@me":       (*Server).unreact,
	"DELETE /channels/{channel_id}/messages/{message_id}/reactions/{emoji_name}/{user_id}": (*Server).unreactUser,
	"GET /channels/{channel_id}/messages/{message_id}/reactions/{emoji_name}":              (*Server).listReactions,

	"POST /channels/{channel_id}/messages/{message_id}/threads": (*Server).threadFromMessage,
	"POST /channels/{channel_id}/threads":                       (*Server).createThread,
	"GET /channels/{channel_id}/threads/archived/public":        (*Server).listArchivedThreads,
	"GET /channels/{channel_id}/thread-members":                 (*Server).listThreadMembers,
	"PUT /channels/{channel_id}/thread-members/@me":             (*Server).joinThread,
	"DELETE /channels/{channel_id}/thread-members/@me":          (*Server).leaveThread,

	"GET /applications/{application_id}/commands":                                   (*Server).listCommands,
	"PUT /applications/{application_id}/commands":                                   (*Server).putCommands,
	"POST /applications/{application_id}/commands":                                  (*Server).createCommand,
	"GET /applications/{application_id}/commands/{command_id}":                      (*Server).getCommand,
	"PATCH /applications/{application_id}/commands/{command_id}":                    (*Server).patchCommand,
	"DELETE /applications/{application_id}/commands/{command_id}":                   (*Server).deleteCommand,
	"GET /applications/{application_id}/guilds/{guild_id}/commands":                 (*Server).listCommands,
	"PUT /applications/{application_id}/guilds/{guild_id}/commands":                 (*Server).putCommands,
	"POST /applications/{application_id}/guilds/{guild_id}/commands":                (*Server).createCommand,
	"GET /applications/{application_id}/guilds/{guild_id}/commands/{command_id}":    (*Server).getCommand,
	"PATCH /applications/{application_id}/guilds/{guild_id}/commands/{command_id}":  (*Server).patchCommand,
	"DELETE /applications/{application_id}/guilds/{guild_id}/commands/{command_id}": (*Server).deleteCommand,

	"POST /interactions/{interaction_id}/{interaction_token}/callback":    (*Server).callback,
	"POST /webhooks/{webhook_id}/{webhook_token}":                         (*Server).followUp,
	"GET /webhooks/{webhook_id}/{webhook_token}/messages/@original":       (*Server).getFollowUp,
	"PATCH /webhooks/{webhook_id}/{webhook_token}/messages/@original":     (*Server).patchFollowUp,
	"DELETE /webhooks/{webhook_id}/{webhook_token}/messages/@original":    (*Server).deleteFollowUp,
	"GET /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}":    (*Server).getFollowUp,
	"PATCH /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}":  (*Server).patchFollowUp,
	"DELETE /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}": (*Server).deleteFollowUp,
}

// routesBySize are the names of routes by method and number of parts, so that finding one looks at few.
var routesBySize = func() map[string]map[int][][]string {
	by := map[string]map[int][][]string{}
	for name := range routes {
		method, path, _ := strings.Cut(name, " ")
		parts := strings.Split(path, "/")
		if by[method] == nil {
			by[method] = map[int][][]string{}
		}
		by[method][len(parts)] = append(by[method][len(parts)], parts)
	}
	return by
}()

// find names the request's route and its parameters. Of two routes that fit, the one with fewer parameters is meant.
func (r *request) find(path string) handler {
	got := strings.Split(path, "/")
	for _, parts := range routesBySize[r.Method][len(got)] {
		params, ok := match(parts, got)
		if ok && (r.params == nil || len(params) < len(r.params)) {
			r.route, r.params = r.Method+" "+strings.Join(parts, "/"), params
		}
	}
	return routes[r.route]
}

func match(parts, got []string) (map[string]string, bool) {
	params := map[string]string{}
	for i, p := range parts {
		if name, ok := strings.CutPrefix(p, "{"); ok {
			v, err := url.PathUnescape(got[i])
			if err != nil {
				return nil, false
			}
			params[strings.TrimSuffix(name, "}")] = v
		} else if p != got[i] {
			return nil, false
		}
	}
	return params, true
}
