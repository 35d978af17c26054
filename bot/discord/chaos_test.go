package discord

import (
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"rewind/bot/bottest"
	"rewind/bot/bottest/chaos"
	"rewind/bot/discord/discordtest"
)

// TestChaos lives through days on a Discord that fails, with a storm over its gateway all the while.
func TestChaos(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		subject, p := newSubject(t)
		p.breakAnyChange(&subject)
		s := &storm{party: p, rnd: rand.New(rand.NewPCG(1, 2)), done: map[string]int{}, ordered: map[string][]*discordtest.Ordered{}}
		calm := make(chan struct{})
		go func() {
			defer close(calm)
			s.blow((chaosRounds - 1) * time.Hour)
		}()
		chaos.Play(t, subject, chaos.Options{
			Seed: 1, Rounds: chaosRounds, People: 20,
			Kinds: []bottest.Kind{bottest.TimeOut, bottest.LoseAnswer, bottest.RateLimit, bottest.Stall},
		})
		<-calm
		s.check()
	})
}

// breakAnyChange lets the faults that the chaos orders befall each kind of change in turn, not posts alone.
func (p *party) breakAnyChange(s *bottest.Subject) {
	turn := 0
	for kind, f := range map[bottest.Kind]discordtest.Fault{
		bottest.TimeOut:    {Kind: discordtest.ResetBefore},
		bottest.LoseAnswer: {Kind: discordtest.ResetAfter},
		bottest.RateLimit:  {Kind: discordtest.LimitUser, After: 3 * time.Second},
		bottest.Stall:      {Kind: discordtest.SilentBefore},
	} {
		s.Break[kind] = func(skip int) {
			f.Route, f.Skip = routesOfChanges[turn%len(routesOfChanges)], skip
			turn++
			p.broken[kind] = append(p.broken[kind], p.Order(f))
		}
	}
}

var routesOfChanges = []string{
	routePost, "POST /channels/{channel_id}/messages/{message_id}/threads", routePost, "PATCH /channels/{channel_id}/messages/{message_id}",
	routePost, "PUT /channels/{channel_id}/messages/{message_id}/reactions/{emoji_name}/@me",
}

// storm is trouble, one thing after another.
type storm struct {
	*party
	rnd     *rand.Rand
	done    map[string]int                    // what befell connections at once, and how many of them
	ordered map[string][]*discordtest.Ordered // what was to happen at the next occasion
	late    []*discordtest.Ordered            // of those, events that wait for the next one
	held    int                               // how many of them did
}

// stormy is how long after the beginning the storm breaks out: until then the bot is set up.
const stormy = 2 * time.Hour

// blow makes trouble every few minutes for a time, each kind as often as any other.
func (s *storm) blow(span time.Duration) {
	end := time.Now().Add(span)
	defer func() {
		for _, o := range s.late {
			o.Stop()
		}
		s.SendUnknownEvent()
	}()
	for time.Sleep(stormy); ; {
		for _, kind := range s.rnd.Perm(len(occasions) + len(strokes)) {
			s.pass(time.Duration(8+s.rnd.IntN(16)) * time.Minute)
			switch {
			case time.Now().After(end):
				return
			case kind < len(occasions):
				o := occasions[kind]
				ordered := s.Order(o.fault)
				s.ordered[o.name] = append(s.ordered[o.name], ordered)
				if o.fault.Kind == discordtest.EventLate {
					s.late = append(s.late, ordered)
				}
			default:
				k := strokes[kind-len(occasions)]
				s.done[k.name] += k.befalls(s.Server)
			}
		}
	}
}

// pass lets time pass. An event that is to come after the next one need not wait for somebody to do something: of a deletion
// nobody knows when it was, so that one that comes after the reveal counts for nothing.
func (s *storm) pass(span time.Duration) {
	for end := time.Now().Add(span); time.Now().Before(end); time.Sleep(5 * time.Second) {
		held := 0
		for _, o := range s.late {
			held += o.Count()
		}
		if held > s.held {
			s.held = held
			s.SendUnknownEvent()
		}
	}
}

// strokes are what befalls the connections that there are.
var strokes = []struct {
	name    string
	befalls func(*discordtest.Server) int
}{
	{"op 7", (*discordtest.Server).AskToReconnect},
	{"op 9, resumable", func(s *discordtest.Server) int { return s.InvalidateSessions(true) }},
	{"op 9", func(s *discordtest.Server) int { return s.InvalidateSessions(false) }},
	{"close 4000", func(s *discordtest.Server) int { return s.CloseGateway(4000) }},
	{"close 4009", func(s *discordtest.Server) int { return s.CloseGateway(4009) }},
	{"reset", (*discordtest.Server).DropGateway},
	{"silence", (*discordtest.Server).SilenceGateway},
	{"unknown event", (*discordtest.Server).SendUnknownEvent},
	{"unheard heartbeats", func(s *discordtest.Server) int {
		s.IgnoreHeartbeats(true)
		time.Sleep(5 * time.Minute)
		s.IgnoreHeartbeats(false)
		return 1
	}},
}

// occasions are what happens to the next request, event or connection that it fits.
var occasions = []struct {
	name  string
	fault discordtest.Fault
}{
	{"event twice", discordtest.Fault{Kind: discordtest.EventTwice, Event: "MESSAGE_CREATE"}},
	{"edit twice", discordtest.Fault{Kind: discordtest.EventTwice, Event: "MESSAGE_UPDATE"}},
	{"deletion twice", discordtest.Fault{Kind: discordtest.EventTwice, Event: "MESSAGE_DELETE"}},
	{"interaction twice", discordtest.Fault{Kind: discordtest.EventTwice, Event: "INTERACTION_CREATE"}},
	{"event late", discordtest.Fault{Kind: discordtest.EventLate, Event: "MESSAGE_CREATE"}},
	{"edit late", discordtest.Fault{Kind: discordtest.EventLate, Event: "MESSAGE_UPDATE"}},
	{"deletion late", discordtest.Fault{Kind: discordtest.EventLate, Event: "MESSAGE_DELETE"}},
	{"unknown component", discordtest.Fault{Kind: discordtest.EventUnknownComponent, Event: "MESSAGE_CREATE"}},
	{"identify answered by op 7", discordtest.Fault{Kind: discordtest.IdentifyReconnect}},
	{"identify answered by op 9", discordtest.Fault{Kind: discordtest.IdentifyInvalid}},
	{"resume answered by op 9", discordtest.Fault{Kind: discordtest.ResumeInvalid}},
	{"no hello", discordtest.Fault{Kind: discordtest.NoHello}},
	{"identify without an answer", discordtest.Fault{Kind: discordtest.IdentifyUnanswered}},
	{"answer refused once", discordtest.Fault{Kind: discordtest.ErrorBefore, Status: 503, Route: routeCallback}},
	{"answer lost", discordtest.Fault{Kind: discordtest.ResetAfter, Route: routeCallback}},
	{"answer late", discordtest.Fault{Kind: discordtest.Slow, After: 2 * time.Second, Route: routeCallback}},
	{"502 before acting", discordtest.Fault{Kind: discordtest.ErrorBefore, Status: 502, Route: routePost}},
	{"502 after acting", discordtest.Fault{Kind: discordtest.ErrorAfter, Status: 502, Route: routePost}},
	{"silence after acting", discordtest.Fault{Kind: discordtest.SilentAfter, Route: routePost}},
	{"429 of the bot", discordtest.Fault{Kind: discordtest.LimitGlobal, After: 5 * time.Second}},
	{"429 that is shared", discordtest.Fault{Kind: discordtest.LimitShared, After: 5 * time.Second, Route: routePost}},
	{"429 of Cloudflare", discordtest.Fault{Kind: discordtest.LimitCloudflare, After: 20 * time.Second}},
	{"unread history", discordtest.Fault{Kind: discordtest.ErrorBefore, Route: "GET /channels/{channel_id}/messages"}},
}

// check fails unless all kinds of trouble were met.
func (s *storm) check() {
	s.T.Helper()
	for _, k := range strokes {
		if s.done[k.name] == 0 {
			s.T.Errorf("%q befell nobody", k.name)
		}
	}
	times := map[string]int{}
	for _, o := range occasions {
		for _, ordered := range s.ordered[o.name] {
			times[o.name] += ordered.Count()
		}
		if times[o.name] == 0 {
			s.T.Errorf("%q was ordered %d times and never happened", o.name, len(s.ordered[o.name]))
		}
	}
	s.T.Logf("the storm: %v, %v, %+v", s.done, times, s.Gateway())
}
