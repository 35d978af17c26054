package anki

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/klauspost/compress/zstd"
)

// What a package may ask for. A deck of fifty thousand long notes has some 50 MB; media is never unpacked, so that it
// counts only as entries.
const (
	maxCollection = 128 << 20
	maxEntries    = 200_000
	// maxRatio is how much smaller than its contents an entry may be. Databases of text shrink to a tenth or so; only what
	// was made to is smaller than this. Below freeRatio bytes nothing is worth a refusal.
	maxRatio  = 200
	freeRatio = 4 << 20
)

// Read returns the notes of a package in the order they were made. It reads the collection alone and never the media.
func Read(r io.ReaderAt, size int64) ([]Note, error) {
	archive, err := zip.NewReader(r, size)
	if err != nil {
		return nil, damaged(err)
	}
	file, err := collection(archive)
	if err != nil {
		return nil, err
	}
	db, err := unpack(file)
	if err != nil {
		return nil, err
	}
	return readCollection(db)
}

// collection finds the entry with the notes. Newer versions put an old collection beside theirs that only says that
// Anki is too old, so the newest wins.
func collection(archive *zip.Reader) (*zip.File, error) {
	if len(archive.File) > maxEntries {
		return nil, unsafef("it has %d entries", len(archive.File))
	}
	files := map[string]*zip.File{}
	for _, f := range archive.File {
		if strings.Contains(f.Name, `\`) || !fs.ValidPath(strings.TrimSuffix(f.Name, "/")) {
			return nil, unsafef("an entry leads out of it: %q", f.Name)
		}
		if files[f.Name] != nil {
			return nil, unsafef("the entry %q is there twice", f.Name)
		}
		files[f.Name] = f
	}
	for _, name := range []string{"collection.anki21b", "collection.anki21", "collection.anki2"} {
		if f := files[name]; f != nil {
			return f, nil
		}
	}
	return nil, damaged(errors.New("it has no collection"))
}

// unpack returns the SQLite file in f.
func unpack(f *zip.File) ([]byte, error) {
	if f.UncompressedSize64 > maxCollection {
		return nil, unsafef("its collection has %d MiB, the most is %d", f.UncompressedSize64>>20, maxCollection>>20)
	}
	r, err := f.Open()
	if err != nil {
		return nil, damaged(err)
	}
	defer r.Close()
	var in io.Reader = r
	if strings.HasSuffix(f.Name, "b") {
		d, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxCollection), zstd.WithDecoderMaxWindow(64<<20))
		if err != nil {
			return nil, damaged(err)
		}
		defer d.Close()
		in = d
	}
	return readBounded(in, int64(f.CompressedSize64))
}

// readBounded reads all of r unless that is too much, also for what it was packed in: packed bytes.
func readBounded(r io.Reader, packed int64) ([]byte, error) {
	limit := min(maxCollection, max(freeRatio, packed*maxRatio))
	var all bytes.Buffer
	n, err := io.Copy(&all, io.LimitReader(r, limit+1))
	switch {
	case n > limit, errors.Is(err, zstd.ErrDecoderSizeExceeded), errors.Is(err, zstd.ErrWindowSizeExceeded):
		return nil, unsafef("its collection unpacks to more than %d MiB", limit>>20)
	case err != nil:
		return nil, damaged(fmt.Errorf("unpack the collection: %w", err))
	}
	return all.Bytes(), nil
}
