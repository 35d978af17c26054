package console

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
)

// readLines reads in the background until in ends, or until it has a line that nobody takes because ctx is done.
func readLines(ctx context.Context, in io.Reader) <-chan typed {
	lines := make(chan typed)
	send := func(t typed) bool {
		select {
		case lines <- t:
			return true
		case <-ctx.Done():
			return false
		}
	}
	go func() {
		defer func() {
			if p := recover(); p != nil {
				send(typed{err: fmt.Errorf("read what is typed: panic: %v", p)})
			}
		}()
		s := bufio.NewScanner(in)
		s.Buffer(nil, mostLine)
		for s.Scan() {
			if !send(typed{text: s.Text()}) {
				return
			}
		}
		err := s.Err()
		if err == nil {
			err = io.EOF
		}
		send(typed{err: err})
	}()
	return lines
}

// mostLine is the longest line in bytes.
const mostLine = 1 << 20

type typed struct {
	text string
	err  error
}

// typing takes what is typed, line by line.
type typing struct {
	lines <-chan typed
	read  int   // how many lines were taken
	ended error // why there are no more
}

// next is what somebody types at once: a line, and after one that ends in a backslash the next as well, if there is one.
func (t *typing) next(ctx context.Context) (string, error) {
	text, err := t.line(ctx)
	for err == nil && strings.HasSuffix(text, `\`) {
		more, err := t.line(ctx)
		text = strings.TrimSuffix(text, `\`)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return "", err
		}
		text += "\n" + more
	}
	return text, err
}

func (t *typing) line(ctx context.Context) (string, error) {
	if t.ended != nil {
		return "", t.ended
	}
	select {
	case l := <-t.lines:
		if t.ended = l.err; !errors.Is(l.err, io.EOF) {
			t.read++ // also one that could not be read
		}
		return strings.TrimPrefix(l.text, "\uFEFF"), l.err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}
