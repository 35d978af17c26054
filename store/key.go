package store

import (
	"encoding/binary"
	"fmt"
	"strings"
	"time"
)

// key encodes parts into bytes that sort as the parts do: strings bytewise, integers by value, times by instant. A
// string is closed by a mark that sorts below every byte it may hold, so that "a" stands before "ab" and no key is the
// beginning of another key's part.
func key(parts ...any) []byte {
	return appendKey(make([]byte, 0, usualKey), parts...)
}

// usualKey is a capacity in bytes that most keys fit in.
const usualKey = 112

func appendKey(k []byte, parts ...any) []byte {
	for _, part := range parts {
		switch p := part.(type) {
		case string:
			k = appendString(k, p)
		case int:
			k = binary.BigEndian.AppendUint64(k, uint64(p)^1<<63)
		case time.Time:
			k = binary.BigEndian.AppendUint64(k, uint64(p.UnixMilli())^1<<63)
		default:
			panic(fmt.Sprintf("store: a key cannot hold a %T", part))
		}
	}
	return k
}

// appendString writes s with each NUL doubled to NUL 0xFF, closed by NUL 0x01.
func appendString(k []byte, s string) []byte {
	for {
		zero := strings.IndexByte(s, 0)
		if zero < 0 {
			return append(append(k, s...), 0, 1)
		}
		k = append(append(k, s[:zero+1]...), 0xFF)
		s = s[zero+1:]
	}
}

// readString is the inverse of appendString: it returns the first string of k and what follows it.
func readString(k []byte) (s string, rest []byte, ok bool) {
	var out []byte
	for i := 0; i < len(k); i++ {
		if k[i] != 0 {
			out = append(out, k[i])
			continue
		}
		if i+1 == len(k) {
			return "", nil, false
		}
		if k[i+1] == 1 {
			return string(out), k[i+2:], true
		}
		out = append(out, 0)
		i++
	}
	return "", nil, false
}

// after returns the first key that does not begin with prefix, nil if there is none.
func after(prefix []byte) []byte {
	next := append([]byte(nil), prefix...)
	for i := len(next) - 1; i >= 0; i-- {
		if next[i] != 0xFF {
			next[i]++
			return next[:i+1]
		}
	}
	return nil
}

// readTime reads a time from the front of k and returns what follows it.
func readTime(k []byte) (t time.Time, rest []byte, ok bool) {
	if len(k) < 8 {
		return time.Time{}, nil, false
	}
	ms := int64(binary.BigEndian.Uint64(k) ^ 1<<63)
	return time.UnixMilli(ms).UTC(), k[8:], true
}
