package questions

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Format is a way to write a bank out. Whatever is written is read back as the same bank, as far as the format holds it:
// written again it has the same bytes.
type Format string

// The formats that a bank is written in. JSONLines holds everything; the others leave out where a question was read.
const (
	Markdown    Format = "markdown"
	JSONLines   Format = "jsonl"
	CSV         Format = "csv"
	AnkiPackage Format = "apkg"
	AnkiText    Format = "anki-text"
)

// Formats are all of them, by the names that people give them.
var Formats = []Format{Markdown, JSONLines, CSV, AnkiPackage, AnkiText}

// FormatOf is the format that a file's name asks for, "" if none.
func FormatOf(file string) Format {
	switch kindOf(file) {
	case markdown:
		if strings.HasSuffix(strings.ToLower(file), ".txt") {
			return AnkiText
		}
		return Markdown
	case jsonList:
		return JSONLines
	case table:
		return CSV
	case ankiPackage:
		return AnkiPackage
	}
	return ""
}

// Export is a bank that is written out.
type Export struct {
	Questions []Question
	// Team holds what the team itself answered best, by question ID. It is written beside the reference answers and never
	// read back.
	Team map[string][]TeamAnswer
	// At is when the bank was made, which only Anki's package tells.
	At time.Time
}

// TeamAnswer is what a member answered, under the name they are shown by.
type TeamAnswer struct {
	Name string `json:"name"`
	Text string `json:"text"`
	Lang Lang   `json:"lang,omitempty"` // the language they were asked in
}

// Write writes e in the format.
func Write(w io.Writer, format Format, e Export) error {
	switch format {
	case Markdown:
		return writeMarkdown(w, e)
	case JSONLines:
		return writeJSONLines(w, e)
	case CSV:
		return writeCSV(w, e)
	case AnkiPackage, AnkiText:
		return writeAnki(w, format, e)
	}
	return fmt.Errorf("unknown format %q", format)
}

// teamOf are the answers to put below one of q's texts: those given in its language, and below the first one also those
// in a language that q has no text in.
func (e Export) teamOf(q Question, text int) []TeamAnswer {
	var all []TeamAnswer
	for _, a := range e.Team[q.ID] {
		at := slices.IndexFunc(q.Texts, func(t Text) bool { return t.Lang == a.Lang })
		if max(at, 0) == text {
			all = append(all, a)
		}
	}
	return all
}

func writeJSONLines(w io.Writer, e Export) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for _, q := range e.Questions {
		if q.Mark == q.ID {
			q.Mark = "" // it says nothing more
		}
		err := enc.Encode(struct {
			Question
			Team []TeamAnswer `json:"teamAnswers,omitempty"`
		}{q, e.Team[q.ID]})
		if err != nil {
			return err
		}
	}
	return nil
}

// writeCSV writes a row for each text of each question. A list stands in one cell, an item a line.
func writeCSV(w io.Writer, e Export) error {
	if _, err := io.WriteString(w, byteOrderMark); err != nil {
		return err
	}
	rows := csv.NewWriter(w)
	header := []string{"question id", "lang", "question", "answer", "topics", "difficulty", "options", "follow-ups", "source", "term"}
	if e.Team != nil {
		header = append(header, "team answers")
	}
	rows.Write(header) // its error is the one that Flush finds
	for _, q := range e.Questions {
		q = settled(q)
		for i, t := range q.Texts {
			row := []string{q.ID, string(t.Lang), t.Prompt, t.Answer, joinItems(t.Topics), string(q.Difficulty),
				joinItems(tasks(t)), joinItems(t.FollowUps), t.Source, strconv.FormatBool(t.Term)}
			if e.Team != nil {
				row = append(row, teamText(e.teamOf(q, i)))
			}
			for i := range row {
				row[i] = guarded(row[i])
			}
			rows.Write(row)
		}
	}
	rows.Flush()
	return rows.Error()
}

// tasks are the options with the marks of a task list.
func tasks(t Text) []string {
	all := make([]string, len(t.Options))
	for i, o := range t.Options {
		mark := "[ ] "
		if slices.Contains(t.Right, i) {
			mark = "[x] "
		}
		all[i] = mark + o
	}
	return all
}

// teamText is the team's answers as paragraphs: a name, then its words as a quotation.
func teamText(answers []TeamAnswer) string {
	var parts []string
	for _, a := range answers {
		quoted := "> " + strings.ReplaceAll(closeFences(tidy(a.Text)), "\n", "\n> ")
		parts = append(parts, "**"+strings.Join(strings.Fields(a.Name), " ")+"**", strings.ReplaceAll(quoted, "> \n", ">\n"))
	}
	return strings.Join(parts, "\n\n")
}
