package discord

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bwmarrin/discordgo"

	"rewind/bot"
	"rewind/bot/discord/discordtest"
)

const (
	routePost  = "POST /channels/{channel_id}/messages"
	routePatch = "PATCH /channels/{channel_id}/messages/{message_id}"
	routeRead  = "GET /channels/{channel_id}/messages/{message_id}"
)

// asking runs f in a bubble with a server in memory and the bot's REST client, which finds it by its address.
func asking(t *testing.T, f func(*testing.T, *discordtest.Server, *rest)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := discordtest.NewInMemory(t)
		f(t, s, askerOf(t, s))
	})
}

func askerOf(t *testing.T, s *discordtest.Server) *rest {
	t.Helper()
	r, err := newRest(s.Token(), s.URL(), s.Dial, bot.MachineClock{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.close)
	return r
}

// wantFailure checks what a request failed with.
func wantFailure(t *testing.T, err error, want bot.Outcome, text string) *bot.Failure {
	t.Helper()
	f := (*bot.Failure)(nil)
	if !errors.As(err, &f) {
		t.Fatalf("the error is %v, want one that is %v", err, want)
	}
	if f.Outcome != want || f.Err == nil || !strings.Contains(f.Err.Error(), text) {
		t.Errorf("the failure is %v, want %v: …%s…", f, want, text)
	}
	return f
}

func say(r *rest, channel, key, text string) (*message, error) {
	return r.createMessage(context.Background(), channel, draft{Content: text, Key: key})
}

func TestMessagesAreWrittenReadAndEdited(t *testing.T) {
	asking(t, func(t *testing.T, s *discordtest.Server, r *rest) {
		ctx := t.Context()
		g := s.Guild("Study")
		role := g.Role("quizzers", 0)
		ch, mina := g.Text("daily"), g.Member("Mina")
		button := component{Type: componentButton, Style: buttonPrimary, Label: "Answer", CustomID: "v1:answer:1"}
		m, err := r.createMessage(ctx, ch.ID, draft{
			Content: "@everyone <@&" + role + "> " + mina.Mention(), Notify: []string{role}, Key: "a key",
			Components: []component{{Type: componentRow, Components: []component{button}}},
		})
		if err != nil {
			t.Fatal(err)
		}
		seen := ch.FromBot()
		if len(seen) != 1 || seen[0].ID != m.ID || seen[0].Nonce != nonceOf("a key") || len(nonceOf("a key")) != 24 {
			t.Errorf("the channel holds %+v", seen)
		}
		if got := fmt.Sprint(seen[0].Notified); got != "[role:"+role+"]" {
			t.Errorf("it notifies %s", got)
		}
		if at, ok := timeOf(m.ID); !ok || !at.Equal(m.Timestamp) || m.Author.ID != s.Bot().ID || len(m.Components) != 1 {
			t.Errorf("the answer reads %+v", m)
		}
		edited, err := r.editMessage(ctx, ch.ID, m.ID, draft{Content: "two", Notify: []string{role}})
		if err != nil || edited.Content != "two" || edited.Edited == nil || len(edited.Components) != 0 {
			t.Errorf("after the edit: %+v, %v", edited, err)
		}
		again, err := r.message(ctx, ch.ID, m.ID)
		if err != nil || again.Content != "two" {
			t.Errorf("read again: %+v, %v", again, err)
		}
	})
}

func TestHistoryIsReadInPages(t *testing.T) {
	asking(t, func(t *testing.T, s *discordtest.Server, r *rest) {
		ctx := t.Context()
		g := s.Guild("Study")
		ch, mina := g.Text("daily"), g.Member("Mina")
		var ids []string
		for i := range 5 {
			ids = append(ids, mina.Say(ch, fmt.Sprint(i)).ID)
			time.Sleep(time.Second)
		}
		for _, odd := range []struct {
			page page
			want string
		}{
			{page{Limit: 2}, "43"},
			{page{Limit: 2, Before: ids[3]}, "21"},
		} {
			list, err := r.messages(ctx, ch.ID, odd.page)
			got := ""
			for _, m := range list {
				got += m.Content
			}
			if err != nil || got != odd.want {
				t.Errorf("%+v: %s %v, want %s", odd.page, got, err, odd.want)
			}
		}
	})
}

func TestThreadsAndPosts(t *testing.T) {
	asking(t, func(t *testing.T, s *discordtest.Server, r *rest) {
		ctx := t.Context()
		g := s.Guild("Study")
		ch, forum := g.Text("daily"), g.Forum("questions", "Networks")
		m, err := say(r, ch.ID, "k", "question")
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // the second time it is there already
			th, err := r.createThread(ctx, ch.ID, m.ID, "#1 Ports", 1440)
			if err != nil || th.ID != m.ID || th.ParentID != ch.ID || !th.isThread() {
				t.Errorf("the thread is %+v, %v", th, err)
			}
		}
		post, err := r.createPost(ctx, forum.ID, "#2 Sockets", 1440, []string{forum.TagID("Networks")}, draft{Content: "question", Key: "k2"})
		if err != nil || post.Message == nil || post.Message.ID != post.ID || post.ParentID != forum.ID {
			t.Fatalf("the post is %+v, %v", post, err)
		}
		if got := fmt.Sprint(forum.Threads()[0].Tags()); got != "[Networks]" {
			t.Errorf("its tags are %s", got)
		}
		active, err := r.activeThreads(ctx, g.ID)
		if err != nil || len(active) != 2 {
			t.Errorf("active are %+v, %v", active, err)
		}
		yes := true
		if _, err := r.changeThread(ctx, post.ID, threadChange{Archived: &yes}); err != nil {
			t.Error(err)
		}
		read, err := r.channel(ctx, post.ID)
		if err != nil || read.Metadata == nil || !read.Metadata.Archived || read.OwnerID != s.Bot().ID {
			t.Errorf("changed, it is %+v, %v", read, err)
		}
		forum.RequireTag()
		_, err = r.createPost(ctx, forum.ID, "#3", 1440, nil, draft{Content: "question"})
		wantFailure(t, err, bot.Refused, "need a tag")
		if read, err := r.channel(ctx, forum.ID); err != nil || read.Flags&flagTagRequired == 0 || read.Type != channelForum {
			t.Errorf("the forum is %+v, %v", read, err)
		}
	})
}

func TestPinsAndReactions(t *testing.T) {
	asking(t, func(t *testing.T, s *discordtest.Server, r *rest) {
		ctx := t.Context()
		g := s.Guild("Study")
		ch, mina := g.Text("daily"), g.Member("Mina")
		m, err := say(r, ch.ID, "k", "question")
		if err != nil {
			t.Fatal(err)
		}
		seen, _ := ch.Message(m.ID)
		mina.React(seen, "👍")
		for range 2 {
			if err := errors.Join(r.pin(ctx, ch.ID, m.ID), r.react(ctx, ch.ID, m.ID, "👍")); err != nil {
				t.Error(err)
			}
		}
		if got := ch.Pins(); len(got) != 1 {
			t.Errorf("pinned are %+v", got)
		}
		who, err := r.reactors(ctx, ch.ID, m.ID, "👍", "")
		if err != nil || len(who) != 2 || who[0].ID != s.Bot().ID || who[1].ID != mina.ID() || who[1].GlobalName != "Mina" {
			t.Errorf("reacted have %+v, %v", who, err)
		}
		if who, err := r.reactors(ctx, ch.ID, m.ID, "👍", s.Bot().ID); err != nil || len(who) != 1 {
			t.Errorf("after the bot: %+v, %v", who, err)
		}
		if read, err := r.message(ctx, ch.ID, m.ID); err != nil || !read.Pinned || len(read.Reactions) != 1 || read.Reactions[0].Count != 2 {
			t.Errorf("the message reads %+v, %v", read, err)
		}
		for range 2 {
			if err := r.unpin(ctx, ch.ID, m.ID); err != nil {
				t.Error(err)
			}
		}
		if got := ch.Pins(); len(got) != 0 {
			t.Errorf("still pinned are %+v", got)
		}
	})
}

func TestPlacesAreRead(t *testing.T) {
	asking(t, func(t *testing.T, s *discordtest.Server, r *rest) {
		ctx := t.Context()
		g := s.Guild("Study")
		g.SetLocale("ko")
		ch, mina := g.Text("daily"), g.Member("Mina")
		ch.DenyBot(discordtest.SendMessages)
		if read, err := r.guild(ctx, g.ID); err != nil || read.Name != "Study" || read.PreferredLocale != "ko" || read.OwnerID != g.Owner().ID() || len(read.Roles) != 2 || read.Roles[0].Permissions == 0 {
			t.Errorf("the guild is %+v, %v", read, err)
		}
		if read, err := r.member(ctx, g.ID, s.Bot().ID); err != nil || len(read.Roles) != 1 || read.User.ID != s.Bot().ID {
			t.Errorf("the bot's membership is %+v, %v", read, err)
		}
		if read, err := r.channel(ctx, ch.ID); err != nil || read.GuildID != g.ID || len(read.Overwrites) != 1 || read.Overwrites[0].Deny != permission(discordtest.SendMessages) {
			t.Errorf("the channel is %+v, %v", read, err)
		}
		dm, err := r.private(ctx, mina.ID())
		if err != nil || dm.ID != mina.DM().ID || dm.Type != channelPrivate {
			t.Errorf("the private channel is %+v, %v", dm, err)
		}
		if at, err := r.gateway(ctx); err != nil || at.URL == "" || at.SessionStartLimit.Remaining == 0 || at.SessionStartLimit.MaxConcurrency == 0 {
			t.Errorf("the gateway is %+v, %v", at, err)
		}
	})
}

func TestLongTextsGoAsFiles(t *testing.T) {
	asking(t, func(t *testing.T, s *discordtest.Server, r *rest) {
		ch := s.Guild("Study").Text("daily")
		long := strings.Repeat("가나다\n", 10_000)
		m, err := r.createMessage(t.Context(), ch.ID, draft{Content: "see the file", Key: "k", Files: []file{{Name: `an "answer".md`, Type: "text/markdown", Content: []byte(long)}}})
		if err != nil {
			t.Fatal(err)
		}
		seen, _ := ch.Message(m.ID)
		if len(seen.Attachments) != 1 || string(s.Attachment(seen.Attachments[0])) != long || seen.Nonce != nonceOf("k") {
			t.Errorf("the message is %+v", seen)
		}
	})
}

// tokens are the interactions that the gateway reported.
func heardInteractions(t *testing.T, s *discordtest.Server) func() []*discordgo.Interaction {
	t.Helper()
	c, err := newSession(s.Token(), &http.Client{Transport: s.Transport()})
	if err != nil {
		t.Fatal(err)
	}
	c.Dialer = gatewayDialer(s)
	var all []*discordgo.Interaction
	c.SyncEvents = true
	c.AddHandler(func(_ *discordgo.Session, e *discordgo.InteractionCreate) { all = append(all, e.Interaction) })
	if err := c.Open(); err != nil {
		t.Fatal(err)
	}
	synctest.Wait()
	t.Cleanup(func() {
		synctest.Wait()
		_ = c.Close()
	})
	return func() []*discordgo.Interaction {
		synctest.Wait()
		return all
	}
}

var quizCommand = []*discordgo.ApplicationCommand{{Name: "quiz", Description: "Questions"}}

func TestInteractionsAreAnswered(t *testing.T) {
	asking(t, func(t *testing.T, s *discordtest.Server, r *rest) {
		ctx, app := t.Context(), s.Bot().ID
		g := s.Guild("Study")
		ch, mina := g.Text("daily"), g.Member("Mina")
		heard := heardInteractions(t, s)
		if err := r.overwriteCommands(ctx, app, "", quizCommand); err != nil {
			t.Fatal(err)
		}

		first := mina.Slash(ch, "/quiz", nil)
		i := heard()[0]
		now, err := r.respond(ctx, i.ID, i.Token, answerMessage, draft{Content: "@everyone here", Flags: flagEphemeral})
		if err != nil || now.ID != first.Reply().ID || !first.Reply().Ephemeral() || len(first.Reply().Notified) != 0 {
			t.Errorf("answered with %+v, %v", now, err)
		}
		if m, err := r.editOriginal(ctx, app, i.Token, draft{Content: "two", Flags: flagEphemeral}); err != nil || m.Content != "two" {
			t.Errorf("edited: %+v, %v", m, err)
		}
		if m, err := r.followUp(ctx, app, i.Token, draft{Content: "more", Flags: flagEphemeral}); err != nil || m.Content != "more" || len(first.Messages()) != 2 {
			t.Errorf("followed up: %+v, %v", m, err)
		}
		_, err = r.respond(ctx, i.ID, i.Token, answerMessage, draft{Content: "again"})
		wantFailure(t, err, bot.Refused, "answered already")

		later := mina.Slash(ch, "/quiz", nil)
		i = heard()[1]
		if _, err := r.respond(ctx, i.ID, i.Token, answerLater, draft{Flags: flagEphemeral}); err != nil {
			t.Fatal(err)
		}
		if _, err := r.editOriginal(ctx, app, i.Token, draft{Content: "done"}); err != nil {
			t.Fatal(err)
		}
		if m := later.Reply(); m.Content != "done" || !m.Ephemeral() {
			t.Errorf("the late answer is %+v", m)
		}
		time.Sleep(15 * time.Minute)
		_, err = r.editOriginal(ctx, app, i.Token, draft{Content: "late"})
		if f := wantFailure(t, err, bot.Refused, "too old"); f.Wide {
			t.Error("an old interaction concerns everybody")
		}

		mina.Slash(ch, "/quiz", nil)
		i = heard()[2]
		time.Sleep(4 * time.Second)
		_, err = r.respond(ctx, i.ID, i.Token, answerMessage, draft{Content: "late"})
		wantFailure(t, err, bot.Refused, "not known any more")
	})
}

func TestFactD18FormsWithLabelsAndResponses(t *testing.T) {
	asking(t, func(t *testing.T, s *discordtest.Server, r *rest) {
		g := s.Guild("Study")
		ch, mina := g.Text("daily"), g.Member("Mina")
		heard := heardInteractions(t, s)
		if err := r.overwriteCommands(t.Context(), s.Bot().ID, "", quizCommand); err != nil {
			t.Fatal(err)
		}
		asked := mina.Slash(ch, "/quiz", nil)
		i, no := heard()[0], false
		_, err := r.respond(t.Context(), i.ID, i.Token, answerForm, form{CustomID: "v1:form", Title: "Answer", Components: []component{{
			Type: componentLabel, Label: "Your answer", Description: "In your words",
			Component: &component{Type: componentInput, CustomID: "text", Style: inputParagraph, MaxLength: 4000, Required: &no},
		}}})
		if err != nil {
			t.Fatal(err)
		}
		m := asked.Modal()
		if m.Components[0].Type != componentLabel || m.Components[0].Component.Style != inputParagraph {
			t.Errorf("the form is %+v", m)
		}

		answered := mina.Slash(ch, "/quiz", nil)
		i = heard()[1]
		out, err := r.respond(t.Context(), i.ID, i.Token, answerMessage, draft{Content: "here"})
		if err != nil || out.ID == "" || out.ID != answered.Reply().ID {
			t.Errorf("the answer does not name its message: %+v, %v", out, err)
		}
	})
}

// TestUnknownComponentsAreRead is what D8 is about, for what is read by REST: nothing of the message is lost.
func TestUnknownComponentsAreRead(t *testing.T) {
	var m message
	err := json.Unmarshal([]byte(`{"id":"1","author":{"id":"2"},"content":"hello","nonce":7,"components":[
		{"type":99,"label":{"new":1},"value":[1],"custom_id":3,"components":[{"type":2,"custom_id":"inner"}]},"odd",
		{"type":18,"component":{"type":4,"custom_id":"text","value":"mine"}}]}`), &m)
	if err != nil || m.Author == nil || m.Content != "hello" || m.Nonce != "7" {
		t.Fatalf("read as %+v, %v", m, err)
	}
	got := ""
	walk(m.Components, func(c component) { got += fmt.Sprintf("%d%s%s ", c.Type, c.CustomID, c.Value) })
	if got != "99 2inner 0 18 4textmine " {
		t.Errorf("the components are %s", got)
	}
}

func TestRequestsGoToTheOperatorsAddress(t *testing.T) {
	for _, odd := range []struct{ api, want string }{
		{"", "/api/v9/channels/1"},
		{"/", "/api/v9/channels/1"},
		{"/api", "/api/v9/channels/1"},
		{"/discord/", "/discord/v9/channels/1"},
	} {
		got := ""
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
			got = q.URL.Path
			_, _ = w.Write([]byte(`{"id":"1"}`))
		}))
		r, err := newRest("token", s.URL+odd.api, nil, bot.MachineClock{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.channel(t.Context(), "1"); err != nil || got != odd.want {
			t.Errorf("%q leads to %s, want %s (%v)", odd.api, got, odd.want, err)
		}
		r.close()
		s.Close()
	}
	for _, bad := range []string{"proxy.example/api", "ftp://proxy.example", "https://", "https://proxy.example/api?x=1", "://"} {
		if _, err := newRest("token", bad, nil, bot.MachineClock{}); err == nil {
			t.Errorf("%q is taken for an address", bad)
		}
	}
}

func TestRoutes(t *testing.T) {
	for _, odd := range []struct {
		method, path string
		want         route
	}{
		{"POST", "/api/v9/channels/12/messages", route{"POST channels/*/messages", "12", false}},
		{"PUT", "/api/v9/channels/12/messages/34/reactions/%F0%9F%91%8D/@me", route{"PUT channels/*/messages/*/reactions/*/@me", "12", false}},
		{"PUT", "/api/v9/channels/12/messages/34/reactions/ok/@me", route{"PUT channels/*/messages/*/reactions/*/@me", "12", false}},
		{"GET", "/api/v9/guilds/12/members/34", route{"GET guilds/*/members/*", "12", false}},
		{"POST", "/api/v9/users/@me/channels", route{"POST users/@me/channels", "", false}},
		{"PUT", "/api/v9/applications/12/commands", route{"PUT applications/*/commands", "", false}},
		{"POST", "/api/v9/interactions/12/abc/callback", route{"POST interactions/*/*/callback", "12/abc", true}},
		{"PATCH", "/api/v9/webhooks/12/abc/messages/@original", route{"PATCH webhooks/*/*/messages/@original", "12/abc", true}},
		{"GET", "/api/v9/webhooks/12", route{"GET webhooks/*", "12", false}},
		{"GET", "/api/v9/gateway/bot", route{"GET gateway/bot", "", false}},
		{"GET", "/", route{"GET ", "", false}},
	} {
		q := httptest.NewRequest(odd.method, odd.path, nil)
		if got := routeOf(odd.method, q.URL); got != odd.want {
			t.Errorf("%s %s is %+v, want %+v", odd.method, odd.path, got, odd.want)
		}
	}
}
