package slacktest

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// schemas are the published descriptions of what Slack takes and sends, from the folder that REWIND_SPECS names: JSON Schemas for
// blocks, modals and events, and the limits of their texts and lists. They are compiled as they are needed and kept for the whole
// process, since compiling takes longer than most tests.
type schemas struct {
	mu       sync.Mutex // guards what follows; the compiler is not safe for concurrent use
	compiler *jsonschema.Compiler
	compiled map[string]*jsonschema.Schema
}

// The files, each named after the definition that describes the whole.
const (
	blocksFile = "Blocks"
	modalFile  = "ModalDoc"
	eventFile  = "EventDoc"
)

var loaded = struct {
	mu sync.Mutex
	by map[string]*schemas
}{by: map[string]*schemas{}}

// specsOf returns the published descriptions, or nil with a line in the log if the environment names none. A folder that is named
// and cannot be read is a failure: somebody meant to validate.
func specsOf(t T) *schemas {
	t.Helper()
	dir := os.Getenv("REWIND_SPECS")
	if dir == "" {
		t.Logf("REWIND_SPECS is not set: what passes is not validated against Slack's published descriptions")
		return nil
	}
	specs, err := loadSchemas(dir)
	if err != nil {
		t.Fatalf("read the descriptions that REWIND_SPECS names: %v", err)
	}
	return specs
}

// loadSchemas reads the descriptions below dir once per process.
func loadSchemas(dir string) (*schemas, error) {
	loaded.mu.Lock()
	defer loaded.mu.Unlock()
	if c := loaded.by[dir]; c != nil {
		return c, nil
	}
	limits, err := readJSON(filepath.Join(dir, "slack", "limits.json"))
	if err != nil {
		return nil, err
	}
	c := &schemas{compiler: jsonschema.NewCompiler(), compiled: map[string]*jsonschema.Schema{}}
	for _, name := range []string{blocksFile, modalFile, eventFile} {
		doc, err := readJSON(filepath.Join(dir, "slack", name+".schema.json"))
		if err != nil {
			return nil, err
		}
		if name != eventFile { // people write within their own limits, and what the app wrote was looked at before
			addLimits(doc, limits)
		}
		if err := c.compiler.AddResource(schemaURL(name), doc); err != nil {
			return nil, err
		}
	}
	loaded.by[dir] = c
	return c, nil
}

func schemaURL(name string) string { return "https://slack.test/" + name + ".json" }

func readJSON(path string) (object, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	v, err := jsonschema.UnmarshalJSON(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	doc, ok := v.(object)
	if !ok {
		return nil, fmt.Errorf("%s: not an object", path)
	}
	return doc, nil
}

// limited names what a limit of the published list applies to: a property of a definition. A dot after the property goes to the
// text of a text object.
var limited = []struct{ definition, property, limit string }{
	{"ActionsBlock", "elements", "actions.elements.max_items"},
	{"Button", "action_id", "action_id.max_length"},
	{"Button", "text.", "button.text.max_length"},
	{"Button", "url", "button.url.max_length"},
	{"Button", "value", "button.value.max_length"},
	{"Checkboxes", "options", "checkboxes.options.max_items"},
	{"ContextBlock", "elements", "context.elements.max_items"},
	{"HeaderBlock", "text.", "header.text.max_length"},
	{"InputBlock", "hint.", "input.hint.max_length"},
	{"InputBlock", "label.", "input.label.max_length"},
	{"MarkdownBlock", "text", "markdown.text.max_length"},
	{"ModalView", "blocks", "view.blocks.max_items"},
	{"ModalView", "callback_id", "view.callback_id.max_length"},
	{"ModalView", "close.", "view.close.max_length"},
	{"ModalView", "private_metadata", "view.private_metadata.max_length"},
	{"ModalView", "submit.", "view.submit.max_length"},
	{"ModalView", "title.", "view.title.max_length"},
	{"MrkdwnElement", "text", "text.max_length"},
	{"Overflow", "options", "overflow.options.max_items"},
	{"PlainTextElement", "text", "text.max_length"},
	{"PlainTextOption", "text.", "option.text.max_length"},
	{"PlainTextOption", "value", "option.value.max_length"},
	{"RadioButtons", "options", "radio_buttons.options.max_items"},
	{"SectionBlock", "fields", "section.fields.max_items"},
	{"SectionBlock", "text.", "section.text.max_length"},
	{"StaticSelect", "options", "select.options.max_items"},
}

// addLimits adds the limits of the published list to a schema, which says nothing of them.
func addLimits(doc, limits object) {
	definitions, _ := doc["definitions"].(object)
	for _, l := range limited {
		definition, _ := definitions[l.definition].(object)
		properties, _ := definition["properties"].(object)
		name, text := strings.CutSuffix(l.property, ".")
		if properties[name] == nil {
			continue // the definition is not part of this schema
		}
		var v any = limits
		for key := range strings.SplitSeq(l.limit, ".") {
			v = v.(object)[key]
		}
		bound := object{"maxLength": v}
		if strings.HasSuffix(l.limit, "max_items") {
			bound = object{"maxItems": v}
		}
		if text {
			bound = object{"properties": object{"text": bound}}
		}
		properties[name] = object{"allOf": []any{properties[name], bound}}
	}
}

// schema compiles the schema of a whole file, or of one of its definitions.
func (c *schemas) schema(file string, pointer ...string) (*jsonschema.Schema, error) {
	at := schemaURL(file)
	if len(pointer) > 0 {
		at += "#/definitions/" + strings.Join(pointer, "/")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
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

// check validates a value.
func (c *schemas) check(v any, file string, pointer ...string) error {
	schema, err := c.schema(file, pointer...)
	if err != nil {
		return err
	}
	decoded, err := jsonschema.UnmarshalJSON(bytes.NewReader(encode(v)))
	if err != nil {
		return err
	}
	if err := schema.Validate(decoded); err != nil {
		return errors.New(leaf(err))
	}
	return nil
}

// leaf is what is wrong deepest in the value. Of a union of many shapes it is what is wrong with the one of the same type.
func leaf(err error) string {
	var top *jsonschema.ValidationError
	if !errors.As(err, &top) {
		return err.Error()
	}
	text := strings.Split(deepest(top).Error(), "\n")
	return strings.TrimPrefix(strings.TrimSpace(text[len(text)-1]), "- ")
}

func deepest(e *jsonschema.ValidationError) *jsonschema.ValidationError {
	causes := e.Causes
	if path := e.ErrorKind.KeywordPath(); len(path) > 0 && path[len(path)-1] == "anyOf" {
		if same := slices.DeleteFunc(slices.Clone(causes), otherType); len(same) > 0 {
			causes = same
		}
	}
	best, depth := e, -1
	for _, cause := range causes {
		if d := deepest(cause); len(d.InstanceLocation) > depth {
			best, depth = d, len(d.InstanceLocation)
		}
	}
	return best
}

// otherType says whether a shape does not fit because it is of another type, at its top or, as texts, right below.
func otherType(e *jsonschema.ValidationError) bool {
	if len(e.Causes) == 0 {
		at := e.InstanceLocation
		return len(at) > 0 && at[len(at)-1] == "type"
	}
	return slices.ContainsFunc(e.Causes, otherType)
}
