package slacktest

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// The kinds of envelopes.
// https://docs.slack.dev/apis/events-api/using-socket-mode#events
const (
	eventsAPI     = "events_api"
	slashCommands = "slash_commands"
	interactive   = "interactive"
)

// patience is how long Slack waits for an acknowledgement.
// https://docs.slack.dev/apis/events-api/#responding
const patience = 3 * time.Second

// defaultRetries are how long after a failure an event is sent again: at once, after a minute, after five.
// https://docs.slack.dev/apis/events-api/#retries
var defaultRetries = []time.Duration{0, time.Minute, 5 * time.Minute}

// delayedRetries is how often it is tried after that if the app has Delayed Events switched on: hourly for a day.
// https://docs.slack.dev/apis/events-api/#delayed-events
const delayedRetries = 24

// envelope is something that the app is told and has to acknowledge.
type envelope struct {
	id      string // a new one for each attempt of an event
	kind    string
	event   string // the type of the event
	eventID string
	payload object
	accepts bool // an answer with the acknowledgement
	attempt int
	reason  string       // why it is sent again
	answer  func([]byte) // takes what came with the acknowledgement
	failed  func(code string)
	timer   *time.Timer
	settled bool
}

// dispatch is how the app is told of things, whether over Socket Mode or HTTP.
type dispatch struct {
	waiting map[string]*envelope // sent and not settled, by ID
	pending map[*envelope]bool   // waiting to be sent again
	late    []*envelope          // held back until the next
	retries []time.Duration
	delayed bool
	lost    int
	sent    []Sent
	index   map[string][]int // of the attempts in sent, by envelope
}

// Sent is an attempt to tell the app something.
type Sent struct {
	Envelope string
	Kind     string // "events_api", "slash_commands" or "interactive"
	Event    string // the event's type
	EventID  string
	Attempt  int
	Acked    bool
}

func newDispatch() dispatch {
	return dispatch{waiting: map[string]*envelope{}, pending: map[*envelope]bool{}, retries: defaultRetries, index: map[string][]int{}}
}

func (d *dispatch) stop() {
	for _, e := range d.waiting {
		e.timer.Stop()
	}
	for e := range d.pending {
		e.timer.Stop()
	}
}

// SetRetries sets after which times an event that was not acknowledged is sent again, and whether Delayed Events are switched on,
// which adds hourly attempts for a day. Slack's own times are none, a minute and five.
func (s *Server) SetRetries(delayed bool, after ...time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dispatch.retries, s.dispatch.delayed = after, delayed
}

// Sent returns all attempts to tell the app something so far.
func (s *Server) Sent() []Sent {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.dispatch.sent)
}

// Unsettled is how many envelopes are waiting for an acknowledgement or for their next attempt.
func (s *Server) Unsettled() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.dispatch.waiting) + len(s.dispatch.pending) + len(s.dispatch.late)
}

// Lost counts the events that were given up after all attempts.
func (s *Server) Lost() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.dispatch.lost
}

// send tells the app something for the first time, with what faults make of it. Before the app has ever been there nothing is sent: a
// test first makes its world. The caller holds the lock.
func (s *Server) send(e *envelope) {
	if s.closed || e.kind == eventsAPI && s.socket.connected == 0 && !s.hooks.on() {
		return
	}
	held := s.dispatch.late
	s.dispatch.late = nil
	f := s.eventFault(e)
	switch {
	case f == nil:
		s.attempt(e)
	case f.Kind == EventLost:
	case f.Kind == EventLate:
		s.dispatch.late = append(s.dispatch.late, e)
	case f.Kind == EventTwice:
		s.attempt(e)
		twin := *e
		s.attempt(&twin)
	case f.Kind == EventAgain:
		s.attempt(e)
		twin := *e
		twin.id, twin.eventID = "", s.newID("Ev")
		twin.payload = withField(e.payload, "event_id", twin.eventID)
		s.attempt(&twin)
	case f.Kind == EventUnknown:
		s.attempt(e)
		s.attempt(s.distorted(e, object{"type": "brand_new_event"}))
	case f.Kind == EventUnknownBlock:
		event, _ := e.payload["event"].(object)
		blocks := []object{{"type": "brand_new_block", "shape": object{"of": "something"}}}
		e.payload = withField(e.payload, "event", withField(event, "blocks", blocks))
		s.attempt(e)
	case f.Kind == EventMalformed:
		event, _ := e.payload["event"].(object)
		blocks := []object{{"type": "input", "element": 42}}
		e.payload = withField(e.payload, "event", withField(event, "blocks", blocks))
		s.attempt(e)
	}
	for _, h := range held {
		s.attempt(h)
	}
}

// distorted is another event beside e.
func (s *Server) distorted(e *envelope, event object) *envelope {
	twin := *e
	twin.id, twin.event, twin.eventID = "", event["type"].(string), s.newID("Ev")
	event["event_ts"] = formatTS(time.Now().UnixMicro())
	twin.payload = withField(withField(e.payload, "event_id", twin.eventID), "event", event)
	return &twin
}

func withField(o object, key string, value any) object {
	c := object{}
	for k, v := range o {
		c[k] = v
	}
	c[key] = value
	return c
}

// attempt sends an envelope. Envelopes of Socket Mode have an ID of their own for each attempt unless they have one already, as
// doubled ones do.
func (s *Server) attempt(e *envelope) {
	if s.closed {
		return
	}
	if e.id == "" {
		e.id = fmt.Sprintf("%s-%d", s.newID("env"), e.attempt)
	}
	e.settled = false
	s.dispatch.index[e.id] = append(s.dispatch.index[e.id], len(s.dispatch.sent))
	s.dispatch.sent = append(s.dispatch.sent, Sent{Envelope: e.id, Kind: e.kind, Event: e.event, EventID: e.eventID, Attempt: e.attempt})
	s.touch()
	if other := s.dispatch.waiting[e.id]; other == nil || other == e { // a double waits together with its twin
		s.dispatch.waiting[e.id] = e
		e.timer = time.AfterFunc(patience, func() { s.expire(e) })
	}
	var way string
	if s.hooks.on() {
		way = s.post(e)
	} else {
		way = s.push(e)
	}
	if way != "" {
		s.fail(e, way)
	}
}

// expire gives up to wait for an acknowledgement.
func (s *Server) expire(e *envelope) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fail(e, "timeout")
}

// fail ends an attempt. Events are tried again; of commands and interactions the person learns that they failed.
func (s *Server) fail(e *envelope, reason string) {
	if s.closed || e.settled || s.dispatch.waiting[e.id] != e {
		return
	}
	e.settled = true
	e.timer.Stop()
	delete(s.dispatch.waiting, e.id)
	s.touch()
	if e.kind != eventsAPI {
		if e.failed != nil {
			e.failed(reason)
		}
		return
	}
	wait, ok := s.dispatch.wait(e.attempt)
	if !ok {
		s.dispatch.lost++
		return
	}
	next := *e
	next.attempt, next.reason, next.id, next.settled = e.attempt+1, reason, "", false
	again := &next
	s.dispatch.pending[again] = true
	again.timer = time.AfterFunc(wait, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.dispatch.pending[again] {
			delete(s.dispatch.pending, again)
			s.attempt(again)
		}
	})
}

// wait says how long to wait after a number of attempts, counted from zero.
func (d *dispatch) wait(attempt int) (time.Duration, bool) {
	if attempt < len(d.retries) {
		return d.retries[attempt], true
	}
	if d.delayed && attempt < len(d.retries)+delayedRetries {
		return time.Hour, true
	}
	return 0, false
}

// acked takes an acknowledgement. The caller holds the lock.
func (s *Server) acked(id string, payload json.RawMessage) {
	e := s.dispatch.waiting[id]
	if e == nil {
		return // too late, or for a double of one that was acknowledged
	}
	if f := s.happens(func(f *Fault) bool { return f.Kind == AckLost && e.matches(f.Event) }); f != nil {
		return
	}
	e.settled = true
	e.timer.Stop()
	delete(s.dispatch.waiting, id)
	for _, i := range s.dispatch.index[id] {
		s.dispatch.sent[i].Acked = true
	}
	s.touch()
	if e.answer != nil {
		e.answer(payload)
	}
}

// matches says whether an envelope is of an event's or envelope's type; "" is every one.
func (e *envelope) matches(event string) bool {
	return event == "" || event == e.kind || event == e.event
}
