package store

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// testModel does the same to the engine and to a map, at random but the same each time.
func testModel(t *testing.T, open func(t *testing.T, dir string) engine) {
	for seed := range uint64(4) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		dir := t.TempDir()
		e, model := open(t, dir), map[string]string{}
		for range 150 {
			next := maps.Clone(model)
			sorry := errors.New("sorry")
			err := e.update(t.Context(), "s", func(w writer) error {
				changeBoth(t, rnd, w, next)
				wantModel(t, rnd, w, next)
				if rnd.IntN(4) == 0 {
					return sorry
				}
				return nil
			})
			if err == nil {
				model = next
			} else if err != sorry {
				t.Fatal(err)
			}
			if rnd.IntN(20) == 0 {
				must(t, e.check(t.Context()))
				must(t, e.close())
				e = open(t, dir)
			}
			view(t, e, func(r reader) error {
				wantModel(t, rnd, r, model)
				return nil
			})
		}
	}
}

func changeBoth(t *testing.T, rnd *rand.Rand, w writer, model map[string]string) {
	for range rnd.IntN(200) {
		k := fmt.Sprintf("%03d", rnd.IntN(500))
		v := strings.Repeat("v", rnd.IntN(400))
		_, had := model[k]
		switch rnd.IntN(5) {
		case 0:
			created, err := w.insert("s", []byte(k), []byte(v))
			must(t, err)
			if created == had {
				t.Fatalf("insert %s: created %v, was there %v", k, created, had)
			}
			if created {
				model[k] = v
			}
		case 1, 2:
			must(t, w.put("s", []byte(k), []byte(v)))
			model[k] = v
		case 3:
			must(t, w.delete("s", []byte(k)))
			delete(model, k)
		case 4: // clear a range, within a scan of it
			if rnd.IntN(20) > 0 {
				continue
			}
			for p, err := range w.scan("s", []byte(k), nil, rnd.IntN(2) == 0) {
				must(t, err)
				must(t, w.delete("s", p.key))
				delete(model, string(p.key))
			}
		}
	}
}

func wantModel(t *testing.T, rnd *rand.Rand, r reader, model map[string]string) {
	t.Helper()
	lo, hi := fmt.Sprintf("%03d", rnd.IntN(500)), fmt.Sprintf("%03d", rnd.IntN(500))
	reverse := rnd.IntN(2) == 0
	var want []string
	for _, k := range slices.Sorted(maps.Keys(model)) {
		if lo <= k && k < hi {
			want = append(want, k)
		}
	}
	if reverse {
		slices.Reverse(want)
	}
	if got := keysOf(t, r, "s", []byte(lo), []byte(hi), reverse); !slices.Equal(got, want) {
		t.Fatalf("scan %s to %s, reverse %v: %q, want %q", lo, hi, reverse, got, want)
	}
	for p := range r.scan("s", nil, nil, !reverse) {
		if v, ok := model[string(p.key)]; !ok || v != string(p.value) {
			t.Fatalf("%s = %q, want %q (%v)", p.key, p.value, v, ok)
		}
	}
}
