package main

import (
	"bytes"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"time"
)

// noteFS is a file system of notes in memory: what is followed is read once, judged, and then loaded from here, so that
// nothing changes in between. Folders follow from the names.
type noteFS map[string][]byte

func (n noteFS) Open(name string) (fs.File, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	if text, ok := n[name]; ok {
		return noteFile{bytes.NewReader(text), noteInfo{path.Base(name), int64(len(text)), 0o400}}, nil
	}
	entries, err := n.ReadDir(name)
	if err != nil {
		return nil, err
	}
	return &noteFolder{noteFile{bytes.NewReader(nil), noteInfo{path.Base(name), 0, fs.ModeDir | 0o500}}, entries}, nil
}

// ReadDir lists a folder in the order of the names.
func (n noteFS) ReadDir(folder string) ([]fs.DirEntry, error) {
	found := map[string]fs.DirEntry{}
	for name, text := range n {
		below := name
		if folder != "." {
			var ok bool
			if below, ok = strings.CutPrefix(name, folder+"/"); !ok {
				continue
			}
		}
		first, _, inFolder := strings.Cut(below, "/")
		info := noteInfo{first, int64(len(text)), 0o400}
		if inFolder {
			info = noteInfo{first, 0, fs.ModeDir | 0o500}
		}
		found[first] = fs.FileInfoToDirEntry(info)
	}
	if len(found) == 0 && folder != "." {
		return nil, &fs.PathError{Op: "open", Path: folder, Err: fs.ErrNotExist}
	}
	return slices.SortedFunc(maps.Values(found), func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) }), nil
}

type noteFile struct {
	*bytes.Reader
	info noteInfo
}

func (f noteFile) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f noteFile) Close() error               { return nil }

// noteFolder is an open folder; rest are the entries that were not listed yet.
type noteFolder struct {
	noteFile
	rest []fs.DirEntry
}

func (f *noteFolder) ReadDir(n int) ([]fs.DirEntry, error) {
	if n <= 0 {
		n = len(f.rest)
	} else if len(f.rest) == 0 {
		return nil, io.EOF
	}
	some := f.rest[:min(n, len(f.rest))]
	f.rest = f.rest[len(some):]
	return some, nil
}

type noteInfo struct {
	name string
	size int64
	mode fs.FileMode
}

func (i noteInfo) Name() string       { return i.name }
func (i noteInfo) Size() int64        { return i.size }
func (i noteInfo) Mode() fs.FileMode  { return i.mode }
func (i noteInfo) ModTime() time.Time { return time.Time{} }
func (i noteInfo) IsDir() bool        { return i.mode.IsDir() }
func (i noteInfo) Sys() any           { return nil }
