package slack

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"text/template"

	"rewind/bot"
	"rewind/bot/markdown"
	"rewind/questions"
)

// Here is the app's manifest: a file that Slack makes the app of.
// https://docs.slack.dev/reference/app-manifest

// How long the texts of a manifest may be.
const (
	mostUsageHint    = 1000
	mostShortcutName = 24
	mostShortcutHelp = 150
)

// Manifest returns the app's manifest in YAML, with Socket Mode. Commands and shortcuts in it are those of the bot's table.
func Manifest() ([]byte, error) {
	var b bytes.Buffer
	err := manifestForm.Execute(&b, map[string]any{
		"Usage": usageHint(bot.Entries()), "Shortcuts": shortcuts(bot.Entries()), "Scopes": botScopes, "Events": botEvents,
	})
	if err != nil {
		return nil, fmt.Errorf("write the manifest for slack: %w", err)
	}
	return b.Bytes(), nil
}

// usageHint is what is shown to somebody who types /quiz: the commands that everybody may give, as many as fit.
func usageHint(entries []bot.Entry) string {
	hint := ""
	for _, e := range entries {
		if e.Maintainers || e.InMenu {
			continue
		}
		longer := e.Name
		if hint != "" {
			longer = hint + " | " + e.Name
		}
		if len(longer) > mostUsageHint {
			break
		}
		hint = longer
	}
	return hint
}

// shortcut is a command in a menu, either of a message or of the whole workspace. Its callback_id is the command.
type shortcut struct{ Name, Type, CallbackID, Help string }

// shortcuts are the commands in menus: those of the table that stand in the menu of a message, and everywhere the one that
// asks for a question.
func shortcuts(entries []bot.Entry) (all []shortcut) {
	w := bot.Speak(questions.English)
	for _, e := range entries {
		help := e.Help[questions.English]
		switch {
		case e.InMenu:
			all = append(all, shortcut{help, "message", e.Name, help})
		case e.Name == "suggest":
			all = append(all, shortcut{w.Say("form_suggest"), "global", e.Name, help})
		}
	}
	for i := range all {
		all[i].Name = markdown.Shorten(all[i].Name, mostShortcutName, markdown.UTF16)
		all[i].Help = markdown.Shorten(all[i].Help, mostShortcutHelp, markdown.UTF16)
	}
	return all
}

// quoted is a text as YAML has it in double quotes, which for plain text is as in Go.
func quoted(text string) string { return strconv.Quote(strings.TrimSpace(text)) }

var manifestForm = template.Must(template.New("manifest").Funcs(template.FuncMap{"quoted": quoted}).Parse(`# The app of Rewind for one Slack workspace: https://api.slack.com/apps, Create New App, From a manifest.
# Afterwards switch on Delayed Events (Event Subscriptions), so that what happens while Rewind is down for hours is told too,
# and make an app-level token with the scope connections:write (Basic Information).
display_information:
  name: Rewind
  description: Asks your team an interview question a day and keeps the score.
  background_color: "#1f3a5f"
features:
  app_home:
    home_tab_enabled: true
    messages_tab_enabled: true
    messages_tab_read_only_enabled: false # what is written there is a command
  bot_user:
    display_name: Rewind
    always_online: true
  shortcuts: # in the menu of a message, and in the list of all shortcuts
{{- range .Shortcuts}}
    - name: {{quoted .Name}}
      type: {{.Type}}
      callback_id: {{.CallbackID}}
      description: {{quoted .Help}}
{{- end}}
  slash_commands:
    - command: /quiz
      description: Questions, answers, points and schedules
      usage_hint: {{quoted .Usage}}
      should_escape: true # so that #general is sent with its ID
oauth_config:
  scopes:
    bot:
{{- range .Scopes}}
      - {{.Name}} # {{.Why}}
{{- end}}
settings:
  event_subscriptions:
    # Without Socket Mode set it to false below, and add the address of Rewind's listener: as request_url here and
    # in interactivity, and as url of the command.
    bot_events:
{{- range .Events}}
      - {{.Name}} # {{.Why}}
{{- end}}
  interactivity:
    is_enabled: true # buttons, forms and shortcuts
  org_deploy_enabled: false
  socket_mode_enabled: true
  token_rotation_enabled: false
`))
