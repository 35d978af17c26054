package main

import (
	"encoding/base64"
	"strings"

	"rewind/bot/discord"
	"rewind/bot/slack"
)

// manifestCmd prints what a platform wants to know of the bot before it lets it in.
type manifestCmd struct {
	Discord manifestDiscordCmd `cmd:""`
	Slack   manifestSlackCmd   `cmd:""`
}

type manifestDiscordCmd struct {
	Application string `arg:"" optional:"" placeholder:"ID"`
}

// Run prints the link to invite the bot with, and why it wants what it wants. Nothing is asked of Discord.
func (c *manifestDiscordCmd) Run(sh *shell) error {
	e := &environment{getenv: sh.getenv}
	application := c.Application
	if application == "" {
		application = applicationOf(e.secret(envDiscordToken))
	}
	if e.err != nil {
		return e.err
	}
	_, err := sh.out.Write([]byte(discord.Manifest(application, sh.words)))
	return err
}

// applicationOf is the application's ID, with which a bot's token begins in base64; a word in its place for any other token.
// https://discord.com/developers/docs/reference#authentication
func applicationOf(token string) string {
	first, _, _ := strings.Cut(token, ".")
	id, err := base64.RawStdEncoding.DecodeString(first)
	digits := strings.Trim(string(id), "0123456789") == ""
	if err != nil || len(id) == 0 || !digits {
		return "APPLICATION_ID"
	}
	return string(id)
}

type manifestSlackCmd struct{}

// Run prints the app's manifest.
func (c *manifestSlackCmd) Run(sh *shell) error {
	text, err := slack.Manifest()
	if err != nil {
		return err
	}
	_, err = sh.out.Write(text)
	return err
}
