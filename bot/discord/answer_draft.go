package discord

import (
	"context"
	"net/http"
	"strings"

	"rewind/bot"
)

// drafts are the messages that a reply becomes, at least one. A very long one is a file.
func (a *answers) drafts(r bot.Reply) []draft {
	flags := flagSuppressEmbeds
	if a.hidden {
		flags |= flagEphemeral
	}
	return draftsOf(carryAll(a.i, r.Message), flags, "")
}

// draftsOf are the messages of an answer, whose buttons are for a workspace where that is not "".
func draftsOf(m bot.Message, flags int, workspace string) []draft {
	m.Notify = nil // a reply notifies nobody
	parts := render(m)
	var files []file
	if asFile(parts) {
		parts, files = parts[:1], []file{{Name: fileName(m), Type: "text/markdown; charset=utf-8", Content: fileOf(m)}}
	}
	out := make([]draft, len(parts))
	for n, text := range parts {
		out[n] = draft{Content: text, Flags: flags}
	}
	out[0].Files, out[0].Components = files, buttons(m.Actions, "", workspace)
	if strings.TrimSpace(out[0].Content) == "" {
		out[0].Content = "…" // Discord takes no message without a text
	}
	return out
}

// carry gives a form the workspace that its command was given for in a private conversation, so that it is not asked for
// again.
func carry(i *interaction, f bot.Form) bot.Form {
	f.Command = i.inWorkspace(f.Command)
	return f
}

// carryAll does the same for the buttons of a message.
func carryAll(i *interaction, m bot.Message) bot.Message {
	all := make([]bot.Action, len(m.Actions))
	for n, action := range m.Actions {
		all[n] = bot.Action{Label: action.Label, Command: i.inWorkspace(action.Command)}
	}
	m.Actions = all
	return m
}

func (i *interaction) inWorkspace(command string) string {
	text := ""
	switch i.Type {
	case interactionButton:
		text, _ = decodeID(i.Data.CustomID)
	case interactionForm:
		text, _, _ = i.written()
	}
	workspace, _, named := strings.Cut(strings.TrimPrefix(text, "@"), " ")
	if i.Guild != "" || !named || !strings.HasPrefix(text, "@") || strings.HasPrefix(command, "@") {
		return command
	}
	return bot.InWorkspace(workspace, command)
}

// isPublic says that everybody may see what the command answers.
func isPublic(i *interaction) bool {
	if i.Type != interactionCommand || i.Data.TargetID != "" {
		return false
	}
	words, _ := i.path()
	name := strings.Join(words, " ")
	for _, e := range bot.Entries() {
		if e.Name == name {
			return e.Public
		}
	}
	return false
}

// remove takes the first answer away.
// https://discord.com/developers/docs/interactions/receiving-and-responding#delete-original-interaction-response
func (a *answers) remove(ctx context.Context) error {
	path := webhookPath(a.x.me, a.i.Token) + "/messages/@original"
	return a.x.rest.do(ctx, call{method: http.MethodDelete, path: path, doing: "answer here"}, nil)
}
