package discordtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// schemas are the published descriptions of what Discord takes and sends, from the folder that REWIND_SPECS names: an
// OpenAPI document for REST, and JSON Schemas for what passes through the gateway. They are compiled as they are needed
// and kept for the whole process, since compiling takes longer than most tests.
type schemas struct {
	openapi map[string]any // as published

	mu       sync.Mutex // guards what follows; the compiler is not safe for concurrent use
	compiler *jsonschema.Compiler
	compiled map[string]*jsonschema.Schema
}

const (
	published = "https://discord.test/published.json"
	strict    = "https://discord.test/strict.json"
)

// gatewaySchemas are the files that describe gateway payloads. Each wraps its subject in a property p.
var gatewaySchemas = []string{"ClientSend", "GuildCreate", "InteractionCreate", "MessageObject", "Ready", "ThreadCreate"}

var loaded = struct {
	mu sync.Mutex
	by map[string]*schemas
}{by: map[string]*schemas{}}

// loadSchemas reads the descriptions below dir once per process.
func loadSchemas(dir string) (*schemas, error) {
	loaded.mu.Lock()
	defer loaded.mu.Unlock()
	if c := loaded.by[dir]; c != nil {
		return c, nil
	}
	c := &schemas{compiler: jsonschema.NewCompiler(), compiled: map[string]*jsonschema.Schema{}}
	c.compiler.DefaultDraft(jsonschema.Draft2020)
	doc, err := readJSON(filepath.Join(dir, "discord", "openapi.json"))
	if err != nil {
		return nil, err
	}
	again, err := readJSON(filepath.Join(dir, "discord", "openapi.json"))
	if err != nil {
		return nil, err
	}
	c.openapi = doc
	refuseUnknown(again)
	if err := errors.Join(c.compiler.AddResource(published, doc), c.compiler.AddResource(strict, again)); err != nil {
		return nil, err
	}
	for _, name := range gatewaySchemas {
		schema, err := readJSON(filepath.Join(dir, "discord", name+".schema.json"))
		if err != nil {
			return nil, err
		}
		mendEnums(schema)
		mendFlags(schema)
		if err := c.compiler.AddResource(gatewayURL(name), schema); err != nil {
			return nil, err
		}
	}
	loaded.by[dir] = c
	return c, nil
}

func gatewayURL(name string) string { return "https://discord.test/" + name + ".json" }

func readJSON(path string) (map[string]any, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	v, err := jsonschema.UnmarshalJSON(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	doc, ok := v.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("%s: not an object", path)
	}
	return doc, nil
}

// refuseUnknown changes an OpenAPI document so that request bodies have no unknown fields and content ends at 2,000
// characters: the document allows the 4,000 of paying users, which bots never have.
// https://discord.com/developers/docs/resources/message#create-message
func refuseUnknown(doc map[string]any) {
	components := doc["components"].(map[string]any)["schemas"].(map[string]any)
	seen := map[string]bool{}
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, e := range v {
				walk(e)
			}
		case map[string]any:
			if ref, ok := v["$ref"].(string); ok {
				if name := strings.TrimPrefix(ref, "#/components/schemas/"); !seen[name] {
					seen[name] = true
					walk(components[name])
				}
			}
			if properties, ok := v["properties"].(map[string]any); ok {
				if v["additionalProperties"] == nil && v["allOf"] == nil {
					v["additionalProperties"] = false
				}
				if content, ok := properties["content"].(map[string]any); ok && fmt.Sprint(content["maxLength"]) == "4000" {
					content["maxLength"] = json.Number("2000")
				}
			}
			for _, e := range v {
				walk(e)
			}
		}
	}
	for _, path := range doc["paths"].(map[string]any) {
		for _, op := range path.(map[string]any) {
			if op, ok := op.(map[string]any); ok {
				walk(op["requestBody"])
			}
		}
	}
}

// mendEnums says "no value" as JSON Schema wants it: the published files have empty lists of values where a type of
// TypeScript was empty.
func mendEnums(v any) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			mendEnums(e)
		}
	case map[string]any:
		if values, ok := v["enum"].([]any); ok && len(values) == 0 {
			delete(v, "enum")
			v["not"] = map[string]any{}
		}
		for _, e := range v {
			mendEnums(e)
		}
	}
}

// mendFlags lets sets of flags be sets: the published files list the single flags as if only one could be set at a time.
func mendFlags(schema map[string]any) {
	definitions, _ := schema["definitions"].(map[string]any)
	for name, d := range definitions {
		if d, ok := d.(map[string]any); ok && strings.HasSuffix(name, "Flags") {
			delete(d, "enum")
			delete(d, "const")
			d["type"], d["minimum"] = "integer", json.Number("0")
		}
	}
}

// schema compiles the schema at a JSON pointer of a document.
func (c *schemas) schema(url string, pointer ...string) (*jsonschema.Schema, error) {
	var b strings.Builder
	b.WriteString(url + "#")
	for _, p := range pointer {
		p = strings.NewReplacer("~", "~0", "/", "~1").Replace(p)
		b.WriteString("/" + strings.NewReplacer("{", "%7B", "}", "%7D", "<", "%3C", ">", "%3E").Replace(p))
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	at := b.String()
	if s := c.compiled[at]; s != nil {
		return s, nil
	}
	s, err := c.compiler.Compile(at)
	if err != nil {
		return nil, err
	}
	c.compiled[at] = s
	return s, nil
}

// lookup follows keys through the published OpenAPI document, and a reference at its end.
func (c *schemas) lookup(keys ...string) map[string]any {
	at := c.openapi
	for _, k := range keys {
		at, _ = at[k].(map[string]any)
	}
	if ref, ok := at["$ref"].(string); ok {
		return c.lookup(strings.Split(strings.TrimPrefix(ref, "#/"), "/")...)
	}
	return at
}

// leaf is what is wrong with a value. Where it could have had many shapes, that is what is wrong by the one that it is most
// like: one of its own type, and of those the one with which it has most in common.
func leaf(err error) string {
	var top *jsonschema.ValidationError
	if !errors.As(err, &top) {
		return err.Error()
	}
	found := likeliest(top)
	text := strings.Split(found.Error(), "\n")
	return strings.TrimPrefix(strings.TrimSpace(text[len(text)-1]), "- ")
}

func likeliest(e *jsonschema.ValidationError) *jsonschema.ValidationError {
	if len(e.Causes) == 0 {
		return e
	}
	causes := make([]*jsonschema.ValidationError, len(e.Causes))
	for i, c := range e.Causes {
		causes[i] = likeliest(c)
	}
	weigh := decisive // of what is wrong with one shape, a wrong type says that it is not meant
	switch e.ErrorKind.(type) {
	case *kind.AnyOf, *kind.OneOf:
		weigh = func(c *jsonschema.ValidationError) bool { return !decisive(c) }
	}
	best := causes[0]
	for _, c := range causes[1:] {
		was, is := weigh(best), weigh(c)
		if is && !was || is == was && len(c.InstanceLocation) > len(best.InstanceLocation) {
			best = c
		}
	}
	return best
}

// decisive says that what tells shapes apart is wrong, so that another one must be meant.
func decisive(e *jsonschema.ValidationError) bool {
	at := e.InstanceLocation
	switch e.ErrorKind.(type) {
	case *kind.Const, *kind.Enum:
		return len(at) > 0 && at[len(at)-1] == "type"
	case *kind.Type:
		return true
	}
	return false
}
