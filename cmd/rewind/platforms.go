package main

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"

	"rewind/bot"
	"rewind/bot/discord"
	"rewind/bot/slack"
)

// The names of what platforms need to be told. A secret may stand in a file instead, which NAME_FILE names.
const (
	envDiscordToken = "REWIND_DISCORD_TOKEN"
	envDiscordAPI   = "REWIND_DISCORD_API"

	envSlackBotToken      = "REWIND_SLACK_BOT_TOKEN"
	envSlackAppToken      = "REWIND_SLACK_APP_TOKEN"
	envSlackSigningSecret = "REWIND_SLACK_SIGNING_SECRET"
	envSlackListen        = "REWIND_SLACK_LISTEN"
	envSlackAPI           = "REWIND_SLACK_API"
)

// environment reads what is set, and keeps the first thing that is wrong with it.
type environment struct {
	getenv func(string) string
	err    error
}

func (e *environment) value(name string) string { return strings.TrimSpace(e.getenv(name)) }

// mostSecret is how long a file with a secret may be, in bytes.
const mostSecret = 16 << 10

// secret is a value that may stand in a file. Nothing of it gets into an error.
func (e *environment) secret(name string) string {
	if value := e.value(name); value != "" {
		return value
	}
	file := e.value(name + "_FILE")
	if file == "" {
		return ""
	}
	text, err := os.ReadFile(file)
	switch {
	case err != nil:
		e.wrong(fmt.Errorf("%s_FILE: %w", name, err))
	case len(text) > mostSecret || strings.TrimSpace(string(text)) == "":
		e.wrong(fmt.Errorf("%s_FILE: the file holds no secret", name))
	}
	return strings.TrimSpace(string(text))
}

func (e *environment) wrong(err error) { e.err = errors.Join(e.err, err) }

// platformsIn makes the platforms whose tokens are set.
func platformsIn(getenv func(string) string, log *slog.Logger) ([]bot.Platform, error) {
	e := &environment{getenv: getenv}
	var platforms []bot.Platform
	if token := e.secret(envDiscordToken); token != "" {
		p, err := discord.New(discord.Options{Token: token, API: e.value(envDiscordAPI), Log: log})
		if err != nil {
			e.wrong(err)
		} else {
			platforms = append(platforms, p)
		}
	}
	if p := e.slack(log); p != nil {
		platforms = append(platforms, p)
	}
	return platforms, e.err
}

// slack makes the Slack platform, nil where nothing of it is set.
func (e *environment) slack(log *slog.Logger) bot.Platform {
	o := slack.Options{
		BotToken: e.secret(envSlackBotToken), AppToken: e.secret(envSlackAppToken), SigningSecret: e.secret(envSlackSigningSecret),
		Listen: e.value(envSlackListen), API: e.value(envSlackAPI), Log: log,
	}
	socket, hooks := o.AppToken != "", o.SigningSecret != "" && o.Listen != ""
	switch {
	case o.BotToken == "" && o.AppToken == "" && o.SigningSecret == "":
		return nil
	case o.BotToken == "":
		e.wrong(hinted{error: fmt.Errorf("%s is not set", envSlackBotToken), key: "cli_hint_slack"})
		return nil
	case !socket && !hooks:
		e.wrong(hinted{error: fmt.Errorf("%s is not set, nor %s with %s", envSlackAppToken, envSlackSigningSecret, envSlackListen), key: "cli_hint_slack"})
		return nil
	}
	return slack.New(o)
}
