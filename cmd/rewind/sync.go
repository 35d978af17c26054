package main

import (
	"context"
	"errors"
	"time"

	"rewind/bot"
	"rewind/questions"
)

// bankSyncCmd opens the store for each import and closes it again, so that another Rewind may come and go beside it.
type bankSyncCmd struct {
	Every time.Duration `default:"2s" hidden:""`
	Path  string        `arg:"" name:"folder"`
	database
}

// Run follows the folder until ctx is done.
func (c *bankSyncCmd) Run(ctx context.Context, sh *shell) error {
	f, err := newFollower(c.Path, sh.words)
	if err != nil {
		return err
	}
	f.give = func(ctx context.Context, qs []questions.Question, dryRun bool) (done imported, err error) {
		return (&bankImportCmd{DryRun: dryRun, database: c.database}).give(ctx, qs)
	}
	f.tell = sh.say
	sh.say("cli_sync_start", bot.Values{"Folder": c.Path})
	f.follow(ctx, c.Path, c.Every)
	return nil
}

// settle is how long a folder must stay as it is before it is read. Editors save in several steps.
const settle = 400 * time.Millisecond

// follow looks at the folder again and again until ctx is done: when the system hints at a change, and in any case every
// so often, since hints get lost.
func (f *follower) follow(ctx context.Context, folder string, every time.Duration) {
	hints, stop, err := watch(folder)
	if err != nil {
		f.tell("cli_sync_unwatched", bot.Values{"Folder": folder, "Every": every.String(), "Why": err.Error()})
	}
	defer stop()
	f.run(ctx, hints, every)
}

// run is follow with the hints given; a nil channel gives none.
func (f *follower) run(ctx context.Context, hints <-chan struct{}, every time.Duration) {
	for {
		wait := every
		if f.look(ctx) {
			wait = min(settle, every)
		}
		select {
		case <-ctx.Done():
			return
		case <-hints:
			if !sleep(ctx, min(settle, every)) {
				return
			}
		case <-time.After(wait):
		}
	}
}

func sleep(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// stopped says whether err only means that ctx is done.
func stopped(ctx context.Context, err error) bool {
	return ctx.Err() != nil && errors.Is(err, ctx.Err())
}
