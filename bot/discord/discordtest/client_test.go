package discordtest_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/gorilla/websocket"

	"rewind/bot/discord/discordtest"
)

// bubble runs f in a bubble with a server in memory.
func bubble(t *testing.T, f func(*testing.T, *discordtest.Server)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { f(t, discordtest.NewInMemory(t)) })
}

// rest is a client that only makes requests, and does not repeat them by itself.
func rest(s *discordtest.Server) *discordgo.Session {
	c, err := discordgo.New(s.Token())
	if err != nil {
		panic(err) // it never fails
	}
	c.Client = &http.Client{Transport: s.Transport()}
	c.Dialer = &websocket.Dialer{NetDialContext: s.Dial}
	c.ShouldRetryOnRateLimit = false
	c.MaxRestRetries = 0
	c.SyncEvents = true
	c.LogLevel = -1 // what it complains of is ordered
	c.State.User = &discordgo.User{ID: s.Bot().ID}
	return c
}

// events collects what a client was told.
type events struct {
	mu  sync.Mutex
	all []*discordgo.Event
}

func (e *events) named(name string) []*discordgo.Event {
	e.mu.Lock()
	defer e.mu.Unlock()
	var out []*discordgo.Event
	for _, one := range e.all {
		if one.Type == name {
			out = append(out, one)
		}
	}
	return out
}

// open opens a gateway connection with intents.
func open(t *testing.T, s *discordtest.Server, intents discordtest.Intents) (*discordgo.Session, *events) {
	t.Helper()
	c, seen := rest(s), &events{}
	c.Identify.Intents = discordgo.Intent(intents)
	c.AddHandler(func(_ *discordgo.Session, e *discordgo.Event) {
		seen.mu.Lock()
		defer seen.mu.Unlock()
		seen.all = append(seen.all, e)
	})
	if err := c.Open(); err != nil {
		t.Fatal(err)
	}
	return c, seen
}

// connect opens a gateway connection in a bubble, which ends with the test. discordgo sleeps in Close with its lock held;
// whoever would wait for that lock meanwhile would stop the bubble's clock, so all must have come to rest before.
func connect(t *testing.T, s *discordtest.Server, intents discordtest.Intents) (*discordgo.Session, *events) {
	t.Helper()
	c, seen := open(t, s, intents)
	settle()
	t.Cleanup(func() {
		settle()
		_ = c.Close() // it always succeeds
	})
	return c, seen
}

const everything = discordtest.IntentGuilds | discordtest.IntentGuildMessages | discordtest.IntentGuildReactions |
	discordtest.IntentDirectMessages | discordtest.IntentDirectReactions | discordtest.IntentMessageContent

// settle waits until nothing moves any more without the clock.
func settle() { synctest.Wait() }

// code is Discord's error code, or 0.
func code(err error) int {
	if e := (*discordgo.RESTError)(nil); errors.As(err, &e) && e.Message != nil {
		return e.Message.Code
	}
	return 0
}

func wantCode(t *testing.T, err error, want int) {
	t.Helper()
	if got := code(err); got != want {
		t.Errorf("error %v has code %d, want %d", err, got, want)
	}
}

// recorder is a test that is meant to fail.
type recorder struct {
	*testing.T
	mu     sync.Mutex
	errors []string
	logs   []string
}

func (r *recorder) Errorf(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.errors = append(r.errors, fmt.Sprintf(format, args...))
}

func (r *recorder) Fatalf(format string, args ...any) { r.Errorf(format, args...) }

func (r *recorder) Logf(format string, args ...any) {
	r.logs = append(r.logs, fmt.Sprintf(format, args...))
}

func (r *recorder) all() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.errors)
}

func must[V any](v V, err error) V {
	if err != nil {
		panic(err)
	}
	return v
}

func TestBothListenersServeRestAndGateway(t *testing.T) {
	try := func(t *testing.T, s *discordtest.Server) {
		g := s.Guild("Study")
		c, seen := open(t, s, everything)
		defer c.Close()
		ch := g.Text("daily")
		sent := must(c.ChannelMessageSend(ch.ID, "hello"))
		s.Until("the message's event", func() bool { return len(seen.named("MESSAGE_CREATE")) == 1 })
		if got := ch.Messages(); len(got) != 1 || got[0].ID != sent.ID || got[0].Content != "hello" {
			t.Errorf("the channel holds %+v", got)
		}
		if c.State.User.ID != s.Bot().ID {
			t.Errorf("READY names %s", c.State.User.ID)
		}
		if got := len(seen.named("GUILD_CREATE")); got != 1 {
			t.Errorf("%d guilds were created, want 1", got)
		}
	}
	t.Run("loopback", func(t *testing.T) { try(t, discordtest.New(t)) })
	t.Run("memory", func(t *testing.T) { try(t, discordtest.NewInMemory(t)) })
	t.Run("bubble", func(t *testing.T) {
		bubble(t, func(t *testing.T, s *discordtest.Server) {
			_, seen := connect(t, s, everything)
			s.Guild("Study")
			settle()
			if got := len(seen.named("GUILD_CREATE")); got != 1 {
				t.Errorf("%d guilds were created, want 1", got)
			}
		})
	})
}

func TestIDsCarryTheServersTime(t *testing.T) {
	bubble(t, func(t *testing.T, s *discordtest.Server) {
		ch := s.Guild("Study").Text("daily")
		time.Sleep(time.Hour)
		m := must(rest(s).ChannelMessageSend(ch.ID, "hello"))
		at := must(discordgo.SnowflakeTimestamp(m.ID))
		if !at.Equal(m.Timestamp) || time.Since(at) > time.Second {
			t.Errorf("the ID is of %v, the message of %v, now is %v", at, m.Timestamp, time.Now())
		}
	})
}
