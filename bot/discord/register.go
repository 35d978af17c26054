package discord

import (
	"fmt"
	"slices"
	"strings"

	"github.com/bwmarrin/discordgo"

	"rewind/bot"
	"rewind/bot/markdown"
	"rewind/questions"
)

// Here the table of commands becomes what Discord registers: /quiz with a subcommand for each command of one word, and a
// group of them for those whose first of two words is the same; and entries of a message's menu.

// The types of options.
// https://discord.com/developers/docs/interactions/application-commands#application-command-object-application-command-option-type
const (
	optionSubcommand = 1
	optionGroup      = 2
	optionText       = 3
	optionChannel    = 7
	optionRole       = 8
	optionFile       = 11
)

// The limits of commands.
// https://discord.com/developers/docs/interactions/application-commands#application-command-object
const (
	descriptionLimit = 100
	mostOptions      = 25
	commandLimit     = 8000 // characters of names, descriptions and values together
)

// quizName is the one command, under which all others stand.
const quizName, quizKorean = "quiz", "퀴즈"

// registered is the table as it is registered.
func registered() []*discordgo.ApplicationCommand {
	quiz := &discordgo.ApplicationCommand{
		Type: discordgo.ChatApplicationCommand, Name: quizName, NameLocalizations: &locales{discordgo.Korean: quizKorean},
		IntegrationTypes: &[]discordgo.ApplicationIntegrationType{discordgo.ApplicationIntegrationGuildInstall},
		Contexts:         &[]discordgo.InteractionContextType{discordgo.InteractionContextGuild, discordgo.InteractionContextBotDM},
	}
	about := inBoth("discord_quiz")
	quiz.Description, quiz.DescriptionLocalizations = description(about[questions.English]), &locales{discordgo.Korean: description(about[questions.Korean])}
	all := []*discordgo.ApplicationCommand{quiz}
	for _, e := range bot.Entries() {
		if e.InMenu {
			all = append(all, menuEntry(e))
			continue
		}
		family, _, two := strings.Cut(e.Name, " ")
		if !two {
			quiz.Options = append(quiz.Options, subcommand(e))
			continue
		}
		group := groupOf(quiz, family, e)
		group.Options = append(group.Options, subcommand(e))
	}
	return all
}

type locales = map[discordgo.Locale]string

// menuEntry stands in the menu of a message, under its help.
func menuEntry(e bot.Entry) *discordgo.ApplicationCommand {
	return &discordgo.ApplicationCommand{
		Type: discordgo.MessageApplicationCommand, Name: e.Help[questions.English],
		NameLocalizations: &locales{discordgo.Korean: e.Help[questions.Korean]},
		IntegrationTypes:  &[]discordgo.ApplicationIntegrationType{discordgo.ApplicationIntegrationGuildInstall},
		Contexts:          &[]discordgo.InteractionContextType{discordgo.InteractionContextGuild},
	}
}

// groupOf finds the group of a family of commands, or makes it.
func groupOf(quiz *discordgo.ApplicationCommand, family string, e bot.Entry) *discordgo.ApplicationCommandOption {
	for _, o := range quiz.Options {
		if o.Name == family {
			return o
		}
	}
	korean, _, _ := strings.Cut(e.Korean, " ")
	o := option(optionGroup, family, korean, inBoth("discord_group_"+family))
	quiz.Options = append(quiz.Options, o)
	return o
}

func subcommand(e bot.Entry) *discordgo.ApplicationCommandOption {
	o := option(optionSubcommand, lastWord(e.Name), lastWord(e.Korean), e.Help)
	for n := range e.Files {
		suffix := ""
		if n > 0 {
			suffix = fmt.Sprint(n + 1)
		}
		o.Options = append(o.Options, option(optionFile, "file"+suffix, "파일"+suffix, inBoth("option_file")))
	}
	for _, given := range e.Options {
		o.Options = append(o.Options, value(given))
	}
	// Discord wants what is required first.
	slices.SortStableFunc(o.Options, func(a, b *discordgo.ApplicationCommandOption) int {
		return rank(a) - rank(b)
	})
	return o
}

func rank(o *discordgo.ApplicationCommandOption) int {
	if o.Required {
		return 0
	}
	return 1
}

func lastWord(name string) string { return name[strings.LastIndexByte(name, ' ')+1:] }

// value is an option that takes a value.
func value(given bot.EntryOption) *discordgo.ApplicationCommandOption {
	help, kind := given.Help, discordgo.ApplicationCommandOptionType(optionText)
	switch given.Kind {
	case bot.ChannelKind:
		kind = optionChannel
	case bot.RoleKind:
		kind = optionRole
		none := inBoth("discord_none")
		for lang, text := range none {
			none[lang] = help[lang] + " " + text
		}
		help = none
	}
	o := option(kind, given.Name, given.Korean, help)
	o.Required = given.Required
	switch kind {
	case optionChannel:
		o.ChannelTypes = []discordgo.ChannelType{channelText, channelAnnouncement, channelForum}
		return o
	case optionRole:
		return o
	}
	if given.Long {
		o.MaxLength = formTextLimit // a form could not show more of it
	}
	for _, c := range given.Choices {
		o.Choices = append(o.Choices, &discordgo.ApplicationCommandOptionChoice{
			Name: c.Value, NameLocalizations: locales{discordgo.Korean: c.Korean}, Value: c.Value,
		})
	}
	o.Autocomplete = given.Complete && len(o.Choices) == 0
	return o
}

func option(kind discordgo.ApplicationCommandOptionType, name, korean string, help map[questions.Lang]string) *discordgo.ApplicationCommandOption {
	return &discordgo.ApplicationCommandOption{
		Type: kind, Name: name, NameLocalizations: locales{discordgo.Korean: korean},
		Description:              description(help[questions.English]),
		DescriptionLocalizations: locales{discordgo.Korean: description(help[questions.Korean])},
	}
}

// description is a sentence as Discord shows it, without Markdown.
func description(help string) string {
	return markdown.Shorten(markdown.Plain(markdown.Inlines(help)), descriptionLimit, markdown.UTF16)
}

// inBoth is a sentence in both languages.
func inBoth(key string) map[questions.Lang]string {
	out := map[questions.Lang]string{}
	for _, lang := range []questions.Lang{questions.English, questions.Korean} {
		out[lang] = bot.Speak(lang).Say(key)
	}
	return out
}
