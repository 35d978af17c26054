package questions

import (
	"cmp"
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
	all := strings.Split(src, "\n")
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
			r.under = append(r.under, topicHeading{level, titleOf(body[i])})
		default:
			end(i)
			card = i
		}
	})
	end(len(body))
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

// card reads the card whose heading is the first of lines, at index in the document.
func (r *documentReader) card(at int, card []string) {
	title, body := titleOf(card[0]), card[1:]
	m := quizMark{term: !asks(title)}
	if len(body) > 0 && isQuiz(body[0]) && strings.TrimSpace(body[0]) != endMark {
		var ok bool
		if m, ok = parseMark(strings.TrimSpace(body[0])); !ok {
			r.warn(BadMark, at+2, title)
		}
		body = body[1:]
	}
	if m.skip {
		return
	}
	t := Text{Prompt: title, Term: m.term, File: r.file, Line: at + 1}
	r.parts(&t, body)
	t.Lang = cmp.Or(m.lang, langOf(r.front.Lang), guessLang(t.Prompt, t.Answer), r.main)
	t.Topics = withoutBlank(r.front.Topics)
	if !m.noTopic {
		for _, h := range r.under {
			t.Topics = append(t.Topics, withoutBlank([]string{h.text})...)
		}
	}
	if !t.askable() {
		r.warn(BadRow, at+1, "")
		return
	}
	q := Question{ID: m.id, Difficulty: cmp.Or(m.difficulty, difficultyOf(string(r.front.Difficulty))), Texts: []Text{t}}
	r.question(q)
}

// parts reads what stands below the mark.
func (r *documentReader) parts(t *Text, body []string) {
	answerAt, teamAt := -1, len(body)
	eachLine(body, func(i, level int) {
		switch name := titleOf(body[i]); {
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
