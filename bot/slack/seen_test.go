package slack

import (
	"errors"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"rewind/bot"
)

func TestCopiesEndAlike(t *testing.T) {
	t.Parallel()
	for _, want := range []error{nil, errNotNow} {
		s := newSeen(bot.MachineClock{})
		v, first := s.join([]string{"event/1", "message/1"})
		copied, second := s.join([]string{"event/2", "message/1"})
		if !first || second || copied != v || v.over() {
			t.Fatalf("first %v, second %v", first, second)
		}
		go s.settle(v, "answer", want)
		if ack, err := copied.wait(t.Context()); ack != "answer" || !errors.Is(err, want) {
			t.Errorf("the copy ended with %v, %v", ack, err)
		}
		if _, first := s.join([]string{"event/1"}); first != (want != nil) {
			t.Errorf("after %v the next one is the first: %v", want, first)
		}
	}
}

func TestSeenIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSeen(bot.MachineClock{})
		under, _ := s.join([]string{"under way"})
		for i := range 3 * seenMost {
			v, first := s.join([]string{"a" + strconv.Itoa(i), "b" + strconv.Itoa(i)})
			if !first {
				t.Fatalf("%d is known", i)
			}
			s.settle(v, nil, nil)
		}
		if n := len(s.byKey); n > 2*(seenMost+1)+1 {
			t.Errorf("%d keys are kept", n)
		}
		if _, first := s.join([]string{"under way"}); first {
			t.Error("what is under way was forgotten")
		}
		s.settle(under, nil, nil)
		time.Sleep(seenSpan / 2)
		if _, first := s.join([]string{"under way"}); first {
			t.Error("it was forgotten too early")
		}
		time.Sleep(seenSpan)
		v, first := s.join([]string{"under way"})
		if !first || len(s.byKey) != 1 || len(s.taken) != 0 {
			t.Errorf("first %v; %d keys and %d visits are kept for ever", first, len(s.byKey), len(s.taken))
		}
		s.settle(v, nil, errNotNow)
	})
}

// TestNothingToKnowItBy has no key, so that all are different.
func TestNothingToKnowItBy(t *testing.T) {
	t.Parallel()
	s := newSeen(bot.MachineClock{})
	for range 2 {
		v, first := s.join(nil)
		if !first {
			t.Error("it is known")
		}
		s.settle(v, nil, nil)
	}
	if len(s.taken) != 0 {
		t.Error("it is kept")
	}
}
