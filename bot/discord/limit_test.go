package discord

import (
	"errors"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"rewind/bot"
	"rewind/bot/discord/discordtest"
)

// untilDone repeats what was not done when it says to, as the outbox does.
func untilDone(t *testing.T, ask func() error) (tries int) {
	for tries = 1; ; tries++ {
		err := ask()
		if err == nil {
			return tries
		}
		f := (*bot.Failure)(nil)
		if !errors.As(err, &f) || f.Outcome != bot.NotDone || f.After <= 0 {
			t.Errorf("the failure is %+v", f)
			return tries
		}
		time.Sleep(f.After)
	}
}

func manyChannels(s *discordtest.Server, n int) []*discordtest.Channel {
	g := s.Guild("Study")
	var all []*discordtest.Channel
	for i := range n {
		all = append(all, g.Text(fmt.Sprint("channel ", i)))
	}
	return all
}

// TestAThousandChannelsAtOnce posts into all of them at the same moment. None is refused by Discord, none is posted twice,
// and all together take no longer than the limit of the whole bot makes them.
func TestAThousandChannelsAtOnce(t *testing.T) {
	asking(t, func(t *testing.T, s *discordtest.Server, r *rest) {
		const many = 1000
		all := manyChannels(s, many)
		begun := time.Now()
		var mu sync.Mutex
		most, first := 0, 0
		var posts sync.WaitGroup
		for _, ch := range all {
			posts.Go(func() {
				n := untilDone(t, func() error { _, err := say(r, ch.ID, ch.ID, "question"); return err })
				mu.Lock()
				defer mu.Unlock()
				if most = max(most, n); n == 1 {
					first++
				}
			})
		}
		posts.Wait()
		took, least := time.Since(begun), (many-1)*paceOf
		if took < least || took > least+2*time.Second {
			t.Errorf("it took %v, want %v", took, least)
		}
		// Who is turned away comes back when there is a place, and hardly ever finds it taken.
		if most > 3 {
			t.Errorf("somebody had to come %d times", most)
		}
		if want := int(patience / paceOf); first < want || first > want+2 {
			t.Errorf("%d waited in line, want %d", first, want)
		}
		for _, ch := range all {
			if got := len(ch.Messages()); got != 1 {
				t.Errorf("%v has %d messages", ch, got)
			}
		}
		if s.Requests(routePost) != many || s.InvalidRequests() != 0 {
			t.Errorf("%d requests, of which %d were refused", s.Requests(routePost), s.InvalidRequests())
		}
	})
}

// TestBucketsAreLearnedAndObeyed posts more into channels than their buckets allow, whose limits nobody has told us.
func TestBucketsAreLearnedAndObeyed(t *testing.T) {
	for _, odd := range []struct {
		limit discordtest.Limit
		want  time.Duration // for twelve
	}{
		{discordtest.Limit{Requests: 5, Per: 5 * time.Second}, 10 * time.Second},
		{discordtest.Limit{Requests: 5, Per: time.Second}, 2 * time.Second},
		{discordtest.Limit{Requests: 1, Per: 500 * time.Millisecond}, 5500 * time.Millisecond},
		{discordtest.Limit{Requests: 1, Per: 10 * time.Second}, 110 * time.Second},
	} {
		asking(t, func(t *testing.T, s *discordtest.Server, r *rest) {
			s.SetLimit(routePost, odd.limit)
			all := manyChannels(s, 3)
			// Answers take their time, so that many are under way at once.
			slow := s.Order(discordtest.Fault{Kind: discordtest.Slow, Route: routePost, After: 80 * time.Millisecond, Times: -1})
			begun := time.Now()
			var mu sync.Mutex
			most := 0
			var posts sync.WaitGroup
			for _, ch := range all {
				for i := range 12 {
					posts.Go(func() {
						n := untilDone(t, func() error { _, err := say(r, ch.ID, fmt.Sprint(ch.ID, i), "question"); return err })
						mu.Lock()
						defer mu.Unlock()
						most = max(most, n)
					})
				}
			}
			posts.Wait()
			if most > 3 {
				t.Errorf("%+v: somebody had to come %d times", odd.limit, most)
			}
			windows := odd.want / odd.limit.Per
			if took := time.Since(begun); took < odd.want || took > odd.want+(windows+2)*250*time.Millisecond {
				t.Errorf("%+v: it took %v, want %v", odd.limit, took, odd.want)
			}
			for _, ch := range all {
				if got := len(ch.Messages()); got != 12 {
					t.Errorf("%v has %d messages", ch, got)
				}
			}
			if slow.Count() != 36 || s.InvalidRequests() != 0 {
				t.Errorf("%+v: %d requests, of which %d were refused", odd.limit, slow.Count(), s.InvalidRequests())
			}
		})
	}
}

// TestOneFullBucketDelaysNoOther is why a request that must wait long does not wait.
func TestOneFullBucketDelaysNoOther(t *testing.T) {
	asking(t, func(t *testing.T, s *discordtest.Server, r *rest) {
		s.SetLimit(routePost, discordtest.Limit{Requests: 1, Per: time.Minute})
		all := manyChannels(s, 2)
		for i := range 2 {
			_, err := say(r, all[0].ID, fmt.Sprint(i), "question")
			if i == 0 && err != nil {
				t.Fatal(err)
			}
			if i == 1 {
				if f := wantFailure(t, err, bot.NotDone, "limits"); f.Wide || f.Lost || f.After > time.Minute || f.After < time.Minute-time.Second {
					t.Errorf("the failure is %+v", f)
				}
			}
		}
		begun := time.Now()
		_, err := say(r, all[1].ID, "other", "question")
		_, errRead := r.channel(t.Context(), all[0].ID)
		if took := time.Since(begun); err != nil || errRead != nil || took > time.Second {
			t.Errorf("others took %v: %v, %v", took, err, errRead)
		}
	})
}

// TestWhatOthersUseUpIsHeard is about another process with the same token, as while one takes over from the other.
func TestWhatOthersUseUpIsHeard(t *testing.T) {
	asking(t, func(t *testing.T, s *discordtest.Server, r *rest) {
		s.SetLimit(routePost, discordtest.Limit{Requests: 5, Per: 10 * time.Second})
		ch, other := manyChannels(s, 1)[0], askerOf(t, s)
		for i, who := range []*rest{r, other, other, other, r} {
			if _, err := say(who, ch.ID, fmt.Sprint(i), "question"); err != nil {
				t.Fatal(err)
			}
		}
		_, err := say(r, ch.ID, "last", "question")
		wantFailure(t, err, bot.NotDone, "limits")
		if s.InvalidRequests() != 0 {
			t.Error("it was sent all the same")
		}
	})
}

// TestBucketsReckonWithWhatIsUnderWay goes through what a bucket believes after answers and after the end of a window.
func TestBucketsReckonWithWhatIsUnderWay(t *testing.T) {
	now := time.Unix(1e9, 0)
	at := func(s float64) time.Time { return now.Add(time.Duration(s * float64(time.Second))) }
	of := func(left, flying int, reset time.Time, guessed bool) bucket {
		return bucket{window: window{"b", 5, 5 * time.Second}, learned: true, left: left, flying: flying, reset: reset, guessed: guessed}
	}
	for _, odd := range []struct {
		name  string
		was   bucket
		left  int // as an answer says; less than 0 for no answer
		reset time.Time
		want  int
		until time.Time
	}{
		{"a window is over", of(0, 0, at(0), false), -1, at(0), 5, at(5)},
		{"a window is over, three are under way", of(0, 3, at(-1), false), -1, at(0), 2, at(5)},
		{"more are under way than are allowed", of(0, 7, at(0), false), -1, at(0), 1, at(5)},
		{"the same window", of(3, 1, at(2), false), 3, at(2.1), 3, at(2)},
		{"others used it too", of(3, 0, at(2), false), 1, at(2), 1, at(2)},
		{"an answer that was faster", of(3, 0, at(2), false), 4, at(1.9), 3, at(1.9)},
		{"the window had ended there already", of(0, 2, at(0.1), false), 4, at(5), 2, at(5)},
		{"our reckoning of a window was early", of(4, 0, at(4.9), true), 4, at(5), 4, at(5)},
		{"our window was over", of(0, 1, at(-1), false), 4, at(4), 3, at(4)},
	} {
		b := odd.was
		if odd.left < 0 {
			b.turnOver(now)
		} else {
			b.correct(b.window, odd.left, odd.reset, now)
		}
		if b.left != odd.want || !b.reset.Equal(odd.until) {
			t.Errorf("%s: %d left until %v, want %d until %v", odd.name, b.left, b.reset.Sub(now), odd.want, odd.until.Sub(now))
		}
	}
}

func TestAUserLimitIsObeyed(t *testing.T) {
	asking(t, func(t *testing.T, s *discordtest.Server, r *rest) {
		all := manyChannels(s, 2)
		o := s.Order(discordtest.Fault{Kind: discordtest.LimitUser, Route: routePost, After: 1500 * time.Millisecond})
		_, err := say(r, all[0].ID, "k", "question")
		if f := wantFailure(t, err, bot.NotDone, "limits"); f.After != 2*time.Second && f.After != 1500*time.Millisecond || f.Wide {
			t.Errorf("the failure is %+v", f)
		}
		begun := time.Now()
		if _, err := say(r, all[1].ID, "other", "question"); err != nil || time.Since(begun) > time.Second {
			t.Errorf("another channel's took %v: %v", time.Since(begun), err)
		}
		// A short wait is waited out.
		if _, err := say(r, all[0].ID, "k", "question"); err != nil || time.Since(begun) < time.Second || o.Count() != 1 {
			t.Errorf("it was sent again after %v: %v", time.Since(begun), err)
		}
	})
}

// TestASharedLimitIsObeyedAndNotCounted is about limits that others used up.
func TestASharedLimitIsObeyedAndNotCounted(t *testing.T) {
	asking(t, func(t *testing.T, s *discordtest.Server, r *rest) {
		all := manyChannels(s, 2)
		o := s.Order(discordtest.Fault{Kind: discordtest.LimitShared, Route: routePost, After: 20 * time.Second})
		for range 2 { // the second is not sent
			_, err := say(r, all[0].ID, "k", "question")
			if f := wantFailure(t, err, bot.NotDone, "limits"); f.Wide || f.After < 19*time.Second {
				t.Errorf("the failure is %+v", f)
			}
		}
		if _, err := say(r, all[1].ID, "other", "question"); err != nil {
			t.Error(err)
		}
		l := r.client.Transport.(*wire).limits
		if o.Count() != 1 || s.Requests(routePost) != 2 || len(l.invalid.times) != 0 || s.InvalidRequests() != 0 {
			t.Errorf("%d requests, %d counted as invalid", s.Requests(routePost), len(l.invalid.times))
		}
		time.Sleep(21 * time.Second)
		if _, err := say(r, all[0].ID, "k", "question"); err != nil {
			t.Error(err)
		}
	})
}

// TestFactD11AGlobalLimitHoldsEverybody is about a 429 of the whole bot, which discordgo keeps for one of its buckets.
func TestFactD11AGlobalLimitHoldsEverybody(t *testing.T) {
	asking(t, func(t *testing.T, s *discordtest.Server, r *rest) {
		g := s.Guild("Study")
		one, two, mina := g.Text("one"), g.Text("two"), g.Member("Mina")
		heard := heardInteractions(t, s)
		if err := r.overwriteCommands(t.Context(), s.Bot().ID, "", quizCommand); err != nil {
			t.Fatal(err)
		}
		o := s.Order(discordtest.Fault{Kind: discordtest.LimitGlobal, Route: routePost, After: 30 * time.Second})
		_, err := say(r, one.ID, "k", "question")
		if f := wantFailure(t, err, bot.NotDone, "limits the bot"); !f.Wide || f.After != 30*time.Second {
			t.Errorf("the failure is %+v", f)
		}
		time.Sleep(10 * time.Second)
		_, err = say(r, two.ID, "other", "question")
		if f := wantFailure(t, err, bot.NotDone, "limits the bot"); !f.Wide || f.After != 20*time.Second {
			t.Errorf("another channel's failure is %+v", f)
		}
		// It does not concern answers to interactions.
		asked := mina.Slash(one, "/quiz", nil)
		i := heard()[0]
		begun := time.Now()
		if _, err := r.respond(t.Context(), i.ID, i.Token, answerMessage, draft{Content: "x"}); err != nil || time.Since(begun) > 10*time.Millisecond || asked.Reply().Content != "x" {
			t.Errorf("an interaction was answered after %v: %v", time.Since(begun), err)
		}
		time.Sleep(18*time.Second + 500*time.Millisecond)
		begun = time.Now()
		if _, err := say(r, two.ID, "other", "question"); err != nil || time.Since(begun) != 1500*time.Millisecond {
			t.Errorf("the rest of it was waited for %v: %v", time.Since(begun), err)
		}
		if o.Count() != 1 || s.Requests(routePost) != 2 {
			t.Errorf("%d posts were sent, want 2", s.Requests(routePost))
		}
	})
}

// TestAGlobalLimitInTheMiddle is about those who already wait for the pace when it comes: they come out one by one after it.
func TestAGlobalLimitInTheMiddle(t *testing.T) {
	asking(t, func(t *testing.T, s *discordtest.Server, r *rest) {
		all := manyChannels(s, 80)
		o := s.Order(discordtest.Fault{Kind: discordtest.LimitGlobal, Route: routePost, After: time.Second, Skip: 20})
		begun := time.Now()
		var posts sync.WaitGroup
		for _, ch := range all {
			posts.Go(func() { untilDone(t, func() error { _, err := say(r, ch.ID, ch.ID, "question"); return err }) })
		}
		for o.Count() == 0 {
			time.Sleep(time.Millisecond)
		}
		time.Sleep(990 * time.Millisecond)
		if got := s.Requests(routePost); got != 21 {
			t.Errorf("%d were sent before the limit was over", got-21)
		}
		posts.Wait()
		if took, want := time.Since(begun), 80*paceOf+time.Second; took > want+time.Second {
			t.Errorf("it took %v, want %v", took, want)
		}
		if o.Count() != 1 || s.Requests(routePost) != 81 || s.InvalidRequests() != 1 {
			t.Errorf("%d requests, %d refused", s.Requests(routePost), s.InvalidRequests())
		}
	})
}

// TestInteractionsPassTheFanOut answers interactions while posts stand in line.
func TestInteractionsPassTheFanOut(t *testing.T) {
	asking(t, func(t *testing.T, s *discordtest.Server, r *rest) {
		all := manyChannels(s, 300)
		g := s.Guild("Others")
		ch, mina := g.Text("daily"), g.Member("Mina")
		heard := heardInteractions(t, s)
		if err := r.overwriteCommands(t.Context(), s.Bot().ID, "", quizCommand); err != nil {
			t.Fatal(err)
		}
		var posts sync.WaitGroup
		for _, ch := range all {
			posts.Go(func() { untilDone(t, func() error { _, err := say(r, ch.ID, ch.ID, "question"); return err }) })
		}
		for n := range 20 {
			time.Sleep(100 * time.Millisecond)
			mina.Slash(ch, "/quiz", nil)
			i := heard()[n]
			begun := time.Now()
			_, err := r.respond(t.Context(), i.ID, i.Token, answerLater, draft{})
			_, errEdit := r.editOriginal(t.Context(), s.Bot().ID, i.Token, draft{Content: "x"})
			if err != nil || errEdit != nil || time.Since(begun) > 0 {
				t.Errorf("an answer waited %v: %v %v", time.Since(begun), err, errEdit)
			}
		}
		posts.Wait()
		if s.InvalidRequests() != 0 {
			t.Errorf("%d were refused", s.InvalidRequests())
		}
	})
}

// TestTheBreakerOpensLongBeforeTheBan lets everything be refused.
func TestTheBreakerOpensLongBeforeTheBan(t *testing.T) {
	asking(t, func(t *testing.T, s *discordtest.Server, r *rest) {
		g := s.Guild("Study")
		ch, mina := g.Text("daily"), g.Member("Mina")
		heard := heardInteractions(t, s)
		if err := r.overwriteCommands(t.Context(), s.Bot().ID, "", quizCommand); err != nil {
			t.Fatal(err)
		}
		ch.DenyBot(discordtest.ViewChannel)
		begun := time.Now()
		var last *bot.Failure
		for n := 0; last == nil || last.Outcome == bot.Refused; n++ {
			_, err := say(r, ch.ID, fmt.Sprint(n), "question")
			if !errors.As(err, &last) || n > 2*mostInvalid {
				t.Fatalf("after %d: %v", n, err)
			}
			if last.Outcome == bot.NotDone && !last.Wide { // the bucket is full
				time.Sleep(last.After)
				last = nil
			}
		}
		if !last.Wide || last.Outcome != bot.NotDone || s.InvalidRequests() != mostInvalid {
			t.Errorf("after %d refusals: %+v", s.InvalidRequests(), last)
		}
		if at := time.Now().Add(last.After); at.Sub(begun) < invalidSpan || last.After > invalidSpan {
			t.Errorf("it asks to wait %v after %v", last.After, time.Since(begun))
		}
		// Interactions are answered all the same.
		other := g.Text("other")
		asked := mina.Slash(other, "/quiz", nil)
		i := heard()[0]
		if _, err := r.respond(t.Context(), i.ID, i.Token, answerMessage, draft{Content: "x"}); err != nil || asked.Reply().Content != "x" {
			t.Errorf("an interaction is not answered: %v", err)
		}
		ch.AllowBot()
		time.Sleep(last.After)
		if _, err := say(r, ch.ID, "last", "question"); err != nil {
			t.Errorf("after the wait: %v", err)
		}
		if s.InvalidRequests() != mostInvalid {
			t.Errorf("%d refusals, want %d", s.InvalidRequests(), mostInvalid)
		}
	})
}

func TestTally(t *testing.T) {
	begun := time.Unix(1e9, 0)
	var y tally
	for i := range 2 * mostInvalidFree {
		y.add(begun.Add(time.Duration(i) * time.Millisecond))
	}
	now := begun.Add(2 * mostInvalidFree * time.Millisecond)
	if len(y.times) != mostInvalidFree {
		t.Errorf("it remembers %d", len(y.times))
	}
	for most, want := range map[int]time.Duration{
		mostInvalid:         invalidSpan - mostInvalid*time.Millisecond,
		mostInvalidFree:     invalidSpan - mostInvalidFree*time.Millisecond,
		mostInvalidFree + 1: 0,
	} {
		if got := y.wait(now, most); got != want {
			t.Errorf("for %d it says %v, want %v", most, got, want)
		}
	}
	if got := y.wait(now.Add(invalidSpan), mostInvalid); got > 0 {
		t.Errorf("later it says %v", got)
	}
}

func TestHeadersAreReadWithCare(t *testing.T) {
	whole := map[string]string{"X-RateLimit-Bucket": "b", "X-RateLimit-Limit": "5", "X-RateLimit-Remaining": "4", "X-RateLimit-Reset-After": "1.5"}
	for _, odd := range []struct {
		name, value string
		ok          bool
	}{
		{"X-RateLimit-Limit", "5", true},
		{"X-RateLimit-Limit", "0", false},
		{"X-RateLimit-Limit", "", false},
		{"X-RateLimit-Bucket", "", false},
		{"X-RateLimit-Remaining", "x", false},
		{"X-RateLimit-Reset-After", "NaN", false},
		{"X-RateLimit-Reset-After", "-1", false},
	} {
		h := http.Header{}
		for k, v := range whole {
			h.Set(k, v)
		}
		h.Set(odd.name, odd.value)
		w, left, reset, ok := windowOf(h)
		if ok != odd.ok || ok && (w.limit != 5 || left != 4 || reset != 1500*time.Millisecond) {
			t.Errorf("%s %q: %+v %d %v %v", odd.name, odd.value, w, left, reset, ok)
		}
	}
	for text, want := range map[string]time.Duration{"65": 65 * time.Second, "0.5": 500 * time.Millisecond, "1e30": 7 * 24 * time.Hour, "": limitedSpan, "0": limitedSpan, "soon": limitedSpan, "Inf": 7 * 24 * time.Hour} {
		h := http.Header{}
		h.Set("Retry-After", text)
		if got, said := retryAfter(h); got != want || said != (want != limitedSpan) {
			t.Errorf("Retry-After %q is %v, %v", text, got, said)
		}
	}
}
