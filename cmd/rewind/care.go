package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"rewind/bot"
	"rewind/store"
)

type backupCmd struct {
	File string `arg:"" name:"file"`
	database
}

// Run copies the store while it may be in use.
func (c *backupCmd) Run(ctx context.Context, sh *shell) (err error) {
	k, err := c.existing(ctx)
	if err != nil {
		return err
	}
	defer closing(k, &err)
	if err := k.Backup(ctx, c.File); err != nil {
		return withCopy(ctx, err, c.file())
	}
	sh.say("cli_backup_done", bot.Values{"File": c.File, "DB": c.file()})
	return nil
}

type restoreCmd struct {
	File  string `arg:"" name:"file"`
	Force bool
	database
}

// Run puts a backup in the store's place. It never goes through the socket: a store in use is not replaced.
func (c *restoreCmd) Run(ctx context.Context, sh *shell) error {
	if err := store.Restore(ctx, c.File, c.file(), c.Force); err != nil {
		switch {
		case errors.Is(err, store.ErrLocked):
			return hinted{error: err, key: "cli_hint_restore_locked"}
		case errors.Is(err, store.ErrDamaged):
			return hinted{error: err, key: "cli_hint_restore_damaged"}
		}
		return err
	}
	sh.say("cli_restore_done", bot.Values{"File": c.File, "DB": c.file()})
	return nil
}

type verifyCmd struct{ database }

// errFound makes the exit code say that something is wrong with the store.
var errFound = errors.New("the store does not hold what it promises")

// Run proves the store, and says each thing that is wrong with it as a sentence.
func (c *verifyCmd) Run(ctx context.Context, sh *shell) (err error) {
	k, err := c.existing(ctx)
	if err != nil {
		return err
	}
	defer closing(k, &err)
	found, err := k.Verify(ctx, progress(sh.err))
	for _, f := range found {
		fmt.Fprintln(sh.out, printable(finding(f, sh.words)))
	}
	if err != nil {
		return withCopy(ctx, err, c.file())
	}
	if len(found) > 0 {
		return hinted{error: fmt.Errorf("verify %s: %w", c.file(), errFound), key: "cli_hint_verify"}
	}
	sh.say("cli_verify_done", bot.Values{"DB": c.file()})
	return nil
}

func finding(f store.Finding, words bot.Words) string {
	key := "cli_finding_" + strings.ReplaceAll(f.Code, "-", "_")
	return words.Say(key, bot.Values{"Group": f.Group, "What": f.What})
}

// progress draws how far a proof has come on one line of a terminal, and nothing anywhere else.
func progress(w io.Writer) func(percent int) {
	if !isTerminal(w) {
		return func(int) {}
	}
	return func(percent int) {
		fmt.Fprintf(w, "\r%3d%%", percent)
		if percent == 100 {
			fmt.Fprint(w, "\r    \r")
		}
	}
}

type statusCmd struct{ database }

// Run prints what is in the store at a glance.
func (c *statusCmd) Run(ctx context.Context, sh *shell) (err error) {
	k, err := c.existing(ctx)
	if err != nil {
		return err
	}
	defer closing(k, &err)
	st, err := k.Status(ctx)
	if err != nil {
		return err
	}
	if st.Holder != 0 {
		sh.say("cli_status_held", bot.Values{"DB": c.file(), "Process": st.Holder})
	} else {
		sh.say("cli_status_free", bot.Values{"DB": c.file()})
	}
	if st.Bank == "" {
		sh.say("cli_status_no_bank")
	} else {
		sh.say("cli_status_bank", bot.Values{"Version": st.Bank, "Count": st.Questions})
	}
	if len(st.Groups) == 0 {
		sh.say("cli_status_nobody")
	}
	for _, g := range st.Groups {
		sh.say("cli_status_group", bot.Values{
			"Group": g.ID, "Lang": g.Lang, "Zone": g.Zone, "Members": g.Members, "Schedules": g.Schedules,
			"Open": g.Open, "Waiting": g.Waiting, "Buried": g.Buried,
		})
	}
	return nil
}

// closing closes c and keeps its error, unless there is an earlier one.
func closing(c io.Closer, err *error) {
	if e := c.Close(); *err == nil {
		*err = e
	}
}
