package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
)

// engine is an ordered key-value store with spaces: all that Rewind asks of a database. testEngine states the contract
// as tests; a second engine is one new file and one line that runs testEngine on it.
//
// Transactions are not nested: a closure that calls the engine waits for itself.
type engine interface {
	// view runs fn on one snapshot of everything; it does not see updates that end while it runs. It should be short: an
	// engine may keep what it reads from being cleared up.
	view(ctx context.Context, fn func(reader) error) error

	// update runs fn alone in its scope. fn may be run more than once, each time on a state that holds nothing of its
	// earlier runs. When update returns nil, all that fn wrote is durable; when fn fails or panics, nothing of it is
	// kept and the error is fn's. ctx counts until fn is taken up: what was taken up is finished, and update returns how
	// it ended. An update that writes nothing costs no write to the disk.
	//
	// When the disk refuses a write, everybody in that commit is told ErrDisk with its cause: what they wrote is there as a
	// whole or not at all. The store is then opened anew, and goes on with what it finds on the disk; as long as that
	// fails, updates return ErrDisk. A damaged store is not written to any more.
	update(ctx context.Context, scope string, fn func(writer) error) error

	// backup writes a consistent copy to w while transactions go on. It holds a snapshot until w has taken everything.
	backup(ctx context.Context, w io.Writer) error

	// check proves the structure of the file, not what its records say.
	check(ctx context.Context) error

	// close waits for the update that is being committed; later transactions fail. It may be called twice.
	close() error
}

// reader reads within a transaction. The bytes it returns are the engine's: they are valid until the transaction ends
// and must not be changed.
type reader interface {
	get(space string, key []byte) ([]byte, bool, error)

	// scan yields the pairs with lo <= key < hi in key order, or from the last to the first; a nil hi is the end of the
	// space. It sees the space as it is when the loop begins, whatever is written while it runs. An error is the last
	// thing it yields.
	scan(space string, lo, hi []byte, reverse bool) iter.Seq2[pair, error]

	// spaces yields the names of all spaces in order.
	spaces() iter.Seq2[string, error]
}

// writer is a reader that also writes and sees what it has written. A space begins with its first key. Keys have 1 to
// maxKey bytes; the engine keeps the key and the value it is given, so nobody may change them afterwards.
type writer interface {
	reader
	put(space string, key, value []byte) error
	delete(space string, key []byte) error
	// insert creates the key unless it is there already. This is the claim: of many who insert one key, one is told true.
	insert(space string, key, value []byte) (created bool, err error)
}

type pair struct{ key, value []byte }

// maxKey is the longest key in bytes that every engine takes.
const maxKey = 32 << 10

// What callers decide by.
var (
	ErrLocked  = errors.New("another Rewind is using it")
	ErrDisk    = errors.New("the disk refused a write")
	ErrDamaged = errors.New("the store is damaged")
	ErrNewer   = errors.New("it was written by a newer Rewind")
	ErrExists  = errors.New("it exists already")
)

var errClosed = errors.New("the store is closed")

// damage is an ErrDamaged that names what is damaged and, where it is known, how.
type damage struct {
	what  string
	cause string
}

func (d *damage) Error() string {
	if d.cause == "" {
		return d.what + " is damaged"
	}
	return d.what + " is damaged: " + d.cause
}

func (d *damage) Is(target error) bool { return target == ErrDamaged }

// panicked is the error of a closure that panicked. The stack belongs into the log: it is what finds the bug.
type panicked struct {
	value any
	stack []byte
}

func (p *panicked) Error() string {
	return fmt.Sprintf("transaction panicked: %v\n%s", p.value, p.stack)
}
