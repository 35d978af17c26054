package slack

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"

	"github.com/slack-go/slack"

	"rewind/bot"
	"rewind/bot/slack/slacktest"
)

func TestRefusalsOfPosts(t *testing.T) {
	for code, want := range map[string]string{
		"channel_not_found": "refused lost", "not_in_channel": "refused lost", "is_archived": "refused lost", "restricted_action": "refused lost",
		"restricted_action_read_only_channel": "refused lost", "restricted_action_thread_only_channel": "refused lost",
		"restricted_action_thread_locked": "refused", "restricted_action_non_threadable_channel": "refused", "msg_too_long": "refused",
		"invalid_blocks": "refused", "no_text": "refused", "something_new": "refused", "duplicate_message_not_found": "refused",
		"invalid_auth": "refused wide", "not_authed": "refused wide", "account_inactive": "refused wide", "token_revoked": "refused wide",
		"token_expired": "refused wide", "missing_scope": "refused wide", "team_access_not_granted": "refused wide",
		"ratelimited": "not done after", "rate_limited": "not done after", "team_added_to_org": "not done", "external_channel_migrating": "not done",
		"fatal_error": "unknown", "internal_error": "unknown", "service_unavailable": "unknown",
	} {
		t.Run(code, func(t *testing.T) {
			onWeb(t, func(t *testing.T, x *webTest) {
				x.WithoutScope("channels:join")
				o := x.Order(slacktest.Fault{Kind: slacktest.Refuse, Code: code, Method: "chat.postMessage"})
				_, f := x.try(x.text("k", "hello"))
				if f == nil {
					t.Fatal("it was done")
				}
				happened(t, o, 1)
				got := f.Outcome.String()
				for word, so := range map[string]bool{" lost": f.Lost, " wide": f.Wide, " after": f.After > 0} {
					if so {
						got += word
					}
				}
				if got != want {
					t.Errorf("%s, want %s", got, want)
				}
				if words := f.Err.Error(); strings.TrimSpace(words) == "" || strings.ContainsAny(words, "\n{}") || len(words) > 200 {
					t.Errorf("it says %q", words)
				}
				t.Log(f.Err)
			})
		})
	}
}

func TestAMissingScopeIsNamed(t *testing.T) {
	onWeb(t, func(t *testing.T, x *webTest) {
		first := x.must(x.text("first", "hello"))
		x.WithoutScope("chat:write")
		x.WithoutScope("pins:write")
		for d, scope := range map[*bot.Delivery]string{
			ptr(x.text("k", "hello")):                 "chat:write",
			ptr(x.on("pin", bot.Pin, first.ID, "")):   "pins:write",
			ptr(x.on("edit", bot.Edit, first.ID, "")): "chat:write",
		} {
			d.Body.Text = "words"
			f := x.fails(*d, bot.Refused)
			want := fmt.Sprintf("the app lacks the scope %s: add the line \"- %s\" to oauth_config, scopes, bot in its manifest and install it again", scope, scope)
			if f.Err.Error() != want || !f.Wide || f.Lost {
				t.Errorf("%+v", f)
			}
		}
	})
	for needed, want := range map[string]string{
		"channels:history,groups:history": "the app lacks one of the scopes channels:history, groups:history: add the line \"- channels:history\" to",
		"":                                "the app lacks a scope: take its manifest anew",
		"<!channel>\nchat:write":          "the app lacks the scope channelchat:write",
	} {
		if got := missingScope(needed); !strings.HasPrefix(got, want) {
			t.Errorf("%q: %q", needed, got)
		}
	}
}

func ptr[T any](v T) *T { return &v }

func TestRevokedTokens(t *testing.T) {
	onWeb(t, func(t *testing.T, x *webTest) {
		x.must(x.text("first", "hello"))
		for code, words := range map[string]string{"token_revoked": "the bot token was revoked", "account_inactive": "the app was removed from the workspace",
			"invalid_auth": "Slack does not know the bot token"} {
			x.RefuseToken(code)
			if f := x.fails(x.text(code, "hello"), bot.Refused); !f.Wide || f.Err.Error() != words {
				t.Errorf("%s: %+v", code, f)
			}
			if _, err := x.snapshot(t.Context(), bot.Thread{Channel: x.channel(), ID: "1767225600.000100"}); err == nil || !err.(*bot.Failure).Wide {
				t.Errorf("%s: %v", code, err)
			}
		}
	})
}

// down is a network on which nothing is reached.
type down struct{ err error }

func (d down) RoundTrip(*http.Request) (*http.Response, error) { return nil, d.err }

func TestNoConnection(t *testing.T) {
	t.Parallel()
	refused := &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	for name, row := range map[string]struct {
		network http.RoundTripper
		words   string
	}{
		"refused":    {dials(refused), "not done: no connection to Slack: connection refused"},
		"no host":    {dials(&net.DNSError{Err: "no such host", Name: "slack.example", IsNotFound: true}), "not done: no connection to Slack: its host is not found"},
		"else":       {dials(errors.New("secret words")), "not done: no connection to Slack"},
		"not traced": {down{errors.New("secret words")}, "unknown: the answer of Slack was lost or not understood"},
	} {
		w, err := newWeb(webConfig{Token: "xoxb-secret", API: "http://slack.example/api/", Network: row.network})
		if err != nil {
			t.Fatal(err)
		}
		w.me = identity{team: "T1", user: "U1"}
		_, err = w.deliver(t.Context(), bot.Delivery{Key: "k", Op: bot.Say, To: bot.Place{Channel: bot.Channel{ID: "C1"}}, Body: bot.Message{Text: "private"}}, cut)
		if err == nil || err.Error() != row.words {
			t.Errorf("%s: %v, want %s", name, err, row.words)
		}
	}
}

func dials(err error) http.RoundTripper {
	return &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return nil, err }}
}

func TestStatuses(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]bot.Outcome{302: bot.NotDone, 400: bot.NotDone, 403: bot.NotDone, 404: bot.NotDone, 408: bot.Unknown, 413: bot.Refused,
		429: bot.NotDone, 500: bot.Unknown, 502: bot.Unknown, 503: bot.Unknown, 504: bot.Unknown} {
		err := slack.StatusCodeError{Code: status, Status: "secret words"}
		f := failureOf(t.Context(), err, trail{traced: true, sent: true, says: true})
		if f.Outcome != want || strings.Contains(f.Error(), "secret") {
			t.Errorf("%d: %v, want %v", status, f, want)
		}
		if f := failureOf(t.Context(), err, trail{traced: true, sent: true}); f.Outcome == bot.Unknown {
			t.Errorf("%d of a reading: %v", status, f)
		}
	}
}
