package slacktest

import (
	"net/http"
	"time"
)

// Kind is a kind of trouble.
type Kind string

// Trouble with requests to the Web API, with uses of a response_url and with downloads. "Before" means that the request was not
// acted on, "after" that it was and the answer is lost.
const (
	Limited      Kind = "429"
	LimitedBare  Kind = "429 without Retry-After"
	ErrorBefore  Kind = "5xx before acting"
	ErrorAfter   Kind = "5xx after acting"
	ResetBefore  Kind = "reset before acting"
	ResetAfter   Kind = "reset after acting"
	SilentBefore Kind = "silence before acting"
	SilentAfter  Kind = "silence after acting"
	Slow         Kind = "slow"
	Refuse       Kind = "refused"              // with the error of Code
	RefuseAfter  Kind = "refused after acting" // with the error of Code: Slack says fatal_error where it does not know itself
)

// Trouble with what the app is told.
const (
	EventTwice        Kind = "event twice in the same envelope"
	EventAgain        Kind = "event again under another event ID"
	EventLate         Kind = "event after the next one"
	EventLost         Kind = "event lost"
	EventUnknown      Kind = "event followed by one of an unknown type"
	EventUnknownBlock Kind = "event with a block of an unknown type"
	EventMalformed    Kind = "event with a malformed block"
	AckLost           Kind = "acknowledgement lost"
)

// Trouble with Socket Mode connections. Opening one fails with [Refuse] of the method apps.connections.open.
const (
	ConnectionRefused Kind = "websocket refused"
	ConnectionSilent  Kind = "nothing after hello, not even a ping"
	NoHello           Kind = "no hello"
	DisconnectAtOnce  Kind = "hello followed by a disconnect with Code as its reason"
)

// Fault is trouble to come.
type Fault struct {
	Kind Kind
	// Method restricts trouble with requests to one method, such as "chat.postMessage"; "response_url", "file" and "upload" are
	// those that are none. If it is "", every method but apps.connections.open is troubled.
	Method string
	// Event restricts trouble with what the app is told to the events of one type, such as "message", or the envelopes of one
	// kind, such as "slash_commands".
	Event string
	// If, where it is set, restricts trouble with requests to those whose arguments it accepts.
	If func(args Args) bool
	// Skip lets so many cases pass before the first trouble.
	Skip int
	// Times is how often it happens; 0 is once, and less than 0 always.
	Times int
	// After is how long a limit lasts, or how long a slow answer takes.
	After time.Duration
	// Status of an error; 0 is 500.
	Status int
	// Code of a refusal, or the reason of a disconnect.
	Code string
}

// Ordered is a fault that was ordered.
type Ordered struct {
	s     *Server
	fault Fault
	skip  int
	left  int
	count int
}

// Order lets trouble happen. Faults are looked at in the order in which they were ordered; the first that fits happens.
func (s *Server) Order(f Fault) *Ordered {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := &Ordered{s: s, fault: f, skip: f.Skip, left: f.Times}
	if f.Times == 0 {
		o.left = 1
	}
	s.ordered = append(s.ordered, o)
	return o
}

// Count is how often it happened so far.
func (o *Ordered) Count() int {
	o.s.mu.Lock()
	defer o.s.mu.Unlock()
	return o.count
}

// Stop ends it.
func (o *Ordered) Stop() {
	o.s.mu.Lock()
	defer o.s.mu.Unlock()
	o.left = 0
}

// happens takes the first ordered fault that fits. The caller holds s.mu.
func (s *Server) happens(fits func(*Fault) bool) *Fault {
	for _, o := range s.ordered {
		if o.left == 0 || !fits(&o.fault) {
			continue
		}
		if o.skip > 0 {
			o.skip--
			continue
		}
		if o.left > 0 {
			o.left--
		}
		o.count++
		s.touch()
		return &o.fault
	}
	return nil
}

var requestKinds = map[Kind]bool{Limited: true, LimitedBare: true, ErrorBefore: true, ErrorAfter: true, ResetBefore: true,
	ResetAfter: true, SilentBefore: true, SilentAfter: true, Slow: true, Refuse: true, RefuseAfter: true}

// requestFault takes the fault that befalls a request, if any.
func (s *Server) requestFault(r *request) *Fault {
	return s.happens(func(f *Fault) bool {
		return requestKinds[f.Kind] && (f.Method == r.method || f.Method == "" && r.method != "apps.connections.open") &&
			(f.If == nil || f.If(r.args))
	})
}

var eventKinds = map[Kind]bool{EventTwice: true, EventAgain: true, EventLate: true, EventLost: true, EventUnknown: true,
	EventUnknownBlock: true, EventMalformed: true}

// eventFault takes the fault that befalls an envelope, if any. Those without an event inside have no event ID and no blocks that could
// be spoilt, so that only some befall them.
func (s *Server) eventFault(e *envelope) *Fault {
	return s.happens(func(f *Fault) bool {
		if e.payload["event"] == nil && f.Kind != EventTwice && f.Kind != EventLate && f.Kind != EventLost {
			return false
		}
		return eventKinds[f.Kind] && e.matches(f.Event)
	})
}

// before is the answer of a fault that prevents the request from being acted on; nil if it does not.
func (f *Fault) before() *answer {
	switch f.Kind {
	case Limited:
		return tooMany(f.After)
	case LimitedBare:
		a := tooMany(f.After)
		a.header = nil
		return a
	case ErrorBefore:
		return f.broken()
	case Refuse:
		return failed(refuse(f.Code))
	case ResetBefore:
		return &answer{end: reset}
	case SilentBefore:
		return &answer{end: silence}
	}
	return nil
}

// after replaces the answer to a request that was acted on.
func (f *Fault) after(a *answer) *answer {
	switch f.Kind {
	case ErrorAfter:
		return f.broken()
	case RefuseAfter:
		return failed(refuse(f.Code))
	case ResetAfter:
		return &answer{end: reset}
	case SilentAfter:
		return &answer{end: silence}
	}
	return a
}

// broken is an error of the machines before Slack, which is no JSON.
func (f *Fault) broken() *answer {
	status := f.Status
	if status == 0 {
		status = http.StatusInternalServerError
	}
	return &answer{status: status, kind: "text/html", body: []byte("<html><h1>" + http.StatusText(status) + "</h1></html>")}
}
