package questions

import (
	"strings"
	"unicode/utf8"
)

// folds reads a note whose questions are what shows of folded parts: <details><summary>. A folded part inside of one is
// a further question if it asks and is answered; one that asks nothing and holds others groups them.
type folds struct{}

// groupLoose is the level of a group that is a loose line between folded parts: below every heading's.
const groupLoose = 7

func (folds) how() (How, int) { return ByFolds, 0 }

func (folds) marks(n *note) []mark {
	f := foldWalk{note: n}
	for i := range n.lines {
		l := &n.lines[i]
		f.leave(i, l)
		switch {
		case l.kind == summary:
			f.summary(i, l)
		case l.kind == heading && l.prompt != "" && f.card == 0 && !l.answers:
			f.add(mark{line: i, role: roleOf(l), level: int(l.level)})
		case l.fold == 0 && n.isLooseTitle(i):
			f.add(mark{line: i, role: topic, level: groupLoose})
		}
	}
	if !f.found {
		return nil
	}
	return f.marks
}

// foldWalk goes through a note and keeps what is open.
type foldWalk struct {
	note  *note
	marks []mark
	found bool
	card  uint8 // the fold of the outermost card that is open, or 0
	inner uint8 // the fold of a further card inside of it, or 0
	aside uint8 // the fold of an open part without questions, or 0
	group uint8 // the fold of an open group, or 0
}

func (f *foldWalk) add(m mark) { f.marks = append(f.marks, m) }

// leave ends what line i is no longer in.
func (f *foldWalk) leave(i int, l *line) {
	ended := false
	for _, open := range []*uint8{&f.card, &f.inner, &f.aside, &f.group} {
		if *open > 0 && (l.fold < *open || l.fold == *open && l.kind == summary) {
			ended = ended || open != &f.group || l.fold < f.group
			*open = 0
		}
	}
	if ended && l.kind != summary && l.kind != heading {
		f.add(mark{line: i, role: gap})
	}
}

func (f *foldWalk) summary(i int, l *line) {
	switch {
	case f.aside > 0 || l.prompt == "" || l.isReveal() || f.card > 0 && isPart(l.text):
	case l.aside:
		f.aside = l.fold
		f.add(mark{line: i, role: gap})
	case f.card > 0:
		if l.asks && f.note.foldSays(i) {
			f.inner = l.fold
			f.add(mark{line: i})
		}
	case !l.asks && f.note.holdsFolds(i):
		f.group = l.fold
		f.add(mark{line: i, role: topic, level: groupLoose + int(l.fold)})
	default:
		f.card, f.found = l.fold, true
		f.add(mark{line: i})
	}
}

func roleOf(l *line) role {
	if l.aside {
		return aside
	}
	return topic
}

// isReveal says whether l only invites to look at an answer.
func (l *line) isReveal() bool {
	if l.kind != summary || l.asks || utf8.RuneCountInString(l.text) > maxReveal {
		return false
	}
	return l.answers || cues().reveals(l.text)
}

// maxReveal is in runes.
const maxReveal = 30

// holdsFolds says whether the folded part that summary i shows has others inside, of which one asks, and no answer of
// its own.
func (n *note) holdsFolds(i int) bool {
	fold, holds := n.lines[i].fold, false
	for j := i + 1; j < len(n.lines); j++ {
		l := &n.lines[j]
		if l.fold < fold || l.fold == fold && l.kind == summary {
			break
		}
		if l.kind == summary && l.fold > fold && !l.isReveal() && l.prompt != "" {
			holds = true
		}
		if l.fold == fold && l.says && l.kind == prose {
			return false
		}
	}
	return holds
}

// foldSays says whether the folded part that summary i shows has anything in it.
func (n *note) foldSays(i int) bool {
	for j := i + 1; j < len(n.lines); j++ {
		l := &n.lines[j]
		if l.fold < n.lines[i].fold || l.fold == n.lines[i].fold && l.kind == summary {
			return false
		}
		if l.says {
			return true
		}
	}
	return false
}

// isLooseTitle says whether line i stands alone, short and without asking, as a title of what follows would.
func (n *note) isLooseTitle(i int) bool {
	l := n.lines[i]
	if l.kind != prose || l.depth > 0 || l.prompt == "" || l.asks || utf8.RuneCountInString(l.text) > maxReveal || states(l.text) {
		return false
	}
	if i > 0 && !n.lines[i-1].blank {
		return false
	}
	next := n.below(i)
	return next != nil && next.kind == summary && !strings.Contains(l.text, "](")
}
