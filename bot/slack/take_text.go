package slack

import (
	"context"
	"io"
	"strings"
	"sync"

	"github.com/slack-go/slack"

	"rewind/bot"
)

// Here what people type to the bot is read.

// commandText is a command as its author typed it. What names a channel or a user group stays, since its ID is asked for; a
// person's name is put into quotes where it is the value of an option.
func (w *web) commandText(ctx context.Context, text string) string {
	var b strings.Builder
	at := 0
	for _, m := range angled.FindAllStringSubmatchIndex(text, -1) {
		b.WriteString(slackEntities.Replace(text[at:m[0]]))
		found, what, label := text[m[0]:m[1]], text[m[2]:m[3]], ""
		if m[4] >= 0 {
			label = text[m[4]:m[5]]
		}
		switch {
		case what[0] == '#' || strings.HasPrefix(what, "!subteam^"):
			b.WriteString(found)
		case what[0] == '@' && strings.HasSuffix(text[:m[0]], "="):
			b.WriteString(`"` + strings.ReplaceAll(w.nameOf(ctx, what[1:], label), `"`, "") + `"`)
		case what[0] == '@':
			b.WriteString("@" + w.nameOf(ctx, what[1:], label))
		default:
			b.WriteString(slackEntities.Replace(unangled(what, label, func(string) string { return "" })))
		}
		at = m[1]
	}
	b.WriteString(slackEntities.Replace(text[at:]))
	return strings.TrimSpace(b.String())
}

// nameOf is the name of a person as it is shown. What Slack puts behind the ID is their handle, another name.
func (w *web) nameOf(ctx context.Context, user, handle string) string {
	if p, f := w.person(ctx, user); f == nil && p.name != "" {
		return p.name
	}
	if handle != "" {
		return handle
	}
	return user
}

// opening opens a file when it is asked for.
func (w *web) opening(f slack.File) func(context.Context) (io.ReadCloser, error) {
	return func(ctx context.Context) (io.ReadCloser, error) {
		body, failed := w.open(ctx, f)
		if failed != nil {
			return nil, failed
		}
		return body, nil
	}
}

// commandNames are the names of all commands, in both languages.
var commandNames = sync.OnceValue(func() map[string]bool {
	names := map[string]bool{}
	for _, e := range bot.Entries() {
		names[e.Name], names[e.Korean] = true, true
	}
	return names
})

// isCommand says whether something that is said to the bot begins with a command. Nothing at all asks for help.
func isCommand(text string) bool {
	words := strings.Fields(text)
	if len(words) == 0 {
		return true
	}
	names := commandNames()
	known := func(name string) bool { return names[name] || names[strings.ToLower(name)] }
	return known(words[0]) || len(words) > 1 && known(words[0]+" "+words[1])
}

// commands says whether a message is a command to the bot, which is no comment.
func (me identity) commanded(m *slack.Msg) bool {
	text, ok := afterMention(m.Text, me.user)
	return ok && isCommand(text)
}
