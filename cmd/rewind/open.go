package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"rewind/bot"
	"rewind/store"
)

// openStore opens the store at path, or makes it. A file whose last Rewind did not stop in order is proved first, by a
// process of its own; a damaged one is told together with the newest copy that could take its place.
func openStore(ctx context.Context, path string) (*store.Store, error) {
	s, err := store.Open(path, store.Options{Check: proveApart})
	return s, withCopy(ctx, err, path)
}

// proveCmd is what such a process does: it says on its standard output what is wrong, if anything is.
type proveCmd struct {
	File string `arg:"" name:"file"`
}

// proveStack is in bytes. A damaged file can make bbolt go round in a circle: that ends here, and not with the memory.
const proveStack = 64 << 20

// Run proves the file. What is wrong with it is no failure of the process, which did what it was asked to.
func (c *proveCmd) Run(ctx context.Context, sh *shell) error {
	debug.SetMaxStack(proveStack)
	if err := store.Prove(ctx, c.File); err != nil {
		return json.NewEncoder(sh.out).Encode(failureOf(err))
	}
	return nil
}

// proveApart proves the file in a process of its own. It gets nothing of our environment, which may hold secrets.
func proveApart(ctx context.Context, path string) error {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, program)
	cmd.Args = []string{os.Args[0], "prove", "--", path}
	cmd.Env = []string{}
	return hear(cmd)
}

// hear runs a process that proves a file and returns what it says of it. One that did not come to its end met damage that
// it could not cope with.
func hear(cmd *exec.Cmd) error {
	out, err := cmd.Output()
	if ended := (&exec.ExitError{}); errors.As(err, &ended) {
		reason, _, _ := strings.Cut(strings.TrimSpace(string(ended.Stderr)), "\n")
		return &failure{Message: fmt.Sprintf("the process that proves it ended with %s: %s", ended, reason), Kind: "damaged"}
	}
	if err != nil || len(out) == 0 {
		return err
	}
	f := &failure{}
	if err := json.Unmarshal(out, f); err != nil {
		return fmt.Errorf("understand the process that proves it: %w", err)
	}
	return f
}

// withCopy adds to the error of a damaged store which copy is the newest whole one beside it.
func withCopy(ctx context.Context, err error, path string) error {
	if !errors.Is(err, store.ErrDamaged) {
		return err
	}
	copied, at, found := newestCopy(ctx, path)
	if !found {
		return err
	}
	return hinted{err, "cli_hint_damaged_copy", bot.Values{"Copy": copied, "Time": at.Format("2006-01-02 15:04"), "DB": path}}
}

// mostCopies is how many files are looked into before a copy counts as not found.
const mostCopies = 20

// newestCopy finds the newest file beside the store that is a whole store too.
func newestCopy(ctx context.Context, path string) (copied string, at time.Time, found bool) {
	dir := filepath.Dir(path)
	entries, err := os.ReadDir(dir)
	if err != nil {
		return "", time.Time{}, false
	}
	var files []fs.FileInfo
	for _, e := range entries {
		info, err := e.Info()
		if err == nil && info.Mode().IsRegular() && e.Name() != filepath.Base(path) && store.Resembles(filepath.Join(dir, e.Name())) {
			files = append(files, info)
		}
	}
	slices.SortFunc(files, func(a, b fs.FileInfo) int {
		return cmp.Or(b.ModTime().Compare(a.ModTime()), strings.Compare(a.Name(), b.Name()))
	})
	for _, info := range files[:min(len(files), mostCopies)] {
		if file := filepath.Join(dir, info.Name()); proveApart(ctx, file) == nil {
			return file, info.ModTime(), true
		}
	}
	return "", time.Time{}, false
}
