package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"rewind/questions"
	"rewind/store"
)

// withAnswer makes a group in which one member answered the bank's only question, in a round of that state.
func withAnswer(t *testing.T, s *store.Store, group, text string, state store.RoundState) {
	t.Helper()
	ctx, at := context.Background(), time.Date(2026, 3, 9, 9, 0, 0, 0, time.UTC)
	qs := []questions.Question{{ID: "tcp", Texts: []questions.Text{{Lang: questions.English, Prompt: "What is TCP?", Answer: "A protocol."}}}}
	_, _, err := s.ImportBank(ctx, store.FromNotes, qs, at)
	_, err2 := s.ClaimHome(ctx, store.Home{Platform: "console", Workspace: group, Group: group})
	err3 := s.UpdateGroup(ctx, group, func(tx *store.Tx) error {
		tx.PutGroup(store.Group{ID: group, Lang: questions.English})
		tx.PutMember(store.Member{ID: "m", Name: "Mina"})
		tx.PutRound(store.Round{Number: 1, Question: "tcp", Lang: questions.English, State: state})
		tx.PutAnswer(store.Answer{Round: 1, Member: "m", Text: text, At: at})
		return nil
	})
	if err := errors.Join(err, err2, err3); err != nil {
		t.Fatal(err)
	}
}

// keepers are the same store, held by this process and asked through its socket.
func keepers(t *testing.T, s *store.Store, path string) map[string]keeper {
	t.Helper()
	l, err := listenSocket(path)
	if err != nil {
		t.Fatal(err)
	}
	server := newSocketServer(local{s}, discard)
	go server.Serve(l)
	t.Cleanup(func() { server.Close() })
	r, err := dial(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]keeper{"local": local{s}, "remote": r}
}

func TestExportAnswers(t *testing.T) {
	t.Parallel()
	s, path := openTestStore(t)
	withAnswer(t, s, "a", "It keeps order.\n# not a heading\n```", store.Revealed)
	both := keepers(t, s, path)
	want := "---\nformat: rewind\nlang: en\n---\n\n## What is TCP?\n<!-- quiz: id=tcp -->\n\nA protocol.\n\n" +
		"### Team answers\n\n**Mina**\n\n> It keeps order.\n> # not a heading\n> ```\n> ```\n"
	for name, k := range both {
		e, err := k.Export(t.Context(), true, "")
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := questions.Write(&b, questions.Markdown, questions.Export{Questions: e.Questions, Team: e.Team}); err != nil || b.String() != want {
			t.Errorf("%s: %v\n%s", name, err, b.String())
		}
		if e, err := k.Export(t.Context(), false, ""); err != nil || len(e.Team) > 0 || len(e.Questions) != 1 {
			t.Errorf("%s: without answers %v, %v", name, e, err)
		}
	}
	n, err := questions.Load(questions.Source{FS: os.DirFS(writeTemp(t, "a.md", want)), Root: "a.md"})
	if err != nil || n.Questions[0].Texts[0].Answer != "A protocol." {
		t.Errorf("read back: %v, %v", n, err)
	}
}

func writeTemp(t *testing.T, name, text string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestExportKeepsSecrets holds that nothing leaves the store before its reveal, nor from one group with another's.
func TestExportKeepsSecrets(t *testing.T) {
	t.Parallel()
	s, path := openTestStore(t)
	withAnswer(t, s, "a", "sealed", store.Opened)
	withAnswer(t, s, "b", "of b", store.Closed)
	for name, k := range keepers(t, s, path) {
		if _, err := k.Export(t.Context(), true, ""); !errors.Is(err, errGroups) {
			t.Errorf("%s: %v, want errGroups", name, err)
		}
		if e, err := k.Export(t.Context(), true, "a"); err != nil || len(e.Team) > 0 {
			t.Errorf("%s: a: %v, %v", name, e.Team, err)
		}
		want := map[string][]questions.TeamAnswer{"tcp": {{Name: "Mina", Text: "of b", Lang: questions.English}}}
		if e, err := k.Export(t.Context(), true, "b"); err != nil || !reflect.DeepEqual(e.Team, want) {
			t.Errorf("%s: b: %v, %v", name, e.Team, err)
		}
		if _, err := k.Export(t.Context(), true, "c"); err == nil || !strings.Contains(err.Error(), "no such group") {
			t.Errorf("%s: c: %v", name, err)
		}
	}
}

func TestWriteFile(t *testing.T) {
	t.Parallel()
	dir := writeTemp(t, "there", "old")
	broken := errors.New("broken")
	tests := []struct {
		name, file string
		force      bool
		err        error  // of the writer
		want       error  // of all
		left       string // in the file
	}{
		{"new", "new", false, nil, nil, "text"},
		{"there", "there", false, nil, fs.ErrExist, "old"},
		{"breaks off", "there", true, broken, broken, "old"},
		{"forced", "there", true, nil, nil, "text"},
	}
	for _, tt := range tests {
		path := filepath.Join(dir, tt.file)
		err := writeFile(path, tt.force, func(w io.Writer) error {
			_, err := io.WriteString(w, "text")
			return errors.Join(err, tt.err)
		})
		if !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
		if b, err := os.ReadFile(path); err != nil || string(b) != tt.left {
			t.Errorf("%s: holds %q, %v", tt.name, b, err)
		}
	}
	if left, err := filepath.Glob(filepath.Join(dir, ".rewind-*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
