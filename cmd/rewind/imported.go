package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"rewind/bot"
	"rewind/questions"
	"rewind/store"
)

// imported is what an import did or would do: the bank that is asked from then on, and what became of each question.
// Nothing changed if Same.
type imported struct {
	Bank    store.BankInfo `json:"bank"`
	Same    bool           `json:"same,omitempty"`
	Changes []change       `json:"changes"`
}

// change is what became of one question, and where it stands; the Was fields say what it was where that differs.
type change struct {
	Fate      fate   `json:"fate"`
	ID        string `json:"id"`
	File      string `json:"file"`
	Line      int    `json:"line"`
	Prompt    string `json:"prompt"`
	WasFile   string `json:"wasFile,omitempty"`
	WasLine   int    `json:"wasLine,omitempty"`
	WasPrompt string `json:"wasPrompt,omitempty"`
}

// fate is what can become of a question. Each question of the two banks has exactly one.
type fate string

// fates are in the order in which they are told. A question that returned is back, however it was edited meanwhile,
// unless it is not sure to be the same.
var fates = []fate{fateNew, fateChanged, fateMoved, fateDoubtful, fateBack, fateRetired, fateUnchanged}

const (
	fateNew       fate = "new"
	fateChanged   fate = "changed"
	fateMoved     fate = "moved"
	fateDoubtful  fate = "doubtful"
	fateBack      fate = "back"
	fateRetired   fate = "retired"
	fateUnchanged fate = "unchanged"
)

func importedOf(done store.Imported, same bool) imported {
	i := imported{Bank: done.BankInfo, Same: same}
	for _, c := range done.Match.Changes {
		i.Changes = append(i.Changes, changeOf(fateOf(c), c.Now, c.Was))
	}
	for _, q := range done.Match.Left {
		i.Changes = append(i.Changes, changeOf(fateRetired, q, nil))
	}
	return i
}

func fateOf(c questions.Change) fate {
	switch {
	case c.How == questions.New:
		return fateNew
	case c.How == questions.Unsure:
		return fateDoubtful
	case c.Back:
		return fateBack
	case c.How == questions.Changed:
		return fateChanged
	case c.How == questions.Moved:
		return fateMoved
	}
	return fateUnchanged
}

func changeOf(f fate, now questions.Question, was *questions.Question) change {
	t := now.Texts[0]
	c := change{Fate: f, ID: now.ID, File: t.File, Line: t.Line, Prompt: oneLine(t.Prompt)}
	if was == nil {
		return c
	}
	before := was.In(t.Lang)
	if before.File != t.File {
		c.WasFile, c.WasLine = before.File, before.Line
	}
	if p := oneLine(before.Prompt); p != c.Prompt {
		c.WasPrompt = p
	}
	return c
}

// loses says whether questions of a note are retired. The folder may have been imported under another path before, so only
// the note's own path within it counts.
func (i imported) loses(note string) bool {
	return slices.ContainsFunc(i.Changes, func(c change) bool {
		return c.Fate == fateRetired && strings.HasSuffix("/"+c.File, "/"+note)
	})
}

// tally counts the fates, under the names that the sentences have for them.
func (i imported) tally() bot.Values {
	counts := map[fate]int{}
	for _, c := range i.Changes {
		counts[c.Fate]++
	}
	return bot.Values{
		"Version": i.Bank.Version, "New": counts[fateNew], "Changed": counts[fateChanged], "Moved": counts[fateMoved],
		"Doubtful": counts[fateDoubtful], "Back": counts[fateBack], "Retired": counts[fateRetired], "Unchanged": counts[fateUnchanged],
	}
}

// list prints each question with what became of it, those that deserve a look first.
func (i imported) list(w io.Writer, words bot.Words) {
	order := map[fate]int{}
	for n, f := range fates {
		order[f] = n
	}
	sorted := slices.Clone(i.Changes)
	slices.SortStableFunc(sorted, func(a, b change) int { return order[a.Fate] - order[b.Fate] })
	for _, c := range sorted {
		line := fmt.Sprintf("%s: %s: %s  id=%s", words.Say("cli_fate_"+string(c.Fate)), place(c.File, c.Line), c.Prompt, c.ID)
		if c.WasFile != "" {
			line += "  " + words.Say("cli_fate_was_at", bot.Values{"Place": place(c.WasFile, c.WasLine)})
		}
		if c.WasPrompt != "" {
			line += "  " + words.Say("cli_fate_was", bot.Values{"Prompt": c.WasPrompt})
		}
		fmt.Fprintln(w, printable(line))
	}
}
