package store

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// outbox is what the waiting letters should be.
type outbox map[LetterRef]Letter

// due is DueLetters over all letters in memory.
func (o outbox) due(platform string, now time.Time, limit int) (due []DueLetter, next time.Time) {
	var all []DueLetter
	for ref, l := range o {
		if l.Platform() == platform {
			all = append(all, DueLetter{ref, l.Due})
		}
	}
	slices.SortFunc(all, func(a, b DueLetter) int {
		if c := a.Due.Compare(b.Due); c != 0 {
			return c
		}
		return strings.Compare(a.Scope+"/"+a.ID, b.Scope+"/"+b.ID)
	})
	for _, l := range all {
		if l.Due.After(now) || len(due) == limit {
			return due, l.Due
		}
		due = append(due, l)
	}
	return due, time.Time{}
}

// change is one call on a letter, made beforehand so that a second run of the update does the same.
type change struct {
	what   int // 0 to 3: put, 4: delete, 5: bury
	letter Letter
}

func randomChange(rnd *rand.Rand) change {
	l := Letter{ID: fmt.Sprint(rnd.IntN(12)), Due: noon.Add(time.Duration(rnd.IntN(20)) * time.Second)}
	platform := []string{"con", "console", "discord"}[rnd.IntN(3)]
	if rnd.IntN(3) == 0 {
		l.Notice = &Notice{To: Account{Platform: platform}}
	} else {
		l.Channel = Channel{Platform: platform}
	}
	return change{rnd.IntN(6), l}
}

func (c change) do(tx *Tx) {
	switch c.what {
	case 4:
		tx.DeleteLetter(c.letter)
	case 5:
		tx.Bury(c.letter, "forbidden")
	default:
		tx.PutLetter(c.letter)
	}
}

// The index of due letters follows every change, also of a letter's platform, and two groups do not get in each other's way.
func TestLettersModel(t *testing.T) {
	t.Parallel()
	s := openTestStore(t, Options{Twice: true})
	rnd := rand.New(rand.NewPCG(1, 1))
	model := outbox{}
	for step := range 300 {
		scope := groupScope([]string{"a", "b"}[rnd.IntN(2)])
		changes := make([]change, rnd.IntN(6))
		for i := range changes {
			changes[i] = randomChange(rnd)
			ref := LetterRef{scope, changes[i].letter.ID}
			if delete(model, ref); changes[i].what < 4 {
				model[ref] = changes[i].letter
			}
		}
		must(t, s.Update(t.Context(), scope, func(tx *Tx) error {
			for _, c := range changes {
				c.do(tx)
			}
			return nil
		}))
		wantOutbox(t, rnd, s, model)
		if t.Failed() {
			t.Fatalf("after step %d", step)
		}
	}
}

func wantOutbox(t *testing.T, rnd *rand.Rand, s *Store, model outbox) {
	t.Helper()
	for _, platform := range []string{"con", "console", "discord", "slack"} {
		now, limit := noon.Add(time.Duration(rnd.IntN(22)-1)*time.Second), rnd.IntN(10)
		due, next, err := s.DueLetters(t.Context(), platform, now, limit)
		must(t, err)
		wantDue, wantNext := model.due(platform, now, limit)
		if !slices.Equal(due, wantDue) || !next.Equal(wantNext) {
			t.Errorf("due on %s at %v, at most %d: %v and %v, want %v and %v", platform, now, limit, due, next, wantDue, wantNext)
		}
	}
	n := 0
	must(t, s.View(t.Context(), systemScope, func(tx *Tx) error {
		for range tx.scan(indexSpace, nil, nil, false) {
			n++
		}
		return nil
	}))
	if n != len(model) {
		t.Errorf("the index has %d entries for %d letters", n, len(model))
	}
}

// A letter that is shown can be claimed, and one that is due now is shown now, however fine the time: else whoever looks
// would look again and again, or a clock that stands still would never show it.
func TestDueLettersCanBeClaimed(t *testing.T) {
	t.Parallel()
	s := openTestStore(t, Options{Twice: true})
	for _, test := range []struct {
		due, now time.Duration // after noon
		want     bool
	}{
		{0, 0, true},
		{0, -1, false},
		{1, 1, true},
		{time.Millisecond - 1, time.Millisecond - 1, true},
		{time.Millisecond, time.Millisecond - 1, false},
	} {
		inGroup(t, s, func(tx *Tx) { tx.PutLetter(Letter{ID: "l", Channel: busyChannel, Due: noon.Add(test.due)}) })
		now := noon.Add(test.now)
		due, next, err := s.DueLetters(t.Context(), "discord", now, 5)
		must(t, err)
		if (len(due) == 1) != test.want || len(due) == 0 && !next.After(now) {
			t.Errorf("due at %v, looked at %v: %v, next %v", test.due, test.now, due, next)
		}
		inGroup(t, s, func(tx *Tx) {
			if l, _ := tx.Letter("l"); test.want && l.Due.After(now) {
				t.Errorf("due at %v, looked at %v: shown and not to be claimed", test.due, test.now)
			}
		})
	}
}

func TestLetterKeepsItsText(t *testing.T) {
	t.Parallel()
	s := openTestStore(t, Options{Twice: true})
	l := Letter{ID: "1/post", Kind: LetterPost, Round: 1, Channel: busyChannel, Due: noon, Expires: noon.Add(time.Hour), Body: []byte("{}")}
	inGroup(t, s, func(tx *Tx) { tx.PutLetter(l) })
	inGroup(t, s, func(tx *Tx) {
		if got, ok := tx.Letter(l.ID); !ok || !reflect.DeepEqual(got, l) {
			t.Errorf("%+v, %v, want %+v", got, ok, l)
		}
		if _, ok := tx.Letter("1"); ok {
			t.Error("there is a letter 1")
		}
	})
	inGroup(t, s, func(tx *Tx) {
		l.Attempts = 3
		tx.Bury(l, "forbidden") // as it was last seen, not as it was put
		buried := slices.Collect(tx.Buried())
		if len(buried) != 1 || buried[0].Reason != "forbidden" || buried[0].Attempts != 3 {
			t.Errorf("buried: %+v", buried)
		}
		if left := slices.Collect(tx.Letters()); len(left) != 0 {
			t.Errorf("waiting: %+v", left)
		}
	})
	inGroup(t, s, func(tx *Tx) { // the same intent may come again
		tx.PutLetter(l)
		tx.DeleteLetter(Letter{ID: l.ID, Channel: Channel{Platform: "slack"}, Due: noon.Add(time.Hour)}) // known by its ID alone
	})
	due, next, err := s.DueLetters(t.Context(), "discord", noon, 5)
	if len(due) != 0 || !next.IsZero() || err != nil {
		t.Errorf("after a deletion %v, %v, %v", due, next, err)
	}
}
