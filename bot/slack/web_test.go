package slack

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slack-go/slack"

	"rewind/bot"
	"rewind/bot/slack/slacktest"
)

// webTest is a client and the Slack that it talks to, on the clock of a bubble.
type webTest struct {
	*slacktest.Server
	*web
	t    *testing.T
	room *slacktest.Channel
	log  *bytes.Buffer
	sent *recording
}

// onWeb runs a test in a bubble.
func onWeb(t *testing.T, test func(t *testing.T, x *webTest)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := slacktest.NewInMemory(t)
		x := &webTest{Server: s, t: t, log: &bytes.Buffer{}, sent: &recording{next: s.Transport()}}
		w, err := newWeb(webConfig{Token: s.Token(), API: s.URL(), Network: x.sent,
			Log: slog.New(slog.NewTextHandler(x.log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
		if err != nil {
			t.Fatal(err)
		}
		x.web, x.room = w, s.Channel("general")
		test(t, x)
	})
}

// recording keeps the bodies of the requests that pass through it, and can change them.
type recording struct {
	next   http.RoundTripper
	change func(path, body string) string
	answer func(path string) string // instead of Slack's; "" is Slack's

	mu     sync.Mutex // guards bodies
	bodies []string
}

func (r *recording) RoundTrip(q *http.Request) (*http.Response, error) {
	if q.Body != nil {
		b, err := io.ReadAll(q.Body)
		if err != nil {
			return nil, err
		}
		body := string(b)
		if r.change != nil {
			body = r.change(q.URL.Path, body)
		}
		r.mu.Lock()
		r.bodies = append(r.bodies, q.URL.Path+" "+body)
		r.mu.Unlock()
		q = q.Clone(q.Context())
		q.Body, q.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
	}
	if r.answer != nil {
		if body := r.answer(q.URL.Path); body != "" {
			return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: q}, nil
		}
	}
	return r.next.RoundTrip(q)
}

// lastOf is the last request whose path ends so, with its body.
func (r *recording) lastOf(path string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, body := range slices.Backward(r.bodies) {
		if at, _, _ := strings.Cut(body, " "); strings.HasSuffix(at, path) {
			return body
		}
	}
	return ""
}

// cut renders a text: lines of "---" part its messages.
func cut(m bot.Message) (parts []part) {
	for _, text := range strings.Split(m.Text, "\n---\n") {
		section := slack.NewSectionBlock(slack.NewTextBlockObject(slack.PlainTextType, text, false, false), nil, nil)
		parts = append(parts, part{blocks: []slack.Block{section}, fallback: text})
	}
	return parts
}

func (x *webTest) channel() bot.Channel {
	return bot.Channel{Platform: "slack", Workspace: x.Server.ID(), ID: x.room.ID()}
}

func (x *webTest) text(key, text string) bot.Delivery {
	return bot.Delivery{Key: key, Op: bot.Say, To: bot.Place{Channel: x.channel()}, Body: bot.Message{Text: text}}
}

func (x *webTest) deliverIn(span time.Duration, d bot.Delivery) (bot.Receipt, *bot.Failure) {
	ctx, cancel := context.WithTimeout(x.t.Context(), span)
	defer cancel()
	r, err := x.deliver(ctx, d, cut)
	var f *bot.Failure
	if err != nil && !errors.As(err, &f) {
		x.t.Fatalf("the error %v is no failure", err)
	}
	return r, f
}

// try delivers as the courier does.
func (x *webTest) try(d bot.Delivery) (bot.Receipt, *bot.Failure) {
	return x.deliverIn(30*time.Second, d)
}

func (x *webTest) must(d bot.Delivery) bot.Receipt {
	x.t.Helper()
	r, f := x.try(d)
	if f != nil {
		x.t.Fatalf("%s: %v", d.Key, f)
	}
	return r
}

// fails delivers and checks what the failure says.
func (x *webTest) fails(d bot.Delivery, want bot.Outcome) *bot.Failure {
	x.t.Helper()
	r, f := x.try(d)
	if f == nil {
		x.t.Fatalf("%s was done: %+v", d.Key, r)
	}
	if f.Outcome != want {
		x.t.Fatalf("%s: %v, want %v", d.Key, f, want)
	}
	return f
}

// said are the texts of the bot's messages in the room itself.
func (x *webTest) said() string { return texts(x.room.Messages()) }

func texts(messages []slacktest.Message) string {
	var list []string
	for _, m := range messages {
		list = append(list, m.Text)
	}
	return strings.Join(list, " | ")
}

func happened(t *testing.T, o *slacktest.Ordered, times int) {
	t.Helper()
	if o.Count() != times {
		t.Errorf("the fault happened %d times, want %d", o.Count(), times)
	}
}

func TestSay(t *testing.T) {
	onWeb(t, func(t *testing.T, x *webTest) {
		d := x.text("k", "what is a SYN flood?")
		r := x.must(d)
		m, ok := x.room.Message(r.ID)
		if !ok || m.Text != "what is a SYN flood?" || m.Unfurl || !strings.Contains(string(m.Blocks), "SYN flood") {
			t.Errorf("said %+v", m)
		}
		if now := time.Now(); r.At.After(now) || now.Sub(r.At) > time.Second {
			t.Errorf("said at %v, it is %v", r.At, now)
		}
		if want := `{"key":"k","part":1}`; m.Metadata == nil || m.Metadata.EventType != "rewind_letter" || string(m.Metadata.EventPayload) != want {
			t.Errorf("the metadata is %+v", m.Metadata)
		}
		thread := d
		thread.Key, thread.To.Thread, thread.Body.Text = "t", r.ID, "this"
		inside := x.must(thread)
		if got := texts(x.room.Thread(m)); got != "what is a SYN flood? | this" || x.said() != "what is a SYN flood?" {
			t.Errorf("the thread is %q", got)
		}
		if inside.ID == r.ID {
			t.Error("both receipts are one")
		}
	})
}

func TestSayInPrivate(t *testing.T) {
	onWeb(t, func(t *testing.T, x *webTest) {
		ana := x.Member("ana")
		d := x.text("k", "psst")
		d.To = bot.Place{Account: bot.Account{Platform: "slack", Workspace: x.Server.ID(), User: ana.ID()}}
		for n := range 2 {
			d.Key = fmt.Sprint(n)
			x.must(d)
		}
		if got := texts(ana.Direct().Messages()); got != "psst | psst" || x.Requests("conversations.open") != 1 {
			t.Errorf("said %q with %d conversations opened", got, x.Requests("conversations.open"))
		}
		d.Key, d.To.Account.User = "nobody", "U0NOBODY"
		if f := x.fails(d, bot.Refused); f.Lost || f.Wide {
			t.Errorf("the failure is %+v", f)
		}
		lost := x.Order(slacktest.Fault{Kind: slacktest.ResetAfter, Method: "conversations.open"})
		d.Key, d.To.Account.User = "bob", x.Member("bob").ID()
		x.fails(d, bot.NotDone) // nobody has seen anything
		happened(t, lost, 1)
		x.must(d)
	})
}

func TestImpossibleDeliveries(t *testing.T) {
	onWeb(t, func(t *testing.T, x *webTest) {
		first := x.must(x.text("first", "hello"))
		reply := x.text("reply", "inside")
		reply.To.Thread = first.ID
		inside := x.must(reply)
		gone := "1767225600.000009"
		ana := bot.Account{Platform: "slack", Workspace: x.Server.ID(), User: x.Member("ana").ID()}
		elsewhere := x.channel()
		elsewhere.ID += "404"
		other := x.channel()
		other.Workspace = "T0OTHER"
		before := x.said()
		for name, row := range map[string]struct {
			op   bot.Op
			to   bot.Place
			lost bool
		}{
			"no channel":           {bot.Say, bot.Place{Channel: elsewhere}, true},
			"another workspace":    {bot.Say, bot.Place{Channel: other}, true},
			"no ts":                {bot.Say, bot.Place{Channel: x.channel(), Thread: "404"}, false},
			"no thread":            {bot.Say, bot.Place{Channel: x.channel(), Thread: gone}, false},
			"edit of no ts":        {bot.Edit, bot.Place{Channel: x.channel(), Message: "404"}, false},
			"edit of nothing":      {bot.Edit, bot.Place{Channel: x.channel(), Message: gone}, false},
			"thread of no ts":      {bot.OpenThread, bot.Place{Channel: x.channel(), Message: "404"}, false},
			"thread of nothing":    {bot.OpenThread, bot.Place{Channel: x.channel(), Message: gone}, false},
			"thread of a reply":    {bot.OpenThread, bot.Place{Channel: x.channel(), Message: inside.ID}, false},
			"thread in a thread":   {bot.OpenThread, bot.Place{Channel: x.channel(), Thread: first.ID, Message: inside.ID}, false},
			"thread in private":    {bot.OpenThread, bot.Place{Account: ana, Message: first.ID}, false},
			"pin of nothing":       {bot.Pin, bot.Place{Channel: x.channel(), Message: gone}, false},
			"unknown emoji":        {bot.React, bot.Place{Channel: x.channel(), Message: first.ID}, false},
			"an unknown operation": {"juggle", bot.Place{Channel: x.channel(), Message: first.ID}, false},
		} {
			d := bot.Delivery{Key: name, Op: row.op, To: row.to, Body: bot.Message{Text: "private words"}}
			f := x.fails(d, bot.Refused)
			if f.Lost != row.lost || f.Wide || strings.Contains(f.Error(), "private words") {
				t.Errorf("%s: %+v", name, f)
			}
		}
		if x.said() != before {
			t.Errorf("said %q", x.said())
		}
		x.fails(x.text("empty", ""), bot.Refused)
	})
}

// distort spoils the Retry-After of every answer that has one.
type distort struct {
	next  http.RoundTripper
	after string
}

func (d distort) RoundTrip(q *http.Request) (*http.Response, error) {
	r, err := d.next.RoundTrip(q)
	if err == nil && r.Header.Get("Retry-After") != "" {
		r.Header.Set("Retry-After", d.after)
	}
	return r, err
}

func TestNothingWaitsForEver(t *testing.T) {
	onWeb(t, func(t *testing.T, x *webTest) {
		th, m := x.question()
		ana := x.Member("ana")
		ana.Upload(x.room, &m, "", slacktest.Upload{Name: "a.txt", Content: "x"})
		address := x.respondTo(ana)
		for method, do := range map[string]func() error{
			"auth.test":        func() error { _, f := x.identify(t.Context()); return f },
			"chat.postMessage": func() error { _, err := x.deliver(t.Context(), x.text("k", "hello"), cut); return err },
			"chat.update": func() error {
				_, err := x.deliver(t.Context(), x.on("e", bot.Edit, th.ID, "hello"), cut)
				return err
			},
			responseURL:             func() error { return x.respond(t.Context(), address, &slack.WebhookMessage{Text: "hello"}) },
			"conversations.replies": func() error { _, err := x.snapshot(t.Context(), th); return err },
			"usergroups.list":       func() error { _, f := x.roles(t.Context(), ana.ID()); return f },
			fileURL:                 func() error { _, err := x.snapshot(t.Context(), th); return err },
		} {
			o := x.Order(slacktest.Fault{Kind: slacktest.SilentBefore, Method: method})
			begun := time.Now()
			if f := (*bot.Failure)(nil); !errors.As(do(), &f) || !strings.Contains(f.Error(), "no answer of Slack in time") {
				t.Errorf("%s: %v", method, f)
			}
			if took := time.Since(begun); took > downloadSpan || method != fileURL && took > requestSpan {
				t.Errorf("%s took %v", method, took)
			}
			happened(t, o, 1)
		}
	})
	requests, files := httpClients(nil)
	own := requests.Transport.(transport).next.(*http.Transport)
	if requests.Timeout == 0 || files.Timeout == 0 || own.TLSHandshakeTimeout == 0 || own.ResponseHeaderTimeout == 0 || own.IdleConnTimeout == 0 {
		t.Error("something has no time-out")
	}
}

// Whoever is redirected would take the token along.
func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	seen := 0
	network := roundTrip(func(q *http.Request) (*http.Response, error) {
		seen++
		return &http.Response{StatusCode: http.StatusTemporaryRedirect, Header: http.Header{"Location": {"https://example.com/"}}, Body: http.NoBody, Request: q}, nil
	})
	w, err := newWeb(webConfig{Token: "xoxb-1", Network: network})
	if err != nil {
		t.Fatal(err)
	}
	if _, f := w.identify(t.Context()); f == nil || f.Outcome != bot.NotDone || seen != 1 {
		t.Errorf("%v after %d requests", f, seen)
	}
	if body, f := w.open(t.Context(), slack.File{URLPrivate: "https://files.slack.com/x"}); f == nil || body != nil || seen != 2 {
		t.Errorf("a file: %v after %d requests", f, seen)
	}
	for _, address := range []string{"https://example.com/x", "http://files.slack.com/x", "https://slack.com.example.com/x", ""} {
		if _, f := w.open(t.Context(), slack.File{URLPrivate: address}); f == nil || f.Outcome != bot.Refused || seen != 2 {
			t.Errorf("the token went to %q", address)
		}
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(q *http.Request) (*http.Response, error) { return f(q) }

func TestAnswersWithoutEnd(t *testing.T) {
	t.Parallel()
	b := &bounded{io.NopCloser(strings.NewReader("0123456789")), 4}
	if got, err := io.ReadAll(b); string(got) != "0123" || !errors.Is(err, errTooLong) {
		t.Errorf("read %q, %v", got, err)
	}
}
