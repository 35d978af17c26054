package slack

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/slack-go/slack"
	"go.yaml.in/yaml/v3"

	"rewind/bot"
)

// TestManifest holds the manifest to what Slack's importer holds it to.
// https://docs.slack.dev/reference/app-manifest
func TestManifest(t *testing.T) {
	text, err := Manifest()
	if err != nil {
		t.Fatal(err)
	}
	var fields map[string]any
	if err := yaml.Unmarshal(text, &fields); err != nil {
		t.Fatalf("it is no YAML: %v\n%s", err, text)
	}
	checkManifest(t, "", fields)
	var m slack.Manifest
	d := yaml.NewDecoder(strings.NewReader(string(text)))
	d.KnownFields(true)
	if err := d.Decode(&m); err != nil {
		t.Fatalf("the library does not know it: %v", err)
	}
	if !slices.Equal(m.OAuthConfig.Scopes.Bot, scopeNames()) || !m.Settings.SocketModeEnabled || !m.Settings.Interactivity.IsEnabled ||
		m.Settings.OrgDeployEnabled || m.Settings.TokenRotationEnabled || !m.Features.AppHome.HomeTabEnabled || m.Features.AppHome.MessagesTabReadOnlyEnabled {
		t.Errorf("the manifest is %+v", m)
	}
	if c := m.Features.SlashCommands; len(c) != 1 || c[0].Command != "/quiz" || !c[0].ShouldEscape {
		t.Errorf("the commands are %+v", c)
	}
	for _, e := range bot.Entries() {
		hint, inHint := m.Features.SlashCommands[0].UsageHint, !e.Maintainers && !e.InMenu
		if slices.Contains(strings.Split(hint, " | "), e.Name) != inHint {
			t.Errorf("the hint %q has %s: %v", hint, e.Name, !inHint)
		}
		inMenu := slices.ContainsFunc(m.Features.Shortcuts, func(s slack.Shortcut) bool { return s.CallbackID == e.Name && s.Type == slack.MessageShortcut })
		if inMenu != e.InMenu {
			t.Errorf("%s stands in the menu of messages: %v", e.Name, inMenu)
		}
	}
	for _, e := range append(slices.Clone(botScopes), scopesOf(botEvents)...) {
		if !strings.Contains(string(text), "- "+e.Name+" # "+e.Why+"\n") || e.Why == "" {
			t.Errorf("%s is without its reason", e.Name)
		}
	}
}

func scopesOf(events []event) (all []scope) {
	for _, e := range events {
		all = append(all, scope{Name: e.Name, Why: e.Why})
	}
	return all
}

// manifestRules are the fields that the importer knows, with the longest text or list, 0 where there is no limit. "*" are the items of a list.
var manifestRules = map[string]int{
	"/display_information": 0, "/display_information/name": 35, "/display_information/description": 140, "/display_information/background_color": 7,
	"/features": 0, "/features/app_home": 0, "/features/app_home/home_tab_enabled": 0, "/features/app_home/messages_tab_enabled": 0,
	"/features/app_home/messages_tab_read_only_enabled": 0, "/features/bot_user": 0, "/features/bot_user/display_name": 80, "/features/bot_user/always_online": 0,
	"/features/shortcuts": 10, "/features/shortcuts/*": 0, "/features/shortcuts/*/name": 24, "/features/shortcuts/*/type": 7,
	"/features/shortcuts/*/callback_id": 255, "/features/shortcuts/*/description": 150,
	"/features/slash_commands": 50, "/features/slash_commands/*": 0, "/features/slash_commands/*/command": 32, "/features/slash_commands/*/description": 2000,
	"/features/slash_commands/*/usage_hint": 1000, "/features/slash_commands/*/should_escape": 0,
	"/oauth_config": 0, "/oauth_config/scopes": 0, "/oauth_config/scopes/bot": 255, "/oauth_config/scopes/bot/*": 50,
	"/settings": 0, "/settings/event_subscriptions": 0, "/settings/event_subscriptions/bot_events": 100, "/settings/event_subscriptions/bot_events/*": 50,
	"/settings/interactivity": 0, "/settings/interactivity/is_enabled": 0, "/settings/org_deploy_enabled": 0, "/settings/socket_mode_enabled": 0,
	"/settings/token_rotation_enabled": 0,
}

func checkManifest(t *testing.T, at string, v any) {
	t.Helper()
	most, known := manifestRules[at]
	if !known && at != "" {
		t.Errorf("%s is unknown", at)
	}
	switch v := v.(type) {
	case map[string]any:
		for field, value := range v {
			checkManifest(t, at+"/"+field, value)
		}
	case []any:
		if len(v) == 0 || len(v) > most {
			t.Errorf("%s has %d items", at, len(v))
		}
		seen := map[any]bool{}
		for _, item := range v {
			if s, ok := item.(string); ok && seen[s] {
				t.Errorf("%s has %s twice", at, s)
			} else if ok {
				seen[s] = true
			}
			checkManifest(t, at+"/*", item)
		}
	case string:
		if v == "" || len(v) > most {
			t.Errorf("%s is %d long", at, len(v))
		}
	case bool:
	default:
		t.Errorf("%s is a %T", at, v)
	}
}

// TestScopesAreNamedAsSlackNamesThem: a typing error in one would be refused by the importer. That they are enough is shown by the other tests, which
// have no others.
func TestScopesAreNamedAsSlackNamesThem(t *testing.T) {
	form := regexp.MustCompile(`^[a-z_]+(:[a-z]+(\.[a-z]+)?)?$`)
	for _, s := range append(slices.Clone(botScopes), scopesOf(botEvents)...) {
		if !form.MatchString(s.Name) && !strings.HasPrefix(s.Name, "message.") {
			t.Errorf("%q is no scope", s.Name)
		}
	}
	for _, s := range neededScopes() {
		if !slices.Contains(scopeNames(), s) {
			t.Errorf("%s is needed and not asked for", s)
		}
	}
}
