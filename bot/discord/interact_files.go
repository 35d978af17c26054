package discord

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"rewind/bot"
)

// mostOfFile is how much of a file is read, in bytes. It is more than an import takes.
const mostOfFile = 8 << 20

// attachment is a file that can be read. limit is the largest that Discord lets this person send; 0 if it does not say.
func (x *interactions) attachment(a attachment, limit int64) bot.Attachment {
	if limit <= 0 || limit > mostOfFile {
		limit = mostOfFile
	}
	return bot.Attachment{Name: a.Filename, Open: func(ctx context.Context) (io.ReadCloser, error) {
		return fetch(ctx, x.rest.client, a.URL, limit)
	}}
}

// fetch reads a file from where Discord keeps it, and no more of it than limit. Its errors hold no address, since that is a
// key to the file.
func fetch(ctx context.Context, client *http.Client, from string, limit int64) (io.ReadCloser, error) {
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, from, nil)
	if err != nil {
		return nil, errors.New("fetch a file: it has no address")
	}
	resp, err := client.Do(q)
	if err != nil {
		if u := (*url.Error)(nil); errors.As(err, &u) {
			err = u.Err
		}
		return nil, fmt.Errorf("fetch a file: %w", err)
	}
	if resp.StatusCode != http.StatusOK {
		_ = resp.Body.Close() // nothing of it is needed
		return nil, fmt.Errorf("fetch a file: discord answered %d", resp.StatusCode)
	}
	return struct {
		io.Reader
		io.Closer
	}{io.LimitReader(resp.Body, limit), resp.Body}, nil
}
