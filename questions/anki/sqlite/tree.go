package sqlite

import "encoding/binary"

// entry is what a new page holds: what stands below it and comes before it, if anything does, and its cell; and the key
// that stands for it in the pages above.
type entry struct {
	child     uint32
	body, key []byte
}

func (e entry) size() int {
	size := 2 + len(e.body) // with its pointer
	if e.child != 0 {
		size += 4
	}
	return size
}

// tree writes the entries as a b-tree whose root is the given page: leaves first, and then level by level what tells the
// pages below apart, until that fits into the root.
func (m *maker) tree(root uint32, family byte, entries []entry) {
	kind, last, start := family|leaf, uint32(0), 0
	if root == 1 {
		start = headerSize
	}
	for fill(kind, start, entries) < len(entries) {
		var up []entry
		for n := fill(kind, 0, entries); n < len(entries); n = fill(kind, 0, entries) {
			if kind == tableFamily|leaf { // Its keys stand above and here.
				up = append(up, entry{child: m.add(page(kind, 0, entries[:n], 0)), body: entries[n-1].key, key: entries[n-1].key})
				entries = entries[n:]
				continue
			}
			// An entry goes up, and one is left for the last page.
			n = min(n, len(entries)-2)
			e := entries[n]
			up = append(up, entry{child: m.add(page(kind, 0, entries[:n], e.child)), body: e.key, key: e.key})
			entries = entries[n+1:]
		}
		last = m.add(page(kind, 0, entries, last))
		kind, entries = family, up
	}
	copy(m.file[int(root-1)*writePage:], page(kind, start, entries, last))
}

// fill returns how many of the entries fit into a page.
func fill(kind byte, start int, entries []entry) int {
	room := writePage - start - pageHead(kind)
	for i, e := range entries {
		if room -= e.size(); room < 0 {
			return i
		}
	}
	return len(entries)
}

func pageHead(kind byte) int {
	if kind&leaf != 0 {
		return 8
	}
	return 12
}

// page makes a page, whose first bytes up to start are left free. Pointers follow its head, and cells stand at its end.
func page(kind byte, start int, entries []entry, last uint32) []byte {
	b := make([]byte, writePage)
	head, end := b[start:], writePage
	if kind&leaf == 0 {
		binary.BigEndian.PutUint32(head[8:], last)
	}
	for i, e := range entries {
		end -= e.size() - 2
		at := end
		if e.child != 0 {
			binary.BigEndian.PutUint32(b[at:], e.child)
			at += 4
		}
		copy(b[at:], e.body)
		binary.BigEndian.PutUint16(head[pageHead(kind)+2*i:], uint16(end))
	}
	head[0] = kind
	binary.BigEndian.PutUint16(head[3:], uint16(len(entries)))
	binary.BigEndian.PutUint16(head[5:], uint16(end))
	return b
}
