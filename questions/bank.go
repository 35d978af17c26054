package questions

import (
	"cmp"
	"fmt"
	"hash/maphash"
	"slices"
	"strings"
)

// bank puts the cards of all files together, so that each question is there once.
type bank struct {
	questions []Question
	byID      map[string]int       // index into questions
	prompts   map[string]*sameText // by promptKey
	files     int
	readings  []Reading
	warnings  []Warning
	order     map[string]int // of files in warnings
}

// place is a text of the bank: of questions[question], Texts[text].
type place struct{ question, text int }

// sameText is the texts of one prompt. open is one without an answer, if there is one.
type sameText struct {
	first    place
	open     *place
	byAnswer map[uint64]place
}

func newBank() *bank {
	return &bank{byID: make(map[string]int), prompts: make(map[string]*sameText), order: make(map[string]int)}
}

func (b *bank) warn(w Warning) {
	if _, ok := b.order[w.File]; !ok {
		b.order[w.File] = len(b.order)
	}
	b.warnings = append(b.warnings, w)
}

// notes returns what the bank holds, with the warnings that only the whole bank can give.
func (b *bank) notes() Notes {
	for _, q := range b.questions {
		for _, t := range q.Texts {
			if t.Answer == "" {
				b.warn(Warning{Code: NoAnswer, File: t.File, Line: t.Line, Prompt: t.Prompt})
			}
		}
	}
	for _, n := range nearDuplicates(b.questions) {
		other := fmt.Sprintf("%s:%d", n.first.File, n.first.Line)
		b.warn(Warning{Code: NearDuplicate, File: n.again.File, Line: n.again.Line, Prompt: n.again.Prompt, Other: other})
	}
	slices.SortStableFunc(b.warnings, func(x, y Warning) int {
		return cmp.Or(cmp.Compare(b.order[x.File], b.order[y.File]), cmp.Compare(x.Line, y.Line))
	})
	return Notes{Questions: b.questions, Warnings: b.warnings, Files: b.files, Readings: b.readings}
}

// add takes c in: as a question of its own, as another language of one, or as the twin of one.
func (b *bank) add(c cutCard) {
	if b.addTranslation(c) {
		return
	}
	key := promptKey(c.text.Whole())
	if twin, ok := b.prompts[key].find(c.text.Answer); ok && b.mayMerge(twin, c.text) {
		b.mergeTwin(twin, c, key)
		return
	}
	if i, taken := b.byID[c.id]; taken {
		b.reportTwin(b.questions[i].In(c.text.Lang), c.text)
		c.id = ""
	} else if twins := b.prompts[key]; twins != nil {
		b.reportTwin(b.at(twins.first), c.text)
	}
	id := c.id
	if id == "" {
		id = b.derive(key, c)
	}
	b.byID[id] = len(b.questions)
	b.questions = append(b.questions, Question{ID: id, Mark: c.id, Texts: []Text{c.text}, Difficulty: c.difficulty})
	b.remember(key, place{len(b.questions) - 1, 0})
}

// addTranslation adds c to the question that has its explicit ID and lacks its language.
func (b *bank) addTranslation(c cutCard) bool {
	i, ok := b.byID[c.id]
	if c.id == "" || !ok {
		return false
	}
	q := &b.questions[i]
	if hasLang(q.Texts, c.text.Lang) {
		return false
	}
	q.Difficulty = cmp.Or(q.Difficulty, c.difficulty)
	q.Texts = append(q.Texts, c.text)
	b.remember(promptKey(c.text.Whole()), place{i, len(q.Texts) - 1})
	return true
}

// derive makes c's ID from its prompt, and from its answer too if the prompt's own ID is taken.
func (b *bank) derive(key string, c cutCard) string {
	id := digest(key)
	if b.prompts[key] != nil {
		id = digest(key, words(c.text.Answer))
	}
	for _, taken := b.byID[id]; taken; _, taken = b.byID[id] {
		id = digest(id, key) // An author wrote down an ID that looks like a derived one.
	}
	return id
}

// mayMerge says whether twin can be one with text: where text would take twin's place, the question must not have
// another text in its language already, which would hide it.
func (b *bank) mayMerge(twin place, text Text) bool {
	if text.Answer == "" || b.at(twin).Answer != "" {
		return true
	}
	for i, other := range b.questions[twin.question].Texts {
		if i != twin.text && other.Lang == text.Lang {
			return false
		}
	}
	return true
}

// mergeTwin drops c, whose prompt and answer are there already, but keeps what it has more: an answer, a source, topics
// and follow-ups in the kept text's language, a difficulty, an explicit ID.
func (b *bank) mergeTwin(twin place, c cutCard, key string) {
	t := &b.questions[twin.question].Texts[twin.text]
	b.reportTwin(*t, c.text)
	kept, other := *t, c.text
	if t.Answer == "" && c.text.Answer != "" {
		kept, other = c.text, *t
	}
	kept.Source = cmp.Or(t.Source, c.text.Source)
	if kept.Lang == other.Lang {
		kept.Topics = union(kept.Topics, other.Topics)
		kept.FollowUps = union(kept.FollowUps, other.FollowUps)
	}
	*t = kept
	if kept.Answer != "" {
		b.remember(key, twin)
	}
	q := &b.questions[twin.question]
	q.Difficulty = cmp.Or(q.Difficulty, c.difficulty)
	if _, taken := b.byID[c.id]; taken || c.id == "" {
		return
	}
	b.byID[c.id] = twin.question // A translation of either finds the one.
	if q.Mark == "" {
		q.Mark = c.id
	}
	if q.ID == digest(key) {
		delete(b.byID, q.ID)
		q.ID = c.id
	}
}

// union returns a with what only b has behind it. It leaves both as they are.
func union(a, b []string) []string {
	all := slices.Clone(a)
	for _, s := range b {
		if !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	return all
}

func (b *bank) reportTwin(old, twin Text) {
	other := fmt.Sprintf("%s:%d", old.File, old.Line)
	b.warn(Warning{Code: Duplicate, File: twin.File, Line: twin.Line, Prompt: twin.Prompt, Other: other})
}

func (b *bank) at(p place) Text { return b.questions[p.question].Texts[p.text] }

// remember lets later cards with the prompt of p find it.
func (b *bank) remember(key string, p place) {
	s := b.prompts[key]
	if s == nil {
		s = &sameText{first: p, byAnswer: make(map[uint64]place)}
		b.prompts[key] = s
	}
	text := b.at(p)
	if text.Answer == "" {
		s.open = &p
		return
	}
	s.byAnswer[answerKey(text.Answer)] = p
	if s.open != nil && *s.open == p {
		s.open = nil
	}
}

// find returns the text that a card with this answer is one with: the same answer, or none on either side.
func (s *sameText) find(answer string) (place, bool) {
	switch {
	case s == nil:
		return place{}, false
	case answer == "":
		return s.first, true
	}
	if p, ok := s.byAnswer[answerKey(answer)]; ok {
		return p, true
	}
	if s.open != nil {
		return *s.open, true
	}
	return place{}, false
}

// words is s with its white space folded, by which answers are compared.
func words(s string) string { return strings.Join(strings.Fields(s), " ") }

var answerSeed = maphash.MakeSeed()

// answerKey stands for words(answer) where many are looked up.
func answerKey(answer string) uint64 {
	var h maphash.Hash
	h.SetSeed(answerSeed)
	for word := range strings.FieldsSeq(answer) {
		h.WriteString(word)
		h.WriteByte(' ')
	}
	return h.Sum64()
}
