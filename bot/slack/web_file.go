package slack

import (
	"context"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"rewind/bot"
)

// Here files are read that people shared.

// mostText is how large a file may be whose text counts as an answer.
const mostText = 1 << 20

// textTypes are files of text by Slack's name of their type, whatever MIME type they came with.
// https://docs.slack.dev/reference/objects/file-object#types
var textTypes = map[string]bool{"text": true, "markdown": true, "json": true, "xml": true, "yaml": true, "csv": true, "javascript": true,
	"shell": true, "sql": true, "go": true, "python": true, "java": true, "kotlin": true, "c": true, "cpp": true, "csharp": true, "rust": true,
	"ruby": true, "php": true, "swift": true, "scala": true}

// textOf is the text of a file where it can be read, and its name in brackets where it cannot: an answer that is a picture
// is one too. A failure means that it is worth trying again.
func (w *web) textOf(ctx context.Context, f slack.File) (string, *bot.Failure) {
	name := "[" + strings.TrimSpace(strings.ReplaceAll(f.Name, "\n", " ")) + "]"
	if !isText(f) {
		return name, nil
	}
	body, failed := w.open(ctx, f)
	switch {
	case failed != nil && failed.Outcome == bot.Refused:
		return name, nil
	case failed != nil:
		return "", failed
	}
	defer body.Close()
	content, err := io.ReadAll(io.LimitReader(body, mostText+1))
	switch {
	case err != nil:
		return "", failureOf(ctx, err, trail{})
	case len(content) > mostText || !utf8.Valid(content) || strings.ContainsRune(string(content), 0):
		return name, nil
	case isHTML(f.Mimetype) && len(content) != f.Size: // it may be the page to sign in at
		return name, nil
	}
	return strings.TrimSpace(strings.TrimPrefix(string(content), "\ufeff")), nil
}

// isText reports whether a file has a text worth reading, by what Slack says of it.
func isText(f slack.File) bool {
	kind, _, _ := mime.ParseMediaType(f.Mimetype)
	text := f.Mode == "snippet" || strings.HasPrefix(kind, "text/") || textTypes[f.Filetype]
	there := f.Mode != "tombstone" && f.Mode != "hidden_by_limit" && !f.IsExternal
	return text && there && 0 < f.Size && f.Size <= mostText
}

// open opens a file of Slack's. The caller closes it.
func (w *web) open(ctx context.Context, f slack.File) (io.ReadCloser, *bot.Failure) {
	address := f.URLPrivateDownload
	if address == "" {
		address = f.URLPrivate
	}
	u, err := url.Parse(address)
	if err != nil || address == "" || !w.trusted(u) {
		return nil, refused("the file is not at Slack")
	}
	var body io.ReadCloser
	unreadable := false
	failed := w.ask(ctx, call{method: fileURL}, func(ctx context.Context) error {
		q, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
		if err != nil {
			return err
		}
		q.Header.Set("Authorization", "Bearer "+w.token)
		r, err := w.files.Do(q)
		if err != nil {
			return err
		}
		unreadable, err = refusesFile(r, f)
		if err != nil || unreadable {
			_ = r.Body.Close() // there is nothing in it
			return err
		}
		body = r.Body
		return nil
	})
	if failed == nil && unreadable {
		return nil, refused("the file cannot be read")
	}
	return body, failed
}

// refusesFile tells a file from the page to sign in at, which is what Slack shows whoever may not read it.
func refusesFile(r *http.Response, f slack.File) (bool, error) {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case r.StatusCode == http.StatusTooManyRequests || r.StatusCode >= 500:
		return false, statusError(r)
	case r.StatusCode != http.StatusOK:
		return true, nil
	}
	return isHTML(kind) && !isHTML(f.Mimetype), nil
}

func isHTML(kind string) bool { return strings.HasPrefix(kind, "text/html") }
