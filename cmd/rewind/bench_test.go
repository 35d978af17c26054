//go:build linux

package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"
	"time"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/text"

	"rewind/questions"
	"rewind/store"
	"rewind/store/measure"
)

// The goals of docs/performance.md for the program as a whole, each beside its baseline: both are measured alternately in
// nine rounds of one run, and their medians are compared.

func noError(b *testing.B, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// build makes the program as it is released, or another one, and returns its path.
func build(b *testing.B, name string, what ...string) string {
	path := filepath.Join(b.TempDir(), name)
	cmd := exec.Command("go", append([]string{"build", "-trimpath", "-ldflags=-s -w", "-o", path}, what...)...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	cmd.Stderr = os.Stderr
	noError(b, cmd.Run())
	return path
}

const manyQuestions = 10_000

// bankOf returns the path of a store with so many questions; without any it gets the starter bank when it is served.
func bankOf(b *testing.B, n int) string {
	path := filepath.Join(b.TempDir(), "rewind.db")
	s, err := store.Open(path, store.Options{})
	noError(b, err)
	defer s.Close()
	var qs []questions.Question
	for i := range n {
		qs = append(qs, questions.Question{ID: fmt.Sprintf("q%05d", i), Texts: []questions.Text{{
			Lang: questions.English, Topics: []string{fmt.Sprintf("Topic %d", i%50)}, Prompt: fmt.Sprintf("What is thing %d, and why does it matter?", i),
			Answer: strings.Repeat("It is one of the things that there are, and it holds others. ", 8),
		}}})
	}
	if n > 0 {
		_, _, err = s.ImportBank(context.Background(), store.FromNotes, qs, time.Now())
		noError(b, err)
	}
	return path
}

// program is a running one whose output has shown what was waited for.
type program struct {
	b   *testing.B
	cmd *exec.Cmd
	in  io.WriteCloser
	out io.Reader
}

// start runs the program until a line of its output holds the word.
func start(b *testing.B, word, path string, args ...string) *program {
	p := &program{b: b, cmd: exec.Command(path, args...)}
	p.cmd.Env = []string{"LANG=C.UTF-8", "TZ=UTC", "TMPDIR=" + b.TempDir()}
	var err error
	p.in, err = p.cmd.StdinPipe()
	noError(b, err)
	out, err := p.cmd.StdoutPipe()
	noError(b, err)
	noError(b, p.cmd.Start())
	lines := bufio.NewReader(out)
	p.out = lines
	for {
		line, err := lines.ReadString('\n')
		if strings.Contains(line, word) {
			return p
		}
		if err != nil {
			b.Fatalf("%v ended without %q: %v", args, word, err)
		}
	}
}

func (p *program) stop() {
	noError(p.b, p.cmd.Process.Signal(syscall.SIGTERM))
	p.in.Close()
	_, err := io.Copy(io.Discard, p.out)
	noError(p.b, err)
	if err := p.cmd.Wait(); err != nil && p.cmd.ProcessState.ExitCode() != exitInterrupted {
		p.b.Fatal(err)
	}
}

// privateMemory is the program's RssAnon in bytes.
func (p *program) privateMemory() float64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	noError(p.b, err)
	_, rest, _ := strings.Cut(string(status), "RssAnon:")
	fields := strings.Fields(rest)
	if len(fields) == 0 {
		p.b.Fatal("the system does not tell RssAnon")
	}
	kib, err := strconv.Atoi(fields[0])
	noError(p.b, err)
	return float64(kib) * 1024
}

// BenchmarkTry starts a chat on a kept store with ten thousand questions and waits until it can be typed in. Goal: 100 ms.
// The baseline is the program that only prints its version.
func BenchmarkTry(b *testing.B) {
	rewind, db := build(b, "rewind", "."), bankOf(b, manyQuestions)
	m := measure.Medians(func() float64 {
		var p *program
		d := measure.Took(func() { p = start(b, "/quit", rewind, "try", "--db", db) })
		p.stop()
		return d.Seconds()
	}, func() float64 {
		return measure.Took(func() { noError(b, exec.Command(rewind, "version").Run()) }).Seconds()
	})
	measure.Report(b, map[string]float64{"ms-ready": m[0] * 1e3, "ms-version": m[1] * 1e3})
}

// BenchmarkMemory looks at the private memory of programs that have been idle for two seconds. Goal: 30 MB with ten
// thousand questions. The baseline is serve with the starter bank.
func BenchmarkMemory(b *testing.B) {
	rewind := build(b, "rewind", ".")
	many, starter := bankOf(b, manyQuestions), bankOf(b, 0)
	idle := func(word string, args ...string) float64 {
		p := start(b, word, rewind, args...)
		defer p.stop()
		<-time.After(2 * time.Second)
		return p.privateMemory() / 1e6
	}
	b.ReportMetric(idle(".sock", "serve", "--db", many), "MB-serve")
	b.ReportMetric(idle("/quit", "try", "--db", many), "MB-try")
	b.ReportMetric(idle(".sock", "serve", "--db", starter), "MB-starter")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkBinary builds the program stripped. Goal: 20 MB. The baseline is a program that only says a word.
func BenchmarkBinary(b *testing.B) {
	hello := filepath.Join(b.TempDir(), "hello.go")
	noError(b, os.WriteFile(hello, []byte("package main\n\nimport \"fmt\"\n\nfunc main() { fmt.Println(\"hello\") }\n"), 0o600))
	for unit, path := range map[string]string{"MB-rewind": build(b, "rewind", "."), "MB-hello": build(b, "hello", hello)} {
		info, err := os.Stat(path)
		noError(b, err)
		b.ReportMetric(float64(info.Size())/1e6, unit)
	}
	b.ReportMetric(0, "ns/op")
}

// notesOf are notes of 16 KiB each, with headings, lists, fences and plain text.
func notesOf(files int) (notes fstest.MapFS, size int) {
	notes = fstest.MapFS{}
	for f := range files {
		var s strings.Builder
		for i := 0; s.Len() < 16<<10; i++ {
			fmt.Fprintf(&s, "## Topic %d\n\n### What is thing %d of %d, and *why* does it matter?\n\n", i/10, i, f)
			fmt.Fprintf(&s, "A thing is `%d` of the [many](https://example.org/%d) things there are.\nIt holds other things.\n\n", i, i)
			fmt.Fprintf(&s, "- 첫째: 물건은 상자에 넣는다.\n  - 상자는 **튼튼**해야 한다.\n- 둘째: 이름표를 붙인다.\n\n```go\nthing := %d\n```\n\n", i)
		}
		notes[fmt.Sprintf("note-%03d.md", f)] = &fstest.MapFile{Data: []byte(s.String())}
		size += s.Len()
	}
	return notes, size
}

// BenchmarkNotes reads a folder of notes whole, and one twice as large. Goals: at least 0.6 of the bare Markdown parser's
// rate, and at most 2.2 times the time for twice the notes.
func BenchmarkNotes(b *testing.B) {
	read := func(notes fstest.MapFS) func() float64 {
		return func() float64 {
			return measure.Took(func() {
				found, err := questions.Load(questions.Source{FS: notes, Root: "."})
				noError(b, err)
				if len(found.Questions) < len(notes) {
					b.Fatalf("only %d questions in %d notes", len(found.Questions), len(notes))
				}
			}).Seconds()
		}
	}
	one, size := notesOf(32)
	two, _ := notesOf(64)
	m := measure.Medians(read(one), func() float64 {
		return measure.Took(func() {
			for _, f := range one {
				goldmark.DefaultParser().Parse(text.NewReader(f.Data))
			}
		}).Seconds()
	}, read(two))
	mb := float64(size) / 1e6
	measure.Report(b, map[string]float64{"x-goldmark": m[1] / m[0], "x-double": m[2] / m[0], "MB/s": mb / m[0], "goldmark-MB/s": mb / m[1]})
}
