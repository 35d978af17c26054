package discord

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"strings"

	"github.com/bwmarrin/discordgo"

	"rewind/bot"
)

// rest asks Discord's REST API for things. Each method is one request, which waits for the limits as long as they allow
// and is never repeated: that is up to the outbox. All errors are *bot.Failure.
type rest struct {
	session *discordgo.Session
	client  *http.Client
}

// newRest makes a client of the bot with the token, which stands without the word Bot. api is the operator's address of
// the API, "" for Discord's; dial opens connections, nil for the network's.
func newRest(token, api string, dial dialer, clock bot.Clock) (*rest, error) {
	w, err := newWire(api, newTransport(dial), newLimits(clock))
	if err != nil {
		return nil, err
	}
	client := &http.Client{Transport: w, Timeout: wholeSpan, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse // Discord's API sends nobody elsewhere
	}}
	s, err := newSession(token, client)
	if err != nil {
		return nil, err
	}
	return &rest{s, client}, nil
}

// newSession is a session of discordgo's that does nothing behind our back: it repeats no request, waits for no limit,
// does not connect again by itself, and logs nothing that could hold a token or what people wrote.
func newSession(token string, client *http.Client) (*discordgo.Session, error) {
	s, err := discordgo.New("Bot " + strings.TrimPrefix(token, "Bot "))
	if err != nil {
		return nil, fmt.Errorf("make a session: %w", err)
	}
	s.Client = client
	s.ShouldRetryOnRateLimit = false
	s.MaxRestRetries = 0
	s.ShouldReconnectOnError = false
	s.Debug, s.LogLevel = false, -1 // what it could complain of it returns as well
	return s, nil
}

// close ends connections that nobody uses. Those in use end with their requests.
func (r *rest) close() { r.client.CloseIdleConnections() }

// call is one request.
type call struct {
	method string
	path   string // of EndpointAPI, escaped
	query  url.Values
	body   any // encoded as JSON; nil for none
	files  []file
	doing  string // what a permission would be needed for
	says   bool   // it posts into a channel, which is lost if that is not permitted
}

// file is one that goes with a message.
type file struct {
	Name    string
	Type    string
	Content []byte
}

// do carries out a request and decodes the answer into what into points to, unless that is nil.
func (r *rest) do(ctx context.Context, c call, into any) error {
	kind, body, err := c.encode()
	if err != nil {
		return &bot.Failure{Outcome: bot.Refused, Err: fmt.Errorf("encode a request: %w", err)}
	}
	at := discordgo.EndpointAPI + c.path
	if len(c.query) > 0 {
		at += "?" + c.query.Encode()
	}
	x := &exchange{}
	// A bucket of its own for each request leaves all limits to the wire: discordgo holds a lock while it waits, and
	// forgets no bucket.
	own := r.session.Ratelimiter.LockBucketObject(&discordgo.Bucket{Remaining: 1})
	answer, err := r.session.RequestWithLockedBucket(c.method, at, kind, body, own, 0,
		discordgo.WithContext(context.WithValue(ctx, exchangeKey{}, x)),
		discordgo.WithRetryOnRatelimit(false), discordgo.WithRestRetries(0))
	if err == nil && into != nil {
		err = json.Unmarshal(answer, into)
	}
	if err != nil {
		return failureOf(c, x, err)
	}
	return nil
}

// encode returns the type and the bytes of the body; nil if it has none.
func (c call) encode() (kind string, body []byte, err error) {
	if c.body == nil {
		return "", nil, nil
	}
	b, err := json.Marshal(c.body)
	if err != nil || len(c.files) == 0 {
		return "application/json", b, err
	}
	var out bytes.Buffer
	form := multipart.NewWriter(&out)
	part := func(name, file, kind string, content []byte) {
		h := textproto.MIMEHeader{"Content-Type": {kind}}
		d := fmt.Sprintf(`form-data; name="%s"`, name)
		if file != "" {
			d += fmt.Sprintf(`; filename="%s"`, strings.NewReplacer(`\`, "_", `"`, "_", "\r", "_", "\n", "_").Replace(file))
		}
		h.Set("Content-Disposition", d)
		w, errPart := form.CreatePart(h)
		if errPart == nil {
			_, errPart = w.Write(content)
		}
		err = errors.Join(err, errPart)
	}
	part("payload_json", "", "application/json", b)
	for i, f := range c.files {
		part(fmt.Sprintf("files[%d]", i), f.Name, f.Type, f.Content)
	}
	err = errors.Join(err, form.Close())
	return form.FormDataContentType(), out.Bytes(), err
}

// get fetches what a path leads to.
func get[T any](ctx context.Context, r *rest, path string, query url.Values) (*T, error) {
	out := new(T)
	if err := r.do(ctx, call{method: http.MethodGet, path: path, query: query, doing: "read this"}, out); err != nil {
		return nil, err
	}
	return out, nil
}
