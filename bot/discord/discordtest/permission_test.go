package discordtest_test

import (
	"testing"

	"github.com/bwmarrin/discordgo"

	"rewind/bot/discord/discordtest"
)

// TestEachPermissionIsNeeded takes one permission at a time from the bot, and tries what it is for.
func TestEachPermissionIsNeeded(t *testing.T) {
	type world struct {
		c            *discordgo.Session
		ch           *discordtest.Channel
		mine, hers   string
		thread, post string
	}
	for _, odd := range []struct {
		name   string
		lacks  discordtest.Permission
		try    func(world) error
		want   int
		server bool // the permission is taken in the whole server, not by an overwrite
	}{
		{"view", discordtest.ViewChannel, func(w world) error { _, err := w.c.Channel(w.ch.ID); return err }, discordtest.MissingAccess, false},
		{"send", discordtest.SendMessages, func(w world) error { _, err := w.c.ChannelMessageSend(w.ch.ID, "x"); return err }, discordtest.MissingPermissions, false},
		{"send, in the server", discordtest.SendMessages, func(w world) error { _, err := w.c.ChannelMessageSend(w.ch.ID, "x"); return err }, discordtest.MissingPermissions, true},
		// In threads the permission to send messages means nothing.
		{"send into a thread", discordtest.SendMessages, func(w world) error { _, err := w.c.ChannelMessageSend(w.thread, "x"); return err }, 0, false},
		{"send in threads", discordtest.SendMessagesInThreads, func(w world) error { _, err := w.c.ChannelMessageSend(w.thread, "x"); return err }, discordtest.MissingPermissions, false},
		{"create threads", discordtest.CreatePublicThreads, func(w world) error { _, err := w.c.MessageThreadStart(w.ch.ID, w.post, "x", 60); return err }, discordtest.MissingPermissions, false},
		{"manage threads", discordtest.ManageThreads, func(w world) error {
			yes := true
			_, err := w.c.ChannelEdit(w.thread, &discordgo.ChannelEdit{Locked: &yes})
			return err
		}, discordtest.MissingPermissions, false},
		{"pin", discordtest.PinMessages, func(w world) error { return w.c.ChannelMessagePin(w.ch.ID, w.mine) }, discordtest.MissingPermissions, false},
		{"manage messages is not for pins", discordtest.ManageMessages, func(w world) error { return w.c.ChannelMessagePin(w.ch.ID, w.mine) }, 0, false},
		{"manage messages", discordtest.ManageMessages, func(w world) error { return w.c.ChannelMessageDelete(w.ch.ID, w.hers) }, discordtest.MissingPermissions, false},
		{"own messages can be deleted", discordtest.ManageMessages, func(w world) error {
			return w.c.ChannelMessageDelete(w.ch.ID, must(w.c.ChannelMessageSend(w.ch.ID, "mine")).ID)
		}, 0, false},
		{"react", discordtest.AddReactions, func(w world) error { return w.c.MessageReactionAdd(w.ch.ID, w.hers, "✅") }, discordtest.MissingPermissions, false},
		{"read history", discordtest.ReadMessageHistory, func(w world) error { _, err := w.c.ChannelMessage(w.ch.ID, w.hers); return err }, discordtest.MissingPermissions, false},
		{"nothing", 0, func(w world) error { _, err := w.c.ChannelMessageSend(w.ch.ID, "x"); return err }, 0, false},
	} {
		t.Run(odd.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, s *discordtest.Server) {
				g := s.Guild("Study")
				w := world{c: rest(s), ch: g.Text("daily")}
				w.hers = g.Member("Mina").Say(w.ch, "hello").ID
				w.mine = must(w.c.ChannelMessageSend(w.ch.ID, "mine")).ID
				w.post = must(w.c.ChannelMessageSend(w.ch.ID, "post")).ID
				w.thread = must(w.c.MessageThreadStart(w.ch.ID, w.mine, "thread", 60)).ID
				if odd.server {
					g.SetBotPermissions(discordtest.BotPermissions &^ odd.lacks)
				} else {
					w.ch.DenyBot(odd.lacks)
				}
				wantCode(t, odd.try(w), odd.want)
				w.ch.AllowBot()
				g.SetBotPermissions(discordtest.BotPermissions)
				wantCode(t, odd.try(w), 0)
			})
		})
	}
}

func TestOverwritesInOrder(t *testing.T) {
	bubble(t, func(t *testing.T, s *discordtest.Server) {
		g := s.Guild("Study")
		ch := g.Text("daily")
		send := discordtest.SendMessages
		ch.Overwrite(discordtest.Overwrite{ID: g.ID, Deny: send}) // everyone
		if ch.Permissions()&send != 0 {
			t.Error("everyone is denied, the bot is not")
		}
		ch.Overwrite(discordtest.Overwrite{ID: g.BotRole(), Allow: send})
		if ch.Permissions()&send == 0 {
			t.Error("its role is allowed, the bot is not")
		}
		ch.DenyBot(send)
		if ch.Permissions()&send != 0 {
			t.Error("the bot is denied, and may")
		}
		g.SetRole(g.BotRole(), discordtest.Administrator)
		if ch.Permissions() != discordtest.AllPermissions {
			t.Error("an administrator may not everything")
		}
	})
}

func TestEventsOfHiddenChannelsAreNotSent(t *testing.T) {
	bubble(t, func(t *testing.T, s *discordtest.Server) {
		g := s.Guild("Study")
		ch, mina := g.Text("daily"), g.Member("Mina")
		_, seen := connect(t, s, everything)
		ch.DenyBot(discordtest.ViewChannel)
		mina.Say(ch, "secret")
		settle()
		if got := len(seen.named("MESSAGE_CREATE")); got != 0 {
			t.Error("the bot was told of a message that it cannot see")
		}
	})
}

func TestWithoutTheTokenNothingGoes(t *testing.T) {
	bubble(t, func(t *testing.T, s *discordtest.Server) {
		c := rest(s)
		c.Token = "Bot wrong"
		if _, err := c.User("@me"); err == nil {
			t.Error("a wrong token was taken")
		}
		if got := s.InvalidRequests(); got != 1 {
			t.Errorf("%d invalid requests were counted, want 1", got)
		}
	})
}
