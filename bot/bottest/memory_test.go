package bottest_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"rewind/bot"
	"rewind/bot/bottest"
)

// scene is a memory with one channel and one thread.
type scene struct {
	*bottest.Memory
	t       *testing.T
	channel bot.Channel
	thread  bot.Thread
	post    string
	mina    bot.Account
}

func newScene(t *testing.T, o bottest.Options) *scene {
	t.Helper()
	m := bottest.NewMemory(nil, o)
	s := &scene{Memory: m, t: t, channel: m.Channel("w1", "general"), mina: m.Account("w1", "mina")}
	s.post = s.must(s.say("question", "a question")).ID
	r := s.must(bot.Delivery{Key: "thread", Op: bot.OpenThread, To: bot.Place{Channel: s.channel, Message: s.post}, Body: bot.Message{Text: "answers"}})
	s.thread = bot.Thread{Channel: s.channel, ID: r.ID}
	return s
}

func (s *scene) say(key, text string) bot.Delivery {
	return bot.Delivery{Key: key, Op: bot.Say, To: bot.Place{Channel: s.channel}, Body: bot.Message{Text: text}}
}

func (s *scene) must(d bot.Delivery) bot.Receipt {
	s.t.Helper()
	r, err := s.Deliver(s.t.Context(), d)
	if err != nil {
		s.t.Fatal(err)
	}
	return r
}

func (s *scene) texts() []string {
	var texts []string
	for _, p := range s.Posts(s.channel) {
		texts = append(texts, p.Text)
	}
	return texts
}

// listener writes down what it hears, as one word each.
type listener struct {
	bot.Handler          // nil: what is not written below is not called
	heard       []string // read it only when nothing is under way
	comment     error
	gap         error
}

func (l *listener) Command(ctx context.Context, c bot.Command, answer func(context.Context, bot.Reply) error) error {
	l.heard = append(l.heard, "/"+c.Text)
	return errors.Join(
		answer(ctx, bot.Reply{Message: bot.Message{Text: "wait"}, Private: true}),
		answer(ctx, bot.Reply{Message: bot.Message{Text: "done"}}),
	)
}

func (l *listener) Comment(_ context.Context, c bot.Comment) error {
	l.heard = append(l.heard, c.Text)
	return l.comment
}

func (l *listener) Gap(context.Context, string) error {
	l.heard = append(l.heard, "gap")
	return l.gap
}

// listens runs Listen until it returns, or until the test ends it.
func (s *scene) listens(l *listener) (end func() error) {
	ctx, cancel := context.WithCancel(s.t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Listen(ctx, l) }()
	synctest.Wait()
	return func() error {
		synctest.Wait()
		cancel()
		return <-done
	}
}

func TestKeysAreForgottenAfterTheWindow(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		options bottest.Options
		wait    time.Duration
		posts   int
		fails   bool
	}{
		{"within the window the key decides", bottest.Options{Blind: true}, 119 * time.Second, 1, false},
		{"behind it the history does", bottest.Options{}, 2 * time.Minute, 1, false},
		{"behind it and blind, nothing can", bottest.Options{Blind: true}, 2 * time.Minute, 1, true},
		{"a longer window", bottest.Options{Blind: true, Window: time.Hour}, 59 * time.Minute, 1, false},
		{"no window", bottest.Options{Blind: true, Window: -1}, 0, 1, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t, tt.options)
				d := s.say("key", "the text")
				d.Unsure = time.Now()
				first := s.must(s.say("key", "the text"))
				<-time.After(tt.wait)
				r, err := s.Deliver(t.Context(), d)
				if (err != nil) != tt.fails || err == nil && r != first {
					t.Errorf("the retry returned %+v, %v; the first %+v", r, err, first)
				}
				if n := len(s.Posts(s.channel)) - 1; n != tt.posts {
					t.Errorf("%d posts, want %d", n, tt.posts)
				}
			})
		})
	}
}

// TestKeysForgottenWithinARetry forgets the keys ahead of a retry, and between its question whether they are kept and its
// request: the history decides, or nobody can tell.
func TestKeysForgottenWithinARetry(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		blind  bool
		forget func(s *scene)
	}{
		{"ahead of it", false, func(s *scene) { s.Faults.Order(bottest.Fault{Kind: bottest.ForgetKeys}) }},
		{"within it", false, forgetWithin},
		{"ahead of it, blind", true, func(s *scene) { s.Faults.Order(bottest.Fault{Kind: bottest.ForgetKeys}) }},
		{"within it, blind", true, forgetWithin},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t, bottest.Options{Blind: tt.blind})
				d := s.say("key", "the text")
				d.Unsure = time.Now()
				first := s.must(s.say("key", "the text"))
				<-time.After(time.Second)
				tt.forget(s)
				r, err := s.Deliver(t.Context(), d)
				if (err != nil) != tt.blind || err == nil && r != first {
					t.Errorf("the retry returned %+v, %v; the first %+v", r, err, first)
				}
				if n := len(s.Posts(s.channel)) - 1; n != 1 {
					t.Errorf("%d posts, want one", n)
				}
			})
		})
	}
}

func forgetWithin(s *scene) {
	s.Faults.Around(func(op bottest.Operation) error {
		if op.Op == bot.Say {
			s.Forget()
		}
		return nil
	}, nil)
}

// A sure retry behind the window posts again: that is the platform's nature, and why attempts are recorded.
func TestForgottenKeyWithoutDoubtPostsAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, bottest.Options{})
		s.must(s.say("key", "the text"))
		<-time.After(3 * time.Minute)
		s.must(s.say("key", "the text"))
		if got := s.texts(); len(got) != 3 {
			t.Errorf("the channel holds %q", got)
		}
	})
}

func TestLiveEvents(t *testing.T) {
	t.Parallel()
	channel := bot.Channel{Platform: "memory", Workspace: "w1", ID: "general"}
	for _, tt := range []struct {
		name   string
		faults []bottest.Fault
		want   string
		lost   bool // the connection ends by itself
	}{
		{"in order", nil, "gap a b c", false},
		{"twice", []bottest.Fault{{Kind: bottest.Twice, Skip: 1}}, "gap a b b c", false},
		{"swapped", []bottest.Fault{{Kind: bottest.Swap}}, "gap b a c", false},
		// The last of all has no next one to come after.
		{"swapped at the end", []bottest.Fault{{Kind: bottest.Swap, Skip: 2}}, "gap a b", false},
		{"dropped", []bottest.Fault{{Kind: bottest.Drop, Skip: 1}}, "gap a", true},
		{"twice, always", []bottest.Fault{{Kind: bottest.Twice, Times: bottest.Always}}, "gap a a b b c c", false},
		{"twice, here", []bottest.Fault{{Kind: bottest.Twice, Channel: channel}}, "gap a a b c", false},
		{"twice, elsewhere", []bottest.Fault{{Kind: bottest.Twice, Channel: bot.Channel{ID: "other"}}}, "gap a b c", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t, bottest.Options{})
				for _, f := range tt.faults {
					s.Faults.Order(f)
				}
				l := &listener{}
				end := s.listens(l)
				for _, text := range []string{"a", "b", "c"} {
					s.Say(s.thread, s.mina, "Mina", text)
					synctest.Wait()
				}
				err := end()
				if got := strings.Join(l.heard, " "); got != tt.want {
					t.Errorf("heard %q, want %q", got, tt.want)
				}
				if (err != nil) != tt.lost {
					t.Errorf("listen returned %v", err)
				}
				snap, err := s.Read(t.Context(), s.thread)
				if err != nil || len(snap.Comments) != 3 {
					t.Errorf("the thread reads %+v, %v", snap, err)
				}
			})
		})
	}
}

func TestFaultsAreCountedWhenTheyHappened(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, bottest.Options{})
		for _, k := range []bottest.Kind{bottest.Twice, bottest.Swap, bottest.Drop} {
			s.Faults.Order(bottest.Fault{Kind: k})
		}
		s.Say(s.thread, s.mina, "Mina", "nobody listens")
		s.Faults.Order(bottest.Fault{Kind: bottest.LoseAnswer})
		_, err := s.Deliver(t.Context(), bot.Delivery{Key: "edit", Op: bot.Edit, To: bot.Place{Channel: s.channel, Message: "404"}, Body: bot.Message{Text: "x"}})
		if err == nil {
			t.Error("a missing message was edited")
		}
		for _, k := range []bottest.Kind{bottest.Twice, bottest.Swap, bottest.Drop, bottest.LoseAnswer} {
			if n := s.Faults.Happened(k); n != 0 {
				t.Errorf("%q happened %d times, and cannot have", k, n)
			}
		}
		s.Faults.Clear()
		s.Faults.Order(bottest.Fault{Kind: bottest.Refuse, Op: bot.Say, Skip: 1, Times: 2})
		for i, fails := range []bool{false, true, true, false} {
			if _, err := s.Deliver(t.Context(), s.say(fmt.Sprint(i), "text")); (err != nil) != fails {
				t.Errorf("delivery %d: %v", i, err)
			}
		}
		if n := s.Faults.Happened(bottest.Refuse); n != 2 {
			t.Errorf("a refusal happened %d times, want 2", n)
		}
	})
}

// Hooks number every operation, so that a test can pull the plug at each in turn.
func TestPlugIsPulledAtEachOperation(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		plug := errors.New("the plug is pulled")
		for n := 1; n <= 3; n++ {
			for _, before := range []bool{true, false} {
				s := newScene(t, bottest.Options{})
				count := 0
				pull := func(bottest.Operation) error {
					if count++; count >= n {
						return plug
					}
					return nil
				}
				hooks := []func(bottest.Operation) error{nil, pull}
				if before {
					slices.Reverse(hooks)
				}
				s.Faults.Around(hooks[0], hooks[1])
				for i := range 3 {
					_, err := s.Deliver(t.Context(), s.say(fmt.Sprint(i), fmt.Sprint(i)))
					if errors.Is(err, plug) != (i+1 >= n) {
						t.Errorf("pulled at %d: delivery %d ended with %v", n, i+1, err)
					}
				}
				want := 3 // pulled behind an operation, all of them landed
				if before {
					want = n - 1
				}
				if got := len(s.texts()) - 1; got != want {
					t.Errorf("pulled at %d, before %v: %d posts, want %d", n, before, got, want)
				}
			}
		}
	})
}

func TestMemoryOutlivesTheBot(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, bottest.Options{})
		if _, err := s.Command(t.Context(), bot.Command{From: s.mina, Channel: s.channel, Text: "me"}); !errors.Is(err, bottest.ErrOffline) {
			t.Errorf("a command to nobody ended with %v", err)
		}
		for range 2 {
			l := &listener{comment: errors.New("busy")}
			end := s.listens(l)
			s.Say(s.thread, s.mina, "Mina", "hello")
			if err := end(); err != nil || s.Connected() {
				t.Errorf("listen ended with %v", err)
			}
			if got := strings.Join(l.heard, " "); got != "gap hello" {
				t.Errorf("heard %q", got)
			}
		}
		s.Disconnect()
		if err := s.Listen(t.Context(), &listener{}); err == nil {
			t.Error("it listens without a connection")
		}
		s.Connect()
		broken := errors.New("the store is broken")
		if err := s.Listen(t.Context(), &listener{gap: broken}); !errors.Is(err, broken) {
			t.Errorf("listen ended with %v where the gap was not taken", err)
		}
		if got := s.Posts(s.channel)[0]; len(got.Comments) != 2 || got.Thread != s.thread.ID || got.ThreadName != "answers" {
			t.Errorf("the post is %+v", got)
		}
		if ops := s.Ops(); ops[bot.Say] != 1 || ops[bot.OpenThread] != 1 || ops[bottest.Listen] != 4 {
			t.Errorf("operations %v", ops)
		}
	})
}

func TestReplies(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, bottest.Options{})
		end := s.listens(&listener{})
		c := bot.Command{ID: "1", From: s.mina, Channel: s.channel, Text: "me"}
		reply, err := s.Command(t.Context(), c)
		// The second reply is public, but who sees it was decided by the first.
		if err != nil || reply.Message.Text != "done" || !reply.Private {
			t.Errorf("the reply is %+v, %v", reply, err)
		}
		if got := s.Private(s.mina); len(got) != 1 || got[0].Text != "done" || got[0].Edits != 1 || !got[0].Private {
			t.Errorf("Mina was told %+v", got)
		}
		if _, err := s.Press(t.Context(), c, s.post, "Answer"); err == nil {
			t.Error("a button was pressed that is not there")
		}
		if err := end(); err != nil {
			t.Error(err)
		}
	})
}

func TestEditOfATextInParts(t *testing.T) {
	t.Parallel()
	line := func(word string) string { return strings.Repeat(word, 40) }
	for _, tt := range []struct {
		name, text string
		want       []string
		refused    bool
	}{
		{"as many", line("x") + "\n" + line("y"), []string{line("x"), line("y"), "last"}, false},
		{"fewer", "short", []string{"short", "last"}, false},
		{"more", line("x") + "\n" + line("y") + "\n" + line("z"), []string{line("a"), line("b"), "last"}, true},
		{"none", " ", []string{line("a"), line("b"), "last"}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t, bottest.Options{Limit: 64})
			s.DeletePost(s.channel, s.post)
			r := s.must(s.say("long", line("a")+"\n"+line("b")))
			s.must(s.say("last", "last"))
			_, err := s.Deliver(t.Context(), bot.Delivery{Key: "edit", Op: bot.Edit, To: bot.Place{Channel: s.channel, Message: r.ID}, Body: bot.Message{Text: tt.text}})
			if (err != nil) != tt.refused {
				t.Errorf("the edit ended with %v", err)
			}
			if got := s.texts(); !slices.Equal(got, tt.want) {
				t.Errorf("the channel holds %q, want %q", got, tt.want)
			}
		})
	}
}

func TestWhatIsNotThere(t *testing.T) {
	t.Parallel()
	s := newScene(t, bottest.Options{})
	nowhere := bot.Thread{Channel: s.channel, ID: "404"}
	if id := s.Say(nowhere, s.mina, "Mina", "hello"); id != "" {
		t.Errorf("something was said nowhere: %q", id)
	}
	if s.EditComment(nowhere, "c1", "x") || s.DeleteComment(s.thread, "c1") || s.DeleteThread(nowhere) || s.DeletePost(s.channel, "404") {
		t.Error("something was changed that is not there")
	}
	for _, d := range []bot.Delivery{
		s.say("", "no key"),
		s.say(strings.Repeat("k", 201), "a long key"),
		s.say("empty", " \n"),
		{Key: "threads in threads", Op: bot.OpenThread, To: bot.Place{Channel: s.channel, Thread: s.thread.ID, Message: s.post}},
	} {
		_, err := s.Deliver(t.Context(), d)
		if f := (*bot.Failure)(nil); !errors.As(err, &f) || f.Outcome != bot.Refused {
			t.Errorf("delivery %.10q ended with %v", d.Key, err)
		}
	}
}
