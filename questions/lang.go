package questions

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// langOf reads a tag such as "ko" or "en-US". Of a language Rewind does not speak it says nothing, so that the cards'
// own letters decide.
func langOf(tag string) Lang {
	base, _, _ := strings.Cut(strings.ToLower(strings.ReplaceAll(tag, "_", "-")), "-")
	if l := Lang(base); l == Korean || l == English {
		return l
	}
	return ""
}

// Korean notes are full of English words, English ones have at most a gloss in Korean: so a small share of Hangul,
// whose every letter is a syllable, already means Korean.
const koreanShare = 0.15

// enoughLetters is how many letters a card needs to show its language; "CORS" in a Korean note is a Korean card.
const enoughLetters = 16

// guessLang is the language that the texts of a card show; empty where they have few letters and none in Hangul.
func guessLang(prompt, answer string) Lang {
	hangul, all := countLetters(prompt)
	more, rest := countLetters(answer)
	hangul, all = hangul+more, all+rest
	if hangul == 0 && all < enoughLetters {
		return ""
	}
	return langByShare(hangul, all)
}

// mainLang is the language of most of a file's letters.
func mainLang(src string) Lang { return langByShare(countLetters(src)) }

func langByShare(hangul, all int) Lang {
	if hangul > 0 && float64(hangul) >= koreanShare*float64(all) {
		return Korean
	}
	return English
}

func countLetters(s string) (hangul, all int) {
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if c |= 0x20; c >= 'a' && c <= 'z' {
				all++
			}
			i++
			continue
		}
		if i+2 < len(s) && (c > 0xEA && c < 0xED || c == 0xEA && s[i+1] >= 0xB0) { // A Korean syllable, most of them.
			hangul++
			all++
			i += 3
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		i += size
		switch {
		case r >= '가' && r <= '힣':
			hangul++
			all++
		case unicode.IsLetter(r):
			all++
			if r < 0x3200 && unicode.Is(unicode.Hangul, r) {
				hangul++
			}
		}
	}
	return hangul, all
}
