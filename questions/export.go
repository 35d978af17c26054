package questions

import (
	"encoding/json"
	"io"
	"path"
)

// row is one text of one question as WriteJSONLines prints it, in this order.
type row struct {
	File     string   `json:"file"`
	Line     int      `json:"line"`
	ID       string   `json:"id"`
	Lang     Lang     `json:"lang"`
	Question string   `json:"question"`
	Answer   string   `json:"answer"`
	Topics   []string `json:"topics"`
}

// WriteJSONLines prints the notes' questions, one JSON object a line; a question in two languages is two lines with one
// ID. File is the base name, so that the lines of one note are the same wherever it lies. Nothing is escaped for HTML.
func WriteJSONLines(w io.Writer, n Notes) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for _, q := range n.Questions {
		for _, t := range q.Texts {
			topics := t.Topics
			if topics == nil {
				topics = []string{} // An absent list would be null, which every reader would have to expect.
			}
			r := row{path.Base(t.File), t.Line, q.ID, t.Lang, t.Whole(), t.Answer, topics}
			if err := enc.Encode(r); err != nil {
				return err
			}
		}
	}
	return nil
}
