package questions

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/BurntSushi/toml"
)

// cueFile is a variable only because embedding needs one; nobody changes it.
//
//go:embed cues.toml
var cueFile string

// wording is how one language asks and labels; cues.toml says what each list is for.
type wording struct {
	Endings    []string `toml:"endings"`
	Wonders    []string `toml:"wonders"`
	Requests   []string `toml:"requests"`
	Statements []string `toml:"statements"`
	Question   []string `toml:"question"`
	Answer     []string `toml:"answer"`
	Source     []string `toml:"source"`
	FollowUps  []string `toml:"follow_ups"`
	Team       []string `toml:"team"`
	Right      []string `toml:"right"`
	Beside     []string `toml:"beside"`
	Counters   []string `toml:"counters"`
	Parts      []string `toml:"parts"`
	Asides     []string `toml:"asides"`
	Empty      []string `toml:"empty"`
	Reveals    []string `toml:"reveals"`
}

// cueSet is the cues of all languages together, arranged so that a line is compared only with the few words that share
// its first or last letter.
type cueSet struct {
	wonders, requests                   byEdge   // by first letter
	question, answer, source, followUps byEdge   // by first letter
	endings, statements                 byEdge   // by last letter
	right, team, parts, asides, empty   byEdge   // by first letter
	beside, counters                    byEdge   // by first letter
	revealing                           []string // may stand anywhere in what invites to look at an answer
}

// byEdge holds words by their first or their last letter, the longer ones first. ASCII letters have a row of their own,
// since a look into an array is many times cheaper than one into a map.
type byEdge struct {
	ascii [utf8.RuneSelf][]string
	other map[rune][]string
}

// cues are read once, when the first note is. Broken ones would be a broken build, which a test finds.
var cues = sync.OnceValue(func() *cueSet {
	languages, err := parseCues(cueFile)
	if err != nil {
		panic(err)
	}
	return newCueSet(languages)
})

func parseCues(data string) (map[string]wording, error) {
	var languages map[string]wording
	meta, err := toml.Decode(data, &languages)
	if err != nil {
		return nil, fmt.Errorf("parse cues: %w", err)
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		return nil, fmt.Errorf("parse cues: unknown list %s", unknown[0])
	}
	return languages, nil
}

func newCueSet(languages map[string]wording) *cueSet {
	var c cueSet
	for _, w := range languages {
		for edge, words := range map[*byEdge][]string{
			&c.wonders: w.Wonders, &c.requests: w.Requests, &c.question: w.Question, &c.answer: w.Answer,
			&c.source: w.Source, &c.followUps: w.FollowUps, &c.right: w.Right, &c.team: w.Team, &c.beside: w.Beside, &c.counters: w.Counters,
			&c.parts: w.Parts, &c.asides: w.Asides, &c.empty: w.Empty,
		} {
			edge.add(words, utf8.DecodeRuneInString)
		}
		c.endings.add(w.Endings, utf8.DecodeLastRuneInString)
		c.statements.add(w.Statements, utf8.DecodeLastRuneInString)
		c.revealing = append(c.revealing, w.Reveals...)
	}
	return &c
}

func (e *byEdge) add(words []string, edge func(string) (rune, int)) {
	if e.other == nil {
		e.other = make(map[rune][]string)
	}
	longerFirst := func(a, b string) int {
		if len(a) != len(b) {
			return len(b) - len(a)
		}
		return strings.Compare(a, b)
	}
	for _, w := range words {
		r, _ := edge(w)
		all := e.at(r)
		if i, found := slices.BinarySearchFunc(all, w, longerFirst); !found {
			all = slices.Insert(all, i, w)
		}
		if r < utf8.RuneSelf {
			e.ascii[r] = all
		} else {
			e.other[r] = all
		}
	}
}

// at returns the words whose edge is r in lower case.
func (e *byEdge) at(r rune) []string {
	if r < utf8.RuneSelf {
		if r >= 'A' && r <= 'Z' {
			r += 'a' - 'A'
		}
		return e.ascii[r]
	}
	return e.other[unicode.ToLower(r)]
}

// opens says whether s begins with one of the words, in any case.
func (e *byEdge) opens(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	for _, w := range e.at(r) {
		if hasFold(s, w) {
			return true
		}
	}
	return false
}

// cut takes one of the words off the front of s.
func (e *byEdge) cut(s string) (rest string, ok bool) {
	r, _ := utf8.DecodeRuneInString(s)
	for _, w := range e.at(r) {
		if hasFold(s, w) {
			return s[len(w):], true
		}
	}
	return s, false
}

// closes says whether s ends with one of the words, in any case.
func (e *byEdge) closes(s string) bool {
	r, _ := utf8.DecodeLastRuneInString(s)
	for _, w := range e.at(r) {
		if len(s) >= len(w) && hasFold(s[len(s)-len(w):], w) {
			return true
		}
	}
	return false
}

// hasFold says whether s begins with the lower case word w, in any case.
func hasFold(s, w string) bool {
	if len(s) < len(w) {
		return false
	}
	s = s[:len(w)]
	if s == w {
		return true
	}
	if s[0] >= 0xE1 { // Letters of three bytes and more have no case that cues have.
		return false
	}
	return strings.EqualFold(s, w)
}

// has says whether s is one of the words, in any case.
func (e *byEdge) has(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	for _, w := range e.at(r) {
		if len(s) == len(w) && hasFold(s, w) {
			return true
		}
	}
	return false
}

// titled says whether text, without numbering and marks, is one of the words.
func (e *byEdge) titled(text string) bool {
	return e.has(strings.Trim(cutNumber(trimDecoration(text)), " :：*_<>[]"))
}

// isAside says whether a heading of this text has no questions below it.
func isAside(text string) bool { return cues().asides.titled(text) }

// isPart says whether a heading of this text is one of those that answers are made of.
func isPart(text string) bool { return cues().parts.titled(text) }

// reveals says whether s, which shows of a folded part, invites to look at what is hidden.
func (c *cueSet) reveals(s string) bool {
	s = strings.ToLower(s)
	return slices.ContainsFunc(c.revealing, func(w string) bool { return strings.Contains(s, w) })
}
