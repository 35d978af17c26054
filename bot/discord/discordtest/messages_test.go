package discordtest_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"

	"rewind/bot/discord/discordtest"
)

// nonced is what discordgo's own message lacks.
type nonced struct {
	*discordgo.MessageSend
	Nonce   any  `json:"nonce,omitempty"`
	Enforce bool `json:"enforce_nonce,omitempty"`
}

func post(c *discordgo.Session, channel string, m nonced) (*discordgo.Message, error) {
	b, err := c.RequestWithBucketID("POST", discordgo.EndpointChannelMessages(channel), m, discordgo.EndpointChannelMessages(channel))
	if err != nil {
		return nil, err
	}
	out := &discordgo.Message{}
	return out, discordgo.Unmarshal(b, out)
}

func TestNonceIsEnforcedForTwoMinutes(t *testing.T) {
	for _, odd := range []struct {
		name    string
		nonce   any
		enforce bool
		wait    time.Duration
		want    int // messages in the end
	}{
		{"enforced", "key-1", true, time.Minute, 1},
		{"enforced number", 12345, true, time.Minute, 1},
		{"just within", "key-1", true, 2*time.Minute - time.Second, 1},
		{"too late", "key-1", true, 2 * time.Minute, 2},
		{"not enforced", "key-1", false, 0, 2},
	} {
		t.Run(odd.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, s *discordtest.Server) {
				ch, c := s.Guild("Study").Text("daily"), rest(s)
				m := nonced{&discordgo.MessageSend{Content: "hello"}, odd.nonce, odd.enforce}
				first := must(post(c, ch.ID, m))
				time.Sleep(odd.wait)
				again := must(post(c, ch.ID, m))
				if got := len(ch.Messages()); got != odd.want {
					t.Errorf("%d messages, want %d", got, odd.want)
				}
				if (first.ID == again.ID) != (odd.want == 1) {
					t.Errorf("the IDs are %s and %s", first.ID, again.ID)
				}
			})
		})
	}
}

// A nonce is for the answer to a request and for its event. Who reads a history finds none.
func TestNonceIsNotKept(t *testing.T) {
	bubble(t, func(t *testing.T, s *discordtest.Server) {
		ch, c := s.Guild("Study").Text("daily"), rest(s)
		at := discordgo.EndpointChannelMessages(ch.ID)
		made := string(must(c.RequestWithBucketID("POST", at, nonced{&discordgo.MessageSend{Content: "hello"}, "key", true}, at)))
		if !strings.Contains(made, `"nonce":"key"`) {
			t.Errorf("the answer has no nonce: %s", made)
		}
		if read := string(must(c.RequestWithBucketID("GET", at, nil, at))); !strings.Contains(read, "hello") || strings.Contains(read, "nonce") {
			t.Errorf("the history reads %s", read)
		}
	})
}

func TestNonceBelongsToTheAuthor(t *testing.T) {
	bubble(t, func(t *testing.T, s *discordtest.Server) {
		g, c := s.Guild("Study"), rest(s)
		one, two := g.Text("one"), g.Text("two")
		m := nonced{&discordgo.MessageSend{Content: "hello"}, "key", true}
		first := must(post(c, one.ID, m))
		if again := must(post(c, two.ID, m)); again.ID != first.ID || len(two.Messages()) != 0 {
			t.Error("the nonce was not known in another channel")
		}
		// What was deleted is not sent again.
		g.Owner().Delete(one.Messages()[0])
		_, err := post(c, one.ID, m)
		wantCode(t, err, discordtest.UnknownMessage)
		time.Sleep(2 * time.Minute)
		must(post(c, one.ID, m))
	})
}

func TestMessageLimits(t *testing.T) {
	wide := strings.Repeat("가", 2000)
	row := func(ids ...string) []discordgo.MessageComponent {
		r := discordgo.ActionsRow{}
		for _, id := range ids {
			r.Components = append(r.Components, discordgo.Button{Label: "x", CustomID: id, Style: discordgo.PrimaryButton})
		}
		return []discordgo.MessageComponent{r}
	}
	long := &discordgo.MessageEmbed{Description: strings.Repeat("x", 4000)}
	for _, odd := range []struct {
		name string
		m    discordgo.MessageSend
		want int
	}{
		{"longest", discordgo.MessageSend{Content: wide}, 0},
		{"too long", discordgo.MessageSend{Content: wide + "가"}, discordtest.InvalidForm},
		{"emoji count as two", discordgo.MessageSend{Content: strings.Repeat("😀", 1001)}, discordtest.InvalidForm},
		{"nothing", discordgo.MessageSend{}, discordtest.EmptyMessage},
		{"blanks", discordgo.MessageSend{Content: " \n "}, discordtest.EmptyMessage},
		{"five buttons", discordgo.MessageSend{Content: "x", Components: row("1", "2", "3", "4", "5")}, 0},
		{"six buttons", discordgo.MessageSend{Content: "x", Components: row("1", "2", "3", "4", "5", "6")}, discordtest.InvalidForm},
		{"same custom ID", discordgo.MessageSend{Content: "x", Components: row("1", "1")}, discordtest.InvalidForm},
		{"long custom ID", discordgo.MessageSend{Content: "x", Components: row(strings.Repeat("x", 101))}, discordtest.InvalidForm},
		{"embeds together too long", discordgo.MessageSend{Embeds: []*discordgo.MessageEmbed{long, long}}, discordtest.InvalidForm},
		{"one long embed", discordgo.MessageSend{Embeds: []*discordgo.MessageEmbed{long}}, 0},
	} {
		t.Run(odd.name, func(t *testing.T) {
			// What is invalid fails the test as well, if it is described as invalid; that is another test's subject.
			s := discordtest.NewInMemory(&recorder{T: t})
			ch := s.Guild("Study").Text("daily")
			_, err := rest(s).ChannelMessageSendComplex(ch.ID, &odd.m)
			wantCode(t, err, odd.want)
			if want := odd.want == 0; (len(ch.Messages()) == 1) != want {
				t.Errorf("it was posted: %v, want %v", !want, want)
			}
		})
	}
}

func TestEditAndDelete(t *testing.T) {
	bubble(t, func(t *testing.T, s *discordtest.Server) {
		g := s.Guild("Study")
		ch, mina := g.Text("daily"), g.Member("Mina")
		c, seen := connect(t, s, everything)
		mine := must(c.ChannelMessageSend(ch.ID, "one"))
		must(c.ChannelMessageEdit(ch.ID, mine.ID, "two"))
		if m, _ := ch.Message(mine.ID); m.Content != "two" || m.EditedTimestamp == nil {
			t.Errorf("after the edit: %+v", m)
		}
		hers := mina.Say(ch, "hello")
		_, err := c.ChannelMessageEdit(ch.ID, hers.ID, "never")
		wantCode(t, err, discordtest.NotAuthor)
		mina.Edit(hers, "hello again")
		mina.Delete(hers)
		_, err = c.ChannelMessage(ch.ID, hers.ID)
		wantCode(t, err, discordtest.UnknownMessage)
		if err := c.ChannelMessageDelete(ch.ID, mine.ID); err != nil {
			t.Error(err)
		}
		settle()
		for name, want := range map[string]int{"MESSAGE_CREATE": 2, "MESSAGE_UPDATE": 2, "MESSAGE_DELETE": 2} {
			if got := len(seen.named(name)); got != want {
				t.Errorf("%d events %s, want %d", got, name, want)
			}
		}
	})
}

func TestHistoryPages(t *testing.T) {
	bubble(t, func(t *testing.T, s *discordtest.Server) {
		g := s.Guild("Study")
		ch, mina, c := g.Text("daily"), g.Member("Mina"), rest(s)
		ids := []string{}
		for i := range 250 {
			ids = append(ids, mina.Say(ch, fmt.Sprint(i)).ID)
		}
		page := func(limit int, before, after, around string) string {
			list := must(c.ChannelMessages(ch.ID, limit, before, after, around))
			return fmt.Sprintf("%d: %s to %s", len(list), list[len(list)-1].Content, list[0].Content)
		}
		for _, odd := range []struct{ got, want string }{
			{page(0, "", "", ""), "50: 200 to 249"},
			{page(100, "", "", ""), "100: 150 to 249"},
			{page(100, ids[150], "", ""), "100: 50 to 149"},
			{page(100, "", ids[10], ""), "100: 11 to 110"},
			{page(100, "", ids[200], ""), "49: 201 to 249"},
			{page(10, "", "", ids[100]), "10: 95 to 104"},
			{page(100, "", "0", ""), "100: 0 to 99"}, // from the beginning
		} {
			if odd.got != odd.want {
				t.Errorf("%s, want %s", odd.got, odd.want)
			}
		}
	})
}

func TestMentionsPingOnlyWhoIsAllowed(t *testing.T) {
	none := &discordgo.MessageAllowedMentions{Parse: []discordgo.AllowedMentionType{}}
	bubble(t, func(t *testing.T, s *discordtest.Server) {
		g, c := s.Guild("Study"), rest(s)
		ch, mina, role := g.Text("daily"), g.Member("Mina"), g.Role("quizzers", 0)
		text := "@everyone " + mina.Mention() + " <@&" + role + ">"
		for _, odd := range []struct {
			name    string
			allowed *discordgo.MessageAllowedMentions
			want    string
		}{
			{"by default all", nil, "[everyone user:" + mina.ID() + " role:" + role + "]"},
			{"none", none, "[]"},
			{"one role", &discordgo.MessageAllowedMentions{Parse: none.Parse, Roles: []string{role}}, "[role:" + role + "]"},
		} {
			m := must(c.ChannelMessageSendComplex(ch.ID, &discordgo.MessageSend{Content: text, AllowedMentions: odd.allowed}))
			if got, _ := ch.Message(m.ID); fmt.Sprint(got.Notified) != odd.want {
				t.Errorf("%s: pinged %v, want %s", odd.name, got.Notified, odd.want)
			}
		}
	})
}

func TestReactions(t *testing.T) {
	bubble(t, func(t *testing.T, s *discordtest.Server) {
		g := s.Guild("Study")
		ch, mina := g.Text("daily"), g.Member("Mina")
		c, seen := connect(t, s, everything)
		m := mina.Say(ch, "hello")
		for range 2 { // the second changes nothing
			if err := c.MessageReactionAdd(ch.ID, m.ID, "✅"); err != nil {
				t.Fatal(err)
			}
		}
		mina.React(m, "✅")
		mina.React(m, "👍")
		got := must(c.ChannelMessage(ch.ID, m.ID))
		if len(got.Reactions) != 2 || got.Reactions[0].Count != 2 || !got.Reactions[0].Me || got.Reactions[1].Me {
			t.Errorf("reactions %+v %+v", got.Reactions[0], got.Reactions[1])
		}
		if err := c.MessageReactionRemove(ch.ID, m.ID, "✅", "@me"); err != nil {
			t.Fatal(err)
		}
		mina.Unreact(m, "👍")
		if who := ch.Reactors(m.ID, "✅"); len(who) != 1 || who[0] != mina.ID() {
			t.Errorf("left are %v", who)
		}
		users := must(c.MessageReactions(ch.ID, m.ID, "✅", 100, "", ""))
		if len(users) != 1 || users[0].ID != mina.ID() {
			t.Errorf("listed are %v", users)
		}
		wantCode(t, c.MessageReactionAdd(ch.ID, m.ID, "x"), discordtest.UnknownEmoji)
		settle()
		if add, remove := len(seen.named("MESSAGE_REACTION_ADD")), len(seen.named("MESSAGE_REACTION_REMOVE")); add != 3 || remove != 2 {
			t.Errorf("%d added, %d removed", add, remove)
		}
	})
}

func TestPins(t *testing.T) {
	bubble(t, func(t *testing.T, s *discordtest.Server) {
		ch, c := s.Guild("Study").Text("daily"), rest(s)
		one, two := must(c.ChannelMessageSend(ch.ID, "one")), must(c.ChannelMessageSend(ch.ID, "two"))
		for _, id := range []string{one.ID, two.ID, one.ID} { // pinning again changes nothing
			if err := c.ChannelMessagePin(ch.ID, id); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Second)
		}
		if got := ch.Pins(); len(got) != 2 || got[0].Content != "two" {
			t.Errorf("pinned are %+v", got)
		}
		if got := len(ch.Messages()); got != 4 { // Discord writes a note for each
			t.Errorf("%d messages, want 4", got)
		}
		if got := len(ch.FromBot()); got != 2 {
			t.Errorf("%d messages of the bot's own, want 2", got)
		}
		if err := c.ChannelMessageUnpin(ch.ID, two.ID); err != nil {
			t.Fatal(err)
		}
		if got := must(c.ChannelMessagesPinned(ch.ID)); len(got) != 1 || got[0].ID != one.ID {
			t.Errorf("pinned are %+v", got)
		}
	})
}

func TestFilesCanBeFetched(t *testing.T) {
	bubble(t, func(t *testing.T, s *discordtest.Server) {
		ch, c := s.Guild("Study").Text("daily"), rest(s)
		m := must(c.ChannelFileSend(ch.ID, "a.txt", strings.NewReader("inside")))
		if len(m.Attachments) != 1 || m.Attachments[0].Filename != "a.txt" {
			t.Fatalf("attachments %+v", m.Attachments)
		}
		resp := must((&http.Client{Transport: s.Transport()}).Get(m.Attachments[0].URL))
		defer resp.Body.Close()
		if got := string(must(io.ReadAll(resp.Body))); got != "inside" {
			t.Errorf("fetched %q", got)
		}
	})
}

func TestContentIsHiddenWithoutTheIntent(t *testing.T) {
	for _, odd := range []struct {
		name          string
		asked         discordtest.Intents
		granted       discordtest.Intents
		event, listed string
	}{
		{"granted and asked for", everything, discordtest.IntentMessageContent, "an answer", "an answer"},
		{"granted only", everything &^ discordtest.IntentMessageContent, discordtest.IntentMessageContent, "", "an answer"},
		{"not granted", everything &^ discordtest.IntentMessageContent, 0, "", ""},
	} {
		t.Run(odd.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, s *discordtest.Server) {
				s.GrantIntents(odd.granted)
				g := s.Guild("Study")
				ch, mina := g.Text("daily"), g.Member("Mina")
				c, _ := connect(t, s, odd.asked)
				got := make(chan *discordgo.MessageCreate, 10)
				c.AddHandler(func(_ *discordgo.Session, m *discordgo.MessageCreate) { got <- m })
				mina.Say(ch, "an answer")
				if m := <-got; m.Content != odd.event || m.Author == nil || m.GuildID != g.ID {
					t.Errorf("the event says %q", m.Content)
				}
				if m := must(c.ChannelMessages(ch.ID, 1, "", "", ""))[0]; m.Content != odd.listed {
					t.Errorf("the history says %q", m.Content)
				}
				mina.Say(ch, "<@"+s.Bot().ID+"> for you")
				if m := <-got; m.Content == "" {
					t.Error("a mention of the bot is hidden")
				}
				mina.Say(mina.DM(), "in private")
				if m := <-got; m.Content != "in private" || m.GuildID != "" {
					t.Errorf("a private message says %q", m.Content)
				}
			})
		})
	}
}

func TestDirectMessages(t *testing.T) {
	bubble(t, func(t *testing.T, s *discordtest.Server) {
		mina, c := s.Guild("Study").Member("Mina"), rest(s)
		dm := must(c.UserChannelCreate(mina.ID()))
		if again := must(c.UserChannelCreate(mina.ID())); again.ID != dm.ID {
			t.Error("a second private channel was made")
		}
		must(c.ChannelMessageSend(dm.ID, "psst"))
		if got := mina.DM().Messages(); len(got) != 1 || got[0].Content != "psst" {
			t.Errorf("private messages %+v", got)
		}
		mina.CloseDMs(true)
		_, err := c.ChannelMessageSend(dm.ID, "psst")
		wantCode(t, err, discordtest.CannotDM)
		_, err = c.UserChannelCreate("1")
		wantCode(t, err, discordtest.UnknownUser)
	})
}
