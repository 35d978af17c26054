package questions

import (
	"strings"
	"unicode"
)

// kind is what block a line belongs to.
type kind uint8

const (
	prose   kind = iota // a line of a paragraph, at the top or in a list item
	heading             // a line that is a heading
	code                // a line of a fence, its delimiters included, or of an indented block
	rule                // a line across, or the underline of a heading
	markup              // a line of raw HTML
	summary             // what shows of a folded part
)

// line is one line of a note and what the block structure says about it.
type line struct {
	// raw is the line as written, without quiz comments; text is raw without the marks of its containers and of a
	// heading, and is empty for a line of no text.
	raw, text string
	kind      kind
	level     int  // of a heading, 1 to 6
	depth     int  // how many list items it stands in
	item      bool // it begins a list item
	opens     bool // it is the first line of its block
	blank     bool // it is empty and not part of a fence
	num       int  // of the line in the file, from 1
	fold      int  // how many folded parts it stands in
	mark      quizMark
	follows   bool   // it is an item below the label of follow-up questions
	prompt    string // its text as a prompt, empty if it cannot be one
	labelled  bool   // its text begins with a question label
	asks      bool   // its text reads like a question or a request
	says      bool   // it would give an answer some content
	contents  bool   // its text is nothing but a link into the same note
}

// note is a file as the readings see it.
type note struct {
	lines []line
	// badMarks holds the indexes of lines with a quiz comment that cannot be used.
	badMarks []int
	// skipped says that the note's author wants none of it read.
	skipped bool
	// sections are the headings, without those that are labels of an answer.
	sections []section
}

// maxPrompt is the longest prompt in bytes. A longer line is never taken for a question: no platform could show it.
const maxPrompt = 2000

// newNote gives the lines their facts. A stray fence around the whole note is read as if it were not there.
func newNote(lines []string) *note {
	rewritten := plainHTML(lines)
	blocks := parseBlocks(rewritten)
	if open, end, ok := strayFence(blocks); ok {
		clearLine := func(i int) { lines[blocks[i].num-1] = "" }
		clearLine(open)
		if end < len(blocks) {
			clearLine(end)
		}
		blocks = parseBlocks(plainHTML(lines))
	}
	n := &note{lines: blocks}
	n.takeMarks()
	for i := range n.lines {
		l := &n.lines[i]
		l.judge()
		if l.mark.isCard() && l.prompt == "" { // Marked, but nothing to ask: an address, say.
			l.mark = quizMark{}
			n.badMarks = append(n.badMarks, i)
		}
	}
	n.findFollowUps()
	n.sections = sectionsOf(n.lines)
	return n
}

// judge fills in what the line's own words say.
func (l *line) judge() {
	l.blank = l.kind != code && strings.TrimSpace(l.raw) == ""
	l.says = saysSomething(*l)
	if !l.mayAsk() {
		return
	}
	whole, ok := wholeLink(l.text)
	l.contents = ok && strings.HasPrefix(whole.dest, "#")
	if l.contents {
		return
	}
	l.prompt = cleanPrompt(l.text)
	_, l.labelled = cutQuestionLabel(cutNumber(unwrap(l.text)))
	l.asks = l.prompt != "" && !l.mark.skip && asks(l.text) && !(l.kind == heading && isAside(l.text))
}

// mayAsk says whether the line is one that a prompt can stand on.
func (l *line) mayAsk() bool {
	return (l.kind == prose || l.kind == heading || l.kind == summary) && len(l.text) <= maxPrompt && hasWord(l.text)
}

// strayFence finds a fence that somebody put around their questions, or that an editor left behind: it names no
// programming language, holds most of the note, and asks. end is the closing line, past the note if there is none.
func strayFence(blocks []line) (open, end int, ok bool) {
	total := 0
	for i := range blocks {
		if strings.TrimSpace(blocks[i].raw) != "" {
			total++
		}
	}
	for i := 0; i < len(blocks); i++ {
		if blocks[i].kind != code || !blocks[i].opens || !isProseFence(blocks[i].raw) {
			continue
		}
		end = i + 1
		for end < len(blocks) && blocks[end].kind == code && !blocks[end].opens {
			end++
		}
		if !isFence(blocks[end-1].raw) || end-1 == i {
			end++ // It was never closed; there is no closing line to drop.
		}
		if asked, full := countAsking(blocks[i+1 : end-1]); asked >= 2 && full*3 >= total*2 {
			return i, end - 1, true
		}
		i = end - 2
	}
	return 0, 0, false
}

// isProseFence says whether s opens a fence that may well hold text.
func isProseFence(s string) bool {
	s = strings.TrimSpace(s)
	info := strings.ToLower(strings.TrimSpace(strings.TrimLeft(s, "`~")))
	switch info {
	case "", "md", "markdown", "text", "txt":
		return isFence(s)
	}
	return false
}

func isFence(s string) bool {
	s = strings.TrimLeft(s, " \t>")
	return strings.HasPrefix(s, "```") || strings.HasPrefix(s, "~~~")
}

// countAsking counts the lines that ask and the lines that are not blank.
func countAsking(lines []line) (asked, full int) {
	for i := range lines {
		l := strings.TrimSpace(lines[i].raw)
		if l == "" {
			continue
		}
		full++
		if len(l) <= maxPrompt && asks(strings.TrimLeft(l, "#-*+> ")) {
			asked++
		}
	}
	return asked, full
}

// hasWord says whether s holds anything that can be read aloud.
func hasWord(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
}
