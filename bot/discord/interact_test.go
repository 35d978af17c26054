package discord

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"rewind/bot"
	"rewind/bot/discord/discordtest"
)

func TestSlashCommandsCarryTheirOptions(t *testing.T) {
	serve(t, func(t *testing.T, d *desk) {
		forum := d.guild.Forum("questions")
		role := d.guild.Role("leads", 0)
		d.guild.Nick(d.mina, "미나")
		d.guild.Grant(d.mina, role)
		d.mina.SetLocale("ko")
		for _, odd := range []struct {
			typed   string
			options discordtest.Options
			text    string
			want    map[string]string
		}{
			{"quiz today", nil, "today", map[string]string{}},
			{"quiz schedule add", discordtest.Options{"when": "weekdays 09:00", "channel": forum, "mode": "sealed"},
				"schedule add", map[string]string{"when": "weekdays 09:00", "channel": forum.ID, "mode": "sealed"}},
			{"quiz answer", discordtest.Options{"round": "12", "text": "a port\nis a number"},
				"answer", map[string]string{"round": "12", "text": "a port\nis a number"}},
			{"quiz settings", discordtest.Options{"notify": role, "pin": "on"}, "settings", map[string]string{"notify": role, "pin": "on"}},
			// Discord's list of roles has no other way to say none.
			{"quiz settings", discordtest.Options{"role": d.guild.ID}, "settings", map[string]string{"role": "none"}},
		} {
			i := d.mina.Slash(d.channel, odd.typed, odd.options)
			if m := i.Reply(); m.Content != "you said "+odd.text || !m.Ephemeral() {
				t.Errorf("%s is answered with %+v", odd.typed, m)
			}
			want := bot.Command{
				ID: i.ID, From: d.who(d.mina), Name: "미나", Roles: []string{role}, Lang: "ko", Channel: d.here(),
				Text: odd.text, Options: odd.want, Forms: true,
			}
			if got := d.last(); !reflect.DeepEqual(got, want) {
				t.Errorf("%s\ngot  %+v\nwant %+v", odd.typed, got, want)
			}
		}
		d.quietly()
	})
}

func TestAttachmentsAreRead(t *testing.T) {
	serve(t, func(t *testing.T, d *desk) {
		first := discordtest.File{Name: "a.md", Type: "text/markdown", Content: []byte("# A")}
		big := discordtest.File{Name: "b.md", Type: "text/markdown", Content: []byte(strings.Repeat("x", mostOfFile+7))}
		d.mina.Slash(d.channel, "quiz import", discordtest.Options{"file": first, "file2": big}).Reply()
		files := d.last().Attachments
		if len(files) != 2 || files[0].Name != "a.md" || readFile(t, files[0]) != "# A" || len(d.last().Options) != 0 {
			t.Fatalf("the command is %+v", d.last())
		}
		if got := len(readFile(t, files[1])); got != mostOfFile {
			t.Errorf("%d bytes were read, want no more than %d", got, mostOfFile)
		}
		gone := d.x.attachment(attachment{Filename: "c.md", URL: d.URL() + "/attachments/secret?key=secret"}, 0)
		if _, err := gone.Open(t.Context()); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("a file that is gone fails with %v", err)
		}
		elsewhere := d.x.attachment(attachment{Filename: "c.md", URL: "ftp://secret/secret"}, 0)
		if _, err := elsewhere.Open(t.Context()); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("a file that cannot be had fails with %v", err)
		}
	})
}

func TestPlacesAndPeople(t *testing.T) {
	serve(t, func(t *testing.T, d *desk) {
		thread := d.mina.StartThread(d.mina.Say(d.channel, "hello"), "a thread")
		d.mina.Slash(thread, "quiz today", nil).Reply()
		if got := d.last(); got.Channel != d.here() || got.Thread != thread.ID {
			t.Errorf("in a thread: %+v", got)
		}
		d.mina.Slash(d.mina.DM(), "quiz me", nil).Reply()
		want := bot.Account{Platform: "discord", User: d.mina.ID()}
		if got := d.last(); got.From != want || got.Channel != (bot.Channel{}) || got.Thread != "" || got.Name != "Mina" || got.Admin || got.Lang != "en" {
			t.Errorf("in private: %+v", got)
		}
		if got := d.mina.DM().Messages(); len(got) != 1 || got[0].Content != "you said me" {
			t.Errorf("the private conversation holds %+v", got)
		}
		jun := d.guild.Member("Jun")
		for permissions, want := range map[discordtest.Permission]bool{discordtest.ManageGuild: true, discordtest.Administrator: true, discordtest.ManageMessages: false} {
			role := d.guild.Role("role", 0)
			d.guild.SetRole(role, permissions)
			kim := d.guild.Member("Kim")
			d.guild.Grant(kim, role)
			kim.Slash(d.channel, "quiz today", nil).Reply()
			if got := d.last(); got.Admin != want {
				t.Errorf("with %b somebody administers: %v", permissions, got.Admin)
			}
		}
		jun.Slash(d.channel, "quiz today", nil).Reply()
		if d.last().Admin {
			t.Error("a member administers")
		}
		d.quietly()
	})
}

// TestAThreadWithoutItsChannel is about what Discord does not promise: it calls the channel in an interaction a partial one.
func TestAThreadWithoutItsChannel(t *testing.T) {
	serve(t, func(t *testing.T, d *desk) {
		thread := d.mina.StartThread(d.mina.Say(d.channel, "hello"), "a thread")
		raw := func(id, channel string) []byte {
			return fmt.Appendf(nil, `{"id":%q,"token":"t","type":2,"guild_id":%q,"channel_id":%q%s,"member":{"user":{"id":%q}},"data":{"name":"quiz"}}`,
				id, d.guild.ID, thread.ID, channel, d.mina.ID())
		}
		for n, odd := range []string{"", fmt.Sprintf(`,"channel":{"id":%q,"type":11}`, thread.ID)} {
			d.x.take(t.Context(), time.Now(), raw(fmt.Sprint(n), odd))
			if got := d.last(); got.Channel != d.here() || got.Thread != thread.ID {
				t.Errorf("%d: the command is %+v", n, got)
			}
		}
	})
}

func TestCompletion(t *testing.T) {
	serve(t, func(t *testing.T, d *desk) {
		long := strings.Repeat("운", 101)
		var asked string
		d.complete = func(c bot.Command, option, typed string) ([]bot.Choice, error) {
			asked = fmt.Sprint(c.Text, " ", option, " ", typed, " ", c.Options)
			out := []bot.Choice{{Label: long, Value: "long"}, {Label: "too long", Value: long}, {Label: "", Value: "nothing"}}
			for n := range 30 {
				out = append(out, bot.Choice{Label: fmt.Sprint("choice ", n), Value: fmt.Sprint(n)})
			}
			return out, nil
		}
		got := d.mina.Autocomplete(d.channel, "quiz schedule add", "topics", discordtest.Options{"when": "daily 9", "topics": "DNS, n"}).Choices()
		synctest.Wait()
		if want := "schedule add topics DNS, n map[topics:DNS, n when:daily 9]"; asked != want {
			t.Errorf("asked for %s, want %s", asked, want)
		}
		if len(got) != 25 || len([]rune(got[0].Name)) > 100 || got[0].Value != "long" || got[1].Name != "choice 0" || got[1].Value != "0" {
			t.Errorf("offered are %+v", got)
		}
		d.quietly()
	})
}

func TestCompletionThatFailsOffersNothing(t *testing.T) {
	for name, complete := range map[string]func(bot.Command, string, string) ([]bot.Choice, error){
		"error": func(bot.Command, string, string) ([]bot.Choice, error) { return nil, errors.New("no store") },
		"panic": func(bot.Command, string, string) ([]bot.Choice, error) { panic("no store") },
	} {
		t.Run(name, func(t *testing.T) {
			serve(t, func(t *testing.T, d *desk) {
				d.complete = complete
				i := d.mina.Autocomplete(d.channel, "quiz random", "topic", discordtest.Options{"topic": "n"})
				if got := i.Choices(); i.Answer() != discordtest.AnswerChoices || len(got) != 0 {
					t.Errorf("offered are %+v", got)
				}
				d.logs("no values offered")
				d.logs("no store")
			})
		})
	}
}

func TestMessageCommands(t *testing.T) {
	serve(t, func(t *testing.T, d *desk) {
		thread := d.mina.StartThread(d.mina.Say(d.channel, "hello"), "a thread")
		m := d.mina.Say(thread, "a port is a nmber")
		time.Sleep(time.Minute)
		d.mina.Edit(m, "a port is a number")
		edited := time.Now().Truncate(time.Millisecond)
		jun := d.guild.Member("Jun")
		jun.UseOnMessage(m, "Save as my answer").Reply()
		got := d.last()
		want := bot.Comment{
			Thread: bot.Thread{Channel: d.here(), ID: thread.ID}, ID: m.ID, From: d.who(d.mina), Name: "Mina", Text: "a port is a number",
			Said: m.Timestamp, Revision: edited,
		}
		if got.Text != "save" || got.Target == nil || got.From != d.who(jun) || !got.Forms {
			t.Fatalf("the command is %+v", got)
		}
		if !got.Target.Said.Equal(want.Said) || !got.Target.Revision.Equal(want.Revision) {
			t.Errorf("said at %v, edited at %v", got.Target.Said, got.Target.Revision)
		}
		want.Said, want.Revision = got.Target.Said, got.Target.Revision
		if *got.Target != want {
			t.Errorf("the target is\n%+v, want\n%+v", *got.Target, want)
		}
		d.guild.Nick(d.mina, "미나") // Discord does not say it of a message's author
		d.mina.UseOnMessage(d.mina.Say(d.channel, "outside"), "Save as my answer").Reply()
		if got := d.last().Target; got.Name != "미나" || got.Thread != (bot.Thread{Channel: d.here()}) || !got.Revision.Equal(got.Said) {
			t.Errorf("the target is %+v", got)
		}
		d.quietly()
	})
}

// TestFactD25InteractionsThatComeTwice is about two connections that overlap, or a resume.
func TestFactD25InteractionsThatComeTwice(t *testing.T) {
	t.Run("after the answer", func(t *testing.T) {
		serve(t, func(t *testing.T, d *desk) {
			i := d.mina.Slash(d.channel, "quiz today", nil)
			i.Reply()
			i.Repeat()
			time.Sleep(time.Second)
			if len(d.all()) != 1 || len(i.Messages()) != 1 || d.Requests(routeCallback) != 1 {
				t.Errorf("%d commands, %d answers, %d requests", len(d.all()), len(i.Messages()), d.Requests(routeCallback))
			}
			d.logs("came again")
		})
	})
	t.Run("while it is carried out", func(t *testing.T) {
		serve(t, func(t *testing.T, d *desk) {
			o := d.Order(discordtest.Fault{Kind: discordtest.EventTwice, Event: "INTERACTION_CREATE"})
			d.answers(func(ctx context.Context, _ bot.Command, answer func(context.Context, bot.Reply) error) error {
				time.Sleep(time.Second)
				return answer(ctx, bot.Reply{Message: bot.Message{Text: "done"}})
			})
			i := d.mina.Slash(d.channel, "quiz today", nil)
			i.Reply()
			time.Sleep(2 * time.Second)
			if len(d.all()) != 1 || len(i.Messages()) != 1 || d.Requests(routeCallback) != 1 || o.Count() != 1 {
				t.Errorf("%d commands, %d answers, %d requests", len(d.all()), len(i.Messages()), d.Requests(routeCallback))
			}
		})
	})
	t.Run("another process answered", func(t *testing.T) {
		serve(t, func(t *testing.T, d *desk) {
			d.answers(func(ctx context.Context, c bot.Command, answer func(context.Context, bot.Reply) error) error {
				token := d.token(c.ID)
				if _, err := d.platform.rest.respond(ctx, c.ID, token, answerMessage, draft{Content: "the other"}); err != nil {
					t.Error(err)
				}
				return answer(ctx, bot.Reply{Message: bot.Message{Text: "mine"}})
			})
			i := d.mina.Slash(d.channel, "quiz today", nil)
			if got := i.Reply().Content; got != "the other" {
				t.Errorf("it is answered with %q", got)
			}
			time.Sleep(5 * time.Second)
			if got := i.Messages(); len(got) != 1 || d.Requests(routeCallback) != 2 {
				t.Errorf("%d answers, %d requests", len(got), d.Requests(routeCallback))
			}
			d.quietly()
		})
	})
}

// TestFactD8InteractionsOfShapesToCome is about what discordgo cannot decode.
func TestFactD8InteractionsOfShapesToCome(t *testing.T) {
	serve(t, func(t *testing.T, d *desk) {
		o := d.Order(discordtest.Fault{Kind: discordtest.EventUnknownComponent, Event: "INTERACTION_CREATE", Times: 2})
		d.says(bot.Reply{Message: bot.Message{Text: "press", Actions: []bot.Action{{Label: "More", Command: "random"}}}})
		asked := d.mina.Slash(d.channel, "quiz today", nil).Reply()
		d.mina.PressLabel(asked, "More").Reply()
		if got := d.all(); len(got) != 2 || got[1].Text != "random" || o.Count() != 2 {
			t.Errorf("the commands are %+v", got)
		}
		for n, odd := range []string{
			``, `null`, `[]`, `{"id":"1"}`, `{"id":"2","token":"t","type":2}`,
			`{"id":"3","token":"t","type":9,"user":{"id":"7"}}`,
			`{"id":4,"token":"t","type":2,"user":{"id":"7"}}`,
		} {
			d.x.take(t.Context(), time.Now(), []byte(odd))
			if got := len(d.all()); got != 2 {
				t.Errorf("%d was taken for a command", n)
			}
		}
		// What is odd in one field takes no other with it.
		d.x.take(t.Context(), time.Now(), fmt.Appendf(nil, `{"id":"5","token":"t","type":2,"guild_id":%q,"channel_id":%q,"channel":7,
			"member":{"user":{"id":%q,"username":"mina"},"roles":7,"permissions":"many"},"locale":{},"data":{"name":"quiz","options":[{"type":1,"name":"today","options":7}]}}`,
			d.guild.ID, d.channel.ID, d.mina.ID()))
		if got := d.last(); got.Text != "today" || got.Name != "mina" || got.Admin || got.Channel != d.here() {
			t.Errorf("the command is %+v", got)
		}
	})
}

func TestManyAtOnceDoNotWaitForEachOther(t *testing.T) {
	serve(t, func(t *testing.T, d *desk) {
		var all []*discordtest.Interaction
		for range 100 {
			all = append(all, d.mina.Slash(d.channel, "quiz today", nil))
		}
		begun := time.Now()
		synctest.Wait()
		for _, i := range all {
			i.Reply()
		}
		if took := time.Since(begun); took > time.Second {
			t.Errorf("the last answer came after %v", took)
		}
		d.quietly()
	})
}
