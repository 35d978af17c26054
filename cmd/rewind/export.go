package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"time"

	"rewind/bot"
	"rewind/questions"
	"rewind/store"
)

type bankExportCmd struct {
	Format      string `placeholder:"NAME" help:"format"`
	WithAnswers bool   `name:"with-answers" help:"with_answers"`
	Group       string `placeholder:"ID"`
	Output      string `short:"o" placeholder:"FILE" help:"output"`
	Force       bool   `help:"force_export"`
	database
}

// pathExport gives the bank and, with ?answers=1 and perhaps &group=ID, the team's best answers.
const pathExport = "/bank/export"

// exported is a bank on its way out of a store.
type exported struct {
	Bank      store.BankInfo                    `json:"bank"`
	Questions []questions.Question              `json:"questions"`
	Team      map[string][]questions.TeamAnswer `json:"team,omitempty"`
}

// errGroups says that answers of more than one group would be written into one file.
var errGroups = errors.New("the store has more than one group")

// Run writes the bank that is asked from to a file or to standard output.
func (c *bankExportCmd) Run(ctx context.Context, sh *shell) (err error) {
	format, err := c.format(sh)
	if err != nil {
		return err
	}
	k, err := c.existing(ctx)
	if err != nil {
		return err
	}
	defer closing(k, &err)
	bank, err := k.Export(ctx, c.WithAnswers, c.Group)
	if err != nil {
		return err
	}
	if len(bank.Questions) == 0 {
		return hinted{error: errors.New("export: nothing was imported yet"), key: "cli_hint_no_store"}
	}
	write := func(w io.Writer) error {
		e := questions.Export{Questions: bank.Questions, Team: bank.Team, At: bank.Bank.Imported}
		return questions.Write(w, format, e)
	}
	if c.toStdout() {
		out := bufio.NewWriter(sh.out)
		return errors.Join(write(out), out.Flush())
	}
	if err := writeFile(c.Output, c.Force, write); err != nil {
		return err
	}
	sh.say("cli_export_done", bot.Values{"File": c.Output, "Count": len(bank.Questions), "Version": bank.Bank.Version})
	return nil
}

func (c *bankExportCmd) toStdout() bool { return c.Output == "" || c.Output == "-" }

// format is the one that was asked for, else the one that the file's name asks for, else Markdown.
func (c *bankExportCmd) format(sh *shell) (questions.Format, error) {
	format := questions.Format(c.Format)
	if c.Format == "" {
		if !c.toStdout() {
			format = questions.FormatOf(c.Output)
		}
		format = cmp.Or(format, questions.Markdown)
	}
	if !slices.Contains(questions.Formats, format) {
		return "", usageError{fmt.Errorf("--format must be one of %v, not %q", questions.Formats, c.Format)}
	}
	if format == questions.AnkiPackage && c.toStdout() && isTerminal(sh.out) {
		return "", usageError{errors.New("a package is no text for a terminal: name a file with -o")}
	}
	return format, nil
}

// writeFile lets write fill a file that gets its name only when it is whole. What is there already stays unless force.
func writeFile(path string, force bool, write func(io.Writer) error) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("write %s: %w", path, cause(err))
		}
	}()
	if _, err := os.Lstat(path); err == nil && !force {
		return hinted{error: fs.ErrExist, key: "cli_hint_export_exists"}
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".rewind-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // where it got its name there is nothing left to remove
	out := bufio.NewWriter(f)
	if err := errors.Join(write(out), out.Flush(), f.Chmod(0o644), f.Sync(), f.Close()); err != nil {
		return err
	}
	if force {
		return os.Rename(f.Name(), path)
	}
	// A link never replaces what somebody else made meanwhile; not every file system has them.
	if err := os.Link(f.Name(), path); err == nil || errors.Is(err, fs.ErrExist) {
		return err
	}
	return os.Rename(f.Name(), path)
}

func (l local) Export(ctx context.Context, answers bool, group string) (e exported, err error) {
	groups, err := l.store.Groups(ctx)
	switch {
	case err != nil:
		return e, err
	case group != "" && !slices.Contains(groups, group):
		return e, hinted{error: fmt.Errorf("export the bank of group %s: there is no such group", group), key: "cli_hint_groups"}
	case answers && group == "" && len(groups) > 1:
		return e, hinted{error: fmt.Errorf("export answers: %w", errGroups), key: "cli_hint_groups"}
	case answers && group == "" && len(groups) == 1:
		group = groups[0]
	}
	if group == "" {
		e.Bank, e.Questions, err = l.store.Questions(ctx)
	} else {
		e.Bank, e.Questions, err = l.bankOf(ctx, group)
	}
	if err != nil || !answers {
		return e, err
	}
	e.Team = map[string][]questions.TeamAnswer{}
	if group != "" {
		e.Team, err = l.store.TeamAnswers(ctx, group)
	}
	return e, err
}

// bankOf is what a group is asked from, with the questions and reference answers of its own.
func (l local) bankOf(ctx context.Context, group string) (store.BankInfo, []questions.Question, error) {
	info, _, err := l.store.GroupBankInfo(ctx, group)
	if err != nil {
		return info, nil, err
	}
	bank, err := l.store.GroupBank(ctx, group)
	if err != nil {
		return info, nil, err
	}
	qs, err := l.store.BankQuestions(ctx, group, bank)
	return info, qs, err
}

// exportWithin is how long the other side may take to read the bank and its answers.
const exportWithin = time.Minute

func (r *remote) Export(ctx context.Context, answers bool, group string) (e exported, err error) {
	ctx, cancel := context.WithTimeout(ctx, exportWithin)
	defer cancel()
	path := pathExport
	if answers || group != "" {
		values := url.Values{"group": {group}}
		if answers {
			values.Set("answers", "1")
		}
		path += "?" + values.Encode()
	}
	err = r.ask(ctx, http.MethodGet, path, nil, &e)
	if answers && e.Team == nil {
		e.Team = map[string][]questions.TeamAnswer{}
	}
	return e, err
}

func (s socketServer) export(w http.ResponseWriter, r *http.Request) {
	e, err := s.local.Export(r.Context(), r.FormValue("answers") != "", r.FormValue("group"))
	s.answer(w, r, e, err)
}
