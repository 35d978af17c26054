package discord

import (
	"slices"
	"strings"
	"testing"

	"rewind/bot"
	"rewind/bot/discord/discordtest"
)

func (w *world) lacks(c *discordtest.Channel) string {
	w.T.Helper()
	all, err := w.platform.Check(w.T.Context(), w.place(c))
	if err != nil {
		w.T.Fatal(err)
	}
	var codes []string
	for _, m := range all {
		if m.What == "" {
			w.T.Errorf("%s has no name", m.Code)
		}
		codes = append(codes, m.Code)
	}
	return strings.Join(codes, ",")
}

func TestAChannelIsChecked(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		forum := w.guild.Forum("questions")
		for _, odd := range []struct {
			denied                discordtest.Permission
			inChannel, inForumToo string
		}{
			{0, "", ""},
			{discordtest.ViewChannel, "view", "view"},
			{discordtest.SendMessages, "send", "send"},
			{discordtest.EmbedLinks, "embed", "embed"},
			{discordtest.CreatePublicThreads, "threads", ""}, // a post needs no thread of its own
			{discordtest.SendMessagesInThreads, "thread_send", "thread_send"},
			{discordtest.ReadMessageHistory, "read", "read"},
			{discordtest.AddReactions, "react", "react"},
			{discordtest.AttachFiles, "files", "files"},
			{discordtest.PinMessages, "pin", ""},
			{discordtest.ManageThreads, "", "pin"},
			{discordtest.ManageMessages, "", ""}, // which is no right to pin any more
			{discordtest.MentionEveryone, "mention", "mention"},
			{discordtest.PinMessages | discordtest.MentionEveryone, "pin,mention", "mention"},
			{discordtest.SendMessages | discordtest.PinMessages | discordtest.ReadMessageHistory, "send,read,pin", "send,read"},
		} {
			w.channel.DenyBot(odd.denied)
			forum.DenyBot(odd.denied)
			w.wants("a channel", w.lacks(w.channel), odd.inChannel)
			w.wants("a forum", w.lacks(forum), odd.inForumToo)
		}
	})
}

func TestAForumsTagsAreChecked(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		forum := w.guild.Forum("questions")
		forum.RequireTag()
		w.wants("a forum without tags", w.lacks(forum), "tags")
		forum.DenyBot(discordtest.ManageThreads)
		w.wants("and without the right to pin", w.lacks(forum), "tags,pin")
		tagged := w.guild.Forum("more", "Daily")
		tagged.RequireTag()
		w.wants("a forum with a tag", w.lacks(tagged), "")
	})
}

func TestWhatIsNoChannelToPlayIn(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		room, _ := w.open()
		w.wants("a thread", w.lacks(room), "kind")
		w.wants("a voice channel", w.lacks(w.guild.Voice("talk")), "kind")
		w.wants("a private conversation", w.lacks(w.mina.DM()), "channel")
		w.wants("another guild's", w.lacks(w.Server.Guild("Elsewhere").Text("daily")), "channel")
		gone := w.guild.Text("gone")
		gone.Delete()
		w.wants("a deleted one", w.lacks(gone), "channel")
		if all, err := w.platform.Check(t.Context(), bot.Channel{Platform: name, ID: "general"}); err != nil || !slices.Equal(all, []bot.Missing{{Code: "channel", What: "#general"}}) {
			t.Errorf("a name: %v, %v", all, err)
		}
		if all, err := w.platform.Check(t.Context(), w.place(room)); err != nil || !slices.Equal(all, []bot.Missing{{Code: "kind", What: "#" + room.ID}}) {
			t.Errorf("a thread: %v, %v", all, err)
		}
		o := w.Order(discordtest.Fault{Kind: discordtest.ErrorBefore, Route: "GET /guilds/{guild_id}"})
		if all, err := w.platform.Check(t.Context(), w.place(w.channel)); err == nil || o.Count() != 1 {
			t.Errorf("what is not known is told as %v", all)
		}
	})
}

func TestPermissions(t *testing.T) {
	const send, view, pin = permissionSend, permissionView, permissionPin
	g := &guild{ID: "g", OwnerID: "owner", Roles: []role{
		{ID: "g", Permissions: view}, {ID: "player", Permissions: send}, {ID: "chief", Permissions: permissionAdministrator},
	}}
	for _, odd := range []struct {
		what       string
		user       string
		roles      []string
		overwrites []overwrite
		want       permission
	}{
		{"everybody's", "me", nil, nil, view},
		{"a role's", "me", []string{"player"}, nil, view | send},
		{"the owner's", "owner", nil, []overwrite{{ID: "g", Deny: view}}, permissionsAll},
		{"an administrator's", "me", []string{"chief"}, []overwrite{{ID: "me", Deny: view}}, permissionsAll},
		{"taken from everybody", "me", []string{"player"}, []overwrite{{ID: "g", Deny: view | send}}, 0},
		{"given back to a role", "me", []string{"player"}, []overwrite{{ID: "player", Allow: send}, {ID: "g", Deny: view | send}}, send},
		{"taken from one role and given to another", "me", []string{"player", "x"}, []overwrite{{ID: "player", Deny: send}, {ID: "x", Allow: send}}, view | send},
		{"taken from the member", "me", []string{"player"}, []overwrite{{ID: "me", Type: 1, Deny: send, Allow: pin}, {ID: "player", Allow: send}}, view | pin},
		{"somebody else's", "me", nil, []overwrite{{ID: "you", Type: 1, Allow: send}, {ID: "player", Allow: send}}, view},
	} {
		if got := permissionsOf(g, odd.user, odd.roles, odd.overwrites); got != odd.want {
			t.Errorf("%s: %b, want %b", odd.what, got, odd.want)
		}
	}
}
