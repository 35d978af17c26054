package store

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"strconv"
)

// Every value is stored sealed: a CRC-32C over its space, its key and itself, then itself. bbolt keeps no checksum of
// its pages, so a bit that flips on the disk would otherwise be read as a different answer or score; and a value that
// turns up under another key, as after a write to the wrong page, does not fit its seal either. What the seal cannot
// see is a record that is missing: check and the typed records' Verify find those.

const sealSize = 4 // bytes

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func sum(space string, key, payload []byte) uint32 {
	// The key's length keeps apart what would be the same bytes in a row: key "ab" with "c", key "a" with "bc".
	head := append(make([]byte, 0, 64), space...)
	head = binary.AppendUvarint(head, uint64(len(key)))
	c := crc32.Update(0, castagnoli, head)
	c = crc32.Update(c, castagnoli, key)
	return crc32.Update(c, castagnoli, payload)
}

// seal returns what is stored for payload; it is a copy.
func seal(space string, key, payload []byte) []byte {
	sealed := make([]byte, sealSize, sealSize+len(payload))
	binary.BigEndian.PutUint32(sealed, sum(space, key, payload))
	return append(sealed, payload...)
}

// unseal returns the payload, a part of sealed, or an ErrDamaged that names the record.
func unseal(space string, key, sealed []byte) ([]byte, error) {
	if len(sealed) < sealSize {
		return nil, damagedRecord(space, key)
	}
	payload := sealed[sealSize:]
	if binary.BigEndian.Uint32(sealed) != sum(space, key, payload) {
		return nil, damagedRecord(space, key)
	}
	return payload, nil
}

func damagedRecord(space string, key []byte) error {
	return &damage{what: fmt.Sprintf("record %s in %s", printable(key), space)}
}

// printable is a key as it may stand in an error: keys hold IDs and numbers, never what people wrote.
func printable(key []byte) string {
	const most = 80 // bytes
	if len(key) > most {
		return strconv.Quote(string(key[:most])) + "…"
	}
	return strconv.Quote(string(key))
}
