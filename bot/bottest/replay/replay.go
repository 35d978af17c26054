// Package replay plays the console's transcripts on another platform. The same script drives two bots: one in a terminal,
// as in its own tests, and one on the platform under test, where people act through what that platform offers them. What
// both remember in the end must be the same: rounds, answers, points, schedules, settings.
//
// It runs in a bubble of testing/synctest, whose clock goes on as the script winds it.
package replay

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"golang.org/x/tools/txtar"

	"rewind/bot"
	"rewind/bot/bottest"
	"rewind/bot/console"
	"rewind/questions"
	"rewind/store"
)

// Days plays every transcript of a folder on subjects that open makes, each in a bubble of its own.
func Days(t *testing.T, folder string, open func(t *testing.T) bottest.Subject) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.txt"))
	if err != nil || len(files) < 5 {
		t.Fatalf("%d transcripts in %s: %v", len(files), folder, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			t.Parallel()
			a, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			want := InTerminal(t, a, io.Discard)
			if len(want) < 3 {
				t.Fatalf("the terminal's day leaves only %q", want)
			}
			synctest.Test(t, func(t *testing.T) {
				compare(t, want, onPlatform(t, a, open(t)))
			})
		})
	}
}

func compare(t *testing.T, want, got []string) {
	t.Helper()
	for i := range max(len(want), len(got)) {
		w, g := at(want, i), at(got, i)
		if w != g {
			t.Errorf("line %d of what is remembered:\nin the terminal %s\nhere            %s", i+1, w, g)
			return
		}
	}
}

func at(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return "(nothing)"
}

// day is what a transcript says of the world it is played in.
type day struct {
	archive *txtar.Archive
	lang    questions.Lang
	zone    *time.Location
	start   time.Time
}

func read(t *testing.T, a *txtar.Archive) day {
	t.Helper()
	settings := map[string]string{}
	for field := range strings.FieldsSeq(string(a.Comment)) {
		if name, value, ok := strings.Cut(field, "="); ok {
			settings[name] = value
		}
	}
	d := day{archive: a, lang: questions.English}
	if settings["lang"] != "" {
		d.lang = questions.Lang(settings["lang"])
	}
	var err error
	if d.zone, err = time.LoadLocation(settings["zone"]); err != nil {
		t.Fatal(err)
	}
	if d.start, err = time.ParseInLocation("2006-01-02T15:04", settings["at"], d.zone); err != nil {
		t.Fatal(err)
	}
	return d
}

func (d day) script() string {
	for _, f := range d.archive.Files {
		if f.Name == "script" {
			return string(f.Data)
		}
	}
	return ""
}

func (d day) files(folder string) fstest.MapFS {
	files := fstest.MapFS{}
	for _, f := range d.archive.Files {
		if name, ok := strings.CutPrefix(f.Name, folder+"/"); ok {
			files[name] = &fstest.MapFile{Data: f.Data}
		}
	}
	return files
}

// machine is a bot on a store that can be switched off and on.
type machine struct {
	*bot.Bot
	day
	t     *testing.T
	path  string
	twice bool // every update of the store is run twice and compared
	clock bot.Clock
	store *store.Store
	ids   atomic.Int64
	deaf  atomic.Bool
	banks []string // how many questions each group has, whenever that changed
	// platform returns the platform as a process that starts has it.
	platform func() bot.Platform
	// wind lets time pass while the machine is off.
	wind func(time.Duration)
	stop func()
}

func (m *machine) on() {
	m.t.Helper()
	s, err := store.Open(m.path, store.Options{Twice: m.twice})
	if err != nil {
		m.t.Fatal(err)
	}
	m.store = s
	m.Bot = bot.New(bot.Options{
		Store: s, Clock: m.clock, Platforms: []bot.Platform{gate{m.platform(), &m.deaf}}, Lang: m.lang, Zone: m.zone.String(),
		NewID: func() string { return fmt.Sprintf("id-%04d", m.ids.Add(1)) },
		Log:   slog.New(slog.NewTextHandler(m.t.Output(), nil)),
	})
	ctx, cancel := context.WithCancel(m.t.Context())
	ran := make(chan error, 1)
	go func() { ran <- m.Run(ctx) }()
	m.stop = func() {
		cancel()
		if err := errors.Join(<-ran, s.Close()); err != nil {
			m.t.Error(err)
		}
	}
}

// gate is a platform that can be made to take nothing.
type gate struct {
	bot.Platform
	deaf *atomic.Bool
}

func (g gate) Deliver(ctx context.Context, d bot.Delivery) (bot.Receipt, error) {
	if g.deaf.Load() {
		return bot.Receipt{}, &bot.Failure{Outcome: bot.NotDone, Err: errors.New("the platform takes nothing")}
	}
	return g.Platform.Deliver(ctx, d)
}

func (m *machine) load(folder string) {
	m.t.Helper()
	files := m.files(folder)
	if len(files) == 0 {
		return
	}
	notes, err := questions.Load(questions.Source{FS: files, Root: "."})
	if err != nil {
		m.t.Fatal(err)
	}
	if _, _, err := m.store.ImportBank(m.t.Context(), store.FromNotes, notes.Questions, m.clock.Now()); err != nil {
		m.t.Fatal(err)
	}
}

// befall carries out what befalls the bot, a command of the script that begins with an exclamation mark, and says what that
// was: "!down 26h" is a machine that is off for 26 hours, "!deaf" and "!hear" a platform that takes nothing for a while,
// "!notes FOLDER" an import of other notes, "!letters" counts what waits.
func (m *machine) befall(text string) string {
	m.t.Helper()
	word, arg, _ := strings.Cut(text, " ")
	switch word {
	case "down":
		span, err := time.ParseDuration(arg)
		if err != nil {
			m.t.Fatal(err)
		}
		m.stop()
		m.wind(span)
		m.on()
		return "(the machine was off for " + arg + ")"
	case "deaf":
		m.deaf.Store(true)
		return "(the platform takes nothing)"
	case "hear":
		m.deaf.Store(false)
		return "(the platform takes letters again)"
	case "notes":
		m.load(arg)
		return "(imported " + arg + ")"
	case "letters":
		return fmt.Sprintf("(%d letters wait)", letters(m.t, m.store))
	}
	m.t.Fatalf("unknown: %s", text)
	return ""
}

// note notes how many questions there are, which in the end may be as many as at first.
func (m *machine) note() {
	m.t.Helper()
	for _, id := range groups(m.t, m.store) {
		bank, err := m.store.GroupBank(m.t.Context(), id)
		if err != nil {
			m.t.Fatal(err)
		}
		if n := fmt.Sprint(len(bank.Entries)); len(m.banks) == 0 || m.banks[len(m.banks)-1] != n {
			m.banks = append(m.banks, n)
		}
	}
}

// end proves the store and returns what it remembers.
func (m *machine) end() []string {
	m.t.Helper()
	found, err := m.store.Verify(m.t.Context())
	if err = errors.Join(err, m.store.CheckEngine(m.t.Context(), nil)); err != nil || len(found) > 0 {
		m.t.Errorf("verify: %v %v", err, found)
	}
	lines := append(Remembered(m.t, m.store), "questions in the bank: "+strings.Join(m.banks, ", "))
	m.stop()
	return lines
}

// InTerminal plays a transcript in a terminal, which out is, and returns what is remembered in the end. An update of the
// store is run twice each time, and must come to the same.
func InTerminal(t *testing.T, a *txtar.Archive, out io.Writer) []string {
	t.Helper()
	d := read(t, a)
	clock := console.NewClock(d.start)
	screen := d.screen(clock, out)
	m := &machine{
		day: d, t: t, twice: true, path: filepath.Join(t.TempDir(), "terminal.db"), clock: clock, platform: func() bot.Platform { return screen },
		wind: func(span time.Duration) { clock.Wind(clock.Now().Add(span)) },
	}
	m.on()
	m.load("notes")
	m.chat(screen, terminal{m})
	return m.end()
}

func (d day) screen(clock *console.Clock, out io.Writer) *console.Console {
	return console.New(console.Options{Out: out, Clock: clock, Words: bot.Speak(d.lang), Zone: d.zone, Name: "Mina",
		File: func(name string) (io.ReadCloser, error) { return d.files("files").Open(name) }})
}

func (m *machine) chat(screen *console.Console, b console.Bot) {
	m.t.Helper()
	err := screen.Chat(m.t.Context(), b, strings.NewReader(m.script()))
	if err != nil && !errors.Is(err, console.ErrUnknown) {
		m.t.Fatal(err)
	}
}

// terminal is the bot as the console drives it, and what befalls it.
type terminal struct{ *machine }

func (d terminal) Command(ctx context.Context, c bot.Command, answer func(context.Context, bot.Reply) error) error {
	if what, ok := strings.CutPrefix(c.Text, "!"); ok {
		return answer(ctx, bot.Reply{Message: bot.Message{Text: d.befall(what)}})
	}
	err := d.Bot.Command(ctx, c, answer)
	d.note()
	return err
}
