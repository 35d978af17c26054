package discord

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"rewind/bot"
)

// invited is what the bot is invited with, in the order in which it is told. The sentence "discord_permission_CODE" says what
// each is for, and "missing_CODE" that a channel lacks it.
var invited = []struct {
	permission permission
	code       string
	what       string // Discord's word for it
}{
	{permissionView, "view", "View Channels"},
	{permissionSend, "send", "Send Messages"},
	{permissionEmbed, "embed", "Embed Links"},
	{permissionAttach, "files", "Attach Files"},
	{permissionThreads, "threads", "Create Public Threads"},
	{permissionSendInThreads, "thread_send", "Send Messages in Threads"},
	{permissionManageThreads, "thread_manage", "Manage Threads and Posts"},
	{permissionRead, "read", "Read Message History"},
	{permissionReact, "react", "Add Reactions"},
	{permissionPin, "pin", "Pin Messages"},
	{permissionMention, "mention", "Mention @everyone, @here and All Roles"},
}

// https://discord.com/developers/docs/topics/permissions#permissions-bitwise-permission-flags
const (
	permissionManageGuild permission = 1 << 5
	permissionMention     permission = 1 << 17 // roles that not everybody may mention
)

// InviteURL is the link with which an administrator takes the bot into a server.
// https://discord.com/developers/docs/topics/oauth2#bot-authorization-flow
func InviteURL(application string) string {
	var all permission
	for _, p := range invited {
		all |= p.permission
	}
	return "https://discord.com/oauth2/authorize?client_id=" + url.QueryEscape(application) +
		"&scope=bot+applications.commands&permissions=" + strconv.FormatUint(uint64(all), 10)
}

// intents are what the bot asks to be told, by their names in Discord's documentation. The sentence "discord_intent_CODE"
// says what each is for.
var intents = []struct{ code, name string }{
	{"guilds", "Guilds"},
	{"messages", "Guild Messages"},
	{"reactions", "Guild Message Reactions"},
	{"private", "Direct Messages"},
	{"content", "Message Content"},
}

// Manifest says what Discord has to be told of the bot: the link to invite it with, its permissions and its intents, with
// the reason for each.
func Manifest(application string, w bot.Words) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n  %s\n\n%s\n", w.Say("discord_manifest_invite"), InviteURL(application), w.Say("discord_manifest_permissions"))
	for _, p := range invited {
		fmt.Fprintf(&b, "  %s: %s\n", p.what, w.Say("discord_permission_"+p.code))
	}
	fmt.Fprintf(&b, "\n%s\n", w.Say("discord_manifest_intents"))
	for _, i := range intents {
		fmt.Fprintf(&b, "  %s: %s\n", i.name, w.Say("discord_intent_"+i.code))
	}
	return b.String()
}
