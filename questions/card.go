package questions

import "strings"

// body is what stands below a card's prompt, taken apart.
type body struct {
	asked     string // the question, where the prompt's line is only its label
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
	for i := range drafts {
		all[i] = n.bodyOf(&drafts[i])
		if b := &all[i]; len(b.answer) > 0 || len(b.options) > 0 {
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
			b.splitAtLabel(func(l *line) bool { return l.opens && !l.item })
		}
	}
	return all
}

// bodyOf takes d apart as far as it shows by itself.
func (n *note) bodyOf(d *draft) body {
	var b body
	first := &n.lines[d.line]
	lines := trimLines(n.lines[d.line+1 : d.end])
	if first.rest != "" {
		lines = append([]line{{raw: first.rest, text: first.rest, num: first.num, opens: true, says: true}}, lines...)
	}
	if first.bare {
		b.asked, lines = cutParagraph(lines)
	} else if len(lines) > 1 && first.rest == "" && translates(first, &lines[0]) {
		b.stem, lines = lines[:1], trimLines(lines[1:])
	}
	if len(lines) == 0 {
		return b
	}
	if url, ok := sourceOf(&lines[len(lines)-1]); ok {
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
	b.splitAtLabel((*line).titles)
	return b
}

// cutParagraph takes the first paragraph off lines.
func cutParagraph(lines []line) (text string, rest []line) {
	end := 0
	for end < len(lines) && lines[end].kind == prose && !lines[end].blank && !lines[end].answers && (end == 0 || !lines[end].opens) {
		end++
	}
	if end == 0 || lines[0].item && len(lines) > 1 {
		return "", lines
	}
	return cleanPrompt(strings.TrimSpace(dedent(lines[:end])), true), trimLines(lines[end:])
}

// translates says whether next, the line below the question first, asks the same in another script.
func translates(first, next *line) bool {
	if !first.asks || !next.asks || next.item || next.kind != prose || next.num > first.num+2 {
		return false
	}
	return otherScript(first.prompt, next.text)
}

// otherScript says whether one of a and b is mostly in Hangul and the other is not.
func otherScript(a, b string) bool {
	hangul, all := countLetters(a)
	more, rest := countLetters(b)
	return hangul*2 > all != (more*2 > rest)
}

// splitAtLabel makes the lines above the first answer label that fits part of the question.
func (b *body) splitAtLabel(fits func(*line) bool) {
	for i := range b.answer {
		l := &b.answer[i]
		if (l.answers || l.isReveal()) && fits(l) {
			rest, ok := cutAnswerHeads(b.answer[i:])
			if ok {
				b.stem, b.answer, b.labelled = append(b.stem, trimLines(b.answer[:i])...), rest, true
			}
			return
		}
	}
}

// says says whether a line of the answer has any content.
func (b *body) says() bool { return hasWordIn(b.answer) }

// prompt is the whole question for a card whose first line is first.
func (b *body) prompt(first string) string {
	if b.asked != "" {
		first = b.asked
	}
	if len(b.stem) == 0 {
		return first
	}
	return first + "\n\n" + dedent(b.stem)
}

// text is the reference answer: of several options the right ones, and what explains them.
func (b *body) text() string {
	explained := ""
	if b.says() {
		explained = dedent(b.answer)
	}
	head := rightText(b.options)
	switch {
	case head == "" || strings.Contains(words(firstLine(explained)), words(head)) || strings.HasPrefix(words(explained), words(head)):
		return explained
	case explained == "":
		return head
	}
	return head + "\n\n" + explained
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}
