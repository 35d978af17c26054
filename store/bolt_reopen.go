package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// reopen opens the file anew after a failed write and goes on with what is on the disk. It waits for those who read.
//
// After a failed flush the system may keep the pages that did not reach the disk and call them clean: reading them would
// show a commit that is not there, and the next commit would build on it. So they are dropped where the system lets us,
// and the whole structure is proved before anybody sees it.
func (e *boltEngine) reopen() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.lost == nil {
		e.db.Close() // its error is that of the failed write again, and what counts is whether the file can be opened
	}
	e.lost = fmt.Errorf("%w: it is being opened anew", ErrDisk)
	fresh, err := openFresh(e.path)
	if err != nil {
		e.lost = fmt.Errorf("%w, and the store cannot be opened anew: %w", ErrDisk, err)
		return e.lost
	}
	e.db, e.file, e.lost = fresh.db, fresh.file, nil
	return nil
}

func openFresh(path string) (*boltEngine, error) {
	if err := dropCache(path); err != nil {
		return nil, err
	}
	gone, err := examine(path, false)
	if gone && err == nil {
		err = fs.ErrNotExist
	}
	if err != nil {
		return nil, err
	}
	e, err := openBoltFile(path, false)
	if err != nil {
		return nil, err
	}
	if err := e.checkPages(); err != nil {
		return nil, errors.Join(err, e.db.Close())
	}
	return e, nil
}

// dropCache makes the system read the file from the disk again.
func dropCache(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(forget(f), f.Close())
}
