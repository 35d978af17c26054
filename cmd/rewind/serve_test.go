package main

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestDrainOrder(t *testing.T) {
	t.Parallel()
	var order []string
	note := func(what string, err error) step {
		return step{what, func(context.Context) error { order = append(order, what); return err }}
	}
	broken := errors.New("broken")
	err := drain(t.Context(), note("socket", broken), note("store", nil))
	if got := strings.Join(order, " "); got != "socket store" {
		t.Errorf("order %q", got)
	}
	if !errors.Is(err, broken) || !strings.Contains(err.Error(), "stop socket") {
		t.Errorf("got %v", err)
	}
}

// TestDrainEnds holds that a step which hangs does not keep the process for longer than it may take to stop.
func TestDrainEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		forever := make(chan struct{})
		start := time.Now()
		err := drain(t.Context(),
			step{"quick", func(context.Context) error { return nil }},
			step{"stuck", func(context.Context) error { <-forever; return nil }},
			step{"last", func(context.Context) error { t.Error("came after the deadline"); return nil }},
		)
		if got := time.Since(start); got != drainWithin {
			t.Errorf("took %v", got)
		}
		if err == nil || !strings.Contains(err.Error(), "stop stuck") {
			t.Errorf("got %v", err)
		}
		close(forever)
	})
}

// TestHangUp holds that a command under way is answered, and that one which hangs is broken off.
func TestHangUp(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		within time.Duration
		answer bool // the handler answers once the server stops, else never
	}{
		{"answered", time.Minute, true},
		{"broken off", 10 * time.Millisecond, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			asked, stopping := make(chan struct{}), make(chan struct{})
			server := &http.Server{Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				close(asked)
				<-stopping
				if !tt.answer {
					<-r.Context().Done()
				}
			})}
			server.RegisterOnShutdown(func() { close(stopping) })
			file := filepath.Join(t.TempDir(), "b.db")
			l, err := listenSocket(file)
			if err != nil {
				t.Fatal(err)
			}
			ended := make(chan error, 1)
			go func() { ended <- server.Serve(l) }()
			answered := make(chan error, 1)
			go func() {
				_, err := dial(t.Context(), file)
				answered <- err
			}()
			<-asked
			if err := hangUp(t.Context(), server, socketPath(file), tt.within); err != nil {
				t.Error(err)
			}
			if err := <-answered; (err == nil) != tt.answer {
				t.Errorf("the command got %v", err)
			}
			if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
				t.Error(err)
			}
			if _, err := os.Lstat(socketPath(file)); err == nil {
				t.Error("the socket is still there")
			}
		})
	}
}
