package slack

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"rewind/bot"
	"rewind/bot/slack/slacktest"
)

func TestACommandSaysWhoGivesIt(t *testing.T) {
	h := &ear{}
	inTown(t, h, func(t *testing.T, x *town) {
		x.mina.Set(func(p *slacktest.Profile) { p.Locale, p.DisplayName = "ko-KR", "미나" })
		group := x.Group("keepers", x.mina)
		i := x.mina.Slash(x.room, "/quiz schedule add 1 &lt; 2 channel=<#C0123|general> maintainer=<@"+x.jun.ID()+"|jun> role=<!subteam^S1|@keepers> <https://a.example/x> <@"+x.jun.ID()+">")
		settle()
		x.root.Slash(x.room, "/quiz")
		settle()
		got := h.heard()
		if len(got) != 2 || !i.Acked() {
			t.Fatalf("%d commands came, acknowledged: %v", len(got), i.Acked())
		}
		c := got[0]
		if c.From != x.account(x.mina) || c.Name != "미나" || c.Lang != "ko" || c.Admin || !slices.Equal(c.Roles, []string{group.ID()}) ||
			c.Channel != x.channel() || c.Thread != "" || !c.Forms || c.ID != i.TriggerID {
			t.Errorf("the command came as %+v", c)
		}
		if want := `schedule add 1 < 2 channel=<#C0123|general> maintainer="Jun" role=<!subteam^S1|@keepers> https://a.example/x @Jun`; c.Text != want {
			t.Errorf("its text is %q, want %q", c.Text, want)
		}
		if !got[1].Admin || got[1].Text != "" || len(got[1].Roles) > 0 {
			t.Errorf("the administrator's came as %+v", got[1])
		}
	})
}

func TestRepliesAreSeenByWhomTheyAreFor(t *testing.T) {
	h := &ear{onCommand: func(ctx context.Context, c bot.Command, answer func(context.Context, bot.Reply) error) error {
		return answer(ctx, bot.Reply{Private: c.Text == "me", Message: bot.Message{Title: "Board", Text: "for " + c.Text, Footer: "small"}})
	}}
	inTown(t, h, func(t *testing.T, x *town) {
		x.mina.Slash(x.room, "/quiz me")
		x.jun.Slash(x.room, "/quiz leaderboard")
		settle()
		want(t, "Mina sees", x.sees(x.mina), "Board\nfor me\nsmall")
		want(t, "Jun sees", x.sees(x.jun))
		if got := x.posts(); len(got) != 1 || got[0].Text != "Board\nfor leaderboard\nsmall" {
			t.Errorf("everybody sees %+v", got)
		}
	})
}

// TestASlowCommand is acknowledged while it goes on, and gives a sign. Slack cannot replace that, so a result that comes soon is shown
// instead of it.
func TestASlowCommand(t *testing.T) {
	for _, row := range []struct {
		takes time.Duration
		sees  []string
	}{
		{500 * time.Millisecond, []string{"done"}},
		{10 * time.Minute, []string{"a moment", "done"}},
		{31 * time.Minute, []string{"a moment"}}, // nobody waits for that any more
	} {
		t.Run(row.takes.String(), func(t *testing.T) {
			h := &ear{onCommand: func(ctx context.Context, _ bot.Command, answer func(context.Context, bot.Reply) error) error {
				if err := answer(ctx, secretly("a moment")); err != nil {
					return err
				}
				sleep(ctx, bot.MachineClock{}, row.takes)
				if err := ctx.Err(); err != nil {
					return err
				}
				return answer(ctx, secretly("done"))
			}}
			inTown(t, h, func(t *testing.T, x *town) {
				i := x.mina.Slash(x.room, "/quiz import")
				time.Sleep(ackWait + 50*time.Millisecond)
				if !i.Acked() {
					t.Error("it is not acknowledged")
				}
				time.Sleep(row.takes + time.Minute)
				want(t, "Mina sees", x.sees(x.mina), row.sees...)
			})
		})
	}
}

// TestALongReply is longer than its response_url can be used: the rest takes another way.
func TestALongReply(t *testing.T) {
	var long []string
	for i := range 8 {
		long = append(long, fmt.Sprintf("part %d %s", i, strings.Repeat("x", mostMessage*2/3-200)))
	}
	inTown(t, replying(secretly(strings.Join(long, "\n"))), func(t *testing.T, x *town) {
		x.mina.Slash(x.room, "/quiz me")
		time.Sleep(time.Minute)
		want(t, "Mina sees", x.sees(x.mina), long...)
		if x.Requests(responseURL) != mostUses || x.Requests("chat.postEphemeral") != 3 {
			t.Errorf("%d responses, %d others", x.Requests(responseURL), x.Requests("chat.postEphemeral"))
		}
	})
}

// TestARepliesTrouble orders what can go wrong with a response_url. What one person sees is rather shown twice than not at all, what
// everybody sees rather not at all than twice.
func TestARepliesTrouble(t *testing.T) {
	for _, row := range []struct {
		fault   slacktest.Fault
		private int
		public  int
	}{
		{slacktest.Fault{Kind: slacktest.Limited, After: 5 * time.Second}, 1, 1},
		{slacktest.Fault{Kind: slacktest.ResetAfter}, 2, 1},
		{slacktest.Fault{Kind: slacktest.ResetBefore}, 1, 0}, // nobody can tell it from the one above
		{slacktest.Fault{Kind: slacktest.Refuse, Code: "expired_url"}, 1, 1},
	} {
		for command, times := range map[string][2]int{"me": {row.private, 0}, "leaderboard": {0, row.public}} {
			t.Run(string(row.fault.Kind)+"/"+command, func(t *testing.T) {
				inTown(t, &ear{onCommand: func(ctx context.Context, c bot.Command, answer func(context.Context, bot.Reply) error) error {
					return answer(ctx, bot.Reply{Private: c.Text == "me", Message: bot.Message{Text: "noted"}})
				}}, func(t *testing.T, x *town) {
					f := row.fault
					f.Method = responseURL
					o := x.Order(f)
					x.mina.Slash(x.room, "/quiz "+command)
					time.Sleep(time.Minute)
					happened(t, o, 1)
					if got := [2]int{len(x.sees(x.mina)), len(x.posts())}; got != times {
						t.Errorf("it was shown to one and to all %v times, want %v", got, times)
					}
				})
			})
		}
	}
}

// TestAReplyWhereTheBotIsNot is given by the response_url alone; a part that does not fit it comes in private.
func TestAReplyWhereTheBotIsNot(t *testing.T) {
	inTown(t, &ear{}, func(t *testing.T, x *town) {
		secret := x.Private("secret", x.mina)
		secret.Remove(x.Bot())
		x.mina.Slash(secret, "/quiz me")
		settle()
		want(t, "Mina sees", x.sees(x.mina), "noted")
		x.Order(slacktest.Fault{Kind: slacktest.Refuse, Method: responseURL, Code: "used_url"})
		x.mina.Slash(secret, "/quiz me")
		settle()
		if got := x.own(x.mina.Direct().Messages()); len(got) != 1 || got[0].Text != "noted" {
			t.Errorf("in private Mina is told %+v", got)
		}
	})
}

// TestAStrangersCommand cannot be told whose it is, so that it is not carried out as somebody's who may not.
func TestAStrangersCommand(t *testing.T) {
	h := &ear{}
	inTown(t, h, func(t *testing.T, x *town) {
		o := x.Order(slacktest.Fault{Kind: slacktest.ErrorBefore, Method: "users.info"})
		i := x.mina.Slash(x.room, "/quiz post")
		settle()
		happened(t, o, 1)
		if got := x.sees(x.mina); len(got) != 1 || len(h.heard()) != 0 || !i.Acked() {
			t.Errorf("Mina sees %q, the bot heard %d", got, len(h.heard()))
		}
	})
}

// TestACommandEndsWithTheListening is given while the platform is told to end.
func TestACommandEndsWithTheListening(t *testing.T) {
	for _, row := range []struct {
		takes time.Duration
		sees  []string
	}{{time.Second, []string{"done"}}, {time.Hour, nil}} {
		t.Run(row.takes.String(), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				x := newTown(t, false)
				stop := x.listen(&ear{onCommand: func(ctx context.Context, _ bot.Command, answer func(context.Context, bot.Reply) error) error {
					sleep(ctx, bot.MachineClock{}, row.takes)
					return answer(ctx, secretly("done"))
				}})
				x.mina.Slash(x.room, "/quiz me")
				synctest.Wait()
				began := time.Now()
				if err := stop(); err != nil {
					t.Errorf("listen ended with %v", err)
				}
				if span := time.Since(began); span > graceSpan+time.Second {
					t.Errorf("it took %v", span)
				}
				want(t, "Mina sees", x.sees(x.mina), row.sees...)
			})
		})
	}
}

func TestAPanicCostsOneCommand(t *testing.T) {
	h := &ear{onCommand: func(ctx context.Context, c bot.Command, answer func(context.Context, bot.Reply) error) error {
		if c.Text == "boom" {
			panic("a mistake of ours")
		}
		return answer(ctx, secretly("noted"))
	}}
	inTown(t, h, func(t *testing.T, x *town) {
		i := x.mina.Slash(x.room, "/quiz boom")
		x.mina.Slash(x.room, "/quiz me")
		settle()
		want(t, "Mina sees", x.sees(x.mina), "noted")
		if !i.Acked() || !strings.Contains(x.log.String(), "panicked") {
			t.Error("the command that panicked is not acknowledged, or not in the log")
		}
	})
}

// TestCommandsInPrivate are what somebody tells the bot, with files.
func TestCommandsInPrivate(t *testing.T) {
	h := replying(secretly("a moment"), openly("imported"))
	inTown(t, h, func(t *testing.T, x *town) {
		direct := x.mina.Direct()
		said := x.mina.Upload(direct, nil, "import", slacktest.Upload{Name: "notes.md", Content: "# TCP\n"})
		x.mina.Edit(said, "import it")
		settle()
		got := h.heard()
		if len(got) != 1 || got[0].Text != "import" || got[0].Channel != (bot.Channel{}) || got[0].From != x.account(x.mina) || got[0].Forms || got[0].Seen || got[0].ID == "" {
			t.Fatalf("the commands came as %+v", got)
		}
		if files := got[0].Attachments; len(files) != 1 || files[0].Name != "notes.md" {
			t.Fatalf("the files are %+v", files)
		}
		f, err := got[0].Attachments[0].Open(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		text := make([]byte, 10)
		n, _ := f.Read(text)
		if string(text[:n]) != "# TCP\n" {
			t.Errorf("the file reads %q", text[:n])
		}
		if got := x.own(direct.Messages()); len(got) != 1 || got[0].Text != "imported" {
			t.Errorf("Mina is told %+v", got)
		}
	})
}

// TestASlowCommandInPrivate changes its sign into the result.
func TestASlowCommandInPrivate(t *testing.T) {
	h := &ear{onCommand: func(ctx context.Context, _ bot.Command, answer func(context.Context, bot.Reply) error) error {
		if err := answer(ctx, secretly("a moment")); err != nil {
			return err
		}
		time.Sleep(time.Minute)
		return answer(ctx, secretly("done"))
	}}
	inTown(t, h, func(t *testing.T, x *town) {
		x.mina.Say(x.mina.Direct(), "import")
		time.Sleep(5 * time.Second)
		if got := x.own(x.mina.Direct().Messages()); len(got) != 1 || got[0].Text != "a moment" {
			t.Errorf("Mina is told %+v", got)
		}
		time.Sleep(time.Minute)
		if got := x.own(x.mina.Direct().Messages()); len(got) != 1 || got[0].Text != "done" {
			t.Errorf("in the end Mina is told %+v", got)
		}
	})
}

// TestMentions are commands if they are any, and in a thread comments if they are none.
func TestMentions(t *testing.T) {
	h := &ear{onCommand: func(ctx context.Context, c bot.Command, answer func(context.Context, bot.Reply) error) error {
		return answer(ctx, bot.Reply{Private: c.Text != "leaderboard", Message: bot.Message{Text: "to " + c.Text}})
	}}
	inTown(t, h, func(t *testing.T, x *town) {
		q := x.question()
		x.mina.MentionIn(q, "reveal")
		x.mina.MentionIn(q, "공개")
		x.mina.MentionIn(q, "leaderboard")
		x.mina.MentionIn(q, "is wrong: it is a flood of SYN")
		x.jun.Mention(x.room, "revael")
		x.jun.Reply(q, "ask <@"+x.Bot().ID()+"> reveal")
		settle()
		var texts []string
		for _, c := range h.heard() {
			texts = append(texts, c.Text)
			if in := q.TS; c.From == x.account(x.mina) && c.Thread != in || c.Channel != x.channel() || c.ID == "" || !c.Seen {
				t.Errorf("the command %q came as %+v", c.Text, c)
			}
		}
		slices.Sort(texts)
		want(t, "commands", texts, "leaderboard", "revael", "reveal", "공개")
		var comments []string
		for _, c := range h.said() {
			comments = append(comments, c.Text)
		}
		slices.Sort(comments)
		want(t, "comments", comments, "@rewind is wrong: it is a flood of SYN", "ask <@"+x.Bot().ID()+"> reveal")
		mina := x.sees(x.mina)
		slices.Sort(mina)
		want(t, "Mina sees", mina, "to reveal", "to 공개")
		want(t, "Jun sees", x.sees(x.jun), "to revael")
		thread := x.replies(bot.Thread{ID: q.TS})
		if len(thread) != 1 || thread[0].Text != "to leaderboard" || len(x.posts()) != 1 {
			t.Errorf("in the thread stands %+v", thread)
		}
		if e := x.mina.Ephemerals(); len(e) > 0 && e[0].ThreadTS != q.TS {
			t.Error("what Mina alone sees is not in the thread")
		}
		// What is read is what was told.
		snap, err := x.p.Read(t.Context(), bot.Thread{Channel: x.channel(), ID: q.TS})
		if err != nil || len(snap.Comments) != 2 {
			t.Errorf("the thread reads %+v, %v", snap.Comments, err)
		}
	})
}

// TestOtherWorkspaces: what happens where the app is installed too, but with another token, is not this platform's.
func TestOtherWorkspaces(t *testing.T) {
	h := &ear{}
	inTown(t, h, func(t *testing.T, x *town) {
		other := x.Install("Elsewhere")
		eve := other.Member("eve")
		room := other.Channel("general")
		m := eve.Say(room, "hello")
		eve.Reply(m, "a reply")
		eve.Slash(room, "/quiz post")
		settle()
		if len(h.heard()) > 0 || len(h.said()) > 0 {
			t.Errorf("the bot heard %+v and %+v", h.heard(), h.said())
		}
	})
}

// TestFatalTokens end the listening for good, with a code for the operator.
func TestFatalTokens(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"invalid_auth", "account_inactive", "token_revoked"} {
		synctest.Test(t, func(t *testing.T) {
			x := newTown(t, false)
			x.RefuseToken(code)
			err := x.p.Listen(t.Context(), &ear{})
			if fatal, ok := errors.AsType[*bot.Fatal](err); !ok || fatal.Code != "slack_bot_token" {
				t.Errorf("%s: listen ended with %v", code, err)
			}
		})
	}
	for _, o := range []Options{{}, {BotToken: "xoxb-1"}, {BotToken: "xoxb-1", SigningSecret: "s"}, {BotToken: "xoxb-1", AppToken: "xapp-1", API: "::"}} {
		p := New(o)
		if _, ok := errors.AsType[*bot.Fatal](p.Listen(t.Context(), &ear{})); !ok {
			t.Errorf("%+v can listen", o)
		}
		_, err := p.Deliver(t.Context(), bot.Delivery{Key: "k", Op: bot.Say})
		if f, ok := errors.AsType[*bot.Failure](err); !ok || f.Outcome != bot.NotDone {
			t.Errorf("%+v delivers with %v", o, err)
		}
	}
}

// TestAWrongAddress cannot be listened on, and will not be.
func TestAWrongAddress(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := slacktest.NewInMemory(t)
		p := New(Options{BotToken: s.Token(), SigningSecret: s.SigningSecret(), Listen: "nonsense", API: s.URL(), Network: s.Transport()})
		err := p.Listen(t.Context(), &ear{})
		if fatal, ok := errors.AsType[*bot.Fatal](err); !ok || fatal.Code != "slack_listen" {
			t.Errorf("listen ended with %v", err)
		}
	})
}

// TestGreetingWaits waits for a Slack that cannot be reached at first.
func TestGreetingWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		x := newTown(t, false)
		o := x.Order(slacktest.Fault{Kind: slacktest.ErrorBefore, Method: "auth.test", Times: 4})
		h := &ear{}
		x.listen(h)
		time.Sleep(time.Minute)
		happened(t, o, 4)
		h.note(func() {
			if h.gaps == 0 {
				t.Error("it does not listen")
			}
		})
	})
}
