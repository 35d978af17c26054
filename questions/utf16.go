package questions

import (
	"encoding/binary"
	"unicode/utf16"
	"unicode/utf8"
)

// fromUTF16 decodes text that begins with a byte order mark of UTF-16, as some editors write it. Anything else, and what
// only begins like it, stays as it is.
func fromUTF16(src []byte) []byte {
	if len(src) < 2 || len(src)%2 != 0 {
		return src
	}
	var order binary.ByteOrder = binary.LittleEndian
	switch {
	case src[0] == 0xFF && src[1] == 0xFE:
	case src[0] == 0xFE && src[1] == 0xFF:
		order = binary.BigEndian
	default:
		return src
	}
	text := make([]byte, 0, len(src))
	for i := 2; i < len(src); i += 2 {
		r := rune(order.Uint16(src[i:]))
		if utf16.IsSurrogate(r) {
			if i+3 >= len(src) {
				return src
			}
			i += 2
			if r = utf16.DecodeRune(r, rune(order.Uint16(src[i:]))); r == utf8.RuneError {
				return src
			}
		}
		text = utf8.AppendRune(text, r)
	}
	return text
}
