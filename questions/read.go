package questions

import (
	"strings"
	"unicode"
)

// cutCard is a card as one file has it, before it meets the cards of other files.
type cutCard struct {
	id   string // explicit, empty if the author gave none
	text Text
}

// read finds the cards of one note. It never fails: what cannot be understood is left out or warned of.
func read(file, src string) ([]cutCard, []Warning) {
	src = strings.TrimPrefix(src, "\ufeff")
	src = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(src)
	lines := strings.Split(src, "\n")
	var warnings []Warning
	f, err := cutFront(lines)
	if err != nil {
		warnings = append(warnings, Warning{Code: BadFrontMatter, File: file, Line: 1})
	}
	n := newNote(lines)
	for _, i := range n.badMarks {
		warnings = append(warnings, Warning{Code: BadMark, File: file, Line: i + 1})
	}
	own := f.lang
	if own == "" {
		own = mainLang(src)
	}
	var cards []cutCard
	for _, d := range bestDrafts(n) {
		c := n.card(d, f, own)
		c.text.File = file
		cards = append(cards, c)
		if d.doubtful || c.text.Term && len(c.text.Answer) > longTerm {
			warnings = append(warnings, Warning{Code: Doubtful, File: file, Line: c.text.Line, Prompt: c.text.Prompt})
		}
	}
	if len(cards) == 0 {
		warnings = append(warnings, Warning{Code: NothingAsked, File: file})
	}
	return cards, warnings
}

// longTerm is the size in bytes from which on what stands below a bare term is rather a text than an answer.
const longTerm = 6 << 10

// card writes d out. own is the note's language, for cards too short to show theirs.
func (n *note) card(d draft, f front, own Lang) cutCard {
	l := n.lines[d.line]
	a := n.answerOf(d)
	if _, url := withoutLinks(l.text); a.source == "" {
		a.source = url
	}
	term := !l.asks && (!d.doubtful || l.kind == heading || l.item) // A doubtful plain line is a question cut short.
	t := Text{Prompt: l.prompt, Term: term, Answer: a.text, Source: a.source, Line: d.line + 1, Lang: f.lang}
	if t.Lang == "" {
		t.Lang = cardLang(l.prompt+a.text, own)
	}
	t.Topics = append(append(t.Topics, f.topics...), d.topics...)
	return cutCard{id: l.id, text: t}
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
