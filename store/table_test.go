package store

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// kind is a table without its type.
type kind struct {
	scope string                                       // where the busy store has records of it
	read  func(tx *Tx)                                 // reads all its records
	fits  func(payload []byte) bool                    // whether a record of it can be read from payload
	trip  func(t *testing.T, s *Store, full bool) bool // writes and reads a record, all fields set or none
}

func kindOf[R any](scope string, t table[R]) (string, kind) {
	return string(t), kind{
		scope: scope,
		read: func(tx *Tx) {
			for range t.all(tx) {
			}
		},
		fits: func(payload []byte) bool { return t.decode(&Tx{}, payload, new(R)) },
		trip: func(test *testing.T, s *Store, full bool) bool {
			var want, got R
			if full {
				setFields(test, reflect.ValueOf(&want).Elem(), new(int))
			}
			ok := false
			must(test, s.Update(test.Context(), "g/trip", func(tx *Tx) error { t.put(tx, want, "k"); return nil }))
			must(test, s.View(test.Context(), "g/trip", func(tx *Tx) error { got, ok = t.get(tx, "k"); return nil }))
			if !reflect.DeepEqual(got, want) {
				test.Errorf("%s: %+v was written, %+v read", string(t), want, got)
			}
			return ok
		},
	}
}

// kinds are all tables by name; TestKinds holds that none is missing.
func kinds() map[string]kind {
	m := map[string]kind{}
	add := func(name string, k kind) { m[name] = k }
	add(kindOf("sys", bankInfoTable))
	add(kindOf("sys", bankPointerTable))
	add(kindOf("sys", homeTable))
	add(kindOf("g/a", groupTable))
	add(kindOf("g/a", memberTable))
	add(kindOf("g/a", accountTable))
	add(kindOf("g/a", teamTable))
	add(kindOf("g/a", scheduleTable))
	add(kindOf("g/a", slotTable))
	add(kindOf("g/a", askedTable))
	add(kindOf("g/a", letterTable))
	add(kindOf("g/a", buriedTable))
	add(kindOf("g/a", roundTable))
	add(kindOf("g/a", activeTable))
	add(kindOf("g/a", postTable))
	add(kindOf("g/a", commentTable))
	add(kindOf("g/a", answerTable))
	add(kindOf("g/a", peekTable))
	add(kindOf("g/a", reactionTable))
	add(kindOf("g/a", ownTable))
	add(kindOf("g/a", suggestionTable))
	add(kindOf("g/a", waitingTable))
	add(kindOf("g/a", flagTable))
	add(kindOf("g/a", raisedTable))
	add(kindOf("g/a", uploadTable))
	add(kindOf("g/a", fileTable))
	add(kindOf("g/a", seenTable))
	add(kindOf("g/a", seenAtTable))
	add(kindOf("g/a", lineTable))
	add(kindOf("g/a", memberLines))
	add(kindOf("g/a", rowTable))
	add(kindOf("g/a", rankTable))
	return m
}

func TestKinds(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*.go")
	must(t, err)
	files = slices.DeleteFunc(files, func(f string) bool { return strings.HasSuffix(f, "_test.go") })
	want := declared(t, `\btable\[\w+\] += "(\w+)"`, files...)
	if got := slices.Sorted(maps.Keys(kinds())); !slices.Equal(got, want) {
		t.Errorf("tables %q, the source has %q", got, want)
	}
	if len(slices.Compact(want)) != len(kinds()) {
		t.Errorf("two tables of %q have one name", want)
	}
}

// setFields sets everything in v to something that is not zero, different each time; n counts.
func setFields(t *testing.T, v reflect.Value, n *int) {
	*n++
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(noon.Add(time.Duration(*n)*time.Hour + time.Nanosecond)))
		return
	case []byte:
		v.SetBytes([]byte{0, byte(*n), 0xFF})
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(fmt.Sprintf("<%d> & \"여보세요\"\n", *n))
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(*n))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		setFields(t, v.Elem(), n)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		setFields(t, v.Index(0), n)
		setFields(t, v.Index(1), n)
	case reflect.Map:
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		setFields(t, key, n)
		setFields(t, value, n)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(key, value)
	case reflect.Struct:
		for i := range v.NumField() {
			setFields(t, v.Field(i), n)
		}
	default:
		t.Fatalf("a record holds a %v: how is it set?", v.Type())
	}
}

// Whatever a record says is read again as it was written; a field without its own name in JSON shows here.
func TestRecordsKeepAllFields(t *testing.T) {
	t.Parallel()
	s := openTestStore(t, Options{Twice: true})
	for name, k := range kinds() {
		for _, full := range []bool{true, false} {
			if !k.trip(t, s, full) {
				t.Errorf("%s: nothing is read", name)
			}
		}
	}
}

// breakRecord flips a bit of what is stored under the key, behind the store's back; it does so again to mend it.
func breakRecord(t testing.TB, s *Store, space string, k []byte, bit int) {
	t.Helper()
	must(t, s.engine.update(t.Context(), space, func(w writer) error {
		sealed, ok, err := w.get(space, k)
		if !ok || err != nil {
			return fmt.Errorf("no record %s in %s: %w", printable(k), space, err)
		}
		broken := slices.Clone(sealed)
		broken[bit/8%len(broken)] ^= 1 << (bit % 8)
		return w.put(space, k, broken)
	}))
}

// firstKey returns the key of the first record of a table, or of an index, in a space.
func firstKey(t testing.TB, s *Store, space, name string) (k []byte) {
	t.Helper()
	must(t, s.View(t.Context(), space, func(tx *Tx) error {
		lo := key(name)
		for found := range tx.scan(space, lo, after(lo), false) {
			k = slices.Clone(found)
			return nil
		}
		return fmt.Errorf("there is no %s in %s", name, space)
	}))
	return k
}

func TestABitIsFlipped(t *testing.T) {
	t.Parallel()
	s := busyStore(t, Options{})
	rnd := rand.New(rand.NewPCG(1, 1))
	for _, name := range slices.Sorted(maps.Keys(kinds())) {
		test := kinds()[name]
		k, bit := firstKey(t, s, test.scope, name), rnd.IntN(1000)
		breakRecord(t, s, test.scope, k, bit)
		err := s.Update(t.Context(), test.scope, func(tx *Tx) error {
			tx.put(test.scope, key("before"), nil)
			test.read(tx)
			tx.put(test.scope, key("after"), nil)
			if _, ok := tx.get(systemScope, []byte(schemaKey)); ok || tx.Err() == nil {
				t.Errorf("%s: the transaction goes on", name)
			}
			return nil
		})
		if want := fmt.Sprintf("record %s in %s is damaged", printable(k), test.scope); !errors.Is(err, ErrDamaged) || err.Error() != want {
			t.Errorf("%s: %v, want %s", name, err, want)
		}
		breakRecord(t, s, test.scope, k, bit)
		must(t, s.View(t.Context(), test.scope, func(tx *Tx) error {
			for _, unwanted := range []string{"before", "after"} {
				if _, ok := tx.get(test.scope, key(unwanted)); ok {
					t.Errorf("%s: what was written %s was kept", name, unwanted)
				}
			}
			return nil
		}))
	}
}

func TestABitIsFlippedInAnIndexOrBank(t *testing.T) {
	t.Parallel()
	s := busyStore(t, Options{})
	bank, err := s.CurrentBank(t.Context())
	must(t, err)
	forgetBanks(s)
	c := busyChannel
	c.Workspace += "a"
	tests := []struct {
		space string
		key   []byte
		read  func() error
	}{
		{indexSpace, firstKey(t, s, indexSpace, dueIndex), func() error {
			_, _, err := s.DueLetters(t.Context(), "console", noon, 10)
			return err
		}},
		{indexSpace, threadKey(Thread{c, "t4"}), func() error {
			_, _, err := s.ThreadRound(t.Context(), Thread{c, "t4"})
			return err
		}},
		{bankSpace(bank.Version), key(entriesKey, 0), func() error {
			_, err := s.CurrentBank(t.Context())
			return err
		}},
		{bankSpace(bank.Version), key(questionKey, "q1"), func() error {
			return s.ViewGroup(t.Context(), "a", func(tx *Tx) error { tx.Question(bank.Version, 0, "q1"); return nil })
		}},
	}
	for i, test := range tests {
		must(t, test.read())
		forgetBanks(s)
		breakRecord(t, s, test.space, test.key, 8*i+3)
		if err := test.read(); !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), printable(test.key)) {
			t.Errorf("%s: %v", printable(test.key), err)
		}
	}
}

// What has a valid seal and yet is no record ends with an error that says what was being read.
func TestARecordOfAnotherForm(t *testing.T) {
	t.Parallel()
	s := busyStore(t, Options{})
	bank, err := s.CurrentBank(t.Context())
	must(t, err)
	forgetBanks(s)
	version := bankSpace(bank.Version)
	c := busyChannel
	c.Workspace += "a"
	must(t, s.Update(t.Context(), systemScope, func(tx *Tx) error {
		tx.put(version, key(entriesKey, 0), []byte("{"))
		tx.put(version, key(questionKey, "q1"), []byte("[]"))
		tx.put(indexSpace, threadKey(Thread{c, "t4"}), []byte("7"))
		tx.put(indexSpace, key(dueIndex, "discord", "cut"), nil)
		return nil
	}))
	_, bankErr := s.CurrentBank(t.Context())
	_, _, threadErr := s.ThreadRound(t.Context(), Thread{c, "t4"})
	_, _, dueErr := s.DueLetters(t.Context(), "discord", noon.AddDate(100, 0, 0), 100)
	_, verifyErr := s.Verify(t.Context())
	tests := []struct {
		err  error
		want string
	}{
		{bankErr, "read the question bank: "},
		{s.ViewGroup(t.Context(), "a", func(tx *Tx) error { tx.Question(bank.Version, 0, "q1"); return nil }), "read question q1: "},
		{threadErr, "read the index of threads: "},
		{dueErr, "the store is damaged: a key of the index of due letters is cut"},
		{verifyErr, "verify group a: read "},
	}
	for _, test := range tests {
		if test.err == nil || !strings.HasPrefix(test.err.Error(), test.want) {
			t.Errorf("%v, want %s…", test.err, test.want)
		}
	}
}

// FuzzRecords puts any bytes under a valid seal in place of a record, and then does to the group what the bot does.
func FuzzRecords(f *testing.F) {
	names := slices.Sorted(maps.Keys(kinds()))
	for i := range names {
		for _, payload := range []string{"", "null", "{}", "[]", `"x"`, "7", "{", `{"at":7}`, `{"round":-1,"points":1,"active":1}`, "\xff"} {
			f.Add(uint(i), []byte(payload))
		}
	}
	s := busyStore(f, Options{})
	known := kinds()
	f.Fuzz(func(t *testing.T, which uint, payload []byte) {
		name := names[which%uint(len(names))]
		k := known[name]
		first := firstKey(t, s, k.scope, name)
		err := s.Update(t.Context(), k.scope, func(tx *Tx) error {
			tx.put(k.scope, first, payload)
			if k.read(tx); tx.Err() == nil && k.scope != systemScope {
				doEverything(tx)
			}
			return errRehearsed
		})
		if k.fits(payload) {
			// It may lead to a letter or line that cannot be written, but not to a panic.
			if _, ok := errors.AsType[*panicked](err); ok {
				t.Fatal(err)
			}
			return
		}
		if err == nil || !strings.HasPrefix(err.Error(), "read a record of "+name+": ") {
			t.Errorf("%q in %s: %v", payload, name, err)
		}
	})
}

func doEverything(tx *Tx) {
	v := verifier{tx: tx, group: "a"}
	v.rounds()
	v.letters()
	v.boards()
	v.members()
	for _, r := range tx.Active() {
		tx.PutRound(r)
		tx.Unask(r.Question, r.Number)
	}
	for m := range tx.Members() {
		tx.PutMember(m)
		tx.Give(Line{Cause: AnswerCause(1), Member: m.ID, Amount: 1})
	}
	for row := range tx.Top(Board{AllTime, Teams}) {
		tx.Place(Board{AllTime, Teams}, row)
	}
	for l := range tx.Letters() {
		tx.PutLetter(l)
		tx.Bury(l, "reason")
	}
	tx.Forget(noon.AddDate(1, 0, 0), 10)
	tx.fail(tx.doubt(noon))
}

// forgetBanks drops what is kept in memory.
func forgetBanks(s *Store) { s.kept.entries, s.kept.banks = nil, nil }
