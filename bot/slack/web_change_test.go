package slack

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"rewind/bot"
	"rewind/bot/slack/slacktest"
)

func (x *webTest) on(key string, op bot.Op, message, text string) bot.Delivery {
	return bot.Delivery{Key: key, Op: op, To: bot.Place{Channel: x.channel(), Message: message}, Body: bot.Message{Text: text}}
}

func TestAnEditChangesTheMessageInItsPlace(t *testing.T) {
	onWeb(t, func(t *testing.T, x *webTest) {
		d := x.text("k", "before\n---\nand more")
		first := x.must(d)
		for range 2 {
			if r := x.must(x.on("k/edit", bot.Edit, first.ID, "after\n---\nthe rest is left as it was")); r != first {
				t.Errorf("the receipt is %+v, want %+v", r, first)
			}
		}
		if x.said() != "after | and more" {
			t.Errorf("said %q", x.said())
		}
		d.Unsure = time.Now()
		if r := x.must(d); r != first || x.said() != "after | and more" {
			t.Errorf("the edited message was not found by its key: %+v, said %q", r, x.said())
		}
		if m, _ := x.room.Message(first.ID); m.Edited != "" || !strings.Contains(string(m.Blocks), "after") {
			t.Errorf("the message is %+v", m)
		}
		if body := x.sent.lastOf("chat.update"); !strings.Contains(body, "parse=none") || !strings.Contains(body, "link_names=false") || strings.Contains(body, "metadata") {
			t.Errorf("sent %q", body)
		}
		look := x.on("k/edit", bot.Edit, first.ID, "after")
		look.LookOnly = true
		x.fails(look, bot.Refused)
		lost := x.Order(slacktest.Fault{Kind: slacktest.SilentAfter, Method: "chat.update"})
		x.fails(x.on("k/edit2", bot.Edit, first.ID, "later"), bot.Unknown)
		happened(t, lost, 1)
		x.room.Archive()
		if f := x.fails(x.on("k/edit3", bot.Edit, first.ID, "too late"), bot.Refused); !f.Lost {
			t.Errorf("in an archived channel: %+v", f)
		}
		if f := x.fails(x.text("l", "too late"), bot.Refused); !f.Lost {
			t.Errorf("in an archived channel: %+v", f)
		}
	})
}

func TestAnEditOfAPersonsMessageIsRefused(t *testing.T) {
	onWeb(t, func(t *testing.T, x *webTest) {
		m := x.Member("ana").Say(x.room, "mine")
		if f := x.fails(x.on("k", bot.Edit, m.TS, "ours"), bot.Refused); f.Lost {
			t.Errorf("%+v", f)
		}
	})
}

func TestAThreadIsItsMessage(t *testing.T) {
	onWeb(t, func(t *testing.T, x *webTest) {
		first := x.must(x.text("k", "a question"))
		for n := range 2 {
			if r := x.must(x.on(fmt.Sprint(n), bot.OpenThread, first.ID, "answers")); r != first {
				t.Errorf("the thread is %+v, want %+v", r, first)
			}
		}
		cutOff := x.Order(slacktest.Fault{Kind: slacktest.ResetAfter, Method: "conversations.replies"})
		x.fails(x.on("again", bot.OpenThread, first.ID, "answers"), bot.NotDone)
		happened(t, cutOff, 1)

		boss := x.Member("boss")
		boss.Set(func(p *slacktest.Profile) { p.Admin = true })
		m, _ := x.room.Message(first.ID)
		boss.Reply(m, "is it?")
		boss.Delete(m)
		x.fails(x.on("gone", bot.OpenThread, first.ID, "answers"), bot.Refused)

		x.WithoutScope("channels:history")
		second := x.must(x.text("l", "another one"))
		x.must(x.on("blind", bot.OpenThread, second.ID, "answers"))
	})
}

func TestPinsAndReactionsAreMadeOnce(t *testing.T) {
	onWeb(t, func(t *testing.T, x *webTest) {
		first := x.must(x.text("k", "a question"))
		look := func(op bot.Op, text string) bot.Delivery {
			d := x.on("look", op, first.ID, text)
			d.LookOnly, d.Unsure = true, time.Now()
			return d
		}
		x.fails(look(bot.Pin, ""), bot.Refused)
		for range 2 {
			x.must(x.on("pin", bot.Pin, first.ID, ""))
		}
		x.must(look(bot.Pin, ""))
		x.fails(look(bot.Unpin, ""), bot.Refused)
		if got := texts(x.room.Pins()); got != "a question" {
			t.Errorf("pinned %q", got)
		}
		for range 2 {
			x.must(x.on("unpin", bot.Unpin, first.ID, ""))
		}
		if got := texts(x.room.Pins()); got != "" {
			t.Errorf("pinned %q", got)
		}
		said := x.Member("ana").Say(x.room, "mine")
		d := x.on("react", bot.React, said.TS, "✅")
		d.To.Thread = first.ID
		for range 2 {
			x.must(d)
		}
		m, _ := x.room.Message(said.TS)
		if len(m.Reactions) != 1 || m.Reactions[0].Name != "white_check_mark" || m.Reactions[0].Count != 1 {
			t.Errorf("reactions %+v", m.Reactions)
		}
		d.LookOnly = true
		x.must(d)
		d.Body.Text = "👍"
		x.fails(d, bot.Refused)
	})
}

func TestEmojiHaveNames(t *testing.T) {
	t.Parallel()
	for emoji, want := range map[string]string{"✅": "white_check_mark", "❤️": "heart", " 👍 ": "+1", ":partyparrot:": "partyparrot", "🫠": "", "": "", ":": "", "text": ""} {
		if got, ok := nameOfEmoji(emoji); got != want && ok || ok != (want != "") {
			t.Errorf("the name of %q is %q, %v", emoji, got, ok)
		}
	}
	for name, want := range map[string]string{"white_check_mark": "✅", "thumbsup": "👍", "+1::skin-tone-3": "👍", "partyparrot": ":partyparrot:"} {
		if got := emojiOfName(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	for emoji, name := range emojiNames {
		if got := emojiOfName(name); got != emoji {
			t.Errorf("%s is %q there and %q back", name, emoji, got)
		}
	}
}
