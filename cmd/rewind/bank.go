package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"

	"rewind/bot"
	"rewind/questions"
)

type bankCmd struct {
	Check  bankCheckCmd  `cmd:""`
	Import bankImportCmd `cmd:""`
	Undo   bankUndoCmd   `cmd:""`
	Sync   bankSyncCmd   `cmd:""`
	Export bankExportCmd `cmd:""`
}

type bankCheckCmd struct {
	JSON    bool     `name:"json"`
	Verbose bool     `short:"v"`
	Paths   []string `arg:"" name:"path"`
}

// Run prints what an import would load. As JSON, standard output holds the questions and nothing else.
func (c *bankCheckCmd) Run(sh *shell) error {
	notes, err := loadNotes(c.Paths, reading(sh))
	if c.JSON {
		if err := questions.WriteJSONLines(sh.out, notes); err != nil {
			return err
		}
		printWarnings(sh.err, notes, sh.words)
		return err
	}
	for _, q := range notes.Questions {
		for _, t := range q.Texts {
			c.print(sh.out, q, t)
		}
	}
	printWarnings(sh.out, notes, sh.words)
	if c.Verbose {
		printReadings(sh.out, notes, sh.words)
	}
	if err != nil {
		return err
	}
	sh.say("cli_notes_summary", tally(notes))
	return nil
}

// printReadings says of each file how its questions were told from the rest, and how sure that is.
func printReadings(w io.Writer, notes questions.Notes, words bot.Words) {
	for _, r := range notes.Readings {
		how := words.Say("cli_reading_"+string(r.Habit), bot.Values{"Level": r.Level})
		said := words.Say("cli_reading", bot.Values{"How": how, "Sure": r.Sure})
		fmt.Fprintf(w, "%s: %s\n", place(r.File, 0), said)
	}
}

func (c *bankCheckCmd) print(w io.Writer, q questions.Question, t questions.Text) {
	fmt.Fprintf(w, "%s: %s\n", place(t.File, t.Line), printable(oneLine(t.Prompt)))
	if !c.Verbose {
		return
	}
	fmt.Fprintf(w, "    [%s] %s  id=%s\n", t.Lang, printable(strings.Join(t.Topics, " > ")), printable(q.ID))
	for i, o := range t.Options {
		tick := " "
		if slices.Contains(t.Right, i) {
			tick = "x"
		}
		fmt.Fprintf(w, "    [%s] %s\n", tick, printable(oneLine(o)))
	}
	for line := range strings.Lines(t.Answer) {
		fmt.Fprintf(w, "    %s\n", printable(strings.TrimRight(line, "\n")))
	}
	for _, f := range t.FollowUps {
		fmt.Fprintf(w, "    + %s\n", printable(oneLine(f)))
	}
	if t.Source != "" {
		fmt.Fprintf(w, "    <%s>\n", printable(t.Source))
	}
	fmt.Fprintln(w)
}

func printWarnings(w io.Writer, notes questions.Notes, words bot.Words) {
	for _, warned := range notes.Warnings {
		line := place(warned.File, warned.Line) + ": " + warning(warned, words)
		if warned.Prompt != "" {
			line += ": " + oneLine(warned.Prompt)
		}
		fmt.Fprintln(w, printable(line))
	}
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

type bankImportCmd struct {
	DryRun  bool     `name:"dry-run" help:"dry_run"`
	Verbose bool     `short:"v" help:"verbose_import"`
	Paths   []string `arg:"" name:"path"`
	database
}

// Run reads the notes here, where the paths mean something, and hands the questions to whoever keeps the store.
func (c *bankImportCmd) Run(ctx context.Context, sh *shell) error {
	notes, err := loadNotes(c.Paths, reading(sh))
	if err != nil {
		return err
	}
	done, err := c.give(ctx, notes.Questions)
	if err != nil {
		return err
	}
	sh.say("cli_notes_summary", tally(notes))
	if c.Verbose {
		done.list(sh.out, sh.words)
	}
	sh.say("cli_import_counts", done.tally())
	switch {
	case done.Same:
		sh.say("cli_import_same", done.tally())
	case c.DryRun:
		sh.say("cli_import_plan", done.tally())
	default:
		sh.say("cli_import_done", done.tally())
	}
	if len(notes.Warnings) > 0 {
		sh.say("cli_import_warnings", bot.Values{"Count": len(notes.Warnings)})
	}
	return nil
}

// give hands the questions to the keeper of the store. A dry run does not even make a store where there is none.
func (c *bankImportCmd) give(ctx context.Context, qs []questions.Question) (done imported, err error) {
	if _, err := os.Stat(c.file()); c.DryRun && errors.Is(err, fs.ErrNotExist) {
		return planFirst(ctx, qs)
	}
	k, err := c.open(ctx)
	if err != nil {
		return imported{}, err
	}
	defer closing(k, &err)
	return k.Import(ctx, qs, c.DryRun)
}

type bankUndoCmd struct{ database }

// Run makes the bank before the current one current again.
func (c *bankUndoCmd) Run(ctx context.Context, sh *shell) (err error) {
	k, err := c.existing(ctx)
	if err != nil {
		return err
	}
	defer closing(k, &err)
	info, err := k.Undo(ctx)
	if err != nil {
		return err
	}
	sh.say("cli_undo_done", bot.Values{"Version": info.Version, "Count": info.Questions})
	return nil
}
