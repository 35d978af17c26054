//go:build long

package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// What a child process is told by its environment; see TestChild.
const (
	childJob  = "REWIND_STORE_CHILD_JOB"
	childFile = "REWIND_STORE_CHILD_FILE"
	childSeed = "REWIND_STORE_CHILD_SEED"
)

// childSpan is the longest that a child may take. One that hangs is a failure, not a wait.
const childSpan = 2 * time.Minute

// TestChild is the part of other tests that runs in a process of its own, because that process is killed, is lied to by
// the disk, or may not panic. It says on its standard output what it did, one line each, at once.
func TestChild(t *testing.T) {
	jobs := map[string]func(t *testing.T, path string, seed uint64){
		"claim":  childClaims,
		"write":  childWrites,
		"batch":  childBatches,
		"damage": childDamage,
	}
	job, ok := jobs[os.Getenv(childJob)]
	if !ok {
		t.Skip("other tests run it, in a process of its own")
	}
	seed, err := strconv.ParseUint(os.Getenv(childSeed), 10, 64)
	must(t, err)
	job(t, os.Getenv(childFile), seed)
}

// child is this binary at a job, under the command that runs it if there is one.
func child(t *testing.T, job, path string, seed uint64, under ...string) *exec.Cmd {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), childSpan)
	t.Cleanup(cancel)
	args := append(under, os.Args[0], "-test.run=^TestChild$")
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Env = append(os.Environ(), childJob+"="+job, childFile+"="+path, childSeed+"="+strconv.FormatUint(seed, 10),
		"GORACE=atexit_sleep_ms=0 "+os.Getenv("GORACE")) // or each takes a second to end
	cmd.WaitDelay = time.Second
	return cmd
}

// say prints a line in one write, so that lines of several goroutines do not mix and none is half there after a kill.
func say(format string, args ...any) { fmt.Fprintf(os.Stdout, format+"\n", args...) }

// strace is the command that runs a child and reports or breaks its calls of the system.
func strace(args ...string) []string {
	return append([]string{"strace", "-f", "--seccomp-bpf", "-qq"}, args...)
}

func needStrace(t *testing.T) {
	t.Helper()
	probe := child(t, "", "", 0, strace("-o", os.DevNull, "-e", "trace=fdatasync")...)
	if out, err := probe.CombinedOutput(); err != nil {
		t.Skipf("strace cannot be used here, and nothing else makes a disk fail or tells what was flushed: %v: %s", err, out)
	}
}

// TestDiskErrors lets single calls of the system fail while several writers share commits: nobody is told success
// for what is not there after the next opening, what failed is there as a whole or not at all, and where the disk comes
// back the store goes on by itself.
func TestDiskErrors(t *testing.T) {
	t.Parallel()
	needStrace(t)
	tests := []struct{ call, errno, when string }{
		// strace counts for each thread, and the writer moves between threads: the calls are the first few, not these.
		{"fdatasync", "EIO", "1"}, // in a new file: while it is made
		{"fdatasync", "EIO", "2"},
		{"fdatasync", "EIO", "3"},
		{"fdatasync", "EIO", "4"},
		{"fdatasync", "EIO", "5"},
		{"fdatasync", "EIO", "2+"}, // the disk does not come back
		{"pwrite64", "EIO", "1"},
		{"pwrite64", "EIO", "5"},
		{"pwrite64", "EIO", "7"},
		{"pwrite64", "EIO", "9"},
		{"pwrite64", "ENOSPC", "6"},
		{"pwrite64", "ENOSPC", "8+"},
		{"fsync", "EIO", "1"}, // the file grows, or its name is made durable
		{"fsync", "EIO", "2"},
		{"ftruncate", "ENOSPC", "1"},
	}
	var mu sync.Mutex
	happened := map[string]int{} // by call
	t.Run("", func(t *testing.T) {
		for _, test := range tests {
			for _, fresh := range []bool{true, false} {
				name := fmt.Sprintf("%s %s at %s fresh %v", test.call, test.errno, test.when, fresh)
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					n := failDisk(t, fresh, test.call, test.errno, test.when)
					mu.Lock()
					defer mu.Unlock()
					happened[test.call] += n
				})
			}
		}
	})
	t.Logf("calls that failed: %v", happened)
	for _, test := range tests {
		if happened[test.call] == 0 {
			t.Errorf("no %s has failed: the test does not reach what it is about", test.call)
		}
	}
}

// failDisk runs one child on a failing disk and reports how many calls failed.
func failDisk(t *testing.T, fresh bool, call, errno, when string) int {
	t.Helper()
	path := filepath.Join(t.TempDir(), "rewind.db")
	if !fresh {
		s, err := Open(path, Options{})
		must(t, err)
		must(t, s.Close())
	}
	log := filepath.Join(t.TempDir(), "calls")
	cmd := child(t, "write", path, 0, strace("-o", log, "-e", "trace="+call,
		"-e", fmt.Sprintf("inject=%s:error=%s:when=%s", call, errno, when))...)
	out, err := cmd.CombinedOutput()
	if err != nil || bytes.Contains(out, []byte("wrong")) {
		t.Fatalf("%v\n%s", err, out)
	}
	calls, err := os.ReadFile(log)
	must(t, err)
	n := bytes.Count(calls, []byte("(INJECTED)"))
	if n > 0 && !bytes.Contains(out, []byte("fail")) {
		t.Errorf("%d calls failed and nobody was told:\n%s", n, out)
	}
	if n > 0 && !strings.HasSuffix(when, "+") && !wentOn(string(out)) {
		t.Errorf("%d calls failed and nothing was written after that:\n%s", n, out)
	}
	wantWritten(t, path, strings.Fields(string(out)))
	return n
}

// wentOn reports whether the store took something in after an error, in the life of the last error.
func wentOn(said string) bool {
	fails := strings.LastIndex(said, "fail ")
	return fails < 0 || strings.HasPrefix(said[fails:], "fail open") || strings.Contains(said[fails:], "ack ")
}

// childWrites is several writers on one store that go on after errors, as the bot does; then the store is opened again.
func childWrites(t *testing.T, path string, _ uint64) {
	for life := range 3 {
		s, err := Open(path, Options{})
		if err != nil {
			say("fail open")
			continue
		}
		var writers sync.WaitGroup
		for writer := range 4 {
			writers.Go(func() {
				for i := range 5 {
					writePair(s, fmt.Sprintf("%d-%d-%d", life, writer, i))
				}
			})
		}
		writers.Wait()
		// The last write of all may be the one that fails. strace fails one call of each thread, so a few tries are enough.
		for i := range 20 {
			if writePair(s, fmt.Sprintf("%d-last-%d", life, i)) {
				break
			}
		}
		if err := s.Close(); err != nil {
			say("wrong: close: %v", err)
		}
	}
}

// writePair writes a record to two spaces and counts it, in one transaction. It reports whether the store took it.
func writePair(s *Store, name string) bool {
	say("begin %s", name)
	err := s.Update(context.Background(), "g/a", func(tx *Tx) error {
		count, _ := tx.get("g/a", []byte("count"))
		n, _ := strconv.Atoi(string(count))
		tx.put("g/a", []byte("count"), strconv.AppendInt(nil, int64(n)+1, 10))
		tx.put("g/a", []byte("record "+name), bytes.Repeat([]byte(name), 400))
		tx.put(indexSpace, []byte("record "+name), []byte(name))
		return nil
	})
	if err != nil {
		say("fail %s", name)
		if !errors.Is(err, ErrDisk) {
			say("wrong: %v is not ErrDisk", err)
		}
		return false
	}
	say("ack %s", name)
	return true
}

// wantWritten opens the store after the child has ended and holds it against what the child said.
func wantWritten(t *testing.T, path string, said []string) {
	t.Helper()
	told := map[string]string{} // by name: the last thing said of it
	for i, word := range said[:len(said)-1] {
		if word == "begin" || word == "ack" || word == "fail" {
			told[said[i+1]] = word
		}
	}
	s, err := Open(path, Options{})
	must(t, err)
	defer s.Close()
	must(t, s.CheckEngine(t.Context(), nil))
	must(t, s.View(t.Context(), "g/a", func(tx *Tx) error {
		there := 0
		for name, word := range told {
			want := strings.Repeat(name, 400)
			record, ok := tx.get("g/a", []byte("record "+name))
			indexed, indexedOK := tx.get(indexSpace, []byte("record "+name))
			if word == "ack" && !ok {
				t.Errorf("%s was acknowledged and is gone", name)
			}
			if ok != indexedOK || ok && (string(record) != want || string(indexed) != name) {
				t.Errorf("%s is there by halves: %d bytes and %q", name, len(record), indexed)
			}
			if ok {
				there++
			}
		}
		count, _ := tx.get("g/a", []byte("count"))
		if n, _ := strconv.Atoi(string(count)); n != there {
			t.Errorf("%d records are there, %d were counted", there, n)
		}
		return tx.Err()
	}))
	must(t, writePairQuietly(s))
}

// writePairQuietly proves that the store can be written again.
func writePairQuietly(s *Store) error {
	return s.Update(context.Background(), "g/a", func(tx *Tx) error {
		tx.put("g/a", []byte("after"), []byte("all"))
		return nil
	})
}
