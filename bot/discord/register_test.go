package discord

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"

	"rewind/bot"
	"rewind/bot/discord/discordtest"
	"rewind/bot/markdown"
	"rewind/questions"
)

const (
	routeListCommands = "GET /applications/{application_id}/commands"
	routePutCommands  = "PUT /applications/{application_id}/commands"
)

// commandName is the pattern of names, which the published descriptions do not have.
// https://discord.com/developers/docs/interactions/application-commands#application-command-object-application-command-naming
var commandName = regexp.MustCompile(`^[-_'\p{L}\p{N}\p{Devanagari}\p{Thai}]{1,32}$`)

// TestCommandsFit holds the table to Discord's limits, which are for the longest of each text's translations.
func TestCommandsFit(t *testing.T) {
	all := registered()
	quiz := all[0]
	if got := len(quiz.Options); got > mostOptions {
		t.Errorf("/quiz has %d options, of which Discord takes %d: move some into groups", got, mostOptions)
	}
	size := 0
	longest := func(text string, others map[discordgo.Locale]string) {
		n := markdown.UTF16(text)
		for _, other := range others {
			n = max(n, markdown.UTF16(other))
		}
		size += n
	}
	var check func(path string, depth int, list []*discordgo.ApplicationCommandOption)
	check = func(path string, depth int, list []*discordgo.ApplicationCommandOption) {
		names, optional := map[string]bool{}, false
		if len(list) > mostOptions {
			t.Errorf("%s has %d options", path, len(list))
		}
		for _, o := range list {
			at := path + " " + o.Name
			longest(o.Name, o.NameLocalizations)
			longest(o.Description, o.DescriptionLocalizations)
			for _, called := range []string{o.Name, o.NameLocalizations[discordgo.Korean]} {
				if !commandName.MatchString(called) || strings.ToLower(called) != called || names[called] {
					t.Errorf("%s is called %q, which Discord does not take or which stands there twice", at, called)
				}
				names[called] = true
			}
			for _, text := range []string{o.Description, o.DescriptionLocalizations[discordgo.Korean]} {
				if n := markdown.UTF16(text); n < 1 || n > descriptionLimit || strings.ContainsAny(text, "`⟦") || strings.HasSuffix(text, "…") {
					t.Errorf("%s is described as %q", at, text)
				}
			}
			if o.Required && optional || o.Autocomplete && len(o.Choices) > 0 || len(o.Choices) > mostChoices {
				t.Errorf("%s is no option", at)
			}
			optional = optional || !o.Required
			for _, c := range o.Choices {
				longest(c.Name, c.NameLocalizations)
				size += markdown.UTF16(fmt.Sprint(c.Value))
				if c.Name == "" || c.NameLocalizations[discordgo.Korean] == "" {
					t.Errorf("%s has a choice without a name", at)
				}
			}
			if o.Type == optionGroup && depth > 0 || o.Type > optionGroup && depth == 0 {
				t.Errorf("%s is of type %d", at, o.Type)
			}
			check(at, depth+1, o.Options)
		}
	}
	longest(quiz.Name, *quiz.NameLocalizations)
	longest(quiz.Description, *quiz.DescriptionLocalizations)
	check("/quiz", 0, quiz.Options)
	if size > commandLimit {
		t.Errorf("/quiz has %d characters, of which Discord takes %d", size, commandLimit)
	}
	t.Logf("%d options at the top, %d characters", len(quiz.Options), size)
	for _, menu := range all[1:] {
		if menu.Type != discordgo.MessageApplicationCommand || menu.Description != "" || menu.Name == "" || len(menu.Name) > 32 || (*menu.NameLocalizations)[discordgo.Korean] == "" {
			t.Errorf("the menu's entry is %+v", menu)
		}
	}
}

// TestEveryEntryCanBeGiven gives each command of the table with all of its options, and finds the same command in the end.
func TestEveryEntryCanBeGiven(t *testing.T) {
	serve(t, func(t *testing.T, d *desk) {
		m := d.mina.Say(d.channel, "hello")
		given := 0
		for _, e := range bot.Entries() {
			given++
			if e.InMenu {
				d.mina.UseOnMessage(m, e.Help[questions.English]).Reply()
				if got := d.last(); got.Text != e.Name || got.Target == nil {
					t.Errorf("%s is heard as %+v", e.Name, got)
				}
				continue
			}
			options, want := discordtest.Options{}, map[string]string{}
			for _, o := range e.Options {
				switch {
				case o.Kind == bot.ChannelKind:
					options[o.Name], want[o.Name] = d.channel, d.channel.ID
				case o.Kind == bot.RoleKind:
					role := d.guild.Role("role", 0)
					options[o.Name], want[o.Name] = role, role
				case len(o.Choices) > 0:
					options[o.Name], want[o.Name] = o.Choices[0].Value, o.Choices[0].Value
				default:
					options[o.Name], want[o.Name] = "7", "7"
				}
			}
			for n := range e.Files {
				file := discordtest.File{Name: "a.md", Content: []byte("x")}
				options[strings.TrimSuffix(fmt.Sprint("file", n+1), "1")] = file
			}
			d.mina.Slash(d.channel, "quiz "+e.Name, options).Reply()
			got := d.last()
			if got.Text != e.Name || !maps.Equal(got.Options, want) || len(got.Attachments) != e.Files {
				t.Errorf("%s is heard as %+v", e.Name, got)
			}
		}
		if given < 20 {
			t.Errorf("only %d commands", given)
		}
		d.quietly()
	})
}

func TestCommandsAreRegisteredOnce(t *testing.T) {
	asking(t, func(t *testing.T, s *discordtest.Server, r *rest) {
		again := func() { register(t.Context(), r, s.Bot().ID, bot.MachineClock{}, slog.New(slog.DiscardHandler)) }
		again()
		if got := s.Commands(); len(got) != 2 || got[0].NameLocalizations["ko"] != "퀴즈" || got[1].NameLocalizations["ko"] != "내 답변으로 저장" ||
			!slices.Equal(got[0].Contexts, []int{0, 1}) || !slices.Equal(got[1].Contexts, []int{0}) {
			t.Fatalf("registered are %+v", got)
		}
		again()
		again()
		if puts, gets := s.Requests(routePutCommands), s.Requests(routeListCommands); puts != 1 || gets != 3 {
			t.Errorf("registered %d times in %d starts, want once", puts, gets)
		}
		// Somebody, or an older version, registered something else.
		odd := registered()
		odd[0].Options[0].DescriptionLocalizations[discordgo.Korean] = "옛말"
		if err := r.overwriteCommands(t.Context(), s.Bot().ID, "", odd); err != nil {
			t.Fatal(err)
		}
		again()
		if got := s.Requests(routePutCommands); got != 3 {
			t.Errorf("registered %d times, want 3", got)
		}
		again()
		if got := s.Requests(routePutCommands); got != 3 {
			t.Errorf("registered %d times, want 3", got)
		}
	})
}

func TestRegistrationIsTriedAgain(t *testing.T) {
	for _, f := range []discordtest.Fault{
		{Kind: discordtest.ErrorBefore, Route: routeListCommands, Times: 3},
		{Kind: discordtest.ResetBefore, Route: routePutCommands, Times: 3},
		{Kind: discordtest.Refuse, Code: discordtest.InvalidForm, Route: routePutCommands, Times: 3},
		{Kind: discordtest.LimitUser, Route: routePutCommands, Times: 3, After: time.Minute},
	} {
		asking(t, func(t *testing.T, s *discordtest.Server, r *rest) {
			o := s.Order(f)
			var log logged
			register(t.Context(), r, s.Bot().ID, bot.MachineClock{}, slog.New(slog.NewTextHandler(&log, nil)))
			if len(s.Commands()) != 2 || o.Count() != 3 || strings.Count(log.String(), "level=WARN") != 3 {
				t.Errorf("%s: %d commands, %d times\n%s", f.Kind, len(s.Commands()), o.Count(), log.String())
			}
		})
	}
}

func TestRegistrationEndsWithItsContext(t *testing.T) {
	asking(t, func(t *testing.T, s *discordtest.Server, r *rest) {
		o := s.Order(discordtest.Fault{Kind: discordtest.ErrorBefore, Route: routeListCommands, Times: -1})
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		begun := time.Now()
		register(ctx, r, s.Bot().ID, bot.MachineClock{}, slog.New(slog.DiscardHandler))
		if took := time.Since(begun); took != time.Hour || o.Count() < 5 || o.Count() > 20 {
			t.Errorf("after %v it ended, having tried %d times", took, o.Count())
		}
	})
}

func TestWhatIsRequiredComesFirst(t *testing.T) {
	o := subcommand(bot.Entry{Name: "odd", Files: 1, Options: []bot.EntryOption{{Name: "a"}, {Name: "b", Required: true}}})
	var got []string
	for _, one := range o.Options {
		got = append(got, one.Name)
	}
	if !slices.Equal(got, []string{"b", "file", "a"}) {
		t.Errorf("the options are %v", got)
	}
}

func TestRegisteredInPrivate(t *testing.T) {
	serve(t, func(t *testing.T, d *desk) {
		if m := d.mina.Slash(d.mina.DM(), "quiz score", nil).Reply(); m.Content != "you said score" {
			t.Errorf("the reply is %+v", m)
		}
	})
}
