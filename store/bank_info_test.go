package store

import "testing"

func TestCurrentBankInfo(t *testing.T) {
	t.Parallel()
	s := openTestStore(t, Options{})
	tell := func(want Origin) {
		t.Helper()
		info, ok, err := s.CurrentBankInfo(t.Context())
		must(t, err)
		bank, err := s.CurrentBank(t.Context())
		must(t, err)
		if ok != (want != "") || info.Origin != want || info.Version != bank.Version || info.Questions != len(bank.Entries) {
			t.Errorf("it tells %+v, %v, of a bank %+v from %q", info, ok, bank, want)
		}
	}
	tell("")
	for _, step := range []bankStep{{FromStarter, "s1", true}, {FromNotes, "n1", true}, {"", "s1", true}} {
		_, _, err := takeStep(s, step, noon)
		must(t, err)
		if step.origin == "" {
			step.origin = FromStarter
		}
		tell(step.origin)
	}
}
