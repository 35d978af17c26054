package anki

import (
	"encoding/csv"
	"fmt"
	"html"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// IsText says whether src begins like Anki's export as text: with lines of #key:value.
func IsText(src string) bool {
	first, _, _ := strings.Cut(strings.TrimPrefix(src, "\ufeff"), "\n")
	key, _, ok := header(strings.TrimRight(first, "\r"))
	return ok && headerKeys[key]
}

// headerKeys are those that Anki knows; see https://docs.ankiweb.net/importing/text-files.html
var headerKeys = map[string]bool{
	"separator": true, "html": true, "tags": true, "columns": true, "notetype": true, "deck": true, "guid": true,
	"notetype column": true, "deck column": true, "tags column": true, "guid column": true, "if matches": true,
}

func header(line string) (key, value string, ok bool) {
	s, ok := strings.CutPrefix(line, "#")
	if !ok {
		return "", "", false
	}
	key, value, ok = strings.Cut(s, ":")
	return strings.ToLower(strings.TrimSpace(key)), value, ok
}

// layout is what the header says of the lines below it. Columns count from 1; 0 is none.
type layout struct {
	separator                      rune
	html                           bool
	notetype, deck                 string
	names                          []string
	tags                           []string
	guidAt, typeAt, deckAt, tagsAt int
}

// ReadText reads an export as text. Rows that cannot be read are left out; bad holds their lines.
func ReadText(src string) (notes []Note, bad []int, err error) {
	src = strings.TrimPrefix(src, "\ufeff")
	l, body, line := readHeader(src)
	for row := range Rows(body, l.separator) {
		switch {
		case row.Err != nil:
			bad = append(bad, line+row.Line)
		case len(row.Cells) > maxFields || len(notes) == maxNotes:
			return nil, nil, unsafef("it has more than %d fields in a row or %d rows", maxFields, maxNotes)
		default:
			n := l.note(row.Cells)
			n.Line = line + row.Line
			notes = append(notes, n)
		}
	}
	return notes, bad, nil
}

// readHeader returns the lines below the header and how many lines it has.
func readHeader(src string) (l layout, body string, lines int) {
	l = layout{separator: '\t'}
	column := func(s string) int {
		n, err := strconv.Atoi(strings.TrimSpace(s))
		if err != nil || n < 1 || n > maxFields {
			return 0
		}
		return n
	}
	for strings.HasPrefix(src, "#") {
		first, rest, _ := strings.Cut(src, "\n")
		key, value, ok := header(strings.TrimRight(first, "\r"))
		if !ok || !headerKeys[key] {
			break
		}
		src = rest
		lines++
		switch key {
		case "separator":
			l.separator = separatorOf(value)
		case "html":
			l.html = strings.EqualFold(strings.TrimSpace(value), "true")
		case "notetype":
			l.notetype = value
		case "deck":
			l.deck = value
		case "tags":
			l.tags = strings.Fields(value)
		case "columns":
			for row := range Rows(value, l.separator) {
				l.names = row.Cells
			}
		case "guid column":
			l.guidAt = column(value)
		case "notetype column":
			l.typeAt = column(value)
		case "deck column":
			l.deckAt = column(value)
		case "tags column":
			l.tagsAt = column(value)
		}
	}
	return l, src, lines
}

// separatorOf reads a separator by its name or itself.
func separatorOf(s string) rune {
	names := map[string]rune{"tab": '\t', "comma": ',', "semicolon": ';', "pipe": '|', "space": ' ', "colon": ':'}
	if r, ok := names[strings.ToLower(strings.TrimSpace(s))]; ok {
		return r
	}
	if r, size := utf8.DecodeRuneInString(s); size > 0 && r != '"' && r != utf8.RuneError && r != '\n' && r != '\r' {
		return r
	}
	return '\t'
}

func (l layout) note(cells []string) Note {
	n := Note{Type: l.notetype, Tags: l.tags}
	deck := l.deck
	for i, cell := range cells {
		switch i + 1 {
		case l.guidAt:
			n.GUID = cell
		case l.typeAt:
			n.Type = cell
		case l.deckAt:
			deck = cell
		case l.tagsAt:
			n.Tags = append(append([]string{}, n.Tags...), strings.Fields(cell)...)
		default:
			f := Field{Value: cell}
			if !l.html {
				f.Value = strings.ReplaceAll(html.EscapeString(cell), "\n", "<br>")
			}
			if i < len(l.names) {
				f.Name = l.names[i]
			}
			n.Fields = append(n.Fields, f)
		}
	}
	if deck != "" {
		n.Decks = strings.Split(deck, "::")
	}
	n.Cloze = len(n.Fields) > 0 && hasDeletion(n.Fields[0].Value)
	return n
}

// WriteText writes p as Anki's export as text has it.
func WriteText(w io.Writer, p Package) error {
	columns := append([]string{"GUID"}, append(p.Fields, "Tags")...)
	_, err := fmt.Fprintf(w, "#separator:tab\n#html:true\n#guid column:1\n#tags column:%d\n#notetype:%s\n#deck:%s\n#columns:%s\n",
		len(columns), p.Type, p.Deck, strings.Join(columns, "\t"))
	if err != nil {
		return err
	}
	rows := csv.NewWriter(w)
	rows.Comma = '\t'
	for _, n := range p.Notes {
		row := []string{n.GUID}
		for _, f := range n.Fields {
			row = append(row, f.Value)
		}
		if err := rows.Write(append(row, strings.Join(n.Tags, " "))); err != nil {
			return err
		}
	}
	rows.Flush()
	return rows.Error()
}
