package slacktest

import (
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Args are the arguments of a request, without the token.
type Args map[string]json.RawMessage

func (a Args) take(values url.Values) {
	for k, v := range values {
		a[k] = encode(v[0])
	}
}

// String is an argument as a text; "" if it is absent.
func (a Args) String(name string) string {
	var text string
	if json.Unmarshal(a[name], &text) == nil {
		return text
	}
	return string(a[name])
}

// JSON is an argument that is JSON itself, whether it came in a form, as a text, or in a body of JSON. It is nil if it is absent.
func (a Args) JSON(name string) json.RawMessage {
	text := a.String(name)
	if text == "" || text == "null" {
		return nil
	}
	return json.RawMessage(text)
}

// Bool is an argument that switches something on.
func (a Args) Bool(name string) bool {
	text := a.String(name)
	return text == "1" || text == "true"
}

// Has says whether an argument is there, even if it is empty.
func (a Args) Has(name string) bool {
	_, ok := a[name]
	return ok
}

// limit is how many items of a list are asked for.
func (a Args) limit(usual, most int) (int, *apiError) {
	text := a.String("limit")
	if text == "" || text == "0" {
		return usual, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > most {
		return 0, refuse("invalid_limit")
	}
	return n, nil
}

// page cuts the part of a list that a request asks for with its cursor, and says where the next one begins.
func page[E any](list []E, a Args, limit int) (part []E, next string, e *apiError) {
	begin := 0
	if cursor := a.String("cursor"); cursor != "" {
		n, err := strconv.Atoi(strings.TrimSuffix(strings.TrimPrefix(cursor, "bmV4dDo-"), "="))
		if err != nil || n < 0 || n > len(list) || !strings.HasPrefix(cursor, "bmV4dDo-") {
			return nil, "", refuse("invalid_cursor")
		}
		begin = n
	}
	end := min(begin+limit, len(list))
	if end < len(list) {
		next = fmt.Sprintf("bmV4dDo-%d=", end)
	}
	return list[begin:end], next, nil
}

// read finds the token and the arguments of a request, which come as a form, as JSON or in the address.
// https://docs.slack.dev/apis/web-api/#basics
func (r *request) read() error {
	b, err := io.ReadAll(r.Body)
	if err != nil {
		return nil // the client went away in the middle
	}
	r.args = Args{}
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind == "application/json" {
		if len(b) > 0 {
			if err := json.Unmarshal(b, &r.args); err != nil {
				return fmt.Errorf("read the JSON: %w", err)
			}
		}
	} else {
		values, err := url.ParseQuery(string(b))
		if err != nil {
			return fmt.Errorf("read the form: %w", err)
		}
		r.args.take(values)
		r.args.take(r.URL.Query())
	}
	r.token = r.args.String("token")
	delete(r.args, "token")
	if bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		r.token = bearer
	}
	return nil
}

// checkArguments fails the test if a request has an argument that its method does not know: Slack ignores it, so that nobody
// would find out that it does nothing.
func (s *Server) checkArguments(r *request) {
	for name := range r.args {
		if !slices.Contains(r.entry.required, name) && !slices.Contains(r.entry.optional, name) {
			s.t.Errorf("%s has no argument %s", r.method, name)
		}
	}
	s.validateArguments(r)
}
