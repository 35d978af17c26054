package store

import (
	"errors"
	"path/filepath"
	"testing"
)

func TestSchemaIsWrittenOnce(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "rewind.db")
	var first schemaRecord
	for i := range 2 {
		s, err := Open(path, Options{Twice: true})
		must(t, err)
		r := readSchema(t, s)
		if i == 0 {
			first = r
		}
		if r.Schema != 1 || r.Created == 0 || r != first {
			t.Errorf("opened %d times: %+v, first %+v", i+1, r, first)
		}
		must(t, s.Close())
	}
}

func readSchema(t *testing.T, s *Store) (r schemaRecord) {
	t.Helper()
	must(t, s.View(t.Context(), systemScope, func(tx *Tx) error { r, _ = tx.schemaRecord(); return nil }))
	return r
}

func TestSchemaDamaged(t *testing.T) {
	t.Parallel()
	for _, record := range []string{"", "7", "{}", `{"schema":0}`, `{"schema":"1"}`} {
		path := filepath.Join(t.TempDir(), "rewind.db")
		s, err := Open(path, Options{})
		must(t, err)
		must(t, s.Update(t.Context(), systemScope, func(tx *Tx) error {
			tx.put(systemScope, []byte(schemaKey), []byte(record))
			return nil
		}))
		must(t, s.Close())
		if _, err := Open(path, Options{}); !errors.Is(err, ErrDamaged) {
			t.Errorf("%q: %v, want ErrDamaged", record, err)
		}
	}
}

// Each step is taken once, in order, and the number moves with it; a step that fails leaves everything as it was.
func TestMigrate(t *testing.T) {
	t.Parallel()
	s := openTestStore(t, Options{})
	created := readSchema(t, s).Created
	took := func(name string) step {
		return func(tx *Tx) error {
			v, _ := tx.get("g/a", []byte("steps"))
			tx.put("g/a", []byte("steps"), append(append([]byte(nil), v...), name...)) // a space that the system does not own
			return nil
		}
	}
	sorry := errors.New("sorry")
	fails := func(tx *Tx) error { return errors.Join(took("x")(tx), sorry) }
	tests := []struct {
		name   string
		steps  []step
		schema int
		taken  string
		err    error
	}{
		{"nothing to do", nil, 1, "", nil},
		{"the second fails", []step{took("1"), fails}, 2, "1", sorry},
		{"goes on from there", []step{took("1"), took("2"), took("3")}, 4, "123", nil},
		{"again", []step{took("1"), took("2"), took("3")}, 4, "123", nil},
		{"an older program", []step{took("1")}, 4, "123", ErrNewer},
	}
	for _, test := range tests {
		if err := s.prepare(t.Context(), test.steps); !errors.Is(err, test.err) {
			t.Fatalf("%s: %v, want %v", test.name, err, test.err)
		}
		if r := readSchema(t, s); r.Schema != test.schema || r.Created != created {
			t.Errorf("%s: %+v, want schema %d of %d", test.name, r, test.schema, created)
		}
		must(t, s.View(t.Context(), "g/a", func(tx *Tx) error {
			if v, _ := tx.get("g/a", []byte("steps")); string(v) != test.taken {
				t.Errorf("%s: took %q, want %q", test.name, v, test.taken)
			}
			return nil
		}))
	}
}
