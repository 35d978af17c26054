package slack

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"rewind/bot"
	"rewind/bot/bottest/memnet"
	"rewind/bot/slack/slacktest"
)

// TestForgeries: what is false in any way is refused and changes nothing.
func TestForgeries(t *testing.T) {
	inBubble(t, func(t *testing.T, x *doorTest) {
		x.listen()
		for _, f := range slacktest.Forgeries {
			if status := x.Forge(f, []byte(`{"type":"event_callback","team_id":"T","event_id":"Ev1","event":{"type":"message","channel":"C","ts":"1.1"}}`)); status != http.StatusUnauthorized {
				t.Errorf("%s: status %d", f, status)
			}
		}
		if len(x.took) != 0 {
			t.Errorf("took %d", len(x.took))
		}
	})
}

// TestReplays: a request that was answered is good for nothing more, neither at once nor later.
func TestReplays(t *testing.T) {
	inBubble(t, func(t *testing.T, x *doorTest) {
		x.listen()
		x.ana.Say(x.room, "hello")
		time.Sleep(time.Second)
		for _, after := range []time.Duration{0, 4 * time.Minute, 3 * time.Minute, time.Hour} {
			time.Sleep(after)
			if status := x.Replay(); status != http.StatusUnauthorized {
				t.Errorf("after %v more: status %d", after, status)
			}
		}
		if got := x.texts(); got != "hello" {
			t.Errorf("took %q", got)
		}
	})
}

// TestARetryWithinTheSecond fails at once, so that Slack's next attempt has the same time, the same body and the same signature.
func TestARetryWithinTheSecond(t *testing.T) {
	inBubble(t, func(t *testing.T, x *doorTest) {
		x.listen()
		x.answer = func(_ context.Context, e envelope) (any, error) {
			if e.retry == 0 {
				return nil, errNotNow
			}
			return nil, nil
		}
		x.ana.Say(x.room, "hello")
		synctest.Wait()
		if sent, acked := x.attempts(); sent != 2 || acked != 1 || x.texts() != "hello hello" {
			t.Errorf("%d sent, %d acknowledged, took %q", sent, acked, x.texts())
		}
	})
}

// signed are the headers of a request that comes from Slack.
// https://docs.slack.dev/authentication/verifying-requests-from-slack
func signed(secret, body string, at time.Time) http.Header {
	stamp := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	_, _ = io.WriteString(mac, "v0:"+stamp+":"+body)
	return http.Header{"X-Slack-Request-Timestamp": {stamp}, "X-Slack-Signature": {"v0=" + hex.EncodeToString(mac.Sum(nil))}}
}

// TestOddRequests sends what Slack never or seldom sends, rightly signed.
func TestOddRequests(t *testing.T) {
	inBubble(t, func(t *testing.T, x *doorTest) {
		const form = "application/x-www-form-urlencoded"
		for _, row := range []struct {
			method, kind, body string
			status             int
			answer             string
		}{
			{http.MethodGet, "application/json", "{}", 405, ""},
			{http.MethodPost, "application/json", `{"type":"url_verification","challenge":"<c>"}`, 200, `{"challenge":"\u003cc\u003e"}`},
			{http.MethodPost, "application/json; charset=utf-8", `{"type":"event_callback","team_id":"T","event":{}}`, 200, ""},
			{http.MethodPost, "application/json", `[1]`, 200, ""}, // it would be no better if it came again
			{http.MethodPost, "text/plain", `{}`, 415, ""},
			{http.MethodPost, "", `{}`, 400, ""},
			{http.MethodPost, form, "ssl_check=1", 200, "{}"},
			{http.MethodPost, form, "neither=1", 400, ""},
			{http.MethodPost, form, "payload=%zz", 400, ""},
			{http.MethodPost, form, "payload=no+object", 200, ""},
			{http.MethodPost, form, "command=/quiz&text=" + strings.Repeat("x", longestBody), 413, ""},
		} {
			h := newHooks(t.Context(), hookOptions{secret: x.SigningSecret(), clock: bot.MachineClock{}, log: x.logger()}, x.door)
			q := httptest.NewRequest(row.method, "/slack", strings.NewReader(row.body))
			q.Header = signed(x.SigningSecret(), row.body, time.Now())
			if row.kind != "" {
				q.Header.Set("Content-Type", row.kind)
			}
			w := httptest.NewRecorder()
			h.ServeHTTP(w, q)
			if w.Code != row.status || row.status == 200 && w.Body.String() != row.answer {
				t.Errorf("%s %s %.60s: status %d, %q", row.method, row.kind, row.body, w.Code, w.Body)
			}
		}
		if n := len(x.took); n != 1 {
			t.Errorf("took %d, want the one that is an event", n)
		}
	})
}

// TestTheListener begins with a gap, has an end, and does not wait for those who say nothing.
func TestTheListener(t *testing.T) {
	inBubble(t, func(t *testing.T, x *doorTest) {
		r := x.listen()
		if n := x.gapsTold(); n != 1 {
			t.Errorf("%d gaps", n)
		}
		x.answer = func(ctx context.Context, _ envelope) (any, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}
		x.ana.Say(x.room, "hello")
		synctest.Wait()
		began := time.Now()
		r.cancel()
		<-r.done
		if took := time.Since(began); r.err != nil || took > time.Second || x.texts() != "hello" {
			t.Errorf("ended with %v after %v", r.err, took)
		}
	})
	t.Run("those who say nothing", func(t *testing.T) {
		inBubble(t, func(t *testing.T, x *doorTest) {
			m := memnet.New()
			r := x.start(func(ctx context.Context) error {
				return serveHooks(ctx, m, hookOptions{secret: "s", clock: bot.MachineClock{}, log: x.logger(), gap: x.gap}, x.door)
			})
			for _, begin := range []string{"", "POST /slack HTTP/1.1\r\n", "POST /slack HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\nX-Slack-Signature: v0=00\r\n\r\n"} {
				c, err := m.Dial(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				_, _ = io.WriteString(c, begin)
				began := time.Now()
				_, _ = io.Copy(io.Discard, c)
				if took := time.Since(began); took > readSpan+time.Second {
					t.Errorf("after %q it waited for %v", begin, took)
				}
			}
			r.cancel()
			<-r.done
		})
	})
	t.Run("an address that is taken", func(t *testing.T) {
		t.Parallel()
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		if err := runHooks(t.Context(), hookOptions{listen: l.Addr().String()}, nil); err == nil || !strings.Contains(err.Error(), "listen for slack") {
			t.Errorf("got %v", err)
		}
	})
}

// TestAListenerThatPanics recovers, and the next attempt is taken.
func TestAListenerThatPanics(t *testing.T) {
	inBubble(t, func(t *testing.T, x *doorTest) {
		x.listen()
		x.answer = func(_ context.Context, e envelope) (any, error) {
			if e.retry == 0 {
				panic("a mistake of ours")
			}
			return nil, nil
		}
		x.ana.Say(x.room, "hello")
		time.Sleep(time.Minute)
		if sent, acked := x.attempts(); sent != 2 || acked != 1 {
			t.Errorf("%d sent, %d acknowledged", sent, acked)
		}
	})
}
