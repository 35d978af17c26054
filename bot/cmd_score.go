package bot

import (
	"fmt"
	"strings"
	"time"

	"rewind/store"
)

// The commands about points and teams.

// boardLength is how many rows a leaderboard shows.
const boardLength = 10

func runLeaderboard(k *call) Reply {
	b, period := k.board()
	lines := []string{k.words.Say("board_"+period, Values{"Where": k.words.Say("board_of_" + boardOf(k.values["of"]))})}
	n, place, mine := 0, 1, false
	var last store.Row
	for row := range k.tx.Top(b) {
		if n == boardLength {
			break
		}
		if n++; n == 1 || !store.SamePlace(row, last) {
			place = n
		}
		lines = append(lines, k.boardLine(b, place, row))
		last, mine = row, mine || row.ID == k.member.ID
	}
	if n == 0 {
		lines = append(lines, k.words.Say("board_empty"))
	} else if more := k.tx.Sharing(b, last) - (n - place + 1); more > 0 {
		lines = append(lines, k.words.Say(boardMore(b), Values{"Place": place, "Count": more}))
	}
	if row, ok := k.tx.Row(b, k.member.ID); ok && !mine {
		lines = append(lines, k.words.Say("board_you", Values{"Place": k.tx.Place(b, row), "Points": row.Points}))
	}
	return Reply{Message: Message{Text: strings.Join(lines, "\n")}}
}

func boardOf(of string) string {
	if of == "" {
		return "group"
	}
	return of
}

func (k *call) board() (b store.Board, period string) {
	today := k.now.In(k.zone).Format(time.DateOnly)
	periods := store.Periods(today) // all, month, week
	period = k.values["period"]
	switch period {
	case "all":
		b.Period = periods[0]
	case "month":
		b.Period = periods[1]
	default:
		b.Period, period = periods[2], "week"
	}
	switch k.values["of"] {
	case "here":
		b.Of = store.InChannel(k.Channel)
	case "teams":
		b.Of = store.Teams
	default:
		b.Of = store.Everyone
	}
	return b, period
}

// boardMore is the sentence about those who share the last place and are not shown.
func boardMore(b store.Board) string {
	if b.Of == store.Teams {
		return "board_more_teams"
	}
	return "board_more"
}

func (k *call) boardLine(b store.Board, place int, row store.Row) string {
	if b.Of == store.Teams {
		t, _ := k.tx.Team(row.ID)
		return k.words.Say("board_team", Values{
			"Place": place, "Name": named(t.Name), "Average": average(row), "Points": row.Points, "Count": row.Active,
		})
	}
	m, _ := k.tx.Member(row.ID)
	return k.words.Say("board_member", Values{"Place": place, "Name": named(m.Name), "Points": row.Points})
}

// average is a team's points per active member, with one decimal where it is not whole.
func average(row store.Row) string {
	if row.Active == 0 {
		return "0"
	}
	return strings.TrimSuffix(fmt.Sprintf("%.1f", float64(row.Points)/float64(row.Active)), ".0")
}

// scoreLength is how many lines of the ledger score shows.
const scoreLength = 15

func runScore(k *call) Reply {
	row, _ := k.tx.Row(store.Board{Period: store.AllTime, Of: store.Everyone}, k.member.ID)
	lines := []string{k.words.Say("score_head", Values{"Points": row.Points})}
	for l := range k.tx.Lines(k.member.ID) {
		if len(lines) > scoreLength {
			lines = append(lines, k.words.Say("score_more"))
			break
		}
		lines = append(lines, k.words.Say("score_line", Values{
			"Amount": fmt.Sprintf("%+d", l.Amount), "Day": l.Day, "Round": l.Round, "Reason": k.words.Say("reason_" + l.Reason),
		}))
	}
	if len(lines) == 1 {
		return k.say("score_none")
	}
	return Reply{Message: Message{Text: strings.Join(lines, "\n")}}
}

func runMe(k *call) Reply {
	team := k.words.Say("me_no_team")
	if t, ok := k.tx.Team(k.member.Team); ok {
		team = t.Name
	}
	periods := store.Periods(k.now.In(k.zone).Format(time.DateOnly))
	week, _ := k.tx.Row(store.Board{Period: periods[2], Of: store.Everyone}, k.member.ID)
	all, _ := k.tx.Row(store.Board{Period: store.AllTime, Of: store.Everyone}, k.member.ID)
	return k.say("me", Values{
		"Name": named(k.Name), "Team": named(team), "Week": week.Points, "Points": all.Points, "Count": k.tx.Causes(k.member.ID),
	})
}

// teamNameLength is how many characters a team's name may have.
const teamNameLength = 40

func runTeamJoin(k *call) Reply {
	name := strings.Join(strings.Fields(k.values["team"]), " ")
	if len([]rune(name)) > teamNameLength || !hasWords(name) {
		return k.say("team_name", Values{"Most": teamNameLength})
	}
	t, ok := k.tx.Team(strings.ToLower(name))
	if !ok {
		t = store.Team{ID: strings.ToLower(name), Name: name}
		k.tx.PutTeam(t)
	}
	k.member.Team = t.ID
	k.tx.PutMember(k.member)
	return k.say("team_joined", Values{"Name": named(t.Name)})
}

func runTeamLeave(k *call) Reply {
	t, ok := k.tx.Team(k.member.Team)
	if !ok {
		return k.say("team_none")
	}
	k.member.Team = ""
	k.tx.PutMember(k.member)
	return k.say("team_left", Values{"Name": named(t.Name)})
}

func runTeamList(k *call) Reply {
	members := map[string][]string{}
	for m := range k.tx.Members() {
		members[m.Team] = append(members[m.Team], m.Name)
	}
	var lines []string
	for t := range k.tx.Teams() {
		if names := members[t.ID]; len(names) > 0 {
			lines = append(lines, k.words.Say("team_line", Values{"Name": named(t.Name), "Members": named(strings.Join(names, ", "))}))
		}
	}
	if len(lines) == 0 {
		return k.say("team_list_none")
	}
	return Reply{Message: Message{Text: strings.Join(lines, "\n")}}
}
