package slack

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/gorilla/websocket"

	"rewind/bot"
)

const upgraded = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"

// serverFrame is a frame as a server sends it.
func serverFrame(first byte, payload string) string {
	b := []byte{first}
	switch n := len(payload); {
	case n < 126:
		b = append(b, byte(n))
	case n <= 0xffff:
		b = binary.BigEndian.AppendUint16(append(b, 126), uint16(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, 127), uint64(n))
	}
	return string(b) + payload
}

// passThrough reads a stream in pieces of a size.
func passThrough(stream string, size int, keep func([]byte) bool) string {
	var f frames
	var out bytes.Buffer
	for len(stream) > 0 {
		n := min(size, len(stream))
		f.read([]byte(stream[:n]), &out, keep)
		stream = stream[n:]
	}
	return out.String()
}

// TestFrames takes one kind of message out of a stream, however it arrives.
func TestFrames(t *testing.T) {
	t.Parallel()
	const text, part, last, ping = 0x81, 0x01, 0x80, 0x89
	long, longest := strings.Repeat("x", 300), strings.Repeat("y", 70_000)
	bye := serverFrame(text, `{"type":"disconnect"}`)
	stay := []string{
		serverFrame(text, `{"type":"hello"}`), serverFrame(ping, "Ping"), serverFrame(text, ""), serverFrame(text, long), serverFrame(text, longest),
		serverFrame(text, strings.Repeat("z", mostHeld)), serverFrame(text, strings.Repeat("z", mostHeld+1)),
		serverFrame(part, "in two "), serverFrame(last, "parts"), serverFrame(0x88, ""),
	}
	stream := upgraded + bye
	for _, f := range stay {
		stream += f + bye
	}
	want := upgraded + strings.Join(stay, "")
	for _, size := range []int{1, 2, 3, 7, 100, 4096, 1 << 20} {
		var seen int
		got := passThrough(stream, size, func(m []byte) bool {
			seen++
			return bytes.Contains(m, []byte(`"disconnect"`))
		})
		if got != want {
			t.Errorf("in pieces of %d: %d bytes pass, want %d", size, len(got), len(want))
		}
		if seen != 1+len(stay)+4 { // the byes, and of the others the short ones of text
			t.Errorf("in pieces of %d: %d messages were looked at", size, seen)
		}
	}
}

// FuzzFrames: whatever arrives passes unchanged if nothing is kept back, save for what is not complete yet.
func FuzzFrames(f *testing.F) {
	f.Add(upgraded+serverFrame(0x81, "hello"), 3)
	f.Add(upgraded+"\x81\xff\xff\xff\xff\xff\xff\xff\xff\xff", 1)
	f.Add("\r\r\n\r\n\r\n\x81\x7e", 2)
	f.Fuzz(func(t *testing.T, stream string, size int) {
		size = max(1, size)
		got := passThrough(stream, size, func([]byte) bool { return false })
		if !strings.HasPrefix(stream, got) || len(stream)-len(got) > mostHeld+10 {
			t.Errorf("%d of %d bytes pass", len(got), len(stream))
		}
		if whole := passThrough(stream, len(stream)+1, func([]byte) bool { return false }); whole != got {
			t.Errorf("in pieces of %d pass %d bytes, at once %d", size, len(got), len(whole))
		}
	})
}

// securely is a Slack that speaks TLS, as the real one. It sends one event over each connection and reports the acknowledgement.
func securely(t *testing.T) (server *httptest.Server, acked chan string) {
	t.Helper()
	acked = make(chan string, 10)
	up := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if !websocket.IsWebSocketUpgrade(q) {
			_, _ = fmt.Fprintf(w, `{"ok":true,"url":"wss://%s/link/?ticket=1"}`, q.Host)
			return
		}
		c, err := up.Upgrade(w, q, nil)
		if err != nil {
			return
		}
		defer c.Close()
		_ = c.WriteMessage(websocket.TextMessage, []byte(`{"type":"hello"}`))
		_ = c.WriteMessage(websocket.TextMessage, []byte(`{"type":"events_api","envelope_id":"E","payload":{"type":"event_callback","event_id":"Ev","event":{"type":"tokens_revoked"}}}`))
		_, ack, err := c.ReadMessage()
		if err == nil {
			acked <- string(bytes.TrimSpace(ack))
		}
		_, _, _ = c.ReadMessage() // until the other end is gone
	}))
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // of strangers
	server.StartTLS()
	t.Cleanup(server.Close)
	return server, acked
}

// tunnels is a proxy that asks for a password.
type tunnels struct{ count atomic.Int32 }

func (p *tunnels) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	if q.Method != http.MethodConnect || q.Header.Get("Proxy-Authorization") != "Basic YW5hOnNlc2FtZQ==" {
		http.Error(w, "", http.StatusProxyAuthRequired)
		return
	}
	to, err := net.Dial("tcp", q.Host)
	if err != nil {
		http.Error(w, "", http.StatusBadGateway)
		return
	}
	p.count.Add(1)
	from, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	_, _ = io.WriteString(from, "HTTP/1.1 200 Connection established\r\n\r\n")
	go func() {
		_, _ = io.Copy(to, from)
		_ = to.Close()
	}()
	_, _ = io.Copy(from, to)
	_ = from.Close()
}

// TestSecureConnections connects with TLS, alone and through proxies.
func TestSecureConnections(t *testing.T) {
	t.Parallel()
	proxy := &tunnels{}
	plain, secured := httptest.NewServer(proxy), httptest.NewTLSServer(proxy)
	t.Cleanup(plain.Close)
	t.Cleanup(secured.Close)
	with := func(address, user string) func(*http.Request) (*url.URL, error) {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		u.User = url.UserPassword(user, "sesame")
		return func(*http.Request) (*url.URL, error) { return u, nil }
	}
	for _, row := range []struct {
		what  string
		proxy func(*http.Request) (*url.URL, error)
		wrong string // what the log says instead
	}{
		{"alone", func(*http.Request) (*url.URL, error) { return nil, nil }, ""},
		{"http", with(plain.URL, "ana"), ""},
		{"https", with(secured.URL, "ana"), ""},
		{"refused", with(plain.URL, "bob"), "the proxy: Proxy Authentication Required"},
		{"socks", with("socks5://127.0.0.1:1", "ana"), "a proxy by socks5 is not supported"},
	} {
		t.Run(row.what, func(t *testing.T) {
			server, acked := securely(t)
			before := proxy.count.Load()
			failed := make(chan struct{}, 1)
			x := &doorTest{t: t, log: &doorLog{said: map[string]chan struct{}{"cannot connect": failed}}}
			x.door = newDoor(x.take, bot.MachineClock{}, x.logger())
			o := socketOptions{token: "xapp-1", api: server.URL + "/api/", clock: bot.MachineClock{}, log: x.logger(), gap: x.gap,
				network: server.Client().Transport, proxy: row.proxy, roots: server.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs}
			r := x.open(o)
			if row.wrong != "" {
				<-failed
			} else if ack := <-acked; ack != `{"envelope_id":"E"}` {
				t.Errorf("acknowledged with %s", ack)
			}
			r.cancel()
			<-r.done
			if said := x.log.String(); !strings.Contains(said, row.wrong) || strings.Contains(said, "sesame") || r.err != nil {
				t.Errorf("ended with %v; the log: %s", r.err, said)
			}
			if through := proxy.count.Load() > before; through != (row.what == "http" || row.what == "https") {
				t.Errorf("through the proxy: %v", through)
			}
		})
	}
}

// TestStrangersAreNotTrusted connects to a server whose certificate nobody vouches for.
func TestStrangersAreNotTrusted(t *testing.T) {
	t.Parallel()
	server, _ := securely(t)
	s := &sockets{socketOptions: socketOptions{proxy: func(*http.Request) (*url.URL, error) { return nil, nil }}}
	if _, err := s.secure(context.Background(), "tcp", server.Listener.Addr().String()); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("got %v", err)
	}
}
