package questions

import (
	"bufio"
	"fmt"
	"io"
	"regexp"
	"strings"
)

// A document is the bank in Markdown as the bank itself writes it. It reads like anybody's notes, but its front matter
// says "format: rewind", and from then on nothing in it is guessed:
//
//   - Headings with a mark below them are cards, all of one level. Headings above that level are topics, deeper ones are
//     parts of a card.
//   - Below a card's mark stand the further lines of its prompt, its options as a task list, the section "Answer", and at
//     its end follow-ups, source and the section "Team answers". Without further lines and options there is no need
//     for the heading "Answer".
//   - Where text of a question would itself be read as one of these, the line endMark closes it.
//
// document.go reads this form.

// endMark ends a text that would else be read on into what stands below it.
const endMark = "<!-- quiz: end -->"

// deepest is the lowest level of cards: two more are needed below it, for sections and for headings within them.
const deepest = 4

// partNames are what the parts of a card are called.
type partNames struct{ answer, followUps, source, team string }

var partsIn = map[Lang]partNames{
	English: {"Answer", "Follow-ups:", "Source:", "Team answers"},
	Korean:  {"답", "꼬리 질문:", "출처:", "팀 답변"},
}

// document writes one bank.
type document struct {
	w      *bufio.Writer
	lang   Lang
	level  int      // of cards
	under  []string // the topics the next card stands under, unless it says otherwise
	export Export
}

func writeMarkdown(w io.Writer, e Export) error {
	d := document{w: bufio.NewWriter(w), lang: commonLang(e.Questions), level: 2, export: e}
	all := make([]Question, len(e.Questions))
	for i, q := range e.Questions {
		all[i] = settled(q)
		for j := range all[i].Texts {
			t := &all[i].Texts[j]
			t.Topics, t.Options, t.FollowUps = shallow(t.Topics), fencedItems("[ ] ", t.Options), fencedItems("", t.FollowUps)
			d.level = max(d.level, len(t.Topics)+1)
		}
	}
	fmt.Fprintf(d.w, "---\nformat: rewind\nlang: %s\n---\n", d.lang)
	for _, q := range all {
		for i, t := range q.Texts {
			d.card(q, t, e.teamOf(q, i))
		}
	}
	return d.w.Flush()
}

// commonLang is the language of most texts.
func commonLang(qs []Question) Lang {
	korean, all := 0, 0
	for _, q := range qs {
		for _, t := range q.Texts {
			all++
			if t.Lang == Korean {
				korean++
			}
		}
	}
	if korean*2 > all {
		return Korean
	}
	return English
}

// shallow joins topics that would push cards too deep.
func shallow(topics []string) []string {
	if len(topics) < deepest {
		return topics
	}
	inner := strings.Join(topics[deepest-2:], " / ")
	return append(append([]string(nil), topics[:deepest-2]...), inner)
}

func (d *document) card(q Question, t Text, team []TeamAnswer) {
	loose := d.topics(t.Topics)
	title, rest, _ := strings.Cut(t.Prompt, "\n")
	fmt.Fprintf(d.w, "\n%s %s\n%s\n", strings.Repeat("#", d.level), asTitle(title), d.mark(q, t, loose))
	for _, block := range d.blocks(t, rest, team) {
		fmt.Fprintf(d.w, "\n%s\n", block)
	}
}

// topics writes the headings that the next card needs above it, and says whether it has to say itself that it stands
// under none.
func (d *document) topics(topics []string) (loose bool) {
	if len(topics) == 0 {
		return len(d.under) > 0
	}
	same := 0
	for same < len(topics) && same < len(d.under) && topics[same] == d.under[same] {
		same++
	}
	if same == len(topics) && same < len(d.under) {
		same-- // The heading is written once more, to leave what stands below it.
	}
	for i, topic := range topics[same:] {
		fmt.Fprintf(d.w, "\n%s %s\n", strings.Repeat("#", same+i+1), asTitle(topic))
	}
	d.under = topics
	return false
}

// closing is a run of # that Markdown would take for the end of a heading.
var closing = regexp.MustCompile(`(^|[ \t])(#+)$`)

// asTitle is a text that fits a heading.
func asTitle(s string) string {
	return closing.ReplaceAllString(strings.TrimSpace(s), `$1\$2`)
}

// mark is the comment below a card's heading.
func (d *document) mark(q Question, t Text, loose bool) string {
	words := "id=" + q.ID
	if q.Difficulty != "" {
		words += " difficulty=" + string(q.Difficulty)
	}
	if t.Lang != d.lang {
		words += " lang=" + string(t.Lang)
	}
	if t.Term {
		words += " term"
	}
	if loose {
		words += " no-topic"
	}
	return "<!-- quiz: " + words + " -->"
}

// blocks are the parts of a card below its mark.
func (d *document) blocks(t Text, rest string, team []TeamAnswer) []string {
	names := partsIn[t.Lang]
	rest, answer := d.safe(joined(lines(rest))), d.safe(t.Answer)
	section := strings.Repeat("#", d.level+1) + " "
	options := joinTasks(tasks(t))
	var blocks []string
	add := func(s string) {
		if s != "" {
			blocks = append(blocks, s)
		}
	}
	add(rest)
	if gotRest, gotOptions := cutFrontPart(lines(joinBlocks(rest, options))); rest != "" && (gotRest != rest || joinTasks(gotOptions) != options) {
		add(endMark)
	}
	add(options)
	if rest != "" || options != "" && answer != "" || beginsWithTask(answer) {
		add(section + names.answer)
	}
	add(answer)
	tail := joinBlocks(listOf(names.followUps, t.FollowUps), sourceLine(names.source, t.Source))
	if got := cutBack(lines(joinBlocks(answer, tail))); answer != got.answer || !sameList(got.followUps, t.FollowUps) || got.source != t.Source {
		add(endMark)
	}
	add(tail)
	if len(team) > 0 {
		add(section + names.team)
		add(teamText(team))
	}
	return blocks
}

func lines(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, "\n")
}

func joinBlocks(blocks ...string) string {
	var all []string
	for _, b := range blocks {
		if b != "" {
			all = append(all, b)
		}
	}
	return strings.Join(all, "\n\n")
}

func joinTasks(items []string) string { return listOf("", items) }

// listOf is a list below its label.
func listOf(label string, items []string) string {
	if len(items) == 0 {
		return ""
	}
	var b strings.Builder
	if label != "" {
		b.WriteString(label + "\n\n")
	}
	for i, s := range items {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString("- ")
		for j, l := range strings.Split(s, "\n") {
			if j > 0 {
				b.WriteByte('\n')
				if l != "" {
					b.WriteString("  ")
				}
			}
			b.WriteString(l)
		}
	}
	return b.String()
}

func sourceLine(label, source string) string {
	if source == "" {
		return ""
	}
	return label + " " + source
}

func sameList(a, b []string) bool { return joinItems(a) == joinItems(b) && len(a) == len(b) }

// safe is text that can stand in a card: every fence in it is closed, and its headings are deeper than the card's, those
// that are called like a part of a card one level more.
func (d *document) safe(text string) string {
	if text == "" {
		return ""
	}
	all := lines(text)
	top := 7
	open := eachLine(all, func(i, level int) {
		if level > 0 {
			top = min(top, level)
		}
	})
	shift := max(0, d.level+1-top)
	eachLine(all, func(i, level int) {
		if level == 0 {
			return
		}
		deeper := level + shift
		if deeper == d.level+1 && isPartName(headingText(all[i])) {
			deeper++
		}
		all[i] = strings.Repeat("#", min(6, deeper)) + strings.TrimLeft(all[i], "#")
	})
	if open != "" {
		all = append(all, open)
	}
	return strings.Join(all, "\n")
}

// fenced is text in which every fence is closed.
func fenced(text string) string {
	if open := eachLine(lines(text), func(int, int) {}); open != "" {
		return text + "\n" + open
	}
	return text
}

// fencedItems are items in which every fence is closed as they stand in a list, each behind the mark.
func fencedItems(mark string, items []string) []string {
	all := make([]string, len(items))
	for i, s := range items {
		all[i] = s
		if open := eachLine(lines(listOf("", []string{mark + s})), func(int, int) {}); open != "" {
			all[i] += "\n" + strings.TrimPrefix(open, "  ")
		}
	}
	return all
}

// eachLine calls f for each line outside of fences with the level of its heading, 0 if it is none. It returns the line
// that would close a fence that is still open at the end, "" if there is none.
func eachLine(lines []string, f func(i, level int)) (open string) {
	fence, indent := "", ""
	for i, l := range lines {
		if fence != "" {
			if closes(l, fence) {
				fence = ""
			}
			continue
		}
		if indent, fence = fenceOf(l); fence == "" {
			f(i, headingLevel(l))
		}
	}
	if fence == "" {
		return ""
	}
	return indent + fence
}

// fenceOf returns the fence that a line opens, also behind the marks of lists and quotations, and what a line needs
// before it to close the fence.
func fenceOf(line string) (indent, fence string) {
	s := line
	for {
		rest := strings.TrimLeft(s, " \t")
		if c, ok := cutContainer(rest); ok {
			s = c
			continue
		}
		s = rest
		break
	}
	for _, mark := range []string{"`", "~"} {
		n := len(s) - len(strings.TrimLeft(s, mark))
		if n >= 3 && !(mark == "`" && strings.Contains(s[n:], "`")) {
			before := line[:len(line)-len(s)]
			return strings.Map(func(r rune) rune {
				if r == '>' || r == '\t' {
					return r
				}
				return ' '
			}, before), s[:n]
		}
	}
	return "", ""
}

var container = regexp.MustCompile(`^(>|(?:[-*+]|\d{1,9}[.)])(?:[ \t]|$))`)

func cutContainer(s string) (string, bool) {
	if found := container.FindString(s); found != "" {
		return s[len(found):], true
	}
	return s, false
}

func closes(line, fence string) bool {
	s := strings.TrimSpace(strings.TrimLeft(line, " \t>"))
	return len(s) >= len(fence) && strings.Trim(s, fence[:1]) == ""
}

// headingLevel is the level of a heading that begins with #. An indented one is taken for a part of a list.
func headingLevel(line string) int {
	n := len(line) - len(strings.TrimLeft(line, "#"))
	if n == 0 || n > 6 || n < len(line) && line[n] != ' ' && line[n] != '\t' {
		return 0
	}
	return n
}

// headingText is what a heading says.
func headingText(line string) string {
	return strings.TrimSpace(strings.TrimLeft(strings.TrimSpace(line), "#"))
}

// isPartName says whether a heading is called like a section of a card, in any language.
func isPartName(s string) bool { return isAnswerName(s) || isTeamName(s) }

func isAnswerName(s string) bool { return strings.EqualFold(s, "answer") || s == "답" }

func isTeamName(s string) bool { return strings.EqualFold(s, "team answers") || s == "팀 답변" }
