package bot

import (
	"fmt"
	"strings"
	"testing"

	"rewind/store"
)

// TestLongLeaderboard asks for boards on which many are equal: ten rows, how many more share the last place, and where the
// person who asks stands unless they have seen it.
func TestLongLeaderboard(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name   string
		points []int // of members 00, 01, …; Zoe, last among equals, is the one before the last
		order  string
		want   []string // the last lines, after the ten
		lines  int
	}{
		{"ten equals", repeated(10, 10), "leaderboard", nil, 10},
		{"eleven equals", repeated(10, 11), "leaderboard", []string{"… and 1 more member in place 1", "You: place 1 with 10"}, 10},
		{"a hundred equals", repeated(10, 100), "leaderboard all", []string{"… and 90 more members in place 1", "You: place 1 with 10"}, 10},
		{"equals from place nine", append(repeated(13, 8), repeated(10, 5)...), "leaderboard", []string{"… and 3 more members in place 9", "You: place 9 with 10"}, 10},
		{"one less below", append(repeated(13, 10), 10, 3, 3), "leaderboard", []string{"You: place 12 with 3"}, 10},
		{"the one who asks is seen", append(repeated(3, 12), 13, 3), "leaderboard", []string{"… and 4 more members in place 2"}, 10},
		{"in Korean", repeated(10, 13), "순위", []string{"… 공동 1위 3명 더", "나: 1위, 10점"}, 10},
		{"teams of one", repeated(10, 12), "leaderboard teams", []string{"… and 2 more teams in place 1"}, 10},
		{"teams in Korean", repeated(10, 12), "순위 팀", []string{"… 공동 1위 2팀 더"}, 10},
		{"three", []int{10, 13, 3}, "leaderboard", nil, 3},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			o.change(func(tx *store.Tx) {
				for i, points := range row.points {
					id := fmt.Sprintf("member-%03d", i)
					if i == len(row.points)-2 {
						id = "zoe"
					}
					team := store.Team{ID: "team-" + id, Name: "Team " + id}
					m := store.Member{ID: id, Name: id, Team: team.ID, Joined: day}
					if id == "zoe" {
						m.Accounts = []Account{account("Zoe")}
					}
					tx.PutTeam(team)
					tx.PutMember(m)
					tx.Give(store.Line{Cause: store.AnswerCause(1), Member: id, Amount: points, Round: 1, Day: "2026-03-09", Channel: room("C"), Team: team.ID, At: day})
				}
				if g, _ := tx.Group(); strings.HasPrefix(row.order, "순위") {
					g.Lang = "ko"
					tx.PutGroup(g)
				}
			})
			said := o.say("Zoe", row.order).Message.Text
			lines := strings.Split(said, "\n")[1:]
			if len(lines) != row.lines+len(row.want) {
				t.Fatalf("it has %d rows:\n%s", len(lines), said)
			}
			for i, want := range row.want {
				if got := lines[row.lines+i]; got != want {
					t.Errorf("it ends in %q, want %q", got, want)
				}
			}
		})
	}
}

func repeated(points, times int) (all []int) {
	for range times {
		all = append(all, points)
	}
	return all
}
