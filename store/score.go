package store

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Line is one line of the ledger: points given, with the reason. Lines are never changed; a correction is a new revision
// of the same cause that holds the difference.
type Line struct {
	Cause    string    `json:"cause"` // "answer/12"
	Member   string    `json:"member"`
	Revision int       `json:"revision"` // counted from 1 for each cause and member
	Amount   int       `json:"amount"`
	Reason   string    `json:"reason"` // a code: answer, late, withdrawn
	Round    int       `json:"round"`
	Day      string    `json:"day"` // the slot's date in the group's zone
	Channel  Channel   `json:"channel"`
	Team     string    `json:"team,omitempty"`
	At       time.Time `json:"at"`
}

// Board names a leaderboard: a period and who is on it.
type Board struct {
	Period string // "all", a month "2026-03", or an ISO week "2026-W12"
	Of     string // "group", or "channel/KEY", or "team/ID"
}

// Row is a member's or, on a board of teams, a team's points.
type Row struct {
	ID     string
	Points int
	// Active counts the members of a team who have points; zero for a member.
	Active int
}

// appendTo writes "POINTS ACTIVE ID".
func (r *Row) appendTo(b []byte) []byte {
	b = append(strconv.AppendInt(b, int64(r.Points), 10), ' ')
	b = append(strconv.AppendInt(b, int64(r.Active), 10), ' ')
	return append(b, r.ID...)
}

func (r *Row) parse(b []byte) (err error) {
	points, rest, ok1 := strings.Cut(string(b), " ")
	active, id, ok2 := strings.Cut(rest, " ")
	if !ok1 || !ok2 {
		return fmt.Errorf("%w: a row of a board is cut", ErrDamaged)
	}
	r.ID = id
	if r.Points, err = strconv.Atoi(points); err == nil {
		r.Active, err = strconv.Atoi(active)
	}
	return err
}

// The parts of a board's name: Everyone ranks the group's members, Teams its teams.
const (
	AllTime  = "all"
	Everyone = "group"
	Teams    = "teams"

	inTeam = "team/"
)

// InChannel is a board's Of for what was answered in a channel.
func InChannel(c Channel) string { return "channel/" + c.Key() }

const (
	lineTable   table[Line]   = "ledger"
	memberLines table[string] = "lines" // the keys of the same lines by member, for people to read
	rowTable    table[Row]    = "board"
	rankTable   table[string] = "rank" // a board's rows by falling points
)

// Periods are the boards' periods that a day belongs to.
func Periods(day string) []string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return []string{AllTime}
	}
	year, week := t.ISOWeek()
	return []string{AllTime, t.Format("2006-01"), fmt.Sprintf("%04d-W%02d", year, week)}
}

// boardsOf are the boards that a line counts on, the one of teams aside.
func boardsOf(l Line) []Board {
	var boards []Board
	for _, period := range Periods(l.Day) {
		boards = append(boards, Board{period, Everyone}, Board{period, InChannel(l.Channel)})
		if l.Team != "" {
			boards = append(boards, Board{period, inTeam + l.Team})
		}
	}
	return boards
}

// Give sets what a cause gives a member: it writes the difference to what the cause has given so far as a new line and
// moves the boards along. Where there is no difference it does nothing. Day, channel and team of a correction are those
// of the cause's first line, whatever l says, so that it takes back just what was given.
func (tx *Tx) Give(l Line) {
	given, revisions := 0, 0
	for old := range lineTable.all(tx, l.Cause, l.Member) {
		if revisions == 0 {
			l.Day, l.Channel, l.Team = old.Day, old.Channel, old.Team
		}
		given += old.Amount
		revisions = old.Revision
	}
	l.Amount -= given
	if l.Amount == 0 {
		return
	}
	l.Revision = revisions + 1
	if !lineTable.insert(tx, l, l.Cause, l.Member, l.Revision) {
		return
	}
	memberLines.put(tx, lineKey(l), l.Member, l.At, l.Cause, l.Revision)
	for _, b := range boardsOf(l) {
		tx.addPoints(b, l)
	}
}

func (tx *Tx) addPoints(b Board, l Line) {
	was, is := tx.move(b, Row{ID: l.Member, Points: l.Amount})
	team, ok := strings.CutPrefix(b.Of, inTeam)
	if !ok {
		return
	}
	tx.move(Board{b.Period, Teams}, Row{ID: team, Points: l.Amount, Active: active(is) - active(was)})
}

func active(r Row) int { return min(1, max(0, r.Points)) }

// move adds change to its row of the board and keeps the order by points; a row without points is not kept.
func (tx *Tx) move(b Board, change Row) (was, is Row) {
	was, ok := rowTable.get(tx, b.Period, b.Of, change.ID)
	if ok {
		rankTable.delete(tx, rankParts(b, was)...)
	}
	is = Row{ID: change.ID, Points: was.Points + change.Points, Active: was.Active + change.Active}
	if is.Points == 0 && is.Active == 0 {
		rowTable.delete(tx, b.Period, b.Of, is.ID)
		return was, is
	}
	rowTable.put(tx, is, b.Period, b.Of, is.ID)
	rankTable.put(tx, is.ID, rankParts(b, is)...)
	return was, is
}

func rankParts(b Board, r Row) []any { return []any{b.Period, b.Of, -r.order(), r.ID} }

// order is what rows are ranked by: points, and for a team its points per active member in thousandths.
func (r Row) order() int {
	if r.Active > 0 {
		return r.Points * 1000 / r.Active
	}
	return r.Points
}

// Top yields the board's rows from most points to fewest; equal ones in the order of their IDs.
func (tx *Tx) Top(b Board) iter.Seq[Row] {
	return func(yield func(Row) bool) {
		for id := range rankTable.all(tx, b.Period, b.Of) {
			r, ok := rowTable.get(tx, b.Period, b.Of, id)
			if !ok || !yield(r) {
				return
			}
		}
	}
}

// Row returns a member's or team's row of the board.
func (tx *Tx) Row(b Board, id string) (Row, bool) { return rowTable.get(tx, b.Period, b.Of, id) }

// Place returns the place a row with these points has on the board, counted from 1; equal points share a place. Like
// Sharing it reads no rows.
func (tx *Tx) Place(b Board, r Row) int {
	lo, hi := rankTable.key([]any{b.Period, b.Of}), rankTable.key(rankParts(b, r)[:3])
	place := 1
	for range tx.scan(tx.Scope(), lo, hi, false) {
		place++
	}
	return place
}

// lineKey is where the line stands in the ledger.
func lineKey(l Line) string { return string(key(l.Cause, l.Member, l.Revision)) }

// Lines yields a member's lines of the ledger, newest first.
func (tx *Tx) Lines(member string) iter.Seq[Line] {
	return func(yield func(Line) bool) {
		for k := range memberLines.backward(tx, member) {
			l, ok := lineTable.at(tx, k)
			if !ok || !yield(l) {
				return
			}
		}
	}
}

// Causes counts the causes that gave a member points and still do. A cause without a correction is not read.
func (tx *Tx) Causes(member string) (n int) {
	lines := map[string]int{}
	for k := range memberLines.all(tx, member) {
		cause, _, ok := readString([]byte(k))
		if !ok {
			tx.fail(fmt.Errorf("%w: a key of a member's lines is cut", ErrDamaged))
			return 0
		}
		lines[cause]++
	}
	for cause, revisions := range lines {
		if revisions == 1 || tx.given(cause, member) > 0 {
			n++
		}
	}
	return n
}

// given is what a cause has given a member, corrections included.
func (tx *Tx) given(cause, member string) (sum int) {
	for l := range lineTable.all(tx, cause, member) {
		sum += l.Amount
	}
	return sum
}

// Ledger yields every line of the ledger.
func (tx *Tx) Ledger() iter.Seq[Line] { return lineTable.all(tx) }

// SamePlace reports whether two rows of one board are equal in rank.
func SamePlace(a, b Row) bool { return a.order() == b.order() }

// boardRow is a row with its board, for replay.
type boardRow struct {
	Board Board
	Row   Row
}

// replay makes the boards from the ledger's lines alone.
func replay(lines iter.Seq[Line]) []boardRow {
	rows := map[Board]map[string]Row{}
	add := func(b Board, change Row) {
		if rows[b] == nil {
			rows[b] = map[string]Row{}
		}
		r := rows[b][change.ID]
		rows[b][change.ID] = Row{ID: change.ID, Points: r.Points + change.Points, Active: r.Active + change.Active}
	}
	for l := range lines {
		for _, b := range boardsOf(l) {
			add(b, Row{ID: l.Member, Points: l.Amount})
		}
	}
	for b, members := range rows {
		team, ok := strings.CutPrefix(b.Of, inTeam)
		if !ok {
			continue
		}
		for _, r := range members {
			add(Board{b.Period, Teams}, Row{ID: team, Points: r.Points, Active: active(r)})
		}
	}
	var out []boardRow
	for b, members := range rows {
		for _, r := range members {
			if r.Points != 0 || r.Active != 0 {
				out = append(out, boardRow{b, r})
			}
		}
	}
	slices.SortFunc(out, func(x, y boardRow) int {
		return cmp.Or(strings.Compare(x.Board.Period, y.Board.Period), strings.Compare(x.Board.Of, y.Board.Of), strings.Compare(x.Row.ID, y.Row.ID))
	})
	return out
}
