package slacktest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// request is one that arrived.
type request struct {
	*http.Request
	method    string
	args      Args
	entry     *method
	workspace *Workspace // whose bot's token it has; nil for the app's
	token     string
}

// method is a method of the Web API.
type method struct {
	tier     int
	scopes   []string // any one of which is enough; none are needed if it is empty
	app      bool     // takes the app-level token
	required []string
	optional []string
	handle   func(*Server, *request) (object, *apiError)
}

// apiError is an error of the Web API. They come with status 200.
// https://docs.slack.dev/apis/web-api/#responses
type apiError struct {
	code     string
	messages []string // for response_metadata
	more     object
}

func refuse(code string, messages ...string) *apiError {
	return &apiError{code: code, messages: messages}
}

// answer is what becomes of a request.
type answer struct {
	status int
	kind   string // of the content
	body   []byte
	header map[string]string
	end    ending
}

// ending is how a connection ends without an answer.
type ending int

const (
	answered ending = iota
	reset
	silence
)

func failed(e *apiError) *answer {
	body := object{"ok": false, "error": e.code}
	if len(e.messages) > 0 {
		marked := []string{}
		for _, m := range e.messages {
			marked = append(marked, "[ERROR] "+m)
		}
		body["errors"], body["response_metadata"] = e.messages, object{"messages": marked}
	}
	for k, v := range e.more {
		body[k] = v
	}
	return &answer{status: http.StatusOK, kind: "application/json; charset=utf-8", body: encode(body)}
}

func encode(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("encode an answer: %v", err)) // all of it was made here or decoded before
	}
	return b
}

// serve takes everything that arrives.
func (s *Server) serve(w http.ResponseWriter, q *http.Request) {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return
	}
	s.served.Add(1)
	s.mu.Unlock()
	defer s.served.Done()
	path, api := strings.CutPrefix(q.URL.Path, "/api/")
	switch {
	case strings.EqualFold(q.Header.Get("Upgrade"), "websocket"):
		s.serveSocket(w, q)
	case api:
		s.serveMethod(w, q, path)
	case strings.HasPrefix(q.URL.Path, "/response/"):
		s.serveResponse(w, q)
	case strings.HasPrefix(q.URL.Path, "/upload/"):
		s.serveUpload(w, q)
	case strings.HasPrefix(q.URL.Path, "/files-pri/"):
		s.serveDownload(w, q)
	default:
		s.t.Errorf("nothing is at %s %s", q.Method, q.URL.Path)
		http.NotFound(w, q)
	}
}

func (s *Server) serveMethod(w http.ResponseWriter, q *http.Request, name string) {
	r := &request{Request: q, method: name, entry: methods[name]}
	if err := r.read(); err != nil {
		s.t.Errorf("%s: %v", name, err)
		s.write(w, q, failed(refuse("invalid_arguments", "the body is not understood")))
		return
	}
	if r.entry == nil {
		s.t.Errorf("no method %s", name)
		s.write(w, q, failed(refuse("unknown_method")))
		return
	}
	s.checkArguments(r)
	a, slow := s.act(r, s.perform)
	s.pause(q, slow)
	s.write(w, q, a)
}

// act does what a request asks for, unless a fault is in the way, and says how long its answer is to take. Everything is done
// under the lock, so that requests take effect one after the other.
func (s *Server) act(r *request, perform func(*request) *answer) (a *answer, slow time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests[r.method]++
	s.touch()
	f := s.requestFault(r)
	if f != nil {
		if a := f.before(); a != nil {
			return a, 0
		}
		if f.Kind == Slow {
			slow = f.After
		}
	}
	a = perform(r)
	if f != nil {
		a = f.after(a)
	}
	return a, slow
}

// pause waits with an answer.
func (s *Server) pause(q *http.Request, slow time.Duration) {
	if slow <= 0 {
		return
	}
	t := time.NewTimer(slow)
	defer t.Stop()
	select {
	case <-t.C:
	case <-q.Context().Done():
	case <-s.done:
	}
}

// perform carries out a method.
func (s *Server) perform(r *request) *answer {
	if e := s.authorize(r); e != nil {
		return failed(e)
	}
	if a := s.limited(r); a != nil {
		return a
	}
	for _, name := range r.entry.required {
		if r.args.String(name) == "" {
			return failed(refuse("invalid_arguments", "missing required field: "+name))
		}
	}
	body, e := r.entry.handle(s, r)
	if e != nil {
		return failed(e)
	}
	if body == nil {
		body = object{}
	}
	body["ok"] = true
	b := encode(body)
	s.validateAnswer(r.method, b)
	return &answer{status: http.StatusOK, kind: "application/json; charset=utf-8", body: b, header: r.scopes()}
}

func (r *request) scopes() map[string]string {
	if r.workspace == nil {
		return nil
	}
	return map[string]string{"X-OAuth-Scopes": strings.Join(r.workspace.scopes, ","), "X-Accepted-OAuth-Scopes": strings.Join(r.entry.scopes, ",")}
}

// authorize finds out whose token a request has and whether that may do what it asks for.
func (s *Server) authorize(r *request) *apiError {
	if r.token == "" {
		return refuse("not_authed")
	}
	if r.token == s.app.appToken {
		switch {
		case s.app.appTokenState != "":
			return refuse(s.app.appTokenState)
		case !r.entry.app:
			return refuse("not_allowed_token_type")
		}
		return nil
	}
	i := slices.IndexFunc(s.workspaces, func(w *Workspace) bool { return w.token == r.token })
	if i < 0 {
		return refuse("invalid_auth")
	}
	w := s.workspaces[i]
	switch {
	case w.tokenState != "":
		return refuse(w.tokenState)
	case r.entry.app:
		return refuse("not_allowed_token_type")
	}
	r.workspace = w
	return w.needs(r.entry.scopes...)
}

// needs refuses a request that has none of these scopes.
func (w *Workspace) needs(scopes ...string) *apiError {
	if len(scopes) == 0 || slices.ContainsFunc(scopes, func(s string) bool { return slices.Contains(w.scopes, s) }) {
		return nil
	}
	return &apiError{code: "missing_scope", more: object{"needed": strings.Join(scopes, ","), "provided": strings.Join(w.scopes, ",")}}
}

func (s *Server) write(w http.ResponseWriter, q *http.Request, a *answer) {
	switch a.end {
	case reset:
		s.cut(w)
		return
	case silence:
		select {
		case <-q.Context().Done():
		case <-s.done:
		}
		s.cut(w)
		return
	}
	for k, v := range a.header {
		w.Header().Set(k, v)
	}
	w.Header().Set("Content-Type", a.kind)
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body) // the client may be gone
}

// cut resets the connection: what it carried is lost, and the client learns it at once.
func (s *Server) cut(w http.ResponseWriter) {
	c, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return // it is cut already
	}
	if l, ok := c.(interface{ SetLinger(int) error }); ok {
		_ = l.SetLinger(0) // where it cannot be set the connection still ends
	}
	_ = c.Close()
}
