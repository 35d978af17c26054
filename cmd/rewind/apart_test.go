package main

import (
	"context"
	"fmt"
	"maps"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"rewind/bot"
	"rewind/bot/discord"
	"rewind/bot/discord/discordtest"
	"rewind/bot/slack"
	"rewind/bot/slack/slacktest"
	"rewind/questions"
	"rewind/store"
)

const (
	// apartHours is how many questions each platform is asked, one an hour. Four commands are given in each hour.
	apartHours = 5
	// underWay is how long what the bot sends takes to arrive. Nothing else takes time in a bubble: what is measured is how
	// often the bot spoke before a thing was done, and what it waited for besides. So twice as much is a lot, and no noise.
	underWay = 20 * time.Millisecond
)

// TestPlatformsApart lets one of two platforms die in one bot, in two ways, and measures the other one.
func TestPlatformsApart(t *testing.T) {
	t.Parallel()
	names := []string{"discord", "slack"}
	alive := map[string]measured{}
	synctest.Test(t, func(t *testing.T) { alive = playHours(t, "", well) })
	for _, name := range names {
		if a := alive[name]; a.posts < underWay || a.replies < underWay {
			t.Fatalf("with both alive %s takes %+v, less than a message is under way", name, a)
		}
	}
	for _, dead := range names {
		for _, how := range []health{silent, refusing} {
			t.Run(fmt.Sprintf("%s is %s", dead, how), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					for name, got := range playHours(t, dead, how) {
						t.Logf("%s: p99 %+v, with both alive %+v", name, got, alive[name])
						if got.posts > 2*alive[name].posts || got.replies > 2*alive[name].replies {
							t.Errorf("%s is held up: p99 %+v, with both alive %+v", name, got, alive[name])
						}
					}
				})
			})
		}
	}
}

// measured are the times of one platform of which 99 in 100 are at most as long.
type measured struct {
	posts   time.Duration // from the slot until the question stands
	replies time.Duration // from the command until its reply stands
}

// side is one platform as its people see it.
type side struct {
	wire     *wire
	platform bot.Platform
	order    func()            // gives the schedule
	ask      func(text string) // answers the newest question, and waits for the reply
	stands   func() []time.Time
	replies  []time.Duration
}

// playHours plays on both platforms, of which one dies after it was set up, and measures those that live.
func playHours(t *testing.T, dead string, how health) map[string]measured {
	sides := map[string]*side{"discord": discordSide(t), "slack": slackSide(t)}
	time.Sleep(time.Until(time.Now().Truncate(time.Hour).Add(90 * time.Minute)))
	playBoth(t, sides)
	time.Sleep(time.Minute) // both are connected by then
	for _, s := range sides {
		s.order()
	}
	living := maps.Clone(sides)
	if dead != "" {
		sides[dead].wire.turn(how)
		delete(living, dead)
	}
	first := time.Now().Truncate(time.Hour).Add(time.Hour)
	for hour := range apartHours {
		giveCommands(living, first.Add(time.Duration(hour)*time.Hour))
	}
	if dead != "" {
		if met, stand := sides[dead].wire.met(), len(sides[dead].stands()); met < apartHours || stand > 0 {
			t.Errorf("%s was not %s: the bot met that %d times, and %d questions stand", dead, how, met, stand)
		}
	}
	all := map[string]measured{}
	for name, s := range living {
		all[name] = s.measure(t, first)
	}
	return all
}

// giveCommands gives the commands of an hour, the first one at the very moment of the slot.
func giveCommands(living map[string]*side, slot time.Time) {
	for _, minute := range []time.Duration{0, 5, 10, 20} {
		time.Sleep(time.Until(slot.Add(minute * time.Minute)))
		for _, s := range living {
			begin := time.Now()
			s.ask(fmt.Sprintf("What I said %d minutes past was wrong.", minute))
			s.replies = append(s.replies, time.Since(begin))
		}
	}
}

// measure returns how long things took, when the first question was due at a time.
func (s *side) measure(t *testing.T, first time.Time) measured {
	t.Helper()
	var posts []time.Duration
	for n, at := range s.stands() {
		posts = append(posts, at.Sub(first.Add(time.Duration(n)*time.Hour)))
	}
	if len(posts) != apartHours {
		t.Fatalf("%d questions stand", len(posts))
	}
	return measured{p99(posts), p99(s.replies)}
}

func p99(all []time.Duration) time.Duration {
	slices.Sort(all)
	return all[(len(all)*99+99)/100-1]
}

func playBoth(t *testing.T, sides map[string]*side) {
	t.Helper()
	st, err := store.Open(filepath.Join(t.TempDir(), "rewind.db"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := importStarter(t.Context(), st, time.Now()); err != nil {
		t.Fatal(err)
	}
	b := bot.New(bot.Options{Store: st, Platforms: []bot.Platform{sides["discord"].platform, sides["slack"].platform}, Lang: questions.English, Zone: "UTC"})
	playing := play(t.Context(), b)
	t.Cleanup(func() {
		if err := playing.stop(context.Background()); err != nil {
			t.Error(err)
		}
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
}

func discordSide(t *testing.T) *side {
	d := discordtest.NewInMemory(t)
	w := newWire(t, d.Dial)
	p, err := discord.New(discord.Options{Token: strings.TrimPrefix(d.Token(), "Bot "), API: d.URL(), Dial: w.dial})
	if err != nil {
		t.Fatal(err)
	}
	guild := d.Guild("Study group")
	room, jun := guild.Text("general"), guild.Member("Jun")
	slash := func(who *discordtest.Person, command string, o discordtest.Options) {
		i := who.Slash(room, command, o)
		d.Until("an answer to "+command, func() bool {
			return slices.ContainsFunc(i.Messages(), func(m discordtest.Message) bool { return !m.Loading() })
		})
	}
	return &side{
		wire: w, platform: p,
		order: func() {
			slash(guild.Owner(), "quiz schedule add", discordtest.Options{"when": "0 * * * *", "reveal": "30m"})
		},
		ask: func(text string) { slash(jun, "quiz answer", discordtest.Options{"text": text}) },
		stands: func() (all []time.Time) {
			for _, m := range room.FromBot() {
				if strings.Contains(m.Content, "Question #") {
					all = append(all, m.Timestamp)
				}
			}
			return all
		},
	}
}

func slackSide(t *testing.T) *side {
	s := slacktest.NewInMemory(t)
	w := newWire(t, s.Dial)
	network := &http.Transport{DialContext: w.dial}
	t.Cleanup(network.CloseIdleConnections)
	p := slack.New(slack.Options{BotToken: s.Token(), AppToken: s.AppToken(), API: s.URL(), Network: network, Dial: w.dial})
	room, mina, jun := s.Channel("general"), s.Member("Mina"), s.Member("Jun")
	mina.Set(func(p *slacktest.Profile) { p.Admin = true })
	slash := func(who *slacktest.Member, text string) {
		before := len(who.Sees(room))
		who.Slash(room, "/quiz "+text)
		s.Until("an answer to "+text, func() bool { return len(who.Sees(room)) > before })
	}
	return &side{
		wire: w, platform: p,
		order: func() {
			slash(mina, "schedule add 0 * * * * reveal=30m")
		},
		ask: func(text string) { slash(jun, "answer "+text) },
		stands: func() (all []time.Time) {
			for _, m := range room.Messages() {
				if strings.Contains(string(m.Blocks), "Question #") {
					seconds, _ := strconv.ParseFloat(m.TS, 64)
					all = append(all, time.UnixMicro(int64(seconds*1e6)))
				}
			}
			return all
		},
	}
}

// health is what becomes of connections.
type health string

const (
	well     health = "well"
	silent   health = "silent"   // they are accepted, and nothing is ever answered
	refusing health = "refusing" // there are none
)

type dialer func(ctx context.Context, network, address string) (net.Conn, error)

// wire is the network between the bot and one platform.
type wire struct {
	to       dialer
	carrying sync.WaitGroup

	mu      sync.Mutex // guards what follows; nobody waits while holding it
	now     health
	trouble int // how often somebody spoke to silence, or was refused
	open    []*line
}

// newWire is a wire that is well, until the test ends and it is cut.
func newWire(t *testing.T, to dialer) *wire {
	w := &wire{to: to, now: well}
	t.Cleanup(func() {
		w.turn(refusing)
		w.carrying.Wait()
	})
	return w
}

// turn changes the health of the connections that there are, and of those to come.
func (w *wire) turn(to health) {
	w.mu.Lock()
	w.now = to
	open := w.open
	w.mu.Unlock()
	for _, l := range open {
		if to == refusing {
			_ = l.Close() // it may be closed already
		}
	}
}

// is reports whether the wire is in some kind of trouble, and counts that somebody met it.
func (w *wire) is(h health) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.now == h {
		w.trouble++
	}
	return w.now == h
}

// met is how often the bot met the trouble.
func (w *wire) met() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.trouble
}

func (w *wire) dial(ctx context.Context, network, address string) (net.Conn, error) {
	if w.is(refusing) {
		return nil, syscall.ECONNREFUSED
	}
	c, err := w.to(ctx, network, address)
	if err != nil {
		return nil, err
	}
	l := &line{Conn: c, wire: w, sent: make(chan packet, 1024), closed: make(chan struct{})}
	w.carrying.Go(l.carry)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.open = append(w.open, l)
	return l, nil
}

// line is a connection on which what the bot sends is under way for a while, and lost where the wire is silent.
type line struct {
	net.Conn
	wire   *wire
	sent   chan packet
	once   sync.Once
	closed chan struct{}
}

type packet struct {
	content []byte
	arrives time.Time
}

func (l *line) Write(p []byte) (int, error) {
	select {
	case l.sent <- packet{slices.Clone(p), time.Now().Add(underWay)}:
		return len(p), nil
	case <-l.closed:
		return 0, net.ErrClosed
	}
}

// carry brings what was sent, until the connection is closed.
func (l *line) carry() {
	for {
		select {
		case p := <-l.sent:
			time.Sleep(time.Until(p.arrives))
			if !l.wire.is(silent) {
				_, _ = l.Conn.Write(p.content) // it fails where the connection is closed
			}
		case <-l.closed:
			return
		}
	}
}

// Read drops what arrives while the wire is silent.
func (l *line) Read(p []byte) (int, error) {
	for {
		n, err := l.Conn.Read(p)
		if err != nil || !l.wire.is(silent) {
			return n, err
		}
	}
}

func (l *line) Close() error {
	l.once.Do(func() { close(l.closed) })
	return l.Conn.Close()
}
