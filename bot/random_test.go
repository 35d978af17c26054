package bot_test

import (
	"flag"
	"fmt"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"

	"rewind/bot/bottest"
	"rewind/store"
)

var (
	randomDays = flag.Int("days", randomDaysNow, "how many random days are lived through, ten for each seed")
	randomSeed = flag.Uint64("seed", 0, "the one seed whose random days are lived through; all if 0")
)

const (
	daysPerSeed = 10
	racedSeeds  = 4
	// enoughDays is from how many days on every fault must have happened often.
	enoughDays = 500
	leastFault = 50
	// heapGrowth is how many bytes the heap may grow between the first seeds and the last: a run of days that is still
	// under way holds half of that.
	heapGrowth = 2 << 20
)

var faultKinds = []bottest.Kind{
	bottest.Refuse, bottest.RefuseWide, bottest.TimeOut, bottest.LoseAnswer, bottest.RateLimit, bottest.Stall,
	bottest.ForgetKeys, bottest.HideHistory, bottest.Twice, bottest.Swap, bottest.Drop,
}

// TestRandomDays lets people, faults and power failures happen by chance, and holds what is left in the end against a
// model of what people did. It runs by itself, since it measures the heap.
func TestRandomDays(t *testing.T) {
	seeds := max(1, *randomDays/daysPerSeed)
	if raced {
		seeds = min(seeds, racedSeeds)
	}
	var all tally
	if *randomSeed != 0 {
		liveThrough(t, *randomSeed, &all)
		t.Logf("%+v", all.sums)
		return
	}
	t.Run("seeds", func(t *testing.T) {
		for seed := range uint64(seeds) {
			t.Run(fmt.Sprint(seed+1), func(t *testing.T) {
				t.Parallel()
				liveThrough(t, seed+1, &all)
			})
		}
	})
	all.check(t, seeds)
}

// liveThrough lives through the days of one seed, in a bubble of its own.
func liveThrough(t *testing.T, seed uint64, all *tally) {
	path := filepath.Join(t.TempDir(), "rewind.db")
	defer func() {
		if t.Failed() {
			t.Logf("again: go test ./bot -run '^TestRandomDays$' -seed %d", seed)
		}
	}()
	synctest.Test(t, func(t *testing.T) {
		l := newLife(t, path, seed)
		defer func() { l.off() }()
		for range daysPerSeed {
			l.day()
		}
		l.rest()
		l.check()
		all.add(l)
	})
	all.measure()
}

// tally is what happened over all seeds.
type tally struct {
	mu     sync.Mutex // guards the fields below
	faults map[bottest.Kind]int
	sums   map[string]int
	heaps  []uint64 // after each seed
}

func (a *tally) add(l *life) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.faults == nil {
		a.faults, a.sums = map[bottest.Kind]int{}, map[string]int{}
	}
	for _, p := range l.platforms {
		for _, k := range faultKinds {
			a.faults[k] += p.Faults.Happened(k)
		}
	}
	for what, n := range l.sums {
		a.sums[what] += n
	}
}

func (a *tally) measure() {
	var m runtime.MemStats
	a.mu.Lock()
	defer a.mu.Unlock()
	runtime.GC()
	runtime.ReadMemStats(&m)
	a.heaps = append(a.heaps, m.HeapAlloc)
}

func (a *tally) check(t *testing.T, seeds int) {
	t.Logf("faults %v, other things %v, heaps %v", a.faults, a.sums, a.heaps)
	least := 1
	if seeds*daysPerSeed >= enoughDays {
		least = leastFault
	}
	for _, k := range faultKinds {
		if a.faults[k] < least {
			t.Errorf("%q happened %d times, want %d", k, a.faults[k], least)
		}
	}
	for _, what := range []string{"crash", "restart", "peek", "sealed", "late", "post", "skip", "edit", "deletion", "reveal", "schedule"} {
		if a.sums[what] < least {
			t.Errorf("%s: %d times, want %d", what, a.sums[what], least)
		}
	}
	third := len(a.heaps) / 3
	if third == 0 {
		return
	}
	if before, after := mean(a.heaps[:third]), mean(a.heaps[len(a.heaps)-third:]); after > before+heapGrowth {
		t.Errorf("the heap grew from %d to %d bytes", before, after)
	}
}

func mean(values []uint64) (sum uint64) {
	for _, v := range values {
		sum += v
	}
	return sum / uint64(len(values))
}

// look reads the group of a platform's workspace, if it has one yet.
func (l *life) look(p *bottest.Memory, f func(tx *store.Tx)) {
	l.t.Helper()
	h, ok, err := l.store.Home(l.t.Context(), p.Name(), "W")
	if err == nil && ok {
		err = l.store.ViewGroup(l.t.Context(), h.Group, func(tx *store.Tx) error { f(tx); return nil })
	}
	if err != nil {
		l.t.Errorf("read the group: %v", err)
	}
}
