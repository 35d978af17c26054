package slack

// Here is what the app has to be allowed and to be told, in one place for the manifest, for the log and for [web.missing].

// scope is something that the app may do, and why it wants to.
type scope struct {
	Name string
	Why  string
	// Always says that there is no game without it, whatever the channel.
	Always bool
}

// botScopes are the scopes of the bot token.
// https://docs.slack.dev/reference/scopes
var botScopes = []scope{
	{"chat:write", "asks questions, answers people, and reveals", true},
	{"commands", "adds /quiz and the shortcuts", true},
	{"users:read", "knows names, languages and who administers the workspace", true},
	{"im:write", "tells maintainers in private what they have to know", true},
	{"app_mentions:read", "hears \"@Rewind reveal\" in threads, where /quiz does not work", false},
	{"channels:history", "reads answers in the threads of public channels", false},
	{"groups:history", "the same in private channels it was invited to", false},
	{"im:history", "hears what it is told in private", false},
	{"channels:read", "checks a public channel before a schedule is accepted", false},
	{"groups:read", "the same for private channels", false},
	{"im:read", "the same for conversations with it", false},
	{"channels:join", "joins the public channel that it is to ask in", false},
	{"files:read", "reads notes to import, and answers in snippets", false},
	{"pins:write", "pins the question of the day, if that is switched on", false},
	{"reactions:read", "remembers reactions to answers", false},
	{"reactions:write", "marks the messages that it counted", false},
	{"usergroups:read", "knows who is in the user group of maintainers", false},
}

// botEvents are the events that the app is told of, by their names in a manifest.
// https://docs.slack.dev/reference/events
var botEvents = []event{
	{"app_home_opened", "shows people their page"},
	{"app_mention", "\"@Rewind reveal\""},
	{"app_uninstalled", "stops asking there"},
	{"member_joined_channel", "says hello in the channel it is invited to"},
	{"message.channels", "answers in the threads of public channels"},
	{"message.groups", "answers in the threads of private channels"},
	{"message.im", "what it is told in private"},
	{"reaction_added", "reactions to answers"},
	{"reaction_removed", "reactions that are taken back"},
	{"tokens_revoked", "stops asking there"},
}

// event is something that the app is told of, and what for.
type event struct{ Name, Why string }

// scopeNames are the names of all scopes.
func scopeNames() (names []string) {
	for _, s := range botScopes {
		names = append(names, s.Name)
	}
	return names
}

// neededScopes are those without which there is no game.
func neededScopes() (names []string) {
	for _, s := range botScopes {
		if s.Always {
			names = append(names, s.Name)
		}
	}
	return names
}
