package store

import (
	"context"
	"time"
)

// Home says which group a Discord server, a Slack workspace or the console belongs to.
type Home struct {
	Platform  string    `json:"platform"`
	Workspace string    `json:"workspace"`
	Group     string    `json:"group"` // the group's ID
	Created   time.Time `json:"created"`
}

const homeTable table[Home] = "home"

// Home returns the group of a workspace.
func (s *Store) Home(ctx context.Context, platform, workspace string) (h Home, ok bool, err error) {
	err = s.View(ctx, systemScope, func(tx *Tx) error {
		h, ok = homeTable.get(tx, platform, workspace)
		return nil
	})
	return h, ok, err
}

// ClaimHome gives a workspace its group, unless it has one already; it returns the one it has.
func (s *Store) ClaimHome(ctx context.Context, h Home) (has Home, err error) {
	err = s.Update(ctx, systemScope, func(tx *Tx) error {
		has = h
		if !homeTable.insert(tx, h, h.Platform, h.Workspace) {
			has, _ = homeTable.get(tx, h.Platform, h.Workspace)
		}
		return nil
	})
	return has, err
}

// Homes returns the homes of a platform's workspaces.
func (s *Store) Homes(ctx context.Context, platform string) (homes []Home, err error) {
	err = s.View(ctx, systemScope, func(tx *Tx) error {
		homes = nil
		for h := range homeTable.all(tx, platform) {
			homes = append(homes, h)
		}
		return nil
	})
	return homes, err
}

// Groups returns the IDs of all groups.
func (s *Store) Groups(ctx context.Context) (ids []string, err error) {
	err = s.View(ctx, systemScope, func(tx *Tx) error {
		ids = nil
		known := map[string]bool{}
		for h := range homeTable.all(tx) {
			if !known[h.Group] {
				known[h.Group] = true
				ids = append(ids, h.Group)
			}
		}
		return nil
	})
	return ids, err
}

// UpdateGroup runs fn in the group's serial transaction, and ViewGroup on a snapshot of it. fn may be run again and must
// not change anything but the transaction.
func (s *Store) UpdateGroup(ctx context.Context, id string, fn func(tx *Tx) error) error {
	return s.Update(ctx, groupScope(id), fn)
}

// ViewGroup runs fn on a snapshot of the group.
func (s *Store) ViewGroup(ctx context.Context, id string, fn func(tx *Tx) error) error {
	return s.View(ctx, groupScope(id), fn)
}
