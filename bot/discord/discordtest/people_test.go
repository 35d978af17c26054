package discordtest_test

import (
	"strings"
	"testing"

	"github.com/bwmarrin/discordgo"

	"rewind/bot/discord/discordtest"
)

// TestWhatPeopleCannotDo shows that what Discord does not let people do fails the test.
func TestWhatPeopleCannotDo(t *testing.T) {
	type world struct {
		s         *discordtest.Server
		g         *discordtest.Guild
		ch        *discordtest.Channel
		mina, jun *discordtest.Person
		hers      discordtest.Message // Mina's
		bots      discordtest.Message // with a button and a menu
	}
	for _, odd := range []struct {
		name string
		do   func(world)
		want string // "" if it goes well
	}{
		{"say", func(w world) { w.mina.Say(w.ch, "hello") }, ""},
		{"say nothing", func(w world) { w.mina.Say(w.ch, "") }, "50006"},
		{"say too much", func(w world) { w.mina.Say(w.ch, strings.Repeat("x", 2001)) }, "50035"},
		{"say where one may not", func(w world) {
			w.ch.Overwrite(discordtest.Overwrite{ID: w.mina.ID(), Type: 1, Deny: discordtest.SendMessages})
			w.mina.Say(w.ch, "hello")
		}, "50013"},
		{"say where one is not", func(w world) { w.g.Leave(w.mina); w.mina.Say(w.ch, "hello") }, "50001"},
		{"answer", func(w world) { w.jun.Answer(w.hers, "yes") }, ""},
		{"answer what is gone", func(w world) { w.mina.Delete(w.hers); w.jun.Answer(w.hers, "yes") }, "50035"},
		{"edit another's", func(w world) { w.jun.Edit(w.hers, "x") }, "50005"},
		{"delete another's", func(w world) { w.jun.Delete(w.hers) }, "50013"},
		{"delete another's with a role", func(w world) {
			w.g.Grant(w.jun, w.g.Role("moderators", discordtest.ManageMessages))
			w.jun.Delete(w.hers)
		}, ""},
		{"pin", func(w world) { w.jun.Pin(w.hers, true) }, "50013"},
		{"pin as the owner", func(w world) { w.g.Owner().Pin(w.hers, true) }, ""},
		{"react in an archived thread", func(w world) {
			th := w.mina.StartThread(w.hers, "thread")
			m := w.mina.Say(th, "x")
			th.Archive(true)
			w.mina.React(m, "👍")
		}, "50083"},
		{"a second thread", func(w world) { w.mina.StartThread(w.hers, "a"); w.jun.StartThread(w.hers, "b") }, "160004"},
		{"write into a locked thread", func(w world) {
			th := w.mina.StartThread(w.hers, "a")
			th.Lock(true)
			w.mina.Say(th, "x")
		}, "160005"},
		{"press", func(w world) { w.mina.Press(w.bots, "go") }, ""},
		{"press what is not there", func(w world) { w.mina.Press(w.bots, "stop") }, "50035"},
		{"press what is called otherwise", func(w world) { w.mina.PressLabel(w.bots, "Stop") }, "only Go"},
		{"press what is gone", func(w world) { w.g.Owner().Delete(w.bots); w.mina.Press(w.bots, "go") }, "10008"},
		{"select", func(w world) { w.mina.Select(w.bots, "menu", "a") }, ""},
		{"select what is not offered", func(w world) { w.mina.Select(w.bots, "menu", "b") }, "50035"},
		{"a command", func(w world) { w.mina.Slash(w.ch, "quiz schedule add", nil) }, ""},
		{"no such command", func(w world) { w.mina.Slash(w.ch, "quit", nil) }, "10063"},
		{"no such subcommand", func(w world) { w.mina.Slash(w.ch, "quiz schedule remove", nil) }, "50035"},
		{"half of a command", func(w world) { w.mina.Slash(w.ch, "quiz", nil) }, "50035"},
		{"without a required option", func(w world) { w.mina.Slash(w.ch, "quiz post", nil) }, "topic"},
		{"with an option of the wrong type", func(w world) {
			w.mina.Slash(w.ch, "quiz post", discordtest.Options{"topic": "x", "count": "three"})
		}, "count"},
		{"with an option too many", func(w world) {
			w.mina.Slash(w.ch, "quiz post", discordtest.Options{"topic": "x", "colour": "red"})
		}, "colour"},
		{"a command in an archived thread", func(w world) {
			th := w.mina.StartThread(w.hers, "thread")
			th.Archive(true)
			w.mina.Slash(th, "quiz schedule add", nil)
		}, "50083"},
		{"a command without the permission", func(w world) {
			w.ch.Overwrite(discordtest.Overwrite{ID: w.g.ID, Deny: discordtest.UseCommands})
			w.mina.Slash(w.ch, "quiz schedule add", nil)
		}, "10063"},
		{"complete what completes nothing", func(w world) {
			w.mina.Autocomplete(w.ch, "quiz post", "count", discordtest.Options{"count": "1"})
		}, "50035"},
		{"a command of the message menu", func(w world) { w.mina.UseOnMessage(w.hers, "Save as my answer") }, ""},
	} {
		t.Run(odd.name, func(t *testing.T) {
			r := &recorder{T: t}
			s := discordtest.NewInMemory(r)
			w := world{s: s, g: s.Guild("Study")}
			w.ch, w.mina, w.jun = w.g.Text("daily"), w.g.Member("Mina"), w.g.Member("Jun")
			w.hers = w.mina.Say(w.ch, "hello")
			c := rest(s)
			must(c.ApplicationCommandBulkOverwrite(s.Bot().ID, "", quiz))
			must(c.ChannelMessageSendComplex(w.ch.ID, &discordgo.MessageSend{Content: "question", Components: []discordgo.MessageComponent{
				discordgo.ActionsRow{Components: []discordgo.MessageComponent{discordgo.Button{Label: "Go", CustomID: "go", Style: discordgo.PrimaryButton}}},
				discordgo.ActionsRow{Components: []discordgo.MessageComponent{discordgo.SelectMenu{CustomID: "menu", MenuType: discordgo.StringSelectMenu,
					Options: []discordgo.SelectMenuOption{{Label: "A", Value: "a"}}}}}}}))
			w.bots = w.ch.FromBot()[0]
			odd.do(w)
			got := strings.Join(r.all(), "\n")
			if odd.want == "" && got != "" || !strings.Contains(got, odd.want) {
				t.Errorf("the test was told %q, want %q", got, odd.want)
			}
		})
	}
}

func TestDefaultPermissionsOfCommands(t *testing.T) {
	manage := int64(discordgo.PermissionManageGuild)
	for _, odd := range []struct {
		name        string
		command     discordgo.ApplicationCommand
		permissions discordtest.Permission
		private     bool
		want        bool
	}{
		{"for all", discordgo.ApplicationCommand{}, 0, false, true},
		{"for managers, by a player", discordgo.ApplicationCommand{DefaultMemberPermissions: &manage}, 0, false, false},
		{"for managers, by one", discordgo.ApplicationCommand{DefaultMemberPermissions: &manage}, discordtest.ManageGuild, false, true},
		{"for managers, by an administrator", discordgo.ApplicationCommand{DefaultMemberPermissions: &manage}, discordtest.Administrator, false, true},
		{"in private", discordgo.ApplicationCommand{}, 0, true, true},
		{"for guilds only", discordgo.ApplicationCommand{Contexts: &[]discordgo.InteractionContextType{discordgo.InteractionContextGuild}}, 0, true, false},
	} {
		r := &recorder{T: t}
		s := discordtest.NewInMemory(r)
		g := s.Guild("Study")
		mina := g.Member("Mina")
		g.Grant(mina, g.Role("role", odd.permissions))
		odd.command.Name, odd.command.Description = "quiz", "Questions"
		must(rest(s).ApplicationCommandBulkOverwrite(s.Bot().ID, "", []*discordgo.ApplicationCommand{&odd.command}))
		where := g.Text("daily")
		if odd.private {
			where = mina.DM()
		}
		mina.Slash(where, "quiz", nil)
		if got := len(r.all()) == 0; got != odd.want {
			t.Errorf("%s: offered %v, want %v", odd.name, got, odd.want)
		}
	}
}

func TestPrivateMessagesCanBePressed(t *testing.T) {
	bubble(t, func(t *testing.T, s *discordtest.Server) {
		w := answering(t, s, func(c *discordgo.Session, i *discordgo.InteractionCreate) {
			data := &discordgo.InteractionResponseData{Content: "sure?", Flags: discordgo.MessageFlagsEphemeral, Components: []discordgo.MessageComponent{
				discordgo.ActionsRow{Components: []discordgo.MessageComponent{discordgo.Button{Label: "Yes", CustomID: "yes", Style: discordgo.PrimaryButton}}}}}
			kind := discordgo.InteractionResponseChannelMessageWithSource
			if i.Type == discordgo.InteractionMessageComponent {
				kind, data = discordgo.InteractionResponseUpdateMessage, &discordgo.InteractionResponseData{Content: "done", Components: []discordgo.MessageComponent{}}
			}
			if err := respond(c, i, kind, data); err != nil {
				t.Error(err)
			}
		})
		m := w.mina.Slash(w.ch, "quiz schedule add", nil).Reply()
		w.mina.PressLabel(m, "Yes")
		settle()
		if got := w.mina.Ephemerals(); len(got) != 1 || got[0].Content != "done" || len(got[0].Buttons()) != 0 {
			t.Errorf("she sees %+v", got)
		}
		if got := len(w.ch.Messages()); got != 0 {
			t.Errorf("the channel has %d messages", got)
		}
	})
}

func TestPrivateChannelsAreForTwo(t *testing.T) {
	r := &recorder{T: t}
	s := discordtest.NewInMemory(r)
	g := s.Guild("Study")
	mina, jun := g.Member("Mina"), g.Member("Jun")
	mina.Say(mina.DM(), "psst")
	if got := r.all(); len(got) != 0 {
		t.Errorf("her own: %q", got)
	}
	jun.Say(mina.DM(), "psst")
	if got := r.all(); len(got) != 1 || !strings.Contains(got[0], "50001") {
		t.Errorf("another's: %q", got)
	}
}
