package questions

import (
	"strings"
	"unicode"
)

// cutCard is a card as one file has it, before it meets the cards of other files.
type cutCard struct {
	id         string // explicit, empty if the author gave none
	difficulty Difficulty
	text       Text
}

// read finds the cards of one note. It never fails: what cannot be understood is left out or warned of.
func read(file, src string) ([]cutCard, []Warning) {
	src = strings.TrimPrefix(src, "\ufeff")
	if strings.Contains(src, "\r") {
		src = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(src)
	}
	lines := strings.Split(src, "\n")
	r := reader{file: file}
	f, err := cutFront(lines)
	if err != nil {
		r.warn(BadFrontMatter, 1, "")
	}
	n := newNote(lines)
	if n.skipped {
		r.warn(Skipped, 0, "")
		return nil, r.warnings
	}
	if f.lang == "" {
		f.own = mainLang(src)
	}
	r.take(n, f)
	for _, i := range n.badMarks {
		r.warn(BadMark, n.lines[i].num, "")
	}
	if len(r.cards) == 0 {
		r.warn(NothingAsked, 0, "")
	}
	return r.cards, r.warnings
}

// reader collects what one file gives.
type reader struct {
	file     string
	cards    []cutCard
	warnings []Warning
}

func (r *reader) warn(code Code, line int, prompt string) {
	r.warnings = append(r.warnings, Warning{Code: code, File: r.file, Line: line, Prompt: prompt})
}

// take adds the cards of n.
func (r *reader) take(n *note, f front) {
	drafts := bestDrafts(n)
	used := make(map[int]bool, len(drafts))
	for i, b := range n.bodies(drafts) {
		d := drafts[i]
		used[d.line] = true
		c := n.card(d, b, f)
		c.text.File = r.file
		r.cards = append(r.cards, c)
		if d.doubtful || c.text.Term && len(c.text.Answer) > longTerm {
			r.warn(Doubtful, c.text.Line, c.text.Prompt)
		}
	}
	for i, l := range n.lines {
		if l.mark.difficulty != "" && !used[i] {
			n.badMarks = append(n.badMarks, i)
		}
	}
}

// longTerm is the size in bytes from which on what stands below a bare term is rather a text than an answer.
const longTerm = 6 << 10

// card writes d out, whose parts are b.
func (n *note) card(d draft, b body, f front) cutCard {
	l := n.lines[d.line]
	t := Text{Prompt: b.prompt(l.prompt), Answer: b.text(), FollowUps: b.followUps, Source: b.source, Line: l.num, Lang: f.lang}
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
	t.Term = !l.asks && !l.mark.question && len(b.options) == 0 && len(b.stem) == 0 && (!d.doubtful || l.kind == heading || l.item)
	if t.Lang == "" {
		t.Lang = cardLang(t.Prompt+t.Answer, f.own)
	}
	t.Topics = append(append(t.Topics, f.topics...), d.topics...)
	c := cutCard{id: l.mark.id, difficulty: l.mark.difficulty, text: t}
	if c.difficulty == "" {
		c.difficulty = f.difficulty
	}
	return c
}

// Korean notes are full of English words, English ones have at most a gloss in Korean: so a small share of Hangul,
// whose every letter is a syllable, already means Korean.
const koreanShare = 0.15

// enoughLetters is how many letters a card needs to show its language; "CORS" in a Korean note is a Korean card.
const enoughLetters = 16

// cardLang says what language text is in; one with few letters and none in Hangul is taken for own.
func cardLang(text string, own Lang) Lang {
	hangul, all := countLetters(text)
	if hangul == 0 && all < enoughLetters {
		return own
	}
	return langByShare(hangul, all)
}

func mainLang(src string) Lang { return langByShare(countLetters(src)) }

func langByShare(hangul, all int) Lang {
	if hangul > 0 && float64(hangul) >= koreanShare*float64(all) {
		return Korean
	}
	return English
}

func countLetters(s string) (hangul, all int) {
	for _, r := range s {
		if !unicode.IsLetter(r) {
			continue
		}
		all++
		if unicode.Is(unicode.Hangul, r) {
			hangul++
		}
	}
	return hangul, all
}
