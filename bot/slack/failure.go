package slack

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/slack-go/slack"

	"rewind/bot"
)

// Here what went wrong with a request becomes a failure in words. The errors of the library and of net/http are never
// passed on: they hold addresses and bodies.

// bareWait is how long to wait where Slack limits without saying for how long. Its limits are counted by the minute.
const bareWait = 30 * time.Second

// refusal is why Slack did not do something, in words, with its own code where it gave one.
type refusal struct {
	code string
	text string
}

func (r *refusal) Error() string { return r.text }

// codeOf is Slack's own code of a failure, "" if it is not Slack who failed.
func codeOf(f *bot.Failure) string {
	if r := (*refusal)(nil); f != nil && errors.As(f.Err, &r) {
		return r.code
	}
	return ""
}

// refused says that something cannot be.
func refused(format string, a ...any) *bot.Failure {
	return &bot.Failure{Outcome: bot.Refused, Err: fmt.Errorf(format, a...)}
}

// unsure turns any failure into one that says that it may have landed.
func unsure(f *bot.Failure) *bot.Failure {
	u := *f
	u.Outcome = bot.Unknown
	return &u
}

// trail is what is known of how far a request came.
type trail struct {
	traced bool // the transport tells
	sent   bool // its headers were written, so that Slack may have seen it
	says   bool // people see what it does; if not, a lost answer is as good as none
}

// lost is the outcome of a request without an answer.
func (t trail) lost() bot.Outcome {
	if !t.says || t.traced && !t.sent {
		return bot.NotDone
	}
	return bot.Unknown
}

// failureOf reads the error of a request.
func failureOf(ctx context.Context, err error, t trail) *bot.Failure {
	var (
		limit  *slack.RateLimitedError
		code   slack.SlackErrorResponse
		status slack.StatusCodeError
	)
	switch {
	case errors.As(err, &limit):
		return rateLimited(limit.RetryAfter)
	case errors.As(err, &code):
		return failureOfCode(code, t)
	case errors.As(err, &status):
		return failureOfStatus(status.Code, t)
	}
	return &bot.Failure{Outcome: t.lost(), Err: broken(ctx, err, t)}
}

func rateLimited(after time.Duration) *bot.Failure {
	return &bot.Failure{Outcome: bot.NotDone, After: after,
		Err: &refusal{"ratelimited", fmt.Sprintf("Slack asks to wait for %v", after.Round(time.Second))}}
}

// failureOfStatus reads an answer that is none of the Web API, which answers with 200. Those of 4xx come from machines that
// let nothing through.
func failureOfStatus(status int, t trail) *bot.Failure {
	f := &bot.Failure{Outcome: bot.NotDone, Err: fmt.Errorf("an answer of Slack with status %d %s", status, http.StatusText(status))}
	switch {
	case status == http.StatusTooManyRequests:
		return rateLimited(bareWait)
	case status == http.StatusRequestEntityTooLarge:
		f.Outcome = bot.Refused
	case status >= 500 || status == http.StatusRequestTimeout:
		f.Outcome = t.lost()
	}
	return f
}

// broken says in words why there was no answer.
func broken(ctx context.Context, err error, t trail) error {
	var (
		dns  *net.DNSError
		cert *tls.CertificateVerificationError
		no   syscall.Errno
		wait net.Error
	)
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("the request to Slack was ended: %w", ctx.Err())
	case errors.As(err, &dns):
		return errors.New("no connection to Slack: its host is not found")
	case errors.As(err, &cert):
		return errors.New("no connection to Slack: its certificate is not trusted")
	case errors.Is(err, os.ErrDeadlineExceeded), errors.As(err, &wait) && wait.Timeout():
		return errors.New("no answer of Slack in time")
	case errors.As(err, &no) && t.sent:
		return fmt.Errorf("the connection to Slack broke: %w", no)
	case errors.As(err, &no):
		return fmt.Errorf("no connection to Slack: %w", no)
	case t.traced && !t.sent:
		return errors.New("no connection to Slack")
	}
	return errors.New("the answer of Slack was lost or not understood")
}

// failureOfCode reads an error of the Web API.
func failureOfCode(e slack.SlackErrorResponse, t trail) *bot.Failure {
	code := plainCode(e.Err)
	if code == "missing_scope" {
		return &bot.Failure{Outcome: bot.Refused, Wide: true, Err: &refusal{code, missingScope(e.Needed)}}
	}
	f := &bot.Failure{Outcome: bot.Refused, Err: &refusal{code, "Slack says " + code}}
	v, ok := verdicts[code]
	if !ok && strings.HasPrefix(code, "restricted_action") {
		v, ok = verdicts["restricted_action"], true
	}
	if !ok {
		return f
	}
	if v.text != "" {
		f.Err = &refusal{code, v.text}
	}
	switch v.kind {
	case isLimit:
		return rateLimited(bareWait)
	case isLater:
		f.Outcome = bot.NotDone
	case isDoubtful:
		f.Outcome = t.lost()
	case isLost:
		f.Lost = true
	case isWide:
		f.Wide = true
	}
	return f
}

// plainCode keeps from a code what codes are made of.
func plainCode(code string) string {
	const longest = 64
	plain := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || strings.ContainsRune("_:.,", r) {
			return r
		}
		return -1
	}, code)
	if len(plain) > longest {
		plain = plain[:longest]
	}
	if plain == "" {
		return "no code"
	}
	return plain
}

// missingScope says which scope is missing and how it is added. Where several are named, any one of them is enough.
func missingScope(needed string) string {
	scopes := strings.FieldsFunc(plainCode(needed), func(r rune) bool { return r == ',' })
	if needed == "" || len(scopes) == 0 {
		return "the app lacks a scope: take its manifest anew and install it again"
	}
	if len(scopes) == 1 {
		return fmt.Sprintf("the app lacks the scope %s: add the line \"- %s\" to oauth_config, scopes, bot in its manifest and install it again", scopes[0], scopes[0])
	}
	return fmt.Sprintf("the app lacks one of the scopes %s: add the line \"- %s\" to oauth_config, scopes, bot in its manifest and install it again",
		strings.Join(scopes, ", "), scopes[0])
}
