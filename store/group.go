package store

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"time"
)

const (
	groupTable    table[Group]    = "group"
	memberTable   table[Member]   = "member"
	accountTable  table[string]   = "account"
	teamTable     table[Team]     = "team"
	scheduleTable table[Schedule] = "schedule"
	slotTable     table[Slot]     = "slot"
	askedTable    table[Asked]    = "asked"
)

// Group returns the group's own record.
func (tx *Tx) Group() (Group, bool) { return groupTable.get(tx) }

// PutGroup writes the group's own record.
func (tx *Tx) PutGroup(g Group) { groupTable.put(tx, g) }

// Member returns the member with the ID.
func (tx *Tx) Member(id string) (Member, bool) { return memberTable.get(tx, id) }

// Members yields all members in the order of their IDs.
func (tx *Tx) Members() iter.Seq[Member] { return memberTable.all(tx) }

// MemberOf returns the member who owns the account.
func (tx *Tx) MemberOf(a Account) (Member, bool) {
	id, ok := accountTable.get(tx, a.Platform, a.Workspace, a.User)
	if !ok {
		return Member{}, false
	}
	return tx.Member(id)
}

// PutMember writes the member and the way from each of its accounts to it. An account that it had and has no more leads
// nowhere, unless it leads to another member by now.
func (tx *Tx) PutMember(m Member) {
	old, _ := tx.Member(m.ID)
	for _, a := range old.Accounts {
		owner, _ := accountTable.get(tx, a.Platform, a.Workspace, a.User)
		if owner == m.ID && !slices.Contains(m.Accounts, a) {
			accountTable.delete(tx, a.Platform, a.Workspace, a.User)
			tx.delete(indexSpace, personKey(a, tx.Scope()))
		}
	}
	memberTable.put(tx, m, m.ID)
	for _, a := range m.Accounts {
		if owner, _ := accountTable.get(tx, a.Platform, a.Workspace, a.User); owner != m.ID {
			accountTable.put(tx, m.ID, a.Platform, a.Workspace, a.User)
			tx.put(indexSpace, personKey(a, tx.Scope()), nil)
		}
	}
}

// personIndex leads from a person on a platform to their accounts in all workspaces.
const personIndex = "person"

func personKey(a Account, scope string) []byte {
	return key(personIndex, a.Platform, a.User, a.Workspace, scope)
}

// Person returns the accounts that a person has in a platform's workspaces.
func (s *Store) Person(ctx context.Context, platform, user string) (accounts []Account, err error) {
	err = s.View(ctx, systemScope, func(tx *Tx) error {
		accounts = nil
		lo := key(personIndex, platform, user)
		for k := range tx.scan(indexSpace, lo, after(lo), false) {
			workspace, _, ok := readString(k[len(lo):])
			if !ok {
				return fmt.Errorf("%w: a key of the index of people is cut", ErrDamaged)
			}
			a := Account{Platform: platform, Workspace: workspace, User: user}
			if len(accounts) == 0 || accounts[len(accounts)-1] != a {
				accounts = append(accounts, a)
			}
		}
		return nil
	})
	return accounts, err
}

// Team returns the team with the ID.
func (tx *Tx) Team(id string) (Team, bool) { return teamTable.get(tx, id) }

// Teams yields the teams in the order of their IDs.
func (tx *Tx) Teams() iter.Seq[Team] { return teamTable.all(tx) }

// PutTeam writes the team.
func (tx *Tx) PutTeam(t Team) { teamTable.put(tx, t, t.ID) }

// Schedule returns the schedule with the ID.
func (tx *Tx) Schedule(id string) (Schedule, bool) { return scheduleTable.get(tx, id) }

// Schedules yields the schedules in the order of their IDs.
func (tx *Tx) Schedules() iter.Seq[Schedule] { return scheduleTable.all(tx) }

// PutSchedule writes the schedule.
func (tx *Tx) PutSchedule(s Schedule) { scheduleTable.put(tx, s, s.ID) }

// DeleteSchedule removes the schedule. Its slots and rounds stay.
func (tx *Tx) DeleteSchedule(id string) { scheduleTable.delete(tx, id) }

// ClaimSlot records what becomes of a slot, and reports false if that was decided before.
func (tx *Tx) ClaimSlot(s Slot) bool { return slotTable.insert(tx, s, s.Schedule, s.Wall) }

// Slot returns what became of a schedule's slot.
func (tx *Tx) Slot(schedule, wall string) (Slot, bool) { return slotTable.get(tx, schedule, wall) }

// Slots yields a schedule's decided slots in order of time.
func (tx *Tx) Slots(schedule string) iter.Seq[Slot] { return slotTable.all(tx, schedule) }

// Asked yields when each question was last asked, in the order of question IDs.
func (tx *Tx) Asked() iter.Seq[Asked] { return askedTable.all(tx) }

// Ask records that a round asks the question at that time.
func (tx *Tx) Ask(question string, at time.Time, round int) {
	last, _ := askedTable.get(tx, question)
	askedTable.put(tx, Asked{Question: question, At: at, Round: round, Before: last.At}, question)
}

// Unask takes back that the round asked the question, unless a later one has asked it since.
func (tx *Tx) Unask(question string, round int) {
	last, ok := askedTable.get(tx, question)
	switch {
	case !ok || last.Round != round:
	case last.Before.IsZero():
		askedTable.delete(tx, question)
	default:
		askedTable.put(tx, Asked{Question: question, At: last.Before}, question)
	}
}
