package questions

import "errors"

// ErrNoQuestion is wrapped by the error of a source in which nobody would find a question.
var ErrNoQuestion = errors.New("no question found")

// Notes is what a reading of the sources gave: one bank, and what a maintainer should look at.
type Notes struct {
	// Questions are in the order they were read, each ID once.
	Questions []Question
	// Warnings are in the order of the files, and by line within a file.
	Warnings []Warning
	// Files counts the files that were read, with or without questions in them.
	Files int
	// Readings says how each of those files was understood.
	Readings []Reading
}

// Reading is how one file's questions were told from the rest.
type Reading struct {
	File string
	// Habit is what was found to mark the questions; Level is the level of its headings or the depth of its items, else 0.
	Habit Habit
	Level int
	// Sure is by how many percent the next best way to read the file, one that finds other cards, explains it less well.
	Sure int
}

// Habit names what marks the questions of a note; package bot has the words.
type Habit string

// The ways of marking questions.
const (
	ByHeadings Habit = "headings" // headings of one level
	ByFolds    Habit = "folds"    // what shows of folded parts
	ByLabels   Habit = "labels"   // "Q." or the like before each
	ByItems    Habit = "items"    // list items of one depth
	ByQuotes   Habit = "quotes"   // quoted lines, with what is not quoted below them
	ByRows     Habit = "rows"     // rows of a table
	ByLines    Habit = "lines"    // plain lines, told by their form
	ByMarks    Habit = "marks"    // nothing but the author's own quiz comments, or nothing at all
)

// Warning says that something in a note deserves a look. Nothing it speaks of has been lost unless its code says so.
type Warning struct {
	Code Code
	// File is the path as Text.File has it; Line counts from 1 and is 0 where the whole file is meant.
	File string
	Line int
	// Prompt is the card's prompt, where a card is meant.
	Prompt string
	// Other is the place of the twin as "file:line" for Duplicate and NearDuplicate, and the most that a file may have for
	// TooLarge.
	Other string
}

// Code names the reason of a warning; package bot has the sentences.
type Code string

// The codes of warnings.
const (
	// NoAnswer is a question without a reference answer. It is kept.
	NoAnswer Code = "no-answer"
	// Doubtful is a card the reader is not sure is one. It is kept.
	Doubtful Code = "doubtful"
	// Duplicate is a card whose prompt, or explicit ID and language, was read before.
	Duplicate Code = "duplicate"
	// NearDuplicate is a card that asks in other words what a card of another file asks in the same language. Both are kept.
	NearDuplicate Code = "near-duplicate"
	// BadMark is a quiz comment that says something unknown or unusable, or stands at no question. What it says beside
	// that holds.
	BadMark Code = "bad-mark"
	// BadFrontMatter is front matter that is not valid YAML, or says something unusable. It is ignored.
	BadFrontMatter Code = "bad-front-matter"
	// NothingAsked is a file in which no question was found.
	NothingAsked Code = "nothing-asked"
	// Skipped is a file whose own mark says that it holds no questions.
	Skipped Code = "skipped"
	// TooDeep is a line inside more than 100 lists, quotations or HTML elements; it is read as plain text. Only the first
	// such line of a file is named.
	TooDeep Code = "too-deep"
	// TooLong is a line that asks but is longer than 2,000 bytes, more than any platform shows; it is no question. Only
	// the first such line of a file is named.
	TooLong Code = "too-long"
	// NotText is a file that is no text: neither UTF-8 nor UTF-16 with a byte order mark. It is skipped.
	NotText Code = "not-text"
	// TooLarge is a file over the limit of its kind, which Other names. It is skipped whole, since half a note would silently lose questions.
	TooLarge Code = "too-large"
	// NotFollowed is a symbolic link that leads to a folder or out of the source. It is skipped.
	NotFollowed Code = "not-followed"
)
