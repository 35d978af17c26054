package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// While a process writes a store, a mark lies beside it: FILE.running. It is taken away when the process lets go of the
// file in order, so one that is found says that the last process did not: it was killed, the machine lost its power, or the
// disk failed. Then the file is proved before anything in it is believed.

// runningMark lies beside the file itself, whatever links lead to it.
func runningMark(path string) string {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	return path + ".running"
}

// mark makes the mark durable before the first commit.
func (e *boltEngine) mark() error {
	if e.marked {
		return nil
	}
	f, err := os.OpenFile(runningMark(e.path), os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	if err := errors.Join(f.Close(), syncFolder(e.path)); err != nil {
		return err
	}
	e.marked = true
	return nil
}

// unmark is called while the file is still locked, for the mark of whoever locks it next must stay.
func (e *boltEngine) unmark() error {
	err := os.Remove(runningMark(e.path))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// proveAfterCrash has the file proved if the last process did not let go of it in order. check may be nil.
func proveAfterCrash(ctx context.Context, path string, check func(ctx context.Context, path string) error) error {
	info, err := os.Stat(path)
	if err != nil || info.Size() == 0 {
		return nil // it is being made
	}
	if _, err := os.Stat(runningMark(path)); err != nil {
		return nil
	}
	if check == nil {
		check = Prove
	}
	if err = check(ctx, path); err != nil && !errors.Is(err, ErrLocked) {
		return fmt.Errorf("prove it after an unclean stop: %w", err)
	}
	return err
}

// Prove opens the file as it is and proves structure and every seal; ErrDamaged if they do not hold, ErrNewer if this
// program is too old for it, ErrLocked if it is in use. It changes nothing, but it may take long, and what a damaged file
// does to bbolt is best left to a process of its own.
func Prove(ctx context.Context, path string) error {
	_, err := prove(ctx, path)
	return err
}
