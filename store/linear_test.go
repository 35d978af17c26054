//go:build long

package store

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
)

// A claim is the insert of a slot: of all who claim one, one is told true, whoever looks afterwards sees that one, and
// that stays so when the process is killed at any moment. Slots are deleted here as well, which the bot never does, so
// that one key is claimed many times.

type slotCall struct {
	kind string // claim, look, update (a look within an update) or free
	slot string
	by   int // who claims; unique
}

type slotResult struct {
	ok      bool // created, or found
	by      int  // who was found
	unknown bool // the process was killed meanwhile
}

// slotModel is one slot as it should be: its state is who has claimed it, 0 for nobody. A call that was cut off has
// happened or not.
var slotModel = (&porcupine.NondeterministicModel{
	Partition: func(history []porcupine.Operation) [][]porcupine.Operation {
		parts := map[string][]porcupine.Operation{}
		for _, op := range history {
			slot := op.Input.(slotCall).slot
			parts[slot] = append(parts[slot], op)
		}
		var list [][]porcupine.Operation
		for _, part := range parts {
			list = append(list, part)
		}
		return list
	},
	Init: func() []any { return []any{0} },
	Step: func(state, input, output any) []any {
		owner, call, result := state.(int), input.(slotCall), output.(slotResult)
		next, want := owner, slotResult{ok: owner != 0, by: owner}
		switch call.kind {
		case "claim":
			want = slotResult{ok: owner == 0}
			if owner == 0 {
				next = call.by
			}
		case "free":
			next, want = 0, slotResult{}
		}
		switch {
		case result.unknown:
			return []any{owner, next}
		case result == want:
			return []any{next}
		}
		return nil
	},
	DescribeOperation: func(input, output any) string { return fmt.Sprintf("%v %v", input, output) },
}).ToModel()

// wantLinear fails unless there is an order of the calls, within the times that each took, in which one after the other
// would have ended as they did.
func wantLinear(t *testing.T, history []porcupine.Operation) {
	t.Helper()
	const most = 30 * time.Second
	if got := porcupine.CheckOperationsTimeout(slotModel, history, most); got != porcupine.Ok {
		t.Errorf("%d calls: %s, want %s", len(history), got, porcupine.Ok)
	}
}

func (c slotCall) do(s *Store) (r slotResult, err error) {
	read := func(tx *Tx) error {
		slot, ok := tx.Slot(c.slot, "")
		r = slotResult{ok: ok, by: slot.Round}
		return nil
	}
	switch c.kind {
	case "look":
		err = s.ViewGroup(context.Background(), "a", read)
	case "update":
		err = s.UpdateGroup(context.Background(), "a", read)
	case "claim":
		err = s.UpdateGroup(context.Background(), "a", func(tx *Tx) error {
			r = slotResult{ok: tx.ClaimSlot(Slot{Schedule: c.slot, State: SlotAsked, Round: c.by})}
			return nil
		})
	case "free":
		err = s.UpdateGroup(context.Background(), "a", func(tx *Tx) error {
			slotTable.delete(tx, c.slot, "")
			return nil
		})
	}
	return r, err
}

func randomCall(rnd *rand.Rand, by int) slotCall {
	kinds := []string{"claim", "claim", "claim", "look", "look", "update", "free"}
	return slotCall{kinds[rnd.IntN(len(kinds))], strconv.Itoa(rnd.IntN(3)), by}
}

func TestClaimsAreLinear(t *testing.T) {
	t.Parallel()
	s := openTestStore(t, Options{})
	history := make([][]porcupine.Operation, 8) // by caller
	var clock atomic.Int64                      // order is all that is asked for
	var group sync.WaitGroup
	for caller := range history {
		group.Go(func() {
			rnd := rand.New(rand.NewPCG(1, uint64(caller)))
			for i := range 50 {
				op := porcupine.Operation{ClientId: caller, Call: clock.Add(1)}
				call := randomCall(rnd, 1+caller*1000+i)
				result, err := call.do(s)
				if err != nil {
					t.Error(err)
					return
				}
				op.Input, op.Output, op.Return = call, result, clock.Add(1)
				history[caller] = append(history[caller], op)
			}
		})
	}
	group.Wait()
	whole := slices.Concat(history...)
	wantLinear(t, whole)

	// The same with one lie in it is found out: the first who claimed in vain is said to have claimed.
	lie := slices.IndexFunc(whole, func(op porcupine.Operation) bool {
		return op.Input.(slotCall).kind == "claim" && !op.Output.(slotResult).ok
	})
	if lie < 0 {
		t.Fatal("nobody has claimed in vain: the test does not reach what it is about")
	}
	whole[lie].Output = slotResult{ok: true}
	if porcupine.CheckOperations(slotModel, whole) {
		t.Error("the model believes that a slot was claimed twice")
	}
}

// TestClaimsAreLinearOverKills kills the process at random moments; the next one goes on with the file.
func TestClaimsAreLinearOverKills(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "rewind.db")
	rnd := rand.New(rand.NewPCG(2, 2))
	var r recorder
	cut := 0
	for life := range uint64(6) {
		cut += r.record(t, path, life, 20+rnd.IntN(300))
		s, err := Open(path, Options{})
		must(t, err)
		must(t, s.CheckEngine(t.Context(), nil))
		for slot := range 3 { // what is there now; pending calls have happened by now, or never will
			look := slotCall{kind: "look", slot: strconv.Itoa(slot)}
			result, err := look.do(s)
			must(t, err)
			r.clock += 2 // one for the call, one for its result
			r.history = append(r.history, porcupine.Operation{Input: look, Output: result, Call: r.clock, Return: r.clock + 1})
		}
		must(t, s.Close())
	}
	t.Logf("%d calls, %d cut off", len(r.history), cut)
	if cut == 0 {
		t.Error("no call was cut off: the test does not reach what it is about")
	}
	wantLinear(t, r.history)
}

// recorder makes a history of what children say. A child says a call before it makes it and its result after it is back,
// so the order of the lines is an order of time.
type recorder struct {
	history []porcupine.Operation
	clock   int64
}

// record lets a child run until it has said some lines, kills it, and reports how many calls that cut off.
func (r *recorder) record(t *testing.T, path string, seed uint64, lines int) (cut int) {
	t.Helper()
	cmd := child(t, "claim", path, seed)
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	pending := map[string]porcupine.Operation{} // by the caller's name
	scanner := bufio.NewScanner(out)
	for n := 1; scanner.Scan(); n++ {
		r.line(t, pending, strings.Fields(scanner.Text()))
		if n == lines {
			must(t, cmd.Process.Kill())
		}
	}
	cmd.Wait() // it says that it was killed
	r.clock++
	for _, op := range pending {
		op.Output, op.Return = slotResult{unknown: true}, r.clock
		r.history = append(r.history, op)
	}
	return len(pending)
}

func (r *recorder) line(t *testing.T, pending map[string]porcupine.Operation, words []string) {
	t.Helper()
	r.clock++
	number := func(word string) int {
		n, err := strconv.Atoi(word)
		must(t, err)
		return n
	}
	switch {
	case len(words) == 5 && words[0] == "call":
		call := slotCall{words[2], words[3], number(words[4])}
		pending[words[1]] = porcupine.Operation{Input: call, Call: r.clock}
	case len(words) == 4 && words[0] == "result":
		op := pending[words[1]]
		op.Output, op.Return = slotResult{ok: words[2] == "true", by: number(words[3])}, r.clock
		r.history = append(r.history, op)
		delete(pending, words[1])
	default:
		t.Fatalf("the child said %q", words)
	}
}

// childClaims makes calls until it is killed.
func childClaims(t *testing.T, path string, seed uint64) {
	s, err := Open(path, Options{})
	must(t, err)
	var group sync.WaitGroup
	for caller := range 4 {
		group.Go(func() {
			rnd := rand.New(rand.NewPCG(seed, uint64(caller)))
			for i := range 100_000 {
				call := randomCall(rnd, 1+((int(seed)*10)+caller)*100_000+i)
				say("call %d %s %s %d", caller, call.kind, call.slot, call.by)
				result, err := call.do(s)
				if err != nil {
					say("error: %v", err)
					return
				}
				say("result %d %v %d", caller, result.ok, result.by)
			}
		})
	}
	group.Wait()
}
