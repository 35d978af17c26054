package questions

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// option is one of those that a multiple choice question offers.
type option struct {
	text   string
	letter string // as the author wrote it, empty where there is none
	right  bool
}

// maxOptions is the most options a question may have: as many as there are letters to name them by.
const maxOptions = 26

// alphabets are what options are named by. Numbers are not among them: they count steps too, so that more must speak
// for them.
var alphabets = []string{
	"abcdefghijklmnopqrstuvwxyz", "①②③④⑤⑥⑦⑧⑨⑩", "가나다라마바사아자차", "ㄱㄴㄷㄹㅁㅂㅅㅇㅈㅊ", "アイウエオカキクケコ", "абвгдежзик", "甲乙丙丁戊己",
}

const (
	circled  = 1  // the index of that alphabet
	numbered = -1 // the alphabet of numbered options
	ticked   = -2 // the alphabet of task lists, which has no letters
)

// optionMark is how a line begins as an option.
type optionMark struct {
	alphabet int
	order    int // 0 for the first
	letter   string
	rest     string // the text behind the mark
	tick     bool
}

// optionOf reads the mark of an option at the beginning of l.
func optionOf(l *line) (optionMark, bool) {
	if l.kind != prose || l.text == "" || len(l.text) > maxPrompt {
		return optionMark{}, false
	}
	s := l.text
	if rest, tick, ok := cutTick(s); ok && l.item {
		m, lettered := letterMark(rest)
		if lettered {
			rest = m.rest
		}
		return optionMark{alphabet: ticked, rest: rest, tick: tick}, true
	}
	if m, ok := letterMark(s); ok {
		return m, true
	}
	if l.item {
		raw := strings.TrimLeft(l.raw, " \t>")
		digits := 0
		for digits < len(raw) && digits < 2 && isDigit(raw[digits]) {
			digits++
		}
		if number := raw[:digits]; digits > 0 {
			order := int(number[0] - '1')
			if digits == 2 {
				order = int(number[0]-'0')*10 + int(number[1]-'1')
			}
			return optionMark{alphabet: numbered, order: order, letter: number, rest: s}, order >= 0
		}
	}
	return optionMark{}, false
}

// cutTask takes the mark of a task list, "[ ]" or "[x]", off s.
func cutTask(s string) (ticked bool, rest string, ok bool) {
	if len(s) < 3 || s[0] != '[' || s[2] != ']' || !strings.ContainsRune(" xX", rune(s[1])) {
		return false, s, false
	}
	return s[1] != ' ', strings.TrimSpace(s[3:]), true
}

// cutTick is cutTask where white space follows, as it does in Markdown.
func cutTick(s string) (rest string, tick, ok bool) {
	if len(s) < 4 || s[3] != ' ' && s[3] != '\t' {
		return s, false, false
	}
	tick, rest, ok = cutTask(s)
	return rest, tick, ok
}

var optionOpeners, optionClosers = byteSet("*_([`"), byteSet("*_`]")

// isOptionMark says whether r may stand behind the letter of an option.
func isOptionMark(r rune) bool {
	switch r {
	case '.', ')', ':', '：', '）', '、':
		return true
	}
	return false
}

// letterMark reads "A:", "b)", "(C)", "**D.**", "①".
func letterMark(s string) (optionMark, bool) {
	bare := trimLeftBytes(s, &optionOpeners)
	r, size := utf8.DecodeRuneInString(bare)
	rest := bare[size:]
	if r >= '①' && r <= '⑩' {
		m := optionMark{alphabet: circled, order: int(r - '①'), letter: bare[:size], rest: strings.TrimSpace(rest)}
		return m, m.rest != ""
	}
	rest = trimLeftBytes(rest, &optionClosers)
	mark, markSize := utf8.DecodeRuneInString(rest)
	if !isOptionMark(mark) {
		return optionMark{}, false
	}
	alphabet, order := letterIn(r)
	if order < 0 {
		return optionMark{}, false
	}
	m := optionMark{alphabet: alphabet, order: order, letter: bare[:size]}
	after := rest[markSize:]
	if mark == '.' && after != "" && !strings.ContainsAny(after[:1], " \t*_`") {
		return optionMark{}, false // A name such as "a.go".
	}
	// Emphasis that the letter stands in goes with it; emphasis of the option itself stays.
	if lead := s[:len(s)-len(bare)]; strings.ContainsAny(lead, "*_") {
		if closing := strings.TrimLeft(after, " "); strings.HasPrefix(closing, lead) {
			after = closing[len(lead):]
		} else {
			after = lead + strings.TrimSpace(after)
		}
	}
	m.rest = strings.TrimSpace(after)
	return m, true
}

// letterIn finds r in an alphabet; order is -1 where it is in none.
func letterIn(r rune) (alphabet, order int) {
	if r < utf8.RuneSelf {
		if c := r | 0x20; c >= 'a' && c <= 'z' {
			return 0, int(c - 'a')
		}
		return 0, -1
	}
	if at, ok := letterPlaces()[unicode.ToLower(r)]; ok {
		return at[0], at[1]
	}
	return 0, -1
}

// letterPlaces says of each letter beyond ASCII in which alphabet it is, and where.
var letterPlaces = sync.OnceValue(func() map[rune][2]int {
	places := make(map[rune][2]int)
	for i, letters := range alphabets {
		for order, r := range []rune(letters) {
			places[r] = [2]int{i, order}
		}
	}
	return places
})

// takeOptions takes the options of a multiple choice question and what says which is right off the answer. It is false
// where there are none. Options with letters of which nothing says which is right are taken for the time being.
func (b *body) takeOptions() bool {
	from, to, found := findOptions(b.answer)
	if len(found) < 2 || len(found) > maxOptions {
		return false
	}
	alphabet := found[0].alphabet
	options := make([]option, len(found))
	for i, f := range found {
		end := to
		if i+1 < len(found) {
			end = found[i+1].line
		}
		options[i] = makeOption(b.answer[f.line:end], f.optionMark)
	}
	rest := trimLines(b.answer[to:])
	if mostlyAsk(options) { // A list of questions, with those ticked that somebody is done with.
		return false
	}
	marked := takeSigns(options, alphabet != numbered)
	told := false
	rest, labelled := cutAnswerHeads(rest)
	switch {
	case labelled && marked && len(rest) > 0 && equalWords(rest[0].text, rightText(options)):
		rest = trimLines(rest[1:]) // It repeats what the ticks say.
	case labelled:
		rest, told = takeVerdict(rest, options, alphabet)
	}
	if !marked && !told && (alphabet == numbered || !labelled && hasWordIn(rest) && alphabet != ticked) {
		return false
	}
	b.letters = !marked && !told && alphabet != ticked
	b.labelled = labelled
	b.plain = b.answer
	b.stem, b.options, b.answer = append(b.stem, trimLines(b.answer[:from])...), options, rest
	return true
}

func hasWordIn(lines []line) bool {
	for i := range lines {
		if lines[i].says {
			return true
		}
	}
	return false
}

func mostlyAsk(options []option) bool {
	asking := 0
	for _, o := range options {
		if asks(o.text) {
			asking++
		}
	}
	return asking*2 > len(options)
}

// foundOption is where an option begins.
type foundOption struct {
	optionMark
	line int
}

// findOptions finds the first run of options of lines: [from, to) holds them all. Headings and what has a label end it.
func findOptions(lines []line) (from, to int, found []foundOption) {
	for i := range lines {
		l := &lines[i]
		if l.kind == heading || l.kind == summary {
			break
		}
		m, ok := optionOf(l)
		if !ok {
			if len(found) == 0 && l.answers && l.opens {
				break
			}
			continue
		}
		switch last := len(found) - 1; {
		case last < 0 && (m.order == 0 || m.alphabet == ticked):
			found = append(found, foundOption{m, i})
		case last < 0:
		case m.alphabet == found[last].alphabet && l.depth == lines[found[last].line].depth && (m.alphabet == ticked || m.order == found[last].order+1):
			found = append(found, foundOption{m, i})
		case len(found) == 1 && (m.order == 0 || m.alphabet == ticked):
			found[0] = foundOption{m, i} // What began above was none.
		}
	}
	if len(found) < 2 {
		return 0, 0, nil
	}
	last := found[len(found)-1].line
	return found[0].line, optionEnd(lines, last), found
}

// optionEnd is the line behind the last option, which begins at line i.
func optionEnd(lines []line, i int) int {
	depth, item, end := lines[i].depth, lines[i].item, i+1
	for j := i + 1; j < len(lines); j++ {
		l := lines[j]
		switch {
		case l.blank:
			continue
		case l.kind == heading || l.kind == rule || l.kind == summary || l.item && l.depth <= depth || l.depth < depth:
			return end
		case !item && (l.opens || j > end):
			return end
		}
		end = j + 1
	}
	return end
}

func makeOption(lines []line, m optionMark) option {
	lines = trimLines(lines)
	text := m.rest
	if len(lines) > 1 {
		below := strings.TrimSpace(dedent(lines[1:]))
		text = strings.TrimSpace(text + "\n" + below)
	}
	o := option{text: text, letter: m.letter, right: m.tick}
	if m.alphabet == numbered {
		o.letter = ""
	}
	return o
}

// takeSigns finds the options that their author marked as right: with a tick, a sign, a word, or by emphasis that only
// some of them have, if that may count. It takes the signs off.
func takeSigns(options []option, emphasis bool) bool {
	bold, any := 0, false
	for i := range options {
		o := &options[i]
		if text, ok := cutRightSign(o.text); ok {
			o.text, o.right = text, true
		}
		any = any || o.right
		if isBold(o.text) {
			bold++
		}
	}
	if any || !emphasis || bold == 0 || bold*2 > len(options) {
		return any
	}
	for i := range options {
		if o := &options[i]; isBold(o.text) {
			o.text, o.right = unwrap(o.text), true
		}
	}
	return true
}

// cutRightSign takes a sign such as ✅ or "(correct)" off an option.
func cutRightSign(s string) (string, bool) {
	for _, sign := range []string{"✅", "✔️", "✔", "☑️", "☑", "✓"} {
		if rest, ok := strings.CutPrefix(s, sign); ok {
			return strings.TrimSpace(rest), true
		}
		if rest, ok := strings.CutSuffix(s, sign); ok {
			return strings.TrimSpace(rest), true
		}
	}
	at := strings.LastIndexAny(s, "(（")
	if at <= 0 {
		return s, false
	}
	if !cues().right.has(strings.Trim(s[at:], "()（） *_")) {
		return s, false
	}
	return strings.TrimSpace(s[:at]), true
}

// rightText is what the right ones of options say, each with its letter; empty where none is right.
func rightText(options []option) string {
	var texts, letters []string
	for _, o := range options {
		if !o.right {
			continue
		}
		texts = append(texts, o.text)
		if o.letter != "" {
			letters = append(letters, o.letter)
		}
	}
	text := strings.Join(texts, ", ")
	if strings.Contains(text, "\n") {
		text = strings.Join(texts, "\n\n")
		if len(letters) > 0 {
			return text + "\n\n(" + strings.Join(letters, ", ") + ")"
		}
		return text
	}
	if len(letters) > 0 {
		return text + " (" + strings.Join(letters, ", ") + ")"
	}
	return text
}

// Whole is the question as people see it: the prompt, and below it the options by letters, where it has any.
func (t Text) Whole() string {
	if len(t.Options) == 0 {
		return t.Prompt
	}
	var b strings.Builder
	b.WriteString(t.Prompt)
	b.WriteString("\n")
	for i, o := range t.Options {
		b.WriteString("\n- ")
		if i < maxOptions {
			b.WriteByte(byte('A' + i))
			b.WriteString(": ")
		}
		b.WriteString(strings.ReplaceAll(o, "\n", "\n  "))
	}
	return b.String()
}
