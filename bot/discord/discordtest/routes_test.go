package discordtest

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestEveryRouteIsAnsweredAsDescribed asks each route for something that goes well. What is asked and what is answered is
// validated by the server itself, and fails this test if it is not as published.
func TestEveryRouteIsAnsweredAsDescribed(t *testing.T) {
	bodies := map[string]string{
		"POST /users/@me/channels":                                           `{"recipient_id":"$person"}`,
		"PATCH /channels/{channel_id}":                                       `{"name":"other","topic":"questions"}`,
		"POST /channels/{channel_id}/messages":                               `{"content":"hello","message_reference":{"message_id":"$message"}}`,
		"PATCH /channels/{channel_id}/messages/{message_id}":                 `{"content":"other"}`,
		"POST /channels/{channel_id}/messages/{message_id}/threads":          `{"name":"a thread"}`,
		"POST /channels/{channel_id}/threads":                                `{"name":"a thread","type":11}`,
		"POST /webhooks/{webhook_id}/{webhook_token}":                        `{"content":"more","flags":64}`,
		"PATCH /webhooks/{webhook_id}/{webhook_token}/messages/@original":    `{"content":"other"}`,
		"PATCH /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}": `{"content":"other"}`,
		"POST /interactions/{interaction_id}/{interaction_token}/callback":   `{"type":4,"data":{"content":"hello"}}`,
	}
	for _, guild := range []string{"", "/guilds/{guild_id}"} {
		bodies["PUT /applications/{application_id}"+guild+"/commands"] = `[{"name":"quiz","description":"Questions","description_localizations":{"ko":"문제"}}]`
		bodies["POST /applications/{application_id}"+guild+"/commands"] = `{"name":"other","description":"Questions"}`
		bodies["PATCH /applications/{application_id}"+guild+"/commands/{command_id}"] = `{"description":"Others"}`
	}
	queries := map[string]string{
		"POST /interactions/{interaction_id}/{interaction_token}/callback": "?with_response=true",
		"GET /applications/{application_id}/commands":                      "?with_localizations=true",
		"GET /channels/{channel_id}/messages/pins":                         "?limit=50",
		"GET /guilds/{guild_id}/members":                                   "?limit=100",
	}
	for route := range routes {
		t.Run(strings.ReplaceAll(route, "/", " "), func(t *testing.T) {
			s := NewInMemory(t)
			s.GrantIntents(privilegedIntents)
			names := everythingThereIs(t, s, route)
			method, path, _ := strings.Cut(route, " ")
			path += queries[route]
			resp, body := ask(t, s, method, names.Replace(path), names.Replace(bodies[route]))
			if resp.StatusCode/100 != 2 {
				t.Errorf("%s %s", resp.Status, body)
			}
			if got := s.Requests(route); got == 0 {
				t.Error("the request went to another route")
			}
		})
	}
}

func ask(t *testing.T, s *Server, method, path, body string) (*http.Response, string) {
	t.Helper()
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	q, err := http.NewRequest(method, "https://discord.com/api/v10"+path, reader)
	if err != nil {
		t.Fatal(err)
	}
	q.Header.Set("Authorization", s.Token())
	resp, err := s.Transport().RoundTrip(q)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(b)
}

// everythingThereIs makes a world in which a route finds what it is about, and returns what stands for the names in it.
func everythingThereIs(t *testing.T, s *Server, route string) *strings.Replacer {
	t.Helper()
	g := s.Guild("Study")
	g.SetBotPermissions(BotPermissions | ManageChannels)
	ch, mina := g.Text("daily"), g.Member("Mina")
	g.SetRole(g.ID, PlayerPermissions)
	said := mina.Say(ch, "hello <@"+s.Bot().ID+">", File{Name: "a.txt", Content: []byte("x")})
	mina.React(said, "👍")
	ask(t, s, "PUT", "/channels/"+ch.ID+"/messages/"+said.ID+"/reactions/%F0%9F%91%8D/@me", "")
	ask(t, s, "PUT", "/channels/"+ch.ID+"/messages/pins/"+said.ID, "")
	_, answer := ask(t, s, "POST", "/channels/"+ch.ID+"/messages", `{"content":"question","embeds":[{"title":"x","fields":[{"name":"n","value":"v"}]}],
		"components":[{"type":1,"components":[{"type":2,"style":1,"label":"x","custom_id":"x"}]},
		{"type":1,"components":[{"type":3,"custom_id":"menu","options":[{"label":"a","value":"a"}]}]}]}`)
	message := ch.FromBot()[0].ID
	where, named := ch.ID, message
	switch {
	case strings.Contains(route, "thread-members"), route == "GET /channels/{channel_id}":
		ask(t, s, "POST", "/channels/"+ch.ID+"/messages/"+message+"/threads", `{"name":"a thread"}`)
		where = message
	case strings.Contains(route, "archived"):
		ask(t, s, "POST", "/channels/"+ch.ID+"/messages/"+message+"/threads", `{"name":"a thread"}`)
		s.Channel(message).Archive(true)
	case strings.Contains(route, "reactions"):
		named = said.ID
	}
	commands := "/applications/" + s.Bot().ID
	if strings.Contains(route, "guild_id") {
		commands += "/guilds/" + g.ID
	}
	ask(t, s, "PUT", commands+"/commands", `[{"name":"quiz","description":"Questions"}]`)
	i := mina.Slash(ch, "quiz", nil)
	if strings.Contains(route, "webhook") {
		ask(t, s, "POST", "/interactions/"+i.ID+"/"+i.token+"/callback", `{"type":4,"data":{"content":"first","flags":64}}`)
		named = i.Messages()[0].ID
	}
	scope := ""
	if strings.Contains(route, "guild_id") {
		scope = g.ID
	}
	if answer == "" {
		t.Fatal("the question was not posted")
	}
	return strings.NewReplacer("$person", mina.ID(), "$message", message, "{user_id}", mina.ID(), "{guild_id}", g.ID, "{channel_id}", where,
		"{message_id}", named, "{emoji_name}", "%F0%9F%91%8D", "{application_id}", s.Bot().ID, "{command_id}", s.commands[scope][0].ID,
		"{interaction_id}", i.ID, "{interaction_token}", i.token, "{webhook_id}", s.Bot().ID, "{webhook_token}", i.token)
}

// TestTimersEndWithTheServer keeps a thread's timer from working on a server that is closed.
func TestTimersEndWithTheServer(t *testing.T) {
	s := NewInMemory(t)
	ch := s.Guild("Study").Text("daily")
	th := s.people[s.guilds[0].owner].StartThread(s.people[s.guilds[0].owner].Say(ch, "x"), "thread")
	s.Close()
	if s.channels[th.ID].thread.timer.Reset(time.Hour) {
		t.Error("the timer runs on")
	}
	s.channels[th.ID].thread.timer.Stop()
}
