package questions

import (
	"bytes"
	"errors"
	"fmt"
	"path"
	"strings"

	"rewind/questions/anki"
)

// fileKind is how questions are written in a file.
type fileKind uint8

const (
	notNotes     fileKind = iota // a folder's file that holds no questions
	markdown                     // people's notes
	documentKind                 // Markdown that the bank wrote
	table                        // CSV
	tabTable                     // the same with tabs
	jsonList                     // JSON or JSON Lines
	yamlList
	ankiText
	ankiPackage
)

// The most bytes of a file by its kind. A note is three times the longest question list we have met; a table or list may
// be a whole bank.
const (
	maxFile    = 256 << 10
	maxList    = 16 << 20
	maxYAML    = 2 << 20 // the parser needs some hundred times as much
	maxPackage = 1 << 30 // most of it media, which is never read
)

func (k fileKind) limit() int64 {
	switch k {
	case markdown:
		return maxFile
	case yamlList:
		return maxYAML
	case ankiPackage:
		return maxPackage
	}
	return maxList
}

// fileKinds says what a name promises.
var fileKinds = map[string]fileKind{
	".md": markdown, ".markdown": markdown, ".txt": markdown, ".csv": table, ".tsv": tabTable,
	".json": jsonList, ".jsonl": jsonList, ".ndjson": jsonList, ".yaml": yamlList, ".yml": yamlList, ".apkg": ankiPackage,
}

// kindOf is what a file's name promises; of a name that promises nothing, its beginning decides.
func kindOf(name string) fileKind { return fileKinds[strings.ToLower(path.Ext(name))] }

// sniffed is how many bytes of a file are looked at before it is read.
const sniffed = 512

// kindBy corrects what a name promises by the file's first bytes: a package is one whatever it is called, text that
// begins with Anki's header is its export, and a file whose name promises nothing may be a list.
func kindBy(promised fileKind, head []byte) fileKind {
	if bytes.HasPrefix(head, []byte("PK\x03\x04")) {
		return ankiPackage
	}
	if promised == ankiPackage {
		return promised
	}
	if promised == markdown && isDocument(head) {
		return documentKind
	}
	if anki.IsText(string(head)) && promised != jsonList && promised != yamlList {
		return ankiText
	}
	if promised != notNotes {
		return promised
	}
	switch first := bytes.TrimLeft(bytes.TrimPrefix(head, []byte(byteOrderMark)), " \t\r\n"); {
	case bytes.HasPrefix(first, []byte(`{"`)), bytes.HasPrefix(first, []byte("[{")), bytes.HasPrefix(first, []byte(`["`)):
		return jsonList
	}
	return markdown
}

// isDocument says whether a file begins as the bank begins its own.
func isDocument(head []byte) bool {
	return strings.HasPrefix(plainEnds(strings.TrimPrefix(string(head), byteOrderMark)), documentHead)
}

// parse hands the text of a file to the reader of its kind.
func (k fileKind) parse(src []byte, a *adder) {
	if k == table || k == tabTable || k == ankiText {
		text, ok := decode(src)
		if !ok {
			a.refuse(NotText, 0)
			return
		}
		a.main = mainLang(text)
		if k == ankiText {
			a.ankiText(text)
			return
		}
		readTable(a.file, text, k == tabTable, a)
		return
	}
	text, ok := textOf(src)
	if !ok {
		a.refuse(NotText, 0)
		return
	}
	a.main = mainLang(text)
	if k == yamlList {
		readYAML(text, a)
		return
	}
	readJSON(text, a)
}

// Codes of warnings of files that are no notes.
const (
	// BadRow is a row or object that cannot be read or has no question. It is lost alone.
	BadRow Code = "bad-row"
	// BadValue is a question with a value that says nothing usable: an unknown difficulty, an option that is not there. The
	// value is left out.
	BadValue Code = "bad-value"
	// NoList is a table, JSON or YAML file without a list of questions, such as a program's configuration. It is skipped.
	NoList Code = "no-list"
	// Damaged is a file that is not what its name says. It is skipped.
	Damaged Code = "damaged"
	// Unsafe is a file that unpacks to more than any bank needs, or names files outside of itself. It is skipped.
	Unsafe Code = "unsafe"
)

// refusals say the same as errors, for a file that was named itself and of which nothing is left.
var refusals = map[Code]error{
	NotText:  errors.New("not text"),
	TooLarge: errors.New("too large"),
	NoList:   errors.New("it holds no list of questions"),
	Damaged:  errors.New("it is damaged or not what its name says"),
	Unsafe:   errors.New("it unpacks to more than a bank needs, or leads out of itself"),
}

// shownSize shows a limit as people write it.
func shownSize(bytes int64) string {
	if bytes < 1<<20 {
		return fmt.Sprintf("%d KiB", bytes>>10)
	}
	return fmt.Sprintf("%d MiB", bytes>>20)
}
