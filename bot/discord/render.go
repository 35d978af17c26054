package discord

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"rewind/bot"
	"rewind/bot/markdown"
)

// Here a message becomes what Discord is sent: texts in its dialect of Markdown, each within its limits.

const (
	// contentLimit is how long the content of a message may be. The unit is not documented; code units of UTF-16 are never
	// fewer than characters.
	// https://discord.com/developers/docs/resources/message#create-message-jsonform-params
	contentLimit = 2000

	// threadNameLimit is how long the name of a thread may be.
	// https://discord.com/developers/docs/resources/channel#start-thread-from-message-json-params
	threadNameLimit = 100

	// mostParts is how many messages a text may be. A longer one is better read as a file.
	mostParts = 6
)

// The room for what stands around the text of a first message. It does not depend on what stands there, so that the text
// is cut in the same places when the number of answers in the footer changes.
const (
	titleRoom   = 140
	footerRoom  = 280
	topicsRoom  = 70
	aroundMarks = len("### \n\n\n-# \n-# \n") // what stands before and between them
	aroundRoom  = titleRoom + footerRoom + topicsRoom + aroundMarks
)

// render returns the contents of the messages that m becomes, at least one, each within contentLimit. The first has the
// title, the footer and the topics, and its text is the same whatever the footer says. The only mentions in them are those
// of m.Notify.
func render(m bot.Message) []string {
	title, footer := around(m)
	mentions := mentionsOf(m.Notify)
	room := contentLimit
	if title != "" || footer != "" {
		room -= aroundRoom
	}
	if mentions != "" {
		room -= len(mentions) + 1
	}
	parts := bodyOf(m, room)
	parts[0] = joinLines(title, parts[0], footer, mentions)
	return parts
}

func bodyOf(m bot.Message, first int) []string {
	p := newPages(first, contentLimit, m.Spoiler)
	p.blocks(markdown.Parse(m.Text), frame{})
	return p.end()
}

func joinLines(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), "\n")
}

// around returns what stands above and below the text.
func around(m bot.Message) (title, footer string) {
	if title = firstOf(textOf(oneLine(m.Title)), titleRoom); title != "" {
		title = "### " + title
	}
	footer = firstOf(markdown.Inlines(m.Footer), footerRoom)
	if footer != "" {
		footer = "-# " + footer
	}
	topics := firstOf(textOf(oneLine(strings.Join(m.Topics, " › "))), topicsRoom)
	if topics != "" {
		topics = "-# " + topics
	}
	return title, joinLines(footer, topics)
}

// firstOf returns as much of a text as fits, in one line.
func firstOf(in []markdown.Inline, room int) string {
	var spans []span
	for i, line := range splitLines(in, nil, room/2) {
		if i > 0 {
			spans = append(spans, span{text: " "})
		}
		spans = append(spans, line...)
	}
	out, over := compose(spans, room-len("…"))
	if len(over) > 0 {
		out += "…"
	}
	return out
}

var snowflake = regexp.MustCompile(`^\d{1,20}$`)

// mostMentions is how many roles one message notifies.
const mostMentions = 20

func mentionsOf(roles []string) string {
	var all []string
	for _, id := range roles {
		if snowflake.MatchString(id) && len(all) < mostMentions {
			all = append(all, "<@&"+id+">")
		}
	}
	return strings.Join(all, " ")
}

// asFile says that a text is better sent as a file, fileName, with the first part and nothing after it.
func asFile(parts []string) bool { return len(parts) > mostParts }

// fileName is the name of the file that a text goes as. Discord hides a file with such a name as it hides a text.
func fileName(m bot.Message) string {
	if m.Spoiler {
		return "SPOILER_answer.md"
	}
	return "answer.md"
}

// threadName makes a name for a thread of plain text: one line of 1 to 100 characters, never cut within one that people
// see as one.
func threadName(s string) string {
	name := markdown.Shorten(oneLine(s), threadNameLimit, markdown.UTF16)
	if !strings.ContainsFunc(name, unicode.IsGraphic) || strings.TrimFunc(name, blank) == "" {
		return "…"
	}
	return name
}

// blank says that a character shows nothing.
func blank(r rune) bool {
	return unicode.IsSpace(r) || unicode.In(r, unicode.C, unicode.Other_Default_Ignorable_Code_Point)
}

// oneLine puts a text in one line, without control characters.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	return strings.Join(strings.Fields(s), " ")
}
