package discordtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// specsOf returns the published descriptions, or nil with a line in the log if the environment names none. A folder that
// is named and cannot be read is a failure: somebody meant to validate.
func specsOf(t T) *schemas {
	t.Helper()
	dir := os.Getenv("REWIND_SPECS")
	if dir == "" {
		t.Logf("REWIND_SPECS is not set: what passes is not validated against Discord's published descriptions")
		return nil
	}
	specs, err := loadSchemas(dir)
	if err != nil {
		t.Fatalf("read the descriptions that REWIND_SPECS names: %v", err)
	}
	return specs
}

// extras are fields that a client sends although the published descriptions do not have them, with the reason why they are
// let through. Everything else that is unknown fails the test.
var extras = []struct {
	route string // or the gateway's operation
	path  string // with * for each element of a list
	as    string // the name that the field should have; "" if there is none
	why   string
}{
	{"identify", "d/properties/$os", "os", "discordgo names the properties as they were named until 2022"},
	{"identify", "d/properties/$browser", "browser", "as above"},
	{"identify", "d/properties/$device", "device", "as above"},
	{"identify", "d/properties/$referer", "", "discordgo still sends the properties of browsers"},
	{"identify", "d/properties/$referring_domain", "", "as above"},
	{"identify", "d/presence", "", "discordgo sends the presence of 2018, with one game instead of activities; all of it is zero"},
}

// validateRequest fails the test unless the request is one that Discord's description allows.
func (s *Server) validateRequest(r *request) {
	if s.specs == nil {
		return
	}
	if err := s.specs.request(r); err != nil {
		s.t.Errorf("invalid request %s: %s", r.route, leaf(err))
	}
}

func (c *schemas) request(r *request) error {
	method, path, _ := strings.Cut(r.route, " ")
	op := []string{"paths", path, strings.ToLower(method)}
	if err := c.query(r, append(c.parameters(op[:2]), c.parameters(op)...)); err != nil {
		return err
	}
	content := c.lookup(append(op, "requestBody", "content")...)
	if content == nil {
		if len(r.body) > 0 {
			return fmt.Errorf("it has a body, and none is expected")
		}
		return nil
	}
	if len(r.body) == 0 {
		if required, _ := c.lookup(append(op, "requestBody")...)["required"].(bool); required {
			return fmt.Errorf("it has no body")
		}
		return nil
	}
	schema, err := c.schema(strict, append(op, "requestBody", "content", "application/json", "schema")...)
	if err != nil {
		return err
	}
	return check(schema, r.body, r.route)
}

// check validates a JSON text without the extras that are let through.
func check(schema *jsonschema.Schema, body []byte, route string) error {
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return err
	}
	for _, e := range extras {
		if e.route == route {
			rename(v, strings.Split(e.path, "/"), e.as)
		}
	}
	return schema.Validate(v)
}

// rename gives a field the name as, or removes it if that is "".
func rename(v any, path []string, as string) {
	switch v := v.(type) {
	case []any:
		if path[0] == "*" && len(path) > 1 {
			for _, e := range v {
				rename(e, path[1:], as)
			}
		}
	case map[string]any:
		field, ok := v[path[0]]
		switch {
		case !ok:
		case len(path) > 1:
			rename(field, path[1:], as)
		default:
			delete(v, path[0])
			if as != "" {
				v[as] = field
			}
		}
	}
}

func (c *schemas) parameters(at []string) []any {
	list, _ := c.lookup(at...)["parameters"].([]any)
	return list
}

// query checks the path's and the query's parameters: the schemas are of JSON, so each is read as the type it should be.
func (c *schemas) query(r *request, parameters []any) error {
	known := []string{}
	for _, p := range parameters {
		p := p.(map[string]any)
		name, _ := p["name"].(string)
		known = append(known, name)
		values := r.query[name]
		if p["in"] == "path" {
			values = []string{r.params[name]}
		}
		for _, v := range values {
			if err := c.parameter(name, v, p["schema"]); err != nil {
				return err
			}
		}
	}
	for name := range r.query {
		if !slices.Contains(known, name) {
			return fmt.Errorf("the parameter %s is unknown", name)
		}
	}
	return nil
}

func (c *schemas) parameter(name, value string, schema any) error {
	m, _ := schema.(map[string]any)
	if ref, ok := m["$ref"].(string); ok {
		m = c.lookup(strings.Split(strings.TrimPrefix(ref, "#/"), "/")...)
	}
	bad := fmt.Errorf("the parameter %s cannot be %q", name, value)
	switch m["type"] {
	case "integer":
		n, err := strconv.Atoi(value)
		least, _ := strconv.Atoi(fmt.Sprint(m["minimum"]))
		most, errMost := strconv.Atoi(fmt.Sprint(m["maximum"]))
		if err != nil || n < least || errMost == nil && n > most {
			return bad
		}
	case "boolean":
		if value != "true" && value != "false" {
			return bad
		}
	case "string":
		if m["format"] == "snowflake" && strings.Trim(value, "0123456789") != "" || value == "" {
			return bad
		}
	}
	return nil
}

// validateAnswer fails the test if the server itself sends what Discord would not.
func (s *Server) validateAnswer(r *request, status int, body []byte) {
	if s.specs == nil {
		return
	}
	method, path, _ := strings.Cut(r.route, " ")
	at := []string{"paths", path, strings.ToLower(method), "responses", strconv.Itoa(status)}
	if r.route == "" || status >= 400 {
		name := "ClientErrorResponse"
		if status == 429 {
			name = "ClientRatelimitedResponse"
		}
		at = []string{"components", "responses", name}
	}
	schema, err := s.specs.schema(published, append(at, "content", "application/json", "schema")...)
	if err == nil {
		err = check(schema, body, "")
	}
	if err != nil {
		s.t.Errorf("discordtest answers %s with an invalid body: %s\n%s", r.route, leaf(err), body)
	}
}

// validateFrame fails the test if a frame of the gateway is not as described.
func (s *Server) validateFrame(event string, frame []byte) {
	if s.specs == nil {
		return
	}
	schema, body, err := s.specs.frame(event, frame)
	if err == nil && schema != nil {
		err = check(schema, body, event)
	}
	if err != nil {
		s.t.Errorf("invalid gateway frame %s: %s", event, leaf(err))
	}
}

// frame picks the schema of an event or of a client's operation, and the part of the frame that it describes.
func (c *schemas) frame(event string, frame []byte) (*jsonschema.Schema, []byte, error) {
	whole := func(name string) (*jsonschema.Schema, []byte, error) {
		schema, err := c.schema(gatewayURL(name), "definitions", name, "properties", "p")
		return schema, frame, err
	}
	var parts struct {
		D map[string]json.RawMessage `json:"d"`
	}
	switch event {
	case "READY":
		return whole("Ready")
	case "GUILD_CREATE":
		return whole("GuildCreate")
	case "INTERACTION_CREATE":
		return whole("InteractionCreate")
	case "THREAD_CREATE":
		return whole("ThreadCreate")
	case "identify", "resume", "heartbeat":
		return whole("ClientSend")
	case "MESSAGE_CREATE", "MESSAGE_UPDATE", "THREAD_UPDATE":
		if err := json.Unmarshal(frame, &parts); err != nil {
			return nil, nil, err
		}
		file, name := "MessageObject", "APIMessage"
		if event == "THREAD_UPDATE" {
			file, name = "ThreadCreate", "GatewayThreadCreateDispatchData"
		} else {
			// The event has two fields more than the message.
			// https://discord.com/developers/docs/events/gateway-events#message-create
			delete(parts.D, "guild_id")
			delete(parts.D, "member")
		}
		body, err := json.Marshal(parts.D)
		if err != nil {
			return nil, nil, err
		}
		schema, err := c.schema(gatewayURL(file), "definitions", name)
		return schema, body, err
	}
	return nil, nil, nil // nothing is published about it
}
