package discordtest_test

import (
	"strings"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"

	"rewind/bot/discord/discordtest"
)

func TestOneThreadForEachMessage(t *testing.T) {
	bubble(t, func(t *testing.T, s *discordtest.Server) {
		ch := s.Guild("Study").Text("daily")
		c, seen := connect(t, s, everything)
		m := must(c.ChannelMessageSend(ch.ID, "question"))
		th := must(c.MessageThreadStart(ch.ID, m.ID, "#1 Ports", 1440))
		if th.ID != m.ID || th.ParentID != ch.ID || th.Type != discordgo.ChannelTypeGuildPublicThread {
			t.Errorf("the thread is %+v", th)
		}
		_, err := c.MessageThreadStart(ch.ID, m.ID, "#1 Ports", 1440)
		wantCode(t, err, discordtest.ThreadExists)
		_, err = c.MessageThreadStart(ch.ID, "1", "#1 Ports", 1440)
		wantCode(t, err, discordtest.UnknownMessage)
		if got := ch.Threads(); len(got) != 1 || got[0].Name() != "#1 Ports" {
			t.Errorf("the threads are %v", got)
		}
		settle()
		if got := len(seen.named("THREAD_CREATE")); got != 1 {
			t.Errorf("%d threads were created, want 1", got)
		}
	})
}

func TestThreadNames(t *testing.T) {
	for _, odd := range []struct {
		name    string
		minutes int
		want    int
	}{
		{strings.Repeat("가", 100), 60, 0},
		{strings.Repeat("가", 101), 60, discordtest.InvalidForm},
		{"", 60, discordtest.InvalidForm},
		{"x", 61, discordtest.InvalidForm},
		{"x", 10080, 0},
	} {
		s := discordtest.NewInMemory(&recorder{T: t})
		ch, c := s.Guild("Study").Text("daily"), rest(s)
		m := must(c.ChannelMessageSend(ch.ID, "question"))
		_, err := c.MessageThreadStart(ch.ID, m.ID, odd.name, odd.minutes)
		wantCode(t, err, odd.want)
	}
}

func TestAForumHasOnePinnedPost(t *testing.T) {
	bubble(t, func(t *testing.T, s *discordtest.Server) {
		g := s.Guild("Study")
		forum, ch, c := g.Forum("questions"), g.Text("daily"), rest(s)
		first := must(c.ForumThreadStart(forum.ID, "first", 60, "hello"))
		second := must(c.ForumThreadStart(forum.ID, "second", 60, "hello"))
		pin := func(id string, pinned bool) error {
			flags := discordgo.ChannelFlags(0)
			if pinned {
				flags = discordgo.ChannelFlagPinned
			}
			_, err := c.ChannelEdit(id, &discordgo.ChannelEdit{Flags: &flags})
			return err
		}
		wantCode(t, pin(first.ID, true), 0)
		if th := must(c.Channel(first.ID)); !s.Channel(first.ID).Pinned() || th.Flags != discordgo.ChannelFlagPinned {
			t.Errorf("the first is not pinned, its flags are %d", th.Flags)
		}
		wantCode(t, pin(second.ID, true), discordtest.TooManyPinnedPosts)
		wantCode(t, pin(first.ID, false), 0)
		wantCode(t, pin(second.ID, true), 0)
		m := must(c.ChannelMessageSend(ch.ID, "question"))
		th := must(c.MessageThreadStart(ch.ID, m.ID, "thread", 60))
		wantCode(t, pin(th.ID, true), discordtest.WrongChannelType)
		forum.DenyBot(discordtest.ManageThreads)
		wantCode(t, pin(second.ID, false), discordtest.MissingPermissions)
	})
}

func TestArchivedThread(t *testing.T) {
	bubble(t, func(t *testing.T, s *discordtest.Server) {
		g := s.Guild("Study")
		ch, mina := g.Text("daily"), g.Member("Mina")
		c, seen := connect(t, s, everything)
		m := must(c.ChannelMessageSend(ch.ID, "question"))
		must(c.MessageThreadStart(ch.ID, m.ID, "#1", 60))
		th := s.Channel(m.ID)
		mine := must(c.ChannelMessageSend(th.ID, "answer here"))
		time.Sleep(time.Hour + time.Second)
		if !th.Archived() {
			t.Fatal("an hour of rest did not archive it")
		}
		_, err := c.ChannelMessageEdit(th.ID, mine.ID, "x")
		wantCode(t, err, discordtest.ThreadArchived)
		wantCode(t, c.MessageReactionAdd(th.ID, mine.ID, "✅"), discordtest.ThreadArchived)
		_, err = c.ChannelEdit(th.ID, &discordgo.ChannelEdit{Name: "x"})
		wantCode(t, err, discordtest.ThreadArchived)

		list := must(c.ThreadsArchived(ch.ID, nil, 10))
		if len(list.Threads) != 1 || list.Threads[0].ID != th.ID || !list.Threads[0].ThreadMetadata.Archived {
			t.Errorf("archived are %+v", list.Threads)
		}
		mina.Say(th, "late") // opens it again
		if th.Archived() {
			t.Error("a message did not open it")
		}
		if list := must(c.GuildThreadsActive(g.ID)); len(list.Threads) != 1 {
			t.Errorf("active are %+v", list.Threads)
		}
		settle()
		if got := len(seen.named("THREAD_UPDATE")); got != 2 { // archived, opened
			t.Errorf("%d updates, want 2", got)
		}
	})
}

func TestLockedThread(t *testing.T) {
	bubble(t, func(t *testing.T, s *discordtest.Server) {
		g, c := s.Guild("Study"), rest(s)
		ch := g.Text("daily")
		m := must(c.ChannelMessageSend(ch.ID, "question"))
		must(c.MessageThreadStart(ch.ID, m.ID, "#1", 60))
		locked := true
		must(c.ChannelEdit(m.ID, &discordgo.ChannelEdit{Locked: &locked}))
		if !s.Channel(m.ID).Locked() {
			t.Error("it is not locked")
		}
		must(c.ChannelMessageSend(m.ID, "who manages threads may write"))
		g.SetBotPermissions(discordtest.PlayerPermissions)
		_, err := c.ChannelMessageSend(m.ID, "x")
		wantCode(t, err, discordtest.ThreadLocked)
	})
}

func TestForumPosts(t *testing.T) {
	bubble(t, func(t *testing.T, s *discordtest.Server) {
		g, c := s.Guild("Study"), rest(s)
		forum := g.Forum("questions", "Networks", "Databases")
		forum.RequireTag()
		start := func(tags ...string) (*discordgo.Channel, error) {
			return c.ForumThreadStartComplex(forum.ID, &discordgo.ThreadStart{Name: "#1 Ports", AutoArchiveDuration: 1440, AppliedTags: tags},
				&discordgo.MessageSend{Content: "What is a port for?"})
		}
		_, err := start()
		wantCode(t, err, discordtest.TagRequired)
		_, err = start("1")
		wantCode(t, err, discordtest.InvalidForm)
		got := must(start(forum.TagID("Networks")))
		post := s.Channel(got.ID)
		if tags := post.Tags(); len(tags) != 1 || tags[0] != "Networks" {
			t.Errorf("tags %v", tags)
		}
		if m, ok := post.Message(got.ID); !ok || m.Content != "What is a port for?" {
			t.Errorf("the first message has not the thread's ID: %+v", post.Messages())
		}
		_, err = c.ChannelMessageSend(forum.ID, "x")
		wantCode(t, err, discordtest.NotATextChannel)
		must(start(forum.TagID("Networks"))) // a forum does not know that it was asked before
		if got := len(forum.Threads()); got != 2 {
			t.Errorf("%d posts, want 2", got)
		}
	})
}

func TestActiveThreadsHaveALimit(t *testing.T) {
	bubble(t, func(t *testing.T, s *discordtest.Server) {
		ch, c := s.Guild("Study").Text("daily"), rest(s)
		s.SetThreadLimit(1)
		must(c.ThreadStart(ch.ID, "one", discordgo.ChannelTypeGuildPublicThread, 60))
		_, err := c.ThreadStart(ch.ID, "two", discordgo.ChannelTypeGuildPublicThread, 60)
		wantCode(t, err, discordtest.TooManyThreads)
		ch.Threads()[0].Archive(true)
		must(c.ThreadStart(ch.ID, "two", discordgo.ChannelTypeGuildPublicThread, 60))
	})
}

func TestGoneChannels(t *testing.T) {
	bubble(t, func(t *testing.T, s *discordtest.Server) {
		g := s.Guild("Study")
		ch := g.Text("daily")
		c, seen := connect(t, s, everything)
		m := must(c.ChannelMessageSend(ch.ID, "question"))
		must(c.MessageThreadStart(ch.ID, m.ID, "#1", 60))
		s.Channel(m.ID).Delete()
		_, err := c.ChannelMessageSend(m.ID, "x")
		wantCode(t, err, discordtest.UnknownChannel)
		ch.Delete()
		_, err = c.Channel(ch.ID)
		wantCode(t, err, discordtest.UnknownChannel)
		other := g.Text("other")
		g.RemoveBot()
		_, err = c.ChannelMessageSend(other.ID, "x")
		wantCode(t, err, discordtest.UnknownChannel)
		_, err = c.Guild(g.ID)
		wantCode(t, err, discordtest.UnknownGuild)
		g.Invite()
		must(c.ChannelMessageSend(other.ID, "back"))
		settle()
		for _, name := range []string{"THREAD_DELETE", "CHANNEL_DELETE", "GUILD_DELETE"} {
			if len(seen.named(name)) != 1 {
				t.Errorf("no event %s", name)
			}
		}
	})
}
