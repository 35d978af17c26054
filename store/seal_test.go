package store

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

func TestSealKnowsItsPlace(t *testing.T) {
	t.Parallel()
	sealed := seal("g/a", []byte("key"), []byte("payload"))
	tests := []struct {
		name, space, key string
		sealed           []byte
		ok               bool
	}{
		{"its own", "g/a", "key", sealed, true},
		{"another space", "g/b", "key", sealed, false},
		{"another key", "g/a", "kez", sealed, false},
		{"the same bytes, divided elsewhere", "g/ak", "ey", sealed, false},
		{"key and payload divided elsewhere", "g/a", "keyp", append(bytes.Clone(sealed[:sealSize]), "ayload"...), false},
		{"longer", "g/a", "key", append(bytes.Clone(sealed), 0), false},
		{"shorter", "g/a", "key", sealed[:len(sealed)-1], false},
		{"no payload", "g/a", "key", sealed[:sealSize], false},
		{"not even a seal", "g/a", "key", sealed[:3], false},
		{"nothing", "g/a", "key", nil, false},
	}
	for _, test := range tests {
		payload, err := unseal(test.space, []byte(test.key), test.sealed)
		if (err == nil) != test.ok || test.ok && string(payload) != "payload" {
			t.Errorf("%s: %q, %v", test.name, payload, err)
		}
		if err != nil && !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: %v is not ErrDamaged", test.name, err)
		}
	}
}

func TestDamagedRecordIsNamed(t *testing.T) {
	t.Parallel()
	tests := []struct{ key, want string }{
		{"plain", `record "plain" in g/a is damaged`},
		{"a\x00\x01\xff", `record "a\x00\x01\xff" in g/a is damaged`}, // fit for a terminal
		{strings.Repeat("x", 100), `record "` + strings.Repeat("x", 80) + `"… in g/a is damaged`},
	}
	for _, test := range tests {
		if got := damagedRecord("g/a", []byte(test.key)).Error(); got != test.want {
			t.Errorf("%s, want %s", got, test.want)
		}
	}
}

func FuzzSeal(f *testing.F) {
	f.Add("g/a", []byte("key"), []byte("payload"), uint(0))
	f.Add("", []byte{}, []byte{}, uint(9))
	f.Add("sys", []byte("k\x00"), []byte("여보세요"), uint(40))
	f.Fuzz(func(t *testing.T, space string, key, payload []byte, bit uint) {
		sealed := seal(space, key, payload)
		got, err := unseal(space, key, sealed)
		if err != nil || !bytes.Equal(got, payload) {
			t.Fatalf("unseal = %q, %v, want %q", got, err, payload)
		}
		broken := bytes.Clone(sealed)
		broken[bit/8%uint(len(broken))] ^= 1 << (bit % 8)
		if got, err := unseal(space, key, broken); !errors.Is(err, ErrDamaged) || got != nil {
			t.Fatalf("one bit changed: %q, %v", got, err)
		}
		if got, err := unseal(space, key, payload); err == nil && !bytes.Equal(payload[sealSize:], got) {
			t.Fatalf("a value that was never sealed gave %q", got)
		}
	})
}
