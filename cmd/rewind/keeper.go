package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"rewind/questions"
	"rewind/store"
)

// keeper does to a store what an operator asks for. It is either the open file, or the Rewind that holds the file and
// is asked through its socket; a command does not see which.
type keeper interface {
	Status(ctx context.Context) (status, error)
	// Import makes the questions the current bank; with dryRun it only says what that would do.
	Import(ctx context.Context, qs []questions.Question, dryRun bool) (imported, error)
	// Undo goes back to the bank before the current one; store.ErrNoUndo if there is none.
	Undo(ctx context.Context) (store.BankInfo, error)
	// Export returns the current bank and, if asked, the best answers of a group; without a group, those of the only one.
	Export(ctx context.Context, answers bool, group string) (exported, error)
	// Backup writes a proven copy to a file that does not exist yet; the path is the operator's, not the keeper's.
	Backup(ctx context.Context, path string) error
	// Verify proves the file and what the store promises of its records. It tells progress how far it has come, each
	// percent once; what it found wrong is no error.
	Verify(ctx context.Context, progress func(percent int)) ([]store.Finding, error)
	Close() error
}

// status is what an operator wants to see at a glance.
type status struct {
	Bank      string        `json:"bank"` // the current version, "" if there is none
	Questions int           `json:"questions"`
	Groups    []groupStatus `json:"groups"`
	// Holder is the process that answered for the store, 0 if the file was open to be read.
	Holder int `json:"holder,omitempty"`
}

type groupStatus struct {
	ID        string         `json:"id"`
	Lang      questions.Lang `json:"lang"`
	Zone      string         `json:"zone"`
	Members   int            `json:"members"`
	Schedules int            `json:"schedules"`
	Open      int            `json:"open"`    // rounds that wait for answers or their reveal
	Waiting   int            `json:"waiting"` // letters in the outbox
	Buried    int            `json:"buried"`  // letters that were given up
}

// existing opens the store that must be there already, so that a mistyped path does not make an empty one.
func (d database) existing(ctx context.Context) (keeper, error) {
	info, err := os.Stat(d.file())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, hinted{error: fmt.Errorf("open store %s: there is no such file", d.file()), key: "cli_hint_no_store"}
	}
	if err != nil {
		return nil, fmt.Errorf("open store %s: %w", d.file(), cause(err))
	}
	if info.Mode().IsRegular() && info.Size() == 0 {
		return nil, hinted{error: fmt.Errorf("open store %s: it is empty", d.file()), key: "cli_hint_no_store"}
	}
	return d.open(ctx)
}

// open opens the store, or makes it; where another Rewind holds it, that one is asked through its socket. The socket is
// tried first, since a store that is held is waited for; and again then, for a Rewind that was just starting.
func (d database) open(ctx context.Context) (keeper, error) {
	if r, err := dial(ctx, d.file()); err == nil {
		return r, nil
	}
	s, err := openStore(ctx, d.file())
	if err == nil {
		return local{s}, nil
	}
	if !errors.Is(err, store.ErrLocked) {
		return nil, err
	}
	if r, err := dial(ctx, d.file()); err == nil {
		return r, nil
	}
	return nil, hinted{error: fmt.Errorf("%w, and it does not answer on %s", err, socketPath(d.file())), key: "cli_hint_silent"}
}

// cause drops the operation and the path that the system's errors begin with, where ours name them already.
func cause(err error) error {
	if e := (*fs.PathError)(nil); errors.As(err, &e) {
		return e.Err
	}
	return err
}
