package bot

import (
	"errors"
	"sync"
	"testing"

	"rewind/store"
)

// unreached is a platform that nothing is delivered to.
type unreached struct{ Platform }

func (unreached) Name() string { return "unreached" }

// TestGoneLettersAreForgotten has a letter fail that is withdrawn before it is tried again.
func TestGoneLettersAreForgotten(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := newCourier(o.Bot, unreached{})
	o.couriers = map[string]*courier{"unreached": c}
	gone := store.LetterRef{Scope: "g/" + o.group, ID: "gone"}
	c.begin(gone)
	c.end(gone, errors.New("no luck"))
	if begun, at := c.begin(gone); begun || !at.Equal(day.Add(retryAfter)) || o.Held() != 1 {
		t.Errorf("begun %v, else at %v; %d things in mind", begun, at, o.Held())
	}
	o.pass(retryAfter)
	var flying sync.WaitGroup
	if _, idle := c.pass(t.Context(), t.Context(), &flying); !idle || o.Held() != 0 {
		t.Errorf("idle %v, with %d things in mind", idle, o.Held())
	}
}
