package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"rewind/questions"
	"rewind/store"
)

// local keeps a store that this process holds.
type local struct{ store *store.Store }

func (l local) Close() error { return l.store.Close() }

func (l local) Backup(ctx context.Context, path string) error { return l.store.Backup(ctx, path) }

func (l local) Undo(ctx context.Context) (store.BankInfo, error) { return l.store.UndoBank(ctx) }

// Import puts the starter bank below a first import, so that the first undo has something to go back to.
func (l local) Import(ctx context.Context, qs []questions.Question, dryRun bool) (imported, error) {
	before, err := l.store.CurrentBank(ctx)
	if err != nil {
		return imported{}, err
	}
	first := before.Version == ""
	if first && dryRun {
		return planFirst(ctx, qs)
	}
	now := time.Now().UTC()
	if first {
		if err := importStarter(ctx, l.store, now); err != nil {
			return imported{}, err
		}
	}
	do := l.store.ImportBank
	if dryRun {
		do = l.store.PlanBank
	}
	done, changes, err := do(ctx, store.FromNotes, qs, now)
	if err != nil {
		return imported{}, err
	}
	return importedOf(done, !changes), nil
}

// planFirst says what an import into a store without a bank would do. It is done in a store that is thrown away.
func planFirst(ctx context.Context, qs []questions.Question) (would imported, err error) {
	dir, err := os.MkdirTemp("", "rewind-plan-")
	if err != nil {
		return imported{}, fmt.Errorf("make a temporary store: %w", err)
	}
	defer os.RemoveAll(dir)
	s, err := store.Open(filepath.Join(dir, "rewind.db"), store.Options{})
	if err != nil {
		return imported{}, err
	}
	defer closing(s, &err)
	return local{s}.Import(ctx, qs, false)
}

func (l local) Verify(ctx context.Context, progress func(percent int)) ([]store.Finding, error) {
	if err := l.store.CheckEngine(ctx, percents(progress)); err != nil {
		return nil, err
	}
	return l.store.Verify(ctx)
}

// percents tells f of each percent once, however many records there are.
func percents(f func(percent int)) func(done, total int) {
	told := -1
	return func(done, total int) {
		if percent := 100 * done / max(1, total); percent != told {
			told = percent
			f(percent)
		}
	}
}

func (l local) Status(ctx context.Context) (status, error) {
	bank, err := l.store.CurrentBank(ctx)
	if err != nil {
		return status{}, err
	}
	groups, err := l.store.Groups(ctx)
	if err != nil {
		return status{}, err
	}
	st := status{Bank: bank.Version, Questions: len(bank.Entries)}
	for _, id := range groups {
		g, err := l.group(ctx, id)
		if err != nil {
			return status{}, err
		}
		st.Groups = append(st.Groups, g)
	}
	return st, nil
}

func (l local) group(ctx context.Context, id string) (st groupStatus, err error) {
	err = l.store.ViewGroup(ctx, id, func(tx *store.Tx) error {
		g, _ := tx.Group()
		st = groupStatus{ID: id, Lang: g.Lang, Zone: g.Zone}
		for range tx.Members() {
			st.Members++
		}
		for range tx.Schedules() {
			st.Schedules++
		}
		for _, r := range tx.Active() {
			if r.State == store.Planned || r.State == store.Opened {
				st.Open++
			}
		}
		for range tx.Letters() {
			st.Waiting++
		}
		for range tx.Buried() {
			st.Buried++
		}
		return nil
	})
	return st, err
}
