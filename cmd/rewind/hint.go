package main

import (
	"errors"
	"io/fs"

	"rewind/bot"
	"rewind/bot/console"
	"rewind/questions"
	"rewind/store"
)

// usageError is a command line that was not understood.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// hinted is an error that comes with what to do about it: the key of a sentence, and its values.
type hinted struct {
	error
	key    string
	values bot.Values
}

func (e hinted) Unwrap() error { return e.error }

// hint says what an operator can do about an error, "" where nothing is known: what the error brings along, else by what
// it is.
func hint(err error, words bot.Words) string {
	if fatal := (*bot.Fatal)(nil); errors.As(err, &fatal) {
		return words.Say("fatal_" + fatal.Code)
	}
	if own := (hinted{}); errors.As(err, &own) {
		return words.Say(own.key, own.values)
	}
	if errors.As(err, &usageError{}) {
		return words.Say("cli_hint_usage")
	}
	for _, h := range []struct {
		is  error
		key string
	}{
		{store.ErrLocked, "cli_hint_locked"},
		{store.ErrNewer, "cli_hint_newer"},
		{store.ErrDamaged, "cli_hint_damaged"},
		{store.ErrExists, "cli_hint_exists"},
		{store.ErrNoUndo, "cli_hint_no_undo"},
		{questions.ErrNoQuestion, "cli_hint_no_question"},
		{console.ErrUnknown, "cli_hint_unknown"},
		{errGroups, "cli_hint_groups"},
		{fs.ErrPermission, "cli_hint_permission"},
	} {
		if errors.Is(err, h.is) {
			return words.Say(h.key)
		}
	}
	return ""
}
