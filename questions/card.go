package questions

import (
	"slices"
	"strings"
)

// body is what stands below a card's prompt, taken apart.
type body struct {
	stem      []line // further lines of the question
	options   []option
	answer    []line
	followUps []string
	source    string
	labelled  bool   // a label stood before the answer
	letters   bool   // the options have letters, and nothing says which is right: perhaps they are the answer
	plain     []line // the answer before the options were taken off it
}

// bodies takes all drafts apart. What one of them alone leaves open, whether lettered lines are options or a word with a
// colon the answer's label, the others tell: an author does it one way.
func (n *note) bodies(drafts []draft) []body {
	all := make([]body, len(drafts))
	labelled, choices, full := 0, 0, 0
	for i, d := range drafts {
		all[i] = n.bodyOf(d)
		if b := all[i]; len(b.answer) > 0 || len(b.options) > 0 {
			full++
			if b.labelled {
				labelled++
			}
			if len(b.options) > 0 {
				choices++
			}
		}
	}
	for i := range all {
		b := &all[i]
		if b.letters && choices*2 < full {
			b.answer, b.stem, b.options = b.plain, nil, nil
		}
		if b.options == nil && !b.labelled && labelled*2 >= full {
			b.splitAtLabel(func(l line) bool { return l.opens && !l.item })
		}
	}
	return all
}

// bodyOf takes d apart as far as it shows by itself.
func (n *note) bodyOf(d draft) body {
	var b body
	lines := trimLines(n.lines[d.line+1 : d.end])
	if len(lines) == 0 {
		return b
	}
	if url, ok := sourceOf(lines[len(lines)-1]); ok {
		b.source = url
		lines = trimLines(lines[:len(lines)-1])
	}
	b.answer, b.followUps = cutFollowUps(lines)
	b.answer = trimLines(b.answer)
	if b.takeOptions() {
		return b
	}
	if b.answer, b.labelled = cutAnswerHeads(b.answer); b.labelled {
		return b
	}
	b.splitAtLabel(func(l line) bool { return l.titles() })
	return b
}

// splitAtLabel makes the lines above the first answer label that fits part of the question.
func (b *body) splitAtLabel(fits func(line) bool) {
	for i, l := range b.answer {
		if (l.titles() || l.kind == prose) && fits(l) && (isAnswerLabel(l) || l.isReveal()) {
			rest, ok := cutAnswerHeads(b.answer[i:])
			if ok {
				b.stem, b.answer, b.labelled = trimLines(b.answer[:i]), rest, true
			}
			return
		}
	}
}

// isAnswerLabel says whether l begins with the label of an answer.
func isAnswerLabel(l line) bool {
	if len(l.text) > maxPrompt {
		return false
	}
	_, ok := cutAnswerLabel(l.text)
	return ok
}

// says says whether a line of the answer has any content.
func (b body) says() bool { return slices.ContainsFunc(b.answer, func(l line) bool { return l.says }) }

// prompt is the whole question for a card whose first line is first.
func (b body) prompt(first string) string {
	if len(b.stem) == 0 {
		return first
	}
	return first + "\n\n" + strings.Join(dedent(b.stem), "\n")
}

// text is the reference answer: of several options the right ones, and what explains them.
func (b body) text() string {
	explained := ""
	if b.says() {
		explained = strings.Join(dedent(b.answer), "\n")
	}
	head := rightText(b.options)
	switch {
	case head == "" || strings.HasPrefix(words(explained), words(head)):
		return explained
	case explained == "":
		return head
	}
	return head + "\n\n" + explained
}
