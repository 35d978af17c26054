package questions

import (
	"cmp"
	"math"
	"slices"
	"unicode/utf8"

	"github.com/agnivade/levenshtein"
)

// The numbers of likeness, from 0 for nothing in common to 1 for equal. They were set with the edits of TestMatchKeepsIDs.
const (
	// likeEnough is from which likeness on a question may continue another. Below, a question that came and one that went
	// are taken for two.
	likeEnough = 0.72
	// surelyLike is from which likeness on nobody need look, unless another one is like it within closeCall.
	surelyLike, closeCall = 0.85, 0.04
	// telling is how many features an answer needs to count as much as the prompt does: "yes" is no evidence.
	telling = 6
	// stays and lives are the advantage of a question of the same file, and of one that has not left the bank.
	stays, lives = 0.02, 0.03
)

// Candidates for a question are looked for by its rarest features, until it has met lookedAt texts; the likeliest few
// are compared in full. So time grows with the number of questions and not with its square.
const (
	lookedAt   = 1500
	candidates = 16
)

// likeText is a text of a question that may be paired.
type likeText struct {
	question       int // index in old or now
	lang           Lang
	words          []string
	prompt, answer []feature
}

// likeness compares texts with each other. A feature counts the more the fewer texts have it, so that the words of the
// subject count and the words that every question is asked in do not.
type likeness struct {
	old, now []likeText
	weight   map[feature]float32
}

// byLikeness pairs what is left.
func (m *matcher) byLikeness() {
	l := &likeness{old: textsOf(m.old, m.next), now: textsOf(m.now, m.prev)}
	if len(l.old) == 0 || len(l.now) == 0 {
		return
	}
	l.weigh()
	found := m.candidates(l)
	rows := make([][]edge, len(m.now))
	for j, cs := range found {
		for _, c := range cs {
			rows[j] = append(rows[j], edge{c.old, m.gain(c, j)})
		}
	}
	rivals := rivalsOf(rows, len(m.old))
	for j, i := range assign(rows, len(m.old), maxAssigned) {
		if i == none {
			continue
		}
		m.pair(i, j)
		at := slices.IndexFunc(found[j], func(c candidate) bool { return c.old == i })
		m.unsure[j] = found[j][at].like < surelyLike || rivals.close(j, rows[j][at])
	}
	m.byPlace(l)
}

// likeBase is what a likeness gains nothing at.
const likeBase = likeEnough - 0.1

// gain grows with the square of a likeness, so that two poor pairs never outweigh a good one.
func (m *matcher) gain(b candidate, now int) int {
	s := b.like - likeBase
	if m.old[b.old].Texts[0].File == m.now[now].Texts[0].File {
		s += stays
	}
	if b.old < m.live {
		s += lives
	}
	return max(1, min(int(s*s*maxGain), maxGain-1))
}

// textsOf lists the texts of the questions that have no partner.
func textsOf(qs []Question, partner []int) (ts []likeText) {
	for i, q := range qs {
		if partner[i] != none {
			continue
		}
		for _, t := range q.Texts {
			ts = append(ts, likeText{i, t.Lang, wordsOf(t.Prompt), promptFeatures(t.Prompt), answerFeatures(t.Answer)})
		}
	}
	return ts
}

// weigh counts how many texts have a feature, on the side that has more of them: what is in one text before and in one now
// is as rare as can be.
func (l *likeness) weigh() {
	count := map[feature]int{}
	for _, ts := range [][]likeText{l.old, l.now} {
		side := map[feature]int{}
		for _, t := range ts {
			for _, f := range sortedSet(slices.Concat(t.prompt, t.answer)) {
				side[f]++
			}
		}
		for f, n := range side {
			count[f] = max(count[f], n)
		}
	}
	filler := fillerFeatures()
	l.weight = make(map[feature]float32, len(count))
	all := float64(max(len(l.old), len(l.now)))
	for f, n := range count {
		w := math.Log(1 + all/float64(n))
		if _, ok := slices.BinarySearch(filler, f); ok {
			w /= 8
		}
		l.weight[f] = float32(w)
	}
}

// candidate is an old question and how like it a new one is.
type candidate struct {
	old  int
	like float64
}

// candidates lists for each new question the old ones that it may continue, the likeliest first.
func (m *matcher) candidates(l *likeness) [][]candidate {
	posts := map[feature][]int32{} // the old texts that have a feature
	for n, t := range l.old {
		for _, f := range t.prompt {
			posts[f] = append(posts[f], int32(n))
		}
		for _, f := range t.answer {
			if p := posts[f]; len(p) == 0 || p[len(p)-1] != int32(n) {
				posts[f] = append(p, int32(n))
			}
		}
	}
	found := make([][]candidate, len(m.now))
	met := make([]float32, len(l.old))
	for _, t := range l.now {
		for _, n := range l.nearest(t, posts, met) {
			o := l.old[n]
			like := l.like(o, t)
			marked := m.old[o.question].Mark != "" && m.now[t.question].Mark != "" // Two marks say that they are two.
			if o.lang == t.lang && like >= likeEnough && !marked {
				found[t.question] = append(found[t.question], candidate{o.question, like})
			}
		}
	}
	for j, c := range found {
		found[j] = bestOfEach(c)
	}
	return found
}

// bestOfEach keeps of each old question its likeliest text.
func bestOfEach(cs []candidate) []candidate {
	slices.SortFunc(cs, func(a, b candidate) int { return cmp.Or(cmp.Compare(b.like, a.like), cmp.Compare(a.old, b.old)) })
	known := map[int]bool{}
	return slices.DeleteFunc(cs, func(c candidate) bool {
		twice := known[c.old]
		known[c.old] = true
		return twice
	})
}

// nearest returns the old texts that share the most of t's rare features. met is zero and stays so.
func (l *likeness) nearest(t likeText, posts map[feature][]int32, met []float32) []int32 {
	fs := slices.Concat(t.prompt, t.answer)
	slices.SortFunc(fs, func(a, b feature) int {
		return cmp.Or(cmp.Compare(len(posts[a]), len(posts[b])), cmp.Compare(a, b))
	})
	var touched []int32
	left := lookedAt
	for _, f := range slices.Compact(fs) {
		if left -= len(posts[f]); left < 0 {
			break
		}
		for _, n := range posts[f] {
			if met[n] == 0 {
				touched = append(touched, n)
			}
			met[n] += l.weight[f]
		}
	}
	slices.SortFunc(touched, func(a, b int32) int { return cmp.Or(cmp.Compare(met[b], met[a]), cmp.Compare(a, b)) })
	for _, n := range touched {
		met[n] = 0
	}
	return touched[:min(len(touched), candidates)]
}

// like is how like two texts are. A prompt that stayed is enough, and so is an answer; what is half like in both is about
// as like. The words that all questions are made of make prompts like each other, so a prompt counts less than in full.
func (l *likeness) like(a, b likeText) float64 {
	telling := min(1, float64(min(len(a.answer), len(b.answer)))/telling)
	prompt := max(l.common(a.prompt, b.prompt), l.aligned(a.words, b.words))
	return 1 - (1-math.Pow(prompt, 1.5))*(1-telling*l.common(a.answer, b.answer))
}

// aligned is common for the words of two prompts, where a word that is written a little differently counts too.
func (l *likeness) aligned(a, b []string) float64 {
	free := slices.Clone(b)
	var both, all float32
	var odd []string
	for _, w := range a {
		all += l.wordWeight(w)
		i := slices.Index(free, w)
		if i < 0 {
			odd = append(odd, w)
			continue
		}
		both += l.wordWeight(w)
		free = slices.Delete(free, i, i+1)
	}
	for _, w := range b {
		all += l.wordWeight(w)
	}
	for _, w := range odd {
		i := slices.IndexFunc(free, func(f string) bool { return misspelt(w, f) })
		if i < 0 {
			continue
		}
		// One of the two is rare only because it is a slip: both count as the other one does.
		less, more := l.wordWeight(w), l.wordWeight(free[i])
		less, more = min(less, more), max(less, more)
		all -= more - less
		both += less * 0.95
		free = slices.Delete(free, i, i+1)
	}
	if all == 0 {
		return 0
	}
	return float64(2 * both / all)
}

func (l *likeness) wordWeight(w string) float32 { return l.weight[featureOf('w', w)] }

// misspelt says whether two words differ by one slip, or by two where they are long. Two letters in the wrong order are one.
func misspelt(a, b string) bool {
	n, m := utf8.RuneCountInString(a), utf8.RuneCountInString(b)
	slips := 0
	switch short := min(n, m); {
	case short >= 5:
		slips = 2
	case short >= 2:
		slips = 1
	}
	return max(n, m)-min(n, m) <= slips && levenshtein.ComputeDistance(a, b) <= slips || n == m && swapped(a, b)
}

// swapped says whether two different words of one length are the same but for two neighbouring letters.
func swapped(a, b string) bool {
	as, bs := []rune(a), []rune(b)
	i := 0
	for i < len(as) && as[i] == bs[i] {
		i++
	}
	return i+1 < len(as) && as[i] == bs[i+1] && as[i+1] == bs[i] && slices.Equal(as[i+2:], bs[i+2:])
}

// common is the weight that two sets have in common, as a share of what they have on average (Dice's coefficient).
func (l *likeness) common(a, b []feature) float64 {
	var both, all float32
	for _, fs := range [][]feature{a, b} {
		for _, f := range fs {
			all += l.weight[f]
		}
	}
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch c := cmp.Compare(a[i], b[j]); {
		case c < 0:
			i++
		case c > 0:
			j++
		default:
			both += l.weight[a[i]]
			i, j = i+1, j+1
		}
	}
	if all == 0 {
		return 0
	}
	return float64(2 * both / all)
}
