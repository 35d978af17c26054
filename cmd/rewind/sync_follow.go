package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"time"

	"rewind/bot"
	"rewind/questions"
)

const (
	// readAgain is after how many looks every file is read again, for an edit that changed neither size nor time.
	readAgain = 30
	// maxRestless is how many looks in a row a folder may differ from itself before it is read all the same: a file that
	// somebody writes to all the time keeps no other waiting.
	maxRestless = 20
)

// follower keeps the bank as a folder of notes is. It has no clock: each look compares the folder with the look before.
type follower struct {
	source questions.Source
	words  bot.Words
	// give imports the questions, or says what that would do; tell says a sentence to the operator.
	give func(ctx context.Context, qs []questions.Question, dryRun bool) (imported, error)
	tell func(key string, values ...bot.Values)

	seen     map[string]stamp // the folder at the last look
	restless int              // looks in a row that saw something change
	pending  bool             // there is something to read or to import
	looks    int
	notes    map[string]followed
	given    [sha256.Size]byte // of the notes that were imported last
	told     map[string]string // by file, or "" for all of it: the trouble that was told last
}

// stamp is what changes with nearly every edit and costs no reading.
type stamp struct {
	size int64
	mod  time.Time
	mode fs.FileMode
}

// followed is a note that was read. good is its last text that could be used, nil if there was none.
type followed struct {
	stamp stamp
	good  []byte
	wrong string // why the file as it is now cannot be used, empty if it can
}

func newFollower(folder string, words bot.Words) (*follower, error) {
	s, err := source(folder)
	if err != nil {
		return nil, err
	}
	return &follower{source: s, words: words, notes: map[string]followed{}, told: map[string]string{}}, nil
}

// look reads what has changed since the last look and come to rest, and imports it. The first look reads what there is.
// It says whether to look again soon: something has just changed.
func (f *follower) look(ctx context.Context) (soon bool) {
	stamps, err := f.stamps()
	if err != nil {
		f.trouble("", "cli_sync_failed", bot.Values{"Folder": f.source.Base, "Why": err.Error()})
		return false
	}
	f.looks++
	first, rested := f.seen == nil, maps.Equal(stamps, f.seen)
	f.seen = stamps
	if !first && !rested && f.restless < maxRestless {
		f.restless++
		f.pending = true
		return true
	}
	all := f.looks%readAgain == 0
	if !first && !f.pending && !all {
		return false
	}
	f.restless, f.pending = 0, false
	f.read(stamps, all)
	f.bring(ctx)
	return false
}

func (f *follower) stamps() (map[string]stamp, error) {
	files, err := f.source.Files()
	if err != nil {
		return nil, err
	}
	stamps := make(map[string]stamp, len(files))
	for _, name := range files {
		info, err := fs.Stat(f.source.FS, name)
		if err != nil { // it went while we looked, or cannot be read: the next look or the reading says which
			stamps[name] = stamp{size: -1}
			continue
		}
		stamps[name] = stamp{info.Size(), info.ModTime(), info.Mode()}
	}
	return stamps, nil
}

// read takes in the files that have changed, or all of them.
func (f *follower) read(stamps map[string]stamp, all bool) {
	maps.DeleteFunc(f.notes, func(name string, _ followed) bool {
		_, ok := stamps[name]
		if !ok {
			delete(f.told, name)
		}
		return !ok
	})
	for name, s := range stamps {
		n, known := f.notes[name]
		if known && n.stamp == s && !all {
			continue
		}
		n.stamp = s
		text, wrong := f.readWhole(name)
		if n.wrong = wrong; wrong == "" {
			n.good = text
		}
		f.notes[name] = n
		if n.wrong == "" {
			delete(f.told, name)
		} else if n.good != nil {
			f.trouble(name, "cli_sync_broken", bot.Values{"File": f.shown(name), "Why": n.wrong})
		}
	}
}

// readWhole reads a file, or says in words why it cannot be used.
func (f *follower) readWhole(name string) (text []byte, wrong string) {
	file, err := f.source.FS.Open(name)
	if err != nil {
		return nil, cause(err).Error()
	}
	defer file.Close()
	text, err = io.ReadAll(io.LimitReader(file, maxFollowed+1))
	switch {
	case err != nil:
		return nil, cause(err).Error()
	case len(text) > maxFollowed:
		return nil, warning(questions.Warning{Code: questions.TooLarge, Other: fmt.Sprintf("%d MiB", maxFollowed>>20)}, f.words)
	}
	return text, f.fault(name, text)
}

// maxFollowed is the most bytes of a followed file, since all of them are held in memory. Only a package may be larger
// elsewhere.
const maxFollowed = 64 << 20

// faults are what a file that nobody has finished writing looks like, or one that was replaced by something else.
var faults = []questions.Code{
	questions.NotText, questions.TooLarge, questions.NothingAsked, questions.NoList, questions.Damaged, questions.Unsafe,
}

// fault says in words why a file without questions cannot be used; it is empty where the file is marked to be skipped.
func (f *follower) fault(name string, text []byte) string {
	// An error says the same as the warnings: that this file has no questions.
	notes, _ := questions.Load(questions.Source{FS: noteFS{name: text}, Root: name, Base: f.source.Base})
	if len(notes.Questions) > 0 {
		return ""
	}
	for _, w := range notes.Warnings {
		if slices.Contains(faults, w.Code) {
			return warning(w, f.words)
		}
	}
	return ""
}

// bring imports the notes unless they are what was imported last. A file that cannot be used and was never read stops the
// import if questions of it would be lost.
func (f *follower) bring(ctx context.Context) {
	good, sum := f.good()
	if sum == f.given {
		return
	}
	done, err := f.importNotes(ctx, good)
	if own := (lostNote{}); errors.As(err, &own) {
		f.trouble(own.name, "cli_sync_held", bot.Values{"File": f.shown(own.name), "Why": f.notes[own.name].wrong})
		return
	}
	if err != nil {
		if !stopped(ctx, err) {
			f.trouble("", "cli_sync_failed", bot.Values{"Folder": f.source.Base, "Why": err.Error()})
		}
		f.pending = !errors.Is(err, questions.ErrNoQuestion)
		return
	}
	f.given = sum
	delete(f.told, "")
	if !done.Same {
		f.tell("cli_sync_done", done.tally())
	}
}

// good returns the usable notes, and a sum over them.
func (f *follower) good() (noteFS, [sha256.Size]byte) {
	good, h := noteFS{}, sha256.New()
	for _, name := range slices.Sorted(maps.Keys(f.notes)) {
		if text := f.notes[name].good; text != nil {
			good[name] = text
			fmt.Fprintf(h, "%q %x\n", name, sha256.Sum256(text))
		}
	}
	return good, [sha256.Size]byte(h.Sum(nil))
}

// lostNote is a file whose questions an import would lose because the file cannot be used.
type lostNote struct{ name string }

func (l lostNote) Error() string { return "read " + l.name + ": it cannot be used" }

func (f *follower) importNotes(ctx context.Context, good noteFS) (imported, error) {
	loaded, err := questions.Load(questions.Source{FS: good, Root: f.source.Root, Base: f.source.Base})
	if err != nil {
		return imported{}, err
	}
	var unread []string
	for _, name := range slices.Sorted(maps.Keys(f.notes)) {
		if f.notes[name].good == nil {
			unread = append(unread, name)
		}
	}
	if len(unread) > 0 {
		would, err := f.give(ctx, loaded.Questions, true)
		if err != nil {
			return imported{}, err
		}
		for _, name := range unread {
			if would.loses(name) {
				return imported{}, lostNote{name}
			}
		}
	}
	return f.give(ctx, loaded.Questions, false)
}

// trouble tells of a trouble once, until it is another one or was over in between.
func (f *follower) trouble(of, key string, values bot.Values) {
	what := key + ": " + fmt.Sprint(values["Why"])
	if f.told[of] != what {
		f.told[of] = what
		f.tell(key, values)
	}
}

func (f *follower) shown(name string) string { return path.Join(f.source.Base, name) }
