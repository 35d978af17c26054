package slacktest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
	"github.com/slack-go/slack/socketmode"
)

// client is the real client, pointed at the server.
func client(s *Server) *slack.Client { return clientOf(s, s.Workspace) }

func clientOf(s *Server, w *Workspace) *slack.Client {
	return slack.New(w.Token(), slack.OptionAppLevelToken(s.AppToken()), slack.OptionAPIURL(s.URL()),
		slack.OptionHTTPClient(httpClient(s)))
}

// app is a bot over Socket Mode: it acknowledges what it gets and keeps it.
type testApp struct {
	*socketmode.Client
	end chan error

	mu     sync.Mutex
	got    []socketmode.Event
	answer func(socketmode.Event) any // what comes with an acknowledgement; errMute for none
}

var errMute = errors.New("do not acknowledge")

// connect runs a bot until the test ends, and waits for its hello.
func connect(t *testing.T, s *Server, answer func(socketmode.Event) any) *testApp {
	t.Helper()
	a := connectSilently(t, s, answer)
	n := s.Connected()
	s.Until("the app is connected", func() bool { return s.Connections() > 0 && (s.Connected() > n || a.has(socketmode.EventTypeHello)) })
	s.Until("hello", func() bool { return a.has(socketmode.EventTypeHello) || s.Connections() == 0 })
	return a
}

func connectSilently(t *testing.T, s *Server, answer func(socketmode.Event) any) *testApp {
	t.Helper()
	if answer == nil {
		answer = func(socketmode.Event) any { return nil }
	}
	a := &testApp{answer: answer, end: make(chan error, 1)}
	a.Client = socketmode.New(client(s), socketmode.OptionDialer(&websocket.Dialer{NetDialContext: s.Dial}),
		socketmode.OptionLog(log.New(io.Discard, "", 0)))
	ctx, cancel := context.WithCancel(t.Context())
	read := make(chan struct{})
	go func() {
		defer close(read)
		for {
			select {
			case e := <-a.Events:
				a.take(ctx, s, e)
			case <-ctx.Done():
				return
			}
		}
	}()
	done := make(chan struct{})
	go func() {
		defer close(done)
		a.end <- a.RunContext(ctx)
	}()
	t.Cleanup(func() {
		cancel()
		<-done
		<-read
	})
	return a
}

func (a *testApp) take(ctx context.Context, s *Server, e socketmode.Event) {
	payload := a.answer(e)
	a.mu.Lock()
	a.got = append(a.got, e)
	a.mu.Unlock()
	if e.Request != nil && e.Request.EnvelopeID != "" && payload != errMute {
		_ = a.AckCtx(ctx, e.Request.EnvelopeID, payload) // it fails only where the test is over
	}
	s.mu.Lock()
	s.touch()
	s.mu.Unlock()
}

func (a *testApp) has(kind socketmode.EventType) bool { return len(a.of(kind)) > 0 }

// of are the events of a kind that the bot got so far.
func (a *testApp) of(kind socketmode.EventType) []socketmode.Event {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(a.got), func(e socketmode.Event) bool { return e.Type != kind })
}

// inner are the events of the Events API that have a type.
func (a *testApp) inner(kind string) []any {
	var list []any
	for _, e := range a.of(socketmode.EventTypeEventsAPI) {
		if api := e.Data.(slackevents.EventsAPIEvent); api.InnerEvent.Type == kind {
			list = append(list, api.InnerEvent.Data)
		}
	}
	return list
}

// told waits until the bot got so many events of a type and everything else that is on its way.
func (a *testApp) told(t *testing.T, s *Server, kind string, n int) []any {
	t.Helper()
	s.Until(fmt.Sprintf("%d events %s", n, kind), func() bool { return len(a.inner(kind)) >= n && s.Unsettled() == 0 })
	got := a.inner(kind)
	if len(got) != n {
		t.Fatalf("%d events %s, want %d", len(got), kind, n)
	}
	return got
}

// wantError checks that the Web API refused something with a code.
func wantError(t *testing.T, err error, code string) {
	t.Helper()
	if err == nil || err.Error() != code {
		t.Errorf("got %v, want %s", err, code)
	}
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// recorder is a test that may fail without failing the one that looks at it.
type recorder struct {
	*testing.T
	mu     sync.Mutex
	failed []string
}

func (r *recorder) Errorf(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failed = append(r.failed, fmt.Sprintf(format, args...))
}

func (r *recorder) failures() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return strings.Join(r.failed, "\n")
}

func said(messages []Message) string {
	var list []string
	for _, m := range messages {
		list = append(list, m.Text)
	}
	return strings.Join(list, " | ")
}

func httpClient(s *Server) *http.Client { return &http.Client{Transport: s.Transport()} }
