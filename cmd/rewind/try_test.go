package main

import (
	"context"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
)

// TestTryInterrupted stops a chat that waits for a line: it ends at once and leaves nothing behind. It sets the
// environment, so it does not run beside others.
func TestTryInterrupted(t *testing.T) {
	tmp := t.TempDir()
	t.Setenv("TMPDIR", tmp)
	ctx, cancel := context.WithCancel(t.Context())
	in, typing := io.Pipe()
	defer typing.Close()
	out := &watched{until: "/quit", reached: cancel}
	var errs strings.Builder
	code := run(ctx, []string{"try"}, shell{in: in, out: out, err: &errs, getenv: func(string) string { return "" }})
	if code != exitInterrupted || errs.Len() > 0 {
		t.Errorf("exit code %d, said %q", code, errs.String())
	}
	left, err := os.ReadDir(tmp)
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// watched calls reached once something was written that holds until.
type watched struct {
	mu      sync.Mutex // guards text
	text    strings.Builder
	until   string
	reached func()
}

func (w *watched) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.text.Write(p)
	if strings.Contains(w.text.String(), w.until) {
		w.reached()
	}
	return len(p), nil
}
