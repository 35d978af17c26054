package slack

import (
	"fmt"
	"strings"
	"testing"

	"rewind/bot"
	"rewind/bot/slack/slacktest"
)

func TestMissing(t *testing.T) {
	for name, row := range map[string]struct {
		world func(x *webTest)
		want  string
	}{
		"a good channel":          {func(*webTest) {}, ""},
		"a good private one":      {func(x *webTest) { x.room = x.Private("secret") }, ""},
		"one that can be joined":  {func(x *webTest) { x.room.Remove(x.Bot()) }, ""},
		"one that cannot":         {func(x *webTest) { x.room.Remove(x.Bot()); x.WithoutScope("channels:join") }, "send: /invite @rewind"},
		"a private one, outside":  {func(x *webTest) { x.room = x.Private("secret"); x.room.Remove(x.Bot()) }, "view: there is no such channel, or it is private and I am not in it: type /invite @Rewind there"},
		"archived":                {func(x *webTest) { x.room.Archive() }, "send: the channel is archived"},
		"deleted":                 {func(x *webTest) { x.room.Destroy() }, "view: there is no such channel, or it is private and I am not in it: type /invite @Rewind there"},
		"no scope to write":       {func(x *webTest) { x.WithoutScope("chat:write") }, "scope: chat:write"},
		"no scope to read":        {func(x *webTest) { x.WithoutScope("channels:history") }, "scope: channels:history"},
		"no scope to look":        {func(x *webTest) { x.WithoutScope("channels:read") }, "scope: channels:read"},
		"no scopes for private":   {func(x *webTest) { x.room = x.Private("secret"); x.WithoutScope("groups:history") }, "scope: groups:history"},
		"no need of private ones": {func(x *webTest) { x.WithoutScope("groups:history"); x.WithoutScope("groups:read") }, ""},
		"several scopes":          {func(x *webTest) { x.WithoutScope("users:read"); x.WithoutScope("im:write") }, "scope: users:read | scope: im:write"},
		"a history that is closed": {func(x *webTest) {
			x.Order(slacktest.Fault{Kind: slacktest.Refuse, Code: "access_denied", Method: "conversations.history"})
		}, "read: I may not do that in the channel"},
	} {
		t.Run(name, func(t *testing.T) {
			onWeb(t, func(t *testing.T, x *webTest) {
				row.world(x)
				missing, err := x.missing(t.Context(), x.channel())
				if err != nil {
					t.Fatal(err)
				}
				var list []string
				for _, m := range missing {
					list = append(list, m.Code+": "+m.What)
				}
				if got := strings.Join(list, " | "); got != row.want {
					t.Errorf("missing %q, want %q", got, row.want)
				}
			})
		})
	}
}

func TestWhatCannotBeChecked(t *testing.T) {
	onWeb(t, func(t *testing.T, x *webTest) {
		for _, method := range []string{"auth.test", "conversations.info", "conversations.history"} {
			o := x.Order(slacktest.Fault{Kind: slacktest.ErrorBefore, Method: method})
			missing, err := x.missing(t.Context(), x.channel())
			if f, ok := err.(*bot.Failure); !ok || f.Outcome != bot.NotDone || missing != nil {
				t.Errorf("%s: %v, %v", method, missing, err)
			}
			happened(t, o, 1)
		}
		other := x.channel()
		other.Workspace = "T0OTHER"
		if missing, err := x.missing(t.Context(), other); err != nil || fmt.Sprint(missing) != "[{view another workspace}]" {
			t.Errorf("%v, %v", missing, err)
		}
		x.RefuseToken("token_revoked")
		if _, err := x.missing(t.Context(), x.channel()); !err.(*bot.Failure).Wide {
			t.Errorf("%v", err)
		}
	})
}
