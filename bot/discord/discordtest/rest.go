package discordtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// request is one that arrived, with its route found and its body read.
type request struct {
	*http.Request
	route   string            // "POST /channels/{channel_id}/messages", as in the published description
	params  map[string]string // what stands for the names in braces
	query   url.Values
	body    []byte // JSON; that of payload_json if files came with it
	files   map[string]upload
	headers map[string]string // of the bucket
}

// upload is a file that came with a request.
type upload struct {
	name, kind string
	content    []byte
}

// major is the resource that a bucket belongs to besides its route.
func (r *request) major() string {
	return r.params["channel_id"] + r.params["guild_id"] + r.params["webhook_id"] + r.params["webhook_token"] + r.params["interaction_id"]
}

// interaction says that the request answers an interaction, which needs no token of the bot's.
func (r *request) interaction() bool {
	return strings.Contains(r.route, "{interaction_token}") || strings.Contains(r.route, "{webhook_token}")
}

// read decodes the body.
func (r *request) read(into any) *apiError {
	if err := json.Unmarshal(r.body, into); err != nil {
		return refuse(InvalidBody)
	}
	return nil
}

// answer is what becomes of a request.
type answer struct {
	status  int
	body    any // encoded as JSON; nil for none
	html    string
	headers map[string]string
	end     ending
}

// ending is how a connection ends without an answer.
type ending int

const (
	answered ending = iota
	reset
	silence
)

func failed(e *apiError) *answer { return &answer{status: e.Status, body: e} }

// created is the result of a handler that made something and says so by its status.
type created struct{ body any }

// serve takes everything that arrives.
func (s *Server) serve(w http.ResponseWriter, q *http.Request) {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return
	}
	s.served.Add(1) // under the lock, so that Close waits for all that began before it
	s.mu.Unlock()
	defer s.served.Done()
	path, api := strings.CutPrefix(q.URL.EscapedPath(), "/api/v10/")
	if !api {
		path, api = strings.CutPrefix(q.URL.EscapedPath(), "/api/v9/")
	}
	switch {
	case strings.EqualFold(q.Header.Get("Upgrade"), "websocket"):
		s.serveGateway(w, q)
	case api:
		s.serveAPI(w, q, "/"+path)
	default:
		s.serveFile(w, q)
	}
}

func (s *Server) serveFile(w http.ResponseWriter, q *http.Request) {
	s.mu.Lock()
	content, ok := s.files[q.URL.Path]
	s.mu.Unlock()
	if !ok {
		http.NotFound(w, q)
		return
	}
	_, _ = w.Write(content) // the client may be gone
}

func (s *Server) serveAPI(w http.ResponseWriter, q *http.Request, path string) {
	r := &request{Request: q, query: q.URL.Query()}
	handler := r.find(path)
	if err := r.readBody(); err != nil {
		return // the client went away in the middle
	}
	if handler == nil {
		s.t.Errorf("no route for %s %s", q.Method, q.URL.Path)
		s.write(w, r, failed(&apiError{Status: http.StatusNotFound, Message: "404: Not Found"}))
		return
	}
	s.validateRequest(r)
	a, slow := s.act(r, handler)
	if slow > 0 {
		select {
		case <-time.After(slow):
		case <-q.Context().Done():
		case <-s.done:
		}
	}
	s.write(w, r, a)
}

// act does what a request asks for, unless something is in the way, and says how long its answer is to take.
// Everything that is not answered is under the lock, so that requests take effect one after the other.
func (s *Server) act(r *request, handler handler) (a *answer, slow time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.touch()
	s.requests[r.route]++
	defer func() { s.countInvalid(a) }()
	if a := s.limited(r); a != nil {
		return a, 0
	}
	if r.Header.Get("Authorization") != s.Token() && !r.interaction() {
		return failed(&apiError{Status: http.StatusUnauthorized, Message: "401: Unauthorized"}), 0
	}
	f := s.requestFault(r)
	if f != nil {
		if a := f.before(r); a != nil {
			return a, 0
		}
		if f.Kind == Slow {
			slow = f.After
		}
	}
	a = s.handle(r, handler)
	if f != nil {
		a = f.after(a)
	}
	return a, slow
}

type handler func(*Server, *request) (any, *apiError)

// handle calls the handler and freezes its answer, which may be of values that change once the lock is released.
func (s *Server) handle(r *request, handler handler) *answer {
	body, refused := handler(s, r)
	if refused != nil {
		return failed(refused)
	}
	a := &answer{status: http.StatusOK, body: body}
	if c, ok := body.(created); ok {
		a.status, a.body = http.StatusCreated, c.body
	}
	if a.body == nil {
		a.status = http.StatusNoContent
		return a
	}
	b, err := json.Marshal(a.body)
	if err != nil {
		s.t.Errorf("%s: encode the answer: %v", r.route, err)
	}
	a.body = json.RawMessage(b)
	return a
}

func (s *Server) write(w http.ResponseWriter, r *request, a *answer) {
	switch a.end {
	case reset:
		s.cut(w)
		return
	case silence:
		select {
		case <-r.Context().Done():
		case <-s.done:
		}
		s.cut(w)
		return
	}
	for _, headers := range []map[string]string{r.headers, a.headers} {
		if a.html != "" && a.status == http.StatusTooManyRequests {
			headers = a.headers // Cloudflare knows nothing of buckets
		}
		for k, v := range headers {
			w.Header().Set(k, v)
		}
	}
	var body []byte
	if a.html != "" {
		w.Header().Set("Content-Type", "text/html")
		body = []byte(a.html)
	} else if a.body != nil {
		w.Header().Set("Content-Type", "application/json")
		b, err := json.Marshal(a.body)
		if err != nil {
			s.t.Errorf("%s: encode the answer: %v", r.route, err)
		}
		body = b
		s.validateAnswer(r, a.status, body)
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(body) // the client may be gone
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

func (r *request) readBody() error {
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/form-data" {
		b, err := io.ReadAll(r.Body)
		r.body = b
		return err
	}
	r.files = map[string]upload{}
	for parts := multipart.NewReader(r.Body, params["boundary"]); ; {
		p, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		b, err := io.ReadAll(p)
		if err != nil {
			return err
		}
		if p.FormName() == "payload_json" {
			r.body = bytes.TrimSpace(b)
			continue
		}
		r.files[p.FormName()] = upload{p.FileName(), p.Header.Get("Content-Type"), b}
	}
}
