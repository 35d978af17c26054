package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"rewind/questions"
	"rewind/store"
)

var discard = slog.New(slog.DiscardHandler)

func openTestStore(t *testing.T) (*store.Store, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "bank.db")
	s, err := store.Open(path, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s, path
}

// serveStore answers on the socket beside a new store until the test ends.
func serveStore(t *testing.T, handler http.Handler) (file string) {
	t.Helper()
	s, path := openTestStore(t)
	l, err := listenSocket(path)
	if err != nil {
		t.Fatal(err)
	}
	server := newSocketServer(local{s}, discard)
	if handler != nil {
		server.Handler = handler
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	t.Cleanup(func() {
		if err := hangUp(context.Background(), server, socketPath(path), answersWithin); err != nil {
			t.Error(err)
		}
		if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
			t.Errorf("serve: %v", err)
		}
	})
	return path
}

func TestSocketIsPrivate(t *testing.T) {
	t.Parallel()
	file := serveStore(t, nil)
	info, err := os.Lstat(file + ".sock")
	if err != nil {
		t.Fatal(err)
	}
	if got := info.Mode(); got.Perm() != 0o600 || got.Type() != os.ModeSocket {
		t.Errorf("mode %v, want srw-------", got)
	}
	left, err := filepath.Glob(filepath.Join(filepath.Dir(file), ".rewind-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestListenSocket(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		there func(t *testing.T, path string)
		want  string // part of the error, "" for none
	}{
		{"free", func(*testing.T, string) {}, ""},
		{"stale", func(t *testing.T, path string) { // as a crash leaves it
			l := listenUnix(t, path)
			l.SetUnlinkOnClose(false)
			l.Close()
		}, ""},
		{"live", func(t *testing.T, path string) { listenUnix(t, path) }, "another Rewind is using"},
		{"file", func(t *testing.T, path string) {
			if err := os.WriteFile(path, nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}, "there is a file in the way"},
		{"link to nowhere", func(t *testing.T, path string) { // replacing it would be a surprise as well
			if err := os.Symlink("nowhere", path); err != nil {
				t.Fatal(err)
			}
		}, "there is a file in the way"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "b.db")
			tt.there(t, file+".sock")
			l, err := listenSocket(file)
			if err == nil {
				l.Close()
			}
			switch {
			case tt.want == "" && err != nil:
				t.Errorf("got %v, want none", err)
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

func listenUnix(t *testing.T, path string) *net.UnixListener {
	t.Helper()
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func TestSocketPathTooLong(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), strings.Repeat("d", 120))
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	_, err := listenSocket(filepath.Join(dir, "b.db"))
	if own := (hinted{}); !errors.As(err, &own) || own.key != "cli_hint_socket" {
		t.Errorf("got %v, want a hint about the path", err)
	}
}

// TestRemote holds that a command sees no difference between the file and the Rewind that holds it.
func TestRemote(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	file := serveStore(t, nil)
	k, err := database{DB: file}.existing(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer k.Close()
	if _, ok := k.(*remote); !ok {
		t.Fatalf("got a %T", k)
	}
	qs := []questions.Question{{ID: "a", Texts: []questions.Text{{Lang: questions.English, Prompt: "What is a port?", File: "a.md", Line: 1}}}}
	would, err := k.Import(ctx, qs, true)
	if st, _ := k.Status(ctx); err != nil || would.Same || st.Bank != "" {
		t.Errorf("dry run: %+v, %v, and the bank is %q", would, err, st.Bank)
	}
	done, err := k.Import(ctx, qs, false)
	if err != nil || len(done.Changes) != 1 || done.Changes[0].Fate != fateNew || done.Same || done.Bank.Questions != 1 {
		t.Errorf("import: %+v, %v", done, err)
	}
	if would.Bank.Version != done.Bank.Version || !slices.Equal(would.Changes, done.Changes) {
		t.Errorf("the import did %+v, the dry run said %+v", done, would)
	}
	if done, err = k.Import(ctx, qs, false); err != nil || !done.Same || done.Changes[0].Fate != fateUnchanged {
		t.Errorf("import again: %+v, %v", done, err)
	}
	st, err := k.Status(ctx)
	if err != nil || st.Questions != 1 || st.Holder != os.Getpid() {
		t.Errorf("status: %+v, %v", st, err)
	}
	told := -1
	found, err := k.Verify(ctx, func(percent int) { told = percent })
	if err != nil || len(found) != 0 || told != 100 {
		t.Errorf("verify: %v, %v, up to %d percent", found, err, told)
	}
	copied := filepath.Join(t.TempDir(), "copy.db")
	if err := k.Backup(ctx, copied); err != nil {
		t.Fatal(err)
	}
	if err := k.Backup(ctx, copied); !errors.Is(err, store.ErrExists) {
		t.Errorf("backup over a file: %v", err)
	}
	if _, err := k.Undo(ctx); err != nil { // to the starter bank
		t.Errorf("undo: %v", err)
	}
	if _, err := k.Undo(ctx); !errors.Is(err, store.ErrNoUndo) {
		t.Errorf("undo again: %v", err)
	}
}

// TestBackupCutShort holds that half a copy never gets the backup's name.
func TestBackupCutShort(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	mux.HandleFunc(pathHello, func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc(pathBackup, func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "half") })
	file := serveStore(t, mux)
	r, err := dial(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	path := filepath.Join(t.TempDir(), "copy.db")
	if err := r.Backup(t.Context(), path); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %v", err)
	}
	left, err := filepath.Glob(path + "*")
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// TestRemoteVerify holds that findings, a failure and a broken connection come through.
func TestRemoteVerify(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, said string
		found      int
		want       error
	}{
		{"findings", `{"percent":50}{"finding":{"Code":"due-index","Group":"g","What":"w"}}{"end":true}`, 1, nil},
		{"damaged", `{"failure":{"message":"record x is damaged","kind":"damaged"}}`, 0, store.ErrDamaged},
		{"broken off", `{"percent":50}`, 0, io.EOF},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			mux := http.NewServeMux()
			mux.HandleFunc(pathHello, func(http.ResponseWriter, *http.Request) {})
			mux.HandleFunc(pathVerify, func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, tt.said) })
			r, err := dial(t.Context(), serveStore(t, mux))
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			found, err := r.Verify(t.Context(), func(int) {})
			if len(found) != tt.found || !errors.Is(err, tt.want) {
				t.Errorf("got %v, %v", found, err)
			}
		})
	}
}

// TestImportIsLimited sends more than a bank can be; the server must stop reading.
func TestImportIsLimited(t *testing.T) {
	t.Parallel()
	r, err := dial(t.Context(), serveStore(t, nil))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	endless := io.MultiReader(strings.NewReader("{"), blanks{})
	if err := r.ask(ctx, http.MethodPost, pathImport, endless, nil); err == nil || ctx.Err() != nil {
		t.Errorf("got %v, %v", err, ctx.Err())
	}
}

// blanks never ends.
type blanks struct{}

func (blanks) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

func TestReadQuestions(t *testing.T) {
	t.Parallel()
	tests := []struct{ in, want string }{
		{"", questions.ErrNoQuestion.Error()},
		{`{"id":"a","texts":[{"lang":"en","prompt":"Why?","file":"a.md","line":1}]}`, ""},
		{`{"id":"a","texts":[]}`, "question 1: it has no ID or no text"},
		{`{"id":"","texts":[{"lang":"en","prompt":"Why?"}]}`, "question 1: it has no ID or no text"},
		{`{"id":"a","texts":[{"lang":"en","prompt":"Why?","sound":"a.mp3"}]}`, "unknown field"}, // of a newer Rewind
		{`{"id":"a"`, "unexpected EOF"},
		{`[]`, "question 1"},
	}
	for _, tt := range tests {
		_, err := readQuestions(strings.NewReader(tt.in))
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %q", tt.in, err, tt.want)
		}
	}
}

func FuzzReadQuestions(f *testing.F) {
	f.Add(`{"id":"a","texts":[{"lang":"en","prompt":"Why?","file":"a.md","line":1}]}`)
	f.Add("null\nnull")
	f.Fuzz(func(t *testing.T, in string) {
		qs, err := readQuestions(strings.NewReader(in))
		if err == nil && len(qs) == 0 {
			t.Error("no question and no error")
		}
		for _, q := range qs {
			q.In(questions.Korean) // must find a text
		}
	})
}

func TestDialNobody(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if _, err := dial(ctx, filepath.Join(t.TempDir(), "b.db")); err == nil || ctx.Err() != nil {
		t.Errorf("got %v, %v", err, ctx.Err())
	}
}
