package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
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

func (r *remote) Import(ctx context.Context, qs []questions.Question) (done imported, err error) {
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
	err = r.ask(ctx, http.MethodPost, pathImport, &body, &done)
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
	if err := r.backup(ctx, path); err != nil {
		return fmt.Errorf("back up to %s: %w", path, err)
	}
	return nil
}

func (r *remote) backup(ctx context.Context, path string) error {
	if _, err := os.Lstat(path); err == nil {
		return store.ErrExists
	}
	partial := path + ".partial"
	f, err := os.OpenFile(partial, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer os.Remove(partial) // finds nothing when all went well
	if err := r.fetch(ctx, f); err != nil {
		return err
	}
	if err := prove(ctx, partial); err != nil {
		return fmt.Errorf("prove the copy: %w", err)
	}
	if err := os.Rename(partial, path); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
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

func prove(ctx context.Context, path string) error {
	s, err := store.Open(path, store.Options{})
	if err != nil {
		return err
	}
	return errors.Join(s.CheckEngine(ctx, nil), s.Close())
}

// syncFolder makes a rename in the folder last. Systems that cannot sync a folder say so, and need not.
func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Sync(); err != nil && !errors.Is(err, fs.ErrInvalid) && !errors.Is(err, fs.ErrPermission) {
		return err
	}
	return nil
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
