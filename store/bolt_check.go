package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"os"

	"go.etcd.io/bbolt"
)

// bbolt's own check trusts what it reads: a page number that leads out of the file faults in a goroutine of its own,
// which ends the process, and one that leads back to a parent goes round for ever. So we first walk the pages ourselves
// and follow nothing that was not looked at, and let bbolt check order and free pages after that.

// The layout of bbolt's file, which is the same in all versions and in the byte order of the machine
// (go.etcd.io/bbolt/internal/common: page.go, meta.go, bucket.go).
const (
	pageHeader    = 16 // number uint64, kind uint16, count uint16, overflow uint32
	pageElement   = 16 // branch: pos, ksize uint32, child uint64; leaf: flags, pos, ksize, vsize uint32
	bucketHeader  = 16 // root uint64, sequence uint64; a root of 0 is followed by the page itself
	metaSize      = 64 // magic, version, page size, flags uint32; root, sequence, free list, pages, tx, sum uint64
	branchKind    = 0x01
	leafKind      = 0x02
	freeKind      = 0x10
	bucketFlag    = 0x01
	manyFree      = 0xFFFF     // a count that says: the first element is the count
	boltMagic     = 0xED0CDAED // of a page that heads the file
	noFreeList    = ^uint64(0)
	maxPageErrors = 10
	lookPages     = 1 << 14 // 64 MiB of pages of 4 KiB, whose branches are read in about 2 ms
)

// check walks the pages of one snapshot while others go on, then lets bbolt check within an update, because bbolt's
// list of free pages belongs to the writer: writers wait for about 140 ms a million keys.
func (e *boltEngine) check(ctx context.Context) error {
	err := e.view(ctx, func(r reader) error {
		tx := r.(boltTx).tx
		if err := e.walkAll(ctx, tx); err != nil || e.commit != nil {
			return err
		}
		return errors.Join(e.checkLayout(), checkBolt(tx))
	})
	if err != nil || e.commit == nil {
		return err
	}
	return e.update(ctx, "", func(w writer) error { return checkBolt(w.(*draft).below.tx) })
}

// walkAll walks all pages of the snapshot.
func (e *boltEngine) walkAll(ctx context.Context, tx *bbolt.Tx) error {
	w := e.newWalk(ctx, uint64(tx.Size())/uint64(e.pageSize()))
	w.page(uint64(tx.Cursor().Bucket().Root()), bucketFlag)
	return w.err
}

// checkPages walks all pages of a file that nobody else uses yet.
func (e *boltEngine) checkPages() error {
	return e.view(context.Background(), func(r reader) error { return e.walkAll(context.Background(), r.(boltTx).tx) })
}

// checkBolt takes every error from bbolt, whose check waits until it is heard, and keeps the first few.
func checkBolt(tx *bbolt.Tx) error {
	var errs []error
	for err := range tx.Check() {
		if len(errs) < maxPageErrors {
			errs = append(errs, &damage{"the structure of the store", err.Error()})
		}
	}
	return errors.Join(errs...)
}

func (e *boltEngine) pageSize() int { return e.db.Info().PageSize }

// checkLayout proves what bbolt relies on when it opens the file: that the file has all its pages, a list of free pages that
// can be read, and branches that lead nowhere twice, since bbolt would follow a circle until its stack is full, which
// nobody can catch. Branches of a large file are left to the check after an unclean stop, so that opening does not take
// longer the more there is in it. It needs the lock, for it reads what a writer changes.
func (e *boltEngine) checkLayout() error {
	info, err := e.file.Stat()
	if err != nil {
		return err
	}
	m, err := e.newestMeta()
	if err != nil {
		return err
	}
	size := uint64(e.pageSize())
	if have := uint64(info.Size()) / size; have < m.pages {
		return &damage{"the file", fmt.Sprintf("it has %d pages of %d", have, m.pages)}
	}
	w := e.newWalk(context.Background(), m.pages)
	if m.pages <= lookPages {
		w.shallow = true
		w.page(m.root, bucketFlag)
	}
	if m.freeList != noFreeList {
		w.freeList(m.freeList)
	}
	return w.err
}

// meta is what we use of the two pages that head the file. bbolt writes them in turn; the newer valid one counts.
type meta struct{ root, freeList, pages, tx uint64 }

func (e *boltEngine) newestMeta() (newest meta, err error) {
	found := false
	for at := range 2 {
		b := make([]byte, metaSize)
		if _, err := e.file.ReadAt(b, int64(at*e.pageSize()+pageHeader)); err != nil {
			return meta{}, err
		}
		m, ok := parseMeta(b)
		if ok && (!found || m.tx > newest.tx) {
			newest, found = m, true
		}
	}
	if !found {
		return meta{}, &damage{"the head of the file", ""}
	}
	return newest, nil
}

// Resembles reports whether the file begins like a store. Whether it is one, Prove tells.
func Resembles(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	b := make([]byte, pageHeader+metaSize)
	_, err = io.ReadFull(f, b)
	return err == nil && binary.NativeEndian.Uint32(b[pageHeader:]) == boltMagic
}

func parseMeta(b []byte) (meta, bool) {
	o := binary.NativeEndian
	sum := fnv.New64a()
	sum.Write(b[:metaSize-8])
	ok := o.Uint32(b) == boltMagic && o.Uint64(b[metaSize-8:]) == sum.Sum64()
	return meta{root: o.Uint64(b[16:]), freeList: o.Uint64(b[32:]), pages: o.Uint64(b[40:]), tx: o.Uint64(b[48:])}, ok
}

// walk reads pages straight from the file; the first error ends it.
type walk struct {
	ctx   context.Context
	file  io.ReaderAt
	size  uint64 // of a page, in bytes
	pages uint64 // how many pages there are
	seen  []bool
	err   error
	// shallow leaves out the records of spaces: of the pages that hold them it reads the first of each branch only.
	shallow bool
}

func (e *boltEngine) newWalk(ctx context.Context, pages uint64) *walk {
	return &walk{ctx: ctx, file: e.file, size: uint64(e.pageSize()), pages: pages, seen: make([]bool, pages)}
}

func (w *walk) fail(number uint64, format string, args ...any) {
	if w.err == nil {
		w.err = &damage{fmt.Sprintf("page %d of the store", number), fmt.Sprintf(format, args...)}
	}
}

// page walks the page and everything below it. Its records are all of one kind: the page is part of the list of spaces
// (bucketFlag) or of one space (0).
func (w *walk) page(number uint64, flag uint32) {
	if w.err == nil {
		w.err = w.ctx.Err()
	}
	b, kind := w.read(number)
	if w.err != nil {
		return
	}
	switch kind {
	case leafKind:
		w.leaf(number, b, flag)
	case branchKind:
		w.branch(number, b, flag)
	default:
		w.fail(number, "its kind is %#x", kind)
	}
}

// read returns the whole of a page that nothing has led to before.
func (w *walk) read(number uint64) (b []byte, kind uint16) {
	if w.err != nil {
		return nil, 0
	}
	if number < 2 || number >= w.pages {
		w.fail(number, "the store has %d pages", w.pages)
		return nil, 0
	}
	b = make([]byte, w.size)
	if _, w.err = w.file.ReadAt(b, int64(number*w.size)); w.err != nil {
		return nil, 0
	}
	o := binary.NativeEndian
	if own := o.Uint64(b); own != number {
		w.fail(number, "it calls itself %d", own)
		return nil, 0
	}
	over := uint64(o.Uint32(b[12:]))
	if w.visit(number, over); w.err != nil {
		return nil, 0
	}
	if over > 0 {
		b = make([]byte, (over+1)*w.size)
		if _, w.err = w.file.ReadAt(b, int64(number*w.size)); w.err != nil {
			return nil, 0
		}
	}
	return b, o.Uint16(b[8:])
}

func (w *walk) branch(number uint64, b []byte, flag uint32) {
	children, ok := parseElements(b, branchKind)
	if !ok || len(children) == 0 {
		w.fail(number, "its children cannot be read")
		return
	}
	if w.shallow && flag == 0 && w.kind(children[0].page) == leafKind {
		for _, child := range children {
			w.visit(child.page, 0)
		}
		return
	}
	for _, child := range children {
		w.page(child.page, flag)
	}
}

// kind reads only what kind of page it is, 0 if there is no such page.
func (w *walk) kind(number uint64) uint16 {
	b := make([]byte, 2)
	if w.err != nil || number >= w.pages {
		return 0
	}
	_, w.err = w.file.ReadAt(b, int64(number*w.size)+8)
	return binary.NativeEndian.Uint16(b)
}

// visit notes that something leads to the page and those it goes on in, which nothing may have led to before.
func (w *walk) visit(number, over uint64) {
	if number < 2 || number >= w.pages {
		w.fail(number, "the store has %d pages", w.pages)
		return
	}
	if number+over >= w.pages {
		w.fail(number, "it goes on beyond the store")
		return
	}
	for i := number; i <= number+over; i++ {
		if w.seen[i] {
			w.fail(i, "two pages lead to it")
			return
		}
		w.seen[i] = true
	}
}

// leaf walks the records of a leaf page, which may itself stand within a record of page number.
func (w *walk) leaf(number uint64, b []byte, flag uint32) {
	records, ok := parseElements(b, leafKind)
	if !ok {
		w.fail(number, "its records cannot be read")
		return
	}
	for _, r := range records {
		if r.flag != flag {
			w.fail(number, "a record in it has flag %d, not %d", r.flag, flag)
			return
		}
		if flag == bucketFlag {
			w.space(number, r.value)
		}
	}
}

func (w *walk) space(number uint64, value []byte) {
	if len(value) < bucketHeader {
		w.fail(number, "a space in it is cut short")
		return
	}
	root, inline := binary.NativeEndian.Uint64(value), value[bucketHeader:]
	if root != 0 {
		w.page(root, 0)
		return
	}
	if len(inline) < pageHeader || binary.NativeEndian.Uint16(inline[8:]) != leafKind {
		w.fail(number, "a space in it is no list of records")
		return
	}
	w.leaf(number, inline, 0)
}

// element is what a page holds: a child of a branch or a record of a leaf.
type element struct {
	page  uint64 // of a child
	flag  uint32 // of a record
	value []byte // of a record
}

// parseElements reads what a page holds. Keys and values stand behind the list of elements, in its order and without a
// gap, and a page without any is zero: were that not so, a count that has lost a bit would hide records.
func parseElements(b []byte, kind uint16) ([]element, bool) {
	o := binary.NativeEndian
	count := int(o.Uint16(b[10:]))
	end := pageHeader + count*pageElement
	if end > len(b) {
		return nil, false
	}
	list := make([]element, count)
	for i := range list {
		at := pageHeader + i*pageElement
		e := b[at:end]
		pos, ksize, vsize := o.Uint32(e), o.Uint32(e[4:]), uint32(0)
		if kind == branchKind {
			list[i].page = o.Uint64(e[8:])
		} else {
			list[i].flag, pos, ksize, vsize = pos, ksize, o.Uint32(e[8:]), o.Uint32(e[12:])
		}
		if room := uint32(len(b)); pos > room || ksize > room || vsize > room {
			return nil, false
		}
		value := end + int(ksize)
		if at+int(pos) != end || value+int(vsize) > len(b) {
			return nil, false
		}
		list[i].value = b[value : value+int(vsize)]
		end = value + int(vsize)
	}
	if count == 0 && len(bytes.Trim(b[end:], "\x00")) > 0 {
		return nil, false
	}
	return list, true
}

func (w *walk) freeList(number uint64) {
	b, kind := w.read(number)
	if w.err != nil {
		return
	}
	o := binary.NativeEndian
	count, ids := uint64(o.Uint16(b[10:])), b[pageHeader:]
	if count == manyFree {
		count, ids = o.Uint64(ids), ids[8:]
	}
	if kind != freeKind || count > uint64(len(ids)/8) {
		w.fail(number, "it is no list of %d free pages", count)
		return
	}
	for i := range count {
		id := o.Uint64(ids[i*8:])
		if id < 2 || id >= w.pages {
			w.fail(number, "free page %d is none of the %d", id, w.pages)
			return
		}
	}
}
