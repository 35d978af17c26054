package store

import (
	"bytes"
	"cmp"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// oddString is short and of few bytes, the ones that a key treats apart among them, so that beginnings are often equal.
func oddString(rnd *rand.Rand) string {
	const alphabet = "\x00\x01\x02\xfe\xffab"
	s := make([]byte, rnd.IntN(4))
	for i := range s {
		s[i] = alphabet[rnd.IntN(len(alphabet))]
	}
	return string(s)
}

func oddPart(rnd *rand.Rand, kind int) any {
	switch kind {
	case 0:
		return oddString(rnd)
	case 1:
		return rnd.IntN(5) - 2
	default:
		return time.UnixMilli(int64(rnd.IntN(5)-2) * 1000).UTC()
	}
}

func compareParts(a, b []any) int {
	return slices.CompareFunc(a, b, func(x, y any) int {
		switch x := x.(type) {
		case string:
			return strings.Compare(x, y.(string))
		case int:
			return cmp.Compare(x, y.(int))
		default:
			return x.(time.Time).Compare(y.(time.Time))
		}
	})
}

func TestKeySortsAsItsParts(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(1, 1))
	for range 50_000 {
		var a, b []any
		for range rnd.IntN(5) { // two keys of one table have the same kinds of parts
			kind := rnd.IntN(3)
			a, b = append(a, oddPart(rnd, kind)), append(b, oddPart(rnd, kind))
		}
		if got, want := bytes.Compare(key(a...), key(b...)), compareParts(a, b); got != want {
			t.Fatalf("%q and %q compare as %d, their keys as %d", a, b, want, got)
		}
		n := 0
		if len(b) > 0 {
			n = rnd.IntN(len(b) + 1)
		}
		begins := slices.EqualFunc(a[:n], b[:n], func(x, y any) bool { return compareParts([]any{x}, []any{y}) == 0 })
		if got := bytes.HasPrefix(key(a...), key(b[:n]...)); got != begins {
			t.Fatalf("%q begins with %q: %v, want %v", a, b[:n], got, begins)
		}
	}
}

// All keys from a prefix to what comes after it, and no others, begin with it.
func TestAfter(t *testing.T) {
	t.Parallel()
	tests := []struct{ prefix, want string }{
		{"a", "b"},
		{"a\x00\x01", "a\x00\x02"},
		{"a\xfe", "a\xff"},
		{"a\xff\xff", "b"},
		{"\xff\xff", ""}, // the end of the space
		{"", ""},
	}
	for _, test := range tests {
		prefix := []byte(test.prefix)
		if got := after(prefix); string(got) != test.want || string(prefix) != test.prefix {
			t.Errorf("after %q comes %q, want %q; it is now %q", test.prefix, got, test.want, prefix)
		}
	}
	rnd := rand.New(rand.NewPCG(2, 1))
	for range 20_000 {
		prefix, k := []byte(oddString(rnd)), []byte(oddString(rnd)+oddString(rnd))
		next := after(prefix)
		between := bytes.Compare(prefix, k) <= 0 && (next == nil || bytes.Compare(k, next) < 0)
		if between != bytes.HasPrefix(k, prefix) {
			t.Fatalf("%q is between %q and %q: %v", k, prefix, next, between)
		}
	}
}

func TestReadKey(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 9, 0, 0, 0, int(7*time.Millisecond), time.UTC)
	for _, s := range []string{"", "a", "\x00", "\x00\x01", "a\x00b\x00\x00", "\xff\x00\xff", "여보세요"} {
		for _, when := range []time.Time{at, time.UnixMilli(-1).UTC(), {}} {
			got, rest, ok := readString(key(s, when, "rest"))
			if got != s || !ok {
				t.Errorf("%q is read as %q, %v", s, got, ok)
			}
			read, rest, ok := readTime(rest)
			if !read.Equal(when) || !ok || !bytes.Equal(rest, key("rest")) {
				t.Errorf("%v is read as %v, %v and %q", when, read, ok, rest)
			}
		}
	}
	for _, cut := range []string{"", "a", "a\x00", "a\x00\xff"} {
		if s, rest, ok := readString([]byte(cut)); ok || s != "" || rest != nil {
			t.Errorf("the cut key %q is read as %q and %q", cut, s, rest)
		}
	}
	if read, rest, ok := readTime(make([]byte, 7)); ok || !read.IsZero() || rest != nil {
		t.Errorf("seven bytes are read as %v and %q", read, rest)
	}
}

func TestKeyRefusesOtherParts(t *testing.T) {
	t.Parallel()
	defer func() {
		if p := recover(); p != "store: a key cannot hold a float64" {
			t.Errorf("%v", p)
		}
	}()
	key(1.5)
}

func FuzzKey(f *testing.F) {
	f.Add("a", "ab", 1, 2, int64(0), []byte{})
	f.Add("a\x00", "a", -1, 1, int64(-1), []byte("a\x00"))
	f.Add("", "\xff", 0, 0, int64(1e15), append(make([]byte, 8), "g/a\x00\x01id\x00\x01"...))
	f.Fuzz(func(t *testing.T, a, b string, m, n int, ms int64, raw []byte) {
		at := time.UnixMilli(ms).UTC()
		x, y := []any{a, m, at}, []any{b, n, at}
		if got, want := bytes.Compare(key(x...), key(y...)), compareParts(x, y); got != want {
			t.Fatalf("%q and %q compare as %d, their keys as %d", x, y, want, got)
		}
		s, rest, ok := readString(key(a, at))
		read, rest, okTime := readTime(rest)
		if s != a || !ok || !read.Equal(at) || !okTime || len(rest) != 0 {
			t.Fatalf("%q is read as %q (%v), %v (%v) and %q", x, s, ok, read, okTime, rest)
		}
		l, err := parseDue(key(at, a, b))
		if err != nil || l.Scope != a || l.ID != b || !l.Due.Equal(at) {
			t.Fatalf("a letter %q of %q at %v is read as %+v, %v", b, a, at, l, err)
		}
		if s, rest, ok := readString(raw); ok && len(s)+len(rest)+2 > len(raw) {
			t.Fatalf("%q is read as %q and %q", raw, s, rest)
		}
		if l, err := parseDue(raw); err == nil && len(l.Scope)+len(l.ID)+12 > len(raw) {
			t.Fatalf("%q is read as %+v", raw, l)
		}
	})
}
