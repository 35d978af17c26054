package slack

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"rewind/bot"
	"rewind/bot/slack/slacktest"
)

// question posts a question and returns its thread and message.
func (x *webTest) question() (bot.Thread, slacktest.Message) {
	x.t.Helper()
	r := x.must(x.text("question", "a question"))
	m, _ := x.room.Message(r.ID)
	return bot.Thread{Channel: x.channel(), ID: r.ID}, m
}

func (x *webTest) reads(t bot.Thread) bot.Snapshot {
	x.t.Helper()
	ctx, cancel := context.WithTimeout(x.t.Context(), 30*time.Second)
	defer cancel()
	s, err := x.snapshot(ctx, t)
	if err != nil {
		x.t.Fatal(err)
	}
	return s
}

func comments(s bot.Snapshot) string {
	var list []string
	for _, c := range s.Comments {
		list = append(list, c.Name+": "+c.Text)
	}
	return strings.Join(list, " | ")
}

func TestAThreadIsReadWhole(t *testing.T) {
	onWeb(t, func(t *testing.T, x *webTest) {
		th, m := x.question()
		if s := x.reads(th); len(s.Comments) > 0 || s.Gone {
			t.Errorf("an empty thread reads %+v", s)
		}
		ana := x.Member("ana")
		ana.Set(func(p *slacktest.Profile) { p.DisplayName, p.RealName = "아나", "Ana" })
		bob := x.Member("bob")
		bob.Set(func(p *slacktest.Profile) { p.DisplayName, p.RealName = "", "Bob Real" })
		first := ana.Reply(m, "SYN & ACK, 1 < 2")
		ana.Broadcast(m, "out loud")
		second := bob.Reply(m, "draft")
		time.Sleep(time.Minute)
		edited := bob.Edit(second, "final")
		gone := bob.Reply(m, "a slip")
		bob.Delete(gone)
		own := x.text("own", "the bot's own words")
		own.To.Thread = th.ID
		x.must(own)
		ana.Say(x.room, "not in the thread")
		ana.MentionIn(m, "it is a handshake")
		ana.MentionIn(m, "reveal") // a command, and no comment
		s := x.reads(th)
		if got := comments(s); got != "아나: SYN & ACK, 1 < 2 | 아나: out loud | Bob Real: final | 아나: @rewind it is a handshake" {
			t.Errorf("the thread reads %q", got)
		}
		c := s.Comments[0]
		if c.ID != first.TS || c.Thread != th || c.From != (bot.Account{Platform: "slack", Workspace: x.Server.ID(), User: ana.ID()}) ||
			!c.Said.Equal(timeOf(first.TS)) || !c.Revision.Equal(c.Said) || c.Deleted {
			t.Errorf("the first comment is %+v", c)
		}
		if c := s.Comments[2]; c.ID != second.TS || !c.Said.Equal(timeOf(second.TS)) || !c.Revision.Equal(timeOf(edited.Edited)) {
			t.Errorf("the edited comment is %+v", c)
		}
	})
}

func TestLongThreads(t *testing.T) {
	onWeb(t, func(t *testing.T, x *webTest) {
		th, m := x.question()
		ana := x.Member("ana")
		say := func(from, to int) {
			for n := from; n < to; n++ {
				ana.Reply(m, fmt.Sprint(n))
			}
		}
		check := func(s bot.Snapshot, want int) {
			t.Helper()
			if len(s.Comments) != want {
				t.Fatalf("%d comments were read", len(s.Comments))
			}
			for n, c := range s.Comments {
				if c.Text != fmt.Sprint(n) {
					t.Fatalf("comment %d is %q", n, c.Text)
				}
			}
		}
		x.Subscribe()      // nobody listens
		x.Distribute(true) // fifteen a page, and one page a minute
		say(0, 40)
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		s, err := x.snapshot(ctx, th)
		if err != nil {
			t.Fatal(err)
		}
		check(s, 40)
		x.Distribute(false)
		say(40, 210)
		time.Sleep(time.Minute)
		before := x.Requests("conversations.replies")
		check(x.reads(th), 210)
		if n := x.Requests("conversations.replies") - before; n != 2 {
			t.Errorf("%d pages were read", n)
		}
		// A limit in the middle is waited out where there is time for it.
		o := x.Order(slacktest.Fault{Kind: slacktest.Limited, After: 5 * time.Second, Method: "conversations.replies", Skip: 1})
		check(x.reads(th), 210)
		happened(t, o, 1)
		// What cannot be read whole is not read: what is missing would count as deleted.
		for _, kind := range []slacktest.Kind{slacktest.ResetAfter, slacktest.Limited} {
			o := x.Order(slacktest.Fault{Kind: kind, After: time.Minute, Method: "conversations.replies", Skip: 1})
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
			s, err := x.snapshot(ctx, th)
			cancel()
			if f := (*bot.Failure)(nil); !errors.As(err, &f) || f.Outcome != bot.NotDone || len(s.Comments) > 0 || s.Gone {
				t.Errorf("%s: %d comments, %v", kind, len(s.Comments), err)
			}
			happened(t, o, 1)
			time.Sleep(2 * time.Minute)
		}
	})
}

func TestThreadsThatAreGone(t *testing.T) {
	onWeb(t, func(t *testing.T, x *webTest) {
		boss := x.Member("boss")
		boss.Set(func(p *slacktest.Profile) { p.Admin = true })
		th, m := x.question()
		reply := boss.Reply(m, "an answer")
		boss.Delete(m) // the replies stay where they are
		if s := x.reads(th); comments(s) != "boss: an answer" || s.Gone {
			t.Errorf("a thread without its question reads %+v", s)
		}
		boss.Delete(reply)
		for _, id := range []string{th.ID, "404", ""} {
			if s := x.reads(bot.Thread{Channel: x.channel(), ID: id}); !s.Gone || len(s.Comments) > 0 {
				t.Errorf("thread %q reads %+v", id, s)
			}
		}
		th, _ = x.question()
		x.room.Remove(x.Bot())
		joins := x.Requests("conversations.join")
		if s, err := x.snapshot(t.Context(), th); err == nil || s.Gone || x.Requests("conversations.join") != joins {
			t.Errorf("from outside: %+v, %v", s, err)
		}
	})
}

func TestFilesAreReadWhereTheyAreText(t *testing.T) {
	onWeb(t, func(t *testing.T, x *webTest) {
		th, m := x.question()
		ana := x.Member("ana")
		up := func(comment string, u ...slacktest.Upload) { ana.Upload(x.room, &m, comment, u...) }
		up("see here", slacktest.Upload{Name: "answer.md", Content: "\ufeff# SYN\n\nthen ACK\n"})
		up("", slacktest.Upload{Name: "main.go", Content: "package main", Snippet: true}, slacktest.Upload{Name: "b.txt", Content: "and more"})
		up("a picture", slacktest.Upload{Name: "board.png", Content: "\x89PNG"})
		up("", slacktest.Upload{Name: "huge.txt", Content: strings.Repeat("x", mostText+1)})
		up("", slacktest.Upload{Name: "full.txt", Content: strings.Repeat("y", mostText)})
		up("", slacktest.Upload{Name: "binary.txt", Content: "a\x00b"})
		up("", slacktest.Upload{Name: "latin.txt", Content: "caf\xe9"})
		up("", slacktest.Upload{Name: "page.html", Content: "<!DOCTYPE html><p>text"})
		want := "ana: see here\n\n# SYN\n\nthen ACK | ana: package main\n\nand more | ana: a picture\n\n[board.png] | ana: [huge.txt] | ana: " +
			strings.Repeat("y", mostText) + " | ana: [binary.txt] | ana: [latin.txt] | ana: <!DOCTYPE html><p>text"
		if got := comments(x.reads(th)); got != want {
			t.Errorf("the thread reads %.300q", got)
		}
		if n := x.Requests("file"); n != 7 {
			t.Errorf("%d files were fetched", n)
		}
		// What may work later is not taken for a file that cannot be read: its text would be lost for good.
		for _, kind := range []slacktest.Kind{slacktest.ErrorBefore, slacktest.ResetAfter, slacktest.Limited, slacktest.SilentBefore} {
			o := x.Order(slacktest.Fault{Kind: kind, After: 5 * time.Second, Method: "file", Times: -1}) // net/http fetches a file again by itself
			s, err := x.snapshot(t.Context(), th)
			if f := (*bot.Failure)(nil); !errors.As(err, &f) || f.Outcome != bot.NotDone || len(s.Comments) > 0 {
				t.Errorf("%s: %v", kind, err)
			}
			if o.Count() == 0 {
				t.Errorf("%s did not happen", kind)
			}
			o.Stop()
			time.Sleep(time.Minute)
		}
		x.WithoutScope("files:read") // Slack shows the page to sign in at
		if got := comments(x.reads(th)); !strings.Contains(got, "ana: see here\n\n[answer.md]") || strings.Contains(got, "Sign in") {
			t.Errorf("without the scope the thread reads %.300q", got)
		}
	})
}

func TestReactionsAreRead(t *testing.T) {
	onWeb(t, func(t *testing.T, x *webTest) {
		th, m := x.question()
		ana, bob := x.Member("ana"), x.Member("bob")
		reply := ana.Reply(m, "an answer")
		bob.React(m, "eyes") // the question itself is no comment
		bob.React(reply, "thumbsup")
		ana.React(reply, "partyparrot")
		x.must(x.on("react", bot.React, reply.TS, "✅"))
		got := fmt.Sprint(x.reads(th).Reactions)
		from := func(m *slacktest.Member) bot.Account {
			return bot.Account{Platform: "slack", Workspace: x.Server.ID(), User: m.ID()}
		}
		want := fmt.Sprint([]bot.Reaction{
			{Thread: th, Comment: reply.TS, From: from(bob), Name: "bob", Emoji: "👍"},
			{Thread: th, Comment: reply.TS, From: from(ana), Name: "ana", Emoji: ":partyparrot:"},
		})
		if got != want {
			t.Errorf("reactions are %s, want %s", got, want)
		}
		ana.React(reply, "thumbsup")
		if s := x.reads(th); s.Partial {
			t.Error("all reactions are taken for a part of them")
		}
		x.NameReactors(1)
		if s := x.reads(th); len(s.Reactions) != 2 || !s.Partial {
			t.Errorf("reactions are %+v, partial %v", s.Reactions, s.Partial)
		}
	})
}

func TestTextsAreReadAsTheyWereWritten(t *testing.T) {
	t.Parallel()
	names := map[string]string{"U1": "아나"}
	for slack, want := range map[string]string{
		"":                              "",
		"1 &lt; 2 &amp;&amp; 3 &gt; 2":  "1 < 2 && 3 > 2",
		"&amp;lt; and &amp;amp;":        "&lt; and &amp;",
		"<@U1> and <@U2> and <@U3|cat>": "@아나 and @U2 and @cat",
		"<#C1|general> <#C2>":           "#general #C2",
		"<!here> <!channel> <!subteam^S1|@team> <!subteam^S1>":   "@here @channel @team @subteam",
		"<!date^1392734382^{date}|18 Feb>":                       "18 Feb",
		"<https://example.com/a?b=1&amp;c=2>":                    "https://example.com/a?b=1&c=2",
		"<http://example.com|example.com>":                       "example.com",
		"<https://example.com/|example.com>":                     "example.com",
		"<https://example.com|the page>":                         "the page (https://example.com)",
		"<mailto:a@example.com|a@example.com>":                   "a@example.com",
		"vector&lt;int&gt; and `a &lt;b&gt; c`":                  "vector<int> and `a <b> c`",
		"*굵게*는 _그대로_":                                            "*굵게*는 _그대로_",
		"a < b and <> and <|x> stay":                             "a < b and <> and <|x> stay",
		"<https://example.com/한글|한글>, <https://example.com|a|b>": "한글 (https://example.com/한글), a|b (https://example.com)",
	} {
		if got := plain(slack, func(id string) string { return names[id] }); got != want {
			t.Errorf("%q reads %q, want %q", slack, got, want)
		}
	}
}

func FuzzPlain(f *testing.F) {
	f.Add("<@U1|x> &amp; <https://example.com|x> <!here> <#C> <<>> <|>")
	f.Fuzz(func(t *testing.T, text string) {
		if got := plain(escapeText(text), func(string) string { return "" }); got != text {
			t.Errorf("%q came back as %q", text, got)
		}
		plain(text, func(string) string { return "" })
	})
}
