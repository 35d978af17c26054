package main

import (
	"io/fs"
	"os"
	"path/filepath"

	"github.com/fsnotify/fsnotify"

	"rewind/questions"
)

// watch gives a hint soon after something below the folder may have changed. Folders that are never read are left out, so
// that git at work below .git gives none. Many changes may give one hint. stop may be called whether or not there was an error.
func watch(folder string) (hints <-chan struct{}, stop func(), err error) {
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, func() {}, err
	}
	if err := watchBelow(w, folder); err != nil {
		w.Close()
		return nil, func() {}, err
	}
	c, ended := make(chan struct{}, 1), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case e, ok := <-w.Events:
				if !ok {
					return
				}
				if e.Has(fsnotify.Create) {
					watchBelow(w, e.Name) // one that cannot be watched is still looked at
				}
			case _, ok := <-w.Errors: // events were lost: that is a hint as well
				if !ok {
					return
				}
			}
			select {
			case c <- struct{}{}:
			default:
			}
		}
	}()
	return c, func() { w.Close(); <-ended }, nil
}

// watchBelow watches a folder and all below it that are not left out; of a file it does nothing.
func watchBelow(w *fsnotify.Watcher, folder string) error {
	info, err := os.Stat(folder)
	if err != nil || !info.IsDir() {
		return err
	}
	return filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil || !d.IsDir():
			return err
		case path != folder && questions.LeftOut(d.Name()):
			return fs.SkipDir
		}
		return w.Add(path)
	})
}
