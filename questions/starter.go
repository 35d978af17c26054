package questions

import "embed"

// starterFiles holds the starter bank's Markdown. It is a variable only because embedding needs one; nobody changes it.
//
//go:embed starter
var starterFiles embed.FS

// Starter reads the starter bank: questions of our own for groups that have no notes yet, each in English and Korean
// with a reference answer and a source. It is written and read like any other notes, one file per topic and language,
// numbered in the order in which they are asked; an explicit id joins the two languages of a question. An error means
// that the binary was built from a broken bank.
func Starter() (Notes, error) {
	return Load(Source{FS: starterFiles, Root: "starter"})
}
