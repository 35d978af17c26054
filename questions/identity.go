package questions

import (
	"crypto/sha256"
	"encoding/base32"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// idLength is in base32 characters: 65 bits, enough that two prompts of a million do not meet by chance.
const idLength = 13

// maxID bounds the ID an author writes, so that it fits in keys and custom ids beside other parts.
const maxID = 40

var idEncoding = base32.StdEncoding.WithPadding(base32.NoPadding)

// digest makes an ID of parts; a zero byte between them keeps ("ab", "c") and ("a", "bc") apart, and no text holds one.
func digest(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return strings.ToLower(idEncoding.EncodeToString(sum[:]))[:idLength]
}

// promptKey is what makes two prompts the same: their signs, without Markdown marks, case, white space and closing
// punctuation. It must never change, since IDs of questions already asked depend on it.
func promptKey(prompt string) string {
	s := strings.ToLower(norm.NFC.String(linkTexts(prompt)))
	s = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) || strings.ContainsRune("*_`~\\", r) {
			return -1
		}
		return r
	}, s)
	if cut := strings.TrimRight(s, "?.!:;,…？。！：、"); cut != "" {
		return cut
	}
	return s
}

// validID says whether an author's ID can be used: it is typed in commands and stands in keys.
func validID(id string) bool {
	for _, r := range id {
		if !isIDRune(r) {
			return false
		}
	}
	return id != "" && len(id) <= maxID
}

func isIDRune(r rune) bool {
	switch {
	case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
		return true
	}
	return r == '-' || r == '_' || r == '.'
}
