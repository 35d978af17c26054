package store

import (
	"fmt"
	"testing"
	"time"
)

func TestSharing(t *testing.T) {
	t.Parallel()
	s := openTestStore(t, Options{})
	at := time.Date(2026, 3, 9, 0, 0, 0, 0, time.UTC)
	must(t, s.UpdateGroup(t.Context(), "a", func(tx *Tx) error {
		for i, points := range []int{10, 30, 10, 13, 10, -3, 1010} {
			tx.Give(Line{Cause: "answer/1", Member: fmt.Sprintf("m%d", i), Amount: points, Day: "2026-03-09", At: at})
		}
		return nil
	}))
	must(t, s.ViewGroup(t.Context(), "a", func(tx *Tx) error {
		b := Board{AllTime, Everyone}
		for points, want := range map[int]int{10: 3, 30: 1, 13: 1, -3: 1, 1010: 1, 11: 0} {
			if got := tx.Sharing(b, Row{Points: points}); got != want {
				t.Errorf("%d share the place of %d points, want %d", got, points, want)
			}
		}
		if got := tx.Sharing(Board{AllTime, Teams}, Row{Points: 10}); got != 0 {
			t.Errorf("%d teams share a place, and there are none", got)
		}
		return nil
	}))
}
