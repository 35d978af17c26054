package main

import (
	"cmp"
	"strings"

	"github.com/alecthomas/kong"

	"rewind/bot"
)

// cli is the table of commands. What each one and each flag does is said in the words of the operator's language under
// keys made of their names (see explain), so no sentence stands here.
type cli struct {
	ShowHelp helpFlag `name:"help" short:"h"`
	Lang     language `env:"REWIND_LANG" placeholder:"ko|en"`

	Try     tryCmd     `cmd:""`
	Serve   serveCmd   `cmd:""`
	Bank    bankCmd    `cmd:""`
	Backup  backupCmd  `cmd:""`
	Restore restoreCmd `cmd:""`
	Verify  verifyCmd  `cmd:""`
	Status  statusCmd  `cmd:""`

	Manifest manifestCmd `cmd:""`

	Version versionCmd `cmd:""`
	Help    helpCmd    `cmd:""`
	Prove   proveCmd   `cmd:"" hidden:""`
}

// database is the flag of every command that works on a store.
type database struct {
	DB string `name:"db" env:"REWIND_DB" placeholder:"FILE"`
}

// file is the store's path. A REWIND_DB that is set to nothing is not set.
func (d database) file() string { return cmp.Or(d.DB, "rewind.db") }

func newParser(sh *shell) (*kong.Kong, error) {
	return kong.New(&cli{},
		kong.Name("rewind"),
		kong.NoDefaultHelp(),
		kong.Writers(sh.out, sh.err),
		kong.Help(printHelp(sh.words)),
		kong.Bind(sh),
		kong.PostBuild(func(k *kong.Kong) error { return explain(k, sh.words) }),
	)
}

// explain fills in what the commands, arguments and flags are for: rewind bank import has cli_help_bank_import and
// cli_detail_bank_import, the flag --db has cli_flag_db, the argument PATH has cli_arg_path. Where one name means two
// things, the help tag names the other key.
func explain(k *kong.Kong, words bot.Words) error {
	return kong.Visit(k.Model, func(v kong.Visitable, next kong.Next) error {
		switch v := v.(type) {
		case *kong.Application:
			v.Help = words.Say("cli_help")
		case *kong.Node:
			path := strings.ReplaceAll(v.Path(), " ", "_")
			v.Help = words.Say("cli_help_" + path)
			v.Detail = words.Say("cli_detail_" + path)
		case *kong.Value:
			kind := "arg"
			if v.Flag != nil {
				kind = "flag"
			}
			v.Help = words.Say("cli_" + kind + "_" + cmp.Or(v.Help, v.Name))
		}
		return next(nil)
	})
}
