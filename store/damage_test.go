//go:build long

package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime/debug"
	"runtime/metrics"
	"slices"
	"strings"
	"testing"
	"time"
)

// harm is one way in which a file is not what was written.
type harm struct {
	name string
	do   func(file []byte) []byte // returns the harmed file; it may change what it is given
	cut  bool                     // pages are gone: nobody may open it
	// moved harms can make a circle that only the whole check finds, and bbolt follows it until the stack is full: such a
	// file is checked here, never opened without.
	moved bool
}

// harms are flipped bits, the heads of pages more than the rest, and pages that were lost, cut off or put elsewhere.
func harms(file []byte, rnd *rand.Rand) (list []harm) {
	size := os.Getpagesize()
	pages := len(file) / size
	page := func(file []byte, n int) []byte { return file[n*size : (n+1)*size] }
	for n := range pages {
		for i := range 12 {
			within := 8 * size
			if i%3 > 0 {
				within = 8 * (pageHeader + 4*pageElement)
			}
			bit := n*8*size + rnd.IntN(within)
			list = append(list, harm{name: fmt.Sprintf("bit %d of byte %d", bit%8, bit/8), do: func(file []byte) []byte {
				file[bit/8] ^= 1 << (bit % 8)
				return file
			}})
		}
		other := rnd.IntN(pages)
		list = append(list,
			harm{name: fmt.Sprintf("page %d of zeros", n), do: func(file []byte) []byte {
				clear(page(file, n))
				return file
			}},
			harm{name: fmt.Sprintf("page %d of ones", n), do: func(file []byte) []byte {
				copy(page(file, n), bytes.Repeat([]byte{0xFF}, size))
				return file
			}},
			harm{name: fmt.Sprintf("half of page %d", n), do: func(file []byte) []byte {
				clear(page(file, n)[size/2:])
				return file
			}},
			harm{name: fmt.Sprintf("page %d written onto page %d", other, n), do: func(file []byte) []byte {
				copy(page(file, n), page(file, other))
				return file
			}},
			harm{name: fmt.Sprintf("page %d named %d", other, n), moved: true, do: func(file []byte) []byte {
				copy(page(file, n), page(file, other)) // as a list of free pages that is wrong leads to
				binary.NativeEndian.PutUint64(page(file, n), uint64(n))
				return file
			}},
		)
		for _, end := range []int{n * size, n*size + 1, (n+1)*size - 1} {
			if end > 0 { // an empty file is the beginning of a store
				list = append(list, harm{fmt.Sprintf("cut to %d bytes", end), func(file []byte) []byte { return file[:end] }, true, false})
			}
		}
	}
	return list
}

// TestDamagedFile opens, reads, checks, verifies and writes a store with each harm, as a bot would, in a child process,
// which may not end by it. See childDamage for what is asked.
func TestDamagedFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "whole.db")
	must(t, busyStore(t, Options{}).Backup(t.Context(), path))
	out, err := child(t, "damage", path, 7).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, tail(out))
	}
	lines := strings.Split(string(out), "\n")
	t.Log(lines[slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, "harms ") })])
}

// tail is the end of what a child said: the harm that it did not survive, and why.
func tail(out []byte) []byte {
	if at := bytes.Index(out, []byte("\ngoroutine ")); at >= 0 {
		out = out[:min(len(out), at+2000)]
	}
	return out[max(0, len(out)-3000):]
}

// mostMemory is how many bytes a harmed store may make us ask for.
const mostMemory = 512 << 20

// limitMemory ends the process before it takes the whole machine's memory.
func limitMemory() {
	debug.SetMaxStack(16 << 20)
	sample := []metrics.Sample{{Name: "/memory/classes/total:bytes"}}
	for range time.Tick(5 * time.Millisecond) {
		if metrics.Read(sample); sample[0].Value.Uint64() > mostMemory {
			say("wrong: it takes more than %d bytes of memory", mostMemory)
			os.Exit(3)
		}
	}
}

func childDamage(t *testing.T, path string, seed uint64) {
	go limitMemory()
	file, err := os.ReadFile(path)
	must(t, err)
	v := victim{path: filepath.Join(filepath.Dir(path), "harmed.db"), want: storedIn(t, path)}
	for i, h := range harms(file, rand.New(rand.NewPCG(seed, seed))) {
		say("%s", h.name) // the last line names what ended the process
		v.suffer(t, h, h.do(slices.Clone(file)), i%16 == 0)
	}
	say("harms refused %d, found %d, harmless %d; records missing %d", v.refused, v.found, v.harmless, v.missing)
	if v.refused == 0 || v.found == 0 || v.harmless == 0 || v.missing == 0 {
		t.Error("the test does not reach what it is about")
	}
}

type stored struct{ space, key string }

// storedIn is all records of a sound file, unsealed.
func storedIn(t *testing.T, path string) map[stored]string {
	t.Helper()
	s, err := Open(path, Options{})
	must(t, err)
	defer s.Close()
	all := map[stored]string{}
	must(t, s.engine.view(t.Context(), func(r reader) error {
		return eachRecord(t.Context(), r, func(space string, p pair) {
			v, err := unseal(space, p.key, p.value)
			must(t, err)
			all[stored{space, string(p.key)}] = string(v)
		})
	}))
	return all
}

// victim is a store that is harmed, and what came of it so far.
type victim struct {
	path                              string
	want                              map[stored]string
	refused, found, harmless, missing int
}

// suffer asks of a harmed file: it is refused and left alone, or every record that is read is as it was written, an error
// or missing; and if not all of them are as they were, the check finds it. Errors say that the store is damaged.
func (v *victim) suffer(t *testing.T, h harm, file []byte, write bool) {
	must(t, os.WriteFile(v.path, file, 0o600))
	if err := Prove(t.Context(), v.path); err != nil && h.moved {
		v.found++
		wantDamage(t, h.name+": prove", err)
		return
	}
	s, err := Open(v.path, Options{})
	if err != nil {
		v.refused++
		wantDamage(t, h.name+": open", err)
		if now, err := os.ReadFile(v.path); err != nil || !bytes.Equal(now, file) {
			t.Errorf("%s: the file was refused and changed (%v)", h.name, err)
		}
		return
	}
	if h.cut {
		t.Errorf("%s: was opened", h.name)
	}
	bad := v.read(t, s, h.name)
	check := s.CheckEngine(t.Context(), nil)
	findings, verify := []Finding(nil), error(nil)
	if check == nil { // Verify comes after it, as the command has it
		findings, verify = s.Verify(t.Context())
	}
	switch {
	case check != nil:
		v.found++
		wantDamage(t, h.name+": check", check)
	case bad > 0 || len(findings) > 0 || verify != nil:
		t.Errorf("%s: the check found nothing; %d bad records, findings %v, %v", h.name, bad, findings, verify)
	default:
		v.harmless++
	}
	if write {
		v.write(t, s, h.name, check == nil)
	}
	if err := s.Close(); err != nil && check == nil {
		t.Errorf("%s: close: %v", h.name, err)
	}
}

// read reads every record, each in its own view, then all in order, and reports how many were not as they should be.
func (v *victim) read(t *testing.T, s *Store, harm string) (bad int) {
	for r, want := range v.want {
		err := s.View(t.Context(), systemScope, func(tx *Tx) error {
			got, ok := tx.get(r.space, []byte(r.key))
			switch {
			case ok && string(got) != want:
				t.Errorf("%s: %q in %s reads as %q", harm, r.key, r.space, got)
			case !ok && tx.Err() == nil:
				v.missing++
				bad++
			}
			return nil
		})
		if err != nil {
			bad++
			wantDamage(t, harm+": read", err)
		}
	}
	for _, space := range []string{systemScope, indexSpace, "g/a", "g/b"} {
		err := s.View(t.Context(), systemScope, func(tx *Tx) error {
			for k, got := range tx.scan(space, nil, nil, false) {
				if want, ok := v.want[stored{space, string(k)}]; !ok || string(got) != want {
					t.Errorf("%s: a scan of %s yields %q as %q, want %q (%v)", harm, space, k, got, want, ok)
				}
			}
			return nil
		})
		if err != nil {
			bad++
			wantDamage(t, harm+": scan", err)
		}
	}
	return bad
}

// write goes on with the store as a bot would that has not heard of the check.
func (v *victim) write(t *testing.T, s *Store, harm string, sound bool) {
	err := s.Update(t.Context(), groupScope("a"), func(tx *Tx) error {
		for m := range tx.Members() {
			tx.PutMember(m)
			tx.PutPeek(Peek{Round: 4, Member: m.ID, At: noon})
		}
		return nil
	})
	if sound && err != nil {
		t.Errorf("%s: write: %v", harm, err)
	}
	if err != nil && !errors.Is(err, ErrDisk) {
		wantDamage(t, harm+": write", err)
	}
	if err := s.CheckEngine(t.Context(), nil); sound && err != nil {
		t.Errorf("%s: the check after a write: %v", harm, err)
	}
}

func wantDamage(t *testing.T, what string, err error) {
	t.Helper()
	if !errors.Is(err, ErrDamaged) {
		t.Errorf("%s: %v is not ErrDamaged", what, err)
	}
}

// TestDamagedHead: bbolt writes its two heads in turn and goes back to the older one where the newer is damaged, for that
// is what a head looks like that was being written when the power went. The store is then the one before its last
// commit, all of it, and not a mix of both.
func TestDamagedHead(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "rewind.db")
	var states []string
	for i := range 4 {
		s, err := Open(path, Options{})
		must(t, err)
		must(t, s.Update(t.Context(), "g/a", func(tx *Tx) error {
			tx.put("g/a", []byte("k"), fmt.Append(nil, i))
			tx.put(indexSpace, fillKey(i), nil)
			return nil
		}))
		must(t, s.Close())
		states = append(states, dump(t, path))
	}
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	must(t, err)
	defer file.Close()
	seen, bits := map[string]int{}, 0
	for bit := 0; bit < metaSize*8; bit += 5 {
		bits++
		for head := range int64(2) {
			at := head*int64(os.Getpagesize()) + pageHeader + int64(bit/8)
			flip(t, file, at, bit%8)
			s, err := Open(path, Options{})
			must(t, err)
			must(t, errors.Join(s.CheckEngine(t.Context(), nil), s.Close()))
			seen[dump(t, path)]++
			flip(t, file, at, bit%8)
		}
	}
	if older, newer := seen[states[2]], seen[states[3]]; len(seen) != 2 || older != bits || newer != bits {
		t.Errorf("%d states; %d times the older, %d times the newer, want %d each", len(seen), older, newer, bits)
	}
}

func flip(t *testing.T, file *os.File, at int64, bit int) {
	t.Helper()
	b := make([]byte, 1)
	_, err := file.ReadAt(b, at)
	must(t, err)
	b[0] ^= 1 << bit
	_, err = file.WriteAt(b, at)
	must(t, err)
}
