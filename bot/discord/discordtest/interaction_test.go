package discordtest_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"

	"rewind/bot/discord/discordtest"
)

// quiz is a table of commands with everything that a command can have.
var quiz = []*discordgo.ApplicationCommand{
	{Name: "quiz", Description: "Questions", NameLocalizations: &map[discordgo.Locale]string{discordgo.Korean: "퀴즈"}, Options: []*discordgo.ApplicationCommandOption{
		{Type: discordgo.ApplicationCommandOptionSubCommand, Name: "post", Description: "Ask one", Options: []*discordgo.ApplicationCommandOption{
			{Type: discordgo.ApplicationCommandOptionString, Name: "topic", Description: "Which", Required: true, Autocomplete: true},
			{Type: discordgo.ApplicationCommandOptionInteger, Name: "count", Description: "How many"},
			{Type: discordgo.ApplicationCommandOptionBoolean, Name: "late", Description: "Whether"},
			{Type: discordgo.ApplicationCommandOptionUser, Name: "who", Description: "Whom"},
			{Type: discordgo.ApplicationCommandOptionChannel, Name: "where", Description: "Where"},
			{Type: discordgo.ApplicationCommandOptionRole, Name: "role", Description: "Which"},
			{Type: discordgo.ApplicationCommandOptionAttachment, Name: "notes", Description: "A file"},
		}},
		{Type: discordgo.ApplicationCommandOptionSubCommandGroup, Name: "schedule", Description: "Schedules", Options: []*discordgo.ApplicationCommandOption{
			{Type: discordgo.ApplicationCommandOptionSubCommand, Name: "add", Description: "Add one"},
		}},
	}},
	{Name: "Save as my answer", Type: discordgo.MessageApplicationCommand},
}

// world is a guild with a bot that answers with f.
type world struct {
	s    *discordtest.Server
	g    *discordtest.Guild
	ch   *discordtest.Channel
	mina *discordtest.Person
	c    *discordgo.Session
}

func answering(t *testing.T, s *discordtest.Server, f func(*discordgo.Session, *discordgo.InteractionCreate)) world {
	t.Helper()
	w := world{s: s, g: s.Guild("Study")}
	w.ch, w.mina = w.g.Text("daily"), w.g.Member("Mina")
	w.c, _ = connect(t, s, everything)
	w.c.AddHandler(f)
	must(w.c.ApplicationCommandBulkOverwrite(s.Bot().ID, "", quiz))
	return w
}

func respond(c *discordgo.Session, i *discordgo.InteractionCreate, kind discordgo.InteractionResponseType, data *discordgo.InteractionResponseData) error {
	return c.InteractionRespond(i.Interaction, &discordgo.InteractionResponse{Type: kind, Data: data})
}

func TestSlashCarriesItsOptions(t *testing.T) {
	bubble(t, func(t *testing.T, s *discordtest.Server) {
		var got []*discordgo.ApplicationCommandInteractionDataOption
		var data discordgo.ApplicationCommandInteractionData
		w := answering(t, s, func(c *discordgo.Session, i *discordgo.InteractionCreate) {
			data = i.ApplicationCommandData()
			got = data.Options[0].Options
			if i.Member.Nick != "미나" || i.Member.Permissions&discordgo.PermissionSendMessages == 0 || i.Locale != discordgo.Korean {
				t.Errorf("the member is %+v in %s", i.Member, i.Locale)
			}
			if err := respond(c, i, discordgo.InteractionResponseChannelMessageWithSource, &discordgo.InteractionResponseData{Content: "done"}); err != nil {
				t.Error(err)
			}
		})
		w.g.Nick(w.mina, "미나")
		w.mina.SetLocale("ko")
		role := w.g.Role("quizzers", 0)
		i := w.mina.Slash(w.ch, "/quiz post", discordtest.Options{"topic": "Networks", "count": 3, "late": true, "who": w.mina, "where": w.ch,
			"role": role, "notes": discordtest.File{Name: "a.md", Type: "text/markdown", Content: []byte("# Notes")}})
		if m := i.Reply(); m.Content != "done" || m.Ephemeral() {
			t.Errorf("the reply is %+v", m)
		}
		texts := []string{}
		for _, o := range got {
			texts = append(texts, o.Name)
		}
		if want := "topic count late who where role notes"; strings.Join(texts, " ") != want {
			t.Errorf("options %v, want %s", texts, want)
		}
		if got[0].StringValue() != "Networks" || got[1].IntValue() != 3 || !got[2].BoolValue() {
			t.Errorf("values %v %v %v", got[0].Value, got[1].Value, got[2].Value)
		}
		a := data.Resolved.Attachments[got[6].Value.(string)]
		if a == nil || string(s.Attachment(discordtest.Attachment{URL: a.URL})) != "# Notes" {
			t.Errorf("the attachment is %+v", a)
		}
		if len(w.ch.FromBot()) != 1 {
			t.Error("the reply is not in the channel")
		}
	})
}

func TestPrivateReplies(t *testing.T) {
	bubble(t, func(t *testing.T, s *discordtest.Server) {
		var kept *discordgo.Interaction
		w := answering(t, s, func(c *discordgo.Session, i *discordgo.InteractionCreate) {
			kept = i.Interaction
			if err := respond(c, i, discordgo.InteractionResponseDeferredChannelMessageWithSource, &discordgo.InteractionResponseData{Flags: discordgo.MessageFlagsEphemeral}); err != nil {
				t.Error(err)
			}
		})
		i := w.mina.Slash(w.ch, "quiz schedule add", nil)
		if got := i.Answer(); got != discordtest.AnswerLater {
			t.Errorf("answered with %d", got)
		}
		if m := i.Messages(); len(m) != 1 || !m[0].Loading() || !m[0].Ephemeral() {
			t.Errorf("before the edit %+v", m)
		}
		text := "only for you"
		must(w.c.InteractionResponseEdit(kept, &discordgo.WebhookEdit{Content: &text}))
		if m := i.Reply(); m.Content != text || !m.Ephemeral() {
			t.Errorf("the reply is %+v", m)
		}
		must(w.c.FollowupMessageCreate(kept, true, &discordgo.WebhookParams{Content: "more", Flags: discordgo.MessageFlagsEphemeral}))
		if got := w.mina.Ephemerals(); len(got) != 2 || got[1].Content != "more" {
			t.Errorf("she sees %+v", got)
		}
		if len(w.ch.Messages()) != 0 || len(w.g.Member("Jun").Ephemerals()) != 0 {
			t.Error("others see it too")
		}
		if got := must(w.c.InteractionResponse(kept)); got.Content != text {
			t.Errorf("read again: %q", got.Content)
		}
		if err := w.c.InteractionResponseDelete(kept); err != nil {
			t.Error(err)
		}
		if got := w.mina.Ephemerals(); len(got) != 1 {
			t.Errorf("after the deletion she sees %+v", got)
		}
	})
}

func TestFollowUpFillsInWhatIsLoading(t *testing.T) {
	bubble(t, func(t *testing.T, s *discordtest.Server) {
		w := answering(t, s, func(c *discordgo.Session, i *discordgo.InteractionCreate) {
			if err := respond(c, i, discordgo.InteractionResponseDeferredChannelMessageWithSource, nil); err != nil {
				t.Error(err)
			}
			for _, text := range []string{"one", "two"} {
				must(c.FollowupMessageCreate(i.Interaction, true, &discordgo.WebhookParams{Content: text}))
			}
		})
		i := w.mina.Slash(w.ch, "quiz schedule add", nil)
		settle()
		if got := i.Messages(); len(got) != 2 || got[0].Content != "one" || got[0].Loading() {
			t.Errorf("answers %+v", got)
		}
	})
}

func TestAnswersComeInTimeAndOnce(t *testing.T) {
	bubble(t, func(t *testing.T, s *discordtest.Server) {
		var kept *discordgo.InteractionCreate
		w := answering(t, s, func(_ *discordgo.Session, i *discordgo.InteractionCreate) { kept = i })
		say := func() error {
			return respond(w.c, kept, discordgo.InteractionResponseChannelMessageWithSource, &discordgo.InteractionResponseData{Content: "x"})
		}
		text := "y"
		edit := func() error {
			_, err := w.c.InteractionResponseEdit(kept.Interaction, &discordgo.WebhookEdit{Content: &text})
			return err
		}
		w.mina.Slash(w.ch, "quiz schedule add", nil)
		settle()
		wantCode(t, edit(), discordtest.UnknownWebhook) // not before the first answer
		time.Sleep(2900 * time.Millisecond)
		wantCode(t, say(), 0)
		wantCode(t, say(), discordtest.AlreadyAnswered)
		time.Sleep(11 * time.Minute)
		wantCode(t, edit(), 0)
		time.Sleep(4 * time.Minute)
		wantCode(t, edit(), discordtest.TokenExpired)

		if got := w.mina.Slash(w.ch, "quiz schedule add", nil).Answer(); got != 0 { // waits three seconds
			t.Errorf("answered with %d", got)
		}
		settle()
		wantCode(t, say(), discordtest.UnknownInteraction)
		kept.ID = "1"
		wantCode(t, say(), discordtest.UnknownInteraction)
	})
}

func TestAnswersFitTheInteraction(t *testing.T) {
	bubble(t, func(t *testing.T, s *discordtest.Server) {
		var err error
		w := answering(t, s, func(c *discordgo.Session, i *discordgo.InteractionCreate) {
			err = respond(c, i, discordgo.InteractionResponseUpdateMessage, &discordgo.InteractionResponseData{Content: "x"})
		})
		w.mina.Slash(w.ch, "quiz schedule add", nil)
		settle()
		wantCode(t, err, discordtest.InvalidForm) // a command has no message to change
	})
}

func TestButtonOpensFormAndFormAnswers(t *testing.T) {
	inputs := []discordgo.MessageComponent{discordgo.ActionsRow{Components: []discordgo.MessageComponent{
		discordgo.TextInput{CustomID: "answer", Label: "Your answer", Style: discordgo.TextInputParagraph, Required: true, MaxLength: 4000}}}}
	buttons := []discordgo.MessageComponent{discordgo.ActionsRow{Components: []discordgo.MessageComponent{
		discordgo.Button{Label: "Answer", CustomID: "v1:answer:7", Style: discordgo.PrimaryButton}}}}
	bubble(t, func(t *testing.T, s *discordtest.Server) {
		w := answering(t, s, func(c *discordgo.Session, i *discordgo.InteractionCreate) {
			var err error
			switch i.Type {
			case discordgo.InteractionMessageComponent:
				err = respond(c, i, discordgo.InteractionResponseModal, &discordgo.InteractionResponseData{CustomID: "form:7", Title: "Answer", Components: inputs})
			case discordgo.InteractionModalSubmit:
				row := i.ModalSubmitData().Components[0].(*discordgo.ActionsRow)
				err = respond(c, i, discordgo.InteractionResponseUpdateMessage, &discordgo.InteractionResponseData{
					Content: "got: " + row.Components[0].(*discordgo.TextInput).Value, Components: []discordgo.MessageComponent{}})
			}
			if err != nil {
				t.Error(err)
			}
		})
		m := must(w.c.ChannelMessageSendComplex(w.ch.ID, &discordgo.MessageSend{Content: "question", Components: buttons}))
		asked, _ := w.ch.Message(m.ID)
		form := w.mina.PressLabel(asked, "Answer").Modal()
		if form.Title != "Answer" || len(form.Inputs()) != 1 || form.Inputs()[0].CustomID != "answer" {
			t.Errorf("the form is %+v", form)
		}
		i := w.mina.Submit(form, map[string]string{"answer": "a number"})
		if got := i.Answer(); got != discordtest.AnswerUpdate {
			t.Errorf("answered with %d", got)
		}
		if got, _ := w.ch.Message(m.ID); got.Content != "got: a number" || len(got.Buttons()) != 0 {
			t.Errorf("the message is %+v", got)
		}
		if got := w.mina.Modals(); len(got) != 1 {
			t.Errorf("%d forms were opened", len(got))
		}
	})
}

// TestLabelForm opens a form of the kind that discordgo v0.29.0 cannot read.
func TestLabelForm(t *testing.T) {
	bubble(t, func(t *testing.T, s *discordtest.Server) {
		g := s.Guild("Study")
		ch, mina := g.Text("daily"), g.Member("Mina")
		c, seen := connect(t, s, everything)
		must(c.ApplicationCommandBulkOverwrite(s.Bot().ID, "", quiz))
		i := mina.Slash(ch, "quiz schedule add", nil)
		settle()
		var sent struct{ ID, Token string }
		if err := json.Unmarshal(seen.named("INTERACTION_CREATE")[0].RawData, &sent); err != nil {
			t.Fatal(err)
		}
		where := discordgo.EndpointInteractionResponse(sent.ID, sent.Token)
		must(c.RequestWithBucketID("POST", where, map[string]any{"type": 9, "data": map[string]any{"custom_id": "f", "title": "Form",
			"components": []any{map[string]any{"type": 18, "label": "Why", "component": map[string]any{"type": 4, "custom_id": "why", "style": 2}}}}}, where))
		mina.Submit(i.Modal(), map[string]string{"why": "because"})
		settle()
		if raw := string(seen.named("INTERACTION_CREATE")[1].RawData); !strings.Contains(raw, `"value":"because"`) {
			t.Errorf("the submission is %s", raw)
		}
	})
}

func TestAutocomplete(t *testing.T) {
	bubble(t, func(t *testing.T, s *discordtest.Server) {
		w := answering(t, s, func(c *discordgo.Session, i *discordgo.InteractionCreate) {
			if i.Type != discordgo.InteractionApplicationCommandAutocomplete {
				t.Errorf("type %v", i.Type)
			}
			o := i.ApplicationCommandData().Options[0].Options[0]
			if !o.Focused {
				t.Error("the option is not focused")
			}
			choices := []*discordgo.ApplicationCommandOptionChoice{{Name: o.StringValue() + "works", Value: "networks"}}
			if err := respond(c, i, discordgo.InteractionApplicationCommandAutocompleteResult, &discordgo.InteractionResponseData{Choices: choices}); err != nil {
				t.Error(err)
			}
		})
		got := w.mina.Autocomplete(w.ch, "quiz post", "topic", discordtest.Options{"topic": "net"}).Choices()
		if len(got) != 1 || got[0].Name != "networks" || got[0].Value != "networks" {
			t.Errorf("offered are %+v", got)
		}
	})
}

func TestMessageCommandAndRepeat(t *testing.T) {
	bubble(t, func(t *testing.T, s *discordtest.Server) {
		ids := []string{}
		w := answering(t, s, func(c *discordgo.Session, i *discordgo.InteractionCreate) {
			ids = append(ids, i.ID)
			d := i.ApplicationCommandData()
			// The content of the target is there without the intent.
			err := respond(c, i, discordgo.InteractionResponseChannelMessageWithSource, &discordgo.InteractionResponseData{
				Content: "saved: " + d.Resolved.Messages[d.TargetID].Content, Flags: discordgo.MessageFlagsEphemeral})
			if len(ids) == 2 {
				wantCode(t, err, discordtest.AlreadyAnswered)
			} else if err != nil {
				t.Error(err)
			}
		})
		s.GrantIntents(0)
		i := w.mina.UseOnMessage(w.mina.Say(w.ch, "a port is a number"), "Save as my answer")
		if m := i.Reply(); m.Content != "saved: a port is a number" {
			t.Errorf("the reply is %q", m.Content)
		}
		i.Repeat()
		settle()
		if len(ids) != 2 || ids[0] != ids[1] {
			t.Errorf("interactions %v", ids)
		}
	})
}

func TestInteractionsInThreadsNameTheChannel(t *testing.T) {
	bubble(t, func(t *testing.T, s *discordtest.Server) {
		g := s.Guild("Study")
		ch, mina := g.Text("daily"), g.Member("Mina")
		c, seen := connect(t, s, everything)
		must(c.ApplicationCommandBulkOverwrite(s.Bot().ID, "", quiz))
		thread := mina.StartThread(mina.Say(ch, "hello"), "a thread")
		mina.Slash(thread, "quiz schedule add", nil)
		settle()
		var sent struct {
			Channel struct {
				ID     string `json:"id"`
				Parent string `json:"parent_id"`
			} `json:"channel"`
		}
		if err := json.Unmarshal(seen.named("INTERACTION_CREATE")[0].RawData, &sent); err != nil {
			t.Fatal(err)
		}
		if sent.Channel.ID != thread.ID || sent.Channel.Parent != ch.ID {
			t.Errorf("it is sent from %+v", sent.Channel)
		}
	})
}

func TestCommandsInPrivate(t *testing.T) {
	bubble(t, func(t *testing.T, s *discordtest.Server) {
		w := answering(t, s, func(c *discordgo.Session, i *discordgo.InteractionCreate) {
			if i.Member != nil || i.User == nil || i.GuildID != "" {
				t.Errorf("it looks as if given in a guild: %+v", i.Interaction)
			}
			if err := respond(c, i, discordgo.InteractionResponseChannelMessageWithSource, &discordgo.InteractionResponseData{Content: "yes"}); err != nil {
				t.Error(err)
			}
		})
		if m := w.mina.Slash(w.mina.DM(), "quiz schedule add", nil).Reply(); m.Content != "yes" {
			t.Errorf("the reply is %q", m.Content)
		}
		if got := len(w.mina.DM().Messages()); got != 1 {
			t.Errorf("%d private messages, want 1", got)
		}
	})
}

func TestRegisteringCommands(t *testing.T) {
	bubble(t, func(t *testing.T, s *discordtest.Server) {
		c, app := rest(s), s.Bot().ID
		first := must(c.ApplicationCommandBulkOverwrite(app, "", quiz))
		again := must(c.ApplicationCommandBulkOverwrite(app, "", quiz))
		if first[0].ID != again[0].ID || len(s.Commands()) != 2 {
			t.Error("a command of the same name got another ID")
		}
		if list := must(c.ApplicationCommands(app, "")); list[0].NameLocalizations == nil || (*list[0].NameLocalizations)[discordgo.Korean] != "퀴즈" {
			t.Errorf("the list is %+v", list[0])
		}
		_, err := c.ApplicationCommand(app, "", "1")
		wantCode(t, err, discordtest.UnknownCommand)
		if err := c.ApplicationCommandDelete(app, "", first[1].ID); err != nil {
			t.Error(err)
		}
		must(c.ApplicationCommandBulkOverwrite(app, "", []*discordgo.ApplicationCommand{}))
		if got := len(s.Commands()); got != 0 {
			t.Errorf("%d commands are left", got)
		}
		if got := s.Requests("PUT /applications/{application_id}/commands"); got != 3 {
			t.Errorf("%d registrations were counted, want 3", got)
		}
	})
}

func TestInvalidCommandsAreRefused(t *testing.T) {
	option := func(name string, required bool) *discordgo.ApplicationCommandOption {
		return &discordgo.ApplicationCommandOption{Type: discordgo.ApplicationCommandOptionString, Name: name, Description: "d", Required: required}
	}
	many := []*discordgo.ApplicationCommandOption{}
	for i := range 26 {
		many = append(many, option(fmt.Sprint("o", i), false))
	}
	for _, odd := range []*discordgo.ApplicationCommand{
		{Name: "quiz"}, // without a description
		{Name: "quiz", Description: strings.Repeat("x", 101)},
		{Name: "quiz", Description: "d", Options: many},
		{Name: "quiz", Description: "d", Options: []*discordgo.ApplicationCommandOption{option("a", false), option("b", true)}},
		{Name: "quiz", Description: "d", Options: []*discordgo.ApplicationCommandOption{option("a", false), option("a", false)}},
		{Name: "Save", Type: discordgo.MessageApplicationCommand, Description: "context menus have none"},
	} {
		s := discordtest.NewInMemory(&recorder{T: t})
		_, err := rest(s).ApplicationCommandBulkOverwrite(s.Bot().ID, "", []*discordgo.ApplicationCommand{odd})
		wantCode(t, err, discordtest.InvalidForm)
	}
}
