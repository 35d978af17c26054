package main

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"rewind/store"
)

// TestMain lets the scripts start this very program as the command rewind.
// A command that runs within a test may have a file proved by a process of its own, which is this program too.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "prove" {
		main()
	}
	testscript.Main(m, map[string]func(){"rewind": main})
}

// TestScripts plays the command line as an operator types it.
func TestScripts(t *testing.T) {
	t.Parallel()
	fixtures, err := filepath.Abs("../../questions/testdata")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(env *testscript.Env) error {
			env.Setenv("FIXTURES", fixtures)
			env.Setenv("TZ", "Asia/Seoul")
			env.Setenv("LANG", "C.UTF-8")
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"answers": answers,
			"damage":  damage,
			"hold":    hold,
			"term":    term,
			"until":   until,
			"stall":   stall,
		},
	})
}

// answers waits until somebody listens on a socket, or with "!" until nobody does.
func answers(ts *testscript.TestScript, neg bool, args []string) {
	again := time.NewTicker(5 * time.Millisecond)
	defer again.Stop()
	for deadline := time.After(20 * time.Second); ; {
		conn, err := net.Dial("unix", ts.MkAbs(args[0]))
		if err == nil {
			conn.Close()
		}
		if (err != nil) == neg {
			return
		}
		select {
		case <-again.C:
		case <-deadline:
			ts.Fatalf("it did not come to that: %v", err)
		}
	}
}

// until runs a command again and again until its output matches a pattern.
func until(ts *testscript.TestScript, neg bool, args []string) {
	pattern, err := regexp.Compile("(?m)" + args[0])
	ts.Check(err)
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for deadline := time.After(20 * time.Second); ; {
		err := ts.Exec(args[1], args[2:]...)
		said := ts.ReadFile("stdout")
		if err == nil && pattern.MatchString(said) {
			return
		}
		select {
		case <-again.C:
		case <-deadline:
			ts.Fatalf("it did not come to that: %v\n%s", err, said)
		}
	}
}

// term sends SIGTERM to what runs in the background.
func term(ts *testscript.TestScript, neg bool, args []string) {
	for _, cmd := range ts.BackgroundCmds() {
		ts.Check(cmd.Process.Signal(syscall.SIGTERM))
	}
}

// hold opens a store in this process while a command runs.
func hold(ts *testscript.TestScript, neg bool, args []string) {
	s, err := store.Open(ts.MkAbs(args[0]), store.Options{})
	ts.Check(err)
	defer s.Close()
	if err := ts.Exec(args[1], args[2:]...); (err != nil) != neg {
		ts.Fatalf("unexpected outcome: %v", err)
	}
}

// damage flips a bit wherever a text stands in a file.
func damage(ts *testscript.TestScript, neg bool, args []string) {
	file, text := ts.MkAbs(args[0]), []byte(args[1])
	b, err := os.ReadFile(file)
	ts.Check(err)
	if !bytes.Contains(b, text) {
		ts.Fatalf("%s does not hold %q", args[0], text)
	}
	wrong := bytes.Clone(text)
	wrong[0] ^= 1
	ts.Check(os.WriteFile(file, bytes.ReplaceAll(b, text, wrong), 0o600))
}

// stall sends half a command to a socket and keeps the connection until the script ends. It returns once the command is
// being carried out: the server asks for the rest of it.
func stall(ts *testscript.TestScript, neg bool, args []string) {
	conn, err := net.Dial("unix", ts.MkAbs(args[0]))
	ts.Check(err)
	ts.Defer(func() { conn.Close() })
	_, err = fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: rewind\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n", pathImport)
	ts.Check(err)
	line, err := bufio.NewReader(conn).ReadString('\n')
	ts.Check(err)
	if !strings.Contains(line, "100 Continue") {
		ts.Fatalf("the server answered %q", line)
	}
}
