package console_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"
	_ "time/tzdata"
	"unicode"

	"golang.org/x/tools/txtar"

	"rewind/bot"
	"rewind/bot/console"
	"rewind/questions"
	"rewind/store"
)

var rewrite = flag.Bool("rewrite", false, "write what the transcripts print into their files")

// TestDays plays the chats in testdata/days through the real bot, with its Run, cron and store, on a clock that stands
// still until it is wound. Each file holds a script, the notes it is played with, and the transcript it must print:
//
//	# what it shows, then one setting a line: at=2026-03-09T08:59 zone=Asia/Seoul lang=ko
//	-- script --
//	-- notes/x.md --
//	-- want --
//
// A script is what would be typed into rewind try, with words for what befalls the bot: "/quiz !down 26h" is a machine
// that is off for 26 hours, "/quiz !deaf" and "/quiz !hear" a platform that takes nothing for a while, "/quiz !notes
// FOLDER" an import of other notes, "/quiz !letters" counts what waits.
func TestDays(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/days/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no transcripts: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			t.Parallel()
			playDay(t, file)
		})
	}
}

func playDay(t *testing.T, file string) {
	a, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	d := newDay(t, a)
	got := d.play(section(a, "script"))
	for _, broken := range []string{"⟦", "<no value>"} {
		if strings.Contains(got, broken) {
			t.Errorf("a sentence is broken: %s", got[strings.Index(got, broken):])
		}
	}
	if *rewrite {
		setSection(a, "want", got)
		if err := os.WriteFile(file, txtar.Format(a), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want := section(a, "want"); got != want {
		t.Errorf("the transcript differs; -rewrite writes the new one.\n%s", firstDifference(want, got))
	}
}

// day is a bot with a console, of which the bot can be stopped and started again.
type day struct {
	*bot.Bot // the running one
	t        *testing.T
	archive  *txtar.Archive
	path     string
	clock    *console.Clock
	screen   *console.Console
	out      strings.Builder
	store    *store.Store
	lang     questions.Lang
	zone     *time.Location
	deaf     atomic.Bool
	ids      atomic.Int64
	stop     func()
}

func newDay(t *testing.T, a *txtar.Archive) *day {
	t.Helper()
	d := &day{t: t, archive: a, path: filepath.Join(t.TempDir(), "rewind.db"), lang: questions.English}
	settings := map[string]string{}
	for field := range strings.FieldsSeq(string(a.Comment)) {
		if name, value, ok := strings.Cut(field, "="); ok {
			settings[name] = value
		}
	}
	if settings["lang"] != "" {
		d.lang = questions.Lang(settings["lang"])
	}
	zone, err := time.LoadLocation(settings["zone"])
	if err != nil {
		t.Fatal(err)
	}
	start, err := time.ParseInLocation("2006-01-02T15:04", settings["at"], zone)
	if err != nil {
		t.Fatal(err)
	}
	d.zone, d.clock = zone, console.NewClock(start)
	d.screen = console.New(console.Options{Out: &d.out, Clock: d.clock, Words: bot.Speak(d.lang), Zone: zone, Name: "Mina",
		File: func(name string) (io.ReadCloser, error) { return d.notes("files").Open(name) }})
	return d
}

func (d *day) play(script string) string {
	d.start()
	if files := d.notes("notes"); len(files) > 0 {
		d.load("notes")
	}
	err := d.screen.Chat(d.t.Context(), d, strings.NewReader(script))
	if err != nil && !errors.Is(err, console.ErrUnknown) {
		d.t.Fatal(err)
	}
	d.verify()
	d.stop()
	return d.out.String()
}

// start opens the store, every update of which is run twice and compared, and runs a bot on it.
func (d *day) start() {
	s, err := store.Open(d.path, store.Options{Twice: true})
	if err != nil {
		d.t.Fatal(err)
	}
	d.store = s
	d.Bot = bot.New(bot.Options{
		Store: s, Clock: d.clock, Platforms: []bot.Platform{gate{d.screen, &d.deaf}}, Lang: d.lang, Zone: d.zone.String(),
		NewID: func() string { return fmt.Sprintf("id-%04d", d.ids.Add(1)) },
		Log:   slog.New(slog.NewTextHandler(d.t.Output(), nil)),
	})
	ctx, cancel := context.WithCancel(d.t.Context())
	ran := make(chan error, 1)
	go func() { ran <- d.Run(ctx) }()
	d.stop = func() {
		cancel()
		if err := errors.Join(<-ran, s.Close()); err != nil {
			d.t.Error(err)
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

// Command carries out what befalls the bot, and hands everything else to it.
func (d *day) Command(ctx context.Context, c bot.Command, answer func(context.Context, bot.Reply) error) error {
	what, ok := strings.CutPrefix(c.Text, "!")
	if !ok {
		return d.Bot.Command(ctx, c, answer)
	}
	word, arg, _ := strings.Cut(what, " ")
	said := ""
	switch word {
	case "down":
		span, err := time.ParseDuration(arg)
		if err != nil {
			d.t.Fatal(err)
		}
		d.stop()
		d.clock.Wind(d.clock.Now().Add(span))
		d.start()
		said = "(the machine was off for " + arg + ")"
	case "deaf":
		d.deaf.Store(true)
		said = "(the platform takes nothing)"
	case "hear":
		d.deaf.Store(false)
		said = "(the platform takes letters again)"
	case "notes":
		d.load(arg)
		said = "(imported " + arg + ")"
	case "letters":
		said = fmt.Sprintf("(%d letters wait)", d.letters())
	default:
		d.t.Fatalf("unknown: %s", c.Text)
	}
	return answer(ctx, bot.Reply{Message: bot.Message{Text: said}})
}

func (d *day) notes(folder string) fstest.MapFS {
	files := fstest.MapFS{}
	for _, f := range d.archive.Files {
		if name, ok := strings.CutPrefix(f.Name, folder+"/"); ok {
			files[name] = &fstest.MapFile{Data: f.Data}
		}
	}
	return files
}

func (d *day) load(folder string) {
	d.t.Helper()
	notes, err := questions.Load(questions.Source{FS: d.notes(folder), Root: "."})
	if err != nil {
		d.t.Fatal(err)
	}
	if _, _, err := d.store.ImportBank(d.t.Context(), store.FromNotes, notes.Questions, d.clock.Now()); err != nil {
		d.t.Fatal(err)
	}
}

func (d *day) letters() (n int) {
	for _, id := range d.groups() {
		err := d.store.ViewGroup(d.t.Context(), id, func(tx *store.Tx) error {
			for range tx.Letters() {
				n++
			}
			return nil
		})
		if err != nil {
			d.t.Fatal(err)
		}
	}
	return n
}

func (d *day) groups() []string {
	ids, err := d.store.Groups(d.t.Context())
	if err != nil {
		d.t.Fatal(err)
	}
	return ids
}

// verify proves the store after the day.
func (d *day) verify() {
	d.t.Helper()
	if err := d.store.CheckEngine(d.t.Context(), nil); err != nil {
		d.t.Error(err)
	}
	found, err := d.store.Verify(d.t.Context())
	if err != nil {
		d.t.Error(err)
	}
	for _, f := range found {
		d.t.Errorf("verify: %s: %s", f.Code, f.What)
	}
}

func section(a *txtar.Archive, name string) string {
	for _, f := range a.Files {
		if f.Name == name {
			return string(f.Data)
		}
	}
	return ""
}

func setSection(a *txtar.Archive, name, text string) {
	for i := range a.Files {
		if a.Files[i].Name == name {
			a.Files[i].Data = []byte(text)
			return
		}
	}
	a.Files = append(a.Files, txtar.File{Name: name, Data: []byte(text)})
}

func firstDifference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range min(len(w), len(g)) {
		if w[i] != g[i] {
			return fmt.Sprintf("line %d:\nwant %q\ngot  %q", i+1, w[i], g[i])
		}
	}
	return fmt.Sprintf("want %d lines, got %d", len(w), len(g))
}

var commandNames = regexp.MustCompile("(?m)^\\| `/quiz ([^`]+)` \\|.*\\| `/quiz ([^`]+)` \\|")

// TestDaysHaveAll wants every command of the reference in a script, in both languages.
func TestDaysHaveAll(t *testing.T) {
	t.Parallel()
	reference, err := os.ReadFile("../../docs/commands.md")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("testdata/days/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	typed := ""
	for _, file := range files {
		a, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		typed += section(a, "script") + "\n"
	}
	found := commandNames.FindAllStringSubmatch(string(reference), -1)
	if len(found) < 20 {
		t.Fatalf("the reference has %d commands", len(found))
	}
	for _, names := range found {
		words := len(strings.Fields(names[1][:nameLength(names[1])])) // as many has the Korean name
		for _, usage := range names[1:] {
			called := "/quiz " + strings.Join(strings.Fields(usage)[:words], " ")
			if !strings.Contains(typed, called+" ") && !strings.Contains(typed, called+"\n") {
				t.Errorf("no script gives %s", called)
			}
		}
	}
}

// nameLength is how much of an English usage is the command's name: its options are in capitals or in brackets.
func nameLength(usage string) int {
	if i := strings.IndexFunc(usage, func(r rune) bool { return unicode.IsUpper(r) || strings.ContainsRune("[=|", r) }); i >= 0 {
		return i
	}
	return len(usage)
}
