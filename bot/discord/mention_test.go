package discord

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"rewind/bot"
	"rewind/bot/discord/discordtest"
)

func (d *desk) mentions(rest string) string { return "<@" + d.Bot().ID + "> " + rest }

func TestMentionsAreCommands(t *testing.T) {
	serve(t, func(t *testing.T, d *desk) {
		d.GrantIntents(0) // what the bot is mentioned in can be read without
		role := d.guild.Role("leads", 0)
		d.guild.Nick(d.mina, "미나")
		d.guild.Grant(d.mina, role)
		thread := d.mina.StartThread(d.mina.Say(d.channel, "hello"), "a thread")
		d.says(text("it comes at six " + d.mina.Mention()))
		said := d.mina.Say(thread, d.mentions("reveal all"), discordtest.File{Name: "a.md", Type: "text/markdown", Content: []byte("# A")})
		time.Sleep(time.Second)
		got := d.last()
		if len(got.Attachments) != 1 || readFile(t, got.Attachments[0]) != "# A" {
			t.Errorf("the command is %+v", got)
		}
		got.Attachments = nil
		want := bot.Command{
			ID: said.ID, From: d.who(d.mina), Name: "미나", Roles: []string{role}, Channel: d.here(), Thread: thread.ID, Text: "reveal all", Seen: true,
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("the command is\n%+v, want\n%+v", got, want)
		}
		if m := thread.FromBot(); len(m) != 1 || !strings.HasPrefix(m[0].Content, "it comes at six") || len(m[0].Notified) != 0 {
			t.Errorf("the thread holds %+v", m)
		}
		d.mina.Say(d.channel, strings.Replace(d.mentions("help"), "<@", "<@!", 1))
		time.Sleep(time.Second)
		if got := d.last(); got.Text != "help" || got.Channel != d.here() || got.Thread != "" || !got.Seen || len(d.channel.FromBot()) != 1 {
			t.Errorf("the command is %+v", got)
		}
		d.quietly()
	})
}

func TestWhatIsNoCommandIsAComment(t *testing.T) {
	serve(t, func(t *testing.T, d *desk) {
		d.says(bot.Reply{Private: true, Unknown: true, Message: bot.Message{Text: "I don't know that"}})
		d.mina.Say(d.channel, d.mentions("is a nice bot"))
		d.mina.Say(d.channel, "thanks, "+d.mentions("!"))
		d.mina.Say(d.channel, "a port is a number")
		time.Sleep(time.Second)
		if got, want := d.noted(), d.mentions("is a nice bot")+", thanks, "+d.mentions("!")+", a port is a number"; got != want {
			t.Errorf("comments are %q, want %q", got, want)
		}
		if len(d.all()) != 1 || len(d.channel.FromBot()) != 0 || len(d.mina.DM().Messages()) != 0 {
			t.Errorf("%d commands; the channel holds %+v", len(d.all()), d.channel.FromBot())
		}
		d.quietly()
	})
}

func TestPrivateMessagesAreCommands(t *testing.T) {
	serve(t, func(t *testing.T, d *desk) {
		dm := d.mina.DM()
		d.mina.Say(dm, "me")
		time.Sleep(time.Second)
		want := bot.Command{ID: dm.Messages()[0].ID, From: bot.Account{Platform: "discord", User: d.mina.ID()}, Name: "Mina", Text: "me"}
		if got := d.last(); !reflect.DeepEqual(got, want) {
			t.Errorf("the command is\n%+v, want\n%+v", got, want)
		}
		if got := dm.FromBot(); len(got) != 1 || got[0].Content != "you said me" {
			t.Errorf("the answers are %+v", got)
		}
		// Nobody else hears it, so that it is answered in any case.
		d.says(bot.Reply{Private: true, Unknown: true, Message: bot.Message{Text: "몰라요"}})
		d.mina.Say(dm, "뭐라고")
		time.Sleep(time.Second)
		if got := dm.FromBot(); len(got) != 2 || got[1].Content != "몰라요" || d.last().Lang != "ko" {
			t.Errorf("the answers are %+v", got)
		}
		d.quietly()
	})
}

func TestPrivateAnswersToMentions(t *testing.T) {
	serve(t, func(t *testing.T, d *desk) {
		d.answers(func(ctx context.Context, c bot.Command, answer answerFunc) error {
			err := answer(ctx, secret("working"))
			time.Sleep(time.Second)
			return errors.Join(err, answer(ctx, secret("your points: 7")))
		})
		d.mina.Say(d.channel, d.mentions("score"))
		time.Sleep(5 * time.Second)
		if got := d.mina.DM().Messages(); len(got) != 1 || got[0].Content != "your points: 7" || len(d.channel.FromBot()) != 0 {
			t.Errorf("in private %+v, in the channel %+v", got, d.channel.FromBot())
		}
		d.guild.SetLocale("ko")
		jun := d.guild.Member("Jun")
		jun.CloseDMs(true)
		before := d.Requests(routePost)
		jun.Say(d.channel, d.mentions("score"))
		time.Sleep(5 * time.Second)
		if got := d.Requests(routePost) - before; got != 2 {
			t.Errorf("%d messages were tried: one in private and one in the channel will do", got)
		}
		if got := d.channel.FromBot(); len(got) != 1 || !strings.Contains(got[0].Content, "개인 메시지") || strings.Contains(got[0].Content, "7") {
			t.Errorf("in the channel %+v", got)
		}
		d.quietly()
	})
}

// In private nothing but a button itself says which server it is for.
func TestButtonsOfPrivateAnswersToMentionsKnowTheirServer(t *testing.T) {
	serve(t, func(t *testing.T, d *desk) {
		more := []bot.Action{{Label: "More", Command: "random"}}
		d.says(bot.Reply{Private: true, Message: bot.Message{Text: "for you", Actions: more}})
		d.mina.Say(d.channel, d.mentions("random"))
		time.Sleep(time.Second)
		d.mina.PressLabel(d.mina.DM().FromBot()[0], "More").Reply()
		if got, want := d.last().Text, bot.InWorkspace(d.guild.ID, "random"); got != want {
			t.Errorf("the button in private is %q, want %q", got, want)
		}
		d.says(bot.Reply{Message: bot.Message{Text: "for all", Actions: more}})
		d.mina.Say(d.channel, d.mentions("random"))
		time.Sleep(time.Second)
		d.mina.PressLabel(d.channel.FromBot()[0], "More").Reply()
		if got := d.last().Text; got != "random" {
			t.Errorf("the button in the channel is %q", got)
		}
		d.says(bot.Reply{Message: bot.Message{Text: "in private", Actions: more}})
		d.mina.Say(d.mina.DM(), "random")
		time.Sleep(time.Second)
		said := d.mina.DM().FromBot()
		d.mina.PressLabel(said[len(said)-1], "More").Reply()
		if got := d.last(); got.Text != "random" || got.Seen {
			t.Errorf("the command in private is %+v", got)
		}
		d.quietly()
	})
}

func TestWhoMayAdministerByMention(t *testing.T) {
	serve(t, func(t *testing.T, d *desk) {
		lead := d.guild.Member("Lead")
		d.guild.Grant(lead, d.guild.Role("lead", discordtest.ManageGuild))
		for who, want := range map[*discordtest.Person]bool{d.guild.Owner(): true, lead: true, d.mina: false} {
			who.Say(d.channel, d.mentions("settings"))
			time.Sleep(time.Second)
			if got := d.last(); got.From != d.who(who) || got.Admin != want {
				t.Errorf("the command is %+v, want one of an administrator: %v", got, want)
			}
		}
		o := d.Order(discordtest.Fault{Kind: discordtest.ErrorBefore, Route: "GET /guilds/{guild_id}"})
		lead.Say(d.channel, d.mentions("settings"))
		time.Sleep(time.Second)
		if got := d.last(); got.Admin || o.Count() != 1 || len(d.all()) != 4 {
			t.Errorf("the command is %+v", got)
		}
	})
}

func TestFactD25MessagesThatComeTwice(t *testing.T) {
	for _, unknown := range []bool{false, true} {
		serve(t, func(t *testing.T, d *desk) {
			d.says(bot.Reply{Unknown: unknown, Message: bot.Message{Text: "x"}})
			o := d.Order(discordtest.Fault{Kind: discordtest.EventTwice, Event: "MESSAGE_CREATE"})
			d.mina.Say(d.channel, d.mentions("today"))
			time.Sleep(5 * time.Second)
			wantAnswers, wantComments := 1, ""
			if unknown {
				wantAnswers, wantComments = 0, d.mentions("today")+", "+d.mentions("today")
			}
			if len(d.all()) != 1 || len(d.channel.FromBot()) != wantAnswers || d.noted() != wantComments || o.Count() != 1 {
				t.Errorf("unknown %v: %d commands, %d answers, comments %q", unknown, len(d.all()), len(d.channel.FromBot()), d.noted())
			}
		})
	}
}

func TestMentionsAreAnsweredOnce(t *testing.T) {
	for _, kind := range []discordtest.Kind{discordtest.ErrorAfter, discordtest.ResetAfter, discordtest.ErrorBefore} {
		t.Run(string(kind), func(t *testing.T) {
			serve(t, func(t *testing.T, d *desk) {
				o := d.Order(discordtest.Fault{Kind: kind, Route: routePost})
				d.says(text(strings.Repeat("A line of words.\n\n", 200)))
				d.mina.Say(d.channel, d.mentions("today"))
				time.Sleep(time.Minute)
				if got := d.channel.FromBot(); len(got) != 2 || o.Count() != 1 {
					t.Errorf("%d answers, trouble %d times", len(got), o.Count())
				}
			})
		})
	}
}

func TestMentionsThatFail(t *testing.T) {
	serve(t, func(t *testing.T, d *desk) {
		d.answers(func(context.Context, bot.Command, answerFunc) error { panic("no store") })
		d.mina.Say(d.channel, d.mentions("today"))
		time.Sleep(time.Second)
		if got := d.channel.FromBot(); len(got) != 1 || !strings.HasPrefix(got[0].Content, "Something went wrong") {
			t.Errorf("the channel holds %+v", got)
		}
		d.logs("no store")
		d.answers(nil)
		d.mina.Say(d.channel, d.mentions("today")) // and it goes on
		time.Sleep(time.Second)
		if got := d.mina.DM().Messages(); len(got) != 1 || got[0].Content != "you said today" {
			t.Errorf("in private %+v", got)
		}
	})
}
