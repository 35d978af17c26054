package discord

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"

	"rewind/bot"
	"rewind/bot/discord/discordtest"
)

// TestRefusals goes through Discord's errors as the server gives them.
func TestRefusals(t *testing.T) {
	for _, odd := range []struct {
		code int
		want bot.Outcome
		lost bool
		text string
	}{
		{discordtest.UnknownChannel, bot.Refused, true, "the channel is gone"},
		{discordtest.UnknownGuild, bot.Refused, true, "the bot was removed"},
		{discordtest.MissingAccess, bot.Refused, true, "cannot see this channel"},
		{discordtest.MissingPermissions, bot.Refused, true, "missing permission to send messages here"},
		{discordtest.CannotDM, bot.Refused, false, "takes no messages"},
		{discordtest.NotATextChannel, bot.Refused, false, "takes no messages"},
		{discordtest.InvalidForm, bot.Refused, false, "form"},
		{discordtest.ThreadArchived, bot.Refused, false, "the thread is archived"}, // a message opens it, an edit does not
		{discordtest.ThreadLocked, bot.Refused, false, "the thread is locked"},
		{discordtest.TooManyThreads, bot.Refused, false, "too many active threads"},
		{99999, bot.Refused, false, "refused with 400, error 99999"}, // one that nobody has heard of
		{codeOverloaded, bot.NotDone, false, "overloaded"},
		{codeSendingDisabled, bot.NotDone, false, "paused"},
	} {
		asking(t, func(t *testing.T, s *discordtest.Server, r *rest) {
			ch := s.Guild("Study").Text("daily")
			o := s.Order(discordtest.Fault{Kind: discordtest.Refuse, Route: routePost, Code: odd.code})
			_, err := say(r, ch.ID, "k", "hello")
			f := wantFailure(t, err, odd.want, odd.text)
			if f.Lost != odd.lost || f.Wide || codeOf(err) != odd.code || o.Count() != 1 {
				t.Errorf("%d is %+v of code %d", odd.code, f, codeOf(err))
			}
		})
	}
}

func TestARemovedBotHasLostItsChannels(t *testing.T) {
	asking(t, func(t *testing.T, s *discordtest.Server, r *rest) {
		g := s.Guild("Study")
		ch := g.Text("daily")
		g.RemoveBot()
		_, err := say(r, ch.ID, "k", "hello")
		if f := wantFailure(t, err, bot.Refused, "gone"); !f.Lost {
			t.Error("the channel is not taken for lost")
		}
		_, err = r.guild(t.Context(), g.ID)
		wantFailure(t, err, bot.Refused, "the bot was removed")
		err = r.overwriteCommands(t.Context(), s.Bot().ID, g.ID, nil)
		if f := wantFailure(t, err, bot.Refused, "the bot has no access to this"); f.Lost {
			t.Error("without commands a channel is taken for lost")
		}
	})
}

// TestAPermissionForOneThingLosesNoChannel is about the same error for something that is not a post.
func TestAPermissionForOneThingLosesNoChannel(t *testing.T) {
	asking(t, func(t *testing.T, s *discordtest.Server, r *rest) {
		ch := s.Guild("Study").Text("daily")
		m, err := say(r, ch.ID, "k", "hello")
		if err != nil {
			t.Fatal(err)
		}
		ch.DenyBot(discordtest.PinMessages | discordtest.CreatePublicThreads | discordtest.AddReactions)
		_, errThread := r.createThread(t.Context(), ch.ID, m.ID, "x", 60)
		for want, err := range map[string]error{
			"missing permission to pin messages here":   r.pin(t.Context(), ch.ID, m.ID),
			"missing permission to create threads here": errThread,
			"missing permission to add reactions here":  r.react(t.Context(), ch.ID, m.ID, "👍"),
		} {
			if f := wantFailure(t, err, bot.Refused, want); f.Lost {
				t.Errorf("%s: the channel is taken for lost", want)
			}
		}
	})
}

func TestAWrongTokenStopsEverything(t *testing.T) {
	asking(t, func(t *testing.T, s *discordtest.Server, _ *rest) {
		ch := s.Guild("Study").Text("daily")
		r, err := newRest("wrong.token", s.URL(), s.Dial, bot.MachineClock{})
		if err != nil {
			t.Fatal(err)
		}
		defer r.close()
		_, err = say(r, ch.ID, "k", "hello")
		f := wantFailure(t, err, bot.NotDone, "does not know the bot's token")
		if !f.Wide || f.After != tokenAgain || f.Lost || !tokenRefused(err) {
			t.Errorf("the failure is %+v", f)
		}
	})
}

// TestTroubleOnTheWay goes through everything that happens to requests before Discord has answered.
func TestTroubleOnTheWay(t *testing.T) {
	for _, odd := range []struct {
		fault discordtest.Fault
		post  bot.Outcome // of a request that changes something
		text  string
	}{
		{discordtest.Fault{Kind: discordtest.ErrorBefore}, bot.Unknown, "discord answered 500"},
		{discordtest.Fault{Kind: discordtest.ErrorBefore, Status: 503}, bot.Unknown, "discord answered 503"},
		{discordtest.Fault{Kind: discordtest.ErrorAfter, Status: 502}, bot.Unknown, "discord answered 502"},
		{discordtest.Fault{Kind: discordtest.ErrorAfter, Status: 504}, bot.Unknown, "discord answered 504"},
		{discordtest.Fault{Kind: discordtest.ResetBefore}, bot.Unknown, "the connection to discord was lost"},
		{discordtest.Fault{Kind: discordtest.ResetAfter}, bot.Unknown, "the connection to discord was lost"},
		{discordtest.Fault{Kind: discordtest.SilentBefore}, bot.Unknown, "did not answer in time"},
		{discordtest.Fault{Kind: discordtest.SilentAfter}, bot.Unknown, "did not answer in time"},
		{discordtest.Fault{Kind: discordtest.Slow, After: time.Minute}, bot.Unknown, "did not answer in time"},
	} {
		t.Run(string(odd.fault.Kind), func(t *testing.T) {
			asking(t, func(t *testing.T, s *discordtest.Server, r *rest) {
				ch := s.Guild("Study").Text("daily")
				m, err := say(r, ch.ID, "first", "hello")
				if err != nil {
					t.Fatal(err)
				}
				// Several are under way: the first reuses a connection that was left open, the others have their own.
				odd.fault.Times = 3
				for route, ask := range map[string]func() error{
					routePost:  func() error { _, err := say(r, ch.ID, "k", "hello"); return err },
					routePatch: func() error { _, err := r.editMessage(t.Context(), ch.ID, m.ID, draft{Content: "x"}); return err },
					routeRead:  func() error { _, err := r.message(t.Context(), ch.ID, m.ID); return err },
				} {
					odd.fault.Route = route
					o := s.Order(odd.fault)
					begun := time.Now()
					want := odd.post
					if route == routeRead {
						want = bot.NotDone
					}
					wantFailure(t, ask(), want, odd.text)
					if took := time.Since(begun); took > wholeSpan {
						t.Errorf("%s took %v", route, took)
					}
					if o.Count() == 0 {
						t.Errorf("%s: it did not happen", route)
					}
					if route != routeRead && o.Count() != 1 {
						t.Errorf("%s was sent %d times", route, o.Count())
					}
					o.Stop()
				}
			})
		})
	}
}

func TestWhatWasNeverSentIsNotDone(t *testing.T) {
	asking(t, func(t *testing.T, s *discordtest.Server, _ *rest) {
		for _, odd := range []struct {
			dial dialer
			text string
		}{
			{func(context.Context, string, string) (net.Conn, error) {
				return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
			}, "discord was not reached: connection refused"},
			{func(context.Context, string, string) (net.Conn, error) {
				return nil, &net.DNSError{Err: "no such host", Name: "discord.com"}
			}, "address was not found"},
			{func(ctx context.Context, _, _ string) (net.Conn, error) {
				<-ctx.Done()
				return nil, ctx.Err()
			}, "did not answer in time"},
			{func(context.Context, string, string) (net.Conn, error) {
				return nil, errors.New("proxy says user:password@host")
			}, "discord was not reached"},
		} {
			r, err := newRest("token", "", odd.dial, bot.MachineClock{})
			if err != nil {
				t.Fatal(err)
			}
			_, err = say(r, "1", "k", "hello")
			f := wantFailure(t, err, bot.NotDone, odd.text)
			if f.Wide || strings.Contains(f.Error(), "password") {
				t.Errorf("the failure is %+v", f)
			}
			r.close()
		}
	})
}

func TestContextsEndRequests(t *testing.T) {
	asking(t, func(t *testing.T, s *discordtest.Server, r *rest) {
		ch := s.Guild("Study").Text("daily")
		o := s.Order(discordtest.Fault{Kind: discordtest.SilentAfter, Route: routePost})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := r.createMessage(ctx, ch.ID, draft{Content: "hello"})
		wantFailure(t, err, bot.Unknown, "in time")
		if o.Count() != 1 || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("it happened %d times and the error is %v", o.Count(), err)
		}
		_, err = r.createMessage(ctx, ch.ID, draft{Content: "hello"})
		wantFailure(t, err, bot.NotDone, "not")
		over, stop := context.WithCancel(t.Context())
		stop()
		_, err = r.createMessage(over, ch.ID, draft{Content: "hello"})
		wantFailure(t, err, bot.NotDone, "not")
		if !errors.Is(err, context.Canceled) || s.Requests(routePost) != 1 {
			t.Errorf("after the end %d requests, %v", s.Requests(routePost), err)
		}
	})
}

// TestAnswersThatAreNotDiscords is about machines before Discord, such as a proxy or a captive portal.
func TestAnswersThatAreNotDiscords(t *testing.T) {
	for _, odd := range []struct {
		status int
		body   string
		post   bot.Outcome
		text   string
	}{
		{200, "<html>Log in to the network</html>", bot.Unknown, "none of its own"},
		{200, "", bot.Unknown, "none of its own"},
		{302, "<html>moved</html>", bot.Unknown, "none of its own"},
		{403, "<html>blocked</html>", bot.NotDone, "something before discord answered 403"},
		{404, "page not found", bot.NotDone, "something before discord answered 404"},
		{407, "", bot.NotDone, "something before discord answered 407"},
		{413, "<html>too large</html>", bot.Refused, "it is too large"},
	} {
		asked := 0
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
			asked++
			_, _ = io.Copy(io.Discard, q.Body)
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(odd.status)
			_, _ = io.WriteString(w, odd.body)
		}))
		r, err := newRest("token", s.URL, nil, bot.MachineClock{})
		if err != nil {
			t.Fatal(err)
		}
		_, err = say(r, "1", "k", "hello")
		if f := wantFailure(t, err, odd.post, odd.text); f.Lost || f.Wide || asked != 1 {
			t.Errorf("%d is %+v after %d requests", odd.status, f, asked)
		}
		r.close()
		s.Close()
	}
}

// TestComplaintsQuoteNothing is about errors in which Discord repeats what was sent.
func TestComplaintsQuoteNothing(t *testing.T) {
	body := `{"code":50035,"message":"Invalid Form Body: my secret answer","errors":{
		"content":{"_errors":[{"code":"BASE_TYPE_MAX_LENGTH","message":"my secret answer is too long"}]},
		"components":{"0":{"components":{"1":{"label":{"_errors":[{"code":"A_CODE"}]}}}}},
		"my secret answer":{"_errors":[{"code":"B"}]},
		"x":{"_errors":[{"code":"my secret answer"}]},
		"y":{"_errors":"odd"},"z":7}}`
	var m discordgo.APIErrorMessage
	if err := json.Unmarshal([]byte(body), &m); err != nil {
		t.Fatal(err)
	}
	f := failureOf(call{method: "POST"}, &exchange{status: 400}, &discordgo.RESTError{ResponseBody: []byte(body), Message: &m, Response: &http.Response{}})
	if want := "refused: discord did not take its form (components.0.components.1.label A_CODE, content BASE_TYPE_MAX_LENGTH)"; f.Error() != want {
		t.Errorf("%q, want %q", f.Error(), want)
	}
}

// TestNoSecretIsInAnError provokes every kind of trouble with requests whose address, header and body hold secrets, and
// reads all errors, with whatever they wrap.
func TestNoSecretIsInAnError(t *testing.T) {
	kinds := []discordtest.Fault{
		{Kind: discordtest.LimitUser, After: time.Second}, {Kind: discordtest.LimitGlobal, After: time.Second}, {Kind: discordtest.LimitShared, After: time.Second},
		{Kind: discordtest.LimitCloudflare, After: time.Second}, {Kind: discordtest.ErrorBefore}, {Kind: discordtest.ErrorAfter, Status: 502},
		{Kind: discordtest.ResetBefore}, {Kind: discordtest.ResetAfter}, {Kind: discordtest.SilentBefore}, {Kind: discordtest.SilentAfter},
		{Kind: discordtest.Refuse, Code: discordtest.InvalidForm}, {Kind: discordtest.Refuse, Code: discordtest.MissingAccess},
		{Kind: discordtest.Refuse, Code: discordtest.TokenExpired}, {Kind: discordtest.Refuse, Code: 99999},
	}
	asking(t, func(t *testing.T, s *discordtest.Server, r *rest) {
		ch := s.Guild("Study").Text("daily")
		const secret, text = "tokenofaninteraction", "what-somebody-answered"
		check := func(kind any, err error) {
			t.Helper()
			if err == nil {
				t.Errorf("%v: no error", kind)
			}
			for ; err != nil; err = errors.Unwrap(err) {
				for _, hidden := range []string{secret, text, strings.TrimPrefix(s.Token(), "Bot "), "http:", "/channels/", "/webhooks/"} {
					if all := fmt.Sprintf("%v %+v", err, err); strings.Contains(all, hidden) {
						t.Errorf("%v: the error %q holds %q", kind, all, hidden)
					}
				}
			}
		}
		for _, f := range kinds {
			asks := map[string]func() error{
				routePost: func() error { _, err := say(r, ch.ID, "k", text); return err },
				"PATCH /webhooks/{webhook_id}/{webhook_token}/messages/@original": func() error {
					_, err := r.editOriginal(t.Context(), s.Bot().ID, secret, draft{Content: text})
					return err
				},
				"POST /interactions/{interaction_id}/{interaction_token}/callback": func() error {
					_, err := r.respond(t.Context(), "12", secret, answerMessage, draft{Content: text})
					return err
				},
			}
			for route, ask := range asks {
				f.Route = route
				o := s.Order(f)
				check(f.Kind, ask())
				if o.Count() != 1 {
					t.Errorf("%s on %s happened %d times", f.Kind, route, o.Count())
				}
				time.Sleep(time.Minute)
			}
		}
		check("gone", func() error {
			_, err := r.editOriginal(t.Context(), s.Bot().ID, secret, draft{Content: text})
			return err
		}())
		s.Close()
		check("refused connection", func() error {
			_, err := r.editOriginal(t.Context(), s.Bot().ID, secret, draft{Content: text})
			return err
		}())
	})
	// Whatever else an error may be, its own words are not taken over.
	for _, err := range []error{
		errors.New("malformed HTTP response what-somebody-answered"),
		&url.Error{Op: "Post", URL: "https://discord.com/api/v9/webhooks/1/tokenofaninteraction", Err: io.ErrUnexpectedEOF},
		fmt.Errorf("Exceeded Max retries HTTP 502, what-somebody-answered"),
		&discordgo.RateLimitError{RateLimit: &discordgo.RateLimit{TooManyRequests: &discordgo.TooManyRequests{}, URL: "tokenofaninteraction"}},
	} {
		for _, status := range []int{0, 200, 400, 502} {
			x := &exchange{status: status}
			x.sent.Store(true)
			text := failureOf(call{method: "POST"}, x, err).Error()
			if strings.Contains(text, "answered 4") != (status == 400) || slices.ContainsFunc([]string{"what-somebody", "tokenof"}, func(s string) bool { return strings.Contains(text, s) }) {
				t.Errorf("%d, %v becomes %q", status, err, text)
			}
		}
	}
}
