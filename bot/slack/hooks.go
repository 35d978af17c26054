package slack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"rewind/bot"
)

// hookOptions say where Slack's requests arrive.
type hookOptions struct {
	listen string // an address such as ":3000"
	secret string // that Slack signs with
	clock  bot.Clock
	log    *slog.Logger
	// gap is told once that there is a listener: while there was none, events may have been missed.
	gap func(ctx context.Context)
}

const (
	// longestBody is more than Slack sends: a view has at most 250 kB, and in a form up to three times that.
	longestBody = 1 << 20
	// Slack waits three seconds; whoever takes longer to say something is somebody else.
	headerSpan, readSpan, writeSpan, keepSpan = 5 * time.Second, 10 * time.Second, 15 * time.Second, 2 * time.Minute
	// closeSpan is how long requests under way may take to end; their contexts have ended by then.
	closeSpan = 3 * time.Second
)

// runHooks listens for Slack's requests until ctx is done, and then returns nil.
func runHooks(ctx context.Context, o hookOptions, d *door) error {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", o.listen)
	if err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return fmt.Errorf("listen for slack: %w", err)
	}
	return serveHooks(ctx, l, o, d)
}

// serveHooks does so on a listener, which it closes.
func serveHooks(ctx context.Context, l net.Listener, o hookOptions, d *door) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	server := &http.Server{
		Handler: newHooks(ctx, o, d), ReadHeaderTimeout: headerSpan, ReadTimeout: readSpan, WriteTimeout: writeSpan, IdleTimeout: keepSpan,
		MaxHeaderBytes: 16 << 10, ErrorLog: slog.NewLogLogger(o.log.Handler(), slog.LevelDebug),
	}
	told, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(told)
		tellGap(ctx, o.log, o.gap)
	}()
	go func() {
		defer close(stopped)
		<-ctx.Done()
		late, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeSpan)
		defer cancel()
		if server.Shutdown(late) != nil {
			_ = server.Close()
		}
	}()
	err := server.Serve(l)
	ended := ctx.Err() != nil
	cancel()
	<-told
	<-stopped
	if ended || errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return fmt.Errorf("listen for slack: %w", err)
}

// hooks are the addresses that Slack sends signed requests to, for an app without Socket Mode. All are one: what a request is about stands
// in it.
type hooks struct {
	ctx    context.Context // of the listener: what was let in is taken even if whoever sent it does not wait
	secret string
	door   *door
	log    *slog.Logger
	spent  *seen // the signatures of requests that were answered
}

func newHooks(ctx context.Context, o hookOptions, d *door) *hooks {
	return &hooks{ctx: ctx, secret: o.secret, door: d, log: o.log, spent: newSeen(o.clock)}
}

// rejection is why a request is not let in.
type rejection struct {
	status int
	why    string
}

func (r *rejection) Error() string { return r.why }

// ServeHTTP answers 200 only if what was sent is taken.
func (h *hooks) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	body, err := h.read(w, q)
	if err == nil {
		err = h.serve(w, q, body)
	}
	if err == nil {
		return
	}
	status := http.StatusInternalServerError
	if r, ok := errors.AsType[*rejection](err); ok {
		status = r.status
		h.log.Warn("request refused", "platform", "slack", "status", status, "reason", r.why)
	}
	http.Error(w, http.StatusText(status), status)
}

// read reads a request that comes from Slack.
// https://docs.slack.dev/authentication/verifying-requests-from-slack
func (h *hooks) read(w http.ResponseWriter, q *http.Request) ([]byte, error) {
	if q.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		return nil, &rejection{http.StatusMethodNotAllowed, "not a POST"}
	}
	verifier, err := slack.NewSecretsVerifier(q.Header, h.secret) // with the time: five minutes either way
	if err != nil {
		return nil, &rejection{http.StatusUnauthorized, "no signature of now"}
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, q.Body, longestBody))
	if _, long := errors.AsType[*http.MaxBytesError](err); long {
		return nil, &rejection{http.StatusRequestEntityTooLarge, "too long"}
	}
	if err != nil {
		return nil, &rejection{http.StatusBadRequest, "not read"}
	}
	if _, err := verifier.Write(body); err != nil || verifier.Ensure() != nil {
		return nil, &rejection{http.StatusUnauthorized, "not signed by Slack"}
	}
	return body, nil
}

// serve answers a genuine request.
func (h *hooks) serve(w http.ResponseWriter, q *http.Request, body []byte) error {
	// Slack signs each attempt anew, so one that was answered well does not come again. Only where it failed the next attempt may
	// come within the same second, and look the same.
	sent, first := h.spent.join([]string{strings.ToLower(q.Header.Get("X-Slack-Signature"))})
	if !first && sent.over() {
		return &rejection{http.StatusUnauthorized, "replayed"}
	}
	answer, err := h.answer(q, body)
	if first {
		h.spent.settle(sent, nil, err)
	}
	if err != nil {
		return err
	}
	if answer != nil {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		_, _ = w.Write(answer) // Slack may be gone
	}
	return nil
}

// answer hands a request on and returns the body of the answer.
func (h *hooks) answer(q *http.Request, body []byte) ([]byte, error) {
	e, challenge, err := parse(q.Header, body)
	if err != nil || challenge != nil {
		return challenge, err
	}
	ack, err := h.door.arrive(e)(h.ctx)
	if err != nil || ack == nil {
		return nil, err
	}
	answer, err := json.Marshal(ack)
	if err != nil {
		h.log.Error("acknowledged without an answer", "platform", "slack", "error", err)
		return nil, nil
	}
	return answer, nil
}

// parse makes an envelope of a request, or an answer if that is all there is to do.
func parse(header http.Header, body []byte) (e envelope, answer []byte, err error) {
	kind, _, err := mime.ParseMediaType(header.Get("Content-Type"))
	if err != nil {
		return e, nil, &rejection{http.StatusBadRequest, "no content type"}
	}
	switch kind {
	case "application/json":
		return parseEvent(header, body)
	case "application/x-www-form-urlencoded":
		return parseForm(body)
	}
	return e, nil, &rejection{http.StatusUnsupportedMediaType, "unknown content type"}
}

func parseEvent(header http.Header, body []byte) (e envelope, answer []byte, err error) {
	var check struct {
		Type      string `json:"type"`
		Challenge string `json:"challenge"`
	}
	if decode(body, &check) && check.Type == "url_verification" { // https://docs.slack.dev/reference/events/url_verification
		answer, err = json.Marshal(map[string]string{"challenge": check.Challenge})
		return e, answer, err
	}
	retry, _ := strconv.Atoi(header.Get("X-Slack-Retry-Num")) // absent with the first attempt
	return envelope{kind: eventsAPI, body: body, retry: retry, reason: header.Get("X-Slack-Retry-Reason")}, nil, nil
}

// parseForm reads a command, whose fields are the form's, or an interaction, which is one field of it.
func parseForm(body []byte) (e envelope, answer []byte, err error) {
	form, err := url.ParseQuery(string(body))
	switch {
	case err != nil:
		return e, nil, &rejection{http.StatusBadRequest, "not a form"}
	case form.Has("payload"):
		return envelope{kind: interactive, body: json.RawMessage(form.Get("payload"))}, nil, nil
	case form.Has("command"):
		fields := map[string]string{}
		for k := range form {
			fields[k] = form.Get(k)
		}
		b, err := json.Marshal(fields)
		return envelope{kind: slashCommands, body: b}, nil, err
	case form.Has("ssl_check"): // Slack looks at the certificate from time to time
		return e, []byte("{}"), nil
	}
	return e, nil, &rejection{http.StatusBadRequest, "neither a command nor an interaction"}
}
