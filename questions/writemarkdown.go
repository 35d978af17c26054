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

// documentHead begins a document. By it one that is as large as a whole bank is known before it is read.
const documentHead = "---\nformat: rewind\n"

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
	fmt.Fprintf(d.w, "%slang: %s\n---\n", documentHead, d.lang)
	// First each question once, then what it is called in further languages, so that topics of one language stand together.
	for i, more := 0, true; more; i++ {
		more = false
		for _, q := range all {
			if i < len(q.Texts) {
				d.card(q, q.Texts[i], e.teamOf(q, i))
			}
			more = more || i+1 < len(q.Texts)
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
	rest, answer := d.safe(joined(splitLines(rest))), d.safe(t.Answer)
	section := strings.Repeat("#", d.level+1) + " "
	options := joinTasks(tasks(t))
	var blocks []string
	add := func(s string) {
		if s != "" {
			blocks = append(blocks, s)
		}
	}
	add(rest)
	if gotRest, gotOptions := cutFrontPart(splitLines(joinBlocks(rest, options))); rest != "" && (gotRest != rest || joinTasks(gotOptions) != options) {
		add(endMark)
	}
	add(options)
	if rest != "" || options != "" && answer != "" || isTaskLine(answer) {
		add(section + names.answer)
	}
	add(answer)
	tail := joinBlocks(listOf(names.followUps, t.FollowUps), sourceLine(names.source, t.Source))
	if got := cutBack(splitLines(joinBlocks(answer, tail))); answer != got.answer || !sameList(got.followUps, t.FollowUps) || got.source != t.Source {
		add(endMark)
	}
	add(tail)
	if len(team) > 0 {
		add(section + names.team)
		add(teamText(team))
	}
	return blocks
}

func splitLines(s string) []string {
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
