package slacktest

import (
	"context"
	"errors"
	"io"
	"os"
	"syscall"
	"testing"
	"time"
)

func TestPipesBufferAndEnd(t *testing.T) {
	t.Parallel()
	a, b := newPipe()
	for range 3 {
		_, err := a.Write([]byte("x")) // nobody reads yet
		ok(t, err)
	}
	ok(t, a.Close())
	got, err := io.ReadAll(b)
	ok(t, err)
	if string(got) != "xxx" {
		t.Errorf("got %q before the end", got)
	}
	if _, err := b.Write([]byte("x")); !errors.Is(err, syscall.EPIPE) {
		t.Errorf("writing to nobody: %v", err)
	}
}

func TestPipesReset(t *testing.T) {
	t.Parallel()
	a, b := newPipe()
	_, err := a.Write([]byte("lost"))
	ok(t, err)
	ok(t, a.SetLinger(0))
	ok(t, a.Close())
	if _, err := b.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("reading from a reset connection: %v", err)
	}
}

func TestPipesHaveDeadlines(t *testing.T) {
	bubble(t, func(t *testing.T) {
		_, b := newPipe()
		ok(t, b.SetDeadline(time.Now().Add(time.Minute)))
		begin := time.Now()
		if _, err := b.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(begin) != time.Minute {
			t.Errorf("after %v: %v", time.Since(begin), err)
		}
		ok(t, b.Close())
	})
}

func TestDialingAClosedListener(t *testing.T) {
	t.Parallel()
	m := newMemory()
	ok(t, m.Close())
	ok(t, m.Close())
	if _, err := m.dial(t.Context()); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := newMemory().dial(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
