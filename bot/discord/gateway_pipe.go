package discord

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"

	"github.com/bwmarrin/discordgo"
	"github.com/gorilla/websocket"
)

// Here discordgo is led to a line, at whose end of the pipe it takes us for Discord.

// dialer leads discordgo here.
func (l *line) dialer() *websocket.Dialer {
	return &websocket.Dialer{NetDialContext: func(context.Context, string, string) (net.Conn, error) { return l.near, nil }}
}

// answer takes the websocket handshake at our end of a pipe.
func answer(c net.Conn) (*websocket.Conn, error) {
	in := bufio.NewReader(c)
	q, err := http.ReadRequest(in)
	if err != nil {
		return nil, err
	}
	ws, err := new(websocket.Upgrader).Upgrade(&responder{c, bufio.NewReadWriter(in, bufio.NewWriter(c))}, q, nil)
	if err != nil {
		return nil, err
	}
	ws.SetCloseHandler(func(int, string) error { return nil })
	return ws, nil
}

// responder is a connection that Upgrade can take over.
type responder struct {
	net.Conn
	rw *bufio.ReadWriter
}

func (r *responder) Header() http.Header { return http.Header{} }
func (r *responder) WriteHeader(int)     {}
func (r *responder) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return r.Conn, r.rw, nil
}

// whereabouts answers discordgo's question where the gateway is: at our end of the pipe. It asks nothing else.
type whereabouts struct{}

func (whereabouts) RoundTrip(q *http.Request) (*http.Response, error) {
	if q.URL.Path != "/api/v"+discordgo.APIVersion+"/gateway" {
		return nil, fmt.Errorf("the gateway's session is not meant for %s %s", q.Method, q.URL.Path)
	}
	body := readCloser{strings.NewReader(`{"url":"ws://line"}`)}
	return &http.Response{StatusCode: http.StatusOK, Status: "200 OK", Header: http.Header{}, Body: body, Request: q}, nil
}

type readCloser struct{ *strings.Reader }

func (readCloser) Close() error { return nil }
