package discord

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"rewind/bot"
	"rewind/bot/discord/discordtest"
)

// open posts a question and opens its thread.
func (w *world) open() (*discordtest.Channel, bot.Thread) {
	w.T.Helper()
	r := w.deliver(w.post("question", "a question"))
	th := w.deliver(bot.Delivery{Key: "thread", Op: bot.OpenThread, To: bot.Place{Channel: w.place(w.channel), Message: r.ID}, Body: bot.Message{Text: "thread"}})
	return w.Server.Channel(th.ID), bot.Thread{Channel: w.place(w.channel), ID: th.ID}
}

func (w *world) reads(t bot.Thread) bot.Snapshot {
	w.T.Helper()
	s, err := w.platform.Read(w.T.Context(), t)
	if err != nil {
		w.T.Fatal(err)
	}
	return s
}

func told(s bot.Snapshot) string {
	var all []string
	for _, c := range s.Comments {
		all = append(all, c.Name+": "+c.Text)
	}
	return strings.Join(all, "|")
}

func TestThreadsAreReadWhole(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		room, th := w.open()
		w.guild.Nick(w.jun, "준")
		said := w.mina.Say(room, "SYN")
		w.jun.Answer(said, "그리고 ACK")
		w.deliver(bot.Delivery{Key: "own", Op: bot.Say, To: bot.Place{Channel: th.Channel, Thread: th.ID}, Body: bot.Message{Text: "the bot's own words"}})
		w.guild.Owner().Pin(said, true)
		w.mina.Say(room, "<@"+w.Bot().ID+"> reveal")
		w.mina.Say(room, "<@"+w.Bot().ID+"> 공개")
		w.mina.Say(room, "<@"+w.Bot().ID+"> is a bot")
		w.jun.Say(room, "", discordtest.File{Name: "answer.TXT", Type: "text/plain", Content: []byte("long")}, discordtest.File{Name: "cat.png", Type: "image/png", Content: []byte("x")})
		gone := w.jun.Say(room, "a slip")
		w.jun.Delete(gone)
		w.guild.Leave(w.jun)
		room.Archive(true)
		s := w.reads(th)
		want := "Mina: SYN|Jun: 그리고 ACK|Mina: <@" + w.Bot().ID + "> is a bot|Jun: [answer.TXT]"
		w.wants("the thread", told(s), want)
		if c := s.Comments[0]; c.Thread != th || c.From != w.account(w.mina) || c.ID != said.ID || !c.Said.Equal(said.Timestamp) || !c.Revision.Equal(c.Said) {
			t.Errorf("the first comment is %+v", c)
		}
		room.Delete()
		if s := w.reads(th); !s.Gone || len(s.Comments) > 0 {
			t.Errorf("a deleted thread reads %+v", s)
		}
	})
}

func TestOnlyPeopleComment(t *testing.T) {
	person := &user{ID: "1"}
	for what, odd := range map[string]struct {
		m    message
		want bool
	}{
		"a message":         {message{Author: person}, true},
		"a reply":           {message{Author: person, Type: 19}, true},
		"a note of a pin":   {message{Author: person, Type: 6}, false},
		"a note of a guest": {message{Author: person, Type: 7}, false},
		"a thread's start":  {message{Author: person, Type: 21}, false},
		"a bot's":           {message{Author: &user{ID: "2", Bot: true}}, false},
		"a webhook's":       {message{Author: person, WebhookID: "3"}, false},
		"nobody's":          {message{}, false},
	} {
		if got := isComment(&odd.m); got != odd.want {
			t.Errorf("%s: %v", what, got)
		}
	}
}

func TestNamesAreThoseOfTheGuild(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		room, th := w.open()
		w.mina.Say(room, "one")
		w.guild.Nick(w.mina, "미나")
		w.wants("at first", told(w.reads(th)), "미나: one")
		w.guild.Nick(w.mina, "Min")
		w.wants("remembered", told(w.reads(th)), "미나: one")
		asked := w.Requests("GET /guilds/{guild_id}/members/{user_id}")
		if asked != 1 {
			t.Errorf("her name was asked for %d times", asked)
		}
		time.Sleep(nameSpan)
		w.wants("later", told(w.reads(th)), "Min: one")
		time.Sleep(nameSpan)
		o := w.Order(discordtest.Fault{Kind: discordtest.ErrorBefore, Route: "GET /guilds/{guild_id}/members/{user_id}"})
		if w.wants("in trouble", told(w.reads(th)), "Min: one"); o.Count() != 1 {
			t.Error("there was no trouble")
		}
	})
}

// Somebody whose name nobody knows now keeps the one that the bot has: a user's own name may be worse than none.
func TestANameThatCannotBeAskedForIsNone(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		room, th := w.open()
		w.guild.Nick(w.mina, "미나")
		w.mina.Say(room, "one")
		o := w.Order(discordtest.Fault{Kind: discordtest.ErrorBefore, Route: "GET /guilds/{guild_id}/members/{user_id}"})
		if w.wants("in trouble", told(w.reads(th)), ": one"); o.Count() != 1 {
			t.Error("there was no trouble")
		}
		w.wants("later", told(w.reads(th)), "미나: one")
	})
}

// Where the history may not be read Discord says that there is nothing, which must not be taken for deletions.
func TestAnUnreadableThreadIsNotEmpty(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		room, th := w.open()
		w.mina.Say(room, "an answer")
		w.channel.DenyBot(discordtest.ReadMessageHistory)
		if s, err := w.platform.Read(t.Context(), th); err == nil {
			t.Errorf("the thread reads %+v", s)
		}
		w.channel.DenyBot(discordtest.ViewChannel)
		if s, err := w.platform.Read(t.Context(), th); err == nil || s.Gone {
			t.Errorf("the thread reads %+v", s)
		}
		w.channel.AllowBot()
		w.wants("the thread", told(w.reads(th)), "Mina: an answer")
	})
}

func TestAThreadIsReadOrNot(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		room, th := w.open()
		for i := range 150 {
			w.mina.Say(room, fmt.Sprint(i))
		}
		o := w.Order(discordtest.Fault{Kind: discordtest.ErrorBefore, Route: "GET /channels/{channel_id}/messages", Skip: 1})
		if s, err := w.platform.Read(t.Context(), th); err == nil || len(s.Comments) > 0 || o.Count() != 1 {
			t.Errorf("half of a thread was read: %d comments, %v", len(s.Comments), err)
		}
	})
}

// A comment whose text the bot may not see is there, and no newer than whatever is known of it.
func TestHiddenContentIsNoEmptyComment(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		room, th := w.open()
		m := w.mina.Say(room, "SYN")
		time.Sleep(time.Second)
		w.mina.Edit(m, "SYN, then ACK")
		w.GrantIntents(0)
		w.mina.Say(room, "<@"+w.Bot().ID+"> I think ACK")
		s := w.reads(th)
		if len(s.Comments) != 2 || s.Comments[0].Text != "" || !s.Comments[0].Revision.IsZero() || s.Comments[0].Said.IsZero() {
			t.Errorf("the thread reads %+v", s.Comments)
		}
		if c := s.Comments[1]; !strings.HasSuffix(c.Text, "I think ACK") || c.Revision.IsZero() {
			t.Errorf("what mentions the bot reads %+v", c)
		}
	})
}

func TestReactionsAreRead(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		room, th := w.open()
		m := w.mina.Say(room, "SYN")
		w.jun.React(m, "👍")
		w.mina.React(m, "👍")
		w.deliver(bot.Delivery{Key: "r", Op: bot.React, To: bot.Place{Channel: th.Channel, Thread: th.ID, Message: m.ID}, Body: bot.Message{Text: "✅"}})
		w.deliver(bot.Delivery{Key: "r2", Op: bot.React, To: bot.Place{Channel: th.Channel, Thread: th.ID, Message: m.ID}, Body: bot.Message{Text: "👍"}})
		want := []bot.Reaction{
			{Thread: th, Comment: m.ID, From: w.account(w.mina), Name: "Mina", Emoji: "👍"},
			{Thread: th, Comment: m.ID, From: w.account(w.jun), Name: "Jun", Emoji: "👍"},
		}
		if s := w.reads(th); !slices.Equal(s.Reactions, want) || s.Partial {
			t.Errorf("the reactions are %+v, partial %v", s.Reactions, s.Partial)
		}
		const route = "GET /channels/{channel_id}/messages/{message_id}/reactions/{emoji_name}"
		if n := w.Requests(route); n != 1 {
			t.Errorf("%d requests for reactions", n)
		}
		o := w.Order(discordtest.Fault{Kind: discordtest.ErrorBefore, Route: route})
		if s := w.reads(th); len(s.Comments) != 1 || len(s.Reactions) != 0 || !s.Partial || o.Count() != 1 {
			t.Errorf("without reactions: %+v", s)
		}
	})
}

func TestReactionsAreBounded(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		room, th := w.open()
		for i := range mostReactorPages + 5 {
			w.mina.React(w.mina.Say(room, fmt.Sprint(i)), "👍")
		}
		if s := w.reads(th); len(s.Reactions) != mostReactorPages || len(s.Comments) != mostReactorPages+5 || !s.Partial {
			t.Errorf("%d reactions to %d comments, partial %v", len(s.Reactions), len(s.Comments), s.Partial)
		}
	})
}

func TestEmojiHaveOneName(t *testing.T) {
	if a, b := (emoji{Name: "👍"}).text(), (emoji{ID: "12", Name: "cat"}).text(); a != "👍" || b != "cat:12" {
		t.Errorf("they are called %q and %q", a, b)
	}
}

func TestMemoryIsBounded(t *testing.T) {
	m := memory[int, int]{most: 10}
	for i := range 100 {
		m.put(i, i)
		if v, ok := m.get(0); !ok || v != 0 {
			t.Fatalf("after %d what is asked for was forgotten", i)
		}
		if n := len(m.young) + len(m.old); n > 12 {
			t.Fatalf("%d entries", n)
		}
	}
	if v, ok := m.get(99); !ok || v != 99 {
		t.Error("the newest was forgotten")
	}
	m.put(0, 7)
	if v, _ := m.get(0); v != 7 {
		t.Errorf("it is still %d", v)
	}
	m.forget(0)
	if _, ok := m.get(0); ok {
		t.Error("it is still known")
	}
}
