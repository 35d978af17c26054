package main

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"time"

	"rewind/store"
)

// The socket beside a store speaks HTTP to commands of the same operator. These are its paths and limits, for both ends.
const (
	pathHello  = "/hello"
	pathStatus = "/status"
	pathImport = "/bank/import" // the questions, one JSON object a line
	pathPlan   = "/bank/plan"   // the same questions; says what an import of them would do
	pathUndo   = "/bank/undo"
	pathBackup = "/backup" // the copy, then the trailer backupWhole
	pathVerify = "/verify" // verifyLine, one JSON object a line

	// backupWhole is set behind a copy that was written to its end.
	backupWhole = "Rewind-Whole"
	// maxImport is the most bytes of questions in one import, room for some ten thousand of them.
	maxImport = 16 << 20
)

// verifyLine is one thing said by a verification under way: progress, a finding, why it failed, or that it is through.
type verifyLine struct {
	Percent int            `json:"percent,omitempty"`
	Finding *store.Finding `json:"finding,omitempty"`
	Failure *failure       `json:"failure,omitempty"`
	End     bool           `json:"end,omitempty"`
}

// failure is an error on its way through the socket: its text, and which of the store's sentinels it is.
type failure struct {
	Message string `json:"message"`
	Kind    string `json:"kind,omitempty"`
}

// kinds are the errors that commands decide by.
func kinds() map[string]error {
	return map[string]error{
		"no-undo": store.ErrNoUndo, "damaged": store.ErrDamaged, "exists": store.ErrExists, "locked": store.ErrLocked, "newer": store.ErrNewer,
		"groups": errGroups,
	}
}

func failureOf(err error) *failure {
	f := &failure{Message: err.Error()}
	for kind, is := range kinds() {
		if errors.Is(err, is) {
			f.Kind = kind
		}
	}
	return f
}

func (f *failure) Error() string { return f.Message }

// Unwrap returns the sentinel the failure stood for, nil if none.
func (f *failure) Unwrap() error { return kinds()[f.Kind] }

// socketPath is where the Rewind that holds the file listens: beside the file itself, whatever links lead to it.
func socketPath(file string) string {
	if real, err := filepath.EvalSymlinks(file); err == nil {
		file = real
	}
	return file + ".sock"
}

// listenSocket listens beside file, for this user alone. The caller holds the store, so a socket that answers belongs to
// a Rewind that holds another file under this name, and one that does not was left by a crash and is replaced.
//
// The socket is bound in a folder nobody else can enter and gets its name only when its mode is set, so that at no time
// anybody else can connect, whatever the umask is.
func listenSocket(file string) (net.Listener, error) {
	path := socketPath(file)
	if err := checkStale(path); err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(filepath.Dir(path), ".rewind-")
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", path, cause(err))
	}
	defer os.RemoveAll(dir)
	hidden := filepath.Join(dir, "s")
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: hidden, Net: "unix"})
	if err != nil {
		return nil, hinted{error: fmt.Errorf("listen on %s: %w", path, err), key: "cli_hint_socket"}
	}
	l.SetUnlinkOnClose(false) // it would look for the hidden name
	if err := errors.Join(os.Chmod(hidden, 0o600), os.Rename(hidden, path)); err != nil {
		l.Close()
		return nil, fmt.Errorf("listen on %s: %w", path, err)
	}
	return l, nil
}

// checkStale reports an error unless the path is free or holds a socket on which nobody answers.
func checkStale(path string) error {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("listen on %s: %w", path, cause(err))
	}
	if info.Mode()&fs.ModeSocket == 0 {
		return hinted{error: fmt.Errorf("listen on %s: there is a file in the way", path), key: "cli_hint_socket"}
	}
	conn, err := net.DialTimeout("unix", path, time.Second)
	if err != nil {
		return nil
	}
	conn.Close()
	return fmt.Errorf("listen on %s: %w", path, store.ErrLocked)
}
