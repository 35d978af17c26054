package slacktest

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
	"github.com/slack-go/slack/socketmode"
)

func message(v any) *slackevents.MessageEvent { return v.(*slackevents.MessageEvent) }

// bubble runs a test on a clock of its own.
func bubble(t *testing.T, f func(t *testing.T)) {
	t.Parallel()
	synctest.Test(t, f)
}

func TestMessageEvents(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := NewInMemory(t)
		a := connect(t, s, nil)
		c, ana, bob := s.Channel("general"), s.Member("ana"), s.Member("bob")
		parent := ana.Say(c, "1 < 2 & so on")
		reply := bob.Reply(parent, "indeed")
		loud := ana.Broadcast(parent, "everybody!")
		bob.Edit(reply, "indeed, yes")
		bob.Delete(reply)
		got := a.told(t, s, "message", 5)

		if m := message(got[0]); m.Text != "1 &lt; 2 &amp; so on" || m.TimeStamp != parent.TS || m.User != ana.ID() || m.ChannelType != "channel" || m.ThreadTimeStamp != "" {
			t.Errorf("said: %+v", m)
		}
		if m := message(got[1]); m.ThreadTimeStamp != parent.TS || m.TimeStamp != reply.TS || m.SubType != "" {
			t.Errorf("replied: %+v", m)
		}
		if m := message(got[2]); m.SubType != "thread_broadcast" || m.TimeStamp != loud.TS || m.ThreadTimeStamp != parent.TS || m.Root == nil || m.Root.Timestamp != parent.TS {
			t.Errorf("broadcast: %+v", m)
		}
		if m := message(got[3]); m.SubType != "message_changed" || m.Message.Text != "indeed, yes" || m.PreviousMessage.Text != "indeed" ||
			m.Message.Edited == nil || m.Message.Edited.Timestamp == "" || m.TimeStamp == reply.TS {
			t.Errorf("edited: %+v", m)
		}
		if m := message(got[4]); m.SubType != "message_deleted" || m.DeletedTimeStamp != reply.TS || m.PreviousMessage.Text != "indeed, yes" {
			t.Errorf("deleted: %+v", m)
		}
		if got := said(c.Messages()); got != "1 &lt; 2 &amp; so on | everybody!" {
			t.Errorf("the channel shows %q", got)
		}
	})
}

func TestAParentWithRepliesLeavesATombstone(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := NewInMemory(t)
		a := connect(t, s, nil)
		c, ana, bob := s.Channel("general"), s.Member("ana"), s.Member("bob")
		parent := ana.Say(c, "a question")
		reply := bob.Reply(parent, "an answer")
		ana.Delete(parent)
		if m := message(a.told(t, s, "message", 3)[2]); m.SubType != "message_changed" || m.Message.SubType != "tombstone" || m.PreviousMessage.Text != "a question" {
			t.Errorf("deleted: %+v", m)
		}
		replies, _, _, err := client(s).GetConversationReplies(&slack.GetConversationRepliesParameters{ChannelID: c.ID(), Timestamp: parent.TS})
		ok(t, err)
		if len(replies) != 2 || replies[0].SubType != "tombstone" || replies[1].Text != "an answer" {
			t.Errorf("the thread is %+v", replies)
		}
		bob.Delete(reply)
		_, _, _, err = client(s).GetConversationReplies(&slack.GetConversationRepliesParameters{ChannelID: c.ID(), Timestamp: parent.TS})
		wantError(t, err, "thread_not_found")
	})
}

func TestTheBotHearsItself(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := NewInMemory(t)
		a := connect(t, s, nil)
		c := s.Channel("general")
		_, ts, err := client(s).PostMessage(c.ID(), slack.MsgOptionText("x", false), slack.MsgOptionBlocks(section("x")),
			slack.MsgOptionMetadata(slack.SlackMetadata{EventType: "e", EventPayload: map[string]any{"key": "k"}}))
		ok(t, err)
		_, _, _, err = client(s).UpdateMessage(c.ID(), ts, slack.MsgOptionBlocks(section("y")))
		ok(t, err)
		got := a.told(t, s, "message", 2)
		if m := message(got[0]); m.BotID == "" || m.User != s.Bot().ID() || m.TimeStamp != ts {
			t.Errorf("posted: %+v", m)
		}
		if m := message(got[1]); m.SubType != "message_changed" || m.Message.Edited != nil {
			t.Errorf("an edit of blocks is not shown as one: %+v", m.Message)
		}
	})
}

func TestMentionsComeTwice(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := NewInMemory(t)
		a := connect(t, s, nil)
		c, ana := s.Channel("general"), s.Member("ana")
		parent := ana.Say(c, "hm")
		m := ana.MentionIn(parent, "reveal")
		a.told(t, s, "message", 2)
		got := a.told(t, s, "app_mention", 1)[0].(*slackevents.AppMentionEvent)
		if got.TimeStamp != m.TS || got.ThreadTimeStamp != parent.TS || got.Text != "<@"+s.Bot().ID()+"> reveal" {
			t.Errorf("mentioned: %+v", got)
		}
		ana.Mention(c, "hello")
		a.told(t, s, "app_mention", 2)
	})
}

func TestReactionsPinsAndPeople(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := NewInMemory(t)
		a := connect(t, s, nil)
		c, ana := s.Channel("general"), s.Member("ana")
		m := ana.Say(c, "x")
		ana.React(m, "thumbsup")
		ana.Unreact(m, "thumbsup")
		ana.Pin(m)
		ana.Unpin(m)
		ana.Set(func(p *Profile) { p.DisplayName, p.Locale, p.TZ, p.Admin = "Ana B", "ko-KR", "Asia/Seoul", true })
		secret := s.Private("secret", ana)
		secret.Archive()
		secret.Unarchive()
		c.Archive()
		c.Unarchive()
		c.Remove(ana)
		c.Remove(s.Bot())
		ana.Say(c, "nobody hears this")
		c.Destroy()
		secret.Destroy()
		for _, kind := range []string{"reaction_added", "reaction_removed", "pin_added", "pin_removed", "user_change", "team_join", "group_archive",
			"group_unarchive", "channel_archive", "channel_unarchive", "member_joined_channel", "member_left_channel", "channel_left",
			"channel_deleted", "group_deleted"} {
			if n := len(a.told(t, s, kind, 1)); n != 1 {
				t.Errorf("%d events %s", n, kind)
			}
		}
		a.told(t, s, "message", 1)
		if bad := a.of(socketmode.EventTypeErrorBadMessage); len(bad) > 0 {
			t.Errorf("the client does not understand %s", bad[0].Data.(*socketmode.ErrorBadMessage).Message)
		}
	})
}

func TestOnlyWhatTheAppMayKnowIsSent(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := NewInMemory(t)
		c, secret, ana := s.Channel("general"), s.Private("secret"), s.Member("ana")
		secret.Invite(ana)
		s.Subscribe("message.channels", "message.groups", "app_mention")
		s.WithoutScope("groups:history")
		a := connect(t, s, nil)
		ana.Say(secret, "without the scope")
		ana.React(ana.Say(c, "with it"), "eyes")
		ana.Say(ana.Direct(), "not subscribed to")
		if m := message(a.told(t, s, "message", 1)[0]); m.Text != "with it" {
			t.Errorf("the app was told %+v", m)
		}
		if n := len(s.Sent()); n != 1 {
			t.Errorf("%d envelopes were sent", n)
		}
	})
}

func TestFilesAndSnippets(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := NewInMemory(t)
		a := connect(t, s, nil)
		c, ana, api := s.Channel("general"), s.Member("ana"), client(s)
		parent := ana.Say(c, "show me")
		m := ana.Upload(c, &parent, "here", Upload{Name: "main.go", Content: "package main\n", Snippet: true}, Upload{Name: "a.png", Content: "\x89PNG"})
		got := message(a.told(t, s, "message", 2)[1])
		if got.SubType != "file_share" || got.ThreadTimeStamp != parent.TS || len(got.Message.Files) != 2 {
			t.Fatalf("uploaded: %+v", got)
		}
		snippet := got.Message.Files[0]
		if snippet.Mode != "snippet" || snippet.Filetype != "go" || snippet.Preview != "package main\n" {
			t.Errorf("the snippet is %+v", snippet)
		}
		info, _, _, err := api.GetFileInfo(m.Files[0].ID, 1, 1)
		ok(t, err)
		var b strings.Builder
		ok(t, api.GetFile(info.URLPrivateDownload, &b))
		if b.String() != "package main\n" {
			t.Errorf("downloaded %q", b.String())
		}
		a.told(t, s, "file_shared", 2)
		s.WithoutScope("files:read")
		_, _, _, err = api.GetFileInfo(m.Files[0].ID, 1, 1)
		wantError(t, err, "missing_scope")
		b.Reset()
		ok(t, api.GetFile(info.URLPrivateDownload, &b))
		if !strings.HasPrefix(b.String(), "<!DOCTYPE html>") {
			t.Errorf("without the right to it a file is %q", b.String())
		}
	})
}

func TestTheBotUploads(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := NewInMemory(t)
		a := connect(t, s, nil)
		c := s.Channel("general")
		parent := s.Member("ana").Say(c, "the board, please")
		_, err := client(s).UploadFile(slack.UploadFileParameters{Filename: "board.txt", FileSize: 5, Reader: strings.NewReader("1 ana"), Channel: c.ID(),
			ThreadTimestamp: parent.TS, InitialComment: "here", Title: "Board"})
		ok(t, err)
		_, _, err = client(s).PostMessage(c.ID(), slack.MsgOptionText("and for all", false), slack.MsgOptionTS(parent.TS), slack.MsgOptionBroadcast())
		ok(t, err)
		for _, e := range a.told(t, s, "message", 3)[1:] {
			if m := message(e); m.BotID == "" || m.User != s.Bot().ID() || m.ThreadTimeStamp != parent.TS {
				t.Errorf("the bot does not know itself in %+v", m)
			}
		}
		thread := c.Thread(parent)
		if len(thread) != 3 || len(thread[1].Files) != 1 || string(thread[1].Files[0].Content) != "1 ana" || thread[1].Files[0].Title != "Board" {
			t.Errorf("the thread is %+v", thread)
		}
	})
}

func TestEventsThatAreLimited(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := NewInMemory(t)
		a := connect(t, s, nil)
		s.LimitEvents()
		s.Until("it is acknowledged", func() bool { return s.Unsettled() == 0 })
		got := a.of(socketmode.EventTypeEventsAPI)[0].Data.(slackevents.EventsAPIEvent)
		if limited, is := got.Data.(*slackevents.EventsAPIAppRateLimited); !is || limited.TeamID != s.ID() {
			t.Errorf("the app was told %+v", got)
		}
	})
}
