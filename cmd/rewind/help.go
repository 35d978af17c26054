package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/alecthomas/kong"

	"rewind/bot"
)

// helpFlag is --help, which stands before everything else on the command line.
type helpFlag bool

// errHelpShown ends parsing: the help was all that was asked for.
var errHelpShown = errors.New("help was shown")

// BeforeReset shows the help of whatever stands on the command line, complete or not.
func (helpFlag) BeforeReset(ctx *kong.Context, sh *shell) error {
	if err := printHelp(sh.words)(kong.HelpOptions{}, ctx); err != nil {
		return err
	}
	return errHelpShown
}

// helpCmd is rewind help.
type helpCmd struct {
	Command []string `arg:"" optional:""`
}

// Run shows the help of a command, or the list of all.
func (c *helpCmd) Run(k *kong.Kong, sh *shell) error {
	ctx, err := kong.Trace(k, c.Command)
	if err == nil {
		err = ctx.Error
	}
	if err != nil {
		return usageError{err}
	}
	return printHelp(sh.words)(kong.HelpOptions{}, ctx)
}

// overview is what rewind alone says: every command. Like other tools it says so as a mistake, for a script.
func (sh *shell) overview(k *kong.Kong) int {
	k.Stdout = sh.err
	ctx, err := kong.Trace(k, nil)
	if err == nil {
		err = printHelp(sh.words)(kong.HelpOptions{}, ctx)
	}
	if err != nil {
		return sh.fail(err, exitFailed)
	}
	return exitUsage
}

// printHelp is kong's help with its headings in the operator's language. The words files keep every explanation within
// a line of 80 columns, so nothing is wrapped here, where Korean would be cut within words.
func printHelp(words bot.Words) kong.HelpPrinter {
	return func(_ kong.HelpOptions, ctx *kong.Context) error {
		node := ctx.Selected()
		if node == nil {
			node = ctx.Model.Node
		}
		p := helpPage{words: words}
		p.line(words.Say("cli_usage", bot.Values{"Line": oneLine("rewind " + node.Summary())}))
		p.line("")
		p.line(node.Help)
		if node.Detail != "" {
			p.line("")
			p.line(node.Detail)
		}
		p.table("cli_heading_arguments", arguments(node))
		p.table("cli_heading_commands", commands(node))
		p.table("cli_heading_flags", flags(node))
		if len(node.Children) > 0 {
			p.line("")
			p.line(words.Say("cli_help_more"))
		}
		_, err := io.WriteString(ctx.Stdout, p.text.String())
		return err
	}
}

type helpPage struct {
	words bot.Words
	text  strings.Builder
}

func (p *helpPage) line(s string) { fmt.Fprintln(&p.text, s) }

// table writes rows of a name and what it means. Names are ASCII, so that counting runes aligns them.
func (p *helpPage) table(heading string, rows [][2]string) {
	if len(rows) == 0 {
		return
	}
	p.line("")
	p.line(p.words.Say(heading))
	w := tabwriter.NewWriter(&p.text, 0, 0, 3, ' ', 0)
	for _, r := range rows {
		fmt.Fprintf(w, "  %s\t%s\n", r[0], r[1])
	}
	w.Flush() // a strings.Builder does not fail
}

func arguments(node *kong.Node) (rows [][2]string) {
	for _, a := range node.Positional {
		rows = append(rows, [2]string{a.Summary(), a.Help})
	}
	return rows
}

func commands(node *kong.Node) (rows [][2]string) {
	for _, c := range node.Leaves(true) {
		rows = append(rows, [2]string{c.Path(), c.Help})
	}
	return rows
}

func flags(node *kong.Node) (rows [][2]string) {
	for _, group := range node.AllFlags(true) {
		for _, f := range group {
			name := f.Summary()
			if f.Short != 0 {
				name = fmt.Sprintf("-%c, %s", f.Short, name)
			}
			help := f.Help
			if len(f.Envs) > 0 {
				help += " ($" + strings.Join(f.Envs, ", $") + ")"
			}
			rows = append(rows, [2]string{name, help})
		}
	}
	return rows
}
