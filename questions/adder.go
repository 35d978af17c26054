package questions

import (
	"fmt"
	"strings"
	"unicode"
)

// adder takes in what one file that is no note holds, and warns of what it cannot.
type adder struct {
	bank *bank
	file string
	main Lang // the file's language, for questions too short to show theirs
	// found counts the questions that were taken in, and bytes their texts.
	found, bytes int
	// refusal is why the file as a whole is no list of questions, and where that shows.
	refusal Code
	at      int
	why     error  // the refusal in the words of who found it, if there is more to say than its code
	limit   string // what a file that is too large may have
}

// maxBytes is the most text of one file's questions. A file that is small can still unfold to more.
const maxBytes = 64 << 20

func (a *adder) warn(code Code, line int, prompt string) {
	a.bank.warn(Warning{Code: code, File: a.file, Line: line, Prompt: prompt})
}

// refuse says why the file as a whole is not read.
func (a *adder) refuse(code Code, line int) { a.refusal, a.at = code, line }

func (a *adder) tooLarge(k fileKind) {
	a.refuse(TooLarge, 0)
	a.limit = shownSize(k.limit())
	a.why = fmt.Errorf("too large: the most is %s", a.limit)
}

// record takes r in as a question, or says that its row is lost.
func (a *adder) record(r record) {
	q, bad, ok := r.question(a.main)
	if !ok {
		if !r.blank() {
			a.warn(BadRow, r.line, "")
		}
		return
	}
	if bad {
		a.warn(BadValue, r.line, q.Texts[0].Prompt)
	}
	a.question(q)
}

// question takes q in.
func (a *adder) question(q Question) {
	for _, t := range q.Texts {
		a.bytes += len(t.Prompt) + len(t.Answer)
	}
	if a.bytes > maxBytes {
		return
	}
	a.bank.addWhole(q)
	a.found++
}

// end says what is to be said when the whole file was read.
func (a *adder) end() {
	switch {
	case a.bytes > maxBytes:
		a.refuse(Unsafe, 0)
	case a.found == 0 && a.refusal == "":
		a.warn(NothingAsked, 0, "")
	}
}

// blank says whether there is nothing in r that could be lost.
func (r record) blank() bool {
	for _, values := range r.values {
		for _, v := range values {
			if strings.TrimSpace(v) != "" {
				return false
			}
		}
	}
	return true
}

func hasLetter(s string) bool { return strings.ContainsFunc(s, unicode.IsLetter) }

// addWhole takes a question in that came with its ID and all its languages, as the bank's own formats have it. Without
// an ID it gets one from its prompt.
func (b *bank) addWhole(q Question) {
	for _, t := range q.Texts {
		before := len(b.questions)
		b.add(cutCard{id: q.ID, difficulty: q.Difficulty, text: t})
		if q.ID == "" && len(b.questions) > before {
			q.ID = b.questions[before].ID // its other languages join it
		}
	}
}
