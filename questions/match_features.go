package questions

import (
	"hash/fnv"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// feature is a word, a part of a word or two words, as a number. Two of a bank's hardly ever meet, and if they do, a
// likeness is off by little.
type feature uint32

// maxFeatures is how many features of an answer are looked at. Of a longer one those with the smallest numbers are
// taken, which are the same ones in a text that is nearly the same.
const maxFeatures = 400

func featureOf(kind byte, parts ...string) feature {
	h := fnv.New32a()
	h.Write([]byte{kind})
	for _, p := range parts {
		h.Write([]byte(p))
		h.Write([]byte{0})
	}
	return feature(h.Sum32())
}

// promptFeatures are fine, so that a misspelt word is still like itself: words, pairs of neighbours, and pieces of words
// of three letters, or of two in scripts that write syllables.
func promptFeatures(s string) []feature {
	ws := wordsOf(s)
	var fs []feature
	for i, w := range ws {
		fs = append(fs, featureOf('w', w))
		if i > 0 {
			fs = append(fs, featureOf('n', ws[i-1], w))
		}
		for _, p := range pieces(w) {
			fs = append(fs, featureOf('p', p))
		}
	}
	return sortedSet(fs)
}

// answerFeatures are pairs of neighbouring words: an answer that was edited keeps many of them, while two answers that
// are about one thing share its words and hardly a pair.
func answerFeatures(s string) []feature {
	ws := wordsOf(s)
	var fs []feature
	for i, w := range ws {
		if i > 0 {
			fs = append(fs, featureOf('n', ws[i-1], w))
		} else {
			fs = append(fs, featureOf('n', "", w))
		}
	}
	fs = sortedSet(fs)
	return fs[:min(len(fs), maxFeatures)]
}

func sortedSet(fs []feature) []feature {
	slices.Sort(fs)
	return slices.Compact(fs)
}

// wordsOf cuts s into words of letters and digits in lower case, without the addresses of links. Where letters of
// another script follow, as in "TCP의", a new word begins.
func wordsOf(s string) []string {
	s = strings.ToLower(norm.NFC.String(linkTexts(s)))
	var ws []string
	start, script := none, false
	for i, r := range s {
		in := unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)
		if start != none && (!in || unicode.IsLetter(r) && isSyllable(r) != script) {
			ws = append(ws, s[start:i])
			start = none
		}
		if in && start == none {
			start, script = i, isSyllable(r)
		}
	}
	if start != none {
		ws = append(ws, s[start:])
	}
	return ws
}

// isSyllable says whether r stands for more than a sound, so that two of them tell as much as three letters.
func isSyllable(r rune) bool {
	return unicode.In(r, unicode.Hangul, unicode.Han, unicode.Hiragana, unicode.Katakana)
}

func isSyllabic(w string) bool { return strings.ContainsFunc(w, isSyllable) }

// pieces are the runs of two syllables or three letters of a word, with its beginning and end as a letter of their own.
func pieces(w string) []string {
	n := 3
	if isSyllabic(w) {
		n = 2
	} else {
		w = "^" + w + "$"
	}
	rs := []rune(w)
	if len(rs) <= n {
		return []string{w}
	}
	ps := make([]string, 0, len(rs)-n+1)
	for i := range len(rs) - n + 1 {
		ps = append(ps, string(rs[i:i+n]))
	}
	return ps
}
