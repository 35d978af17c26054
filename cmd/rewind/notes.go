package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"rewind/bot"
	"rewind/questions"
)

// loadNotes reads files and folders as one bank. Without a single question it is an error; beside an error stands what
// was read and warned of until then. progress may be nil.
func loadNotes(paths []string, progress func(done, total int)) (questions.Notes, error) {
	var sources []questions.Source
	for _, path := range paths {
		s, err := source(path)
		if err != nil {
			return questions.Notes{}, err
		}
		s.Progress = progress
		sources = append(sources, s)
	}
	return questions.Load(sources...)
}

// reading draws how many files were read on one line of a terminal, and nothing anywhere else. The line is gone at the end.
func reading(sh *shell) func(done, total int) {
	if !isTerminal(sh.err) {
		return nil
	}
	return func(done, total int) {
		const start, clear = "\r", "\x1b[K"
		line := ""
		if done < total {
			line = sh.words.Say("cli_progress", bot.Values{"Done": done, "Total": total})
		}
		fmt.Fprint(sh.err, start, line, clear)
	}
}

// source shows paths as they were given: a folder is a file system of its own, a file is a name in its folder's.
func source(path string) (questions.Source, error) {
	info, err := os.Stat(path)
	if err != nil {
		return questions.Source{}, fmt.Errorf("read %s: %w", path, cause(err))
	}
	if info.IsDir() {
		return questions.Source{FS: os.DirFS(path), Root: ".", Base: filepath.ToSlash(filepath.Clean(path))}, nil
	}
	dir, name := filepath.Split(path)
	if dir == "" {
		return questions.Source{FS: os.DirFS("."), Root: name}, nil
	}
	return questions.Source{FS: os.DirFS(dir), Root: name, Base: filepath.ToSlash(filepath.Clean(dir))}, nil
}

// warning says in a sentence what a maintainer should look at.
func warning(w questions.Warning, words bot.Words) string {
	return words.Say("cli_warning_"+strings.ReplaceAll(string(w.Code), "-", "_"), bot.Values{"Other": w.Other})
}

// place is where something stands in the notes, in the form that editors and terminals turn into a link.
func place(file string, line int) string {
	file = printable(oneLine(file))
	if line == 0 {
		return file
	}
	return fmt.Sprintf("%s:%d", file, line)
}

// tally counts what a summary tells of notes.
func tally(n questions.Notes) bot.Values {
	answered := 0
	for _, q := range n.Questions {
		for _, t := range q.Texts {
			if t.Answer != "" {
				answered++
				break
			}
		}
	}
	return bot.Values{
		"Count": len(n.Questions), "Files": n.Files, "Answered": answered,
		"Unanswered": len(n.Questions) - answered, "Warnings": len(n.Warnings),
	}
}
