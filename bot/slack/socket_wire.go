package slack

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
)

const (
	// handshakeSpan bounds how long it takes to connect, without which nothing would.
	handshakeSpan = 15 * time.Second
	// writeBuffer is more than the longest acknowledgement that Slack hears, so that each is one frame: slack-go found that Slack does
	// not put several together.
	writeBuffer = 32 << 10
)

// dialer is what slack-go connects with. Its connections are wires of the link.
func (l *link) dialer() *websocket.Dialer {
	wired := func(dial func(ctx context.Context, network, address string) (net.Conn, error)) func(context.Context, string, string) (net.Conn, error) {
		return func(ctx context.Context, network, address string) (net.Conn, error) {
			c, err := dial(ctx, network, address)
			if err != nil {
				return nil, err
			}
			return l.wired(c), nil
		}
	}
	return &websocket.Dialer{
		NetDialContext:    wired(l.s.plain),
		NetDialTLSContext: wired(l.s.secure),
		HandshakeTimeout:  handshakeSpan,
		WriteBufferSize:   writeBuffer,
	}
}

func (s *sockets) plain(ctx context.Context, network, address string) (net.Conn, error) {
	if s.dial != nil {
		return s.dial(ctx, network, address)
	}
	return new(net.Dialer).DialContext(ctx, network, address)
}

// secure connects with TLS. It is done here, and the proxy's part with it, since what a wire looks at has to be in the clear.
func (s *sockets) secure(ctx context.Context, network, address string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	c, err := s.tunnel(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return s.encrypt(ctx, c, host)
}

func (s *sockets) encrypt(ctx context.Context, c net.Conn, host string) (net.Conn, error) {
	secured := tls.Client(c, &tls.Config{ServerName: host, RootCAs: s.roots, MinVersion: tls.VersionTLS12})
	if err := secured.HandshakeContext(ctx); err != nil {
		_ = c.Close()
		return nil, err
	}
	return secured, nil
}

// tunnel connects through the proxy that the environment names, if it names one.
func (s *sockets) tunnel(ctx context.Context, network, address string) (net.Conn, error) {
	proxyFor := s.proxy
	if proxyFor == nil {
		proxyFor = http.ProxyFromEnvironment
	}
	proxy, err := proxyFor(&http.Request{URL: &url.URL{Scheme: "https", Host: address}})
	if err != nil {
		return nil, errors.New("the environment names a proxy that is not understood") // err may hold a password
	}
	if proxy == nil {
		return s.plain(ctx, network, address)
	}
	if proxy.Scheme != "http" && proxy.Scheme != "https" {
		return nil, fmt.Errorf("a proxy by %s is not supported, one by http is", proxy.Scheme)
	}
	port := proxy.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[proxy.Scheme]
	}
	c, err := s.plain(ctx, network, net.JoinHostPort(proxy.Hostname(), port))
	if err != nil {
		return nil, err
	}
	if proxy.Scheme == "https" {
		if c, err = s.encrypt(ctx, c, proxy.Hostname()); err != nil {
			return nil, err
		}
	}
	if err := connectThrough(ctx, c, proxy.User, address); err != nil {
		_ = c.Close()
		return nil, fmt.Errorf("the proxy: %w", err)
	}
	return c, nil
}

// connectThrough asks the proxy at the other end of c to pass everything on to an address.
func connectThrough(ctx context.Context, c net.Conn, user *url.Userinfo, address string) error {
	stop := context.AfterFunc(ctx, func() { _ = c.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	q := &http.Request{Method: http.MethodConnect, URL: &url.URL{Opaque: address}, Host: address, Header: http.Header{}}
	if user != nil {
		password, _ := user.Password()
		q.Header.Set("Proxy-Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(user.Username()+":"+password)))
	}
	if err := q.Write(c); err != nil {
		return err
	}
	a, err := http.ReadResponse(bufio.NewReader(c), q) // the server says nothing before it is spoken to, so nothing of it is read here
	if err != nil {
		return err
	}
	// The body is what comes through the tunnel, whatever the headers say of it; so nobody may close it.
	if a.StatusCode != http.StatusOK {
		return errors.New(http.StatusText(a.StatusCode))
	}
	return nil
}

// wire is a connection that slack-go reads a websocket from. slack-go tells nobody of a request to disconnect, and closes at once; the wire
// shows the link such frames, and takes them away.
type wire struct {
	net.Conn
	link   *link
	heard  atomic.Int64 // when something last arrived, in nanoseconds
	frames frames       // only for whoever reads
	passed bytes.Buffer // the same
	in     [4096]byte   // the same
}

func newWire(l *link, c net.Conn) *wire {
	w := &wire{Conn: c, link: l}
	w.heard.Store(w.link.s.clock.Now().UnixNano())
	return w
}

// Read gives what arrived, without the frames that the link keeps. It is called by one goroutine at a time, as on a bufio.Reader.
func (w *wire) Read(p []byte) (int, error) {
	for w.passed.Len() == 0 {
		n, err := w.Conn.Read(w.in[:])
		if n > 0 {
			w.heard.Store(w.link.s.clock.Now().UnixNano())
			w.frames.read(w.in[:n], &w.passed, func(message []byte) bool { return w.link.see(w, message) })
		}
		if err != nil && w.passed.Len() == 0 {
			w.link.ended(w)
			return 0, err
		}
	}
	return w.passed.Read(p)
}

// frames takes the bytes that a server of websockets sends apart into frames.
// https://www.rfc-editor.org/rfc/rfc6455#section-5.2
type frames struct {
	ending int    // how much of the blank line after the HTTP response there was
	open   bool   // the response is over
	held   []byte // of a frame that is not passed on yet
	rest   uint64 // of a frame that is passed on as it comes
}

// mostHeld is the longest message that is looked at. Those of interest are shorter by far.
const mostHeld = 4096

// read passes b on, save for the short text messages of which keep says that they are to be kept back.
func (f *frames) read(b []byte, to *bytes.Buffer, keep func(message []byte) bool) {
	for len(b) > 0 {
		switch {
		case !f.open:
			b = f.response(b, to)
		case f.rest > 0:
			n := min(f.rest, uint64(len(b)))
			to.Write(b[:n])
			b, f.rest = b[n:], f.rest-n
		default:
			b = f.frame(b, to, keep)
		}
	}
}

// response passes on what belongs to the HTTP response before the first frame, and returns the others.
func (f *frames) response(b []byte, to *bytes.Buffer) []byte {
	const end = "\r\n\r\n"
	for i, c := range b {
		switch {
		case c == end[f.ending]:
			f.ending++
		case c == end[0]:
			f.ending = 1
		default:
			f.ending = 0
		}
		if f.ending == len(end) {
			f.open = true
			to.Write(b[:i+1])
			return b[i+1:]
		}
	}
	to.Write(b)
	return nil
}

// frame adds to the frame that is held until it can be judged, and returns what is left.
func (f *frames) frame(b []byte, to *bytes.Buffer, keep func([]byte) bool) []byte {
	for {
		want, length, whole := f.wants()
		if missing := want - len(f.held); missing > 0 {
			n := min(missing, len(b))
			f.held = append(f.held, b[:n]...)
			b = b[n:]
			if n < missing {
				return nil
			}
			continue
		}
		if !whole {
			f.rest = length
		}
		if !whole || !keep(f.held[want-int(length):]) {
			to.Write(f.held)
		}
		f.held = f.held[:0]
		return b
	}
}

// wants says how many bytes of the frame that is held have to be there to go on, how long its payload is as far as that is known, and
// whether it is held as a whole.
func (f *frames) wants() (bytes int, length uint64, whole bool) {
	if len(f.held) < 2 {
		return 2, 0, false
	}
	const final, text, masked = 0x80, 1, 0x80
	head := 2
	switch length = uint64(f.held[1] &^ masked); length {
	case 126:
		head = 4
	case 127:
		head = 10
	}
	if len(f.held) < head {
		return head, 0, false
	}
	switch head {
	case 4:
		length = uint64(binary.BigEndian.Uint16(f.held[2:]))
	case 10:
		length = binary.BigEndian.Uint64(f.held[2:])
	}
	if f.held[0] != final|text || f.held[1]&masked != 0 || length > mostHeld {
		return head, length, false // those from a server are not masked; if one is, slack-go ends the connection
	}
	return head + int(length), length, true
}
