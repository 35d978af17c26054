package bottest

import (
	"cmp"
	"context"
	"errors"
	"sync"
	"time"

	"rewind/bot"
)

// The operations that are no deliveries.
const (
	Look   bot.Op = "look" // for a key in the history
	Read   bot.Op = "read"
	Check  bot.Op = "check"
	Listen bot.Op = "listen"
)

// Operation is one request to the platform; a text in parts is several.
type Operation struct {
	N   int // counted from 1 over the platform's life
	Op  bot.Op
	Key string // of the part
	To  bot.Place
}

// Kind is a thing that can go wrong.
type Kind string

// The kinds.
const (
	Refuse      Kind = "refuse"       // a change is refused
	RefuseWide  Kind = "refuse wide"  // a change is refused, and so would every other be
	TimeOut     Kind = "time out"     // a change is not made, and no answer comes
	LoseAnswer  Kind = "lose answer"  // a change is made, and no answer comes
	RateLimit   Kind = "rate limit"   // a change must wait
	Stall       Kind = "stall"        // a change is not made, and nothing comes until the bot gives up
	ForgetKeys  Kind = "forget keys"  // the keys are forgotten ahead of a change
	HideHistory Kind = "hide history" // the history cannot be read
	Twice       Kind = "twice"        // a live comment comes two times
	Swap        Kind = "swap"         // a live comment comes after the next one
	Drop        Kind = "drop"         // the connection breaks, and a live comment with it
)

// occasion is when a fault can happen.
type occasion int

const (
	changing occasion = iota
	forgetting
	looking
	reporting
)

func (k Kind) occasion() occasion {
	switch k {
	case ForgetKeys:
		return forgetting
	case HideHistory:
		return looking
	case Twice, Swap, Drop:
		return reporting
	}
	return changing
}

// Always is for Fault.Times.
const Always = -1

// Fault is an order: what is to go wrong, and when.
type Fault struct {
	Kind    Kind
	Skip    int           // occasions that go well before
	Times   int           // once if zero
	Channel bot.Channel   // only there, unless zero
	Op      bot.Op        // only with that operation, unless empty; live comments have none
	After   time.Duration // what a rate limit asks to wait; a second if zero
}

// Faults is what a test ordered and what became of it. The zero value orders nothing.
type Faults struct {
	mu       sync.Mutex
	orders   []*Fault
	happened map[Kind]int
	serial   int // of operations
	hooks    [2]func(Operation) error
}

// Order makes something go wrong. Of several faults that are due at one occasion the one ordered first happens, and the
// others wait for the next.
func (fs *Faults) Order(f Fault) {
	f.Times = cmp.Or(f.Times, 1)
	f.After = cmp.Or(f.After, time.Second)
	fs.mu.Lock()
	defer fs.mu.Unlock()
	fs.orders = append(fs.orders, &f)
}

// Clear withdraws what has not happened yet.
func (fs *Faults) Clear() {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	fs.orders = nil
}

// Happened counts the faults of a kind that really happened.
func (fs *Faults) Happened(k Kind) int {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	return fs.happened[k]
}

// Around has before called ahead of each operation and after behind each that changed something; either may be nil. An
// operation whose before fails does nothing, one whose after fails has happened: the bot learns neither. A bot whose plug
// is pulled at operation n is one whose hooks fail from then on.
func (fs *Faults) Around(before, after func(Operation) error) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	fs.hooks = [2]func(Operation) error{before, after}
}

// before numbers the operation and calls the hook, without holding the lock.
func (fs *Faults) before(op *Operation) error {
	fs.mu.Lock()
	fs.serial++
	op.N = fs.serial
	hook := fs.hooks[0]
	fs.mu.Unlock()
	if hook == nil {
		return nil
	}
	return hook(*op)
}

func (fs *Faults) after(op Operation) error {
	fs.mu.Lock()
	hook := fs.hooks[1]
	fs.mu.Unlock()
	if hook == nil {
		return nil
	}
	return hook(op)
}

// take returns the fault that is due at an occasion, and uses it up.
func (fs *Faults) take(at occasion, c bot.Channel, op bot.Op) (Fault, bool) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	var due *Fault
	for _, f := range fs.orders {
		if !f.concerns(at, c, op) {
			continue
		}
		if f.Skip > 0 {
			f.Skip--
			continue
		}
		if due == nil {
			due = f
		}
	}
	if due == nil {
		return Fault{}, false
	}
	if due.Times > 0 {
		due.Times--
	}
	return *due, true
}

func (f *Fault) concerns(at occasion, c bot.Channel, op bot.Op) bool {
	return f.Times != 0 && f.Kind.occasion() == at &&
		(f.Channel == bot.Channel{} || f.Channel == c) &&
		(f.Op == "" || f.Op == op)
}

func (fs *Faults) count(k Kind) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	if fs.happened == nil {
		fs.happened = map[Kind]int{}
	}
	fs.happened[k]++
}

// failure is how a change fails that was not made. It waits where the platform would.
func (f Fault) failure(ctx context.Context) *bot.Failure {
	switch f.Kind {
	case Refuse, RefuseWide:
		return &bot.Failure{Outcome: bot.Refused, Wide: f.Kind == RefuseWide, Err: errors.New("no permission")}
	case RateLimit:
		return &bot.Failure{Outcome: bot.NotDone, After: f.After, Err: errors.New("too many requests")}
	case Stall:
		<-ctx.Done()
		return unknown(ctx.Err())
	}
	return unknown(errTimeout)
}
