package sqlite

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Kinds of pages of a b-tree: the family of trees and whether the page is a leaf.
const (
	indexFamily = 2
	tableFamily = 5
	leaf        = 8
)

// maxDepth is how deep a tree may be, as in SQLite itself: with the fewest cells a page can have, 2^20 pages.
const maxDepth = 20

var errCell = errors.New("a cell leads out of its page")

// walk visits the rows of one tree in order.
type walk struct {
	*File
	family byte
	// met holds which pages the walk has used. No page has two places in a sound file, so that circles end here, and
	// rows that share their bytes.
	met   []bool
	visit func(rowid int64, payload []byte) error
}

// take returns the usable part of a page.
func (w *walk) take(n uint32) ([]byte, error) {
	if n == 0 || n > w.pages {
		return nil, fmt.Errorf("there is no page %d", n)
	}
	if w.met[n-1] {
		return nil, fmt.Errorf("page %d is used twice", n)
	}
	w.met[n-1] = true
	return w.data[int(n-1)*w.pageSize:][:w.usable], nil
}

// tree visits the page n and all below it.
func (w *walk) tree(n uint32, depth int) error {
	if depth > maxDepth {
		return errors.New("a tree is too deep")
	}
	page, err := w.take(n)
	if err != nil {
		return err
	}
	head := page
	if n == 1 {
		head = page[headerSize:]
	}
	kind, count, pointers := head[0], int(binary.BigEndian.Uint16(head[3:])), head[8:]
	if kind&^leaf != w.family {
		return fmt.Errorf("page %d is of kind %d", n, kind)
	}
	if kind&leaf == 0 {
		pointers = pointers[4:]
	}
	if 2*count > len(pointers) {
		return errCell
	}
	room := len(pointers) - 2*count
	for i := range count {
		at := int(binary.BigEndian.Uint16(pointers[2*i:]))
		if at >= len(page) {
			return errCell
		}
		c, err := w.cell(kind, page[at:])
		if err != nil {
			return err
		}
		if room -= c.size; room < 0 {
			return fmt.Errorf("cells of page %d share their bytes", n)
		}
		if kind&leaf == 0 {
			if err := w.tree(c.left, depth+1); err != nil {
				return err
			}
		}
		if kind != tableFamily {
			if err := w.visit(c.rowid, c.payload); err != nil {
				return err
			}
		}
	}
	if kind&leaf != 0 {
		return nil
	}
	return w.tree(binary.BigEndian.Uint32(head[8:]), depth+1)
}

// cell is an entry of a page. Which parts it has is a matter of the page's kind.
type cell struct {
	left    uint32 // the page below with what comes before it
	rowid   int64
	payload []byte
	size    int // what it takes of its page
}

func (w *walk) cell(kind byte, b []byte) (c cell, err error) {
	in := input{b: b}
	if kind&leaf == 0 {
		c.left = in.uint32()
	}
	var size uint64
	if kind != tableFamily {
		size = in.varint()
	}
	if kind&^leaf == tableFamily {
		c.rowid = int64(in.varint())
	}
	switch {
	case size > maxRow:
		return c, fmt.Errorf("a row of %d bytes: %w", size, ErrTooBig)
	case size > uint64(len(w.data)):
		return c, fmt.Errorf("a row of %d bytes is larger than its file", size)
	}
	local := localSize(kind&^leaf, int(size), w.usable)
	c.payload = in.take(local)
	var next uint32
	if local < int(size) {
		next = in.uint32()
	}
	if in.short {
		return c, errCell
	}
	c.size = len(b) - len(in.b)
	if local < int(size) {
		c.payload, err = w.overflow(c.payload, next, int(size))
	}
	return c, err
}

// localSize is how many of the bytes of a payload stand in the cell; the rest is in pages of its own. See "B-tree Cell
// Format" in https://sqlite.org/fileformat2.html
func localSize(family byte, size, usable int) int {
	most := usable - 35
	if family == indexFamily {
		most = (usable-12)*64/255 - 23
	}
	if size <= most {
		return size
	}
	least := (usable-12)*32/255 - 23
	if n := least + (size-least)%(usable-4); n <= most {
		return n
	}
	return least
}

// overflow returns a payload of the given size that begins with local and goes on in a list of pages.
func (w *walk) overflow(local []byte, next uint32, size int) ([]byte, error) {
	all := append(make([]byte, 0, size), local...)
	for len(all) < size {
		page, err := w.take(next)
		if err != nil {
			return nil, err
		}
		next = binary.BigEndian.Uint32(page)
		all = append(all, page[4:][:min(len(page)-4, size-len(all))]...)
	}
	return all, nil
}
