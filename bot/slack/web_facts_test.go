package slack

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"rewind/bot"
	"rewind/bot/slack/slacktest"
)

// Here are the facts about the library, each with a test that fails where it is not handled; S8 and S10 stand with the limits
// and the search.

func TestFactS9APostIsNeverRepeatedBlindly(t *testing.T) {
	for _, row := range troubles {
		t.Run(string(row.fault.Kind)+row.fault.Code, func(t *testing.T) {
			onWeb(t, func(t *testing.T, x *webTest) {
				fault := row.fault
				fault.Method = "chat.postMessage"
				o := x.Order(fault)
				x.fails(x.text("k", "hello"), row.want)
				happened(t, o, 1)
				if n := x.Requests("chat.postMessage"); n != 1 {
					t.Errorf("%d posts were sent", n)
				}
			})
		})
	}
}

// A connection that was kept open may have been closed at the other end.
func TestAPostOnAStaleConnectionIsSentOnce(t *testing.T) {
	onWeb(t, func(t *testing.T, x *webTest) {
		x.must(x.text("first", "0"))
		for n := range 5 {
			o := x.Order(slacktest.Fault{Kind: slacktest.ResetAfter, Method: "chat.postMessage"})
			x.fails(x.text(fmt.Sprint(n), fmt.Sprint("number ", n)), bot.Unknown)
			happened(t, o, 1)
			time.Sleep(5 * time.Minute)
		}
		if got := x.said(); got != "0 | number 0 | number 1 | number 2 | number 3 | number 4" {
			t.Errorf("said %q", got)
		}
	})
}

func TestFactS11AnAnswerHoldsNothingEmpty(t *testing.T) {
	onWeb(t, func(t *testing.T, x *webTest) {
		ana := x.Member("ana")
		address := x.respondTo(ana)
		block := slack.NewSectionBlock(slack.NewTextBlockObject(slack.PlainTextType, "the answer", false, false), nil, nil)
		if f := x.respond(t.Context(), address, &slack.WebhookMessage{Text: "the answer", ResponseType: slack.ResponseTypeEphemeral,
			Blocks: &slack.Blocks{BlockSet: []slack.Block{block}}}); f != nil {
			t.Fatal(f)
		}
		var sent map[string]json.RawMessage
		_, body, _ := strings.Cut(x.sent.lastOf(address[strings.LastIndexByte(address, '/'):]), " ")
		if err := json.Unmarshal([]byte(body), &sent); err != nil {
			t.Fatal(err)
		}
		for name, value := range sent {
			if string(value) == "null" || strings.Contains(string(value), `""`) || name == "metadata" {
				t.Errorf("%s is sent as %s", name, value)
			}
		}
		if got := ana.Ephemerals(); len(got) != 1 || got[0].Text != "the answer" {
			t.Errorf("ana sees %+v", got)
		}
	})
}

// respondTo gives a command and returns where to answer it.
func (x *webTest) respondTo(m *slacktest.Member) string {
	x.t.Helper()
	return m.Slash(x.room, "/quiz help").ResponseURL
}

func TestAnswersThatAreRefused(t *testing.T) {
	onWeb(t, func(t *testing.T, x *webTest) {
		ana := x.Member("ana")
		say := func(address, text string) *bot.Failure {
			return x.respond(t.Context(), address, &slack.WebhookMessage{Text: text})
		}
		address := x.respondTo(ana)
		for range 5 {
			if f := say(address, "hello"); f != nil {
				t.Fatal(f)
			}
		}
		if f := say(address, "hello"); codeOf(f) != "used_url" || f.Outcome != bot.Refused {
			t.Errorf("used up: %v", f)
		}
		address = x.respondTo(ana)
		// The refusal comes with status 200, which the library takes for a success.
		empty := &slack.WebhookMessage{Blocks: &slack.Blocks{BlockSet: []slack.Block{slack.NewSectionBlock(nil, nil, nil)}}}
		if f := x.respond(t.Context(), address, empty); codeOf(f) != "invalid_blocks" {
			t.Errorf("with wrong blocks: %v", f)
		}
		for _, row := range troubles {
			address := x.respondTo(ana)
			fault := row.fault
			fault.Method = responseURL
			o := x.Order(fault)
			if f := say(address, "hello"); f == nil || f.Outcome != row.want && fault.Kind != slacktest.RefuseAfter {
				t.Errorf("%s: %v, want %v", fault.Kind, f, row.want)
			}
			happened(t, o, 1)
			time.Sleep(5 * time.Minute)
		}
		address = x.respondTo(ana)
		time.Sleep(31 * time.Minute)
		if f := say(address, "hello"); codeOf(f) != "expired_url" {
			t.Errorf("expired: %v", f)
		}
		for _, address := range []string{"", "https://example.com/response/1", "http://slack.com/x", "https://slack.com.example.com/x", "::"} {
			if f := say(address, "hello"); f == nil || f.Outcome != bot.Refused {
				t.Errorf("%q: %v", address, f)
			}
		}
	})
}

// The token is in the body of most requests, texts in that of posts, and a response_url is a secret by itself.
func TestFactS12ErrorsAndLogsHoldNoSecrets(t *testing.T) {
	for _, row := range troubles {
		t.Run(string(row.fault.Kind)+row.fault.Code, func(t *testing.T) {
			onWeb(t, func(t *testing.T, x *webTest) {
				address := x.respondTo(x.Member("ana"))
				_, secret, _ := strings.Cut(address, "/response/")
				said := x.must(x.text("first", "a question"))
				x.Member("ana").Upload(x.room, &slacktest.Message{TS: said.ID}, "", slacktest.Upload{Name: "a.txt", Content: "words-that-are-private"})
				var errs []string
				for _, method := range []string{"chat.postMessage", responseURL, fileURL, "auth.test", "conversations.replies", "users.info"} {
					fault := row.fault
					if fault.Method = method; method == fileURL {
						if fault.Code != "" {
							continue // a download has no codes
						}
						fault.Times = -1 // net/http fetches a file again by itself
					}
					o := x.Order(fault)
					var f *bot.Failure
					switch method {
					case responseURL:
						f = x.respond(t.Context(), address, &slack.WebhookMessage{Text: "words-that-are-private"})
					case "auth.test":
						_, f = x.identify(t.Context())
					case "chat.postMessage":
						_, f = x.try(x.text("k", "words-that-are-private"))
					case "users.info":
						_, f = x.person(t.Context(), x.Member("bob").ID())
					default:
						_, err := x.snapshot(t.Context(), bot.Thread{Channel: x.channel(), ID: said.ID})
						f, _ = err.(*bot.Failure)
					}
					if f == nil {
						t.Fatalf("%s did not fail", method)
					}
					if o.Count() == 0 {
						t.Errorf("%s was not troubled", method)
					}
					o.Stop()
					errs = append(errs, f.Error())
					time.Sleep(5 * time.Minute)
				}
				all := strings.Join(errs, "\n") + x.log.String()
				for _, word := range []string{x.Token(), "xoxb", "words-that-are-private", secret, "/response/", "files-pri"} {
					if strings.Contains(all, word) {
						t.Errorf("the errors or the log hold %q:\n%s", word, all)
					}
				}
				if !strings.Contains(x.log.String(), "chat.postMessage") {
					t.Error("nothing was logged")
				}
			})
		})
	}
}

func TestFactS13TheLibraryWritesNoLog(t *testing.T) {
	t.Setenv("SLACK_DEBUG", "1")
	w, err := newWeb(webConfig{Token: "xoxb-1", AppToken: "xapp-1"})
	if err != nil {
		t.Fatal(err)
	}
	if w.api.Debug() {
		t.Error("the library writes texts into a log")
	}
}

// The library lets pass what Slack refuses.
func TestFactS16WhatBreaksALimitIsNotSent(t *testing.T) {
	plain := func(n int) *slack.TextBlockObject {
		return slack.NewTextBlockObject(slack.PlainTextType, strings.Repeat("가", n), false, false)
	}
	button := func(label, value int) slack.Block {
		return slack.NewActionBlock("a", slack.NewButtonBlockElement("b", strings.Repeat("v", value), plain(label)))
	}
	many := func(n int, b slack.Block) (all []slack.Block) {
		for range n {
			all = append(all, b)
		}
		return all
	}
	var elements []slack.BlockElement
	for n := range 26 {
		elements = append(elements, slack.NewButtonBlockElement(fmt.Sprint(n), "v", plain(3)))
	}
	one := func(b slack.Block) []slack.Block { return []slack.Block{b} }
	for name, row := range map[string]struct {
		blocks []slack.Block
		fits   bool
	}{
		"section":       {one(slack.NewSectionBlock(plain(3000), nil, nil)), true},
		"long section":  {one(slack.NewSectionBlock(plain(3001), nil, nil)), false},
		"field":         {one(slack.NewSectionBlock(nil, []*slack.TextBlockObject{plain(2000)}, nil)), true},
		"long field":    {one(slack.NewSectionBlock(nil, []*slack.TextBlockObject{plain(2001)}, nil)), false},
		"header":        {one(slack.NewHeaderBlock(plain(150))), true},
		"long header":   {one(slack.NewHeaderBlock(plain(151))), false},
		"markdown":      {many(2, slack.NewMarkdownBlock("", strings.Repeat("가", 6000))), true},
		"long markdown": {many(2, slack.NewMarkdownBlock("", strings.Repeat("가", 6001))), false},
		"button":        {one(button(75, 2000)), true},
		"long label":    {one(button(76, 1)), false},
		"long value":    {one(button(1, 2001)), false},
		"many buttons":  {one(slack.NewActionBlock("a", elements...)), false},
		"fifty":         {many(50, slack.NewDividerBlock()), true},
		"fifty-one":     {many(51, slack.NewDividerBlock()), false},
		"long id":       {one(slack.NewActionBlock(strings.Repeat("x", 256), elements[0])), false},
		"nothing":       {nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			onWeb(t, func(t *testing.T, x *webTest) {
				render := func(bot.Message) []part {
					if row.blocks == nil {
						return []part{{}}
					}
					return []part{{blocks: row.blocks, fallback: "words"}}
				}
				r, err := x.deliver(t.Context(), x.text("k", "words"), render)
				if row.fits != (err == nil) {
					t.Errorf("%+v, %v", r, err)
				}
				if sent := x.Requests("chat.postMessage") > 0; sent != row.fits {
					t.Errorf("sent: %v", sent)
				}
				said := x.must(x.text("first", "hello"))
				if _, err := x.deliver(t.Context(), x.on("e", bot.Edit, said.ID, ""), render); row.fits != (err == nil) || !row.fits && x.Requests("chat.update") > 0 {
					t.Errorf("an edit: %v", err)
				}
			})
		})
	}
}

func TestFactS17NobodyIsCalledByAText(t *testing.T) {
	onWeb(t, func(t *testing.T, x *webTest) {
		ana := x.Member("ana")
		text := "1 < 2 && <!channel> <!here|here> <@" + ana.ID() + "> @channel @ana &amp; <https://x|y>"
		r := x.must(x.text("k", text))
		x.must(x.on("e", bot.Edit, r.ID, text))
		for _, m := range x.room.Messages() {
			if got := m.Mentions(); len(got) > 0 {
				t.Errorf("called %q", got)
			}
			if got := plain(m.Text, nil); got != text {
				t.Errorf("it arrived as %q, want %q", got, text)
			}
		}
	})
}

func TestPreviewsAreShort(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "short", strings.Repeat("x", 4000), strings.Repeat("x", 4001), strings.Repeat("&", 100_000), strings.Repeat("😀가", 50_000)} {
		got := preview(text)
		if n := units(got); n > mostPreview || text != "" && got == "" {
			t.Errorf("the preview of %d bytes has %d units", len(text), n)
		}
		if text == strings.Repeat("x", 4000) && got != text {
			t.Errorf("what fits was cut")
		}
	}
}

func TestTheAddressIsChecked(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"": "https://slack.com/api/", "http://127.0.0.1:9/api": "http://127.0.0.1:9/api/", "https://proxy.example/slack/": "https://proxy.example/slack/",
		"slack.com": "", "ftp://slack.com/api/": "", "https://user:secret@slack.com/api/": "", "https://slack.com/api/?token=secret": "", ":": "",
	} {
		w, err := newWeb(webConfig{Token: "xoxb-1", API: address})
		switch {
		case want == "" && (err == nil || strings.Contains(err.Error(), "secret")):
			t.Errorf("%q: %v", address, err)
		case want != "" && (err != nil || w.base.String() != want):
			t.Errorf("%q: %v", address, err)
		}
	}
	if _, err := newWeb(webConfig{}); err == nil {
		t.Error("there is no token")
	}
}
