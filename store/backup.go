package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// restoredKey is set in a restored store, to the unix time in ms as decimal digits, until settleRestore.
const restoredKey = "restored"

const partialSuffix = ".partial" // a copy that is not proved yet

// Backup writes a copy of the store to path while transactions go on, readable by its owner only. The copy is proved,
// structure and every seal, before it gets its name; ErrExists if something has that name.
func (s *Store) Backup(ctx context.Context, path string) error {
	return KeepBackup(ctx, path, func(f *os.File) error { return copyEngine(ctx, s.engine, f) })
}

// KeepBackup gives the name path to the copy of a store that write makes, once it is proved as by Backup. write flushes
// and closes the file.
func KeepBackup(ctx context.Context, path string, write func(f *os.File) error) error {
	if err := keepBackup(ctx, path, write); err != nil {
		return fmt.Errorf("back up to %s: %w", path, err)
	}
	return nil
}

func keepBackup(ctx context.Context, path string, write func(f *os.File) error) error {
	if err := absent(path); err != nil {
		return err
	}
	partial, err := createPartial(path)
	if err != nil {
		return err
	}
	defer os.Remove(partial.Name()) // finds nothing when all went well
	if err := write(partial); err != nil {
		return err
	}
	if err := proveCopy(ctx, partial.Name()); err != nil {
		return fmt.Errorf("prove the copy: %w", err)
	}
	return publish(partial.Name(), path)
}

// BackupTo writes a proved copy of the store to w. The copy is first made beside the store: a slow receiver must not
// hold a snapshot, for as long as that is open the file cannot reuse pages and sometimes not grow.
func (s *Store) BackupTo(ctx context.Context, w io.Writer) error {
	if err := s.backupTo(ctx, w); err != nil {
		return fmt.Errorf("back up: %w", err)
	}
	return nil
}

func (s *Store) backupTo(ctx context.Context, w io.Writer) error {
	partial, err := os.CreateTemp(filepath.Dir(s.path), filepath.Base(s.path)+".*"+partialSuffix)
	if err != nil {
		return err
	}
	defer os.Remove(partial.Name())
	if err := copyEngine(ctx, s.engine, partial); err != nil {
		return err
	}
	if err := proveCopy(ctx, partial.Name()); err != nil {
		return fmt.Errorf("prove the copy: %w", err)
	}
	f, err := os.Open(partial.Name())
	if err != nil {
		return err
	}
	_, err = io.Copy(&contextWriter{ctx, w}, f)
	return errors.Join(err, f.Close())
}

// Restore makes a backup the store at to. It proves the backup first and leaves to alone if that fails. ErrExists if
// there is something at to, unless force is set; ErrLocked if one of them is in use. The restored store knows that it
// is one, and doubts its letters when it is opened.
func Restore(ctx context.Context, from, to string, force bool) error {
	if target, err := filepath.EvalSymlinks(to); err == nil {
		to = target // a link stays a link
	}
	if err := restore(ctx, from, to, force); err != nil {
		return fmt.Errorf("restore %s from %s: %w", to, from, err)
	}
	return nil
}

func restore(ctx context.Context, from, to string, force bool) error {
	if err := absent(to); err != nil && !force {
		return err
	}
	if err := different(from, to); err != nil {
		return err
	}
	release, err := holdStill(to)
	if err != nil {
		return err
	}
	defer release()
	partial, err := createPartial(to)
	if err != nil {
		return err
	}
	defer os.Remove(partial.Name())
	if err := copyBackup(ctx, from, partial); err != nil {
		return fmt.Errorf("%s: %w", from, err)
	}
	if err := stampRestored(ctx, partial.Name()); err != nil {
		return err
	}
	if force {
		return replace(partial.Name(), to)
	}
	return publish(partial.Name(), to)
}

// holdStill takes the lock of an existing store, so that no Rewind starts on a file that is about to be replaced. A file
// that is no store or too damaged to be opened needs no lock: no Rewind can open it either.
func holdStill(path string) (release func(), err error) {
	e, err := openBolt(path, boltOptions{readOnly: true})
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, ErrDamaged) {
		return func() {}, nil
	}
	if err != nil {
		return nil, err
	}
	return func() { e.close() }, nil // it was opened for reading, there is nothing to lose
}

// copyBackup copies the backup and proves the copy, so that what is proved is what is used.
func copyBackup(ctx context.Context, from string, to *os.File) error {
	e, err := openBolt(from, boltOptions{readOnly: true})
	if err != nil {
		return errors.Join(err, to.Close())
	}
	if err := errors.Join(copyEngine(ctx, e, to), e.close()); err != nil {
		return err
	}
	return proveCopy(ctx, to.Name())
}

// stampRestored brings the copy to our schema and marks it as restored.
func stampRestored(ctx context.Context, path string) error {
	s, err := Open(path, Options{})
	if err != nil {
		return err
	}
	now := strconv.AppendInt(nil, time.Now().UnixMilli(), 10)
	err = s.Update(ctx, systemScope, func(tx *Tx) error {
		tx.put(systemScope, []byte(restoredKey), now)
		return nil
	})
	return errors.Join(err, s.Close())
}

// restored reports when the store was restored from a backup, until settleRestore is called. Letters that were delivered
// after the backup was taken look undelivered in it, so all of them must start as unsure.
func (s *Store) restored(ctx context.Context) (at time.Time, ok bool, err error) {
	err = s.View(ctx, systemScope, func(tx *Tx) error {
		v, found := tx.get(systemScope, []byte(restoredKey))
		if !found {
			return nil
		}
		ms, err := strconv.ParseInt(string(v), 10, 64)
		if err != nil {
			return damagedRecord(systemScope, []byte(restoredKey))
		}
		at, ok = time.UnixMilli(ms).UTC(), true
		return nil
	})
	return at, ok, err
}

// settleRestore notes that the letters have been dealt with.
func (s *Store) settleRestore(ctx context.Context) error {
	return s.Update(ctx, systemScope, func(tx *Tx) error {
		tx.delete(systemScope, []byte(restoredKey))
		return nil
	})
}

// proveCopy proves a file that must be a store with something in it.
func proveCopy(ctx context.Context, path string) error {
	schema, err := prove(ctx, path)
	if err == nil && schema == 0 {
		err = errors.New("it is not a store of Rewind: it is empty")
	}
	return err
}

// prove proves structure, schema and every seal, in this order: a damaged structure can hide the schema, and a newer schema
// may seal in another way. The schema is 0 where nothing was written yet.
func prove(ctx context.Context, path string) (schema int, err error) {
	e, err := openBolt(path, boltOptions{readOnly: true})
	if err != nil {
		return 0, err
	}
	s := &Store{path: path, engine: e}
	if err = e.check(ctx); err == nil {
		schema, err = s.schema(ctx, len(steps())+1)
	}
	if err == nil {
		err = s.checkSeals(ctx, nil)
	}
	return schema, errors.Join(err, e.close())
}

// copyEngine writes the engine's copy to f, flushes and closes it.
func copyEngine(ctx context.Context, e engine, f *os.File) error {
	err := e.backup(ctx, f)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

func createPartial(path string) (*os.File, error) {
	name := path + partialSuffix
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("%s is being written by another command, or was left by one that was cut off: remove it if so", name)
	}
	return f, err
}

func absent(path string) error {
	_, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		return ErrExists
	}
	return err
}

func different(from, to string) error {
	a, err := os.Stat(from)
	if err != nil {
		return err
	}
	if b, err := os.Stat(to); err == nil && os.SameFile(a, b) {
		return errors.New("they are the same file")
	}
	return nil
}

// publish gives a finished file its name and never takes the name from another file: a link fails where a rename would
// replace. File systems without links get the rename.
func publish(partial, path string) error {
	err := os.Link(partial, path)
	if errors.Is(err, fs.ErrExist) {
		return ErrExists
	}
	if err != nil {
		return replace(partial, path)
	}
	return errors.Join(os.Remove(partial), syncFolder(path))
}

// replace gives a finished file its name, at once and for good.
func replace(partial, path string) error {
	if err := os.Rename(partial, path); err != nil {
		return err
	}
	return syncFolder(path)
}

// syncFolder makes the names in the folder of path durable.
func syncFolder(path string) error {
	f, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
