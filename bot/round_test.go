package bot

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"rewind/questions"
	"rewind/store"
)

// at is so many minutes into the day.
func at(minutes int) time.Time { return day.Add(time.Duration(minutes) * time.Minute) }

// entry is a question with topics in English and, where there are more after "|", in Korean.
func entry(id string, topics ...string) store.Entry {
	e := store.Entry{ID: id, Topics: []store.EntryTopics{{Lang: questions.English}}}
	for _, t := range topics {
		if t == "|" {
			e.Topics = append(e.Topics, store.EntryTopics{Lang: questions.Korean})
			continue
		}
		last := &e.Topics[len(e.Topics)-1]
		last.Topics = append(last.Topics, t)
	}
	return e
}

func TestPick(t *testing.T) {
	t.Parallel()
	abc := []store.Entry{entry("a", "OS"), entry("b", "Nets"), entry("c", "OS", "Disks")}
	for _, row := range []struct {
		name    string
		entries []store.Entry
		asked   map[string]time.Time
		topics  []string
		id      string
		last    bool
		ok      bool
	}{
		{"an empty bank", nil, nil, nil, "", false, false},
		{"no such topic", abc, nil, []string{"Chess"}, "", false, false},
		{"the first of the notes", abc, nil, nil, "a", false, true},
		{"never asked before asked long ago", abc, map[string]time.Time{"a": at(0), "b": at(1)}, nil, "c", true, true},
		{"all were asked: the one longest ago", abc, map[string]time.Time{"a": at(5), "b": at(1), "c": at(3)}, nil, "b", false, true},
		{"asked at one moment: the order of the notes", abc, map[string]time.Time{"a": at(1), "b": at(0), "c": at(0)}, nil, "b", false, true},
		{"on a topic", abc, nil, []string{"os"}, "a", false, true},
		{"on either topic", abc, map[string]time.Time{"b": at(0)}, []string{"Nets", "Disks"}, "c", true, true},
		// What is off the topic neither counts nor is asked, even if it never was.
		{"the topic is exhausted", abc, map[string]time.Time{"a": at(2), "c": at(1)}, []string{"OS"}, "c", false, true},
		// What was asked from another bank does not count.
		{"gone questions", abc, map[string]time.Time{"x": at(0), "y": at(1)}, nil, "a", false, true},
		{"one question", abc[:1], nil, nil, "a", true, true},
		{"one question again", abc[:1], map[string]time.Time{"a": at(0)}, nil, "a", false, true},
	} {
		id, last, ok := pick(row.entries, row.asked, row.topics)
		if id != row.id || last != row.last || ok != row.ok {
			t.Errorf("%s: pick = %q, %v, %v, want %q, %v, %v", row.name, id, last, ok, row.id, row.last, row.ok)
		}
	}
}

// TestPickIsFair asks at random times for long: no question is ever two ahead of another, and none comes again before
// all the others have come.
func TestPickIsFair(t *testing.T) {
	t.Parallel()
	for seed := range uint64(50) {
		r := rand.New(rand.NewPCG(seed, 0))
		entries := make([]store.Entry, 1+r.IntN(12))
		counts := map[string]int{}
		for i := range entries {
			entries[i] = entry(fmt.Sprintf("q%d", i))
			counts[entries[i].ID] = 0
		}
		asked, now := map[string]time.Time{}, day
		for n := range 60 {
			id, last, ok := pick(entries, asked, nil)
			if !ok || last != (n == len(entries)-1) {
				t.Fatalf("seed %d: the %d-th pick of %d is %v, the last: %v", seed, n, len(entries), ok, last)
			}
			now = now.Add(time.Duration(1 + r.IntN(1e9))) // two rounds of a group are not at one moment
			asked[id] = now
			counts[id]++
			all := slices.Sorted(maps.Values(counts))
			if all[len(all)-1]-all[0] > 1 {
				t.Fatalf("seed %d: after %d picks %v", seed, n+1, counts)
			}
		}
	}
}

func TestOnTopic(t *testing.T) {
	t.Parallel()
	both := entry("a", "Networks", "TCP", "|", "네트워크")
	for _, row := range []struct {
		e      store.Entry
		topics []string
		want   bool
	}{
		{both, nil, true},
		{both, []string{}, true},
		{both, []string{"TCP"}, true},
		{both, []string{"tcp"}, true},
		{both, []string{"네트워크"}, true}, // in any of its languages
		{both, []string{"OS", "Networks"}, true},
		{both, []string{"Net"}, false}, // whole names only
		{both, []string{""}, false},
		{entry("b"), nil, true},
		{entry("b"), []string{"TCP"}, false}, // under no topic at all
		{store.Entry{ID: "c"}, nil, true},
	} {
		if got := onTopic(row.e, row.topics); got != row.want {
			t.Errorf("onTopic(%v, %q) = %v", row.e.Topics, row.topics, got)
		}
	}
}

func TestWanted(t *testing.T) {
	t.Parallel()
	revealing := store.Round{State: store.Opened, Revealing: day}
	for _, row := range []struct {
		name string
		r    store.Round
		p    store.Post
		want store.LetterKind
	}{
		{"a new round", store.Round{State: store.Planned}, store.Post{}, store.LetterPost},
		{"open in another channel", store.Round{State: store.Opened}, store.Post{}, store.LetterPost},
		{"withdrawn before it is out", store.Round{State: store.Planned, Withdrawn: true}, store.Post{}, ""},
		{"too late to post", revealing, store.Post{}, ""},
		{"posted", store.Round{State: store.Opened}, store.Post{Message: "m"}, store.LetterThread},
		{"threaded", store.Round{State: store.Opened}, store.Post{Message: "m", Thread: "t"}, ""},
		{"no thread possible", store.Round{State: store.Opened}, store.Post{Message: "m", NoThread: "refused"}, ""},
		{"the thread comes before the reveal", revealing, store.Post{Message: "m"}, store.LetterThread},
		{"time to reveal", revealing, store.Post{Message: "m", Thread: "t"}, store.LetterReveal},
		{"reveal without a thread", revealing, store.Post{Message: "m", NoThread: "refused"}, store.LetterReveal},
		{"revealed here", revealing, store.Post{Message: "m", Thread: "t", Reveal: "r"}, ""},
		{"no reveal possible", revealing, store.Post{Message: "m", Thread: "t", NoReveal: "refused"}, ""},
		{"revealed elsewhere first", store.Round{State: store.Revealed, Revealing: day, RevealedAt: day}, store.Post{Message: "m", Thread: "t"}, store.LetterReveal},
		{"no post possible", revealing, store.Post{NoPost: "refused"}, ""},
		{"dropped", store.Round{State: store.Dropped}, store.Post{Message: "m"}, ""},
	} {
		kind, ok := wanted(row.r, row.p)
		if !ok {
			kind = ""
		}
		if kind != row.want || ok != (row.want != "") {
			t.Errorf("%s: wants %q, %v, want %q", row.name, kind, ok, row.want)
		}
	}
}

func TestConclude(t *testing.T) {
	t.Parallel()
	var (
		fresh    = store.Post{}
		landed   = store.Post{Message: "m"}
		shown    = store.Post{Message: "m", Reveal: "r"}
		unshown  = store.Post{Message: "m", NoReveal: "refused"}
		hopeless = store.Post{NoPost: "refused"}
	)
	for _, row := range []struct {
		name  string
		r     store.Round
		posts []store.Post
		state store.RoundState
		at    time.Time // revealed
	}{
		{"waiting", store.Round{State: store.Planned}, []store.Post{fresh, hopeless}, store.Planned, time.Time{}},
		{"none can land", store.Round{State: store.Planned}, []store.Post{hopeless, hopeless}, store.Dropped, time.Time{}},
		{"no channel at all", store.Round{State: store.Planned}, nil, store.Dropped, time.Time{}},
		{"open, and the rest is hopeless", store.Round{State: store.Opened}, []store.Post{landed, hopeless}, store.Opened, time.Time{}},
		{"the reveal is under way", store.Round{State: store.Opened, Revealing: day}, []store.Post{landed, hopeless}, store.Opened, time.Time{}},
		{"one reveal is under way", store.Round{State: store.Opened, Revealing: day}, []store.Post{unshown, landed}, store.Opened, time.Time{}},
		// No reveal can land, so its time is when it was decided: late is late all the same.
		{"no reveal can land", store.Round{State: store.Opened, Revealing: day}, []store.Post{unshown, hopeless}, store.Revealed, day},
		{"the platform's time stands", store.Round{State: store.Opened, Revealing: day, RevealedAt: at(1)}, []store.Post{shown, unshown}, store.Revealed, at(1)},
		{"closed stays closed", store.Round{State: store.Closed, Revealing: day, RevealedAt: at(1)}, []store.Post{shown}, store.Closed, at(1)},
	} {
		got := conclude(row.r, row.posts)
		if got.State != row.state || !got.RevealedAt.Equal(row.at) {
			t.Errorf("%s: %s, revealed %v, want %s, %v", row.name, got.State, got.RevealedAt, row.state, row.at)
		}
	}
}

func TestCutoff(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name           string
		revealed, peek time.Time
		want           time.Time
	}{
		{"neither", time.Time{}, time.Time{}, time.Time{}},
		{"revealed", at(5), time.Time{}, at(5)},
		{"looked", time.Time{}, at(3), at(3)},
		{"looked first", at(5), at(3), at(3)},
		{"looked afterwards", at(5), at(7), at(5)}, // as commands under way at the reveal do
	} {
		if got := cutoff(store.Round{RevealedAt: row.revealed}, store.Peek{At: row.peek}); !got.Equal(row.want) {
			t.Errorf("%s: %v, want %v", row.name, got, row.want)
		}
	}
	if !before(at(1), time.Time{}) || !before(at(1), at(2)) || before(at(2), at(2)) || before(at(3), at(2)) {
		t.Error("before: a cutoff that has not come is after everything, and its own moment is late")
	}
}

func TestSpoken(t *testing.T) {
	t.Parallel()
	c, d := Thread{Channel: room("C"), ID: "t1"}, Thread{Channel: room("D"), ID: "t2"}
	comments := []store.Comment{
		{Thread: c, Member: "jun", Text: "Not mine.", Said: at(0)},
		{Thread: c, Member: "mina", Text: "🤔", Said: at(1)}, // says nothing, so the answer does not begin here
		{Thread: d, Member: "mina", Text: "First.", Said: at(2)},
		{Thread: c, Member: "mina", Text: "Gone.", Said: at(3), Deleted: true},
		{Thread: c, Member: "mina", Text: "> Not mine.", Said: at(4)},
		{Thread: c, Member: "mina", Text: "> Not mine.\nSecond.", Said: at(5)}, // stays whole
		{Thread: c, Member: "mina", Text: "Third.", Said: at(8)},
	}
	for _, row := range []struct {
		name   string
		member string
		cutoff time.Time
		text   string
		at     time.Time
		in     Channel
	}{
		{"all", "mina", time.Time{}, "First.\n\n> Not mine.\nSecond.\n\nThird.", at(2), room("D")},
		{"before the cutoff", "mina", at(8), "First.\n\n> Not mine.\nSecond.", at(2), room("D")},
		{"all is late", "mina", at(2), "", time.Time{}, Channel{}},
		{"somebody else", "jun", time.Time{}, "Not mine.", at(0), room("C")},
		{"nobody", "sora", time.Time{}, "", time.Time{}, Channel{}},
	} {
		a, ok := spoken(store.Round{Number: 4}, row.member, comments, row.cutoff)
		if ok != (row.text != "") || a.Text != row.text || !a.At.Equal(row.at) || a.Channel != row.in {
			t.Errorf("%s: %v %+v", row.name, ok, a)
		}
		if ok && (a.Round != 4 || a.Member != row.member || a.Sealed || a.Late) {
			t.Errorf("%s: %+v", row.name, a)
		}
	}
}

func TestHasWords(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		text string
		want bool
	}{
		{"", false},
		{" \n\t", false},
		{"yes", true},
		{"네", true},
		{"答え", true},
		{"ㅇㅇ", true}, // single jamo are letters
		{"42", true},
		{"٣", true}, // digits of any script
		{"👍🏽🎉", false},
		{"?!…", false},
		{"Ⅳ", false}, // a Roman numeral sign is neither letter nor digit
		{"> what they said", false},
		{"  > indented\n> more", false},
		{"> what they said\nand I", true},
		{"I\n> what they said", true},
		{">no space either", false},
		{"a > b", true}, // no quote: it does not begin the line
		{"> \n👍", false},
	} {
		if got := hasWords(row.text); got != row.want {
			t.Errorf("hasWords(%q) = %v", row.text, got)
		}
	}
}

func TestNewer(t *testing.T) {
	t.Parallel()
	comment := func(minutes int, deleted bool) store.Comment {
		return store.Comment{Revision: at(minutes), Deleted: deleted}
	}
	for _, row := range []struct {
		name        string
		known, seen store.Comment
		want        bool
	}{
		{"an edit", comment(1, false), comment(2, false), true},
		{"the same again", comment(1, false), comment(1, false), false},
		{"a stale read", comment(2, false), comment(1, false), false},
		{"a deletion", comment(1, false), comment(2, true), true},
		{"a deletion by an older clock", comment(2, false), comment(1, true), true}, // final whatever its time
		{"a late edit of what is deleted", comment(1, true), comment(2, false), false},
		{"deleted twice", comment(1, true), comment(2, true), false},
	} {
		if got := newer(row.known, row.seen); got != row.want {
			t.Errorf("%s: %v", row.name, got)
		}
	}
}

func TestLineFor(t *testing.T) {
	t.Parallel()
	r := store.Round{Number: 4, Day: "2026-03-09"}
	m := store.Member{ID: "mina", Team: "foxes"}
	base := store.Line{Cause: store.AnswerCause(4), Member: "mina", Round: 4, Day: "2026-03-09", Channel: room("C"), Team: "foxes", At: day}
	for _, row := range []struct {
		name     string
		a        store.Answer
		answered bool
		amount   int
		reason   string
	}{
		{"in the thread", store.Answer{}, true, answerPoints, reasonAnswer},
		{"sealed", store.Answer{Sealed: true}, true, answerPoints, reasonAnswer},
		{"late", store.Answer{Late: true}, true, latePoints, reasonLate},
		{"taken back", store.Answer{}, false, 0, reasonWithdrawn},
		{"late and taken back", store.Answer{Late: true}, false, 0, reasonWithdrawn},
	} {
		want := base
		want.Amount, want.Reason = row.amount, row.reason
		row.a.Channel = room("C")
		if got := lineFor(r, m, row.a, row.answered, day); got != want {
			t.Errorf("%s:\n%+v\nwant\n%+v", row.name, got, want)
		}
	}
}

func TestRevealAfter(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name             string
		now, due, reveal int // minutes
		want             int
	}{
		{"in time", 0, 0, 480, 480},
		{"late, with time enough", 400, 0, 480, 480},
		{"just an hour left", 420, 0, 480, 480},
		{"hardly any time left", 421, 0, 480, 421 + 480},
		{"after the reveal", 600, 0, 480, 600 + 480},
		{"short by intent", 0, 0, 10, 10},
		{"short by intent and late", 5, 0, 10, 5 + 10},
	} {
		if got := revealAfter(at(row.now), at(row.due), at(row.reveal)); !got.Equal(at(row.want)) {
			t.Errorf("%s: %v, want %v", row.name, got, at(row.want))
		}
	}
}
