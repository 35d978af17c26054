package slacktest

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// Hooks are the addresses of the bot's own listener, for an app without Socket Mode.
type Hooks struct {
	Events        string
	Commands      string
	Interactivity string
	Client        *http.Client // nil for the default
}

// hooks are the Hooks that are in use.
type hooks struct {
	Hooks
	last *signed // the last request that was sent
}

func (h *hooks) on() bool { return h.Events != "" || h.Commands != "" || h.Interactivity != "" }

// signed is a request with the headers that prove where it comes from.
type signed struct {
	url    string
	header http.Header
	body   []byte
}

// PointAt sends everything to the bot's own listener from now on. It first verifies the address for events, and fails the test if
// the listener does not answer the challenge.
// https://docs.slack.dev/reference/events/url_verification
func (s *Server) PointAt(h Hooks) {
	s.t.Helper()
	if h.Client == nil {
		h.Client = &http.Client{}
	}
	s.mu.Lock()
	s.hooks.Hooks = h
	s.mu.Unlock()
	if h.Events == "" {
		return
	}
	challenge := "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"
	body, err := json.Marshal(object{"token": "legacy", "challenge": challenge, "type": "url_verification"})
	if err != nil {
		s.t.Fatalf("encode a challenge: %v", err)
	}
	status, answer, err := s.exchange(context.Background(), h.Client, s.sign(h.Events, "application/json", body, nil))
	var reply struct {
		Challenge string `json:"challenge"`
	}
	if json.Unmarshal(answer, &reply) != nil {
		reply.Challenge = string(bytes.TrimSpace(answer))
	}
	if err != nil || status != http.StatusOK || reply.Challenge != challenge {
		s.t.Fatalf("the listener did not answer the challenge: %v, status %d", err, status)
	}
}

// sign makes a request as Slack does.
// https://docs.slack.dev/authentication/verifying-requests-from-slack
func (s *Server) sign(address, contentType string, body []byte, more map[string]string) *signed {
	r := &signed{url: address, header: http.Header{}, body: body}
	r.header.Set("Content-Type", contentType)
	r.header.Set("User-Agent", "Slackbot 1.0 (+https://api.slack.com/robots)")
	for k, v := range more {
		r.header.Set(k, v)
	}
	r.stamp(s.app.signingSecret, time.Now())
	return r
}

// stamp signs the request anew.
func (r *signed) stamp(secret string, at time.Time) {
	stamp := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte("v0:" + stamp + ":"))
	mac.Write(r.body)
	r.header.Set("X-Slack-Request-Timestamp", stamp)
	r.header.Set("X-Slack-Signature", "v0="+hex.EncodeToString(mac.Sum(nil)))
}

// exchange sends a request and reads the answer.
func (s *Server) exchange(ctx context.Context, client *http.Client, r *signed) (int, []byte, error) {
	q, err := http.NewRequestWithContext(ctx, http.MethodPost, r.url, bytes.NewReader(r.body))
	if err != nil {
		return 0, nil, err
	}
	q.Header = r.header.Clone()
	a, err := client.Do(q)
	if err != nil {
		return 0, nil, err
	}
	defer a.Body.Close()
	body, err := io.ReadAll(a.Body)
	if a.Header.Get("X-Slack-No-Retry") == "1" {
		err = errors.Join(err, errNoRetry)
	}
	return a.StatusCode, body, err
}

var errNoRetry = errors.New("the listener asks not to be tried again")

// post sends an envelope to the listener. It returns why that was not possible.
func (s *Server) post(e *envelope) string {
	r, err := s.letter(e)
	if err != nil {
		s.t.Errorf("encode %s: %v", e.kind, err)
		return "http_error"
	}
	if r.url == "" {
		return "connection_failed"
	}
	s.hooks.last = r
	client := s.hooks.Client
	s.start(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		go func() { // ends with the context
			select {
			case <-s.done:
				cancel()
			case <-ctx.Done():
			}
		}()
		status, body, err := s.exchange(ctx, client, r)
		s.mu.Lock()
		defer s.mu.Unlock()
		switch {
		case s.closed:
		case errors.Is(err, errNoRetry) && status != http.StatusOK:
			e.attempt = len(s.dispatch.retries) + delayedRetries
			s.fail(e, "http_error")
		case errors.Is(err, context.DeadlineExceeded):
			s.fail(e, "http_timeout")
		case err != nil && !errors.Is(err, errNoRetry):
			s.fail(e, "connection_failed")
		case status != http.StatusOK:
			s.fail(e, "http_error")
		default:
			s.acked(e.id, body)
		}
	})
	return ""
}

// letter makes the request of an envelope: events are JSON, commands and interactions forms.
func (s *Server) letter(e *envelope) (*signed, error) {
	const form = "application/x-www-form-urlencoded"
	switch e.kind {
	case slashCommands:
		values := url.Values{}
		for k, v := range e.payload {
			if v, ok := v.(string); ok {
				values.Set(k, v)
			}
		}
		return s.sign(s.hooks.Commands, form, []byte(values.Encode()), nil), nil
	case interactive:
		b, err := json.Marshal(e.payload)
		return s.sign(s.hooks.Interactivity, form, []byte(url.Values{"payload": {string(b)}}.Encode()), nil), err
	}
	b, err := json.Marshal(e.payload)
	more := map[string]string{}
	if e.attempt > 0 {
		reason := e.reason
		if reason == "timeout" {
			reason = "http_timeout"
		}
		more["X-Slack-Retry-Num"], more["X-Slack-Retry-Reason"] = strconv.Itoa(e.attempt), reason
	}
	return s.sign(s.hooks.Events, "application/json", b, more), err
}

// Forgery is a way in which a request can be false.
type Forgery string

// The forgeries.
const (
	WrongSecret   Forgery = "signed with another secret"
	NoSignature   Forgery = "without a signature"
	NoTimestamp   Forgery = "without a timestamp"
	OtherVersion  Forgery = "signature of an unknown version"
	ChangedBody   Forgery = "body changed after it was signed"
	ChangedTime   Forgery = "timestamp changed after it was signed"
	StaleRequest  Forgery = "rightly signed six minutes ago"
	FutureRequest Forgery = "rightly signed in six minutes"
)

// Forgeries are all of them.
var Forgeries = []Forgery{WrongSecret, NoSignature, NoTimestamp, OtherVersion, ChangedBody, ChangedTime, StaleRequest, FutureRequest}

// Forge sends the listener an event that is false in one way, and returns the status of the answer.
func (s *Server) Forge(f Forgery, event []byte) int {
	s.t.Helper()
	s.mu.Lock()
	h := s.hooks.Hooks
	r := s.sign(h.Events, "application/json", event, nil)
	s.mu.Unlock()
	switch f {
	case WrongSecret:
		r.stamp("another secret", time.Now())
	case NoSignature:
		r.header.Del("X-Slack-Signature")
	case NoTimestamp:
		r.header.Del("X-Slack-Request-Timestamp")
	case OtherVersion:
		r.header.Set("X-Slack-Signature", "v1"+r.header.Get("X-Slack-Signature")[2:])
	case ChangedBody:
		r.body = append(bytes.Clone(r.body), ' ')
	case ChangedTime:
		r.header.Set("X-Slack-Request-Timestamp", strconv.FormatInt(time.Now().Unix()-1, 10))
	case StaleRequest:
		r.stamp(s.app.signingSecret, time.Now().Add(-6*time.Minute))
	case FutureRequest:
		r.stamp(s.app.signingSecret, time.Now().Add(6*time.Minute))
	default:
		s.t.Fatalf("there is no forgery %q", f)
	}
	return s.deliver(h.Client, r)
}

// Replay sends the last request again, byte for byte, and returns the status of the answer.
func (s *Server) Replay() int {
	s.t.Helper()
	s.mu.Lock()
	h, r := s.hooks.Hooks, s.hooks.last
	s.mu.Unlock()
	if r == nil {
		s.t.Fatalf("there is no request to replay")
	}
	return s.deliver(h.Client, r)
}

func (s *Server) deliver(client *http.Client, r *signed) int {
	s.t.Helper()
	status, _, err := s.exchange(context.Background(), client, r)
	if err != nil {
		s.t.Fatalf("send to the listener: %v", err)
	}
	return status
}
