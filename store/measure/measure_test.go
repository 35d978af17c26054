package measure

import (
	"slices"
	"testing"
	"time"
)

func TestRank(t *testing.T) {
	t.Parallel()
	var hundred []int
	for i := range 100 {
		hundred = append(hundred, (i*37)%100+1) // 1 to 100, in no order
	}
	for _, row := range []struct {
		values []int
		share  float64
		want   int
	}{
		{[]int{7}, 0.5, 7}, {[]int{7}, 0.99, 7}, {[]int{3, 1, 2}, 0.5, 2}, {[]int{9, 9, 1, 1, 5, 1, 9, 9, 1}, 0.5, 5},
		{hundred, 0.99, 100}, {hundred, 0.5, 51}, {hundred, 0, 1}, {hundred, 1, 100},
	} {
		before := slices.Clone(row.values)
		if got := Rank(row.values, row.share); got != row.want {
			t.Errorf("rank %v of %v is %d, want %d", row.share, row.values, got, row.want)
		}
		if !slices.Equal(row.values, before) {
			t.Errorf("the values were put in order: %v", row.values)
		}
	}
}

// TestInTurn checks that ways take turns and that one slow round changes no median.
func TestInTurn(t *testing.T) {
	t.Parallel()
	order := ""
	m := Medians(func() float64 { order += "a"; return float64(len(order)) }, func() float64 {
		order += "z"
		if len(order) == 2 {
			return 1e9
		}
		return 3
	})
	if order != "azazazazazazazazaz" || !slices.Equal(m, []float64{9, 3}) {
		t.Errorf("%s: %v", order, m)
	}
	calls := 0
	r := Ranks(10, []float64{0.5, 0.99}, func() time.Duration { calls++; return time.Duration(calls%10) * time.Second }, func() time.Duration { return time.Minute })
	if calls != 10*Rounds || !slices.Equal(r[0], []float64{5, 9}) || !slices.Equal(r[1], []float64{60, 60}) {
		t.Errorf("after %d calls: %v", calls, r)
	}
}
