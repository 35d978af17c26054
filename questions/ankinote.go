package questions

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"regexp"
	"slices"
	"strings"

	"rewind/questions/anki"
)

// ankiPackage takes in the notes of a package.
func (a *adder) ankiPackage(r io.ReaderAt, size int64) {
	notes, err := anki.Read(r, size)
	if err != nil {
		a.refuse(Damaged, 0)
		if errors.Is(err, anki.ErrUnsafe) {
			a.refuse(Unsafe, 0)
		}
		a.why = err
		return
	}
	a.ankiNotes(notes)
}

// ankiText takes in the notes of Anki's export as text.
func (a *adder) ankiText(src string) {
	notes, bad, err := anki.ReadText(src)
	if err != nil {
		a.refuse(Unsafe, 0)
		a.why = err
		return
	}
	for _, line := range bad {
		a.warn(BadRow, line, "")
	}
	a.ankiNotes(notes)
}

func (a *adder) ankiNotes(notes []anki.Note) {
	if a.main == "" {
		a.main = ankiLang(notes)
	}
	for i, n := range notes {
		line := cmp.Or(n.Line, i+1) // A package has no lines; the note's number is the next best place.
		if q, ok := ownNote(n); ok {
			q.Texts[0].File, q.Texts[0].Line = a.file, line
			a.question(q)
			continue
		}
		for _, r := range foreignNotes(n) {
			r.file, r.line = a.file, line
			a.record(r)
		}
	}
	a.end()
}

// ankiLang is the language of most of the notes' letters.
func ankiLang(notes []anki.Note) Lang {
	hangul, all := 0, 0
	for _, n := range notes {
		for _, f := range n.Fields[:min(2, len(n.Fields))] {
			h, l := countLetters(f.Value)
			hangul, all = hangul+h, all+l
		}
	}
	return langByShare(hangul, all)
}

// maxField is the most bytes of a field that is read: more than any answer may have.
const maxField = 2 * maxAnswer

// foreignNotes reads a note of whatever type: its fields by their names, else the first two as question and answer. A
// note with deletions gives a record for each of its cards.
func foreignNotes(n anki.Note) []record {
	values := map[key][]string{keyTopics: noteTopics(n)}
	var rest []string
	for i, f := range n.Fields {
		k := keyOf(f.Name)
		switch {
		case len(f.Value) > maxField:
			continue
		case i == 0:
			k = keyQuestion
		case i == 1 && (k == keyNone || k == keyQuestion) && len(values[keyAnswer]) == 0:
			k = keyAnswer
		}
		text := anki.Markdown(f.Value)
		if text == "" || k == keyID {
			continue
		}
		if k != keyNone && len(values[k]) == 0 {
			values[k] = []string{text}
		} else if f.Name != "" {
			rest = append(rest, "**"+f.Name+":** "+text)
		}
	}
	if len(rest) > 0 { // What a type has beside question and answer belongs to what is told.
		all := append(values[keyAnswer], rest...)
		values[keyAnswer] = []string{strings.Join(all, "\n\n")}
	}
	if id := noteID(n.GUID); id != "" {
		values[keyOwnID] = []string{id}
	}
	if !n.Cloze || len(n.Fields) == 0 {
		return []record{{values: values}}
	}
	return clozes(n, values)
}

// clozes makes a record of each deletion: what the other fields say stands below the text with it filled in.
func clozes(n anki.Note, values map[key][]string) []record {
	var all []record
	deletions := anki.Deletions(n.Fields[0].Value)
	for _, d := range deletions {
		one := map[key][]string{}
		for k, v := range values {
			one[k] = v
		}
		one[keyQuestion] = []string{anki.Markdown(d.Asked)}
		one[keyAnswer] = []string{strings.Join(append([]string{anki.Markdown(d.Told)}, values[keyAnswer]...), "\n\n")}
		if len(deletions) > 1 && len(one[keyOwnID]) > 0 {
			one[keyOwnID] = []string{fmt.Sprintf("%s-c%d", one[keyOwnID][0], d.Number)}
		}
		all = append(all, record{values: one})
	}
	return all
}

// guidMark begins the GUIDs of notes that the bank wrote; the question's ID and the text's language follow.
const guidMark = "rewind:"

func noteGUID(id string, lang Lang) string { return guidMark + id + ":" + string(lang) }

// noteID is the ID of a note's question: its own if the bank wrote the note, else one made of the GUID, so that a note
// keeps its history when it is imported again.
func noteID(guid string) string {
	if rest, ok := strings.CutPrefix(guid, guidMark); ok {
		if id, _, _ := strings.Cut(rest, ":"); validID(id) {
			return id
		}
	}
	if guid == "" {
		return ""
	}
	return digest("anki", guid)
}

// noteTopics are the deck's parts and then the tags, without what Anki itself marks notes with.
func noteTopics(n anki.Note) []string {
	var topics []string
	add := func(s string) {
		if s = strings.TrimSpace(s); s != "" && !slices.Contains(topics, s) {
			topics = append(topics, s)
		}
	}
	for _, d := range n.Decks {
		if d != "Default" && d != ankiDeck {
			add(d)
		}
	}
	for _, t := range n.Tags {
		if t == "leech" || t == "marked" || strings.HasPrefix(t, difficultyTag) {
			continue
		}
		for part := range strings.SplitSeq(t, "::") {
			add(strings.ReplaceAll(part, "_", " "))
		}
	}
	return topics
}

// noteData is what a note that the bank wrote holds beside what it shows: the question as it is in Markdown, without
// which a way through HTML would change it.
type noteData struct {
	ID         string     `json:"id"`
	Difficulty Difficulty `json:"difficulty,omitempty"`
	Text       Text       `json:"text"`
}

// ownNote reads a note that the bank wrote. A field that somebody changed in Anki is taken from there.
func ownNote(n anki.Note) (q Question, ok bool) {
	shown := map[string]string{}
	for _, f := range n.Fields {
		shown[f.Name] = f.Value
	}
	var data noteData
	if n.Type != ankiType || json.Unmarshal([]byte(html.UnescapeString(shown[ankiData])), &data) != nil {
		return q, false
	}
	t := &data.Text
	if !validID(data.ID) || langOf(string(t.Lang)) != t.Lang || !soundRight(*t) {
		return q, false
	}
	for _, f := range noteFields(data.ID, data.Difficulty, *t) {
		if f.Name != ankiData && shown[f.Name] != f.Value && len(shown[f.Name]) <= maxField {
			t.change(f.Name, anki.Markdown(shown[f.Name]))
		}
	}
	if !t.askable() {
		return q, false
	}
	return Question{ID: data.ID, Difficulty: difficultyOf(string(data.Difficulty)), Texts: []Text{*t}}, true
}

func soundRight(t Text) bool {
	return ascending(t.Right) && (len(t.Right) == 0 || t.Right[0] >= 0 && t.Right[len(t.Right)-1] < len(t.Options))
}

// change puts in what stands in a changed field.
func (t *Text) change(field, markdown string) {
	switch field {
	case ankiQuestion:
		t.Prompt = markdown
	case ankiAnswer:
		t.Answer = markdown
	case ankiOptions:
		t.Options = listedItems(markdown)
		if !soundRight(*t) {
			t.Right = nil
		}
	case ankiFollowUps:
		t.FollowUps = listedItems(markdown)
	case ankiSource:
		t.Source = strings.Trim(linkedURL(markdown), "<>")
	}
}

var itemMark = regexp.MustCompile(`^(?:[-*+]|\d+[.)]) `)

// listedItems are the items of a list in Markdown, or its lines where it is none.
func listedItems(markdown string) []string {
	var items []string
	for line := range strings.SplitSeq(markdown, "\n") {
		if item := strings.TrimSpace(itemMark.ReplaceAllString(line, "")); item != "" {
			items = append(items, item)
		}
	}
	return items
}

// linkedURL is the address of a link in Markdown, or what stands there instead of a link.
func linkedURL(markdown string) string {
	if _, rest, ok := strings.Cut(markdown, "]("); ok {
		url, _, _ := strings.Cut(rest, ")")
		return url
	}
	return strings.TrimSpace(markdown)
}
