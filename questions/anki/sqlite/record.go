package sqlite

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"unicode/utf16"
)

// input is bytes that are read from the front. Once they end too early, short is true and all else reads as zero.
type input struct {
	b     []byte
	short bool
}

func (in *input) take(n int) []byte {
	if n > len(in.b) {
		in.b, in.short = nil, true
		return nil
	}
	taken := in.b[:n]
	in.b = in.b[n:]
	return taken
}

func (in *input) uint32() uint32 {
	if b := in.take(4); b != nil {
		return binary.BigEndian.Uint32(b)
	}
	return 0
}

// varint reads a number of one to nine bytes, the highest part first: seven bits from each, eight from the ninth.
func (in *input) varint() (v uint64) {
	for range 8 {
		b := in.take(1)
		if b == nil {
			return 0
		}
		v = v<<7 | uint64(b[0]&0x7f)
		if b[0] < 0x80 {
			return v
		}
	}
	if b := in.take(1); b != nil {
		return v<<8 | uint64(b[0])
	}
	return 0
}

func appendVarint(b []byte, v uint64) []byte {
	if v >= 1<<56 {
		for shift := 57; shift > 1; shift -= 7 {
			b = append(b, byte(v>>shift)|0x80)
		}
		return append(b, byte(v)) // shifts of 57 to 8 leave eight bits
	}
	for shift := 49; shift > 0; shift -= 7 {
		if v>>shift != 0 {
			b = append(b, byte(v>>shift)|0x80)
		}
	}
	return append(b, byte(v&0x7f))
}

// Types of values in a record. From the first ones of the last two on, each second type is of one byte more.
const (
	typeNull  = 0
	typeFloat = 7
	typeZero  = 8
	typeOne   = 9
	typeBytes = 12
	typeText  = 13
)

// intSizes holds the bytes of a whole number by its type.
var intSizes = [...]int{1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}

// field is a value of a record as it is stored.
type field struct {
	kind uint64
	data []byte
}

var errRecord = errors.New("a row is broken")

// split appends the first fields of a record to fields, most at most.
func split(record []byte, fields []field, most int) ([]field, error) {
	in := input{b: record}
	size := in.varint()
	read := uint64(len(record) - len(in.b))
	if size < read || size > uint64(len(record)) {
		return nil, errRecord
	}
	kinds, values := input{b: record[read:size]}, input{b: record[size:]}
	for len(kinds.b) > 0 && len(fields) < most {
		f := field{kind: kinds.varint()}
		n := uint64(0)
		switch {
		case f.kind < uint64(len(intSizes)):
			n = uint64(intSizes[f.kind])
		case f.kind == typeFloat:
			n = 8
		case f.kind >= typeBytes:
			n = (f.kind - typeBytes) / 2
		case f.kind > typeOne:
			return nil, errRecord
		}
		f.data = values.take(int(min(n, maxRow+1)))
		fields = append(fields, f)
	}
	if kinds.short || values.short {
		return nil, errRecord
	}
	return fields, nil
}

func (f *File) value(v field) any {
	switch {
	case v.kind == typeNull:
		return nil
	case v.kind == typeFloat:
		return math.Float64frombits(binary.BigEndian.Uint64(v.data))
	case v.kind == typeZero, v.kind == typeOne:
		return int64(v.kind - typeZero)
	case v.kind < typeFloat:
		n := int64(int8(v.data[0])) // the sign is in the first byte
		for _, b := range v.data[1:] {
			n = n<<8 | int64(b)
		}
		return n
	case v.kind%2 == typeText%2:
		return f.text(v.data)
	}
	return v.data
}

func (f *File) text(b []byte) string {
	if f.encoding == utf8 {
		return string(b)
	}
	var order binary.ByteOrder = binary.LittleEndian
	if f.encoding == utf16be {
		order = binary.BigEndian
	}
	units := make([]uint16, len(b)/2)
	for i := range units {
		units[i] = order.Uint16(b[2*i:])
	}
	return string(utf16.Decode(units))
}

// appendRecord appends a row of values as it is stored, whole numbers in as few bytes as they need.
func appendRecord(b []byte, values []any) []byte {
	var kinds, data []byte
	for _, v := range values {
		switch v := v.(type) {
		case nil:
			kinds = append(kinds, typeNull)
		case int64:
			kind := intType(v)
			kinds = append(kinds, kind)
			if kind < typeFloat {
				data = append(data, binary.BigEndian.AppendUint64(nil, uint64(v))[8-intSizes[kind]:]...)
			}
		case float64:
			kinds, data = append(kinds, typeFloat), binary.BigEndian.AppendUint64(data, math.Float64bits(v))
		case string:
			kinds, data = appendVarint(kinds, typeText+2*uint64(len(v))), append(data, v...)
		case []byte:
			kinds, data = appendVarint(kinds, typeBytes+2*uint64(len(v))), append(data, v...)
		default:
			panic(fmt.Sprintf("no value of SQLite's: %T", v))
		}
	}
	size := len(kinds) + 1 // and the bytes of the size itself
	for len(appendVarint(nil, uint64(size))) != size-len(kinds) {
		size++
	}
	b = appendVarint(b, uint64(size))
	return append(append(b, kinds...), data...)
}

func intType(v int64) byte {
	if v == 0 || v == 1 {
		return byte(typeZero + v)
	}
	for kind, size := range intSizes[:len(intSizes)-1] {
		if shift := 64 - 8*size; size > 0 && v<<shift>>shift == v {
			return byte(kind)
		}
	}
	return byte(len(intSizes) - 1)
}
