package discord

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"rewind/bot"
	"rewind/bot/discord/discordtest"
	"rewind/questions"
)

func TestInvitedWithWhatIsNeeded(t *testing.T) {
	u, err := url.Parse(InviteURL("42"))
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	if q.Get("client_id") != "42" || q.Get("scope") != "bot applications.commands" || u.Host != "discord.com" || u.Path != "/oauth2/authorize" {
		t.Errorf("the link is %s", u)
	}
	var all permission
	if _, err := fmt.Sscan(q.Get("permissions"), &all); err != nil {
		t.Fatal(err)
	}
	for _, kind := range []int{channelText, channelForum} {
		for _, p := range needed(kind) {
			if m := missing(p); all&p == 0 || m.Code == "" || m.What == "" {
				t.Errorf("a channel must give %b, for which the link does not ask", p)
			}
		}
	}
	if all&permissionView == 0 || all&permissionMention == 0 {
		t.Errorf("the link asks for %b", all)
	}
	if over := all &^ permission(discordtest.BotPermissions); over != 0 {
		t.Errorf("the tests' bot has less than %b", over)
	}
}

func TestManifest(t *testing.T) {
	for _, lang := range []questions.Lang{questions.English, questions.Korean} {
		got := Manifest("42", bot.Speak(lang))
		if strings.Contains(got, "⟦") || !strings.Contains(got, InviteURL("42")) || !strings.Contains(got, "Pin Messages: ") {
			t.Errorf("in %s it is\n%s", lang, got)
		}
	}
	t.Log(Manifest("42", bot.Speak(questions.English)))
	// Each intent that is asked for is told, and no other.
	if asked := intentsAlways | intentContent; asked != 1<<0|1<<9|1<<10|1<<12|1<<15 || len(intents) != 5 {
		t.Errorf("the bot asks for the intents %b, and tells of %d", asked, len(intents))
	}
}
