package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"
)

// noon is a day at noon: tests need an instant, not which one.
var noon = time.Date(2026, 3, 9, 12, 0, 0, 0, time.UTC)

// inGroup runs fn in an update of group a.
func inGroup(t testing.TB, s *Store, fn func(tx *Tx)) {
	t.Helper()
	must(t, s.UpdateGroup(t.Context(), "a", func(tx *Tx) error { fn(tx); return nil }))
}

func TestClaimSlot(t *testing.T) {
	t.Parallel()
	s := openTestStore(t, Options{Twice: true})
	claims := []struct {
		slot Slot
		want bool
	}{
		{Slot{"s", "2026-03-09T09:00", SlotAsked, 1}, true},
		{Slot{"s", "2026-03-09T09:00", SlotSkipped, 0}, false}, // decided before, whatever was decided
		{Slot{"s", "2026-03-08T09:00", SlotSkipped, 0}, true},
		{Slot{"s2", "2026-03-09T09:00", SlotEmpty, 0}, true}, // its name begins with the other's
		{Slot{"s2", "2026-03-09T09:00", SlotEmpty, 0}, false},
	}
	inGroup(t, s, func(tx *Tx) {
		for _, c := range claims {
			if got := tx.ClaimSlot(c.slot); got != c.want {
				t.Errorf("claim of %v: %v, want %v", c.slot, got, c.want)
			}
		}
	})
	inGroup(t, s, func(tx *Tx) {
		if got, ok := tx.Slot("s", "2026-03-09T09:00"); !ok || got != claims[0].slot {
			t.Errorf("%v, %v: the first claim does not stand", got, ok)
		}
		want := []Slot{claims[2].slot, claims[0].slot}
		if got := slices.Collect(tx.Slots("s")); !slices.Equal(got, want) {
			t.Errorf("slots %v, want %v", got, want)
		}
	})
}

// Of many who claim a slot at once, one is told that it is theirs.
func TestClaimSlotTogether(t *testing.T) {
	t.Parallel()
	s := openTestStore(t, Options{})
	won := make([]bool, 20)
	var group sync.WaitGroup
	for i := range won {
		group.Go(func() {
			err := s.UpdateGroup(context.Background(), "a", func(tx *Tx) error {
				won[i] = tx.ClaimSlot(Slot{"s", "2026-03-09T09:00", SlotAsked, i})
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	inGroup(t, s, func(tx *Tx) {
		got, ok := tx.Slot("s", "2026-03-09T09:00")
		if !ok || !won[got.Round] || slices.Index(won[got.Round+1:], true) >= 0 || slices.Index(won, true) != got.Round {
			t.Errorf("the slot is %v (%v); who was told so: %v", got, ok, won)
		}
	})
}

func TestAsk(t *testing.T) {
	t.Parallel()
	day := func(n int) time.Time { return noon.AddDate(0, 0, n) }
	type change struct {
		unask bool
		round int
	}
	tests := []struct {
		name    string
		changes []change // round n asks on day n
		want    []Asked
	}{
		{"once", []change{{false, 1}}, []Asked{{"q", day(1), 1, time.Time{}}}},
		{"again", []change{{false, 1}, {false, 5}}, []Asked{{"q", day(5), 5, day(1)}}},
		{"given back", []change{{false, 1}, {true, 1}}, nil},
		{"given back, after another time", []change{{false, 1}, {false, 5}, {true, 5}}, []Asked{{"q", day(1), 0, time.Time{}}}},
		{"given back by one that a later one followed", []change{{false, 1}, {false, 5}, {true, 1}}, []Asked{{"q", day(5), 5, day(1)}}},
		{"given back twice", []change{{false, 1}, {false, 5}, {true, 5}, {true, 5}}, []Asked{{"q", day(1), 0, time.Time{}}}},
		{"given back, never asked", []change{{true, 1}}, nil},
		{"asked again after it was given back", []change{{false, 1}, {true, 1}, {false, 5}}, []Asked{{"q", day(5), 5, time.Time{}}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := openTestStore(t, Options{Twice: true})
			inGroup(t, s, func(tx *Tx) {
				for _, c := range test.changes {
					if c.unask {
						tx.Unask("q", c.round)
					} else {
						tx.Ask("q", day(c.round), c.round)
					}
				}
				if got := slices.Collect(tx.Asked()); !slices.Equal(got, test.want) {
					t.Errorf("%v, want %v", got, test.want)
				}
			})
		})
	}
}

func TestMemberOf(t *testing.T) {
	t.Parallel()
	s := openTestStore(t, Options{Twice: true})
	discord, slack := Account{"discord", "W", "1"}, Account{"slack", "T", "1"}
	owner := func(a Account, want string) {
		t.Helper()
		inGroup(t, s, func(tx *Tx) {
			if m, ok := tx.MemberOf(a); m.ID != want || ok != (want != "") {
				t.Errorf("%v belongs to %q (%v), want %q", a, m.ID, ok, want)
			}
		})
	}
	put := func(members ...Member) {
		inGroup(t, s, func(tx *Tx) {
			for _, m := range members {
				tx.PutMember(m)
			}
		})
	}
	owner(discord, "")
	put(Member{ID: "mina", Accounts: []Account{discord, slack}}, Member{ID: "jun"})
	owner(discord, "mina")
	owner(slack, "mina")
	owner(Account{"discord", "W", "2"}, "")
	owner(Account{"discord", "W1", ""}, "") // the same letters, divided elsewhere
	put(Member{ID: "mina", Accounts: []Account{discord}})
	owner(slack, "")
	put(Member{ID: "jun", Accounts: []Account{discord}}, Member{ID: "mina"}) // it changes hands, the new owner first
	owner(discord, "jun")
	put(Member{ID: "jun"}, Member{ID: "mina", Accounts: []Account{discord}})
	owner(discord, "mina")
	must(t, s.ViewGroup(t.Context(), "b", func(tx *Tx) error {
		if m, ok := tx.MemberOf(discord); ok {
			t.Errorf("another group knows %v", m)
		}
		return nil
	}))
	inGroup(t, s, func(tx *Tx) {
		var ids []string
		for m := range tx.Members() {
			ids = append(ids, m.ID)
		}
		if !slices.Equal(ids, []string{"jun", "mina"}) {
			t.Errorf("members %v", ids)
		}
	})
}

func TestSchedulesAndTeams(t *testing.T) {
	t.Parallel()
	s := openTestStore(t, Options{Twice: true})
	inGroup(t, s, func(tx *Tx) {
		if _, ok := tx.Group(); ok {
			t.Error("there is a group that was never written")
		}
		tx.PutGroup(Group{ID: "a", Zone: "Asia/Seoul"})
		for _, id := range []string{"b", "a", "c"} {
			tx.PutSchedule(Schedule{ID: id, Version: 1})
			tx.PutTeam(Team{id, "Team " + id})
		}
		tx.PutSchedule(Schedule{ID: "a", Version: 2})
		tx.DeleteSchedule("b")
		tx.DeleteSchedule("none")
		tx.ClaimSlot(Slot{"b", "2026-03-09T09:00", SlotEmpty, 0})
	})
	inGroup(t, s, func(tx *Tx) {
		var got []string
		for x := range tx.Schedules() {
			got = append(got, fmt.Sprint(x.ID, x.Version))
		}
		for x := range tx.Teams() {
			got = append(got, x.Name)
		}
		if want := []string{"a2", "c1", "Team a", "Team b", "Team c"}; !slices.Equal(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
		if _, ok := tx.Schedule("b"); ok {
			t.Error("a removed schedule is there")
		}
		if _, ok := tx.Slot("b", "2026-03-09T09:00"); !ok {
			t.Error("its slot went with it")
		}
		if g, ok := tx.Group(); !ok || g.Zone != "Asia/Seoul" {
			t.Errorf("group %v, %v", g, ok)
		}
		if x, ok := tx.Team("c"); !ok || x.Name != "Team c" {
			t.Errorf("team %v, %v", x, ok)
		}
	})
}

// Two workspaces that turn up at once, each in many events, get one group each, and all are told the same.
func TestClaimHomeTogether(t *testing.T) {
	t.Parallel()
	s := openTestStore(t, Options{})
	const claims = 20
	got := make([]Home, 2*claims)
	var group sync.WaitGroup
	for i := range got {
		group.Go(func() {
			var err error
			got[i], err = s.ClaimHome(context.Background(),
				Home{"discord", fmt.Sprintf("W%d", i%2), fmt.Sprintf("group%d", i), noon})
			if err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	groups, err := s.Groups(t.Context())
	must(t, err)
	if len(groups) != 2 {
		t.Errorf("groups %v, want two", groups)
	}
	for i, h := range got {
		known, ok, err := s.Home(t.Context(), "discord", fmt.Sprintf("W%d", i%2))
		must(t, err)
		if !ok || h != known || h != got[i%2] {
			t.Errorf("claim %d got %v, the first %v, the home is %v (%v)", i, h, got[i%2], known, ok)
		}
	}
}

func TestGroupsOfHomes(t *testing.T) {
	t.Parallel()
	s := openTestStore(t, Options{Twice: true})
	for _, h := range []Home{
		{"slack", "T", "b", noon},
		{"discord", "W", "b", noon}, // two workspaces, one group
		{"console", "here", "a", noon},
		{"slack", "T", "c", noon}, // it has one already
	} {
		_, err := s.ClaimHome(t.Context(), h)
		must(t, err)
	}
	groups, err := s.Groups(t.Context())
	must(t, err)
	if want := []string{"a", "b"}; !slices.Equal(groups, want) {
		t.Errorf("groups %v, want %v", groups, want)
	}
	if h, ok, err := s.Home(t.Context(), "slack", "none"); ok || err != nil || h != (Home{}) {
		t.Errorf("no home: %v, %v, %v", h, ok, err)
	}
}

// A home that cannot be read is not claimed for anybody, not even when the update is run again.
func TestClaimADamagedHome(t *testing.T) {
	t.Parallel()
	for _, o := range []Options{{}, {Twice: true}} {
		s := openTestStore(t, o)
		_, err := s.ClaimHome(t.Context(), Home{"discord", "W", "a", noon})
		must(t, err)
		breakRecord(t, s, systemScope, homeTable.key([]any{"discord", "W"}), 77)
		h, err := s.ClaimHome(t.Context(), Home{"discord", "W", "b", noon})
		if !errors.Is(err, ErrDamaged) || err.Error() != `record "home\x00\x01discord\x00\x01W\x00\x01" in sys is damaged` {
			t.Errorf("twice %v: %v, %v", o.Twice, h, err)
		}
		if _, ok, err := s.Home(t.Context(), "", ""); ok || err != nil {
			t.Errorf("a home without a name: %v, %v", ok, err)
		}
	}
}
