package slack

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Here are the connections to Slack.

// How long anything may take. A request is over before a delivery is, so that the delivery can say what became of it.
const (
	dialSpan     = 10 * time.Second
	answerSpan   = 20 * time.Second
	requestSpan  = 25 * time.Second
	downloadSpan = 2 * time.Minute
	idleSpan     = 90 * time.Second
)

// mostAnswer is how long an answer may be: far more than any page of a history is.
const mostAnswer = 64 << 20

// httpClients returns the client for requests and the one for files, with time-outs everywhere. Neither follows a
// redirect, which would carry the token along; Slack redirects only where it refuses something.
func httpClients(network http.RoundTripper) (requests, files *http.Client) {
	if network == nil {
		network = &http.Transport{
			Proxy:                 http.ProxyFromEnvironment,
			DialContext:           (&net.Dialer{Timeout: dialSpan, KeepAlive: 30 * time.Second}).DialContext,
			TLSHandshakeTimeout:   dialSpan,
			ResponseHeaderTimeout: answerSpan,
			ExpectContinueTimeout: time.Second,
			IdleConnTimeout:       idleSpan,
			MaxIdleConnsPerHost:   16,
			ForceAttemptHTTP2:     true,
		}
	}
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	t := transport{network}
	return &http.Client{Transport: t, Timeout: requestSpan, CheckRedirect: stay},
		&http.Client{Transport: t, Timeout: downloadSpan, CheckRedirect: stay}
}

// transport puts right what the library does not expect of an answer.
type transport struct{ next http.RoundTripper }

// RoundTrip sends one request. The library takes an answer of 429 for a limit only where Retry-After is a number, and
// fails with something else where it is not; here there always is one.
func (t transport) RoundTrip(q *http.Request) (*http.Response, error) {
	r, err := t.next.RoundTrip(q)
	if err != nil {
		return nil, err
	}
	if r.StatusCode == http.StatusTooManyRequests {
		if n, err := strconv.Atoi(r.Header.Get("Retry-After")); err != nil || n < 0 {
			r.Header.Set("Retry-After", strconv.Itoa(int(bareWait.Seconds())))
		}
	}
	r.Body = &bounded{r.Body, mostAnswer}
	return r, nil
}

var errTooLong = errors.New("the answer is too long")

// bounded is a body that fails where it goes on for too long.
type bounded struct {
	io.ReadCloser
	left int64
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errTooLong
	}
	n, err := b.ReadCloser.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	return n, err
}

// trusted reports whether an address that came from Slack is Slack's, so that the token or a text may go there: the address
// of a remote file is whatever its creator chose.
func (w *web) trusted(u *url.URL) bool {
	if u.Scheme == w.base.Scheme && strings.EqualFold(u.Host, w.base.Host) {
		return true
	}
	host := strings.ToLower(u.Hostname())
	for _, domain := range []string{"slack.com", "slack-gov.com"} {
		if u.Scheme == "https" && (host == domain || strings.HasSuffix(host, "."+domain)) {
			return true
		}
	}
	return false
}
