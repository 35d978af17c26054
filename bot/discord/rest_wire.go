package discord

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"time"
)

// The time that each part of a request may take. Together they are less than the courier gives a delivery.
const (
	dialSpan   = 5 * time.Second
	headerSpan = 15 * time.Second
	wholeSpan  = 20 * time.Second
)

// dialer opens connections; it is net.Dialer's DialContext, or a test's.
type dialer func(ctx context.Context, network, address string) (net.Conn, error)

// newTransport is a transport that waits for nothing without an end.
func newTransport(dial dialer) *http.Transport {
	proxy := http.ProxyFromEnvironment
	if dial != nil {
		proxy = nil // whoever dials knows the way
	} else {
		dial = (&net.Dialer{Timeout: dialSpan, KeepAlive: 15 * time.Second}).DialContext
	}
	return &http.Transport{
		Proxy: proxy, DialContext: dial, ForceAttemptHTTP2: true,
		TLSHandshakeTimeout: dialSpan, ResponseHeaderTimeout: headerSpan, ExpectContinueTimeout: time.Second,
		IdleConnTimeout: 90 * time.Second, MaxIdleConnsPerHost: 64,
		HTTP2: &http.HTTP2Config{SendPingTimeout: headerSpan, PingTimeout: dialSpan}, // a connection that died is noticed
	}
}

// wire carries requests to Discord's API: within its limits, and to the address that the operator chose. What goes
// elsewhere, as for a file, it passes on.
type wire struct {
	to     *http.Transport
	api    string // what stands for https://discord.com/api
	limits *limits
}

// newWire reads the operator's address, which stands for https://discord.com/api; without a path /api is meant, and ""
// is Discord itself.
func newWire(api string, to *http.Transport, l *limits) (*wire, error) {
	if api == "" {
		api = "https://discord.com/api"
	}
	u, err := url.Parse(api)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("the address of discord's API is none: it must look like https://proxy.example/api")
	}
	if u.Path = strings.TrimRight(u.Path, "/"); u.Path == "" {
		u.Path = "/api"
	}
	return &wire{to: to, api: u.String(), limits: l}, nil
}

// RoundTrip fails with a *bot.Failure if the request is not within the limits.
func (w *wire) RoundTrip(q *http.Request) (*http.Response, error) {
	if q.URL.Host != "discord.com" {
		return w.to.RoundTrip(q)
	}
	x, _ := q.Context().Value(exchangeKey{}).(*exchange)
	if x == nil {
		x = &exchange{} // one of discordgo's own, such as for the gateway's address
	}
	p, err := w.limits.admit(q.Context(), routeOf(q.Method, q.URL))
	if err != nil {
		closeBody(q)
		return nil, err
	}
	sent, err := w.address(q, x)
	if err != nil {
		w.limits.lost(p)
		closeBody(q)
		return nil, err
	}
	resp, err := w.to.RoundTrip(sent)
	if err != nil {
		w.limits.lost(p)
		return nil, err
	}
	x.status = resp.StatusCode
	x.limited = w.limits.heard(p, resp.StatusCode, resp.Header, isHTML(resp))
	for name := range resp.Header { // discordgo would sleep by them, deaf to the context
		if strings.HasPrefix(name, "X-Ratelimit-") {
			resp.Header.Del(name)
		}
	}
	return resp, nil
}

// CloseIdleConnections closes connections that nobody uses.
func (w *wire) CloseIdleConnections() { w.to.CloseIdleConnections() }

// address is the request as it is sent.
func (w *wire) address(q *http.Request, x *exchange) (*http.Request, error) {
	u, err := url.Parse(w.api + strings.TrimPrefix(q.URL.EscapedPath(), "/api"))
	if err != nil {
		return nil, fmt.Errorf("address a request: %w", err)
	}
	u.RawQuery = q.URL.RawQuery
	// From here on it may arrive: a connection that is had is written to by another goroutine.
	trace := &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { x.sent.Store(true) }}
	sent := q.Clone(httptrace.WithClientTrace(q.Context(), trace))
	sent.URL, sent.Host = u, ""
	return sent, nil
}

func closeBody(q *http.Request) {
	if q.Body != nil {
		_ = q.Body.Close() // it is in memory
	}
}

// isHTML reports whether a 429 is none of Discord's own. Its body can be read afterwards.
func isHTML(resp *http.Response) bool {
	if resp.StatusCode != http.StatusTooManyRequests {
		return false
	}
	const enough = 64 << 10
	b, err := io.ReadAll(io.LimitReader(resp.Body, enough))
	_ = resp.Body.Close() // what is needed of it was read
	resp.Body = io.NopCloser(bytes.NewReader(b))
	return err == nil && !bytes.HasPrefix(bytes.TrimSpace(b), []byte("{"))
}
