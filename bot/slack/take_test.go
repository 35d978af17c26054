package slack

import (
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"rewind/bot"
	"rewind/bot/slack/slacktest"
)

// TestComments are what people say in threads, however they say it; each is told once, and reads as it was told.
func TestComments(t *testing.T) {
	h := &ear{}
	inTown(t, h, func(t *testing.T, x *town) {
		q := x.question()
		x.mina.Say(x.room, "in the channel")
		first := x.mina.Reply(q, "SYN & <ACK> see <!channel>")
		shared := x.jun.Broadcast(q, "out loud")
		snippet := x.jun.Upload(x.room, &q, "as code", slacktest.Upload{Name: "a.go", Content: "package a", Snippet: true})
		slip := x.mina.Reply(q, "a slip")
		settle()
		edited := x.mina.Edit(first, "SYN, then ACK")
		x.mina.Delete(slip)
		x.mina.Delete(x.mina.Say(x.room, "in the channel too"))
		settle()
		var got []string
		for _, c := range h.said() {
			if c.Thread != (bot.Thread{Channel: x.channel(), ID: q.TS}) || c.Said != timeOf(c.ID) {
				t.Errorf("a comment came as %+v", c)
			}
			state := c.Text
			if c.Deleted {
				state = "(deleted) " + c.Text
			}
			got = append(got, c.Name+" "+state)
		}
		slices.Sort(got)
		want(t, "comments", got, " (deleted) ", "Jun as code\n\npackage a", "Jun out loud", "Mina SYN & <ACK> see <!channel>", "Mina SYN, then ACK", "Mina a slip")
		for _, c := range h.said() {
			switch {
			case c.Text == "SYN, then ACK" && (c.ID != first.TS || !c.Revision.Equal(timeOf(edited.Edited))):
				t.Errorf("the edit came as %+v", c)
			case c.Deleted && (c.ID != slip.TS || !c.Revision.After(c.Said) || c.From != x.account(x.mina)):
				t.Errorf("the deletion came as %+v", c)
			case c.Text == "out loud" && c.ID != shared.TS, strings.HasPrefix(c.Text, "as code") && c.ID != snippet.TS:
				t.Errorf("the comment came as %+v", c)
			}
		}
	})
}

// TestACommentIsAcknowledgedOnceItIsRemembered fails twice; Slack sends it again until it does not.
func TestACommentIsAcknowledgedOnceItIsRemembered(t *testing.T) {
	var tries atomic.Int32
	h := &ear{onComment: func(bot.Comment) error {
		if tries.Add(1) < 3 {
			return errors.New("the store is busy")
		}
		return nil
	}}
	inTown(t, h, func(t *testing.T, x *town) {
		x.mina.Reply(x.question(), "SYN")
		time.Sleep(10 * time.Minute)
		if tries.Load() != 3 || x.Lost() != 0 {
			t.Errorf("it was tried %d times, %d were lost", tries.Load(), x.Lost())
		}
	})
}

// TestACommentWithStrangeBlocks is one all the same.
func TestACommentWithStrangeBlocks(t *testing.T) {
	for _, kind := range []slacktest.Kind{slacktest.EventUnknownBlock, slacktest.EventMalformed, slacktest.EventTwice, slacktest.EventAgain, slacktest.EventUnknown} {
		t.Run(string(kind), func(t *testing.T) {
			h := &ear{}
			inTown(t, h, func(t *testing.T, x *town) {
				q := x.question()
				settle()
				o := x.Order(slacktest.Fault{Kind: kind, Event: "message"})
				x.mina.Reply(q, "SYN")
				time.Sleep(10 * time.Minute)
				happened(t, o, 1)
				if got := h.said(); len(got) != 1 || got[0].Text != "SYN" || x.Lost() != 0 {
					t.Errorf("the comments are %+v", got)
				}
			})
		})
	}
}

// TestReactions say which comment and which thread they are about. Slack tells only the first, so that it is asked once where the
// comment was never told of.
func TestReactions(t *testing.T) {
	h := &ear{}
	inTown(t, h, func(t *testing.T, x *town) {
		q := x.question()
		told := x.mina.Reply(q, "SYN")
		lost := x.Order(slacktest.Fault{Kind: slacktest.EventLost, Event: "message"})
		untold := x.jun.Reply(q, "ACK")
		outside := x.mina.Say(x.room, "lunch?")
		settle()
		happened(t, lost, 1)
		asked := x.Requests("conversations.replies")
		for range 2 {
			for _, m := range []slacktest.Message{told, untold, outside, q} {
				x.root.React(m, "+1")
				settle()
				x.root.Unreact(m, "+1")
				settle()
			}
		}
		d := bot.Delivery{Key: "k", Op: bot.React, To: bot.Place{Channel: x.channel(), Thread: q.TS, Message: told.TS}, Body: bot.Message{Text: "✅"}}
		if _, err := x.p.Deliver(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		settle()
		h.mu.Lock()
		defer h.mu.Unlock()
		if len(h.reactions) != 8 {
			t.Fatalf("the reactions are %+v", h.reactions)
		}
		for i, r := range h.reactions {
			m := []slacktest.Message{told, untold}[i/2%2]
			want := bot.Reaction{Thread: bot.Thread{Channel: x.channel(), ID: q.TS}, Comment: m.TS, From: x.account(x.root), Name: "Root", Emoji: "👍", Removed: i%2 == 1}
			if r != want {
				t.Errorf("reaction %d is %+v, want %+v", i, r, want)
			}
		}
		if n := x.Requests("conversations.replies") - asked; n != 1 {
			t.Errorf("Slack was asked %d times", n)
		}
	})
}

// TestComingAndGoing: the bot says hello where it is invited to, or to an administrator who opens its page, and not before.
func TestComingAndGoing(t *testing.T) {
	h := &ear{}
	inTown(t, h, func(t *testing.T, x *town) {
		settle()
		if len(h.joined) > 0 {
			t.Errorf("it said hello to nobody: %+v", h.joined)
		}
		x.mina.OpenHome()
		x.root.OpenHome()
		other := x.Private("other", x.mina)
		other.Remove(x.Bot())
		other.Invite(x.jun)
		other.Invite(x.Bot())
		settle()
		h.mu.Lock()
		joined := slices.Clone(h.joined)
		h.mu.Unlock()
		here := bot.Workspace{Platform: name, ID: x.ID(), Name: "Rewind Tests"}
		page, room := here, here
		page.Inviter, room.Channel = x.account(x.root), bot.Channel{Platform: name, Workspace: x.ID(), ID: other.ID()}
		if len(joined) != 2 || !slices.Contains(joined, page) || !slices.Contains(joined, room) {
			t.Errorf("it joined %+v", joined)
		}
		x.Uninstall()
		settle()
		h.mu.Lock()
		defer h.mu.Unlock()
		want(t, "left", slices.Compact(h.left), name+"/"+x.ID())
	})
}

// TestOddEvents are acknowledged, and nothing comes of them.
func TestOddEvents(t *testing.T) {
	h := &ear{}
	inTown(t, h, func(t *testing.T, x *town) {
		x.LimitEvents()
		for _, event := range []string{`{"type":"message"}`, `{"type":"message","channel":"C1","subtype":"message_deleted","deleted_ts":"1.000001"}`,
			`{"type":"message","channel":"C1","subtype":"message_changed"}`, `{"type":"message","channel":"C1","subtype":"channel_join","user":"U1","ts":"1.000001"}`,
			`{"type":"app_mention","channel":"C1","user":"U1","ts":"1.000001","text":"hello"}`, `{"type":"reaction_added","item":{"type":"file"}}`,
			`{"type":"member_joined_channel","user":"U1","channel":"C1"}`, `{"type":"app_home_opened","tab":"messages","user":"U1"}`,
			`{"type":"tokens_revoked","tokens":{"oauth":["U1"]}}`, `{"type":"channel_archive","channel":"C1"}`, `{}`} {
			body := `{"team_id":"` + x.ID() + `","event":` + event + `}`
			if _, err := x.p.take(t.Context(), envelope{kind: eventsAPI, body: []byte(body)}); err != nil {
				t.Errorf("%s: %v", event, err)
			}
		}
		settle()
		if len(h.heard()) > 0 || len(h.said()) > 0 || len(h.reactions) > 0 || len(h.joined) > 0 || len(h.left) > 0 {
			t.Errorf("the bot was told %+v", h)
		}
	})
}

// TestTheLogHoldsNoSecrets: neither tokens, nor what people write, nor the addresses that answers go to.
func TestTheLogHoldsNoSecrets(t *testing.T) {
	h := &ear{}
	inTown(t, h, func(t *testing.T, x *town) {
		for _, kind := range []slacktest.Kind{slacktest.ErrorBefore, slacktest.Refuse, slacktest.Limited} {
			x.Order(slacktest.Fault{Kind: kind, Method: responseURL, Code: "used_url", After: time.Second})
			x.Order(slacktest.Fault{Kind: kind, Method: "chat.postEphemeral", Code: "channel_not_found", After: time.Second})
			i := x.mina.Slash(x.room, "/quiz answer private-words")
			time.Sleep(time.Minute)
			log := x.log.String()
			for _, secret := range []string{x.Token(), x.AppToken(), "private-words", i.ResponseURL, "/response/"} {
				if strings.Contains(log, secret) {
					t.Errorf("the log holds %q", secret)
				}
			}
		}
	})
}
