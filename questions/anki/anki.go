// Package anki reads and writes what the flash card program Anki exchanges: packages (.apkg) of every age, and its
// export as text. It knows notes, fields and tags and nothing of questions; what a field means is for its caller to say.
//
// Packages come from strangers. Whatever one declares or unpacks to is bounded, and one over the bounds is refused with
// an error that says which: see ErrUnsafe.
package anki

import (
	"errors"
	"fmt"
)

// Note is what Anki makes cards of: named fields of HTML.
type Note struct {
	// GUID is the same for the same note in every collection; by it an import finds the note it updates.
	GUID string
	// Type names the note's type, and Cloze says that its first field has deletions: {{c1::text::hint}}.
	Type  string
	Cloze bool
	// Fields are in the order of the type; those of a text export may have no names.
	Fields []Field
	Tags   []string
	// Decks names the deck of the note's first card, outermost part first; empty where it is not told.
	Decks []string
	// Line is where the note begins in a text export, counted from 1; 0 in a package.
	Line int
}

// Field is a part of a note, in HTML.
type Field struct{ Name, Value string }

// Errors that say why a package is not read. ErrUnsafe is one that unpacks to more than any deck needs, or names files
// outside of itself; ErrDamaged is one that is not a package or a broken one.
var (
	ErrUnsafe  = errors.New("the package is not safe to unpack")
	ErrDamaged = errors.New("not an Anki package, or a damaged one")
)

func unsafef(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrUnsafe, fmt.Sprintf(format, args...))
}

func damaged(err error) error { return fmt.Errorf("%w: %w", ErrDamaged, err) }
