package questions

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
)

// Source is a file, or a folder with everything below it, of a file system.
type Source struct {
	FS fs.FS
	// Root is the file or folder in FS, "." for all of it. A file is read whatever its name ends in; of a folder only
	// what ends in one of the names of fileKinds and is not hidden.
	Root string
	// Base is put before paths when they are shown; it may be empty.
	Base string
	// Progress, if not nil, is told after each file how many of the source's files are done.
	Progress func(done, total int)
}

// Load reads the sources as one bank: a card that appears twice is loaded once and reported. An error names the path
// that cannot be read and wraps the file system's; a source without any question is an error that wraps ErrNoQuestion.
// Beside an error the notes hold what was read and warned of until then.
func Load(sources ...Source) (Notes, error) {
	b := newBank()
	for _, s := range sources {
		found, err := s.load(b)
		if err != nil {
			return b.notes(), err
		}
		if !found {
			return b.notes(), fmt.Errorf("%s: %w", s.shown(s.Root), ErrNoQuestion)
		}
	}
	return b.notes(), nil
}

// load adds the source's cards to b and says whether there was one. A file that cannot be taken for questions is warned
// of; where it was named itself that is an error too, which says why.
func (s Source) load(b *bank) (found bool, err error) {
	files, err := s.files(b)
	if err != nil {
		return false, err
	}
	for i, name := range files {
		a, err := s.loadFile(b, name)
		if err != nil {
			return false, err
		}
		if a.refusal != "" {
			b.warn(Warning{Code: a.refusal, File: a.file, Line: a.at, Other: a.limit})
		}
		if a.refusal != "" && name == s.Root {
			return false, fmt.Errorf("read %s: %w", placeOf(a.file, a.at), cmp.Or(a.why, refusals[a.refusal]))
		}
		found = found || a.found > 0
		if s.Progress != nil {
			s.Progress(i+1, len(files))
		}
	}
	return found, nil
}

func placeOf(file string, line int) string {
	if line == 0 {
		return file
	}
	return fmt.Sprintf("%s:%d", file, line)
}

// loadFile adds one file's questions.
func (s Source) loadFile(b *bank, name string) (*adder, error) {
	a := &adder{bank: b, file: s.shown(name)}
	if err := s.readFile(a, name); err != nil {
		return a, fmt.Errorf("read %s: %w", a.file, err)
	}
	if a.refusal == "" {
		b.files++
	}
	return a, nil
}

// readFile finds out what kind of file it is and reads it as that. Of a package only what it declares is held in memory.
func (s Source) readFile(a *adder, name string) error {
	f, err := s.FS.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	head := make([]byte, sniffed)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return err
	}
	head = head[:n]
	k := kindBy(kindOf(name), head)
	if at, ok := f.(io.ReaderAt); ok && k == ankiPackage {
		return a.filePackage(f, at)
	}
	src, err := io.ReadAll(io.LimitReader(io.MultiReader(bytes.NewReader(head), f), k.limit()+1))
	switch {
	case err != nil:
		return err
	case int64(len(src)) > k.limit():
		a.tooLarge(k)
	case k == ankiPackage:
		a.ankiPackage(bytes.NewReader(src), int64(len(src)))
	case k == markdown, k == documentKind:
		a.notes(src)
	default:
		k.parse(src, a)
		a.end()
	}
	return nil
}

// filePackage reads a package where it lies.
func (a *adder) filePackage(f fs.File, at io.ReaderAt) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if info.Size() > maxPackage {
		a.tooLarge(ankiPackage)
		return nil
	}
	a.ankiPackage(at, info.Size())
	return nil
}

// notes reads people's notes, or a document that the bank wrote.
func (a *adder) notes(src []byte) {
	text, ok := textOf(src)
	if !ok {
		a.refuse(NotText, 0)
		return
	}
	if a.document(text) {
		return
	}
	cards, warnings, how := read(a.file, text)
	a.bank.readings = append(a.bank.readings, how)
	for _, w := range warnings {
		a.bank.warn(w)
	}
	for _, c := range cards {
		a.bank.add(c)
	}
	a.found += len(cards)
}

func (s Source) shown(name string) string { return path.Join(s.Base, name) }

// Files lists what Load reads of the source, in its order.
func (s Source) Files() ([]string, error) { return s.files(newBank()) }

// files lists the paths to read in sorted order.
func (s Source) files(b *bank) ([]string, error) {
	info, err := fs.Stat(s.FS, s.Root)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", s.shown(s.Root), err)
	}
	if !info.IsDir() {
		return []string{s.Root}, nil
	}
	var files []string
	err = fs.WalkDir(s.FS, s.Root, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return fmt.Errorf("read %s: %w", s.shown(name), err)
		case name != s.Root && LeftOut(d.Name()):
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case d.IsDir() || kindOf(name) == notNotes:
			return nil
		case d.Type()&fs.ModeSymlink != 0 && !leadsToFile(s.FS, name):
			b.warn(Warning{Code: NotFollowed, File: s.shown(name)})
			return nil
		}
		files = append(files, name)
		return nil
	})
	return files, err
}

// LeftOut says whether a folder's entry of this name is never read: hidden ones, such as .git, and what a package manager
// fetched, whose documents are not the team's notes.
func LeftOut(name string) bool { return strings.HasPrefix(name, ".") || name == "node_modules" }

// leadsToFile says whether the symbolic link name ends at a regular file without ever leaving fsys. Mounted
// configuration consists of such links, so skipping all of them would leave those operators without a question.
func leadsToFile(fsys fs.FS, name string) bool {
	done, rest := ".", strings.Split(name, "/")
	// A system gives up after 40 links too; without a limit two links could lead to each other for ever.
	for links := 0; len(rest) > 0; {
		next := path.Join(done, rest[0])
		info, err := fs.Lstat(fsys, next)
		if err != nil {
			return false
		}
		if info.Mode()&fs.ModeSymlink == 0 {
			done, rest = next, rest[1:]
			if len(rest) == 0 {
				return info.Mode().IsRegular()
			}
			continue
		}
		target, err := fs.ReadLink(fsys, next)
		if links++; err != nil || links > 40 || path.IsAbs(target) {
			return false
		}
		target = path.Join(path.Dir(next), target)
		if !fs.ValidPath(target) {
			return false
		}
		done, rest = ".", append(strings.Split(target, "/"), rest[1:]...)
	}
	return false
}
