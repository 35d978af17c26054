package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"sync"
	"syscall"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

// lockWait is how long opening waits for another process to let go of the file, so that a restart need not be exact.
const lockWait = time.Second

const (
	// mapped is how much of the file, in bytes, can be read without mapping it anew. To map it anew, bbolt waits for all
	// views and keeps new ones waiting: a backup would stop the bot. It is address space, not memory.
	mapped = 1 << 30
	// growth is by how many bytes the file grows. bbolt's 16 MiB would make an empty store look big.
	growth = 1 << 20
)

// boltEngine keeps everything in one bbolt file: a space is a bucket, and the file's lock makes this process its only
// writer. bbolt panics or faults on damaged pages; every way into it turns that into an error.
type boltEngine struct {
	path   string
	commit *groupCommit // nil if the file was opened for reading
	marked bool         // as running; the writer's
	once   sync.Once
	closed error // what the first close returned

	mu   sync.RWMutex // held while the file is opened anew, and by whoever reads it meanwhile; the writer opens it
	db   *bbolt.DB
	file *os.File // the one db reads and writes; db closes it
	lost error    // why db is not open, after a failed write
}

type boltOptions struct {
	readOnly bool // for proving a copy: takes a shared lock and changes nothing
	fault    func(op string) error
}

// openBolt opens the file, or creates it with mode 0600 if its folder exists. The errors do not name the path.
func openBolt(path string, o boltOptions) (*boltEngine, error) {
	created, err := examine(path, o.readOnly)
	if err != nil {
		return nil, err
	}
	e, err := openBoltFile(path, o.readOnly)
	if err != nil {
		return nil, err
	}
	if created {
		err = syncFolder(path)
	}
	if err != nil {
		return nil, errors.Join(err, e.db.Close())
	}
	if !o.readOnly {
		e.commit = startGroupCommit(e, o.fault)
	}
	return e, nil
}

// examine looks at an existing file before bbolt works with it: a damaged list of free pages would make bbolt ask for
// any amount of memory, and a file that was cut short would fault. It reads under a shared lock, so it never mistakes
// a write in progress for damage.
func examine(path string, readOnly bool) (created bool, err error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) && !readOnly {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	if !info.Mode().IsRegular() {
		return false, errors.New("it is not a file")
	}
	if info.Size() == 0 && readOnly {
		return false, &damage{"the file", "it is empty"}
	}
	if info.Size() == 0 {
		return true, nil // bbolt makes a store of it
	}
	e, err := openBoltFile(path, true)
	if err != nil {
		return false, err
	}
	return false, errors.Join(e.checkLayout(), e.db.Close())
}

// openBoltFile opens and locks the file. A restore may put another file in its place while we wait for the lock; then
// the lock is on a file that nobody will find again, and we open the one that is there now.
func openBoltFile(path string, readOnly bool) (*boltEngine, error) {
	for range 3 {
		e, err := openBoltOnce(path, readOnly)
		if err != nil {
			return nil, openError(path, err)
		}
		same, err := sameFile(path, e.file)
		if err == nil && same {
			return e, nil
		}
		if err = errors.Join(err, e.db.Close()); err != nil {
			return nil, err
		}
	}
	return nil, errors.New("the file is being replaced again and again")
}

func openBoltOnce(path string, readOnly bool) (e *boltEngine, err error) {
	e = &boltEngine{path: path}
	defer func() {
		if err != nil && e.file != nil {
			e.file.Close() // and with it the lock, which a panic of bbolt leaves behind
		}
	}()
	defer catchDamage(&err)
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	o := bbolt.Options{
		Timeout:      lockWait,
		ReadOnly:     readOnly,
		FreelistType: bbolt.FreelistMapType, // the other kind slows down with the number of free pages
		OpenFile: func(name string, flag int, mode os.FileMode) (*os.File, error) {
			f, err := os.OpenFile(name, flag, mode)
			e.file = f
			return f, err
		},
	}
	if strconv.IntSize == 64 && runtime.GOOS != "windows" { // there, what is mapped is allocated
		o.InitialMmapSize = mapped
	}
	e.db, err = bbolt.Open(path, 0o600, &o)
	if err == nil {
		e.db.AllocSize = growth
	}
	return e, err
}

func sameFile(path string, f *os.File) (bool, error) {
	named, err := os.Stat(path)
	if err != nil {
		return false, err
	}
	open, err := f.Stat()
	return os.SameFile(named, open), err
}

// noStore is what we call a file that another program may have written.
const noStore = "the file is no store of Rewind, or it"

// openError says in our words why bbolt did not open the file.
func openError(path string, err error) error {
	switch {
	case errors.Is(err, bolterrors.ErrTimeout):
		return ErrLocked
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("there is no folder %s: %w", filepath.Dir(path), fs.ErrNotExist)
	}
	var inPath *fs.PathError
	var inCall syscall.Errno
	if errors.As(err, &inPath) || errors.As(err, &inCall) || errors.Is(err, ErrDamaged) {
		return err
	}
	return &damage{noStore, err.Error()}
}

func (e *boltEngine) view(ctx context.Context, fn func(reader) error) (err error) {
	if err := ctx.Err(); err != nil {
		return err
	}
	e.mu.RLock()
	defer e.mu.RUnlock()
	if e.lost != nil {
		return e.lost
	}
	defer catchDamage(&err)
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	err = e.db.View(func(tx *bbolt.Tx) error {
		return runClosure(func() error { return fn(boltTx{tx}) })
	})
	if errors.Is(err, bolterrors.ErrDatabaseNotOpen) {
		return errClosed
	}
	return err
}

func (e *boltEngine) update(ctx context.Context, _ string, fn func(writer) error) error {
	if e.commit == nil {
		return errors.New("the store was opened for reading")
	}
	return e.commit.do(ctx, fn)
}

func (e *boltEngine) backup(ctx context.Context, w io.Writer) error {
	err := e.view(ctx, func(r reader) (err error) {
		defer catchDamage(&err)
		_, err = r.(boltTx).tx.WriteTo(&contextWriter{ctx, w})
		return err
	})
	if err != nil && ctx.Err() != nil {
		return ctx.Err() // bbolt does not wrap what its writer says
	}
	return err
}

// contextWriter ends a long copy between two writes.
type contextWriter struct {
	ctx context.Context
	w   io.Writer
}

func (c *contextWriter) Write(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.w.Write(p)
}

// close waits for views as well: bbolt unmaps the file.
func (e *boltEngine) close() error {
	e.once.Do(func() {
		if e.commit != nil && !e.commit.close() {
			e.closed = errors.New("a transaction could not be ended: the file stays locked until the process ends")
			return
		}
		if e.commit != nil && e.commit.clean() {
			e.closed = e.unmark()
		}
		if e.lost == nil {
			e.closed = errors.Join(e.closed, e.db.Close())
		}
	})
	return e.closed
}

// runClosure turns a panic of fn into an error. A fault means that the closure looked at bytes that a damaged length
// places beyond the file.
func runClosure(fn func() error) (err error) {
	defer func() {
		r := recover()
		if r == nil {
			return
		}
		if fault, ok := r.(interface{ Addr() uintptr }); ok {
			err = &damage{"a record of the store", fmt.Sprint(fault)}
			return
		}
		err = &panicked{r, debug.Stack()}
	}()
	return fn()
}

// catchDamage is deferred around calls of bbolt, which panics when a page is not what its parent says, or faults when
// it follows a page number out of the file. The latter needs debug.SetPanicOnFault.
func catchDamage(err *error) {
	if r := recover(); r != nil {
		*err = &damage{"a page of the store", fmt.Sprint(r)}
	}
}
