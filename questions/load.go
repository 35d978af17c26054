package questions

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"unicode/utf8"
)

// maxFile is the most bytes a note may have: three times the longest question list we have met.
const maxFile = 256 << 10

// errTooLarge and errNotText are why a file that can be read is skipped all the same.
var (
	errTooLarge = errors.New("too large")
	errNotText  = errors.New("not text")
)

// Source is a file, or a folder with everything below it, of a file system.
type Source struct {
	FS fs.FS
	// Root is the file or folder in FS, "." for all of it. A file is read whatever its name ends in; of a folder only
	// what ends in .md, .markdown or .txt and is not hidden.
	Root string
	// Base is put before paths when they are shown; it may be empty.
	Base string
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

// load adds the source's cards to b and says whether there was one.
func (s Source) load(b *bank) (found bool, err error) {
	files, err := s.files(b)
	if err != nil {
		return false, err
	}
	for _, name := range files {
		n, err := s.loadFile(b, name)
		if err != nil {
			return false, err
		}
		found = found || n > 0
	}
	return found, nil
}

// loadFile adds one file's cards and returns how many it has.
func (s Source) loadFile(b *bank, name string) (int, error) {
	shown := s.shown(name)
	src, err := s.read(name)
	switch {
	case errors.Is(err, errTooLarge):
		b.warn(Warning{Code: TooLarge, File: shown})
		return 0, nil
	case errors.Is(err, errNotText):
		b.warn(Warning{Code: NotText, File: shown})
		return 0, nil
	case err != nil:
		return 0, fmt.Errorf("read %s: %w", shown, err)
	}
	b.files++
	cards, warnings, how := read(shown, src)
	b.readings = append(b.readings, how)
	for _, w := range warnings {
		b.warn(w)
	}
	for _, c := range cards {
		b.add(c)
	}
	return len(cards), nil
}

func (s Source) shown(name string) string { return path.Join(s.Base, name) }

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
		case name != s.Root && strings.HasPrefix(d.Name(), "."):
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case d.IsDir() || !isNote(name):
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

func isNote(name string) bool {
	return slices.Contains([]string{".md", ".markdown", ".txt"}, strings.ToLower(path.Ext(name)))
}

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

// read returns the file's text without byte order mark and with plain line ends.
func (s Source) read(name string) (string, error) {
	f, err := s.FS.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	src, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	switch {
	case err != nil:
		return "", err
	case len(src) > maxFile:
		return "", errTooLarge
	}
	src = fromUTF16(src)
	switch {
	case !utf8.Valid(src) || bytes.IndexByte(src, 0) >= 0:
		return "", errNotText
	}
	return string(src), nil
}
