package questions

import (
	"iter"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/kljensen/snowball/english"
	"golang.org/x/text/unicode/norm"
)

// terms yields what text is found by: stems of words in letters of an alphabet, and of words in syllables or ideographs
// each pair of neighbours; one that stands alone is its own term. Signs that belong to a name stay ("c++", "c#", ".net").
func terms(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for rest := strings.ToLower(norm.NFKC.String(text)); rest != ""; {
			r, size := utf8.DecodeRuneInString(rest)
			var run string
			switch {
			case isPaired(r):
				run, rest = cutRun(rest, isPaired)
				if !pairs(run, yield) {
					return
				}
			case unicode.IsLetter(r) || unicode.IsDigit(r):
				run, rest = cutRun(rest, isAlphabetic)
				if !isCommon(run) && !yield(stem(run)) {
					return
				}
			default:
				rest = rest[size:]
			}
		}
	}
}

func cutRun(s string, is func(rune) bool) (run, rest string) {
	end := strings.IndexFunc(s, func(r rune) bool { return !is(r) })
	if end < 0 {
		return s, ""
	}
	return s[:end], s[end:]
}

// isPaired says whether r is of a script whose words are taken apart: they run together, or wear particles and endings.
func isPaired(r rune) bool {
	return unicode.In(r, unicode.Hangul, unicode.Han, unicode.Hiragana, unicode.Katakana)
}

func isAlphabetic(r rune) bool {
	return !isPaired(r) && (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r) || r == '+' || r == '#')
}

func pairs(run string, yield func(string) bool) bool {
	_, first := utf8.DecodeRuneInString(run)
	if first == len(run) {
		return yield(run)
	}
	for from, size := 0, first; from+size < len(run); {
		_, next := utf8.DecodeRuneInString(run[from+size:])
		if !yield(run[from : from+size+next]) {
			return false
		}
		from, size = from+size, next
	}
	return true
}

// isSingle says whether the term is one sign of a script that is taken apart.
func isSingle(term string) bool {
	r, size := utf8.DecodeRuneInString(term)
	return size == len(term) && isPaired(r)
}

// stem takes endings off English words. Others, and names with digits or signs in them, stay as they are.
func stem(word string) string {
	for i := range len(word) {
		if word[i] < 'a' || word[i] > 'z' {
			return word
		}
	}
	return english.Stem(spelling.Replace(word), false)
}

// spelling folds British and American spellings into one. Words that are no matter of spelling change alike in questions
// and searches, which does no harm.
var spelling = strings.NewReplacer("isation", "ization", "ise", "ize", "ising", "izing", "yse", "yze", "our", "or", "ogue", "og", "ence", "ense")

// isCommon says whether the word is in so many questions that it says nothing of any. The list is short on purpose: "not",
// "in" and "go" tell questions apart.
func isCommon(word string) bool {
	switch word {
	case "a", "an", "the", "is", "are", "was", "be", "do", "does", "of", "to", "and", "or", "what", "how", "why", "when",
		"which", "it", "its", "you", "your", "would", "can", "that", "this", "explain", "describe", "difference", "between":
		return true
	}
	return false
}
