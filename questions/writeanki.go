package questions

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"

	"rewind/questions/anki"
)

// The note type of the bank's own notes. Its numbers in Anki follow from these names; another set of fields would need
// another name.
const (
	ankiType      = "Rewind"
	ankiDeck      = "Rewind"
	ankiQuestion  = "Question"
	ankiOptions   = "Options"
	ankiAnswer    = "Answer"
	ankiFollowUps = "Follow-ups"
	ankiSource    = "Source"
	ankiData      = "Rewind data"
	ankiTeam      = "Team answers"
)

// difficultyTag begins the tag that names a question's difficulty.
const difficultyTag = "difficulty::"

const (
	ankiFront = "{{Question}}{{Options}}"
	ankiBack  = "{{FrontSide}}<hr id=answer>{{Answer}}{{#Follow-ups}}<hr>{{Follow-ups}}{{/Follow-ups}}{{#Source}}<p>{{Source}}</p>{{/Source}}" +
		"{{#Team answers}}<hr>{{Team answers}}{{/Team answers}}"
	ankiCSS = ".card { font-family: sans-serif; font-size: 18px; text-align: left; }\npre { white-space: pre-wrap; }\n"
)

// writeAnki writes a note for each text of each question, as a package or as text.
func writeAnki(w io.Writer, format Format, e Export) error {
	p := anki.Package{Deck: ankiDeck, Type: ankiType, Front: ankiFront, Back: ankiBack, CSS: ankiCSS, At: e.At}
	for _, q := range e.Questions {
		q = settled(q)
		for i, t := range q.Texts {
			n := anki.Note{GUID: noteGUID(q.ID, t.Lang), Type: ankiType, Fields: noteFields(q.ID, q.Difficulty, t), Tags: noteTags(q, t)}
			n.Fields = append(n.Fields, anki.Field{Name: ankiTeam, Value: inHTML(teamText(e.teamOf(q, i)))})
			p.Notes = append(p.Notes, n)
		}
	}
	for _, f := range noteFields("", "", Text{}) {
		p.Fields = append(p.Fields, f.Name)
	}
	p.Fields = append(p.Fields, ankiTeam)
	if format == AnkiText {
		return anki.WriteText(w, p)
	}
	return anki.Write(w, p)
}

// noteFields are the fields of the note for t, which must be settled.
func noteFields(id string, difficulty Difficulty, t Text) []anki.Field {
	data := noteData{ID: id, Difficulty: difficulty, Text: t}
	data.Text.File, data.Text.Line = "", 0
	encoded, err := json.Marshal(data)
	if err != nil {
		panic(err) // texts and numbers can always be written
	}
	options := ""
	if len(t.Options) > 0 {
		options = htmlList("ol", t.Options)
	}
	return []anki.Field{
		{Name: ankiQuestion, Value: inHTML(t.Prompt)},
		{Name: ankiOptions, Value: options},
		{Name: ankiAnswer, Value: inHTML(t.Answer)},
		{Name: ankiFollowUps, Value: htmlList("ul", t.FollowUps)},
		{Name: ankiSource, Value: htmlLink(t.Source)},
		{Name: ankiData, Value: html.EscapeString(string(encoded))},
	}
}

// noteTags are the topics as one tag, outermost first, and the difficulty.
func noteTags(q Question, t Text) []string {
	var tags, parts []string
	for _, topic := range t.Topics {
		parts = append(parts, strings.ReplaceAll(strings.Join(strings.Fields(topic), "_"), "::", ":"))
	}
	if len(parts) > 0 {
		tags = append(tags, strings.Join(parts, "::"))
	}
	if q.Difficulty != "" {
		tags = append(tags, difficultyTag+string(q.Difficulty))
	}
	return tags
}

// markdownToHTML leaves raw HTML out: a card must not run what somebody wrote into a note.
var markdownToHTML = goldmark.New(goldmark.WithExtensions(extension.Table, extension.Strikethrough))

// maxRendered is the most bytes of Markdown that are rendered: reading marks within lines takes quadratic time on
// hostile text. What is longer is shown as it is.
const maxRendered = 32 << 10

// inHTML is Markdown as the HTML of a field.
func inHTML(markdown string) string {
	if markdown == "" {
		return ""
	}
	var b bytes.Buffer
	if len(markdown) <= maxRendered && markdownToHTML.Convert([]byte(markdown), &b) == nil {
		return strings.TrimSpace(b.String())
	}
	return "<pre>" + html.EscapeString(markdown) + "</pre>"
}

func htmlList(tag string, items []string) string {
	if len(items) == 0 {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "<%s>\n", tag)
	for _, s := range items {
		text := inHTML(s)
		if inner, ok := strings.CutPrefix(text, "<p>"); ok && strings.Count(text, "<p>") == 1 && strings.HasSuffix(inner, "</p>") {
			text = strings.TrimSuffix(inner, "</p>")
		}
		fmt.Fprintf(&b, "<li>%s</li>\n", text)
	}
	fmt.Fprintf(&b, "</%s>", tag)
	return b.String()
}

func htmlLink(url string) string {
	if url == "" {
		return ""
	}
	shown := html.EscapeString(url)
	return `<a href="` + shown + `">` + shown + `</a>`
}
