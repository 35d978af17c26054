package discordtest_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/gorilla/websocket"

	"rewind/bot/discord/discordtest"
)

// raw is a gateway connection by hand, for what discordgo cannot do.
type raw struct {
	t  *testing.T
	ws *websocket.Conn
}

func dial(t *testing.T, s *discordtest.Server, version string) raw {
	t.Helper()
	ws, _, err := (&websocket.Dialer{NetDialContext: s.Dial}).Dial("ws://gateway.discord.gg/?v="+version, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ws.Close() }) // it may be closed already
	return raw{t, ws}
}

type payload struct {
	Op   int             `json:"op"`
	Data json.RawMessage `json:"d"`
	Seq  *int64          `json:"s"`
	Type string          `json:"t"`
}

func (r raw) read() payload {
	r.t.Helper()
	var p payload
	if err := r.ws.ReadJSON(&p); err != nil {
		r.t.Fatal(err)
	}
	return p
}

// closeCode reads until the connection is closed.
func (r raw) closeCode() int {
	r.t.Helper()
	for {
		if _, _, err := r.ws.ReadMessage(); err != nil {
			closed := (*websocket.CloseError)(nil)
			if !errors.As(err, &closed) {
				return -1
			}
			return closed.Code
		}
	}
}

func (r raw) send(op int, data any) {
	r.t.Helper()
	if err := r.ws.WriteJSON(map[string]any{"op": op, "d": data}); err != nil {
		r.t.Fatal(err)
	}
}

func (r raw) identify(s *discordtest.Server, intents discordtest.Intents, shard ...int) {
	d := map[string]any{"token": strings.TrimPrefix(s.Token(), "Bot "), "intents": intents,
		"properties": map[string]any{"os": "linux", "browser": "tests", "device": "tests"}}
	if shard != nil {
		d["shard"] = shard
	}
	r.send(2, d)
}

func TestCloseCodes(t *testing.T) {
	hi := func(s *discordtest.Server, r raw) { r.identify(s, discordtest.IntentGuilds) }
	for _, odd := range []struct {
		name string
		do   func(*discordtest.Server, raw)
		want int
	}{
		{"no such operation", func(_ *discordtest.Server, r raw) { r.send(99, nil) }, discordtest.CloseUnknownOpcode},
		{"no JSON", func(_ *discordtest.Server, r raw) { _ = r.ws.WriteMessage(websocket.TextMessage, []byte("{")) }, discordtest.CloseDecodeError},
		{"not identified", func(_ *discordtest.Server, r raw) { r.send(3, map[string]any{}) }, discordtest.CloseNotAuthenticated},
		{"wrong token", func(_ *discordtest.Server, r raw) {
			r.send(2, map[string]any{"token": "wrong", "intents": 0, "properties": map[string]any{"os": "", "browser": "", "device": ""}})
		}, discordtest.CloseAuthenticationFailed},
		{"identified twice", func(s *discordtest.Server, r raw) { hi(s, r); hi(s, r) }, discordtest.CloseAlreadyAuthenticated},
		{"unknown intent", func(s *discordtest.Server, r raw) { r.identify(s, 1<<30) }, discordtest.CloseInvalidIntents},
		{"intent that was not granted", func(s *discordtest.Server, r raw) { r.identify(s, discordtest.IntentGuildMembers) }, discordtest.CloseDisallowedIntents},
		{"message content that was not granted", func(s *discordtest.Server, r raw) {
			s.GrantIntents(0)
			r.identify(s, everything)
		}, discordtest.CloseDisallowedIntents},
		{"shard out of range", func(s *discordtest.Server, r raw) { r.identify(s, 0, 2, 2) }, discordtest.CloseInvalidShard},
		{"too many frames", func(s *discordtest.Server, r raw) {
			for range 121 {
				r.send(1, nil)
			}
		}, discordtest.CloseRateLimited},
		{"no heartbeat", func(s *discordtest.Server, r raw) { hi(s, r) }, discordtest.CloseSessionTimeout},
		{"no identification left", func(s *discordtest.Server, r raw) { s.SetIdentifiesLeft(0); hi(s, r) }, discordtest.CloseAuthenticationFailed},
		{"ordered", func(s *discordtest.Server, r raw) {
			s.Order(discordtest.Fault{Kind: discordtest.IdentifyClosed, Code: 4000})
			hi(s, r)
		}, 4000},
	} {
		t.Run(odd.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, s *discordtest.Server) {
				r := dial(t, s, "10")
				odd.do(s, r)
				if got := r.closeCode(); got != odd.want {
					t.Errorf("closed with %d, want %d", got, odd.want)
				}
				if got := s.Gateway().ClosedBy; !slices.Equal(got, []int{odd.want}) {
					t.Errorf("counted are the codes %v, want %d", got, odd.want)
				}
			})
		})
	}
	bubble(t, func(t *testing.T, s *discordtest.Server) {
		if got := dial(t, s, "6").closeCode(); got != discordtest.CloseInvalidVersion {
			t.Errorf("an old version is closed with %d", got)
		}
	})
}

func TestResumeSendsWhatWasMissed(t *testing.T) {
	bubble(t, func(t *testing.T, s *discordtest.Server) {
		g := s.Guild("Study")
		ch, mina := g.Text("daily"), g.Member("Mina")
		_, seen := connect(t, s, everything)
		mina.Say(ch, "one")
		settle()
		s.AskToReconnect()
		synctest.Wait()
		mina.Say(ch, "two") // nobody is connected
		time.Sleep(time.Minute)
		mina.Say(ch, "three")
		settle()
		texts := []string{}
		for _, e := range seen.named("MESSAGE_CREATE") {
			texts = append(texts, e.Struct.(*discordgo.MessageCreate).Content)
		}
		// discordgo closes with another code than 1000 here, so that the session can be resumed.
		if got := fmt.Sprint(texts); got != "[one two three]" {
			t.Errorf("messages %s", got)
		}
		if got := s.Gateway(); got.Resumes != 1 || got.Identifies != 1 || len(seen.named("RESUMED")) != 1 {
			t.Errorf("passed: %+v", got)
		}
	})
}

// TestClosingWith1000EndsTheSession shows what a client loses that closes a dead connection as if it were done.
func TestClosingWith1000EndsTheSession(t *testing.T) {
	for code, want := range map[int]int{1000: 9, 1001: 9, 4000: 0} {
		bubble(t, func(t *testing.T, s *discordtest.Server) {
			r := dial(t, s, "10")
			r.read() // hello
			r.identify(s, discordtest.IntentGuilds)
			var ready struct {
				Session string `json:"session_id"`
			}
			if err := json.Unmarshal(r.read().Data, &ready); err != nil {
				t.Fatal(err)
			}
			if err := r.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, ""), time.Now().Add(time.Second)); err != nil {
				t.Fatal(err)
			}
			settle()
			_ = r.ws.Close()
			again := dial(t, s, "10")
			again.read()
			again.send(6, map[string]any{"token": s.Token(), "session_id": ready.Session, "seq": 1})
			if got := again.read(); got.Op != want {
				t.Errorf("after %d the answer to RESUME is opcode %d, want %d", code, got.Op, want)
			}
			if got := s.Gateway().ClosedWith; !slices.Equal(got, []int{code}) {
				t.Errorf("clients closed with %v", got)
			}
		})
	}
}

func TestInvalidSessions(t *testing.T) {
	bubble(t, func(t *testing.T, s *discordtest.Server) {
		_, seen := connect(t, s, everything)
		time.Sleep(10 * time.Second) // identifying again at once would be too soon
		if s.LoseSessions() != 1 || s.AskToReconnect() != 1 {
			t.Fatal("there was no session")
		}
		time.Sleep(time.Minute)
		if got := s.Gateway(); got.Identifies != 2 || got.Connected != 1 || len(seen.named("READY")) != 2 {
			t.Errorf("a lost session: %+v", got)
		}
		for _, resumable := range []bool{true, false} {
			before := len(seen.named("READY"))
			if s.InvalidateSessions(resumable) != 1 {
				t.Fatal("nobody was connected")
			}
			time.Sleep(time.Minute)
			// discordgo v0.29.0 identifies anew in both cases.
			if got := len(seen.named("READY")); got != before+1 {
				t.Errorf("resumable %v: %d times ready, want %d", resumable, got, before+1)
			}
		}
	})
}

func TestIdentifyingTooOften(t *testing.T) {
	bubble(t, func(t *testing.T, s *discordtest.Server) {
		hello := func() payload {
			r := dial(t, s, "10")
			r.read()
			r.identify(s, 0)
			return r.read()
		}
		if p := hello(); p.Type != "READY" {
			t.Errorf("first: %+v", p)
		}
		if p := hello(); p.Op != 9 || string(p.Data) != "false" {
			t.Errorf("second within five seconds: %+v", p)
		}
		time.Sleep(5 * time.Second)
		if p := hello(); p.Type != "READY" {
			t.Errorf("five seconds later: %+v", p)
		}
		if got := must(rest(s).GatewayBot()); got.SessionStartLimit.Remaining != 998 {
			t.Errorf("left are %d", got.SessionStartLimit.Remaining)
		}
	})
}

func TestShards(t *testing.T) {
	bubble(t, func(t *testing.T, s *discordtest.Server) {
		s.SetShards(2, 2)
		if got := must(rest(s).GatewayBot()); got.Shards != 2 || got.SessionStartLimit.MaxConcurrency != 2 {
			t.Errorf("recommended is %+v", got)
		}
		guilds := map[string]*discordtest.Guild{}
		for i := range 8 {
			time.Sleep(time.Millisecond) // the shard is of the ID's time
			g := s.Guild(fmt.Sprint("g", i))
			guilds[g.ID] = g
		}
		seen := map[string]int{}
		for shard := range 2 {
			r := dial(t, s, "10")
			r.read()
			r.identify(s, discordtest.IntentGuilds, shard, 2)
			var ready struct {
				Guilds []struct{ ID string }
			}
			if err := json.Unmarshal(r.read().Data, &ready); err != nil {
				t.Fatal(err)
			}
			if len(ready.Guilds) == 0 {
				t.Errorf("shard %d has no guild", shard)
			}
			for _, g := range ready.Guilds {
				seen[g.ID]++
			}
		}
		for id := range guilds {
			if seen[id] != 1 {
				t.Errorf("guild %s is in %d shards", id, seen[id])
			}
		}
	})
}

func TestSilenceAndDeafness(t *testing.T) {
	bubble(t, func(t *testing.T, s *discordtest.Server) {
		g := s.Guild("Study")
		ch, mina := g.Text("daily"), g.Member("Mina")
		c, seen := connect(t, s, everything)
		acked := func() time.Time {
			c.RLock()
			defer c.RUnlock()
			return c.LastHeartbeatAck
		}
		time.Sleep(42 * time.Second)
		if acked().IsZero() || s.Gateway().Heartbeats == 0 {
			t.Error("a heartbeat was not acknowledged")
		}
		at := acked()
		s.IgnoreHeartbeats(true)
		time.Sleep(42 * time.Second)
		mina.Say(ch, "heard")
		settle()
		if !acked().Equal(at) || len(seen.named("MESSAGE_CREATE")) != 1 {
			t.Error("it acknowledges, or sends no events")
		}
		s.IgnoreHeartbeats(false)
		if s.SilenceGateway() != 1 {
			t.Error("nobody was connected")
		}
		mina.Say(ch, "unheard")
		settle()
		if got := len(seen.named("MESSAGE_CREATE")); got != 1 {
			t.Error("a silent gateway sends events")
		}
		// discordgo notices after five intervals, and then everything comes back by a new session.
		time.Sleep(20 * time.Minute)
		if got := s.Gateway(); got.Connected != 1 || got.Connects < 2 || !slices.Contains(got.ClosedWith, 1000) {
			t.Errorf("after the silence: %+v", got)
		}
		mina.Say(ch, "heard again")
		settle()
		if got := len(seen.named("MESSAGE_CREATE")); got != 2 {
			t.Errorf("%d messages were heard, want 2", got)
		}
	})
}

func TestTroubleWithConnecting(t *testing.T) {
	// What discordgo makes of it is in its own hands, so these look at the frames.
	for _, odd := range []struct {
		fault discordtest.Fault
		want  string
	}{
		{discordtest.Fault{Kind: discordtest.IdentifyReconnect}, "op 7"},
		{discordtest.Fault{Kind: discordtest.IdentifyInvalid, Resumable: true}, "op 9 true"},
		{discordtest.Fault{Kind: discordtest.IdentifyInvalid}, "op 9 false"},
		{discordtest.Fault{Kind: discordtest.IdentifyUnanswered}, "nothing"},
		{discordtest.Fault{Kind: discordtest.NoHello}, "no hello"},
	} {
		t.Run(odd.want, func(t *testing.T) {
			bubble(t, func(t *testing.T, s *discordtest.Server) {
				o := s.Order(odd.fault)
				r := dial(t, s, "10")
				if err := r.ws.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
					t.Fatal(err)
				}
				got := "no hello"
				var p payload
				if r.ws.ReadJSON(&p) == nil {
					got = "nothing"
					r.identify(s, 0)
					if r.ws.ReadJSON(&p) == nil {
						got = strings.TrimSuffix(fmt.Sprintf("op %d %s", p.Op, p.Data), " null")
					}
				}
				if got != odd.want || o.Count() != 1 {
					t.Errorf("got %s (%d times), want %s", got, o.Count(), odd.want)
				}
			})
		})
	}
	bubble(t, func(t *testing.T, s *discordtest.Server) {
		o := s.Order(discordtest.Fault{Kind: discordtest.ConnectionRefused})
		if err := rest(s).Open(); err == nil || o.Count() != 1 {
			t.Errorf("a refused connection opens: %v", err)
		}
	})
}

func TestConnectionsCanBeEnded(t *testing.T) {
	bubble(t, func(t *testing.T, s *discordtest.Server) {
		r := dial(t, s, "10")
		settle()
		if s.CloseGateway(4009) != 1 {
			t.Error("nobody was connected")
		}
		if got := r.closeCode(); got != 4009 {
			t.Errorf("closed with %d", got)
		}
		r = dial(t, s, "10")
		r.read() // hello
		s.DropGateway()
		if _, _, err := r.ws.ReadMessage(); err == nil || r.closeCode() > 0 {
			t.Errorf("a dropped connection ends with %v", err)
		}
	})
}

func TestTroubleWithEvents(t *testing.T) {
	for _, odd := range []struct {
		kind discordtest.Kind
		want string
	}{
		{discordtest.EventTwice, "[one one two three]"},
		{discordtest.EventLate, "[two one three]"},
		{discordtest.EventLost, "[two three]"},
	} {
		t.Run(string(odd.kind), func(t *testing.T) {
			bubble(t, func(t *testing.T, s *discordtest.Server) {
				g := s.Guild("Study")
				ch, mina := g.Text("daily"), g.Member("Mina")
				_, seen := connect(t, s, everything)
				o := s.Order(discordtest.Fault{Kind: odd.kind, Event: "MESSAGE_CREATE"})
				for _, text := range []string{"one", "two", "three"} {
					mina.Say(ch, text)
				}
				settle()
				texts, last := []string{}, int64(0)
				for _, e := range seen.named("MESSAGE_CREATE") {
					texts = append(texts, e.Struct.(*discordgo.MessageCreate).Content)
					if e.Sequence <= last {
						t.Errorf("sequence %d after %d", e.Sequence, last)
					}
					last = e.Sequence
				}
				if got := fmt.Sprint(texts); got != odd.want || o.Count() != 1 {
					t.Errorf("events %s, happened %d times, want %s", got, o.Count(), odd.want)
				}
			})
		})
	}
}

func TestUnknownComponentsAndEvents(t *testing.T) {
	bubble(t, func(t *testing.T, s *discordtest.Server) {
		g := s.Guild("Study")
		ch, mina := g.Text("daily"), g.Member("Mina")
		_, seen := connect(t, s, everything)
		o := s.Order(discordtest.Fault{Kind: discordtest.EventUnknownComponent, Event: "MESSAGE_CREATE"})
		mina.Say(ch, "with something new")
		s.SendUnknownEvent()
		settle()
		e := seen.named("MESSAGE_CREATE")[0]
		if !strings.Contains(string(e.RawData), `"type":99`) || o.Count() != 1 {
			t.Errorf("the event is %s", e.RawData)
		}
		// This is what a handler must survive.
		if m, ok := e.Struct.(*discordgo.MessageCreate); ok && m.Message != nil && m.Author != nil {
			t.Error("discordgo can read it now: the adapter's guard may go")
		}
		if len(seen.named("SOMETHING_NEW_CREATE")) != 1 {
			t.Error("the unknown event did not come")
		}
	})
}

func TestAnOutageIsNoRemoval(t *testing.T) {
	bubble(t, func(t *testing.T, s *discordtest.Server) {
		g := s.Guild("Study")
		ch := g.Text("daily")
		c, seen := connect(t, s, everything)
		g.Outage(true)
		ch.Rename("weekly")
		g.Outage(false)
		settle()
		gone := seen.named("GUILD_DELETE")
		if len(gone) != 1 || !strings.Contains(string(gone[0].RawData), `"unavailable":true`) || len(seen.named("GUILD_CREATE")) != 2 {
			t.Errorf("events %v", gone)
		}
		if got := must(c.Channel(ch.ID)); got.Name != "weekly" {
			t.Errorf("the channel is called %s", got.Name)
		}
	})
}

func TestTwoSessionsHearEverything(t *testing.T) {
	bubble(t, func(t *testing.T, s *discordtest.Server) {
		s.SetIdentifySpacing(0)
		g := s.Guild("Study")
		ch, mina := g.Text("daily"), g.Member("Mina")
		_, one := connect(t, s, everything)
		_, two := connect(t, s, discordtest.IntentGuilds) // asked for no messages
		_, three := connect(t, s, everything)
		mina.Say(ch, "hello")
		settle()
		if a, b, c := len(one.named("MESSAGE_CREATE")), len(two.named("MESSAGE_CREATE")), len(three.named("MESSAGE_CREATE")); a != 1 || b != 0 || c != 1 {
			t.Errorf("heard %d, %d and %d times", a, b, c)
		}
	})
}
