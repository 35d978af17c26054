package bot

import (
	"fmt"
	"testing"

	"rewind/questions"
	"rewind/store"
)

// TestLibrary keeps the index of each bank, and lets go of those that were searched longest ago when there are too many
// questions in them.
func TestLibrary(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	l := &library{most: 24}
	index := func(group string) *questions.Index {
		t.Helper()
		bank, err := o.store.GroupBank(t.Context(), group)
		if err != nil {
			t.Fatal(err)
		}
		x, err := l.index(t.Context(), o.store, group, bank)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	own := func(group string) {
		t.Helper()
		q := questions.Question{ID: "own", Texts: []questions.Text{{Lang: questions.English, Prompt: "What is " + group + "?"}}}
		err := o.store.UpdateGroup(t.Context(), group, func(tx *store.Tx) error { tx.PutOwn(store.Own{ID: "own", Question: &q}); return nil })
		if err != nil {
			t.Fatal(err)
		}
	}
	if index("x") != index("y") {
		t.Error("two groups with the same bank have an index each")
	}
	first := map[string]*questions.Index{}
	for i := range 4 { // of four questions each
		group := fmt.Sprint("g", i)
		own(group)
		first[group] = index(group)
		if hits := first[group].Search(group, 5); len(hits) != 1 || hits[0].ID != "own" {
			t.Errorf("%s finds %v", group, hits)
		}
	}
	for group, x := range first {
		if index(group) != x {
			t.Errorf("the index of %s was made twice", group)
		}
	}
	kept := index("g0")
	own("more")
	index("more")
	if index("g0") != kept {
		t.Error("what was searched last was let go of")
	}
	again := 0
	for group, x := range first {
		if index(group) != x {
			again++
		}
	}
	if again == 0 {
		t.Error("nothing was let go of")
	}
	own("g0")
	if index("g0") == kept {
		t.Error("a bank that changed has its old index")
	}
}
