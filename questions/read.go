package questions

import (
	"slices"
	"strings"
	"sync"
)

// cutCard is a card as one file has it, before it meets the cards of other files.
type cutCard struct {
	id         string // explicit, empty if the author gave none
	difficulty Difficulty
	text       Text
}

// read finds the cards of one note. It never fails: what cannot be understood is left out or warned of.
func read(file, src string) ([]cutCard, []Warning, Reading) {
	src = plainEnds(strings.TrimPrefix(src, byteOrderMark))
	lines := strings.Split(src, "\n")
	r := reader{file: file, how: Reading{File: file, Habit: ByMarks, Sure: 100}}
	f, err := cutFront(lines)
	if err != nil {
		r.warn(BadFrontMatter, 1, "")
	}
	n := newNote(lines)
	if n.skipped {
		r.warn(Skipped, 0, "")
		return nil, r.warnings, r.how
	}
	f.own = sync.OnceValue(func() Lang { return mainLang(src) }) // Few notes ask for it.
	r.take(n, &f)
	for _, i := range n.badMarks {
		r.warn(BadMark, int(n.lines[i].num), "")
	}
	r.reportCaps(n)
	if len(r.cards) == 0 {
		r.warn(NothingAsked, 0, "")
	}
	return r.cards, r.warnings, r.how
}

// reader collects what one file gives.
type reader struct {
	file     string
	cards    []cutCard
	warnings []Warning
	how      Reading
}

func (r *reader) warn(code Code, line int, prompt string) {
	r.warnings = append(r.warnings, Warning{Code: code, File: r.file, Line: line, Prompt: prompt})
}

// take adds the cards of n.
func (r *reader) take(n *note, f *front) {
	c := choose(n)
	drafts := c.drafts
	r.how.Habit, r.how.Level, r.how.Sure = c.how, c.level, c.sure
	r.cards = make([]cutCard, 0, len(drafts))
	bodies := n.bodies(drafts)
	for i := range bodies {
		d := &drafts[i]
		c := n.card(d, &bodies[i], f)
		c.text.File = r.file
		r.cards = append(r.cards, c)
		if d.doubtful && !bodies[i].labelled || c.text.Term && len(c.text.Answer) > longTerm {
			r.warn(Doubtful, c.text.Line, c.text.Prompt)
		}
	}
	if n.marked {
		n.reportUnused(drafts)
	}
}

// reportCaps says where the note goes beyond what is read of one: once each, since where one line does many do.
func (r *reader) reportCaps(n *note) {
	deep, long := false, false
	for i := range n.lines {
		l := &n.lines[i]
		if l.deep && !deep {
			deep = true
			r.warn(TooDeep, int(l.num), "")
		}
		if !long && len(l.text) > maxPrompt && l.opens && l.kind != code && strings.HasSuffix(l.text, "?") {
			long = true
			r.warn(TooLong, int(l.num), "")
		}
	}
}

// reportUnused finds the marks that say how hard a line is that has become no card.
func (n *note) reportUnused(drafts []draft) {
	for i := range n.lines {
		m := n.lines[i].mark
		if m == nil || m.difficulty == "" {
			continue
		}
		_, isCard := slices.BinarySearchFunc(drafts, i, func(d draft, i int) int { return d.line - i })
		if !isCard {
			n.badMarks = append(n.badMarks, i)
		}
	}
}

// longTerm is the size in bytes from which on what stands below a bare term is rather a text than an answer.
const longTerm = 6 << 10

// card writes d out, whose parts are b.
func (n *note) card(d *draft, b *body, f *front) cutCard {
	l := &n.lines[d.line]
	var marked quizMark
	if l.mark != nil {
		marked = *l.mark
	}
	t := Text{Prompt: b.prompt(l.prompt), Answer: b.text(), FollowUps: b.followUps, Source: b.source, Line: int(l.num), Lang: f.lang}
	if _, url := withoutLinks(l.text); t.Source == "" {
		t.Source = url
	}
	if t.Source == "" && t.Answer == "" {
		t.Source = firstURL(b.answer)
	}
	for i, o := range b.options {
		t.Options = append(t.Options, o.text)
		if o.right {
			t.Right = append(t.Right, i)
		}
	}
	// A doubtful plain line is a question cut short.
	t.Term = !l.asks && !marked.question && len(b.options) == 0 && len(b.stem) == 0 && (!d.doubtful || l.kind == heading || l.item)
	if marked.lang != "" {
		t.Lang = marked.lang
	}
	if t.Lang == "" {
		t.Lang = guessLang(t.Prompt, t.Answer)
	}
	if t.Lang == "" {
		t.Lang = f.own()
	}
	t.Topics = append(append(t.Topics, f.topics...), d.topics...)
	c := cutCard{id: marked.id, difficulty: marked.difficulty, text: t}
	if c.difficulty == "" {
		c.difficulty = f.difficulty
	}
	return c
}
