package memnet

import (
	"errors"
	"io"
	"net"
	"os"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

func TestPipeBuffersAndEnds(t *testing.T) {
	a, b := newPipe()
	for range 3 { // nobody reads yet
		if _, err := a.Write([]byte("hello ")); err != nil {
			t.Fatal(err)
		}
	}
	_ = a.Close()
	if got, err := io.ReadAll(b); string(got) != "hello hello hello " || err != nil {
		t.Errorf("read %q, %v", got, err)
	}
	if _, err := b.Write([]byte("x")); !errors.Is(err, syscall.EPIPE) {
		t.Errorf("writing to who is gone: %v", err)
	}
	if _, err := a.Read(make([]byte, 1)); !errors.Is(err, net.ErrClosed) {
		t.Errorf("reading what is closed: %v", err)
	}
}

func TestPipeResetLosesWhatWasWritten(t *testing.T) {
	a, b := newPipe()
	if _, err := a.Write([]byte("hello")); err != nil {
		t.Fatal(err)
	}
	_ = a.SetLinger(0)
	_ = a.Close()
	if n, err := b.Read(make([]byte, 9)); n != 0 || !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("read %d bytes, %v", n, err)
	}
}

func TestPipeDeadlinesAreOfTheBubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := newPipe()
		defer a.Close()
		begun := time.Now()
		_ = b.SetReadDeadline(begun.Add(time.Hour))
		if _, err := b.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(begun) != time.Hour {
			t.Errorf("after %v: %v", time.Since(begun), err)
		}
		_ = b.SetReadDeadline(time.Time{})
		go func() {
			time.Sleep(time.Hour)
			_, _ = a.Write([]byte("x"))
		}()
		if n, err := b.Read(make([]byte, 1)); n != 1 || err != nil || time.Since(begun) != 2*time.Hour {
			t.Errorf("after %v: %d, %v", time.Since(begun), n, err)
		}
	})
}
