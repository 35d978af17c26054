//go:build long

package store

import (
	"bufio"
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A batch is an update whose writes follow from its number alone, so that the number of batches that a file holds says
// what all of it must be.

func batch(number int) (writes []write) {
	rnd := rand.New(rand.NewPCG(9, uint64(number)))
	for range 1 + rnd.IntN(30) {
		w := write{space: []string{"g/a", indexSpace}[rnd.IntN(2)], key: string(fillKey(rnd.IntN(120)))}
		if rnd.IntN(3) > 0 {
			w.sealed = bytes.Repeat([]byte{byte(number)}, 1+rnd.IntN(300))
		}
		if rnd.IntN(40) == 0 {
			w.sealed = bytes.Repeat([]byte{byte(number)}, 9000) // longer than a page
		}
		writes = append(writes, w)
	}
	return append(writes, write{"g/a", "batches", strconv.AppendInt(nil, int64(number), 10)})
}

// afterBatches is what the first batches leave in the store.
func afterBatches(n int) map[stored]string {
	model := map[stored]string{}
	for number := 1; number <= n; number++ {
		for _, w := range batch(number) {
			delete(model, stored{w.space, w.key})
			if w.sealed != nil {
				model[stored{w.space, w.key}] = string(w.sealed)
			}
		}
	}
	return model
}

// childBatches goes on with the store's batches, as many more as it is told.
func childBatches(t *testing.T, path string, more uint64) {
	s, err := Open(path, Options{})
	must(t, err)
	done := 0
	must(t, s.View(t.Context(), "g/a", func(tx *Tx) error {
		v, _ := tx.get("g/a", []byte("batches"))
		done, _ = strconv.Atoi(string(v))
		return nil
	}))
	for number := done + 1; number <= done+int(more); number++ {
		must(t, s.Update(context.Background(), "g/a", func(tx *Tx) error {
			for _, w := range batch(number) {
				if w.sealed == nil {
					tx.delete(w.space, []byte(w.key))
				} else {
					tx.put(w.space, []byte(w.key), w.sealed)
				}
			}
			return nil
		}))
		say("ack %d", number)
	}
	must(t, s.Close())
}

// wantBatches holds a file against the batches that were acknowledged: it holds those or one more, and nothing else.
func wantBatches(t *testing.T, path string, acked int) (have int) {
	t.Helper()
	must(t, Prove(t.Context(), path))
	got := storedIn(t, path)
	maps.DeleteFunc(got, func(r stored, _ string) bool { return r.space == systemScope })
	have, _ = strconv.Atoi(got[stored{"g/a", "batches"}])
	if have != acked && have != acked+1 {
		t.Fatalf("%d batches are there, %d were acknowledged", have, acked)
	}
	if !maps.Equal(got, afterBatches(have)) {
		t.Fatalf("the file does not hold what %d batches leave", have)
	}
	return have
}

func emptyStore(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "rewind.db")
	s, err := Open(path, Options{})
	must(t, err)
	must(t, s.Close())
	return path
}

// TestKilled kills the process at random moments; the next one goes on with the file.
func TestKilled(t *testing.T) {
	t.Parallel()
	path, have := emptyStore(t), 0
	rnd := rand.New(rand.NewPCG(4, 4))
	for range 8 {
		cmd := child(t, "batch", path, 1<<20)
		out, err := cmd.StdoutPipe()
		must(t, err)
		must(t, cmd.Start())
		acked, last := have, have+1+rnd.IntN(20)
		for scanner := bufio.NewScanner(out); scanner.Scan(); {
			n, err := strconv.Atoi(strings.TrimPrefix(scanner.Text(), "ack "))
			must(t, err)
			if acked = n; n == last {
				must(t, cmd.Process.Kill())
			}
		}
		cmd.Wait() // it says that it was killed
		have = wantBatches(t, path, acked)
	}
}

// effect is one thing that a process did to its file, or a batch that it has acknowledged.
type effect struct {
	at   int64
	data []byte // written there; nil: see size
	size int64  // the file was made this long, if data is nil
	sync bool
	ack  int
}

var callPattern = regexp.MustCompile(`(pwrite64|write|ftruncate|fdatasync|fsync)\((\d+)(?:, "((?:\\x[0-9a-f]{2})*)")?(?:, (\d+))?(?:, (\d+))?`)

// parseCalls reads what strace wrote. Calls that take long have two lines; the first one has the arguments.
func parseCalls(t *testing.T, calls []byte) (effects []effect) {
	for line := range strings.Lines(string(calls)) {
		m := callPattern.FindStringSubmatch(line)
		if m == nil || strings.Contains(line, "resumed>") {
			continue
		}
		data, err := hex.DecodeString(strings.ReplaceAll(m[3], `\x`, ""))
		must(t, err)
		a, _ := strconv.ParseInt(m[4], 10, 64)
		b, _ := strconv.ParseInt(m[5], 10, 64)
		switch m[1] {
		case "pwrite64":
			if int64(len(data)) != a {
				t.Fatalf("%d bytes of %d in the trace", len(data), a)
			}
			effects = append(effects, effect{at: b, data: data})
		case "ftruncate":
			effects = append(effects, effect{size: a})
		case "fdatasync", "fsync":
			effects = append(effects, effect{sync: true})
		case "write":
			var n int
			if _, err := fmt.Sscanf(string(data), "ack %d\n", &n); err == nil && m[2] == "1" {
				effects = append(effects, effect{ack: n})
			}
		}
	}
	return effects
}

func (e effect) apply(file []byte) []byte {
	end := max(e.at+int64(len(e.data)), e.size)
	if grown := end - int64(len(file)); grown > 0 {
		file = append(file, make([]byte, grown)...)
	}
	copy(file[e.at:], e.data)
	return file
}

// TestPowerCut writes down what a process does to its file, and makes the files that may be found after the power was
// cut at any flush: all that was flushed, and of what was written since then nothing, everything, or any part of it down
// to the 512 bytes that a disk writes at once. All of them open, and hold what was acknowledged.
func TestPowerCut(t *testing.T) {
	t.Parallel()
	needStrace(t)
	const sector, batches = 512, 16
	path := emptyStore(t)
	file, err := os.ReadFile(path)
	must(t, err)
	log := filepath.Join(t.TempDir(), "calls")
	cmd := child(t, "batch", path, batches, strace("-o", log, "-xx", "-s", "10000000", // more than any write has
		"-e", "trace=pwrite64,write,ftruncate,fdatasync,fsync")...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	calls, err := os.ReadFile(log)
	must(t, err)
	rnd := rand.New(rand.NewPCG(5, 5))
	var pending []effect // written and not flushed
	acked, cuts, ahead := 0, 0, 0
	found := filepath.Join(t.TempDir(), "found.db")
	for _, e := range parseCalls(t, calls) {
		switch {
		case e.ack > 0:
			acked = e.ack
		case !e.sync:
			pending = append(pending, e)
		default:
			for part := range 4 {
				image := slices.Clone(file)
				for _, p := range pending {
					switch {
					case part == 0 || part > 1 && rnd.IntN(2) == 0:
						continue
					case part > 2 && len(p.data) > sector && rnd.IntN(3) == 0:
						p.data = p.data[:sector*rnd.IntN(len(p.data)/sector)]
					}
					image = p.apply(image)
				}
				must(t, os.WriteFile(found, image, 0o600))
				cuts++
				ahead += wantBatches(t, found, acked) - acked
			}
			for _, p := range pending {
				file = p.apply(file)
			}
			pending = nil
		}
	}
	t.Logf("%d cuts, %d of them with a batch that was not acknowledged yet", cuts, ahead)
	if acked != batches || ahead == 0 || cuts < 4*batches {
		t.Errorf("%d cuts, %d acknowledged: the test does not reach what it is about", cuts, acked)
	}
	must(t, os.WriteFile(found, file, 0o600))
	if have := wantBatches(t, found, batches); have != batches {
		t.Errorf("%d batches at the end", have)
	}
}
