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
	route string // or the gateway's operation, or our own answers
	path  string // ** stands for any way down
	as    string // what becomes of the field: another name, dropped, or dropped if it is empty
	why   string
}{
	{"identify", "d/properties/$os", "os", "discordgo names the properties as they were named until 2022"},
	{"identify", "d/properties/$browser", "browser", "as above"},
	{"identify", "d/properties/$device", "device", "as above"},
	{"identify", "d/properties/$referer", ifEmpty, "discordgo still sends the properties of browsers"},
	{"identify", "d/properties/$referring_domain", ifEmpty, "as above"},
	{"identify", "d/presence", dropped, "discordgo sends the presence of 2018, with one game instead of activities"},
	{"PATCH /channels/{channel_id}/messages/{message_id}", "ID", dropped, "discordgo's edit names its message in the body too"},
	{"PATCH /channels/{channel_id}/messages/{message_id}", "Channel", dropped, "as above"},
	{"POST /channels/{channel_id}/messages/{message_id}/threads", "invitable", ifEmpty, "discordgo sends a field of private threads"},
	{"POST /channels/{channel_id}/threads", "invitable", ifEmpty, "as above, for posts of a forum"},
	{"POST /channels/{channel_id}/threads", "message/tts", ifEmpty, "discordgo sends a field that messages have elsewhere"},
	{putCommands, "**/channel_types", ifEmpty, "discordgo has one body for options of all types"},
	{putCommands, "**/options", ifEmpty, "as above"},
	{putCommands, "**/choices", ifEmpty, "as above"},
	{putCommands, "**/autocomplete", ifEmpty, "as above"},
	{putCommands, "**/default_member_permissions", dropped, "it is described as a number and documented as a string; Discord takes both"},
	{callback, "data/tts", ifEmpty, "discordgo has one body for all kinds of first answers"},
	{callback, "data/content", ifEmpty, "as above, for forms and choices"},
	{callback, "data/embeds", ifEmpty, "as above"},
	{callback, "data/components", ifEmpty, "as above"},
	{"an answer", "errors", dropped, "they are described with numbers for codes; Discord sends words"},
}

// What becomes of an extra field, besides another name.
const (
	dropped = ""
	ifEmpty = "if empty" // dropped if it is null, false, 0, "" or has no elements

	putCommands = "PUT /applications/{application_id}/commands"
	callback    = "POST /interactions/{interaction_id}/{interaction_token}/callback"
)

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
			amend(v, strings.Split(e.path, "/"), e.as)
		}
	}
	return schema.Validate(v)
}

// amend does to a field what the table of extras says.
func amend(v any, path []string, as string) {
	if path[0] == "**" {
		amend(v, path[1:], as)
		switch v := v.(type) {
		case []any:
			for _, e := range v {
				amend(e, path, as)
			}
		case map[string]any:
			for _, e := range v {
				amend(e, path, as)
			}
		}
		return
	}
	in, _ := v.(map[string]any)
	field, ok := in[path[0]]
	switch {
	case !ok:
	case len(path) > 1:
		amend(field, path[1:], as)
	case as == ifEmpty && !empty(field):
	default:
		delete(in, path[0])
		if as != dropped && as != ifEmpty {
			in[as] = field
		}
	}
}

func empty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case []any:
		return len(v) == 0
	}
	return slices.Contains([]string{"", "false", "0"}, fmt.Sprint(v))
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
		err = check(schema, body, "an answer")
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
