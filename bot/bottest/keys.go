package bottest

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"rewind/bot"
)

// keyCases are about saying once.
func keyCases() []Case {
	return []Case{
		{"a key says once", all(needKeys), saysOnce},
		{"the same words under two keys are said twice", nil, saysUnderTwoKeys},
		{"a retry finds what landed", all(needFinding), retryFinds},
		{"a retry finds what landed after its key was forgotten", all(needHistory, needForget), retryFindsForgotten},
		{"a retry posts what did not land", all(needFinding), retryPosts},
		{"a retry that cannot tell posts nothing", needNoTelling, retryCannotTell},
		{"a look posts nothing", nil, looksOnly},
		{"a look finds what landed", all(needHistory), looksAndFinds},
		{"many keys at once are each said once", nil, saysManyAtOnce},
	}
}

func saysOnce(tb TB, s Subject) {
	d := s.text("once", "said once")
	first := deliver(tb, s, d)
	same(tb, first, deliver(tb, s, d))
	if p := posted(tb, s, "said once", 1); p[0].ID != first.ID {
		tb.Errorf("the receipt names message %q, the channel has %q", first.ID, p[0].ID)
	}
}

func same(tb TB, first, second bot.Receipt) {
	tb.Helper()
	if first.ID != second.ID || !first.At.Equal(second.At) {
		tb.Errorf("the second receipt is %+v, the first was %+v", second, first)
	}
}

func saysUnderTwoKeys(tb TB, s Subject) {
	first := deliver(tb, s, s.text("monday", "the same words"))
	second := deliver(tb, s, s.text("tuesday", "the same words"))
	if first.ID == second.ID {
		tb.Errorf("both receipts name message %q", first.ID)
	}
	posted(tb, s, "the same words", 2)
}

// land makes a delivery land, unknown to the bot where the platform can be made to lose its answer. It returns when it
// was tried.
func land(tb TB, s Subject, d bot.Delivery) time.Time {
	tb.Helper()
	at := s.now()
	if lose := s.Break[LoseAnswer]; lose != nil {
		lose(0)
		fail(tb, s, d, bot.Unknown)
		return at
	}
	deliver(tb, s, d)
	return at
}

func retryFinds(tb TB, s Subject) {
	d := s.text("landed", "it landed")
	d.Unsure = land(tb, s, d)
	r := deliver(tb, s, d)
	if p := posted(tb, s, "it landed", 1); p[0].ID != r.ID {
		tb.Errorf("the receipt names message %q, the channel has %q", r.ID, p[0].ID)
	}
	same(tb, r, deliver(tb, s, d))
}

func retryFindsForgotten(tb TB, s Subject) {
	d := s.text("forgotten", "its key was forgotten")
	d.Unsure = land(tb, s, d)
	deliver(tb, s, s.text("other", "something else"))
	s.Forget()
	r := deliver(tb, s, d)
	if p := posted(tb, s, "its key was forgotten", 1); p[0].ID != r.ID {
		tb.Errorf("the receipt names message %q, the channel has %q", r.ID, p[0].ID)
	}
}

func retryPosts(tb TB, s Subject) {
	d := s.text("missed", "it did not land")
	at := s.now()
	if miss := s.Break[TimeOut]; miss != nil {
		miss(0)
		fail(tb, s, d, bot.Unknown, bot.NotDone)
		posted(tb, s, "it did not land", 0)
	}
	d.Unsure = at
	r := deliver(tb, s, d)
	if p := posted(tb, s, "it did not land", 1); p[0].ID != r.ID {
		tb.Errorf("the receipt names message %q, the channel has %q", r.ID, p[0].ID)
	}
}

// needNoTelling asks for a way to take from the platform all that it could tell by.
func needNoTelling(s Subject) string {
	if s.ReadsHistory && s.Break[HideHistory] == nil {
		return "way to hide the history"
	}
	if s.KeepsKeys && s.Forget == nil {
		return "way to forget keys"
	}
	return ""
}

func retryCannotTell(tb TB, s Subject) {
	d := s.text("dark", "nobody can tell")
	d.Unsure = land(tb, s, d)
	if s.KeepsKeys {
		s.Forget()
	}
	if s.ReadsHistory {
		s.Break[HideHistory](0)
	}
	fail(tb, s, d, bot.Unknown)
	posted(tb, s, "nobody can tell", 1)
}

func looksOnly(tb TB, s Subject) {
	deliver(tb, s, s.text("other", "something else"))
	d := s.text("looked for", "only looked for")
	d.Unsure, d.LookOnly = s.now(), true
	want := bot.Refused
	if !s.ReadsHistory {
		want = bot.Unknown
	}
	fail(tb, s, d, want)
	posted(tb, s, "only looked for", 0)
}

func looksAndFinds(tb TB, s Subject) {
	d := s.text("found", "looked for and found")
	d.Unsure = land(tb, s, d)
	d.LookOnly = true
	r := deliver(tb, s, d)
	if p := posted(tb, s, "looked for and found", 1); p[0].ID != r.ID {
		tb.Errorf("the receipt names message %q, the channel has %q", r.ID, p[0].ID)
	}
}

// saysManyAtOnce delivers each key twice at once where keys are kept.
func saysManyAtOnce(tb TB, s Subject) {
	const keys = 24
	times := 1
	if s.KeepsKeys {
		times = 2
	}
	ids := make([]string, keys*times)
	errs := make([]error, keys*times)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var all sync.WaitGroup
	for i := range ids {
		all.Go(func() {
			r, err := s.Platform.Deliver(ctx, s.text(fmt.Sprintf("many/%d", i%keys), fmt.Sprintf("number-%d-of-many", i%keys)))
			ids[i], errs[i] = r.ID, err
		})
	}
	all.Wait()
	for i, err := range errs {
		if err != nil {
			tb.Fatalf("deliver %d of many: %v", i, err)
		}
		if ids[i] != ids[i%keys] {
			tb.Errorf("key %d was said as message %q and as %q", i%keys, ids[i%keys], ids[i])
		}
	}
	for i := range keys {
		posted(tb, s, fmt.Sprintf("number-%d-of-many", i), 1)
	}
	slices.Sort(ids)
	if n := len(slices.Compact(ids)); n != keys {
		tb.Errorf("%d keys were said as %d messages", keys, n)
	}
}
