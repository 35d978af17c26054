package discord

import (
	"strings"
	"testing"
	"time"

	"rewind/bot"
	"rewind/bot/discord/discordtest"
)

const routePostInForum = "POST /channels/{channel_id}/threads"

// question is a post for a forum.
func (w *world) question(forum *discordtest.Channel, key string) bot.Delivery {
	return bot.Delivery{Key: key, Op: bot.Say, To: bot.Place{Channel: w.place(forum)}, Body: bot.Message{
		Title: "Question 1", Text: "What is a SYN flood?", Topics: []string{"networks", "Security"}, Thread: "Q1 · SYN flood", Actions: actions,
	}}
}

func names(list []*discordtest.Channel) string {
	var all []string
	for _, c := range list {
		all = append(all, c.Name())
	}
	return strings.Join(all, "|")
}

func TestAForumPost(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		forum := w.guild.Forum("questions", "Networks", "Databases", "SECURITY")
		r := w.deliver(w.question(forum, "k"))
		if posts := forum.Threads(); len(posts) != 1 || r.ID != posts[0].ID || r.Thread != r.ID || posts[0].Name() != "Q1 · SYN flood" {
			t.Fatalf("the receipt is %+v, the posts are %s", r, names(posts))
		}
		post := w.Server.Channel(r.ID)
		w.wants("the tags", strings.Join(post.Tags(), ","), "Networks,SECURITY")
		if list := post.FromBot(); len(list) != 1 || !strings.Contains(list[0].Content, "SYN flood?") || len(list[0].Buttons()) != 2 {
			t.Errorf("the post holds %+v", list)
		}
		edit := bot.Delivery{Key: "e", Op: bot.Edit, To: bot.Place{Channel: w.place(forum), Message: r.ID}, Body: bot.Message{Text: "it was revealed"}}
		w.deliver(edit)
		w.wants("after the edit", w.texts(post), "it was revealed")
		post.Archive(true)
		edit.Body.Text = "it is over"
		w.deliver(edit)
		w.wants("after an edit in the archive", w.texts(post), "it is over")
		if !post.Archived() {
			t.Error("an edit left the post open")
		}
		open := bot.Delivery{Key: "t", Op: bot.OpenThread, To: bot.Place{Channel: w.place(forum), Message: r.ID}, Body: bot.Message{Text: "thread"}}
		w.wants("its thread", w.deliver(open).ID, r.ID)
	})
}

func TestAForumPostIsMadeOnce(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		forum := w.guild.Forum("questions")
		d := w.lose(routePostInForum, w.question(forum, "k"))
		w.deliver(w.question(forum, "another"))
		first := forum.Threads()[0]
		w.wants("found at once", w.deliver(d).ID, first.ID)
		first.Archive(true)
		w.restart()
		r := w.deliver(d)
		if r.ID != first.ID || r.Thread != first.ID || len(forum.Threads()) != 2 {
			t.Errorf("found %+v among %d posts", r, len(forum.Threads()))
		}
		look := d
		look.LookOnly = true
		w.wants("only looked for", w.deliver(look).ID, first.ID)
		// Where nothing may be read nothing is posted.
		forum.DenyBot(discordtest.ReadMessageHistory)
		w.fails(d, bot.Unknown, "")
		forum.AllowBot()
		first.Delete()
		w.fails(look, bot.Refused, "nothing")
		w.deliver(d)
		if n := len(forum.Threads()); n != 2 {
			t.Errorf("%d posts in the end", n)
		}
	})
}

func TestALongForumPostIsFinished(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		forum := w.guild.Forum("questions")
		d := w.question(forum, "k")
		d.Body.Text = strings.Repeat(strings.Repeat("word ", 200)+"\n\n", 6)
		d = w.lose(routePost, d)
		w.restart()
		r := w.deliver(d)
		said := 0
		for _, m := range w.Server.Channel(r.ID).FromBot() {
			said += strings.Count(m.Content, "word")
		}
		if said != 1200 || len(forum.Threads()) != 1 {
			t.Errorf("%d words of 1200 in %d posts", said, len(forum.Threads()))
		}
	})
}

func TestAForumThatWantsATag(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		forum := w.guild.Forum("questions", "Daily", "Other")
		forum.RequireTag()
		w.wants("any tag", strings.Join(w.Server.Channel(w.deliver(w.question(forum, "k")).ID).Tags(), ","), "Daily")
		bare := w.guild.Forum("bare")
		bare.RequireTag()
		if f := w.fails(w.question(bare, "k"), bot.Refused, "tag"); f.Lost {
			t.Error("a forum is lost for want of a tag")
		}
	})
	usable := []tag{{ID: "1", Name: "a"}, {ID: "2", Name: "B "}, {ID: "3", Name: "c"}, {ID: "4", Name: "d"}, {ID: "5", Name: "e"}, {ID: "6", Name: "f"}}
	for _, odd := range []struct {
		topics   string
		required bool
		want     string
	}{
		{"", false, ""},
		{"", true, "1"},
		{"b", true, "2"},
		{"x,C,c", false, "3"},
		{"a,b,c,d,e,f", false, "1,2,3,4,5"}, // as many as there may be
	} {
		if got := strings.Join(tagsFor(usable, strings.Split(odd.topics, ","), odd.required), ","); got != odd.want {
			t.Errorf("%q: %q, want %q", odd.topics, got, odd.want)
		}
	}
	if got := usableTags([]tag{{ID: "1", Moderated: true}, {ID: "2"}}, 0); len(got) != 1 || got[0].ID != "2" {
		t.Errorf("usable are %+v", got)
	}
}

// A forum has room for one pinned post, so that the newest takes the place of the one before.
func TestForumPostsArePinned(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		forum := w.guild.Forum("questions")
		first, second := w.deliver(w.question(forum, "1")), w.deliver(w.question(forum, "2"))
		pin := func(op bot.Op, id string) bot.Delivery {
			return bot.Delivery{Key: string(op) + id, Op: op, To: bot.Place{Channel: w.place(forum), Message: id}}
		}
		w.deliver(pin(bot.Pin, first.ID))
		w.deliver(pin(bot.Pin, first.ID))
		if !w.Server.Channel(first.ID).Pinned() {
			t.Error("the post is not pinned")
		}
		w.deliver(pin(bot.Pin, second.ID))
		w.deliver(pin(bot.Unpin, first.ID))
		if w.Server.Channel(first.ID).Pinned() || !w.Server.Channel(second.ID).Pinned() {
			t.Error("the second post is not the pinned one")
		}
		time.Sleep(8 * 24 * time.Hour)
		if !w.Server.Channel(second.ID).Archived() {
			t.Fatal("the post does not rest")
		}
		w.deliver(pin(bot.Unpin, second.ID))
		if w.Server.Channel(second.ID).Pinned() {
			t.Error("the second post is still pinned")
		}
	})
}
