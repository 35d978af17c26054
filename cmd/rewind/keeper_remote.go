package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"

	"rewind/questions"
	"rewind/store"
)

// remote asks the Rewind that holds the store, over its socket.
type remote struct{ client *http.Client }

// helloWithin is how long a Rewind may take to say that it is there. It does so from memory.
const helloWithin = 3 * time.Second

// dial finds the Rewind that listens on the socket beside file.
func dial(ctx context.Context, file string) (*remote, error) {
	path := socketPath(file)
	transport := &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{Timeout: helloWithin}).DialContext(ctx, "unix", path)
		},
	}
	r := &remote{&http.Client{Transport: transport}}
	ctx, cancel := context.WithTimeout(ctx, helloWithin)
	defer cancel()
	if err := r.ask(ctx, http.MethodGet, pathHello, nil, nil); err != nil {
		r.Close()
		return nil, err
	}
	return r, nil
}

func (r *remote) Close() error {
	r.client.CloseIdleConnections()
	return nil
}

func (r *remote) Status(ctx context.Context) (st status, err error) {
	err = r.ask(ctx, http.MethodGet, pathStatus, nil, &st)
	return st, err
}

func (r *remote) Undo(ctx context.Context) (info store.BankInfo, err error) {
	err = r.ask(ctx, http.MethodPost, pathUndo, nil, &info)
	return info, err
}

func (r *remote) Import(ctx context.Context, qs []questions.Question, dryRun bool) (done imported, err error) {
	var body bytes.Buffer
	lines := json.NewEncoder(&body)
	for _, q := range qs {
		if err := lines.Encode(q); err != nil {
			return imported{}, err
		}
	}
	if body.Len() > maxImport {
		return imported{}, fmt.Errorf("import: the questions are %d MiB in all, the most is %d", body.Len()>>20, maxImport>>20)
	}
	path := pathImport
	if dryRun {
		path = pathPlan
	}
	err = r.ask(ctx, http.MethodPost, path, &body, &done)
	return done, err
}

// Verify reads what the other side says while it works: a line for progress, one for each finding, and a last one.
func (r *remote) Verify(ctx context.Context, progress func(percent int)) ([]store.Finding, error) {
	resp, err := r.send(ctx, http.MethodGet, pathVerify, nil)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	var found []store.Finding
	for lines := json.NewDecoder(resp.Body); ; {
		var line verifyLine
		if err := lines.Decode(&line); err != nil {
			return found, fmt.Errorf("verify: the other Rewind broke off: %w", err)
		}
		switch {
		case line.Finding != nil:
			found = append(found, *line.Finding)
		case line.Failure != nil:
			return found, line.Failure
		case line.End:
			return found, nil
		default:
			progress(line.Percent)
		}
	}
}

// Backup takes the copy from the other side and proves it here, so that what is proven is what lies on this disk.
func (r *remote) Backup(ctx context.Context, path string) error {
	return store.KeepBackup(ctx, path, func(f *os.File) error { return r.fetch(ctx, f) })
}

// fetch writes the other side's copy to f, flushes and closes it.
func (r *remote) fetch(ctx context.Context, f *os.File) error {
	resp, err := r.send(ctx, http.MethodGet, pathBackup, nil)
	if err != nil {
		return errors.Join(err, f.Close())
	}
	defer resp.Body.Close()
	_, err = io.Copy(f, resp.Body)
	if err == nil && resp.Trailer.Get(backupWhole) == "" {
		err = io.ErrUnexpectedEOF
	}
	return errors.Join(err, f.Sync(), f.Close())
}

// ask sends body and reads the answer into result, where there is one.
func (r *remote) ask(ctx context.Context, method, path string, body io.Reader, result any) error {
	resp, err := r.send(ctx, method, path, body)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if result == nil {
		return nil
	}
	return json.NewDecoder(resp.Body).Decode(result)
}

func (r *remote) send(ctx context.Context, method, path string, body io.Reader) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, "http://rewind"+path, body)
	if err != nil {
		return nil, err
	}
	resp, err := r.client.Do(req)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode == http.StatusOK {
		return resp, nil
	}
	defer resp.Body.Close()
	failure := &failure{}
	if err := json.NewDecoder(resp.Body).Decode(failure); err != nil || failure.Message == "" {
		return nil, fmt.Errorf("the other Rewind answers %s: is it of another version?", resp.Status)
	}
	return nil, failure
}
