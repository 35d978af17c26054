package slack

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/slack-go/slack"

	"rewind/bot"
)

// Here interactions are answered at the address that came with them. The library's own ways to do that either know no
// time-out, send fields that are empty, or take a refusal for a success.

// respond sends a message to a response_url. It can be used five times within half an hour; after that the failure's code is
// used_url or expired_url. The address is a secret: whoever has it can post.
// https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
func (w *web) respond(ctx context.Context, address string, m *slack.WebhookMessage) *bot.Failure {
	u, err := url.Parse(address)
	if err != nil || !w.trusted(u) {
		return refused("the command came without an address at Slack to answer it")
	}
	body, err := json.Marshal(m)
	if err != nil {
		return refused("the answer cannot be written")
	}
	return w.ask(ctx, call{method: responseURL, says: true}, func(ctx context.Context) error {
		q, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
		if err != nil {
			return err
		}
		q.Header.Set("Content-Type", "application/json; charset=utf-8")
		r, err := w.http.Do(q)
		if err != nil {
			return err
		}
		defer r.Body.Close()
		return responseError(r)
	})
}

// responseError reads the answer of a response_url: "ok", or JSON that may hold an error whatever the status.
func responseError(r *http.Response) error {
	const most = 1 << 16
	body, err := io.ReadAll(io.LimitReader(r.Body, most))
	if err != nil {
		return err
	}
	var said slack.SlackResponse
	if json.Unmarshal(body, &said) == nil && !said.Ok && said.Error != "" && r.StatusCode != http.StatusTooManyRequests {
		return slack.SlackErrorResponse{Err: said.Error, Needed: said.Needed}
	}
	if r.StatusCode != http.StatusOK {
		return statusError(r)
	}
	return nil
}

// statusError is the library's error for an answer with such a status.
func statusError(r *http.Response) error {
	if r.StatusCode == http.StatusTooManyRequests {
		seconds, err := strconv.Atoi(r.Header.Get("Retry-After"))
		if err != nil {
			return slack.StatusCodeError{Code: r.StatusCode, Status: r.Status}
		}
		return &slack.RateLimitedError{RetryAfter: time.Duration(seconds) * time.Second}
	}
	return slack.StatusCodeError{Code: r.StatusCode, Status: r.Status}
}
