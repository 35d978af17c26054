package questions

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// unmarked reads a note whose questions are plain lines: a question, its answer below it, a blank line, the next one.
// The blank line alone does not tell, since answers have blank lines in them too; a line must also ask, or look so much
// like the note's other questions that it was probably cut short.
type unmarked struct{}

// What speaks for a line that opens a group but does not ask. It is taken from enough on.
const (
	leadsAnswer = 1  // the next line goes on
	sameWords   = 3  // it ends in the words of a line that asks
	sameMark    = 4  // it is all in bold, as nearly all that ask are
	saysIt      = -3 // it is a finished sentence
	goesOn      = -2 // it ends in the middle of an enumeration
	tooLong     = -2 // it is much longer than any line that asks
	enough      = 4
)

// manner is how the lines of a note that open a group and ask are written.
type manner struct {
	// asking are the lines; pairs their neighbouring words, sorted, made when they are first asked for.
	asking []string
	pairs  []string
	// longest is in runes, 0 where no line asks.
	longest int
	bold    bool // nearly all are in bold
}

func (unmarked) how() (Habit, int) { return ByLines, 0 }

func (unmarked) marks(n *note) []mark {
	how := n.manner()
	if how.longest == 0 {
		return nil
	}
	var cards []mark
	listed := 0  // The line behind a list of questions without answers.
	inCard := -1 // The first line of the group that the last card opened.
	for i := range n.lines {
		l := &n.lines[i]
		if l.kind != prose || l.depth > 0 || l.prompt == "" {
			continue
		}
		switch {
		case i < listed:
			cards = append(cards, mark{line: i})
		case l.opens && l.asks:
			cards = append(cards, mark{line: i})
			inCard, listed = i, n.listedUntil(i)
		case l.opens:
			inCard = -1
			if !l.answers && n.startsGroup(i) && n.weigh(i, how) >= enough {
				cards = append(cards, mark{line: i, doubtful: true})
				inCard = i
			}
		case l.asks && inCard >= 0 && i > inCard+1 && n.followsEnd(i):
			cards = append(cards, mark{line: i})
		}
	}
	return n.merge(cards)
}

// listedUntil returns the line behind the paragraph that line i opens if each of its lines asks, else i. Of two lines the
// second may rather go on with the first, unless nothing answers them.
func (n *note) listedUntil(i int) int {
	end := i + 1
	for end < len(n.lines) && n.lines[end].kind == prose && !n.lines[end].opens && !n.lines[end].blank {
		if !n.lines[end].asks {
			return i
		}
		end++
	}
	if next := n.below(end - 1); end-i < 2 || end-i == 2 && next != nil && !next.asks && !next.titles() {
		return i
	}
	if end-i == 2 && translates(&n.lines[i], &n.lines[i+1]) {
		return i
	}
	return end
}

func (n *note) manner() *manner {
	var m manner
	all, bold := 0, 0
	for i := range n.lines {
		l := &n.lines[i]
		if l.kind != prose || l.depth > 0 || !l.opens || !l.asks {
			continue
		}
		all++
		if isBold(l.text) {
			bold++
		}
		m.longest = max(m.longest, utf8.RuneCountInString(l.text))
		m.asking = append(m.asking, l.text)
	}
	m.bold = all > 2 && bold*10 >= all*8
	return &m
}

// maxWords bounds the words of a line that are remembered, so that one endless line stays cheap.
const maxWords = 60

// knows says whether some line has word a and then one that begins with b.
func (m *manner) knows(a, b string) bool {
	if m.pairs == nil {
		for _, text := range m.asking {
			words := strings.Fields(strings.ToLower(text))
			for i := 1; i < min(len(words), maxWords); i++ {
				m.pairs = append(m.pairs, words[i-1]+" "+words[i])
			}
		}
		slices.Sort(m.pairs)
	}
	i, _ := slices.BinarySearch(m.pairs, a+" "+b)
	return i < len(m.pairs) && strings.HasPrefix(m.pairs[i], a+" "+b)
}

func isBold(s string) bool {
	s = trimDecoration(s)
	return len(s) > 4 && strings.HasPrefix(s, "**") && strings.HasSuffix(s, "**")
}

// startsGroup says whether line i has a blank line or a heading above it and is not the text below an explicit mark.
func (n *note) startsGroup(i int) bool {
	if i == 0 {
		return true
	}
	above := n.lines[i-1]
	if i > 1 && above.blank && n.lines[i-2].marked() {
		return false
	}
	return above.blank || above.kind == heading || above.kind == rule
}

// weigh adds up what speaks for line i being a question all the same.
func (n *note) weigh(i int, how *manner) int {
	text := n.lines[i].text
	sum := 0
	if i+1 < len(n.lines) && !n.lines[i+1].blank && n.lines[i+1].kind == prose {
		sum += leadsAnswer
	}
	if how.bold && isBold(text) {
		sum += sameMark
	}
	if states(text) {
		sum += saysIt
	}
	if last, _ := utf8.DecodeLastRuneInString(text); strings.ContainsRune(",:;-(", last) {
		sum += goesOn
	}
	if utf8.RuneCountInString(text)*2 > how.longest*3 {
		sum += tooLong
	}
	if sum >= enough || sum+sameWords < enough { // The words would change nothing, and cost more to look at than the rest.
		return sum
	}
	if before, last, ok := lastWords(text); ok && how.knows(before, last) {
		sum += sameWords
	}
	return sum
}

// lastWords returns the last two words of s in lower case.
func lastWords(s string) (before, last string, ok bool) {
	s = strings.TrimRight(s, " \t")
	at := strings.LastIndexAny(s, " \t")
	if at < 0 {
		return "", "", false
	}
	last, s = s[at+1:], strings.TrimRight(s[:at], " \t")
	before = s[strings.LastIndexAny(s, " \t")+1:]
	return strings.ToLower(before), strings.ToLower(last), before != ""
}

// followsEnd says whether the line above i finished a sentence, so that line i can begin a card without a blank line.
func (n *note) followsEnd(i int) bool {
	text := n.lines[i].text
	return strings.HasSuffix(text, "?") && states(n.lines[i-1].text) && i+1 < len(n.lines) && !n.lines[i+1].blank
}
