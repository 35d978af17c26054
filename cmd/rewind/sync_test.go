package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/fsnotify/fsnotify"

	"rewind/bot"
	"rewind/questions"
	"rewind/store"
)

const (
	portNote = "## What is a port?\n\nA number that names a program on a host.\n"
	lockNote = "## What is a lock?\n\nA promise that nobody else changes a row.\n"
)

// folder is one that is followed, over a store of its own.
type folder struct {
	t     *testing.T
	path  string
	keep  local
	f     *follower
	said  []string
	fails error // what the next import ends with
	edits int
}

func newFolder(t *testing.T, notes map[string]string) *folder {
	t.Helper()
	s, _ := openTestStore(t)
	d := &folder{t: t, path: t.TempDir(), keep: local{s}}
	for name, text := range notes {
		d.write(name, text)
	}
	d.restart()
	return d
}

// restart follows the folder anew, as another process does.
func (d *folder) restart() {
	d.t.Helper()
	f, err := newFollower(d.path, bot.Speak(questions.English))
	if err != nil {
		d.t.Fatal(err)
	}
	f.give = func(ctx context.Context, qs []questions.Question, dryRun bool) (imported, error) {
		if d.fails != nil {
			return imported{}, d.fails
		}
		return d.keep.Import(ctx, qs, dryRun)
	}
	f.tell = func(key string, values ...bot.Values) { d.said = append(d.said, f.words.Say(key, values...)) }
	d.f = f
}

// write puts a file into the folder, with a time that no other edit has.
func (d *folder) write(name, text string) {
	d.t.Helper()
	path := filepath.Join(d.path, name)
	d.edits++
	at := time.Date(2026, 3, 9, 9, 0, d.edits, 0, time.UTC)
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600), os.Chtimes(path, at, at)); err != nil {
		d.t.Fatal(err)
	}
}

func (d *folder) remove(name string) {
	d.t.Helper()
	if err := os.RemoveAll(filepath.Join(d.path, name)); err != nil {
		d.t.Fatal(err)
	}
}

// look looks twice, so that what has changed has come to rest, and returns what was said, without the folder's own path.
func (d *folder) look() string {
	d.t.Helper()
	d.said = nil
	if d.f.look(d.t.Context()) {
		d.f.look(d.t.Context())
	}
	return strings.ReplaceAll(strings.Join(d.said, "\n"), filepath.ToSlash(d.path), "FOLDER")
}

// want holds what the bank asks against prompts.
func (d *folder) want(prompts ...string) {
	d.t.Helper()
	bank, err := d.keep.store.CurrentBank(d.t.Context())
	if err != nil {
		d.t.Fatal(err)
	}
	var got []string
	for _, q := range questionsOf(d.t, d.keep.store, bank) {
		got = append(got, q.Texts[0].Prompt)
	}
	if !slices.Equal(got, prompts) {
		d.t.Errorf("the bank asks %q, want %q", got, prompts)
	}
}

func questionsOf(t *testing.T, s *store.Store, bank *store.Bank) (qs []questions.Question) {
	t.Helper()
	err := s.ViewGroup(t.Context(), "a", func(tx *store.Tx) error {
		for _, e := range bank.Entries {
			q, ok := tx.Question(bank.Version, 0, e.ID)
			if !ok {
				t.Errorf("%s is missing", e.ID)
				continue
			}
			qs = append(qs, q)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return qs
}

func TestFollow(t *testing.T) {
	t.Parallel()
	d := newFolder(t, map[string]string{"a.md": portNote, ".git/b.md": lockNote})
	const port, lock = "What is a port?", "What is a lock?"
	if said := d.look(); !strings.Contains(said, "1 new, ") {
		t.Errorf("the first look said %q", said)
	}
	d.want(port)
	if said := d.look(); said != "" {
		t.Errorf("nothing changed, and it said %q", said)
	}

	// Another file, in a folder of its own; a file that is no note and one that is hidden.
	d.write("more/b.md", lockNote)
	d.write("c.png", portNote)
	d.write("more/.b.md.swp", portNote)
	if said := d.look(); !strings.Contains(said, "1 new, 0 changed, 0 moved, 0 doubtful, 0 back, 0 retired, 1 unchanged") {
		t.Errorf("it said %q", said)
	}
	d.want(port, lock)

	// What an editor has begun to write waits until it rests.
	d.write("a.md", "## What is a po")
	if !d.f.look(t.Context()) {
		t.Error("a change was read at once")
	}
	d.write("a.md", "## What is a port number?\n\nA number that names a program on a host.\n")
	if !d.f.look(t.Context()) {
		t.Error("a change was read at once")
	}
	d.want(port, lock)
	if said := d.look(); !strings.Contains(said, "0 new, 1 changed") {
		t.Errorf("it said %q", said)
	}
	d.want("What is a port number?", lock)

	// A file that goes takes its questions with it, and brings them back.
	d.remove("more")
	if said := d.look(); !strings.Contains(said, "1 retired, 1 unchanged") {
		t.Errorf("it said %q", said)
	}
	d.write("d.md", lockNote)
	if said := d.look(); !strings.Contains(said, "1 back, 0 retired") {
		t.Errorf("it said %q", said)
	}

	// Saved without a change.
	d.write("d.md", lockNote)
	if said := d.look(); said != "" {
		t.Errorf("it said %q", said)
	}
}

// A file that cannot be used changes nothing, is told of once, and keeps no other file waiting.
func TestFollowBrokenFile(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, why string }{
		{"cut to nothing", "", "no question in this file"},
		{"half written", "---\nlang: en\n", "no question in this file"},
		{"not text", "## What is a p\xff\xfe\x00?", "not a text file; skipped"},
		{"too large", portNote + strings.Repeat("x", 300<<10), "larger than 256 KiB; skipped"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			const port, lock = "What is a port?", "What is a lock?"
			d := newFolder(t, map[string]string{"a.md": portNote, "b.md": lockNote})
			d.look()
			d.write("a.md", test.text)
			want := "FOLDER/a.md: " + test.why + ". Its last good text stays in the bank."
			if said := d.look(); said != want {
				t.Errorf("it said %q, want %q", said, want)
			}
			d.want(port, lock)
			d.write("a.md", test.text+"\n")
			if said := d.look(); said != "" {
				t.Errorf("again it said %q", said)
			}
			d.write("b.md", strings.Replace(lockNote, "a lock", "a database lock", 1))
			if said := d.look(); !strings.Contains(said, "1 changed") {
				t.Errorf("another file: it said %q", said)
			}
			d.want(port, "What is a database lock?")

			// A process that starts now has never seen the file as it was: nothing is imported.
			d.restart()
			d.write("b.md", lockNote)
			if said := d.look(); said != "FOLDER/a.md: "+test.why+". Nothing is imported, since its questions would be lost. Repair the file, or delete it." {
				t.Errorf("it said %q", said)
			}
			d.want(port, "What is a database lock?")
			if d.f.looks = readAgain - 1; d.look() != "" {
				t.Error("it said so twice")
			}
			d.write("a.md", portNote)
			if said := d.look(); !strings.Contains(said, "1 changed") {
				t.Errorf("repaired: it said %q", said)
			}
			d.want(port, lock)
		})
	}
}

// A table or list that nobody has finished writing changes nothing either, and one that is longer than any note is read
// whole.
func TestFollowLists(t *testing.T) {
	t.Parallel()
	const list = `[{"question": "What is a port?", "answer": "A number."}, {"question": "What is a lock?", "answer": "A promise."}]`
	for name, broken := range map[string]string{"cut off": list[:len(list)-20], "something else": `{"version": 1}`} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newFolder(t, map[string]string{"a.json": list})
			d.look()
			d.write("a.json", broken)
			if said := d.look(); !strings.Contains(said, "Its last good text stays in the bank.") {
				t.Errorf("it said %q", said)
			}
			d.want("What is a port?", "What is a lock?")
		})
	}
	t.Run("long", func(t *testing.T) {
		t.Parallel()
		filler := strings.Repeat("word ", 40_000)
		var table strings.Builder
		var want []string
		table.WriteString("question,answer\n")
		for _, what := range []string{"port", "lock", "page", "socket", "mutex", "inode", "stack"} {
			want = append(want, "What is a "+what+"?")
			fmt.Fprintf(&table, "%s,%s\n", want[len(want)-1], filler)
		}
		d := newFolder(t, map[string]string{"a.csv": table.String()})
		d.look()
		d.want(want...)
	})
	t.Run("too long", func(t *testing.T) {
		t.Parallel()
		d := newFolder(t, map[string]string{"a.csv": "question,answer\nWhat is a port?,A number.\n"})
		d.look()
		d.write("a.csv", "question,answer\nWhat is a port?,A number.\n"+strings.Repeat(" ", maxFollowed))
		if said := d.look(); !strings.Contains(said, "larger than 64 MiB") || !strings.Contains(said, "Its last good text stays") {
			t.Errorf("it said %q", said)
		}
	})
}

// A file that never held a question keeps nothing waiting.
func TestFollowFileWithoutQuestions(t *testing.T) {
	t.Parallel()
	d := newFolder(t, map[string]string{"README.md": "Our notes.\n", "a.md": portNote})
	d.look()
	d.want("What is a port?")
	d.restart()
	d.write("b.md", lockNote)
	d.look()
	d.want("What is a port?", "What is a lock?")
}

// unreadable is a file system in which one file cannot be opened.
type unreadable struct {
	fs.FS
	name string
}

func (u unreadable) Open(name string) (fs.File, error) {
	if name == u.name {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	return u.FS.Open(name)
}

// The folder may have been imported under another path before: a note is known by its path within it.
func TestLoses(t *testing.T) {
	t.Parallel()
	i := imported{Changes: []change{{Fate: fateRetired, File: "/home/notes/more/a.md"}, {Fate: fateMoved, File: "notes/b.md"}, {Fate: fateRetired, File: "c.md"}}}
	for note, want := range map[string]bool{"more/a.md": true, "a.md": true, "ore/a.md": false, "b.md": false, "c.md": true, "notes/c.md": false} {
		if got := i.loses(note); got != want {
			t.Errorf("%s: %v", note, got)
		}
	}
}

func TestFollowUnreadable(t *testing.T) {
	t.Parallel()
	d := newFolder(t, map[string]string{"a.md": portNote, "b.md": lockNote})
	d.look()
	d.f.source.FS = unreadable{d.f.source.FS, "a.md"}
	d.write("a.md", portNote+"\nMore.\n")
	if said := d.look(); said != "FOLDER/a.md: permission denied. Its last good text stays in the bank." {
		t.Errorf("it said %q", said)
	}
	d.want("What is a port?", "What is a lock?")
}

// A folder that is gone, or holds no note any more, leaves the bank as it is, and so does an import that fails; that one is
// tried again.
func TestFollowFailures(t *testing.T) {
	t.Parallel()
	d := newFolder(t, map[string]string{"a.md": portNote})
	d.look()
	d.remove("a.md")
	if said := d.look(); said != "FOLDER was not imported: FOLDER: no question found. The bank stays as it is." {
		t.Errorf("empty: it said %q", said)
	}
	d.remove("")
	if said := d.look(); !strings.HasPrefix(said, "FOLDER was not imported: read FOLDER: ") {
		t.Errorf("gone: it said %q", said)
	}
	if said := d.look(); said != "" {
		t.Errorf("still gone: it said %q", said)
	}
	d.want("What is a port?")
	d.fails = errors.New("the disk is full")
	d.write("b.md", lockNote)
	if said := d.look(); said != "FOLDER was not imported: the disk is full. The bank stays as it is." {
		t.Errorf("failed: it said %q", said)
	}
	if said := d.look(); said != "" {
		t.Errorf("failed again: it said %q", said)
	}
	d.fails = nil
	if said := d.look(); !strings.Contains(said, "1 new") {
		t.Errorf("tried again: it said %q", said)
	}
	d.want("What is a lock?")
}

// An edit that changes neither size nor time is found in the end, and a file that never rests keeps the others waiting only
// for a while.
func TestFollowInTheEnd(t *testing.T) {
	t.Parallel()
	d := newFolder(t, map[string]string{"a.md": portNote})
	d.look()
	d.edits--
	d.write("a.md", strings.Replace(portNote, "port", "pore", 1))
	for range readAgain {
		d.f.look(t.Context())
	}
	d.want("What is a pore?")
	for range maxRestless + 1 {
		d.write("log.txt", lockNote)
		d.f.look(t.Context())
	}
	d.want("What is a pore?", "What is a lock?")
}

// TestFollowRun holds when a folder is looked at: at once, after a hint, soon after a change, and every so often.
func TestFollowRun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		imports := map[time.Duration]int{}
		dir := t.TempDir()
		put := func(name, text string) {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		put("a.md", portNote)
		f, err := newFollower(dir, bot.Speak(questions.English))
		if err != nil {
			t.Fatal(err)
		}
		f.tell = func(string, ...bot.Values) {}
		f.give = func(_ context.Context, qs []questions.Question, _ bool) (imported, error) {
			imports[time.Since(start)] = len(qs)
			return imported{}, nil
		}
		ctx, cancel := context.WithCancel(t.Context())
		hints, ended := make(chan struct{}, 1), make(chan struct{})
		go func() { f.run(ctx, hints, 10*time.Second); close(ended) }()
		time.Sleep(time.Second)
		put("b.md", lockNote)
		hints <- struct{}{}
		time.Sleep(5 * time.Second)
		put("c.md", "## What is a socket?\n\nOne end of a connection.\n") // nobody hints at it
		time.Sleep(30 * time.Second)
		cancel()
		<-ended
		want := map[time.Duration]int{0: 1, time.Second + 2*settle: 2, time.Second + 2*settle + 10*time.Second + settle: 3}
		if !maps.Equal(imports, want) {
			t.Errorf("imports %v, want %v", imports, want)
		}
	})
}

// TestWatch holds that a change gives a hint, also in a folder that was made later, and that hidden folders are not watched.
func TestWatch(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, ".git"), 0o700); err != nil {
		t.Fatal(err)
	}
	hints, stop, err := watch(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	hinted := func(what string) {
		t.Helper()
		select {
		case <-hints:
		case <-time.After(20 * time.Second):
			t.Fatalf("no hint at %s", what)
		}
	}
	put := func(name string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put("a.md")
	hinted("a file")
	if err := os.Mkdir(filepath.Join(dir, "more"), 0o700); err != nil {
		t.Fatal(err)
	}
	hinted("a folder")
	w, err := fsnotify.NewWatcher()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if err := watchBelow(w, dir); err != nil {
		t.Fatal(err)
	}
	if got := slices.Sorted(slices.Values(w.WatchList())); !slices.Equal(got, []string{dir, filepath.Join(dir, "more")}) {
		t.Errorf("watches %q", got)
	}
}

func TestNoteFS(t *testing.T) {
	t.Parallel()
	n := noteFS{"a.md": []byte("a"), "more/b.md": []byte("b"), "more/still/c.md": []byte("c"), "more.md": []byte("d")}
	if err := fstest.TestFS(n, slices.Collect(maps.Keys(n))...); err != nil {
		t.Error(err)
	}
	for _, name := range []string{"mor", "more/x.md", "a.md/b", "../a.md"} {
		if _, err := n.Open(name); err == nil {
			t.Errorf("opened %s", name)
		}
	}
	if entries, err := (noteFS{}).ReadDir("."); err != nil || len(entries) != 0 {
		t.Errorf("an empty one lists %v, %v", entries, err)
	}
}
