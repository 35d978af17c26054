package questions

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// byteOrderMark begins UTF-8 as some editors and spreadsheets write it.
const byteOrderMark = "\ufeff"

// textOf is what a file says, in UTF-8 with plain line ends; not ok where it is no text.
func textOf(src []byte) (text string, ok bool) {
	src = fromUTF16(src)
	if !utf8.Valid(src) || bytes.IndexByte(src, 0) >= 0 {
		return "", false
	}
	return plainEnds(strings.TrimPrefix(string(src), byteOrderMark)), true
}

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

func plainEnds(s string) string {
	if !strings.Contains(s, "\r") {
		return s
	}
	return strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s)
}
