package bot

import (
	"fmt"
	"strings"
	"testing"

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
