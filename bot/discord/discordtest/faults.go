package discordtest

import (
	"net/http"
	"time"
)

// Kind is a kind of trouble.
type Kind string

// Trouble with requests. "Before" means that the request was not acted on, "after" that it was and the answer is lost.
const (
	LimitUser       Kind = "429 of the bucket"
	LimitGlobal     Kind = "429 of the bot"
	LimitShared     Kind = "429 that is shared"
	LimitCloudflare Kind = "429 of Cloudflare"
	ErrorBefore     Kind = "5xx before acting"
	ErrorAfter      Kind = "5xx after acting"
	ResetBefore     Kind = "reset before acting"
	ResetAfter      Kind = "reset after acting"
	SilentBefore    Kind = "silence before acting"
	SilentAfter     Kind = "silence after acting"
	Slow            Kind = "slow"
	Refuse          Kind = "refused" // with the error of Code
)

// Trouble with events of the gateway.
const (
	EventTwice            Kind = "event twice"
	EventLate             Kind = "event after the next one"
	EventLost             Kind = "event lost"
	EventUnknownComponent Kind = "event with an unknown component"
)

// Trouble with connections of the gateway.
const (
	NoHello            Kind = "no hello"
	IdentifyClosed     Kind = "identify answered by a close with Code"
	IdentifyInvalid    Kind = "identify answered by an invalid session"
	IdentifyReconnect  Kind = "identify or resume answered by a request to reconnect"
	ResumeInvalid      Kind = "resume answered by an invalid session"
	HeartbeatUnheard   Kind = "heartbeat without acknowledgement"
	ConnectionRefused  Kind = "websocket refused"
	IdentifyUnanswered Kind = "identify or resume without an answer"
)

// Fault is trouble to come.
type Fault struct {
	Kind Kind
	// Route restricts trouble with requests to one route, such as "POST /channels/{channel_id}/messages". If it is "" every
	// route is meant, except those that ask where the gateway is.
	Route string
	// Event restricts trouble with events to one type, such as "MESSAGE_CREATE".
	Event string
	// If, where it is set, restricts trouble with requests to those whose path and JSON body it accepts.
	If func(path string, body []byte) bool
	// Skip lets so many cases pass before the first trouble.
	Skip int
	// Times is how often it happens; 0 is once, and less than 0 always.
	Times int
	// After is how long a limit lasts, or how long a slow answer takes.
	After time.Duration
	// Status of an error; 0 is 500.
	Status int
	// Code of a refusal or a close.
	Code int
	// Resumable is what an invalid session says of itself.
	Resumable bool
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

var requestKinds = map[Kind]bool{LimitUser: true, LimitGlobal: true, LimitShared: true, LimitCloudflare: true, ErrorBefore: true,
	ErrorAfter: true, ResetBefore: true, ResetAfter: true, SilentBefore: true, SilentAfter: true, Slow: true, Refuse: true}

// requestFault takes the fault that befalls a request, if any.
func (s *Server) requestFault(r *request) *Fault {
	return s.happens(func(f *Fault) bool {
		connects := r.route == "GET /gateway" || r.route == "GET /gateway/bot"
		return requestKinds[f.Kind] && (f.Route == r.route || f.Route == "" && !connects) && (f.If == nil || f.If(r.URL.Path, r.body))
	})
}

// before is the answer of a fault that prevents the request from being acted on; nil if it does not.
func (f *Fault) before(r *request) *answer {
	switch f.Kind {
	case LimitUser:
		a := tooMany("user", f.After)
		for k, v := range bucketHeaders(r.route, 5, 0, f.After) {
			a.headers[k] = v
		}
		return a
	case LimitGlobal:
		return tooMany("global", f.After)
	case LimitShared:
		return tooMany("shared", f.After)
	case LimitCloudflare:
		return cloudflare(f.After)
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
	case ResetAfter:
		return &answer{end: reset}
	case SilentAfter:
		return &answer{end: silence}
	}
	return a
}

// broken is an error of the machines before Discord, which is no JSON.
func (f *Fault) broken() *answer {
	status := f.Status
	if status == 0 {
		status = http.StatusInternalServerError
	}
	return &answer{status: status, html: "<html><h1>" + http.StatusText(status) + "</h1></html>"}
}
