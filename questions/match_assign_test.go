package questions

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestAssign holds the assignment against trying everything, on small random graphs.
func TestAssign(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		rows, cols := make([][]edge, r.IntN(7)), 1+r.IntN(6)
		for i := range rows {
			for c := range cols {
				if r.IntN(3) == 0 {
					rows[i] = append(rows[i], edge{c, 1 + r.IntN(9)*(maxGain/10)})
				}
			}
		}
		got := assign(rows, cols, maxAssigned)
		if sum, best := sumOf(t, rows, got), bestSum(rows, 0, map[int]bool{}); sum != best {
			t.Fatalf("%v: %v gains %d, the best %d", rows, got, sum, best)
		}
		if sum, best := sumOf(t, rows, assign(rows, cols, 0)), bestSum(rows, 0, map[int]bool{}); 2*sum < best {
			t.Fatalf("%v: the fallback gains %d of %d", rows, sum, best)
		}
	}
}

// sumOf is what an assignment gains; it fails where the assignment is none.
func sumOf(t *testing.T, rows [][]edge, assigned []int) (sum int) {
	t.Helper()
	taken := map[int]bool{}
	for r, c := range assigned {
		if c == none {
			continue
		}
		i := slices.IndexFunc(rows[r], func(e edge) bool { return e.col == c })
		if i < 0 || taken[c] {
			t.Fatalf("%v: %v is no assignment", rows, assigned)
		}
		taken[c] = true
		sum += rows[r][i].gain
	}
	return sum
}

func bestSum(rows [][]edge, row int, taken map[int]bool) int {
	if row == len(rows) {
		return 0
	}
	best := bestSum(rows, row+1, taken)
	for _, e := range rows[row] {
		if !taken[e.col] {
			taken[e.col] = true
			best = max(best, e.gain+bestSum(rows, row+1, taken))
			delete(taken, e.col)
		}
	}
	return best
}

func TestLongestRise(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		in   []int
		kept int
	}{
		{nil, 0}, {[]int{5}, 1}, {[]int{1, 2, 3}, 3}, {[]int{3, 2, 1}, 1},
		{[]int{2, 3, 4, 5, 1}, 4}, // the first went to the end
		{[]int{5, 1, 2, 3, 4}, 4},
		{[]int{2, 1, 4, 3, 6, 5}, 3},
	} {
		var kept []int
		for i, k := range longestRise(row.in) {
			if k {
				kept = append(kept, row.in[i])
			}
		}
		if len(kept) != row.kept || !slices.IsSorted(kept) {
			t.Errorf("%v: keeps %v, want %d", row.in, kept, row.kept)
		}
	}
}
