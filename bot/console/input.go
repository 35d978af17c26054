package console

import (
	"bufio"
	"context"
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

// nextTyped is what somebody types at once: a line, and after one that ends in a backslash the next as well.
func nextTyped(ctx context.Context, lines <-chan typed) (string, error) {
	text, err := nextLine(ctx, lines)
	for err == nil && strings.HasSuffix(text, `\`) {
		var next string
		next, err = nextLine(ctx, lines)
		text = strings.TrimSuffix(text, `\`) + "\n" + next
	}
	return text, err
}

func nextLine(ctx context.Context, lines <-chan typed) (string, error) {
	select {
	case t := <-lines:
		return strings.TrimPrefix(t.text, "\uFEFF"), t.err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}
