package store

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

// The part of testEngine that is about scans.

func testScan(t *testing.T, e engine) {
	update(t, e, func(w writer) error {
		for _, k := range []string{"b", "a", "d", "c", "c\x00", "\xff"} {
			must(t, w.put("s", []byte(k), []byte("v"+k)))
		}
		return w.put("t", []byte("other"), nil)
	})
	tests := []struct {
		lo, hi string // empty: nil
		want   string
	}{
		{"", "", "a b c c\x00 d \xff"},
		{"b", "d", "b c c\x00"}, // hi is not in it
		{"bb", "cc", "c c\x00"}, // bounds that are no keys
		{"a", "a", ""},
		{"d", "b", ""}, // upside down
		{"e", "", "\xff"},
		{"", "a", ""},
		{"\xff\xff", "", ""}, // behind everything
	}
	view(t, e, func(r reader) error {
		for _, test := range tests {
			lo, hi := bound(test.lo), bound(test.hi)
			want := strings.Fields(test.want)
			if got := keysOf(t, r, "s", lo, hi, false); !slices.Equal(got, want) {
				t.Errorf("scan(%q, %q) = %q, want %q", test.lo, test.hi, got, want)
			}
			slices.Reverse(want)
			if got := keysOf(t, r, "s", lo, hi, true); !slices.Equal(got, want) {
				t.Errorf("scan back (%q, %q) = %q, want %q", test.lo, test.hi, got, want)
			}
		}
		if got := keysOf(t, r, "none", nil, nil, false); len(got) != 0 {
			t.Errorf("scan of no space = %q", got)
		}
		for p := range r.scan("s", nil, nil, false) {
			if string(p.value) != "va" {
				t.Errorf("value = %q", p.value)
			}
			break // early
		}
		return nil
	})
}

// testScanWhileWriting changes the space in every way while scans of it run: each shows what was there at its start.
func testScanWhileWriting(t *testing.T, e engine) {
	const n = 2000 // many pages
	fill(t, e, "s", n)
	for _, reverse := range []bool{false, true} {
		err := e.update(t.Context(), "s", func(w writer) error {
			want := keysOf(t, w, "s", nil, nil, reverse)
			var outer, inner []string
			for p, err := range w.scan("s", nil, nil, reverse) {
				must(t, err)
				outer = append(outer, string(p.key))
				if string(p.value) != "v"+string(p.key) {
					t.Fatalf("%q = %q", p.key, p.value)
				}
				must(t, w.delete("s", p.key))
				must(t, w.put("s", []byte("a"+string(p.key)), nil)) // ahead or behind
				must(t, w.put("s", []byte("z"+string(p.key)), nil))
				if len(outer) != 10 {
					continue
				}
				for p, err := range w.scan("s", []byte("k"), []byte("l"), reverse) {
					must(t, err)
					inner = append(inner, string(p.key))
					must(t, w.put("s", p.key, []byte("changed")))
				}
			}
			if !slices.Equal(outer, want) {
				t.Errorf("reverse %v: saw %d keys, want %d as they were", reverse, len(outer), len(want))
			}
			if !slices.Equal(inner, want[10:]) {
				t.Errorf("reverse %v: within it saw %d keys, want %d", reverse, len(inner), len(want)-10)
			}
			return errors.New("leave it as it was")
		})
		if err == nil || err.Error() != "leave it as it was" {
			t.Fatal(err)
		}
	}
}

func testScanBackOverDeleted(t *testing.T, e engine) {
	const n = 2000
	fill(t, e, "s", n)
	update(t, e, func(w writer) error {
		for i := 1; i < n-1; i++ { // whole pages, so that empty ones lie between the first and the last key
			must(t, w.delete("s", fillKey(i)))
		}
		want := []string{string(fillKey(n - 1)), string(fillKey(0))}
		if got := keysOf(t, w, "s", nil, nil, true); !slices.Equal(got, want) {
			t.Errorf("back: %q, want %q", got, want)
		}
		if got := keysOf(t, w, "s", nil, fillKey(n/2), true); !slices.Equal(got, want[1:]) {
			t.Errorf("back from the middle: %q, want %q", got, want[1:])
		}
		if got := keysOf(t, w, "s", fillKey(1), fillKey(n-1), true); len(got) != 0 {
			t.Errorf("back over nothing: %q", got)
		}
		return nil
	})
}
