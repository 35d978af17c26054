package discord

import (
	"net/url"
	"strings"
)

// route is where a request goes, as far as limits are concerned.
type route struct {
	// name is the method and the path without IDs. All requests of one name have one bucket for each major.
	name string
	// major is the channel, guild, webhook or interaction that the bucket belongs to.
	// https://discord.com/developers/docs/topics/rate-limits
	major string
	// free says that the request answers an interaction, which the limit of the whole bot does not concern.
	// https://discord.com/developers/docs/interactions/receiving-and-responding#endpoints
	free bool
}

// majors are the resources that have buckets of their own, with the number of parts that name one.
var majors = map[string]int{"channels": 1, "guilds": 1, "webhooks": 2, "interactions": 2}

// routeOf reads the path of a request, such as /api/v9/channels/123/messages. What is no word of a route is left out of the
// name, so that there are only so many names.
func routeOf(method string, u *url.URL) route {
	parts := strings.Split(strings.Trim(u.EscapedPath(), "/"), "/")
	if len(parts) > 2 && parts[0] == "api" {
		parts = parts[2:] // without the version
	}
	n := min(len(parts), 1+majors[parts[0]])
	r := route{major: strings.Join(parts[1:n], "/"), free: n == 3}
	for i := range parts {
		if i > 0 && i < n || !isWord(parts[i]) || i > 0 && parts[i-1] == "reactions" {
			parts[i] = "*"
		}
	}
	r.name = method + " " + strings.Join(parts, "/")
	return r
}

func isWord(part string) bool { return strings.Trim(part, "abcdefghijklmnopqrstuvwxyz-@") == "" }
