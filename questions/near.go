package questions

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/agnivade/levenshtein"
)

// near is two texts of one language in different files that ask the same in other words.
type near struct{ first, again Text }

// asked is what a text asks about: its prompt's words without those that all questions are made of.
type asked struct {
	question int
	text     *Text
	words    []string
	keys     []string // of the words, see keysOf
}

const (
	// enoughWords is from how many words on one more may stand on one side only: "… in Python".
	enoughWords = 4
	// metMost bounds how many texts with a rare word are compared, so that time stays in proportion to the bank.
	metMost = 20
	// rareWords is how many of a text's rarest words another one is looked for by: one of them may stand on one side only.
	rareWords = 2
)

// nearDuplicates finds texts that ask the same as one of another file: each of their words has its like in the other, in
// any order, but for one where there are many. It is strict, since "left join" and "right join", "HTTP/1.1" and "HTTP/2"
// differ in few letters and in all that matters. Each text is reported once, with the first one that it is like.
func nearDuplicates(qs []Question) (found []near) {
	var all []*asked
	count := map[string]int{} // texts by the key of a word
	for i, q := range qs {
		for j := range q.Texts {
			a := &asked{question: i, text: &q.Texts[j], words: subjectWords(q.Texts[j].Prompt)}
			a.keys = keysOf(a.words)
			all = append(all, a)
			for _, k := range a.keys {
				count[k]++
			}
		}
	}
	known := map[string][]int{} // indexes in all of those before, by key
	var met []int
	for n, a := range all {
		keys := a.keys
		slices.SortStableFunc(keys, func(x, y string) int { return count[x] - count[y] })
		met = met[:0]
		for _, k := range keys[:min(rareWords, len(keys))] {
			met = append(met, known[k][:min(metMost, len(known[k]))]...)
		}
		slices.Sort(met)
		for _, m := range slices.Compact(met) {
			if all[m].near(a) {
				found = append(found, near{*all[m].text, *a.text})
				break
			}
		}
		for _, k := range keys {
			known[k] = append(known[k], n)
		}
	}
	return found
}

func (a *asked) near(b *asked) bool {
	return a.question != b.question && a.text.Lang == b.text.Lang && a.text.File != b.text.File &&
		slices.Equal(a.text.Options, b.text.Options) && sameSubject(a.words, b.words) &&
		promptKey(a.text.Prompt) != promptKey(b.text.Prompt) // or it is a Duplicate
}

// keysOf are the beginnings of words, each once: words that are alike have the same, but for a slip at their beginning.
func keysOf(words []string) []string {
	keys := make([]string, 0, len(words))
	for _, w := range words {
		if k := wordKey(w); !slices.Contains(keys, k) {
			keys = append(keys, k)
		}
	}
	return keys
}

const latinKey = 4

func wordKey(w string) string {
	if isSyllabic(w) || len(w) <= latinKey {
		return w
	}
	for i := range w {
		if i >= latinKey {
			return w[:i]
		}
	}
	return w
}

// subjectWords are the words of a prompt that say what it is about, Korean ones without their particles.
func subjectWords(prompt string) (ws []string) {
	for _, w := range wordsOf(prompt) {
		if isFiller(w) {
			continue
		}
		if isSyllabic(w) {
			w = withoutParticle(w)
		}
		ws = append(ws, w)
	}
	return ws
}

// particles are what Korean nouns carry behind them, and verbs that make a noun a deed. Longer ones stand first.
var particles = strings.Fields(`이란 에서 에게 으로 까지 부터 과의 와의 에는 에서의 에서는 하는 하기 하면 란 은 는 이 가 을 를 의 에 와 과 도 로 들`)

func withoutParticle(w string) string {
	for _, p := range particles {
		if stem, ok := strings.CutSuffix(w, p); ok && stem != "" {
			return stem
		}
	}
	return w
}

// sameSubject pairs each word with one that is like it.
func sameSubject(a, b []string) bool {
	const most = 1 // words that may stand on one side only
	if len(a)-len(b) > most || len(b)-len(a) > most {
		return false
	}
	var room [16]string
	free := append(room[:0], b...)
	odd := 0
	for _, w := range a {
		i := slices.Index(free, w)
		if i < 0 {
			i = slices.IndexFunc(free, func(f string) bool { return alike(w, f) })
		}
		if i < 0 {
			if odd++; odd > most {
				return false
			}
			continue
		}
		free = slices.Delete(free, i, i+1)
	}
	switch odd + len(free) {
	case 0:
		return len(a) > 0
	case 1:
		return min(len(a), len(b)) >= enoughWords
	}
	return false
}

// alike says whether two words are forms of one, or one a slip of the other. A digit makes any difference count.
func alike(a, b string) bool {
	if a[0] != b[0] && len(a) < 6 || hasDigit(a) || hasDigit(b) || isSyllabic(a) || isSyllabic(b) {
		return a == b
	}
	stem := 0
	for stem < min(len(a), len(b)) && a[stem] == b[stem] {
		stem++
	}
	if stem >= latinKey && max(len(a), len(b))-stem <= 3 {
		return true
	}
	return min(utf8.RuneCountInString(a), utf8.RuneCountInString(b)) >= 6 && levenshtein.ComputeDistance(a, b) <= 1
}

func hasDigit(s string) bool { return strings.ContainsFunc(s, unicode.IsDigit) }
