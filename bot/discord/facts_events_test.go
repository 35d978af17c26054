package discord

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bwmarrin/discordgo"

	"rewind/bot/discord/discordtest"
)

// Here are the facts about what the gateway hears.

func TestFactD8WhatIsUnknownArrivesWhole(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		s.up()
		s.Order(discordtest.Fault{Kind: discordtest.EventUnknownComponent, Event: "MESSAGE_CREATE"})
		s.mina.Say(s.channel, "hello")
		s.SendUnknownEvent()
		synctest.Wait()
		e := s.named("MESSAGE_CREATE")
		if len(e) != 1 || e[0].channel != s.channel.ID || !strings.Contains(string(e[0].data), `"type":99`) || s.texts() != "hello" ||
			!strings.Contains(string(e[0].data), s.mina.ID()) {
			t.Errorf("heard %+v", e)
		}
		if len(s.named("SOMETHING_NEW_CREATE")) != 1 {
			t.Error("the unknown event did not come")
		}
		s.hears("again")
	})
}

func TestFactD9ALabelFormArrivesWhole(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		c := s.rest()
		if _, err := c.ApplicationCommandBulkOverwrite(s.Bot().ID, "", []*discordgo.ApplicationCommand{{Name: "quiz", Description: "Questions"}}); err != nil {
			t.Fatal(err)
		}
		s.heard.onEvent = func(_ context.Context, e event) {
			if e.kind != "INTERACTION_CREATE" || !strings.Contains(string(e.data), `"name":"quiz"`) {
				return
			}
			var i struct{ ID, Token string }
			decode(t, e.data, &i)
			form := map[string]any{"type": 9, "data": map[string]any{"custom_id": "form", "title": "Why?", "components": []any{
				map[string]any{"type": 18, "label": "Why", "component": map[string]any{"type": 4, "custom_id": "why", "style": 2}}}}}
			if _, err := c.RequestWithBucketID("POST", discordgo.EndpointInteractionResponse(i.ID, i.Token), form, ""); err != nil {
				t.Error(err)
			}
		}
		s.up()
		i := s.mina.Slash(s.channel, "quiz", nil)
		synctest.Wait()
		if i.Modal() == nil {
			t.Fatal("no form was opened")
		}
		s.mina.Submit(i.Modal(), map[string]string{"why": "because"})
		synctest.Wait()
		got := s.named("INTERACTION_CREATE")
		if len(got) != 2 || !strings.Contains(string(got[1].data), `"because"`) || !strings.Contains(string(got[1].data), `"type":18`) {
			t.Errorf("heard %+v", got)
		}
	})
}

func TestFactD10EventsStayInOrder(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		other := s.guild.Text("other")
		s.heard.onEvent = func(_ context.Context, e event) {
			if len(e.data)%3 == 0 {
				time.Sleep(time.Duration(len(e.data)%7) * time.Millisecond)
			}
		}
		s.up()
		for i := range 200 {
			s.mina.Say(s.channel, fmt.Sprint("a", i))
			s.mina.Say(other, fmt.Sprint("b", i))
		}
		time.Sleep(10 * time.Second)
		next := map[string]int{}
		for _, text := range strings.Fields(s.texts()) {
			if want := fmt.Sprint(text[:1], next[text[:1]]); text != want {
				t.Fatalf("heard %s, want %s", text, want)
			}
			next[text[:1]]++
		}
		if next["a"] != 200 || next["b"] != 200 {
			t.Errorf("heard %v", next)
		}
	})
}

func TestFactD10APanicCostsOneEvent(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		s.heard.onEvent = func(_ context.Context, e event) {
			if strings.Contains(string(e.data), `"bad"`) {
				panic("cannot bear it")
			}
		}
		s.up()
		s.mina.Say(s.channel, "bad")
		s.mina.Say(s.channel, "bad")
		s.hears("good")
		if !strings.Contains(s.log.String(), "handle MESSAGE_CREATE") || strings.Contains(s.log.String(), `"bad"`) {
			t.Errorf("the log says %s", s.log.String())
		}
		// What was lost is read again, once for both.
		s.soon(rereadAfter+time.Second, "ready 0/1, ready 0/1")
		time.Sleep(time.Hour)
		s.is("ready 0/1, ready 0/1")
	})
}

func TestFactD10ASlowChannelHoldsUpNobody(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		if _, err := s.rest().ApplicationCommandBulkOverwrite(s.Bot().ID, "", []*discordgo.ApplicationCommand{{Name: "quiz", Description: "Questions"}}); err != nil {
			t.Fatal(err)
		}
		other := s.guild.Text("other")
		var busy, most atomic.Int64
		s.heard.onEvent = func(ctx context.Context, e event) {
			if strings.Contains(string(e.data), "slow") {
				most.Store(max(most.Load(), busy.Add(1)))
				defer busy.Add(-1)
				<-ctx.Done()
			}
		}
		s.up()
		for i := range 200 {
			s.mina.Say(s.channel, fmt.Sprint("slow", i))
		}
		s.mina.Say(other, "quick")
		s.mina.Slash(s.channel, "quiz", nil)
		synctest.Wait()
		if got := s.texts(); got != "quick" || len(s.named("INTERACTION_CREATE")) != 1 || most.Load() != 1 {
			t.Errorf("heard %q and %d interactions, %d at once", got, len(s.named("INTERACTION_CREATE")), most.Load())
		}
	})
}

func TestFactD25WhatComesTwiceIsHeardTwice(t *testing.T) {
	// Whoever handles it knows by its ID: the bot remembers commands and revisions of comments.
	play(t, func(t *testing.T, s *scene) {
		s.up()
		s.Order(discordtest.Fault{Kind: discordtest.EventTwice, Event: "MESSAGE_CREATE"})
		s.hears("hello")
		if got := s.texts(); got != "hello hello" {
			t.Errorf("heard %s", got)
		}
	})
}
