package slacktest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/slack-go/slack"
)

func of(messages []slack.Message) string {
	var list []string
	for _, m := range messages {
		list = append(list, m.Text)
	}
	return strings.Join(list, " ")
}

func TestHistoryAndReplies(t *testing.T) {
	t.Parallel()
	s := New(t)
	api, c, ana := client(s), s.Channel("general"), s.Member("ana")
	one := ana.Say(c, "one")
	var replies []Message
	for n := range 5 {
		replies = append(replies, ana.Reply(one, fmt.Sprint("r", n)))
	}
	ana.Broadcast(one, "loud")
	two := ana.Say(c, "two")
	_, _, err := api.PostMessage(c.ID(), slack.MsgOptionText("three", false), slack.MsgOptionMetadata(slack.SlackMetadata{EventType: "rewind",
		EventPayload: map[string]any{"key": "k"}}))
	ok(t, err)

	history := func(p slack.GetConversationHistoryParameters) *slack.GetConversationHistoryResponse {
		t.Helper()
		p.ChannelID = c.ID()
		h, err := api.GetConversationHistory(&p)
		ok(t, err)
		return h
	}
	if got := of(history(slack.GetConversationHistoryParameters{}).Messages); got != "three two loud one" {
		t.Errorf("history: %s", got)
	}
	first := history(slack.GetConversationHistoryParameters{Limit: 3})
	rest := history(slack.GetConversationHistoryParameters{Limit: 3, Cursor: first.ResponseMetaData.NextCursor})
	if of(first.Messages) != "three two loud" || !first.HasMore || of(rest.Messages) != "one" || rest.HasMore {
		t.Errorf("pages: %s, %s", of(first.Messages), of(rest.Messages))
	}
	if got := of(history(slack.GetConversationHistoryParameters{Oldest: two.TS}).Messages); got != "three" {
		t.Errorf("since two: %s", got)
	}
	if got := of(history(slack.GetConversationHistoryParameters{Oldest: two.TS, Inclusive: true}).Messages); got != "three two" {
		t.Errorf("since two, with it: %s", got)
	}
	if got := of(history(slack.GetConversationHistoryParameters{Latest: two.TS}).Messages); got != "loud one" {
		t.Errorf("before two: %s", got)
	}
	if m := first.Messages[0]; m.Metadata.EventType != "" {
		t.Errorf("metadata comes without being asked for: %+v", m.Metadata)
	}
	if m := history(slack.GetConversationHistoryParameters{IncludeAllMetadata: true}).Messages[0]; m.Metadata.EventPayload["key"] != "k" {
		t.Errorf("metadata: %+v", m.Metadata)
	}
	if m := rest.Messages[0]; m.ReplyCount != 6 || len(m.ReplyUsers) != 1 || m.ThreadTimestamp != one.TS || m.LatestReply == "" {
		t.Errorf("the parent is %+v", m)
	}

	thread := func(p slack.GetConversationRepliesParameters) (string, bool, string) {
		t.Helper()
		p.ChannelID = c.ID()
		m, more, cursor, err := api.GetConversationReplies(&p)
		ok(t, err)
		return of(m), more, cursor
	}
	got, more, cursor := thread(slack.GetConversationRepliesParameters{Timestamp: one.TS, Limit: 4})
	if got != "one r0 r1 r2" || !more {
		t.Errorf("replies: %s, more %v", got, more)
	}
	if got, more, _ = thread(slack.GetConversationRepliesParameters{Timestamp: one.TS, Limit: 4, Cursor: cursor}); got != "r3 r4 loud" || more {
		t.Errorf("the second page: %s, more %v", got, more)
	}
	if got, _, _ = thread(slack.GetConversationRepliesParameters{Timestamp: one.TS, Oldest: replies[3].TS}); got != "one r4 loud" {
		t.Errorf("replies since the fourth: %s", got)
	}
	if got, _, _ = thread(slack.GetConversationRepliesParameters{Timestamp: replies[0].TS}); got != "r0" {
		t.Errorf("the thread of a reply: %s", got)
	}
	if got, _, _ = thread(slack.GetConversationRepliesParameters{Timestamp: two.TS}); got != "two" {
		t.Errorf("a message without replies: %s", got)
	}
	_, _, _, err = api.GetConversationReplies(&slack.GetConversationRepliesParameters{ChannelID: c.ID(), Timestamp: "1.000001"})
	wantError(t, err, "thread_not_found")
	_, err = api.GetConversationHistory(&slack.GetConversationHistoryParameters{ChannelID: c.ID(), Cursor: "x"})
	wantError(t, err, "invalid_cursor")
	_, err = api.GetConversationHistory(&slack.GetConversationHistoryParameters{ChannelID: c.ID(), Oldest: "yesterday"})
	wantError(t, err, "invalid_ts_oldest")
	c.Remove(s.Bot())
	_, err = api.GetConversationHistory(&slack.GetConversationHistoryParameters{ChannelID: c.ID()})
	wantError(t, err, "not_in_channel")
	_, _, _, err = api.JoinConversation(c.ID())
	ok(t, err)
	s.WithoutScope("channels:history")
	_, err = api.GetConversationHistory(&slack.GetConversationHistoryParameters{ChannelID: c.ID()})
	wantError(t, err, "missing_scope")
}

func TestChannels(t *testing.T) {
	t.Parallel()
	s := New(t)
	api, ana := client(s), s.Member("ana")
	c, secret, outside := s.Channel("general"), s.Private("secret", ana), s.Channel("outside")
	c.Invite(ana)
	outside.Remove(s.Bot())
	info, err := api.GetConversationInfo(&slack.GetConversationInfoInput{ChannelID: c.ID(), IncludeNumMembers: true})
	ok(t, err)
	if info.Name != "general" || !info.IsMember || info.NumMembers != 2 || info.IsPrivate || info.IsArchived {
		t.Errorf("the channel is %+v", info)
	}
	info, err = api.GetConversationInfo(&slack.GetConversationInfoInput{ChannelID: outside.ID()})
	ok(t, err)
	if info.IsMember {
		t.Error("the bot is not in it")
	}
	secret.Remove(s.Bot())
	_, err = api.GetConversationInfo(&slack.GetConversationInfoInput{ChannelID: secret.ID()})
	wantError(t, err, "channel_not_found")
	_, _, _, err = api.JoinConversation(secret.ID())
	wantError(t, err, "channel_not_found")
	secret.Invite(s.Bot())
	_, _, _, err = api.JoinConversation(secret.ID())
	wantError(t, err, "method_not_supported_for_channel_type")
	_, warning, _, err := api.JoinConversation(c.ID())
	ok(t, err)
	if warning != "already_in_channel" {
		t.Errorf("joined again with the warning %q", warning)
	}
	members, cursor, err := api.GetUsersInConversation(&slack.GetUsersInConversationParameters{ChannelID: c.ID(), Limit: 1})
	ok(t, err)
	more, _, err := api.GetUsersInConversation(&slack.GetUsersInConversationParameters{ChannelID: c.ID(), Limit: 1, Cursor: cursor})
	ok(t, err)
	if len(members) != 1 || len(more) != 1 || more[0] != ana.ID() {
		t.Errorf("members %v %v", members, more)
	}
	list, _, err := api.GetConversations(&slack.GetConversationsParameters{Types: []string{"public_channel", "private_channel"}})
	ok(t, err)
	if len(list) != 3 {
		t.Errorf("%d channels", len(list))
	}
	im, _, _, err := api.OpenConversation(&slack.OpenConversationParameters{Users: []string{ana.ID()}, ReturnIM: true})
	ok(t, err)
	if im.ID != ana.Direct().ID() || im.User != ana.ID() {
		t.Errorf("the conversation is %+v", im)
	}
	_, _, err = api.PostMessage(ana.ID(), slack.MsgOptionText("psst", false))
	ok(t, err)
	if got := said(ana.Direct().Messages()); got != "psst" {
		t.Errorf("ana reads %q", got)
	}
	_, _, _, err = api.OpenConversation(&slack.OpenConversationParameters{Users: []string{"U0UNKNOWN"}})
	wantError(t, err, "user_not_found")
	left := s.Member("left")
	left.Set(func(p *Profile) { p.Deleted = true })
	_, _, _, err = api.OpenConversation(&slack.OpenConversationParameters{Users: []string{left.ID()}})
	wantError(t, err, "user_disabled")
	_, _, _, err = api.OpenConversation(&slack.OpenConversationParameters{Users: []string{s.Bot().ID()}})
	wantError(t, err, "cannot_dm_bot")
	_, _, _, err = api.OpenConversation(&slack.OpenConversationParameters{})
	wantError(t, err, "users_list_not_supplied")
	for _, c := range []*Channel{secret, ana.Direct()} { // their names are not told in commands
		if i := ana.Slash(c, "/quiz"); i.Failed() != "dispatch_failed" {
			t.Errorf("a command that nobody hears: %q", i.Failed())
		}
	}
}

func TestReactionsAndPins(t *testing.T) {
	t.Parallel()
	s := New(t)
	api, c, ana := client(s), s.Channel("general"), s.Member("ana")
	m := ana.Say(c, "x")
	ana.React(m, "tada")
	ref := slack.NewRefToMessage(c.ID(), m.TS)
	ok(t, api.AddReaction("tada", ref))
	wantError(t, api.AddReaction("tada", ref), "already_reacted")
	wantError(t, api.AddReaction("no spaces", ref), "invalid_name")
	wantError(t, api.AddReaction("tada", slack.NewRefToMessage(c.ID(), "1.000001")), "message_not_found")
	wantError(t, api.AddReaction("tada", slack.ItemRef{Channel: c.ID()}), "no_item_specified")
	got, err := api.GetReactions(ref, slack.NewGetReactionsParameters())
	ok(t, err)
	if len(got.Reactions) != 1 || got.Reactions[0].Count != 2 || got.Reactions[0].Users[0] != ana.ID() {
		t.Errorf("reactions: %+v", got.Reactions)
	}
	s.NameReactors(1)
	if got, err = api.GetReactions(ref, slack.NewGetReactionsParameters()); err != nil || got.Reactions[0].Count != 2 || len(got.Reactions[0].Users) != 1 {
		t.Errorf("shortened: %+v, %v", got.Reactions, err)
	}
	items, _, err := api.ListReactions(slack.ListReactionsParameters{User: ana.ID()})
	ok(t, err)
	if len(items) != 1 || items[0].Message.Timestamp != m.TS {
		t.Errorf("ana's reactions: %+v", items)
	}
	ok(t, api.RemoveReaction("tada", ref))
	wantError(t, api.RemoveReaction("tada", ref), "no_reaction")

	ok(t, api.AddPin(c.ID(), ref))
	wantError(t, api.AddPin(c.ID(), ref), "already_pinned")
	pins, _, err := api.ListPins(c.ID())
	ok(t, err)
	if len(pins) != 1 || pins[0].Message.Timestamp != m.TS || said(c.Pins()) != "x" {
		t.Errorf("pins: %+v", pins)
	}
	ok(t, api.RemovePin(c.ID(), ref))
	wantError(t, api.RemovePin(c.ID(), ref), "no_pin")
}

func TestPeopleAndGroups(t *testing.T) {
	t.Parallel()
	s := New(t)
	api, ana, bob := client(s), s.Member("Ana"), s.Member("bob")
	ana.Set(func(p *Profile) { p.DisplayName, p.Locale, p.TZ, p.Owner = "아나", "ko-KR", "Asia/Seoul", true })
	bob.Set(func(p *Profile) { p.Deleted = true })
	u, err := api.GetUserInfo(ana.ID(), slack.GetUserInfoOptionIncludeLocale(true))
	ok(t, err)
	if u.Name != "ana" || u.Profile.DisplayName != "아나" || u.Locale != "ko-KR" || u.TZ != "Asia/Seoul" || u.TZOffset != 9*3600 || !u.IsOwner || !u.IsAdmin {
		t.Errorf("ana is %+v", u)
	}
	u, err = api.GetUserInfo(bob.ID())
	ok(t, err)
	if !u.Deleted || u.Locale != "" {
		t.Errorf("bob is %+v", u)
	}
	_, err = api.GetUserInfo("U0UNKNOWN")
	wantError(t, err, "user_not_found")
	all, err := api.GetUsers(slack.GetUsersOptionLimit(1))
	ok(t, err)
	if len(all) != 3 || !all[0].IsBot {
		t.Errorf("%d people", len(all))
	}
	g := s.Group("maintainers", ana, bob)
	members, err := api.GetUserGroupMembers(g.ID())
	ok(t, err)
	if len(members) != 1 || members[0] != ana.ID() {
		t.Errorf("the group has %v", members)
	}
	groups, err := api.GetUserGroups(slack.GetUserGroupsOptionIncludeUsers(true))
	ok(t, err)
	if len(groups) != 1 || groups[0].Handle != "maintainers" || len(groups[0].Users) != 1 {
		t.Errorf("the groups are %+v", groups)
	}
	g.Disable()
	_, err = api.GetUserGroupMembers(g.ID())
	wantError(t, err, "no_such_subteam")
}

func TestWhoAmI(t *testing.T) {
	t.Parallel()
	s := New(t)
	api := client(s)
	who, err := api.AuthTest()
	ok(t, err)
	if who.TeamID != s.ID() || who.UserID != s.Bot().ID() || who.BotID == "" || who.URL != "https://rewind-tests.slack.com/" {
		t.Errorf("auth.test: %+v", who)
	}
	team, err := api.GetTeamInfo()
	ok(t, err)
	if team.ID != s.ID() || team.Domain != "rewind-tests" {
		t.Errorf("team.info: %+v", team)
	}
	bot, err := api.GetBotInfo(slack.GetBotInfoParameters{Bot: who.BotID})
	ok(t, err)
	if bot.UserID != who.UserID || bot.AppID != s.AppID() {
		t.Errorf("bots.info: %+v", bot)
	}
}
