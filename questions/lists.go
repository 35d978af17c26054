package questions

import (
	"cmp"
	"strings"
)

// value is a piece of JSON or YAML: a text, a list or a mapping in the order of the file.
type value struct {
	line int
	kind valueKind
	text string
	list []value // of a mapping the values of its keys
	keys []string
}

type valueKind uint8

const (
	isNothing valueKind = iota
	isText              // also of a number, and of true and false
	isList
	isMapping
)

// maxDepth is how deep lists and mappings may stand in each other. A list of questions has four levels or so.
const maxDepth = 20

func (v value) at(name string) (value, bool) {
	for i, k := range v.keys {
		if k == name {
			return v.list[i], true
		}
	}
	return value{}, false
}

// wrappers are keys under which people put a list of questions.
var wrappers = []string{"questions", "cards", "items", "quiz", "data", "질문", "문제"}

// list takes in what v holds of questions: a list, a list below a known key, one object, or a mapping of questions to
// answers. ok is false where it is none of these, as it is in configuration.
func (a *adder) list(v value) (ok bool) {
	switch v.kind {
	case isList:
		for _, item := range v.list {
			if a.item(item) {
				ok = true
			}
		}
		return ok
	case isMapping:
		if a.item(v) {
			return true
		}
		for _, name := range wrappers {
			if inner, there := v.at(name); there && inner.kind != isText && inner.kind != isNothing {
				return a.list(inner)
			}
		}
		return a.pairs(v)
	}
	return false
}

// item takes in one object or one bare question.
func (a *adder) item(v value) (ok bool) {
	switch {
	case v.kind == isText && asks(v.text):
		a.record(record{file: a.file, line: v.line, values: map[key][]string{keyQuestion: {v.text}}})
		return true
	case v.kind != isMapping:
		return false
	}
	if q, is := a.whole(v); is {
		a.question(q)
		return true
	}
	r := record{file: a.file, line: v.line, values: map[key][]string{}}
	for i, name := range v.keys {
		if k := keyOf(name); k != keyNone {
			r.values[k] = append(r.values[k], v.list[i].texts()...)
			if v.list[i].kind == isList {
				r.values[k] = append(r.values[k], "") // so that a list of one is not taken for a text and cut up
			}
		}
	}
	if r.text(keyQuestion) == "" {
		return false
	}
	a.record(r)
	return true
}

// texts are the texts of a list, or the one of a text.
func (v value) texts() []string {
	switch v.kind {
	case isText:
		return []string{v.text}
	case isList:
		var all []string
		for _, item := range v.list {
			if item.kind == isText {
				all = append(all, item.text)
			}
		}
		return all
	}
	return nil
}

// pairs takes in a mapping of questions to answers. Configuration is a mapping too, but its keys ask nothing.
func (a *adder) pairs(v value) bool {
	asked := 0
	for i, name := range v.keys {
		if v.list[i].kind != isText && v.list[i].kind != isNothing {
			return false
		}
		if asks(name) {
			asked++
		}
	}
	if asked == 0 || asked*2 < len(v.keys) {
		return false
	}
	for i, name := range v.keys {
		r := record{file: a.file, line: v.list[i].line, values: map[key][]string{keyQuestion: {name}, keyAnswer: v.list[i].texts()}}
		a.record(r)
	}
	return true
}

// whole reads a question as the bank itself writes it. Everything in it is taken as it stands.
func (a *adder) whole(v value) (q Question, ok bool) {
	texts, there := v.at("texts")
	if !there || texts.kind != isList {
		return q, false
	}
	id, _ := v.at("id")
	difficulty, _ := v.at("difficulty")
	q = Question{ID: id.text, Difficulty: difficultyOf(difficulty.text)}
	bad := difficulty.text != "" && q.Difficulty == ""
	if !validID(q.ID) {
		q.ID, bad = "", true
	}
	for _, t := range texts.list {
		text, sound := wholeText(t)
		if text.File == "" {
			text.File, text.Line = a.file, v.line
		}
		if text.Prompt == "" || hasLang(q.Texts, text.Lang) {
			bad = true
			continue
		}
		bad = bad || !sound
		q.Texts = append(q.Texts, text)
	}
	if len(q.Texts) == 0 {
		return q, false
	}
	if bad {
		a.warn(BadValue, v.line, q.Texts[0].Prompt)
	}
	return q, true
}

func hasLang(texts []Text, lang Lang) bool {
	for _, t := range texts {
		if t.Lang == lang {
			return true
		}
	}
	return false
}

// wholeText reads one text; sound is false where a value of it cannot be used. Its prompt is empty if it has none that
// can be asked.
func wholeText(v value) (t Text, sound bool) {
	field := func(name string) string {
		f, _ := v.at(name)
		return strings.ReplaceAll(plainEnds(f.text), "\x00", "")
	}
	items := func(name string) []string {
		f, _ := v.at(name)
		return f.texts()
	}
	t = Text{
		Lang: langOf(field("lang")), Prompt: field("prompt"), Options: items("options"), Term: field("term") == "true",
		Topics: items("topics"), Answer: field("answer"), FollowUps: items("followUps"), Source: field("source"),
		Credit: field("credit"), File: field("file"),
	}
	sound = t.Lang != ""
	if t.Lang == "" {
		t.Lang = cmp.Or(guessLang(t.Prompt, t.Answer), English)
	}
	t.Line = number(field("line"))
	for _, s := range items("right") {
		i := number(s)
		if s == "0" || i > 0 && i < len(t.Options) {
			t.Right = append(t.Right, i)
			continue
		}
		sound = false
	}
	if !ascending(t.Right) || len(t.Right) > 0 && len(t.Options) == 0 {
		t.Right, sound = nil, false
	}
	if !t.askable() {
		t.Prompt = ""
	}
	return t, sound
}

// number reads a count of at most nine digits; it is 0 for anything else.
func number(s string) int {
	if len(s) > 9 {
		return 0
	}
	n := 0
	for _, r := range s {
		if r < '0' || r > '9' {
			return 0
		}
		n = 10*n + int(r-'0')
	}
	return n
}

func ascending(list []int) bool {
	for i := 1; i < len(list); i++ {
		if list[i] <= list[i-1] {
			return false
		}
	}
	return true
}
