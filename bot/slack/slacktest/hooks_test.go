package slacktest

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"rewind/bot/bottest/memnet"
)

// listener is a bot without Socket Mode: it verifies every request as slack-go does.
type listener struct {
	*http.Server
	secret string

	mu     sync.Mutex
	got    []*http.Request // of those that are genuine, with the form parsed
	bodies []string
	answer func(w http.ResponseWriter, r *http.Request)
}

func (l *listener) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	v, err := slack.NewSecretsVerifier(r.Header, l.secret)
	if err == nil {
		_, _ = v.Write(body)
		err = v.Ensure()
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusUnauthorized)
		return
	}
	r.Body = io.NopCloser(strings.NewReader(string(body)))
	_ = r.ParseForm()
	l.mu.Lock()
	l.got, l.bodies = append(l.got, r), append(l.bodies, string(body))
	answer := l.answer
	l.mu.Unlock()
	var challenge struct{ Challenge string }
	if json.Unmarshal(body, &challenge) == nil && challenge.Challenge != "" {
		_, _ = io.WriteString(w, challenge.Challenge)
		return
	}
	if answer != nil {
		answer(w, r)
	}
}

func (l *listener) requests() []*http.Request {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]*http.Request(nil), l.got...)
}

// listen starts a bot's own listener on connections in memory and points the server at it.
func listen(t *testing.T, s *Server, answer func(w http.ResponseWriter, r *http.Request)) *listener {
	t.Helper()
	m := memnet.New()
	l := &listener{secret: s.SigningSecret(), answer: answer}
	l.Server = &http.Server{Handler: l}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = l.Serve(m)
	}()
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return m.Dial(ctx) }}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		_ = l.Close()
		_ = m.Close()
		<-done
	})
	s.PointAt(Hooks{Events: "http://bot.test/events", Commands: "http://bot.test/commands", Interactivity: "http://bot.test/interactivity",
		Client: &http.Client{Transport: transport}})
	return l
}

func TestSignedRequests(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := NewInMemory(t)
		s.Subscribe("message.channels")
		l := listen(t, s, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/commands" {
				_, _ = io.WriteString(w, "at once")
			}
		})
		c, ana := s.Channel("general"), s.Member("ana")
		m := ana.Say(c, "hello")
		s.Until("the event is acknowledged", func() bool { return s.Unsettled() == 0 })
		i := ana.Slash(c, "/quiz board")
		s.Until("the command is acknowledged", i.Acked)
		j := ana.Shortcut(m, "save")
		s.Until("the shortcut is acknowledged", j.Acked)
		got := l.requests()
		if len(got) != 4 { // with the challenge
			t.Fatalf("%d requests", len(got))
		}
		if got[1].Header.Get("Content-Type") != "application/json" || got[1].Header.Get("X-Slack-Retry-Num") != "" || !strings.Contains(l.bodies[1], m.TS) {
			t.Errorf("the event came as %v %s", got[1].Header, l.bodies[1])
		}
		if got[2].PostForm.Get("command") != "/quiz" || got[2].PostForm.Get("text") != "board" || said(ana.Ephemerals()) != "at once" {
			t.Errorf("the command came as %v, and ana sees %q", got[2].PostForm, said(ana.Ephemerals()))
		}
		var call slack.InteractionCallback
		ok(t, json.Unmarshal([]byte(got[3].PostForm.Get("payload")), &call))
		if call.CallbackID != "save" {
			t.Errorf("the shortcut came as %+v", call)
		}
	})
}

func TestRetriesOfRequests(t *testing.T) {
	for _, row := range []struct {
		what, reason string
		answer       func(w http.ResponseWriter, r *http.Request)
		attempts     int
	}{
		{"an error", "http_error", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) }, 4},
		{"silence", "http_timeout", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, 4},
		{"an error that asks not to be tried again", "", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Slack-No-Retry", "1")
			w.WriteHeader(500)
		}, 1},
	} {
		t.Run(row.what, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				s := NewInMemory(t)
				s.Subscribe("message.channels")
				l := listen(t, s, row.answer)
				s.Member("ana").Say(s.Channel("general"), "hello")
				time.Sleep(time.Hour)
				got := l.requests()[1:]
				if len(got) != row.attempts || s.Lost() != 1 {
					t.Fatalf("%d attempts, %d lost", len(got), s.Lost())
				}
				last := got[len(got)-1].Header
				if row.attempts > 1 && (last.Get("X-Slack-Retry-Num") != "3" || last.Get("X-Slack-Retry-Reason") != row.reason) {
					t.Errorf("the last attempt says %v", last)
				}
			})
		})
	}
}

func TestForgeriesAndReplays(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := NewInMemory(t)
		s.Subscribe("message.channels")
		l := listen(t, s, nil)
		for _, f := range Forgeries {
			if f == FutureRequest {
				continue // slack-go takes what comes from the future
			}
			if status := s.Forge(f, []byte(`{"type":"event_callback"}`)); status != http.StatusUnauthorized {
				t.Errorf("%s: status %d", f, status)
			}
		}
		s.Member("ana").Say(s.Channel("general"), "hello")
		s.Until("the event is acknowledged", func() bool { return s.Unsettled() == 0 && len(l.requests()) == 2 })
		if status := s.Replay(); status != http.StatusOK || len(l.requests()) != 3 || l.bodies[1] != l.bodies[2] {
			t.Errorf("a replay at once: status %d", status)
		}
		time.Sleep(6 * time.Minute)
		if status := s.Replay(); status != http.StatusUnauthorized {
			t.Errorf("a replay after six minutes: status %d", status)
		}
	})
}

func TestAListenerThatFailsTheChallenge(t *testing.T) {
	t.Parallel()
	bot := httptest.NewServer(http.NotFoundHandler())
	defer bot.Close()
	s := New(stopper{&recorder{T: t}})
	defer func() {
		if f, isFatal := recover().(fatal); !isFatal || !strings.Contains(f.text, "did not answer the challenge") {
			t.Errorf("got %+v", f)
		}
	}()
	s.PointAt(Hooks{Events: bot.URL})
}

func TestABotThatIsNotThere(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ok(t, err)
	ok(t, l.Close())
	s := New(t)
	s.mu.Lock()
	s.hooks.Hooks = Hooks{Commands: "http://" + l.Addr().String(), Client: &http.Client{}}
	s.mu.Unlock()
	i := s.Member("ana").Slash(s.Channel("general"), "/quiz")
	s.Until("it failed", func() bool { return i.Failed() == "dispatch_failed" })
}
