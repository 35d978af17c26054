package discord

import (
	"bytes"
	"context"
	"fmt"
	"log"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/gorilla/websocket"

	"rewind/bot"
	"rewind/bot/discord/discordtest"
)

// Here are tests of what discordgo does otherwise than one would think; the numbers are those of its numbered facts. Each
// fails if our handling of it is taken away.

func gatewayDialer(s *discordtest.Server) *websocket.Dialer {
	return &websocket.Dialer{NetDialContext: s.Dial}
}

// TestFactD6 is about close codes after which connecting again is of no use.
func TestFactD6AFatalCloseCodeIsNotFollowedByAnotherConnection(t *testing.T) {
	asking(t, func(t *testing.T, s *discordtest.Server, r *rest) {
		c := r.session
		c.Dialer = gatewayDialer(s)
		if err := c.Open(); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		s.CloseGateway(discordtest.CloseAuthenticationFailed)
		time.Sleep(20 * time.Minute)
		if got := s.Gateway().Connects; got != 1 {
			t.Errorf("%d connections, want 1", got)
		}
	})
}

// TestFactD12 is about waits that nobody can end.
func TestFactD12NoLimitIsWaitedOutDeafly(t *testing.T) {
	asking(t, func(t *testing.T, s *discordtest.Server, r *rest) {
		ch := s.Guild("Study").Text("daily")
		o := s.Order(discordtest.Fault{Kind: discordtest.LimitUser, Route: routePost, After: time.Hour})
		begun := time.Now()
		_, err := say(r, ch.ID, "k", "hello")
		f := wantFailure(t, err, bot.NotDone, "limits")
		if f.After != time.Hour || f.Wide {
			t.Errorf("the failure is %+v", f)
		}
		// The second is not even sent.
		_, err = say(r, ch.ID, "k", "hello")
		wantFailure(t, err, bot.NotDone, "limits")
		if took := time.Since(begun); took > time.Second || o.Count() != 1 || s.Requests(routePost) != 1 {
			t.Errorf("it took %v and %d requests", took, s.Requests(routePost))
		}
		time.Sleep(time.Hour)
		if _, err := say(r, ch.ID, "k", "hello"); err != nil {
			t.Error(err)
		}
	})
	asking(t, func(t *testing.T, s *discordtest.Server, r *rest) {
		ch := s.Guild("Study").Text("daily")
		s.SetLimit(routePost, discordtest.Limit{Requests: 1, Per: 1500 * time.Millisecond})
		if _, err := say(r, ch.ID, "1", "hello"); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		begun := time.Now()
		_, err := r.createMessage(ctx, ch.ID, draft{Content: "hello", Key: "2"})
		wantFailure(t, err, bot.NotDone, "not")
		if took := time.Since(begun); took != 100*time.Millisecond {
			t.Errorf("the context's end was noticed after %v", took)
		}
		if _, err := say(r, ch.ID, "2", "hello"); err != nil || time.Since(begun) != 1500*time.Millisecond {
			t.Errorf("a short wait ended after %v: %v", time.Since(begun), err)
		}
	})
	// discordgo's own methods do not sleep either: not by what an answer says of its bucket, and not by a 429.
	asking(t, func(t *testing.T, s *discordtest.Server, r *rest) {
		ch := s.Guild("Study").Text("daily")
		s.SetLimit(routePost, discordtest.Limit{Requests: 1, Per: 1500 * time.Millisecond})
		if _, err := r.session.ChannelMessageSend(ch.ID, "hello"); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		begun := time.Now()
		if _, err := r.session.ChannelMessageSend(ch.ID, "hello", discordgo.WithContext(ctx)); err == nil || time.Since(begun) != 100*time.Millisecond {
			t.Errorf("discordgo noticed the context's end after %v: %v", time.Since(begun), err)
		}
		time.Sleep(10 * time.Second)
		o := s.Order(discordtest.Fault{Kind: discordtest.LimitUser, Route: routePost, After: time.Hour})
		begun = time.Now()
		if _, err := r.session.ChannelMessageSend(ch.ID, "hello"); err == nil || time.Since(begun) > time.Second || o.Count() != 1 {
			t.Errorf("discordgo waited %v: %v", time.Since(begun), err)
		}
	})
}

// TestFactD13 is about posts that are repeated behind our back.
func TestFactD13NothingIsRepeated(t *testing.T) {
	for _, kind := range []discordtest.Kind{discordtest.ErrorBefore, discordtest.ErrorAfter} {
		asking(t, func(t *testing.T, s *discordtest.Server, r *rest) {
			ch := s.Guild("Study").Text("daily")
			o := s.Order(discordtest.Fault{Kind: kind, Route: routePost, Status: http.StatusBadGateway})
			_, err := r.createMessage(t.Context(), ch.ID, draft{Content: "hello"})
			wantFailure(t, err, bot.Unknown, "502")
			if got := s.Requests(routePost); got != 1 || o.Count() != 1 {
				t.Errorf("%s: %d requests, want 1", kind, got)
			}
			// discordgo's own methods repeat nothing either.
			s.Order(discordtest.Fault{Kind: kind, Route: routePost, Status: http.StatusBadGateway})
			if _, err := r.session.ChannelMessageSend(ch.ID, "hello"); err == nil || s.Requests(routePost) != 2 {
				t.Errorf("%s: %d requests of discordgo's own, want 1 (%v)", kind, s.Requests(routePost)-1, err)
			}
		})
	}
}

// TestFactD14 is about Cloudflare's page, which is no JSON.
func TestFactD14CloudflareIsHeard(t *testing.T) {
	for _, odd := range []struct{ asks, want time.Duration }{{time.Minute, time.Minute}, {0, 10 * time.Minute}} {
		asking(t, func(t *testing.T, s *discordtest.Server, r *rest) {
			g := s.Guild("Study")
			ch, mina := g.Text("daily"), g.Member("Mina")
			heard := heardInteractions(t, s)
			if err := r.overwriteCommands(t.Context(), s.Bot().ID, "", quizCommand); err != nil {
				t.Fatal(err)
			}
			o := s.Order(discordtest.Fault{Kind: discordtest.LimitCloudflare, Route: routePost, After: odd.asks})
			_, err := say(r, ch.ID, "k", "hello")
			if f := wantFailure(t, err, bot.NotDone, "cloudflare"); !f.Wide || f.After != odd.want {
				t.Errorf("the failure is %+v, want a wide one of %v", f, odd.want)
			}
			// Nobody is heard meanwhile, and nobody asks: neither another channel nor an interaction.
			time.Sleep(odd.want / 2)
			_, err = r.channel(t.Context(), ch.ID)
			if f := wantFailure(t, err, bot.NotDone, "cloudflare"); !f.Wide || f.After.Round(time.Second) != odd.want/2 {
				t.Errorf("half-way the failure is %+v", f)
			}
			mina.Slash(ch, "/quiz", nil)
			i := heard()[0]
			_, err = r.respond(t.Context(), i.ID, i.Token, answerMessage, draft{Content: "x"})
			wantFailure(t, err, bot.NotDone, "cloudflare")
			if s.Requests(routePost) != 1 || o.Count() != 1 || s.Requests("GET /channels/{channel_id}") != 0 || s.Requests("POST /interactions/{interaction_id}/{interaction_token}/callback") != 0 {
				t.Error("Cloudflare was asked again")
			}
			time.Sleep(odd.want / 2)
			if _, err := say(r, ch.ID, "k", "hello"); err != nil {
				t.Errorf("after %v: %v", odd.want, err)
			}
		})
	}
}

// TestFactD15 is about buckets of interactions, of which each has its own.
func TestFactD15BucketsAreForgotten(t *testing.T) {
	asking(t, func(t *testing.T, s *discordtest.Server, r *rest) {
		g := s.Guild("Study")
		ch, mina := g.Text("daily"), g.Member("Mina")
		heard := heardInteractions(t, s)
		if err := r.overwriteCommands(t.Context(), s.Bot().ID, "", quizCommand); err != nil {
			t.Fatal(err)
		}
		const many = 200
		for n := range many {
			mina.Slash(ch, "/quiz", nil)
			i := heard()[n]
			if _, err := r.respond(t.Context(), i.ID, i.Token, answerMessage, draft{Content: "x"}); err != nil {
				t.Fatal(err)
			}
			if _, err := r.editOriginal(t.Context(), s.Bot().ID, i.Token, draft{Content: "y"}); err != nil {
				t.Fatal(err)
			}
		}
		l := r.client.Transport.(*wire).limits
		if got := len(l.buckets); got < many {
			t.Errorf("%d buckets, want one for each interaction at least: the test shows nothing", got)
		}
		time.Sleep(2 * time.Minute)
		if _, err := r.channel(t.Context(), ch.ID); err != nil {
			t.Fatal(err)
		}
		if len(l.buckets) > 3 || len(l.known) > 10 {
			t.Errorf("%d buckets and %d routes are still known", len(l.buckets), len(l.known))
		}
		// discordgo's own book has none of them.
		if book := fmt.Sprintf("%+v", r.session.Ratelimiter); strings.Contains(book, "interactions") || strings.Contains(book, "webhooks") {
			t.Error("discordgo keeps buckets of interactions")
		}
	})
}

// TestFactD16 is about nonces, which discordgo does not know.
func TestFactD16OneKeyIsOneMessage(t *testing.T) {
	asking(t, func(t *testing.T, s *discordtest.Server, r *rest) {
		g := s.Guild("Study")
		ch := g.Text("daily")
		o := s.Order(discordtest.Fault{Kind: discordtest.ResetAfter, Route: routePost})
		_, err := say(r, ch.ID, "key", "hello")
		wantFailure(t, err, bot.Unknown, "lost")
		m, err := say(r, ch.ID, "key", "hello")
		if err != nil || len(ch.Messages()) != 1 || ch.Messages()[0].ID != m.ID || o.Count() != 1 {
			t.Errorf("after a repeat the channel holds %+v, %v", ch.Messages(), err)
		}
		// What was deleted since is not posted again, and does not look as if the channel were wrong.
		g.Owner().Delete(ch.Messages()[0])
		_, err = say(r, ch.ID, "key", "hello")
		if f := wantFailure(t, err, bot.Refused, "it was posted and deleted since"); f.Lost {
			t.Error("the channel is taken for lost")
		}
	})
}

// TestFactD19 is about allowed mentions that are null, which a strict peer refuses.
func TestFactD19AllowedMentionsAreExplicit(t *testing.T) {
	for _, odd := range []struct {
		d    draft
		want string
	}{
		{draft{}, `"allowed_mentions":{"parse":[]}`},
		{draft{Notify: []string{"7"}}, `"allowed_mentions":{"parse":[],"roles":["7"]}`},
	} {
		_, b, err := call{body: odd.d.body()}.encode()
		if err != nil || !strings.Contains(string(b), odd.want) {
			t.Errorf("%s does not hold %s (%v)", b, odd.want, err)
		}
	}
	asking(t, func(t *testing.T, s *discordtest.Server, r *rest) {
		seen := s.Order(discordtest.Fault{Kind: discordtest.Slow, Times: -1, If: func(_ string, body []byte) bool {
			return bytes.Contains(body, []byte(`"allowed_mentions":{"parse":[]}`))
		}})
		g := s.Guild("Study")
		ch, forum := g.Text("daily"), g.Forum("questions")
		m, err := say(r, ch.ID, "k", "@everyone")
		if err != nil {
			t.Fatal(err)
		}
		_, errEdit := r.editMessage(t.Context(), ch.ID, m.ID, draft{Content: "@here", Notify: []string{"7"}})
		post, errPost := r.createPost(t.Context(), forum.ID, "x", 60, nil, draft{Content: "@everyone"})
		if errEdit != nil || errPost != nil || seen.Count() != 3 {
			t.Errorf("%d of 3 said whom they notify (%v, %v)", seen.Count(), errEdit, errPost)
		}
		if len(ch.Messages()[0].Notified)+len(s.Channel(post.ID).Messages()[0].Notified) != 0 {
			t.Error("somebody was notified")
		}
	})
}

// TestFactD20 is about no commands, which is no list in discordgo.
func TestFactD20NoCommandsAreAnEmptyList(t *testing.T) {
	asking(t, func(t *testing.T, s *discordtest.Server, r *rest) {
		g := s.Guild("Study")
		for _, guild := range []string{"", g.ID} {
			if err := r.overwriteCommands(t.Context(), s.Bot().ID, guild, quizCommand); err != nil {
				t.Fatal(err)
			}
			list := s.Order(discordtest.Fault{Kind: discordtest.Slow, If: func(_ string, body []byte) bool { return string(body) == "[]" }})
			if err := r.overwriteCommands(t.Context(), s.Bot().ID, guild, nil); err != nil || list.Count() != 1 {
				t.Errorf("no commands are refused: %v", err)
			}
		}
		if got := s.Commands(); len(got) != 0 {
			t.Errorf("there still are %+v", got)
		}
	})
}

// TestFactD21 is about what discordgo logs.
func TestFactD21NoSecretIsLogged(t *testing.T) {
	var logged bytes.Buffer
	usual := log.Writer()
	log.SetOutput(&logged)
	discordgo.Logger = func(level, _ int, format string, args ...any) { fmt.Fprintf(&logged, format+"\n", args...) }
	defer func() {
		log.SetOutput(usual)
		discordgo.Logger = nil
	}()
	asking(t, func(t *testing.T, s *discordtest.Server, r *rest) {
		ch := s.Guild("Very Secret Guild").Text("daily")
		c := r.session
		c.Dialer = gatewayDialer(s)
		if err := c.Open(); err != nil {
			t.Fatal(err)
		}
		for _, f := range []discordtest.Fault{
			{Kind: discordtest.LimitUser, After: time.Millisecond}, {Kind: discordtest.ErrorBefore, Status: 502}, {Kind: discordtest.ErrorAfter},
			{Kind: discordtest.ResetBefore}, {Kind: discordtest.Refuse, Code: discordtest.MissingAccess}, {Kind: discordtest.LimitCloudflare, After: time.Second},
		} {
			f.Route = routePost
			o := s.Order(f)
			if _, err := say(r, ch.ID, "k", "a private answer"); err == nil || o.Count() != 1 {
				t.Errorf("%s did not happen: %v", f.Kind, err)
			}
			time.Sleep(time.Minute)
		}
		synctest.Wait()
		_ = c.Close()
		token := strings.TrimPrefix(s.Token(), "Bot ")
		for _, secret := range []string{token, "a private answer", "Very Secret Guild", "First Packet"} {
			if strings.Contains(logged.String(), secret) {
				t.Errorf("%q is logged", secret)
			}
		}
	})
}
