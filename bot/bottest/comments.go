package bottest

import (
	"errors"
	"slices"
	"sync"

	"rewind/bot"
)

// commentCases are about what people say in threads.
func commentCases() []Case {
	return []Case{
		{"a comment reads as it was reported", all(needHistory, needSay), readsAsReported},
		{"an edit is reported and read", all(needHistory, needSay, needEdit), editedComment},
		{"a deletion is reported and read", all(needHistory, needSay, needDelete), deletedComment},
		{"words outside threads are no comments", all(needSay), outsideThreads},
		{"a comment that could not be taken is not lost", all(needHistory, needSay), notTaken},
	}
}

func equal(a, b bot.Comment) bool {
	return a.Thread == b.Thread && a.ID == b.ID && a.From == b.From && a.Name == b.Name && a.Text == b.Text &&
		a.Said.Equal(b.Said) && a.Revision.Equal(b.Revision) && a.Deleted == b.Deleted
}

// stands returns the comment with that ID as the thread is read.
func stands(tb TB, s Subject, th bot.Thread, id string) (bot.Comment, bool) {
	tb.Helper()
	got := read(tb, s, th).Comments
	i := slices.IndexFunc(got, func(c bot.Comment) bool { return c.ID == id })
	if i < 0 || got[i].Deleted {
		return bot.Comment{}, false
	}
	return got[i], true
}

func readsAsReported(tb TB, s Subject) {
	r := &recorder{}
	stop := listen(tb, s, r)
	defer stop()
	th := open(tb, s)
	id := s.Say(th, s.Mina, "Mina", "SYN, 그리고 ACK")
	live := r.said(tb, id)
	if live.Thread != th || live.From != s.Mina || live.Name != "Mina" || live.Text != "SYN, 그리고 ACK" || live.Deleted {
		tb.Errorf("the comment was reported as %+v", live)
	}
	if live.Said.IsZero() || !live.Revision.Equal(live.Said) {
		tb.Errorf("the comment was said %s, its revision is %s", live.Said, live.Revision)
	}
	if got, ok := stands(tb, s, th, id); !ok || !equal(got, live) {
		tb.Errorf("the comment reads %+v, and was reported as %+v", got, live)
	}
}

func editedComment(tb TB, s Subject) {
	r := &recorder{}
	stop := listen(tb, s, r)
	defer stop()
	th := open(tb, s)
	id := s.Say(th, s.Mina, "Mina", "at first")
	said := r.said(tb, id)
	s.EditComment(th, id, "on second thought")
	live := r.comment(tb, "report of the edit", func(c bot.Comment) bool { return c.ID == id && c.Text == "on second thought" })
	if live.From != s.Mina || live.Thread != th || live.Deleted || !live.Said.Equal(said.Said) {
		tb.Errorf("the edit of %+v was reported as %+v", said, live)
	}
	if !live.Revision.After(said.Revision) {
		tb.Errorf("the edit's revision %s is not after %s", live.Revision, said.Revision)
	}
	if got, ok := stands(tb, s, th, id); !ok || !equal(got, live) {
		tb.Errorf("the edited comment reads %+v, and was reported as %+v", got, live)
	}
}

func deletedComment(tb TB, s Subject) {
	r := &recorder{}
	stop := listen(tb, s, r)
	defer stop()
	th := open(tb, s)
	id := s.Say(th, s.Mina, "Mina", "a slip")
	other := s.Say(th, s.Jun, "Jun", "this stays")
	said := r.said(tb, id)
	s.DeleteComment(th, id)
	live := r.comment(tb, "report of the deletion", func(c bot.Comment) bool { return c.ID == id && c.Deleted })
	if live.Thread != th {
		tb.Errorf("the deletion was reported in thread %+v, want %+v", live.Thread, th)
	}
	if live.Revision.Before(said.Revision) { // platforms may give no time of a deletion
		tb.Errorf("the deletion's revision %s is before %s", live.Revision, said.Revision)
	}
	if got, ok := stands(tb, s, th, id); ok {
		tb.Errorf("the deleted comment still reads %+v", got)
	}
	if _, ok := stands(tb, s, th, other); !ok {
		tb.Errorf("the other comment went with it")
	}
}

// outsideThreads speaks in the channel first, so that its report would have come before the awaited one.
func outsideThreads(tb TB, s Subject) {
	r := &recorder{}
	stop := listen(tb, s, r)
	defer stop()
	th := open(tb, s)
	s.Say(bot.Thread{Channel: s.Channel}, s.Jun, "Jun", "lunch, anybody?")
	id := s.Say(th, s.Mina, "Mina", "an answer")
	r.said(tb, id)
	r.only(tb, id)
}

func notTaken(tb TB, s Subject) {
	var first sync.Once
	r := &recorder{onComment: func(bot.Comment) (err error) {
		first.Do(func() { err = errors.New("the store is busy") })
		return err
	}}
	stop := listen(tb, s, r)
	defer stop()
	th := open(tb, s)
	id := s.Say(th, s.Mina, "Mina", "an answer")
	r.said(tb, id)
	if _, found := stands(tb, s, th, id); found {
		return
	}
	if !r.await(func() bool { return len(r.comments) > 1 }) {
		tb.Errorf("the comment was neither offered again nor can it be read")
	}
}
