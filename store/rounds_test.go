package store

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

func TestActiveRounds(t *testing.T) {
	t.Parallel()
	s := openTestStore(t, Options{Twice: true})
	states := map[int]RoundState{2: Planned, 10: Opened, 11: Revealed, 12: Closed, 13: Dropped, 100: Planned, 200: Opened}
	want := func(numbers ...int) {
		t.Helper()
		inGroup(t, s, func(tx *Tx) {
			var got []int
			for _, r := range tx.Active() {
				got = append(got, r.Number)
			}
			if !slices.Equal(got, numbers) {
				t.Errorf("active %v, want %v", got, numbers)
			}
		})
	}
	want()
	inGroup(t, s, func(tx *Tx) {
		for _, n := range slices.Sorted(maps.Keys(states)) {
			tx.PutRound(Round{Number: n, State: states[n]})
		}
	})
	want(2, 10, 11, 100, 200) // by number, not as text
	inGroup(t, s, func(tx *Tx) {
		tx.PutRound(Round{Number: 11, State: Closed})
		tx.PutRound(Round{Number: 100, State: Dropped})
		tx.PutRound(Round{Number: 2, State: Opened})
		tx.PutRound(Round{Number: 12, State: Closed})
	})
	want(2, 10, 200)
	inGroup(t, s, func(tx *Tx) {
		var got []int
		for r := range tx.Rounds() {
			got = append(got, r.Number)
		}
		if newest := []int{200, 100, 13, 12, 11, 10, 2}; !slices.Equal(got, newest) {
			t.Errorf("rounds %v, want %v", got, newest)
		}
		if r, ok := tx.Round(2); !ok || r.State != Opened {
			t.Errorf("#2 is %v, %v", r, ok)
		}
		if _, ok := tx.Round(3); ok {
			t.Error("there is a #3")
		}
	})
}

func TestPosts(t *testing.T) {
	t.Parallel()
	s := openTestStore(t, Options{Twice: true})
	here, there := Channel{"discord", "W", "C"}, Channel{"discord", "W", "C2"}
	posts := []Post{
		{Round: 1, Channel: here, Message: "m1"},
		{Round: 1, Channel: there, Message: "m2", Thread: "t2"},
		{Round: 10, Channel: here, Thread: "t10"},
	}
	inGroup(t, s, func(tx *Tx) {
		for _, p := range posts {
			tx.PutPost(p)
		}
		if got := tx.Posts(1); !slices.Equal(got, posts[:2]) {
			t.Errorf("posts of #1: %v", got)
		}
		if got := tx.Posts(2); got != nil {
			t.Errorf("posts of #2: %v", got)
		}
		if got, ok := tx.Post(1, there); !ok || got != posts[1] {
			t.Errorf("post %v, %v", got, ok)
		}
		if got, ok := tx.Post(10, there); ok {
			t.Errorf("a post that is none: %v", got)
		}
	})
	for _, test := range []struct {
		thread Thread
		want   ThreadRound
	}{
		{Thread{there, "t2"}, ThreadRound{"g/a", 1}},
		{Thread{here, "t10"}, ThreadRound{"g/a", 10}},
		{Thread{here, "t2"}, ThreadRound{}}, // the other channel's
		{Thread{here, ""}, ThreadRound{}},   // a post without a thread is not found by it
	} {
		got, ok, err := s.ThreadRound(t.Context(), test.thread)
		must(t, err)
		if got != test.want || ok != (test.want != ThreadRound{}) {
			t.Errorf("%v leads to %v (%v), want %v", test.thread, got, ok, test.want)
		}
	}
}

func TestCommentsAndAnswersInOrder(t *testing.T) {
	t.Parallel()
	s := openTestStore(t, Options{Twice: true})
	here, there := Thread{Channel{"discord", "W", "C"}, "t"}, Thread{Channel{"slack", "T", "C"}, "t"}
	comments := []Comment{ // as they were said; of one moment, by ID
		{Round: 1, Thread: there, ID: "9", Said: noon},
		{Round: 1, Thread: here, ID: "1", Said: noon.Add(time.Second), Deleted: true},
		{Round: 1, Thread: here, ID: "10", Said: noon.Add(time.Second)},
		{Round: 1, Thread: there, ID: "2", Said: noon.Add(time.Second)},
		{Round: 1, Thread: here, ID: "0", Said: noon.Add(time.Second + time.Microsecond)}, // finer than a key's time
	}
	answers := []Answer{
		{Round: 1, Member: "z", At: noon},
		{Round: 1, Member: "a", At: noon.Add(time.Second)},
		{Round: 1, Member: "b", At: noon.Add(time.Second)},
	}
	rnd := rand.New(rand.NewPCG(1, 1))
	order, others := rnd.Perm(len(comments)), rnd.Perm(len(answers))
	inGroup(t, s, func(tx *Tx) {
		for _, i := range order {
			tx.PutComment(comments[i])
		}
		for _, i := range others {
			tx.PutAnswer(answers[i])
		}
		tx.PutComment(Comment{Round: 2, Thread: here, ID: "1", Said: noon})
		tx.PutAnswer(Answer{Round: 2, Member: "z", At: noon})
	})
	inGroup(t, s, func(tx *Tx) {
		if got := tx.Comments(1); !slices.Equal(got, comments) {
			t.Errorf("comments %v, want %v", got, comments)
		}
		if got := tx.Answers(1); !slices.Equal(got, answers) {
			t.Errorf("answers %v, want %v", got, answers)
		}
		if c, ok := tx.Comment(1, there, "2"); !ok || c != comments[3] {
			t.Errorf("comment %v, %v", c, ok)
		}
		if c, ok := tx.Comment(1, there, "10"); ok {
			t.Errorf("a comment of another thread: %v", c)
		}
		tx.DeleteAnswer(1, "z")
		tx.DeleteAnswer(1, "none")
		if got := tx.Answers(1); !slices.Equal(got, answers[1:]) {
			t.Errorf("after a deletion %v, want %v", got, answers[1:])
		}
		if _, ok := tx.Answer(2, "z"); !ok {
			t.Error("the answer in the other round is gone too")
		}
		tx.PutPeek(Peek{Round: 1, Member: "z", At: noon, GaveUp: true})
		if p, ok := tx.Peek(1, "z"); !ok || !p.GaveUp {
			t.Errorf("peek %v, %v", p, ok)
		}
		if _, ok := tx.Peek(2, "z"); ok {
			t.Error("a peek in another round")
		}
	})
}

func TestRememberAndForget(t *testing.T) {
	t.Parallel()
	s := openTestStore(t, Options{Twice: true})
	const n = 10 // command i comes at minute i
	inGroup(t, s, func(tx *Tx) {
		if _, ok := tx.Seen("0"); ok || tx.Stale(noon.AddDate(1, 0, 0)) || tx.Forget(noon.AddDate(1, 0, 0), 5) != 0 {
			t.Error("a group that has seen nothing has seen something")
		}
		for i := range n {
			tx.Remember(fmt.Sprint(n-i), noon.Add(time.Duration(i)*time.Minute), fmt.Append(nil, "reply ", i))
		}
		if reply, ok := tx.Seen(fmt.Sprint(n)); !ok || string(reply) != "reply 0" {
			t.Errorf("%q, %v", reply, ok)
		}
	})
	tests := []struct {
		minute, limit int
		stale         bool
		want, left    int
	}{
		{0, 5, false, 0, 10}, // the first is as old as that, not older
		{1, 5, true, 1, 9},
		{1, 5, false, 0, 9},
		{8, 0, true, 0, 9},
		{8, 5, true, 5, 4}, // no more than the limit
		{8, 5, true, 2, 2},
		{60, 5, true, 2, 0},
		{60, 5, false, 0, 0},
	}
	for i, test := range tests {
		inGroup(t, s, func(tx *Tx) {
			before := noon.Add(time.Duration(test.minute) * time.Minute)
			if got := tx.Stale(before); got != test.stale {
				t.Errorf("step %d: stale %v", i, got)
			}
			if got := tx.Forget(before, test.limit); got != test.want {
				t.Errorf("step %d: %d forgotten, want %d", i, got, test.want)
			}
			known, left := 0, 0
			for j := range n {
				if _, ok := tx.Seen(fmt.Sprint(n - j)); ok {
					known++
				}
			}
			for range seenAtTable.all(tx) {
				left++
			}
			if known != test.left || left != test.left {
				t.Errorf("step %d: %d replies and %d times are left, want %d", i, known, left, test.left)
			}
		})
	}
}

// A command that is remembered anew counts from then on, and nothing of its first time stands in the way of forgetting.
func TestRememberAgain(t *testing.T) {
	t.Parallel()
	s := openTestStore(t, Options{Twice: true})
	inGroup(t, s, func(tx *Tx) {
		tx.Remember("1", noon, []byte("first"))
		tx.Remember("2", noon.Add(time.Minute), nil)
		tx.Remember("1", noon.Add(time.Hour), []byte("second"))
	})
	inGroup(t, s, func(tx *Tx) {
		if reply, _ := tx.Seen("1"); string(reply) != "second" {
			t.Errorf("reply %q", reply)
		}
		if n := tx.Forget(noon.Add(30*time.Minute), 10); n != 1 {
			t.Errorf("%d were forgotten, want 1", n)
		}
		if n := tx.Forget(noon.Add(2*time.Hour), 10); n != 1 || tx.Stale(noon.AddDate(1, 0, 0)) {
			t.Errorf("%d were forgotten later, want 1", n)
		}
	})
}

// TestCommentsByOne looks for the comments of one member among those of others who name that member, in IDs that JSON
// writes in another way, too.
func TestCommentsByOne(t *testing.T) {
	t.Parallel()
	s := openTestStore(t, Options{Twice: true})
	here := Thread{Channel{"discord", "W", "C"}, "t"}
	members := []string{"m1", "m11", `"m1"`, "<민아>", "", "\x7f\u2028"}
	inGroup(t, s, func(tx *Tx) {
		for i := range 30 {
			by := members[i%len(members)]
			tx.PutComment(Comment{Round: 1, Thread: here, ID: fmt.Sprint(i), Member: by, Said: noon.Add(time.Duration(i%7) * time.Second), Text: `as "m1" and <민아> said`})
			tx.PutAnswer(Answer{Round: 1, Member: by})
		}
		tx.PutComment(Comment{Round: 2, Thread: here, ID: "0", Member: "m1", Said: noon})
		tx.PutAnswer(Answer{Round: 10, Member: "m1"})
		for _, m := range append(members, "nobody") {
			want := slices.DeleteFunc(tx.Comments(1), func(c Comment) bool { return c.Member != m })
			if got := tx.CommentsBy(1, m); !slices.Equal(got, want) {
				t.Errorf("%q: %v, want %v", m, got, want)
			}
		}
		if got, want := tx.CountAnswers(1), len(members); got != want || tx.CountAnswers(3) != 0 {
			t.Errorf("%d answers, want %d; in a round that is none %d", got, want, tx.CountAnswers(3))
		}
	})
}
