package questions

import (
	"cmp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// documentFront is the front matter of a document.
type documentFront struct {
	Format     string     `yaml:"format"`
	Lang       string     `yaml:"lang"`
	Topics     oneOrMore  `yaml:"topics"`
	Difficulty Difficulty `yaml:"difficulty"`
}

// oneOrMore is a list, or a text that stands for a list of one.
type oneOrMore []string

// UnmarshalYAML reads either.
func (l *oneOrMore) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode {
		*l = oneOrMore{n.Value}
		return nil
	}
	return n.Decode((*[]string)(l))
}

// document takes in a document that the bank wrote; it is false where src is none. What a document is stands in
// writemarkdown.go. People may go on writing in it: a card without a mark is taken in too.
func (a *adder) document(src string) bool {
	all := strings.Split(plainEnds(strings.TrimPrefix(src, byteOrderMark)), "\n")
	end := frontEnd(all)
	if end < 0 {
		return false
	}
	var front documentFront
	if yaml.Unmarshal([]byte(strings.Join(all[1:end], "\n")), &front) != nil || front.Format != "rewind" {
		return false
	}
	a.main = cmp.Or(langOf(front.Lang), mainLang(src))
	r := documentReader{adder: a, front: front, lines: all}
	r.read(end + 1)
	a.end()
	return true
}

type documentReader struct {
	*adder
	front documentFront
	lines []string
	level int // of cards
	under []topicHeading
	last  Question // the question of the card before, which the next one may be another language of
}

// topicHeading is a heading that the next card stands under.
type topicHeading struct {
	level int
	text  string
}

// read cuts the lines from start on into cards.
func (r *documentReader) read(start int) {
	body := r.lines[start:]
	r.level = cardLevel(body)
	card := -1 // the line of the card that is open
	end := func(at int) {
		if card >= 0 {
			r.card(start+card, body[card:at])
		}
		card = -1
	}
	eachLine(body, func(i, level int) {
		switch {
		case level == 0 || level > r.level:
		case level < r.level:
			end(i)
			for len(r.under) > 0 && r.under[len(r.under)-1].level >= level {
				r.under = r.under[:len(r.under)-1]
			}
			r.under = append(r.under, topicHeading{level, headingText(body[i])})
		default:
			end(i)
			card = i
		}
	})
	end(len(body))
	r.flush()
}

// cardLevel is the level of the first heading with a mark below it, or 2 where there is none.
func cardLevel(body []string) int {
	found := 0
	eachLine(body, func(i, level int) {
		if found == 0 && level > 0 && i+1 < len(body) && isQuiz(body[i+1]) {
			found = level
		}
	})
	return cmp.Or(found, 2)
}

// documentMark is what the mark below a card's heading says.
type documentMark struct {
	id          string
	difficulty  Difficulty
	lang        Lang
	term, loose bool
	skip        bool
}

func readDocumentMark(line string) (m documentMark, ok bool) {
	ok = true
	s := strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(line), "<!--"), "-->")
	for word := range strings.FieldsSeq(strings.TrimPrefix(strings.TrimSpace(s), "quiz:")) {
		name, v, _ := strings.Cut(word, "=")
		switch {
		case name == "id" && validID(v):
			m.id = v
		case name == "difficulty" && difficultyNamed(v) != "":
			m.difficulty = difficultyNamed(v)
		case name == "lang" && langOf(v) != "":
			m.lang = langOf(v)
		case word == "term":
			m.term = true
		case word == "no-topic":
			m.loose = true
		case word == "skip":
			m.skip = true
		case word == "question":
		default:
			ok = false
		}
	}
	return m, ok
}

// card reads the card whose heading is the first of lines, at index in the document.
func (r *documentReader) card(at int, card []string) {
	title, body := headingText(card[0]), card[1:]
	m := documentMark{term: !asks(title)}
	if len(body) > 0 && isQuiz(body[0]) && strings.TrimSpace(body[0]) != endMark {
		var ok bool
		if m, ok = readDocumentMark(body[0]); !ok {
			r.warn(BadMark, at+2, title)
		}
		body = body[1:]
	}
	if m.skip {
		return
	}
	t := Text{Prompt: title, Term: m.term, File: r.file, Line: at + 1}
	r.parts(&t, body)
	t.Lang = cmp.Or(m.lang, langOf(r.front.Lang), cardLang(t.Prompt+t.Answer, r.main))
	t.Topics = withoutBlank(r.front.Topics)
	if !m.loose {
		for _, h := range r.under {
			t.Topics = append(t.Topics, withoutBlank([]string{h.text})...)
		}
	}
	if title == "" || promptKey(t.Prompt) == "" || len(title) > maxPrompt || len(t.Prompt) > maxWholePrompt || len(t.Answer) > maxAnswer {
		r.warn(BadRow, at+1, "")
		return
	}
	q := Question{ID: m.id, Difficulty: cmp.Or(m.difficulty, difficultyNamed(string(r.front.Difficulty))), Texts: []Text{t}}
	if q.ID != "" && q.ID == r.last.ID && !hasLang(r.last.Texts, t.Lang) {
		r.last.Texts = append(r.last.Texts, t)
		return
	}
	r.flush()
	r.last = q
}

// flush takes in the question whose cards were read.
func (r *documentReader) flush() {
	if len(r.last.Texts) > 0 {
		r.question(r.last)
	}
	r.last = Question{}
}

// parts reads what stands below the mark.
func (r *documentReader) parts(t *Text, body []string) {
	answerAt, teamAt := -1, len(body)
	eachLine(body, func(i, level int) {
		switch name := headingText(body[i]); {
		case level != r.level+1 || teamAt < len(body):
		case answerAt < 0 && isAnswerName(name):
			answerAt = i
		case isTeamName(name):
			teamAt = i
		}
	})
	front, back := []string(nil), body[:teamAt]
	if answerAt >= 0 {
		front, back = body[:answerAt], body[answerAt+1:teamAt]
	} else if front, back = cutTasks(trimBlank(back)); len(front) == 0 {
		front = nil
	}
	rest, options := cutFrontPart(front)
	if rest != "" {
		t.Prompt += "\n\n" + rest
	}
	for i, o := range options {
		right, text, _ := cutTask(o)
		if right {
			t.Right = append(t.Right, i)
		}
		t.Options = append(t.Options, text)
	}
	b := cutBack(back)
	t.Answer, t.FollowUps, t.Source = b.answer, b.followUps, b.source
}

func trimBlank(lines []string) []string {
	blank := func(s string) bool { return strings.TrimSpace(s) == "" }
	for len(lines) > 0 && blank(lines[0]) {
		lines = lines[1:]
	}
	for len(lines) > 0 && blank(lines[len(lines)-1]) {
		lines = lines[:len(lines)-1]
	}
	return lines
}

func joined(lines []string) string { return strings.Join(trimBlank(lines), "\n") }

// cutFrontPart parts what stands above the answer into the further lines of the prompt and the options, which are the
// task list that it ends with.
func cutFrontPart(lines []string) (rest string, options []string) {
	lines = trimBlank(lines)
	if at := lastIndex(lines, endMark); at >= 0 {
		tasks, behind := cutTasks(trimBlank(lines[at+1:]))
		return joinBlocks(joined(lines[:at]), joined(behind)), itemsOf(tasks)
	}
	for i := 0; i < len(lines); i++ {
		tasks, behind := cutTasks(lines[i:])
		if len(tasks) > 0 && len(behind) == 0 {
			return joined(lines[:i]), itemsOf(tasks)
		}
		i += max(0, len(tasks)-1)
	}
	return joined(lines), nil
}

func isTaskLine(line string) bool {
	s, ok := strings.CutPrefix(line, "- ")
	return ok && isTask(s)
}

func beginsWithTask(text string) bool { return isTaskLine(text) }

// cutTasks cuts the task list that lines begin with.
func cutTasks(lines []string) (tasks, behind []string) {
	return cutList(lines, isTaskLine)
}

// cutList cuts the list that lines begin with: lines that begin items, and what stands blank or indented below them.
func cutList(lines []string, begins func(string) bool) (list, behind []string) {
	end := 0
	for i, l := range lines {
		switch {
		case begins(l), i > 0 && strings.HasPrefix(l, "  ") && strings.TrimSpace(l) != "":
			end = i + 1
		case i > 0 && l == "":
		default:
			return lines[:end], trimBlank(lines[end:])
		}
	}
	return lines[:end], trimBlank(lines[end:])
}

// itemsOf are the items of a list that cutList cut.
func itemsOf(list []string) []string {
	var items []string
	for _, l := range list {
		if s, ok := strings.CutPrefix(l, "- "); ok {
			items = append(items, s)
		} else if len(items) > 0 {
			items[len(items)-1] += "\n" + strings.TrimPrefix(l, "  ")
		}
	}
	for i := range items {
		items[i] = settledItem(items[i])
	}
	return slices.DeleteFunc(items, func(s string) bool { return s == "" })
}

// back is what stands from the answer on.
type back struct {
	answer    string
	followUps []string
	source    string
}

// cutBack parts it: at its end may stand a source, and above that follow-ups.
func cutBack(lines []string) back {
	if at := lastIndex(lines, endMark); at >= 0 {
		b := cutTail(trimBlank(lines[at+1:]))
		b.answer = joinBlocks(joined(lines[:at]), b.answer)
		return b
	}
	return cutTail(trimBlank(lines))
}

func cutTail(lines []string) back {
	var b back
	if last := len(lines) - 1; last >= 0 {
		for _, names := range partsIn {
			if url, ok := strings.CutPrefix(lines[last], names.source+" "); ok && url != "" && !strings.ContainsAny(url, " \t<>") {
				b.source, lines = url, trimBlank(lines[:last])
				break
			}
		}
	}
	for i := len(lines) - 1; i >= 0; i-- {
		if lines[i] != partsIn[English].followUps && lines[i] != partsIn[Korean].followUps {
			continue
		}
		list, behind := cutList(trimBlank(lines[i+1:]), func(l string) bool { return strings.HasPrefix(l, "- ") })
		if len(list) > 0 && len(behind) == 0 {
			b.followUps, lines = itemsOf(list), lines[:i]
		}
		break
	}
	b.answer = joined(lines)
	return b
}

func lastIndex(lines []string, s string) int {
	for i := len(lines) - 1; i >= 0; i-- {
		if lines[i] == s {
			return i
		}
	}
	return -1
}
