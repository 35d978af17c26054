package main

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"rewind/bot"
	"rewind/bot/console"
	"rewind/questions"
	"rewind/store"
)

// tryCmd has a --db of its own: what REWIND_DB names is the bot's store, not one to play with.
type tryCmd struct {
	Notes []string `placeholder:"PATH" sep:"none"`
	DB    string   `name:"db" help:"db_try" placeholder:"FILE"`
	As    string   `placeholder:"NAME"`
	Zone  zone     `env:"REWIND_ZONE" placeholder:"ZONE"`
	At    string   `hidden:"" placeholder:"2026-03-09T08:59"`
}

// localtime is the link that names the machine's zone on systems that have one.
const localtime = "/etc/localtime"

// Run plays the bot in the terminal: a question at once, then whatever is typed.
func (c *tryCmd) Run(ctx context.Context, sh *shell) (err error) {
	loc := c.Zone.Location
	if loc == nil {
		loc = machineZone(sh.getenv, localtime)
	}
	start, err := c.start(loc)
	if err != nil {
		return usageError{err}
	}
	db, remove, err := c.place(sh)
	if err != nil {
		return err
	}
	defer remove()
	s, err := openStore(ctx, db)
	if errors.Is(err, store.ErrLocked) {
		return hinted{error: err, key: "cli_hint_try_locked"}
	}
	if err != nil {
		return err
	}
	defer closing(s, &err)
	if err := c.fill(ctx, s, start); err != nil {
		return err
	}
	if start, err = notBefore(ctx, s, start); err != nil {
		return err
	}
	return c.play(ctx, sh, s, start, loc)
}

// start is when the chat's clock begins: now, or a time of the zone's clock face.
func (c *tryCmd) start(loc *time.Location) (time.Time, error) {
	if c.At == "" {
		return time.Now().UTC(), nil
	}
	t, err := time.ParseInLocation("2006-01-02T15:04", c.At, loc)
	if err != nil {
		return time.Time{}, fmt.Errorf(`--at: must be a time such as "2026-03-09T08:59", but got %q`, c.At)
	}
	return t.UTC(), nil
}

// place is the store to play in: the one that was named, or one for this chat only, which remove takes away.
func (c *tryCmd) place(sh *shell) (db string, remove func(), err error) {
	if c.DB != "" {
		return c.DB, func() {}, nil
	}
	dir, err := os.MkdirTemp("", "rewind-try-")
	if err != nil {
		return "", nil, fmt.Errorf("make a temporary store: %w", err)
	}
	sh.say("cli_try_temporary")
	return filepath.Join(dir, "rewind.db"), func() { os.RemoveAll(dir) }, nil
}

// fill makes the notes the bank; without notes, the starter bank unless the store has notes already.
func (c *tryCmd) fill(ctx context.Context, s *store.Store, now time.Time) error {
	if len(c.Notes) == 0 {
		return importStarter(ctx, s, now)
	}
	notes, err := loadNotes(c.Notes, nil)
	if err != nil {
		return err
	}
	_, _, err = s.ImportBank(ctx, store.FromNotes, notes.Questions, now)
	return err
}

// importStarter makes the starter bank in this binary the bank, unless there are notes: then it is not even read, which
// takes longer than anything else at the start.
func importStarter(ctx context.Context, s *store.Store, now time.Time) error {
	info, ok, err := s.CurrentBankInfo(ctx)
	if err != nil || ok && info.Origin == store.FromNotes {
		return err
	}
	starter, err := questions.Starter()
	if err != nil {
		return fmt.Errorf("read the starter bank: %w", err)
	}
	_, _, err = s.ImportBank(ctx, store.FromStarter, starter.Questions, now)
	return err
}

// notBefore returns start, or a moment after the last thing that the store knows of. A chat winds its clock forward, and
// in a kept store time does not go back.
func notBefore(ctx context.Context, s *store.Store, start time.Time) (time.Time, error) {
	groups, err := s.Groups(ctx)
	for _, id := range groups {
		err = errors.Join(err, s.ViewGroup(ctx, id, func(tx *store.Tx) error {
			for r := range tx.Rounds() {
				last := lastOf(tx, r)
				if !last.Before(start) {
					start = last.Add(time.Second)
				}
			}
			return nil
		}))
	}
	return start, err
}

// lastOf is the last moment at which something happened to a round.
func lastOf(tx *store.Tx, r store.Round) time.Time {
	times := []time.Time{r.Due, r.Revealing, r.RevealedAt}
	for _, c := range tx.Comments(r.Number) {
		times = append(times, c.Said, c.Revision)
	}
	for _, a := range tx.Answers(r.Number) {
		times = append(times, a.At)
	}
	last := times[0]
	for _, t := range times {
		if t.After(last) {
			last = t
		}
	}
	return last
}

// play runs the bot on a console until the chat ends.
func (c *tryCmd) play(ctx context.Context, sh *shell, s *store.Store, start time.Time, loc *time.Location) error {
	clock := console.NewClock(start)
	interactive := isTerminal(sh.in) && isTerminal(sh.out)
	name, user := c.As, ""
	if name == "" {
		name, user = sh.words.Say("cli_you"), "you" // one person, whatever the language
	}
	screen := console.New(console.Options{
		Out: sh.out, Clock: clock, Words: sh.words, Zone: loc, Name: name, User: user,
		Interactive: interactive, Color: interactive && sh.getenv("NO_COLOR") == "",
	})
	b := bot.New(bot.Options{
		Store: s, Clock: clock, Platforms: []bot.Platform{screen}, Lang: sh.words.Lang(), Zone: loc.String(), NewID: idsFrom(start),
		Log: slog.New(slog.NewTextHandler(sh.err, &slog.HandlerOptions{Level: slog.LevelError})),
	})
	ctx, stop := context.WithCancel(ctx)
	ran := make(chan error, 1)
	go func() { ran <- b.Run(ctx) }()
	err := ask(ctx, s, b, screen)
	if err == nil {
		err = screen.Chat(ctx, b, sh.in)
	}
	stop()
	return errors.Join(err, <-ran)
}

// idsFrom makes IDs that follow from the chat's start, so that the same script is the same chat down to the order of
// members with equal points. No two chats in a kept store start at the same time (see notBefore).
func idsFrom(start time.Time) func() string {
	var made atomic.Int64
	return func() string {
		sum := sha256.Sum256(fmt.Appendf(nil, "%d/%d", start.UnixNano(), made.Add(1)))
		return base32.StdEncoding.EncodeToString(sum[:10])
	}
}

// ask has the first question asked at once, and one each day from then on unless the store has a schedule already.
func ask(ctx context.Context, s *store.Store, b *bot.Bot, screen *console.Console) error {
	scheduled, err := hasSchedule(ctx, s)
	if err != nil {
		return err
	}
	commands := []string{"schedule add daily 09:00 reveal=18:00", "post"}
	if scheduled {
		commands = commands[1:]
	}
	for _, text := range commands {
		said := func(context.Context, bot.Reply) error { return nil } // the question itself follows
		if err := b.Command(ctx, screen.Command(text), said); err != nil {
			return err
		}
	}
	return b.Quiet(ctx)
}

func hasSchedule(ctx context.Context, s *store.Store) (found bool, err error) {
	groups, err := s.Groups(ctx)
	for _, id := range groups {
		err = errors.Join(err, s.ViewGroup(ctx, id, func(tx *store.Tx) error {
			for range tx.Schedules() {
				found = true
			}
			return nil
		}))
	}
	return found, err
}
