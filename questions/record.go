package questions

import (
	"cmp"
	"strings"
	"unicode"
)

// record is a question as a table or list of somebody else's has it: values under names of their choice.
type record struct {
	file   string
	line   int
	values map[key][]string // a list has several, a text one
	// own says that the bank wrote the record: its values are taken as they stand, without guessing.
	own bool
}

// key is what a name of a column or key means.
type key uint8

const (
	keyNone key = iota
	keyQuestion
	keyAnswer
	keyTopics
	keyDifficulty
	keyID
	keyOwnID // the bank's own column, whose values are IDs for certain
	keyLang
	keyOptions
	keyRight
	keyFollowUps
	keySource
	keyTerm
	keyTeam // the team's answers, which are written and never read
)

// keyNames is how people call keys, folded by keyOf.
var keyNames = map[string]key{
	"question": keyQuestion, "질문": keyQuestion, "문제": keyQuestion, "문항": keyQuestion, "prompt": keyQuestion, "front": keyQuestion,
	"앞": keyQuestion, "앞면": keyQuestion, "q": keyQuestion,
	"answer": keyAnswer, "답": keyAnswer, "답변": keyAnswer, "정답": keyAnswer, "해답": keyAnswer, "모범답안": keyAnswer, "back": keyAnswer,
	"뒤": keyAnswer, "뒷면": keyAnswer, "a": keyAnswer,
	"topics": keyTopics, "topic": keyTopics, "주제": keyTopics, "tags": keyTopics, "tag": keyTopics, "태그": keyTopics,
	"category": keyTopics, "categories": keyTopics, "분류": keyTopics, "카테고리": keyTopics,
	"difficulty": keyDifficulty, "level": keyDifficulty, "난이도": keyDifficulty,
	"id": keyID, "아이디": keyID, "questionid": keyOwnID, "quizid": keyOwnID,
	"lang": keyLang, "language": keyLang, "언어": keyLang,
	"options": keyOptions, "choices": keyOptions, "보기": keyOptions, "선택지": keyOptions, "선지": keyOptions,
	"right": keyRight, "correct": keyRight, "correctoption": keyRight, "correctoptions": keyRight, "정답번호": keyRight,
	"followups": keyFollowUps, "followup": keyFollowUps, "꼬리질문": keyFollowUps, "추가질문": keyFollowUps,
	"source": keySource, "출처": keySource, "link": keySource, "url": keySource, "reference": keySource,
	"term": keyTerm, "teamanswers": keyTeam, "팀답변": keyTeam,
}

// keyOf reads a name in any case, with or without spaces, dashes and underscores.
func keyOf(name string) key {
	if len(name) > 40 {
		return keyNone
	}
	folded := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '-' || r == '_' || r == '\ufeff' {
			return -1
		}
		return unicode.ToLower(r)
	}, name)
	for _, one := range []string{"option", "choice", "보기", "선택지"} { // a column for each
		if n, ok := strings.CutPrefix(folded, one); ok && len(n) == 1 {
			return keyOptions
		}
	}
	return keyNames[folded]
}

// The most bytes of a question's prompt and answer; more is no question that a chat can show.
const (
	maxWholePrompt = 64 << 10
	maxAnswer      = 256 << 10
	maxItems       = 100 // of options, follow-ups and topics
)

func (r record) text(k key) string {
	if len(r.values[k]) == 0 {
		return ""
	}
	return tidy(r.values[k][0])
}

// tidy is s with plain line ends and without what only surrounds it. Spaces that indent the first line stay: they may
// make it code.
func tidy(s string) string {
	s = strings.ToValidUTF8(strings.NewReplacer("\x00", "", "\x1f", "").Replace(plainEnds(s)), "\uFFFD") // \x1f parts fields in Anki
	return strings.TrimRightFunc(joined(strings.Split(s, "\n")), unicode.IsSpace)
}

// question reads the record; ok is false where it is none. bad holds that a value was left out since it says nothing
// usable.
func (r record) question(main Lang) (q Question, bad, ok bool) {
	t := Text{Prompt: strings.TrimSpace(r.text(keyQuestion)), Answer: r.text(keyAnswer), Source: r.text(keySource), File: r.file, Line: r.line}
	if !r.own {
		if cleaned := cleanPrompt(t.Prompt, true); cleaned != "" && !strings.Contains(t.Prompt, "\n") {
			t.Prompt = cleaned
		}
	}
	t.Topics = r.topics()
	t.FollowUps = r.list(keyFollowUps, "\n")
	badRight := r.choices(&t)
	if !t.askable() {
		return q, false, false
	}
	t.Lang = langOf(r.text(keyLang))
	badLang := t.Lang == "" && r.text(keyLang) != ""
	t.Lang = cmp.Or(t.Lang, guessLang(t.Prompt, t.Answer), main)
	switch said := strings.ToLower(r.text(keyTerm)); {
	case r.own, said != "":
		t.Term = said == "true" || said == "yes" || said == "1"
	default:
		t.Term = !strings.Contains(t.Prompt, "\n") && !asks(t.Prompt)
	}
	q = Question{ID: r.id(), Difficulty: difficultyOf(r.text(keyDifficulty)), Texts: []Text{t}}
	badDifficulty := q.Difficulty == "" && r.text(keyDifficulty) != ""
	badID := q.ID == "" && r.text(keyOwnID) != ""
	return q, badRight || badLang || badDifficulty || badID || r.tooMany(), true
}

// askable says whether the text can be put to people: words in bounds, and a first line that makes a title.
func (t Text) askable() bool {
	title, _, _ := strings.Cut(t.Prompt, "\n")
	return hasWord(t.Prompt) && promptKey(t.Prompt) != "" && strings.TrimSpace(tidy(title)) != "" &&
		len(title) <= maxPrompt && len(t.Prompt) <= maxWholePrompt && len(t.Answer) <= maxAnswer
}

// id is the question's own ID, if it has one. In somebody else's table an ID without a letter only counts rows, and two
// such tables would take each other's questions for their own.
func (r record) id() string {
	if id := r.text(keyOwnID); id != "" {
		if validID(id) {
			return id
		}
		return ""
	}
	id := r.text(keyID)
	if !validID(id) || !strings.ContainsFunc(id, unicode.IsLetter) {
		return ""
	}
	return id
}

func (r record) topics() []string {
	if r.own {
		return withoutBlank(r.list(keyTopics, "\n"))
	}
	var all []string
	for _, v := range r.values[keyTopics] {
		v = strings.NewReplacer("::", "\n", " > ", "\n", ";", "\n", ",", "\n").Replace(tidy(v))
		all = append(all, strings.Split(v, "\n")...)
	}
	return limited(withoutBlank(all))
}

// tooMany says whether a list has more items than are kept.
func (r record) tooMany() bool {
	for _, k := range []key{keyOptions, keyFollowUps, keyTopics} {
		items := r.values[k]
		if len(items) == 1 && !r.own { // In the bank's own, an item may have several lines.
			items = strings.Split(items[0], "\n")
		}
		if len(withoutBlank(items)) > maxItems {
			return true
		}
	}
	return false
}

func limited(list []string) []string { return list[:min(len(list), maxItems)] }

// list returns a list, or the parts of a text that holds one.
func (r record) list(k key, separator string) []string {
	values := r.values[k]
	if len(values) == 1 {
		values = splitItems(tidy(values[0]), separator)
	}
	var all []string
	for _, v := range values {
		if v = strings.TrimSpace(tidy(v)); v != "" {
			all = append(all, v)
		}
	}
	return limited(all)
}

// splitItems is the reverse of joinItems; another separator than a line end splits as it is.
func splitItems(s, separator string) []string {
	if s == "" {
		return nil
	}
	var items []string
	for part := range strings.SplitSeq(s, separator) {
		if rest, ok := strings.CutPrefix(part, "  "); ok && separator == "\n" && len(items) > 0 {
			items[len(items)-1] += "\n" + rest
			continue
		}
		items = append(items, part)
	}
	return items
}

// joinItems writes a list into one text: an item a line, what goes on in it indented by two spaces.
func joinItems(items []string) string {
	indented := make([]string, len(items))
	for i, s := range items {
		indented[i] = strings.ReplaceAll(s, "\n", "\n  ")
	}
	return strings.Join(indented, "\n")
}
