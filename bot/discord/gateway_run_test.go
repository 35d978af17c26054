package discord

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/gorilla/websocket"

	"rewind/bot"
	"rewind/bot/discord/discordtest"
)

// heard is a sink that remembers.
type heard struct {
	mu      sync.Mutex
	told    []string // "ready 0/1", "resumed 0", "without content"
	events  []event
	onEvent func(context.Context, event) // before it is remembered
	onReady func()
}

func (h *heard) ready(_ context.Context, shard, shards int) {
	if h.onReady != nil {
		h.onReady()
	}
	h.tell(fmt.Sprintf("ready %d/%d", shard, shards))
}

func (h *heard) resumed(_ context.Context, shard int) { h.tell(fmt.Sprint("resumed ", shard)) }
func (h *heard) withoutContent(context.Context)       { h.tell("without content") }

func (h *heard) event(ctx context.Context, e event) {
	if h.onEvent != nil {
		h.onEvent(ctx, e)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.events = append(h.events, e)
}

func (h *heard) tell(what string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.told = append(h.told, what)
}

// said is all that was told of connections.
func (h *heard) said() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return strings.Join(h.told, ", ")
}

func (h *heard) named(kind string) []event {
	h.mu.Lock()
	defer h.mu.Unlock()
	var out []event
	for _, e := range h.events {
		if e.kind == kind {
			out = append(out, e)
		}
	}
	return out
}

// texts are the contents of the messages that were heard, in order.
func (h *heard) texts() string {
	var out []string
	for _, e := range h.named("MESSAGE_CREATE") {
		var m struct{ Content string }
		_ = json.Unmarshal(e.data, &m) // the test looks at what came of it
		out = append(out, m.Content)
	}
	return strings.Join(out, " ")
}

// scene is a bot's gateway before a Discord with one channel and one member, in a bubble.
type scene struct {
	*discordtest.Server
	*heard
	t       *testing.T
	gateway *gateway
	guild   *discordtest.Guild
	channel *discordtest.Channel
	mina    *discordtest.Person
	log     logged
	token   string
	asks    int           // of GET /gateway/bot
	dialled []string      // addresses
	ended   chan struct{} // closed when run has returned
	err     error         // then
	stop    context.CancelFunc
}

// logged is a log that many write.
type logged struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// play plays a scene in a bubble. The gateway runs once f calls run, and ends with the test.
func play(t *testing.T, f func(*testing.T, *scene)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { f(t, newScene(t, discordtest.NewInMemory(t))) })
}

func newScene(t *testing.T, d *discordtest.Server) *scene {
	t.Helper()
	s := &scene{t: t, Server: d, heard: &heard{}, token: d.Token(), guild: d.Guild("Study")}
	s.channel, s.mina = s.guild.Text("daily"), s.guild.Member("Mina")
	s.gateway = &gateway{
		newSession: s.session, gatewayBot: s.gatewayBot, clock: bot.MachineClock{}, content: true,
		log: slog.New(slog.NewTextHandler(&s.log, nil)), chance: func() float64 { return 0.5 },
	}
	return s
}

func (s *scene) session() (*discordgo.Session, error) {
	c, err := discordgo.New(s.token)
	c.Client = &http.Client{Transport: s.Transport()}
	c.Dialer = &websocket.Dialer{NetDialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
		s.heard.mu.Lock()
		s.dialled = append(s.dialled, addr)
		s.heard.mu.Unlock()
		return s.Dial(ctx, network, addr)
	}}
	return c, err
}

func (s *scene) rest() *discordgo.Session {
	c, err := s.session()
	if err != nil {
		s.t.Fatal(err)
	}
	c.ShouldRetryOnRateLimit = false
	c.MaxRestRetries = 0
	return c
}

func (s *scene) gatewayBot(ctx context.Context) (*discordgo.GatewayBotResponse, error) {
	s.heard.mu.Lock()
	s.asks++
	s.heard.mu.Unlock()
	c, err := s.session()
	if err != nil {
		return nil, err
	}
	c.MaxRestRetries = 0
	info, err := c.GatewayBot(discordgo.WithContext(ctx), discordgo.WithRetryOnRatelimit(false))
	if refused := (*discordgo.RESTError)(nil); errors.As(err, &refused) && refused.Response.StatusCode == http.StatusUnauthorized {
		return nil, &bot.Fatal{Code: "discord_token", Err: errors.New("401")}
	}
	if err == nil {
		info.URL = "ws://gateway.discord.gg/"
	}
	return info, err
}

// run starts the gateway.
func (s *scene) run() {
	s.t.Helper()
	ctx, stop := context.WithCancel(s.t.Context())
	s.stop, s.ended = stop, make(chan struct{})
	ended := s.ended
	go func() {
		defer close(ended)
		s.err = s.gateway.run(ctx, s.heard)
	}()
	s.t.Cleanup(func() {
		synctest.Wait()
		stop()
		<-ended
	})
}

// up starts the gateway and waits until it is connected.
func (s *scene) up() {
	s.t.Helper()
	s.run()
	s.is("ready 0/1")
}

// is waits at most a second until just this was told of connections.
func (s *scene) is(told string) {
	s.t.Helper()
	s.soon(time.Second, told)
}

// soon waits at most so long until just this was told of connections.
func (s *scene) soon(most time.Duration, told string) {
	s.t.Helper()
	end := time.Now().Add(most)
	for s.said() != told && time.Now().Before(end) {
		time.Sleep(10 * time.Millisecond)
	}
	synctest.Wait()
	if got := s.said(); got != told {
		s.t.Fatalf("after %v it was told %q, want %q\n%s", most, got, told, s.log.String())
	}
}

// hears has Mina say something, and fails unless it is heard.
func (s *scene) hears(text string) {
	s.t.Helper()
	s.mina.Say(s.channel, text)
	synctest.Wait()
	if got := s.texts(); !strings.HasSuffix(" "+got, " "+text) {
		s.t.Fatalf("heard %q, want %q at the end\n%s", got, text, s.log.String())
	}
}

// fatal waits until run has ended, which must be soon, and returns the code of its error.
func (s *scene) fatal(most time.Duration) string {
	s.t.Helper()
	select {
	case <-s.ended:
	case <-time.After(most):
		s.t.Fatalf("after %v it still runs\n%s", most, s.log.String())
	}
	fatal, ok := s.err.(*bot.Fatal)
	if !ok {
		s.t.Fatalf("it ended with %v", s.err)
	}
	return fatal.Code
}

func decode(t *testing.T, data []byte, to any) {
	t.Helper()
	if err := json.Unmarshal(data, to); err != nil {
		t.Error(err)
	}
}
