package bottest

import (
	"fmt"

	"rewind/bot"
)

// threadCases are about threads as the bot makes and reads them.
func threadCases() []Case {
	return []Case{
		{"a message has one thread", nil, oneThread},
		{"a look opens no thread", nil, looksForThread},
		{"a thread holds what is said into it", all(needReplies), saysInThread},
		{"a thread is read whole and in order", all(needHistory, needSay), readsWhole},
		{"threads are kept apart", all(needHistory, needSay), readsOneThread},
		{"the bot's own words are no comments", all(needHistory, needSay), ownWords},
		{"a deleted thread is gone", all(needHistory, needGone), deletedThread},
	}
}

func needReplies(s Subject) string { return lack(s.Replies != nil, "way to see what is in a thread") }

// opening opens the thread of a message.
func opening(s Subject, id, key string) bot.Delivery {
	return bot.Delivery{Key: key, Op: bot.OpenThread, To: bot.Place{Channel: s.Channel, Message: id}, Body: bot.Message{Text: "answers"}}
}

func oneThread(tb TB, s Subject) {
	first := deliver(tb, s, s.text("first", "the first question"))
	second := deliver(tb, s, s.text("second", "the second question"))
	made := deliver(tb, s, opening(s, first.ID, "first/thread"))
	again := opening(s, first.ID, "first/thread")
	again.Unsure = s.now()
	if r := deliver(tb, s, again); r.ID != made.ID {
		tb.Errorf("the same key opened threads %q and %q", made.ID, r.ID)
	}
	if r := deliver(tb, s, opening(s, first.ID, "first/again")); r.ID != made.ID {
		tb.Errorf("another key opened threads %q and %q under one message", made.ID, r.ID)
	}
	if r := deliver(tb, s, opening(s, second.ID, "second/thread")); r.ID == made.ID {
		tb.Errorf("two messages share thread %q", made.ID)
	}
}

func looksForThread(tb TB, s Subject) {
	post := deliver(tb, s, s.text("first", "the first question"))
	d := opening(s, post.ID, "first/thread")
	d.Unsure, d.LookOnly = s.now(), true
	if s.Threaded {
		if r := deliver(tb, s, d); r.ID == "" {
			tb.Errorf("the look found a thread without an ID")
		}
		return
	}
	if !s.ReadsHistory {
		fail(tb, s, d, bot.Unknown)
		return
	}
	fail(tb, s, d, bot.Refused)
	made := deliver(tb, s, opening(s, post.ID, "first/thread"))
	if r := deliver(tb, s, d); r.ID != made.ID {
		tb.Errorf("the look found thread %q, want %q", r.ID, made.ID)
	}
}

func saysInThread(tb TB, s Subject) {
	th := open(tb, s)
	d := bot.Delivery{Key: "reveal", Op: bot.Say, To: bot.Place{Channel: s.Channel, Thread: th.ID}, Body: bot.Message{Text: "the reference answer"}}
	r := deliver(tb, s, d)
	posted(tb, s, "the reference answer", 0)
	if p := among(tb, s.Replies(th), "the reference answer", 1); p[0].ID != r.ID {
		tb.Errorf("the receipt names message %q, the thread has %q", r.ID, p[0].ID)
	}
	deliver(tb, s, bot.Delivery{Key: "reveal/edit", Op: bot.Edit, To: bot.Place{Channel: s.Channel, Thread: th.ID, Message: r.ID}, Body: bot.Message{Text: "the better answer"}})
	among(tb, s.Replies(th), "the reference answer", 0)
	among(tb, s.Replies(th), "the better answer", 1)
}

// readsWhole says more than any platform gives in one page.
func readsWhole(tb TB, s Subject) {
	const comments = 230
	stop := listen(tb, s, &recorder{})
	defer stop()
	th := open(tb, s)
	ids := make([]string, comments)
	for i := range ids {
		ids[i] = s.Say(th, s.Mina, "Mina", fmt.Sprintf("comment %d", i))
	}
	got := read(tb, s, th).Comments
	if len(got) != comments {
		tb.Fatalf("%d comments were read, want %d", len(got), comments)
	}
	for i, c := range got {
		if want := fmt.Sprintf("comment %d", i); c.ID != ids[i] || c.Text != want {
			tb.Fatalf("comment %d is %q, %q; want %q, %q", i, c.ID, c.Text, ids[i], want)
		}
		if i > 0 && c.Said.Before(got[i-1].Said) {
			tb.Errorf("comment %d was said before the one above it", i)
		}
	}
}

func readsOneThread(tb TB, s Subject) {
	stop := listen(tb, s, &recorder{})
	defer stop()
	first := open(tb, s)
	post := deliver(tb, s, s.text("second", "the second question"))
	second := bot.Thread{Channel: s.Channel, ID: deliver(tb, s, opening(s, post.ID, "second/thread")).ID}
	s.Say(first, s.Mina, "Mina", "in the first")
	s.Say(second, s.Jun, "Jun", "in the second")
	for th, want := range map[bot.Thread]string{first: "in the first", second: "in the second"} {
		if got := read(tb, s, th).Comments; len(got) != 1 || got[0].Text != want || got[0].Thread != th {
			tb.Errorf("thread %q reads %+v, want only %q", th.ID, got, want)
		}
	}
}

func ownWords(tb TB, s Subject) {
	r := &recorder{}
	stop := listen(tb, s, r)
	defer stop()
	th := open(tb, s)
	deliver(tb, s, bot.Delivery{Key: "own", Op: bot.Say, To: bot.Place{Channel: s.Channel, Thread: th.ID}, Body: bot.Message{Text: "the bot's own words"}})
	id := s.Say(th, s.Mina, "Mina", "a person's words")
	r.said(tb, id)
	if got := read(tb, s, th).Comments; len(got) != 1 || got[0].ID != id {
		tb.Errorf("the thread reads %+v, want only the person's comment", got)
	}
	r.only(tb, id)
}

// only checks that no other comment than that was reported.
func (r *recorder) only(tb TB, id string) {
	tb.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range r.comments {
		if c.ID != id {
			tb.Errorf("comment %q, %q was reported, which is none", c.ID, c.Text)
		}
	}
}

func deletedThread(tb TB, s Subject) {
	th := open(tb, s)
	if read(tb, s, th).Gone {
		tb.Fatalf("a new thread is gone")
	}
	s.DeleteThread(th)
	if snap := read(tb, s, th); !snap.Gone || len(snap.Comments) > 0 {
		tb.Errorf("a deleted thread reads %+v", snap)
	}
}
