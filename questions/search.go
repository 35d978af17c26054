package questions

import (
	"cmp"
	"encoding/binary"
	"iter"
	"math"
	"slices"
	"strings"
)

// Index finds questions by their words. It is made once for a bank and never changes, so that many may search it at once.
//
// Korean is found by any word or part of a word: its words are taken apart into pairs of neighbouring syllables, which
// needs no dictionary and reads through particles and endings. English is found by stem. Questions are ranked by Okapi
// BM25 (Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009, doi:10.1561/1500000019),
// where a word counts more in the prompt than in the answer.
type Index struct {
	ids    []string
	length []uint16 // of each question, in weighted tokens
	mean   float64
	terms  map[string]*posting
}

// posting is who has a term: for each question the distance to the one before and the weight of the term in it, as
// varints. A bank of ten thousand questions has two million of these pairs.
type posting struct {
	last  int // the newest question in list
	count int // of questions in list
	list  []byte
}

// Hit is a question that was found.
type Hit struct {
	ID string
	// Score grows with how well the question fits; it compares hits of one search only.
	Score float64
}

// How much a term counts by where it stands.
const (
	inPrompt   = 6
	inTopic    = 3
	inAnswer   = 1
	inFollowUp = 1
)

// NewIndex makes an index of the questions, in all their languages.
func NewIndex(qs iter.Seq[Question]) *Index {
	x := &Index{terms: map[string]*posting{}}
	total := 0
	for q := range qs {
		weights := map[string]int{}
		for _, t := range q.Texts {
			weigh(weights, t.Prompt, inPrompt)
			weigh(weights, strings.Join(t.Options, "\n"), inAnswer)
			weigh(weights, strings.Join(t.Topics, "\n"), inTopic)
			weigh(weights, t.Answer, inAnswer)
			weigh(weights, strings.Join(t.FollowUps, "\n"), inFollowUp)
		}
		length := x.add(weights)
		total += length
		x.ids = append(x.ids, q.ID)
		x.length = append(x.length, uint16(min(length, math.MaxUint16)))
	}
	x.mean = float64(total) / float64(max(1, len(x.ids)))
	for _, p := range x.terms {
		p.list = slices.Clip(slices.Clone(p.list)) // half of what append leaves is air
	}
	return x
}

func weigh(weights map[string]int, text string, weight int) {
	for term := range terms(text) {
		weights[term] += weight
	}
}

// add files the next question under its terms and returns how long it is.
func (x *Index) add(weights map[string]int) (length int) {
	n := len(x.ids)
	for term, weight := range weights {
		p := x.terms[term]
		if p == nil {
			p = &posting{last: -1}
			x.terms[strings.Clone(term)] = p
		}
		p.list = binary.AppendUvarint(p.list, uint64(n-p.last))
		p.list = binary.AppendUvarint(p.list, uint64(weight))
		p.last, p.count = n, p.count+1
		length += weight
	}
	return length
}

// Search returns at most n questions that fit the query, the best first. What has more of the query's terms comes before
// what has fewer of them more often.
func (x *Index) Search(query string, n int) []Hit {
	wanted := x.wanted(query)
	scores := make([]float64, len(x.ids))
	found := make([]float64, len(x.ids)) // the share of the query that was found
	whole := 0.0
	for _, w := range wanted {
		rarity := x.rarity(w.having)
		whole += rarity
		for _, h := range w.having {
			scores[h.question] += rarity * x.saturate(h)
			found[h.question] += rarity
		}
	}
	var hits []Hit
	for i, score := range scores {
		if score > 0 {
			hits = append(hits, Hit{x.ids[i], score * found[i] / whole})
		}
	}
	slices.SortStableFunc(hits, func(a, b Hit) int { return cmp.Compare(b.Score, a.Score) })
	return hits[:min(n, len(hits))]
}

// rarity is the inverse document frequency of a term that so many questions have.
func (x *Index) rarity(having []having) float64 {
	n := float64(len(having))
	return math.Log(1 + (float64(len(x.ids))-n+0.5)/(n+0.5))
}

// saturate lets the tenth time that a question has a term count less than the first, and long questions less than short
// ones. The numbers are the customary ones.
func (x *Index) saturate(h having) float64 {
	const k, b = 1.2, 0.75
	w := float64(h.weight)
	return w * (k + 1) / (w + k*(1-b+b*float64(x.length[h.question])/x.mean))
}

// having is a question that has a term, and how much.
type having struct{ question, weight int }

// want is a part of the query.
type want struct{ having []having }

// wanted looks the query's terms up, each once. A term that no question has counts all the same: it is asked for. A single
// syllable is part of a word, so it stands for all pairs that hold it.
func (x *Index) wanted(query string) (list []want) {
	seen := map[string]bool{}
	for term := range terms(query) {
		if seen[term] || len(list) == maxTerms {
			continue
		}
		seen[term] = true
		if isSingle(term) {
			list = append(list, want{x.partly(term)})
		} else {
			list = append(list, want{x.terms[term].all()})
		}
	}
	return list
}

// maxTerms bounds the work that a query can ask for.
const maxTerms = 64

func (p *posting) all() []having {
	if p == nil {
		return nil
	}
	list := make([]having, 0, p.count)
	at := -1
	for b := p.list; len(b) > 0; {
		step, n := binary.Uvarint(b)
		weight, m := binary.Uvarint(b[n:])
		b = b[n+m:]
		at += int(step)
		list = append(list, having{at, int(weight)})
	}
	return list
}

// partly returns who has a term that holds the syllable.
func (x *Index) partly(syllable string) []having {
	weights := map[int]int{}
	for term, p := range x.terms {
		if !strings.Contains(term, syllable) {
			continue
		}
		for _, h := range p.all() {
			weights[h.question] += h.weight
		}
	}
	list := make([]having, 0, len(weights))
	for question, weight := range weights {
		list = append(list, having{question, weight})
	}
	slices.SortFunc(list, func(a, b having) int { return cmp.Compare(a.question, b.question) })
	return list
}
