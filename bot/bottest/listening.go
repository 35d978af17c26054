package bottest

import "context"

// listenCases are about the connection.
func listenCases() []Case {
	return []Case{
		{"listening ends when it is told to", nil, listenEnds},
		{"it can listen again", all(needSay), listensAgain},
		{"a gap is reported after each connect", all(needConnection), reportsGaps},
		{"what was said while it was away is read", all(needHistory, needSay, needConnection), readsMissed},
	}
}

func needConnection(s Subject) string {
	return lack(s.Disconnect != nil && s.Connect != nil, "connection that can break")
}

func listenEnds(tb TB, s Subject) {
	r := &recorder{}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var err error
	done := make(chan struct{})
	go func() {
		defer close(done)
		err = s.Platform.Listen(ctx, r)
	}()
	if !s.ready(r) {
		tb.Fatalf("the platform does not listen, or reported no gap when it began")
	}
	select {
	case <-done:
		tb.Fatalf("listen ended by itself: %v", err)
	default:
	}
	cancel()
	if !soon(done) {
		tb.Fatalf("listen did not end with its context")
	}
}

func listensAgain(tb TB, s Subject) {
	th := open(tb, s)
	for range 2 {
		r := &recorder{}
		stop := listen(tb, s, r)
		r.said(tb, s.Say(th, s.Mina, "Mina", "is anybody there?"))
		stop()
	}
}

func reportsGaps(tb TB, s Subject) {
	r := &recorder{}
	stop := listen(tb, s, r)
	defer stop()
	r.wait(tb, "gap after the first connect", func() bool { return len(r.gaps) > 0 })
	for range 2 {
		before := r.gapCount()
		s.Disconnect()
		s.Connect()
		r.wait(tb, "gap after a connect", func() bool { return len(r.gaps) > before })
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, name := range r.gaps {
		if name != s.Platform.Name() {
			tb.Errorf("a gap names platform %q, want %q", name, s.Platform.Name())
		}
	}
}

func (r *recorder) gapCount() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.gaps)
}

// readsMissed checks that a gap comes no earlier than the thread can be read with what was missed.
func readsMissed(tb TB, s Subject) {
	r := &recorder{}
	stop := listen(tb, s, r)
	defer stop()
	th := open(tb, s)
	kept := s.Say(th, s.Mina, "Mina", "before")
	r.said(tb, kept)
	before := r.gapCount()
	s.Disconnect()
	missed := s.Say(th, s.Jun, "Jun", "meanwhile")
	if s.DeleteComment != nil {
		s.DeleteComment(th, kept)
	}
	s.Connect()
	r.wait(tb, "gap after a connect", func() bool { return len(r.gaps) > before })
	if c, ok := stands(tb, s, th, missed); !ok || c.Text != "meanwhile" || c.From != s.Jun {
		tb.Errorf("what was said meanwhile reads %+v", c)
	}
	if _, ok := stands(tb, s, th, kept); ok && s.DeleteComment != nil {
		tb.Errorf("what was deleted meanwhile is still read")
	}
	r.said(tb, s.Say(th, s.Mina, "Mina", "after"))
}
