package questions

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// kind is what block a line belongs to.
type kind uint8

const (
	prose    kind = iota // a line of a paragraph, at the top or in a list item
	heading              // a line that is a heading
	code                 // a line of a fence, its delimiters included, or of an indented block
	rule                 // a line across, or the underline of a heading
	markup               // a line of raw HTML
	summary              // what shows of a folded part
	tableRow             // the question of a table's row
)

// line is one line of a note and what the block structure says about it. A note has many, and each way of reading looks
// at all of them, so what their words say is found out once.
type line struct {
	// raw is the line as written, without quiz comments; text is raw without the marks of its containers and of a
	// heading, and is empty for a line of no text.
	raw, text string
	prompt    string    // its text as a prompt, empty if it cannot be one
	rest      string    // the answer that stands behind the prompt
	mark      *quizMark // nil where its author marked nothing
	num       int32     // of the line in the file, from 1
	kind      kind
	level     uint8 // of a heading, 1 to 6
	depth     uint8 // how many list items it stands in
	fold      uint8 // how many folded parts it stands in
	item      bool  // it begins a list item
	number    bool  // that item is numbered
	quoted    bool  // it stands in a quotation
	opens     bool  // it is the first line of its block
	blank     bool  // it is empty and not part of a fence
	follows   bool  // it is an item below the label of follow-up questions
	labelled  bool  // its text begins with a question label
	asks      bool  // its text reads like a question or a request
	says      bool  // it would give an answer some content
	contents  bool  // its text is nothing but a link into the same note
	aside     bool  // it is a heading whose text holds no questions
	links     bool  // its prompt is the text of a link
	bare      bool  // it is a question label and nothing else
	cell      bool  // it belongs to a table that was taken apart
	deep      bool  // it stands too deep to be read as what it is
	answers   bool  // its text begins with the label of an answer
}

// marked says whether its author made the line a card.
func (l *line) marked() bool { return l.mark != nil && l.mark.isCard() }

// skipped says whether its author does not want it for a card.
func (l *line) skipped() bool { return l.mark != nil && l.mark.skip }

// note is a file as the readings see it.
type note struct {
	lines []line
	// badMarks holds the indexes of lines with a quiz comment that cannot be used.
	badMarks []int
	// skipped says that the note's author wants none of it read; marked that they marked some line.
	skipped, marked bool
	// sections are the headings, without those that are labels of an answer.
	sections []section
	// heads holds the keys of their prompts, once somebody asked for one.
	heads map[string]bool
	// often says, by level, that several headings ask and have text of their own.
	often [7]bool
	// saying counts the lines above each line that say something; asking the lines of all that demand an answer.
	saying []int32
	asking int
}

// maxPrompt is the longest prompt in bytes. A longer line is never taken for a question: no platform could show it.
const maxPrompt = 2000

// newNote gives the lines their facts. A stray fence around the whole note is read as if it were not there.
func newNote(lines []string) *note {
	plain := func() []line { return parseBlocks(withAnswerKeys(plainTables(plainHTML(lines)))) }
	blocks := plain()
	if open, end, ok := strayFence(blocks); ok {
		lines[blocks[open].num-1] = ""
		if end < len(blocks) {
			lines[blocks[end].num-1] = ""
		}
		blocks = plain()
	}
	n := &note{lines: blocks}
	n.takeMarks()
	for i := range n.lines {
		l := &n.lines[i]
		l.judge()
		if l.marked() && l.prompt == "" { // Marked, but nothing to ask: an address, say.
			l.mark = nil
			n.badMarks = append(n.badMarks, i)
		}
		n.marked = n.marked || l.mark != nil
	}
	n.findFollowUps()
	n.dropBareLabels()
	n.joinBareLabels()
	n.joinTranslations()
	n.dropLetteredTitles()
	n.nestItems()
	n.sections = sectionsOf(n.lines)
	n.count()
	return n
}

// count adds up what every way of reading asks for.
func (n *note) count() {
	var answered [7]int
	for i := range n.sections {
		if s := &n.sections[i]; s.asks && s.own {
			answered[s.level]++
			n.often[s.level] = answered[s.level] > 1
		}
	}
	n.saying = make([]int32, len(n.lines)+1)
	for i := range n.lines {
		l := &n.lines[i]
		n.saying[i+1] = n.saying[i]
		if l.says && l.kind != heading { // A heading alone answers nothing.
			n.saying[i+1]++
		}
		if l.demands() {
			n.asking++
		}
	}
}

// says says whether any line of [from, to) would give an answer some content.
func (n *note) says(from, to int) bool { return n.saying[to] > n.saying[from] }

// judge fills in what the line's own words say.
func (l *line) judge() {
	if l.kind != code && strings.TrimSpace(l.raw) == "" {
		l.blank = true
		return
	}
	bare := l.text // without links
	linked := mayLink(l.text)
	var whole link
	var isLink bool
	if linked {
		found := links(l.text)
		if whole, isLink = isWhole(l.text, found); !isLink && len(found) == 1 { // "[x] #1 [a](b)"
			whole, isLink = wholeLink(cutNumber(cutBox(l.text)))
		}
		bare = replaceFound(l.text, found, func(link) string { return " " })
	}
	l.says = l.saysSomething(bare)
	if !l.mayAsk() {
		return
	}
	if isLink && strings.HasPrefix(whole.dest, "#") {
		l.contents = true
		return
	}
	l.links = isLink && whole.text != "" && (l.item || l.titles()) && asks(whole.text)
	l.aside = l.titles() && isAside(l.text)
	rest, labelled := cutQuestionLabel(cutNumber(unwrap(l.text)))
	l.labelled, l.bare = labelled, labelled && !hasWord(rest)
	_, l.answers = cutAnswerLabel(l.text)
	if l.skipped() || l.aside {
		if l.titles() {
			l.prompt = cleanPrompt(l.text, linked)
		}
		return
	}
	text := l.text
	if labelled || l.opens && mayAnswerItself(text) {
		if question, answer, ok := cutOneLine(text); ok {
			text, bare, l.rest = question, linkTexts(question), answer
		}
	}
	l.asks = l.links || asks(bare)
	if l.opens || l.asks || l.mark != nil {
		l.prompt = cleanPrompt(text, linked)
	}
	l.asks = l.asks && l.prompt != ""
}

// dropBareLabels takes "Questions" for the title it is: a label alone asks only where it is numbered, or stands above
// several questions.
func (n *note) dropBareLabels() {
	count := 0
	for i := range n.lines {
		if l := &n.lines[i]; l.bare && !strings.ContainsAny(l.text, "0123456789") {
			count++
		}
	}
	for i := range n.lines {
		if l := &n.lines[i]; l.bare && count == 1 && !strings.ContainsAny(l.text, "0123456789") {
			l.bare, l.asks, l.labelled = false, false, false
		}
	}
}

// joinBareLabels gives the paragraph below a lone "Question 3" to it: it is what the label asks, and no further question.
func (n *note) joinBareLabels() {
	for i := range n.lines {
		if !n.lines[i].bare {
			continue
		}
		if next := n.below(i); next != nil && next.kind == prose && !next.item && next.mark == nil {
			next.asks = false
		}
	}
}

// joinTranslations makes one question of two headings right below each other that ask the same in two scripts, of which
// only the second is answered: it becomes a line of the first. Once may be chance, but not several times.
func (n *note) joinTranslations() {
	isQuestion := func(l *line) bool { return l.kind == heading && l.asks && l.mark == nil && !l.answers }
	var second []*line
	var before, above *line // the last two lines that are not blank
	for i := range n.lines {
		l := &n.lines[i]
		if l.blank {
			continue
		}
		if before != nil && isQuestion(before) && isQuestion(above) && (!l.titles() || l.answers) &&
			before.level == above.level && otherScript(before.prompt, above.prompt) {
			second = append(second, above)
		}
		before, above = above, l
	}
	if len(second) < 2 {
		return
	}
	for _, l := range second {
		l.kind, l.level, l.raw, l.prompt, l.opens = prose, 0, l.text, "", true
	}
}

// dropLetteredTitles takes "A. Networks" for no answer where there is a "B. Databases" too.
func (n *note) dropLetteredTitles() {
	isLettered := func(l *line, letter string) bool {
		return l.kind == heading && len(l.text) > 2 && strings.EqualFold(l.text[:1], letter) && (l.text[1] == '.' || l.text[1] == ')')
	}
	hasB := slices.ContainsFunc(n.lines, func(l line) bool { return isLettered(&l, "b") })
	for i := range n.lines {
		if l := &n.lines[i]; hasB && isLettered(l, "a") {
			l.answers = false
		}
	}
}

// nestItems puts bullets into the numbered item above them if they are indented at all: Markdown asks for as many
// columns as the number takes, which many people do not know.
func (n *note) nestItems() {
	column, numbered, shift := 0, false, false
	for i := range n.lines {
		l := &n.lines[i]
		switch {
		case l.kind == heading:
			numbered, shift = false, false
		case l.item && l.depth == 1:
			at, number := markerAt(l.raw)
			shift = numbered && !number && at > column && !l.asks
			if !shift {
				column, numbered = at, number
			}
		case l.depth == 0 && !l.blank:
			shift = false
		}
		if shift && l.depth > 0 {
			l.depth++
		}
	}
}

// markerAt returns the column of a list item's mark, and whether that is a number.
func markerAt(raw string) (column int, number bool) {
	for i := 0; i < len(raw); i++ {
		switch raw[i] {
		case ' ', '>':
			column++
		case '\t':
			column += 4
		default:
			return column, isDigit(raw[i])
		}
	}
	return column, false
}

// mayAsk says whether the line is one that a prompt can stand on.
func (l *line) mayAsk() bool {
	return l.kind != code && l.kind != rule && l.kind != markup && len(l.text) <= maxPrompt && hasWord(l.text)
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
	for i := 0; i < len(s) && s[i] < utf8.RuneSelf; i++ {
		if c := s[i] | 0x20; c >= 'a' && c <= 'z' || isDigit(s[i]) {
			return true
		}
	}
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
}
