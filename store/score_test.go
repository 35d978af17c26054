package store

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestPeriods(t *testing.T) {
	t.Parallel()
	tests := []struct {
		day, month, week string
	}{
		{"2026-03-09", "2026-03", "2026-W11"},
		{"2026-03-15", "2026-03", "2026-W11"}, // a Sunday ends its week
		{"2026-12-31", "2026-12", "2026-W53"},
		{"2027-01-01", "2027-01", "2026-W53"}, // a Friday: the week is the old year's
		{"2027-01-03", "2027-01", "2026-W53"},
		{"2027-01-04", "2027-01", "2027-W01"},
		{"2024-12-29", "2024-12", "2024-W52"},
		{"2024-12-30", "2024-12", "2025-W01"}, // a Monday: the week is the new year's
		{"2024-02-29", "2024-02", "2024-W09"},
		{"2025-02-29", "", ""}, // no such day: it counts for all time only
		{"", "", ""},
	}
	for _, test := range tests {
		want := []string{AllTime}
		if test.month != "" {
			want = append(want, test.month, test.week)
		}
		if got := Periods(test.day); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", test.day, got, want)
		}
	}
}

var everyoneEver = Board{AllTime, Everyone}

// give is a line of 3 points for round 1, with what a test sets beside.
func give(set func(l *Line)) Line {
	l := Line{Cause: "answer/1", Member: "mina", Amount: 3, Reason: "answer", Round: 1, Day: "2026-12-31", Channel: busyChannel, Team: "red", At: noon}
	set(&l)
	return l
}

func TestGive(t *testing.T) {
	t.Parallel()
	other := Channel{"slack", "T", "C"}
	elsewhere := func(l *Line) { l.Day, l.Channel, l.Team, l.Amount = "2027-01-04", other, "blue", 1 }
	tests := []struct {
		name    string
		lines   []Line
		amounts []int // of mina's lines, newest first
		points  int   // on the board
		causes  int   // that give her points
	}{
		{"once", []Line{give(func(*Line) {})}, []int{3}, 3, 1},
		{"twice is once", []Line{give(func(*Line) {}), give(func(l *Line) { l.At = noon.Add(time.Hour) })}, []int{3}, 3, 1},
		{"nothing", []Line{give(func(l *Line) { l.Amount = 0 })}, nil, 0, 0},
		{"a correction", []Line{give(func(*Line) {}), give(elsewhere)}, []int{-2, 3}, 1, 1},
		{"a correction twice", []Line{give(func(*Line) {}), give(elsewhere), give(elsewhere)}, []int{-2, 3}, 1, 1},
		{"taken back and given anew", []Line{give(func(*Line) {}), give(func(l *Line) { elsewhere(l); l.Amount = 0 }), give(elsewhere)}, []int{1, -3, 3}, 1, 1},
		{"taken back", []Line{give(func(*Line) {}), give(func(l *Line) { elsewhere(l); l.Amount = 0 })}, []int{-3, 3}, 0, 0},
		{"two causes, one the beginning of the other", []Line{give(func(*Line) {}), give(func(l *Line) { l.Cause = "answer/11" })}, []int{3, 3}, 6, 2},
		{"two members, one the beginning of the other", []Line{give(func(*Line) {}), give(func(l *Line) { l.Member = "min" })}, []int{3}, 3, 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := openTestStore(t, Options{Twice: true})
			for _, l := range test.lines {
				inGroup(t, s, func(tx *Tx) { tx.Give(l) })
			}
			inGroup(t, s, func(tx *Tx) {
				var amounts []int
				for l := range tx.Lines("mina") {
					amounts = append(amounts, l.Amount)
					if l.Day != "2026-12-31" || l.Channel != busyChannel || l.Team != "red" {
						t.Errorf("a line counts for %s, %v and %s, not as the first", l.Day, l.Channel, l.Team)
					}
				}
				if !slices.Equal(amounts, test.amounts) {
					t.Errorf("amounts %v, want %v", amounts, test.amounts)
				}
				if got := tx.Causes("mina"); got != test.causes {
					t.Errorf("%d causes, want %d", got, test.causes)
				}
				if row, ok := tx.Row(everyoneEver, "mina"); row.Points != test.points || ok != (test.points != 0) {
					t.Errorf("%d points (%v), want %d", row.Points, ok, test.points)
				}
			})
		})
	}
}

// A member without points is on no board; one who changed team takes nothing along.
func TestRowsVanish(t *testing.T) {
	t.Parallel()
	s := openTestStore(t, Options{Twice: true})
	inGroup(t, s, func(tx *Tx) {
		tx.Give(give(func(*Line) {}))
		tx.Give(give(func(l *Line) { l.Member, l.Team = "jun", "blue" }))
	})
	inGroup(t, s, func(tx *Tx) { tx.Give(give(func(l *Line) { l.Amount, l.Team, l.Day = 0, "blue", "2027-05-05" })) })
	inGroup(t, s, func(tx *Tx) {
		for of, want := range map[string][]Row{
			Everyone:               {{ID: "jun", Points: 3}},
			InChannel(busyChannel): {{ID: "jun", Points: 3}},
			Teams:                  {{ID: "blue", Points: 3, Active: 1}},
			"team/red":             nil,
			"team/blue":            {{ID: "jun", Points: 3}},
		} {
			for _, period := range []string{AllTime, "2026-12", "2026-W53"} {
				if got := slices.Collect(tx.Top(Board{period, of})); !slices.Equal(got, want) {
					t.Errorf("%s %s: %v, want %v", period, of, got, want)
				}
			}
			for _, period := range []string{"2027-05", "2027-W18"} {
				if got := slices.Collect(tx.Top(Board{period, of})); got != nil {
					t.Errorf("%s %s: %v, want nobody", period, of, got)
				}
			}
		}
		if row, ok := tx.Row(everyoneEver, "mina"); ok {
			t.Errorf("a row without points: %v", row)
		}
		v := verifier{tx: tx}
		if v.boards(); v.found != nil {
			t.Errorf("found %v", v.found)
		}
	})
}

// A team whose points cancel out is still on its board as long as a member has points: the board is the ledger's replay.
func TestPointsBelowZero(t *testing.T) {
	t.Parallel()
	s := openTestStore(t, Options{Twice: true})
	inGroup(t, s, func(tx *Tx) {
		tx.Give(give(func(*Line) {}))
		tx.Give(give(func(l *Line) { l.Member, l.Amount = "jun", -3 }))
		if got, want := slices.Collect(tx.Top(Board{AllTime, Teams})), []Row{{ID: "red", Active: 1}}; !slices.Equal(got, want) {
			t.Errorf("teams %v, want %v", got, want)
		}
		if got, want := slices.Collect(tx.Top(everyoneEver)), []Row{{ID: "mina", Points: 3}, {ID: "jun", Points: -3}}; !slices.Equal(got, want) {
			t.Errorf("members %v, want %v", got, want)
		}
		v := verifier{tx: tx}
		if v.boards(); v.found != nil {
			t.Errorf("found %v", v.found)
		}
	})
}

// scores is the naive model: what each cause has given each member by now, and for what.
type scores map[[2]string]Line

func (s scores) give(l Line) {
	k := [2]string{l.Cause, l.Member}
	old, given := s[k]
	if !given && l.Amount == 0 {
		return
	}
	if given {
		l.Day, l.Channel, l.Team = old.Day, old.Channel, old.Team
	}
	s[k] = l
}

// week is the ISO week of a day, by the year and number of its Thursday.
func week(day time.Time) string {
	monday := day.AddDate(0, 0, -(int(day.Weekday())+6)%7)
	thursday := monday.AddDate(0, 0, 3)
	return fmt.Sprintf("%d-W%02d", thursday.Year(), (thursday.YearDay()-1)/7+1)
}

// boards counts everything anew.
func (s scores) boards() map[Board]map[string]Row {
	boards := map[Board]map[string]Row{}
	add := func(b Board, id string, points int, active bool) {
		if boards[b] == nil {
			boards[b] = map[string]Row{}
		}
		row := boards[b][id]
		row.ID, row.Points = id, row.Points+points
		if active {
			row.Active++
		}
		boards[b][id] = row
	}
	for _, l := range s {
		if l.Amount == 0 {
			continue
		}
		day, _ := time.Parse(time.DateOnly, l.Day)
		for _, period := range []string{"all", l.Day[:7], week(day)} {
			add(Board{period, "group"}, l.Member, l.Amount, false)
			add(Board{period, "channel/" + l.Channel.Platform + "/" + l.Channel.Workspace + "/" + l.Channel.ID}, l.Member, l.Amount, false)
			if l.Team != "" {
				add(Board{period, "team/" + l.Team}, l.Member, l.Amount, false)
				member := l.Team + " " + l.Member // to be counted once
				_, known := boards[Board{period, "seen"}][member]
				add(Board{period, "seen"}, member, 1, false)
				add(Board{period, "teams"}, l.Team, l.Amount, !known)
			}
		}
	}
	maps.DeleteFunc(boards, func(b Board, _ map[string]Row) bool { return b.Of == "seen" })
	return boards
}

// average is what a row is ranked by, exact.
func average(r Row) *big.Rat { return big.NewRat(int64(r.Points), int64(max(1, r.Active))) }

func inOrder(rows map[string]Row) []Row {
	return slices.SortedFunc(maps.Values(rows), func(a, b Row) int {
		return cmp.Or(average(b).Cmp(average(a)), strings.Compare(a.ID, b.ID))
	})
}

func TestBoardsModel(t *testing.T) {
	t.Parallel()
	for seed := range uint64(2) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			s := openTestStore(t, Options{Twice: seed == 0}) // which doubles the work
			rnd := rand.New(rand.NewPCG(seed, 1))
			model, teams := scores{}, map[string]string{}
			for range 25 {
				lines := make([]Line, 40)
				for i := range lines {
					lines[i] = randomLine(rnd, teams)
					model.give(lines[i])
				}
				inGroup(t, s, func(tx *Tx) {
					for _, l := range lines {
						tx.Give(l)
					}
				})
				wantBoards(t, s, model.boards())
				if t.Failed() {
					t.FailNow()
				}
			}
		})
	}
}

// randomLine gives for one of a few answers, after its member has perhaps changed team. A correction comes with the
// day, channel and team of the moment, as a careless caller's would.
func randomLine(rnd *rand.Rand, teams map[string]string) Line {
	member := fmt.Sprint("m", rnd.IntN(8))
	if rnd.IntN(10) == 0 {
		teams[member] = []string{"", "red", "blue", "red and blue"}[rnd.IntN(4)]
	}
	return Line{
		Cause: fmt.Sprint("answer/", rnd.IntN(30)), Member: member, Amount: rnd.IntN(5), Team: teams[member],
		Day:     time.Date(2026, 12, 20+rnd.IntN(25), 0, 0, 0, 0, time.UTC).Format(time.DateOnly),
		Channel: Channel{"discord", "W", fmt.Sprint("C", rnd.IntN(2))},
		At:      noon.Add(time.Duration(rnd.IntN(1000)) * time.Second),
	}
}

// wantBoards compares the boards with the model's: rows, order, places; and with their replay.
func wantBoards(t *testing.T, s *Store, want map[Board]map[string]Row) {
	t.Helper()
	must(t, s.ViewGroup(t.Context(), "a", func(tx *Tx) error {
		rows := 0
		for b, model := range want {
			ranked := inOrder(model)
			rows += len(ranked)
			if got := slices.Collect(tx.Top(b)); !slices.Equal(got, ranked) {
				t.Errorf("%v: %v, want %v", b, got, ranked)
			}
			for _, r := range ranked {
				place := 1 + slices.IndexFunc(ranked, func(o Row) bool { return average(o).Cmp(average(r)) == 0 })
				if got := tx.Place(b, r); got != place {
					t.Errorf("%v: place of %v is %d, want %d", b, r, got, place)
				}
				if first := ranked[place-1]; !SamePlace(first, r) {
					t.Errorf("%v: %v and %v are not in one place", b, first, r)
				}
			}
		}
		for range rowTable.all(tx) {
			rows--
		}
		if rows != 0 {
			t.Errorf("%d rows too few", rows)
		}
		v := verifier{tx: tx}
		if v.boards(); v.found != nil {
			t.Errorf("the replay differs: %v", v.found)
		}
		return nil
	}))
}

// Places on a board of members and of one of teams, which are ranked by points per active member.
func TestPlace(t *testing.T) {
	t.Parallel()
	s := openTestStore(t, Options{Twice: true})
	points := []struct {
		member, team string
		points       int
	}{{"d", "one", 9}, {"b", "two", 5}, {"a", "two", 5}, {"c", "three", 5}, {"e", "three", 6}, {"f", "two", 1}}
	inGroup(t, s, func(tx *Tx) {
		for _, p := range points {
			tx.Give(give(func(l *Line) { l.Member, l.Team, l.Amount = p.member, p.team, p.points }))
		}
	})
	inGroup(t, s, func(tx *Tx) {
		list := func(b Board) (out []string) {
			for r := range tx.Top(b) {
				out = append(out, fmt.Sprint(tx.Place(b, r), r.ID))
			}
			return out
		}
		if got, want := list(everyoneEver), []string{"1d", "2e", "3a", "3b", "3c", "6f"}; !slices.Equal(got, want) {
			t.Errorf("members %v, want %v", got, want)
		}
		if got, want := list(Board{AllTime, Teams}), []string{"1one", "2three", "3two"}; !slices.Equal(got, want) {
			t.Errorf("teams %v, want %v: 9, 5.5 and 3.67 points a member", got, want)
		}
		if got := tx.Place(everyoneEver, Row{ID: "new"}); got != 7 {
			t.Errorf("one who has no points is in place %d, want 7", got)
		}
		if got := tx.Place(Board{"2020-01", Everyone}, Row{ID: "new", Points: 1}); got != 1 {
			t.Errorf("place %d on an empty board", got)
		}
	})
}

// What one transaction gives is on the boards of that transaction, or nowhere.
func TestGiveWithinAFailedUpdate(t *testing.T) {
	t.Parallel()
	s := openTestStore(t, Options{})
	sorry := errors.New("sorry")
	err := s.UpdateGroup(t.Context(), "a", func(tx *Tx) error {
		tx.Give(give(func(*Line) {}))
		if row, ok := tx.Row(everyoneEver, "mina"); !ok || row.Points != 3 {
			t.Errorf("within: %v, %v", row, ok)
		}
		return sorry
	})
	if err != sorry {
		t.Error(err)
	}
	inGroup(t, s, func(tx *Tx) {
		for l := range tx.Ledger() {
			t.Errorf("a line %v", l)
		}
		if _, ok := tx.Row(everyoneEver, "mina"); ok {
			t.Error("a row")
		}
	})
}
