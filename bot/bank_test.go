package bot

import (
	"fmt"
	"strings"
	"testing"

	"rewind/questions"
	"rewind/store"
)

// TestLongLists shows those that have waited longest, and says how many more there are.
func TestLongLists(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	number := o.fill()[store.Closed]
	o.change(func(tx *store.Tx) {
		for n := 1; n <= mostListed+5; n++ {
			tx.PutSuggestion(store.Suggestion{Number: n, Member: "jun", Name: "Jun", Prompt: fmt.Sprintf("Question %d?", n), At: day, State: store.Waiting})
			r, _ := tx.Round(number)
			tx.PutFlag(store.Flag{Number: n, Member: "jun", Name: "Jun", Bank: r.Bank, Question: r.Question, Round: number, Reason: "A line\nand another.", At: day})
		}
	})
	for _, text := range []string{"suggestion list", "flags"} {
		got := o.say("Mina", text).Message.Text
		lines := strings.Count(got, "\n- ") + 1
		if lines != mostListed || !strings.Contains(got, "… and 5 more") || strings.Contains(got, "A line\nand") {
			t.Errorf("%s shows %d lines:\n%s", text, lines, got)
		}
	}
	if got := o.say("Mina", "suggest What comes next?").Message.Text; !strings.Contains(got, fmt.Sprintf("Suggestion %d ", mostListed+6)) {
		t.Errorf("the next suggestion: %s", got)
	}
}

// TestAdoptNamesakes asks whose answer is meant where several of one name have answered.
func TestAdoptNamesakes(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	n := o.fill()[store.Closed]
	o.change(func(tx *store.Tx) {
		for _, id := range []string{"jun2", "jun3"} {
			name := map[string]string{"jun2": "Jun", "jun3": "JUN"}[id]
			tx.PutMember(store.Member{ID: id, Name: name, Accounts: []Account{account(id)}, Joined: day})
		}
	})
	for _, id := range []string{"jun2", "jun3"} {
		o.answer(n, id, "Said by "+id+".")
	}
	credited := func() questions.Text {
		t.Helper()
		var q questions.Question
		bank, err := o.store.GroupBank(t.Context(), o.group)
		if err != nil {
			t.Fatal(err)
		}
		o.look(func(tx *store.Tx) { q, _ = tx.Question(bank.Version, bank.Own, o.round(n).Question) })
		return q.In(questions.English)
	}
	reply := o.say("Mina", fmt.Sprintf("adopt #%d Jun", n))
	if len(reply.Message.Actions) != 2 || credited().Credit != "" {
		t.Fatalf("two of one name: %+v, %+v", reply, credited())
	}
	for _, a := range reply.Message.Actions {
		said := o.say("Mina", a.Command).Message.Text
		got := credited()
		if !strings.Contains(a.Label, firstLine(got.Answer, 20)) || got.Credit != "Jun" || !strings.Contains(said, got.Answer) {
			t.Errorf("%+v adopts %+v and says %s", a, got, said)
		}
	}
	if got := credited().Answer; got != "Said by jun2." {
		t.Errorf("the second choice adopts %q", got)
	}
	o.say("Mina", fmt.Sprintf("adopt #%d JUN", n)) // who is called exactly so
	if got := credited(); got.Answer != "Said by jun3." || got.Credit != "JUN" {
		t.Errorf("JUN's: %+v", got)
	}
	if reply := o.say("Jun", fmt.Sprintf("adopt #%d Jun of=jun2", n)); !strings.Contains(reply.Message.Text, "maintainers") {
		t.Errorf("a member adopts: %+v", reply)
	}
}

// TestApprovedTakenOut takes a question out of the bank again that should not have been taken in.
func TestApprovedTakenOut(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.say("Jun", "suggest What is a zebra?\nAn animal.")
	o.say("Mina", "suggestion approve 1")
	found := func() bool {
		return len(o.say("Mina", "search zebra").Message.Actions) == 1
	}
	if !found() {
		t.Fatal("it was not taken in")
	}
	if got := o.say("Mina", "suggestion decline 1 No letter.").Message.Text; !strings.Contains(got, "out of the bank") || found() {
		t.Errorf("%s; still found: %v", got, found())
	}
	if ids := o.notices(); !strings.Contains(strings.Join(ids, " "), "notice/suggestion_out/1/jun") {
		t.Errorf("who suggested it is told %v", ids)
	}
	if got := o.say("Mina", "suggestion approve 1").Message.Text; !strings.Contains(got, "declined") || found() {
		t.Errorf("afterwards: %s", got)
	}
}

// TestSearchKeepsSecrets tells nothing of a reference answer that is not revealed: neither by a button nor by what is found.
func TestSearchKeepsSecrets(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	text := questions.Text{Lang: questions.English, Prompt: "What bounds a queue?", Topics: []string{"Letters"}, Answer: "Backpressure, by credits."}
	if _, _, err := o.store.ImportBank(t.Context(), store.FromNotes, []questions.Question{{ID: "q", Texts: []questions.Text{text}}}, day); err != nil {
		t.Fatal(err)
	}
	find := func(name, words string) (found, shown bool) {
		t.Helper()
		reply := o.say(name, "search "+words)
		return strings.Contains(reply.Message.Text, "\n1. "+text.Prompt), len(reply.Message.Actions) > 0
	}
	if found, shown := find("Jun", "backpressure"); !found || !shown {
		t.Fatalf("before it is asked: found %v, shown %v", found, shown)
	}
	n := o.plan(room("C"))
	o.landPost(n, room("C"))
	for words, want := range map[string]bool{"backpressure": false, "credits backpressure": false, "queue": true, "letters": true, "queue credits": true} {
		if found, shown := find("Jun", words); found != want || shown {
			t.Errorf("while it is open %q: found %v, shown %v", words, found, shown)
		}
	}
	if got := o.say("Jun", "search backpressure").Message.Text; !strings.Contains(got, "nothing on “backpressure”") {
		t.Errorf("while it is open: %s", got)
	}
	o.say("Jun", fmt.Sprintf("reveal #%d pass", n)) // and from now on Jun has seen it
	if found, shown := find("Jun", "backpressure"); !found || !shown {
		t.Errorf("after a look: found %v, shown %v", found, shown)
	}
	if found, _ := find("Mina", "backpressure"); found {
		t.Error("another's look opens it for all")
	}
}
