package bot

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

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

// overrun is a platform on which every delivery must wait, on every channel.
type overrun struct {
	unreached
	asked atomic.Int64
}

func (p *overrun) Name() string { return "chat" }

func (p *overrun) Deliver(context.Context, Delivery) (Receipt, error) {
	p.asked.Add(1)
	return Receipt{}, &Failure{Outcome: NotDone, After: time.Minute, Wide: true, Err: errors.New("too many requests")}
}

// TestWaitingPlatformIsLeftAlone has more letters than may be under way at once: those that wait for a place are not sent
// any more once the platform has asked to wait.
func TestWaitingPlatformIsLeftAlone(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	var channels []Channel
	for i := range 3 * inFlight {
		channels = append(channels, room(fmt.Sprintf("C%03d", i)))
	}
	o.plan(channels...)
	p := &overrun{}
	c := newCourier(o.Bot, p)
	o.couriers = map[string]*courier{"chat": c}
	var flying sync.WaitGroup
	c.pass(t.Context(), t.Context(), &flying)
	flying.Wait()
	if n := p.asked.Load(); n < 1 || n > inFlight {
		t.Errorf("%d deliveries, at most %d were under way when the platform asked to wait", n, inFlight)
	}
	before := p.asked.Load()
	next, _ := c.pass(t.Context(), t.Context(), &flying)
	if p.asked.Load() != before || !next.Equal(day.Add(time.Minute)) {
		t.Errorf("%d more deliveries, the next at %v", p.asked.Load()-before, next)
	}
}
