package bottest

import (
	"context"
	"strings"
	"time"

	"rewind/bot"
)

// failureCases are about what a failure says.
func failureCases() []Case {
	return []Case{
		{"a refusal is refused", all(needBreak(Refuse)), refusal},
		{"a refusal of everything is wide", all(needBreak(RefuseWide)), wideRefusal},
		{"a rate limit says how long to wait", all(needBreak(RateLimit)), rateLimit},
		{"a lost answer is unknown", all(needBreak(LoseAnswer)), lostAnswer},
		{"a cancelled delivery returns at once", nil, cancelled},
		{"a stalled delivery ends with its context", all(needBreak(Stall)), stalled},
		{"every error is a failure", nil, everyError},
		{"errors hold neither texts nor secrets", nil, errorsAreDiscreet},
		{"a channel is checked", nil, checksChannel},
	}
}

func refusal(tb TB, s Subject) {
	s.Break[Refuse](0)
	if f := fail(tb, s, s.text("no", "refused words"), bot.Refused); f.Wide {
		tb.Errorf("one channel's refusal is wide")
	}
	posted(tb, s, "refused words", 0)
}

func wideRefusal(tb TB, s Subject) {
	s.Break[RefuseWide](0)
	if f := fail(tb, s, s.text("no", "refused words"), bot.Refused, bot.NotDone); !f.Wide {
		tb.Errorf("the failure %q is not wide", f)
	}
	posted(tb, s, "refused words", 0)
}

func rateLimit(tb TB, s Subject) {
	d := s.text("later", "said later")
	s.Break[RateLimit](0)
	if f := fail(tb, s, d, bot.NotDone); f.After <= 0 || f.After > time.Hour {
		tb.Errorf("the platform asks to wait %s", f.After)
	}
	posted(tb, s, "said later", 0)
	deliver(tb, s, d)
	posted(tb, s, "said later", 1)
}

func lostAnswer(tb TB, s Subject) {
	s.Break[LoseAnswer](0)
	fail(tb, s, s.text("lost", "its answer was lost"), bot.Unknown)
	posted(tb, s, "its answer was lost", 1)
}

func cancelled(tb TB, s Subject) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	f := failed(tb, within(tb, ctx, s, s.text("cancelled", "cancelled words")), bot.NotDone, bot.Unknown)
	if f.Outcome == bot.NotDone {
		posted(tb, s, "cancelled words", 0)
	}
}

func stalled(tb TB, s Subject) {
	s.Break[Stall](0)
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	failed(tb, within(tb, ctx, s, s.text("stalled", "stalled words")), bot.Unknown)
}

// within delivers and returns the error, if that comes in time.
func within(tb TB, ctx context.Context, s Subject, d bot.Delivery) error {
	tb.Helper()
	var err error
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, err = s.Platform.Deliver(ctx, d)
	}()
	if !soon(done) {
		tb.Fatalf("the delivery did not end with its context")
	}
	return err
}

// everyError goes through the mistakes that need no help of the platform.
func everyError(tb TB, s Subject) {
	for _, d := range impossible(s, "impossible words") {
		fail(tb, s, d, bot.Refused)
	}
	posted(tb, s, "impossible words", 0)
	if s.Replies == nil {
		return
	}
	th := open(tb, s)
	among(tb, s.Replies(th), "impossible words", 0)
}

// impossible returns deliveries that no platform can carry out.
func impossible(s Subject, text string) []bot.Delivery {
	elsewhere := s.Channel
	elsewhere.ID += "404"
	body := bot.Message{Text: text}
	return []bot.Delivery{
		{Key: "no channel", Op: bot.Say, To: bot.Place{Channel: elsewhere}, Body: body},
		{Key: "no thread", Op: bot.Say, To: bot.Place{Channel: s.Channel, Thread: "404"}, Body: body},
		{Key: "no message to edit", Op: bot.Edit, To: bot.Place{Channel: s.Channel, Message: "404"}, Body: body},
		{Key: "no message to open", Op: bot.OpenThread, To: bot.Place{Channel: s.Channel, Message: "404"}, Body: body},
		{Key: "no operation", Op: "juggle", To: bot.Place{Channel: s.Channel}, Body: body},
	}
}

func errorsAreDiscreet(tb TB, s Subject) {
	const private = "words-that-are-private"
	all := impossible(s, private)
	for k := range s.Break {
		if k != HideHistory && k != Stall {
			all = append(all, s.text("broken/"+string(k), private))
		}
	}
	for _, d := range all {
		if k, ok := strings.CutPrefix(d.Key, "broken/"); ok {
			s.Break[Kind(k)](0)
		}
		text := fail(tb, s, d).Error()
		for _, secret := range append([]string{private}, s.Secrets...) {
			if strings.Contains(text, secret) {
				tb.Errorf("the error of %q holds what it must not", d.Key)
			}
		}
	}
}

func checksChannel(tb TB, s Subject) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	missing, err := s.Platform.Check(ctx, s.Channel)
	if err != nil || s.ReadsHistory && len(missing) > 0 {
		tb.Errorf("check a good channel: missing %v, error %v", missing, err)
	}
	elsewhere := s.Channel
	elsewhere.ID += "404"
	if missing, err = s.Platform.Check(ctx, elsewhere); err == nil && len(missing) == 0 {
		tb.Errorf("a channel that is not there lacks nothing")
	}
}
