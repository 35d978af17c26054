// Package bottest holds a platform in memory, and the conformance suite that every platform passes.
//
// [Memory] is a chat system that lives in a test: people speak and command through its methods, the bot through
// [bot.Platform], and [Faults] makes it fail as real ones do. It counts only what really happened, so that a test can
// prove that the fault it ordered was met.
//
// [Conform] puts a platform through [Cases]. Each case is one promise of [bot.Platform] under a name of its own. What a
// platform's test cannot cause or see is left nil in its [Subject], and the cases that need it are skipped with that
// reason. A case runs against a small [TB], so that [Failures] can show that a broken platform fails it.
package bottest

import (
	"cmp"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"
)

// TB is what a case reports to; *testing.T is one. Fatalf does not return.
type TB interface {
	Helper()
	Errorf(format string, a ...any)
	Fatalf(format string, a ...any)
}

// Case is one promise.
type Case struct {
	Name string
	// Needs returns what the subject lacks for this case, empty if nothing.
	Needs func(s Subject) string
	Run   func(tb TB, s Subject)
}

// Cases returns the suite.
func Cases() []Case {
	return slices.Concat(keyCases(), editCases(), failureCases(), threadCases(), commentCases(), listenCases(), commandCases(), textCases())
}

// Conform puts a platform through every case, each with a subject of its own. What open starts it also ends, by t.Cleanup.
func Conform(t *testing.T, open func(t *testing.T) Subject) {
	t.Helper()
	for _, c := range Cases() {
		t.Run(c.Name, func(t *testing.T) { c.Check(t, open) })
	}
}

// Check runs the case as a test, or skips it with the reason.
func (c Case) Check(t *testing.T, open func(t *testing.T) Subject) {
	t.Helper()
	s := open(t)
	if lacks := c.lacks(s); lacks != "" {
		t.Skipf("the platform or its test has no %s", lacks)
	}
	c.Run(t, s)
}

func (c Case) lacks(s Subject) string {
	if c.Needs == nil {
		return ""
	}
	return c.Needs(s)
}

// Failures runs a case and returns what it complains of. A case that cannot run at all is a complaint too.
func Failures(c Case, s Subject) []string {
	if lacks := c.lacks(s); lacks != "" {
		return []string{"the case did not run: no " + lacks}
	}
	var l ledger
	done := make(chan struct{})
	go func() {
		defer close(done)
		c.Run(&l, s)
	}()
	<-done
	return l.lines
}

// ledger is a TB that only writes down.
type ledger struct {
	mu    sync.Mutex // guards lines
	lines []string
}

func (l *ledger) Helper() {}

func (l *ledger) Errorf(format string, a ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, fmt.Sprintf(format, a...))
}

func (l *ledger) Fatalf(format string, a ...any) {
	l.Errorf(format, a...)
	runtime.Goexit()
}

// need is one thing that a case cannot do without.
type need func(s Subject) string

// all returns the first that is missing.
func all(needs ...need) func(Subject) string {
	return func(s Subject) string {
		var lacks string
		for _, n := range needs {
			lacks = cmp.Or(lacks, n(s))
		}
		return lacks
	}
}

// lack is name unless there is such a thing.
func lack(there bool, name string) string {
	if there {
		return ""
	}
	return name
}

func needKeys(s Subject) string    { return lack(s.KeepsKeys, "keys that are kept") }
func needHistory(s Subject) string { return lack(s.ReadsHistory, "readable history") }
func needFinding(s Subject) string {
	return lack(s.KeepsKeys || s.ReadsHistory, "way to find what landed")
}
func needForget(s Subject) string { return lack(s.Forget != nil, "way to forget keys") }
func needSay(s Subject) string    { return lack(s.Say != nil, "way to make people speak") }
func needEdit(s Subject) string   { return lack(s.EditComment != nil, "way to make people edit") }
func needDelete(s Subject) string { return lack(s.DeleteComment != nil, "way to make people delete") }
func needGone(s Subject) string   { return lack(s.DeleteThread != nil, "way to delete a thread") }
func needPrivate(s Subject) string {
	return lack(s.Private != nil, "way to see private messages")
}
func needCommand(s Subject) string { return lack(s.Command != nil, "way to give commands") }
func needBreak(k Kind) need {
	return func(s Subject) string { return lack(s.Break[k] != nil, fmt.Sprintf("way to order %q", k)) }
}
