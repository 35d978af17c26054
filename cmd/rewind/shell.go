package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"unicode"

	"rewind/bot"
)

// shell is what surrounds a command: its streams, the environment, and the operator's language.
type shell struct {
	in     io.Reader
	out    io.Writer
	err    io.Writer
	getenv func(string) string
	words  bot.Words
}

// The exit codes: a command failed, it was not understood, or it was stopped by a signal, as shells have it.
const (
	exitFailed      = 1
	exitUsage       = 2
	exitInterrupted = 130
)

// run is the whole program: it does what args say and returns the exit code. The first SIGINT or SIGTERM ends ctx, so
// that the command can finish what it has begun; a second one finds no handler any more and ends the process at once.
func run(ctx context.Context, args []string, sh shell) int {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)

	sh.words = bot.Speak(chooseLang(args, sh.getenv))
	parser, err := newParser(&sh)
	if err != nil {
		return sh.fail(err, exitFailed)
	}
	if len(args) == 0 {
		return sh.overview(parser)
	}
	command, err := parser.Parse(args)
	if errors.Is(err, errHelpShown) {
		return 0
	}
	if err != nil {
		return sh.fail(usageError{err}, exitUsage)
	}
	command.BindTo(ctx, (*context.Context)(nil))
	err = command.Run()
	if err == nil {
		return 0
	}
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return exitInterrupted // whoever stopped it knows
	}
	if errors.As(err, &usageError{}) {
		return sh.fail(err, exitUsage)
	}
	return sh.fail(err, exitFailed)
}

// fail says in one line what went wrong and, where there is something to do about it, in a second one what.
func (sh *shell) fail(err error, code int) int {
	fmt.Fprintf(sh.err, "rewind: %s\n", printable(strings.ReplaceAll(err.Error(), "\n", "; ")))
	if hint := hint(err, sh.words); hint != "" {
		fmt.Fprintf(sh.err, "  %s\n", printable(hint))
	}
	return code
}

// say prints a sentence of the words files as a line of its own.
func (sh *shell) say(key string, values ...bot.Values) {
	fmt.Fprintln(sh.out, printable(sh.words.Say(key, values...)))
}

// printable shows control characters as symbols, so that nothing that stands in a note or a file name can steer the
// terminal. Line ends and tabs stay.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r < ' ':
			return 0x2400 + r // the picture of the control character
		case r == 0x7f:
			return '␡'
		case unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r):
			return unicode.ReplacementChar
		}
		return r
	}, s)
}

// isTerminal reports whether a person sits at the other end of the stream.
func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return false
	}
	null, err := os.Stat(os.DevNull)
	return err != nil || !os.SameFile(info, null)
}
